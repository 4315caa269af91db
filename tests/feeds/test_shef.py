"""SHEF: three kinds of messages, times that hang on each other, units, missing values, revisions; real products."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from watchfloor.core.clock import format_time
from watchfloor.feeds import FEEDS, Context, Parsed
from watchfloor.feeds.collect import ingest
from watchfloor.feeds.shef import feed as module
from watchfloor.feeds.shef.codes import ELEMENTS
from watchfloor.store import Store

FOLDER = "alerts/akrherz__pyIEM/data/product_examples/SHEF"


def read(text: str, context: Context) -> Parsed:
    return FEEDS["shef"]().parse(text.encode(), context)


def told(text: str, context: Context) -> list[tuple[str, str, float]]:
    """Name, time and value of all that was read; nothing may be put aside."""
    parsed = read(text, context)
    assert not parsed.rejected, parsed.rejected
    return [(one.series, format_time(one.time), round(one.value, 4)) for one in parsed.observations]


@pytest.mark.parametrize(
    ("file", "count", "refused", "name", "time", "value"),
    [
        ("mixed_AE.txt", 78, 1, "test/MFBW4/HGIRG", "2021-09-19T23:15:00Z", 5.06 * 0.3048),
        ("RR8ARX.txt", 86, 0, "test/PETW3/QTIRP", "2026-11-07T14:10:00Z", 4232 * 0.3048**3),
        ("RTPDTX.txt", 76, 0, "test/WHKM4/TAIRZS", "2026-09-20T00:00:00Z", (79 - 32) / 1.8),
        ("RTPGRB.txt", 430, 1, "test/GRB/TAIRZX", "2026-01-20T06:00:00Z", (34 - 32) / 1.8),
        ("RR2LAC.txt", 8, 0, "test/MWSC1/UDIRP", "2021-09-19T23:51:59Z", 284.0),
        ("RR2PHI.txt", 494, 0, "test/ATGP1/PPHRZ", "2021-09-20T05:00:00Z", 0.0),
        ("RR3OKX.txt", 4, 8, "test/OKXN6/TAIRZN", "2022-04-01T12:00:00Z", 10.0),
        ("B.txt", 16, 0, "test/MCXI3/QTIRZ", "2026-09-16T21:45:00Z", 490 * 0.3048**3),
        ("HYDMSR.txt", 1, 0, "test/ILWL178/PPDRZ", "2023-11-02T12:00:00Z", 0.001),
        ("RR6BCR.txt", 4, 1, "test/EUFAL/PPCRZ", "2026-08-16T19:45:00Z", 0.0),
        ("DV.txt", 1, 2, "test/DTXLSR/SFVRZ/H24", "2026-01-25T12:00:00Z", 1.5),
        ("RR1LCH.txt", 16, 16, "test/BKLT2/HPIRZ", "2026-11-10T14:15:00Z", 167.64),
    ],
)  # fmt: skip
def test_real_products(
    file: str, count: int, refused: int, name: str, time: str, value: float, realdata: Callable[[str], Path], context: Context
) -> None:  # fmt: skip
    parsed = FEEDS["shef"]().parse(realdata(f"{FOLDER}/{file}").read_bytes(), context)
    assert (len(parsed.observations), len(parsed.rejected)) == (count, refused)
    first = next(one for one in parsed.observations if one.series == name)
    assert format_time(first.time) == time
    assert first.value == pytest.approx(value)


def test_a_product_without_shef(realdata: Callable[[str], Path], context: Context) -> None:
    data = realdata(f"{FOLDER}/RRMSGX.txt").read_bytes()
    assert not FEEDS["shef"].sniff(data)
    assert "no SHEF" in FEEDS["shef"]().parse(data, context).rejected[0].reason


@pytest.mark.parametrize(
    ("head", "time"),
    [
        ("0601 Z DH0715", "2026-06-01T07:15:00Z"), ("0601 DH07", "2026-06-01T07:00:00Z"), ("0601 Z", "2026-06-01T12:00:00Z"),
        ("0601 C", "2026-06-02T05:00:00Z"), ("0601 CS", "2026-06-02T06:00:00Z"), ("0601 C DH07", "2026-06-01T12:00:00Z"),
        ("0115 C DH07", "2026-01-15T13:00:00Z"), ("0601 J DH08", "2026-06-01T00:00:00Z"), ("0601 Z DH24", "2026-06-02T00:00:00Z"),
        ("260601 Z DH0715/DN30", "2026-06-01T07:30:00Z"), ("20260601 Z DD0206", "2026-06-02T06:00:00Z"),
        ("0601 Z DM06021530", "2026-06-02T15:30:00Z"), ("0601 Z DM1231", "2025-12-31T12:00:00Z"), ("0601 Z DY260530", "2026-05-30T12:00:00Z"),
        ("0601 Z DT202605300915", "2026-05-30T09:15:00Z"), ("0601 Z DJ261520900", "2026-06-01T09:00:00Z"),
        ("0601 Z DH12/DRH-6", "2026-06-01T06:00:00Z"), ("0601 Z DH12/DRH-6/DRN+30", "2026-06-01T12:30:00Z"), ("0601 Z DH12/DRD-1", "2026-05-31T12:00:00Z"),
        ("0531 Z DH12/DRM-3", "2026-02-28T12:00:00Z"), ("0601 Z DH12/DRH-6/DH10", "2026-06-01T10:00:00Z"), ("1231 Z DH12", "2025-12-31T12:00:00Z"),
    ],
)  # fmt: skip
def test_times(head: str, time: str, context: Context) -> None:
    assert told(f".A ABCD1 {head}/HP 1", context) == [("test/ABCD1/HPIRZ", time, 1.0)]


def test_each_value_has_the_time_before_it(context: Context) -> None:
    found = told(".A ABCD1 0601 Z DH12/HP 1/DRH-6/HP 2\n.A1 DH0300/HP 3 : said :", context)
    assert [(time[11:13], value) for _, time, value in found] == [("12", 1.0), ("06", 2.0), ("03", 3.0)]


def test_a_row_of_times_keeps_its_step_where_nothing_was_reported(context: Context) -> None:
    text = ".E ABCD1 0601 Z DH0900/HP/DIN15/1.0//M/4.0\n.E1 5.0"
    parsed = read(text, context)
    assert [(one.time.minute, one.flag) for one in parsed.observations] == [(0, 1), (30, 9), (45, 1), (0, 1)]
    assert parsed.series[0].attrs["interval_s"] == 900


def test_a_value_that_may_be_missing_between_two_lines_is_not_guessed(context: Context) -> None:
    parsed = read(".E ABCD1 0601 Z DH0900/HP/DIN15/1.0/\n.E1 /4.0", context)
    assert not parsed.observations
    assert "not clear" in parsed.rejected[0].reason


def test_a_table(context: Context) -> None:
    text = ".B AAA 0601 Z DH06/HP/DRH-1/TA/DH03/PP\n.B1 /HT\nONE 1/50/0.1/7 : said\nTWO DH0545/2/M, THREE 3//+\n.END\nFOUR 9/9"
    parsed = read(text, context)
    assert not parsed.rejected
    seen = [
        (one.series.removeprefix("test/"), format_time(one.time)[11:16], one.flag)
        for one in parsed.observations
    ]
    assert seen == [
        ("ONE/HPIRZ", "06:00", 1), ("ONE/TAIRZ", "05:00", 1), ("ONE/PPDRZ", "03:00", 1), ("ONE/HTIRZ", "03:00", 1),
        ("TWO/HPIRZ", "05:45", 1), ("TWO/TAIRZ", "04:45", 9), ("THREE/HPIRZ", "06:00", 1), ("THREE/PPDRZ", "03:00", 9),
    ]  # fmt: skip


def test_units(context: Context) -> None:
    text = ".A ABCD1 0601 Z DH06/QR 1.5/HG 10/TA 50/PP 0.25/PR 2.4/US 10/DUS/QR 1.5/HG 10\n.A EFGH1 0601 Z DH07/DUS/HG 10/QR 2"
    parsed = read(text, context)
    values = {
        one.series: round(one.value, 4) for one in reversed(parsed.observations) if one.series.count("/") == 2
    }
    assert values["test/ABCD1/QRIRZ"] == round(1500 * 0.3048**3, 4)
    assert values["test/ABCD1/HGIRZ"] == 3.048
    assert values["test/ABCD1/TAIRZ"] == 10.0
    assert values["test/ABCD1/PRIRZ"] == 2.54  # inches a day become millimetres an hour
    assert values["test/ABCD1/USIRZ"] == 4.4704
    assert (values["test/EFGH1/HGIRZ"], values["test/EFGH1/QRIRZ"]) == (10.0, 2.0)
    about = {item.name: (item.field, item.units) for item in parsed.series}
    assert about["test/ABCD1/QRIRZ"] == ("discharge", "m^3/s")
    assert about["test/ABCD1/PPDRZ"] == ("", "inch")


@pytest.mark.parametrize(
    ("text", "flag"),
    [("1.0", 1), ("1.0G", 0), ("1.0 V", 0), ("1.0E", 2), ("1.0Q", 2), ("1.0R", 3), ("1.0B", 3), ("M", 9), ("MM", 9), ("m", 9), ("-9999", 9),
     ("-9999.0", 9), ("+", 9), ("-", 9)],
)  # fmt: skip
def test_qualifiers_and_missing_values(text: str, flag: int, context: Context) -> None:
    [seen] = read(f".A ABCD1 0601 Z DH06/HP {text}", context).observations
    assert seen.flag == flag
    assert math.isnan(seen.value) == (flag == 9)


def test_a_qualifier_for_all_that_follow(context: Context) -> None:
    parsed = read(".A ABCD1 0601 Z DH06/HP 1/DQE/HT 2/HW 3V", context)
    assert [one.flag for one in parsed.observations] == [1, 2, 0]


def test_a_revision_replaces_and_a_contradiction_does_not(context: Context) -> None:
    line = ".{} ABCD1 0601 Z DH06/HP {}\n"
    assert told(line.format("A", 1) + line.format("AR", 2), context)[0][2] == 2.0
    parsed = read(line.format("A", 1) + line.format("A", 2) + line.format("A", 1), context)
    assert [one.value for one in parsed.observations] == [1.0]
    assert "two values" in parsed.rejected[0].reason


def test_forecasts_do_not_mix_with_readings(store: Store) -> None:
    text = ".A ABCD1 0601 Z DH06/HG 10\n.E ABCD1 0601 Z DC06011100/DH18/HGIFF/DIH6/11/12/13"
    receipt = ingest(store, "shef", text.encode(), "nws")
    assert receipt.rejected == 0
    assert receipt.newest is not None
    assert format_time(receipt.newest) == "2026-06-01T06:00:00Z"
    about = store.series().loc["nws/ABCD1/HGIFF"]
    assert about["attrs"]["issued"] == "2026-06-01T11:00:00Z"
    assert len(store.observations("nws/ABCD1/HGIFF")) == 3


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (".A ABCD1 0631 Z DH06/HP 1", "no date"), (".A ABCD1 0601 Q DH06/HP 1", "time zone"), (".A ABCD1 0601 Z DH0661/HP 1", "no time"),
        (".A ABCD1 0601 Z DH06/HP 00nan", "no value"), (".A ABCD1 0601 Z DH06/HP inf", "no value"), (".A ABCD1 0601 Z DH06/ZZ 1", "not known"),
        (".A ABCD1 0601 Z DH06/PL 1013", "another unit"), (".A ABCD1 0601 Z DH06/DVX/HP 1", "cannot be read"), (".A ABCD1 0601 Z DH06", "no values"),
        (".E ABCD1 0601 Z DH06/HP/1/2", "DIN15"), (".E ABCD1 0601 Z DH06/HP/DIN0/1/2", "interval"), (".B ABC 0601 Z DH06\nONE 1\n.END", "no elements"),
        (".B ABC 0601 Z DH06/HP\nONE 1/2\n.END", "more than 1"), (".A ABCD1 0601 Z DRY+9999/HP 1", "no time"), (".A ABCD1 0601 Z DH06/HP 1" + "0" * 40, "no value"),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_only_itself(bad: str, why: str, context: Context) -> None:
    parsed = read(f"{bad}\n.A GOOD1 0601 Z DH06/HT 7\n", context)
    assert "test/GOOD1/HTIRZ" in [one.series for one in parsed.observations]
    assert why in parsed.rejected[0].reason


def test_too_many_values(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setattr(module, "MAX_VALUES", 3)
    parsed = read(".E ABCD1 0601 Z DH00/HP/DIN15/" + "/".join("123456789"), context)
    assert len(parsed.observations) == 3
    assert "more than 3" in parsed.rejected[0].reason


def test_every_element_has_units_that_can_be_read(context: Context) -> None:
    middle = {"PA": (29, 100), "PL": (29, 100)}
    for name in ELEMENTS:
        first, second = middle.get(name, (1, 2))
        parsed = read(f".A ABCD1 0601 Z DH06/{name} {first}/DUS/DH07/{name} {second}", context)
        assert not parsed.rejected, name
        assert len(parsed.observations) == 2
