"""Crowds: nobody vanishes, wider gates empty faster, and a closed gate makes a crush."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.crowd import Crowd, flow, walking_speed
from watchfloor.hazards.streams import Streams


def leave(actions=(), member=0, change=None, until=None, **parameters):
    site, forcing, usual = Crowd.example()
    if change is not None:
        site = change(site)
    model, streams = Crowd(**parameters), Streams(1, member)
    ready = model.prepare(site, forcing, until=until or usual)
    return model.run(ready, model.sample(streams), model.patches(actions, streams), times=True)


def test_the_hall_empties_and_everybody_is_counted():
    result = leave()
    assert float(result.people_left[-1]) == pytest.approx(4500.0, rel=0.02)
    assert np.all(np.diff(result.people_left) >= 0)
    assert abs(result.attrs["balance_error"]) < 1e-12
    assert float(result.egress_time[0]) < float(result.egress_time[1]) < 40.0


def test_a_wider_gate_is_never_slower():
    plain, wide = leave(), leave([Action("open-gate", {"width": 6.0}, ["north gate"])])
    assert (wide.egress_time <= plain.egress_time + 1e-6).all()
    assert float(wide.egress_time[1]) < 0.8 * float(plain.egress_time[1])
    assert (wide.crowd_density_max <= plain.crowd_density_max + 1e-6).all()


def test_closed_gates_fill_the_concourse_until_it_is_dangerous():
    shut = leave([Action("close-way", {}, ["north gate", "south gate"])])
    assert float(shut.people_left[-1]) == 0.0
    assert float(shut.crowd_density_max[1]) > 4.0
    assert float(shut.egress_time[1]) == pytest.approx(40.0)


def test_metering_the_inflow_lets_fewer_in():
    assert float(leave([Action("meter-inflow", {"factor": 0.0})]).people_left[-1]) == pytest.approx(
        4200, rel=0.02
    )


def test_half_the_step_gives_the_same_times():
    coarse, fine = leave(step=2.0), leave(step=1.0)
    assert np.allclose(coarse.egress_time, fine.egress_time, rtol=0.02)


def test_denser_is_slower_and_flow_has_one_peak():
    density = np.linspace(0.1, 5.4, 200)
    assert np.all(np.diff(walking_speed(density)) < 0)
    signs = np.sign(np.diff(flow(density)))
    assert (np.diff(signs) != 0).sum() == 1


@settings(max_examples=25, deadline=None)
@given(
    people=st.lists(st.floats(0, 3000), min_size=2, max_size=2),
    widths=st.lists(st.floats(0, 12), min_size=3, max_size=3),
)
def test_nobody_vanishes_whatever_the_venue(people, widths):
    def change(site):
        return site.assign(
            people=("node", people, {"units": "1"}), exit_width=("way", widths, {"units": "m"})
        )

    result = leave(change=change, until=300.0)
    assert abs(result.attrs["balance_error"]) < 1e-9
    assert float(result.crowd_density.min()) >= -1e-6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.assign(people=("node", [60_000.0, 0.0], {"units": "1"})), "more than 10"),
        (lambda s: s.assign(way_to=("way", [1.0, 0.0, 0.0], {"units": "1"})), "nobody could ever leave"),
        (lambda s: s.assign(way_to=("way", [1.0, 7.0, -1.0], {"units": "1"})), "whole numbers from -1 to 1"),
        (lambda s: s.assign(area=("node", [0.0, 10.0], {"units": "m^2"})), "Is its unit"),
        (lambda s: s.drop_vars("people"), "has no people"),
    ],
)
def test_impossible_venues_are_refused(change, said):
    with pytest.raises(InvalidInputError, match=said):
        leave(change=change)


def test_an_unknown_gate_is_named():
    with pytest.raises(InvalidInputError, match="west gate"):
        leave([Action("open-gate", {"width": 2.0}, ["west gate"])])


def test_arrivals_need_places():
    site, _, until = Crowd.example()
    forcing = xr.Dataset(
        {"people_inflow": ("time", [1.0, 0.0], {"units": "1/s"})}, coords={"time": [0.0, 60.0]}
    )
    with pytest.raises(InvalidInputError, match="must name the places"):
        Crowd().prepare(site, forcing, until=until)
