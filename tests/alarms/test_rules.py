"""Rules: what each kind says of hand-made series, and that it makes no difference how samples arrive."""

from datetime import timedelta
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchfloor.alarms.documents import read_rule
from watchfloor.alarms.rules import RULES, Rule
from watchfloor.alarms.ruleset import Rules
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.scales import ResponseGrade, WarningColour
from watchfloor.store import Mark, Observation, Series, Store
from watchfloor.store.cube import Cube

T0 = parse_time("2026-06-01T00:00:00Z")
STEP = timedelta(minutes=10)
OWN = {"yellow": 2.0, "orange": 3.0, "red": 4.0}


def gauge(name="g", thresholds=OWN, **attrs):
    found = {"interval_s": 600, "kind": "gauge", "thresholds": thresholds} | attrs
    return Series(
        name,
        f"Gauge {name}",
        "water_level",
        "m",
        found.pop("lon", 0.0),
        found.pop("lat", 0.0),
        "flood",
        found,
    )


class World:
    """A store in memory with hand-made series."""

    def __init__(self, *series):
        self.store = Store.open(":memory:", clock=FixedClock(T0 + timedelta(days=30)))
        self.store.describe(series or [gauge()])
        self.cube = Cube.of(self.store)

    def tell(self, values, name="g", start=0, flag=1):
        self.store.observe(
            [
                Observation(name, T0 + (start + at) * STEP, value, flag)
                for at, value in enumerate(values)
                if value is not None
            ]
        )
        self.cube.catch_up()
        return self

    def ask(self, *rules, at):
        return Rules(rules).evaluate(self.cube, T0 + at * STEP)

    def levels(self, rule, steps):
        """Return the level after each step, asked one step after the other."""
        asked = Rules([rule])
        found = []
        for at in range(steps):
            said = {verdict.subject: verdict.level for verdict in asked.evaluate(self.cube, T0 + at * STEP)}
            found.append(said.get("g", 0))
        return found


def rule(kind="level", **fields):
    return read_rule("r", {"kind": kind, "title": "Rule", "series": {"kind": "gauge"}, **fields})


@pytest.mark.parametrize("kind", list(RULES))
def test_each_kind_keeps_its_promise(kind):
    model = RULES[kind]
    assert issubclass(model, Rule)
    assert model.model_fields["kind"].annotation.__args__ == (kind,)
    assert len(model.__doc__.splitlines()) > 3


