"""The loops of this room, to be compiled ahead of their first use."""

from functools import partial
from typing import Any

import numpy as np

from watchfloor.core.clock import from_micros
from watchfloor.core.warming import Loops

__all__ = ["loops"]

_KINDS: dict[str, dict[str, Any]] = {
    "level": {},
    "mean": {"kind": "level", "of": "mean", "over": "1 h"},
    "rate": {"of": "rise", "over": "1 h", "limits": {"red": 0.5}, "units": "m"},
    "persistence": {"over": "1 h"},
    "n_of_m": {"of": "stations", "n": 2, "hold": "20 min"},
    "forecast": {"by": "trend", "within": "1 h", "over": "2 h"},
    "neighbours": {"radius_km": 10, "least": 1},
}
"""One rule of each kind that goes by samples, and that needs no detector."""


def loops() -> Loops:
    """Yield what the kinds of rule ask of samples, then the rules as a whole."""
    from watchfloor.alarms import signals

    value = np.array([[1, 2, np.nan, 4, 5, 6], [2, 3, 4, 5, 6, 7]], np.float32)
    time = np.arange(6, dtype=np.int64) * 600_000_000
    limit = np.array([[3, 5], [3, 5]], np.float32)
    yield "signals.rolling", partial(signals.rolling, value, time, 0, 1_200_000_000, "mean")
    yield "signals.swing", partial(signals.swing, value, time, 0, 1_200_000_000, "rise")
    yield "signals.nth", partial(signals.nth, value, time, 0, 1_200_000_000, 0, 0, 1.0, largest=True, least=2)
    yield "signals.trend", partial(signals.trend, value, time, 0, 3_600_000_000, 600_000_000, -0.8, 3)
    yield "signals.held", partial(signals.held, value, 1)
    yield "signals.position", partial(signals.position, value, limit, limit)
    for name in _KINDS:
        yield f"rules.{name}", partial(_evaluate, name)


def _evaluate(name: str) -> None:
    from watchfloor.alarms.documents import read_rule
    from watchfloor.alarms.ruleset import Rules
    from watchfloor.store.warming import small

    cube = small()
    document = {"kind": name, "title": name, "limits": {"yellow": 1.5}} | _KINDS[name]
    last = from_micros(max(cube.latest().time.tolist()))
    Rules([read_rule(name, document)]).evaluate(cube, last)
