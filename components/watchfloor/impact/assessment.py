"""Hazard x exposure x vulnerability: who and what is hit, in each member of an ensemble."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numba import njit

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.kinds import kind as kind_of
from watchfloor.hazards.action import Action
from watchfloor.hazards.ensemble import Ensemble
from watchfloor.hazards.streams import Streams
from watchfloor.impact.behaviour import Behaviour, compiled
from watchfloor.impact.fold import Curves, fold
from watchfloor.impact.ground import Elements, Ground, grounded
from watchfloor.impact.inventory import Exposures
from watchfloor.impact.measures import measured
from watchfloor.impact.outcome import BUDGET, Outcome
from watchfloor.impact.vulnerability import VULNERABILITIES, Reads, Vulnerability
from watchfloor.impact.vulnerability.counted import ITSELF

__all__ = ["SUDDEN", "Part", "Run", "calculate"]

SUDDEN = ("earthquake", "crowd")
"""Kinds of hazard that come at once: only who left before they began is spared."""
ARRIVAL = "arrival_time"


@dataclass(frozen=True, eq=False)
class Part:
    """One vulnerability on one exposure.

    Parameters
    ----------
    vulnerability
        The response.
    elements
        The exposure on the cells.
    reads
        What is read, and under which name (None: the default).
    curves
        Responses of all members.
    weights
        Figures that are counted, float32, shape (weights, elements).
    column
        Which of them each measure counts.
    """

    vulnerability: Vulnerability
    elements: Elements
    reads: tuple[tuple[Reads, str | None], ...]
    curves: Curves
    weights: np.ndarray
    column: np.ndarray

    @property
    def measures(self) -> tuple[str, ...]:
        """Figures that it gives."""
        return tuple(one.measure for one in self.vulnerability.gives)

    def fields(self) -> list[str]:
        """Return the outputs that it reads."""
        return [name for _, name in self.reads if name is not None]

    def of(self, where: slice) -> Curves:
        """Return the curves of some members."""
        return Curves(self.curves.x, self.curves.y[where])

    def intensity(self, values: Mapping[str, np.ndarray], *, inside: bool = False) -> np.ndarray:
        """Make the intensity of what was read, float32; that inside of buildings, if it is asked for."""
        given = [values[name] if name is not None else float(one.default or 0.0) for one, name in self.reads]
        made = self.vulnerability.inside(given) if inside else self.vulnerability.intensity(given)
        return np.ascontiguousarray(made, np.float32)


@dataclass(frozen=True, eq=False)
class Run:
    """What was put in, placed on the cells: all that figures are made of.

    Parameters
    ----------
    kind
        Kind of hazard.
    seed
        Of the vulnerabilities' streams.
    outcome
        The hazard's members.
    ground
        The cells and districts.
    exposures
        Who and what may be hit.
    parts
        Vulnerabilities, each on its exposure.
    behaviour
        What actions do to exposure.
    remarks
        Sentences.
    """

    kind: str
    seed: int
    outcome: Outcome
    ground: Ground
    exposures: Exposures
    actions: tuple[Action, ...]
    parts: tuple[Part, ...]
    behaviour: Behaviour
    remarks: tuple[str, ...]
    source: str = ""

    def part(self, measure: str) -> tuple[Part, int] | None:
        """Return the part that gives a figure, and the figure's number in it."""
        for part in self.parts:
            if measure in part.measures:
                return part, part.measures.index(measure)
        return None

    def cells_of(self, part: Part) -> np.ndarray | None:
        """Return the cells that are worth reading for a part; None for all."""
        used = np.zeros(self.outcome.size, bool)
        used[part.elements.cell] = True
        return np.flatnonzero(used) if np.count_nonzero(used) < 0.6 * used.size else None


def chosen(
    kind: str, there: Sequence[str], exposures: Exposures, asked: Sequence[Vulnerability | str] | None
) -> tuple[list[Vulnerability], list[str]]:
    """Return the vulnerabilities to use, and sentences about those that cannot be.

    Raises
    ------
    InvalidInputError
        If one that was asked for cannot be used, or two give the same figure.
    """
    found: list[Vulnerability] = []
    remarks: list[str] = []
    given = (
        [cls.against(kind) for cls in VULNERABILITIES.usable().values() if cls.usual and kind in cls.kinds]
        if asked is None
        else [VULNERABILITIES[one].against(kind) if isinstance(one, str) else one for one in asked]
    )
    for one in given:
        title = one.title["en"]
        if kind not in one.kinds:
            raise InvalidInputError(f"{title} is for {', '.join(one.kinds)}, not for {kind}.")
        why = ""
        if one.exposure not in exposures.layers and one.exposure != ITSELF:
            why = f"{title} is left out: there is no exposure {one.exposure}."
        elif one.reading(kind, there) is None:
            needed = "; ".join(" or ".join(r.fields) for r in one.reads if r.default is None)
            why = f"{title} is left out: the result has no {needed or 'output that it reads'}."
        if why and asked is not None:
            raise InvalidInputError(why)
        if why:
            remarks.append(why)
            continue
        found.append(one)
    seen: dict[str, str] = {}
    for one in found:
        for counts in one.gives:
            if counts.measure in seen:
                raise InvalidInputError(
                    f"{one.title['en']} and {seen[counts.measure]} both give {counts.measure}; choose one of them."
                )
            seen[counts.measure] = one.title["en"]
    return found, remarks


