"""What the story's river authority foresees: the same hydrology, run with a rain forecast that is wrong on purpose.

A run knows the rain up to its own time. What comes after is the story's rain, shifted and scaled by numbers that are
drawn for each run: since water takes its time to the gauges, the first hours are nearly right, and the error grows with
the lead, as that of real forecasts does.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from hydrology import Flows
from place import generator
from weather import HOURS, STEP, Rain

__all__ = ["build"]

EVERY = 4
"""Hours between two runs."""
FIRST = 16
"""Hour of the first one: before it there is nothing to foresee."""
LEAD = 24
"""Hours that a run looks ahead."""
WORK = 1_500
"""Seconds that a run takes until it is published."""
APART = 1_800
"""Seconds between two values."""
GAUGES = ("G03", "G05", "G07", "G08")
SLIP = 0.08
"""Standard deviation of the share by which rain comes earlier or later."""
MISS = 0.28
"""Standard deviation of the logarithm of the factor by which rain is over- or underestimated."""
BENT = 0.05
"""Standard deviation of the logarithm of the factor by which levels are wrong half a day ahead, whatever the rain."""
_SOURCE = "demo:forecast"


class Foreseen:
    """Rain as one run has it.

    Parameters
    ----------
    rates
        The story's, mm/h, shape (cells, times).
    start
        Place of the run's own time.
    slip, miss
        Errors of the rain that is still to come.
    """

    def __init__(self, rates: Any, start: int, slip: float, miss: float) -> None:
        later = np.arange(rates.shape[1] - start)
        where = np.clip(later * (1.0 + slip), 0, len(later) - 1)
        low = where.astype(int)
        high = np.minimum(low + 1, len(later) - 1)
        part = rates[:, start:]
        moved = part[:, low] * (1 - (where - low)) + part[:, high] * (where - low)
        growing = np.minimum(1.0, later * STEP / 3600.0 / 6.0)
        self._rates = np.concatenate([rates[:, :start], moved * np.exp(miss * growing)], axis=1)

    def grid(self) -> tuple[Any, Any, Any]:
        """Return the rates as `weather.Rain` does; places are not asked for."""
        return None, None, self._rates


def build(rain: Rain, run: Callable[[Any], Flows], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Return the messages: one document of PI-JSON a run.

    Parameters
    ----------
    rain
        The story's.
    run
        Sends rain through the rivers.
    titles
        Name of each gauge.
    """
    rng = generator("foresight")
    rates = rain.grid()[2]
    out = []
    for hour in range(FIRST, int(HOURS[-1]), EVERY):
        slip, miss, bent = rng.normal(0.0, SLIP), rng.normal(0.0, MISS), rng.normal(0.0, BENT)
        start = hour * 3600 // STEP
        flows = run(Foreseen(rates, start, slip, miss))
        steps = np.arange(APART, LEAD * 3600 + 1, APART)
        steps = steps[hour * 3600 + steps < (len(HOURS) - 1) * STEP]
        series = []
        for gauge in GAUGES:
            level = np.interp(hour + steps / 3600.0, HOURS, flows.level[gauge])
            level *= np.exp(bent * np.minimum(1.0, steps / 3600.0 / 12.0))
            events = [
                {**_moment(hour * 3600 + int(at)), "value": f"{value:.2f}", "flag": "0"}
                for at, value in zip(steps, level, strict=True)
            ]
            series.append({"header": _header(gauge, titles[gauge], hour), "events": events})
        if len(steps):
            body = json.dumps(
                {"timeZone": "0", "timeSeries": series}, ensure_ascii=False, separators=(",", ":")
            )
            out.append({"at": hour * 3600.0 + WORK, "feed": "pijson", "source": _SOURCE, "body": body})
    return out


def _header(gauge: str, title: str, hour: int) -> dict[str, Any]:
    return {
        "type": "instantaneous",
        "moduleInstanceId": "Averin River Authority (invented)",
        "locationId": gauge,
        "parameterId": "water level",
        "forecastOf": f"demo/gauge/{gauge}",
        "timeStep": {"unit": "second", "multiplier": str(APART)},
        "forecastDate": _moment(hour * 3600),
        "missVal": "-999.0",
        "stationName": title,
        "units": "m",
    }


def _moment(second: int) -> dict[str, str]:
    return {"date": f"{{{{T+{second} +00:00 %Y-%m-%d}}}}", "time": f"{{{{T+{second} +00:00 %H:%M}}}}:00"}
