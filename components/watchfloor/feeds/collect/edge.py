"""A simulated edge: publishes an invented story through the real feed path, as if it were happening now.

A story is a folder of three files.

``messages.jsonl.gz``
    One JSON object a line, in the order of ``at``: ``{"at": 5400.0, "feed": "cap", "source": "demo:met", "body": "…"}``.
    ``at`` is the second of the story at which the message is published, ``feed`` a name of `watchfloor.feeds`, ``source``
    the name of the configured source, ``body`` the document as text. In a body

    - ``{{T+12345}}`` or ``{{T-600}}`` becomes the time of that second of the story, RFC 3339 in UTC (``-00:00`` for
      CAP, which forbids ``Z``; ``Z`` otherwise); ``{{T+12345 +08:00}}`` becomes it with that offset;
    - ``{{T+12345 +08:00 %H:%M}}`` becomes it in that form (of ``strftime``: ``%Y %m %d %H %M`` only), for running text;
    - ``{{CYCLE}}`` becomes the number of the round, 0 at first, so that identifiers stay unique when the story starts
      over.

    A time of issue must not lie after ``at``. A line with ``"down": "why"`` instead of a body makes the source fail from
    ``at`` on, until its next message: for a feed that is to be seen late or down.
``observations.parquet``
    Columns ``series`` (text), ``offset`` (seconds of the story), ``value`` (float), ``flag`` (0, 1, 2, 3 or 9): what the
    sensors measure. It is published once a minute as the CSV of the ``table`` feed.
``stations.geojson``
    A FeatureCollection that describes the series, published once, before all else: properties ``series``, ``title``,
    ``field``, ``units``, ``hazard`` and whatever else is known; the geometry is a point.

The story begins at the anchor and starts over after `Edge.period`. Everything is known at the time at which it is
published, so a floor that is opened in the middle of a story has the past that it would have seen.
"""

import gzip
import heapq
import logging
import math
import re
import threading
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from watchfloor.core.clock import Clock, format_time, monotonic, parse_time
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.file import read
from watchfloor.feeds.collect.ingest import Accept, Receipt, ingest
from watchfloor.security.json import parse_json

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Edge", "Message", "Published"]

PERIOD = timedelta(hours=72)
SOURCE = "demo:edge"
_LOG = logging.getLogger(__name__)
_GROUP = 60.0
_PART = 200
"""Documents that are published in one commit."""
_TICK = timedelta(microseconds=1)
_BEAT = timedelta(minutes=30)
"""How often each source of a story is heard, if only to say that there is nothing new."""
_SERIES = re.compile(r"[\w./:-]{1,200}")
_PLACE = re.compile(
    r"\{\{T([+-]\d{1,9}(?:\.\d{1,3})?)(?: ([+-]\d\d):(\d\d))?(?: ((?:%[YmdHM]|[ :/.,年月日时分-]){1,40}))?\}\}"
)
_LARGEST = 64 * 1024 * 1024

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Message:
    """One document of a story.

    Parameters
    ----------
    at
        Second of the story at which it is published.
    feed, source
        Who reads it, and where it is from.
    body
        The document, with places to fill.
    down
        Why the source fails from then on, instead of a document.
    """

    at: float
    feed: str
    source: str
    body: str
    down: str = ""

    def render(self, start: datetime, cycle: int) -> bytes:
        """Fill the places of a round that starts at `start`.

        Examples
        --------
        >>> Message(0, "table", "demo", "{{T+60}} {{T-60 +08:00}} {{T+0 +08:00 %H:%M}} {{CYCLE}}").render(
        ...     parse_time("2026-06-01T00:00:00Z"), 2
        ... )
        b'2026-06-01T00:01:00Z 2026-06-01T07:59:00+08:00 08:00 2'
        """

        def fill(match: re.Match[str]) -> str:
            when = start + timedelta(seconds=float(match[1]))
            if match[2] is None:
                text = format_time(when.replace(microsecond=0))
                return text.replace("Z", "-00:00") if self.feed == "cap" else text
            hours, minutes = int(match[2]), int(match[3])
            shift = timedelta(hours=hours, minutes=-minutes if match[2][0] == "-" else minutes)
            local = when.astimezone(timezone(shift)).replace(microsecond=0)
            return local.strftime(match[4]) if match[4] else local.isoformat()

        return _PLACE.sub(fill, self.body).replace("{{CYCLE}}", str(cycle)).encode()


@dataclass(frozen=True)
class Published:
    """What was published: documents, new records and observations, and parts that were rejected."""

    documents: int = 0
    stored: int = 0
    rejected: int = 0
    reasons: tuple[str, ...] = ()


