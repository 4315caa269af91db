"""The inbox: whole files only, moved where one finds them, with the reason beside."""

import json
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from watchfloor.core.clock import FixedClock, monotonic
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect import Inbox
from watchfloor.store import Store

GOOD = json.dumps(
    {
        "type": "Feature",
        "id": "a",
        "geometry": {"type": "Point", "coordinates": [110, 25]},
        "properties": {"title": "Levee seeps"},
    }
).encode()


@pytest.fixture
def inbox(store: Store, clock: FixedClock, tmp_path: Path) -> Inbox:
    made = Inbox(store, tmp_path / "inbox", clock, settle=timedelta(0))
    made.scan()
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_taken_in_and_moved(inbox: Inbox, store: Store) -> None:
    (inbox.folder / "report.geojson").write_bytes(GOOD)
    [receipt] = inbox.scan()
    assert (receipt.feed, receipt.stored) == ("geojson", 1)
    assert names(inbox.folder) == ["done", "rejected"]
    assert names(inbox.folder / "done") == ["report.geojson"]
    assert (inbox.folder / "done/report.geojson").read_bytes() == GOOD
    assert inbox.scan() == []
    assert store.feeds() == []  # a folder in which nothing is put is not late


def test_the_same_file_again(inbox: Inbox, store: Store) -> None:
    for _ in range(3):
        (inbox.folder / "report.geojson").write_bytes(GOOD)
        inbox.scan()
    assert store.count() == 1
    assert names(inbox.folder / "done") == ["report-2.geojson", "report-3.geojson", "report.geojson"]


def test_what_cannot_be_read_is_rejected_with_the_reason(inbox: Inbox, store: Store) -> None:
    (inbox.folder / "noise.csv").write_bytes(b"\xff\xfe\xfa\x00")
    (inbox.folder / "unknown.bin").write_bytes(b"\x00\x01")
    inbox.scan()
    assert names(inbox.folder / "rejected") == [
        "noise.csv",
        "noise.csv.reason.txt",
        "unknown.bin",
        "unknown.bin.reason.txt",
    ]
    assert "No feed recognises" in (inbox.folder / "rejected/unknown.bin.reason.txt").read_text(
        encoding="utf-8"
    )
    assert len(store.quarantined()) == 2


def test_a_file_that_is_partly_good_is_done_with_a_note(inbox: Inbox, store: Store) -> None:
    (inbox.folder / "g.csv").write_bytes(b"series,time,value\ng,2026-06-01T10:00:00Z,1\ng,noon,2\n")
    inbox.scan()
    assert names(inbox.folder / "done") == ["g.csv", "g.csv.reason.txt"]
    assert "'noon' is not a time" in (inbox.folder / "done/g.csv.reason.txt").read_text(encoding="utf-8")
    assert len(store.observations()) == 1


def test_a_file_that_still_grows_is_left(
    store: Store, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("watchfloor.feeds.collect.inbox.monotonic", lambda: now[0])
    inbox = Inbox(store, tmp_path / "inbox", clock, settle=timedelta(seconds=2))
    inbox.scan()
    path = inbox.folder / "g.csv"
    path.write_bytes(b"series,time,value\n")
    assert inbox.scan() == []
    now[0] += 3
    with path.open("ab") as file:
        file.write(b"g,2026-06-01T10:00:00Z,1\n")
    assert inbox.scan() == []  # it has changed since
    now[0] += 1
    assert inbox.scan() == []
    now[0] += 1.5
    [receipt] = inbox.scan()
    assert receipt.observations == 1


def test_links_folders_and_pipes_are_left_alone(inbox: Inbox, store: Store, tmp_path: Path) -> None:
    secret = tmp_path / "secret.geojson"
    secret.write_bytes(GOOD)
    (inbox.folder / "link.geojson").symlink_to(secret)
    (inbox.folder / "folder").mkdir()
    os.mkfifo(inbox.folder / "pipe.csv")
    for _ in range(2):
        assert inbox.scan() == []
    assert store.count() == 0
    assert set(inbox.ignored) == {"link.geojson", "folder", "pipe.csv"}
    assert {item.where for item in store.quarantined()} == set(inbox.ignored)
    assert secret.exists()


def test_unfinished_names_are_left(inbox: Inbox) -> None:
    for name in (".hidden.csv", "a.csv.part", "b.tmp", "c.csv~"):
        (inbox.folder / name).write_bytes(b"series,time,value\n")
    assert inbox.scan() == []
    assert inbox.ignored == {}


def test_too_large_is_rejected_unread(inbox: Inbox) -> None:
    limit = max(reader.limit for reader in FEEDS.usable().values())
    with (inbox.folder / "large.csv").open("wb") as file:
        file.truncate(limit + 1)
    [receipt] = inbox.scan()
    assert not receipt.ok
    assert receipt.raw == ""
    assert "at most" in (inbox.folder / "rejected/large.csv.reason.txt").read_text(encoding="utf-8")


def test_names_stay_inside(inbox: Inbox) -> None:
    (inbox.folder / "a\n\x1b[31m<b>$(x).geojson").write_bytes(GOOD)
    inbox.scan()
    [name] = names(inbox.folder / "done")
    assert name.isprintable()
    assert not set(name) & set("<>$()\n\x1b/")


def test_a_file_that_cannot_be_moved_is_not_read_for_ever(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "rename", fail)
    (inbox.folder / "report.geojson").write_bytes(GOOD)
    assert len(inbox.scan()) == 1
    assert inbox.scan() == []


def test_run_stops_at_once(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    inbox = Inbox(store, tmp_path / "inbox", clock, settle=timedelta(0), poll=timedelta(milliseconds=20))
    stop = threading.Event()
    thread = threading.Thread(target=inbox.run, args=(stop,))
    thread.start()
    end = monotonic() + 10
    while not (inbox.folder / "done").exists() and monotonic() < end:
        stop.wait(0.01)
    (inbox.folder / "report.geojson").write_bytes(GOOD)
    while not store.count() and monotonic() < end:
        stop.wait(0.01)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert store.count() == 1
