"""Series without a cadence on one axis: what is said of each is what is said of it alone, however it came."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from watchfloor.alarms.documents import read_folder, read_rule
from watchfloor.alarms.ruleset import Rules
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.store import Series, Store
from watchfloor.store.cube import Cube

T0 = parse_time("2026-06-01T00:00:00Z")
NAMES = [f"g{place}" for place in range(5)]
KINDS = {
    "level": {"deadband": "0.2 m", "on_after": "20 min", "off_after": "10 min", "gap": "2 h"},
    "mean": {"kind": "level", "of": "mean", "over": "2 h"},
    "total": {
        "kind": "level",
        "of": "total",
        "over": "3 h",
        "limits": {"yellow": 4, "red": 8},
        "units": "m*h",
    },
    "rate": {"of": "change", "over": "1 h", "limits": {"orange": 2.0}, "units": "m"},
    "persistence": {"over": "1 h", "share": 0.7},
    "forecast": {"by": "trend", "within": "1 h", "over": "3 h"},
    "n_of_m": {"n": 2, "m": 3},
    "detector": {
        "detector": "level",
        "settings": {"fewest": 3, "width": 6, "days": 2},
        "history": "2 d",
        "limits": {"yellow": 0.1},
    },
}


def rule(name):
    return read_rule(name, {"kind": name, "title": name, "limits": "own"} | KINDS[name])


def samples(seed=3):
    """Return samples of each series at times of their own, some of them missing or bad, of very different numbers."""
    rng = np.random.default_rng(seed)
    parts = []
    for place, name in enumerate(NAMES):
        count = 100 * (1 + 2 * (place == 2))
        minutes = np.sort(rng.choice(60 * 48, count, replace=False)) + rng.random(count)
        value = 2.5 + np.cumsum(rng.normal(0, 0.6, count))
        flag = np.where(rng.random(count) < 0.05, 3, 1)
        time = pd.DatetimeIndex([T0 + timedelta(minutes=float(at)) for at in minutes]).as_unit("us")
        parts.append(pd.DataFrame({"series": name, "time": time, "value": value, "flag": flag}))
    return pd.concat(parts, ignore_index=True)


def floor(names=NAMES):
    store = Store.open(":memory:", clock=FixedClock(T0 + timedelta(days=30)))
    attrs = {"interval_s": 600, "thresholds": {"yellow": 2.0, "orange": 3.5, "red": 5.0}}
    store.describe([Series(name, f"Gauge {name}", "water_level", "m", attrs=attrs) for name in names])
    return store


def said(rules, cube, at, names=NAMES):
    also = [(name, subject) for name in rules.rules for subject in names]
    return {verdict.subject: verdict for verdict in rules.evaluate(cube, at, also)}


@pytest.mark.parametrize(
    "kind", [name for name in KINDS if name != "n_of_m"]
)  # puts several on common columns
def test_each_is_judged_as_if_it_were_alone(kind):
    table, end = samples(), T0 + timedelta(days=2)
    alone = {}
    for name in NAMES:
        with floor([name]) as store:
            store.observe(table[table["series"] == name])
            cube = Cube.of(store)
            cube.catch_up()
            assert not cube.regular(name)
            alone |= said(Rules([rule(kind)]), cube, end, [name])
    with floor() as store:
        store.observe(table)
        cube = Cube.of(store)
        cube.catch_up()
        assert said(Rules([rule(kind)]), cube, end) == alone
    assert alone.keys() == set(NAMES)
    assert len({verdict.value for verdict in alone.values()}) == len(NAMES)


@pytest.mark.parametrize("kind", KINDS)
def test_step_by_step_and_late_is_as_at_once(kind):
    table = samples(4)
    rng = np.random.default_rng(1)
    lag = pd.to_timedelta(np.where(rng.random(len(table)) < 0.2, rng.random(len(table)) * 5, 0), unit="h")
    arrives = table["time"] + lag
    with floor() as store, floor() as whole:
        cube, rules = Cube.of(store), Rules([rule(kind)])
        for hour in range(3, 57, 3):
            begin, end = (T0 + timedelta(hours=each) for each in (hour - 3, hour))
            store.observe(table[(arrives > begin) & (arrives <= end)])
            cube.catch_up()
            asked = said(rules, cube, end)
        whole.observe(table)
        once = Cube.of(whole)
        once.catch_up()
        assert said(Rules([rule(kind)]), once, end) == asked
        assert len({verdict.value for verdict in asked.values()}) == len(NAMES)


def test_one_that_comes_sets_no_other_back(monkeypatch):
    table = samples()
    with floor() as store:
        store.observe(table[table["series"] != "g4"])
        cube, rules = Cube.of(store), Rules([rule("level")])
        cube.catch_up()
        rules.evaluate(cube, T0 + timedelta(days=2))
        widths = []
        kind = type(rules.rules["level"])
        plain = kind.signal

        def noting(self, board, plan, subjects):
            widths.append(board.value.shape)
            return plain(self, board, plan, subjects)

        monkeypatch.setattr(kind, "signal", noting)
        store.observe(table[table["series"] == "g4"])
        cube.catch_up()
        found = said(rules, cube, T0 + timedelta(days=2))
        assert widths == [(1, 100)]  # of the others nothing is worked out again
        fresh = said(Rules([rule("level")]), cube, T0 + timedelta(days=2))
        assert found == fresh


DATED = """thresholds:
  a: [{series: {name: "g*"}, levels: {yellow: 2.0, red: 4.0}, source: A, valid_to: 2026-06-01T20:00:00Z},
      {series: {name: "g*"}, levels: {yellow: 3.0, red: 4.5}, source: B, valid_from: 2026-06-01T20:00:00Z}]
"""


def test_each_has_the_limits_of_its_time(tmp_path):
    (tmp_path / "a.yml").write_text(DATED)
    book = read_folder(tmp_path)
    assert not book.problems
    table, end = samples(), T0 + timedelta(days=2)
    turns = {}
    for names in (NAMES, *([name] for name in NAMES)):
        with floor(names) as store:
            store.observe(table[table["series"].isin(names)])
            cube = Cube.of(store)
            cube.catch_up()
            rules = Rules([rule("level")], book.dated)
            rules.evaluate(cube, end)
            trial = rules.trial("level", T0, end, cube)
            for firing in trial.firings:
                turns.setdefault(len(names), set()).add(firing)
    assert turns[len(NAMES)] == turns[1]
    assert len({firing.series for firing in turns[1]}) == len(NAMES)