class Edge:
    """Publishes a story into a store.

    What was published is not published again, in this run or the next: the store remembers the anchor and how far the
    story is, in the same commit as what was published.

    Parameters
    ----------
    store
        Where the story goes, through `ingest`.
    story
        Its folder.
    anchor
        When its second 0 is; the anchor of an earlier run of the same story in this store stays.
    clock
        The floor's.
    accept
        Tells why the floor does not take a record.
    status
        Status of what names none itself.
    period
        After how long it starts over.
    backlog
        What lies further back than this is left out, so that a floor that was away for weeks opens soon.

    Raises
    ------
    InvalidInputError
        If a file of the story is missing or cannot be read.
    """

    def __init__(
        self,
        store: "Store",
        story: Path,
        anchor: datetime,
        clock: Clock,
        accept: Accept | None = None,
        *,
        status: Status = Status.EXERCISE,
        period: timedelta = PERIOD,
        backlog: timedelta = PERIOD,
    ) -> None:
        if not (story / "messages.jsonl.gz").is_file():
            raise InvalidInputError(f"There is no story in {story}; expected messages.jsonl.gz in it.")
        self._store, self._story, self._clock = store, story, clock
        self._accept, self._status = accept, status
        self.period, self.backlog = period, backlog
        self._mark = f"edge.{story.parent.name}.{story.name}"
        self.anchor = parse_time(store.set_meta(f"{self._mark}.anchor", format_time(anchor), once=True))
        """When second 0 of the story is."""
        self._one = threading.Lock()

    @property
    def position(self) -> datetime | None:
        """The time up to which the story was published; None before its start."""
        kept = self._store.meta(f"{self._mark}.until")
        return parse_time(kept) if kept else None

    def publish(self, until: datetime | None = None) -> Published:
        """Publish all that is due and was not published yet, each at its own known time.

        Parameters
        ----------
        until
            Time up to which, this included; None for now.
        """
        until = until if until is not None else self._clock.now()
        with self._one:
            done = self.position
            if until < self.anchor or (done is not None and until <= done):
                return Published()
            start = done if done is not None else self.anchor - _TICK
            receipts: list[Receipt] = []
            if done is None and (first := self._stations()):
                receipts.append(self._take(first))
            for part in _parts(self._due(max(start, until - self.backlog), until)):
                with self._store.batch():
                    receipts += [self._take(item) for item in part]
                    self._store.set_meta(f"{self._mark}.until", format_time(part[-1].when))
        reasons = tuple(dict.fromkeys(reason for receipt in receipts for reason in receipt.reasons))
        return Published(
            len(receipts),
            sum(item.stored for item in receipts),
            sum(item.rejected for item in receipts),
            reasons,
        )

    def run(self, stop: threading.Event) -> None:
        """Publish what falls due, once a second, until `stop` is set; a failure is logged and tried again."""
        wait = 1.0
        while not stop.wait(wait):
            began = monotonic()
            try:
                self.publish()
            except WatchfloorError:
                _LOG.exception("The story %s could not be published; it is tried again.", self._story.name)
            wait = max(0.05, 1.0 - (monotonic() - began))

    def _take(self, item: "_Due") -> Receipt:
        if item.data is None:
            self._store.heard(
                item.source, feed=item.feed, ok=not item.down, at=item.when, message=item.down,
                cadence=_BEAT, late_after=2 * _BEAT,
            )  # fmt: skip
            return Receipt(item.feed, item.source, ok=not item.down)
        return ingest(
            self._store, item.feed, item.data, item.source, item.when, self._accept, status=self._status,
            cadence=_BEAT, late_after=2 * _BEAT, invented=True,
        )  # fmt: skip

    def _stations(self) -> "_Due | None":
        path = self._story / "stations.geojson"
        if not path.is_file():
            return None
        return _Due(self.anchor, "geojson", SOURCE, read(path, _LARGEST))

    def _due(self, after: datetime, until: datetime) -> Iterator["_Due"]:
        """Go through what is due later than `after` and not later than `until`, in its order."""
        first = max(0, (after - self.anchor) // self.period)
        last = (until - self.anchor) // self.period
        for cycle in range(first, last + 1):
            start = self.anchor + cycle * self.period
            span = (after - start).total_seconds(), (until - start).total_seconds()
            yield from heapq.merge(
                self._told(start, cycle, *span),
                self._measured(start, *span),
                self._beats(start, *span),
                key=lambda item: item.when,
            )

    def _told(self, start: datetime, cycle: int, after: float, until: float) -> Iterator["_Due"]:
        known = self._messages
        for item in known[bisect_right(known, after, key=_at) : bisect_right(known, until, key=_at)]:
            data = None if item.down else item.render(start, cycle)
            yield _Due(start + timedelta(seconds=item.at), item.feed, item.source, data, item.down)

    def _beats(self, start: datetime, after: float, until: float) -> Iterator["_Due"]:
        """Go through the times at which sources are asked, whether they have news or not."""
        step = _BEAT.total_seconds()
        last = math.floor(min(until, self.period.total_seconds()) / step)
        for number in range(max(0, math.floor(after / step) + 1), last + 1):
            at = number * step
            for source, told in self._sources.items():
                before = bisect_right(told, at, key=_at)
                down = told[before - 1].down if before else ""
                yield _Due(start + timedelta(seconds=at), told[0].feed, source, None, down)

    @cached_property
    def _sources(self) -> dict[str, list[Message]]:
        found: dict[str, list[Message]] = {}
        for item in self._messages:
            found.setdefault(item.source, []).append(item)
        return found

    def _measured(self, start: datetime, after: float, until: float) -> Iterator["_Due"]:
        """Go through the measurements, minute by minute."""
        offsets = self._offsets
        first, last = math.floor(after / _GROUP), math.floor(until / _GROUP)  # minute g holds (g - 1, g]
        edges = np.arange(max(first, -1), last + 1, dtype=float) * _GROUP
        rows = np.searchsorted(offsets, edges, side="right")
        for begin, end, edge in zip(rows[:-1].tolist(), rows[1:].tolist(), edges[1:].tolist(), strict=True):
            if end > begin:
                when = start + timedelta(seconds=edge)
                yield _Due(when, "table", SOURCE, self._csv(start, begin, end))

    def _csv(self, start: datetime, begin: int, end: int) -> bytes:
        times: dict[float, str] = {}
        lines = ["series,time,value,flag"]
        columns = (self._offsets[begin:end].tolist(), *(column[begin:end] for column in self._columns))
        for offset, series, value, flag in zip(*columns, strict=True):
            time = times.get(offset)
            if time is None:
                time = times[offset] = format_time(start + timedelta(seconds=offset))
            lines.append(f"{series},{time},{'' if value != value else f'{value:.9g}'},{flag}")  # noqa: PLR0124
        return ("\n".join(lines) + "\n").encode()

    @cached_property
    def _messages(self) -> list[Message]:
        try:
            with gzip.open(self._story / "messages.jsonl.gz") as file:
                data = file.read(_LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInputError(f"messages.jsonl.gz of {self._story} cannot be read: {error}.") from error
        if len(data) > _LARGEST:
            raise InvalidInputError(f"messages.jsonl.gz of {self._story} holds more than {_LARGEST:,} bytes.")
        found = [_message(line, number) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
        return sorted(found, key=_at)

    @cached_property
    def _table(self) -> tuple[FloatArray, tuple[list[str], list[float], list[int]]]:
        path = self._story / "observations.parquet"
        if not path.is_file():
            return np.empty(0), ([], [], [])
        try:
            table = pq.read_table(path, columns=["series", "offset", "value", "flag"])
        except (OSError, ValueError, KeyError) as error:  # pyarrow's own errors extend these
            raise InvalidInputError(f"{path} cannot be read: {error}.") from error
        offsets = table["offset"].to_numpy().astype(float)
        order = np.argsort(offsets, kind="stable")
        series, value, flag = (
            table[name].to_pandas().to_numpy()[order] for name in ("series", "value", "flag")
        )
        names = [str(name) for name in dict.fromkeys(series)]
        if bad := [name for name in names if not _SERIES.fullmatch(name)]:
            raise InvalidInputError(
                f"Series {bad[0]!r} of {path} cannot be used; expected letters, digits, - _ . : /."
            )
        return offsets[order], (series.tolist(), value.astype(float).tolist(), flag.astype(int).tolist())

    @property
    def _offsets(self) -> FloatArray:
        return self._table[0]

    @property
    def _columns(self) -> tuple[list[str], list[float], list[int]]:
        return self._table[1]


@dataclass(frozen=True)
class _Due:
    """A document and when it is published."""

    when: datetime
    feed: str
    source: str
    data: bytes | None
    down: str = ""


def _parts(due: Iterator[_Due]) -> Iterator[list[_Due]]:
    """Gather what is published in one commit; what is due at the same time is never torn apart."""
    part: list[_Due] = []
    for _, same in groupby(due, key=lambda item: item.when):
        part += same
        if len(part) >= _PART:
            yield part
            part = []
    if part:
        yield part


def _at(message: Message) -> float:
    return message.at


def _message(line: bytes, number: int) -> Message:
    try:
        said = parse_json(line)
        down = str(said.get("down", ""))
        body = "" if down else str(said["body"])
        made = Message(float(said["at"]), str(said["feed"]), str(said["source"]), body, down)
    except (InvalidInputError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(f"Line {number} of messages.jsonl.gz is no message: {error!r}.") from error
    if made.feed not in FEEDS:
        raise InvalidInputError(
            f"Line {number} of messages.jsonl.gz names the feed {made.feed!r}, which there is not."
        )
    return made
