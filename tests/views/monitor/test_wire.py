"""The bytes: what Python writes, Python and the browser read alike."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from watchfloor.core.clock import from_micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store.cube import Cube
from watchfloor.views.monitor import wire
from watchfloor.views.monitor.board import SPANS, board
from watchfloor.views.monitor.live import Live
from watchfloor.views.monitor.stations import known

from .conftest import NOW, STEP, run

SOURCE = Path(wire.__file__).parent
READ = """({code, data, after}) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const all = new Function(code + "; return {readWall, takeDelta, eachColumn};")();
  const board = all.readWall(bytes(data));
  if (!board) return null;
  let rows = null;
  if (after) { rows = all.takeDelta(board, all.readWall(bytes(after))); rows = rows && [...rows]; }
  const told = (array) => [...array].map((value) => Number.isNaN(value) ? null : value);
  const lines = [];
  for (let row = 0; row < board.count; row += 1) {
    const line = [];
    all.eachColumn(board, row, (time, low, high, odd) => line.push([time, Number.isNaN(low) ? null : low, Number.isNaN(high) ? null : high, odd]));
    lines.push(line);
  }
  return {count: board.count, width: board.width, number: board.number, version: board.version, at: board.at, edge: board.edge, step: board.step,
    time: told(board.time), value: told(board.value), rate: told(board.rate), eta: told(board.eta), flag: told(board.flag), level: told(board.level),
    state: told(board.state), next: told(board.next), odd: told(board.odd), spark: told(board.spark), rows, lines};
}"""


@pytest.fixture
def made(busy):
    cube = Cube.of(busy.store)
    cube.catch_up()
    return board(cube, known(busy), NOW, SPANS["6h"], 36)


def tail(busy, held, names, now):
    cube = Cube.of(busy.store)
    cube.catch_up()
    rows = np.array([held.roster.place[name] for name in names])
    start = held.end - held.step
    count = (int(now.timestamp() * 1e6) - start) // held.step + 1
    return Live.tail(cube, held, rows, now, start, count)


def read(browser, data, after=b""):
    code = (SOURCE / "wall.wire.js").read_text(encoding="utf-8")
    page = browser.new_page()
    try:
        coded = [base64.b64encode(item).decode() for item in (data, after)]
        return page.evaluate(READ, {"code": code, "data": coded[0], "after": coded[1]})
    finally:
        page.close()


def test_python_reads_what_it_wrote(made):
    told = wire.decode(wire.full(made, 7))
    assert (told["kind"], told["number"], told["version"]) == ("full", 7, made.roster.version)
    assert (told["at"], told["edge"], told["step"]) == (made.at / 1000, made.end / 1000, made.step / 1000)
    np.testing.assert_array_equal(told["spark"], made.spark)
    np.testing.assert_array_equal(told["odd"], made.odd)
    for name in ("value", "rate", "eta", "flag", "level", "state", "next"):
        np.testing.assert_array_equal(told[name], getattr(made.facts, name), name)


@pytest.mark.parametrize("cut", [0, 10, 63, 64, 500, -1])
def test_a_cut_message_is_none(made, cut):
    with pytest.raises(InvalidInputError):
        wire.decode(wire.full(made, 1)[:cut])


@pytest.mark.browser
def test_the_browser_reads_the_same_numbers(browser, made):
    data = wire.full(made, 3)
    told, ours = read(browser, data), wire.decode(data)
    for name in ("number", "version", "at", "edge", "step"):
        assert told[name] == ours[name], name
    for name in ("time", "value", "rate", "eta", "flag", "level", "state", "next", "spark", "odd"):
        theirs = np.array([np.nan if value is None else value for value in told[name]], float)
        np.testing.assert_array_equal(theirs, ours[name].astype(float).ravel(), name)


@pytest.mark.browser
def test_the_browser_refuses_what_is_no_message(browser, made):
    assert read(browser, b"") is None
    assert read(browser, wire.full(made, 1)[:-1]) is None
    assert read(browser, b"x" * 4096) is None


@pytest.mark.browser
def test_a_small_message_changes_its_stations_only(browser, busy, made):
    later = NOW + STEP
    busy.clock.move(later)
    busy.store.observe(run("t/level", [7.5], end=later), known=later)
    small = wire.delta(tail(busy, made, ["t/level"], later), 3, made.roster.version)
    before, after = read(browser, wire.full(made, 3)), read(browser, wire.full(made, 3), small)
    place = made.roster.place
    assert after["rows"] == [place["t/level"]]
    assert after["value"][place["t/level"]] == 7.5
    assert after["level"][place["t/level"]] == 5
    assert after["time"][place["t/level"]] == later.timestamp() * 1000
    for name in ("t/high", "t/silent"):
        assert after["lines"][place[name]] == before["lines"][place[name]]
    line = after["lines"][place["t/level"]]
    assert line[-1][1:3] == [7.5, 7.5]
    assert line[-1][0] == made.end / 1000 + made.step / 2000, (
        "its column is the one after the last of the full message"
    )
    assert line[:-1] == before["lines"][place["t/level"]]


@pytest.mark.browser
def test_a_small_message_of_another_full_one_is_left(browser, busy, made):
    small = wire.delta(tail(busy, made, ["t/level"], NOW), 4, made.roster.version)
    assert read(browser, wire.full(made, 3), small)["rows"] is None
    other = wire.delta(tail(busy, made, ["t/level"], NOW), 3, made.roster.version + 1)
    assert read(browser, wire.full(made, 3), other)["rows"] is None


ORDER = """({code, roster, data, asked, now}) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const all = new Function(code + "; return {readWall, readRoster, arrange};")();
  const held = all.readRoster(bytes(roster));
  const found = all.arrange(held, all.readWall(bytes(data)), asked, now);
  return {version: held.version, groups: found.groups.map((group) => [group.name, group.rows.map((row) => held.stations[row].name)]), counts: found.counts, shown: found.shown};
}"""


def arranged(browser, made, **asked):
    code = "\n".join(
        (SOURCE / name).read_text(encoding="utf-8") for name in ("wall.wire.js", "wall.order.js")
    )
    plain = {"hazards": [], "severities": [], "conditions": [], "text": "", "area": None, "group": "none"}
    page = browser.new_page()
    try:
        return page.evaluate(ORDER, {
            "code": code, "roster": base64.b64encode(made.roster.message).decode(), "data": base64.b64encode(wire.full(made, 1)).decode(),
            "asked": plain | asked, "now": made.at / 1000,
        })  # fmt: skip
    finally:
        page.close()


@pytest.mark.browser
def test_the_worst_stand_first_then_those_that_tell_nothing_then_those_that_rise(browser, made):
    found = arranged(browser, made)
    assert found["version"] == made.roster.version
    assert found["groups"][0][1] == ["t/high", "t/low", "t/bad", "t/never", "t/silent", "t/rising", "t/level"]
    assert found["counts"] == {
        "all": 7, "Extreme": 0, "Severe": 1, "Moderate": 1, "Minor": 0, "Unknown": 0, "silent": 2, "flagged": 1, "rising": 1,
        "falling": 0, "soon": 1, "calm": 1,
    }  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"severities": ["Severe"]}, ["t/high"]),
        ({"conditions": ["silent"]}, ["t/never", "t/silent"]),
        ({"severities": ["Severe"], "conditions": ["flagged"]}, ["t/high", "t/bad"]),
        ({"text": "rising"}, ["t/rising"]),
        ({"text": "高"}, ["t/high"]),
        ({"hazards": ["wildfire"]}, []),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}, []),
        ({"area": {"type": "Polygon", "coordinates": [[[158, 33], [159, 33], [159, 35], [158, 35], [158, 33]]]}, "text": "low"}, ["t/low"]),
    ],
)  # fmt: skip
def test_filters_let_through_what_they_say(browser, made, asked, names):
    found = arranged(browser, made, **asked)
    assert [name for _, rows in found["groups"] for name in rows] == names
    assert found["shown"] == len(names)


@pytest.mark.browser
def test_groups_stand_worst_first(browser, made):
    found = arranged(browser, made, group="kind")
    assert [name for name, _ in found["groups"]] == ["gauge"]
    assert json.dumps(found["groups"][0][1])


def test_the_time_of_a_station_that_never_told_is_no_number(made):
    told = wire.decode(wire.full(made, 1))
    assert np.isnan(told["time"][made.roster.place["t/never"]])
    assert told["time"][made.roster.place["t/high"]] == from_micros(made.at).timestamp() * 1000
