"""The wall's view: what it asks for, what a browser may ask of it, the past, and what is taken away."""

import csv
import io
import time
from datetime import timedelta

import pandas as pd
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.store.records import Observation, Series
from watchfloor.views.monitor import wire
from watchfloor.views.monitor.wall import Wall
from watchfloor.views.selection import Selection

from .conftest import NOW, STEP, run, series


def until(work, seconds=20):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if found := work():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen")


@pytest.fixture
def wall(busy):
    made = Wall(busy, Selection())
    yield made
    made.close()


def test_without_a_channel_the_wall_gets_its_bytes_as_parameters(wall):
    told = wire.decode(wall.pane.full)
    assert len(told["value"]) == 7
    assert b"t/high" in wall.pane.stations
    assert wall.state()["topic"] == ""


def test_news_come_by_themselves_in_a_notebook(busy, wall):
    busy.store.observe([Observation("t/level", NOW, 6.0)], known=NOW)
    small = wire.decode(until(lambda: wall.pane.delta))
    assert small["value"].tolist() == [6.0]


def test_choices_and_filters_go_into_the_selection_and_others_do_not(wall):
    chosen = wall.selection
    wall.heard("set", {"name": "span", "value": "24h"})
    wall.heard("set", {"name": "size", "value": "large"})
    wall.heard("toggle", {"what": "severities", "name": "Severe"})
    wall.heard("toggle", {"what": "conditions", "name": "silent"})
    wall.heard("toggle", {"what": "hazards", "name": "flood"})
    wall.heard("text", {"value": "High"})
    assert chosen.to_query() == "?hz=flood&sev=Severe&q=High&span=24h&size=large&cond=silent"
    assert wire.decode(wall.pane.full)["spark"].shape == (7, 160, 2)
    wall.heard("toggle", {"what": "severities", "name": "Severe"})
    assert chosen.severities == []
    wall.heard("set", {"name": "span", "value": "forever"})
    wall.heard("set", {"name": "language", "value": "zh"})
    wall.heard("toggle", {"what": "severities", "name": "<b>"})
    wall.heard("toggle", {"what": "area", "name": "x"})
    assert (chosen.span, chosen.language, chosen.severities) == ("24h", "en", [])
    wall.heard("reset", {})
    assert (chosen.text, chosen.conditions, chosen.span) == ("", [], "24h")


def test_a_station_is_opened_and_closed_again(wall):
    wall.heard("open", {"name": "t/high"})
    assert wall.selection.series == "t/high"
    assert wall.pane.state["selected"] == "t/high"
    wall.heard("open", {"name": "t/high"})
    assert wall.selection.series is None
    wall.heard("open", {"name": "t/low"})
    wall.heard("open", {"name": ""})
    assert wall.selection.series is None


@pytest.mark.parametrize(
    "message",
    [
        {"do": "open"}, {"do": "set", "name": "span"}, {"do": "toggle"}, {"do": "save", "what": "exe"}, {"do": "save", "what": "csv", "names": "x"},
        {"do": "save", "what": "csv", "names": [1]}, {"do": "nothing"}, {"do": "set", "name": "span", "value": None}, {},
    ],
)  # fmt: skip
def test_a_bad_message_costs_nothing(wall, message):
    sent = []
    wall.pane.send = sent.append
    before = wall.selection.to_query()
    wall.pane._do(message)
    assert wall.selection.to_query() == before
    assert not [item for item in sent if "file" in item]


def test_the_past_is_read_as_it_was_known(busy, wall):
    busy.store.observe([Observation("t/level", NOW, 6.0)], known=NOW)
    wall.selection.as_of = NOW - timedelta(seconds=30)
    assert wall.pane.state["at"] == (NOW - timedelta(seconds=30)).timestamp() * 1000
    until(lambda: wall.pane.state["progress"] is None)
    board = wall.board()
    assert board.facts.value[board.roster.place["t/level"]] == 1
    assert wire.decode(wall.pane.full)["at"] == wall.pane.state["at"]
    wall.selection.as_of = None
    assert wall.pane.state["at"] is None
    board = wall.board()
    assert board.facts.value[board.roster.place["t/level"]] == 6


def test_before_anything_was_known_there_are_no_stations(wall):
    wall.selection.as_of = NOW - timedelta(days=5)
    until(lambda: wall.pane.state["progress"] is None)
    assert len(wall.board().roster) == 0


def test_another_valid_time_shows_the_values_of_then(wall):
    wall.selection.time = NOW - STEP * 10
    until(lambda: wall.pane.state["progress"] is None)
    board = wall.board()
    assert board.facts.value[board.roster.place["t/rising"]] == pytest.approx(1.5, abs=0.01)
    wall.selection.time = NOW + timedelta(days=1)
    assert wall.pane.state["at"] == NOW.timestamp() * 1000, "what is to come is not known"


def test_what_is_read_in_vain_is_given_up(busy, wall, monkeypatch):
    asked = []
    held = busy.store.observations

    def slow(names, *rest, **words):
        asked.append(names)
        time.sleep(0.3)
        return held(names, *rest, **words)

    monkeypatch.setattr(busy.store, "observations", slow)
    wall.selection.as_of = NOW - timedelta(hours=1)
    until(lambda: asked)
    wall.selection.as_of = None
    time.sleep(0.6)
    assert wall._past is None
    assert wall.pane.state["progress"] is None


def test_the_table_holds_what_is_shown_in_its_order_and_no_formula(busy):
    busy.store.describe([series("t/=evil", "=HYPERLINK(1)", units="=m", attrs={"kind": "@x"})])
    busy.store.observe(run("t/=evil", [1.0]), known=NOW)
    wall = Wall(busy, Selection())
    name, data, media = wall.file("csv", ["t/rising", "t/=evil", "nothing"])
    assert (name, media) == ("DEMO-demo-wall.csv", "text/csv")
    text = data.decode("utf-8-sig")
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert head[0] == "# mark: DEMO · invented data"
    rows = list(
        csv.DictReader(io.StringIO("\n".join(line for line in text.splitlines() if not line.startswith("#"))))
    )
    assert [row["series"] for row in rows] == ["t/rising", "t/=evil"]
    assert rows[0]["trend"] == "rising"
    assert float(rows[0]["hours_to_next"]) == pytest.approx(3.3, abs=0.2)
    assert rows[1]["title"] == "'=HYPERLINK(1)"
    assert rows[1]["kind"] == "'@x"
    wall.close()


def test_parquet_holds_all_stations_and_the_marks(wall):
    _, data, _ = wall.file("parquet")
    frame = pd.read_parquet(io.BytesIO(data))
    assert len(frame) == 7
    assert frame.attrs["watchfloor"]["mark"] == "DEMO · invented data"
    assert frame.set_index("series").loc["t/never"].isna()["time"]


def test_the_recipe_shows_the_same_again(busy, wall):
    wall.heard("set", {"name": "span", "value": "24h"})
    wall.selection.series = "t/high"
    _, data, _ = wall.file("recipe")
    code = data.decode().replace("watchfloor.open('demo')", "busy")
    named = {"busy": busy}
    exec(compile(code, "recipe", "exec"), named)
    again = named["view"]
    assert again.selection.span == "24h"
    assert again.selection.as_of == NOW
    again.close()


def test_a_name_that_looks_like_markup_stays_text_in_what_is_told(floor):
    floor.store.describe([Series("<script>x</script>", "<img src=x onerror=alert(1)>", units="<b>")])
    wall = Wall(floor, Selection())
    assert b"<img src=x" in wall.pane.stations
    with pytest.raises(InvalidInputError):
        wall.file("../../etc/passwd")
    wall.close()
