"""Live entries: what the store knows, as of any known time, by name like all other data."""

from datetime import timedelta

import intake
import pandas as pd
import pytest

from watchfloor.catalog import open_catalog
from watchfloor.core.errors import NotReadyError, UnknownNameError
from watchfloor.core.scales import Severity
from watchfloor.core.share import folder
from watchfloor.store import Observation, Record, Series, Store

KINDS = {
    "live/alarms": "alarm",
    "live/alerts": "alert",
    "live/events": "event",
    "live/incidents": "incident",
    "live/detections": "detection",
    "live/reports": "report",
    "live/resources": "resource",
}
COLUMNS = [
    "kind",
    "source",
    "key",
    "revision",
    "title",
    "hazard",
    "severity",
    "urgency",
    "certainty",
    "status",
    "state",
    "area",
    "sent",
    "valid_from",
    "valid_to",
    "known",
    "trust",
    "geometry",
]


@pytest.fixture
def store(tmp_path, clock):
    with Store.open(tmp_path / "store.sqlite", clock=clock) as found:
        yield found


@pytest.fixture
def catalog(store, clock):
    return open_catalog(folder("catalogs") / "world", store=store, clock=clock, strict=False)


def record(clock, kind="alert", key="A", revision="1", **more):
    where = {"type": "Point", "coordinates": [100.0, 30.0]}
    times = {"sent": clock.now(), "valid_from": clock.now()}
    return Record(kind, "cap", key, revision, geometry=where, **(times | more))


@pytest.mark.parametrize("name", KINDS)
def test_empty_with_the_right_columns(catalog, name):
    found = catalog[name].read()
    assert list(found.columns) == COLUMNS
    assert len(found) == 0
    assert found.crs == "EPSG:4326"
    assert str(found["sent"].dtype) == "datetime64[us, UTC]"


def test_empty_sensors_and_observations(catalog):
    assert catalog["live/sensors"].read().crs == "EPSG:4326"
    assert {"series", "title", "field", "value", "units", "time", "flag", "geometry"} <= set(
        catalog["live/sensors"].read()
    )
    assert list(catalog["live/observations"].read()) == ["series", "time", "value", "flag", "known"]


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_each_entry_has_its_kind(catalog, store, clock, name, kind):
    store.append([record(clock, kind=one, key=one) for one in KINDS.values()])
    assert catalog[name].read()["key"].tolist() == [kind]


def test_as_of_any_known_time(catalog, store, clock):
    entry, before = catalog["live/alerts"], clock.now()
    clock.move(timedelta(minutes=10))
    store.append([record(clock, title="Watch", severity=Severity.MINOR)])
    first = clock.now()
    clock.move(timedelta(minutes=10))
    store.append([record(clock, revision="2", title="Warning", severity=Severity.EXTREME)])
    assert entry.read()["title"].tolist() == ["Warning"]
    assert entry.read(as_of=first)["title"].tolist() == ["Watch"]
    assert entry.read(as_of=before)["title"].tolist() == []


def test_what_was_just_stored_is_read(catalog, store, clock):
    entry = catalog["live/alerts"]
    for number in range(5):
        store.append([record(clock, key=str(number))])
        assert len(entry.read()) == number + 1
        assert entry.state.kind == "fresh"


def test_an_unchanged_store_is_asked_once(catalog, store, clock, monkeypatch):
    store.append([record(clock)])
    entry = catalog["live/alerts"]
    entry.read()
    monkeypatch.setattr(Store, "frame", lambda *a, **k: pytest.fail("asked again"))
    assert len(entry.read()) == 1


def test_arguments_of_a_caller(catalog, store, clock):
    store.append(
        [
            record(clock, key="A", hazard="flood"),
            record(clock, key="B", hazard="storm", severity=Severity.SEVERE),
        ]
    )
    entry = catalog["live/alerts"]
    assert entry.read(hazard="flood")["key"].tolist() == ["A"]
    assert entry.read(severity=["Severe"])["key"].tolist() == ["B"]
    assert len(entry.read(bbox=(0, 0, 10, 10))) == 0
    assert len(entry.read(limit=1)) == 1
    assert len(entry.read(valid_at=clock.now() - timedelta(days=1))) == 0
    with pytest.raises(UnknownNameError, match="did you mean 'hazard'"):
        entry.read(hazrd="flood")


