"""Older files are brought up to date, newer ones refused."""

import sqlite3
from contextlib import closing

import pytest

from watchfloor.core.errors import StoreError
from watchfloor.store import Store, migrations


def add_note(connection):
    connection.exec_driver_sql("ALTER TABLE record ADD COLUMN note TEXT NOT NULL DEFAULT ''")


def version(path):
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("PRAGMA user_version").fetchone()[0]


def test_a_store_of_version_1_is_upgraded_with_its_data(tmp_path, clock, alert, monkeypatch):
    path = tmp_path / "store.sqlite"
    with Store.open(path, clock=clock) as store:
        store.append([alert()])
        store.journal.write("a", "b", "c", {})
    assert version(path) == 1
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, add_note))
    with Store.open(path, clock=clock) as store:
        assert [item.key for item in store.records()] == ["K"]
        assert store.check() == []
        with store._database.read() as connection:
            assert connection.exec_driver_sql("SELECT note FROM record").scalars().all() == [""]
    assert version(path) == 2


def test_a_step_that_fails_leaves_the_old_version(tmp_path, clock, monkeypatch):
    path = tmp_path / "store.sqlite"
    Store.open(path, clock=clock).close()

    def broken(connection):
        add_note(connection)
        connection.exec_driver_sql("ALTER TABLE missing ADD COLUMN x TEXT")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
    with pytest.raises(StoreError, match="no such table"):
        Store.open(path, clock=clock)
    assert version(path) == 1
    with closing(sqlite3.connect(path)) as raw:
        assert "note" not in [row[1] for row in raw.execute("PRAGMA table_info(record)")]


def test_a_newer_file_is_refused_with_the_way_out(tmp_path, clock):
    path = tmp_path / "store.sqlite"
    Store.open(path, clock=clock).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match=r"version 99.*up to version 1.*newer Watchfloor"):
        Store.open(path, clock=clock)


def test_steps_lead_to_the_tables_of_a_fresh_store(tmp_path, clock):
    """Each released version's tables are kept here as SQL; a step must make of them what a fresh store has."""
    path = tmp_path / "store.sqlite"
    Store.open(path, clock=clock).close()
    assert version(path) == 1, "keep the SQL of version 1 beside this test, and upgrade it here"


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
