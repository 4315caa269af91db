"""What lies inside an area, against numbers worked out by hand."""

from typing import Any

import pytest

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.geometry import GEOD
from watchfloor.views.map.area import district, districts, inside

from .conftest import HOUR, NOW, box


def test_features_count_by_their_point_and_sums_follow(floor: Any) -> None:
    found = inside(floor, box(112.0, 30.0, 112.1, 30.1))
    assert found["Hospitals"].value == 1
    assert found["Beds"].value == 100
    assert inside(floor, box(111.9, 29.9, 112.3, 30.2))["Beds"].value == 140


@pytest.mark.parametrize(
    ("area", "people"),
    [
        (box(112.0, 30.0, 112.2, 30.1), 20 * 10 * 7),
        (box(112.0, 30.0, 112.005, 30.1), 10 * 7 / 2),  # half of one column of cells
        (box(112.0025, 30.0025, 112.0075, 30.0075), 7 / 4),  # a quarter of one cell
        (box(113.0, 30.0, 113.2, 30.1), 0),
    ],
)
def test_cells_count_by_the_share_inside(floor: Any, area: Any, people: float) -> None:
    assert inside(floor, area)["People"].value == pytest.approx(people, rel=1e-4)


def test_a_triangle_counts_half_of_its_box(floor: Any) -> None:
    triangle = {
        "type": "Polygon",
        "coordinates": [[[112.0, 30.0], [112.2, 30.0], [112.0, 30.1], [112.0, 30.0]]],
    }
    assert inside(floor, triangle)["People"].value == pytest.approx(700, rel=1e-4)


def test_lines_count_by_their_length_inside_on_the_ellipsoid(floor: Any) -> None:
    _, _, east = GEOD.inv(112.0, 30.05, 112.1, 30.05)
    assert inside(floor, box(112.0, 30.0, 112.1, 30.1))["Roads"].value == pytest.approx(east / 1000, rel=1e-5)
    _, _, north = GEOD.inv(112.15, 30.0, 112.15, 30.1)
    whole = inside(floor, box(111.9, 29.9, 112.3, 30.2))["Roads"].value
    assert whole == pytest.approx((2 * east + north) / 1000, rel=1e-5)


def test_records_count_where_they_touch_and_are_named(floor: Any) -> None:
    found = inside(floor, box(112.05, 30.02, 112.06, 30.06))
    assert found["Alerts"].value == 1
    assert found["Alerts"].records == (("alert", "cap:test", "a1"),)
    assert found["Incidents"].value == 1
    assert found["Sensors"].value == 1


def test_records_are_those_known_then_and_in_force_then(floor: Any) -> None:
    area = box(112.0, 30.0, 112.2, 30.1)
    assert inside(floor, area)["Alerts"].value == 2
    assert inside(floor, area, as_of=NOW - HOUR)["Alerts"].value == 0
    assert inside(floor, area, time=NOW - 0.75 * HOUR)["Alerts"].value == 3


def test_titles_in_chinese_and_the_size_of_the_area(floor: Any) -> None:
    found = inside(floor, box(112.0, 30.0, 112.1, 30.1), language="zh")
    assert found["人口"].value == pytest.approx(700, rel=1e-4)
    assert found.size == pytest.approx(
        abs(GEOD.polygon_area_perimeter([112, 112.1, 112.1, 112], [30, 30, 30.1, 30.1])[0]) / 1e6, rel=1e-3
    )


def test_what_cannot_be_read_is_named_and_the_rest_counts(
    floor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchfloor.views.map import area as module

    def broken(*_: Any) -> Any:
        raise OSError("disk")

    monkeypatch.setattr(module, "read_grid", broken)
    monkeypatch.setattr(module.BULK, "get", lambda key, make: make())
    found = inside(floor, box(112.0, 30.0, 112.1, 30.1))
    assert found.trouble == {"region/population": "OSError: disk"}
    assert found["Hospitals"].value == 1


@pytest.mark.parametrize(
    "area", [{"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon", "coordinates": [[]]}]
)
def test_an_area_is_a_polygon(floor: Any, area: Any) -> None:
    with pytest.raises(InvalidInputError):
        inside(floor, area)


def test_districts_by_name(floor: Any) -> None:
    assert districts(floor) == ["East", "West"]
    assert district(floor, "East").bounds == pytest.approx((112.1, 30.0, 112.2, 30.1))
    with pytest.raises(UnknownNameError, match="did you mean 'East'"):
        district(floor, "Eastt")
