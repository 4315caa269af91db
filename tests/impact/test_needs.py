"""What people need, what is in store, and where an impact stands in the matrix."""

import numpy as np
import pandas as pd
import pytest

import watchfloor
from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.ensemble import Request, run
from watchfloor.impact import Exposures, assess, exposures_of
from watchfloor.impact.likelihood import BOUNDS, COLOURS, LEVELS, Matrix
from watchfloor.impact.measures import MEASURES
from watchfloor.impact.needs import RATIONS, needs
from watchfloor.store import Store


def stocks(**amounts):
    rows = [
        {"item": item.replace("_", " "), "amount": amount, "unit": "1"} for item, amount in amounts.items()
    ]
    return pd.DataFrame(rows)


def test_the_sphere_handbooks_figures():
    """Sphere 2018: 15 l of water, 2,100 kcal, 3.5 m2 and one toilet for 20 people."""
    said = needs(pd.DataFrame({"displaced": [1000.0]}), None, days=2).set_index("need")["amount"]
    assert said["water"] == 15 * 1000 * 2
    assert said["food"] == 2100 * 1000 * 2
    assert said["shelter"] == 3500
    assert said["toilets"] == 50
    assert all("Sphere" in ration.source or "assumption" in ration.source for ration in RATIONS.values())


def test_gaps_and_when_they_come():
    totals = pd.DataFrame({"displaced": [0.0, 1000.0, 2000.0]})
    said = needs(
        totals, stocks(bottled_water=45_000.0, blankets=5000.0, ration_packs=1500.0), days=3
    ).set_index("need")
    water = said.loc["water"]
    assert water["amount"] == 45_000
    assert water["gap"] == 0
    assert water["probability"] == pytest.approx(1 / 3)  # only in the worst member
    assert water["gap_q95"] == pytest.approx(15 * 3 * np.quantile([0, 1000, 2000], 0.95) - 45_000)
    assert water["lasts"] == pytest.approx(3.0)
    assert water["when"] == "Enough."
    food = said.loc["food"]
    assert food["lasts"] == pytest.approx(1.5)
    assert food["when"] == "Used up after 1.5 days."
    assert said.loc["blankets", "when"] == "Enough."
    assert said.loc["toilets", "when"] == "Nothing is in store: missing at once."
    nobody = needs(pd.DataFrame({"displaced": [0.0]}), None)
    assert set(nobody["when"]) == {"Nobody needs it."}


def test_bad_stocks_are_refused():
    with pytest.raises(InvalidInputError, match="Stocks are negative"):
        needs(pd.DataFrame({"displaced": [1.0]}), stocks(blankets=-1.0))
    with pytest.raises(InvalidInputError, match="no column amount"):
        needs(pd.DataFrame({"displaced": [1.0]}), pd.DataFrame({"item": ["x"]}))
    with pytest.raises(InvalidInputError, match="0 days"):
        needs(pd.DataFrame({"displaced": [1.0]}), None, days=0)


def test_the_matrix_goes_by_likelihood_and_impact():
    # deaths: minor from 1, significant from 10, severe from 100
    assert Matrix.of({"deaths": [0] * 10}).colour == "green"
    assert Matrix.of({"deaths": [5] * 10}).colour == "yellow"
    assert Matrix.of({"deaths": [500] * 10}).cell == ("high", "severe")
    assert Matrix.of({"deaths": [500] * 10}).colour == "red"
    rare = Matrix.of({"deaths": [500] + [0] * 9})
    assert rare.cell == ("very low", "severe")
    assert rare.colour == "yellow"
    table = Matrix.of({"deaths": [0, 0, 0, 20]}).table.set_index("impact")
    assert table.loc["significant", "likelihood"] == "low"
    assert table.loc["severe", "probability"] == 0
    assert table.loc["severe", "colour"] == "green"
    with pytest.raises(InvalidInputError, match="expected three that rise"):
        Matrix.of({"deaths": [1]}, {"deaths": (1, 1, 2)})


