"""The archive: what is moved is read as if it were not, and nothing is lost or doubled on the way."""

import contextlib
import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.errors import StoreError
from watchfloor.store import Mark, Moved, Observation, Series, Store
from watchfloor.store.moving import Mover

ARCHIVER = Path(__file__).with_name("archiver.py")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SPRING = parse_time("2026-03-15T00:00:00Z")


@pytest.fixture
def open_store(address, tmp_path, clock):
    """Return a function that opens the store with its archive."""
    return lambda **more: Store.open(address, clock=clock, archive=tmp_path / "old", **more)


@pytest.fixture
def filled(open_store, clock):
    """A store with three months of four series, learned as they were measured, with corrections."""
    with open_store() as store:
        clock.move(SPRING)
        store.describe([Series("demo/a", "Gauge", "water_level", "m", 10.0, 50.0)])
        with store.batch():
            for day in range(78):
                at = SPRING + day * DAY
                clock.move(at + HOUR)
                batch = [
                    Observation(name, at, float(day), 0) for name in ("demo/a", "demo/b", "nwis:1", "bare")
                ]
                if day == 70:
                    batch = batch[:1]  # the others fall silent
                store.observe([item for item in batch if day < 70 or item.series == "demo/a"])
                if day % 9 == 0:
                    store.observe(
                        [Observation("demo/a", at - DAY, math.nan, 9), Observation("demo/b", at, -1.0, 3)]
                    )
        clock.move(parse_time("2026-06-01T12:00:00Z"))
        store.mark([Mark("demo/a", SPRING, 1, 2)])
        yield store


def answers(store):
    """Return what the store says to many questions."""
    times = [None, SPRING + 20 * DAY, SPRING + 40 * DAY + 2 * HOUR]
    found = {}
    for as_of in times:
        found["latest", as_of] = store.latest(as_of)
        found["series", as_of] = store.series(as_of)
        found["marks", as_of] = store.marks(as_of=as_of)
        for names in (None, "demo/a", ["bare", "nwis:1"], "none"):
            for start, end in (
                (None, None),
                (SPRING + 10 * DAY, SPRING + 60 * DAY),
                (SPRING + 16 * DAY, None),
            ):
                for latest in (True, False):
                    key = (str(names), start, end, as_of, latest)
                    found[key] = store.observations(names, start, end, as_of, latest=latest)
    return found


def same(one, other):
    assert one.keys() == other.keys()
    for key, table in one.items():
        pd.testing.assert_frame_equal(table, other[key], obj=str(key))


def rows(store):
    with store._database.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM observation").scalar_one()


def test_what_is_moved_is_read_as_if_it_were_not(filled, open_store, clock, tmp_path):
    before, there, cursor = answers(filled), rows(filled), filled.cursor()
    moved = filled.archive(clock.now() - 10 * DAY, actor="op")
    # April goes, and what of March there is; May is not over for all of ten days.
    assert moved.files == 6
    assert 0 < rows(filled) == there - moved.rows
    assert len(list((tmp_path / "old").rglob("*.parquet"))) == 6
    same(before, answers(filled))
    assert filled.check() == []
    entries = filled.journal.entries(action="archive")
    assert [entry.actor for entry in entries] == ["op"] * 6
    assert sum(entry.detail["rows"] for entry in entries) == moved.rows
    assert {change.table for change in filled.changes(cursor)} == {"journal"}
    assert filled.archive(clock.now() - 10 * DAY, actor="op") == Moved()
    more = filled.archive(clock.now(), actor="op")
    assert more.rows == there - moved.rows
    assert rows(filled) == 0
    same(before, answers(filled))
    with open_store() as other:
        same(before, answers(other))
        assert other.check() == []


def test_a_file_is_sorted_compressed_and_speaks_for_itself(filled, clock, tmp_path):
    filled.archive(clock.now(), actor="op")
    path = next((tmp_path / "old" / "2026" / "04").glob("demo-*.parquet"))
    table = pq.read_table(path)
    assert table.column_names == ["series", "series_id", "time", "revision", "value", "flag", "known"]
    frame = table.to_pandas()
    assert frame["series"].unique().tolist() == ["demo/a", "demo/b"]
    assert frame.equals(frame.sort_values(["series_id", "time", "revision"], kind="stable"))
    assert (frame["time"].dt.month == 4).all()
    assert pq.ParquetFile(path).metadata.row_group(0).column(4).compression == "ZSTD"
    assert not list((tmp_path / "old").rglob("*.part"))


