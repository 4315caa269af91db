"""Every model of the registry, and every input that it declares, with what people bring by mistake.

Either it is refused before anything runs, with a sentence that says what to do, or the run is whole and tells what was
mended. Nothing else is allowed: no NaN, no error of Python's own.
"""

import re

import numpy as np
import param
import pytest
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.action import Action, Patch
from watchfloor.hazards.streams import Streams

HELP = re.compile(
    r"expected|give |gives? it|set |check|fill|take |cut |sort |move|leave out|Is its unit|reproject|resample|shorten|raise |choose"
)
"""Words by which a sentence says what to do."""
GRIDDED = [name for name in HAZARDS if "x" in HAZARDS[name].example()[0].coords]
PLACED = [
    name for name in HAZARDS if any("longitude" in data.variables for data in HAZARDS[name].example()[:2])
]
TIMED = [name for name in HAZARDS if "time" in HAZARDS[name].example()[1].coords]
STEPPED = [name for name in HAZARDS if {"step", "courant"} & set(HAZARDS[name].param)]


def outcome(name, site, forcing, until, model=None):
    """Return the sentence of the refusal, or the remarks of a run that was whole."""
    model = model or HAZARDS[name]()
    try:
        ready = model.prepare(site, forcing, until=until, fidelity="preview")
    except InvalidInputError as error:
        assert HELP.search(str(error)), f"{error} does not say what to do"
        return False, str(error)
    result = model.run(ready, model.sample(Streams(1, 0)))
    for item in model.gives:
        if item.field in result:
            assert np.isfinite(result[item.field].values).all(), f"{item.field} is not whole"
    if "balance_error" in result.attrs:
        assert abs(result.attrs["balance_error"]) < 1e-6
    return True, "\n".join(ready.remarks)


def with_input(name, need, change):
    """Return the model's example with one input changed; where the example has it not, its default is what is changed."""
    site, forcing, until = HAZARDS[name].example()
    data = site if need.role == "static" else forcing
    if need.field in data.variables:
        array = data[need.field].copy(deep=True)
    else:
        sizes = {**forcing.sizes, **site.sizes}
        dims = [dim for dim in need.dims if dim in sizes]
        array = xr.DataArray(
            np.full([sizes[dim] for dim in dims], need.default),
            dims=dims,
            attrs={"units": need.spec.units},
        )
    array = change(array)
    made = (
        data.assign_coords({need.field: array})
        if need.field in data.coords
        else data.assign({need.field: array})
    )
    return (made, forcing, until) if need.role == "static" else (site, made, until)


def one(value):
    def change(array):
        values = np.array(array.values, float)
        values.flat[values.size // 2] = value
        return array.copy(data=values)

    return change


def every(value):
    return lambda array: array.copy(data=np.full(array.shape, value))


def unit(name):
    def change(array):
        return array.assign_attrs(units=name)

    return change


CORRUPT = {
    "one NaN": (lambda _: one(np.nan), True),
    "infinite": (lambda _: one(np.inf), True),
    "all NaN": (lambda _: every(np.nan), False),
    "below what can be": (lambda need: every(need.allowed[0] - 1.0), False),
    "above what can be": (lambda need: one(need.allowed[1] * 2.0 + 1.0), False),
    "another unit": (lambda need: unit("kg" if need.spec.units != "kg" else "m"), False),
    "a unit that is none": (lambda _: unit("florps"), False),
    "text": (lambda _: lambda array: array.astype(str), False),
    "another dimension": (lambda _: lambda array: array.expand_dims(band=2), False),
}
"""How an input is spoiled, and whether it may be mended instead of refused."""


@pytest.mark.parametrize("what", CORRUPT)
@pytest.mark.parametrize("name", list(HAZARDS))
def test_a_spoiled_input_is_refused_or_mended_and_said(name, what):
    make, mended = CORRUPT[what]
    wrong = []
    for need in HAZARDS[name].needs:
        ran, said = outcome(name, *with_input(name, need, make(need)))
        titles = (need.spec.en, need.field, need.spec.en.lower(), need.spec.en.split()[0])
        if ran and not mended:
            wrong.append(f"{need.field} was taken")
        elif ran and not re.search(r"missing cells were filled|have no fuel model", said):
            wrong.append(f"{need.field} was mended, but nothing says so: {said}")
        elif not ran and need.field not in {"longitude", "latitude"} and not any(t in said for t in titles):
            wrong.append(f"{need.field} is not named: {said}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", list(HAZARDS))
def test_an_input_without_a_unit_is_refused(name):
    for need in HAZARDS[name].needs:
        if need.field in {"longitude", "latitude"}:
            continue  # degrees, wherever they stand
        ran, said = outcome(name, *with_input(name, need, lambda array: array.drop_attrs()))
        assert not ran, need.field
        assert "does not say its unit" in said


@pytest.mark.parametrize("until", [0.0, -60.0, float("nan"), float("inf")])
@pytest.mark.parametrize("name", list(HAZARDS))
def test_a_length_that_is_none_is_refused(name, until):
    site, forcing, _ = HAZARDS[name].example()
    ran, _ = outcome(name, site, forcing, until)
    assert not ran


@pytest.mark.parametrize("name", GRIDDED)
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda site: site.drop_attrs(deep=False), "does not say its coordinate system"),
        (lambda site: site.assign_attrs(crs="EPSG:4326"), "reproject"),
        (lambda site: site.assign_attrs(crs="EPSG:2263"), "does not measure in metres"),
        (lambda site: site.assign_attrs(crs="EPSG:32650").isel(x=slice(0, 2)), "at least 3"),
        (lambda site: site.assign_coords(x=100.0 + np.arange(site.sizes["x"]) * 1e-3), "degrees"),
        (lambda site: site.assign_coords(x=site.x * 1e6, y=site.y * 1e6), "nowhere on the earth"),
        (lambda site: site.assign_coords(x=np.where(site.x == site.x[1], np.nan, site.x)), "evenly spaced"),
    ],
    ids=["no system", "degrees", "feet", "two columns", "degrees as metres", "off the earth", "NaN"],
)  # fmt: skip
def test_a_grid_that_is_none_is_refused(name, spoil, said):
    site, forcing, until = HAZARDS[name].example()
    ran, sentence = outcome(name, spoil(site), forcing, until)
    assert not ran
    assert said in sentence