def test_a_store_of_months_gives_what_held_lately_unless_asked_for_more(catalog, store, clock):
    now = clock.now()
    ages = {"old": 200, "week": 7, "today": 0}
    for key, days in ages.items():
        sent = now - timedelta(days=days)
        store.append([record(clock, key=key, sent=sent, valid_from=sent, valid_to=sent + timedelta(hours=6))])
    long_ago = now - timedelta(days=300)
    store.append([record(clock, key="open", sent=long_ago, valid_from=long_ago, valid_to=None)])
    entry = catalog["live/alerts"]

    def keys(**asked):
        return set(entry.read(**asked)["key"])

    assert keys() == {"week", "today", "open"}
    assert keys(days=1) == {"today", "open"}
    assert keys(days=0) == {"old", "week", "today", "open"}
    then = now - timedelta(days=200)
    assert keys(during=(then, then + timedelta(hours=1))) == {"old", "open"}
    assert keys(valid_at=then + timedelta(hours=1)) == {"old", "open"}
    clock.move(timedelta(days=4))
    assert keys() == {"today", "open"}, "time alone moves the window"


def test_sensors_and_observations(catalog, store, clock):
    store.describe([Series("demo/gauge/G1", "Gauge 1", "water_level", "m", 100.0, 30.0, "flood", {})])
    times = [clock.now() - timedelta(hours=hours) for hours in (100, 50, 1)]
    store.observe([Observation("demo/gauge/G1", at, float(number)) for number, at in enumerate(times)])
    sensors = catalog["live/sensors"].read()
    assert sensors["value"].tolist() == [2.0]
    assert sensors.geometry.iloc[0].wkt == "POINT (100 30)"
    entry = catalog["live/observations"]
    assert entry.read()["value"].tolist() == [1.0, 2.0], "three days, as the catalog says"
    assert entry.read(hours=200)["value"].tolist() == [0.0, 1.0, 2.0]
    assert entry.read(series="demo/gauge/none")["value"].tolist() == []
    assert entry.read(start=times[0], end=times[1])["value"].tolist() == [0.0]
    clock.move(timedelta(hours=80))
    assert len(entry.read()) == 0, "three days from now, not from when it was read first"


def test_freshness_follows_the_feeds(catalog, store, clock):
    entry = catalog["live/alerts"]
    assert entry.freshness().kind == "unknown"
    store.heard(
        "a",
        feed="cap",
        ok=True,
        newest=clock.now(),
        cadence=timedelta(minutes=5),
        late_after=timedelta(minutes=20),
    )
    assert entry.freshness().kind == "ok"
    clock.move(timedelta(hours=1))
    assert entry.freshness().kind == "late"


def test_provenance_names_the_cursor(catalog, store, clock):
    before = catalog["live/alerts"].provenance()["cursor"]
    store.append([record(clock)])
    assert catalog["live/alerts"].provenance()["cursor"] > before


def test_without_a_store(clock):
    catalog = open_catalog(folder("catalogs") / "world", clock=clock)
    assert "live/alerts" in catalog
    with pytest.raises(NotReadyError, match="need a store"):
        catalog["live/alerts"].read()


def test_a_store_that_cannot_be_read_leaves_the_last_good_copy(catalog, store, clock, monkeypatch):
    store.append([record(clock)])
    entry = catalog["live/alerts"]
    entry.read()
    store.append([record(clock, key="B")])

    def broken(*args, **kwargs):
        raise OSError("disk gone")

    monkeypatch.setattr(Store, "frame", broken)
    assert len(entry.read()) == 1
    assert entry.state.kind == "last-good"
    assert entry.state.message == "disk gone"


def test_plain_intake_reads_live_entries_with_a_store(store, clock):
    store.append([record(clock)])
    theme = intake.open_catalog(str(folder("catalogs") / "shared" / "live.yml"))
    found = theme["alerts"].read(store=store)
    assert found["key"].tolist() == ["A"]
    assert isinstance(found["sent"].iloc[0], pd.Timestamp)
