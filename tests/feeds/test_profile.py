"""Profiles: real tables read by what YAML says of their columns."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.feeds import FEEDS, Context, Parsed
from watchfloor.feeds.collect import sniff
from watchfloor.feeds.profile import Profile, load, shipped, told

GOOD: dict[str, Any] = {
    "name": "gauges", "columns": ["when", "lvl"], "time": {"columns": "when", "format": "%d.%m.%Y %H:%M", "zone": "Asia/Shanghai"},
    "series": [{"column": "lvl", "name": "level", "units": "cm", "quantity": "water_level"}], "missing": ["---"],
}  # fmt: skip


def read(data: bytes, context: Context) -> Parsed:
    return FEEDS["table"]().parse(data, context)


def test_daily_weather_of_charlotte(realdata: Callable[[str], Path], context: Context) -> None:
    data = realdata("rivers_weather/fivethirtyeight__data/us-weather-history/KCLT.csv").read_bytes()
    assert sniff(data, "KCLT.csv") == "table"
    assert "declares no time zone" in read(data, context).rejected[0].reason
    parsed = read(data, replace(context, source="kclt", zone=ZoneInfo("America/New_York")))
    assert not parsed.rejected
    assert len(parsed.observations) == 365 * 4
    first = {seen.series: seen for seen in parsed.observations[:4]}
    assert first["kclt/temperature_max"].value == pytest.approx((91 - 32) / 1.8)
    assert (
        format_time(first["kclt/temperature_max"].time) == "2014-07-02T04:00:00Z"
    )  # the end of 1 July there
    assert {item.units for item in parsed.series} == {"degC", "inch"}


def test_five_years_of_beijing(realdata: Callable[[str], Path], context: Context) -> None:
    parsed = read(
        realdata("rivers_weather/jbrownlee__Datasets/pollution.csv").read_bytes(),
        replace(context, source="bj"),
    )
    dust = [seen for seen in parsed.observations if seen.series == "bj/pm25"]
    assert len(dust) == 43_824
    assert sum(math.isnan(seen.value) for seen in dust) == 2_067  # as its documentation says
    assert format_time(dust[0].time) == "2009-12-31T16:00:00Z"
    assert max(seen.value for seen in dust if not math.isnan(seen.value)) == 994.0


def test_airfields_as_iem_gives_them(context: Context) -> None:
    data = (
        b"station,valid,lon,lat,tmpf,dwpf,relh,drct,sknt,p01i,alti,mslp,vsby,gust\n"
        b"CLT,2026-06-01 10:52,-80.9,35.2,75.0,66.0,73.6,220.0,10.0,T,29.92,1013.0,10.0,M\n"
        b"CLT,2026-06-01 11:52,-80.9,35.2,M,66.0,x,220.0,10.0,0.01,29.92,M,10.0,18\n"
    )
    parsed = read(data, context)
    values = {(seen.series.split("/")[2], seen.time.hour): seen for seen in parsed.observations}
    assert values["temperature", 10].value == pytest.approx(23.8889, abs=1e-4)
    assert values["temperature", 11].flag == 9
    assert values["rain", 10].value == 0.0001
    assert values["wind_gust", 11].value == pytest.approx(9.26)
    assert ("humidity", 11) not in values  # one bad cell costs itself
    assert len(parsed.rejected) == 1
    assert (parsed.series[0].lon, parsed.series[0].lat) == (-80.9, 35.2)


def test_a_profile_of_the_source_s_own(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "gauges.yml"
    path.write_text(yaml.safe_dump(GOOD))
    own = replace(context, source="g", profile=load(path))
    parsed = read(b"when;lvl\n01.06.2026 18:00;122\n01.06.2026 18:10;---\n", own)
    assert [(seen.series, seen.flag) for seen in parsed.observations] == [("g/level", 1), ("g/level", 9)]
    assert parsed.observations[0].value == 1.22
    assert format_time(parsed.observations[0].time) == "2026-06-01T10:00:00Z"
    assert "needs the column" in read(b"a;b\n1;2\n", own).rejected[0].reason


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"series": []}, "no list series"), ({"series": [{"column": "a"}]}, "needs column"), ({"time": {}}, "names no columns"),
        ({"time": {"columns": "a", "format": "%c"}}, "directives"), ({"time": {"columns": "a", "zone": "Mars/Olympus"}}, "time zone"),
        ({"series": [{"column": "a", "name": "b", "units": "C"}]}, "more than one"), ({"extra": 1}, "not known"),
        ({"series": [{"column": "a", "name": "b", "units": "m", "quantity": "joy"}]}, "no quantity"), ({"name": "A B"}, "its name"),
        ({"values": {"T": "x"}}, "cannot be used"), ({"time": {"columns": "a", "shift": "soon"}}, "duration"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_used_says_why(change: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        Profile.of(GOOD | change)


def test_yaml_that_would_run_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.yml"
    path.write_text("!!python/object/apply:os.system ['true']\n")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load(path)


def test_shipped_profiles_do_not_claim_each_other_s_tables() -> None:
    assert len(shipped()) >= 4
    for item in shipped().values():
        assert told(sorted(item.columns)) == item
