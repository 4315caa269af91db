"""METAR: wind, visibility, temperature and pressure of several countries' habits."""

import pytest

from watchfloor.core.clock import format_time, parse_time
from watchfloor.feeds import FEEDS, Context, Parsed

NOW = parse_time("2026-06-01T12:10:00Z")


def read(text: str) -> Parsed:
    return FEEDS["metar"]().parse(text.encode(), Context(NOW, "m"))


def said(text: str) -> dict[str, float]:
    parsed = read(text)
    assert not parsed.rejected
    return {seen.series.split("/")[2]: round(seen.value, 3) for seen in parsed.observations}


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("METAR KCLT 011152Z 22010G18KT 1 1/2SM -RA SCT040 24/19 A2992 RMK AO2 SLP130 T02390189",
         {"wind_direction": 220, "wind_speed": 5.144, "wind_gust": 9.26, "visibility": 1.5, "temperature": 23.9, "dewpoint": 18.9, "pressure": 29.92}),
        ("EGLL 011150Z AUTO VRB02KT 9999 NCD M01/M03 Q1023 NOSIG=", {"wind_speed": 1.029, "visibility": 10000, "temperature": -1, "dewpoint": -3, "pressure": 1023}),
        ("SPECI ZBAA 011200Z 00000MPS CAVOK 30/// Q0998", {"wind_speed": 0, "visibility": 10000, "temperature": 30, "pressure": 998}),
        ("LFPG 011130Z 36012G100KMH 330V030 0350 R27/0400N FG VV001 08/08 Q//// TEMPO 0200",
         {"wind_direction": 360, "wind_speed": 3.333, "wind_gust": 27.778, "visibility": 350, "temperature": 8, "dewpoint": 8}),
        ("KXXX 011150Z /////KT 1/4SM FG M00/M01 A3001", {"visibility": 0.25, "temperature": 0, "dewpoint": -1, "pressure": 30.01}),
    ],
)  # fmt: skip
def test_reports(report: str, expected: dict[str, float]) -> None:
    assert said(report) == pytest.approx(expected, abs=0.001)


def test_beyond_what_is_written_is_suspect() -> None:
    flags = {
        seen.series.split("/")[2]: seen.flag
        for seen in read("KDEN 011153Z 360P99KT P6SM 20/10 A3000").observations
    }
    assert flags == {
        "wind_direction": 1,
        "wind_speed": 2,
        "visibility": 2,
        "temperature": 1,
        "dewpoint": 1,
        "pressure": 1,
    }


@pytest.mark.parametrize(
    ("stamp", "time"),
    [("011152", "2026-06-01T11:52:00Z"), ("012350", "2026-05-01T23:50:00Z"), ("311200", "2026-05-31T12:00:00Z"), ("011214", "2026-06-01T12:14:00Z")],
)  # fmt: skip
def test_the_month_is_the_last_that_fits(stamp: str, time: str) -> None:
    assert format_time(read(f"KCLT {stamp}Z 22010KT").observations[0].time) == time


def test_a_bulletin_with_broken_reports() -> None:
    parsed = read(
        "SAUS70 KWBC 011200\nMETAR KCLT 011152Z 22010KT 10SM\n     24/19 A2992=\nKJFK 011151Z NIL=\nKBOS 999999Z 22010KT\nKPHX 011151Z 99910KT 10SM 30/10 A2990\n"
    )
    assert {seen.series.split("/")[1] for seen in parsed.observations} == {"KCLT"}
    assert len(parsed.observations) == 6
    assert len(parsed.rejected) == 3


def test_units_are_noted() -> None:
    about = {item.name.split("/")[2]: item for item in read("METAR KCLT 011152Z 22010KT 24/19 A2992").series}
    assert about["wind_speed"].units == "m/s"
    assert about["wind_speed"].attrs["source_units"]["units"] == "knot"
    assert about["pressure"].units == "inHg"
