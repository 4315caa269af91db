"""PI-JSON: flags, missing values, zones, ensembles, forecasts that never mix with what was measured."""

import json
import math
from datetime import timedelta
from typing import Any

import pytest

from watchfloor.core.clock import FixedClock, format_time, parse_time
from watchfloor.feeds import FEEDS, Context, Parsed
from watchfloor.feeds.collect import ingest
from watchfloor.store import Store


def series(
    *values: Any, start: str = "2026-06-01T10:00:00Z", flags: Any = "0", **header: Any
) -> dict[str, Any]:
    at = parse_time(start)
    events = []
    for number, value in enumerate(values):
        when = format_time(at + timedelta(hours=number))
        flag = flags[number] if isinstance(flags, list) else flags
        events.append({"date": when[:10], "time": when[11:19], "value": value, "flag": flag})
    return {
        "header": {"locationId": "G1", "parameterId": "H.obs", "missVal": "-999.0", "units": "m"} | header,
        "events": events,
    }


def document(*parts: Any, zone: Any = "0.0") -> bytes:
    return json.dumps({"version": "1.25", "timeZone": zone, "timeSeries": list(parts)}).encode()


def read(data: bytes, context: Context) -> Parsed:
    return FEEDS["pijson"]().parse(data, context)


def test_flags_and_missing_values(context: Context) -> None:
    flags = [str(number) for number in range(10)]
    parsed = read(document(series(*["1.5"] * 10, flags=flags, start="2026-06-01T00:00:00Z")), context)
    assert [seen.flag for seen in parsed.observations] == [0, 0, 0, 2, 2, 2, 3, 3, 3, 9]
    missing = read(document(series("-999.0", "-999", "NaN", "", "1.0")), context)
    assert [math.isnan(seen.value) for seen in missing.observations] == [True, True, True, True, False]
    assert [seen.flag for seen in missing.observations] == [9, 9, 9, 9, 0]


@pytest.mark.parametrize(("zone", "hour"), [("0.0", 10), ("1.0", 9), ("-5.5", 15), (8, 2)])
def test_time_zones(zone: Any, hour: int, context: Context) -> None:
    assert read(document(series("1"), zone=zone), context).observations[0].time.hour == hour


def test_what_is_described(context: Context) -> None:
    header = {"stationName": "Old bridge", "lat": "25.1", "lon": "110.2", "units": "cm", "qualifierId": ["raw", "x"],
              "timeStep": {"unit": "second", "multiplier": "900"}}  # fmt: skip
    parsed = read(document(series("122", **header)), context)
    [about] = parsed.series
    assert about.name == "test/G1/H.obs/raw/x"
    assert (about.field, about.units, about.lon, about.lat) == ("water_level", "m", 110.2, 25.1)
    assert about.attrs["interval_s"] == 900
    assert parsed.observations[0].value == 1.22


def test_a_forecast_is_a_series_of_its_own(store: Store, clock: FixedClock) -> None:
    """Members apart, ahead of the clock without a complaint, its issue known; a newer one is its next revision."""
    issued = {"forecastDate": {"date": "2026-06-01", "time": "12:00:00"}, "ensembleId": "ecmwf"}
    parts = [
        series("1", "2"),
        *(
            series(str(5 + n), start="2026-06-02T00:00:00Z", ensembleMemberIndex=n, **issued)
            for n in range(2)
        ),
    ]
    receipt = ingest(store, "pijson", document(*parts), "fews")
    assert receipt.rejected == 0
    assert receipt.newest is not None
    assert receipt.newest <= clock.now()  # a forecast does not make a source look fresh
    names = store.series().index.tolist()
    assert names == ["fews/G1/H.obs", "fews/G1/H.obs/forecast/ecmwf/0", "fews/G1/H.obs/forecast/ecmwf/1"]
    about = store.series().loc[names[1]]
    assert about["attrs"]["forecast_of"] == "fews/G1/H.obs"
    assert about["attrs"]["issued"] == "2026-06-01T12:00:00Z"
    assert math.isnan(about["lon"])
    first = clock.now()
    clock.move(timedelta(hours=6))
    later = {"forecastDate": {"date": "2026-06-01", "time": "18:00:00"}, "ensembleId": "ecmwf"}
    ingest(
        store,
        "pijson",
        document(series("9", start="2026-06-02T00:00:00Z", ensembleMemberIndex=0, **later)),
        "fews",
    )
    assert store.observations(names[1])["value"].tolist() == [9.0]
    assert store.observations(names[1], as_of=first)["value"].tolist() == [5.0]


def test_what_is_ahead_but_no_forecast_is_a_wrong_clock(store: Store) -> None:
    receipt = ingest(store, "pijson", document(series("1", start="2026-06-02T00:00:00Z")), "fews")
    assert receipt.observations == 0
    assert "Clock skew" in receipt.reasons[0]


def test_a_forecast_for_the_next_century_is_none(store: Store) -> None:
    issued = {"forecastDate": {"date": "2026-06-01", "time": "12:00:00"}}
    assert (
        ingest(
            store, "pijson", document(series("1", start="2126-06-02T00:00:00Z", **issued)), "fews"
        ).observations
        == 0
    )


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (series("1", units="furlongs of salt"), "not known"), (series("1", units=""), "No unit"), (series("1", units="C"), "more than one"),
        (series("1", locationId=""), "locationId"), (series("x"), "expected a number"), (series("1", flags="12"), "flag is"),
        (series("1", forecastDate={"date": "2026-07-01", "time": "00:00:00"}), "still to come"), ({"events": []}, "no header"),
        (series("1", lat="91", lon="0"), "latitude"),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_only_itself(part: Any, why: str, context: Context) -> None:
    parsed = read(document(part, series("7")), context)
    assert [seen.value for seen in parsed.observations] == [7.0]
    assert why in parsed.rejected[0].reason


def test_no_zone_is_no_time(context: Context) -> None:
    assert "no timeZone" in read(document(series("1"), zone=None), context).rejected[0].reason
