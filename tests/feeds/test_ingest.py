"""The one path from bytes to the store: whole or not yet, once, and no bad part costs a good one."""

import json
import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import InvalidInputError, StoreError, UnknownNameError
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS, Context, Parsed
from watchfloor.feeds.collect import ingest, ingest_file, sniff
from watchfloor.feeds.usgs import USGS
from watchfloor.store import Record, Store


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(key: str, **properties: Any) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [110.3, 25.2]}
    said = {"title": f"Report {key}", "time": "2026-06-01T11:00:00Z"} | properties
    return {"type": "Feature", "id": key, "geometry": place, "properties": said}


def test_receipt_and_store_agree(store: Store) -> None:
    data = collection(feature("a"), feature("b", time="noon"), feature("c"))
    receipt = ingest(store, "geojson", data, "reports")
    assert (receipt.stored, receipt.duplicates, receipt.rejected, receipt.ok) == (2, 0, 1, True)
    assert store.raw(receipt.raw) == data
    assert {record.key for record in store.records()} == {"a", "c"}
    assert all(record.raw == receipt.raw for record in store.records())
    [aside] = store.quarantined()
    assert (aside.where, aside.source) == ("features[1]", "reports")
    assert "noon" in aside.reason
    assert json.loads(aside.data)["id"] == "b"
    [state] = store.feeds()
    assert (state.source, state.feed, state.failures) == ("reports", "geojson", 0)
    assert state.newest == parse_time("2026-06-01T11:00:00Z")


def test_the_same_document_again_changes_nothing(store: Store) -> None:
    data = collection(feature("a"), feature("b", time="noon"))
    ingest(store, "geojson", data, "reports")
    for _ in range(3):
        again = ingest(store, "geojson", data, "reports")
        assert (again.stored, again.duplicates) == (0, 1)
    assert len(store.records(latest=False)) == 1
    assert len(store.quarantined()) == 1


def test_real_file_twice(realdata, store: Store) -> None:
    data = realdata("earthquakes/npm__vega-datasets/earthquakes.json").read_bytes()
    assert ingest(store, None, data, "usgs").stored == 1707
    assert ingest(store, None, data, "usgs").duplicates == 1707
    assert store.count() == 1707


def test_known_is_when_it_came(store: Store, clock: FixedClock) -> None:
    early = clock.now() - timedelta(hours=3)
    ingest(store, "geojson", collection(feature("a", time="2026-06-01T08:00:00Z")), "reports", early)
    ingest(store, "geojson", collection(feature("b")), "reports")
    assert {record.key: record.known for record in store.records()} == {"a": early, "b": clock.now()}
    assert [record.key for record in store.records(as_of=clock.now() - timedelta(hours=1))] == ["a"]


def test_out_of_order_finds_its_place(store: Store) -> None:
    late = collection(feature("a", updated="2026-06-01T11:30:00Z", title="Later"))
    early = collection(feature("a", updated="2026-06-01T11:10:00Z", title="Earlier"))
    ingest(store, "geojson", late, "reports")
    ingest(store, "geojson", early, "reports")
    [latest] = store.records()
    assert latest.title == "Later"
    assert len(store.history(latest.kind, latest.source, "a")) == 2


@pytest.mark.parametrize(
    ("ahead", "taken"),
    [(timedelta(minutes=4), True), (timedelta(minutes=6), False), (timedelta(days=3650), False)],
)
def test_clock_skew(ahead: timedelta, taken: bool, store: Store, clock: FixedClock) -> None:
    at = (clock.now() + ahead).isoformat()
    receipt = ingest(store, "geojson", collection(feature("a", time=at), feature("b")), "reports")
    assert receipt.stored == 1 + taken
    assert (not taken) == any("Clock skew" in reason for reason in receipt.reasons)
    numbers = ingest(
        store, "table", f"series,time,value\ng,{at},1\ng,2026-06-01T11:00:00Z,1\n".encode(), "gauges"
    )
    assert numbers.observations == 1 + taken


def test_what_a_floor_does_not_accept_goes_to_quarantine(store: Store) -> None:
    def accept(record: Record) -> str | None:
        return "Actual alerts belong on another floor." if record.status is Status.ACTUAL else None

    data = collection(feature("a"), feature("b", status="Exercise"))
    receipt = ingest(store, "geojson", data, "reports", accept=accept)
    assert (receipt.stored, receipt.rejected) == (1, 1)
    assert "another floor" in store.quarantined()[0].reason


