"""How fast a map of 1 to 10 million points answers: a view's picture, against counting every point anew.

Run ``python tests/bench/map_cloud.py [MILLIONS ...]``. The last column is the ratio to numpy's own two-dimensional
histogram of all points, measured in the same run, so that a loaded machine changes it little.
"""

import sys
from functools import partial

import numpy as np

from watchfloor.core.clock import monotonic
from watchfloor.views.map.cloud import Cloud, cloud, density, view

WIDTH, HEIGHT = 1000, 600


def measure(act: object, times: int = 7) -> float:
    """Return the median of some runs, ms."""
    taken = []
    for _ in range(times):
        start = monotonic()
        act()  # type: ignore[operator]
        taken.append(1000 * (monotonic() - start))
    return float(np.median(taken))


def picture(found: Cloud, box: tuple[float, float, float, float]) -> None:
    """Draw a view."""
    density(view(found, box, WIDTH, HEIGHT)[0])


def full(x: np.ndarray, y: np.ndarray, box: tuple[float, float, float, float]) -> None:
    """Count every point."""
    i = ((y - box[1]) / (box[3] - box[1]) * HEIGHT).astype(np.int64)
    j = ((x - box[0]) / (box[2] - box[0]) * WIDTH).astype(np.int64)
    keep = (i >= 0) & (i < HEIGHT) & (j >= 0) & (j < WIDTH)
    np.bincount(i[keep] * WIDTH + j[keep], minlength=WIDTH * HEIGHT)


def main(millions: list[int]) -> None:
    random = np.random.default_rng(11)
    print(f"{'points':>12} {'build ms':>9} {'view':>6} {'ms':>8} {'of a full count':>16}")
    for million in millions:
        n = million * 1_000_000
        centres = random.uniform(-1.5e7, 1.5e7, (2000, 2))
        points = centres[random.integers(0, 2000, n)] + random.normal(0, 3e5, (n, 2))
        start = monotonic()
        found = cloud(points)
        built = 1000 * (monotonic() - start)
        left, bottom, right, top = found.box
        for share in (1.0, 0.3, 0.1, 0.01):
            cx, cy = centres[0]
            half = (right - left) * share / 2
            box = (cx - half, cy - half * 0.6, cx + half, cy + half * 0.6)
            if share == 1.0:
                box = (left, bottom, right, top)
            mine = measure(partial(picture, found, box))
            whole = measure(partial(full, found.x, found.y, box), 3)
            print(f"{n:>12,} {built:>9.0f} {share:>6.0%} {mine:>8.1f} {mine / whole:>16.3f}")


if __name__ == "__main__":
    main([int(arg) for arg in sys.argv[1:]] or [1, 10])
