"""Judge what is new in a cube of series, and what it shows about older values.

What is said of a value depends only on the values that are there, never on how they came: judging a day at once
and judging it value by value end in the same marks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.quality import Check, Flag
from watchfloor.diagnosis.quality import checks, neighbours
from watchfloor.diagnosis.quality.checks import HOUR, Floats, Found, Ints
from watchfloor.diagnosis.quality.limits import Limits, limits_of
from watchfloor.diagnosis.windows import maintained
from watchfloor.store.records import Mark

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cubic", "Sensors", "assess", "judge"]

_BACK = checks.WIDEST + checks.SIDES
"""Values before the first new one that it may show in another light."""
_BEFORE = 64
"""Values before the first judged one among which the last believable one is looked for."""
_EVER = -(2**63)
"""Before all times."""
_REACH = checks.PAST + 2 * neighbours.HISTORY
"""Values before those that a judgement rests on."""


class Samples(Protocol):
    """A stretch of one series: what a cube's window has."""

    @property
    def time(self) -> Any:
        """Microseconds, int64, shape (n,)."""

    @property
    def value(self) -> Any:
        """Values, shape (n,); NaN for missing."""


class Cubic(Protocol):
    """What `assess` needs of a cube."""

    def names(self) -> Sequence[str]:
        """Return the names of all series."""

    def cadence(self, name: str) -> timedelta | None:
        """Return the time from one sample to the next; None where there is none."""

    def window(self, name: str, start: datetime | None = None, end: datetime | None = None) -> Samples:
        """Return the samples of a series from `start` up to `end`."""


@dataclass(frozen=True)
class Sensors:
    """What the checks know of each series beside its values.

    Parameters
    ----------
    limits
        Limits by name.
    units
        Unit by name.
    near
        Names of the neighbours of each series that has some, the nearest first.
    maintenance
        Stretches of maintenance by name, microseconds.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = ["title", "field", "units", "lon", "lat", "hazard", "attrs"]
    >>> table = pd.DataFrame([["", "temperature", "degC", 0.0, 0.0, "", {}]], index=["a"], columns=columns)
    >>> Sensors.of(table).limits["a"].spike
    4.0
    """

    limits: Mapping[str, Limits]
    units: Mapping[str, str]
    near: Mapping[str, list[str]]
    maintenance: Mapping[str, list[tuple[int, int]]]

    @classmethod
    def of(cls, series: "pd.DataFrame") -> "Sensors":
        """Read the descriptions of series.

        Parameters
        ----------
        series
            As `store.series` returns it: index name; columns field, units, lon, lat, attrs among others.
        """
        limits: dict[str, Limits] = {}
        units: dict[str, str] = {}
        maintenance: dict[str, list[tuple[int, int]]] = {}
        kinds: dict[tuple[str, str, float], list[tuple[str, float, float]]] = {}
        for row in series.itertuples():
            name, place = str(row.Index), (row.lon, row.lat)
            attrs: Mapping[str, Any] = row.attrs if isinstance(row.attrs, Mapping) else {}
            limits[name] = limits_of(str(row.field), str(row.units), attrs)
            units[name] = str(row.units)
            if stretches := maintained(attrs):
                maintenance[name] = stretches
            if row.field:
                kind = (str(row.field), str(row.units), limits[name].radius)
                kinds.setdefault(kind, []).append((name, _degrees(place[0]), _degrees(place[1])))
        near: dict[str, list[str]] = {}
        for (_, _, radius), members in kinds.items():
            lon, lat = (np.array([item[place] for item in members]) for place in (1, 2))
            for member, others in zip(members, neighbours.nearest(lon, lat, radius), strict=True):
                if others:
                    near[member[0]] = [members[other][0] for other in others]
        return cls(limits, units, near, maintenance)

    def touched(self, names: Iterable[str]) -> list[str]:
        """Return these series and those whose neighbours they are, sorted."""
        given = set(names)
        return sorted(given | {name for name, others in self.near.items() if given & set(others)})


