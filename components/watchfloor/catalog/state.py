"""How a reading went, and whether data are as new as they should be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

__all__ = ["Freshness", "State"]


@dataclass(frozen=True)
class State:
    """How the last reading of an entry went.

    Parameters
    ----------
    kind
        ``unread``; ``fresh``; ``last-good`` if an older copy was returned; ``failed`` if there was none.
    at
        When the data that were returned were read, by the floor's clock.
    message
        Why it is not fresh.

    Examples
    --------
    >>> State("unread").kind
    'unread'
    """

    kind: Literal["unread", "fresh", "last-good", "failed"]
    at: datetime | None = None
    message: str = ""

    def age(self, now: datetime) -> timedelta | None:
        """Return how old the returned data are at a time; None if there are none."""
        return None if self.at is None else now - self.at


@dataclass(frozen=True)
class Freshness:
    """Whether data are as new as they should be.

    Parameters
    ----------
    kind
        ``static`` for data that are never renewed; ``ok``; ``late``; ``unknown`` if nothing has come yet.
    newest
        When the newest of it was made or heard.
    age
        How long ago that was.
    """

    kind: Literal["static", "ok", "late", "unknown"]
    newest: datetime | None = None
    age: timedelta | None = None