class TestLevel:
    def test_the_verdict_says_the_numbers(self):
        world = World(gauge(station="G05", thresholds={"orange": {"at": 2.4}, "red": 3.9} | {"orange": 2.4}))
        world.tell([2.0, 2.41, 2.5, 2.41])
        (said,) = world.ask(rule(), at=3)
        assert said.why == "Water level at Gauge g (G05) is 2.41 m, above orange 2.40 m, for 20 min."
        assert (said.level, said.name, said.colour, said.grade) == (1, "orange", WarningColour.ORANGE, None)
        assert (round(said.value, 2), said.limit, said.units) == (2.41, 2.4, "m")
        assert (said.time, said.hazard, said.clears, said.weakened) == (T0 + 3 * STEP, "flood", False, False)
        assert [time for _, time in said.samples] == [T0 + at * STEP for at in (1, 2, 3)]

    def test_exactly_on_the_limit_counts(self):
        assert World().tell([1.99, 2.0, 2.01]).levels(rule(), 3) == [0, 1, 1]

    def test_a_dead_band_holds_a_level_until_it_is_really_left(self):
        values = [2.1, 1.95, 1.9, 1.89, 2.0]
        assert World().tell(values).levels(rule(deadband="5 %"), 5) == [1, 1, 1, 0, 1]
        assert World().tell(values).levels(rule(deadband="10 cm"), 5) == [1, 1, 1, 0, 1]
        assert World().tell(values).levels(rule(), 5) == [1, 0, 0, 0, 1]

    def test_delays_ask_for_time_on_both_sides(self):
        values = [2.1, 1.0, 2.1, 2.1, 2.1, 1.0, 2.1, 1.0, 1.0, 1.0, 1.0]
        found = World().tell(values).levels(rule(on_after="20 min", off_after="20 min"), 11)
        assert found == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0]

    def test_a_gap_begins_the_count_anew(self):
        values = [2.1, None, None, None, None, None, 2.1, 2.1]
        assert World().tell(values).levels(rule(on_after="10 min"), 8)[6:] == [0, 1]
        assert World().tell(values).levels(rule(on_after="10 min", gap="2 h"), 8)[6:] == [1, 1]

    def test_below_and_outside(self):
        low = World(gauge(thresholds={"yellow": 1.0, "red": 0.5}, direction="below")).tell(
            [1.2, 0.9, 0.4, 1.1]
        )
        assert low.levels(rule(), 4) == [0, 1, 2, 0]
        both = rule(
            limits={"yellow": {"low": 1, "high": 3}, "red": {"low": 0, "high": 4}},
            direction="outside",
            units="m",
        )
        assert World().tell([2, 0.5, 3.5, -1, 5]).levels(both, 5) == [0, 1, 1, 2, 2]

    def test_limits_are_turned_into_the_units_of_the_series(self):
        (said,) = World().tell([2.5]).ask(rule(limits={"red": {"at": 200, "grade": "II"}}, units="cm"), at=0)
        assert (said.level, said.limit, said.units, said.grade) == (1, 2.0, "m", ResponseGrade.II)
        assert said.colour is WarningColour.RED

    def test_a_wrong_unit_leaves_the_series_out_and_says_so(self):
        world = World().tell([2.5])
        rules = Rules([rule(limits={"red": 1}, units="mm/h")])
        assert rules.evaluate(world.cube, T0) == []
        assert "mm/h" in rules.left["r"]["g"]

    def test_a_total_is_the_integral_over_time(self):
        rain = Series(
            "g", "Rain", "rain_rate", "mm/h", 0.0, 0.0, "storm", {"interval_s": 600, "kind": "gauge"}
        )
        world = World(rain).tell([6.0] * 18)
        total = rule(of="total", over="1 h", limits={"yellow": 5.9, "red": 6.1}, units="mm")
        (said,) = world.ask(total, at=12)
        assert (said.level, round(said.value, 3), said.units) == (1, 6.0, "mm")
        assert said.why.startswith("Total of rain rate over 1 h at Rain is 6.00 mm, above yellow 5.90 mm")
        assert world.ask(total, at=2) == []  # the window is not full yet

    def test_what_is_flagged_bad_is_left_out_and_what_is_suspect_weakens(self):
        world = World().tell([1.0, 5.0, 2.5])
        world.store.mark([Mark("g", T0 + STEP, 4, 3, "spike"), Mark("g", T0 + 2 * STEP, 2, 2, "rate")])
        world.cube.catch_up()
        assert world.levels(rule(), 3) == [0, 0, 1]
        (said,) = world.ask(rule(), at=2)
        assert said.weakened
        assert "1 of 1 values are flagged suspect" in said.why

    def test_old_data_weaken(self):
        (said,) = World().tell([2.5]).ask(rule(), at=12)
        assert (said.level, said.weakened, said.time) == (1, True, T0)
        assert "the newest value is 2 h old" in said.why

    def test_who_cleared_is_spoken_of_for_a_while(self):
        world = World().tell([2.5, 1.0] + [1.0] * 1100)
        (said,) = world.ask(rule(), at=5)
        assert (said.level, said.clears, said.name, said.colour) == (0, True, "", None)
        assert world.ask(rule(), at=1100) == []
        (again,) = Rules([rule()]).evaluate(world.cube, T0 + 1100 * STEP, also=[("r", "g")])
        assert again.clears

    def test_thresholds_that_change_hold_from_their_date(self):
        document = """
            thresholds: {old: [{series: {kind: gauge}, levels: {red: 3}, source: A, valid_to: 2026-06-01T00:30:00Z},
                               {series: {kind: gauge}, levels: {red: 2}, source: B, valid_from: 2026-06-01T00:30:00Z}]}
            """
        dated = thresholds(document)
        world = World().tell([2.5] * 6)
        asked = Rules([rule()], dated)
        assert [len(asked.evaluate(world.cube, T0 + at * STEP)) for at in range(6)] == [0, 0, 0, 1, 1, 1]


