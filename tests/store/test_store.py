"""Opening, guarding and sharing a store."""

import gc
import os
import sqlite3
import stat
import threading
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from watchfloor.core.errors import SettingsError, StoreError
from watchfloor.store import Observation, Store
from watchfloor.store.tables import APPEND_ONLY

MINUTE = timedelta(minutes=1)


def test_a_store_opens_by_path_text_and_url_and_keeps_what_it_has(tmp_path, clock, alert):
    path = tmp_path / "deep" / "store.sqlite"
    with Store.open(path, clock=clock) as store:
        store.append([alert()])
    for way in (str(path), f"sqlite:///{path}"):
        with Store.open(way, clock=clock) as store:
            assert store.count() == 1
            assert store.path == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_no_address_of_a_store_is_refused(tmp_path):
    for url in ("mysql+pymysql://a/b", "://", "sqlite+x://"):
        with pytest.raises(SettingsError, match="sqlite:///"):
            Store.open(url)
    with pytest.raises(StoreError, match="no store"):
        Store.open(tmp_path / "none.sqlite", create=False)
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open("/proc/nothing/store.sqlite")


def test_a_damaged_file_is_named_with_the_way_out(tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is no database, " * 100)
    with pytest.raises(StoreError, match="restore a backup"):
        Store.open(path)


def test_memory_stores_are_apart_and_shared_by_threads(clock, alert):
    with Store.open(":memory:", clock=clock) as one, Store.open(":memory:", clock=clock) as two:
        threads = [threading.Thread(target=one.append, args=([alert(str(at))],)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (one.count(), two.count()) == (8, 0)


def test_every_table_refuses_update_delete_and_replace(store, alert, clock, raw):
    store.append([alert()])
    store.observe([Observation("a", clock.now(), 1.0)])
    store.journal.write("a", "b", "c", {})
    with raw() as other:
        for table in APPEND_ONLY:
            if not other.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]:
                continue
            column = next(iter(table.columns)).name
            with pytest.raises(other.refused, match="append-only"):
                other.execute(f'UPDATE "{table.name}" SET "{column}" = "{column}"')
            with pytest.raises(other.refused, match="append-only"):
                other.execute(f'DELETE FROM "{table.name}"')
            if not other.file:
                with pytest.raises(other.refused, match="append-only"):
                    other.execute(f'TRUNCATE "{table.name}" CASCADE')
                other.execute("SET session_replication_role = replica")
                with pytest.raises(other.refused, match="append-only"):
                    other.execute(f'DELETE FROM "{table.name}"')
                other.execute("RESET session_replication_role")
    change = (
        "REPLACE INTO observation SELECT series_id, time, revision, known, 9, 9 FROM observation"
        if store.path
        else "UPDATE observation SET value = 9"
    )
    with (
        pytest.raises(StoreError, match="store a new revision instead"),
        store._database.write() as connection,
    ):
        connection.exec_driver_sql(change)
    assert store.observations("a")["value"].tolist() == [1.0]


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_connection_is_set_as_promised(store):
    with store._database.read() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}


def test_a_write_waits_for_another_process_and_then_says_who_is_to_blame(address, clock, alert, holding):
    with Store.open(address, clock=clock, wait=timedelta(milliseconds=200)) as store:
        with holding():
            with pytest.raises(StoreError, match="Nothing of this write was stored"):
                store.append([alert()])
            assert store.records() == [], "readers go on"
        assert store.append([alert()]).stored == 1


def test_a_store_opens_and_is_read_while_another_process_writes_for_long(
    store, clock, alert, address, holding
):
    store.append([alert()])
    with holding(), Store.open(address, clock=clock, wait=timedelta(milliseconds=50)) as second:
        assert second.count() == 1
        assert second.set_meta("store.id", "other", once=True) == store.meta("store.id")


def test_a_write_asks_for_the_lock_first_so_that_it_waits_instead_of_failing(store, clock, alert, holding):
    """A deferred transaction that has read fails at once when another one wrote in between."""
    began, go = threading.Event(), threading.Event()

    def other():
        with holding() as connection:
            began.set()
            go.wait(5)
            connection.exec_driver_sql("INSERT INTO meta (known, key, value) VALUES (0, 'other', 'here')")

    thread = threading.Thread(target=other)
    thread.start()
    began.wait(5)
    threading.Timer(0.2, go.set).start()
    assert store.append([alert()]).stored == 1
    thread.join()
    assert store.meta("other") == "here"


def test_a_store_that_is_closed_leaves_no_connection_open(store):
    used = []
    event.listen(store._database.engine, "checkout", lambda raw, *_: used.append(raw))
    with store._database.read():
        store.close()
    assert store.cursor() == 0, "who comes late is still answered"
    assert len(used) == 2
    for raw in used:
        with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
            raw.cursor().execute("SELECT 1")


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing_that_was_acknowledged(store, alert, clock):
    store.append([alert("before")])
    with store._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    # one pooled connection is in use at a time here, so that the limit holds for the next write
    with store._database.read() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 3}")
    with pytest.raises(StoreError, match=r"disk is full.*free some space, then send it again"):
        store.append([alert(str(at), body={"text": "x" * 5000}) for at in range(100)])
    assert [item.key for item in store.records()] == ["before"]
    with store._database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    assert store.append([alert("after")]).stored == 1
    assert store.check() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser writes read-only files")
