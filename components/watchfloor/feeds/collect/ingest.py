"""The one path from bytes to the store: keep, read, filter, relate, append, put aside, note."""

import base64
import json
from collections import ChainMap, Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TypeVar

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.provenance import digest_bytes
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS, Context, Feed, Parsed, Rejected
from watchfloor.feeds.collect.described import Described, Units
from watchfloor.feeds.collect.sniff import sniff
from watchfloor.store import Appended
from watchfloor.store.records import OWN, Observation, Record, Series

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Accept", "Payload", "Receipt", "ingest", "ingest_batch", "refuse_whole"]

Accept = Callable[[Record], str | None]
"""Tells why a floor does not take a record; None where it does."""

SKEW = timedelta(minutes=5)
"""How far ahead of the floor's clock a time may lie: beyond it, one of the two clocks is wrong."""
ASIDE = 100
"""How many parts of one document are put in quarantine one by one; the others are counted there."""
AHEAD = timedelta(days=400)
"""How far ahead a forecast may look."""
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


@dataclass(frozen=True)
class Payload:
    """One message: its topic and its bytes."""

    topic: str
    data: bytes


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
        return refuse_whole(store, "", source, str(error), data, received, hear)
    reader = FEEDS[chosen]()
    if len(data) > reader.limit:
        reason = f"The document has {len(data):,} bytes; {chosen} reads at most {reader.limit:,}."
        return refuse_whole(store, chosen, source, reason, data, received, hear)
    told = status if reader.generic or invented else Status.ACTUAL
    described = Described(store)
    context = Context(
        at, source, trust, zone, Units(described), charset, told, topic="", described=described
    )
    parsed = _parse(reader, data, context)
    taking = _Taking(store, reader, source, at, received, accept, hear)
    return taking.take(parsed, {digest_bytes(data): data}, [digest_bytes(data)] * len(parsed.records))


def ingest_batch(
    store: "Store",
    feed: str,
    payloads: Sequence[Payload],
    source: str,
    accept: Accept | None = None,
    *,
    described: Mapping[str, Series] | None = None,
    zone: tzinfo | None = None,
    charset: str = "",
    status: Status = Status.ACTUAL,
    trust: tuple[bytes, ...] = (),
    cadence: timedelta | None = None,
    late_after: timedelta | None = None,
    aside: int = ASIDE,
) -> Receipt:
    """Take in many messages of one source in one commit.

    Each is read by itself, so that one that is broken costs no other. Those that tell of measurements only are kept
    together as one document, a line ``[topic, text]`` each (``[topic, null, base64]`` where they are no text); one that
    tells of more is kept as it came.

    Parameters
    ----------
    store, feed, source, accept, zone, charset, status, trust, cadence, late_after
        As of `ingest`.
    payloads
        The messages, in their order.
    described
        Series that are described; read from the store if None.
    aside
        How many parts are put in quarantine one by one; the others are counted.

    Returns
    -------
    Receipt
        Of all of them together.

    Raises
    ------
    StoreError
        If the store cannot keep them; nothing of them is stored then.
    """
    at = store.clock.now()
    reader = FEEDS[feed]()
    known = Described(store) if described is None else described
    fresh: dict[str, Series] = {}
    over: Mapping[str, Series] = ChainMap(fresh, known)  # type: ignore[arg-type]  it only reads the second
    told = status if reader.generic else Status.ACTUAL
    context = Context(at, source, trust, zone, Units(over), charset, told, topic="", described=over)
    found: list[Parsed] = []
    documents: dict[str, bytes] = {}
    raws: list[str] = []
    measured: list[Payload] = []
    for item in payloads:
        parsed = _message(reader, item, context)
        fresh |= {about.name: about for about in parsed.series}
        found.append(parsed)
        if parsed.records:
            documents[name := digest_bytes(item.data)] = item.data
            raws += [name] * len(parsed.records)
        elif parsed.observations or parsed.series:
            measured.append(item)
    if measured:
        packed = measured[0].data if len(measured) == 1 else b"".join(map(_line, measured))
        documents[digest_bytes(packed)] = packed
    hear = _Heard(store, source, None, cadence, late_after)
    taking = _Taking(store, reader, source, at, None, accept, hear, aside)
    return taking.take(_joined(found), documents, raws)


