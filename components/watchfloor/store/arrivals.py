"""The part of a store that holds what came in, as it came: documents, quarantine, and what was heard of each source."""

from datetime import datetime, timedelta

from watchfloor.store import documents
from watchfloor.store.database import Database
from watchfloor.store.documents import Quarantined
from watchfloor.store.health import FeedState, Hearing

__all__ = ["Arrivals"]


class Arrivals:
    """What a `Store` does with what feeds bring.

    Parameters
    ----------
    database
        Where it is kept.

    Examples
    --------
    >>> from watchfloor.store import Store
    >>> with Store.open(":memory:") as store:
    ...     store.raw(store.keep(b"<alert/>"))
    b'<alert/>'
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hearing = Hearing(database)

    def keep(self, raw: bytes) -> str:
        """Store bytes as received, once and compressed; return their SHA-256."""
        return documents.keep(self._database, raw)

    def raw(self, sha256: str) -> bytes:
        """Return kept bytes.

        Raises
        ------
        UnknownNameError
            If none with this SHA-256 were kept.
        StoreError
            If they are damaged.
        """
        return documents.raw(self._database, sha256)

    def quarantine(
        self, source: str, reason: str, data: bytes, where: str = "", known: datetime | None = None
    ) -> Quarantined:
        """Put aside what could not be read; the same bytes for the same reason once.

        At most `documents.KEPT` bytes of a document are kept; `Quarantined.whole` says whether that is all.
        """
        return documents.put_aside(self._database, source, reason, data, where, known)

    def quarantined(self, as_of: datetime | None = None, limit: int | None = None) -> list[Quarantined]:
        """Return what was put aside, the last first."""
        return documents.put_aside_rows(self._database, as_of, limit)

    def held(self, as_of: datetime | None = None) -> dict[str, int]:
        """Return how much was put aside of each source."""
        return documents.put_aside_counts(self._database, as_of)

    def heard(
        self,
        source: str,
        *,
        feed: str,
        ok: bool,
        at: datetime | None = None,
        newest: datetime | None = None,
        message: str = "",
        cadence: timedelta,
        late_after: timedelta,
    ) -> FeedState:
        """Note that a source was asked or sent something, and whether that went well.

        Parameters
        ----------
        source, feed
            The source's name on the floor, and the plug-in that reads it.
        ok
            Whether it went well.
        at
            When; the clock's time if None.
        newest
            Time of the newest thing it said.
        message
            What went wrong, or what there is to say.
        cadence, late_after
            How often news is expected, and the age at which the source counts as late.
        """
        return self._hearing.hear(
            source,
            feed=feed,
            ok=ok,
            at=at,
            newest=newest,
            message=message,
            cadence=cadence,
            late_after=late_after,
        )

    def feeds(self, as_of: datetime | None = None) -> list[FeedState]:
        """Return the state of every source that was ever heard, by name."""
        return self._hearing.states(as_of)
