"""Tide gauges: real DIA files with numbers that are known, and NOOS text."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from watchfloor.core.clock import format_time
from watchfloor.feeds import FEEDS, Context, Parsed

HEAD = b"[IDT;*DIF*;A;CENT;20190213]\n[W3H]\nPAR;WATHTE;Waterhoogte;J\nEHD;I;cm\nHDH;NAP;NAP\nLOC;VLISSGN;Vlissingen;P;RD;3048000;38522000\n[RKS]\n"
FOLDER = "rivers_weather/Deltares__hatyan/tests/data_unitsystemtests"


def read(data: bytes, context: Context) -> Parsed:
    return FEEDS["tides"]().parse(data, context)


def test_nineteen_years_of_vlissingen(realdata: Callable[[str], Path], context: Context) -> None:
    parsed = read(realdata(f"{FOLDER}/VLISSGN_obs19.txt").read_bytes(), context)
    assert not parsed.rejected
    [about] = parsed.series
    assert (about.field, about.units, about.attrs["datum"], about.attrs["interval_s"]) == (
        "water_level",
        "m",
        "NAP",
        3600,
    )
    assert (about.lon, about.lat) == pytest.approx((3.596, 51.442), abs=0.001)  # the gauge at Vlissingen
    values = np.array([seen.value for seen in parsed.observations])
    assert len(values) == 166_560  # hours from 1976-01-01 00:00 to 1994-12-31 23:00
    assert values[:5].tolist() == [1.22, 2.25, 2.3, 1.82, 1.16]
    assert format_time(parsed.observations[0].time) == "1975-12-31T23:00:00Z"  # midnight in MET
    assert format_time(parsed.observations[-1].time) == "1994-12-31T22:00:00Z"
    assert abs(np.mean(values)) < 0.15  # the mean sea level lies near NAP
    assert 3.5 < np.max(values) < 5.0  # the storm surges of those years


def test_high_and_low_waters(realdata: Callable[[str], Path], context: Context) -> None:
    parsed = read(realdata(f"{FOLDER}/VLISSGN_ext.txt").read_bytes(), context)
    assert not parsed.rejected
    assert parsed.series[0].name == "test/VLISSGN/WATHTBRKD/astronomical"
    assert parsed.forecast == {"test/VLISSGN/WATHTBRKD/astronomical"}
    values = [seen.value for seen in parsed.observations]
    assert len(values) == 1411
    assert values[:4] == [-1.33, 1.73, -1.68, 1.89]
    assert all(one * other < 0 for one, other in pairwise(values))  # high follows low


def test_gaps_and_doubtful_values(context: Context) -> None:
    data = HEAD + b"TYD;20260601;0000;20260601;0300;60;min\n[WRD]\n10/0:999999999/99:30/25:x/0:\n"
    parsed = read(data, context)
    assert [seen.flag for seen in parsed.observations] == [0, 9, 2]
    assert [format_time(seen.time)[11:16] for seen in parsed.observations] == ["23:00", "00:00", "01:00"]
    assert "expected a number" in parsed.rejected[0].reason


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (b"TYD;20260601;0000;20260601;0300;60;min\n[WRD]\n10/0:20/0:\n", "expected 4"),
        (b"TYD;20260601;0000;20250601;0300;60;min\n[WRD]\n10/0:\n", "before its first"),
        (b"TYD;19000101;0000;20260601;0300;1;min\n[WRD]\n10/0:\n", "more than"),
        (b"TYD;20260601;0000;20260601;0300;60;eon\n[WRD]\n10/0:\n", "TYD"),
        (b"TYD;20260601;0000;20260601;0300;60;min\n[WRD]\n", "no values"),
    ],
)
def test_what_is_wrong_is_said(rest: bytes, why: str, context: Context) -> None:
    assert why in read(HEAD + rest, context).rejected[0].reason


def test_noos(context: Context) -> None:
    data = (
        b"#------\n# Location : VLISSGN\n# Position : (3.596,51.442)\n# Source : observed\n# Unit : waterlevel\n# Timezone : GMT\n#------\n"
        b"202606010000   1.23\n202606010010  -999\nbad row\n202606010020 0.5\n"
    )
    parsed = read(data, context)
    assert [seen.flag for seen in parsed.observations] == [1, 9, 1]
    assert format_time(parsed.observations[0].time) == "2026-06-01T00:00:00Z"
    assert (parsed.series[0].name, parsed.series[0].lon) == ("test/VLISSGN/waterlevel", 3.596)
    assert len(parsed.rejected) == 1
    unknown = read(data.replace(b"waterlevel", b"bananas"), context)
    assert "whose unit is not known" in unknown.rejected[0].reason