def test_colours_never_get_milder_with_more_of_either():
    order = ["green", "yellow", "orange", "red"]
    ranks = np.array(
        [[order.index(colour) for colour in COLOURS[row]] for row in ("very low", "low", "medium", "high")]
    )
    assert (np.diff(ranks, axis=0) >= 0).all()
    assert (np.diff(ranks, axis=1) >= 0).all()
    assert sorted(BOUNDS) == list(BOUNDS)
    assert set(LEVELS) <= set(MEASURES)


@pytest.fixture(scope="module")
def demo():
    with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
        yield exposures_of(floor)


def test_the_demos_stocks_shelters_and_beds_count(demo):
    totals = pd.DataFrame({"displaced": [1000.0], "injured": [100.0]})
    said = needs(totals, demo.stocks).set_index("need")["stock"]
    assert said["water"] == 230_000
    assert said["blankets"] == 31_000
    assert said["beds in shelters"] == 9_300
    assert said["food"] == 68_000 * 2100


def test_an_area_cuts_the_exposures(demo):
    import geopandas as gpd

    with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
        table = floor.read("region/districts")
        shape = table[table["code"] == "D04"].geometry.iloc[0]
        inside = exposures_of(floor, shape.__geo_interface__)
        with pytest.raises(InvalidInputError, match="not a GeoJSON geometry"):
            exposures_of(floor, {"type": "Blob"})
    assert isinstance(table, gpd.GeoDataFrame)
    whole = inside.layers["people"].total("people")
    told = int(table.loc[table["code"] == "D04", "population"].iloc[0])
    assert whole == pytest.approx(told, rel=0.03)
    assert 0 < len(inside.layers["buildings"].data) < len(demo.layers["buildings"].data)
    assert inside.key != demo.key


@pytest.mark.parametrize("name", sorted(HAZARDS))
def test_every_model_s_example_has_an_impact(name):
    """From a model's own example to figures: whatever a model gives, somebody can be asked about."""
    model = HAZARDS[name]()
    site, forcing, until = model.example()
    ensemble = run(Request(model, site, forcing, until, members=2, fidelity="preview", timed=()))
    data = ensemble.data
    spatial = {"y", "x"} <= set(data.dims)
    if spatial:
        import xarray as xr

        counts = np.full((data.sizes["y"], data.sizes["x"]), 10.0)
        where = {"y": data.y.values, "x": data.x.values}
        people = xr.DataArray(counts, dims=("y", "x"), coords=where, attrs={"crs": data.attrs["crs"]})
        exposures = Exposures.of(people=people)
    else:
        dim = next((dim for dim in ("region", "node") if dim in data.dims), None)
        if dim is None:
            pytest.skip(f"{name} tells of {dict(data.sizes)}: nobody lives there")
        import xarray as xr

        names = data[dim].values if dim in data.coords else np.arange(data.sizes[dim])
        exposures = Exposures.of(
            people=xr.DataArray(np.full(data.sizes[dim], 100.0), dims=dim, coords={dim: names})
        )
    try:
        impact = assess(ensemble, exposures)
    except InvalidInputError as error:
        assert "Nothing can be said" in str(error)
        assert model.kind in {"mine", "flood", "earthquake", "wildfire"}, (
            error
        )  # mine has no response; others tell no water or fire
        assert name not in {
            "flood",
            "storm",
            "drought",
            "crowd",
            "dambreak",
            "earthquake",
            "wildfire",
            "release",
            "landslide",
            "epidemic",
        }
        return
    assert impact.kind == model.kind
    assert np.isfinite(impact.totals.to_numpy()).all()
    assert (impact.totals.to_numpy() >= 0).all()
    assert impact.totals.to_numpy().sum() > 0
    assert len(impact.trace) == 64
    assert impact.matrix().colour in {"green", "yellow", "orange", "red"}
