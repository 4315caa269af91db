"""Copies: whole while others write, checked, and never over something else."""

import shutil
import sqlite3
import threading
from contextlib import closing

import pytest

from watchfloor.core.errors import StoreError
from watchfloor.store import Store


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


def test_a_restored_store_is_the_backup_and_the_old_one_is_kept_beside(tmp_path, clock, alert):
    path = tmp_path / "store.sqlite"
    with Store.open(path, clock=clock) as store:
        store.append([alert("first")])
        copy = store.backup(tmp_path / "backup.sqlite")
        store.append([alert("second")])
    with pytest.raises(StoreError, match="exists and is not replaced"):
        Store.restore(copy, path)
    with Store.open(path, clock=clock) as store:
        assert store.count() == 2
    Store.restore(copy, path, overwrite=True)
    with Store.open(path, clock=clock) as store:
        assert [item.key for item in store.records()] == ["first"]
        assert store.append([alert("third")]).stored == 1
    with Store.open(tmp_path / "store.sqlite.replaced-1", clock=clock, create=False) as old:
        assert old.count() == 2


def test_a_store_in_use_is_not_replaced(tmp_path, clock, alert):
    path = tmp_path / "store.sqlite"
    with Store.open(path, clock=clock) as store:
        copy = store.backup(tmp_path / "backup.sqlite")
        store.append([alert()])
        with pytest.raises(StoreError, match="locked"):
            Store.restore(copy, path, overwrite=True)
        assert store.append([alert("L")]).stored == 1
        assert store.count() == 2


def test_what_is_no_sound_backup_is_refused_and_changes_nothing(tmp_path, clock, alert):
    path = tmp_path / "store.sqlite"
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
            Store.restore(bad, tmp_path / "new.sqlite")
        assert not (tmp_path / "new.sqlite").exists()
        with pytest.raises(StoreError):
            Store.restore(bad, path, overwrite=True)
    with Store.open(path, clock=clock) as store:
        assert store.count() == 100
    assert not list(tmp_path.glob("*.part*"))