def test_late_data_for_an_archived_time_find_their_place(filled, clock, open_store):
    filled.archive(clock.now(), actor="op")
    at = SPRING + 5 * DAY
    every = filled.observations("demo/b", at, at + HOUR, latest=False)
    assert every["value"].tolist() == [5.0]
    again = filled.observe(
        [Observation("demo/b", at, 5.0, 0), Observation("demo/a", SPRING + 8 * DAY, math.nan, 9)]
    )
    assert (again.stored, again.duplicates) == (0, 2)
    assert rows(filled) == 0
    late = [
        Observation("demo/b", at, 6.0, 0),
        Observation("demo/b", at, 5.0, 0),
        Observation("demo/b", at, 7.0, 0),
    ]
    assert filled.observe(late).stored == 2
    assert filled.observe(late).stored == 0
    assert filled.observe([Observation("demo/b", at + HOUR, 1.0)]).stored == 1
    assert filled.observations("demo/b", at, at + DAY, latest=False)["value"].tolist() == [5.0, 6.0, 7.0, 1.0]
    assert filled.observations("demo/b", at, at + DAY)["value"].tolist() == [7.0, 1.0]
    assert filled.observations("demo/b", at, at + DAY, as_of=at + DAY)["value"].tolist() == [5.0]
    assert filled.latest().loc["demo/b", "time"] == SPRING + 72 * DAY, "late data do not become the newest"
    before = answers(filled)
    assert filled.archive(clock.now(), actor="op") == Moved(), "few late rows wait for company"
    moved = filled.archive(clock.now(), actor="op", few=0)
    assert (moved.rows, moved.files, rows(filled)) == (3, 1, 0)
    same(before, answers(filled))
    assert filled.observe(late).stored == 0
    assert filled.observe([Observation("demo/b", at, 8.0, 0)]).stored == 1
    assert filled.observations("demo/b", at, at + HOUR, latest=False)["value"].tolist() == [
        5.0,
        6.0,
        7.0,
        8.0,
    ]
    assert filled.check() == []
    clock.move(DAY)
    assert filled.observe([Observation("demo/b", SPRING + 72 * DAY, 100.0)]).stored == 1
    assert filled.latest().loc["demo/b", "value"] == 100.0, (
        "a correction of the archived newest is the newest"
    )


def test_a_family_with_many_rows_goes_as_several_files(filled, clock, monkeypatch):
    from watchfloor.store import moving

    before = answers(filled)
    monkeypatch.setattr(moving, "ROWS", 20)
    assert filled.archive(clock.now(), actor="op").files > 10
    same(before, answers(filled))


def test_rows_leave_the_table_by_no_other_way(filled, clock, raw):
    filled.archive(clock.now() - 10 * DAY, actor="op")
    there = rows(filled)
    with raw() as other, pytest.raises(other.refused, match="append-only"):
        other.execute("DELETE FROM observation")
    assert rows(filled) == there
    with raw() as other:
        other.execute(
            "INSERT INTO passage (first, last, known) VALUES (0, 9000000000000000, 9000000000000000)"
        )
        assert any("stands open" in problem for problem in filled.check())
        other.execute("DELETE FROM observation")
    assert any("rows of observation were stored" in problem for problem in filled.check())


def test_check_finds_what_happened_to_a_file_and_readers_refuse_it(filled, clock, tmp_path):
    filled.archive(clock.now(), actor="op")
    assert filled.check() == []
    path = next((tmp_path / "old" / "2026" / "04").glob("demo-*.parquet"))
    good = path.read_bytes()
    bad = bytearray(good)
    bad[pq.ParquetFile(path).metadata.row_group(0).column(4).data_page_offset + 40] ^= 0xFF
    path.write_bytes(bad)
    assert any("damaged" in problem and path.name in problem for problem in filled.check())
    with pytest.raises(StoreError, match="back from a backup"):
        filled.observations("demo/a")
    path.write_bytes(good[:-1])
    assert any("is cut" in problem for problem in filled.check())
    path.unlink()
    assert any("is missing" in problem for problem in filled.check())
    with pytest.raises(StoreError, match=r"is missing.*backup"):
        filled.observations("demo/a", SPRING, SPRING + 40 * DAY)
    assert len(filled.observations("demo/a", SPRING + 60 * DAY)) == 18, "the other months are read"
    path.write_bytes(good)
    assert filled.check() == []


