"""YAML: plain data only, within limits, with the place of every value."""

from pathlib import Path

import pytest
import yaml

from watchfloor.catalog.document import Limits, read_document
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError


def read(tmp_path: Path, text: str | bytes, **limits: int):
    path = tmp_path / "a.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path, Limits(**limits) if limits else None)


def test_same_as_safe_load(tmp_path: Path):
    text = """
    a: &x {n: 1, t: 2026-01-01, f: 1.5, b: yes, z: null, s: "1", 10: ten}
    b: {<<: *x, n: 2}
    c: {<<: [{n: 5, m: 6}, {m: 7, o: 8}]}
    d: [*x, "中文", |
      block
      ]
    """
    text = text.replace('[*x, "中文", |\n      block\n      ]', "[*x, '中文']")
    assert read(tmp_path, text).data == yaml.safe_load(text)


def test_place_of_values_and_keys(tmp_path: Path):
    found = read(tmp_path, "a:\n  b: [1,\n    {c: d}]\n")
    assert found.at(("a", "b", 1, "c")) == (3, 9)
    assert found.at(("a", "b", 1, "c"), key=True) == (3, 6)
    assert found.at(("a", "missing", "deeper")) == (2, 3)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", InvalidInputError, ":3:1: the key 'a' is given twice"),
        ("a: {b: 1, b: 2}", InvalidInputError, ":1:11: the key 'b' is given twice"),
        ("a: !!python/object/apply:os.system [ls]", UnsafeError, "python/object/apply"),
        ("a: !!python/name:os.system ''", UnsafeError, "python/name"),
        ("a: !custom {b: 1}", UnsafeError, "'!custom' is refused"),
        ("a: !!binary aGk=", UnsafeError, "!!binary"),
        ("a: !!set {b, c}", UnsafeError, "!!set"),
        ("a: [1, 2\nb: 3", InvalidInputError, ":2:"),
        ("? [a, b]\n: c", InvalidInputError, "a key must be plain text"),
        (b"a: \xff\xfe", InvalidInputError, "not UTF-8 at byte 3"),
        ("a: 1\n---\nb: 2", InvalidInputError, "not YAML"),
        ("a: " + "9" * 5000, InvalidInputError, "Exceeds the limit"),
        ("a: 2026-13-45", InvalidInputError, "month must be"),
    ],
)
def test_refused(tmp_path: Path, text: str | bytes, error: type[Exception], words: str):
    with pytest.raises(error) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert "a.yml" in str(caught.value)


def test_alias_bomb_is_refused_before_it_grows(tmp_path: Path):
    lines = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, 12)]
    with pytest.raises(LimitError, match="aliases expand this file beyond 100,000"):
        read(tmp_path, "\n".join(lines))


def test_alias_that_holds_itself(tmp_path: Path):
    with pytest.raises(LimitError, match="24 levels"):
        read(tmp_path, "a: &a [*a]")


def test_depth_size_and_number(tmp_path: Path):
    with pytest.raises(LimitError, match="nested more than 24 deep"):
        read(tmp_path, "[" * 30 + "]" * 30)
    with pytest.raises(LimitError, match="nested more than 24 deep"):
        read(tmp_path, "[" * 900 + "]" * 900)
    with pytest.raises(LimitError, match="larger than 100 bytes"):
        read(tmp_path, "a: " + "x" * 200, size=100)
    with pytest.raises(LimitError, match="more than 10 values"):
        read(tmp_path, "\n".join(f"a{i}: 1" for i in range(100)), values=10)


def test_extreme_nesting_neither_crashes_nor_hangs(tmp_path: Path):
    with pytest.raises(InvalidInputError):
        read(tmp_path, "[" * 500_000)


def test_missing_file(tmp_path: Path):
    with pytest.raises(InvalidInputError, match="cannot be read: No such file"):
        read_document(tmp_path / "no.yml")