def thresholds(text):
    import tempfile
    from pathlib import Path

    from watchfloor.alarms.documents import read_folder

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yml").write_text(text)
        book = read_folder(Path(folder))
    assert not book.problems
    return book.dated


class TestOtherKinds:
    def test_rate(self):
        rising = rule("rate", over="30 min", limits={"orange": 0.5}, units="m")
        world = World().tell([1.0, 1.1, 1.2, 1.55, 1.6, 1.6, 1.6])
        assert world.levels(rising, 7) == [0, 0, 0, 1, 1, 0, 0]  # 1.6 - 1.2 within 30 min is 0.4
        (said,) = world.ask(rising, at=3)
        assert said.why.startswith("Water level at Gauge g rose by 0.55 m within 30 min, above orange 0.5 m")
        falling = rule("rate", of="fall", over="30 min", limits={"orange": 0.5}, units="m")
        assert World().tell([2.0, 1.4, 1.4]).levels(falling, 3) == [0, 1, 1]

    def test_persistence(self):
        lasting = rule("persistence", over="30 min")
        assert World().tell([2.1, 2.1, 2.1, 2.1, 1.9, 2.1, 2.1, 2.1, 2.1]).levels(lasting, 9) == [
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            1,
        ]
        mostly = rule("persistence", over="30 min", share=0.75)
        assert World().tell([2.1, 1.0, 2.1, 2.1, 1.0, 1.0]).levels(mostly, 6) == [0, 0, 0, 1, 0, 0]

    def test_n_of_m_samples(self):
        three = rule("n_of_m", n=3, m=5)
        assert World().tell([2.1, 1, 2.1, 1, 2.1, 1, 1, 3.5]).levels(three, 8) == [0, 0, 0, 0, 1, 0, 0, 0]

    def test_n_of_m_stations_counts_each_by_its_own_limits(self):
        world = World(*(gauge(f"g{n}", {"yellow": 2.0 * n, "red": 4.0 * n}, basin="b") for n in (1, 2, 3)))
        counted = rule("n_of_m", of="stations", n=2, by="basin")
        for n, value in ((1, 2.1), (2, 3.9), (3, 13.0)):
            world.tell([value], f"g{n}")
        (said,) = world.ask(counted, at=0)
        assert (said.subject, said.level, said.value, said.limit) == ("r:b", 1, 2.0, 2.0)
        assert said.why == (
            "Water level at 2 of 3 stations has reached yellow (at least 2 are asked for): Gauge g3 13.0 m, Gauge g1 2.10 m."
        )
        world.tell([8.5], "g2", start=1).tell([13.0], "g3", start=1)
        assert world.ask(counted, at=1)[0].name == "red"

    def test_stations_of_different_cadence_are_counted_together(self):
        world = World(gauge("a"), gauge("b", interval_s=3600), gauge("c"))
        world.tell([2.5] * 7, "a").tell([2.5], "b")
        world.store.observe([Observation("c", T0 + timedelta(seconds=s), 2.5) for s in (7, 600, 1300)])
        world.cube.catch_up()
        counted = rule("n_of_m", of="stations", n=3, hold="2 h")
        assert [verdict.level for verdict in world.ask(counted, at=3)] == [1]

    def test_neighbours_confirm_or_contradict(self):
        world = World(*(gauge(f"g{n}", lon=0.01 * n) for n in range(4)), gauge("far", lon=5.0))
        for n, value in enumerate((3.2, 2.2, 1.0, 1.1)):
            world.tell([value], f"g{n}")
        world.tell([9.0], "far")
        agree = rule("neighbours", radius_km=10, least=1)
        found = {verdict.subject: verdict.level for verdict in world.ask(agree, at=0)}
        assert found == {"g0": 1, "g1": 1}  # g0 is at orange, but only yellow is confirmed
        odd = rule("neighbours", mode="disagree", radius_km=10, least=3, limits={"yellow": 1.5}, units="m")
        (said,) = world.ask(odd, at=0)
        assert said.subject == "g0"
        assert "from the median 1.10 m of its 3 neighbours" in said.why
        rules = Rules([odd])
        rules.evaluate(world.cube, T0)
        assert "neighbours within 10 km" in rules.left["r"]["far"]

    def test_a_trend_is_prolonged(self):
        world = World().tell([1.0 + 0.1 * at for at in range(8)])
        ahead = rule("forecast", within="1 h", over="1 h", least=6, probability=0.5)
        (said,) = world.ask(ahead, at=7)  # 1.7 now, 0.6 m an hour: 2.3 in an hour
        assert (said.name, round(said.value, 2)) == ("yellow", 2.3)
        assert "gets there in about 30 min" in said.why
        assert World().tell([1.0] * 8).ask(ahead, at=7) == []

    def test_an_ensemble_is_counted(self):
        world = World(gauge("g"), *(gauge(f"f{n}", forecast_of="g", kind="forecast") for n in range(4)))
        world.tell([1.0])
        for n, peak in enumerate((2.1, 3.1, 2.2, 1.0)):
            world.tell([1.0, 1.5, peak, 1.0], f"f{n}", start=1)
        ahead = read_rule(
            "r",
            {
                "kind": "forecast",
                "title": "F",
                "by": "series",
                "series": {"kind": "forecast"},
                "within": "1 h",
                "probability": 0.75,
            },
        )
        (said,) = world.ask(ahead, at=0)
        assert (said.subject, said.name) == ("g", "yellow")
        assert said.why.endswith("within 1 h in 3 of 4 forecasts, in the middle of them first in 30 min.")
        sure = ahead.model_copy(update={"probability": 0.95})
        assert [verdict.level for verdict in world.ask(sure, at=0)] == [0]
        assert [verdict.level for verdict in world.ask(ahead, at=20)] == []

    def test_silence(self):
        world = World(gauge("g"), gauge("h")).tell([1.0, 1.0, np.nan]).tell([1.0] * 30, "h")
        silent = rule("silence", limits={"yellow": "1 h", "red": "4 h"})
        said = {verdict.subject: verdict for verdict in world.ask(silent, at=8)}
        assert (said["g"].level, said["h"].level) == (1, 0)
        assert said["g"].why.startswith(
            "Water level at Gauge g has sent no value for 1 h 10 min (last at 2026-06-01T00:10:00Z"
        )
        assert {verdict.subject: verdict.level for verdict in world.ask(silent, at=27)} == {"g": 2, "h": 0}

    def test_combinations(self):
        world = World(gauge("a", basin="b"), gauge("b", basin="b"), gauge("c", basin="x"))
        world.tell([2.5], "a").tell([3.5], "b").tell([1.0], "c")
        parts = [
            read_rule(
                "first", {"kind": "level", "title": "A", "series": {"name": ["a", "c"]}, "raises": False}
            ),
            read_rule("second", {"kind": "level", "title": "B", "series": {"name": "b"}, "raises": False}),
        ]

        def both(when, by="basin"):
            return read_rule(
                "both",
                {"kind": "combination", "title": "Both", "series": {"kind": "gauge"}, "by": by, "when": when},
            )

        (said,) = world.ask(*parts, both({"all": ["first", "second"]}), at=0)
        assert (said.rule, said.subject, said.name, set(said.series)) == (
            "both",
            "both:b",
            "yellow",
            {"a", "b"},
        )
        (worst,) = world.ask(*parts, both({"any": ["first", "second"]}, by="floor"), at=0)
        assert (worst.subject, worst.name) == ("both:floor", "orange")
        (but,) = world.ask(*parts, both({"all": ["second", {"not": "third"}]}), at=0)
        assert but.name == "orange"
        assert world.ask(*parts, both({"all": ["second", {"not": "first"}]}), at=0) == []

    def test_a_detector_calls(self):
        rng = np.random.default_rng(1)
        values = [*rng.normal(1.0, 0.05, 600), 5.0]
        world = World().tell(values)
        found = world.ask(
            rule("detector", detector="level", limits={"yellow": 4.0}, series={"name": "g"}), at=600
        )
        assert [verdict.level for verdict in found] == [1]
        assert "the detector level scores" in found[0].why

    def test_an_unknown_detector_is_named(self):
        with pytest.raises(InvalidInputError, match="did you mean 'ewma'"):
            rule("detector", detector="ewmaa", limits={"yellow": 4.0})


