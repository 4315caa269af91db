"""Units as sources write them: known, ambiguous, unknown, hostile; there and back."""

import math

import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert
from watchfloor.core.units import SOURCE, Scale, agreed, readable


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Cel", "degC"), ("°C", "degC"), ("Centigrade", "degC"), ("[degF]", "degF"), ("m3/s", "m^3/s"), ("m3.s-1", "m^3/s"),
        ("m3 s-1", "m^3/s"), ("m³/s", "m^3/s"), ("cfs", "ft^3/s"), ("[ft_i]3/s", "ft^3/s"), ("[in_i'Hg]", "inHg"),
        ("mb", "mbar"), ("kts", "knot"), ("%", "percent"), ("ug/m3", "ug/m^3"), ("{count}", "dimensionless"),
        ("statute miles", "mile"), ("mm/h", "mm/hour"), ("m{NAP}", "m"), ("ppb", "ppb"), ("NTU", "NTU"),
    ],
)  # fmt: skip
def test_spellings_mean_the_same(text: str, same: str) -> None:
    scale = Scale.between(text, same)
    assert (round(scale(1.0), 12), round(scale(0.0), 12)) == (1.0, 0.0)


@pytest.mark.parametrize(
    "text",
    ["", " ", "C", "F", "c", "m NAP", "furlongs of salt", "9**9**9", "9^9^9", "(9**9)**9", "m^99", "10**9999999", "__import__('os')",
     "a" * 59, "m" * 10_000, "1;DROP", "\x00", "degrees_north", "<b>m</b>"],
)  # fmt: skip
def test_what_is_no_unit_is_refused_at_once(text: str) -> None:
    with pytest.raises(InvalidInputError):
        readable(text)


@pytest.mark.parametrize(
    ("source", "target", "value"),
    [("cm", "m", 122.0), ("degF", "degC", -40.0), ("inHg", "hPa", 29.92), ("knot", "m/s", 18.0)],
)
def test_there_and_back(source: str, target: str, value: float) -> None:
    scale = Scale.between(source, target)
    assert scale(value) == pytest.approx(float(convert(value, source, target)), rel=1e-12)
    assert scale.back(scale(value)) == pytest.approx(value, rel=1e-12)
    assert Scale.noted({SOURCE: scale.note()}) == scale


def test_whole_centimetres_stay_whole() -> None:
    scale = Scale.between("cm", "m")
    assert [scale(number) for number in (7.0, 57.0, 113.0, 230.0)] == [0.07, 0.57, 1.13, 2.3]


def test_different_things_are_not_converted() -> None:
    with pytest.raises(InvalidInputError, match="cannot be turned"):
        Scale.between("m", "degC")
    with pytest.raises(InvalidInputError):
        Scale.between("dB", "W")


def test_a_name_and_a_symbol_must_agree() -> None:
    assert agreed("Centigrade", "C") == "degC"
    assert agreed("metre above datum", "m") == "m"
    with pytest.raises(InvalidInputError, match="differ"):
        agreed("foot", "m")
    with pytest.raises(InvalidInputError, match="differ"):
        agreed("Celsius", "K")  # the same dimension, but not the same
    with pytest.raises(InvalidInputError):
        agreed("", "")


@pytest.mark.parametrize("note", [None, "m", {}, {"units": "m", "to": "m", "factor": 0, "offset": 0}, {"units": "m", "to": "m", "factor": "x", "offset": 0},
                                  {"units": "m", "to": "m", "factor": math.inf, "offset": 0}])  # fmt: skip
def test_a_note_that_cannot_be_used_is_none(note: object) -> None:
    assert Scale.noted({SOURCE: note}) is None
