"""The one path from bytes to the store: keep, read, filter, relate, append, put aside, note."""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, LimitError, WatchfloorError
from watchfloor.core.provenance import digest_bytes
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS, Context, Feed, Parsed, Rejected
from watchfloor.feeds.collect.sniff import sniff
from watchfloor.store import Appended
from watchfloor.store.records import OWN, Observation, Record, Series

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Accept", "Receipt", "ingest", "ingest_file"]

Accept = Callable[[Record], str | None]
"""Tells why a floor does not take a record; None where it does."""

SKEW = timedelta(minutes=5)
"""How far ahead of the floor's clock a time may lie: beyond it, one of the two clocks is wrong."""
ASIDE = 100
"""How many parts of one document are put in quarantine one by one; the others are counted there."""
_REASONS = 20


@dataclass(frozen=True)
class Receipt:
    """What became of one document.

    Parameters
    ----------
    feed, source
        Who read it, and where it is from.
    stored, duplicates
        Records and observations that were new, or that the store had already.
    observations
        Observations among the new.
    rejected
        Parts that could not be read or were not accepted.
    raw
        SHA-256 of the document; empty where it was too large to keep.
    reasons
        Why parts were rejected, the commonest first, with their number.
    ok
        Whether the document could be read at all.
    newest
        The latest time that it speaks of.
    """

    feed: str
    source: str
    stored: int = 0
    duplicates: int = 0
    observations: int = 0
    rejected: int = 0
    raw: str = ""
    reasons: tuple[str, ...] = ()
    ok: bool = True
    newest: datetime | None = None


def ingest(
    store: "Store",
    feed: str | None,
    data: bytes,
    source: str,
    received: datetime | None = None,
    accept: Accept | None = None,
    *,
    name: str = "",
    zone: tzinfo | None = None,
    charset: str = "",
    status: Status = Status.ACTUAL,
    trust: tuple[bytes, ...] = (),
    cadence: timedelta | None = None,
    late_after: timedelta | None = None,
    note: bool = True,
    invented: bool = False,
) -> Receipt:
    """Take in one document.

    It may be taken in any number of times: what the store has already is counted as a duplicate. A feed that fails
    on it costs this document only, which is put in quarantine.

    Parameters
    ----------
    store
        Where it goes.
    feed
        Name of the feed; None to tell by the bytes and `name`.
    data
        The document.
    source
        Name of the configured source.
    received
        When it came; None for now, by the store's clock.
    accept
        Tells why the floor does not take a record.
    name
        Name of its file.
    zone, charset, status, trust
        What the source declares; see `Context`.
    cadence, late_after
        How often news is expected of this source; None for the feed's own.
    note
        Whether the source counts as heard, so that its age is watched; not for files that come once.
    invented
        Whether the document is made up, in the form of a source that is always in earnest otherwise: `status` then
        goes for it too. Else a source that knows no status but the real one, such as an earthquake feed, is Actual.

    Raises
    ------
    UnknownNameError
        If there is no such feed.
    StoreError
        If the store cannot keep it; nothing of it is lost that a second try would not find again.
    """
    at = received if received is not None else store.clock.now()
    hear = _Heard(store, source, received, cadence, late_after) if note else None
    try:
        chosen = feed or sniff(data, name)
    except InvalidInputError as error:
        return _refuse(store, "", source, str(error), data, received, hear)
    reader = FEEDS[chosen]()
    if len(data) > reader.limit:
        reason = f"The document has {len(data):,} bytes; {chosen} reads at most {reader.limit:,}."
        return _refuse(store, chosen, source, reason, data, received, hear)
    told = status if reader.generic or invented else Status.ACTUAL
    context = Context(at, source, trust, zone, _Units(store), charset, told)
    parsed = _parse(reader, data, context)
    raw = digest_bytes(data)
    taken, refused = _accept(parsed, raw, at, accept)
    seen, late = _measured(parsed.observations, at)
    aside = [*parsed.rejected, *refused, *late]
    with store.batch():  # one commit: a document is taken in as a whole, or not yet
        store.keep(data)
        _keep(parsed.series, lambda items: store.describe(items, known=received), aside)
        records = _keep(
            reader.relate(taken, store.named), lambda items: store.append(items, known=received), aside
        )
        numbers = _keep(seen, lambda items: store.observe(items, known=received), aside)
        _put_aside(store, source, aside, received)
        newest = max((*(item.sent for item in taken), *(item.time for item in seen)), default=None)
        ok = not parsed.rejected or bool(parsed.records or parsed.observations or parsed.series)
        counted = Counter(item.reason for item in aside).most_common(_REASONS)
        reasons = tuple(f"{reason} ({count} times)" if count > 1 else reason for reason, count in counted)
        if hear is not None:
            hear(chosen, ok, newest, reasons[0] if reasons else "")
    return Receipt(
        chosen, source, records.stored + numbers.stored, records.duplicates + numbers.duplicates, numbers.stored,
        len(aside), raw, reasons, ok, newest,
    )  # fmt: skip


def ingest_file(
    store: "Store",
    path: Path,
    feed: str | None = None,
    source: str | None = None,
    received: datetime | None = None,
    accept: Accept | None = None,
    *,
    zone: tzinfo | None = None,
    charset: str = "",
    status: Status = Status.ACTUAL,
    trust: tuple[bytes, ...] = (),
) -> Receipt:
    """Take in one file; see `ingest`. Its size is looked at before it is read, and its source is not watched for age.

    Parameters
    ----------
    path
        A regular file, no link.
    source
        Name of the source; None for the file's name.

    Raises
    ------
    InvalidInputError
        If it is no regular file, or cannot be opened.
    """
    named = source or f"file:{path.name}"
    limit = FEEDS[feed].limit if feed else max(reader.limit for reader in FEEDS.usable().values())
    try:
        data = read(path, limit)
    except LimitError as error:
        return _refuse(store, feed or "", named, str(error), b"", received, None)
    return ingest(
        store, feed, data, named, received, accept,
        name=path.name, zone=zone, charset=charset, status=status, trust=trust, note=False,
    )  # fmt: skip