def assess(
    cube: Cubic,
    names: Iterable[str],
    since: datetime | None,
    *,
    series: "pd.DataFrame | Sensors",
    now: datetime | None = None,
    marked: "pd.DataFrame | Callable[[list[str], datetime | None], pd.DataFrame] | None" = None,
) -> list[Mark]:
    """Judge the values of series from a time on, and those before it that they show in another light.

    Parameters
    ----------
    cube
        Where the values are. Their flags are not read: a mark never rests on an earlier mark.
    names
        Series that have something new; those beside them are judged again with them, as far as they depend on them.
    since
        Valid time of the oldest value that is new (late ones included); None for all.
    series
        Descriptions, as `store.series` returns them, or what was read of them.
    now
        Time of the floor, for values in the future; None leaves them unjudged.
    marked
        ``store.marks``, or a table that it returned: earlier marks that no longer hold are taken back. The function is asked
        for just what is judged again, which is more than `names` and `since` say: neighbours, and runs from their beginning.

    Returns
    -------
    list of Mark
        By series and time; only what is not plain good, and marks with checks 0 and flag 0 that take back.

    Notes
    -----
    Values are float32 in a cube: sentences name at most five figures.
    """
    sensors = series if isinstance(series, Sensors) else Sensors.of(series)
    known = set(cube.names())
    judged = {
        name: _series(cube, name, known, since, sensors, now)
        for name in sensors.touched(names)
        if name in known
    }
    if callable(marked):
        begin = min((first for first, _ in judged.values()), default=_EVER)
        marked = marked(list(judged), None if begin == _EVER else from_micros(begin)) if judged else None
    oldest = _oldest(marked)
    found = [mark for _, marks in judged.values() for mark in marks]
    for name, (first, marks) in judged.items():
        found += _withdrawn(name, oldest.get(name, []), first, marks)
    return sorted(found, key=lambda mark: (mark.series, mark.time))


def judge(
    time: Ints,
    value: Floats,
    limits: Limits,
    *,
    cadence: int | None = None,
    units: str = "",
    start: int = 0,
    others: Floats | None = None,
    now: int | None = None,
    maintenance: Sequence[tuple[int, int]] = (),
) -> dict[int, tuple[int, int, str]]:
    """Run all checks over one series.

    Parameters
    ----------
    time, value
        Samples without missing values, shape (n,), strictly increasing times in microseconds.
    limits
        What the series can be and do.
    cadence
        Microseconds from one sample to the next; None for a series without one.
    units
        Its unit.
    start
        First sample that is new.
    others
        What the neighbours read at the same times, shape (k, n).
    now
        Time of the floor in microseconds.
    maintenance
        Stretches of maintenance in microseconds.

    Returns
    -------
    dict
        Place in the array to checks, flag and reason; only what is not plain good. Places from
        `start` less the reach of a spike on, or from the beginning of a run of equal values that holds that place.
    """
    back = _begin(value, start, limits)
    shortest = checks.HOUR // 6 if cadence is None else cadence
    found: list[tuple[Check, Found]] = []
    spikes = np.zeros(len(value), dtype=bool)
    if limits.checks("range"):
        found.append(
            (
                Check.RANGE,
                checks.in_range(
                    value, sensor=limits.sensor, plausible=limits.plausible, units=units, start=back
                ),
            )
        )
    if limits.checks("season") and limits.seasonal is not None:
        found.append((Check.RANGE, checks.in_season(time, value, limits.seasonal, units=units, start=back)))
    if limits.checks("spike") and limits.spike is not None:
        first = max(
            back - _BEFORE, 0
        )  # the rate of a sample asks which of those before it are to be believed
        spiked, _ = checks.spike(value, threshold=limits.spike, units=units, start=first)
        spiked = _alone(spiked, value, others)
        spikes[spiked.at] = True
        found.append((Check.SPIKE, _from(spiked, back)))
    if limits.checks("rate") and limits.step is not None:
        longest = 6 * shortest / HOUR
        first = max(back - _BEFORE, 0)
        for limit in (limits.sensor, limits.plausible):
            if limit is not None:
                spikes |= (value < limit[0]) | (value > limit[1])
        changed = checks.rate(
            time[first:], value[first:], step=limits.step, per_hour=limits.per_hour or 0.0, longest=longest, units=units,
            start=back - first, skip=spikes[first:],
        )  # fmt: skip
        found.append((Check.RATE, changed._replace(at=changed.at + first)))
    if limits.checks("stuck") and limits.stuck is not None:
        found.append((Check.STUCK, checks.stuck(
            time, value, hours=limits.stuck, tolerance=limits.tolerance, idle=limits.idle, units=units, start=back,
        )))  # fmt: skip
    if limits.checks("gap") and cadence is not None:
        found.append((Check.GAP, checks.gap(time, cadence=cadence, start=back)))
    if limits.checks("time"):
        bound = cadence if limits.strict else None
        found.append((Check.TIME, checks.timing(time, now=now, cadence=bound, start=back)))
    if limits.checks("neighbour") and limits.neighbour is not None and others is not None and len(others):
        found.append(
            (
                Check.NEIGHBOUR,
                neighbours.neighbour(value, others, tolerance=limits.neighbour, units=units, start=back),
            )
        )
    if limits.checks("maintenance") and maintenance:
        inside = np.zeros(len(time), dtype=bool)
        for begin, end in maintenance:
            inside |= (time >= begin) & (time < end)
        where = np.flatnonzero(inside[back:]) + back
        found.append(
            (
                Check.MAINTENANCE,
                Found(
                    where,
                    np.full(len(where), Flag.SUSPECT, np.uint8),
                    ["Measured during maintenance."] * len(where),
                ),
            )
        )
    return _together(found)


