"""SPI and SPEI: standard by construction, dry where it is dry, and the outlook returns to what is usual."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.drought import (
    MONTH,
    Drought,
    gamma_fit,
    hargreaves,
    loglogistic_fit,
    standardised,
    sums,
)
from watchfloor.hazards.streams import Streams


def outlook(member=0, actions=(), change=None, **settings):
    site, forcing, until = Drought.example()
    if change is not None:
        forcing = change(forcing)
    model = Drought(**settings)
    streams = Streams(2, member)
    ready = model.prepare(site, forcing, until=until)
    return model.run(ready, model.sample(streams), model.patches(actions, streams), times=True)


def test_the_index_of_its_own_sample_is_standard():
    rain = np.random.default_rng(1).gamma(1.5, 50.0, (1200, 20))
    index = standardised(rain, 3, 1, slice(None))[2:]
    assert np.abs(index.mean()) < 0.01
    assert index.std() == pytest.approx(1.0, abs=0.02)
    balance = rain - 60.0
    index = standardised(balance, 6, 4, slice(None), balance=True)[5:]
    assert np.abs(index.mean()) < 0.02
    assert index.std() == pytest.approx(1.0, abs=0.03)


def test_fits_find_the_distributions_that_were_drawn_from():
    rng = np.random.default_rng(3)
    wet = rng.gamma(2.5, 30.0, (20_000, 2))
    wet[rng.random(wet.shape) < 0.25] = 0.0
    form, scale, zeros = gamma_fit(wet)
    assert np.allclose(form, 2.5, rtol=0.05)
    assert np.allclose(scale, 30.0, rtol=0.05)
    assert np.allclose(zeros, 0.25, atol=0.02)
    drawn = stats.fisk(c=4.0, loc=-100.0, scale=150.0).rvs(50_000, random_state=rng)
    scale, form, origin = loglogistic_fit(drawn)
    assert (float(scale), float(form), float(origin)) == pytest.approx((150.0, 4.0, -100.0), rel=0.06)


def test_sums_hold_the_month_and_those_before():
    assert sums(np.array([1.0, 2.0, 3.0, 4.0]), 3)[2:].tolist() == [6.0, 9.0]
    assert np.isnan(sums(np.arange(4.0), 3)[:2]).all()


def test_a_dry_spell_is_dry_and_then_returns_to_what_is_usual():
    result = outlook()
    dryness = result.drought_index.mean(("y", "x")).values
    assert dryness[0] < -1.0
    assert abs(dryness[-1]) < 0.5
    assert (result.drought_intensity.values == np.maximum(-result.drought_index_min.values, 0)).all()


def test_less_rain_never_makes_the_index_higher():
    less = outlook(
        change=lambda f: f.assign(
            precipitation=f.precipitation.where(f.time < -4 * MONTH, f.precipitation * 0.5)
        )
    )
    assert (less.drought_index[0].values <= outlook().drought_index[0].values + 1e-6).all()


def test_evapotranspiration_makes_it_the_spei_and_heat_makes_it_drier():
    def with_need(hot):
        def change(forcing):
            need = xr.full_like(forcing.precipitation, 50.0)
            need = need.where(need.time < -3 * MONTH, 50.0 * hot)
            need.attrs["units"] = "mm"
            forcing["precipitation"].attrs["units"] = "mm"
            return forcing.assign(evapotranspiration=need)

        return change

    usual, hot = outlook(change=with_need(1.0)), outlook(change=with_need(2.0))
    assert float(hot.drought_index[0].mean()) < float(usual.drought_index[0].mean()) - 0.3


def test_water_brought_to_an_area_helps_there_only():
    site, _, _ = Drought.example()
    from watchfloor.hazards.grid import Grid

    lon, lat = Grid.of(site).degrees()
    where = {"type": "Point", "coordinates": [float(lon[1, 2]), float(lat[1, 2])]}
    changed = (
        outlook(actions=[Action("irrigate", {"depth": 40.0}, where)]).drought_index_min
        - outlook().drought_index_min
    )
    assert float(changed[1, 2]) > 0.1
    assert int((np.abs(changed.values) > 1e-6).sum()) == 1


def test_members_take_other_years():
    lows = [float(outlook(member).drought_index_min.mean()) for member in range(1, 9)]
    assert np.std(lows) > 0.05


def test_hargreaves_grows_with_the_span_of_the_day():
    assert hargreaves(10.0, 30.0, 30.0) > hargreaves(15.0, 25.0, 30.0) > 0
    assert hargreaves(20.0, 20.0, 30.0) == 0.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda f: f.isel(time=slice(0, 60)).assign_coords(time=np.arange(-60, 0) * MONTH),
            "at least 10 years",
        ),
        (lambda f: f.isel(time=slice(0, 300)), "ends 60 months before"),
        (lambda f: f.isel(time=[*range(100), *range(101, 360)]), "without gaps"),
        (lambda f: f.assign(precipitation=(f.precipitation - 1e3).assign_attrs(units="mm")), "Is its unit"),
    ],
)
def test_bad_series_are_refused(change, said):
    with pytest.raises(InvalidInputError, match=said):
        outlook(change=change)
