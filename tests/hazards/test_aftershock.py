"""Aftershocks: the law, what is learnt of a sequence, drawn catalogues, and real sequences."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError, LimitError, UnknownNameError
from watchfloor.hazards.aftershock import Aftershock
from watchfloor.hazards.aftershock.catalogue import branching, direct, draw
from watchfloor.hazards.aftershock.rates import (
    GENERIC,
    Belief,
    Law,
    expected,
    generic,
    probability,
    shared_time,
    typical_largest,
)
from watchfloor.hazards.ensemble import Request, run
from watchfloor.hazards.streams import Streams

CONTROL = Streams(0, 0)


def sequence(magnitude=6.8, age=2.0, days=None, sizes=None):
    said = {"magnitude": ((), magnitude, {"units": "1"}), "mainshock_age": ((), age, {"units": "d"})}
    if days is not None:
        said["aftershock_time"] = ("event", np.asarray(days, float), {"units": "d"})
    if sizes is not None:
        said["aftershock_magnitude"] = ("event", np.asarray(sizes, float), {"units": "1"})
    return xr.Dataset(said)


def told(forcing, streams=CONTROL, days=30.0, **settings):
    model = Aftershock(**settings)
    ready = model.prepare(xr.Dataset(), forcing, until=days * 86_400.0)
    return model.run(ready, model.sample(streams), times=True)


@given(st.floats(0.7, 1.3), st.floats(0.001, 0.2), st.floats(0.0, 50.0), st.floats(0.01, 300.0))
def test_the_integral_is_that_of_small_steps(p, c, start, length):
    law = Law(0.0, 1.0, c, p, 0.0)
    edges = np.exp(np.linspace(np.log(start + c), np.log(start + length + c), 4001)) - c
    middle = np.sqrt((edges[1:] + c) * (edges[:-1] + c))
    by_steps = float(np.sum(np.diff(edges) * middle**-p))
    assert shared_time(law, start, start + length) == pytest.approx(by_steps, rel=1e-4)


def test_close_to_p_of_one_nothing_jumps():
    near = [
        float(shared_time(Law(0.0, 1.0, 0.018, p, 0.0), 0.1, 30.0)) for p in (1.0 - 1e-5, 1.0, 1.0 + 1e-5)
    ]
    assert np.ptp(near) < 1e-3


@pytest.mark.parametrize("region", GENERIC)
def test_numbers_fall_with_time_and_tenfold_with_magnitude(region):
    law = generic(region)
    first, second = (float(expected(law, 7.0, 5.0, day, day + 1.0)) for day in (1.0, 10.0))
    assert first > second > 0
    assert float(expected(law, 7.0, 4.0, 1.0, 2.0)) == pytest.approx(first * 10.0**law.b)
    # the largest of a year is smaller than the mainshock, as a rule, but for the areas that swarm
    if "hydrothermal" not in region:
        assert 0.5 < 7.0 - typical_largest(law, 7.0, 0.0, 365.0) < 2.2


def test_an_unknown_region_is_named():
    with pytest.raises(UnknownNameError, match="region"):
        generic("atlantis")


# ---- learning


def test_the_belief_becomes_what_made_the_sequence():
    law = generic("active shallow")
    true = Law(-1.6, law.b, law.c, law.p, 0.0)
    random = np.random.Generator(np.random.Philox(3))
    errors = []
    for _ in range(40):
        catalogue = draw(true, 6.8, 4.0, 0.0, 10.0, random)
        belief = Belief.prior(law).learn(6.8, catalogue.day, catalogue.magnitude, 10.0, 4.0)
        assert belief.spread < 0.2
        errors.append((belief.mean - true.a) / belief.spread)
    assert abs(np.mean(errors)) < 0.6
    assert 0.6 < np.std(errors) < 1.5


def test_no_aftershocks_teach_too_and_no_time_teaches_nothing():
    prior = Belief.prior(generic("active shallow"))
    quiet = prior.learn(6.8, np.zeros(0), np.zeros(0), 5.0, 4.0)
    assert quiet.mean < prior.mean - 0.4
    assert prior.learn(6.8, np.zeros(0), np.zeros(0), 0.0, 4.0) is prior


def test_small_ones_missed_in_the_first_hours_do_not_lower_it():
    law = generic("active shallow")
    true = Law(-1.8, law.b, law.c, law.p, 0.0)
    random = np.random.Generator(np.random.Philox(5))
    whole, holed = [], []
    for _ in range(30):
        catalogue = draw(true, 7.4, 3.0, 0.0, 3.0, random)
        seen = catalogue.magnitude >= np.maximum(7.4 / 2 - 0.25 - np.log10(catalogue.day), 3.0)
        whole.append(Belief.prior(law).learn(7.4, catalogue.day, catalogue.magnitude, 3.0, 3.0).mean)
        holed.append(
            Belief.prior(law).learn(7.4, catalogue.day[seen], catalogue.magnitude[seen], 3.0, 3.0).mean
        )
    assert holed == pytest.approx(whole)
    assert np.mean(holed) == pytest.approx(-1.8, abs=0.1)


def test_the_forecast_mixes_chance_with_what_is_not_known():
    sure, open_ = Law(-2.0, 1.0, 0.018, 1.0, 1e-3), Law(-2.0, 1.0, 0.018, 1.0, 0.6)
    mean, chance, low, high = Belief.prior(sure).forecast(7.0, 5.0, 1.0, 8.0)
    number = float(expected(sure, 7.0, 5.0, 1.0, 8.0))
    assert mean == pytest.approx(number, rel=1e-4)
    assert chance == pytest.approx(float(probability(number)), rel=1e-4)
    wide = Belief.prior(open_).forecast(7.0, 5.0, 1.0, 8.0)
    assert wide[0] > mean
    assert wide[2] <= low < high < wide[3]


def test_quantiles_are_those_of_poisson():
    from scipy.stats import poisson

    law = Law(-1.0, 1.0, 0.018, 1.0, 1e-4)
    number = float(expected(law, 7.0, 5.0, 1.0, 8.0))
    _, _, low, high = Belief.prior(law).forecast(7.0, 5.0, 1.0, 8.0)
    assert (low, high) == (poisson.ppf(0.025, number), poisson.ppf(0.975, number))


# ---- catalogues


@pytest.mark.parametrize("p", [0.8, 1.0, 1.2])
def test_drawn_catalogues_follow_the_law(p):
    law = Law(0.0, 1.0, 0.02, p, 0.0)
    catalogue = draw(law, 7.0, 4.0, 0.5, 20.0, np.random.default_rng(2), most=7.0)
    whole = float(expected(law, 7.0, 4.0, 0.5, 20.0))
    assert catalogue.day.size == pytest.approx(whole, abs=4 * np.sqrt(whole))
    assert np.all(np.diff(catalogue.day) >= 0)
    assert 0.5 <= catalogue.day[0] <= catalogue.day[-1] <= 20.0
    early = float(expected(law, 7.0, 4.0, 0.5, 2.0)) / whole
    assert np.mean(catalogue.day < 2.0) == pytest.approx(early, abs=0.04)
    # b by Aki's estimator: log10(e) / (mean - least)
    assert np.log10(np.e) / (catalogue.magnitude.mean() - 4.0) == pytest.approx(1.0, abs=0.06)


def test_a_cascade_has_as_many_in_all_as_the_law_and_spreads_wider():
    law = generic("active shallow")
    own = direct(law, 4.0, 8.0, 1000.0)
    ratio = branching(own, 4.0, 8.0, 1000.0)
    assert 0.1 < ratio < 1.0
    assert 10.0 ** (own.a - law.a) == pytest.approx(1.0 - ratio, rel=1e-6)
    random = np.random.default_rng(8)
    plain = [draw(law, 7.5, 4.0, 0.0, 1000.0, random, most=8.0).day.size for _ in range(600)]
    cascade = [draw(own, 7.5, 4.0, 0.0, 1000.0, random, most=8.0, cascade=True).day.size for _ in range(600)]
    # those of late aftershocks come after the end
    assert 0.75 < np.mean(cascade) / np.mean(plain) < 1.1
    assert np.std(cascade) > 1.3 * np.std(plain)


def test_a_runaway_catalogue_is_cut_and_says_so():
    wild = Law(1.5, 1.0, 0.02, 1.0, 0.0)
    catalogue = draw(wild, 9.0, 3.0, 0.0, 1000.0, np.random.default_rng(1), cascade=True)
    assert catalogue.cut
    assert catalogue.day.size <= 200_000


# ---- the model


def test_members_mean_is_the_mixed_forecast():
    forcing = sequence()
    model = Aftershock()
    request = Request(model, xr.Dataset(), forcing, 30 * 86_400.0, members=1500, seed=2)
    data = run(request).data.isel(member=slice(1, None))
    belief = request.prepared().arrays["belief"]
    at = {"window": 7.0, "threshold": 5.0}
    mean, chance, low, high = belief.forecast(6.8, 5.0, 2.0, 9.0)
    assert float(data.aftershock_probability.sel(at).mean()) == pytest.approx(chance, abs=0.03)
    counts = data.aftershock_count.sel(at)
    assert float((counts >= 1).mean()) == pytest.approx(chance, abs=0.04)
    assert float(counts.mean()) == pytest.approx(mean, rel=0.3)
    assert low <= float(counts.quantile(0.025)) <= float(counts.quantile(0.975)) <= high + 2


def test_tables_are_ordered_as_they_must_be():
    for member in (0, 1, 2):
        result = told(sequence(days=[0.1, 0.5], sizes=[5.0, 4.6]), Streams(4, member))
        for name in ("aftershock_expected", "aftershock_probability", "aftershock_count"):
            assert (result[name].diff("window") >= 0).all()
            assert (result[name].diff("threshold") <= 0).all()
        assert (result.aftershock_magnitude_max.diff("window") >= 0).all()
        assert (result.aftershock_rate.diff("time") < 0).all()
        assert result.window.values.tolist() == [1.0, 7.0, 30.0]


def test_a_livelier_sequence_is_told_to_go_on_livelier():
    calm = told(sequence(days=[0.5], sizes=[4.2])).aftershock_expected
    lively = told(sequence(days=np.linspace(0.05, 1.9, 30), sizes=np.full(30, 4.6))).aftershock_expected
    assert (lively > 2.0 * calm).all()


def test_sum_of_the_rate_is_the_expected_number():
    model = Aftershock(frames=200)
    ready = model.prepare(xr.Dataset(), sequence(age=3.0), until=20 * 86_400.0)
    result = model.run(ready, model.sample(CONTROL), times=True)
    days = result.time.values / 86_400.0
    by_rate = float(result.aftershock_rate.isel(threshold=0)[:-1].sum() * (days[1] - days[0]))
    assert by_rate == pytest.approx(float(result.aftershock_expected.isel(window=-1, threshold=0)), rel=1e-3)


@pytest.mark.parametrize(
    ("forcing", "error", "said"),
    [
        (sequence(12.0), InvalidInputError, "Magnitude"),
        (sequence(age=-1.0), InvalidInputError, "Time since the mainshock"),
        (sequence(days=[1.0]), InvalidInputError, "give both"),
        (sequence(days=[-0.5], sizes=[4.0]), InvalidInputError, "before the mainshock"),
        (sequence(days=[2.5], sizes=[4.0]), InvalidInputError, "expected 0 to 2"),
        (sequence(days=[np.nan], sizes=[4.0]), InvalidInputError, "missing values"),
        (xr.Dataset(), InvalidInputError, "has no magnitude"),
        (sequence(9.5, 0.0), LimitError, "raise the least magnitude"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(forcing, error, said):
    with pytest.raises(error, match=said):
        Aftershock(region="california 1989", least=2.0).prepare(xr.Dataset(), forcing, until=30 * 86_400.0)


def test_a_forecast_of_minutes_and_a_larger_aftershock_are_told():
    with pytest.raises(InvalidInputError, match="too short"):
        Aftershock().prepare(xr.Dataset(), sequence(), until=60.0)
    ready = Aftershock().prepare(xr.Dataset(), sequence(6.0, 2.0, [0.5], [6.3]), until=86_400.0)
    assert any("larger than the mainshock" in line for line in ready.remarks)


def test_real_sequences_of_2024_stay_within_what_was_foretold(realdata):
    table = pd.read_csv(realdata("earthquakes/pypi__hvsampledata/earthquakes.csv"))
    table["time"] = pd.to_datetime(table.time)
    events = {
        "2024-07-11 02:13:18.585": "active deep",
        "2024-04-09 09:47:59.810": "subduction",
        "2024-05-05 18:33:11.021": "subduction",
        "2024-04-09 00:02:52.078": "active shallow",
        "2024-06-12 17:01:20.867": "subduction",
    }
    inside, scores = [], {"generic": 0.0, "learnt": 0.0}
    for when, region in events.items():
        main = table[table.time == when].iloc[0]
        away = np.hypot(table.lat - main.lat, (table.lon - main.lon) * np.cos(np.radians(main.lat))) * 111.2
        near = table[(away < 4.0 * 10.0 ** (0.5 * main.mag - 1.85) + 20.0) & (table.time > main.time)]
        day, size = (near.time - main.time).dt.total_seconds().to_numpy() / 86_400.0, near.mag.to_numpy()
        for age in (1.0, 3.0):
            prior = Belief.prior(generic(region))
            learnt = prior.learn(main.mag, day[day < age], size[day < age], age, 4.5)
            came = int(((day >= age) & (day < age + 30.0) & (size >= 4.5)).sum())
            _, _, low, high = learnt.forecast(main.mag, 4.5, age, age + 30.0)
            inside.append(low <= came <= high)
            for name, belief in (("generic", prior), ("learnt", learnt)):
                mean = belief.forecast(main.mag, 4.5, age, age + 30.0)[0]
                scores[name] += abs(np.log((came + 0.5) / (mean + 0.5)))
    assert np.mean(inside) >= 0.9
    assert scores["learnt"] < scores["generic"]