KINDS = [
    rule(deadband="0.1 m", on_after="20 min", off_after="30 min"),
    rule(of="mean", over="40 min"),
    rule("rate", over="30 min", limits={"yellow": 0.5, "red": 1.5}, units="m", off_after="20 min"),
    rule("persistence", over="30 min", share=0.7),
    rule("n_of_m", n=2, m=4),
    rule("n_of_m", of="stations", n=2, hold="20 min", deadband="10 %"),
    rule("neighbours", radius_km=10, least=1, hold="20 min"),
    rule("forecast", within="1 h", over="1 h", least=3, probability=0.6, off_after="20 min"),
]


class TestHoweverItComes:
    """Step by step, a day at once, after a restart, out of order: the verdicts are the same."""

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.lists(st.sampled_from([None, 1.0, 1.9, 2.0, 2.6, 3.1, 4.5, float("nan")]), min_size=30, max_size=30), min_size=3, max_size=3),
        st.lists(st.integers(0, 29), min_size=1, max_size=6),
        st.integers(1, 29),
        st.booleans(),
    )  # fmt: skip
    def test_verdicts_are_a_function_of_the_samples(self, values, late, restart, odd):
        # States are kept every half hour, so that late values go back to each of them.
        with patch("watchfloor.alarms.runner._DAY", 1_800_000_000):
            self.check(values, late, restart, odd)

    def check(self, values, late, restart, odd):
        series = [
            gauge(f"g{n}", lon=0.01 * n, **({"interval_s": None} if odd and n == 2 else {})) for n in range(3)
        ]
        rules = [each.model_copy(update={"id": f"r{at}"}) for at, each in enumerate(KINDS)]
        samples = [
            (n, at, value) for n in range(3) for at, value in enumerate(values[n]) if value is not None
        ]
        whole = World(*series)
        for n, at, value in samples:
            whole.store.observe([Observation(f"g{n}", T0 + at * STEP, value)])
        whole.cube.catch_up()
        end = T0 + 29 * STEP
        at_once = fired(Rules(rules).evaluate(whole.cube, end))
        # One step after the other, some values late by up to all the day, with a restart in the middle.
        live = World(*series)
        asked = Rules(rules)
        held = [sample for sample in samples if sample[1] in late]
        for step in range(30):
            for n, at, value in samples:
                if at == step and at not in late:
                    live.store.observe([Observation(f"g{n}", T0 + at * STEP, value)])
            if step % 7 == 6:
                for n, at, value in [sample for sample in held if sample[1] <= step]:
                    live.store.observe([Observation(f"g{n}", T0 + at * STEP, value)])
            live.cube.catch_up()
            if step == restart:
                asked = Rules(rules)
            asked.evaluate(live.cube, T0 + step * STEP)
        for n, at, value in held:
            live.store.observe([Observation(f"g{n}", T0 + at * STEP, value)])
        live.cube.catch_up()
        assert fired(asked.evaluate(live.cube, end)) == at_once
        # Trials, which note each change, end where the day ends.
        for each in rules:
            trial = Rules(rules).trial(each, T0, end, whole.cube)
            standing = {firing.subject for firing in trial.firings if not firing.ended}
            assert standing == {subject for name, subject, *_ in at_once if name == each.id}


