"""The fire weather index: the published 48 days, the seasons of the south, winters, showers, and a real station."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.fireweather import FireWeather
from watchfloor.hazards.fireweather.cases import SERIES, season
from watchfloor.hazards.fireweather.codes import (
    DROUGHT_DAYS,
    DUFF_DAYS,
    EXACT,
    PUBLISHED,
    bands,
    buildup,
    drought,
    duff,
    fine_fuel,
    month_of,
    overwintered,
    spread,
    weather_index,
)
from watchfloor.hazards.streams import Streams

DAY = 86_400.0
# FFMC, DMC, DC, ISI, BUI, FWI, DSR of the 48 days (cffdrs/cffdrs_r, tests/data/fwi_01.csv)
TABLE = """
87.6494 8.54505 19.014 10.7762 8.49043 10.0362 1.61193
86.2009 10.4019 23.568 8.77083 10.3553 9.22044 1.38733
86.908 11.7983 26.052 6.4782 11.7392 7.51672 0.966361
88.7592 13.1801 28.176 4.85066 13.1052 6.09501 0.666766
89.0413 15.4362 31.47 12.5116 15.3374 14.7346 3.18073
88.5883 16.469 33.504 10.5995 16.3685 13.3554 2.67291
87.2785 17.237 35.448 3.92329 17.1413 5.79642 0.610045
87.2785 18.4938 37.932 6.49368 18.396 9.50179 1.46314
86.7295 19.6759 40.596 7.34665 19.5803 10.8784 1.85903
29.8312 10.1447 29.5247 0.00662331 10.9141 0.00419136 1.68321e-06
49.3951 10.679 31.6487 0.357734 11.5852 0.234039 0.0020807
67.216 11.3847 33.6827 1.34637 12.3412 0.912918 0.0231491
77.7289 13.0255 36.9767 1.12601 13.8521 0.816221 0.0189875
85.4145 15.4401 40.7207 3.88038 15.8529 5.47411 0.551295
91.4609 19.8221 45.8147 8.30586 19.7828 12.0793 2.2376
89.8744 22.4534 50.1887 9.42255 22.3965 14.1963 2.97798
89.8744 25.1854 54.3827 11.5267 25.1093 17.4972 4.31146
88.36 27.0385 57.9467 7.58145 26.9574 13.1671 2.60656
85.6441 28.3117 62.9607 4.00639 28.2494 7.9461 1.06621
87.3232 30.8464 68.1547 4.36709 30.7792 9.00639 1.33083
89.3279 34.5119 74.3387 5.82156 34.4282 12.1685 2.26693
90.9307 38.8263 80.8827 10.9595 38.7198 20.8805 5.89536
91.1519 43.1407 87.4267 10.2261 43.0131 20.9427 5.92647
91.6058 48.0972 94.6907 9.8622 47.945 21.5579 6.23812
95.1142 54.4558 102.135 34.2657 54.2611 52.3109 29.9555
89.6503 57.435 108.769 11.1622 57.2409 25.7187 8.52527
62.1996 29.9207 91.8026 1.40537 32.9739 3.01081 0.191354
76.4374 31.2586 96.1866 2.29048 34.4932 5.34122 0.527828
83.3326 33.3294 101.471 3.77048 36.6024 8.78643 1.27385
88.6009 37.0778 107.745 5.51545 39.8618 12.6342 2.42274
86.6169 38.6282 112.669 7.99689 41.6001 17.1974 4.18157
89.5761 41.5952 117.773 15.7149 44.1807 28.6563 10.324
92.0697 45.8725 123.777 10.0146 47.6222 21.7208 6.32179
21.3169 20.0857 96.8932 0.000247601 26.4591 0.000268897 1.30298e-08
51.0044 18.2351 102.897 0.225644 25.2731 0.23777 0.00213977
82.2126 22.0314 108.811 3.27266 29.2546 6.75766 0.800403
75.3197 16.3742 106.332 2.13527 23.6454 3.80234 0.289241
84.2683 18.186 110.536 6.3862 25.7717 11.2086 1.96009
90.2514 22.0489 116.36 9.94562 29.9228 17.0956 4.13786
77.5367 18.6711 117.651 1.57779 26.7351 2.91746 0.180979
90.1668 23.7474 125.455 13.2946 32.2386 21.913 6.42114
65.2849 13.1392 108.435 1.38858 20.1687 1.86212 0.081749
55.3883 7.74033 91.5785 1.18299 12.7802 0.81836 0.0190757
80.7927 11.3476 97.7625 1.85162 17.5907 2.53186 0.140818
61.7033 8.40599 97.7989 1.23766 13.8384 0.896632 0.0224231
64.4326 8.99097 101.823 1.72571 14.7302 1.94105 0.0879821
77.5731 10.4563 106.207 2.03573 16.782 2.7655 0.16463
85.3678 13.1221 111.401 3.48569 20.274 5.71927 0.595747
"""


def region(north=5_100_000.0, crs="EPSG:32650", cells=(4, 5)):
    rows, columns = cells
    return xr.Dataset(
        coords={"y": north - np.arange(rows) * 1e4, "x": 5e5 + np.arange(columns) * 1e4}, attrs={"crs": crs}
    )


def weather(rows, **units):
    names = (("temperature", "degC"), ("humidity", "percent"), ("wind_speed", "km/h"), ("rain_day", "mm"))
    values = np.asarray(rows, float)
    return xr.Dataset(
        {
            name: ("time", values[:, i], {"units": units.get(name, unit)})
            for i, (name, unit) in enumerate(names)
        },
        coords={"time": np.arange(len(values)) * DAY},
    )


def published():
    return [[float(v) for v in line.split()] for line in SERIES.strip().replace("\n", ";").split(";")]


def run(site, forcing, days, member=0, fidelity="standard", times=True, **parameters):
    model = FireWeather(**parameters)
    ready = model.prepare(site, forcing, until=days * DAY, fidelity=fidelity)
    return model.run(ready, model.sample(Streams(2, member)), times=times)


def test_all_48_days_are_those_of_the_canadian_forest_service():
    table = np.array([[float(v) for v in line.split()] for line in TABLE.strip().split("\n")])
    assert np.allclose(season(EXACT), table, rtol=1.1e-5, atol=1e-9)


def test_the_published_scale_differs_by_little():
    published_scale, exact = season(PUBLISHED), season(EXACT)
    assert np.array_equal(published_scale[:, 1:3], exact[:, 1:3])
    assert np.abs(published_scale[:, 0] - exact[:, 0]).max() < 0.13
    # to the tenth that was printed in 1985
    assert np.round(published_scale[0, [0, 3, 5]], 1).tolist() == [87.7, 10.9, 10.1]
    assert np.allclose(published_scale[1, [0, 2, 3]], [86.247642, 23.568, 8.8376], rtol=1e-5)


def test_a_region_has_what_its_stations_have():
    found = run(region(), weather(published()), 48, scale="exact", first_day=103)
    truth = season(EXACT)
    for number, name in enumerate(
        ("fine_fuel_code", "duff_code", "drought_code", "spread_index", "buildup_index", "fire_weather_index")
    ):
        assert np.allclose(found[name][:, 2, 3], truth[:, number], rtol=1e-5, atol=1e-6)
    assert float(found.fire_weather_index_max.max()) == pytest.approx(52.3109, rel=1e-5)
    assert float(found.danger_days.min()) == 1.0
    assert found.sizes["time"] == 48


def test_yesterday_s_codes_go_on_as_if_there_had_been_no_night():
    whole = run(region(), weather(published()), 48)
    first = run(region(), weather(published()[:20]), 20)
    site = region()
    for name in ("fine_fuel_code", "duff_code", "drought_code"):
        site[name] = first[name][-1].drop_vars("time").assign_attrs(units="1")
    rest = run(site, weather(published()[20:]), 28, first_day=123)
    assert np.allclose(rest.fire_weather_index, whole.fire_weather_index[20:], rtol=1e-4, atol=1e-5)


def test_the_south_has_its_summer_in_january():
    assert DROUGHT_DAYS[2, 0] == DROUGHT_DAYS[0, 6]
    assert [row[0] for row in bands(np.array([-35.0]))] == [4, 2]
    assert bands(np.array([46.0, 20.0, 0.0, -20.0, -35.0]))[0].tolist() == [0, 1, 2, 3, 4]
    dry = weather([[25.0, 40.0, 10.0, 0.0]] * 10)
    north = run(region(), dry, 10, first_day=10)
    south = run(region(north=5_500_000.0, crs="EPSG:32750"), dry, 10, first_day=10)
    assert float(south.drought_code[-1, 0, 0]) > float(north.drought_code[-1, 0, 0]) + 30
    assert [month_of(number) for number in (1, 31, 32, 59, 60, 365, 366, 400)] == [0, 0, 1, 1, 2, 11, 0, 1]


def test_a_dry_winter_leaves_a_drought():
    site = region().assign(
        drought_code=((), 400.0, {"units": "1"}), winter_precipitation=((), 60.0, {"units": "mm"})
    )
    dry = run(site, weather([[15.0, 50.0, 10.0, 0.0]]), 1, overwinter=True)
    begun = run(region(), weather([[15.0, 50.0, 10.0, 0.0]]), 1)
    expected = float(overwintered(400.0, 60.0))
    assert float(dry.drought_code[0, 0, 0] - begun.drought_code[0, 0, 0]) == pytest.approx(
        expected - 15.0, abs=1e-3
    )
    assert float(overwintered(400.0, 500.0)) == 15.0


@settings(max_examples=60, deadline=None)
@given(
    t=st.floats(-20, 45), h=st.floats(0, 100), w=st.floats(0, 100), r=st.floats(0, 200),
    f=st.floats(0, 101), p=st.floats(0, 400), d=st.floats(0, 1200),
)  # fmt: skip
def test_codes_stay_in_their_ranges_and_rain_never_dries(t, h, w, r, f, p, d):
    wet, dry = fine_fuel(f, t, h, w, r, PUBLISHED), fine_fuel(f, t, h, w, 0.0, PUBLISHED)
    assert 0.0 <= wet <= dry + 1e-9 <= 101.0 + 1e-9
    assert 0.0 <= duff(p, t, h, r, 12.0) <= duff(p, t, h, 0.0, 12.0) + 0.5
    assert 0.0 <= drought(d, t, r, 3.0) <= drought(d, t, 0.0, 3.0) + 1e-9
    index = weather_index(spread(dry, w, PUBLISHED), buildup(p, d))
    assert np.isfinite(index)
    assert index >= 0.0
    assert spread(dry, w + 5.0, PUBLISHED) >= spread(dry, w, PUBLISHED)


def test_where_it_rained_it_is_safer():
    site, forcing, until = FireWeather.example()
    found = run(site, forcing, until / DAY)
    after = found.fire_weather_index[8]
    assert float(after[:, :4].max()) < float(after[:, 4:].min())
    assert (found.fire_weather_index_max >= found.fire_weather_index.max("time") - 1e-4).all()


def test_members_spread_and_the_control_does_not():
    forcing = weather(published()[:30])
    runs = [run(region(), forcing, 30, member=m, times=False) for m in range(10)]
    most = np.array([float(r.fire_weather_index_max.max()) for r in runs])
    assert most[0] == pytest.approx(52.3, abs=0.3)
    assert most[1:].std() > 3.0


def test_preview_and_long_runs():
    site, forcing, until = FireWeather.example()
    fine = run(site, forcing, until / DAY, times=False)
    rough = run(site, forcing, until / DAY, fidelity="preview")
    assert rough.fire_weather_index_max.shape == (3, 4)
    assert float(rough.fire_weather_index_max.mean()) == pytest.approx(
        float(fine.fire_weather_index_max.mean()), rel=0.1
    )
    year = run(region(), weather([[15.0, 50.0, 10.0, 1.0]] * 365), 365)
    assert year.sizes["time"] == 60
    assert float(year.time[-1]) == 364 * DAY


@pytest.mark.parametrize(
    ("change", "days", "said"),
    [
        (lambda f: f.assign_coords(time=f.time + DAY), 2, "one value a day from the run's start"),
        (lambda f: f.assign_coords(time=f.time / 24), 2, "one value a day"),
        (lambda f: f, 9, "shorten the run"),
        (lambda f: f, 0.5, "shorter than a day"),
        (lambda f: f.assign(humidity=f.humidity * 0 + 130).pipe(named, "humidity", "percent"), 2, "Is its unit"),
        (lambda f: f.assign(rain_day=f.rain_day - 5).pipe(named, "rain_day", "mm"), 2, "Is its unit"),
        (lambda f: f.assign(temperature=f.temperature * np.nan).pipe(named, "temperature", "degC"), 2, "missing values"),
        (lambda f: f.drop_vars("temperature"), 2, "has no air temperature"),
        (lambda f: f.assign(rain_day=(("y", "x"), np.ones((2, 2)), {"units": "mm"})), 2, "on another grid"),
    ],
)  # fmt: skip
def test_bad_weather_is_refused(change, days, said):
    with pytest.raises(InvalidInputError, match=said):
        run(region(), change(weather(published()[:4])), days)


def named(data, name, unit):
    data[name].attrs["units"] = unit
    return data


def test_the_loops_are_right_without_a_compiler():
    code = (
        "from watchfloor.hazards.fireweather.cases import season\n"
        "from watchfloor.hazards.fireweather.codes import PUBLISHED\n"
        "print(repr(float(season(PUBLISHED).sum())))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert float(said) == pytest.approx(float(season(PUBLISHED).sum()), rel=1e-12)


def test_british_columbia_s_own_codes_of_august_2021(realdata):
    """Stations of its wildfire service with each day's weather and codes, to three decimals."""
    path = realdata("wildfire/bcgov__wps/web/apps/wps-web/playwright/fixtures/hfi-calc/dailies.json")
    days: dict = {}
    for area in json.loads(path.read_text())["planning_area_hfi_results"]:
        for result in area["daily_results"]:
            for item in result["dailies"]:
                days[item["daily"]["code"], int(result["date"][-2:])] = item["daily"]
    indices, codes = [], []
    for (station, date), today in days.items():
        if None in (today["ffmc"], today["isi"], today["fwi"]):
            continue
        wind = today["wind_speed"]
        indices.append(
            (
                spread(today["ffmc"], wind, PUBLISHED) - today["isi"],
                buildup(today["dmc"], today["dc"]) - today["bui"],
                weather_index(today["isi"], today["bui"]) - today["fwi"],
            )
        )
        before = days.get((station, date - 1))
        if before is not None and before["ffmc"] is not None:
            air = (today["temperature"], today["relative_humidity"])
            rain = today["precipitation"]
            codes.append(
                (
                    fine_fuel(before["ffmc"], *air, wind, rain, PUBLISHED) - today["ffmc"],
                    duff(before["dmc"], *air, rain, DUFF_DAYS[0, 7]) - today["dmc"],
                    drought(before["dc"], air[0], rain, DROUGHT_DAYS[0, 7]) - today["dc"],
                )
            )
    assert len(indices) == 94
    assert np.abs(indices).max() < 4e-3
    assert len(codes) == 74
    assert np.abs(codes).max() < 7e-4
