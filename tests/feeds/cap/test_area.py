"""Latitude first becomes longitude first; a bad shape costs itself only."""

import math
from time import process_time
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Point, shape

from watchfloor.core.errors import LimitError
from watchfloor.core.geometry import GEOD
from watchfloor.feeds.cap.area import MAX_SHAPES, Shapes


def read(cap: Any, *elements: str) -> tuple[Any, list[str], list[tuple[str, str]]]:
    parsed = cap.parse(cap.alert(cap.info(area=cap.area("".join(elements)))))
    (record,) = parsed.records
    rejected = [(item.where, item.reason) for item in parsed.rejected]
    return record.geometry and shape(record.geometry), record.body.get("notes", []), rejected


def test_polygons_are_turned_round_and_melted(cap: Any) -> None:
    found, notes, _ = read(
        cap,
        "<polygon>10,100 10,102 12,102 12,100 10,100</polygon>",
        "<polygon> 11, 101\n11,103 13,103 13,101 11,101 </polygon>",
    )
    assert found.bounds == (100, 10, 103, 13)
    assert found.area == pytest.approx(7)
    assert found.is_valid
    assert notes == []


def test_a_circle_has_its_radius_in_km(cap: Any) -> None:
    found, _, _ = read(cap, "<circle>-35.3888,147.0598 25.0</circle>")
    area, _ = GEOD.geometry_area_perimeter(found)
    assert abs(area) == pytest.approx(math.pi * 25_000**2, rel=0.01)
    assert found.contains(Point(147.0598, -35.3888))


def test_a_circle_of_no_radius_is_a_point(cap: Any) -> None:
    found, _, _ = read(cap, "<circle>-16.053,-173.274 0.0</circle>")
    assert (found.geom_type, found.x, found.y) == ("Point", -173.274, -16.053)


@pytest.mark.parametrize(
    "polygon",
    [
        "10,170 10,-170 20,-170 20,170 10,170",
        "10,170 10,190 20,190 20,170 10,170",
        "10,-190 10,-170 20,-170 20,-190 10,-190",
    ],
)
def test_a_polygon_over_the_antimeridian_is_split(cap: Any, polygon: str) -> None:
    found, _, rejected = read(cap, f"<polygon>{polygon}</polygon>")
    assert rejected == []
    assert found.geom_type == "MultiPolygon"
    assert found.area == pytest.approx(200)
    assert found.contains(Point(175, 15))
    assert found.contains(Point(-175, 15))
    assert not found.contains(Point(0, 15))


def test_a_circle_over_the_antimeridian_is_split(cap: Any) -> None:
    found, _, _ = read(cap, "<circle>-17,179.5 300</circle>")
    assert found.geom_type == "MultiPolygon"
    assert found.bounds[0] == -180
    assert found.bounds[2] == 180
    assert not found.contains(Point(0, -17))


GOOD = "<polygon>10,100 10,102 12,102 12,100 10,100</polygon>"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("<polygon>NaN,1 2,2 3,1 NaN,1</polygon>", "'NaN,1' is not a pair"),
        ("<polygon>1,inf 2,2 3,1 1,inf</polygon>", "not a pair"),
        ("<polygon>1e400,1 2,2 3,1 1e400,1</polygon>", "outside -90 to 90"),
        ("<polygon>120,30 121,30 121,31 120,30</polygon>", "swapped"),
        ("<polygon>91,200 2,2 3,1 91,200</polygon>", "Latitude 91"),
        ("<polygon>1,361 2,2 3,1 1,361</polygon>", "Longitude 361"),
        ("<polygon>1,1 2,2 1,1</polygon>", "2 different points"),
        ("<polygon>1,1 1,1 1,1 1,1</polygon>", "1 different points"),
        ("<polygon>1,1,0 2,2,0 3,1,0 1,1,0</polygon>", "not a pair"),
        ("<polygon>rubbish</polygon>", "not a pair"),
        ("<polygon>１,1 2,2 3,1 1,1</polygon>", "not a pair"),
        ("<circle>10,20</circle>", "not a circle"),
        ("<circle>10,20 -5</circle>", "outside 0 to 20,000"),
        ("<circle>10,20 NaN</circle>", "not a circle"),
        ("<circle>10,20 1e9</circle>", "outside 0 to 20,000"),
        ("<circle>95,20 5</circle>", "outside -90 to 90"),
    ],
)
def test_a_bad_shape_costs_itself_only(cap: Any, bad: str, reason: str) -> None:
    found, notes, rejected = read(cap, GOOD, bad)
    assert found.area == pytest.approx(4)
    ((where, why),) = rejected
    name, number = ("circle", 1) if "circle" in bad else ("polygon", 2)
    assert where == f"/alert/info[1]/area[1]/{name}[{number}]"
    assert reason in why
    assert any(reason in note for note in notes)


def test_without_any_good_shape_the_alert_is_kept_without_a_place(cap: Any) -> None:
    found, _, rejected = read(cap, "<polygon>1,1</polygon>")
    assert found is None
    assert len(rejected) == 1


def test_an_open_ring_is_closed_with_a_note(cap: Any) -> None:
    found, notes, _ = read(cap, "<polygon>10,100 10,102 12,102 12,100</polygon>")
    assert found.area == pytest.approx(4)
    assert notes == ["a polygon did not end where it began; it was closed"]


def test_a_bow_tie_is_put_right(cap: Any) -> None:
    found, _, rejected = read(cap, "<polygon>0,0 1,1 1,0 0,1 0,0</polygon>")
    assert rejected == []
    assert found.is_valid
    assert found.area == pytest.approx(0.5)


def test_an_empty_polygon_is_none(cap: Any) -> None:
    assert read(cap, "<polygon></polygon><polygon/>") == (None, [], [])


def ring(points: np.ndarray) -> str:
    return " ".join(f"{lat:.4f},{lon:.4f}" for lat, lon in points)


def test_hostile_shapes_are_refused_within_a_second(cap: Any) -> None:
    rng = np.random.default_rng(3)
    start = process_time()
    many = [ring(rng.uniform(0, 10, (49, 2))) for _ in range(900)]
    large = [ring(rng.uniform(0, 10, (n, 2))) for n in (300, 1000, 20_000)]
    found, _, rejected = read(cap, GOOD, *(f"<polygon>{text}</polygon>" for text in [*large, *many]))
    assert found is None or found.is_valid
    assert sum("cross" in why or "more than" in why for _, why in rejected) > 800
    assert process_time() - start < 3  # 0.9 s on a quiet machine


def test_too_many_shapes_are_refused() -> None:
    shapes = Shapes()
    for number in range(MAX_SHAPES):
        shapes.circle(f"{number / 100},0 0")
    with pytest.raises(LimitError, match="more than 1,000"):
        shapes.circle("50,50 0")
    assert shapes.circle("0.0,0 0") is not None  # one that is known already
