"""Bring a map of counts onto another grid so that nobody is lost or counted twice."""

import numpy as np
import xarray as xr
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from scipy.sparse import csr_matrix

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.grid import Grid

__all__ = ["classes", "conserve", "overlap"]

_FINE = 4
"""Points along each side of a cell by which it is cut, where the two systems differ."""
_MOST = 40_000_000
"""Points that are placed at once, at most."""


def edges(centres: np.ndarray) -> np.ndarray:
    """Return the edges of evenly spaced cells, one more than there are centres.

    Examples
    --------
    >>> edges(np.array([5.0, 15.0]))
    array([ 0., 10., 20.])
    """
    step = float(centres[1] - centres[0]) if centres.size > 1 else 1.0
    return np.append(centres - step / 2, centres[-1] + step / 2)


def overlap(source: np.ndarray, target: np.ndarray) -> csr_matrix:
    """Return how long each cell of one axis lies on each of another.

    Parameters
    ----------
    source, target
        Evenly spaced centres, rising or falling, in the same unit.

    Returns
    -------
    scipy.sparse.csr_matrix
        Shape (target, source), in that unit.

    Examples
    --------
    >>> overlap(np.array([5.0, 15.0]), np.array([10.0, 20.0])).toarray()
    array([[5., 5.],
           [0., 5.]])
    """
    a, b = edges(source), edges(target)
    low_a, high_a = np.minimum(a[:-1], a[1:]), np.maximum(a[:-1], a[1:])
    low_b, high_b = np.minimum(b[:-1], b[1:]), np.maximum(b[:-1], b[1:])
    order = np.argsort(low_a, kind="stable")
    rows, columns, lengths = [], [], []
    first = np.searchsorted(high_a[order], low_b, "right")
    last = np.searchsorted(low_a[order], high_b, "left")
    for row, (begin, end) in enumerate(zip(first, last, strict=True)):
        for column in order[begin:end]:
            rows.append(row)
            columns.append(column)
            lengths.append(min(high_a[column], high_b[row]) - max(low_a[column], low_b[row]))
    return csr_matrix((lengths, (rows, columns)), shape=(target.size, source.size))