def read(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes; a link, a folder or a device is refused, and never waited for.

    Raises
    ------
    LimitError
        If it is larger, told without reading it.
    InvalidInputError
        If it is no regular file, or cannot be opened.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be opened: {error.strerror}. Links are not followed."
        ) from error
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise InvalidInputError(f"{path} is no regular file.")
    with os.fdopen(handle, "rb") as file:
        data = b"" if about.st_size > limit else file.read(limit + 1)
    if about.st_size > limit or len(data) > limit:
        size = max(about.st_size, len(data))
        raise LimitError(f"{path.name} has {size:,} bytes; at most {limit:,} are read. Split it.")
    return data


class _Units(Mapping[str, str]):
    """The declared unit of each series, looked up in the store when first asked for."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    @cached_property
    def _known(self) -> dict[str, str]:
        return {str(name): str(unit) for name, unit in self._store.series()["units"].items() if unit}

    def __getitem__(self, name: str) -> str:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _parse(reader: Feed, data: bytes, context: Context) -> Parsed:
    """Read; a feed that raises is at fault, which must cost nothing but this document."""
    try:
        return reader.parse(data, context)
    except WatchfloorError as error:
        return Parsed(rejected=[Rejected(str(error), "document", data)])
    except (Exception, RecursionError) as error:  # noqa: BLE001  whatever a feed's fault is, the others go on
        reason = f"The feed {reader.name} failed: {type(error).__name__}: {str(error)[:200]}. This is its fault; report it."
        return Parsed(rejected=[Rejected(reason, "document", data)])


def _accept(
    parsed: Parsed, raw: str, at: datetime, accept: Accept | None
) -> tuple[list[Record], list[Rejected]]:
    taken: list[Record] = []
    refused: list[Rejected] = []
    for item in parsed.records:
        where = f"{item.kind} {item.key}"
        if item.kind in OWN:
            refused.append(Rejected(f"A source cannot tell of a {item.kind}: only the floor makes them.", where))
        elif item.sent > at + SKEW:
            refused.append(Rejected(_skewed("was sent", item.sent, at), where))
        elif accept is not None and (reason := accept(item)):
            refused.append(Rejected(reason, where))
        else:
            taken.append(replace(item, raw=raw))
    return taken, refused


def _measured(items: Iterable[Observation], at: datetime) -> tuple[list[Observation], list[Rejected]]:
    seen = list(items)
    edge = at + SKEW
    ahead = [item for item in seen if item.time > edge]
    if not ahead:
        return seen, []
    late = [Rejected(_skewed("was measured", item.time, at), item.series) for item in ahead]
    return [item for item in seen if item.time <= edge], late


def _skewed(what: str, time: datetime, at: datetime) -> str:
    return (
        f"Clock skew: it {what} at {format_time(time)}, which is ahead of the floor's {format_time(at)} by more than"
        " 5 minutes."
    )


Item = TypeVar("Item", Record, Observation, Series)


def _keep(
    items: Sequence[Item], put: Callable[[Sequence[Item]], Appended], aside: list[Rejected]
) -> Appended:
    """Store items together; if the store cannot write one of them down, each by itself."""
    try:
        return put(items)
    except InvalidInputError:
        stored = duplicates = 0
        for item in items:
            try:
                done = put([item])
            except InvalidInputError as error:
                aside.append(Rejected(str(error), type(item).__name__.lower()))
            else:
                stored, duplicates = stored + done.stored, duplicates + done.duplicates
        return Appended(stored, duplicates)


def _put_aside(store: "Store", source: str, parts: list[Rejected], received: datetime | None) -> None:
    for part in parts[:ASIDE]:
        store.quarantine(source, part.reason, part.data, where=part.where, known=received)
    if len(parts) > ASIDE:
        reason = f"{len(parts) - ASIDE:,} more parts of the same document were rejected; the first: {parts[ASIDE].reason}"
        store.quarantine(source, reason, parts[ASIDE].data, where=parts[ASIDE].where, known=received)


@dataclass(frozen=True)
class _Heard:
    """Notes that a source was heard, at the pace that is expected of it."""

    store: "Store"
    source: str
    received: datetime | None
    cadence: timedelta | None
    late_after: timedelta | None

    def __call__(self, feed: str, ok: bool, newest: datetime | None, message: str) -> None:
        known = FEEDS[feed] if feed else None
        cadence = self.cadence or (known.cadence if known else timedelta(minutes=10))
        late_after = self.late_after or (known.late_after if known else timedelta(hours=1))
        self.store.heard(
            self.source, feed=feed, ok=ok, at=self.received, newest=newest, message=message,
            cadence=cadence, late_after=max(late_after, cadence),
        )  # fmt: skip


def _refuse(
    store: "Store",
    feed: str,
    source: str,
    reason: str,
    data: bytes,
    received: datetime | None,
    hear: _Heard | None,
) -> Receipt:
    """Put a whole document aside, unread."""
    store.quarantine(source, reason, data[: 64 * 1024], where="document", known=received)
    if hear is not None:
        hear(feed, ok=False, newest=None, message=reason)
    return Receipt(feed, source, rejected=1, reasons=(reason,), ok=False)
