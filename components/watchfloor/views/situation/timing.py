"""The time bar: which time is looked at, and as of when it was known."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import Severity
from watchfloor.store.records import Record
from watchfloor.views.query import EARLIEST, LATEST
from watchfloor.views.situation.base import Pane, View
from watchfloor.views.situation.rows import millis
from watchfloor.views.situation.snapshot import Snapshot

__all__ = ["AHEAD", "BEHIND", "TimeBar", "TimePane", "density"]

BEHIND = timedelta(hours=72)
AHEAD = timedelta(hours=24)
_BIN = timedelta(hours=1)
_STEPS = (-3600, -600, 600, 3600)


class TimePane(Pane):
    """The bar on the screen."""


class TimeBar(View):
    """Slides over 72 h of the past and 24 h to come, or four days around a time elsewhere, and sets the known time that everything is shown as of.

    The two are different: the valid time asks what holds when, the known time asks what was known by then.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     TimeBar(floor).state()["as_of"] is None
    True
    """

    pane_type = TimePane
    watched = ("snapshot", "trouble")
    _span: tuple[datetime, datetime] | None = None

    def state(self) -> dict[str, Any]:
        """Return the span, the density of alerts in it, and the two times."""
        snapshot = self.picture.snapshot
        at = self.selection.time
        start, end = self._span = span(self.selection.as_of or self.floor.now(), at, self._span)
        return {
            "start": millis(start),
            "end": millis(end),
            "at": None if at is None else millis(at),
            "as_of": None if self.selection.as_of is None else millis(self.selection.as_of),
            "density": []
            if snapshot is None
            else snapshot.keep(("density", start), lambda: _bins(snapshot, start, end)),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Move one of the two times, or let go of it."""
        if what == "time":
            self.selection.time = _moment(message["at"])
        elif what == "as_of":
            at = _moment(message["at"])
            if at is not None and at > self.floor.now():
                raise InvalidInputError("That time is yet to come: nothing is known as of it.")
            self.selection.param.update(as_of=at, time=None)
        elif what == "as_of_step" and message["seconds"] in _STEPS:
            now = self.floor.now()
            at = (self.selection.as_of or now) + timedelta(seconds=message["seconds"])
            self.selection.param.update(as_of=None if at >= now else at, time=None)


def span(
    known: datetime, at: datetime | None = None, last: tuple[datetime, datetime] | None = None
) -> tuple[datetime, datetime]:
    """Return the first and last time of the bar, on full hours in UTC.

    Parameters
    ----------
    known
        Known time that is looked at: the bar stands around it where it can.
    at
        Valid time that is looked at. Where it lies beyond, the bar stands around it instead.
    last
        The bar as it was: while `at` stays within, it does not move under the hand.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH, format_time
    >>> [format_time(each) for each in span(EPOCH + timedelta(days=365), EPOCH)]
    ['1969-12-30T00:00:00Z', '1970-01-03T00:00:00Z']
    """
    start, end = _hour(known) - BEHIND, _hour(known) + AHEAD
    if at is None or start <= at <= end:
        return start, end
    if last is not None and last[0] <= at <= last[1] and last[1] - last[0] == end - start:
        return last
    half = (end - start) / 2
    return _hour(at) - half, _hour(at) + half


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def density(records: list[Record], start: datetime, end: datetime) -> list[tuple[int, str]]:
    """Count the alerts in force in each hour, and name the worst severity among them.

    Returns
    -------
    list of (int, str)
        One pair for each hour from `start` to `end`.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> alert = Record("alert", "cap", "1", "1", EPOCH, EPOCH, EPOCH + timedelta(hours=2), severity="Severe")
    >>> density([alert], EPOCH - timedelta(hours=1), EPOCH + timedelta(hours=3))
    [(0, 'Unknown'), (1, 'Severe'), (1, 'Severe'), (0, 'Unknown')]
    """
    count = (end - start) // _BIN
    places = {item.value: place for place, item in enumerate(Severity)}
    totals = np.zeros((len(Severity), count + 1), dtype=int)
    for record in records:
        first = max(0, (record.valid_from - start) // _BIN)
        last = count if record.valid_to is None else min(count, -((start - record.valid_to) // _BIN))
        if first < last:
            place = places.get(record.severity, len(places) - 1)
            totals[place, first] += 1
            totals[place, last] -= 1
    steps = totals.cumsum(axis=1)[:, :count]
    words = list(Severity)
    worst = np.where(steps.any(axis=0), (steps > 0).argmax(axis=0), len(words) - 1)
    return [
        (number, words[place].value)
        for number, place in zip(steps.sum(axis=0).tolist(), worst.tolist(), strict=True)
    ]


def _bins(snapshot: Snapshot, start: datetime, end: datetime) -> list[list[Any]]:
    active = [record for record in snapshot.records if record.kind == "alert" and record.state == "active"]
    return [[count, worst] for count, worst in density(active, start, end)]


def _moment(value: Any) -> datetime | None:
    """Read milliseconds since 1970 from a browser."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInputError(f"{str(value)[:40]!r} is not a time in milliseconds.")
    if not micros(EARLIEST) <= value * 1000 <= micros(LATEST):
        raise InvalidInputError("That time is outside 1900 to 2200.")
    return from_micros(round(value * 1000))
