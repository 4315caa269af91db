"""What is to be run: everything that the result depends on, and nothing else."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from watchfloor.core.answers import Answers
from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.core.provenance import digest
from watchfloor.hazards.action import Action
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.streams import Streams

__all__ = ["MEMBERS", "MOST", "Request", "fingerprint"]

MEMBERS: dict[Fidelity, int] = {"preview": 8, "standard": 50, "full": 200}
"""How many members a run of each fidelity has, unless it says otherwise."""
MOST = 10_000
"""Most members of one ensemble."""


@dataclass(frozen=True)
class Request:
    """One ensemble: a model, a place, what drives it, what is done about it, and how much randomness.

    Parameters
    ----------
    model
        The configured model.
    site, forcing
        As the model needs them.
    until
        Length of the run, in seconds.
    actions
        Interventions.
    members
        How many; None takes the fidelity's number. Member 0 is the control.
    seed
        Of all randomness; runs with one seed meet the same fates.
    fidelity
        How finely.
    timed
        Members of which the outputs with time are kept too.
    """

    model: Hazard
    site: xr.Dataset
    forcing: xr.Dataset
    until: float
    actions: tuple[Action, ...] = ()
    members: int | None = None
    seed: int = 0
    fidelity: Fidelity = "standard"
    timed: tuple[int, ...] = field(default=(0,))

    def __post_init__(self) -> None:
        if not 0 < self.until < float("inf"):
            raise InvalidInputError(f"A run of {self.until} s cannot be; expected a positive length.")
        if self.members is not None and not 1 <= self.members <= MOST:
            raise LimitError(f"An ensemble of {self.members} members is not run; expected 1 to {MOST}.")

    @property
    def size(self) -> int:
        """Number of members."""
        return self.members if self.members is not None else MEMBERS[self.fidelity]

    @cached_property
    def base(self) -> str:
        """SHA-256 of all but the number of members and which of them are kept in time."""
        return digest(
            [
                self.model.key,
                fingerprint(self.site),
                fingerprint(self.forcing),
                self.until,
                [action.key for action in self.actions],
                self.seed,
                self.fidelity,
            ]
        )

    @cached_property
    def key(self) -> str:
        """SHA-256 of everything that the result depends on."""
        return digest([self.base, self.size, sorted(self.timed)])

    def prepared(self) -> Prepared:
        """Return what all members share; it is made once in a process."""
        return _READY.get(
            self.base,
            lambda: self.model.prepare(self.site, self.forcing, until=self.until, fidelity=self.fidelity),
        )

    def member(self, number: int, progress: Progress | None = None) -> xr.Dataset:
        """Run one member."""
        streams = Streams(self.seed, number)
        patches = tuple(
            patch for patch in self.model.patches(self.actions, streams) if patch.kind != "exposure"
        )
        return self.model.run(
            self.prepared(),
            self.model.sample(streams),
            patches,
            progress=progress,
            times=number in self.timed,
        )


_READY = Answers(2)


def fingerprint(data: xr.Dataset) -> str:
    """Return the SHA-256 of a dataset: names, dims, types, values, coordinates and the units and system it names.

    Examples
    --------
    >>> one, other = xr.Dataset({"a": ("x", [1.0, 2.0])}), xr.Dataset({"a": ("x", [1.0, 2.5])})
    >>> fingerprint(one) == fingerprint(one.copy()), fingerprint(one) == fingerprint(other)
    (True, False)
    """
    whole = hashlib.sha256(str(data.attrs.get("crs", "")).encode())
    for name in sorted(map(str, data.variables)):
        variable = data.variables[name]
        values: Any = np.ascontiguousarray(variable.values)
        if values.dtype.kind == "O":
            values = values.astype(str)
        said = f"{name}|{variable.dims}|{values.dtype.str}|{values.shape}|{variable.attrs.get('units', '')}|"
        whole.update(said.encode())
        whole.update(values.tobytes())
    return whole.hexdigest()
