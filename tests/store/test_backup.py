"""Copies: whole while others write, checked, and never over something else."""

import math
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from watchfloor.core.errors import StoreError
from watchfloor.store import Mark, Observation, Series, Store


def test_a_backup_made_while_others_write_is_a_whole_earlier_state(store, alert, tmp_path, clock):
    stop, started = threading.Event(), threading.Event()
    acknowledged = 0

    def write():
        nonlocal acknowledged
        while not stop.is_set():
            store.append([alert(f"{acknowledged}-{at}") for at in range(10)])
            store.journal.write("a", "b", str(acknowledged), {})
            acknowledged += 10
            started.set()

    thread = threading.Thread(target=write)
    thread.start()
    started.wait(10)
    least = acknowledged
    path = store.backup(tmp_path / "copies" / "backup.sqlite")
    stop.set()
    thread.join()
    with Store.open(path, clock=clock, create=False) as copy:
        assert least <= copy.count() <= acknowledged
        assert copy.count() % 10 == 0
        assert copy.journal.verify().ok
        assert copy.check() == []
    assert [item.name for item in path.parent.iterdir()] == ["backup.sqlite"]


def test_a_backup_is_never_written_over_a_file(store, tmp_path):
    path = tmp_path / "there"
    path.write_text("mine")
    with pytest.raises(StoreError, match="exists"):
        store.backup(path)
    assert path.read_text() == "mine"
    with pytest.raises(StoreError, match=r"cannot be written|unable to open"):
        store.backup("/proc/nothing/backup.sqlite")


def count_of(store):
    return sorted(item.key for item in store.records())


def aside_of(address):
    """Return where a store is kept that another one replaced."""
    if isinstance(address, Path):
        return address.with_name(address.name + ".replaced-1")
    return address + "_replaced_1"


def test_a_restored_store_is_the_backup_and_the_old_one_is_kept_beside(address, clock, alert, tmp_path):
    with Store.open(address, clock=clock) as store:
        store.append([alert("first")])
        store.journal.write("a", "b", "c", {})
        copy = store.backup(tmp_path / "copies" / "backup.sqlite")
        store.append([alert("second")])
    with pytest.raises(StoreError, match="is not replaced"):
        Store.restore(copy, address)
    with Store.open(address, clock=clock) as store:
        assert store.count() == 2
    Store.restore(copy, address, overwrite=True)
    with Store.open(address, clock=clock) as store:
        assert count_of(store) == ["first"]
        assert store.append([alert("third")]).stored == 1
        assert store.quarantine("f", "r", b"x").seq == 1
        assert store.journal.write("a", "b", "c", {}).seq == 2
        assert store.check() == []
    with Store.open(aside_of(address), clock=clock, create=False) as old:
        assert old.count() == 2
        assert old.check() == []


def test_a_store_in_use_is_not_replaced(address, clock, alert, tmp_path):
    with Store.open(address, clock=clock) as store:
        copy = store.backup(tmp_path / "copies" / "backup.sqlite")
        store.append([alert()])
        with pytest.raises(StoreError, match=r"locked|in use"):
            Store.restore(copy, address, overwrite=True)
        assert store.append([alert("L")]).stored == 1
        assert store.count() == 2


def test_a_backup_of_one_kind_of_database_is_restored_to_the_other(address, server, tmp_path, clock, alert):
    """All tables, all types: what comes out is what went in, and life goes on."""
    now = clock.now()
    point = {"type": "Point", "coordinates": [1.25, -2.5]}
    with Store.open(address, clock=clock) as store:
        store.append(
            [alert("A", geometry=point, body={"a": [1, None, "\0", {"b": 0.1}], "names": ["m1"]}), alert("B")]
        )
        store.describe([Series("g", "Gauge 标题", "water_level", "m", 10.0, 50.0, "flood", {"warn": 3})])
        store.observe([Observation("g", now, 1 / 3), Observation("h", now, math.nan, 9)])
        clock.move(timedelta(minutes=1))
        store.observe([Observation("g", now, 1e300)])
        store.mark([Mark("g", now, 5, 2, "spike")])
        store.journal.write("li.wei", "acknowledge", "alert/A", {"note": "已读"})
        store.heard("nws", feed="nws", ok=True, cadence=timedelta(1), late_after=timedelta(1))
        store.quarantine("nws", "bad", b"\0\xff")
        name = store.keep(b"<raw/>" * 100)
        copy = store.backup(tmp_path / "copies" / "backup.sqlite")
        before = told(store)
        target = server.url() if isinstance(address, Path) else tmp_path / "other.sqlite"
        Store.restore(copy, target)
    with Store.open(target, clock=clock, create=False) as other:
        assert told(other) == before
        assert other.raw(name) == b"<raw/>" * 100
        assert other.named("alert", "cap:a", "m1") == "A"
        assert other.check() == []
        assert other.journal.verify().ok
        assert other.append([alert("A"), alert("B"), alert("C")]).stored == 1
        assert other.observe([Observation("g", now, 1 / 3), Observation("new", now, 1.0)]).stored == 1
        assert other.journal.write("a", "b", "c", {}).seq == 2
        assert other.quarantine("nws", "worse", b"x").seq == 2
        assert other.check() == []


def told(store):
    """Return all that a store says."""
    return (
        store.records(latest=False),
        store.observations(latest=False).to_csv(),
        store.latest().to_csv(),
        store.series().to_csv(),
        store.marks().to_csv(),
        store.journal.entries(),
        store.feeds(),
        store.quarantined(),
        store.changes(0),
        store.meta("store.id"),
    )


def test_what_is_no_sound_backup_is_refused_and_changes_nothing(address, tmp_path, clock, alert, elsewhere):
    path = address
    with Store.open(path, clock=clock) as store:
        store.append([alert(str(at), body={"text": "x" * 3000}) for at in range(100)])
        store.journal.write("a", "b", "c", {})
        copy = store.backup(tmp_path / "backup.sqlite")
    forged = tmp_path / "forged.sqlite"
    shutil.copyfile(copy, forged)
    with closing(sqlite3.connect(forged)) as raw:
        raw.execute("DROP TRIGGER journal_no_update")
        raw.execute("UPDATE journal SET actor='someone'")
        raw.commit()
    torn = tmp_path / "torn.sqlite"
    torn.write_bytes(copy.read_bytes()[: 4096 * 40])
    text = tmp_path / "text.sqlite"
    text.write_text("no database at all " * 500)
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    for bad in (forged, torn, text, empty, tmp_path / "none.sqlite"):
        with pytest.raises(StoreError):
            Store.restore(bad, elsewhere)
        with pytest.raises(StoreError, match="no store"):
            Store.open(elsewhere, create=False)
        with pytest.raises(StoreError):
            Store.restore(bad, path, overwrite=True)
    with Store.open(path, clock=clock) as store:
        assert store.count() == 100
    assert not list(tmp_path.glob("*.part*"))
