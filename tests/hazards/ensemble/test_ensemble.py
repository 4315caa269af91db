"""Ensembles: the same bits whoever runs them, taken up after a kill, within their memory, and cancelled when asked."""

import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import xarray as xr

from watchfloor.core.errors import InvalidInputError, LimitError, UnknownNameError, WatchfloorError
from watchfloor.hazards.action import Action
from watchfloor.hazards.ensemble import Request, Shelf, run
from watchfloor.hazards.ensemble.request import fingerprint
from watchfloor.hazards.progress import Cancelled

_SPEC = importlib.util.spec_from_file_location("watchfloor_tests_toy", Path(__file__).with_name("toy.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
toy = sys.modules.setdefault(_SPEC.name, importlib.util.module_from_spec(_SPEC))
if not hasattr(toy, "Toy"):
    _SPEC.loader.exec_module(toy)


@pytest.fixture(autouse=True)
def fresh():
    toy.Toy.ran.clear()


def request(members: int = 12, **changes) -> Request:
    model = changes.pop("model", None) or toy.Toy()
    return Request(model, toy.site(), xr.Dataset(), 10.0, members=members, **changes)


def test_any_number_of_workers_gives_the_same_bits():
    results = []
    for workers in (1, 2, 7):
        with ThreadPoolExecutor(workers) as pool:
            results.append(run(request(), executor=pool).data)
    assert results[0].identical(results[1])
    assert results[0].identical(results[2])


def test_more_members_keep_the_first_ones():
    assert run(request(5)).data.water_depth.identical(run(request(9)).data.water_depth[:5])


def test_maps_of_probability_and_quantiles_are_those_of_the_members():
    ensemble = run(request(40))
    values = ensemble.data.water_depth.values
    assert np.array_equal(
        ensemble.probability("water_depth", 5.0), (values > 5).mean(0, dtype=float).astype("f4")
    )
    assert np.allclose(ensemble.quantile("water_depth", 0.9), np.quantile(values, 0.9, axis=0))
    assert np.allclose(ensemble.spread("water_depth"), values.std(0), rtol=1e-5)
    assert np.allclose(ensemble.mean("water_depth"), values.mean(0), rtol=1e-5)
    with pytest.raises(UnknownNameError, match="water_depth"):
        ensemble.probability("water_dept", 1.0)


def test_the_worst_credible_member_is_one_member_near_the_top():
    ensemble = run(request(21))
    totals = ensemble.data.water_depth.sum(("y", "x")).values
    worst = ensemble.worst_credible("water_depth", 0.95)
    assert int((totals > totals[worst]).sum()) == 1
    losses = -totals
    assert ensemble.worst_credible("water_depth", 1.0, by=losses) == int(np.argmin(totals))


def test_only_the_members_asked_for_are_kept_in_time():
    ensemble = run(request(6, timed=(0, 3)))
    assert ensemble.course(3).rain_rate.shape == (3,)
    assert "rain_rate" not in ensemble.data
    with pytest.raises(UnknownNameError, match="member in time"):
        ensemble.course(1)


def test_what_is_on_the_disk_equals_what_is_in_memory(tmp_path):
    shelf = Shelf(tmp_path)
    wanted = request(9)
    stored = run(wanted, folder=shelf.place(wanted.key), budget=64)
    memory = run(wanted)
    assert stored.data.load().equals(memory.data)
    assert stored.quantile("water_depth", 0.5).equals(memory.quantile("water_depth", 0.5))


def test_a_killed_run_is_taken_up_where_it_was(tmp_path):
    folder = Shelf(tmp_path).place(request(10).key)
    stop = Event()
    with pytest.raises(Cancelled), ThreadPoolExecutor(1) as pool:
        run(request(10), executor=pool, folder=folder, stop=stop, part=lambda _: stop.set(), every=4)
    before = sorted(int(file.name) for file in (folder / "done").iterdir())
    assert 4 <= len(before) < 10
    toy.Toy.ran.clear()
    again = run(request(10), folder=folder)
    assert not set(toy.Toy.ran) & set(before)
    assert again.data.load().equals(run(request(10)).data)
    assert again.course(0).rain_rate.shape == (3,)
    toy.Toy.ran.clear()
    run(request(10), folder=folder)
    assert toy.Toy.ran == []


def test_a_damaged_folder_is_run_again(tmp_path):
    folder = Shelf(tmp_path).place(request(4).key)
    run(request(4), folder=folder)
    (folder / "template.nc").write_bytes(b"no such thing")
    assert run(request(4), folder=folder).data.load().equals(run(request(4)).data)


def test_memory_is_never_more_than_said():
    with pytest.raises(InvalidInputError, match="give the run a folder"):
        run(request(1000), budget=1000)


def test_a_member_that_fails_is_named_and_ends_the_run():
    with pytest.raises(WatchfloorError, match="Member 3 of Toy failed: ZeroDivisionError"):
        run(request(12, model=toy.Toy(fails=3)))


def test_bad_input_is_told_before_anything_runs():
    bad = Request(toy.Toy(), xr.Dataset(), xr.Dataset(), 10.0, members=3)
    with pytest.raises(InvalidInputError, match="no elevation"):
        run(bad)
    assert toy.Toy.ran == []
    with pytest.raises(LimitError):
        request(0)
    with pytest.raises(InvalidInputError, match="positive"):
        Request(toy.Toy(), toy.site(), xr.Dataset(), 0.0)


def test_progress_grows_to_one_and_tells_the_members():
    told = []
    run(request(8), tell=told.append)
    parts = [status.done for status in told]
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert told[-1].members == 8


def test_actions_change_the_run_and_the_key():
    roof = Action("roof", {"factor": 0.0})
    assert float(run(request(3, actions=(roof,))).data.water_depth.max()) == 0.0
    keys = {
        request().key,
        request(actions=(roof,)).key,
        request(seed=1).key,
        request(members=13).key,
        request(model=toy.Toy(rate=2.0)).key,
        request(fidelity="preview").key,
    }
    assert len(keys) == 6


def test_a_fingerprint_sees_units_names_and_values():
    one = toy.site()
    other = one.copy(deep=True)
    assert fingerprint(one) == fingerprint(other)
    other.elevation.attrs["units"] = "ft"
    assert fingerprint(one) != fingerprint(other)


def test_the_shelf_keeps_what_was_used_last(tmp_path):
    shelf = Shelf(tmp_path, limit=1500)
    for number, name in enumerate("abc"):
        place = shelf.place(name * 64)
        (place / "data").write_bytes(b"x" * 1000)
        import os

        os.utime(place, (number, number))
    assert shelf.tidy() == ["b" * 64, "a" * 64]
    with pytest.raises(InvalidInputError, match="no key"):
        shelf.place("../../etc")
