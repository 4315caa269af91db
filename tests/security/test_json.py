"""JSON by the letter: what Python's own reader lets pass silently is refused."""

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.errors import InvalidInputError, LimitError, WatchfloorError
from watchfloor.security.json import parse_json


def test_plain_types_come_back() -> None:
    data = '{"a": [1, -2.5, 1e3, true, false, null, "水"], "b": {}}'
    found = parse_json(data.encode())
    assert found == {"a": [1, -2.5, 1000.0, True, False, None, "水"], "b": {}}
    assert [type(item) for item in found["a"]] == [int, float, float, bool, bool, type(None), str]


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert parse_json(b"\xef\xbb\xbf[1]") == [1]
    assert parse_json("\ufeff[1]") == [1]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b'{"severity": "Minor", "severity": "Extreme"}', "severity"),
        (b'[{"a": {"b": 1, "c": 2, "b": 1}}]', "b"),
        (b'{"a": 1, "\\u0061": 2}', "a"),
        (b'{"": 1, "": 2}', "''"),
    ],
)
def test_a_key_twice_is_refused_by_name(data: bytes, key: str) -> None:
    with pytest.raises(InvalidInputError, match=f"key '?{key}'? is there twice"):
        parse_json(data)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_a_number_is_refused(word: str) -> None:
    with pytest.raises(InvalidInputError, match=f"has {word}"):
        parse_json(f'{{"mag": {word}}}')


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "1E+309", "1" + "0" * 309 + ".5", "0." + "0" * 20 + "1e999"]
)
def test_floats_beyond_range_are_refused(number: str) -> None:
    with pytest.raises(LimitError, match="beyond"):
        parse_json(f"[{number}]")


@pytest.mark.parametrize("number", [str(2**63), str(-(2**63) - 1), "1" * 5000, "-" + "9" * 100_000])
def test_integers_beyond_64_bits_are_refused(number: str) -> None:
    with pytest.raises(LimitError, match="does not fit 64 bits"):
        parse_json(f"[{number}]")


def test_the_largest_numbers_are_read() -> None:
    assert parse_json(f"[{2**63 - 1}, {-(2**63)}, 1e308, 1e-400]") == [2**63 - 1, -(2**63), 1e308, 0.0]


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_refused_without_a_recursion_error(opening: str) -> None:
    with pytest.raises(LimitError, match="nested more than 64 deep"):
        parse_json(opening * 100_000)
    with pytest.raises(LimitError, match="nested more than 64 deep"):
        parse_json("[" * 65 + "]" * 65)
    assert parse_json("[" * 64 + "]" * 64)
    with pytest.raises(LimitError, match="nested more than 2 deep"):
        parse_json('[{"a": [1]}]', depth=2)


@pytest.mark.parametrize(
    "data", [rb'["\ud800"]', rb'{"\udc00": 1}', rb'["a", {"b": ["\uDBFF"]}]', rb'["\udc00\ud800"]']
)
def test_half_a_character_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match="half a character"):
        parse_json(data)
    with pytest.raises(InvalidInputError, match="half a character"):
        parse_json('["\ud800"]')


def test_a_whole_character_in_two_halves_is_read() -> None:
    assert parse_json(rb'["\ud83c\udf0a"]') == ["\U0001f30a"]


def test_broken_utf8_names_the_byte() -> None:
    with pytest.raises(InvalidInputError, match=r"Byte 2 \(0xFF\)"):
        parse_json(b'["\xff"]')
    with pytest.raises(InvalidInputError, match="Byte 0"):
        parse_json("[1]".encode("utf-16"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"[1] x",
        b"01",
        b"[+1]",
        b"[.5]",
        b'["\n"]',
        b"<a/>",
    ],
)
def test_what_is_not_json_says_where(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"line \d+, column \d+"):
        parse_json(data)


def test_size_is_limited_before_reading() -> None:
    data = b" " * 100_000_000
    start = process_time()
    with pytest.raises(LimitError, match=r"100,000,000 bytes; at most 16,777,216"):
        parse_json(data)
    assert process_time() - start < 0.05
    assert parse_json(b"[1]", limit=3) == [1]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_what_was_written_is_what_is_read(value: object) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")) == value


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200) | st.text(alphabet='[]{}",:0123456789eE+-.\\u tfn', max_size=200).map(str.encode)
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = parse_json(data)
    except WatchfloorError as error:
        assert str(error)
    else:
        json.dumps(found, allow_nan=False).encode()
