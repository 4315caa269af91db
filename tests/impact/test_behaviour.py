"""Actions change who is exposed, in time or too late, and never the hazard."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from shapely.geometry import mapping

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.hazards.action import Action
from watchfloor.hazards.ensemble import Request, run
from watchfloor.hazards.flood import Flood
from watchfloor.impact import Exposures, assess
from watchfloor.impact.vulnerability import VULNERABILITIES

spec = importlib.util.spec_from_file_location("impact_places", Path(__file__).parent / "places.py")
small = importlib.util.module_from_spec(spec)
spec.loader.exec_module(small)


@pytest.fixture
def world():
    """Return water that comes to the west after one hour and to the east after three, over 240 people."""
    depth = np.full((2, 4, 6), 2.0)
    arrival = np.full((2, 4, 6), 3600.0)
    arrival[:, :, 3:] = 3 * 3600.0
    people = small.grid(np.full((4, 6), 10.0))
    table = small.houses([(5, 5), (55, 5)], kind=["residential"] * 2, value=[100.0, 100.0], people=[4, 4])
    exposures = Exposures.of(people=people, buildings=table, districts=small.halves(60, 40))
    return small.water(depth, arrival_time=arrival), exposures


def exposed(result, exposures, *actions, **more):
    return assess(result, exposures, kind="flood", actions=actions, **more).totals


def test_who_leaves_before_it_comes_is_spared(world):
    half = {"fraction": 0.5}
    assert exposed(*world).loc[0, "people_exposed"] == 240.0
    early = exposed(*world, Action("evacuate", half, start=1800.0))
    assert early.loc[0, "people_exposed"] == 120.0
    assert early.loc[0, "evacuated"] == 120.0
    between = exposed(*world, Action("evacuate", half, start=7200.0))
    assert between.loc[0, "people_exposed"] == 180.0  # the west is under water already
    assert between.loc[0, "evacuated"] == 60.0
    late = exposed(*world, Action("evacuate", half, start=20000.0))
    assert late.loc[0, "people_exposed"] == 240.0
    assert late.loc[0, "evacuated"] == 0.0


def test_who_comes_back_before_it_comes_is_not(world):
    back = exposed(*world, Action("evacuate", {"fraction": 1.0}, start=0.0, end=7200.0))
    assert back.loc[0, "people_exposed"] == 120.0


def test_two_orders_multiply(world):
    one = Action("evacuate", {"fraction": 0.5})
    assert exposed(*world, one, one).loc[0, "people_exposed"] == 60.0


def test_leaving_takes_time(world):
    """Half have left after half of the time that it takes; the west is reached then, the east later."""
    slow = exposed(*world, Action("evacuate", {"fraction": 1.0, "clearance": 2.0}, start=0.0))
    assert slow.loc[0, "people_exposed"] == pytest.approx(120 * 0.5, rel=0.07)
    at_once = exposed(*world, Action("evacuate", {"fraction": 1.0}, start=0.0))
    assert at_once.loc[0, "people_exposed"] == pytest.approx(0.0, abs=1e-4)


def test_houses_do_not_leave(world):
    gone = exposed(*world, Action("evacuate", {"fraction": 1.0}))
    assert gone["damage"].tolist() == exposed(*world)["damage"].tolist()
    assert gone.loc[0, "deaths"] == 0.0


@pytest.mark.parametrize(
    "where", [["W"], "West", mapping(small.area(0, 0, 29.9, 40))], ids=["code", "name", "geometry"]
)
def test_places_by_code_name_and_geometry(world, where):
    found = exposed(*world, Action("evacuate", {"fraction": 1.0}, where=where))
    assert found.loc[0, "people_exposed"] == pytest.approx(120.0)


def test_an_action_that_fails_does_so_in_the_same_members_as_in_the_hazard(world):
    result, exposures = world
    many = xr.concat([result.isel(member=[0])] * 40, "member").assign_coords(member=np.arange(40))
    many.attrs.update(result.attrs)
    order = Action("evacuate", {"fraction": 1.0}, reliability=0.5)
    totals = exposed(many, exposures, order, seed=3)
    model = Flood()
    from watchfloor.hazards.streams import Streams

    works = [bool(model.patches([order], Streams(3, member))) for member in range(40)]
    assert (totals["people_exposed"] == 0).tolist() == works
    assert 8 < sum(works) < 32
    # the second of two actions has a fate of its own
    other = exposed(many, exposures, Action("evacuate", {"fraction": 0.0}), order, seed=3)
    assert not np.array_equal(other["people_exposed"], totals["people_exposed"])


def test_without_arrival_what_is_assumed_is_said(world):
    result, exposures = world
    impact = assess(
        result.drop_vars("arrival_time"),
        exposures,
        kind="flood",
        actions=[Action("evacuate", {"fraction": 0.5})],
    )
    assert impact.totals.loc[0, "people_exposed"] == 120.0
    assert any("does not say when the flood arrives" in line for line in impact.remarks)


def test_walls_help_in_a_cloud():
    shape = (1, 4, 6)
    dims = ("member", "y", "x")
    coords = small.axes(4, 6) | {"member": [0]}
    data = {
        "fatality_probability": (dims, np.full(shape, 0.5), {"units": "1"}),
        "indoor_fatality_probability": (dims, np.full(shape, 0.1), {"units": "1"}),
        "arrival_time": (dims, np.full(shape, 600.0), {"units": "s"}),
    }
    cloud = xr.Dataset(data, coords=coords, attrs={"crs": small.CRS, "never": 7200.0})
    exposures = Exposures.of(people=small.grid(np.full((4, 6), 10.0)))
    toxic = VULNERABILITIES["toxic"](outside=0.4)

    def deaths(*actions):
        return assess(cloud, exposures, kind="chemical", vulnerability=toxic, actions=actions).totals.loc[
            0, "deaths"
        ]

    assert deaths() == pytest.approx(240 * (0.4 * 0.5 + 0.6 * 0.1), rel=1e-4)
    inside = Action("shelter", {"fraction": 0.9})
    assert deaths(inside) == pytest.approx(240 * (0.1 * 0.5 + 0.9 * 0.1), rel=1e-4)
    assert deaths(Action("shelter", {"fraction": 0.9}, start=900.0)) == deaths()  # too late
    assert deaths(inside, Action("evacuate", {"fraction": 0.5})) == pytest.approx(
        0.5 * deaths(inside), rel=1e-5
    )


def test_the_hazard_is_the_same_whatever_people_do():
    site, forcing, until = Flood.example()
    leave = Action("evacuate", {"fraction": 0.9})
    base = Request(Flood(), site, forcing, until, members=2, fidelity="preview")
    with_order = Request(Flood(), site, forcing, until, (leave,), members=2, fidelity="preview")
    calm, moved = run(base), run(with_order)
    assert np.array_equal(calm.data.water_depth_max.values, moved.data.water_depth_max.values)
    counts = small.grid(np.ones((20, 24)), 40.0)
    grid = xr.DataArray(
        counts.values,
        dims=("y", "x"),
        coords={"y": calm.data.y.values, "x": calm.data.x.values},
        attrs={"crs": "EPSG:32650"},
    )
    exposures = Exposures.of(people=grid)
    before, after = assess(calm, exposures), assess(moved, exposures)
    assert after.kind == "flood"
    assert after.totals["people_exposed"].sum() < before.totals["people_exposed"].sum()
    assert (after.totals["evacuated"] > 0).all()
    assert before.trace != after.trace


def test_what_cannot_be_done_is_said(world):
    with pytest.raises(UnknownNameError, match="evacuat"):
        exposed(*world, Action("evacuat"))
    with pytest.raises(UnknownNameError, match="district"):
        exposed(*world, Action("evacuate", where=["Z"]))
    result, exposures = world
    bare = Exposures.of(people=exposures.layers["people"])
    with pytest.raises(InvalidInputError, match="no districts are given"):
        exposed(result, bare, Action("evacuate", where=["W"]))
