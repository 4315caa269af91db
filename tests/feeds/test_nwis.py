"""NWIS: both forms give the same series, zones and days are read, codes are flags, what is wrong costs only itself."""

import json
import math
from collections.abc import Callable
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import format_time
from watchfloor.feeds import FEEDS, Context, Parsed, nwis
from watchfloor.feeds.collect import ingest
from watchfloor.store import Store

FOLDER = "rivers_weather/DOI-USGS__dataretrieval-python/tests/data"


def read(data: bytes, context: Context) -> Parsed:
    return FEEDS["nwis"]().parse(data, context)


def rdb(*rows: str, columns: str = "7_00065\t7_00065_cd", about: str = "", zone: str = "\ttz_cd") -> bytes:
    head = f"# retrieved: 2026-06-01\n#    USGS 01491000 CHOPTANK RIVER\n{about}agency_cd\tsite_no\tdatetime{zone}\t{columns}\n"
    widths = "\t".join(["5s"] * (len(columns.split("\t")) + 3 + bool(zone)))
    return (head + widths + "\n" + "".join(f"{row}\n" for row in rows)).encode()


def answer(*values: Any, unit: str = "ft", code: str = "00065", **other: Any) -> bytes:
    info = {"siteName": "A", "siteCode": [{"value": "1", "agencyCode": "USGS"}],
            "timeZoneInfo": {"defaultTimeZone": {"zoneOffset": "-05:00"}},
            "geoLocation": {"geogLocation": {"latitude": 39.0, "longitude": -75.8}}} | other  # fmt: skip
    variable = {"variableCode": [{"value": code}], "variableDescription": "Gage", "unit": {"unitCode": unit}, "noDataValue": -999999.0,
                "options": {"option": [{"optionCode": "00000"}]}}  # fmt: skip
    part = {
        "sourceInfo": info,
        "variable": variable,
        "values": [{"value": list(values), "method": [{"methodID": 7}]}],
    }
    return json.dumps({"name": "ns1:timeSeriesResponseType", "value": {"timeSeries": [part]}}).encode()


def value(number: Any, when: str = "2026-06-01T10:00:00.000-05:00", codes: Any = ("P",)) -> dict[str, Any]:
    return {"value": number, "qualifiers": list(codes), "dateTime": when}


def test_a_real_answer_of_instantaneous_values(realdata: Callable[[str], Path], context: Context) -> None:
    parsed = read(realdata(f"{FOLDER}/waterservices_iv.txt").read_bytes(), context)
    assert not parsed.rejected
    assert len(parsed.observations) == 20
    about = {item.name: item for item in parsed.series}
    flow = about["test/01491000/00060/69512"]
    assert (flow.field, flow.units, flow.lon, flow.lat) == ("discharge", "m^3/s", -75.7858056, 38.99719444)
    first = next(seen for seen in parsed.observations if seen.series == flow.name)
    assert first.value == pytest.approx(974 * 0.3048**3)
    assert (format_time(first.time), first.flag) == ("2019-02-14T05:00:00Z", 0)


def test_a_real_answer_of_daily_values(realdata: Callable[[str], Path], context: Context) -> None:
    """A day counts at its end in the site's standard time; series without values are described."""
    parsed = read(realdata(f"{FOLDER}/waterservices_dv.txt").read_bytes(), context)
    assert not parsed.rejected
    assert (len(parsed.series), len(parsed.observations)) == (10, 4)
    assert format_time(parsed.observations[0].time) == "2020-02-15T05:00:00Z"
    assert parsed.observations[0].flag == 1
    water = next(item for item in parsed.series if item.attrs["parameter"] == "00010")
    assert (water.field, water.units) == ("", "degC")  # not the air's temperature


def test_both_forms_tell_of_the_same_series(context: Context) -> None:
    text = read(rdb("USGS\t1\t2026-06-01 10:00\tEST\t10.0\tP"), context)
    said = read(answer(value("10.0")), context)
    assert text.observations == said.observations


@pytest.mark.parametrize(
    ("code", "hour"),
    [("EST", 15), ("EDT", 14), ("CST", 16), ("AKDT", 18), ("HST", 20), ("GST", 0), ("UTC", 10)],
)
def test_time_zones(code: str, hour: int, context: Context) -> None:
    [seen] = read(rdb(f"USGS\t1\t2026-06-01 10:00\t{code}\t10.0\tP"), context).observations
    assert seen.time.hour == hour


def test_the_hour_that_comes_twice_in_autumn(context: Context) -> None:
    rows = [f"USGS\t1\t2025-11-02 01:30\t{code}\t{level}\tA" for code, level in (("EDT", 1), ("EST", 2))]
    first, second = read(rdb(*rows), context).observations
    assert second.time - first.time == timedelta(hours=1)


