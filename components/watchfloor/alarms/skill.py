"""How good a rule's alarms were: hits, misses, false alarms, lead time, and scores that weigh them.

Counted are events, which no correct negatives exist for, and blocks of time, which have them.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from watchfloor.alarms.amount import spoken
from watchfloor.alarms.rules.stations import apart
from watchfloor.alarms.site import About, Site
from watchfloor.alarms.trial import Trial
from watchfloor.core.errors import InvalidInputError

if TYPE_CHECKING:
    from watchfloor.store import Record, Store

__all__ = ["Occurred", "Skill", "crossings", "recorded", "skill"]

_HOUR = timedelta(hours=1)
_CHANCES = (0.1, 0.3, 0.5)
"""Probability thresholds at which the risk matrix is decided."""
_BLOCKS = 2_000_000


@dataclass(frozen=True)
class Occurred:
    """Something that a rule should have warned of.

    Parameters
    ----------
    start, end
        When; `end` is `start` for a moment.
    subjects
        For which subjects of the rule it counts; empty for any.
    level
        How bad, counted like the rule's levels: 1 is the mildest.
    name
        What it was. Untrusted.
    """

    start: datetime
    end: datetime
    subjects: frozenset[str] = frozenset()
    level: int = 1
    name: str = ""


@dataclass(frozen=True)
class Skill:
    """How good a rule was in a trial.

    Parameters
    ----------
    hits, misses, false_alarms
        Events warned of, events not warned of, and firings without an event.
    lead
        For each hit, how long before the event the rule fired; negative where it fired after it had begun.
    firm
        Mean FIRM score of the blocks, 0 for the best (Taggart, Loveday & Griffiths 2022, doi:10.1002/qj.4266).
    risk_matrix_score
        Mean risk matrix score of the blocks, 0 for the best (Taggart & Wilke 2025, doi:10.5194/nhess-25-2657-2025).
    correct_negatives
        Blocks without event and without alarm.
    block
        Length of a block.
    missed
        The events that were missed.
    """

    hits: int
    misses: int
    false_alarms: int
    lead: tuple[timedelta, ...]
    firm: float
    risk_matrix_score: float
    correct_negatives: int
    block: timedelta
    missed: tuple[Occurred, ...] = ()

    @property
    def pod(self) -> float:
        """Probability of detection: hits of all events; NaN without events."""
        return _counted(self, "probability_of_detection")

    @property
    def far(self) -> float:
        """False alarm ratio: false alarms of all warnings; NaN without warnings."""
        return _counted(self, "false_alarm_ratio")

    @property
    def csi(self) -> float:
        """Critical success index: hits of all that was warned of or happened; NaN where nothing was."""
        return _counted(self, "critical_success_index")

    @property
    def lead_time(self) -> timedelta | None:
        """The median lead time of the hits; None without hits."""
        hours = [lead / _HOUR for lead in self.lead]
        return timedelta(hours=float(np.median(hours))) if hours else None

    def leads(self, shares: Sequence[float] = (0.1, 0.5, 0.9)) -> list[timedelta]:
        """Return quantiles of the lead time; none without hits."""
        hours = [lead / _HOUR for lead in self.lead]
        return [timedelta(hours=float(each)) for each in np.quantile(hours, shares)] if hours else []

    def __str__(self) -> str:
        text = (
            f"{self.hits} hits, {self.misses} misses, {self.false_alarms} false alarms; POD {_share(self.pod)}, "
            f"FAR {_share(self.far)}, CSI {_share(self.csi)}"
        )
        lead = self.lead_time
        if lead is not None:
            before = "before" if lead >= timedelta(0) else "after"
            text += f"; in the middle {spoken(abs(lead))} {before} the event"
        return f"{text}; FIRM {self.firm:.3g}, risk matrix score {self.risk_matrix_score:.3g}."


def skill(
    trial: Trial,
    events: Iterable[Occurred],
    *,
    before: timedelta = timedelta(hours=6),
    late: timedelta = timedelta(0),
    block: timedelta = timedelta(hours=6),
    risk: float = 0.7,
    subjects: Iterable[str] = (),
) -> Skill:
    """Hold a trial against what happened.

    An event is hit by a firing that was in force at some time from `before` its start until `late` after it, for one
    of its subjects; the earliest such firing gives the lead time. A firing that hits no event is a false alarm.

    Parameters
    ----------
    trial
        What the rule would have done.
    events
        What happened within the trial.
    before, late
        How early a warning may be to count, and how late.
    block
        Length of the blocks that FIRM and the risk matrix score compare: the worst level that was warned of with the
        worst one that happened, at each subject.
    risk
        FIRM's risk parameter, between 0 and 1: the share that a miss costs against a false alarm.
    subjects
        Subjects that there are; by default those of the firings and events.

    Raises
    ------
    InvalidInputError
        If the trial holds too many blocks, or a length of time is impossible.

    Examples
    --------
    >>> from watchfloor.alarms.trial import Firing
    >>> from watchfloor.core.clock import parse_time
    >>> t = [parse_time(f"2026-06-01T{hour:02}:00:00Z") for hour in range(24)]
    >>> trial = Trial("r", "1", t[0], t[23], (Firing("a", ("a",), t[2], t[5], 1, "", 1.0), Firing("a", ("a",), t[20], t[21], 1, "", 1.0)), 1)
    >>> print(skill(trial, [Occurred(t[4], t[5], frozenset({"a"}))], block=timedelta(hours=1)))
    1 hits, 0 misses, 1 false alarms; POD 100 %, FAR 50 %, CSI 50 %; in the middle 2 h before the event; FIRM 0.0391, risk matrix score 0.117.
    """
    if min(before, late) < timedelta(0) or block <= timedelta(0) or not 0 < risk < 1:
        raise InvalidInputError(
            f"before {before}, late {late}, block {block} and risk {risk} cannot be used; expected lengths of time, and 0 < risk < 1."
        )
    happened = [event for event in events if trial.start <= event.start <= trial.end]
    lead: list[timedelta] = []
    missed: list[Occurred] = []
    used: set[int] = set()
    for event in happened:
        meant = [
            place
            for place, firing in enumerate(trial.firings)
            if (not event.subjects or firing.subject in event.subjects)
            and firing.start <= event.start + late
            and firing.end >= event.start - before
        ]
        if meant:
            used.update(meant)
            lead.append(event.start - min(trial.firings[place].start for place in meant))
        else:
            missed.append(event)
    warned, seen = _blocks(trial, happened, block, subjects)
    firm, matrix = _scores(warned, seen, risk)
    calm = int(((warned == 0) & (seen == 0)).sum())
    false = len(trial.firings) - len(used)
    return Skill(len(lead), len(missed), false, tuple(lead), firm, matrix, calm, block, tuple(missed))


def crossings(trial: Trial, level: int = 1) -> list[Occurred]:
    """Return the firings of another rule, such as the crossing of a higher level, as events."""
    return [
        Occurred(firing.start, firing.end, frozenset({firing.subject}), firing.level, firing.name)
        for firing in trial.firings
        if firing.level >= level
    ]


def recorded(
    store: "Store", site: Site, start: datetime, end: datetime, *, kind: Sequence[str] = ("incident", "event"), near_km: float = 10.0,
    level: Callable[["Record"], int] | None = None, **filters: Any,
) -> list[Occurred]:  # fmt: skip
    """Return records of incidents and events, each for the series that lie near it.

    Parameters
    ----------
    store, site
        Where they are, and where series are.
    start, end
        When they were valid.
    kind
        Kinds of record.
    near_km
        How near a series must be; a record without a place counts for all.
    level
        How bad a record is, counted like the rule's levels; 1 if None.
    filters
        As of `Store.records`: hazard, source, severity.
    """
    placed = [
        about for about in site.series.values() if math.isfinite(about.lon) and math.isfinite(about.lat)
    ]
    found = []
    for record in store.records(kind, during=(start, end), **filters):
        names: frozenset[str] = frozenset()
        if record.geometry is not None:
            point = shapely.centroid(shape(record.geometry))
            away = apart([About("", lon=point.x, lat=point.y), *placed])[0, 1:]
            names = frozenset(
                about.name for about, km in zip(placed, away.tolist(), strict=True) if km <= near_km
            )
            if not names:
                continue
        until = record.valid_to or record.valid_from
        found.append(
            Occurred(record.valid_from, until, names, max(1, level(record)) if level else 1, record.title)
        )
    return found


def _blocks(
    trial: Trial, events: Sequence[Occurred], block: timedelta, subjects: Iterable[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the worst level that was warned of, and that happened, [subjects, blocks]."""
    names = sorted(
        {
            *subjects,
            *(firing.subject for firing in trial.firings),
            *(name for event in events for name in event.subjects),
        }
    )
    names = names or [""]
    rows: Mapping[str, int] = {name: row for row, name in enumerate(names)}
    count = max(1, math.ceil((trial.end - trial.start) / block))
    if count * len(names) > _BLOCKS:
        raise InvalidInputError(
            f"{len(names)} subjects and {count} blocks of {block} are more than {_BLOCKS:,}; choose longer blocks."
        )
    warned, seen = (np.zeros((len(names), count)) for _ in range(2))

    def fill(table: NDArray[np.float64], row: int, start: datetime, end: datetime, level: int) -> None:
        first = max(0, (start - trial.start) // block)
        last = min(count - 1, max((end - trial.start - timedelta(microseconds=1)) // block, first))
        table[row, first : last + 1] = np.maximum(table[row, first : last + 1], level)

    for firing in trial.firings:
        fill(warned, rows[firing.subject], firing.start, firing.end, firing.level)
    for event in events:
        for name in event.subjects or names:
            fill(seen, rows[name], event.start, event.end, event.level)
    return warned, seen


def _scores(warned: NDArray[np.float64], seen: NDArray[np.float64], risk: float) -> tuple[float, float]:
    import xarray as xr
    from scores.categorical import firm, risk_matrix_score

    worst = int(max(warned.max(), seen.max(), 1))
    said, true = (xr.DataArray(table.ravel(), dims="block") for table in (warned, seen))
    limits = [number - 0.5 for number in range(1, worst + 1)]
    found = firm(said, true, risk, limits, [1.0] * worst)
    severity = xr.DataArray(np.arange(1, worst + 1), dims="severity")
    weights = xr.DataArray(
        np.ones((worst, len(_CHANCES))),
        dims=("severity", "chance"),
        coords={"severity": severity.values, "chance": list(_CHANCES)},
    )
    reached, was = (
        (table >= severity).astype("float64").assign_coords(severity=severity.values)
        for table in (said, true)
    )
    matrix = risk_matrix_score(reached, was, weights, "severity", "chance")
    return float(found), float(matrix)


def _counted(found: Skill, score: str) -> float:
    import warnings

    from scores.categorical import BasicContingencyManager

    counts = {
        "tp_count": float(found.hits),
        "tn_count": 0.0,
        "fp_count": float(found.false_alarms),
        "fn_count": float(found.misses),
        "total_count": float(found.hits + found.false_alarms + found.misses),
    }
    import xarray as xr

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        manager = BasicContingencyManager({name: xr.DataArray(value) for name, value in counts.items()})
        return float(getattr(manager, score)())


def _share(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.0%}".replace("%", " %")
