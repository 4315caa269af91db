"""The loops of this room, to be compiled ahead of their first use."""

from functools import partial
from typing import Any

import numpy as np

from watchfloor.core.clock import EPOCH, from_micros, micros
from watchfloor.core.warming import Loops

__all__ = ["loops"]

_STEP = 600_000_000


def loops() -> Loops:
    """Yield checks, detectors, forecast and extremes, the checks first: the watch waits for them."""
    yield "quality", _assess
    from watchfloor.diagnosis.detectors import DETECTORS

    time = micros(EPOCH) + np.arange(400, dtype=np.int64) * _STEP
    value = np.random.default_rng(0).normal(0.0, 1.0, 400)
    for name in DETECTORS:
        yield f"detectors.{name}", partial(_score, name, time, value)
    yield "forecast", partial(_forecast, time, value)


def _assess() -> Any:
    """Judge four stations side by side, one of which has a spike and stands still."""
    from watchfloor.core.clock import FixedClock
    from watchfloor.diagnosis.quality import assess
    from watchfloor.store import Observation, Series, Store
    from watchfloor.store.cube import Cube

    count = 300
    store = Store.open(":memory:", clock=FixedClock(from_micros(micros(EPOCH) + count * _STEP)))
    names = [f"gauge/{n}" for n in range(4)]
    store.describe(
        [
            Series(
                name,
                field="temperature",
                units="degC",
                lon=10 + n / 1000,
                lat=50.0,
                attrs={"interval_s": 600},
            )
            for n, name in enumerate(names)
        ]
    )
    value = np.random.default_rng(0).normal(15.0, 0.5, (4, count)).astype(np.float32)
    value[0, 150], value[0, 200:] = 40.0, 15.0
    store.observe(
        [
            Observation(name, from_micros(micros(EPOCH) + n * _STEP), float(value[row, n]))
            for row, name in enumerate(names)
            for n in range(count)
            if n % 50 != 7
        ]
    )
    cube = Cube.of(store)
    cube.catch_up()
    return assess(cube, names, None, series=store.series(), now=store.clock.now())


def _score(name: str, time: Any, value: Any) -> None:
    from watchfloor.diagnosis.detectors import DETECTORS

    detector = DETECTORS[name]()
    detector.score(time, value)
    detector.update(int(time[-1]) + _STEP, 0.5)


def _forecast(time: Any, value: Any) -> None:
    from watchfloor.diagnosis.forecast import forecast

    forecast(time, value, lead=3600.0, step=600.0)