def test_a_feed_that_fails_costs_only_its_document(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: USGS, data: bytes, context: Context) -> Parsed:
        raise ZeroDivisionError("of the feed")

    monkeypatch.setattr(USGS, "parse", fail)
    receipt = ingest(store, "usgs", b"{}", "usgs")
    assert not receipt.ok
    assert "ZeroDivisionError" in receipt.reasons[0]
    assert store.quarantined()[0].data == b"{}"
    assert store.feeds()[0].failures == 1
    assert ingest(store, "geojson", collection(feature("a")), "reports").stored == 1


def test_one_record_that_cannot_be_written_costs_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Store.append

    def append(self: Store, records: Any, known: Any = None) -> Any:
        items = list(records)
        if any(item.key == "b" for item in items):
            raise InvalidInputError("b cannot be written down.")
        return whole(self, items, known)

    monkeypatch.setattr(Store, "append", append)
    receipt = ingest(store, "geojson", collection(feature("a"), feature("b"), feature("c")), "reports")
    assert (receipt.stored, receipt.rejected) == (2, 1)


def test_a_store_that_fails_takes_nothing_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise StoreError("The disk is full.")

    data = collection(feature("a"), feature("b", time="noon"))
    monkeypatch.setattr(Store, "heard", fail)
    with pytest.raises(StoreError):
        ingest(store, "geojson", data, "reports")
    assert store.count() == 0
    assert store.quarantined() == []
    monkeypatch.undo()
    assert ingest(store, "geojson", data, "reports").stored == 1


def test_too_large_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FEEDS["geojson"], "limit", 100)
    receipt = ingest(store, "geojson", collection(feature("a")), "reports")
    assert not receipt.ok
    assert receipt.raw == ""
    assert "at most 100" in store.quarantined()[0].reason


def test_a_file_of_a_hundred_megabytes_is_not_read(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    tracemalloc.start()
    receipt = ingest_file(store, path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 1024 * 1024
    assert not receipt.ok
    assert "104,857,600 bytes" in receipt.reasons[0]
    assert receipt.raw == ""


def test_files(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "reports.geojson"
    path.write_bytes(collection(feature("a")))
    receipt = ingest_file(store, path)
    assert (receipt.feed, receipt.stored, receipt.source) == ("geojson", 1, "file:reports.geojson")
    assert store.feeds() == []  # a file that came once is never late
    link = tmp_path / "link.geojson"
    link.symlink_to(path)
    with pytest.raises(InvalidInputError, match="Links are not followed"):
        ingest_file(store, link)
    with pytest.raises(InvalidInputError, match="no regular file"):
        ingest_file(store, tmp_path)
    with pytest.raises(InvalidInputError, match="cannot be opened"):
        ingest_file(store, tmp_path / "none.csv")


def test_many_rejected_parts_are_counted_not_listed(store: Store) -> None:
    rows = "".join(f"g,noon-{n},1\n" for n in range(5000))
    receipt = ingest(store, "table", f"series,time,value\n{rows}".encode(), "gauges")
    assert receipt.rejected == 5000
    aside = store.quarantined()
    assert len(aside) == 101
    assert "4,900 more parts" in aside[0].reason


def test_unknown_feed_and_unknown_bytes(store: Store) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'geojson'"):
        ingest(store, "geojsn", b"{}", "reports")
    receipt = ingest(store, None, b"\x00\x01 nothing", "reports", name="x.bin")
    assert "No feed recognises the file 'x.bin'" in receipt.reasons[0]
    assert store.quarantined()[0].data == b"\x00\x01 nothing"


def test_sniff_prefers_who_knows_the_source() -> None:
    data = b'{"type":"FeatureCollection","metadata":{"url":"https://earthquake.usgs.gov/x"},"features":[]}'
    assert sniff(data) == "usgs"
    assert sniff(b'{"type":"FeatureCollection","features":[]}') == "geojson"


def test_real_sources_are_actual_wherever_they_come(store: Store) -> None:
    """A drill's inbox must not turn a real fire into an exercise; a drill's own invented fire is one."""
    fire = b"latitude,longitude,acq_date,acq_time,satellite,confidence,version\n25.1,110.2,2026-06-01,%d,N,n,2.0NRT\n"
    ingest(store, None, fire % 1101, "inbox", status=Status.EXERCISE)
    ingest(store, None, fire % 1102, "story", status=Status.EXERCISE, invented=True)
    assert [record.status for record in reversed(store.records())] == [Status.ACTUAL, Status.EXERCISE]
    ingest(store, None, collection(feature("a")), "inbox", status=Status.EXERCISE)
    assert store.records("report")[0].status is Status.EXERCISE
