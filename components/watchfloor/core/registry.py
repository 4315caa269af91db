"""Find plug-ins: one file in a room is one, and so is one entry point.

Listing names imports nothing; looking one up imports that one only.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from inspect import isclass
from pkgutil import iter_modules
from typing import Generic, TypeVar
from warnings import warn

from watchfloor.core.errors import UnknownNameError, WatchfloorError

__all__ = ["BrokenPluginWarning", "Registry"]

T = TypeVar("T")


class BrokenPluginWarning(UserWarning):
    """A plug-in of another package cannot be used; the floor goes on without it."""


class Registry(Mapping[str, type[T]], Generic[T]):
    """The plug-ins of one room, by name.

    Parameters
    ----------
    room
        Import name of the room; it is the entry point group of other packages' plug-ins too.
    base
        Class that each plug-in extends.
    besides
        Modules and folders of the room that are not plug-ins.

    Examples
    --------
    >>> from watchfloor.feeds import FEEDS
    >>> "cap" in FEEDS
    True
    """

    def __init__(self, room: str, base: type[T], besides: Iterable[str] = ("base",)) -> None:
        self._room = room
        self._base = base
        self._besides = frozenset(besides)
        self.broken: dict[str, str] = {}

    def __getitem__(self, name: str) -> type[T]:
        """Import the plug-in called `name` and return its class."""
        target = self._targets.get(name)
        if target is None:
            raise UnknownNameError(self._base.__name__.lower(), name, self._targets)
        if isinstance(target, EntryPoint):
            return self._load_foreign(name, target)
        module = import_module(target)
        own = [getattr(module, public) for public in module.__all__]
        return self._only(target, own)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a plug-in, importing nothing."""
        return name in self._targets

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, sorted, importing nothing."""
        return iter(sorted(self._targets))

    def __len__(self) -> int:
        """Return how many plug-ins there are."""
        return len(self._targets)

    def usable(self) -> dict[str, type[T]]:
        """Return every plug-in that loads; one that does not is named in `broken`, with a warning."""
        found = {}
        for name in self:
            try:
                found[name] = self[name]
            except WatchfloorError as error:
                if not isinstance(self._targets[name], EntryPoint):
                    raise
                self.broken[name] = str(error)
                warn(f"Plug-in {name!r} is left out: {error}", BrokenPluginWarning, stacklevel=2)
        return found

    @cached_property
    def _targets(self) -> dict[str, str | EntryPoint]:
        spec = find_spec(self._room)
        places = spec.submodule_search_locations if spec else None
        own: dict[str, str | EntryPoint] = {
            found.name: f"{self._room}.{found.name}"
            for found in iter_modules(places)
            if found.name not in self._besides and not found.name.startswith("_")
        }
        return {point.name: point for point in entry_points(group=self._room)} | own

    def _load_foreign(self, name: str, point: EntryPoint) -> type[T]:
        try:
            found = point.load()
        except Exception as error:  # whatever a third party's module raises must not stop the floor
            self.broken[name] = f"{type(error).__name__}: {error}"
            raise WatchfloorError(f"Plug-in {name!r} ({point.value}) does not load: {error}") from error
        return self._only(point.value, [found])

    def _only(self, target: str, found: list[object]) -> type[T]:
        classes = [
            item
            for item in found
            if isclass(item) and issubclass(item, self._base) and item is not self._base
        ]
        if len(classes) != 1:
            raise WatchfloorError(
                f"{target} must offer exactly one {self._base.__name__} in __all__, but offers {len(classes)}."
            )
        return classes[0]
