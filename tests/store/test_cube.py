"""The cube says what the store says, however values arrive, and whatever happened to its files."""

import json
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchfloor.core.clock import FixedClock, from_micros, micros, parse_time
from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.store import Mark, Observation, Series, Store
from watchfloor.store.cube import Cube
from watchfloor.store.cube.intake import merged

T0 = parse_time("2026-06-01T12:00:00Z")
STEP = timedelta(minutes=10)


@pytest.fixture
def store(clock):
    with Store.open(":memory:", clock=clock) as found:
        yield found


def observed(store, name, offsets, values, flag=1):
    store.observe([Observation(name, T0 + o * STEP, v, flag) for o, v in zip(offsets, values, strict=True)])


def expected(store, name):
    """What the store says of one series, marks merged."""
    frame = store.observations(name)
    flags = merged(frame, store.marks(name))
    value = frame["value"].to_numpy(np.float32)
    return frame["time"].dt.as_unit("us").astype("int64").tolist(), value, np.where(np.isnan(value), 9, flags)


def same(cube, store, names):
    for name in names:
        window = cube.window(name)
        time, value, flag = expected(store, name)
        told = {t: at for at, t in enumerate(window.time.tolist())}
        places = [told.pop(t) for t in time]
        np.testing.assert_array_equal(window.value[places], value)
        np.testing.assert_array_equal(window.flag[places], flag)
        # What the store was never told of is missing, and nothing else is there.
        assert np.isnan(window.value[list(told.values())]).all()
        assert (window.flag[list(told.values())] == 9).all()
    latest = cube.latest()
    newest = store.latest()
    newest = newest[newest["time"].notna()]
    assert list(latest.names) == sorted(newest.index)
    assert latest.time.tolist() == newest["time"].dt.as_unit("us").astype("int64").tolist()
    np.testing.assert_array_equal(latest.value, newest["value"].to_numpy(np.float32))


