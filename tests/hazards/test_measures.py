"""Every intervention that a model offers: it does what it says, to the side and about by as much as it should."""

import numpy as np
import pytest

from watchfloor.hazards import HAZARDS
from watchfloor.hazards.action import Action
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.streams import Streams
from watchfloor.impact.behaviour import TARGETS

EXPOSURE = {
    "evacuate": ("population", 0.2),
    "shelter": ("indoor_fraction", 0.7),
    "leave-buildings": ("indoor_fraction", 0.2),
    "close-bridge": ("population", 0.05),
    "close-road": ("population", 0.05),
    "power-cut": ("ignition_sources", 0.0),
}
"""Measures that change who is exposed and never the hazard: the field, and what it becomes where it was all (or, for
the share that is indoors, none)."""


def total(field):
    return lambda result: float(result[field].sum())


def at(field, node):
    return lambda result: float(result[field].sel(node=node))


EFFECT = {
    ("crowd", "open-gate"): (total("egress_time"), 0.2, 0.95, {"where": ["north gate"]}),
    ("crowd", "meter-inflow"): (total("egress_time"), 0.5, 1.0, {}),
    ("crowd", "close-way"): (total("egress_time"), 1.05, 5.0, {"where": ["south gate"]}),
    ("dambreak", "lower-reservoir"): (total("water_depth_max"), 0.3, 0.97, {}),
    ("dambreak", "hold-breach"): (total("water_depth_max"), 0.0, 0.01, {}),
    ("dambreak", "levee"): (total("water_depth_max"), 0.5, 1.5, {"area": (18, 10, 30)}),
    ("drought", "irrigate"): (total("drought_intensity"), 0.1, 0.95, {}),
    ("epidemic", "contacts"): (total("attack_rate"), 0.01, 0.9, {}),
    ("epidemic", "schools"): (total("attack_rate"), 0.3, 0.97, {}),
    ("epidemic", "vaccinate"): (total("attack_rate"), 0.1, 0.97, {}),
    ("epidemic", "trace"): (total("attack_rate"), 0.01, 0.95, {}),
    ("epidemic", "travel"): (total("attack_rate"), 0.2, 1.0, {}),
    ("epidemic", "surge-beds"): (total("bed_shortage"), 0.0, 0.999, {}),
        ("flood", "levee"): (total("water_depth_max"), 0.5, 1.5, {"area": (17, 0, 47)}),
    ("flood", "relief"): (total("water_depth_max"), 0.5, 1.5, {"area": (20, 20, 24)}),
    ("flood", "gate"): (total("water_depth_max"), 0.6, 0.97, {}),
    ("flood", "pump"): (total("water_depth_max"), 0.6, 0.995, {"area": (20, 20, 30)}),
    ("hydrology", "gate"): (at("discharge_max", "town"), 0.69, 0.71, {"where": ["town"]}),
    ("hydrology", "divert"): (at("discharge_max", "town"), 0.7, 0.999, {"where": ["town"]}),
    ("hydrology", "retain"): (total("runoff_depth"), 0.6, 0.95, {}),
    ("landslide", "drain"): (total("instability"), 0.01, 0.99, {}),
    ("mine", "ventilate"): (total("methane_fraction_max"), 0.3, 0.95, {}),
    ("mine", "fan-stop"): (total("methane_fraction_max"), 1.5, 100.0, {}),
    ("mine", "drain"): (total("methane_fraction_max"), 0.4, 0.95, {}),
    ("release", "shut-off"): (total("gas_dose"), 0.04, 0.06, {"start": 60.0}),
    # a dense cloud that is weaker is thinned more slowly, so that half the rate is a little more than half the dose
    ("release", "curtain"): (total("gas_dose"), 0.45, 0.65, {}),
    ("release", "foam"): (total("gas_dose"), 0.25, 0.45, {}),
    ("release", "ventilation-off"): (total("indoor_concentration_max"), 0.4, 0.7, {}),
    ("tailings", "lower-pond"): (total("pond_level_max"), 0.99, 0.99999, {}),
    ("tailings", "stop-slurry"): (total("pond_level_max"), 0.99, 0.99999, {}),
    ("tailings", "divert"): (total("pond_level_max"), 0.99, 0.99999, {}),
    ("tailings", "raise-crest"): (total("freeboard_min"), 1.01, 10.0, {}),
    ("tailings", "open-spillway"): (total("pond_level_max"), 0.99, 0.99999, {"where": ["lower dam"]}),
    ("wildfire", "line"): (total("burned"), 0.1, 0.99, {"line": (20, 12, 28), "parameters": {"holds": 50.0, "speed": 1e5}}),
    ("wildfire", "dozer"): (total("burned"), 0.1, 0.99, {"line": (20, 12, 28), "parameters": {"holds": 50.0, "speed": 1e5}}),
    ("wildfire", "retardant"): (total("burned"), 0.1, 0.6, {}),
    ("wildfire", "backfire"): (total("burned"), 1.0, 20.0, {"line": (40, 5, 20)}),
    ("wildfire", "blackout"): (total("burned"), 0.0, 0.0, {}),
}  # fmt: skip
"""A figure of the example's control run, the least and the most that it is multiplied by, and what the action says."""
SILENT = {("epidemic", "surge-icu")}
"""Measures without an effect in the model's example: see its own tests."""


