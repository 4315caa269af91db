"""Old months go to the archive while a floor collects, if the settings say how old."""

import threading
from datetime import timedelta

from watchfloor.core.clock import FixedClock
from watchfloor.core.settings import Settings
from watchfloor.floor.ageing import age, keep_ageing
from watchfloor.store import Moved, Observation, Store

DAY = timedelta(days=1)


def test_months_as_old_as_the_setting_says_are_moved(tmp_path, clock: FixedClock) -> None:
    now = clock.now()
    with Store.open(tmp_path / "store.sqlite", clock=clock) as store:
        store.observe([Observation("g", now - days * DAY, float(days)) for days in (100, 40, 20, 0)])
        before = store.observations().to_csv()
        assert age(store, clock, Settings(data=tmp_path)) == Moved()
        assert age(store, clock, Settings(data=tmp_path, archive_after=30)).rows == 2
        assert age(store, clock, Settings(data=tmp_path, archive_after=30)) == Moved()
        assert store.observations().to_csv() == before
        assert {entry.actor for entry in store.journal.entries()} == {"setting archive_after"}


def test_it_ends_with_the_floor_and_outlives_trouble(tmp_path, clock: FixedClock, caplog) -> None:
    stop = threading.Event()
    settings = Settings(data=tmp_path, archive_after=1)
    with Store.open(tmp_path / "store.sqlite", clock=clock, archive="/proc/nothing") as store:
        store.observe([Observation("g", clock.now() - 100 * DAY, 1.0)])
        thread = threading.Thread(target=keep_ageing, args=(store, clock, settings, stop))
        thread.start()
        while "The archive waits" not in caplog.text:
            stop.wait(0.01)
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert len(store.observations()) == 1
    keep_ageing(store, clock, Settings(data=tmp_path), threading.Event())
