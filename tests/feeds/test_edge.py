"""The simulated edge: each thing at its own known time, once, whatever the stops and starts."""

import gzip
import json
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from watchfloor.core.clock import FixedClock, ReplayClock, format_time, monotonic, parse_time
from watchfloor.core.errors import InvalidInputError, StoreError
from watchfloor.core.scales import Status
from watchfloor.core.share import folder
from watchfloor.feeds.collect import Edge, edge
from watchfloor.feeds.collect.edge import Message
from watchfloor.store import Record, Store

ANCHOR = parse_time("2026-06-01T00:00:00Z")
CAP = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>flood-{{CYCLE}}</identifier><sender>met@example.org</sender>
<sent>{{T+1800}}</sent><status>Exercise</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category>
<event>Flood</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<onset>{{T+3600 +08:00}}</onset><expires>{{T+90000 +08:00}}</expires><headline>Flood until {{T+90000 +08:00 %H:%M}}</headline>
</info></alert>"""


def incident(at: int, key: str, **properties: Any) -> dict[str, Any]:
    said = {"kind": "incident", "title": f"Incident {key}", "updated": f"{{{{T+{at}}}}}"} | properties
    place = {"type": "Point", "coordinates": [110.3, 25.2]}
    made = {"type": "Feature", "id": f"{key}-{{{{CYCLE}}}}", "geometry": place, "properties": said}
    return {"at": at, "feed": "geojson", "source": "demo:dispatch", "body": json.dumps(made)}


def write(
    story: Path, messages: list[dict[str, Any]], rows: list[tuple[str, float, float, int]] | None = None
) -> Path:
    story.mkdir(parents=True, exist_ok=True)
    with gzip.open(story / "messages.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(item) + "\n" for item in messages)
    table = (
        rows
        if rows is not None
        else [(f"demo/g{n}", 600.0 * step, 1.5 + n + step, 1) for n in range(3) for step in range(433)]
    )
    frame = pd.DataFrame(table, columns=["series", "offset", "value", "flag"])
    frame.to_parquet(story / "observations.parquet", index=False)
    stations = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [110 + n, 25]},
         "properties": {"series": f"demo/g{n}", "title": f"Gauge {n}", "field": "water_level", "units": "m"}}
        for n in range(3)
    ]  # fmt: skip
    (story / "stations.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": stations}), encoding="utf-8"
    )
    return story


@pytest.fixture
def story(tmp_path: Path) -> Path:
    messages = [
        {"at": 1800, "feed": "cap", "source": "demo:met", "body": CAP},
        incident(5400, "slide"),
        incident(9030, "slide", state="ended"),
        incident(200_000, "late"),
    ]
    return write(tmp_path / "demo" / "story", messages)


def snapshot(store: Store) -> tuple[list[Any], list[Any]]:
    records = [(r.source, r.key, r.revision, r.known, r.title) for r in store.records(latest=False)]
    observations = store.observations().sort_values(["series", "time"])
    return sorted(records, key=str), observations.to_numpy().tolist()


def test_places_are_filled() -> None:
    message = Message(
        0, "cap", "demo", "{{T+60}} {{T-60.5 +08:00}} {{T+0 -03:30 %m/%d %H:%M}} {{T+60 <b>}} {{X}} {{CYCLE}}"
    )
    assert message.render(ANCHOR, 3).decode() == (
        "2026-06-01T00:01:00-00:00 2026-06-01T07:58:59+08:00 05/31 20:30 {{T+60 <b>}} {{X}} 3"
    )


def test_the_past_becomes_known_when_it_was_published(store: Store, clock: FixedClock, story: Path) -> None:
    published = Edge(store, story, ANCHOR, clock).publish()
    assert published.reasons == ()
    assert published.rejected == 0
    assert store.quarantined() == []
    [alert] = store.records("alert")
    assert alert.known == ANCHOR + timedelta(seconds=1800)
    assert (alert.status, alert.title) == (Status.EXERCISE, "Flood until 09:00")
    assert alert.valid_to == ANCHOR + timedelta(seconds=90000)
    [slide] = store.records("incident")
    assert (slide.state, slide.status) == ("ended", Status.EXERCISE)
    [before] = store.records("incident", as_of=ANCHOR + timedelta(hours=2))
    assert before.state == "active"
    assert store.records(as_of=ANCHOR + timedelta(minutes=29)) == []
    seen = store.observations()
    assert len(seen) == 3 * 73  # every ten minutes from 0 to 12 h
    assert (seen["known"] == seen["time"]).all()
    assert store.latest(as_of=ANCHOR + timedelta(minutes=25))["value"].tolist() == [3.5, 4.5, 5.5]
    assert store.series(as_of=ANCHOR)["title"].tolist() == ["Gauge 0", "Gauge 1", "Gauge 2"]
    assert {state.health(clock.now()) for state in store.feeds()} == {"ok"}


@pytest.mark.parametrize(
    "steps", [[12.0], [1, 2, 5.5, 12], [n / 7 for n in range(1, 85)], [0.0, 0.5, 0.5, 12.0]]
)
def test_any_steps_lead_to_the_same(
    steps: list[float], tmp_path: Path, story: Path, clock: FixedClock
) -> None:
    """One go, or many, or a restart between any two: the same is known at the same times."""
    results = []
    for name, hours in (("one", [12.0]), ("many", steps)):
        with Store.open(tmp_path / f"{name}.sqlite", clock=clock) as store:
            for hour in hours:
                Edge(store, story, ANCHOR, clock).publish(ANCHOR + timedelta(hours=hour))
            results.append(snapshot(store))
    assert results[0] == results[1]


def test_a_later_anchor_does_not_move_a_story_that_has_begun(
    store: Store, clock: FixedClock, story: Path
) -> None:
    Edge(store, story, ANCHOR, clock).publish(ANCHOR + timedelta(hours=6))
    again = Edge(store, story, ANCHOR + timedelta(days=1), clock)
    assert again.anchor == ANCHOR
    assert again.position is not None
    again.publish(ANCHOR + timedelta(hours=7))
    assert len(store.records("alert", latest=False)) == 1


def test_a_part_that_fails_is_published_again_whole(
    store: Store, clock: FixedClock, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, left = Store.append, [1]

    def append(self: Store, records: Any, known: datetime | None = None) -> Any:
        items = list(records)
        if items and items[0].kind == "incident" and left[0]:
            left[0] -= 1
            raise StoreError("The disk is full.")
        return whole(self, items, known)

    monkeypatch.setattr(Store, "append", append)
    publisher = Edge(store, story, ANCHOR, clock)
    with pytest.raises(StoreError):
        publisher.publish()
    publisher.publish()
    assert len(store.records("incident", latest=False)) == 2
    assert len(store.observations()) == 3 * 73
    assert store.observations()["known"].eq(store.observations()["time"]).all()


def test_what_is_due_at_once_is_never_torn_apart(
    tmp_path: Path, store: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop between two documents of the same second must not lose the second one."""
    story = write(tmp_path / "demo" / "same", [incident(600, key) for key in "abc"], [])
    whole, left = Store.append, [1]

    def append(self: Store, records: Any, known: datetime | None = None) -> Any:
        items = list(records)
        if items and items[0].key == "c-0" and left[0]:
            left[0] -= 1
            raise StoreError("The disk is full.")
        return whole(self, items, known)

    monkeypatch.setattr(Store, "append", append)
    monkeypatch.setattr(edge, "_PART", 2)
    made = Edge(store, story, ANCHOR, clock)
    with pytest.raises(StoreError):
        made.publish()
    made.publish()
    assert {record.key for record in store.records("incident")} == {"a-0", "b-0", "c-0"}


