"""The one path from bytes to the store: keep, read, filter, relate, append, put aside, note."""

import base64
import json
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.provenance import digest_bytes
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS, Context, Feed, Parsed, Rejected
from watchfloor.feeds.collect.described import Described, Units
from watchfloor.feeds.collect.sniff import sniff
from watchfloor.feeds.collect.taking import ASIDE, Accept, Heard, Receipt, Taking, refuse_whole
from watchfloor.feeds.profile import Profile
from watchfloor.store.records import Series

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Accept", "Payload", "Receipt", "ingest", "ingest_batch"]


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
    profile: Profile | None = None,
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
    zone, charset, status, trust, profile
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
    hear = Heard(store, source, received, cadence, late_after) if note else None
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
        at,
        source,
        trust,
        zone,
        Units(described),
        charset,
        told,
        topic="",
        described=described,
        profile=profile,
    )
    parsed = _parse(reader, data, context)
    taking = Taking(store, reader, source, at, received, accept, hear)
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
    profile: Profile | None = None,
) -> Receipt:
    """Take in many messages of one source in one commit.

    Each is read by itself, so that one that is broken costs no other. Those that tell of measurements only are kept
    together as one document, a line ``[topic, text]`` each (``[topic, null, base64]`` where they are no text); one that
    tells of more is kept as it came.

    Parameters
    ----------
    store, feed, source, accept, zone, charset, status, trust, cadence, late_after, profile
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
    over: Mapping[str, Series] = ChainMap(fresh, known)  # type: ignore[arg-type]
    told = status if reader.generic else Status.ACTUAL
    context = Context(
        at, source, trust, zone, Units(over), charset, told, topic="", described=over, profile=profile
    )
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
    hear = Heard(store, source, None, cadence, late_after)
    taking = Taking(store, reader, source, at, None, accept, hear, aside)
    return taking.take(_joined(found), documents, raws)


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
        row: list[str | None] = [item.topic, item.data.decode()]
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
