"""The inner loop of every impact: look up what the hazard does at each element, and add it up."""

import numpy as np
from numba import njit

__all__ = ["Curves", "fold", "paint"]

_BUCKETS = 1024
_BLOCK = 4096
"""Elements that are looked at for all members before the next ones: their places, groups and weights stay in the cache."""
_DENSE = 0.1
"""Bins for each element up to which what lies between two knots is added up first."""


class Curves:
    """Piecewise linear responses over one axis, as the loop needs them.

    Parameters
    ----------
    x
        Knots, rising strictly, shape (k,).
    y
        Responses, shape (members, groups, measures, k).

    Examples
    --------
    >>> curves = Curves(np.array([0.0, 1.0]), np.array([[[[0.0, 0.5]]]]))
    >>> curves.start.shape, curves.quiet
    ((1024,), 0.0)
    """

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        self.x = np.ascontiguousarray(x, np.float64)
        self.y = np.ascontiguousarray(y, np.float64)
        self.inverse = _BUCKETS / (self.x[-1] - self.x[0])
        self.slope = 1.0 / np.diff(self.x)
        begins = self.x[0] + np.arange(_BUCKETS) / self.inverse
        self.start = np.clip(np.searchsorted(self.x, begins, "right") - 1, 0, self.x.size - 2).astype(
            np.int32
        )
        flat = self.y.reshape(-1, self.x.size)
        # up to this value nothing happens in any member: most of a flood's cells are dry
        silent = np.flatnonzero((flat != 0).any(axis=0))
        first = int(silent[0]) if silent.size else self.x.size
        self.quiet = float(self.x[first - 1]) if first else -np.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(
    values: np.ndarray,
    cell: np.ndarray,
    group: np.ndarray,
    district: np.ndarray,
    weight: np.ndarray,
    pair: np.ndarray,
    factor: np.ndarray,
    groups: int,
    x: np.ndarray,
    slope: np.ndarray,
    start: np.ndarray,
    inverse: float,
    quiet: float,
    mass: np.ndarray,
) -> int:
    """Add up weights between every two knots, and how far between them they are.

    A response is linear between knots, so this is all that any number of figures needs: `mass` has the shape (members, districts
    x groups x pairs x (knots - 1), 2), and `pair` tells which weight it is and whether it moves, (pairs, 2).
    """
    elements, pairs, spans = cell.size, pair.shape[0], x.size - 1
    varied = factor.shape[0] > 0
    low, high, last = x[0], x[spans], start.size - 1
    bad = 0
    for begin in range(0, elements, _BLOCK):
        end = min(begin + _BLOCK, elements)
        for m in range(values.shape[0]):
            for e in range(begin, end):
                v = values[m, cell[e]]
                if v <= quiet:
                    continue
                if not v < np.inf:
                    bad += 1
                    continue
                k = spans - 1
                f = 1.0
                if v < high:
                    k = start[min(max(int((v - low) * inverse), 0), last)]
                    while x[k + 1] < v:
                        k += 1
                    f = min(max((v - x[k]) * slope[k], 0.0), 1.0)
                for r in range(pairs):
                    there = np.float64(weight[pair[r, 0], e])
                    if varied and pair[r, 1]:
                        there *= factor[m, e]
                    at = ((district[e] * groups + group[e]) * pairs + r) * spans + k
                    mass[m, at, 0] += there
                    mass[m, at, 1] += there * f
    return bad


@njit(cache=True, nogil=True, error_model="numpy")
def _fold(
    values: np.ndarray,
    cell: np.ndarray,
    group: np.ndarray,
    district: np.ndarray,
    weight: np.ndarray,
    column: np.ndarray,
    factor: np.ndarray,
    moved: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    start: np.ndarray,
    inverse: float,
    quiet: float,
    out: np.ndarray,
) -> int:
    members, measures = values.shape[0], column.size
    elements, knots, varied = cell.size, x.size, factor.shape[0] > 0
    bad = 0
    for m in range(members):
        for e in range(elements):
            v = values[m, cell[e]]
            if v <= quiet:
                continue
            if not v < np.inf:
                bad += 1
                continue
            k = knots - 2
            f = 1.0
            if v < x[knots - 1]:
                k = start[min(max(int((v - x[0]) * inverse), 0), start.size - 1)]
                while x[k + 1] < v:
                    k += 1
                f = max((v - x[k]) / (x[k + 1] - x[k]), 0.0)
            g, d = group[e], district[e]
            there = factor[m, e] if varied else np.float32(1.0)
            for q in range(measures):
                found = (y[m, g, q, k] + (y[m, g, q, k + 1] - y[m, g, q, k]) * f) * weight[column[q], e]
                out[m, d, q] += found * there if moved[q] else found
    return bad


