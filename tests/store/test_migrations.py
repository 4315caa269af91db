"""Older files are brought up to date, newer ones refused."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from watchfloor.core.errors import StoreError
from watchfloor.store import Mark, Observation, Store, migrations

LAST = 1 + len(migrations.STEPS)
FIRST = Path(__file__).with_name("version1.sql")


@pytest.fixture
def old(tmp_path):
    """A file as the first version wrote it."""
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(FIRST.read_text())
        raw.execute("PRAGMA application_id=0x57464C52")
        raw.execute("PRAGMA user_version=1")
        raw.execute("PRAGMA journal_mode=WAL")
        raw.commit()
    return path


def add_note(connection):
    connection.exec_driver_sql("ALTER TABLE record ADD COLUMN note TEXT NOT NULL DEFAULT ''")


def version(path):
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("PRAGMA user_version").fetchone()[0]


def test_a_store_of_version_1_is_upgraded_with_its_data(old, clock, alert):
    assert version(old) == 1
    now = clock.now()
    with Store.open(old, clock=clock) as store:
        assert [item.key for item in store.records()] == ["K"]
        assert store.named("alert", "cap:a", "m1") == "K"
        assert store.observations(as_of=now)["value"].tolist() == [1.0, 2.0]
        assert store.observations()["value"].tolist() == [1.5, 2.0]
        assert store.journal.verify().ok
        assert [item.first for item in store.changes(0)] == [None] * 7
        clock.move(timedelta(hours=1))
        assert store.check() == []
        assert store.mark([Mark("g1", now, 4, 2, "spike")]).stored == 1
        assert store.observe([Observation("g1", now + timedelta(minutes=1), 3.0)]).stored == 1
        assert store.append([alert("L")]).stored == 1
        assert store.changes(7)[0].first == now
        assert store.check() == []
    assert version(old) == LAST
    with Store.open(old, clock=clock) as store:
        assert store.marks("g1")["flag"].tolist() == [2]


def test_a_further_step_is_taken_once(tmp_path, clock, alert, monkeypatch):
    path = tmp_path / "store.sqlite"
    with Store.open(path, clock=clock) as store:
        store.append([alert()])
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, add_note))
    for _ in range(2):
        with Store.open(path, clock=clock) as store:
            assert [item.key for item in store.records()] == ["K"]
            assert store.check() == []
            with store._database.read() as connection:
                assert connection.exec_driver_sql("SELECT note FROM record").scalars().all() == [""]
    assert version(path) == LAST + 1


def test_a_step_that_fails_leaves_the_old_version(tmp_path, clock, monkeypatch):
    path = tmp_path / "store.sqlite"
    Store.open(path, clock=clock).close()

    def broken(connection):
        add_note(connection)
        connection.exec_driver_sql("ALTER TABLE missing ADD COLUMN x TEXT")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
    with pytest.raises(StoreError, match="no such table"):
        Store.open(path, clock=clock)
    assert version(path) == LAST
    with closing(sqlite3.connect(path)) as raw:
        assert "note" not in [row[1] for row in raw.execute("PRAGMA table_info(record)")]


def test_a_newer_file_is_refused_with_the_way_out(tmp_path, clock):
    path = tmp_path / "store.sqlite"
    Store.open(path, clock=clock).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match=rf"version 99.*up to version {LAST}.*newer Watchfloor"):
        Store.open(path, clock=clock)


def test_steps_lead_to_the_tables_of_a_fresh_store(tmp_path, old, clock):
    """A released version's tables are kept as SQL beside this test; the steps make of them what a fresh store has."""

    def shape(path):
        Store.open(path, clock=clock).close()
        with closing(sqlite3.connect(path)) as raw:
            listed = raw.execute("SELECT type, name, tbl_name FROM sqlite_master").fetchall()
            columns = {
                name: [row[1:] for row in raw.execute(f'PRAGMA table_info("{name}")')]
                for kind, name, _ in listed
                if kind == "table"
            }
            ways = {
                name: raw.execute(f'PRAGMA index_xinfo("{name}")').fetchall()
                for kind, name, _ in listed
                if kind == "index"
            }
        return sorted(listed), columns, ways

    assert shape(old) == shape(tmp_path / "fresh.sqlite")


def test_another_programs_database_is_left_alone(tmp_path, clock):
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE mine (x)")
        raw.commit()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not made by Watchfloor"):
        Store.open(path, clock=clock)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
    assert len(path.read_bytes()) == len(before)
