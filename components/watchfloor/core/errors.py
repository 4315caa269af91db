"""One tree of exceptions; each says what is wrong, what was expected and what to do next."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "CatalogError",
    "ForbiddenError",
    "InvalidInputError",
    "LimitError",
    "NotReadyError",
    "SettingsError",
    "StoreAwayError",
    "StoreError",
    "UnknownNameError",
    "UnsafeError",
    "WatchfloorError",
]


class WatchfloorError(Exception):
    """Anything that Watchfloor itself refuses or cannot do."""


class InvalidInputError(WatchfloorError, ValueError):
    """Input that does not say what it must say."""


class CatalogError(InvalidInputError):
    """A catalog, or an entry of it, that cannot be used as it is written."""


class LimitError(InvalidInputError):
    """Input that is larger, deeper or longer than is accepted."""


class UnsafeError(WatchfloorError):
    """Input or a setting that could harm, whatever it says."""


class ForbiddenError(WatchfloorError, PermissionError):
    """Something that this actor may not see or do."""


class SettingsError(WatchfloorError, ValueError):
    """A setting that cannot be used."""


class StoreError(WatchfloorError):
    """The store cannot do what was asked."""


class StoreAwayError(StoreError):
    """The store's server cannot be reached at the moment; the same is tried again, with growing waits."""


class NotReadyError(WatchfloorError):
    """Data that are late, missing, or took longer than allowed."""


class UnknownNameError(WatchfloorError, LookupError):
    """A name that nothing is registered under.

    Parameters
    ----------
    kind
        What was looked for, as one noun.
    name
        The name asked for.
    known
        Names that exist.

    Examples
    --------
    >>> print(UnknownNameError("hazard", "flod", ["flood", "storm"]))
    There is no hazard 'flod'; did you mean 'flood'? Known: flood, storm.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        listed = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
        super().__init__(f"There is no {kind} {name!r}{hint} Known: {listed or 'none'}.")
        self.kind, self.name, self.known = kind, name, names

    def __reduce__(self) -> tuple[type["UnknownNameError"], tuple[str, str, list[str]]]:
        """Let it travel between processes: it is made anew from what it was made of."""
        return type(self), (self.kind, self.name, self.known)