def test_a_read_only_file_is_named_with_the_way_out(tmp_path, clock, alert):
    path = tmp_path / "store.sqlite"
    Store.open(path, clock=clock).close()
    path.chmod(0o400)
    with pytest.raises(StoreError, match="who owns it"):
        Store.open(path, clock=clock)


def test_readers_in_threads_see_whole_batches_while_others_write(store, alert):
    wrong: list[str] = []
    stop = threading.Event()

    def read():
        while not stop.is_set():
            records = store.records("alert")
            if len(records) % 10:
                wrong.append(f"{len(records)} records: half a batch")
            if len(store.changes(0)) < len(records):
                wrong.append("a record without its change")

    def write(worker):
        for batch in range(10):
            store.append([alert(f"{worker}-{batch}-{at}") for at in range(10)])

    readers = [threading.Thread(target=read) for _ in range(4)]
    writers = [threading.Thread(target=write, args=(worker,)) for worker in range(3)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert store.count() == 300
    cursors = [item.cursor for item in store.changes(0)]
    assert cursors == list(range(1, 301))


def test_known_times_follow_the_order_of_the_commits_from_several_threads(address, alert):
    with Store.open(address) as store:
        threads = [
            threading.Thread(target=lambda w=w: [store.append([alert(f"{w}-{at}")]) for at in range(20)])
            for w in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        known = [item.known for item in store.changes(0)]
        assert known == sorted(known)
        assert len(known) == 80


def test_check_finds_rows_that_were_removed_and_guards_that_are_gone(store, alert, clock, raw):
    store.append([alert(), alert("L")])
    store.observe([Observation("a", clock.now(), 1.0)])
    assert store.check() == []
    with raw() as other:
        other.unguard("record")
        other.execute("DELETE FROM record WHERE key='L'")
    problems = " ".join(store.check())
    assert "guard against DELETE on record is missing" in problems
    assert "2 rows of record were stored and 1 are there" in problems


def test_check_finds_a_clock_that_went_back(store, alert, clock):
    store.append([alert()])
    clock.move(-timedelta(days=1))
    assert any("the clock went back" in problem for problem in store.check())


def test_check_finds_a_damaged_file(tmp_path, clock, alert):
    path = tmp_path / "store.sqlite"
    with Store.open(path, clock=clock) as store:
        store.append([alert(str(at), body={"text": "x" * 3000}) for at in range(200)])
    data = bytearray(path.read_bytes())
    for at in range(4096 * 60, 4096 * 62):
        data[at] ^= 0xFF
    path.write_bytes(data)
    with Store.open(path, clock=clock) as store:
        problems = store.check()
    assert problems
    assert "restore" in " ".join(problems).lower()


def test_a_forgotten_store_leaves_no_open_file_behind(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = Store.open(path)
    store.cursor()
    opened = [link for link in Path("/proc/self/fd").iterdir() if link.exists() and link.resolve() == path]
    assert opened
    del store, opened
    gc.collect()
    assert not [link for link in Path("/proc/self/fd").iterdir() if link.exists() and link.resolve() == path]


def test_a_reader_sees_one_snapshot_whatever_others_commit_meanwhile(store, alert, address, clock):
    store.append([alert("A")])
    with store._database.read() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one()
        with Store.open(address, clock=clock) as other:
            other.append([alert("B")])
        again = connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one()
    assert (first, again, store.count()) == (1, 1, 2)
