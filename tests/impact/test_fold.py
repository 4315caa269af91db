"""The inner loop agrees with NumPy, for any knots and values."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.impact.fold import Curves, fold, paint


def world(seed, knots, elements, members, measures=2, groups=3):
    """Return random curves (some with steps), values and elements."""
    rng = np.random.default_rng(seed)
    x = np.unique(
        np.concatenate([rng.uniform(-2, 9, knots), np.repeat(rng.uniform(0, 5, 2), 2) + [0, 1e-6, 0, 1e-6]])
    )
    y = np.cumsum(rng.random((members, groups, measures, x.size)), axis=-1)
    y[..., : rng.integers(0, 3)] = 0.0
    cells = elements + 3
    values = rng.uniform(-4, 12, (members, cells)).astype(np.float32)
    values[0, :2] = x[0], x[-1]
    cell = np.sort(rng.integers(0, cells, elements))
    group = rng.integers(0, groups, elements).astype(np.int32)
    district = rng.integers(0, 4, elements).astype(np.int32)
    weight = rng.random((2, elements)).astype(np.float32)
    return x, y, values, cell, group, district, weight


def plain(x, y, values, cell, group, weight, column):
    """Return the same with NumPy: shape (members, measures, elements)."""
    members, measures = y.shape[0], y.shape[2]
    made = np.zeros((members, measures, cell.size))
    for m in range(members):
        for e in range(cell.size):
            for q in range(measures):
                made[m, q, e] = np.interp(values[m, cell[e]], x, y[m, group[e], q]) * weight[column[q], e]
    return made


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 30), st.integers(1, 4))
def test_sums_are_numpys(seed, knots, elements, members):
    x, y, values, cell, group, district, weight = world(seed, knots, elements, members)
    column = np.array([1, 0])
    found, bad = fold(values, cell, group, district, weight, Curves(x, y), 4, column)
    single = plain(x, y, values, cell, group, weight, column)
    # below the first knot of a curve that begins with nothing the loop takes nothing, as the curve says
    expected = np.zeros_like(found)
    for e in range(cell.size):
        expected[:, district[e]] += single[:, :, e]
    assert bad == 0
    assert np.allclose(found, expected, rtol=1e-6, atol=1e-6)
    painted = paint(values, cell, group, weight[1], Curves(x, y), 0, cell, values.shape[1], apart=True)
    assert np.allclose(painted.sum(axis=1), found[:, :, 0].sum(axis=1), rtol=1e-9, atol=1e-9)


def test_only_those_who_move_are_missing():
    x, y, values, cell, group, district, weight = world(3, 8, 12, 2)
    half = np.full((2, 12), 0.5, np.float32)
    curves = Curves(x, y)
    whole, _ = fold(values, cell, group, district, weight, curves, 4)
    found, _ = fold(
        values, cell, group, district, weight, curves, 4, factor=half, moved=np.array([True, False])
    )
    assert np.allclose(found[:, :, 0], 0.5 * whole[:, :, 0])
    assert np.allclose(found[:, :, 1], whole[:, :, 1])


def test_what_is_no_number_is_counted_and_left_out():
    curves = Curves(np.array([0.0, 1.0]), np.array([[[[0.0, 1.0]]]]))
    zero = np.zeros(3, np.int32)
    values = np.array([[np.nan, np.inf, 1.0]], np.float32)
    found, bad = fold(values, np.arange(3), zero, zero, np.ones((1, 3), np.float32), curves, 1)
    assert bad == 2
    assert found.tolist() == [[[1.0]]]


@pytest.mark.parametrize("off", ["0", "1"])
def test_it_is_the_same_without_a_compiler(off):
    code = (
        "import numpy as np; from watchfloor.impact.fold import Curves, fold\n"
        "x = np.array([0.0, 0.5, 0.5000001, 3.0]); y = np.array([[[[0.0, 0.1, 0.6, 1.0]]]])\n"
        "v = np.linspace(-1, 4, 101, dtype='f4')[None]; z = np.zeros(101, 'i4')\n"
        "print(repr(float(fold(v, np.arange(101), z, z, np.ones((1, 101), 'f4'), Curves(x, y), 1)[0][0, 0, 0])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"NUMBA_DISABLE_JIT": off},
        capture_output=True,
        text=True,
        check=True,
    )
    x, y = [0.0, 0.5, 0.5000001, 3.0], [0.0, 0.1, 0.6, 1.0]
    assert float(done.stdout) == pytest.approx(
        np.interp(np.linspace(-1, 4, 101, dtype="f4"), x, y).sum(), rel=1e-6
    )
