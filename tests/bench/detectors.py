"""How well faults are found, and at what price: `python tests/bench/detectors.py`.

Faults of known place and size are put into the demo story (155 sensors, 72 hours with a fire, a flood, a gas release, an
earthquake, a slope that fails), one kind after the other, and the checks of quality are asked. A fault counts as found if any of
its samples is flagged suspect or bad; a flagged sample outside of all faults, put in or the story's own, is a false one.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from watchfloor.core.clock import micros, parse_time
from watchfloor.core.quality import Check, words
from watchfloor.core.share import folder
from watchfloor.diagnosis.detectors import DETECTORS
from watchfloor.diagnosis.quality import Sensors, assess

START = micros(parse_time("2026-06-01T00:00:00Z"))
OWN = {"demo/gauge/G16", "demo/gauge/G05", "demo/air/T07", "demo/wind/A09", "demo/gauge/G12", "demo/rain/R09"}
"""Sensors that the story itself breaks: left out of the false ones."""


class Stretch(NamedTuple):
    """A window of a cube."""

    time: Any
    value: Any


class Arrays:
    """A cube of arrays: name -> (microseconds, values)."""

    def __init__(self, data: Mapping[str, tuple[Any, Any]], seconds: Mapping[str, int]) -> None:
        self.data, self.seconds = dict(data), seconds

    def names(self) -> list[str]:
        """Return all names."""
        return sorted(self.data)

    def cadence(self, name: str) -> timedelta:
        """Return the declared interval."""
        return timedelta(seconds=self.seconds[name])

    def window(self, name: str, start: Any = None, end: Any = None) -> Stretch:
        """Return a stretch."""
        time, value = self.data[name]
        first = 0 if start is None else np.searchsorted(time, micros(start))
        last = len(time) if end is None else np.searchsorted(time, micros(end))
        return Stretch(time[first:last], value[first:last])


def story() -> tuple[Arrays, pd.DataFrame]:
    """Return the demo story as a cube, and the descriptions of its series."""
    home = Path(folder("data_samples")) / "demo" / "story"
    observed = pd.read_parquet(home / "observations.parquet").sort_values(["series", "offset"])
    rows, seconds = {}, {}
    for item in json.loads((home / "stations.geojson").read_text(encoding="utf-8"))["features"]:
        own, (lon, lat) = item["properties"], item["geometry"]["coordinates"]
        rows[own["series"]] = [own["title"], own["field"], own["units"], lon, lat, own["hazard"], own]
        seconds[own["series"]] = int(own["interval_s"])
    columns = ["title", "field", "units", "lon", "lat", "hazard", "attrs"]
    series = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    data = {
        str(name): (START + part["offset"].to_numpy(np.int64) * 1_000_000, part["value"].to_numpy(np.float64))
        for name, part in observed.groupby("series", observed=True)
    }
    return Arrays(data, seconds), series


# kind -> (which fields, size in the field's unit for spikes and offsets, the check that is to find it)
FAULTS: dict[str, tuple[dict[str, float], Check]] = {
    "spike": (
        {"water_level": 1.5, "temperature": 12.0, "humidity": 50.0, "pore_pressure": 25.0},
        Check.SPIKE,
    ),
    "spike of two": ({"water_level": 1.5, "temperature": 12.0, "pore_pressure": 25.0}, Check.SPIKE),
    "small spike": ({"water_level": 0.5, "temperature": 6.0}, Check.SPIKE),
    "stuck 12 h": (
        {"water_level": 0.0, "temperature": 0.0, "pore_pressure": 0.0, "wind_speed": 0.0},
        Check.STUCK,
    ),
    "impossible": (
        {"water_level": 99.0, "temperature": 85.0, "humidity": 130.0, "rain_rate": -5.0, "wind_speed": 150.0},
        Check.RANGE,
    ),
    "off by 3 h": ({"temperature": 12.0}, Check.NEIGHBOUR),
    "lost 2 h": (
        {"water_level": 0.0, "temperature": 0.0, "wind_speed": 0.0, "pore_pressure": 0.0},
        Check.GAP,
    ),
}


def inject(kind: str, time: Any, value: Any, size: float, at: int, rng: Any) -> tuple[Any, Any, slice]:
    """Return the series with one fault, and where it is."""
    time, value = time.copy(), value.copy()
    sign = rng.choice([-1.0, 1.0])
    length = {"spike of two": 2, "off by 3 h": 18, "stuck 12 h": 72, "lost 2 h": 12}.get(kind, 1)
    part = slice(at, min(at + length, len(value)))
    if kind == "stuck 12 h":
        value[part] = value[at]
        first, last = part.start, part.stop
        while value[first - 1] == value[at]:  # an equal value beside it belongs to the run
            first -= 1
        while last < len(value) and value[last] == value[at]:
            last += 1
        part = slice(first, last)
    elif kind == "impossible":
        value[part] = size
    elif kind == "lost 2 h":
        keep = np.ones(len(value), bool)
        keep[part] = False
        return time[keep], value[keep], slice(at, at + 1)
    else:
        value[part] += sign * size
    return time, value, part


def detected(kind: str, rounds: int = 4, seed: int = 0) -> dict[str, float]:
    """Put faults of a kind into many sensors at once, one each, and count what is found."""
    cube, series = story()
    sensors = Sensors.of(series)
    sizes, check = FAULTS[kind]
    rng = np.random.default_rng(seed)
    true = found = named = flagged = false = 0
    for _ in range(rounds):
        data = {name: pair for name, pair in cube.data.items() if name not in OWN}
        faults = {}
        for name in sorted(data):
            field = series.loc[name, "field"]
            # every second sensor, so that neighbours stay good
            if (
                field not in sizes
                or rng.random() < (0.8 if field == "temperature" else 0.5)
                or not np.isfinite(data[name][1]).all()
            ):
                continue
            time, value = data[name]
            at = int(rng.integers(160, len(value) - 80))
            *changed, part = inject(kind, time, value, sizes[field], at, rng)
            data[name], faults[name] = (changed[0], changed[1]), part
        marks = assess(Arrays(data, cube.seconds), list(data), None, series=sensors)
        for name, part in faults.items():
            times = set(data[name][0][part].tolist())
            hit = [mark for mark in marks if mark.series == name and micros(mark.time) in times]
            least = 0 if check is Check.GAP else 2
            true += 1
            found += any(mark.flag >= least for mark in hit)
            named += any(mark.checks & check for mark in hit)
        for mark in marks:
            if mark.flag < 2:
                continue
            part = faults.get(mark.series)
            inside = part is not None and micros(mark.time) in set(data[mark.series][0][part].tolist())
            flagged += inside
            false += not inside
    return {
        "faults": true,
        "recall": found / true,
        "named": named / true,
        "false": false / rounds,
        "precision": flagged / max(flagged + false, 1),
    }


def main() -> None:
    """Print the tables."""
    print("checks of quality: faults put into the demo story")
    print(
        f"{'fault':<16}{'faults':>8}{'found':>8}{'by the check meant for it':>28}{'precision':>11}{'false samples a story':>24}"
    )
    for kind, (_, check) in FAULTS.items():
        row = detected(kind)
        named = f"{row['named']:.1%} {words(check)[0]}"
        precision = "" if check is Check.GAP else f"{row['precision']:.1%}"
        print(
            f"{kind:<16}{row['faults']:>8.0f}{row['recall']:>8.1%}{named:>28}{precision:>11}{row['false']:>24.1f}",
            flush=True,
        )
    cube, series = story()
    sensors = Sensors.of(series)
    size = sum(len(value) for _, value in cube.data.values())
    begin = process_time()
    assess(cube, cube.names(), None, series=sensors)
    spent = process_time() - begin
    begin = process_time()
    assess(cube, cube.names(), parse_time("2026-06-03T23:50:00Z"), series=sensors)
    step = process_time() - begin
    print(
        f"\nall {size:,} values at once {spent:.2f} s CPU; the last ten minutes of {len(cube.data)} sensors {step * 1000:.0f} ms"
    )
    print("\ndetectors on 50,000 values: CPU s")
    rng = np.random.default_rng(0)
    time = START + np.arange(50_000, dtype=np.int64) * 600_000_000
    value = 10 + 3 * np.sin(np.arange(50_000) / 144 * 2 * np.pi) + rng.normal(0, 0.3, 50_000)
    for name in DETECTORS:
        detector = DETECTORS[name]()
        detector.score(time[:300], value[:300])
        begin = process_time()
        found = detector.score(time, value)
        print(
            f"{name:<14}{process_time() - begin:>8.2f}   calls on good data {len(found.alarms)}", flush=True
        )


if __name__ == "__main__":
    main()
