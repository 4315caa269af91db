"""What every vulnerability and every exposure promises, asked of all of them, without exception."""

import numpy as np
import pytest

import watchfloor
from watchfloor.core.fields import field
from watchfloor.core.kinds import KINDS, kind
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.reference import verify
from watchfloor.hazards.streams import Streams
from watchfloor.impact import EXPOSURES, VULNERABILITIES, exposures_of
from watchfloor.impact.measures import MEASURES
from watchfloor.impact.vulnerability.counted import ITSELF
from watchfloor.impact.vulnerability.service import LIMITS, Service
from watchfloor.store import Store

CASES = [(name, one) for name in VULNERABILITIES for one in VULNERABILITIES[name].kinds]

RISING = {"deaths", "damage", "people_exposed", "people_at_risk", "roads_closed", "buildings_hit"}


@pytest.fixture(params=CASES, ids=lambda case: "-".join(case))
def one(request):
    name, hazard = request.param
    return VULNERABILITIES[name].against(hazard), hazard


@pytest.fixture(scope="module")
def demo():
    with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
        yield exposures_of(floor)


def test_declarations_are_whole(one):
    vulnerability, hazard = one
    cls = type(vulnerability)
    assert kind(hazard).name == hazard
    assert cls.exposure in {*EXPOSURES, ITSELF}
    assert {"en", "zh"} <= set(cls.title)
    assert {"en", "zh"} <= set(cls.validity)
    assert len(cls.validity["en"]) > 60
    assert cls.sources
    assert cls.gives
    for counts in cls.gives:
        assert counts.measure in MEASURES
    for name, parameter in cls.param.objects("existing").items():
        if name != "name":
            assert parameter.doc, f"{cls.__name__}.{name} has no doc"


def test_at_least_three_published_values_are_reproduced(one):
    vulnerability, _ = one
    assert len(type(vulnerability).references) >= 3
    for outcome in verify(type(vulnerability).references):
        assert outcome.passed, f"{outcome.reference.case}: {outcome.found} {outcome.trouble}"
        assert outcome.reference.citation


def test_it_reads_outputs_that_some_model_of_its_kind_gives(one):
    """Names of outputs are a promise between rooms: a response that no model feeds would never be used."""
    vulnerability, hazard = one
    models = [model for model in HAZARDS.usable().values() if model.kind == hazard]
    if not models:
        pytest.skip(f"no model of {hazard} yet")
    read = [
        vulnerability.reading(hazard, [item.field for item in model.gives if "time" not in item.dims])
        for model in models
    ]
    assert any(reads is not None for reads in read), f"none of {[m.__name__ for m in models]}"
    for reads in read:
        for item in reads or ():
            for name in item.fields:
                assert field(name).units


def test_curves_are_shares_that_rise(one):
    vulnerability, _ = one
    x = vulnerability.knots()
    assert np.all(np.diff(x) > 0)
    groups = ["residential", "all", "bridge"]
    for member in (0, 1, 2):
        y = vulnerability.responses(vulnerability.sample(Streams(3, member)), groups)
        assert y.shape == (3, len(type(vulnerability).gives), x.size)
        assert np.isfinite(y).all()
        assert (y >= 0).all()
        told = type(vulnerability).exposure == ITSELF or type(vulnerability).gives[0].measure == "loss"
        assert told or (y <= 1 + 1e-12).all()
        for counts, row in zip(type(vulnerability).gives, np.moveaxis(y, 1, 0), strict=True):
            if counts.measure in RISING and type(vulnerability).__name__ != "Slide":
                # a slide's axis holds the open and the inside, one behind the other
                assert (np.diff(row, axis=1) >= -1e-9).all(), counts.measure


def test_the_control_is_central_and_members_differ(one):
    vulnerability, hazard = one
    draws = [vulnerability.sample(Streams(5, member)) for member in (0, 1, 2)]
    assert draws[0]
    given = {key: value for key, value in vulnerability.param.values().items() if key != "name"}
    spreads = [name for name in vulnerability.param.objects("existing") if name == "spread"]
    if spreads and vulnerability.spread == 0:
        assert draws[0] == draws[1]
        vulnerability = type(vulnerability)(**{**given, "spread": 0.1})
        draws = [vulnerability.sample(Streams(5, member)) for member in (0, 1, 2)]
    if not (isinstance(vulnerability, Service) and LIMITS[hazard].spread == 0):
        assert draws[1] != draws[2]
    assert vulnerability.sample(Streams(5, 1)) == draws[1]
    assert vulnerability.sample(Streams(9, 0)) == draws[0]


@pytest.mark.parametrize("hazard", KINDS)
def test_usual_ones_of_a_kind_do_not_give_the_same_figure_twice(hazard):
    given = [
        counts.measure
        for cls in VULNERABILITIES.usable().values()
        if cls.usual and hazard in cls.kinds
        for counts in cls.gives
    ]
    assert len(given) == len(set(given)), given


@pytest.mark.parametrize("name", EXPOSURES)
def test_exposures_are_described_and_read_from_the_demo(name, demo):
    cls = EXPOSURES[name]
    assert {"en", "zh"} <= set(cls.title)
    assert len(cls.doc) > 30
    if name == "economy":
        assert "The catalog has no economy." in demo.remarks
        return
    layer = demo.layers[name]
    assert layer.weights
    for source in layer.sources:
        assert source.entry.startswith("region/")
        assert len(source.digest) == 64
        assert source.vintage
    if layer.table:
        assert layer.data.crs.to_epsg() == 4326
        for weight in layer.weights:
            assert (layer.data[weight] >= 0).all()
        assert {"name", "name_zh", "kind"} <= set(layer.data.columns)