def _degrees(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _series(
    cube: Cubic, name: str, known: set[str], since: datetime | None, sensors: Sensors, now: datetime | None
) -> tuple[int, list[Mark]]:
    """Judge one series; return the time from which it was judged, and its marks."""
    limits = sensors.limits.get(name, Limits())
    cadence = _cadence(cube, name)
    time, value = _context(cube, name, since, cadence, limits)
    if not len(time):
        return _EVER, []
    start = 0 if since is None else int(np.searchsorted(time, micros(since)))
    others = None
    wanted = limits.neighbour is not None and limits.checks("neighbour")
    if (wanted or limits.spike is not None) and (
        near := [other for other in sensors.near.get(name, ()) if other in known]
    ):
        begin, end = from_micros(int(time[0]) - 2 * cadence), from_micros(int(time[-1]) + 2 * cadence)
        others = neighbours.align(time, [_window(cube, other, begin, end) for other in near], cadence)
    found = judge(
        time, value, limits, cadence=None if cube.cadence(name) is None else cadence, units=sensors.units.get(name, ""),
        start=start, others=others, now=None if now is None else micros(now), maintenance=sensors.maintenance.get(name, ()),
    )  # fmt: skip
    back = _begin(value, start, limits)
    marks = [
        Mark(name, from_micros(int(time[at])), int(mask), int(flag), reason)
        for at, (mask, flag, reason) in sorted(found.items())
    ]
    return int(time[back]) if back else _EVER, marks


def _cadence(cube: Cubic, name: str) -> int:
    found = cube.cadence(name)
    return HOUR // 6 if found is None else max(int(found / timedelta(microseconds=1)), 1)


def _window(
    cube: Cubic, name: str, start: datetime | None, end: datetime | None = None
) -> tuple[Ints, Floats]:
    """Return the values of a series that are not missing."""
    window = cube.window(name, start, end)
    value = np.asarray(window.value, dtype=np.float64)
    kept = np.isfinite(value)
    return np.asarray(window.time, dtype=np.int64)[kept], value[kept]


def _begin(value: Floats, start: int, limits: Limits) -> int:
    """Return the first place that a value at `start` may show in another light: a whole run may turn out to be stuck."""
    back = max(min(start, len(value)) - _BACK, 0)
    if limits.stuck is None or not limits.checks("stuck") or back >= len(value):
        return back
    if any(abs(value[back] - rest) <= limits.tolerance for rest in limits.idle):
        return back
    return int(checks.run(value, back, limits.tolerance))


def _context(
    cube: Cubic, name: str, since: datetime | None, cadence: int, limits: Limits
) -> tuple[Ints, Floats]:
    """Return the values from `since` on and as many before as a judgement may rest on."""
    if since is None:
        return _window(cube, name, None)
    first = since - timedelta(microseconds=cadence * (_REACH + _BACK + 100))
    time, value = _window(cube, name, first)
    back = _begin(value, int(np.searchsorted(time, micros(since))), limits)
    return (time, value) if back >= _REACH else _window(cube, name, None)


def _alone(found: Found, value: Floats, others: Floats | None) -> Found:
    """Leave out spikes that a neighbour shows as well: what several sensors see for a moment happened."""
    if others is None or not len(found.at):
        return found
    keep = []
    for at in found.at:
        before, after = (
            slice(max(at - checks.SIDES - 2, 0), max(at - 2, 0)),
            slice(at + 3, at + 3 + checks.SIDES),
        )
        away = value[at] - np.median(
            [*value[max(at - checks.SIDES, 0) : at], *value[at + 1 : at + 1 + checks.SIDES]]
        )
        sign = np.sign(away)
        around = np.fmax(_middle(sign * others[:, before]), _middle(sign * others[:, after]))
        with np.errstate(invalid="ignore"):
            stands = sign * others[:, max(at - 2, 0) : at + 3] - around[:, None]
            keep.append(not bool((stands > 0.3 * abs(away)).any()))
    chosen = np.flatnonzero(keep)
    return Found(found.at[chosen], found.flag[chosen], [found.reason[at] for at in chosen])


def _middle(values: NDArray[np.float64]) -> Floats:
    out = np.full(len(values), np.nan)
    for row, part in enumerate(values):
        kept = part[np.isfinite(part)]
        if len(kept):
            out[row] = np.median(kept)
    return out


def _from(found: Found, start: int) -> Found:
    chosen = np.flatnonzero(found.at >= start)
    return Found(found.at[chosen], found.flag[chosen], [found.reason[at] for at in chosen])


def _together(found: Sequence[tuple[Check, Found]]) -> dict[int, tuple[int, int, str]]:
    """Put what several checks found of a sample into one mark: all checks, the worst flag, every reason."""
    out: dict[int, tuple[int, int, str]] = {}
    for check, item in found:
        for at, flag, reason in zip(item.at.tolist(), item.flag.tolist(), item.reason, strict=True):
            mask, level, said = out.get(at, (0, 0, ""))
            out[at] = (mask | check.value, max(level, flag), f"{said} {reason}".strip())
    return out


def _oldest(marked: "pd.DataFrame | None") -> dict[str, list[int]]:
    """Return the times of marks that hold, by series."""
    out: dict[str, list[int]] = {}
    if marked is None or not len(marked):
        return out
    holding = marked[marked["checks"] > 0]
    for name, time in zip(holding["series"], holding["time"], strict=True):
        out.setdefault(str(name), []).append(micros(time.to_pydatetime()))
    return out


def _withdrawn(name: str, earlier: Sequence[int], first: int, marks: Sequence[Mark]) -> list[Mark]:
    """Take back earlier marks of the judged stretch that were not found again."""
    if not earlier:
        return []
    again = {micros(mark.time) for mark in marks}
    return [
        Mark(name, from_micros(time), 0, int(Flag.GOOD))
        for time in sorted(set(earlier) - again)
        if time >= first
    ]
