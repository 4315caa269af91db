"""Cascades: exact numbers on small graphs, sampling that agrees, circles refused, reasons that hold."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

import watchfloor
from watchfloor.core.errors import InvalidInputError, LimitError, UnknownNameError
from watchfloor.impact.cascade import (
    Cascade,
    Event,
    Link,
    Trigger,
    cascades_of,
    play,
    probabilities,
    read,
    steps,
)
from watchfloor.store import Store


def chain(p=0.4, q=0.5, r=0.25):
    """Return a > b > c."""
    events = (Event("a", "A", probability=p), Event("b", "B"), Event("c", "C"))
    return Cascade(
        "chain", "Chain", events=events, links=(Link("a", "b", q, delay=60.0), Link("b", "c", r, delay=30.0))
    )


def diamond(gate="any"):
    """Return a > b and c > d."""
    events = (
        Event("a", "A", probability=0.5),
        Event("b", "B"),
        Event("c", "C", probability=0.1),
        Event("d", "D", gate=gate),
    )
    links = (Link("a", "b", 0.8), Link("a", "c", 0.3), Link("b", "d", 0.6), Link("c", "d", 0.9))
    return Cascade("diamond", "Diamond", events=events, links=links)


def by_hand(gate):
    """Return P(d) of the diamond, summed over all states of a, b and c."""
    total = 0.0
    for a, b, c in product((0, 1), repeat=3):
        pa = 0.5
        pb = 0.8 if a else 0.0
        pc = 1 - 0.9 * (0.7 if a else 1.0)
        weight = (pa if a else 1 - pa) * (pb if b else 1 - pb) * (pc if c else 1 - pc)
        passed = (0.6 * b, 0.9 * c)
        total += weight * (passed[0] * passed[1] if gate == "all" else 1 - (1 - passed[0]) * (1 - passed[1]))
    return total


def test_a_chain_multiplies():
    found = probabilities(chain())
    assert found == pytest.approx({"a": 0.4, "b": 0.2, "c": 0.05}, abs=1e-15)


@pytest.mark.parametrize("gate", ["any", "all"])
def test_a_diamond_is_what_is_summed_by_hand(gate):
    assert probabilities(diamond(gate))["d"] == pytest.approx(by_hand(gate), abs=1e-14)


def test_what_is_known_changes_the_causes():
    found = probabilities(chain(), {"c": True})
    assert found["a"] == found["b"] == 1.0
    # Bayes: P(a | not b) = 0.4 * 0.5 / 0.8
    assert probabilities(chain(), {"b": False})["a"] == pytest.approx(0.25)
    assert np.isnan(probabilities(chain(p=0.0), {"a": True})["c"])


@pytest.mark.parametrize("gate", ["any", "all"])
def test_sampling_agrees_with_enumeration(gate):
    cascade = diamond(gate)
    exact = probabilities(cascade)
    size = 4000
    made = play(cascade, size, seed=3)
    for name, p in exact.items():
        error = 4.0 * np.sqrt(p * (1 - p) / size)
        assert abs(made.probability(name) - p) < error, name
    told = made.nodes.set_index("name")
    assert told["exact"].to_dict() == pytest.approx(exact)
    assert told["level"].to_dict() == {"a": 0, "b": 1, "c": 1, "d": 2}


def test_a_link_that_goes_changes_nothing_else():
    """Named streams: taking a link away leaves the fates of all that does not hang on it."""
    whole, cut = play(diamond(), 300, seed=5), play(diamond().changed({"b>d": 0.0}), 300, seed=5)
    for name in ("a", "b", "c"):
        assert np.array_equal(whole.happened[name], cut.happened[name])
    assert not np.any(cut.happened["d"] & ~whole.happened["d"])
    assert cut.happened["d"].sum() < whole.happened["d"].sum()
    assert play(diamond(), 300, seed=5).trace == whole.trace != cut.trace


def test_members_of_an_ensemble_keep_their_fate_in_any_selection():
    whole, some = play(diamond(), 50, seed=5), play(diamond(), [7, 3, 40], seed=5)
    for name in whole.cascade.order:
        assert some.happened[name].tolist() == [bool(whole.happened[name][k]) for k in (7, 3, 40)]


def test_why_names_the_first_cause_and_times_add_up():
    made = play(chain(p=1.0, q=1.0, r=1.0), 3)
    assert [link.name for link in made.chain("c", 1)] == ["a>b", "b>c"]
    assert made.time["c"].tolist() == [90.0] * 3
    assert made.why("c", 1) == "A (by itself, after 0.0 h) > B (after 0.0 h) > C (after 0.0 h)."
    never = play(chain(p=0.0), 3)
    with pytest.raises(InvalidInputError, match="did not happen in member 2"):
        never.why("c", 2)
    assert np.isinf(never.time["c"]).all()


def test_any_takes_the_earliest_cause_and_all_the_latest():
    for gate, last in (("any", 100.0), ("all", 500.0)):
        events = (Event("a", "A", probability=1), Event("b", "B", probability=1), Event("c", "C", gate=gate))
        made = play(
            Cascade(
                "x",
                "X",
                events=events,
                links=(Link("a", "c", 1, delay=100.0), Link("b", "c", 1, delay=500.0)),
            ),
            2,
        )
        assert made.time["c"].tolist() == [last] * 2
        assert made.chain("c", 0)[0].cause == ("a" if gate == "any" else "b")


def test_the_hazard_decides_what_it_tells():
    given = np.array([True, False, True])
    made = play(chain(p=1.0, q=1.0, r=1.0), 3, given={"b": given}, when={"b": np.array([10.0, 0.0, 20.0])})
    assert made.happened["c"].tolist() == given.tolist()
    assert made.time["c"].tolist() == [40.0, np.inf, 50.0]
    assert "as the hazard shows" in made.why("c", 0)
    with pytest.raises(InvalidInputError, match="2 values; expected one for each of the 3"):
        play(chain(), 3, given={"b": given[:2]})


def test_forcings_are_told_by_member():
    wet = Link("a", "b", 1.0, relation="forces", forces={"soil_wetness": 0.3})
    events = (Event("a", "A", probability=0.5), Event("b", "B"))
    made = play(Cascade("x", "X", events=events, links=(wet,)), 40, seed=2)
    table = made.forcings("b")
    assert np.array_equal(table["soil_wetness"].to_numpy() > 0, made.happened["a"])
    assert set(table["soil_wetness"]) == {0.0, 0.3}


def test_circles_are_refused_by_name():
    events = tuple(Event(name, name.upper()) for name in "abc")
    with pytest.raises(InvalidInputError, match=r"goes round in a circle: .*split it by time"):
        Cascade("x", "X", events=events, links=(Link("a", "b", 1), Link("b", "c", 1), Link("c", "a", 1)))
    with pytest.raises(InvalidInputError, match="circle: a > a"):
        Cascade("x", "X", events=events, links=(Link("a", "a", 1),))


def test_what_is_wrong_is_said():
    with pytest.raises(InvalidInputError, match=r"probability 1.5; expected 0 to 1"):
        Link("a", "b", 1.5)
    with pytest.raises(InvalidInputError, match="does not come before its cause"):
        Link("a", "b", 0.5, delay=-1.0)
    with pytest.raises(UnknownNameError, match="did you mean 'flood'"):
        Cascade("x", "X", events=(Event("flood", "F"),), links=(Link("flod", "flood", 1),))
    with pytest.raises(InvalidInputError, match="twice"):
        Cascade("x", "X", events=(Event("a", "A"), Event("a", "A")))
    with pytest.raises(UnknownNameError, match="watr_depth"):
        Trigger("watr_depth_max", 1.0)
    with pytest.raises(LimitError, match="at most 20"):
        probabilities(Cascade("x", "X", events=tuple(Event(f"e{k}", "E") for k in range(21))))
    with pytest.raises(UnknownNameError, match="link"):
        diamond().changed({"d>a": 0.5})


def test_files_are_read_with_the_line_of_what_is_wrong(tmp_path: Path):
    good = "title: T\nevents:\n  a: {title: A, probability: 0.5}\n  b: {title: {en: B, zh: 乙}}\nlinks:\n- {from: a, to: b, probability: 0.5, delay: PT1H}\n"
    path = tmp_path / "one.yml"
    path.write_text(good, encoding="utf-8")
    made = read(path)
    assert made.links[0].delay == 3600.0
    assert made.by_name["b"].zh == "乙"
    for old, new, said in (
        (
            "probability: 0.5}\n  b",
            "probability: high}\n  b",
            r"one.yml:3:\d+: events.a.probability is 'high'; expected a number",
        ),
        ("to: b", "to: c", r"one.yml:\d+:\d+: There is no event 'c'"),
        ("delay: PT1H", "delay: soon", r"one.yml:6:\d+: "),
        (
            "probability: 0.5, delay",
            "probabilty: 0.5, delay",
            r"one.yml:6:\d+: links.0 has the key 'probabilty'",
        ),
        ("from: a, to: b", "from: b, to: b", r"circle: b > b"),
        ("title: T\n", "", r"title is missing"),
    ):
        path.write_text(good.replace(old, new), encoding="utf-8")
        with pytest.raises(InvalidInputError, match=said):
            read(path)


def test_the_demos_cascades_are_whole():
    with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
        found, problems = cascades_of(floor)
    assert problems == ()
    assert set(found) >= {"quake", "river"}
    for cascade in found.values():
        exact = probabilities(cascade)
        assert all(0 < p < 1 for p in exact.values())
        assert all(event.zh for event in cascade.events)
        assert all(link.why for link in cascade.links)
    # rain -> landslide -> dam, and flood -> outage -> hospital, as drawn
    made = play(found["river"], 3000, seed=1)
    row = int(np.flatnonzero(made.happened["hospital"])[0])
    assert [link.effect for link in made.chain("hospital", row)][-2:] == ["outage", "hospital"]
    wet = found["river"].changed({"landslide>dam": 1.0})
    assert probabilities(wet)["dam"] > probabilities(found["river"])["dam"]


def test_steps_are_in_the_order_of_time_each_with_what_brought_it_about():
    events = (
        Event("a", "A", probability=1.0),
        Event("b", "B", probability=1.0),
        Event("c", "C"),
        Event("d", "D", gate="all"),
        Event("e", "E"),
    )
    links = (
        Link("a", "c", 1.0, delay=50.0),
        Link("b", "c", 1.0, delay=20.0),
        Link("b", "d", 1.0, delay=10.0),
        Link("c", "d", 1.0, delay=30.0),
        Link("a", "e", 0.0),
    )
    made = play(Cascade("x", "X", events=events, links=links), 3)
    found = steps(made, 1)
    assert [(step.event.name, step.time, step.by) for step in found] == [
        ("a", 0.0, "itself"), ("b", 0.0, "itself"), ("c", 20.0, "event"), ("d", 50.0, "event"),
    ]  # fmt: skip
    assert [link.name for link in found[2].links] == ["b>c"], "any: the first that came"
    assert {link.name for link in found[3].links} == {"b>d", "c>d"}, "all: each was needed"
    with pytest.raises(UnknownNameError):
        steps(made, 9)


def test_a_step_that_a_result_told_has_its_trigger_and_number():
    events = (
        Event("flood", "Flood", kind="flood", trigger=Trigger("water_depth_max", 0.3)),
        Event("dark", "Outage"),
    )
    cascade = Cascade("x", "X", events=events, links=(Link("flood", "dark", 1.0, delay=60.0),))
    there = np.array([True, False])
    made = play(cascade, 2, given={"flood": there}, when={"flood": np.array([600.0, 0.0])})
    first, second = steps(made, 0, {"flood": np.array([1.25, 0.1])})
    assert (first.by, first.time, first.value, first.trigger.above) == ("result", 600.0, 1.25, 0.3)
    assert (second.by, second.time) == ("event", 660.0)
    assert np.isnan(steps(made, 0)[0].value)
    assert steps(made, 1) == ()
