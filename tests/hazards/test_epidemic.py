"""Epidemics: nobody vanishes, chance agrees with the theory, and what people do helps."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action
from watchfloor.hazards.epidemic import Epidemic
from watchfloor.hazards.epidemic.cases import FLU
from watchfloor.hazards.epidemic.driver import DAY, places
from watchfloor.hazards.epidemic.kernel import expected, some
from watchfloor.hazards.epidemic.nowcast import nowcast, reported
from watchfloor.hazards.epidemic.reproduction import renewal, reproduction, serial_interval
from watchfloor.hazards.streams import Streams

SURE = {"reproduction_spread": 0.0, "severity_spread": 0.0, "start_spread": 0.0}


def spread(
    actions=(), member=0, site=None, forcing=None, until=None, fidelity="standard", times=False, **parameters
):
    usual, none, length = Epidemic.example()
    model, streams = Epidemic(**parameters), Streams(1, member)
    ready = model.prepare(
        usual if site is None else site,
        none if forcing is None else forcing,
        until=until or length,
        fidelity=fidelity,
    )
    return model.run(ready, model.sample(streams), model.patches(actions, streams), times=times)


def town(people=1_000_000.0, infectious=100.0, **more):
    """Return one region."""
    data = {"population": [people], "infectious_people": [infectious], **more}
    return xr.Dataset(
        {name: ("region", values, {"units": "1"}) for name, values in data.items()},
        coords={"region": ["town"]},
    )


@pytest.mark.parametrize("fidelity", ["standard", "full"])
@pytest.mark.parametrize("number", [1.5, 2.0, 3.0])
def test_the_final_size_is_that_of_the_theory_whatever_the_step(number, fidelity):
    made = spread(site=town(), until=900 * DAY, reproduction=number, fidelity=fidelity, **SURE)
    assert float(made.attack_rate[0]) == pytest.approx(expected(number, 5.0)[0], abs=0.006)


def test_below_one_it_dies_out():
    runs = [
        spread(site=town(), until=400 * DAY, reproduction=0.7, times=True, member=k, **SURE)
        for k in range(40)
    ]
    # each of those who are infected at first has 1 / (1 - R) - 1 descendants on average
    seeds = 100 + 60
    assert np.mean([float(made.infections_total[0]) for made in runs]) == pytest.approx(
        seeds * 0.7 / 0.3, rel=0.1
    )
    assert all(float(made.incidence[-30:].sum()) == 0.0 for made in runs)


def test_without_anybody_infectious_in_reach_a_region_stays_well():
    site = Epidemic.example()[0].drop_vars("mobility")
    made = spread(site=site, **SURE)
    assert float(made.attack_rate[0]) > 0.3
    assert (made.attack_rate[1:] == 0).all()


@settings(max_examples=15, deadline=None)
@given(
    people=st.lists(st.integers(1, 50_000), min_size=2, max_size=4),
    number=st.floats(0.01, 8),
    stay=st.floats(1, 20),
    share=st.floats(0, 1),
    travel=st.floats(0, 0.3),
    seed=st.integers(0, 99),
)
def test_nobody_appears_or_vanishes(people, number, stay, share, travel, seed):
    count = len(people)
    visits = np.full((count, count), travel)
    np.fill_diagonal(visits, 0.0)
    site = xr.Dataset(
        {
            "population": ("region", np.array(people, float), {"units": "1"}),
            "infectious_people": (
                "region",
                np.minimum(np.array(people) // 3, 50).astype(float) + (np.array(people) > 3),
                {"units": "1"},
            ),
            "mobility": (("region", "destination"), visits, {"units": "1"}),
        }
    )
    if float(site.infectious_people.sum()) == 0 or np.any(site.infectious_people * (1 + 3 / stay) > people):
        return
    made = spread(
        [Action("vaccinate", {"immune": 100.0})], member=seed, site=site, until=60 * DAY, reproduction=number, infectious=stay,
        hospital_share=share, start_spread=0.0,
    )  # fmt: skip
    assert made.attrs["balance_error"] == 0.0
    assert (made.infections_total <= people).all()
    assert (made.epidemic_deaths <= people).all()
    assert all(float(made[name].min()) >= 0 for name in made)


def test_chance_is_that_of_the_seed_alone():
    assert spread(member=3).identical(spread(member=3))
    assert not spread(member=3).identical(spread(member=4))


@pytest.mark.parametrize(
    ("count", "chance"), [(5, 0.3), (100, 0.1), (80, 0.1), (20, 0.5), (400, 0.05), (30, 0.9), (10_000, 0.2)]
)
def test_draws_are_binomial(count, chance):
    rng = np.random.default_rng(5)
    drawn = np.array([some(rng, count, chance, np.log1p(-chance)) for _ in range(40_000)])
    k = np.arange(count + 1)
    apart = np.abs(
        (drawn[:, None] <= k[None, :: max(1, count // 100)]).mean(axis=0)
        - binom.cdf(k[:: max(1, count // 100)], count, chance)
    )
    # chance alone makes 0.7 % in 40,000 draws
    assert apart.max() < 0.012
    assert drawn.mean() == pytest.approx(count * chance, rel=0.01)
    assert drawn.var() == pytest.approx(count * chance * (1 - chance), rel=0.03)


def test_the_loop_is_that_of_numpy():
    script = (
        "from watchfloor.hazards.epidemic import Epidemic\n"
        "from watchfloor.hazards.streams import Streams\n"
        "site, forcing, until = Epidemic.example()\n"
        "model = Epidemic()\n"
        "ready = model.prepare(site, forcing, until=until / 12)\n"
        "made = model.run(ready, model.sample(Streams(1, 2)))\n"
        "print([made[name].values.tolist() for name in made])\n"
    )
    said = []
    for off in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(json.loads(run.stdout))
    assert np.allclose(*said)


MEASURES = [
    (Action("contacts", {"factor": 0.5}, start=20 * DAY), "infections_total"),
    (Action("schools", {"factor": 0.7}), "infections_total"),
    (Action("vaccinate", {"immune": 4000.0}), "infections_total"),
    (Action("trace", {"share": 0.4}), "infections_total"),
    (Action("surge-beds", {"beds": 2000.0}), "bed_shortage"),
    (Action("surge-icu", {"beds": 500.0}), "bed_shortage"),
    (Action("surge-icu", {"beds": 500.0}), "epidemic_deaths"),
]


@pytest.mark.parametrize(
    ("action", "name"), MEASURES, ids=lambda value: value if isinstance(value, str) else value.measure
)
def test_what_people_do_helps(action, name):
    plain = np.mean([spread(member=k, crowding=5.0)[name].sum() for k in range(6)])
    better = np.mean([spread([action], member=k, crowding=5.0)[name].sum() for k in range(6)])
    assert better < 0.97 * plain


def test_less_travel_keeps_it_away_longer():
    def peak(actions):
        return np.mean([spread(actions, member=k).peak_time[1:].mean() for k in range(6)])

    assert peak([Action("travel", {"factor": 0.02})]) > peak([]) + 3 * DAY


def test_an_action_in_one_region_stays_there():
    site = (
        Epidemic.example()[0]
        .drop_vars("mobility")
        .assign(infectious_people=("region", [60.0, 60.0, 60.0, 60.0], {"units": "1"}))
    )
    plain, lower = spread(site=site), spread([Action("contacts", {"factor": 0.3}, ["valley"])], site=site)
    assert float(lower.infections_total[3]) < 0.3 * float(plain.infections_total[3])
    assert float(lower.infections_total[0]) > 0.9 * float(plain.infections_total[0])


def test_regions_are_found_by_name_and_by_place():
    points = np.array([[0.0, 0.0], [5.0, 5.0]])
    square = {"type": "Polygon", "coordinates": [[[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]]}
    assert places(square, ["a", "b"], points).tolist() == [False, True]
    with pytest.raises(InvalidInputError, match="no region c"):
        places(["c"], ["a", "b"], points)
    with pytest.raises(InvalidInputError, match="longitude and latitude"):
        places(square, ["a", "b"], None)


def test_more_people_in_hospital_where_it_is_worse():
    mild, hard = spread(hospital_share=0.01, **SURE), spread(hospital_share=0.05, **SURE)
    assert float(hard.hospital_load_max.sum()) > 3 * float(mild.hospital_load_max.sum())
    assert float(hard.epidemic_deaths.sum()) > 3 * float(mild.epidemic_deaths.sum())


def test_the_stay_has_the_mean_that_was_asked_for():
    # all at once ill, nobody catches it: patients leave with the mean stay
    made = spread(site=town(200_000.0, 100_000.0), until=60 * DAY, reproduction=1e-9, hospital_share=1.0, icu_share=0.0,
                  hospital_deaths=0.0, latent=1.0, infectious=1.0, hospital_stay=8.0, times=True, **SURE)  # fmt: skip
    days = float(made.hospital_load.sum())
    assert days / (100_000.0 + 100_000.0) == pytest.approx(8.0, rel=0.02)


def test_cases_say_how_many_are_infected_and_how_fast_it_grows():
    days = np.arange(-21, 0) * DAY
    cases = np.exp(0.08 * np.arange(21)) * 20.0
    forcing = xr.Dataset(
        {"reported_cases": (("time", "region"), np.round(cases)[:, None], {"units": "1/d"})},
        coords={"time": days},
    )
    site = town().drop_vars("infectious_people")
    model = Epidemic(reproduction=0)
    ready = model.prepare(site, forcing, until=30 * DAY)
    assert ready.arrays["number"] == pytest.approx(np.exp(0.08 * 6.0), rel=0.05)
    assert ready.arrays["start"][1, 0] == pytest.approx(np.mean(np.round(cases)[-7:]) * 5.0 / 0.5)
    assert any("estimated at" in line for line in ready.remarks)
    with pytest.raises(InvalidInputError, match="no reported cases"):
        model.prepare(town(), xr.Dataset(), until=30 * DAY)


def test_epiestim(realdata):
    """The example of EpiEstim: its own weights and its own answer."""
    folder = "epidemic/mrc-ide__EpiEstim/"
    flu = json.loads(realdata(folder + "Flu2009.json").read_text())["Flu2009"]
    told = json.loads(realdata(folder + "Example1.json").read_text())["R"]["_df"]
    cases = [row[1] for row in flu["incidence"]["_df"]["data"]]
    assert cases == list(FLU)
    # the example is of a parametric interval of mean 2.6 and deviation 1.5
    table = np.array(told["data"], float)
    errors = {}
    for name, weights in (
        ("parametric", serial_interval(2.6, 1.5, len(cases))),
        ("given", np.array(flu["si_distr"])),
    ):
        found = reproduction(cases, weights)
        rows = [
            found.mean,
            found.deviation,
            *(found.quantile(q) for q in (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)),
        ]
        errors[name] = float(np.abs(np.stack(rows, axis=1)[: len(table)] - table[:, 2:11]).max())
    print(f"EpiEstim Flu2009, 25 windows, 9 columns: greatest difference {errors}")
    assert min(errors.values()) < 1e-6


def test_the_renewal_forecast_grows_as_it_should_and_dies_below_one():
    weights, rng = serial_interval(6.0, 3.0, 40), np.random.default_rng(2)
    past = np.exp(0.05 * np.arange(40)) * 50
    rate = reproduction(past, weights).mean[-1]
    ahead = renewal(past, weights, np.full(400, rate), 14, rng)
    assert ahead.shape == (400, 14)
    assert ahead[:, -1].mean() == pytest.approx(past[-1] * np.exp(0.05 * 14), rel=0.05)
    assert renewal(past, weights, np.full(50, 0.2), 60, rng)[:, -1].max() == 0


def test_the_renewal_forecast_covers_what_came():
    weights = serial_interval(4.0, 2.0, 30)
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        start = np.full(10, 30.0)
        truth = np.concatenate([start, renewal(start, weights, np.array([1.2]), 35, rng)[0]])
        found = reproduction(truth[:38], weights)
        draws = rng.gamma(found.shape[-1], found.scale[-1], 300)
        ahead = renewal(truth[:38], weights, draws, 7, rng).sum(axis=1)
        low, high = np.quantile(ahead, [0.05, 0.95])
        inside += bool(low <= truth[38:45].sum() <= high)
    print(f"renewal forecast: 90 % interval held the week to come in {inside} of 60")
    assert 48 <= inside <= 60


def triangle(seed, days=60, delays=15):
    """Return a reporting triangle as it is known today, and all cases."""
    rng = np.random.default_rng(seed)
    share = np.array([0.3 * 0.8**k for k in range(delays)])
    share /= share.sum()
    cases = rng.poisson(200 * np.exp(0.03 * np.arange(days)))
    table = np.stack([rng.multinomial(n, share) for n in cases]).astype(float)
    known = np.arange(delays)[None, :] + np.arange(days)[:, None] < days
    return np.where(known, table, np.nan), cases, share


def test_the_nowcast_covers_what_was_to_be_reported():
    inside, total, errors = 0, 0, []
    for seed in range(30):
        table, cases, _ = triangle(seed)
        draws = nowcast(table, 300, np.random.default_rng(seed))
        low, high = np.quantile(draws[:, -10:], [0.05, 0.95], axis=0)
        inside += int(((low <= cases[-10:]) & (cases[-10:] <= high)).sum())
        total += 10
        errors.append(np.median(draws[:, -1]) / cases[-1] - 1.0)
    print(
        f"nowcast: 90 % interval held {inside} of {total}; median error of the last day {np.median(np.abs(errors)):.1%}"
    )
    assert 0.84 <= inside / total <= 0.97
    assert abs(np.mean(errors)) < 0.05


def test_what_is_reported_is_left_alone():
    table, cases, share = triangle(1)
    draws = nowcast(table, 50)
    assert (draws[:, : -table.shape[1]] == cases[: -table.shape[1]]).all()
    assert (draws >= np.nansum(table, axis=1)).all()
    assert np.allclose(reported(table), np.cumsum(share), atol=0.02)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (np.array([[1.0, np.nan], [np.nan, np.nan]]), "first delay"),
        (np.array([[1.0, np.nan], [2.0, np.nan]]), "no day is reported to the end"),
        (np.array([[1.0, -2.0], [2.0, np.nan]]), "negative"),
    ],
)
def test_a_triangle_that_is_none_is_refused(table, said):
    with pytest.raises(InvalidInputError, match=said):
        nowcast(table)


@pytest.mark.parametrize(
    ("site", "parameters", "said"),
    [
        (town().drop_vars("population"), {}, "has no population"),
        (town(infectious=0.0), {}, "Nobody is infected"),
        (town(1000.0, 900.0), {}, "check both"),
        (town(immune_share=[1.5]), {}, "Is its unit"),
        (town(infectious=np.nan), {}, "missing values"),
        (
            town().assign(mobility=(("region", "destination"), [[0.1, 0.2]], {"units": "1"})),
            {},
            "expected 1 by 1",
        ),
        (town(), {"infectious": 0.6}, "shorter than the step"),
    ],
)
def test_impossible_epidemics_are_refused(site, parameters, said):
    with pytest.raises(InvalidInputError, match=said):
        spread(site=site, **parameters)


def test_more_visits_than_people_are_refused():
    site, _, _ = Epidemic.example()
    wild = site.assign(mobility=(("region", "destination"), np.full((4, 4), 0.5), {"units": "1"}))
    with pytest.raises(InvalidInputError, match="adds up to 1"):
        spread(site=wild)


def test_days_without_a_report_are_asked_for():
    forcing = xr.Dataset(
        {"reported_cases": (("time", "region"), np.ones((3, 1)), {"units": "1/d"})},
        coords={"time": [-5 * DAY, -2 * DAY, -1 * DAY]},
    )
    with pytest.raises(InvalidInputError, match="not daily"):
        spread(site=town(), forcing=forcing)
    with pytest.raises(InvalidInputError, match="at least 8"):
        reproduction([1, 2, 3], serial_interval(3.0, 1.0))
    with pytest.raises(InvalidInputError, match="mean above 1"):
        serial_interval(0.9, 1.0)
