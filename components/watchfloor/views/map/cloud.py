"""Millions of points as a picture of the present view.

The points are sorted by the cell of a fixed grid that they lie in, so that those of a view are a few runs of the
sorted arrays. A view of more points than that would be quick is taken from counts made beforehand, halved again and
again (a pyramid). Either way the work depends on the pixels, not on how many points there are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watchfloor.views.map.mercator import Floats

__all__ = ["Cloud", "cloud", "density", "view"]

BASE = 2048
"""Cells of the finest counts along each side."""
ENOUGH = 300_000
"""Points that are counted anew for a view; above, the pyramid answers, a pixel or two coarser."""
SPARSE = 30_000
"""Below this many points in a view, each is drawn as a small square, or it would not be seen."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points sorted for drawing.

    Parameters
    ----------
    x, y
        Metres, sorted by cell (row by row), (n,).
    value
        What colours them, sorted alike; None for their density.
    order
        Position of each in the table they came from, (n,).
    starts
        First point of each cell, and n, (BASE * BASE + 1,).
    box
        Left, bottom, right and top of the grid.
    pyramid
        Counts (and sums of values) of the cells, halved up to one cell.
    """

    x: Floats
    y: Floats
    value: npt.NDArray[np.float32] | None
    order: Ints
    starts: Ints
    box: tuple[float, float, float, float]
    pyramid: tuple[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None], ...]

    def __len__(self) -> int:
        return len(self.x)


def cloud(points: Floats, value: npt.NDArray[np.float32] | None = None, base: int = BASE) -> Cloud:
    """Sort points and count them; those without a place are left out.

    Parameters
    ----------
    points
        Metres, (n, 2).
    value
        What colours them, (n,).
    base
        Cells along each side.

    Examples
    --------
    >>> found = cloud(np.array([[0.0, 0.0], [10.0, 10.0], [np.nan, 0.0]]), base=4)
    >>> len(found), float(found.pyramid[0][0].sum())
    (2, 2.0)
    """
    order = np.flatnonzero(np.isfinite(points).all(axis=1))
    x, y = points[order, 0], points[order, 1]
    if len(x):
        left, right, bottom, top = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    else:
        left, right, bottom, top = 0.0, 1.0, 0.0, 1.0
    side = max(right - left, top - bottom, 1.0) * (1 + 1e-9)
    box = (left, bottom, left + side, bottom + side)
    cell = (np.minimum((y - bottom) / side * base, base - 1).astype(np.int64)) * base
    cell += np.minimum((x - left) / side * base, base - 1).astype(np.int64)
    sort = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=base * base)
    starts = np.concatenate(([0], np.cumsum(counts)))
    kept = None if value is None else np.nan_to_num(value[order][sort].astype(np.float32))
    sums = None
    if kept is not None:
        sums = np.bincount(cell[sort], kept, base * base).astype(np.float32).reshape(base, base)
    first = (counts.astype(np.float32).reshape(base, base), sums)
    return Cloud(x[sort], y[sort], kept, order[sort], starts, box, _halve(first))


def view(
    found: Cloud, box: tuple[float, float, float, float], width: int, height: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None, int]:
    """Count the points (and average their values) in each pixel of a view.

    Returns
    -------
    tuple
        Counts (height, width), first row at the bottom; means alike, None without values; points in the view.
    """
    base = found.pyramid[0][0].shape[0]
    side = (found.box[2] - found.box[0]) / base
    j0, j1 = _range((box[0] - found.box[0]) / side, (box[2] - found.box[0]) / side, base)
    i0, i1 = _range((box[1] - found.box[1]) / side, (box[3] - found.box[1]) / side, base)
    if j0 >= j1 or i0 >= i1:
        return (
            np.zeros((height, width), np.float32),
            None if found.value is None else np.zeros((height, width), np.float32),
            0,
        )
    rows = np.arange(i0, i1) * base
    first, last = found.starts[rows + j0], found.starts[rows + j1]
    total = int((last - first).sum())
    if total > ENOUGH:
        counts, sums = _from_pyramid(found, box, width, height)
    else:
        runs = [np.arange(a, b, dtype=np.int64) for a, b in zip(first, last, strict=True) if b > a]
        at = np.concatenate(runs) if runs else np.empty(0, np.int64)
        step = 3 if total < SPARSE else 1
        counts, sums = _count(found, at, box, -(-width // step), -(-height // step))
        if step > 1:
            counts = np.repeat(np.repeat(counts, step, 0), step, 1)[:height, :width]
            sums = None if sums is None else np.repeat(np.repeat(sums, step, 0), step, 1)[:height, :width]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = None if sums is None else np.where(counts > 0, sums / counts, np.nan).astype(np.float32)
    return counts, means, total


def density(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Turn counts into places in a palette, by their logarithm: 0 for none, 1 to 255.

    Examples
    --------
    >>> density(np.array([[0, 1, 100]], np.float32)).tolist()
    [[0, 40, 254]]
    """
    top = float(counts.max()) if counts.size else 0.0
    if top <= 0:
        return np.zeros(counts.shape, np.uint8)
    share = np.log1p(counts) / np.log1p(max(top, 10.0))
    least = 40  # one point must be seen on a dark ground
    return np.where(counts > 0, np.maximum(share * 255, least), 0).astype(np.uint8)


