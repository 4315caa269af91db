"""The second half of the path into the store: filter, relate, append, put aside, note."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.feeds import FEEDS, Feed, Parsed, Rejected
from watchfloor.feeds.collect.dispute import settle
from watchfloor.store import Appended
from watchfloor.store.records import OWN, Observation, Record, Series

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["ASIDE", "Accept", "Heard", "Receipt", "Taking", "refuse_whole"]

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
class Taking:
    """The second half of the path: filter, relate, append, put aside, note."""

    store: "Store"
    reader: Feed
    source: str
    at: datetime
    received: datetime | None
    accept: Accept | None
    hear: "Heard | None"
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
            settled, held = settle(self.reader.relate(taken, store.named), store.history)
            aside += [_held(store, reason, record) for reason, record in held]
            records = _keep(
                settled,
                lambda items: store.append(items, known=received),
                aside,
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


def _held(store: "Store", reason: str, record: Record) -> Rejected:
    """Return a record that is held, with the bytes it came in."""
    data = store.raw(record.raw) if record.raw else b""
    return Rejected(reason, f"{record.kind} {record.key}", data[: 64 * 1024])


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
    if not items:
        return Appended(0, 0)
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
class Heard:
    """Notes that a source was heard, at the pace that is expected of it."""

    store: "Store"
    source: str
    received: datetime | None
    cadence: timedelta | None
    late_after: timedelta | None

    def __call__(self, feed: str, ok: bool, newest: datetime | None, message: str) -> None:
        """Note it."""
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
    hear: Heard | None,
) -> Receipt:
    """Put a whole document aside, unread."""
    store.quarantine(source, reason, data[: 64 * 1024], where="document", known=received)
    if hear is not None:
        hear(feed, ok=False, newest=None, message=reason)
    return Receipt(feed, source, rejected=1, reasons=(reason,), ok=False)
