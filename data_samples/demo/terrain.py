"""Shape the island: uplift, valleys carved by rivers, floodplains, channels; heights that drain everywhere."""

from dataclasses import dataclass
from typing import Any

import flow
import numpy as np
from place import CELL, COLS, ROWS, generator
from scipy import ndimage

__all__ = ["SCALE", "Terrain", "build", "noise"]

SCALE = 1 / 64
"""Heights are kept in steps of 1/64 m, which float32 holds exactly."""
TOP = 780.0
"""Height of the highest summit in metres."""


@dataclass(frozen=True)
class Terrain:
    """The shaped ground.

    Parameters
    ----------
    height
        Height above sea level in metres, multiples of `SCALE`; NaN at sea (ROWS, COLS).
    sea
        True at sea.
    receiver, ordered
        Flow graph as `flow.drain` gives it.
    area
        Drained area in km2 (ROWS, COLS).
    mouth
        Row and column of the main river's last land cell.
    basin
        True in the main river's basin.
    """

    height: Any
    sea: Any
    receiver: Any
    ordered: Any
    area: Any
    mouth: tuple[int, int]
    basin: Any


def noise(
    rng: np.random.Generator, shape: tuple[int, int], cell: float, wave: float, octaves: int = 5
) -> Any:
    """Return smooth noise of mean 0 and standard deviation 1; `wave` is the longest wave in metres."""
    rows, cols = shape
    total = np.zeros(shape)
    for octave in range(octaves):
        length = wave / 2**octave
        nr, nc = int(rows * cell / length) + 4, int(cols * cell / length) + 4
        knots = rng.standard_normal((nr, nc))
        row = (np.arange(rows) + 0.5) * cell / length + 1
        col = (np.arange(cols) + 0.5) * cell / length + 1
        smooth = ndimage.spline_filter(knots, order=3)
        grid = np.meshgrid(row, col, indexing="ij")
        total += 0.5**octave * ndimage.map_coordinates(smooth, grid, order=3, prefilter=False, mode="nearest")
    return (total - total.mean()) / total.std()