def fired(verdicts):
    return sorted((v.rule, v.subject, v.level, v.time, v.why) for v in verdicts if v.fires)


def test_going_back_in_time_works_the_past_out_again():
    world = World().tell([1.0, 2.5, 1.0, 3.5])
    asked = Rules([rule()])
    forth = [fired(asked.evaluate(world.cube, T0 + at * STEP)) for at in (0, 1, 2, 3)]
    back = [fired(asked.evaluate(world.cube, T0 + at * STEP)) for at in (3, 1, 0, 2)]
    assert back == [forth[3], forth[1], forth[0], forth[2]]


def test_a_series_that_comes_later_is_taken_in():
    world = World().tell([2.5])
    asked = Rules([rule()])
    assert [verdict.subject for verdict in asked.evaluate(world.cube, T0)] == ["g"]
    world.store.describe([gauge("h")])
    world.tell([3.5], "h")
    assert [verdict.subject for verdict in asked.evaluate(world.cube, T0)] == ["g", "h"]


def test_many_stations_at_once():
    names = [f"g{n:03}" for n in range(200)]
    world = World(*(gauge(name) for name in names))
    values = np.tile(np.linspace(0, 4.5, 200), 3)
    times = np.repeat(pd.date_range(T0, periods=3, freq="600s", unit="us"), 200)
    world.store.observe(pd.DataFrame({"series": names * 3, "time": times, "value": values}))
    world.cube.catch_up()
    found = world.ask(rule(), at=2)
    assert {verdict.subject: verdict.level for verdict in found} == {
        name: int(value >= 2) + int(value >= 3) + int(value >= 4)
        for name, value in zip(names, values[:200], strict=True)
        if value >= 2
    }


