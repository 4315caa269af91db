"""What a model declares: what it needs, and what it gives, in the vocabulary of `core.fields`."""

from dataclasses import dataclass
from typing import Literal

from watchfloor.core.fields import Field, field

__all__ = ["Gives", "Needs"]

Role = Literal["static", "forcing"]


@dataclass(frozen=True)
class Needs:
    """One input of a model.

    Parameters
    ----------
    field
        A name of `core.fields`: it says the unit, the title and the colours.
    dims
        Dimensions of the array, such as ``("y", "x")`` or ``("time", "region")``; a scalar or fewer dimensions are
        broadcast.
    role
        ``static`` (part of the site) or ``forcing`` (drives the run, changes with time).
    default
        Used where the input is absent; None refuses to run without it.
    limits
        Values beyond are refused with a sentence; None takes the field's own.
    doc
        One sentence for the form.
    """

    field: str
    dims: tuple[str, ...]
    role: Role = "static"
    default: float | None = None
    limits: tuple[float, float] | None = None
    doc: str = ""

    @property
    def spec(self) -> Field:
        """The quantity."""
        return field(self.field)

    @property
    def allowed(self) -> tuple[float, float]:
        """Smallest and largest value that is taken."""
        return self.limits if self.limits is not None else self.spec.limits


@dataclass(frozen=True)
class Gives:
    """One output of a model.

    Parameters
    ----------
    field
        A name of `core.fields`.
    dims
        Dimensions of one member's array; ``time`` first where there is one.
    doc
        One sentence for the legend.
    cell_methods
        After CF, such as ``time: maximum``.
    intensity
        Whether impact is computed from it.
    levels
        Values at which "how probable is more than this?" is asked, in the field's unit.
    """

    field: str
    dims: tuple[str, ...]
    doc: str = ""
    cell_methods: str = ""
    intensity: bool = False
    levels: tuple[float, ...] = ()

    @property
    def spec(self) -> Field:
        """The quantity."""
        return field(self.field)