def build() -> Terrain:
    """Shape the island on ever finer grids."""
    rng = generator("terrain")
    shape = (ROWS // 5, COLS // 5)
    bends = [
        noise(rng, (ROWS, COLS), CELL, wave, octaves)
        for wave, octaves in ((9_000, 6), (7_000, 6), (2_500, 4))
    ]
    height = np.zeros(shape)
    for factor, steps, push in ((5, 260, 1.0), (2, 60, 0.5), (1, 10, 0.25)):
        cell = CELL * factor
        shape = (ROWS // factor, COLS // factor)
        bend = [_shrink(item, factor) for item in bends]
        sea, lift, inland = _plan(shape, bend)
        height = _resize(height, shape)
        if factor == 5:
            v = np.linspace(-1, 1, shape[0])[:, None]
            u = np.linspace(-1, 1, shape[1])[None, :]
            height = (
                45.0 * inland
                + 90.0 * np.abs(v - 0.14 + 0.10 * np.sin(4.0 * u))
                + 30.0 * (1 - u)
                + 9.0 * bend[2]
                + 5.0
            )
        height = np.where(sea, 0.0, np.maximum(height, 0.1))
        strength = 0.055 * np.exp(0.35 * bend[1]) * push
        for _ in range(steps):
            filled, receiver, ordered = flow.drain(height, sea)
            area = flow.accumulate(receiver, ordered, np.full(filled.size, cell**2))
            height = flow.carve(filled, receiver, ordered, area, strength, lift * push, cell, 0.45)
            height = np.where(sea, 0.0, _diffuse(height, 0.06 * push * (100 / cell) ** 0.5))
    height *= TOP / height.max()
    height += np.where(sea, 0.0, 1.2 * np.clip(height / 60, 0, 1) * bends[2])
    return _finish(height, sea)


def _plan(shape: tuple[int, int], bend: list[Any]) -> tuple[Any, Any, Any]:
    """Return sea, uplift a step and a 0..1 inland measure: a ring of mountains that is open to the east."""
    rows, cols = shape
    y, x = np.mgrid[0:rows, 0:cols]
    u = ((x + 0.5) / cols - 0.5) * 2
    v = ((y + 0.5) / rows - 0.5) * 2
    # A rounded rectangle with a ragged edge; a bay where the river comes out.
    edge = (np.abs(u) ** 2.8 + np.abs(v) ** 2.8) ** (1 / 2.8) + 0.050 * bend[0] + 0.018 * bend[2]
    bay = 0.20 * np.exp(-(((u - 0.98) / 0.26) ** 2) - ((v - 0.16) / 0.16) ** 2)
    edge = edge + bay
    sea = edge > 0.93
    sea[0, :] = sea[-1, :] = sea[:, 0] = sea[:, -1] = True
    label, _ = ndimage.label(~sea)
    sea = label != np.bincount(label.ravel())[1:].argmax() + 1
    inland = np.clip((0.93 - edge) / 0.93, 0, 1)
    # Ridge ring along north, west and south; the trough inside falls to the east.
    ring = np.exp(-(((edge - 0.77 + 0.05 * bend[1]) / 0.13) ** 2))
    west = 1 / (1 + np.exp((u - 0.05) / 0.20))
    sides = np.clip(np.abs(v - 0.14) * 1.5, 0, 1) ** 1.5
    east = 1 / (1 + np.exp((u - 0.55) / 0.10))
    lift = (
        0.14
        + 1.9 * ring * (0.30 + 0.70 * west) * (0.35 + 0.65 * np.maximum(sides, west))
        + 0.45 * west * inland
    )
    lift += 0.55 * np.clip(sides - 0.25, 0, 1) * inland
    lift = (lift * (0.10 + 0.90 * east) + 0.02) * np.exp(0.45 * bend[1]) * 1.6
    plain = np.exp(-(((u - 0.66) / 0.34) ** 2) - ((v - 0.14) / 0.36) ** 2)
    lift = lift * (1 - 0.94 * plain)
    return sea, np.where(sea, 0.0, lift), inland


def _shrink(grid: Any, factor: int) -> Any:
    rows, cols = grid.shape
    return grid.reshape(rows // factor, factor, cols // factor, factor).mean(axis=(1, 3))


def _resize(grid: Any, shape: tuple[int, int]) -> Any:
    if grid.shape == shape:
        return grid
    return ndimage.zoom(
        grid, (shape[0] / grid.shape[0], shape[1] / grid.shape[1]), order=1, grid_mode=True, mode="nearest"
    )


def _diffuse(height: Any, rate: float) -> Any:
    """Let the hillslopes creep: one explicit step of linear diffusion."""
    return height + rate * ndimage.laplace(height, mode="nearest")


def _finish(height: Any, sea: Any) -> Terrain:
    """Lay floodplains beside the larger rivers, cut channels, fill pits and keep heights in whole steps."""
    # The coastal plain comes out of the erosion too flat for a river to choose its way: it gets a gentle tilt to the
    # sea, a broad trough along each larger river, and unevenness in which the channel wanders.
    wander = noise(generator("wander"), (ROWS, COLS), CELL, 2_400, 5)
    filled, receiver, ordered = flow.drain(height, sea)
    area = flow.accumulate(receiver, ordered, np.full(filled.size, CELL**2 / 1e6)).reshape(filled.shape)
    coast = ndimage.distance_transform_edt(~sea) * CELL / 1000
    trough = ndimage.distance_transform_edt(area < 25.0) * CELL / 1000
    low = np.exp(-height / 25.0)
    added = 1.2 * np.minimum(coast, 9.0) + 1.6 * np.minimum(trough, 3.0) + np.clip(coast, 0, 1) * 1.7 * wander
    filled, receiver, ordered = flow.drain(np.where(sea, 0.0, np.maximum(height + low * added, 0.3)), sea)
    size = filled.size
    area = flow.accumulate(receiver, ordered, np.full(size, CELL**2 / 1e6))
    channel = (area >= 4.0) & (receiver >= 0)
    bed = np.where(channel, filled.ravel(), 0.0)
    near = flow.inherit(receiver, ordered, bed, channel).reshape(filled.shape)
    order_area = flow.inherit(receiver, ordered, np.where(channel, area, 0.0), channel).reshape(filled.shape)
    grid = channel.reshape(filled.shape)
    distance = ndimage.distance_transform_edt(~grid) * CELL
    width = 46.0 * np.sqrt(np.maximum(order_area, 0.01))
    t = np.clip((distance - 0.35 * width) / np.maximum(width, 1.0), 0, 1)
    share = 0.14 + 0.86 * t * t * (3 - 2 * t)
    above = np.maximum(filled - near, 0.0)
    shaped = np.where(order_area > 0, near + above * share, filled)
    shaped = ndimage.gaussian_filter(shaped, 1.6)
    depth = np.where(grid, 0.9 * np.maximum(area.reshape(filled.shape), 1e-3) ** 0.28, 0.0)
    depth = np.minimum(depth, 0.15 + 0.30 * near)
    wide = ndimage.grey_dilation(np.where(area.reshape(filled.shape) > 60, depth, 0.0), size=(3, 3))
    shaped = np.maximum(shaped - np.maximum(depth, wide), 0.2)
    whole = np.round(np.where(sea, 0.0, shaped) / SCALE)
    whole, receiver, ordered = flow.drain(whole, sea, 1.0)
    final = np.where(sea, np.nan, whole * SCALE)
    area = flow.accumulate(receiver, ordered, np.full(size, CELL**2 / 1e6))
    land = ~sea.ravel()
    last = land & (receiver >= 0) & sea.ravel()[np.maximum(receiver, 0)]
    mouth = int(np.where(last, area, 0).argmax())
    member = np.zeros(size, dtype=np.int64)
    member[mouth] = 1
    own = np.zeros(size, dtype=bool)
    own[mouth] = True
    own |= receiver < 0
    own |= last
    basin = flow.inherit(receiver, ordered, member, own).reshape(sea.shape) == 1
    return Terrain(
        height=final, sea=sea, receiver=receiver, ordered=ordered, area=area.reshape(sea.shape),
        mouth=(mouth // COLS, mouth % COLS), basin=basin,
    )  # fmt: skip
