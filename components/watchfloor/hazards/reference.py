"""Published values that a model must reproduce; they are computed anew by `watchfloor verify` and by the tests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from watchfloor.core.errors import WatchfloorError

__all__ = ["Outcome", "Reference", "verify"]


@dataclass(frozen=True)
class Reference:
    """One published value.

    Parameters
    ----------
    case
        What is computed, in one line.
    expected
        As published, one number or several.
    compute
        Computes it with the model's own functions.
    citation
        DOI, document or repository and file where the value stands.
    rtol, atol
        Tolerances, relative and absolute; the deviation must not pass ``atol + rtol * |expected|``.
    units
        Of the value.
    note
        Why a tolerance is wide, or what differs from the source.

    Examples
    --------
    >>> Reference("2 + 2", 4.0, lambda: 2 + 2, "arithmetic").outcome().passed
    True
    """

    case: str
    expected: float | Sequence[float]
    compute: Callable[[], float | Sequence[float] | np.ndarray]
    citation: str
    rtol: float = 1e-6
    atol: float = 0.0
    units: str = ""
    note: str = ""

    def outcome(self) -> "Outcome":
        """Compute it and compare."""
        expected = np.atleast_1d(np.asarray(self.expected, float))
        try:
            found = np.atleast_1d(np.asarray(self.compute(), float))
        except WatchfloorError as error:
            return Outcome(self, (), passed=False, trouble=str(error))
        same = found.shape == expected.shape
        passed = bool(same and np.all(np.abs(found - expected) <= self.atol + self.rtol * np.abs(expected)))
        return Outcome(self, tuple(float(value) for value in found), passed)


@dataclass(frozen=True)
class Outcome:
    """What became of one reference: the values found, and whether they are within the tolerance."""

    reference: Reference
    found: tuple[float, ...]
    passed: bool
    trouble: str = ""


def verify(references: Iterable[Reference]) -> list[Outcome]:
    """Compute references anew."""
    return [reference.outcome() for reference in references]