def test_a_name_that_leads_out_of_the_folder_is_refused(filled, clock, raw, tmp_path):
    filled.archive(clock.now(), actor="op")
    with raw() as other:
        other.unguard("shelved")
        other.execute("UPDATE shelved SET file = '../../../etc/passwd' WHERE seq = 1")
    with pytest.raises(StoreError, match="no name of a file"):
        filled.observations()


def test_a_store_without_a_folder_says_so(filled, clock, address):
    filled.archive(clock.now(), actor="op")
    with Store.open(address, clock=clock) as other:
        with pytest.raises(StoreError, match=r"missing|no folder is named"):
            other.observations()
        assert other.check()
    with Store.open(":memory:", clock=clock) as other, pytest.raises(StoreError, match="no folder"):
        other.archive(clock.now(), actor="op")


def test_a_backup_carries_the_archive(filled, clock, tmp_path, elsewhere, server):
    before = answers(filled)
    filled.archive(clock.now() - 10 * DAY, actor="op")
    copy = filled.backup(tmp_path / "copies" / "backup.sqlite")
    with Store.open(copy, clock=clock) as other:
        same(before, answers(other))
        assert other.check() == []
    other_kind = server.url() if isinstance(elsewhere, Path) else tmp_path / "third.sqlite"
    for number, target in enumerate((elsewhere, other_kind)):
        folder = tmp_path / f"restored-{number}"
        Store.restore(copy, target, archive=folder)
        with Store.open(target, clock=clock, create=False, archive=folder) as other:
            same(before, answers(other))
            assert other.check() == []
            assert other.archive(clock.now(), actor="op").rows > 0
            assert other.check() == []
    path = next((tmp_path / "copies").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="is cut"):
        Store.restore(copy, tmp_path / "never.sqlite")
    assert not (tmp_path / "never.sqlite").exists()