def part_of(
    one: Vulnerability, kind: str, outcome: Outcome, ground: Ground, exposures: Exposures, seed: int
) -> Part:
    """Put a vulnerability on its exposure."""
    elements = ground.itself() if one.exposure == ITSELF else ground.place(exposures.layers[one.exposure])
    reading = one.reading(kind, outcome.fields) or ()
    reads = tuple(
        (read, next((name for name in read.fields if name in outcome.fields), None)) for read in reading
    )
    x = one.knots()
    if np.any(np.diff(x) <= 0):
        raise InvalidInputError(f"{one.title['en']}: the knots of the curve do not rise.")
    drawn = [one.sample(Streams(seed, int(member))) for member in outcome.members]
    y = np.stack([one.responses(theta, elements.groups) for theta in drawn])
    if not np.isfinite(y).all():
        raise InvalidInputError(f"{one.title['en']}: the curve has values that are no numbers.")
    keys = list(dict.fromkeys((counts.weight, counts.groups) for counts in one.gives))
    weights = np.zeros((len(keys), elements.size), np.float32)
    for row, (name, groups) in enumerate(keys):
        weight = elements.weights.get(name)
        if weight is not None:
            among = np.array([not groups or group in groups for group in elements.groups], bool)
            weights[row] = weight * among[elements.group]
    column = np.array([keys.index((counts.weight, counts.groups)) for counts in one.gives])
    return Part(one, elements, reads, Curves(x, y), weights, column)


def calculate(
    result: xr.Dataset | Ensemble,
    exposures: Exposures,
    *,
    kind: str | None = None,
    actions: Sequence[Action] | None = None,
    seed: int | None = None,
    vulnerability: Sequence[Vulnerability | str] | Vulnerability | str | None = None,
    budget: int = BUDGET,
) -> tuple[Run, np.ndarray, tuple[str, ...]]:
    """See `impact.assess`; return what was put in, sums of shape (member, district, measure), and the measures."""
    source = ""
    if isinstance(result, Ensemble):
        request = result.request
        kind = kind or request.model.kind
        actions = request.actions if actions is None else actions
        seed = request.seed if seed is None else seed
        source = request.key
        said = result.remarks
        data = result.data
    else:
        data, said = result, ()
        source = str(data.attrs.get("run", ""))
    if kind is None:
        raise InvalidInputError("Say which kind of hazard the result is of, for instance kind='flood'.")
    kind_of(kind)
    if not exposures.layers and kind != "epidemic":
        raise InvalidInputError("There is no exposure at all; give at least a map of people.")
    actions, seed = tuple(actions or ()), int(seed or 0)
    ground = grounded(data, exposures)
    outcome = Outcome(data, ground.dims, budget)
    asked = [vulnerability] if isinstance(vulnerability, Vulnerability | str) else vulnerability
    ones, remarks = chosen(kind, outcome.fields, exposures, asked)
    if not ones:
        known = sorted(name for name, cls in VULNERABILITIES.usable().items() if kind in cls.kinds)
        raise InvalidInputError(
            f"Nothing can be said of this {kind}: {' '.join(remarks) or 'no vulnerability is known for it.'} "
            f"Known: {', '.join(known) or 'none'}."
        )
    placed = tuple(part_of(one, kind, outcome, ground, exposures, seed) for one in ones)
    if not any(part.elements.size for part in placed):
        raise InvalidInputError(
            "Nothing that is exposed lies inside of the run's area; are the exposures of the same place, and are their "
            "coordinate systems right?"
        )
    model = str(data.attrs.get("model", ""))
    patches = compiled(actions, kind, model, outcome.members.tolist(), seed)
    arrival = "known" if ARRIVAL in outcome.fields else "sudden" if kind in SUDDEN else "unknown"
    behaviour = Behaviour(patches, ground, arrival)
    if arrival == "unknown" and (behaviour.moves or behaviour.shelters):
        remarks.append(
            f"The result does not say when the {kind} arrives; actions without an end are taken to be in time, others not."
        )
    for part in placed:
        remarks += [line for line in part.elements.remarks if line not in remarks]
    run = Run(
        kind,
        seed,
        outcome,
        ground,
        exposures,
        actions,
        placed,
        behaviour,
        (*said, *exposures.remarks, *remarks),
        source,
    )
    return run, *_sums(run)