def nearest(found: Cloud, x: float, y: float, reach: float) -> int | None:
    """Return the row of the point nearest to a place, within `reach` metres."""
    base = found.pyramid[0][0].shape[0]
    side = (found.box[2] - found.box[0]) / base
    j0, j1 = _range((x - reach - found.box[0]) / side, (x + reach - found.box[0]) / side, base)
    i0, i1 = _range((y - reach - found.box[1]) / side, (y + reach - found.box[1]) / side, base)
    best: tuple[float, int] | None = None
    for i in range(i0, i1):
        a, b = int(found.starts[i * base + j0]), int(found.starts[i * base + j1]) if j1 > j0 else 0
        if b > a:
            distance = np.hypot(found.x[a:b] - x, found.y[a:b] - y)
            near = int(distance.argmin())
            if distance[near] <= reach and (best is None or distance[near] < best[0]):
                best = (float(distance[near]), int(found.order[a + near]))
    return None if best is None else best[1]


def _range(low: float, high: float, base: int) -> tuple[int, int]:
    return max(int(np.floor(low)), 0), min(int(np.floor(high)) + 1, base)


def _count(
    found: Cloud, at: Ints, box: tuple[float, float, float, float], width: int, height: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
    j = np.floor((found.x[at] - box[0]) * (width / (box[2] - box[0]))).astype(np.int64)
    i = np.floor((found.y[at] - box[1]) * (height / (box[3] - box[1]))).astype(np.int64)
    inside = (i >= 0) & (i < height) & (j >= 0) & (j < width)
    pixel = i[inside] * width + j[inside]
    counts = np.bincount(pixel, minlength=width * height).astype(np.float32).reshape(height, width)
    if found.value is None:
        return counts, None
    sums = np.bincount(pixel, found.value[at][inside], width * height)
    return counts, sums.astype(np.float32).reshape(height, width)


def _from_pyramid(
    found: Cloud, box: tuple[float, float, float, float], width: int, height: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
    span = found.box[2] - found.box[0]
    base = found.pyramid[0][0].shape[0]
    cells = base * (box[2] - box[0]) / span / width
    # cells no finer than a pixel: a pixel between two samples would lose what lies there
    level = min(int(np.ceil(np.log2(max(cells, 1.0)))), len(found.pyramid) - 1)
    counts, sums = found.pyramid[level]
    n = counts.shape[0]
    j = np.floor(((np.arange(width) + 0.5) * (box[2] - box[0]) / width + box[0] - found.box[0]) / span * n)
    i = np.floor(((np.arange(height) + 0.5) * (box[3] - box[1]) / height + box[1] - found.box[1]) / span * n)
    inside = ((i >= 0) & (i < n))[:, None] & ((j >= 0) & (j < n))[None, :]
    ii = np.clip(i, 0, n - 1).astype(np.int64)[:, None]
    jj = np.clip(j, 0, n - 1).astype(np.int64)[None, :]
    looked = np.where(inside, counts[ii, jj], np.float32(0))
    return looked, None if sums is None else np.where(inside, sums[ii, jj], np.float32(0))


def _halve(
    first: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None],
) -> tuple[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None], ...]:
    def half(cells: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return cells[::2, ::2] + cells[1::2, ::2] + cells[::2, 1::2] + cells[1::2, 1::2]

    levels = [first]
    while levels[-1][0].shape[0] > 128:
        counts, sums = levels[-1]
        levels.append((half(counts), None if sums is None else half(sums)))
    return tuple(levels)
