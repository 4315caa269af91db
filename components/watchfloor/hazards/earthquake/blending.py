"""What instruments tell of the places between them: the conditional normal distribution (Worden et al. 2018).

Predicted and observed motions are one multivariate normal: with a deviation that the whole event has, and one that
falls off with distance. Given what was observed, the rest follows (doi:10.1785/0120170201, eqs. 12 to 22).
"""

from dataclasses import dataclass

import numpy as np

from watchfloor.hazards.grid import Grid

__all__ = ["COUPLING", "Blend", "correlation", "correlation_range"]

COUPLING = 0.733
"""Correlation of the deviations of acceleration and velocity at a place (Bradley 2012, doi:10.1785/0120110144); it
was not compared with the paper or a second source."""
_LARGEST = 4_000_000
"""Weights that are held; beyond it they are computed on a lattice and interpolated, as they are smooth."""


def correlation_range(period: float, *, clustered: bool) -> float:
    """Return the distance at which deviations of spectral acceleration have all but lost each other, km.

    Jayaram and Baker 2009, doi:10.1002/eqe.922, eqs. 17 to 19.

    Parameters
    ----------
    period
        Seconds; 0 for the peak acceleration, 1 stands for the peak velocity.
    clustered
        Whether ground of one kind lies together, as mapped Vs30 does.

    Examples
    --------
    >>> correlation_range(0.0, clustered=True), round(correlation_range(1.0, clustered=False), 1)
    (40.7, 25.7)
    """
    if period >= 1.0:
        return 22.0 + 3.7 * period
    return 40.7 - 15.0 * period if clustered else 8.5 + 17.2 * period


def correlation(distance: np.ndarray, far: float) -> np.ndarray:
    """Return ``exp(-3 h / b)`` of a distance and a range in one unit (the same, eq. 20)."""
    return np.asarray(np.exp(-3.0 * distance / far))


@dataclass(frozen=True)
class Blend:
    """The weights by which deviations observed at instruments move the map.

    Parameters
    ----------
    rows, columns
        Lattice of the map at which weights are held.
    weights
        By measure: (rows, columns, observations).
    shape
        Of the map.
    """

    rows: np.ndarray
    columns: np.ndarray
    weights: dict[str, np.ndarray]
    shape: tuple[int, int]

    @classmethod
    def of(
        cls,
        grid: Grid,
        spreads: dict[str, tuple[float, np.ndarray]],
        x: np.ndarray,
        y: np.ndarray,
        kinds: list[str],
        at: list[tuple[float, float]],
        noise: np.ndarray,
        far: float,
    ) -> "Blend":
        """Compute the weights.

        Parameters
        ----------
        grid
            Of the map.
        spreads
            By measure: deviation between events, and within one as a map (y, x).
        x, y
            Of each observation, metres.
        kinds
            Its measure.
        at
            Its deviations between and within events.
        noise
            Its own standard deviation.
        far
            Range of the correlation, metres.
        """
        count = len(kinds)
        step = max(1, int(np.ceil(np.sqrt(grid.shape[0] * grid.shape[1] * count / _LARGEST))))
        rows, columns = (np.unique(np.r_[np.arange(0, n, step), n - 1]) for n in grid.shape)
        tau, phi = np.array(at).T
        pair = np.where(np.array(kinds)[:, None] == np.array(kinds)[None, :], 1.0, COUPLING)
        away = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
        within = np.outer(phi, phi) * correlation(away, far)
        observed = pair * (within + np.outer(tau, tau)) + np.diag(np.square(noise) + 1e-8)
        inverse = np.linalg.inv(observed)
        found = {}
        for name, (between, inside) in spreads.items():
            away = np.hypot(grid.x[columns][None, :, None] - x, grid.y[rows][:, None, None] - y)
            same = np.array([1.0 if kind == name else COUPLING for kind in kinds])
            inner = np.broadcast_to(inside, grid.shape)[np.ix_(rows, columns)][:, :, None]
            shared = same * (inner * phi * correlation(away, far) + between * tau)
            found[name] = np.asarray(shared @ inverse)
        return cls(rows, columns, found, grid.shape)

    def move(self, name: str, deviations: np.ndarray) -> np.ndarray:
        """Return by how much the map of a measure moves, (y, x), given each observation's deviation from the prediction."""
        made = self.weights[name] @ deviations
        if made.shape == self.shape:
            return np.asarray(made)
        down = _between(self.rows, self.shape[0])
        right = _between(self.columns, self.shape[1])
        return np.asarray(down @ made @ right.T)


def _between(knots: np.ndarray, size: int) -> np.ndarray:
    """Return the matrix that interpolates linearly from knots to all cells of an axis."""
    cells = np.arange(size)
    right = np.clip(np.searchsorted(knots, cells, "left"), 1, knots.size - 1)
    part = (cells - knots[right - 1]) / (knots[right] - knots[right - 1])
    made = np.zeros((size, knots.size))
    made[cells, right - 1] = 1.0 - part
    made[cells, right] += part
    return made