def test_a_state_that_rests_on_a_value_that_changed_is_not_gone_back_to():
    world, holding = World(), rule(deadband="10 %")
    asked = Rules([holding])

    def level(at):
        world.cube.catch_up()
        return [verdict.level for verdict in asked.evaluate(world.cube, T0 + at * STEP) if verdict.fires]

    with patch("watchfloor.alarms.runner._DAY", 1_800_000_000):
        for at in range(7):
            world.tell([None if at == 1 else 1.95], start=at)
            assert level(at) == []
        world.tell([2.1], start=1)  # late: the level holds within its dead-band ever since
        assert level(7) == [1]
        world.tell([1.95], start=8)
        assert level(8) == [1]
        world.tell([1.95], start=7)  # late too, and after the states that were kept
        assert level(8) == [1]


def test_a_rule_whose_stations_lose_their_cadence_goes_on_from_their_own_beginning():
    """Columns of another axis have other numbers: what was done of the one says nothing of the other."""
    world = World(gauge("a"), gauge("b"), gauge("c"))
    for name in "abc":
        world.tell([2.5] * 6, name)
    several = rule("n_of_m", of="stations", n=2, hold="20 min", on_after="10 min")
    rules = Rules([several])
    assert [said.level for said in rules.evaluate(world.cube, T0 + 5 * STEP)] == [1]
    shaken = [Observation("c", T0 + 5 * STEP + timedelta(seconds=79 * n), 3.5) for n in range(1, 20)]
    world.store.observe(shaken)
    world.tell([3.5] * 4, "b", start=6)
    widths = []
    with patch.object(several.__class__, "signal", _noting(several.__class__.signal, widths)):
        (said,) = rules.evaluate(world.cube, T0 + 9 * STEP)
    assert not world.cube.regular("c")
    assert said.name == "orange"
    assert sum(widths) < 500, "minutes of two hours, not of decades"
    assert said == Rules([several]).evaluate(world.cube, T0 + 9 * STEP)[0]


def _noting(signal, widths):
    def noted(self, board, plan, subjects):
        found = signal(self, board, plan, subjects)
        widths.append(found.shape[1])
        return found

    return noted
