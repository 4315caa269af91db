"""The views: what they show, what they do when asked, and what they refuse."""

import base64
import json
from datetime import timedelta

import pytest

from watchfloor.core.errors import ForbiddenError, InvalidInputError
from watchfloor.security.roles import Actor
from watchfloor.views.selection import Selection
from watchfloor.views.situation import Detail, FeedHealth, Filters, KeyFigures, SituationList, TimeBar
from watchfloor.views.situation import acts as acting
from watchfloor.views.situation.rows import millis

from .conftest import BODY, NOW, SQUARE, record, tell

A1 = ("alert", "cap:office@example.org", "A1")


def test_the_list_shows_the_worst_first_and_what_has_no_place(busy):
    state = SituationList(busy).state()
    assert [row["key"] for row in state["rows"]] == ["A2", "A1", "I1"]
    assert [row["placed"] for row in state["rows"]] == [False, True, True]
    assert (state["total"], state["all"], state["selected"]) == (3, 3, None)


def test_five_thousand_rows_send_a_window_only(floor):
    from watchfloor.store.records import Record

    told = [record(f"K{number:05}", title=f"Alert {number}") for number in range(5000)]
    floor.store.append(told, known=NOW - timedelta(minutes=40))
    view = SituationList(floor)
    assert isinstance(told[0], Record)
    assert (view.state()["total"], len(view.state()["rows"])) == (5000, 80)
    view.heard("window", {"start": 4990})
    assert view.pane.state["start"] == 4920
    view.heard("window", {"start": -5})
    assert view.pane.state["start"] == 0
    view.selection.record = ("alert", told[0].source, view.picture.rows[3000].record.key)
    assert view.pane.state["selected"] == 3000
    assert view.pane.state["start"] <= 3000 < view.pane.state["start"] + 80
    view.heard("place", {"place": 17})
    assert view.pane.state["selected"] == 17
    assert len(json.dumps(view.pane.state)) < 100_000


def test_a_row_is_chosen_only_if_it_exists(busy):
    view = SituationList(busy)
    view.heard("select", dict(zip(("kind", "source", "key"), A1, strict=True)))
    assert view.selection.record == A1
    view.heard("select", {"kind": "alert", "source": "x", "key": "y"})
    view.heard("select", {"kind": "rumour", "source": "x", "key": "y"})
    view.heard("place", {"place": 99})
    assert view.selection.record == A1


def test_a_message_that_makes_no_sense_costs_nothing(busy, said):
    view = SituationList(busy)
    sent = said(view)
    for message in (
        {"do": "window", "start": "many"},
        {"do": "select"},
        {"do": "place", "place": None},
        "x",
        {"do": 3},
        {},
    ):
        view.pane._handle_msg(message)
    assert view.pane.state["start"] == 0
    assert all(item["bad"] for item in sent)


def test_text_and_filters_narrow_the_list_and_reset_opens_it(busy):
    view = SituationList(busy)
    view.heard("text", {"value": "a2"})
    assert [row["key"] for row in view.pane.state["rows"]] == ["A2"]
    view.heard("reset", {})
    assert view.pane.state["total"] == 3
    view.selection.hazards = ["chemical"]
    assert [row["key"] for row in view.pane.state["rows"]] == ["I1"]


def test_a_figure_opens_its_records_in_the_list_of_the_same_page(busy):
    selection = Selection()
    figures = KeyFigures(busy, selection)
    listed = SituationList(busy, selection, picture=figures.picture)
    figures.heard("open", {"figure": "Severe"})
    assert figures.pane.state["trace"]["records"] == 1
    assert [row["key"] for row in listed.pane.state["rows"]] == ["A1"]
    figures.heard("open", {"figure": "no such figure"})
    assert figures.picture.figure == "Severe"
    listed.heard("close", {})
    assert listed.pane.state["total"] == 3
    figures.heard("open", {"figure": "sensors"})
    assert listed.pane.state["total"] == 3  # sensors are no records: the list stays
    assert [name["series"] for name in figures.pane.state["trace"]["names"]] == ["demo/gauge/G0"]
    figures.heard("series", {"series": "demo/gauge/G0"})
    assert selection.series == "demo/gauge/G0"
    figures.heard("series", {"series": "../../etc"})
    assert selection.series == "demo/gauge/G0"


def test_a_saved_trace_carries_the_mark_and_the_digest(busy, said):
    view = KeyFigures(busy)
    sent = said(view)
    view.heard("save", {"figure": "Severe"})
    told = json.loads(base64.b64decode(sent[0]["data"]))
    assert told["mark"] == busy.mark
    assert len(told["digest"]) == 64
    assert told["records"] == 1


