"""The store's loops, to be compiled ahead of their first use."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from watchfloor.core.clock import EPOCH, FixedClock
from watchfloor.core.warming import Loops

if TYPE_CHECKING:
    from watchfloor.store.cube import Cube

__all__ = ["loops", "small"]

_MINUTE = timedelta(minutes=1)
_NAMES = ("even", "odd")


def small(count: int = 200) -> "Cube":
    """Return a cube in memory with two series of `count` values, one that keeps a cadence and one that keeps none.

    Examples
    --------
    >>> [small(3).regular(name) for name in ("even", "odd")]
    [True, False]
    """
    from watchfloor.store import Observation, Series, Store
    from watchfloor.store.cube import Cube

    store = Store.open(":memory:", clock=FixedClock(EPOCH + count * 10 * _MINUTE))
    store.describe(
        [Series("even", field="water_level", units="m", lon=10.0, lat=50.0, attrs={"interval_s": 600})]
    )
    store.describe([Series("odd", field="water_level", units="m", lon=10.01, lat=50.0)])
    store.observe(
        [Observation("even", EPOCH + n * 10 * _MINUTE, 1 + n % 7 / 10) for n in range(count)]
        + [Observation("odd", EPOCH + (n * 10 + n % 3) * _MINUTE, 1 + n % 5 / 10) for n in range(count)]
    )
    cube = Cube.of(store)
    cube.catch_up()
    return cube


def loops() -> Loops:
    """Yield what draws curves and sparklines."""
    cube, end = small(), EPOCH + timedelta(days=2)
    for name in _NAMES:
        yield f"cube.decimate {name}", partial(cube.decimate, name, None, None, 10)
    yield "cube.sparklines", partial(cube.sparklines, _NAMES, EPOCH, end, 20)
