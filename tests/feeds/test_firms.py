"""FIRMS: the real day of MODIS detections, VIIRS words, and times that lost their zeros."""

from collections import Counter
from datetime import timedelta

import pytest

from watchfloor.core.clock import format_time
from watchfloor.core.scales import Certainty
from watchfloor.feeds import Context
from watchfloor.feeds.firms import FIRMS

MODIS = "wildfire/brentcv__M4Python/MODIS_C6_1_Global_24h.csv"
HEAD = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n"


def row(**changes: str) -> str:
    said = {
        "latitude": "25.1", "longitude": "110.2", "bright_ti4": "330.1", "scan": "0.4", "track": "0.4", "acq_date": "2026-06-01",
        "acq_time": "0612", "satellite": "N", "instrument": "VIIRS", "confidence": "nominal", "version": "2.0NRT",
        "bright_ti5": "290.5", "frp": "4.2", "daynight": "D",
    }  # fmt: skip
    return ",".join((said | changes).values()) + "\n"


def test_real_day(realdata, context: Context) -> None:
    data = realdata(MODIS).read_bytes()
    parsed = FIRMS().parse(data, context)
    assert len(parsed.records) == 13069
    assert not parsed.rejected
    times = sorted(record.sent for record in parsed.records)
    assert format_time(times[0]) == "2025-04-22T00:01:00Z"
    assert format_time(times[-1]) == "2025-04-23T21:40:00Z"
    assert len({record.key for record in parsed.records}) == 13069
    assert Counter(record.certainty for record in parsed.records) == {
        Certainty.LIKELY: 9118, Certainty.OBSERVED: 3313, Certainty.POSSIBLE: 638,
    }  # fmt: skip
    first = parsed.records[0]
    assert (first.kind, first.hazard, first.body["frp_mw"], first.body["satellite"]) == (
        "detection",
        "wildfire",
        10.82,
        "Terra",
    )
    assert first.valid_to == first.valid_from + timedelta(hours=24)


@pytest.mark.parametrize(
    ("given", "told"),
    [("13", "00:13"), ("0013", "00:13"), ("5", "00:05"), ("1305", "13:05"), ("930", "09:30")],
)
def test_times_that_lost_their_zeros(given: str, told: str, context: Context) -> None:
    [record] = FIRMS().parse((HEAD + row(acq_time=given)).encode(), context).records
    assert format_time(record.sent) == f"2026-06-01T{told}:00Z"


@pytest.mark.parametrize(
    ("given", "certainty"),
    [
        ("low", Certainty.POSSIBLE),
        ("n", Certainty.LIKELY),
        ("high", Certainty.OBSERVED),
        ("29", Certainty.POSSIBLE),
        ("30", Certainty.LIKELY),
        ("80", Certainty.OBSERVED),
        ("", Certainty.UNKNOWN),
    ],
)
def test_confidence(given: str, certainty: Certainty, context: Context) -> None:
    assert FIRMS().parse((HEAD + row(confidence=given)).encode(), context).records[0].certainty is certainty


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"acq_time": "2460"}, "not a time"), ({"acq_time": "25:00:00"}, "acq_time"), ({"acq_date": "01/06/2026"}, "not a time"),
        ({"latitude": "95"}, "latitude"), ({"longitude": ""}, "missing"), ({"confidence": "101"}, "confidence"),
        ({"frp": "-1"}, "frp"), ({"frp": "1,5"}, "cells"),
    ],
)  # fmt: skip
def test_a_bad_row_costs_itself(changes: dict[str, str], word: str, context: Context) -> None:
    parsed = FIRMS().parse((HEAD + row(**changes) + row()).encode(), context)
    assert len(parsed.records) == 1
    assert word in parsed.rejected[0].reason
    assert parsed.rejected[0].where == "line 2"


def test_standard_data_revise_near_real_time(context: Context) -> None:
    quick, final = FIRMS().parse((HEAD + row() + row(version="2.0")).encode(), context).records
    assert quick.key == final.key
    assert quick.revision < final.revision
