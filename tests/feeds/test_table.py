"""CSV tables: measurements, the USGS catalogue, things at places; encodings, units, and cells that mean mischief."""

import math
from zoneinfo import ZoneInfo

import pytest

from watchfloor.core.clock import format_time
from watchfloor.feeds import Context, table
from watchfloor.feeds.collect import ingest
from watchfloor.feeds.table import Table
from watchfloor.store import Series, Store

HEAD = "series,time,value,flag\n"


def test_catalogue_of_earthquakes(realdata, context: Context) -> None:
    path = realdata("earthquakes/dannguyen__ok-earthquakes-RNotebook/data/all_month.csv")
    parsed = Table().parse(path.read_bytes(), context)
    assert len(parsed.records) == 8826
    assert not parsed.rejected
    assert {record.kind for record in parsed.records} == {"event"}
    times = sorted(record.valid_from for record in parsed.records)
    assert format_time(times[0]) == "2015-08-01T00:07:41Z"
    assert format_time(times[-1])[:7] == "2015-08"
    first = parsed.records[0]
    assert (first.source, first.key, first.body["depth_km"], first.body["mag"]) == (
        "usgs",
        "ak11665829",
        105.2,
        1.7,
    )
    assert first.geometry == {"type": "Point", "coordinates": (-152.5796, 60.673)}


def test_naive_times_need_a_declared_zone(realdata, context: Context) -> None:
    data = realdata("earthquakes/pypi__hvsampledata/earthquakes.csv").read_bytes()
    refused = Table().parse(data, context)
    assert len(refused.rejected) == 596
    assert "no UTC offset" in refused.rejected[0].reason
    assert refused.rejected[0].where == "line 2"
    read = Table().parse(data, Context(context.received, "test", zone=ZoneInfo("UTC")))
    assert len(read.records) == 596


def test_measurements(context: Context) -> None:
    data = (
        HEAD
        + "g/1,2026-06-01T10:00:00Z,4.25,0\ng/1,2026-06-01T18:05:00+08:00,,\ng/2,2026-06-01T10:00:00Z,NaN,3\n"
    )
    parsed = Table().parse(data.encode(), context)
    assert not parsed.rejected
    first, missing, bad = parsed.observations
    assert (first.series, first.value, first.flag) == ("g/1", 4.25, 0)
    assert format_time(missing.time) == "2026-06-01T10:05:00Z"
    assert math.isnan(missing.value)
    assert missing.flag == 9
    assert bad.flag == 9


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("g,2026-06-01T10:00:00,1,", "no UTC offset"),
        ("g,1780300000000,1,", "not a time"),
        ("g,12/11/2026,1,", "not a time"),
        ("g,2026-06-01T10:00:00Z,four,", "value is 'four'"),
        ("g,2026-06-01T10:00:00Z,1e999,", "finite"),
        ("g,2026-06-01T10:00:00Z,inf,", "finite"),
        ("g,2026-06-01T10:00:00Z,=1+1,", "value is '=1+1'"),
        ("g,2026-06-01T10:00:00Z,１２,", "expected a number"),
        ("g,2026-06-01T10:00:00Z,1,7", "flag"),
        (",2026-06-01T10:00:00Z,1,", "no series"),
        ("g,2026-06-01T10:00:00Z,1", "3 cells"),
        ("g,2026-06-01T10:00:00Z,1,,5", "5 cells"),
    ],
)
def test_a_bad_row_costs_itself(row: str, word: str, context: Context) -> None:
    data = f"{HEAD}{row}\ng,2026-06-01T10:01:00Z,2,0\n"
    parsed = Table().parse(data.encode(), context)
    assert [item.value for item in parsed.observations] == [2.0]
    assert [item.where for item in parsed.rejected] == ["line 2"]
    assert word in parsed.rejected[0].reason