@njit(cache=True, nogil=True, error_model="numpy")
def _paint(
    values: np.ndarray,
    cell: np.ndarray,
    group: np.ndarray,
    weight: np.ndarray,
    factor: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    start: np.ndarray,
    inverse: float,
    quiet: float,
    place: np.ndarray,
    out: np.ndarray,
) -> None:
    knots, varied = x.size, factor.shape[0] > 0
    for m in range(values.shape[0]):
        row = m if out.shape[0] > 1 else 0
        for e in range(cell.size):
            v = values[m, cell[e]]
            if v <= quiet or not v < np.inf:
                continue
            k = knots - 2
            f = 1.0
            if v < x[knots - 1]:
                k = start[min(max(int((v - x[0]) * inverse), 0), start.size - 1)]
                while x[k + 1] < v:
                    k += 1
                f = max((v - x[k]) / (x[k + 1] - x[k]), 0.0)
            g = group[e]
            found = (y[m, g, k] + (y[m, g, k + 1] - y[m, g, k]) * f) * weight[e]
            if varied:
                found *= factor[m, e]
            out[row, place[e]] += found


_NONE = np.zeros((0, 0), np.float32)


def fold(
    values: np.ndarray,
    cell: np.ndarray,
    group: np.ndarray,
    district: np.ndarray,
    weight: np.ndarray,
    curves: Curves,
    districts: int,
    column: np.ndarray | None = None,
    factor: np.ndarray | None = None,
    moved: np.ndarray | None = None,
) -> tuple[np.ndarray, int]:
    """Add up responses times weights by member and district.

    Parameters
    ----------
    values
        Intensity, float32, shape (members, cells).
    cell, group, district
        Of each element, shape (elements,).
    weight
        Figures that are counted, float32, shape (weights, elements).
    curves
        Responses of these members.
    districts
        How many, with the last one for none.
    column
        Which weight each measure counts; None for one each.
    factor
        Share of the weight that is there, float32, shape (members, elements); None for all.
    moved
        Whether that share enters each measure; None for all.

    Returns
    -------
    numpy.ndarray, int
        Sums, float64, shape (members, districts, measures); and how many values were no numbers.

    Examples
    --------
    >>> curves = Curves(np.array([0.0, 1.0]), np.array([[[[0.0, 0.5]]]]))
    >>> zeros = np.zeros(2, np.int32)
    >>> fold(np.array([[0.5, 2.0]], np.float32), np.arange(2), zeros, zeros, np.array([[10, 10]], np.float32), curves, 1)
    (array([[[7.5]]]), 0)
    """
    measures = curves.y.shape[2]
    which = np.arange(measures) if column is None else column
    some = np.ones(measures, bool) if moved is None else moved
    out = np.zeros((values.shape[0], districts, measures))
    share = _NONE if factor is None else factor
    pair, of = np.unique(np.stack([which, some], axis=1).astype(np.int64), axis=0, return_inverse=True)
    groups, spans = curves.y.shape[1], curves.x.size - 1
    bins = districts * groups * pair.shape[0] * spans
    if bins <= _DENSE * cell.size:
        mass = np.zeros((values.shape[0], bins, 2))
        bad = _gather(
            values, cell, group, district, weight, pair, share, groups, curves.x, curves.slope, curves.start, curves.inverse,
            curves.quiet, mass,
        )  # fmt: skip
        level, rise = np.moveaxis(mass.reshape(-1, districts, groups, pair.shape[0], spans, 2), -1, 0)
        for measure, r in enumerate(of.ravel()):
            y = curves.y[:, :, measure]
            out[:, :, measure] = np.einsum("mdgk,mgk->md", level[:, :, :, r], y[..., :-1])
            out[:, :, measure] += np.einsum("mdgk,mgk->md", rise[:, :, :, r], np.diff(y, axis=-1))
        return out, int(bad)
    bad = _fold(
        values, cell, group, district, weight, which, share, some, curves.x, curves.y, curves.start, curves.inverse,
        curves.quiet, out,
    )  # fmt: skip
    return out, int(bad)


def paint(
    values: np.ndarray,
    cell: np.ndarray,
    group: np.ndarray,
    weight: np.ndarray,
    curves: Curves,
    measure: int,
    place: np.ndarray,
    size: int,
    factor: np.ndarray | None = None,
    *,
    apart: bool = False,
) -> np.ndarray:
    """Add up one measure by place: over all members, or for each member apart.

    Parameters
    ----------
    values, cell, group, curves
        As of `fold`.
    weight
        Shape (elements,), float32.
    measure
        Number of the measure in the curves.
    place
        Where each element adds to, shape (elements,).
    size
        How many places.
    factor
        Shape (members, elements); None for all.
    apart
        Whether members are kept apart.

    Returns
    -------
    numpy.ndarray
        Shape (members or 1, size), float64.
    """
    out = np.zeros((values.shape[0] if apart else 1, size))
    y = np.ascontiguousarray(curves.y[:, :, measure])
    none = np.zeros((0, 0), np.float32)
    _paint(
        values, cell, group, weight, none if factor is None else factor, curves.x, y, curves.start, curves.inverse,
        curves.quiet, place, out,
    )  # fmt: skip
    return out