@dataclass(frozen=True)
class _Taking:
    """The second half of the path: filter, relate, append, put aside, note."""

    store: "Store"
    reader: Feed
    source: str
    at: datetime
    received: datetime | None
    accept: Accept | None
    hear: "_Heard | None"
    aside: int = ASIDE

    def take(self, parsed: Parsed, documents: Mapping[str, bytes], raws: Sequence[str]) -> Receipt:
        """Store what was read, in one commit: it is taken in as a whole, or not yet."""
        store, received = self.store, self.received
        taken, refused = _accept(parsed, raws, self.at, self.accept)
        seen, late = _measured(parsed, self.at)
        aside = [*parsed.rejected, *refused, *late]
        with store.batch():
            for data in documents.values():
                store.keep(data)
            _keep(parsed.series, lambda items: store.describe(items, known=received), aside)
            records = _keep(
                self.reader.relate(taken, store.named), lambda items: store.append(items, known=received), aside
            )
            numbers = _keep(seen, lambda items: store.observe(items, known=received), aside)
            _put_aside(store, self.source, aside, received, self.aside)
            past = (item.time for item in seen if item.series not in parsed.forecast)
            newest = max((*(item.sent for item in taken), *past), default=None)
            ok = not parsed.rejected or bool(parsed.records or parsed.observations or parsed.series)
            counted = Counter(item.reason for item in aside).most_common(_REASONS)
            reasons = tuple(f"{reason} ({count} times)" if count > 1 else reason for reason, count in counted)
            if self.hear is not None:
                self.hear(self.reader.name, ok, newest, reasons[0] if reasons else "")
        return Receipt(
            self.reader.name, self.source, records.stored + numbers.stored, records.duplicates + numbers.duplicates,
            numbers.stored, len(aside), next(iter(documents), ""), reasons, ok, newest,
        )  # fmt: skip


def _message(reader: Feed, item: Payload, context: Context) -> Parsed:
    """Read one message of a batch; what is rejected says its topic, and has its bytes."""
    if len(item.data) > reader.limit:
        reason = f"The message has {len(item.data):,} bytes; {reader.name} reads at most {reader.limit:,}."
        return Parsed(rejected=[Rejected(reason, item.topic[:200], item.data[: 64 * 1024])])
    parsed = _parse(reader, item.data, replace(context, topic=item.topic))
    if not parsed.rejected:
        return parsed
    topic = item.topic[:200]
    rejected = [
        Rejected(part.reason, f"{topic} {part.where}".strip(), part.data or item.data[: 64 * 1024])
        for part in parsed.rejected
    ]
    return replace(parsed, rejected=rejected)


def _line(item: Payload) -> bytes:
    """Return a message as one line of the document that keeps its batch."""
    try:
        row = [item.topic, item.data.decode()]
    except UnicodeDecodeError:
        row = [item.topic, None, base64.b64encode(item.data).decode()]
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _joined(found: Sequence[Parsed]) -> Parsed:
    series = {item.name: item for parsed in found for item in parsed.series}
    return Parsed(
        [item for parsed in found for item in parsed.records],
        [item for parsed in found for item in parsed.observations],
        [item for parsed in found for item in parsed.rejected],
        list(series.values()),
        frozenset().union(*(parsed.forecast for parsed in found)),
    )


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
    parsed: Parsed, raws: Sequence[str], at: datetime, accept: Accept | None
) -> tuple[list[Record], list[Rejected]]:
    taken: list[Record] = []
    refused: list[Rejected] = []
    for item, raw in zip(parsed.records, raws, strict=True):
        where = f"{item.kind} {item.key}"
        if item.kind in OWN:
            refused.append(
                Rejected(f"A source cannot tell of a {item.kind}: only the floor makes them.", where)
            )
        elif item.sent > at + SKEW:
            refused.append(Rejected(_skewed("was sent", item.sent, at), where))
        elif accept is not None and (reason := accept(item)):
            refused.append(Rejected(reason, where))
        else:
            taken.append(replace(item, raw=raw))
    return taken, refused


def _measured(parsed: Parsed, at: datetime) -> tuple[list[Observation], list[Rejected]]:
    """Tell what was measured from what cannot have been yet; a forecast may look ahead."""
    edge, far, forecast = at + SKEW, at + AHEAD, parsed.forecast
    seen: list[Observation] = []
    late: list[Rejected] = []
    for item in parsed.observations:
        if item.time <= edge or (item.series in forecast and item.time <= far):
            seen.append(item)
        else:
            late.append(Rejected(_skewed("was measured", item.time, at), item.series))
    return seen, late


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


def _put_aside(
    store: "Store", source: str, parts: list[Rejected], received: datetime | None, most: int
) -> None:
    for part in parts[:most]:
        store.quarantine(source, part.reason, part.data, where=part.where, known=received)
    if len(parts) > most:
        reason = f"{len(parts) - most:,} more parts of the same document were rejected; the first: {parts[most].reason}"
        store.quarantine(source, reason, parts[most].data, where=parts[most].where, known=received)


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


def refuse_whole(
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
