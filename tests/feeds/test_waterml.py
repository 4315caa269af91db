"""WaterML 2.0: units, quality codes, axes, and series that stand for their time in different ways stay apart."""

import math

import pytest

from watchfloor.core.clock import format_time
from watchfloor.feeds import FEEDS, Context, Parsed, waterml
from watchfloor.feeds.collect import ingest
from watchfloor.store import Store

SPACES = (
    'xmlns:om="http://www.opengis.net/om/2.0" xmlns:wml2="http://www.opengis.net/waterml/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:sams="http://www.opengis.net/samplingSpatial/2.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
BASE = "http://www.opengis.net/def/waterml/2.0"


def read(data: bytes, context: Context) -> Parsed:
    return FEEDS["waterml"]().parse(data, context)


def value(text: str, time: str = "2026-06-01T10:00:00Z", meta: str = "", nil: bool = False) -> str:
    mark = ' xsi:nil="true"' if nil else ""
    told = f"<wml2:time>{time}</wml2:time>" if time else ""
    inner = (
        f"<wml2:metadata><wml2:TVPMeasurementMetadata>{meta}</wml2:TVPMeasurementMetadata></wml2:metadata>"
        if meta
        else ""
    )
    return f"<wml2:point><wml2:MeasurementTVP>{told}<wml2:value{mark}>{text}</wml2:value>{inner}</wml2:MeasurementTVP></wml2:point>"


def quality(word: str) -> str:
    return f'<wml2:quality xlink:href="{BASE}/quality/{word}"/>'


def observation(
    *values: str, unit: str = "m", stands: str = "Continuous", named: str = "Gage height", station: str = "G1", pos: str = "",
    system: str = "urn:ogc:def:crs:EPSG::4326", zone: str = "", about: str = "", quality: str = "",
) -> str:  # fmt: skip
    shape = (
        f'<sams:shape><gml:Point gml:id="p"><gml:pos srsName="{system}">{pos}</gml:pos></gml:Point></sams:shape>'
        if pos
        else ""
    )
    clock = (
        f"<wml2:timeZone><wml2:TimeZone><wml2:zoneOffset>{zone}</wml2:zoneOffset></wml2:TimeZone></wml2:timeZone>"
        if zone
        else ""
    )
    return f"""<om:OM_Observation {SPACES}><om:observedProperty xlink:href="http://x/def/{named.replace(" ", "_")}" xlink:title="{named}"/>
<om:featureOfInterest><wml2:MonitoringPoint gml:id="mp"><gml:identifier codeSpace="x">{station}</gml:identifier><gml:name>Old bridge</gml:name>
{shape}{clock}</wml2:MonitoringPoint></om:featureOfInterest><om:result><wml2:MeasurementTimeseries gml:id="t">{about}<wml2:defaultPointMetadata>
<wml2:DefaultTVPMeasurementMetadata>{quality}<wml2:uom code="{unit}"/><wml2:interpolationType xlink:href="{BASE}/interpolationType/{stands}"/>
</wml2:DefaultTVPMeasurementMetadata></wml2:defaultPointMetadata>{"".join(values)}</wml2:MeasurementTimeseries></om:result></om:OM_Observation>"""


def document(*parts: str) -> bytes:
    members = "".join(f"<wml2:observationMember>{part}</wml2:observationMember>" for part in parts)
    return f"<wml2:Collection {SPACES}>{members}</wml2:Collection>".encode()


def test_what_is_described(context: Context) -> None:
    parsed = read(document(observation(value("10"), unit="ft", pos="25.1 110.2")), context)
    assert not parsed.rejected
    [about] = parsed.series
    assert (about.name, about.title) == ("test/G1/Gage_height", "Old bridge, Gage height")
    assert (about.field, about.units, about.lon, about.lat) == ("water_level", "m", 110.2, 25.1)
    assert parsed.observations[0].value == pytest.approx(3.048)


@pytest.mark.parametrize(
    ("meta", "flag"),
    [("", 1), *((quality(word), flag) for word, flag in (("good", 0), ("unchecked", 1), ("suspect", 2), ("estimate", 2), ("poor", 3), ("missing", 9)))],
)  # fmt: skip
def test_quality(meta: str, flag: int, context: Context) -> None:
    [seen] = read(document(observation(value("1", meta=meta))), context).observations
    assert seen.flag == flag


def test_the_quality_of_all_points_and_of_one(context: Context) -> None:
    parsed = read(
        document(
            observation(value("1"), value("2", "2026-06-01T11:00:00Z", quality("poor")), quality=quality("good"))
        ),
        context,
    )  # fmt: skip
    assert [seen.flag for seen in parsed.observations] == [0, 3]


def test_nil_is_missing(context: Context) -> None:
    [seen] = read(document(observation(value("", nil=True))), context).observations
    assert math.isnan(seen.value)
    assert seen.flag == 9


@pytest.mark.parametrize(
    ("system", "pos", "place"),
    [
        ("urn:ogc:def:crs:EPSG::4326", "25.1 110.2", (110.2, 25.1)), ("http://www.opengis.net/def/crs/EPSG/0/4326", "25.1 110.2", (110.2, 25.1)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "110.2 25.1", (110.2, 25.1)), ("EPSG:4326", "25.1 110.2", (None, None)),
        ("urn:ogc:def:crs:EPSG::28992", "121000 487000", (None, None)), ("urn:ogc:def:crs:EPSG::4326", "110.2 25.1", (None, None)),
    ],
)  # fmt: skip
def test_axes(system: str, pos: str, place: tuple[float | None, float | None], context: Context) -> None:
    """A place whose axes are not clear is put aside; the series has none."""
    parsed = read(document(observation(value("1"), pos=pos, system=system)), context)
    assert (parsed.series[0].lon, parsed.series[0].lat) == place
    assert len(parsed.rejected) == (place[0] is None)
    assert len(parsed.observations) == 1


def test_a_mean_is_another_series(context: Context) -> None:
    parsed = read(document(observation(value("1")), observation(value("2"), stands="AveragePrec")), context)
    assert [item.name for item in parsed.series] == [
        "test/G1/Gage_height",
        "test/G1/Gage_height/AveragePrec",
    ]
    assert not parsed.rejected


def test_points_without_a_time(context: Context) -> None:
    about = (
        "<wml2:metadata><wml2:MeasurementTimeseriesMetadata><wml2:baseTime>2026-06-01T00:00:00Z</wml2:baseTime>"
        "<wml2:spacing>PT15M</wml2:spacing></wml2:MeasurementTimeseriesMetadata></wml2:metadata>"
    )
    parsed = read(document(observation(value("1", ""), value("2", ""), about=about)), context)
    assert [format_time(seen.time)[11:16] for seen in parsed.observations] == ["00:00", "00:15"]
    assert parsed.series[0].attrs["interval_s"] == 900


def test_the_zone_of_a_monitoring_point(context: Context) -> None:
    [seen] = read(
        document(observation(value("1", "2026-06-01T10:00:00"), zone="+02:00")), context
    ).observations
    assert format_time(seen.time) == "2026-06-01T08:00:00Z"


def test_a_point_in_another_unit_is_converted(context: Context) -> None:
    parsed = read(
        document(
            observation(value("1"), value("50", "2026-06-01T11:00:00Z", '<wml2:uom code="cm"/>'), named="x")
        ),
        context,
    )
    assert [seen.value for seen in parsed.observations] == [1.0, 0.5]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (observation(value("NaN"), station="B"), "finite"), (observation(value("x"), station="B"), "number"), (observation(value("1"), station="B", unit="furlongs of salt"), "not known"),
        (observation(value("1"), station="B", unit=""), "No unit"), (observation(value("1"), station=""), "gml"), (observation(value("1", "noon"), station="B"), "not a time"),
        (observation(value("1", meta=quality("fine")), station="B"), "quality"), (observation(value("1", ""), station="B"), "baseTime"),
        (observation(value("1", meta='<wml2:uom code="kg"/>'), station="B"), "cannot be turned"), (observation(value("1"), value("2"), station="B"), "two values"),
        (observation(value("1", meta=f'<wml2:interpolationType xlink:href="{BASE}/x/AveragePrec"/>'), station="B"), "stands"),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_only_itself(bad: str, why: str, context: Context) -> None:
    parsed = read(document(bad, observation(value("7"), station="good")), context)
    assert "test/good/Gage_height" in [seen.series for seen in parsed.observations]
    if why != "gml":  # without an identifier the element's own id names the station
        assert why in parsed.rejected[0].reason


def test_too_many_values(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setattr(waterml, "MAX_VALUES", 2)
    values = [value("1", f"2026-06-01T10:0{minute}:00Z") for minute in range(5)]
    parsed = read(document(observation(*values), observation(value("1"), station="B")), context)
    assert len(parsed.observations) == 2
    assert len(parsed.rejected) == 1
    assert "more than 2" in parsed.rejected[0].reason


def test_it_is_stored(store: Store) -> None:
    receipt = ingest(store, "waterml", document(observation(value("1.5"), unit="m")), "sos")
    assert receipt.rejected == 0
    assert store.observations("sos/G1/Gage_height")["value"].tolist() == [1.5]
