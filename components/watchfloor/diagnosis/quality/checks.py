"""Checks of one series as pure functions on arrays: which samples, how bad, and why in a sentence.

They follow the tests of QARTOD (U.S. IOOS, 2020, *Manual for Real-Time Quality Control of Water Level Data* 2.1,
doi:10.25923/vpsx-dc82) and of the WMO (Zahumenský, 2004, *Guidelines on Quality Control Procedures for Data from
Automatic Weather Stations*), with this difference: a check may not take a true extreme for an error, since it is for the
extremes that the sensors stand there. A change that the values before and after confirm is no spike, and a constant
value is stuck only where the sensor's own past says that it does not stand still.

Times are int64 microseconds (UTC), strictly increasing except in `timing`; values are float64, NaN for missing.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.clock import format_time, from_micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.jit import jit
from watchfloor.core.quality import Flag
from watchfloor.diagnosis.median import median, median_step

__all__ = ["Found", "gap", "in_range", "in_season", "number", "rate", "run", "spike", "stuck", "timing"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HOUR = 3_600_000_000
SIDES = 5
"""Samples on each side whose median a spike is held against; two of them may be part of the spike."""
WIDEST = 3
"""Most samples that a spike has: what stays longer is an event or a step."""
PAST = 288
"""Samples before a run of equal values that tell how often the sensor repeats itself."""
NOISE = 48
"""Steps before a sample that tell how much it usually moves."""


class Found(NamedTuple):
    """What a check found: places in the array, a flag and a sentence for each.

    Examples
    --------
    >>> found = in_range(np.array([1.0, 31.0]), plausible=(-5.0, 30.0), units="m")
    >>> found.at.tolist(), found.flag.tolist(), found.reason
    ([1], [2], ['31 m is outside the plausible -5 to 30 m.'])
    """

    at: Ints
    flag: NDArray[np.uint8]
    reason: list[str]


def number(value: float, units: str = "") -> str:
    """Write a number as people read it: at most five figures, and its unit.

    Examples
    --------
    >>> number(19.989999771118164, "m"), number(0.5, "1"), number(1234567.0, "m^3/s")
    ('19.99 m', '0.5', '1.2346e+06 m^3/s')
    """
    text = f"{float(value):.5g}"
    return text if units in {"", "1"} else f"{text} {units}"


def in_range(
    value: Floats,
    *,
    sensor: tuple[float, float] | None = None,
    plausible: tuple[float, float] | None = None,
    units: str = "",
    start: int = 0,
) -> Found:
    """Gross range test (QARTOD test 4): bad beyond what the sensor can tell, suspect beyond what is plausible.

    Parameters
    ----------
    value
        Values, in `units`, shape (n,).
    sensor, plausible
        Lowest and highest value, both allowed.
    start
        First sample that is judged.
    """
    part = value[start:]
    flag = np.zeros(len(part), dtype=np.uint8)
    for limits, level in ((plausible, Flag.SUSPECT), (sensor, Flag.BAD)):
        if limits is not None:
            flag[(part < limits[0]) | (part > limits[1])] = level
    index = np.flatnonzero(flag)

    def say(at: Any) -> str:
        word, limits = ("plausible", plausible) if flag[at] == Flag.SUSPECT else ("possible", sensor)
        assert limits is not None  # a flag comes from a limit
        return f"{number(part[at], units)} is outside the {word} {number(limits[0])} to {number(limits[1], units)}."

    return Found(index + start, flag[index], [say(at) for at in index])


def in_season(
    time: Ints, value: Floats, limits: Sequence[tuple[float, float]], *, units: str = "", start: int = 0
) -> Found:
    """Climatology test (QARTOD test 5): suspect outside the range of its month.

    Parameters
    ----------
    time, value
        Samples, shape (n,).
    limits
        Lowest and highest value of each month, January first.
    start
        First sample that is judged.
    """
    if len(limits) != 12:
        raise InvalidInputError(
            f"The limits are of {len(limits)} months; expected 12 pairs of lowest and highest value."
        )
    month = time[start:].astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) % 12
    bounds = np.asarray(limits, dtype=np.float64)
    part = value[start:]
    index = np.flatnonzero((part < bounds[month, 0]) | (part > bounds[month, 1]))
    reason = [
        f"{number(part[at], units)} is outside the {number(bounds[month[at], 0])} to {number(bounds[month[at], 1], units)} "
        f"of month {month[at] + 1}."
        for at in index
    ]
    return Found(index + start, np.full(len(index), Flag.SUSPECT, np.uint8), reason)


def rate(
    time: Ints,
    value: Floats,
    *,
    step: float,
    per_hour: float,
    longest: float,
    units: str = "",
    start: int = 0,
    skip: NDArray[np.bool_] | None = None,
) -> Found:
    """Rate of change test (QARTOD test 7, WMO time consistency): suspect where the step is larger than it can be.

    The step from one good sample to the next may be `step` + `per_hour` times the hours between: the first is what
    noise and a front do at once, the second how fast the quantity can go on changing.

    Parameters
    ----------
    time, value
        Samples, shape (n,).
    step, per_hour
        In `units`, and `units` an hour.
    longest
        Hours beyond which two samples do not tell of a rate.
    start
        First sample that is judged.
    skip
        Samples to pass over, such as spikes: the way back from one is no fast change.
    """
    use = np.isfinite(value)
    if skip is not None:
        use &= ~skip
    kept = np.flatnonzero(use)
    hours = np.diff(time[kept]) / HOUR
    change = np.diff(value[kept])
    over = (np.abs(change) > step + per_hour * hours) & (hours <= longest) & (kept[1:] >= start)
    which = np.flatnonzero(over)
    reason = [
        f"Changed by {number(change[at], units)} in {_span(hours[at])}; at most "
        f"{number(step + per_hour * hours[at], units)} is expected."
        for at in which
    ]
    return Found(kept[1:][which], np.full(len(which), Flag.SUSPECT, np.uint8), reason)


def spike(
    value: Floats, *, threshold: float, factor: float = 8.0, units: str = "", start: int = 0
) -> tuple[Found, Floats]:
    """Spike test (QARTOD test 6, over several points): at most three samples that leave and come back.

    A sample is held against the median of the five before and of the five after it; only what lies beyond *both* by
    more than the threshold, and than `factor` times the median step of the 48 steps before, counts. So neither a step nor
    the front of a wave is a spike, whichever side is higher. Of the way there and back, each must be done in one
    step for six tenths: a crest that was climbed is none either. The newest sample is not judged: whether it is a
    spike only the next ones show.

    Parameters
    ----------
    value
        Values without gaps, shape (n,).
    threshold
        In `units`; from twice the limit on a spike is bad, else suspect.
    factor
        Multiple of the usual step.
    start
        First sample that is judged.

    Returns
    -------
    Found, array
        What was found, and for each sample how far it stands out, shape (n,).
    """
    out, limit = _spikes(np.ascontiguousarray(value, dtype=np.float64), threshold, factor, start)
    index = np.flatnonzero(out)
    flag = np.where(np.abs(out[index]) > 2 * limit[index], Flag.BAD, Flag.SUSPECT).astype(np.uint8)
    reason = [
        f"{number(value[at], units)} stands {number(abs(out[at]), units)} {'above' if out[at] > 0 else 'below'} the values "
        f"before and after it; at most {number(limit[at], units)} is usual."
        for at in index
    ]
    return Found(index, flag, reason), out


def stuck(
    time: Ints,
    value: Floats,
    *,
    hours: float,
    tolerance: float = 0.0,
    idle: Sequence[float] = (),
    chance: float = 1e-6,
    units: str = "",
    start: int = 0,
) -> Found:
    """Flat line test (QARTOD test 8, WMO persistence): suspect where a sensor stands still that usually does not.

    A run of equal values counts from the hours on that are given, and only where its length would have a probability
    below `chance` if the sensor repeated its value as often as in the 288 samples before the run. The whole run is marked.

    Parameters
    ----------
    time, value
        Samples without gaps in `value`, shape (n,).
    hours
        Shortest time that counts.
    tolerance
        Largest difference from one value to the next that still is the same, in `units`; over a run at most twice that.
    idle
        Values at which standing still is normal, such as no rain; also what lies beyond the outermost of them.
    start
        First sample that is judged; the run that it belongs to is judged whole.
    """
    value = np.ascontiguousarray(value, dtype=np.float64)
    runs = _runs(time, value, float(tolerance), int(hours * HOUR), float(chance), start)
    index: list[Ints] = []
    reason: list[str] = []
    for first, last, share in runs:
        level = value[first]
        if any(abs(level - rest) <= tolerance for rest in idle):
            continue
        index.append(np.arange(first, last + 1))
        since = format_time(from_micros(int(time[first])))
        reason += [
            f"Has read {number(level, units)} without a change since {since}, longer than {_span(hours)}; before, "
            f"{share:.0%} of its values were the same as the one before."
        ] * (last + 1 - first)
    where = np.concatenate(index) if index else np.zeros(0, np.int64)
    return Found(where, np.full(len(where), Flag.SUSPECT, np.uint8), reason)


def gap(time: Ints, *, cadence: int, start: int = 0) -> Found:
    """Gap test (QARTOD test 1): the sample before which at least one is missing. The sample itself stays good.

    Sensors that tell more often when there is something to tell are measured by the median of their last 24 steps.

    Parameters
    ----------
    time
        Times of the samples that have a value, shape (n,).
    cadence
        Microseconds from one sample to the next.
    start
        First sample that is judged.
    """
    step = np.diff(time)
    lost = np.rint(step / cadence).astype(np.int64) - 1
    index = np.flatnonzero(lost > 0) + 1
    index = _unusual(step, index[index >= start])
    reason = [
        f"{lost[at - 1]} value{'s' if lost[at - 1] > 1 else ''} before it {'are' if lost[at - 1] > 1 else 'is'} missing: "
        f"nothing for {_span((time[at] - time[at - 1]) / HOUR)} from a sensor that tells every {_span(cadence / HOUR)}."
        for at in index
    ]
    return Found(index, np.full(len(index), Flag.GOOD, np.uint8), reason)


def timing(
    time: Ints,
    *,
    now: int | None = None,
    ahead: int = 300_000_000,
    cadence: int | None = None,
    start: int = 0,
) -> Found:
    """Test the timing (QARTOD test 1): bad in the future or out of order, suspect off the sensor's cadence.

    Parameters
    ----------
    time
        Times as they came, shape (n,).
    now
        Time of the floor; None leaves the future unjudged.
    ahead
        Microseconds that a sensor's clock may be fast.
    cadence
        Microseconds; given only for sensors that are bound to it. A tenth of it is allowed.
    start
        First sample that is judged.
    """
    flag = np.zeros(len(time), dtype=np.uint8)
    kind = np.zeros(len(time), dtype=np.int8)
    step = np.diff(time)
    if cadence is not None and len(time) > 1:
        off = np.abs(step - np.maximum(np.rint(step / cadence), 1) * cadence) > 0.1 * cadence
        flag[1:][off], kind[1:][off] = Flag.SUSPECT, 1
    back = np.zeros(len(time), dtype=bool)
    if len(time):
        back[1:] = time[1:] <= np.maximum.accumulate(time)[:-1]
    flag[back], kind[back] = Flag.BAD, 2
    if now is not None:
        late = time > now + ahead
        flag[late], kind[late] = Flag.BAD, 3
    index = np.flatnonzero(flag)
    index = index[index >= start]

    def say(at: Any) -> str:
        when = format_time(from_micros(int(time[at])))
        if kind[at] == 3:
            assert now is not None
            return f"Its time {when} is {_span((time[at] - now) / HOUR)} in the future."
        if kind[at] == 2:
            return f"Its time {when} is not after the time of the sample before it."
        assert cadence is not None
        return f"Came {_span(step[at - 1] / HOUR)} after the one before; the sensor tells every {_span(cadence / HOUR)}."

    return Found(index, flag[index], [say(at) for at in index])


def _span(hours: float) -> str:
    """Say a duration in the unit that people would use."""
    if hours < 1 / 60:
        return f"{hours * 3600:.3g} s"
    if hours < 1.5:
        return f"{hours * 60:.3g} min"
    return f"{hours:.3g} h" if hours < 48 else f"{hours / 24:.3g} d"


@jit  # pragma: no cover
def _spikes(value: Any, threshold: float, factor: float, start: int) -> Any:
    n = len(value)
    out = np.zeros(n)
    limit = np.full(n, threshold)
    begin = max(start - WIDEST - 1, 2)  # what reaches from here to `start` is too long for a spike
    for i in range(begin, n - 1):
        before = median(value[max(0, i - SIDES) : i])
        after = median(value[i + 1 : min(n, i + 1 + SIDES)])
        low, high = min(before, after), max(before, after)
        away = value[i] - high if value[i] > high else (value[i] - low if value[i] < low else 0.0)
        if abs(away) <= threshold:
            continue
        usual = median_step(value[max(0, i - NOISE - 1) : i])
        limit[i] = max(threshold, factor * usual)
        if abs(away) > limit[i]:
            out[i] = away
    i = begin
    while i < n:
        if out[i] == 0.0:
            i += 1
            continue
        last = i
        while last + 1 < n and out[last + 1] * out[i] > 0:
            last += 1
        whole = last - i < WIDEST and last + 1 < n
        if whole:
            there, back = abs(value[i] - value[i - 1]), abs(value[last] - value[last + 1])
            whole = there >= 0.6 * abs(out[i]) and back >= 0.6 * abs(out[last])
        if not whole:
            out[i : last + 1] = 0.0
        i = last + 1
    out[:start] = 0.0
    return out, limit


@jit  # pragma: no cover
def _unusual(step: Any, index: Any) -> Any:
    keep = np.zeros(len(index), dtype=np.bool_)
    for place, at in enumerate(index):
        before = step[max(0, at - 25) : at - 1]
        keep[place] = len(before) > 0 and step[at - 1] > 1.5 * median(before)
    return index[keep]


@jit  # pragma: no cover
def run(value: Any, at: int, tolerance: float) -> Any:
    """Return the place of the first of the values in a row that are the same as the one at a place."""
    while at > 0 and abs(value[at] - value[at - 1]) <= tolerance:
        at -= 1
    return at


@jit  # pragma: no cover
def _runs(time: Any, value: Any, tolerance: float, shortest: int, chance: float, start: int) -> Any:
    found = [(np.int64(0), np.int64(0), 0.0) for _ in range(0)]
    n = len(value)
    if n == 0 or start >= n:
        return found
    first = run(value, start, tolerance)
    while first < n:
        last = first
        low = high = value[first]
        while last + 1 < n and abs(value[last + 1] - value[last]) <= tolerance:
            last += 1
            low, high = min(low, value[last]), max(high, value[last])
        # what creeps along in small steps moves
        if time[last] - time[first] >= shortest and high - low <= 2 * tolerance:
            same = 0
            begin = max(first - PAST, 1)
            for j in range(begin, first):
                if abs(value[j] - value[j - 1]) <= tolerance:
                    same += 1
            # as if 24 repetitions and one change more had been seen: without a past there is no verdict for long
            share = (same + 24) / (max(first - begin, 0) + 25)
            if (last - first) * np.log(share) < np.log(chance):
                found.append((np.int64(first), np.int64(last), share))
        first = last + 1
    return found