def test_every_measure_is_asked_here():
    offered = {(name, measure.name) for name in HAZARDS for measure in HAZARDS[name].measures}
    hazards = {pair for pair in offered if pair[1] not in EXPOSURE}
    assert hazards == set(EFFECT) | SILENT


FIDELITY = {"crowd": "preview"}
"""Where the whole run is slow and a coarse one says the same."""


@pytest.fixture(scope="module")
def prepared():
    made = {}

    def get(name):
        if name not in made:
            model = HAZARDS[name]()
            site, forcing, until = model.example()
            ready = model.prepare(site, forcing, until=until, fidelity=FIDELITY.get(name, "standard"))
            made[name] = model, ready, model.run(ready, model.sample(Streams(1, 0))), site
        return made[name]

    return get


def line(site, row, first, last, down=0):
    lon, lat = Grid.of(site).degrees()
    ends = [(row, first), (row + down, last)]
    return {"type": "LineString", "coordinates": [[float(lon[cell]), float(lat[cell])] for cell in ends]}


@pytest.mark.parametrize(("name", "measure"), list(EFFECT), ids=lambda value: value)
def test_a_measure_does_what_it_says(prepared, name, measure):
    model, ready, plain, site = prepared(name)
    figure, low, high, said = EFFECT[name, measure]
    known = next(item for item in model.measures if item.name == measure)
    numbers = {key: default for key, (_, default) in known.parameters.items()} | said.get("parameters", {})
    where = said.get("where")
    if "area" in said:
        where = line(site, *said["area"])
    if "line" in said:
        where = line(site, *said["line"])
    action = Action(measure, numbers, where, start=said.get("start", 0.0))
    patches = model.patches([action], Streams(1, 0))
    assert {patch.kind for patch in patches} <= {"field", "source", "schedule"}
    changed = model.run(ready, model.sample(Streams(1, 0)), patches)
    assert low * figure(plain) <= figure(changed) <= high * figure(plain), figure(changed) / figure(plain)
    assert not changed.equals(plain), "nothing changed"


@pytest.mark.parametrize("name", list(HAZARDS))
def test_what_changes_who_is_exposed_changes_no_hazard(name):
    model = HAZARDS[name]()
    for measure in model.measures:
        if measure.name not in EXPOSURE:
            continue
        field, left = EXPOSURE[measure.name]
        numbers = {key: default for key, (_, default) in measure.parameters.items()}
        patches = model.patches([Action(measure.name, numbers)], Streams(1, 0))
        assert {(patch.kind, patch.target) for patch in patches} == {("exposure", field)}
        value = 0.0 if patches[0].operation == "maximum" else 1.0
        for patch in patches:
            value = patch.apply(value)
        assert value == pytest.approx(left)
        assert field in TARGETS, "impact refuses a plan with it"


def test_a_dike_that_is_cut_lets_the_water_through_and_none_is_lost():
    model = HAZARDS["flood"](rain_spread=0.0)
    site, forcing, until = model.example()
    # a dike between the river and the land, and a hollow behind it
    rows = np.arange(site.sizes["y"])[:, None]
    z = site.elevation.values + np.where(rows == 18, 4.0, 0.0) - np.where(rows < 18, 1.5, 0.0)
    site = site.assign(elevation=(("y", "x"), z, {"units": "m"}))
    forcing = forcing.drop_vars("rain_rate")
    ready = model.prepare(site, forcing, until=until)
    theta = model.sample(Streams(1, 0))
    cut = model.patches([Action("relief", {"height": 10.0}, line(site, 18, 10, 30))], Streams(1, 0))
    dry, wet = model.run(ready, theta), model.run(ready, theta, cut)
    behind = slice(0, 17)
    assert float(dry.water_depth_max[behind].max()) == 0.0
    assert float(wet.water_depth_max[behind].max()) > 0.1
    assert abs(wet.balance_error) < 1e-9
    assert float(wet.water_depth_max[19:].sum()) < float(dry.water_depth_max[19:].sum())