@pytest.mark.parametrize(
    ("cell", "code", "flag"),
    [("1.0", "A", 0), ("1.0", "P", 1), ("1.0", "P:e", 2), ("1.0", "A:e", 2), ("1.0", "", 1), ("Ice", "P", 9), ("P_Eqp", "", 9), ("***", "P", 9)],
)  # fmt: skip
def test_codes_are_flags(cell: str, code: str, flag: int, context: Context) -> None:
    parsed = read(rdb(f"USGS\t1\t2026-06-01 10:00\tEST\t{cell}\t{code}"), context)
    assert not parsed.rejected
    assert parsed.observations[0].flag == flag
    assert math.isnan(parsed.observations[0].value) == (flag == 9)


def test_no_data_value_is_missing(context: Context) -> None:
    [seen] = read(answer(value("-999999", codes=["P", "Ice"])), context).observations
    assert seen.flag == 9


def test_daily_rdb_needs_a_declared_zone(context: Context) -> None:
    about = "#    7  00060  00003  Discharge, cubic feet per second (Mean)\n"
    data = rdb("USGS\t1\t2026-05-30\t100\tA", columns="7_00060_00003\t7_00060_00003_cd", about=about, zone="")
    assert "tz_cd" in read(data, context).rejected[0].reason
    declared = Context(context.received, "test", zone=timezone(timedelta(hours=-5)))
    [seen] = read(data, declared).observations
    assert (seen.series, format_time(seen.time)) == ("test/1/00060/00003/7", "2026-05-31T05:00:00Z")


def test_a_parameter_that_is_not_in_our_list_has_the_unit_of_its_description(context: Context) -> None:
    about = "#    7  80154  Suspended sediment concentration, milligrams per liter\n#    8  99999  Colour of the water\n"
    data = rdb(
        "USGS\t1\t2026-06-01 05:00\tEST\t3\tP\t4\tP",
        columns="7_80154\t7_80154_cd\t8_99999\t8_99999_cd",
        about=about,
    )
    parsed = read(data, context)
    assert [item.units for item in parsed.series] == ["milligrams per liter"]
    assert "No unit" in parsed.rejected[0].reason


def test_several_tables_follow_each_other(context: Context) -> None:
    second = rdb("USGS\t2\t2026-06-01 05:00\tCST\t7\tP", columns="9_00060\t9_00060_cd")
    parsed = read(rdb("USGS\t1\t2026-06-01 05:00\tEST\t3\tP") + second, context)
    assert [seen.series for seen in parsed.observations] == ["test/1/00065/7", "test/2/00060/9"]


def test_the_same_twice_counts_once_and_what_differs_is_put_aside(context: Context) -> None:
    row = "USGS\t1\t2026-06-01 10:00\tEST\t{}\tP"
    parsed = read(rdb(row.format(1.5), row.format(1.5), row.format(2.5)), context)
    assert len(parsed.observations) == 1
    assert "two values" in parsed.rejected[0].reason


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (answer(value("NaN"), value("1", "2026-06-01T11:00:00-05:00")), "finite"), (answer(value("x"), value("1", "2026-06-01T11:00:00-05:00")), "number"),
        (answer(value("1", "12 o'clock"), value("1")), "not a time"), (answer("x", value("1")), "expected an object"),
        (rdb("USGS\t1\t2026-06-01 10:00\tXYZ\t1\tP", "USGS\t1\t2026-06-01 10:00\tEST\t1\tP"), "tz_cd"),
        (rdb("USGS\t1\t2026-06-31 10:00\tEST\t1\tP", "USGS\t1\t2026-06-01 10:00\tEST\t1\tP"), "not a time"),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_only_itself(data: bytes, why: str, context: Context) -> None:
    parsed = read(data, context)
    assert len(parsed.observations) == 1
    assert why in parsed.rejected[0].reason


def test_a_unit_that_does_not_measure_the_parameter_is_refused(context: Context) -> None:
    parsed = read(answer(value("1"), unit="ft", code="00060"), context)
    assert not parsed.observations
    assert not parsed.series
    assert parsed.rejected


def test_too_many_values(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setattr(nwis, "MAX_VALUES", 2)
    rows = [f"USGS\t1\t2026-06-01 10:{minute:02d}\tEST\t1\tP" for minute in range(9)]
    parsed = read(rdb(*rows), context)
    assert len(parsed.observations) == 2
    assert ["more than 2" in part.reason for part in parsed.rejected] == [True]


def test_it_is_stored(store: Store) -> None:
    receipt = ingest(store, "nwis", answer(value("10", "2026-06-01T05:00:00-05:00")), "nwis")
    assert receipt.rejected == 0
    assert store.series().loc["nwis/1/00065/7"]["units"] == "m"
    assert store.observations("nwis/1/00065/7")["value"].tolist() == pytest.approx([3.048])