def test_the_story_starts_over(store: Store, story: Path) -> None:
    clock = FixedClock(ANCHOR + timedelta(hours=75))
    Edge(store, story, ANCHOR, clock, backlog=timedelta(days=9)).publish()
    assert {record.key for record in store.records("incident")} == {"slide-0", "late-0", "slide-1"}
    assert {record.body["identifier"] for record in store.records("alert")} == {"flood-0", "flood-1"}
    last = store.observations("demo/g0").set_index("time")["value"]
    assert last.loc[ANCHOR + timedelta(hours=72)] in (1.5, 433.5)  # the end and the beginning fall together
    assert last.loc[ANCHOR + timedelta(hours=73)] == 7.5


def test_what_lies_far_back_is_left_out(store: Store, story: Path) -> None:
    clock = FixedClock(ANCHOR + timedelta(days=365, hours=6))
    Edge(store, story, ANCHOR, clock).publish()
    assert store.observations()["time"].min() >= clock.now() - timedelta(hours=72)
    assert len(store.observations()) <= 3 * 434


def test_a_source_that_is_down_is_seen_down(tmp_path: Path, store: Store) -> None:
    messages = [
        incident(600, "a"),
        {"at": 7200, "feed": "geojson", "source": "demo:dispatch", "down": "No answer."},
        incident(20_000, "b"),
    ]
    story = write(tmp_path / "demo" / "down", messages)
    clock = FixedClock(ANCHOR + timedelta(hours=5))
    publisher = Edge(store, story, ANCHOR, clock)
    publisher.publish()
    state = {item.source: item for item in store.feeds()}["demo:dispatch"]
    assert state.message == "No answer."
    assert state.failures > 1
    assert state.health(clock.now()) in ("late", "down")
    clock.move(timedelta(hours=1))
    publisher.publish()
    assert {item.source: item for item in store.feeds()}["demo:dispatch"].health(clock.now()) == "ok"


