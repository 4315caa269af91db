"""A store on a server: away and back, killed, refused; and what must never be shown."""

import logging
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from watchfloor.core.errors import SettingsError, StoreAwayError, StoreError
from watchfloor.store import Observation, Store

pytestmark = pytest.mark.parametrize("address", ["postgresql"], indirect=True)
WRITER = Path(__file__).with_name("writer.py")
BATCH = 20
MINUTE = timedelta(minutes=1)


@pytest.fixture
def mortal(server):
    """The server, for a test that stops or kills it; it runs again afterwards."""
    yield server
    server.start()


def test_a_store_outlives_a_restart_of_its_server(store, alert, clock, mortal):
    store.append([alert("A")])
    store.observe([Observation("a", clock.now(), 1.0)])
    cursor = store.cursor()
    mortal.stop()
    for act in (
        lambda: store.append([alert("B")]),
        lambda: store.records(),
        lambda: store.observe([Observation("a", clock.now() + MINUTE, 2.0)]),
        lambda: store.journal.write("a", "b", "c", {}),
        lambda: store.cursor(),
    ):
        with pytest.raises(StoreAwayError, match="cannot be reached"):
            act()
    assert "cannot be reached" in " ".join(store.check())
    mortal.start()
    assert store.cursor() == cursor
    assert store.append([alert("A"), alert("B")]).stored == 1
    assert store.observe([Observation("a", clock.now() + MINUTE, 2.0)]).stored == 1
    assert store.latest()["value"].tolist() == [2.0]
    assert store.check() == []


def test_a_write_cut_by_the_servers_death_is_stored_whole_or_not_at_all(store, alert, clock, mortal):
    store.append([alert("A")])
    with pytest.raises(StoreAwayError, match="not known whether"), store.batch():
        store.append([alert("B")])
        mortal.kill()
        store.append([alert("C")])
    mortal.start()
    assert [item.key for item in store.records()] == ["A"]
    assert store.append([alert("B"), alert("C")]).stored == 2
    assert store.check() == []


def test_a_commit_whose_answer_is_lost_may_be_sent_again(store, alert, clock, mortal, monkeypatch):
    """The server commits and dies before it says so: the second time all are duplicates."""
    dialect, answered = store._database.engine.dialect, []
    commit = dialect.do_commit

    def lose(connection):
        commit(connection)
        if not answered:
            answered.append(True)
            mortal.kill()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(dialect, "do_commit", lose)
    batch = [alert("A"), alert("B")]
    with pytest.raises(StoreAwayError, match="not known whether"):
        store.append(batch)
    mortal.start()
    assert (store.append(batch).stored, store.append(batch).duplicates) == (0, 2)
    assert store.count() == 2
    assert store.check() == []


