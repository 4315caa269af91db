"""Random fields that hang together over a distance, and are the same field on a coarse grid as on a fine one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

__all__ = ["Waves"]

_FINER = 3.0
"""1 gives waves of equal height; above it the fine ones are more and lower."""


@dataclass(frozen=True)
class Waves:
    """A Gaussian field with mean 0, variance 1 and the correlation ``exp(-h / length)``.

    It is a sum of plane waves whose numbers are drawn from the correlation's spectrum (Shinozuka and Deodatis 1991,
    doi:10.1115/1.3119501; in the plane the spectrum of the exponential is ``(1 + (k L)^2)^(-3/2)``), so that it can be
    asked anywhere: a preview on coarse cells, a full run on fine ones and the instruments between meet one field.

    Parameters
    ----------
    seed
        Of the field.
    length
        Distance at which the correlation has fallen to 1/e, metres.
    count
        Number of waves; the field is the more Gaussian, and the less streaky, the more there are.

    Examples
    --------
    >>> field = Waves(7, 1000.0)
    >>> x, y = np.array([0.0, 250.0]), np.array([100.0, 50.0, 0.0])
    >>> bool(np.isclose(field.on(x, y)[1, 1], field.at(250.0, 50.0), atol=1e-4))
    True
    """

    seed: int
    length: float
    count: int = 320

    @cached_property
    def _numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Wave numbers eastward and northward, 1/m, phases and amplitudes."""
        draw = np.random.Generator(np.random.Philox(self.seed))
        # one wave from each part of the spectrum, and more parts where it is fine: no single wave is to be seen as stripes
        edges = 1.0 - np.linspace(1.0, 0.0, self.count + 1) ** _FINER
        part = np.diff(edges)
        share = edges[:-1] + part * draw.random(self.count)
        radius = np.sqrt(1.0 / np.square(1.0 - share) - 1.0) / self.length
        turn, phase = 2.0 * np.pi * draw.random((2, self.count))
        return radius * np.cos(turn), radius * np.sin(turn), phase, np.sqrt(2.0 * part)

    def on(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the field on a grid of columns `x` and rows `y`, metres: float32, shape (y, x)."""
        east, north, phase, scale = self._numbers
        across = np.outer(east, x) + phase[:, None]
        along = np.outer(north, y)
        # cos(a + b) = cos a cos b - sin a sin b: two products in place of a cosine for each cell and wave. They are summed
        # here and not by the library of matrices, whose threads wait for each other when many members run at once
        made = np.zeros((y.size, x.size), np.float32)
        _sum(
            np.cos(across).astype(np.float32),
            np.sin(across).astype(np.float32),
            (scale[:, None] * np.cos(along)).astype(np.float32),
            (scale[:, None] * np.sin(along)).astype(np.float32),
            made,
        )
        return made

    def at(self, x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray:
        """Return the field at points, metres: float64, of the points' shape."""
        east, north, phase, scale = self._numbers
        angle = np.multiply.outer(x, east) + np.multiply.outer(y, north) + phase
        return np.asarray(np.cos(angle) @ scale)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _sum(cos_x, sin_x, cos_y, sin_y, made):  # type: ignore[no-untyped-def]
    """Sum the waves, row by row: ``made[i, j] = sum_k cos_y[k, i] cos_x[k, j] - sin_y[k, i] sin_x[k, j]``."""
    for i in range(made.shape[0]):
        row = made[i]
        for k in range(cos_x.shape[0]):
            first, second = cos_y[k, i], sin_y[k, i]
            even, odd = cos_x[k], sin_x[k]
            for j in range(row.size):
                row[j] += first * even[j] - second * odd[j]