def test_data_go_on_coming_in_and_out_while_months_are_moved(filled, clock):
    wrong: list[str] = []
    stop = threading.Event()
    expected = len(filled.observations("demo/a", end=SPRING + 60 * DAY))
    noted = []

    def write():
        while not stop.is_set():
            at = SPRING + 100 * DAY + len(noted) * HOUR / 60
            late = SPRING + 9 * HOUR + timedelta(minutes=len(noted))
            noted.append(
                filled.observe([Observation("bare", at, 1.0), Observation("nwis:1", late, 1.0)]).stored
            )

    def read():
        while not stop.is_set():
            if len(filled.observations("demo/a", end=SPRING + 60 * DAY)) != expected:
                wrong.append("rows lost or doubled for a moment")
            if len(filled.latest()) != 4:
                wrong.append("a newest value was missing")

    threads = [threading.Thread(target=write), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    try:
        moved = filled.archive(clock.now(), actor="op")
        time.sleep(0.1)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert moved.files >= 9
    assert wrong == []
    assert sum(noted) == 2 * len(noted)
    assert len(filled.observations("nwis:1", SPRING + 8 * HOUR, SPRING + 20 * HOUR)) == len(noted)
    assert filled.check() == []


def test_rows_that_come_between_writing_a_file_and_listing_it_are_not_lost(filled, clock, monkeypatch):
    write, come = Mover._write, []

    def slow(self, connection, task):
        found = write(self, connection, task)
        if filled._database._own.connection is None and len(come) < 3:
            come.append(task)
            thread = threading.Thread(
                target=filled.observe,
                args=([Observation("bare", SPRING + len(come) * HOUR, 1.0), Observation("demo/b", SPRING + len(come) * HOUR, 1.0)],),
            )  # fmt: skip
            thread.start()
            if not isinstance(filled._database._gate, type(threading.RLock())):
                thread.join()
        return found

    monkeypatch.setattr(Mover, "_write", slow)
    filled.archive(clock.now(), actor="op")
    assert len(come) == 3
    assert len(filled.observations("bare", SPRING, SPRING + DAY)) == 4
    assert filled.check() == []


@pytest.mark.parametrize("point", ["write", "rename", "list", "remove", "commit"])
def test_a_failure_at_any_point_leaves_all_as_it_was(filled, clock, monkeypatch, point, tmp_path, open_store):
    from watchfloor.store import moving

    before, there = answers(filled), rows(filled)

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    exchange = Mover._exchange

    def half(self, connection, task, written, actor):
        exchange(self, connection, task, written, actor)
        fail()

    if point == "write":
        monkeypatch.setattr(moving.parquet, "write", fail)
    elif point == "rename":
        monkeypatch.setattr(Path, "rename", fail)
    elif point == "list":
        monkeypatch.setattr(Mover, "_exchange", fail)
    elif point == "remove":
        monkeypatch.setattr(moving.passage, "delete", fail)
    else:
        monkeypatch.setattr(Mover, "_exchange", half)
    with pytest.raises(StoreError, match=r"cannot be written.*Nothing was lost"):
        filled.archive(clock.now(), actor="op")
    monkeypatch.undo()
    assert rows(filled) == there
    same(before, answers(filled))
    assert filled.check() == []
    filled.archive(clock.now(), actor="op")
    assert rows(filled) == 0
    same(before, answers(filled))
    assert len(list((tmp_path / "old").rglob("*.parquet*"))) == 9, "what the failed run left is gone"


def test_two_do_not_move_at_once(filled, clock, open_store, monkeypatch):
    with open_store() as other:
        due = Mover._due

        def inside(self, edge, few):
            if self is filled._mover:
                with pytest.raises(StoreError, match="Another process"):
                    other.archive(clock.now(), actor="op")
            yield from due(self, edge, few)

        monkeypatch.setattr(Mover, "_due", inside)
        assert filled.archive(clock.now(), actor="op").files == 9


def kill_rounds(address, folder, rounds, seed):
    """Kill an archiver at random moments and prove that every question has the same answer as before."""
    clock = FixedClock(SPRING)
    names = [f"{family}/{at}" for family in ("a", "b", "c") for at in range(4)]
    with Store.open(address, clock=clock, archive=folder) as store:
        times = pd.date_range(SPRING, periods=24 * 90, freq="1h").astype("datetime64[us, UTC]")
        clock.move(SPRING + 100 * DAY)
        for name in names:
            store.observe(pd.DataFrame({"series": name, "time": times, "value": 1.5, "flag": 0}))
        store.observe([Observation(name, SPRING + DAY, 2.5) for name in names])
        every = store.observations(latest=False)
        newest = store.latest()
    dice = random.Random(seed)
    killed = 0
    with subprocess.Popen(
        [sys.executable, str(ARCHIVER), str(address), str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as process:  # fmt: skip
        for number in range(rounds):
            before = (SPRING + (number % 5 + 1) * 20 * DAY).isoformat()
            process.stdin.write(f"{before}\n")
            word, child = process.stdout.readline().split()
            assert word == "P"
            time.sleep(dice.uniform(0.0, 0.12))
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
            killed += process.stdout.readline() == "K\n"
            with Store.open(address, clock=clock, archive=folder) as store:
                pd.testing.assert_frame_equal(store.observations(latest=False), every)
                pd.testing.assert_frame_equal(store.latest(), newest)
        process.stdin.close()
        assert process.wait(10) == 0
    assert killed > rounds // 3
    with Store.open(address, clock=clock, archive=folder) as store:
        store.archive(clock.now() + 31 * DAY, actor="op")
        assert rows(store) == 0
        pd.testing.assert_frame_equal(store.observations(latest=False), every)
        assert store.check() == []


def test_killing_the_archiver_loses_and_doubles_nothing(address, tmp_path):
    kill_rounds(address, tmp_path / "old", 8, seed=5)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killing_the_archiver_hundreds_of_times_loses_and_doubles_nothing(address, tmp_path):
    for at in range(20):
        kill_rounds(address if not at else tmp_path / f"{at}.sqlite", tmp_path / f"old-{at}", 20, seed=at)