def test_units_become_the_declared_ones(store: Store) -> None:
    store.describe([Series("g/1", units="m"), Series("t/1", units="degC")])
    data = (
        "series,time,value,units\ng/1,2026-06-01T10:00:00Z,10,ft\ng/1,2026-06-01T10:01:00Z,2,m\n"
        "t/1,2026-06-01T10:00:00Z,50,degF\nn/1,2026-06-01T10:00:00Z,3,kPa\ng/1,2026-06-01T10:02:00Z,2,kPa\n"
        "g/1,2026-06-01T10:03:00Z,2,furlongs-per-bogus\n"
    )
    receipt = ingest(store, "table", data.encode(), "gauges")
    assert receipt.rejected == 2
    assert any("kPa" in reason for reason in receipt.reasons)
    values = store.observations().set_index(["series", "time"])["value"].round(3).tolist()
    assert values == [3.048, 2.0, 3.0, 10.0]
    assert store.series()["units"].to_dict() == {"g/1": "m", "n/1": "kPa", "t/1": "degC"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding: str, context: Context) -> None:
    data = "id,name,longitude,latitude\n1,漓江大桥,110.3,25.2\n".encode(encoding)
    declared = Context(context.received, "test", charset="GB2312" if encoding == "gb18030" else "")
    [record] = Table().parse(data, declared).records
    assert record.title == "漓江大桥"


def test_an_encoding_is_not_guessed(context: Context) -> None:
    data = "id,name,longitude,latitude\n1,漓江大桥,110.3,25.2\n".encode("gb18030")
    assert "declare its encoding" in Table().parse(data, context).rejected[0].reason
    odd = Context(context.received, "test", charset="utf-7")
    assert "UTF-8, UTF-16 or GB18030" in Table().parse(data, odd).rejected[0].reason


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str, context: Context) -> None:
    data = "series,time,value\ng,2026-06-01T10:00:00Z,1\n".replace(",", delimiter)
    assert [item.value for item in Table().parse(data.encode(), context).observations] == [1.0]


def test_formulas_stay_text(context: Context) -> None:
    data = b'id,title,lon,lat\n1,"=HYPERLINK(""http://evil.example"")",110,25\n'
    [record] = Table().parse(data, context).records
    assert record.title == '=HYPERLINK("http://evil.example")'


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not named"),
        (b"a,b,c\n1,2,3\n", "expected series, time, value"),
        (b"series,time,value", "cut off"),
        (b"series,time,value\ng\x00,2026-06-01T10:00:00Z,1\n", "NUL"),
        (b"series,time,value,value\n", "twice"),
        (b"series,time,value\n\xff\xfe\xfa", "not UTF-8"),
        (",".join(f"c{n}" for n in range(500)).encode(), "columns"),
    ],
)
def test_documents_that_are_no_table(data: bytes, word: str, context: Context) -> None:
    parsed = Table().parse(data, context)
    assert not parsed.records
    assert not parsed.observations
    assert word in parsed.rejected[-1].reason


def test_limits(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    rows = "".join(f"g,2026-06-01T10:0{n}:00Z,{n}\n" for n in range(5))
    parsed = Table().parse(("series,time,value\n" + rows).encode(), context)
    assert len(parsed.observations) == 2
    assert "Rows beyond 2" in parsed.rejected[0].reason
    monkeypatch.setattr(Table, "limit", 10)
    assert "too large" in Table().parse(b"series,time,value\n", context).rejected[0].reason
    monkeypatch.undo()
    long = b"id,title,lon,lat\n1," + b"x" * 30_000 + b",1,1\n2," + b"y" * 200_000 + b",1,1\n3,z,1,1\n"
    parsed = Table().parse(long, context)
    assert [record.key for record in parsed.records] == ["3"]
    assert len(parsed.rejected) == 2


def test_things_at_places(context: Context) -> None:
    data = (
        b"id,kind,name,hazard,severity,time,lng,LAT\n"
        b"7,incident,Levee seeps,flood,Severe,2026-06-01T09:00:00Z,110.3,25.2\n8,incident,Off the earth,,,,110,95\n"
    )
    parsed = Table().parse(data, context)
    [record] = parsed.records
    assert (record.kind, record.source, record.key, record.hazard) == ("incident", "table:test", "7", "flood")
    assert "latitude" in parsed.rejected[0].reason
