"""Score detectors by the rules of the Numenta Anomaly Benchmark: `python tests/bench/nab.py [FOLDER]`.

Scoring after Lavin & Ahmad 2015 (doi:10.1109/ICMLA.2015.141) and NAB v1.1: a window around each labelled anomaly;
within it only the earliest call counts, by a sigmoid that falls from 1 at its left edge to 0 at its right one; outside of it each call
costs, a little just behind a window and the full weight far from one; a window without a call costs. The first 15 % of a
series (750 values at most) are for learning and not scored. Scores are scaled so that silence is 0 and perfection 100.

As NAB does it, the one threshold of a detector is chosen for the best score **on the very series that are scored**, for each
profile: results are in-sample, and comparable with NAB's published ones only on its whole corpus of 58 series. The
series that we keep for tests are a subset of 8, with 16 windows: their scores are higher than those of the corpus.

A call silences the detector for its refractory time, as it does on the floor; NAB has none (0).
"""

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from watchfloor.diagnosis.detectors import DETECTORS
from watchfloor.diagnosis.detectors.base import refract

PROFILES: dict[str, tuple[float, float, float]] = {
    "standard": (1.0, 0.11, 1.0),
    "low FP": (1.0, 0.22, 1.0),
    "low FN": (1.0, 0.11, 2.0),
}
"""Weights of a true call, a false call and a missed window (NAB, config/profiles.json)."""


@dataclass(frozen=True)
class Labelled:
    """One series with its windows, as (first, last) places, both within."""

    name: str
    value: Any
    windows: Sequence[tuple[int, int]]


def sigmoid(position: Any) -> Any:
    """Return the unweighted score at a position: -1 is a window's left edge, 0 its right one, beyond it is false."""
    return 2.0 / (1.0 + np.exp(5.0 * np.asarray(position, dtype=float))) - 1.0


def worth(size: int, windows: Sequence[tuple[int, int]]) -> tuple[Any, Any]:
    """Return what a call at each place is worth unweighted, and its window: -1 for none, -2 for still learning."""
    value, where = np.full(size, -1.0), np.full(size, -1)
    for number, (first, last) in enumerate(windows):
        width = last - first + 1
        inside = np.arange(first, last + 1)
        value[inside] = sigmoid(-(last - inside + 1) / width) / sigmoid(-1.0)
        where[inside] = number
        end = windows[number + 1][0] if number + 1 < len(windows) else size
        behind = np.arange(last + 1, end)
        past = (behind - last) / max(width - 1, 1)
        value[behind] = np.where(past > 3.0, -1.0, sigmoid(np.minimum(past, 3.0)))
    where[: int(min(math.floor(0.15 * size), 0.15 * 5000))] = -2
    return value, where


def score(series: Sequence[Labelled], calls: Sequence[Any], profile: str) -> float:
    """Return the score of the places at which a detector calls, for each series; 0 is silence, 100 perfection."""
    true, false, missed = PROFILES[profile]
    total, windows = 0.0, 0
    for item, places in zip(series, calls, strict=True):
        value, where = worth(len(item.value), item.windows)
        places = np.asarray(places, dtype=int)
        places = places[where[places] > -2]
        total += false * float(value[places[where[places] == -1]].sum())
        for number in range(len(item.windows)):
            if not (where == number).any():  # a window within the learning is nobody's
                continue
            windows += 1
            hit = places[where[places] == number]
            total += true * float(value[hit].max()) if len(hit) else -missed
    if not windows:
        raise ValueError("There is no window in these series; expected at least one.")
    return 100.0 * (total + missed * windows) / (windows * (true + missed))


def optimised(
    series: Sequence[Labelled], scores: Sequence[Any], profile: str, refractory: int, tries: int = 250
) -> tuple[float, float]:
    """Return the best score over thresholds and the threshold: in-sample, as NAB does it."""
    ordered = np.sort(np.concatenate([item[np.isfinite(item)] for item in scores]))[::-1]
    picks = np.unique(np.geomspace(1, max(0.2 * len(ordered), 1), tries).astype(int)) - 1
    best = (-math.inf, math.inf)
    for threshold in np.unique(ordered[picks]):
        calls = [refract(item, float(threshold), refractory) for item in scores]
        best = max(best, (score(series, calls, profile), float(threshold)))
    return best


def load(folder: Path) -> list[Labelled]:
    """Read the series below `data` that have labels: the whole corpus, or a subset."""
    found = next(
        (
            path
            for path in (folder / "labels/combined_windows.json", folder / "labels_windows_dev.json")
            if path.exists()
        ),
        None,
    )
    if found is None:
        raise FileNotFoundError(f"No labels in {folder}; expected the folder of NAB, or of a part of it.")
    series = []
    for name, windows in sorted(json.loads(found.read_text(encoding="utf-8")).items()):
        path = folder / "data" / name
        if not path.exists():
            continue
        table = pd.read_csv(path, parse_dates=["timestamp"])
        place = {stamp: at for at, stamp in reversed(list(enumerate(table["timestamp"])))}
        edges = [(place[pd.Timestamp(first)], place[pd.Timestamp(last)]) for first, last in windows]
        series.append(Labelled(name, table["value"].to_numpy(float), edges))
    return series


def run(series: Sequence[Labelled], detector: str, settings: Mapping[str, Any] | None = None) -> list[Any]:
    """Return the scores of a detector on each series."""
    found = DETECTORS[detector](**(settings or {}))
    return [found.score(np.arange(len(item.value)), item.value).score for item in series]


def main() -> None:
    """Print the table."""
    base = Path(
        os.environ.get("WATCHFLOOR_REALDATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
    )
    series = load(Path(sys.argv[1]) if len(sys.argv) > 1 else base / "anomaly" / "numenta__NAB")
    size, windows = sum(len(item.value) for item in series), sum(len(item.windows) for item in series)
    print(
        f"{len(series)} of NAB's 58 series, {size:,} values, {windows} windows; thresholds optimised on the same series."
    )
    print(
        f"{'detector':<34}{'refractory':>11}" + "".join(f"{name:>10}" for name in PROFILES) + f"{'CPU s':>8}"
    )
    rows = (
        ("tail (windowed Gaussian)", "tail", {"fewest": 2}, 0),
        ("tail (windowed Gaussian)", "tail", {"fewest": 2}, 200),
        ("discord", "discord", {}, 200),
        ("discord, z-normalised", "discord", {"normalise": True}, 200),
        ("combination", "combination", {}, 0),
        ("combination", "combination", {}, 200),
    )
    for title, detector, settings, refractory in rows:
        begin = process_time()
        scores = run(series, detector, settings)
        spent = process_time() - begin
        figures = "".join(f"{optimised(series, scores, name, refractory)[0]:>10.1f}" for name in PROFILES)
        print(f"{title:<34}{refractory:>11}{figures}{spent:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
