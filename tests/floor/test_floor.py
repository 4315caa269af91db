"""A floor is one catalog, one store, one clock and one status, and takes nothing of another."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock
from watchfloor.core.errors import InvalidInputError, UnknownNameError, UnsafeError
from watchfloor.core.scales import Severity, Status
from watchfloor.core.settings import Settings
from watchfloor.store import Record, Store

HOUR = timedelta(hours=1)


@pytest.fixture
def memory(clock):
    with Store.open(":memory:", clock=clock) as store:
        yield store


def alert(clock, key="A", **changes):
    now = clock.now()
    made = Record("alert", "cap:x", key, "1", now, now, now + HOUR, title=key, status=Status.EXERCISE)
    return replace(made, **changes)


def test_a_floor_says_what_its_catalog_says(make, memory, clock):
    with watchfloor.open("small", settings=make(), store=memory) as floor:
        assert (floor.name, floor.title, floor.status) == ("small", "Small floor", Status.EXERCISE)
        assert (floor.centre, floor.zoom, floor.languages) == ((110.5, 30.25), 9.5, ("en", "zh"))
        assert (floor.zone.key, floor.now(), floor.clock) == ("Asia/Shanghai", clock.now(), clock)
        assert "live/alerts" in floor.catalog
        assert "20:00" in repr(floor)
    chinese = make(language="zh", zone="Europe/Berlin")
    with watchfloor.open(settings=chinese, store=memory) as floor:
        assert (floor.title, floor.zone.key) == ("小席位", "Europe/Berlin")


@pytest.mark.parametrize(
    ("status", "invented", "mark"),
    [
        ("Actual", False, ""),
        ("Exercise", False, "EXERCISE"),
        ("Test", False, "TEST"),
        ("System", False, "SYSTEM"),
        ("Exercise", True, "DEMO · invented data"),
        ("Actual", True, "DEMO · invented data"),
    ],
)
def test_a_floor_not_in_earnest_or_invented_is_marked(make, memory, status, invented, mark):
    with watchfloor.open("small", settings=make(status, invented=invented), store=memory) as floor:
        assert floor.mark == mark


def test_an_exercise_refuses_what_is_actual_and_names_the_way_out(make, memory, clock):
    with watchfloor.open("small", settings=make(), store=memory) as floor:
        reason = floor.accept(alert(clock, status=Status.ACTUAL))
        assert reason is not None
        assert "Actual" in reason
        assert "--floor world" in reason
        assert floor.accept(alert(clock, kind="event", status=Status.ACTUAL))
        for status in (Status.EXERCISE, Status.TEST, Status.SYSTEM, Status.DRAFT):
            assert floor.accept(alert(clock, status=status)) is None


def test_a_floor_in_earnest_takes_all_and_keeps_what_each_is(make, memory, clock):
    with watchfloor.open("small", settings=make("Actual", invented=False), store=memory) as floor:
        assert all(floor.accept(alert(clock, status=status)) is None for status in Status)


def test_a_store_belongs_to_the_floor_that_opened_it_first(make, memory):
    settings = make()
    watchfloor.open("small", settings=settings, store=memory).close()
    watchfloor.open("small", settings=settings, store=memory).close()
    with pytest.raises(UnsafeError, match=r"small \(Exercise\), not to world \(Actual\)"):
        watchfloor.open("world", settings=settings, store=memory)
    with pytest.raises(UnsafeError, match=r"small \(Exercise\), not to small \(Actual\)"):
        watchfloor.open("small", settings=make("Actual"), store=memory)


def test_the_store_is_in_the_data_folder_and_closed_with_the_floor(make, tmp_path, clock):
    settings = make()
    with watchfloor.open("small", settings=settings, clock=clock) as floor:
        floor.store.append([alert(clock)])
        assert floor.store.path == tmp_path / "var" / "small" / "store.sqlite"
        assert floor.store.clock is clock
    with watchfloor.open("small", settings=settings, clock=clock) as floor:
        assert floor.store.count() == 1


def test_a_store_that_was_passed_is_the_callers_to_close(make, memory, clock):
    watchfloor.open("small", settings=make(), store=memory).close()
    assert memory.append([alert(clock)]).stored == 1


def test_a_floor_and_its_store_have_one_clock(make, memory, clock):
    with pytest.raises(InvalidInputError, match="one clock"):
        watchfloor.open("small", settings=make(), store=memory, clock=FixedClock(clock.now()))


def test_what_is_no_floor_is_refused(make, memory, tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'small'"):
        watchfloor.open("smal", settings=make(), store=memory)
    path = tmp_path / "roots" / "small" / "catalog.yml"
    path.write_text("version: 2\nentries: {}\n")
    with pytest.raises(InvalidInputError, match=r"metadata\.floor"):
        watchfloor.open("small", settings=Settings(catalogs=[tmp_path / "roots"]), store=memory)


def test_alerts_in_force_come_worst_first_and_as_of(make, memory, clock):
    with watchfloor.open("small", settings=make(), store=memory) as floor:
        start = clock.now()
        memory.append(
            [
                alert(clock, "minor", severity=Severity.MINOR),
                alert(
                    clock,
                    "extreme",
                    severity=Severity.EXTREME,
                    geometry={"type": "Point", "coordinates": [1, 2]},
                ),
                alert(clock, "over", valid_to=start),
            ]
        )
        clock.move(HOUR / 2)
        memory.append([alert(clock, "minor", revision="2", state="cancelled", severity=Severity.MINOR)])
        now = floor.alerts()
        assert now["title"].tolist() == ["extreme"]
        assert now.crs.to_epsg() == 4326
        assert now.geometry[0].coords[:] == [(1.0, 2.0)]
        assert floor.alerts(as_of=start)["title"].tolist() == ["extreme", "minor"]
        assert sorted(floor.alerts(in_force=False)["title"]) == ["extreme", "minor", "over"]
        assert floor.alerts(severity="Minor", in_force=False)["title"].tolist() == ["minor"]
        assert floor.alerts(valid_at=start + 2 * HOUR).empty
        assert floor.alerts(as_of=start - HOUR).empty


def test_a_live_entry_reads_the_floors_store_as_of_a_time(make, memory, clock):
    with watchfloor.open("small", settings=make(), store=memory) as floor:
        memory.append([alert(clock)])
        assert floor.read("live/alerts")["key"].tolist() == ["A"]
        assert len(floor.read("live/alerts", as_of=clock.now() - HOUR)) == 0
        with pytest.raises(UnknownNameError, match="live/alerts"):
            floor.read("live/alert")


@pytest.mark.parametrize(
    ("name", "status", "mark"), [("demo", "Exercise", "DEMO · invented data"), ("world", "Actual", "")]
)
def test_the_products_floors_open(name, status, mark, memory, tmp_path):
    with watchfloor.open(name, settings=Settings(data=tmp_path), store=memory) as floor:
        assert (floor.status.value, floor.mark, floor.invented) == (status, mark, name == "demo")
        assert floor.catalog.problems == []


def test_a_floor_says_that_it_is_preparing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watchfloor.open("demo", settings=Settings(data=tmp_path)) as floor:
        seen = []
        monkeypatch.setattr(floor.sources, "prepare", lambda: seen.append(floor.preparing) or 0)
        floor.prepare()
        assert seen == [True]
        assert not floor.preparing


def test_a_source_whose_news_are_old_is_late_although_it_answers(clock):
    now = clock.now()
    with watchfloor.open("world", store=Store.open(":memory:", clock=clock), clock=clock) as floor:
        for source, feed in (("usgs", "usgs"), ("nws", "nws")):
            floor.store.heard(
                source, feed=feed, ok=True, at=now, newest=now - 4 * HOUR, message="", cadence=HOUR / 60, late_after=HOUR / 4
            )  # fmt: skip
        judged = {state.source: floor.health(state, now) for state in floor.store.feeds()}
        assert judged == {"usgs": "late", "nws": "ok"}, "earth shakes every hour; weather need not warn"
        blocks = [block.model_copy(update={"fresh_within": "PT8H"}) for block in floor.block.feeds]
        object.__setattr__(floor.block, "feeds", blocks)
        assert {floor.health(state, now) for state in floor.store.feeds()} == {"ok"}, (
            "the catalog knows better"
        )
