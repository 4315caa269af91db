"""Rain into rivers: losses, unit hydrographs, travel down the reaches, a reservoir, and levels at the gauges.

Losses: SCS curve number (USDA NEH part 630, chapter 10). Hillslope response: Nash cascade (Nash 1957). Reservoir:
level-pool routing (Chow, Maidment & Mays 1988, section 8.2). Levels: Manning's equation for a wide channel.
"""

from dataclasses import dataclass
from math import gamma
from typing import Any

import flow
import numpy as np
from place import CELL, COLS, ROWS
from scipy import ndimage
from weather import HOURS, STEP, Rain

__all__ = ["Flows", "route"]

RETENTION = 95.0
"""Potential retention S in mm: a curve number of 73, dry before the rain."""
DRY_FLOW = 0.0045
"""Flow of the drought in m3/s for each km2."""
ROUGHNESS = 0.035
_STORAGE: dict[tuple[int, float], tuple[Any, Any]] = {}
START = -2.6
"""Level of the reservoir at the start, metres from full."""


@dataclass(frozen=True)
class Flows:
    """What the rivers do.

    Parameters
    ----------
    level
        Level above each gauge's datum in metres, by gauge (times,).
    discharge
        Flow in m3/s, by gauge.
    pool
        Level of the reservoir in metres above the sea (times,).
    inflow, outflow
        Of the reservoir, m3/s (times,).
    """

    level: dict[str, Any]
    discharge: dict[str, Any]
    pool: Any
    inflow: Any
    outflow: Any


def _kernel(mean: float, shape: float) -> Any:
    """Return a gamma response of a mean time in hours, on the story's step, summing to 1."""
    scale = mean / shape
    hours = (np.arange(1, 200) - 0.5) * STEP / 3600.0
    weight = hours ** (shape - 1) * np.exp(-hours / scale) / (gamma(shape) * scale**shape)
    return weight / weight.sum()


def _lagged(series: Any, kernel: Any) -> Any:
    """Respond to a series that was steady before it began."""
    start = np.full(len(kernel), series[0])
    return np.convolve(np.concatenate([start, series]), kernel)[
        len(kernel) - 1 : len(kernel) - 1 + len(series)
    ]