def test_killing_the_server_loses_nothing_that_was_acknowledged(address, mortal):
    """SIGKILL while three processes write; after each restart, all that was acknowledged is there, once."""
    acknowledged: set[tuple[int, int]] = set()
    Store.open(address).close()
    writers = [
        subprocess.Popen(
            [sys.executable, str(WRITER), address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1,
        )
        for _ in range(3)
    ]  # fmt: skip
    for turn in range(3):
        for number, process in enumerate(writers):
            process.stdin.write(f"{turn * 3 + number}\n")
            assert process.stdout.readline().startswith("P")
        for process in writers * 3:
            acknowledged.add(tuple(map(int, process.stdout.readline().split()[1:])))
        mortal.kill()
        for process in writers:
            while (line := process.stdout.readline()) != "E\n":
                acknowledged.add(tuple(map(int, line.split()[1:])))
        mortal.start()
        with Store.open(address, create=False) as store:
            keys = [(item.source, item.key) for item in store.records(latest=False)]
            there = set(keys)
            assert len(keys) == len(there)
            lost = {
                (number, batch)
                for number, batch in acknowledged
                if any((f"cap:{number}", f"{batch}-{at}") not in there for at in range(BATCH))
            }
            assert lost == set()
            assert {f"{number}/{batch}" for number, batch in acknowledged} <= {
                entry.subject for entry in store.journal.entries()
            }
            assert store.check() == []
            changes = store.changes(0, limit=10_000_000)
            assert [item.cursor for item in changes] == list(range(1, len(changes) + 1))
    for process in writers:
        process.stdin.close()
        assert process.wait(10) == 0
        process.stdout.close()


def test_a_collector_waits_for_its_store_and_goes_on(store, tmp_path, clock, mortal, monkeypatch):
    """A file in the inbox, and a source that is asked once an hour, both read when the store was away."""
    from watchfloor.feeds.collect import Collector, FeedPlan, collector
    from watchfloor.feeds.collect.ingest import ingest

    inbox = tmp_path / "inbox"
    inbox.mkdir()
    stop, asked = threading.Event(), []
    rows = "series,time,value\n{},2026-06-01T11:00:00Z,1.5\n"

    def poll(self, plan):
        asked.append(plan.source)
        return ingest(store, "table", rows.format("far").encode(), plan.source)

    monkeypatch.setattr(Collector, "poll", poll)
    monkeypatch.setattr(collector, "_AWAY", 0.5)
    plans = [
        FeedPlan("inbox", inbox=inbox),
        FeedPlan("far", "table", url="https://far", cadence=timedelta(hours=1)),
    ]
    thread = threading.Thread(target=Collector(store, plans, clock).run, args=(stop,))
    mortal.stop()
    (inbox / "gauge.csv").write_text(rows.format("near"))
    thread.start()
    try:
        assert wait(lambda: len(asked) > 2), "it is tried again, not an hour later"
        time.sleep(2)
        assert (inbox / "gauge.csv").exists(), "what could not be stored is kept"
        mortal.start()
        assert wait(lambda: len(store.observations()) == 2)
        assert wait(lambda: [(state.source, state.failures) for state in store.feeds()] == [("far", 0)])
    finally:
        stop.set()
        thread.join(10)


def test_the_hub_says_that_the_store_is_away_and_then_tells_all_that_came(store, alert, mortal):
    from watchfloor.views.serve.hub import Hub

    hub = Hub.of(store)
    told = []
    subscription = hub.subscribe(lambda batch: told.extend(batch.changes or []))
    try:
        store.append([alert("A")])
        assert wait(lambda: [each.key for each in told] == ["A"])
        mortal.stop()
        assert wait(lambda: hub.status().trouble)
        mortal.start()
        store.append([alert("B")])
        assert wait(lambda: [each.key for each in told] == ["A", "B"])
        assert hub.status().trouble == ""
    finally:
        subscription.close()


def wait(true):
    for _ in range(200):
        if true():
            return True
        time.sleep(0.1)
    return False


def test_a_password_is_never_shown(address, clock, server, caplog, monkeypatch):
    with server.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'other'")
    url = address.replace("watchfloor@/", "guest@/")
    caplog.set_level(logging.DEBUG)
    said = []
    for bad in (
        address.replace("watchfloor@", "watchfloor:hush-hush@"),
        f"{address}&password=hush-hush",
        "postgresql://u:hush-hush@h:x/d",
    ):
        with pytest.raises(SettingsError) as caught:
            Store.open(bad)
        said.append(str(caught.value))
    with pytest.raises(StoreError) as refused:
        Store.open(url.replace("watchfloor?", "nowhere?"), clock=clock, password="hush-hush")
    said += [str(refused.value), repr(refused.value.__cause__)]
    assert "createdb" in said[-2]
    with Store.open(address, clock=clock, password="hush-hush") as store:
        said += [store.address, repr(store._database.engine), repr(store._database.engine.url), repr(store)]
        with pytest.raises(StoreError) as caught, store._database.read() as connection:
            connection.exec_driver_sql("SELECT nothing")
        said.append(str(caught.value))
    assert not [each for each in [*said, caplog.text] if "hush-hush" in each]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("&schema=pg_mine", "cannot name a schema"),
        ("&schema=a-b", "cannot name a schema"),
        ("&options=-cfsync%3Doff", "no option but"),
        ("&sslmode=require&sslmode=disable", "no option but"),
    ],
)
def test_what_an_address_may_not_say_is_refused(address, change, said):
    base = address.split("&schema=")[0]
    with pytest.raises(SettingsError, match=said):
        Store.open(base + change)


def test_a_schema_of_another_program_is_left_alone(address, clock, raw, server):
    schema = address.split("schema=")[1]
    with server.connect() as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.mine (x int)")
    with pytest.raises(StoreError, match="not made by Watchfloor"):
        Store.open(address, clock=clock)
    with server.connect() as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)
        ).fetchall()
    assert names == [("mine",)]


def test_a_newer_store_is_refused_and_a_missing_one_is_not_made(address, clock, raw):
    with pytest.raises(StoreError, match="There is no store"):
        Store.open(address, clock=clock, create=False)
    Store.open(address, clock=clock).close()
    with raw() as other:
        other.execute("INSERT INTO meta (known, key, value) VALUES (0, 'tables.version', '99')")
    with pytest.raises(StoreError, match=r"version 99.*newer Watchfloor"):
        Store.open(address, clock=clock)


def test_many_open_an_empty_schema_at_once(address, clock):
    opened, wrong = [], []

    def make():
        try:
            with Store.open(address, clock=clock) as store:
                opened.append(store.meta("store.id"))
        except StoreError as error:
            wrong.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(set(opened)) == 1


def test_what_a_server_must_promise_is_checked(store, raw, mortal):
    with raw() as other:
        other.execute("ALTER SYSTEM SET fsync = off")
        other.execute("SELECT pg_reload_conf()")
        assert wait(lambda: other.execute("SHOW fsync").fetchone()[0] == "off")
        assert any("fsync is off" in problem for problem in store.check())
        other.execute("ALTER SYSTEM RESET fsync")
        other.execute("SELECT pg_reload_conf()")
        assert wait(lambda: other.execute("SHOW fsync").fetchone()[0] == "on")
        other.execute("ALTER TABLE record DISABLE TRIGGER record_no_delete")
    assert any("guard against DELETE on record is missing" in problem for problem in store.check())


def test_a_floor_lives_on_a_server(address, tmp_path):
    import watchfloor
    from watchfloor.core.settings import Settings

    base = address.split("&schema=")[0]
    settings = Settings(store=base, data=tmp_path / "var")
    with watchfloor.open("world", settings=settings) as floor:
        assert "schema watchfloor_world" in floor.store.address
        assert floor.alerts().empty
        assert floor.store.check() == []
    with watchfloor.open("demo", settings=settings) as floor:
        assert "schema watchfloor_demo" in floor.store.address
    with watchfloor.open("world", settings=settings) as floor:
        assert floor.store.meta("floor").startswith("world")