def conserve(
    counts: xr.DataArray, grid: Grid, live: np.ndarray | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return counts on another grid.

    Each source cell's count is spread over the target cells that it covers, by area, and only where people live, if
    that is given and there is any such place in it. What lies outside of the target grid is left out.

    Parameters
    ----------
    counts
        Dims ``(y, x)``, evenly spaced, attribute ``crs``.
    grid
        Where to.
    live
        Of the target's shape: 1 where there may be any, 0 where not.

    Returns
    -------
    numpy.ndarray, tuple of str
        Counts, shape of the grid, float64; and what was done.

    Raises
    ------
    InvalidInputError
        If the source is not evenly spaced or names no system.

    Examples
    --------
    >>> where = {"y": [15.0, 5.0], "x": [5.0, 15.0]}
    >>> coarse = xr.DataArray([[4.0, 8.0], [0.0, 4.0]], dims=("y", "x"), coords=where, attrs={"crs": "EPSG:32650"})
    >>> fine = Grid(np.arange(2.5, 20, 5), np.arange(17.5, 0, -5), "EPSG:32650")
    >>> made, said = conserve(coarse, fine)
    >>> float(made.sum()), made[0].tolist()
    (16.0, [1.0, 1.0, 2.0, 2.0])
    """
    x, y = (np.asarray(counts[dim].values, float) for dim in ("x", "y"))
    for dim, values in (("x", x), ("y", y)):
        steps = np.diff(values)
        if values.size < 2 or np.any(steps == 0) or np.ptp(steps) > 1e-3 * abs(steps[0]):
            raise InvalidInputError(
                f"The map {counts.name or 'of counts'} is not evenly spaced along {dim}; resample it to a regular grid first."
            )
    theirs, ours = _system(counts.attrs.get("crs", ""), counts.name), CRS.from_user_input(grid.crs)
    values = np.asarray(counts.values, np.float64)
    mask = np.ones(grid.shape) if live is None else np.asarray(live, np.float64)
    if theirs == ours:
        if (
            x.size == grid.x.size
            and y.size == grid.y.size
            and np.allclose(x, grid.x, atol=1e-3 * grid.dx)
            and np.allclose(y, grid.y, atol=1e-3 * grid.dy)
        ):
            return values, ()
        over_y, over_x = overlap(y, grid.y), overlap(x, grid.x)
        whole = abs(x[1] - x[0]) * abs(y[1] - y[0])
        # where nobody may live in any of a source cell's part of the grid, it is spread evenly
        inside = over_y.T @ mask @ over_x
        covered = over_y.T @ np.ones(grid.shape) @ over_x
        kept = values * covered / whole
        by_place = np.divide(kept, inside, out=np.zeros_like(kept), where=inside > 0)
        by_area = np.divide(kept, covered, out=np.zeros_like(kept), where=(inside <= 0) & (covered > 0))
        made = mask * (over_y @ by_place @ over_x.T) + over_y @ by_area @ over_x.T
        wide = abs(x[1] - x[0])
        if np.isclose(wide, grid.dx, rtol=1e-3):
            return np.asarray(made), ()
        said = f"The map of {counts.name or 'counts'} has cells of {wide:g} m; it was spread by area over cells of {grid.dx:g} m."
        return np.asarray(made), (said,)
    made = _points(values, x, y, Transformer.from_crs(theirs, ours, always_xy=True), grid, mask)
    said = (
        f"The map of {counts.name or 'counts'} is in {theirs.to_string()[:40]}, the run in {grid.crs[:40]}; its cells were cut "
        f"into {_FINE} x {_FINE} or more and placed."
    )
    return made, (said,)


def classes(map_: xr.DataArray, grid: Grid) -> np.ndarray:
    """Return the class at the centre of each cell of another grid; 0 outside of the map."""
    theirs, ours = _system(map_.attrs.get("crs", ""), map_.name), CRS.from_user_input(grid.crs)
    x, y = (np.asarray(map_[dim].values, float) for dim in ("x", "y"))
    if theirs == ours:
        columns, rows = np.meshgrid(_nearest(x, grid.x), _nearest(y, grid.y))
    else:
        east, north = np.meshgrid(grid.x, grid.y)
        px, py = Transformer.from_crs(ours, theirs, always_xy=True).transform(east, north)
        columns, rows = _nearest(x, np.asarray(px)), _nearest(y, np.asarray(py))
    found = np.asarray(map_.values)[np.maximum(rows, 0), np.maximum(columns, 0)]
    return np.where((rows >= 0) & (columns >= 0), found, 0)


def _system(name: object, what: object) -> CRS:
    try:
        return CRS.from_user_input(str(name))
    except CRSError as error:
        raise InvalidInputError(
            f"The map {what or ''} names the coordinate system {str(name)[:60]!r}, which pyproj does not know."
        ) from error


def _nearest(axis: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the place of the cell that holds each position, -1 outside."""
    place = np.rint((at - axis[0]) / (axis[1] - axis[0]))
    good = np.isfinite(place) & (place >= 0) & (place < axis.size)
    return np.where(good, place, -1).astype(np.int64)


def _points(
    values: np.ndarray, x: np.ndarray, y: np.ndarray, way: Transformer, grid: Grid, mask: np.ndarray
) -> np.ndarray:
    """Spread counts by points that are cut finely enough for the target's cells."""
    rows, columns = np.nonzero(values)
    made = np.zeros(grid.shape)
    if not rows.size:
        return made
    step_x, step_y = x[1] - x[0], y[1] - y[0]
    # as many points as make at least two in each target cell
    corners = way.transform([x[0], x[0] + step_x], [y[y.size // 2]] * 2)
    size = float(np.hypot(np.diff(corners[0])[0], np.diff(corners[1])[0]))
    fine = (
        int(np.clip(np.ceil(2.0 * size / min(grid.dx, grid.dy)), _FINE, 64)) if np.isfinite(size) else _FINE
    )
    fine = max(1, min(fine, int(np.sqrt(_MOST / rows.size))))
    part = (np.arange(fine) + 0.5) / fine - 0.5
    dx, dy = np.meshgrid(part * step_x, part * step_y)
    each = max(1, 4_000_000 // fine**2)
    for start in range(0, rows.size, each):
        r, c = rows[start : start + each], columns[start : start + each]
        px, py = way.transform((x[c][:, None] + dx.ravel()).ravel(), (y[r][:, None] + dy.ravel()).ravel())
        column, row = _nearest(grid.x, np.asarray(px)), _nearest(grid.y, np.asarray(py))
        inside = (column >= 0) & (row >= 0)
        cell = np.where(inside, row * grid.x.size + column, 0)
        here = np.where(inside, mask.ravel()[cell], 0.0).reshape(r.size, -1)
        total, within = here.sum(axis=1), inside.reshape(r.size, -1)
        # where nobody may live in a source cell, it is spread evenly
        share = np.where(total[:, None] > 0, here / np.where(total > 0, total, 1.0)[:, None] * within.mean(axis=1)[:, None],
                         within / fine**2)  # fmt: skip
        weight = (share * values[r, c][:, None]).ravel()
        made += np.bincount(cell, weight, minlength=made.size).reshape(made.shape)
    return made