def test_nothing_before_the_anchor_and_nothing_backwards(
    store: Store, clock: FixedClock, story: Path
) -> None:
    publisher = Edge(store, story, ANCHOR, clock)
    assert publisher.publish(ANCHOR - timedelta(seconds=1)).documents == 0
    publisher.publish(ANCHOR + timedelta(hours=2))
    cursor = store.cursor()
    assert publisher.publish(ANCHOR + timedelta(hours=1)).documents == 0
    assert store.cursor() == cursor


def test_what_the_floor_refuses_is_told(store: Store, clock: FixedClock, story: Path) -> None:
    def accept(record: Record) -> str | None:
        return "No alerts here." if record.kind == "alert" else None

    published = Edge(store, story, ANCHOR, clock, accept).publish()
    assert published.rejected == 1
    assert published.reasons == ("No alerts here.",)


def test_it_goes_on_live(tmp_path: Path, story: Path) -> None:
    clock = ReplayClock(ANCHOR, speed=3600)  # an hour in a second
    with Store.open(tmp_path / "live.sqlite", clock=clock) as store:
        publisher, stop = Edge(store, story, ANCHOR, clock), threading.Event()
        thread = threading.Thread(target=publisher.run, args=(stop,))
        thread.start()
        end = monotonic() + 20
        while not store.records("incident") and monotonic() < end:
            stop.wait(0.05)
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
        assert store.records("incident")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b"{", "Line 1"), (b'{"at": 1}', "Line 1"), (b'{"at": "x", "feed": "cap", "source": "a", "body": ""}', "Line 1"),
        (b'{"at": 1, "feed": "none", "source": "a", "body": ""}', "'none'"),
    ],
)  # fmt: skip
def test_a_broken_story_says_where(
    line: bytes, word: str, tmp_path: Path, store: Store, clock: FixedClock
) -> None:
    (tmp_path / "messages.jsonl.gz").write_bytes(gzip.compress(line + b"\n"))
    with pytest.raises(InvalidInputError, match=word):
        Edge(store, tmp_path, ANCHOR, clock).publish()


def test_no_story(tmp_path: Path, store: Store, clock: FixedClock) -> None:
    with pytest.raises(InvalidInputError, match="no story"):
        Edge(store, tmp_path / "none", ANCHOR, clock)


def test_series_names_cannot_break_the_table(tmp_path: Path, store: Store, clock: FixedClock) -> None:
    story = write(tmp_path / "s", [incident(1, "a")], [("g,1\n=x", 60.0, 1.0, 1)])
    with pytest.raises(InvalidInputError, match="cannot be used"):
        Edge(store, story, ANCHOR, clock).publish()


def test_missing_values_are_flagged(tmp_path: Path, store: Store, clock: FixedClock) -> None:
    story = write(
        tmp_path / "s", [incident(1, "a")], [("g", 60.0, float("nan"), 9), ("g", 90.0, np.float32(1.1), 0)]
    )
    Edge(store, story, ANCHOR, clock).publish()
    seen = store.observations()
    assert seen["flag"].tolist() == [9, 0]
    assert seen["value"].round(6).tolist()[1] == 1.1
    assert [format_time(item) for item in seen["known"]] == ["2026-06-01T00:01:00Z", "2026-06-01T00:02:00Z"]


def test_the_story_that_ships(tmp_path: Path) -> None:
    story = folder("data_samples") / "demo" / "story"
    if not (story / "messages.jsonl.gz").is_file():
        pytest.fail(f"The demo story is not there: {story}")
    clock = FixedClock(ANCHOR + timedelta(hours=72))

    def accept(record: Record) -> str | None:
        return "Actual" if record.status is Status.ACTUAL else None

    with Store.open(tmp_path / "ships.sqlite", clock=clock) as store:
        with store.batch():  # as a floor does that is opened first
            published = Edge(store, story, ANCHOR, clock, accept).publish()
        # The story tells of two that went wrong on the way; each costs itself alone.
        assert published.rejected == 2
        assert [item.source for item in store.quarantined()] == ["demo:public", "demo:met"]
        assert published.stored > 1000
        for kind in ("alert", "event", "incident", "report", "resource", "detection"):
            assert store.records(kind), kind
        assert {record.status for record in store.records()} == {Status.EXERCISE}