def _sums(run: Run) -> tuple[np.ndarray, tuple[str, ...]]:
    districts = 1 if run.ground.districts is None else len(run.ground.districts) + 1
    tables: list[np.ndarray] = []
    names: list[str] = []
    for part in run.parts:
        sums = np.zeros((run.outcome.members.size, districts, len(part.measures)))
        moved = people(part)
        for where, values, cell in pieces(run, part):
            for share, intensity in values:
                found, bad = fold(
                    intensity, cell, part.elements.group, part.elements.district, part.weights, part.of(where), districts,
                    part.column, share, moved,
                )  # fmt: skip
                sums[where] += found
                if bad:
                    field = part.fields()[0] if part.fields() else "the intensity"
                    run.outcome.missing[field] = run.outcome.missing.get(field, 0) + bad
        tables.append(sums)
        names += part.measures
    left = _left(run, districts)
    if left is not None:
        tables.append(left)
        names.append("evacuated")
    return np.concatenate(tables, axis=2), tuple(names)


def people(part: Part) -> np.ndarray:
    """Return which figures of a part count people."""
    return np.array([measured(name).people for name in part.measures], bool)


def pieces(
    run: Run, part: Part, rows: Sequence[int] | None = None
) -> Iterator[tuple[slice, list[tuple[np.ndarray | None, np.ndarray]], np.ndarray]]:
    """Go through members; yield which, intensities with the share of people that each meets, and where elements are in them.

    Yields
    ------
    tuple
        Slice of members; list of (share of shape (members, elements) or None for all, intensity of shape (members,
        cells)); the elements' places among the cells. The next piece may take the memory of the one before.
    """
    cells = run.cells_of(part)
    place = part.elements.cell if cells is None else np.searchsorted(cells, part.elements.cell)
    width = run.outcome.size if cells is None else cells.size
    same = place.size == width and bool(np.array_equal(place, np.arange(width)))
    walls = part.vulnerability.walls
    moving = run.behaviour.moves and bool(people(part).any())
    timed = (
        (moving or walls)
        and run.behaviour.arrival == "known"
        and (run.behaviour.moves or run.behaviour.shelters)
    )
    fields = part.fields() + ([ARRIVAL] if timed else [])
    extra = (4 if moving or walls else 0) + 2 * walls + (len(part.reads) > 1)
    room: np.ndarray | None = None
    for where, values in run.outcome.blocks(fields, cells, extra, rows):
        intensity = part.intensity(values)
        when = None if not timed else values[ARRIVAL] if same else values[ARRIVAL][:, place]
        there = None
        if moving:
            if room is None or room.shape[0] < intensity.shape[0]:
                room = np.empty((intensity.shape[0], part.elements.cell.size), np.float32)
            there = run.behaviour.present(where, when, part.elements.cell, room)
        if not walls:
            yield where, [(there, intensity)], place
            continue
        inside = run.behaviour.indoors(where, when, part.elements.cell, 1.0 - part.vulnerability.outdoors())
        outside = np.float32(1.0) - inside
        if there is not None:
            inside *= there
            outside *= there
        yield where, [(outside, intensity), (inside, part.intensity(values, inside=True))], place


def _left(run: Run, districts: int) -> np.ndarray | None:
    """Count who left before the hazard came, by member and district; None where nobody is told to."""
    if not run.behaviour.moves or "people" not in run.exposures.layers:
        return None
    elements = run.ground.place(run.exposures.layers["people"])
    made = np.zeros((run.outcome.members.size, districts, 1))
    fields = [ARRIVAL] if run.behaviour.arrival == "known" else []
    counts = elements.weights["people"]
    before = np.bincount(elements.district, counts, minlength=districts)[:districts]
    everywhere = elements.size == run.outcome.size
    room: np.ndarray | None = None
    for where, values in run.outcome.blocks(fields, None if everywhere else elements.cell, 2):
        count = len(run.behaviour.patches[where])
        if room is None or room.shape[0] < count:
            room = np.empty((count, elements.cell.size), np.float32)
        there = run.behaviour.present(where, values.get(ARRIVAL), elements.cell, room)
        for row in range(there.shape[0]):
            stay = np.zeros(districts)
            _tally(there[row], counts, elements.district, stay)
            made[where.start + row, :, 0] = np.maximum(before - stay, 0.0)
    return made


@njit(cache=True, nogil=True)
def _tally(share: np.ndarray, counts: np.ndarray, district: np.ndarray, out: np.ndarray) -> None:
    if out.size == 1:
        # four sums side by side: one alone waits for itself at each step
        one = two = three = four = 0.0
        whole = share.size - share.size % 4
        for e in range(0, whole, 4):
            one += share[e] * counts[e]
            two += share[e + 1] * counts[e + 1]
            three += share[e + 2] * counts[e + 2]
            four += share[e + 3] * counts[e + 3]
        for e in range(whole, share.size):
            one += share[e] * counts[e]
        out[0] = one + two + three + four
        return
    for e in range(share.size):
        out[district[e]] += share[e] * counts[e]
