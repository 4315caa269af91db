"""What a feed is: a pure reading of bytes, apart from the fetching of them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar

from watchfloor.core.scales import Status
from watchfloor.feeds.chain import Named, relate
from watchfloor.feeds.profile import Profile
from watchfloor.store.records import Observation, Record, Series

__all__ = ["Context", "Feed", "Parsed", "Rejected"]


@dataclass(frozen=True)
class Context:
    """What a feed may know beside the bytes.

    Parameters
    ----------
    received
        When the bytes came, by the floor's clock.
    source
        Name of the configured source, a file's name or an address; used in messages and to tell sources apart.
    trust
        PEM certificates that may sign, for feeds that know signatures.
    zone
        Time zone that the source declares for times without an offset; None refuses such times.
    units
        Declared unit of each known series; numbers that come in another unit are converted.
    charset
        Encoding that the source declares; empty for UTF-8 and what a byte order mark says.
    status
        Status of what names none itself: the floor's for forms that any source may use, Actual for real ones.
    topic
        Topic of an MQTT message; empty for what came by another way.
    described
        Series that are described already, by name.
    profile
        What the columns of the source's tables mean; None to tell by their names.
    """

    received: datetime
    source: str = ""
    trust: tuple[bytes, ...] = ()
    zone: tzinfo | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    charset: str = ""
    status: Status = Status.ACTUAL
    topic: str = ""
    described: Mapping[str, Series] = field(default_factory=dict)
    profile: Profile | None = None


@dataclass(frozen=True)
class Rejected:
    """A part that could not be read: why, where in the input, and its bytes."""

    reason: str
    where: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Parsed:
    """What a feed read: records, observations, descriptions of series, and the parts that go to quarantine.

    `forecast` names the series that speak of times to come, which is no clock's fault there.
    """

    records: Sequence[Record] = ()
    observations: Sequence[Observation] = ()
    rejected: Sequence[Rejected] = field(default=())
    series: Sequence[Series] = field(default=())
    forecast: frozenset[str] = frozenset()


class Feed(ABC):
    """One standard or source.

    A subclass is one file of `watchfloor.feeds`. `parse` is pure: it asks no clock, opens no file and no address.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    cadence: ClassVar[timedelta]
    """How often news is expected."""
    late_after: ClassVar[timedelta]
    """Age at which the feed counts as late."""
    fresh: ClassVar[timedelta | None] = None
    """Age of the newest thing it tells from which it is late although it answers; None where nothing may happen long."""
    media: ClassVar[tuple[str, ...]]
    """Media types, for the Accept header."""
    limit: ClassVar[int] = 16 * 1024 * 1024
    """Most bytes that are read of one document."""
    generic: ClassVar[bool] = False
    """Whether it reads a form that many sources share; one that knows the source is preferred to it."""

    @classmethod
    @abstractmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:
        """Tell from the first bytes and the file's name whether this feed would read it."""

    @abstractmethod
    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read a document.

        What is good is returned, what is not is in `Parsed.rejected`; a document of which nothing can be read is
        one rejected part. Nothing is raised for bad input.
        """

    def more(self, data: bytes) -> str:  # noqa: ARG002  most forms come on one page
        """Return the address of the document's next page; empty where there is none."""
        return ""

    def relate(self, records: Iterable[Record], named: Named) -> list[Record]:
        """Give records that tell of one statement in several messages one key, with the help of what is stored.

        Called between `parse` and the store. Alerts whose ``body["names"]`` lists the messages of their chain are
        related (see `watchfloor.feeds.chain`); all others are left as they are.

        Parameters
        ----------
        records
            As `parse` read them.
        named
            Looks up (kind, source, name) and returns the key under which that name was stored first, or None.
        """
        return relate(records, named)
