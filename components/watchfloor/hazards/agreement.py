"""How well a map of where water was, or will be, agrees with another: hits, misses and false alarms, cell by cell."""

from dataclasses import dataclass

import numpy as np

from watchfloor.core.errors import InvalidInputError

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True)
class Agreement:
    """The counts of a two by two table, and the scores that are made of them (Wilks 2011, section 8.2; 0/0 is NaN).

    Parameters
    ----------
    hits
        Wet in both.
    misses
        Wet in what was seen only.
    false_alarms
        Wet in what was computed only.
    correct_negatives
        Dry in both.

    Examples
    --------
    >>> Agreement(hits=80, misses=20, false_alarms=20, correct_negatives=880).csi
    0.6666666666666666
    """

    hits: int
    misses: int
    false_alarms: int
    correct_negatives: int

    @property
    def csi(self) -> float:
        """Critical success index, also threat score, Jaccard index and fit F: hits over all that is wet in either."""
        return _share(self.hits, self.hits + self.misses + self.false_alarms)

    @property
    def pod(self) -> float:
        """Probability of detection, also hit rate: how much of what was wet was found."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def far(self) -> float:
        """False alarm ratio: how much of what was found was not wet."""
        return _share(self.false_alarms, self.hits + self.false_alarms)

    @property
    def bias(self) -> float:
        """Frequency bias: how much more was found than was wet; 1 is even."""
        return _share(self.hits + self.false_alarms, self.hits + self.misses)

    @property
    def accuracy(self) -> float:
        """Share of cells that are right; of little worth where most are dry."""
        total = self.hits + self.misses + self.false_alarms + self.correct_negatives
        return _share(self.hits + self.correct_negatives, total)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def agreement(found: np.ndarray, seen: np.ndarray, threshold: float = 0.0) -> Agreement:
    """Compare two maps; cells that are missing (NaN) in either are left out.

    Parameters
    ----------
    found, seen
        What was computed and what was observed, such as depths, m; of one shape and on one grid.
    threshold
        Values above it are wet.

    Raises
    ------
    InvalidInputError
        If the maps are of different shapes.

    Examples
    --------
    >>> agreement(np.array([0.2, 0.5, 0.0, np.nan]), np.array([0.4, 0.0, 0.0, 1.0]))
    Agreement(hits=1, misses=0, false_alarms=1, correct_negatives=1)
    """
    one, other = np.asarray(found, float), np.asarray(seen, float)
    if one.shape != other.shape:
        raise InvalidInputError(
            f"The maps are of {one.shape} and {other.shape} cells; bring them onto one grid first (rioxarray: reproject_match)."
        )
    known = np.isfinite(one) & np.isfinite(other)
    wet, was = one[known] > threshold, other[known] > threshold
    hits, either = int((wet & was).sum()), int((wet | was).sum())
    return Agreement(hits, int(was.sum()) - hits, int(wet.sum()) - hits, int(wet.size) - either)
