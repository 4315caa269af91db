"""Millions of points as a picture."""

import numpy as np
import pytest

from watchfloor.views.map import cloud as module
from watchfloor.views.map.cloud import cloud, density, nearest, view


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(5).normal(0, 1000, (50_000, 2))


def counted(points: np.ndarray, box: tuple[float, ...], width: int, height: int) -> np.ndarray:
    """Return counts by numpy's own histogram."""
    edges = np.linspace(box[0], box[2], width + 1), np.linspace(box[1], box[3], height + 1)
    return np.histogram2d(points[:, 1], points[:, 0], bins=(edges[1], edges[0]))[0]


@pytest.mark.parametrize("box", [(-4000, -4000, 4000, 4000), (-300, 200, 500, 900), (900, 900, 9000, 7000)])
def test_counts_are_those_of_a_histogram(
    points: np.ndarray, box: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPARSE", 0)
    counts, means, total = view(cloud(points), box, 80, 60)
    assert means is None
    assert np.abs(counts - counted(points, box, 80, 60)).sum() <= 2  # points on an edge
    assert total >= counts.sum()


def test_the_pyramid_agrees_with_counting(points: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cloud(points, base=1024)
    monkeypatch.setattr(module, "ENOUGH", 0)
    counts, _, _ = view(found, found.box, 64, 64)
    exact = counted(points, found.box, 64, 64)
    coarse = found.pyramid[3][0]  # 128 cells: the level is never coarser than a pixel
    assert coarse.sum() == len(points)
    # neighbours of the true density: rank correlation of the blocks' sums
    a = counts.reshape(16, 4, 16, 4).sum((1, 3)).ravel()
    b = exact.reshape(16, 4, 16, 4).sum((1, 3)).ravel()
    assert np.corrcoef(a, b)[0, 1] > 0.995


def test_values_are_averaged(points: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPARSE", 0)
    value = (points[:, 0] > 0).astype(np.float32) * 6
    _, means, _ = view(cloud(points, value), (-2000, -2000, 2000, 2000), 4, 4)
    assert means is not None
    assert np.allclose(means[:, :2], 0)
    assert np.allclose(means[:, 2:], 6)


def test_few_points_are_drawn_larger_than_a_pixel() -> None:
    counts, _, total = view(cloud(np.array([[0.0, 0.0], [90.0, 90.0]])), (-10, -10, 110, 110), 60, 60)
    assert total == 2
    assert (counts > 0).sum() == 18


def test_points_without_a_place_and_empty_clouds() -> None:
    found = cloud(np.array([[np.nan, np.nan]]))
    assert len(found) == 0
    counts, _, total = view(found, (0, 0, 1, 1), 5, 5)
    assert counts.sum() == total == 0
    assert density(counts).max() == 0


def test_the_nearest_point_is_found_by_its_row(points: np.ndarray) -> None:
    found = cloud(points)
    x, y = points[123]
    assert nearest(found, x + 0.001, y, 1.0) == 123
    assert nearest(found, 1e6, 1e6, 10.0) is None