class TestKeepingUp:
    def test_late_revised_and_missing_values_find_their_place(self, store):
        store.describe([Series("g", attrs={"interval_s": 600})])
        observed(store, "g", range(5), [1, 2, 3, 4, 5])
        cube = Cube.of(store)
        assert cube.catch_up() == ["g"]
        assert cube.catch_up() == []
        observed(store, "g", [-3, 2, 9000], [0.5, np.nan, 7.0])
        assert cube.catch_up() == ["g"]
        window = cube.window("g")
        assert len(window.time) == 9004
        assert window.measured().value.tolist() == [0.5, 1, 2, 4, 5, 7]
        same(cube, store, ["g"])

    def test_a_gap_of_months_in_a_regular_series_costs_no_room(self, store):
        store.describe([Series("g", attrs={"interval_s": 60})])
        store.observe([Observation("g", T0 + timedelta(days=day), float(day)) for day in (0, 3000)])
        cube = Cube.of(store)
        cube.catch_up()
        assert cube._layout.grids[60_000_000].used == 2
        assert cube.window("g", T0 + timedelta(days=2999)).measured().value.tolist() == [3000.0]

    def test_marks_worsen_flags_and_are_taken_back(self, store):
        store.describe([Series("g", attrs={"interval_s": 600})])
        observed(store, "g", range(3), [1, 2, 3])
        cube = Cube.of(store)
        cube.catch_up()
        store.mark([Mark("g", T0 + STEP, checks=4, flag=3, reason="spike")])
        assert cube.catch_up() == ["g"]
        assert cube.window("g").flag.tolist() == [1, 3, 1]
        observed(store, "g", [1], [2.5], flag=0)  # a correction of a marked value stays marked
        cube.catch_up()
        assert (cube.window("g").value[1], cube.window("g").flag[1]) == (2.5, 3)
        store.mark([Mark("g", T0 + STEP, checks=0, flag=0)])
        cube.catch_up()
        assert cube.window("g").flag.tolist() == [1, 0, 1]
        same(cube, store, ["g"])

    def test_a_mark_that_came_before_its_series_counts(self, store):
        store.mark([Mark("g", T0, checks=1, flag=3)])
        cube = Cube.of(store)
        cube.catch_up()
        observed(store, "g", [0], [1.0])
        cube.catch_up()
        assert cube.window("g").flag.tolist() == [3]

    def test_a_series_that_leaves_its_cadence_is_kept_as_it_is(self, store):
        store.describe([Series("g", attrs={"interval_s": 600})])
        observed(store, "g", range(100), np.arange(100.0))
        cube = Cube.of(store)
        cube.catch_up()
        assert cube.regular("g")
        store.observe([Observation("g", T0 + timedelta(seconds=7), 70.0)])
        cube.catch_up()
        assert not cube.regular("g")
        assert cube.cadence("g") == STEP
        same(cube, store, ["g"])

    def test_a_cadence_nobody_declared_is_seen(self, store):
        cube = Cube.of(store)
        observed(store, "g", range(10), np.arange(10.0))
        cube.catch_up()
        assert not cube.regular("g")
        observed(store, "g", range(10, 300), np.arange(10.0, 300.0))
        cube.catch_up()
        assert cube.regular("g")
        assert cube.cadence("g") == STEP
        same(cube, store, ["g"])

    def test_a_cadence_that_is_described_later_is_taken_over(self, store):
        observed(store, "g", range(3), [1, 2, 3])
        cube = Cube.of(store)
        cube.catch_up()
        store.describe([Series("g", attrs={"interval_s": 600})])
        cube.catch_up()
        assert cube.regular("g")
        same(cube, store, ["g"])

    def test_absurd_times_and_numbers_do_no_harm(self, store):
        store.describe([Series("g", attrs={"interval_s": 1})])
        store.observe([Observation("g", T0, 1.0), Observation("g", datetime(9999, 1, 1, tzinfo=UTC), 1e300)])
        cube = Cube.of(store)
        cube.catch_up()
        window = cube.window("g")
        assert window.flag.tolist() == [1, 3]
        assert np.isnan(window.value[1])

    def test_who_asks_since_when_hears_of_all(self, store):
        cube = Cube.of(store)
        observed(store, "g", range(3), [1, 2, 3])
        cube.catch_up()
        version, _ = cube.since(0)
        observed(store, "g", [1], [9])
        observed(store, "h", [5], [9])
        cube.catch_up()
        observed(store, "g", [4], [9])
        cube.catch_up()
        now, changed = cube.since(version)
        assert now == cube.version
        assert {name: from_micros(at) for name, at in changed.items()} == {"g": T0 + STEP, "h": T0 + 5 * STEP}

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["a", "b", "c"]),
                st.lists(
                    st.tuples(st.integers(-9000, 9000), st.sampled_from([1.0, 2.5, -4.0, float("nan")]), st.integers(0, 3)),
                    min_size=1, max_size=12,
                ),
                st.sampled_from(["observe", "observe", "mark", "jitter", "ask"]),
            ),
            min_size=1, max_size=12,
        )
    )  # fmt: skip
    def test_it_says_what_the_store_says_whatever_comes_in_whichever_order(self, tape):
        with Store.open(":memory:", clock=FixedClock(T0)) as store:
            store.describe([Series("a", attrs={"interval_s": 600}), Series("b", attrs={"interval_s": 600})])
            cube = Cube(store)
            for name, items, act in tape:
                if act == "mark":
                    store.mark([Mark(name, T0 + o * STEP, 1, f) for o, _, f in items])
                elif act == "ask":
                    cube.catch_up()
                else:
                    shift = timedelta(seconds=11 if act == "jitter" and name != "a" else 0)
                    store.observe([Observation(name, T0 + o * STEP + shift, v, f) for o, v, f in items])
            cube.catch_up()
            same(cube, store, [name for name in "abc" if len(store.observations(name))])