def test_the_detail_keeps_paragraphs_languages_and_safe_links_only(busy):
    view = Detail(busy, Selection(record=A1))
    told = view.state()["record"]
    assert [info["label"] for info in told["infos"]] == ["English", "中文"]
    assert told["infos"][0]["description"] == "First part.\n\nSecond <b>part</b>."
    assert told["links"] == ["https://example.org/alert"]
    assert ["level", "3.2 m"] in told["parameters"]
    assert told["trust"] == "verified"
    assert told["to"] == millis(NOW + timedelta(hours=6))


def test_the_history_says_what_changed(busy):
    tell(busy, record("A1", revision="2", severity="Extreme", geometry=SQUARE, trust="verified",
                      sent=NOW - timedelta(minutes=5), valid_from=NOW - timedelta(minutes=50), body=BODY | {"infos": [BODY["infos"][0] | {"instruction": "Go now."}]}))  # fmt: skip
    revisions = Detail(busy, Selection(record=A1)).state()["record"]["revisions"]
    assert [item["first"] for item in revisions] == [False, True]
    assert [(item["field"], item["old"], item["new"]) for item in revisions[0]["changes"]] == [
        ("severity", "Severe", "Extreme"),
        ("instruction", "Move to higher ground.", "Go now."),
    ]


def test_what_was_not_known_yet_is_not_shown(busy):
    view = Detail(busy, Selection(record=A1, as_of=NOW - timedelta(hours=2)))
    assert view.state() == {"record": None, "gone": True}


def test_the_bytes_as_received_are_handed_out(busy, said):
    digest = busy.store.keep(b"<alert>raw</alert>")
    tell(busy, record("A7", raw=digest, sent=NOW - timedelta(seconds=30)))
    name = ("alert", "cap:office@example.org", "A7")
    view = Detail(busy, Selection(record=name))
    sent = said(view)
    view.heard("raw", dict(zip(("kind", "source", "key"), name, strict=True)))
    assert base64.b64decode(sent[0]["data"]) == b"<alert>raw</alert>"
    assert digest[:16] in sent[0]["file"]
    with pytest.raises(InvalidInputError, match="has changed"):
        view.heard("raw", {"kind": "alert", "source": "other", "key": "A1"})


def test_acknowledging_is_written_down_with_who_what_and_which_revision(busy, said):
    view = Detail(busy, Selection(record=A1))
    asked = {
        "kind": A1[0],
        "source": A1[1],
        "key": A1[2],
        "revision": "1",
        "note": "called <b>the bridge</b>\x00",
    }
    view.heard("acknowledge", asked)
    told = view.pane.state["record"]["acts"]
    assert [(act["actor"], act["action"], act["note"]) for act in told] == [
        ("local operator", "acknowledge", "called <b>the bridge</b>")
    ]
    assert busy.store.journal.verify().ok
    entry = busy.store.journal.entries()[-1]
    assert entry.detail["revision"] == "1"
    assert len(entry.detail["identity"]) == 64


def test_a_record_that_changed_unseen_is_not_acknowledged(busy):
    tell(busy, record("A1", revision="2", severity="Extreme", sent=NOW - timedelta(minutes=5)))
    with pytest.raises(InvalidInputError, match="updated while it was on the screen"):
        acting.acknowledge(busy, A1, "1")
    assert busy.store.journal.entries() == []


def test_a_viewer_may_not_acknowledge_whatever_the_browser_sends(busy, monkeypatch, said):
    monkeypatch.setattr(acting, "acting", lambda: Actor("vera", frozenset({"viewer"})))
    view = Detail(busy, Selection(record=A1))
    assert not view.state()["record"]["may"]
    assert "vera" in view.state()["record"]["why_not"]
    sent = said(view)
    view.pane._handle_msg(
        {"do": "acknowledge", "kind": A1[0], "source": A1[1], "key": A1[2], "revision": "1"}
    )
    assert sent[0]["bad"]
    assert busy.store.journal.entries() == []
    with pytest.raises(ForbiddenError):
        acting.acknowledge(busy, A1, "1")


def test_the_past_cannot_be_acknowledged(busy):
    view = Detail(busy, Selection(record=A1, as_of=NOW - timedelta(minutes=10)))
    assert not view.state()["record"]["may"]
    with pytest.raises(InvalidInputError, match="go back to live"):
        view.heard("acknowledge", {"kind": A1[0], "source": A1[1], "key": A1[2], "revision": "1"})


