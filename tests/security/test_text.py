"""Text from outside is shown as it is, and does nothing."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.security.text import cell, escape, filename, plain


@pytest.mark.parametrize(
    "payload",
    ["<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "' onmouseover='x", "&lt;b&gt;"],
)
def test_escape_leaves_no_markup(payload: str) -> None:
    found = escape(payload)
    assert not set(found) & set("<>\"'")
    assert found.count("&") == sum(payload.count(mark) for mark in "<>\"'&")


@given(st.text())
def test_escape_can_be_undone(text: str) -> None:
    import html

    assert html.unescape(escape(text)) == html.unescape(text) or "&" in text
    assert not set(escape(text)) & set("<>\"'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("evac\u202etxt.exe", "evactxt.exe"),
        ("\u2066a\u2069\u2067b\u2068", "ab"),
        ("a\u200bb\ufeffc\u2060d", "abcd"),
        ("a\x00b\x1bc\x7fd\x9be", "abcde"),
        ("pass\u00adword", "password"),
        ("a\U000e0041b", "ab"),
        ("half \ud800 character", "half \ufffd character"),
        ("e\u0301", "é"),
        ("a\n\tb\u3000c\u2028d", "a b c d"),
        ("pay\u200dpal", "paypal"),
        ("  spaces  ", "spaces"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    ["نمی\u200cخواهم", "क्\u200dष", "👩\u200d🚒", "❤️\u200d🔥", "葛\U000e0100", "水位超警戒", "Böen", "ޢަރަބި"],
)
def test_what_a_script_needs_stays(text: str) -> None:
    assert plain(text) == text


def test_stacked_marks_are_cut_to_four() -> None:
    assert len(plain("Z" + "\u0311" * 500)) == 5


def test_line_breaks_are_kept_on_request() -> None:
    assert plain("a\r\n b \r c\n\n\n\n d\u2028e", newlines=True) == "a\nb\nc\n\nd\ne"


def test_length_is_capped_with_an_ellipsis() -> None:
    assert plain("x" * 10, limit=10) == "x" * 10
    assert plain("x" * 11, limit=10) == "x" * 9 + "…"
    assert (
        plain("\u200b" * 1_000_000 + "x", limit=10) == ""
    )  # nobody hides a text behind a million zero widths


@settings(max_examples=300)
@given(st.text(), st.integers(1, 50), st.booleans())
def test_plain_text_is_short_normal_and_without_controls(text: str, limit: int, newlines: bool) -> None:
    found = plain(text, limit, newlines=newlines)
    assert len(found) <= limit
    assert unicodedata.is_normalized("NFC", found)
    found.encode()
    assert not any(
        unicodedata.category(char) == "Cc" for char in found.replace("\n", "" if newlines else "\n")
    )
    assert not set(found) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b")


FORMULAS = [
    '=HYPERLINK("http://evil.example","x")', "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1", " =1+1", "\n=1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "\u200b=1+1", "\ufeff=1", "|cmd", "−1+1", "-cmd|' /C calc'!A0", "\x00=1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_become_text(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize(
    "value", ["-5.2", "+3", "1e-5", ".5", "Flood", "a=b", "水位", "", 3, -2.5, None, True]
)
def test_numbers_and_plain_words_stay(value: object) -> None:
    assert cell(value) == value


@settings(max_examples=300)
@given(st.text())
def test_no_cell_of_a_csv_begins_like_a_formula(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([cell(text)])
    (found,) = next(csv.reader(io.StringIO(out.getvalue(), newline="")))
    try:
        float(found)
    except ValueError:
        assert not found.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not found.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Windows\\a.txt", "C-Windows-a.txt"),
        ("/", "file"), ("..", "file"), ("", "file"), (".", "file"), ("   ", "file"),
        (".htaccess", "htaccess"), ("con", "_con"), ("NUL.txt", "_NUL.txt"), ("com1", "_com1"),
        ("a\x00b", "ab"), ("report.csv", "report.csv"), ("洪水 预警.geojson", "洪水-预警.geojson"),
        ("a\u202efdp.exe", "afdp.exe"), ("x; rm -rf ~", "x-rm-rf"), ("$(id)`id`", "id-id"),
        ("．．／etc", "etc"), ("~root", "root"), ("-rf", "rf"),
    ],
)  # fmt: skip
def test_names_of_files_stay_in_their_folder(text: str, expected: str) -> None:
    assert filename(text) == expected


def test_long_names_keep_their_suffix() -> None:
    found = filename("水" * 200 + ".geojson", limit=100)
    assert found.endswith("水.geojson")
    assert len(found.encode()) <= 100


@settings(max_examples=300)
@given(st.text(), st.integers(20, 200))
def test_any_text_makes_one_usable_name(text: str, limit: int) -> None:
    found = filename(text, limit)
    assert 0 < len(found.encode()) <= limit
    assert Path(found).name == found
    assert not set(found) & set('/\\<>:"|?*\x00 ')
    assert not found.startswith((".", "-"))
    assert not found.endswith((".", " "))
