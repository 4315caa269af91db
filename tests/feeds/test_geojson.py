"""Generic GeoJSON: the corpora with an outcome for each file, the Rural Fire Service, and times that are not guessed."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from watchfloor.core.clock import format_time
from watchfloor.core.scales import Severity, Status
from watchfloor.feeds import Context
from watchfloor.feeds.geojson import GeoJSON

CORPUS = "conformance/chrieke__geojson-invalid-geometry/examples"
# What becomes of each file of the corpus: number of records, or a word of the reason.
OUTCOMES: dict[str, int | str] = {
    "invalid_exterior_not_ccw": 1,  # RFC 7946 3.1.6: parsers should not reject
    "invalid_incorrect_geometry_data_type": "LineString",
    "invalid_interior_not_cw": 1,
    "invalid_less_three_unique_nodes": 1,  # repaired to what is left of it, a line
    "invalid_unclosed": 1,  # closed
    "invalid_feature_geometry_is_string": "geometry",
    "invalid_feature_id_type": "id",
    "invalid_feature_no_properties": 1,
    "invalid_feature_properties_is_array": "Properties",
    "invalid_feature_properties_is_int": "Properties",
    "invalid_feature_wrong_geometry_key": "says nothing",
    "invalid_featurecollection_feature_nullfeature": "no GeoJSON Feature",
    "invalid_featurecollection_features_is_object": "list of features",
    "invalid_featurecollection_no_features_member": "list of features",
    "invalid_featurecollection_nulltype": "Type",
    "invalid_featurecollection_type_lowercase": "Type",
    "invalid_featurecollection_unknown_type": "Type",
    "invalid_geometry_bbox_not4or6": 1,  # a bbox is not read
    "invalid_geometry_bbox_not_list": 1,
    "invalid_geometry_bbox_not_numbers": 1,
    "invalid_geometry_coordinates_1d": "Polygon",
    "invalid_geometry_coordinates_empty_position": "",
    "invalid_geometry_coordinates_missing": "coordinates",
    "invalid_geometry_coordinates_string": "number",
    "invalid_geometry_depth_deep_point": 1,  # [[x, y]] of a Point is unambiguous
    "invalid_geometry_depth_deep_polygon": "Polygon",
    "invalid_geometry_depth_shallow_linestring": "LineString",
    "invalid_geometry_depth_shallow_multipolygon": "MultiPolygon",
    "invalid_geometry_depth_shallow_polygon": "Polygon",
    "invalid_geometry_geometrycollection_null_geometry": "",
    "invalid_geometry_mislabeled_point": "MultiPolygon",
    "invalid_geometry_missing_type": "Type",
    "invalid_geometry_wrong_geometry_type": "Type",
    "problematic_3d_coordinates": 1,
    "problematic_4d_coordinates": "",
    "problematic_crosses_antimeridian": 1,
    "problematic_duplicate_nodes": 1,
    "problematic_excessive_coordinate_precision": 1,
    "problematic_excessive_vertices": 1,
    "problematic_feature_null_geometry": "says nothing",
    "problematic_holes": 1,
    "problematic_inner_and_exterior_ring_intersect": 1,
    "problematic_multitype_geometry_with_just_one_geometry": 1,
    "problematic_outside_lat_lon_boundaries": 1,  # -190.6 is brought back over the antimeridian
    "problematic_self_intersection_large": 1,
    "problematic_self_intersection_small": 1,
    "problematic_wrong_bbox_coordinate_order": 1,
    "problematic_zero_length_linestring": 1,
    "problematic_crs_defined": "EPSG::32632",
    "problematic_geometry_not_wrapped": 1,
    "problematic_geometrycollection_single": 1,
    "problematic_nested_geometrycollection": 1,
    "valid_feature": 1,
    "valid_feature_null_geometry": "says nothing",
    "valid_feature_null_properties": 1,
    "valid_feature_with_bbox": 1,
    "valid_feature_with_id": 1,
    "valid_feature_with_string_id": 1,
    "valid_featurecollection": 1,
    "valid_featurecollection_bboxes": 2,
    "valid_featurecollection_empty_features": 0,
    "valid_featurecollection_multiple_feature_types": 4,
    "valid_featurecollection_with_geometrycollection": 1,
    "valid_geometry": 1,
    "valid_geometry_3d_coordinates": 1,
    "valid_geometry_bbox": 1,
    "valid_geometry_geometrycollection": 1,
    "valid_geometry_geometrycollection_empty_geometries": "says nothing",
    "valid_geometry_linestring": 1,
    "valid_geometry_multilinestring": 1,
    "valid_geometry_multipoint": 1,
    "valid_geometry_multipolygon": 1,
    "valid_geometry_point": 1,
    "valid_geometry_polygon": 1,
}


def feature(geometry: Any = None, **properties: Any) -> bytes:
    place = geometry or {"type": "Point", "coordinates": [110.3, 25.2]}
    return json.dumps({"type": "Feature", "geometry": place, "properties": properties}).encode()


def test_every_file_of_the_corpus_has_its_outcome(realdata, context: Context) -> None:
    files = {path.stem: path for path in realdata(CORPUS).rglob("*.geojson")}
    assert set(files) == set(OUTCOMES)
    found: dict[str, int | str] = {}
    for name, path in files.items():
        parsed = GeoJSON().parse(path.read_bytes(), context)
        expected = OUTCOMES[name]
        if isinstance(expected, int):
            assert not parsed.rejected, name
            found[name] = len(parsed.records)
        else:
            assert not parsed.records, name
            assert len(parsed.rejected) == 1, name
            assert expected in parsed.rejected[0].reason, name
            assert parsed.rejected[0].data, name
            found[name] = expected
    assert found == OUTCOMES


def test_antimeridian_is_split(realdata, context: Context) -> None:
    path = realdata(f"{CORPUS}/problematic_geometries/problematic_crosses_antimeridian.geojson")
    [record] = GeoJSON().parse(path.read_bytes(), context).records
    assert record.geometry is not None
    assert record.geometry["type"] == "MultiPolygon"


def test_rural_fire_service(realdata, context: Context) -> None:
    base = "alerts/exxamalte__python-aio-geojson-nsw-rfs-incidents/tests/fixtures"
    parsed = GeoJSON().parse(realdata(f"{base}/incidents-1.json").read_bytes(), context)
    assert not parsed.rejected
    assert [record.kind for record in parsed.records] == ["incident"] * 4
    fire = parsed.records[3]
    assert fire.title == "Badja Forest Rd, Countegany"
    assert fire.key.endswith("/366937")
    assert fire.severity is Severity.MINOR  # Advice, the lowest of three levels
    assert fire.hazard == "wildfire"
    assert format_time(fire.valid_from) == "2018-02-18T00:11:00Z"  # pubDate is UTC, day first
    assert format_time(fire.sent) == "2018-02-18T00:11:00Z"  # 11:11 in Sydney, summer time
    assert format_time(parsed.records[0].sent) == "2018-09-21T06:45:00Z"  # 16:45 in Sydney, winter time
    assert fire.body["progress"] == "Under control"
    assert fire.geometry is not None
    assert GeoJSON().parse(realdata(f"{base}/incidents-2.json").read_bytes(), context).records == []


def test_places_without_a_time_hold_from_arrival_and_are_the_same_again(realdata, context: Context) -> None:
    data = realdata(
        "exposure_geo/hingfirewatch__P3I-HING/data/HI-GIS/hospitals/Hospitals.geojson"
    ).read_bytes()
    first = GeoJSON().parse(data, context).records
    assert len(first) == 29
    assert first[0].body["time_basis"] == "received"
    later = GeoJSON().parse(data, Context(context.received.replace(hour=23), context.source)).records
    assert [record.identity for record in first] == [record.identity for record in later]


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("2026-06-01T10:00:00", "no UTC offset"),
        (1780300000000, "expected RFC 3339"),
        (1780300000, "expected RFC 3339"),
        ("1/6/2026 10:00", "not a time"),
        ("2026-02-30T10:00:00Z", "not a time"),
        ("２０２６-06-01T10:00:00Z", "not a time"),
        ("2026-06-01T10:00:00+99:00", "impossible"),
    ],
)
def test_times_are_not_guessed(value: Any, word: str, context: Context) -> None:
    parsed = GeoJSON().parse(feature(title="x", time=value), context)
    assert not parsed.records
    assert word in parsed.rejected[0].reason


def test_a_declared_zone_is_used(context: Context) -> None:
    beijing = Context(context.received, "x", zone=ZoneInfo("Asia/Shanghai"))
    [record] = GeoJSON().parse(feature(title="x", time="2026-06-01T10:00:00"), beijing).records
    assert format_time(record.valid_from) == "2026-06-01T02:00:00Z"


def test_obvious_names(context: Context) -> None:
    said = {
        "Kind": "Incident", "headline": "Levee seeps", "event": "Flood", "severity": "orange", "urgency": "immediate",
        "certainty": "Observed", "guid": "L-7", "onset": "2026-06-01T08:00:00+08:00", "updated": "2026-06-01T01:00:00Z",
        "expires": "2026-06-02T00:00:00Z", "district": "Harbour", "state": "closed", "status": "Exercise", "version": "10",
    }  # fmt: skip
    [record] = GeoJSON().parse(feature(**said), context).records
    assert (record.kind, record.title, record.key, record.hazard) == (
        "incident",
        "Levee seeps",
        "L-7",
        "flood",
    )
    assert (record.severity, record.urgency.value, record.status) == (
        Severity.SEVERE,
        "Immediate",
        Status.EXERCISE,
    )
    assert (record.state, record.area, record.revision) == ("ended", "Harbour", "00000010")
    assert format_time(record.valid_from) == "2026-06-01T00:00:00Z"
    assert format_time(record.sent) == "2026-06-01T01:00:00Z"


def test_status_defaults_to_the_floor(context: Context) -> None:
    exercise = Context(context.received, "x", status=Status.EXERCISE)
    assert GeoJSON().parse(feature(title="x"), exercise).records[0].status is Status.EXERCISE
    told = feature(title="x", status="Actual")
    assert GeoJSON().parse(told, exercise).records[0].status is Status.ACTUAL


def test_an_end_before_the_beginning_is_refused(context: Context) -> None:
    data = feature(title="x", start="2026-06-01T10:00:00Z", end="2026-06-01T09:00:00Z")
    assert "before it begins" in GeoJSON().parse(data, context).rejected[0].reason


def test_duplicate_keys_are_refused(context: Context) -> None:
    data = b'{"type":"Feature","geometry":null,"properties":{"severity":"Minor","severity":"Extreme"}}'
    parsed = GeoJSON().parse(data, context)
    assert "twice" in parsed.rejected[0].reason


def test_a_station_describes_a_series(context: Context) -> None:
    data = feature(
        series="demo/gauge/G1",
        title="Old Bridge",
        field="water_level",
        units="cm",
        river="Li",
        hazard="flood",
    )
    parsed = GeoJSON().parse(data, context)
    [series] = parsed.series
    assert (series.name, series.field, series.units, series.lon, series.lat) == (
        "demo/gauge/G1",
        "water_level",
        "cm",
        110.3,
        25.2,
    )
    assert series.attrs["river"] == "Li"
    wrong = GeoJSON().parse(feature(series="g", field="water_levle"), context)
    assert "did you mean 'water_level'" in wrong.rejected[0].reason


def test_other_collections_of_real_files(realdata, context: Context) -> None:
    root: Path = realdata("floods/Deltares__hydromt_wflow/examples/linux64/wflow_piave_subbasin/staticgeoms")
    counts = {
        path.name: len(GeoJSON().parse(path.read_bytes(), context).records) for path in root.glob("*.geojson")
    }
    assert counts["rivers.geojson"] == 71
    projected = realdata("floods/Deltares__hydromt_sfincs/tests/data/region.geojson")
    assert "EPSG::32633" in GeoJSON().parse(projected.read_bytes(), context).rejected[0].reason
