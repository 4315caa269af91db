"""What series are described already, read from the store when it is first asked for."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from watchfloor.store.records import Series

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Described", "Units"]

_MOST = 2000
"""Changes that are looked through before everything is read anew."""


class Described(Mapping[str, Series]):
    """The series of a store by name; `refresh` reads them again if one was described since.

    Parameters
    ----------
    store
        Where they are.

    Examples
    --------
    >>> from watchfloor.store import Store
    >>> with Store.open(":memory:") as store:
    ...     known = Described(store)
    ...     _ = store.describe([Series("gauge/1", units="m")])
    ...     known["gauge/1"].units
    'm'
    """

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._cursor = 0
        self._found: dict[str, Series] | None = None

    def refresh(self) -> None:
        """Forget what was read, if a series was described since; not within a batch, which may be undone."""
        if self._found is None:
            return
        now = self._store.cursor()
        changes = self._store.changes(self._cursor, _MOST) if now > self._cursor else []
        if now < self._cursor or len(changes) == _MOST or any(item.table == "series" for item in changes):
            self._found = None
        else:
            self._cursor = now

    @property
    def _known(self) -> dict[str, Series]:
        if self._found is None:
            self._cursor = self._store.cursor()
            frame = self._store.series()
            columns = (frame.index, *(frame[name] for name in _COLUMNS))
            self._found = {
                str(name): Series(
                    str(name), title, field, units, None if lon != lon else lon, None if lat != lat else lat, hazard,  # noqa: PLR0124
                    attrs,
                )
                for name, title, field, units, lon, lat, hazard, attrs in zip(*columns, strict=True)
            }  # fmt: skip
        return self._found

    def __getitem__(self, name: str) -> Series:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class Units(Mapping[str, str]):
    """The declared unit of each series that has one.

    Examples
    --------
    >>> dict(Units({"a": Series("a", units="m"), "b": Series("b")}))
    {'a': 'm'}
    """

    def __init__(self, described: Mapping[str, Series]) -> None:
        self._described = described

    def __getitem__(self, name: str) -> str:
        unit = self._described[name].units
        if not unit:
            raise KeyError(name)
        return unit

    def __iter__(self) -> Iterator[str]:
        return (name for name, item in self._described.items() if item.units)

    def __len__(self) -> int:
        return sum(1 for _ in self)


_COLUMNS = ("title", "field", "units", "lon", "lat", "hazard", "attrs")
