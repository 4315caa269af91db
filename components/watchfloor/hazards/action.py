"""What people do against a hazard, as four kinds of change that every model understands.

An intervention never reaches into a model: it is compiled to patches, so that any plan goes with any model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.provenance import digest

__all__ = ["EVACUATE", "SHELTER", "Action", "Measure", "Patch", "named"]

PatchKind = Literal["field", "source", "schedule", "exposure"]
Operation = Literal["set", "add", "multiply", "maximum"]


@dataclass(frozen=True)
class Patch:
    """One change of a run.

    Parameters
    ----------
    kind
        ``field``: values of a map; ``source``: a boundary or emission; ``schedule``: a parameter's course in time;
        ``exposure``: who or what is exposed (it changes the impact, never the hazard).
    target
        What is changed: one of the model's `accepts`, or a field of the exposure.
    operation
        ``set``, ``add``, ``multiply`` or ``maximum``.
    value
        In the target's unit.
    where
        Where: a GeoJSON geometry in EPSG:4326, or names of regions or nodes; None everywhere.
    start, end
        When, in seconds since the run's start; ``end`` is None for ever.
    """

    kind: PatchKind
    target: str
    operation: Operation
    value: float
    where: Any = None
    start: float = 0.0
    end: float | None = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.value):
            raise InvalidInputError(
                f"A change of {self.target} by {self.value} cannot be; expected a number."
            )

    def applies(self, second: float) -> bool:
        """Tell whether it is in force at a time of the run."""
        return self.start <= second and (self.end is None or second < self.end)

    def apply(self, value: Any) -> Any:
        """Return a number or an array as changed."""
        match self.operation:
            case "set":
                return np.full_like(value, self.value) if isinstance(value, np.ndarray) else self.value
            case "add":
                return value + self.value
            case "multiply":
                return value * self.value
            case "maximum":
                return np.maximum(value, self.value)
        raise InvalidInputError(
            f"There is no operation {self.operation!r}; expected set, add, multiply or maximum."
        )


@dataclass(frozen=True)
class Action:
    """One intervention of a plan.

    Parameters
    ----------
    measure
        Name of one of the model's `measures`.
    parameters
        Its numbers, in the units that the measure declares.
    where
        GeoJSON geometry in EPSG:4326, or names of regions or nodes.
    start, end
        When it is in force, in seconds since the run's start.
    reliability
        How probably it works; in each member either it does or it does not, the same in every plan.

    Examples
    --------
    >>> Action("levee", {"height": 1.0}).key[:8] == Action("levee", {"height": 1.0}).key[:8]
    True
    """

    measure: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    where: Any = None
    start: float = 0.0
    end: float | None = None
    reliability: float = 1.0

    def __post_init__(self) -> None:
        for name, value in {**self.parameters, "start": self.start, "end": self.end or 0.0}.items():
            if not np.isfinite(value):
                raise InvalidInputError(f"The action {self.measure!r} has {name} {value}; expected a number.")
        if not 0.0 <= self.reliability <= 1.0:
            raise InvalidInputError(
                f"The action {self.measure!r} has reliability {self.reliability}; expected 0 to 1."
            )
        if self.end is not None and self.end < self.start:
            raise InvalidInputError(
                f"The action {self.measure!r} ends at {self.end:g} s, before it starts at {self.start:g} s."
            )

    @property
    def key(self) -> str:
        """SHA-256 of what it is."""
        return digest(
            [self.measure, dict(self.parameters), self.where, self.start, self.end, self.reliability]
        )


@dataclass(frozen=True)
class Measure:
    """A kind of intervention that a model understands.

    Parameters
    ----------
    name
        Lower-case noun, as in plans.
    en, zh
        Title.
    parameters
        Unit and default of each number: ``{"height": ("m", 1.0)}``.
    compile
        Makes patches of an action.
    shape
        What is drawn on the map to place it: ``line``, ``area``, ``point``, or empty for none.
    source
        Where its numbers are from.
    """

    name: str
    en: str
    zh: str
    parameters: Mapping[str, tuple[str, float]]
    compile: Callable[[Action], tuple[Patch, ...]]
    shape: Literal["line", "area", "point", ""] = ""
    source: str = ""


def named(where: Any, names: Sequence[str], kind: str) -> np.ndarray:
    """Return which of a model's places a change is for, shape (place,).

    Parameters
    ----------
    where
        One name or several; None is all places.
    names
        Of all places.
    kind
        What they are: ``node``.

    Raises
    ------
    InvalidInputError
        If a name is not one of them, or the place is drawn.

    Examples
    --------
    >>> named("east", ["west", "east"], "region").tolist()
    [False, True]
    """
    if where is None:
        return np.ones(len(names), bool)
    known = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    if isinstance(where, Mapping):
        raise InvalidInputError(f"{kind.capitalize()}s are named, not drawn; expected some of {known}.")
    wanted = {str(name) for name in ([where] if isinstance(where, str) else where)}
    strange = sorted(wanted - set(names))
    if strange:
        raise InvalidInputError(f"There is no {kind} {', '.join(strange)}; expected some of {known}.")
    return np.array([name in wanted for name in names])


_LISTED = 20
"""Names that a message lists."""
_STEPS = 8
"""Steps by which a departure that takes time is drawn."""


def _depart(action: Action) -> tuple[Patch, ...]:
    """Return patches by which a share of the people leaves: at once, or evenly over the hours of ``clearance``."""
    fraction = action.parameters.get("fraction", 0.8)
    seconds = 3600.0 * action.parameters.get("clearance", 0.0)
    steps = _STEPS if seconds > 0 else 1
    found = []
    for step in range(1, steps + 1):
        before, after = (1.0 - fraction * part / steps for part in (step - 1, step))
        left = after / before if before > 0 else 0.0
        start = action.start + (seconds * (step - 0.5) / steps if steps > 1 else 0.0)
        found.append(Patch("exposure", "population", "multiply", left, action.where, start, action.end))
    return tuple(found)


EVACUATE = Measure(
    "evacuate",
    "Evacuate",
    "疏散转移",
    {"fraction": ("1", 0.8), "clearance": ("h", 0.0)},
    _depart,
    shape="area",
    source="The share that leaves when told to, and how long it takes, differ widely; set them from local drills and past "
    "events. 0 h means at once.",
)
"""People leave an area: it changes who is exposed, never the hazard."""

SHELTER = Measure(
    "shelter",
    "Shelter indoors",
    "就地掩蔽",
    {"fraction": ("1", 0.7)},
    lambda action: (
        Patch(
            "exposure",
            "indoor_fraction",
            "maximum",
            action.parameters.get("fraction", 0.7),
            action.where,
            action.start,
            action.end,
        ),
    ),
    shape="area",
    source="The share that stays indoors when told to; set it from local drills and past events.",
)
"""People stay indoors."""