def test_filters_toggle_words_that_exist(busy):
    view = Filters(busy)
    groups = {group["facet"]: group for group in view.state()["groups"]}
    assert [option["word"] for option in groups["severities"]["options"]] == [
        "Extreme",
        "Severe",
        "Moderate",
        "Minor",
        "Unknown",
    ]
    assert {option["word"]: option["count"] for option in groups["hazards"]["options"]}["storm"] == 1
    view.heard("toggle", {"facet": "hazards", "word": "storm"})
    assert view.selection.hazards == ["storm"]
    assert not view.pane.state["empty"]
    view.heard("toggle", {"facet": "hazards", "word": "rumour"})
    view.heard("toggle", {"facet": "__class__", "word": "x"})
    assert view.selection.hazards == ["storm"]
    view.heard("toggle", {"facet": "hazards", "word": "storm"})
    assert view.selection.hazards == []


def test_a_district_is_chosen_by_name(busy):
    view = Filters(busy)
    names = view.state()["districts"]
    if not names:
        pytest.skip("the demo region has no districts")
    view.heard("district", {"name": names[0]})
    assert view.selection.area["type"] in {"Polygon", "MultiPolygon"}
    assert view.pane.state["district"] == names[0]
    assert Selection().from_query(view.selection.to_query()).notes == []
    view.heard("district", {"name": "Atlantis"})
    assert view.selection.area is None


def test_as_of_is_set_stepped_and_let_go(busy):
    view = TimeBar(busy)
    listed = SituationList(busy, view.selection)
    view.heard("as_of", {"at": millis(NOW - timedelta(minutes=42))})
    assert [row["key"] for row in listed.pane.state["rows"]] == ["A1"]
    assert view.pane.state["as_of"] == millis(NOW - timedelta(minutes=42))
    view.heard("as_of_step", {"seconds": 600})
    assert view.selection.as_of == NOW - timedelta(minutes=32)
    view.heard("as_of_step", {"seconds": 3600})
    assert view.selection.live
    view.heard("as_of_step", {"seconds": 1e9})
    assert view.selection.live
    for wrong in (1e18, "x", True):
        with pytest.raises(InvalidInputError):
            view.heard("as_of", {"at": wrong})
    with pytest.raises(InvalidInputError, match="yet to come"):
        view.heard("as_of", {"at": millis(NOW + timedelta(hours=1))})


def test_valid_time_slides_and_density_shows_alerts(busy):
    view = TimeBar(busy)
    state = view.state()
    assert len(state["density"]) == 96
    now = int((millis(NOW) - state["start"]) / 3_600_000)
    assert state["density"][now] == [2, "Extreme"]
    assert state["density"][0] == [0, "Unknown"]
    view.heard("time", {"at": millis(NOW + timedelta(hours=7))})
    assert view.picture.snapshot.at == NOW + timedelta(hours=7)
    view.heard("time", {"at": None})
    assert view.selection.time is None


def test_the_strip_opens_a_source_and_lists_what_is_held(busy):
    view = FeedHealth(busy)
    assert [
        (line["source"], line["health"])
        for line in view.state()["feeds"]
        if line["source"] in {"river", "weather"}
    ] == [
        ("weather", "late"),
        ("river", "ok"),
    ]
    view.heard("open", {"source": "river"})
    about = view.pane.state["about"]
    assert about["quarantine"][0]["reason"] == "no <alert> element"
    assert "data" not in about["quarantine"][0]
    view.heard("open", {"source": "no such"})
    assert view.pane.state["about"] is None


def test_a_store_that_cannot_be_read_leaves_the_last_picture_and_says_so(busy, monkeypatch):
    from watchfloor.core.errors import StoreError

    view = SituationList(busy)

    def broken(*args, **kwargs):
        raise StoreError("The disk is gone.")

    monkeypatch.setattr(busy.store, "cursor", broken)
    view.picture.look()
    assert view.picture.trouble == "The disk is gone."
    assert view.pane.state["trouble"] is True
    assert view.pane.state["total"] == 3


def test_nothing_is_sent_where_nothing_changed(busy):
    view = SituationList(busy)
    sent = []
    view.pane.param.watch(lambda *events: sent.extend(events), ["state", "clock"])
    view.picture.look()
    assert sent == []
    tell(busy, record("A8", sent=NOW))
    view.picture.look()
    assert [event.name for event in sent] == ["state"]


def test_the_language_goes_to_every_pane(busy):
    view = SituationList(busy)
    view.selection.language = "zh"
    assert view.pane.language == "zh"