class TestReading:
    def test_an_unknown_series_is_named(self, store):
        observed(store, "river", range(3), [1, 2, 3])
        cube = Cube.of(store)
        cube.catch_up()
        with pytest.raises(UnknownNameError, match="did you mean 'river'"):
            cube.window("rivver")

    def test_a_described_series_without_values_is_empty(self, store):
        store.describe([Series("g", attrs={"interval_s": 600})])
        cube = Cube.of(store)
        cube.catch_up()
        assert len(cube.window("g").time) == 0
        assert cube.cadence("g") is None
        assert cube.latest().names == ()

    def test_a_window_ends_before_its_end(self, store):
        store.describe([Series("g", attrs={"interval_s": 600})])
        observed(store, "g", range(10), np.arange(10.0))
        observed(store, "h", range(10), np.arange(10.0))
        cube = Cube.of(store)
        cube.catch_up()
        for name in ("g", "h"):
            assert cube.window(name, T0 + 2 * STEP, T0 + 5 * STEP).value.tolist() == [2, 3, 4]
            assert cube.window(name, T0 + 9 * STEP, None).value.tolist() == [9]
            assert cube.window(name, T0 + 20 * STEP, None).value.tolist() == []
            assert cube.window(name, None, T0 - STEP).value.tolist() == []

    def test_values_given_out_cannot_be_written_to(self, store):
        observed(store, "g", range(10), np.arange(10.0))
        cube = Cube.of(store)
        cube.catch_up()
        with pytest.raises(ValueError, match="read-only"):
            cube.window("g").value[0] = 7

    @pytest.mark.parametrize("regular", [True, False])
    def test_a_decimated_line_keeps_extremes_ends_gaps_and_flags(self, store, regular):
        rng = np.random.default_rng(3)
        n = 20_000
        value = rng.normal(size=n).cumsum()
        value[5000:7000] = np.nan
        flag = np.ones(n, int)
        value[12_345], flag[12_345] = 900.0, 3
        flag[15_000] = 2
        times = pd.date_range(T0, periods=n, freq="600s", unit="us")
        if not regular:
            times = times + pd.to_timedelta(rng.integers(0, 500, n), unit="s")
        store.describe([Series("g", attrs={"interval_s": 600} if regular else {})])
        store.observe(pd.DataFrame({"series": "g", "time": times, "value": value, "flag": flag}))
        cube = Cube.of(store)
        cube.catch_up()
        assert cube.regular("g") == regular
        few = cube.decimate("g", None, None, 200)
        assert len(few.time) <= 800
        assert (np.diff(few.time) > 0).all()
        whole = cube.window("g")
        edges = np.linspace(whole.time[0], whole.time[-1] + 1, 201).astype(np.int64)
        for start, end in pairwise(edges):
            mine = whole.value[(whole.time >= start) & (whole.time < end)]
            shown = few.value[(few.time >= start) & (few.time < end)]
            have = mine[~np.isnan(mine)]
            if not len(have):
                assert np.isnan(shown).all()
                assert len(shown) == 1
                continue
            assert (shown[0], shown[-1], shown.min(), shown.max()) == (
                have[0],
                have[-1],
                have.min(),
                have.max(),
            )
        assert few.flag[few.value == 900.0].tolist() == [3]
        assert 2 in few.flag

    def test_few_values_are_returned_as_they_are(self, store):
        observed(store, "g", range(10), np.arange(10.0))
        cube = Cube.of(store)
        cube.catch_up()
        assert cube.decimate("g", None, None, 100).value.tolist() == list(range(10))
        with pytest.raises(InvalidInputError, match="pixels wide"):
            cube.decimate("g", None, None, 0)

    def test_sparklines_are_the_extremes_of_usable_values(self, store):
        rng = np.random.default_rng(5)
        frames = []
        names = [f"s{number}" for number in range(7)]
        for number, name in enumerate(names):
            n = 9000
            shift = timedelta(seconds=60 * number)
            times = pd.date_range(T0 + shift, periods=n, freq="600s", unit="us")
            if number == 6:
                times = times + pd.to_timedelta(rng.integers(0, 500, n), unit="s")
            value = rng.normal(size=n)
            value[rng.random(n) < 0.1] = np.nan
            frames.append(
                pd.DataFrame({"series": name, "time": times, "value": value, "flag": rng.integers(0, 4, n)})
            )
        store.describe([Series(name, attrs={"interval_s": 600}) for name in names[:6]])
        store.observe(pd.concat(frames))
        cube = Cube.of(store)
        cube.catch_up()
        start, end = T0 - timedelta(days=1), T0 + timedelta(days=60)
        asked = [*names, "nobody", names[0]]
        for again in range(2):
            got = cube.sparklines(asked, start, end, 37)
            assert got.shape == (9, 37, 2)
            assert np.isnan(got[7]).all()
            np.testing.assert_array_equal(got[8], got[0])
            edges = [micros(start) + (micros(end) - micros(start)) * c // 37 for c in range(38)]
            for at, name in enumerate(names):
                window = cube.window(name)
                good = (window.flag < 3) & ~np.isnan(window.value)
                for column in range(37):
                    here = window.value[
                        good & (window.time >= edges[column]) & (window.time < edges[column + 1])
                    ]
                    want = [here.min(), here.max()] if len(here) else [np.nan, np.nan]
                    np.testing.assert_array_equal(got[at, column], np.float32(want))
            if again:
                break
            # What comes later is in the summaries too.
            store.observe([Observation("s1", T0 + timedelta(seconds=60) + 3000 * STEP, 1e6, 1)])
            cube.catch_up()

    def test_many_read_while_one_catches_up(self, store):
        names = [f"s{number}" for number in range(40)]
        store.describe([Series(name, attrs={"interval_s": 600}) for name in names])
        cube = Cube.of(store)
        wrong: list[object] = []
        stop = threading.Event()

        def read():
            while not stop.is_set():
                try:
                    for name in cube.names():
                        window = cube.window(name)
                        told = window.value[window.flag < 9]
                        if len(told) and not (told == told[0]).all():  # each series has one value only
                            wrong.append((name, set(told.tolist())))
                    cube.sparklines(names, T0, T0 + timedelta(days=900), 50)
                    cube.latest()
                except Exception as error:  # noqa: BLE001  whatever it is, the test must say it
                    wrong.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for round_ in range(25):  # the axis grows by slots, and the arrays grow with it
            store.observe(
                [
                    Observation(name, T0 + (round_ * 4096 + place) * STEP, float(number))
                    for number, name in enumerate(names)
                    for place in (0, 7)
                ]
            )
            cube.catch_up()
        stop.set()
        for reader in readers:
            reader.join()
        assert not wrong


class TestFiles:
    @pytest.fixture
    def path(self, tmp_path, clock):
        path = tmp_path / "store.sqlite"
        with Store.open(path, clock=clock) as store:
            store.describe([Series("g", attrs={"interval_s": 600})])
            observed(store, "g", range(50), np.arange(50.0))
            observed(store, "odd", [1, 3, 4], [1, 2, 3])
            store.mark([Mark("g", T0, 1, 3)])
        return path

    def opened(self, path, clock):
        store = Store.open(path, clock=clock)
        return store, Cube.of(store)

    def reads(self, store, monkeypatch):
        read = []
        real = store.observations
        monkeypatch.setattr(
            store, "observations", lambda names, *rest: read.append(list(names)) or real(names, *rest)
        )
        return read

    def test_what_was_taken_in_is_not_read_again(self, path, clock, monkeypatch):
        store, cube = self.opened(path, clock)
        cube.catch_up()
        cube.close()
        store.close()
        store, cube = self.opened(path, clock)
        read = self.reads(store, monkeypatch)
        assert cube.catch_up() == []
        assert read == [["odd"]]  # series without a cadence are not kept in files
        same(cube, store, ["g", "odd"])
        observed(store, "g", [50], [7.0])
        cube.catch_up()
        same(cube, store, ["g", "odd"])
        cube.close()
        store.close()

    @pytest.mark.parametrize("harm", ["state", "series", "format", "store", "gone", "history", "value"])
    def test_what_cannot_be_believed_is_made_again(self, path, clock, harm):
        store, cube = self.opened(path, clock)
        cube.catch_up()
        folder = cube._files.folder
        cube.close()
        store.close()
        if harm in {"state", "series"}:
            (folder / f"{harm}.json").write_bytes(b'{"head"')
        elif harm == "gone":
            for file in folder.iterdir():
                file.unlink()
        elif harm == "value":  # a file was cut short
            (folder / "600000000.value").write_bytes(b"")
        else:
            state = json.loads((folder / "state.json").read_text())
            if harm == "history":
                state["state"]["print"] = "another change"
            else:
                state["head"][harm] = 99
            (folder / "state.json").write_text(json.dumps(state))
        store, cube = self.opened(path, clock)
        cube.catch_up()
        same(cube, store, ["g", "odd"])
        cube.close()
        store.close()

    def test_after_a_crash_of_the_machine_only_what_was_on_the_disk_is_believed(
        self, path, clock, monkeypatch
    ):
        store, cube = self.opened(path, clock)
        cube.catch_up()
        cube.sync()
        store.describe([Series("new", attrs={"interval_s": 600})])
        observed(store, "g", range(50, 9000), np.arange(50.0, 9000.0))
        observed(store, "new", range(5), [1, 2, 3, 4, 5])
        cube.catch_up()
        folder, grid = cube._files.folder, cube._layout.grids[600_000_000]
        assert grid.used > 2
        grid._values.array[1:] = 0  # pages that never reached the disk
        grid._flags.array[1:] = 0
        cube._files.close()
        monkeypatch.setattr("watchfloor.store.cube.files._boot", lambda: "another boot")
        again = Cube(store, folder.parent)
        assert again._files.folder == folder
        again.catch_up()
        same(again, store, ["g", "odd", "new"])
        store.close()

    def test_two_at_once_have_a_folder_each(self, path, clock):
        first, one = self.opened(path, clock)
        second, two = self.opened(path, clock)
        for cube in (one, two):
            cube.catch_up()
        assert one._files.folder.name == "0"
        assert two._files.folder.name == "1"
        observed(first, "g", [60], [1.0])
        for cube in (one, two):
            assert cube.catch_up() == ["g"]
            same(cube, first, ["g", "odd"])
        for item in (one, two, first, second):
            item.close()

    def test_a_restored_backup_is_another_history(self, path, clock, tmp_path):
        store, cube = self.opened(path, clock)
        store.backup(tmp_path / "copy.sqlite")
        observed(store, "g", range(50, 60), [9.0] * 10)
        cube.catch_up()
        cube.close()
        store.close()
        Store.restore(tmp_path / "copy.sqlite", path, overwrite=True)
        store, cube = self.opened(path, clock)
        observed(store, "g", range(50, 52), [1.0] * 2)
        observed(store, "g", range(52, 54), [2.0] * 2)
        cube.catch_up()
        same(cube, store, ["g", "odd"])
        cube.close()
        store.close()