def route(
    height: Any, receiver: Any, ordered: Any, gauges: dict[str, int], dam: int, full: float, rain: Rain
) -> Flows:
    """Run the storm through the basin.

    Parameters
    ----------
    height
        Ground in metres, NaN at sea (ROWS, COLS).
    receiver, ordered
        Flow graph of `flow.drain`.
    gauges
        Flat cell of each gauge.
    dam, full
        Flat cell and full supply level of the reservoir.
    rain
        The weather.
    """
    size = height.size
    area = flow.accumulate(receiver, ordered, np.full(size, CELL**2 / 1e6))
    nodes = {**{cell: name for name, cell in gauges.items()}, dam: "DAM"}
    own = receiver < 0
    label = np.full(size, -1, dtype=np.int64)
    cells = sorted(nodes, key=lambda cell: area[cell])
    for k, cell in enumerate(cells):
        own[cell] = True
        label[cell] = k
    member = flow.inherit(receiver, ordered, label, own)
    rates = rain.grid()[2]
    block = (np.arange(ROWS)[:, None] // 50 * 30 + np.arange(COLS)[None, :] // 50).ravel()
    local, below, length = {}, {}, {}
    for k, cell in enumerate(cells):
        mine = member == k
        weight = np.bincount(block[mine], minlength=720).astype(float)
        mean = weight @ rates / weight.sum()
        share = float(mine.sum()) * CELL**2 / 1e6
        local[cell] = _runoff(mean, share)
        steps, here = 0.0, cell
        while True:
            down = int(receiver[here])
            if down < 0:
                below[cell] = None
                break
            diagonal = here // COLS != down // COLS and here % COLS != down % COLS
            steps += CELL * (2**0.5 if diagonal else 1.0)
            here = down
            if here in nodes:
                below[cell] = here
                break
        length[cell] = steps
    total = {cell: local[cell].copy() for cell in cells}
    pool = inflow = outflow = np.zeros(len(HOURS))
    for cell in cells:
        if nodes[cell] == "DAM":
            inflow = total[cell]
            pool, outflow = _pool(height, receiver, ordered, dam, full, inflow)
            total[cell] = outflow
        down = below[cell]
        if down is not None:
            celerity = 2.0 if area[cell] < 120 else 0.9  # the larger river stands on its floodplain
            total[down] += _lagged(total[cell], _kernel(max(length[cell] / celerity / 3600.0, 0.12), 4.0))
    level, discharge = {}, {}
    for name, cell in gauges.items():
        bed = float(height.ravel()[cell])
        width = (
            4.2 * area[cell] ** 0.5 * float(np.interp(bed, [0.5, 2.0, 4.5], [3.2, 1.5, 1.0]))
        )  # wide at the mouth
        slope = _slope(height.ravel(), receiver, cell)
        level[name] = (total[cell] * ROUGHNESS / (width * slope**0.5)) ** 0.6 + 0.12
        discharge[name] = total[cell]
    return Flows(level, discharge, pool, inflow, outflow)


def _runoff(rate: Any, area: float) -> Any:
    """Return the flow in m3/s that rain in mm/h makes on an area in km2."""
    depth = np.cumsum(rate) * STEP / 3600.0
    excess = np.maximum(depth - 0.2 * RETENTION, 0.0)
    runoff = np.diff(excess**2 / (excess + RETENTION), prepend=0.0)
    quick = runoff * area * 1e3 / STEP
    mean = 1.1 + 0.75 * max(area, 0.5) ** 0.32
    slow = np.maximum(np.diff(depth, prepend=0.0) - runoff, 0.0) * area * 1e3 / STEP * 0.10
    return _lagged(quick, _kernel(mean, 3.0)) + _lagged(slow, _kernel(16.0, 1.5)) + DRY_FLOW * area


def _slope(height: Any, receiver: Any, cell: int) -> float:
    """Return the fall of the bed over the next 1.2 km, within what a gauge would be put on."""
    here = cell
    for _ in range(60):
        if receiver[here] < 0 or not np.isfinite(height[receiver[here]]):
            break
        here = int(receiver[here])
    return float(np.clip((height[cell] - height[here]) / 1200.0, 7e-4, 4e-3))


def _storage(height: Any, receiver: Any, ordered: Any, dam: int, full: float) -> tuple[Any, Any]:
    """Return levels in metres above the sea and the volume in m3 that the reservoir holds at each, once worked out."""
    if (dam, full) in _STORAGE:
        return _STORAGE[dam, full]
    own = receiver < 0
    own[dam] = True
    value = np.zeros(height.size, dtype=np.int64)
    value[dam] = 1
    above = (flow.inherit(receiver, ordered, value, own) == 1).reshape(height.shape)
    levels = np.arange(full - 20.0, full + 5.01, 0.25)
    volume = []
    for level in levels:
        label, _ = ndimage.label(above & (height < level), np.ones((3, 3)))
        lake = label == label.ravel()[dam]
        volume.append(float((level - height[lake]).sum()) * CELL**2)
    return _STORAGE.setdefault((dam, full), (levels, volume))


def _pool(height: Any, receiver: Any, ordered: Any, dam: int, full: float, inflow: Any) -> tuple[Any, Any]:
    """Route the inflow through the reservoir; outlet and spillway open with the level."""
    levels, volume = _storage(height, receiver, ordered, dam, full)
    stored = np.interp(full + START, levels, volume)
    pool, out = np.empty(len(inflow)), np.empty(len(inflow))
    for k, water in enumerate(inflow):
        parts = 20
        for _ in range(parts):
            level = float(np.interp(stored, volume, levels))
            gates = float(np.interp(level - full, [-2.6, -1.6, -0.6, 0.0], [0.6, 12.0, 70.0, 120.0]))
            spill = 950.0 * (max(level - full, 0.0) / 2.2) ** 1.5
            stored += (water - gates - spill) * STEP / parts
        pool[k], out[k] = level, gates + spill
    return pool, out
