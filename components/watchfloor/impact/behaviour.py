"""Who has left, and who is indoors, when the hazard comes: what actions do to exposure, member by member."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.action import EVACUATE, SHELTER, Action, Measure, Patch
from watchfloor.hazards.streams import Streams
from watchfloor.impact.ground import Ground

__all__ = ["TARGETS", "Behaviour", "compiled"]

TARGETS = ("population", "indoor_fraction", "ignition_sources")
"""Fields of the exposure that actions may change. No figure is reckoned from sources of ignition: that they are cut off is
kept with the plan, and no plan is refused for it."""


def compiled(
    actions: Sequence[Action], kind: str, model: str, members: Sequence[int], seed: int
) -> list[tuple[Patch, ...]]:
    """Compile the exposure patches of actions for each member.

    An action that fails in a member of the hazard's ensemble fails in the same member here: the streams have the same
    names as in `Hazard.patches`.

    Raises
    ------
    UnknownNameError
        If no model of this kind of hazard understands a measure.
    InvalidInputError
        If it changes a field of the exposure that is not known.
    """
    known = measures(kind, model, {action.measure for action in actions})
    found: list[tuple[Patch, ...]] = []
    for member in members:
        streams = Streams(seed, int(member))
        patches: list[Patch] = []
        for number, action in enumerate(actions):
            if action.measure not in known:
                raise UnknownNameError("measure", action.measure, known)
            works = streams(f"reliability.{action.measure}.{number}").random() < action.reliability
            if works or streams.control:
                patches += [p for p in known[action.measure].compile(action) if p.kind == "exposure"]
        strange = {patch.target for patch in patches} - set(TARGETS)
        if strange:
            raise InvalidInputError(
                f"Nothing is known of the exposure's {', '.join(sorted(strange))}; actions may change {', '.join(TARGETS)}."
            )
        found.append(tuple(patches))
    return found


def measures(kind: str, model: str = "", wanted: Collection[str] | None = None) -> Mapping[str, Measure]:
    """Return the measures that models of a kind of hazard understand, by name.

    Parameters
    ----------
    kind
        Of the hazard.
    model
        Name of the model that made the result; all of the kind are looked at where it is not known.
    wanted
        Names that are looked for: models are not imported for those that every hazard has.
    """
    found = {measure.name: measure for measure in (EVACUATE, SHELTER)}
    if wanted is not None and set(wanted) <= set(found):
        return found
    if model in HAZARDS:
        return found | {measure.name: measure for measure in HAZARDS[model].measures}
    for hazard in HAZARDS.usable().values():
        if hazard.kind == kind:
            found |= {measure.name: measure for measure in hazard.measures}
    return found


@njit(cache=True, nogil=True)
def _thin(
    made: np.ndarray, arrival: np.ndarray, here: np.ndarray, start: float, end: float, factor: float
) -> None:
    """Multiply where a patch is in force when the hazard comes, in one pass."""
    for e in range(made.size):
        if here[e] and arrival[e] >= start and arrival[e] < end:
            made[e] *= factor


@dataclass(frozen=True, eq=False)
class Behaviour:
    """What the members' patches do to those who are exposed.

    Parameters
    ----------
    patches
        Of each member.
    ground
        The cells.
    arrival
        When the hazard comes: ``known`` (a map for each member), ``sudden`` (at once, as an earthquake) or ``unknown``.

    Examples
    --------
    >>> import xarray as xr
    >>> grid = xr.Dataset(coords={"y": [0.0, 10.0, 20.0], "x": [0.0, 10.0, 20.0]}, attrs={"crs": "EPSG:32650"})
    >>> leave = Patch("exposure", "population", "multiply", 0.25, start=600.0)
    >>> behaviour = Behaviour([(leave,)], Ground(grid), "known")
    >>> behaviour.present(slice(0, 1), np.array([[300.0, 900.0]]), np.array([0, 1])).tolist()
    [[1.0, 0.25]]
    """

    patches: Sequence[tuple[Patch, ...]]
    ground: Ground
    arrival: str

    @property
    def moves(self) -> bool:
        """Whether anybody leaves in any member."""
        return any(patch.target == "population" for each in self.patches for patch in each)

    @property
    def shelters(self) -> bool:
        """Whether anybody is told to stay indoors in any member."""
        return any(patch.target == "indoor_fraction" for each in self.patches for patch in each)

    def present(
        self, members: slice, arrival: np.ndarray | None, cells: np.ndarray, out: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the share of people who are still there when the hazard comes.

        Parameters
        ----------
        members
            Which of the members.
        arrival
            Time of arrival, s, shape (members, elements); None where it is not known.
        cells
            Cell of each element.
        out
            Where to write it, float32, shape (at least these members, elements): fresh memory takes longer to get than to fill.

        Returns
        -------
        numpy.ndarray
            float32, shape (members, elements).
        """
        count = len(self.patches[members])
        made = np.empty((count, cells.size), np.float32) if out is None else out[:count]
        made.fill(1.0)
        self._change(made, members, arrival, cells, "population")
        scaled = all(
            patch.operation == "multiply" and patch.value >= 0.0
            for patches in self.patches[members]
            for patch in patches
            if patch.target == "population"
        )
        return made if scaled else np.clip(made, 0.0, None, out=made)

    def indoors(
        self, members: slice, arrival: np.ndarray | None, cells: np.ndarray, usual: float
    ) -> np.ndarray:
        """Return the share of people who are inside of buildings when the hazard comes; `usual` without orders."""
        made = np.full((len(self.patches[members]), cells.size), usual, np.float32)
        self._change(made, members, arrival, cells, "indoor_fraction")
        return np.clip(made, 0.0, 1.0, out=made)

    def _change(
        self, made: np.ndarray, members: slice, arrival: np.ndarray | None, cells: np.ndarray, target: str
    ) -> None:
        masks: dict[str, np.ndarray] = {}
        for row, patches in enumerate(self.patches[members]):
            for patch in patches:
                if patch.target != target:
                    continue
                name = repr(patch.where)
                if name not in masks:
                    masks[name] = self._mask(patch.where)[cells]
                here = masks[name]
                if arrival is not None and patch.operation == "multiply":
                    end = np.inf if patch.end is None else patch.end
                    _thin(made[row], arrival[row], here, patch.start, end, patch.value)
                    continue
                if arrival is not None:
                    late = arrival[row] >= patch.start
                    if patch.end is not None:
                        late &= arrival[row] < patch.end
                    late &= here
                    here = late
                elif self.arrival == "sudden":
                    if not patch.applies(0.0):
                        continue
                elif patch.end is not None:
                    continue
                if patch.operation == "multiply":
                    np.multiply(made[row], np.float32(patch.value), out=made[row], where=here)
                else:
                    made[row, here] = patch.apply(made[row, here])

    def _mask(self, where: Any) -> np.ndarray:
        ground = self.ground
        if where is None:
            return np.ones(ground.size, bool)
        if isinstance(where, str) or (isinstance(where, Sequence) and all(isinstance(w, str) for w in where)):
            names = {where} if isinstance(where, str) else set(where)
            return _named(ground, names)
        if ground.grid is None:
            raise InvalidInputError(
                f"The place of an action is a geometry, the run is of named {ground.dims[0]}s; name them instead."
            )
        return ground.grid.mask(where).ravel()


def _named(ground: Ground, names: set[str]) -> np.ndarray:
    """Return the cells of districts, regions or nodes by name or code."""
    if ground.grid is None and names & set(ground.names):
        unknown = names - set(ground.names)
        if unknown:
            raise UnknownNameError(ground.dims[0], sorted(unknown)[0], ground.names)
        return np.array([name in names for name in ground.names])
    if ground.districts is None:
        raise InvalidInputError(
            f"The place of an action is named {sorted(names)[0]!r}, but no districts are given to find it in."
        )
    table = ground.districts
    rows = [
        row
        for row, (code, name) in enumerate(zip(table["code"], table["name"], strict=True))
        if {str(code), str(name)} & names
    ]
    known = {str(code) for code in table["code"]} | {str(name) for name in table["name"]}
    if names - known:
        raise UnknownNameError("district", sorted(names - known)[0], known)
    return np.isin(ground.district, rows)