def swapped(data):
    return data.rename(longitude="aside").rename(latitude="longitude").rename(aside="latitude")


@pytest.mark.parametrize("name", PLACED)
def test_swapped_and_impossible_places_are_refused(name):
    site, forcing, until = HAZARDS[name].example()

    def try_with(change):
        made = [change(data) if "longitude" in data.variables else data for data in (site, forcing)]
        ran, said = outcome(name, *made, until)
        assert not ran
        return said

    assert re.search(
        "swapped|longitude and latitude|expected -60 to 60|expected -90 to 90", try_with(swapped)
    )
    for value in (float("nan"), 500.0):
        try_with(lambda data, value=value: data.assign({
            "longitude": data.longitude.copy(data=np.full(data.longitude.shape, value))
        }) if "longitude" in data.data_vars else data.assign_coords(
            longitude=(data.longitude.dims, np.full(data.longitude.shape, value))
        ))  # fmt: skip


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    ("times", "said"),
    [
        (lambda t: t[::-1], "do not rise"),
        (lambda t: np.where(np.arange(t.size) == t.size - 1, np.nan, t), "do not rise"),
        (lambda t: np.datetime64("2026-01-01T00:00:00", "ns") + np.round(t).astype("m8[s]"), "not a number"),
    ],
    ids=["reversed", "NaN", "dates"],
)
def test_times_that_are_none_are_refused(name, times, said):
    site, forcing, until = HAZARDS[name].example()
    ran, sentence = outcome(
        name, site, forcing.assign_coords(time=times(np.asarray(forcing.time, float))), until
    )
    assert not ran
    assert said in sentence


@pytest.mark.parametrize("name", [name for name in TIMED if name != "drought"])
def test_a_forcing_that_begins_after_the_run_is_refused(name):
    site, forcing, until = HAZARDS[name].example()
    ran, _ = outcome(name, site, forcing.assign_coords(time=forcing.time + until), until)
    assert not ran, "what is so between the start and the first value?"


@pytest.mark.parametrize("name", list(HAZARDS))
def test_parameters_and_changes_that_are_no_numbers_are_refused(name):
    kind = HAZARDS[name]
    for key, parameter in kind.param.objects("existing").items():
        if isinstance(parameter, param.Number):
            with pytest.raises((InvalidInputError, ValueError)):
                kind(**{key: float("nan")})
    for measure in kind.measures:
        for key in measure.parameters:
            with pytest.raises(InvalidInputError, match="expected a number"):
                Action(measure.name, {key: float("nan")})
    with pytest.raises(InvalidInputError, match="expected a number"):
        Patch("field", "anything", "set", float("inf"))


@pytest.mark.parametrize("name", STEPPED)
@pytest.mark.parametrize("end", [0, 1])
def test_the_longest_and_shortest_step_are_stable_or_refused(name, end):
    kind = HAZARDS[name]
    key = next(key for key in ("courant", "step") if key in kind.param)
    bounds = kind.param[key].bounds
    site, forcing, until = kind.example()
    length = until if end else min(until, 600.0)
    ran, _ = outcome(name, site, forcing, length, kind(**{key: bounds[end]}))
    assert ran
    with pytest.raises(ValueError, match=key):
        kind(**{key: bounds[1] * 1.01})


@pytest.mark.parametrize(
    "name", [name for name in HAZARDS if any(n.field == "wind_speed" for n in HAZARDS[name].needs)]
)
def test_no_wind_at_all_is_a_wind(name):
    need = next(need for need in HAZARDS[name].needs if need.field == "wind_speed")
    ran, _ = outcome(name, *with_input(name, need, every(0.0)))
    assert ran


def test_a_missing_value_written_as_a_number_is_called_so():
    need = next(need for need in HAZARDS["flood"].needs if need.field == "elevation")
    for marker in (-9999.0, -32768.0, 3.4e38):
        _, said = outcome("flood", *with_input("flood", need, one(marker)))
        assert "where there is no value" in said
