"""EDR: points and small grids of CoverageJSON become series, forecasts apart; addresses are made, never glued."""

import json
from datetime import timedelta
from typing import Any

import pytest

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.feeds import FEEDS, Context, Parsed, edr
from watchfloor.feeds.collect import ingest
from watchfloor.feeds.edr import area_url, locations_url, position_url
from watchfloor.store import Store

T0 = parse_time("2026-06-01T10:00:00Z")


def read(said: Any, context: Context) -> Parsed:
    return FEEDS["edr"]().parse(json.dumps(said).encode(), context)


def parameter(unit: Any = "m", label: str = "Water level") -> dict[str, Any]:
    return {"type": "Parameter", "unit": {"symbol": unit}, "observedProperty": {"label": {"en": label}}}


def array(values: list[Any], *axes: str, shape: list[int] | None = None) -> dict[str, Any]:
    return {
        "type": "NdArray",
        "axisNames": list(axes or ("t",)),
        "shape": [len(values)] if shape is None else shape,
        "values": values,
    }


def coverage(ranges: dict[str, Any], *, times: int = 2, hours: int = 0, axes: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:  # fmt: skip
    told = [format_time(T0 + timedelta(hours=hours, minutes=10 * place)) for place in range(times)]
    around = {"x": {"values": [5.0]}, "y": {"values": [52.0]}, "t": {"values": told}} | (axes or {})
    return {"type": "Coverage", "domain": {"type": "Domain", "axes": around}, "parameters": {name: parameter() for name in ranges},
            "ranges": ranges} | other  # fmt: skip


def test_a_series_at_a_point(context: Context) -> None:
    said = coverage({"h": array([122, None])}, parameters={"h": parameter("cm")})
    parsed = read(said, context)
    assert [(seen.value, seen.flag) for seen in parsed.observations[:1]] == [(1.22, 1)]
    assert parsed.observations[1].flag == 9
    [about] = parsed.series
    assert (about.name, about.field, about.units, about.lon, about.lat) == (
        "test/5.0,52.0/h",
        "water_level",
        "m",
        5.0,
        52.0,
    )


def test_a_grid_in_any_order_of_its_axes(context: Context) -> None:
    """Each value is found at its own x, y and t, however the array is laid out."""
    axes = {"x": {"start": 5, "stop": 6, "num": 2}, "y": {"values": [52.0, 53.0, 54.0]}}
    size = {"x": 2, "y": 3, "t": 2}

    def at(x: int, y: int, t: int) -> float:
        return 100.0 * x + 10 * y + t

    for order in ("txy", "yxt", "xty"):
        values = []
        for a in range(size[order[0]]):
            for b in range(size[order[1]]):
                for c in range(size[order[2]]):
                    values.append(at(**dict(zip(order, (a, b, c), strict=True))))
        said = coverage({"h": array(values, *order, shape=[size[name] for name in order])}, axes=axes)
        parsed = read(said, context)
        assert not parsed.rejected
        found = {(seen.series, seen.time): seen.value for seen in parsed.observations}
        assert found["test/6.0,53.0/h", T0 + timedelta(minutes=10)] == at(1, 1, 1)
        assert found["test/5.0,54.0/h", T0] == at(0, 2, 0)
        assert len(found) == 12


def test_a_forecast_is_a_series_of_its_own(store: Store) -> None:
    said = {"type": "CoverageCollection", "parameters": {"h": parameter()}, "coverages": [
        {key: part for key, part in coverage({"h": array([1, 2])}, hours=hours).items() if key != "parameters"} for hours in (0, 24)]}  # fmt: skip
    receipt = ingest(store, "edr", json.dumps(said).encode(), "model")
    assert receipt.rejected == 0
    assert store.series().index.tolist() == ["model/5.0,52.0/h", "model/5.0,52.0/h/forecast"]
    assert store.series().loc["model/5.0,52.0/h/forecast"]["attrs"]["forecast_of"] == "model/5.0,52.0/h"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (coverage({"a": array([1, 2])}, parameters={}), "not described"), (coverage({"a": array([1, 2])}, parameters={"a": parameter("")}), "No unit"),
        (coverage({"a": array([1, "x"])}), "number"), (coverage({"a": array([1])}), "shape"), (coverage({"a": array([1, 2], "q")}), "axes"),
        (coverage({"a": "https://example.org/range"}), "NdArray"), (coverage({"a": array([1, 2])}, axes={"x": {"values": [500]}}), "longitude"),
        (coverage({"a": array([1, 2])}, axes={"composite": {}}), "composite"), (coverage({"a": array([1, 2])}, axes={"t": {"values": ["now", "then"]}}), "not a time"),
        (coverage({"a": array([1, 2])}, domain="https://example.org/domain"), "links"), (coverage({"a": array([1, 2])}, axes={"x": {"start": 1, "stop": 2, "num": 1e12}}), "num"),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_only_itself(bad: Any, why: str, context: Context) -> None:
    good = coverage({"good": array([7, 8])})
    parsed = read({"type": "CoverageCollection", "coverages": [bad, good]}, context)
    assert [seen.value for seen in parsed.observations if seen.series.endswith("good")] == [7.0, 8.0]
    assert why in parsed.rejected[0].reason


def test_projected_places_are_refused(context: Context) -> None:
    said = coverage({"h": array([1, 2])})
    said["domain"]["referencing"] = [{"coordinates": ["x", "y"], "system": {"type": "ProjectedCRS"}}]
    assert "CRS84" in read(said, context).rejected[0].reason


def test_too_many_points(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setattr(edr, "MAX_SERIES", 1)
    said = coverage({"h": array([1, 2, 3, 4], "x", "t", shape=[2, 2])}, axes={"x": {"values": [5, 6]}})
    parsed = read(said, context)
    assert not parsed.observations
    assert "smaller area" in parsed.rejected[0].reason


def test_the_next_page() -> None:
    assert FEEDS["edr"]().more(b'{"links": [{"rel": "next", "href": "p2"}]}') == "p2"


def test_addresses() -> None:
    base = "https://x.org/edr"
    assert (
        locations_url(base, "a/../b", "c d?e#f", form="")
        == f"{base}/collections/a%2F..%2Fb/locations/c%20d%3Fe%23f"
    )
    url = position_url(
        base,
        "m",
        5.25,
        -52.5,
        start=T0,
        end=T0 + timedelta(hours=1),
        parameters=["wind speed", "t&x=1"],
        instance="run 1",
    )
    assert url == (
        f"{base}/collections/m/instances/run%201/position?coords=POINT(5.25%20-52.5)&datetime=2026-06-01T10:00:00Z/2026-06-01T11:00:00Z"
        "&parameter-name=wind%20speed,t%26x%3D1&f=CoverageJSON"
    )
    assert area_url(base, "m", [(5, 52), (6, 52), (6, 53), (5, 52)], end=T0, form="").endswith(
        "area?coords=POLYGON((5%2052,6%2052,6%2053,5%2052))&datetime=../2026-06-01T10:00:00Z"
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: position_url("ftp://x.org", "m", 5, 52), lambda: position_url("https://x.org?a=1", "m", 5, 52), lambda: position_url("https://x.org", "..", 5, 52),
        lambda: position_url("https://x.org", "m", 500, 52), lambda: position_url("https://x.org", "m", float("nan"), 52), lambda: area_url("https://x.org", "m", [(5, 52)]),
        lambda: position_url("https://x.org", "m", 5, 52, start=T0, end=T0 - timedelta(hours=1)), lambda: position_url("https://x.org", "m", 5, 52, parameters=["a,b"]),
        lambda: area_url("https://x.org", "m", [(0, 0)] * 2000),
    ],
)  # fmt: skip
def test_addresses_that_cannot_be(make: Any) -> None:
    with pytest.raises(InvalidInputError):
        make()
