"""What is taken away: safe in a spreadsheet, marked, and shown again by the recipe."""

import csv
import io
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.views.recipe import pinned, recipe
from watchfloor.views.selection import Selection
from watchfloor.views.situation import Export
from watchfloor.views.situation.export import COLUMNS, to_csv, to_geojson
from watchfloor.views.situation.rows import rows

from .conftest import NOW, SQUARE, make_floor, record, tell


def test_the_table_says_what_it_is_and_no_cell_is_a_formula(busy):
    tell(
        busy,
        record(
            "=HYPERLINK(1)",
            title='=HYPERLINK("http://evil.example")',
            area="@SUM(1)",
            sent=NOW - timedelta(seconds=9),
        ),
    )
    name, data, media = Export(busy).file("csv")
    assert name.startswith("DEMO-")
    assert media.startswith("text/csv")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    marks = {line[0]: line[1] for line in lines if line[0].startswith("# ")}
    assert marks["# mark"] == busy.mark
    assert marks["# as of"] == "2026-06-01T12:00:00Z"
    assert marks["# floor"] == "demo"
    start = lines.index(list(COLUMNS))
    table = [dict(zip(COLUMNS, line, strict=True)) for line in lines[start + 1 :]]
    assert [row["key"] for row in table][:2] == ["A2", "A1"]
    hostile = next(row for row in table if "HYPERLINK" in row["title"])
    assert hostile["title"].startswith("'=")
    assert hostile["area"].startswith("'@")


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_becomes_a_formula_or_a_further_row(title, area):
    told = rows([record(title=title, area=area)], NOW, NOW)
    lines = list(csv.reader(io.StringIO(to_csv(told, {"mark": title}))))
    cells = lines[-1]
    assert len(cells) == len(COLUMNS)
    for value in (*cells, lines[0][1]):
        assert value.lstrip()[:1] not in {"=", "+", "@"} or value.lstrip("+-.0123456789eE") == ""


def test_geojson_holds_the_outlines_and_the_marks(busy):
    name, data, _ = Export(busy).file("geojson")
    assert name.endswith(".geojson")
    told = json.loads(data)
    assert told["watchfloor"]["mark"] == busy.mark
    assert told["watchfloor"]["as of"] == "2026-06-01T12:00:00Z"
    features = {item["properties"]["key"]: item for item in told["features"]}
    assert features["A1"]["geometry"]["coordinates"][0][0] == SQUARE["coordinates"][0][0]
    assert features["A2"]["geometry"] is None
    assert to_geojson([], {})["features"] == []


def test_only_what_is_listed_is_taken_away(busy):
    selection = Selection(hazards=["storm"])
    data = Export(busy, selection).file("geojson")[1]
    assert [item["properties"]["key"] for item in json.loads(data)["features"]] == ["A2"]
    assert json.loads(data)["watchfloor"]["filters"] == "?hz=storm"


def test_nothing_else_can_be_asked_for(busy, said):
    view = Export(busy)
    sent = said(view)
    with pytest.raises(InvalidInputError, match="expected csv, geojson or recipe"):
        view.file("../../etc/passwd")
    view.pane._handle_msg({"do": "save", "what": "../../etc/passwd"})
    assert sent[0]["bad"]
    view.pane._handle_msg({"do": "save", "what": "csv"})
    assert sent[1]["file"].endswith(".csv")


def test_the_recipe_shows_the_same_again(busy, monkeypatch):
    import watchfloor

    selection = Selection(
        hazards=["flood"],
        severities=["Severe"],
        text="rises",
        record=("alert", "cap:office@example.org", "A1"),
    )
    code = Export(busy, selection).file("recipe")[1].decode()
    assert busy.mark in code.splitlines()[2]
    monkeypatch.setattr(
        watchfloor, "open", lambda name: busy if name == "demo" else pytest.fail(name), raising=False
    )
    scope: dict = {}
    exec(compile(code, "recipe", "exec"), scope)
    shown = scope["view"]
    assert [row.record.key for row in shown.picture.rows] == ["A1"]
    assert shown.selection.record == selection.record
    assert shown.selection.as_of == NOW
    shown.close()


def test_no_text_of_the_selection_becomes_code(busy):
    selection = Selection(
        text="'); import os; os.system('x'); ('", series='"""\nraise SystemExit\n"""'.replace("\n", " ")
    )
    code = recipe(busy, pinned(busy, selection), "situation.Situation", {"mark": "x\nimport os"})
    import ast

    tree = ast.parse(code)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"panel", "watchfloor"}


def test_a_floor_in_earnest_has_no_mark_in_its_names():
    floor = make_floor(name="world")
    assert Export(floor).file("csv")[0] == "world-situation.csv"
    floor.close()
    floor.store.close()
