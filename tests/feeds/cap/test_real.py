"""Real files: counts, spans and fields as the bytes themselves have them, and verdicts as the schemas give them."""

import re
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from lxml import etree
from shapely.geometry import shape
from shapely.ops import unary_union

from watchfloor.core.clock import format_time, parse_time
from watchfloor.feeds.cap import Cap

LIBRARY = "alerts/google__cap-library"
NOAA = "alerts/thtroyer__noaa-cap-alerts/tests/files"
Find = Callable[[str], Path]


def test_the_national_weather_service_index(cap: Any, realdata: Find) -> None:
    data = realdata(f"{NOAA}/noaaExample1.xml").read_bytes()
    text = data.decode()
    assert Cap.sniff(data)
    parsed = cap.parse(data)
    records = parsed.records
    assert list(parsed.rejected) == []
    assert len(records) == text.count("<entry>") == 215
    assert Counter(record.severity.value for record in records) == Counter(
        re.findall(r"<cap:severity>(\w+)<", text)
    )
    assert Counter(record.urgency.value for record in records) == Counter(
        re.findall(r"<cap:urgency>(\w+)<", text)
    )
    assert Counter(record.certainty.value for record in records) == Counter(
        re.findall(r"<cap:certainty>(\w+)<", text)
    )
    assert Counter(record.body["infos"][0]["event"] for record in records) == Counter(
        re.findall(r"<cap:event>([^<]+)<", text)
    )
    polygons = re.findall(r"<cap:polygon>([^<]+)<", text)
    assert sum(record.geometry is not None for record in records) == len(polygons) == 103
    numbers = [tuple(map(float, pair.split(","))) for polygon in polygons for pair in polygon.split()]
    whole = unary_union([shape(record.geometry) for record in records if record.geometry])
    lats, lons = [lat for lat, _ in numbers], [lon for _, lon in numbers]
    assert whole.bounds == (min(lons), min(lats), max(lons), max(lats))
    updated = [parse_time(value) for value in re.findall(r"<updated>([^<]+)</updated>\s*<published>", text)]
    assert (min(record.sent for record in records), max(record.sent for record in records)) == (
        min(updated),
        max(updated),
    )
    ends = [parse_time(value) for value in re.findall(r"<cap:expires>([^<]+)<", text)]
    assert [record.valid_to for record in records] == ends
    assert {record.source for record in records} == {"cap:w-nws.webmaster@noaa.gov"}
    assert all(record.body["partial"] and record.body["link"].startswith("https://") for record in records)
    assert len({record.key for record in records}) == 215
    assert Counter(record.hazard for record in records)["flood"] == sum(
        any(word in event for word in ("Flood", "Hydrologic"))
        for event in re.findall(r"<cap:event>([^<]+)<", text)
    )
    first = records[0].body["infos"][0]["areas"][0]["geocode"]
    assert first == [
        {"name": "FIPS6", "value": "002090 002240 002290"}, {"name": "UGC", "value": "AKZ221 AKZ222 AKZ223 AKZ224"},
    ]  # fmt: skip


def test_a_thunderstorm_of_2003(cap: Any, realdata: Find) -> None:
    record = cap.one(
        realdata(
            "alerts/sahana__eden/modules/templates/SAMBRO/Demo/Severe_Thunderstorm_Warning.xml"
        ).read_bytes()
    )
    assert (record.key, record.source) == ("KSTO1055887203", "cap:KSTO@NWS.NOAA.GOV")
    assert format_time(record.sent) == "2003-06-17T21:57:00Z"
    assert shape(record.geometry).bounds == (-120.14, 38.34, -119.74, 38.62)
    assert (record.severity, record.urgency, record.certainty, record.hazard) == (
        "Severe",
        "Immediate",
        "Observed",
        "storm",
    )
    assert [code["value"] for code in record.body["infos"][0]["areas"][0]["geocode"]] == [
        "006109",
        "006009",
        "006003",
    ]


def test_canada_in_two_languages(cap: Any, realdata: Find) -> None:
    record = cap.one(realdata(f"{LIBRARY}/testdata/canada.cap").read_bytes())
    assert record.key == "2.49.0.1.124.a3f342a4.2012"  # the earliest message that it refers to
    assert record.body["names"] == [
        "2.49.0.1.124.6bddbc91.2012", "2.49.0.1.124.a3f342a4.2012", "2.49.0.1.124.60f31a3a.2012",
    ]  # fmt: skip
    assert (record.state, record.body["profile"], record.title) == (
        "ended",
        "CAP-CP",
        "severe thunderstorm watch",
    )
    assert [info["language"] for info in record.body["infos"]] == ["en-CA", "fr-CA"]
    assert (
        shape(record.geometry).bounds == (-83.1224, 41.7134, -81.4979, 42.651)
        or shape(record.geometry).is_valid
    )
    assert record.area == "Windsor - Leamington - Essex County; Chatham-Kent - Rondeau Park"
    assert len(record.body["infos"][0]["areas"][0]["geocode"]) == 10


def test_australia_with_a_circle(cap: Any, realdata: Find) -> None:
    record = cap.one(realdata(f"{LIBRARY}/testdata/australia.cap").read_bytes())
    assert (record.body["profile"], record.hazard, record.severity) == ("CAP-AU", "wildfire", "Minor")
    west, south, east, north = shape(record.geometry).bounds
    assert (round((south + north) / 2, 3), round((west + east) / 2, 3)) == (-35.389, 147.06)
    assert (north - south) * 111 == pytest.approx(50, rel=0.02)
    assert record.body["infos"][0]["description"].splitlines()[:2] == [
        "ALERT LEVEL: Not Applicable", "LOCATION: 12 Cox Street, Yerong Creek",
    ]  # fmt: skip


def test_an_envelope_with_seven_bush_fires(cap: Any, realdata: Find) -> None:
    data = realdata(f"{LIBRARY}/testdata/bushfire_valid.edxlde").read_bytes()
    parsed = cap.parse(data)
    assert len(parsed.records) == data.count(b"<cap:alert ") == 7
    assert list(parsed.rejected) == []
    assert Counter(record.severity.value for record in parsed.records) == Counter(
        re.findall(r"<cap:severity>(\w+)<", data.decode())
    )


@pytest.mark.parametrize(
    ("name", "kept", "refused"),
    [
        ("amber.atom", 1, 0), ("australia.cap", 1, 0), ("bushfire_valid.edxlde", 7, 0), ("canada.cap", 1, 0),
        ("canada_errors.cap", 1, 0), ("earthquake.cap", 1, 0), ("earthquake_index.atom", 0, 1), ("invalid.cap", 0, 1),
        ("no_optional_fields.cap", 1, 0), ("ny_index.rss", 0, 2), ("weather.atom", 1, 0), ("weather.cap", 1, 0),
        ("weather_index.atom", 2, 0), ("weather_invalid.atom", 0, 1),
    ],
)  # fmt: skip
def test_every_file_of_the_cap_library(cap: Any, realdata: Find, name: str, kept: int, refused: int) -> None:
    parsed = cap.parse(realdata(f"{LIBRARY}/testdata/{name}").read_bytes())
    assert (len(parsed.records), len(parsed.rejected)) == (kept, refused)


@pytest.mark.parametrize(
    ("name", "where", "reason"),
    [
        ("invalid.cap", "/alert/scope", "<scope> is missing"),
        ("weather_invalid.atom", "/feed/entry/content/alert/identifier", "a blank, a comma"),
        (
            "earthquake_index.atom",
            "/feed/entry",
            "fetch http://earthquake.usgs.gov/earthquakes/catalogs/cap/us2010apcd",
        ),
    ],
)
def test_reasons_name_place_and_fault(cap: Any, realdata: Find, name: str, where: str, reason: str) -> None:
    found, why = cap.refused(realdata(f"{LIBRARY}/testdata/{name}").read_bytes())
    assert found == where
    assert reason in why


def test_an_update_that_refers_to_nothing_is_kept_with_a_note(cap: Any, realdata: Find) -> None:
    record = cap.one(realdata(f"{LIBRARY}/testdata/canada_errors.cap").read_bytes())
    assert record.body["notes"] == ["this Update names no earlier message in references"]


def test_envelopes_with_other_content_are_refused(cap: Any, realdata: Find) -> None:
    folder = realdata("alerts/ansforge__SAMU-Hub-Sante")
    files = sorted(folder.rglob("*.xml"))
    assert len(files) == 5
    for path in files:
        where, reason = cap.refused(path.read_bytes())
        assert where == "/edxlDistribution/content/contentObject"
        assert "not a CAP alert" in reason


def test_gdacs_is_left_to_its_own_feed(realdata: Find) -> None:
    data = realdata("alerts/exxamalte__python-aio-georss-gdacs/samples/gdacs-rss-24h.xml").read_bytes()
    assert not Cap.sniff(data, "gdacs-rss-24h.xml")


# The schemas as judges


def schema(realdata: Find, root: Any) -> xmlschema.XMLSchema:
    version = {"cap:1.2": "12", "cap:1.1": "11", "cap/1.0": "10"}[etree.QName(root).namespace[-7:]]
    return xmlschema.XMLSchema(realdata(f"{LIBRARY}/schema/cap{version}.xsd"))


SAMPLES = [
    "australia.cap",
    "canada.cap",
    "canada_errors.cap",
    "earthquake.cap",
    "invalid.cap",
    "no_optional_fields.cap",
    "weather.cap",
]
TOLERATED = {"category", "valueName", "value", "resourceDesc", "mimeType"}
"""Elements that the schemas require, and whose absence costs an alert nothing here."""


@pytest.mark.parametrize("name", SAMPLES)
def test_what_the_schema_accepts_is_taken_and_what_it_refuses_is_not(
    cap: Any, realdata: Find, name: str
) -> None:
    data = realdata(f"{LIBRARY}/testdata/{name}").read_bytes()
    root = etree.fromstring(data)
    assert schema(realdata, root).is_valid(etree.ElementTree(root)) == bool(cap.parse(data).records)


@pytest.mark.parametrize("name", ["australia.cap", "canada.cap", "earthquake.cap", "weather.cap"])
def test_with_any_one_element_left_out_the_schema_and_we_agree(cap: Any, realdata: Find, name: str) -> None:
    root = etree.fromstring(realdata(f"{LIBRARY}/testdata/{name}").read_bytes())
    judge = schema(realdata, root)
    places = [root.getroottree().getpath(item) for item in root.iter(etree.Element)][1:]
    seen = set()
    judged = 0
    for place in places:
        changed = deepcopy(root)
        item = changed.xpath(place, namespaces={"cap": etree.QName(root).namespace})[0]
        shape_of = (item.getparent().tag, item.tag)
        if shape_of in seen and len(places) > 60:
            continue  # one of each kind is enough of a long file
        seen.add(shape_of)
        item.getparent().remove(item)
        valid = judge.is_valid(etree.ElementTree(changed))
        parsed = cap.parse(etree.tostring(changed))
        judged += 1
        if valid or etree.QName(item).localname in TOLERATED:
            assert len(parsed.records) == 1, place
        else:
            assert len(parsed.rejected) == 1, place
            assert parsed.rejected[0].where.endswith(etree.QName(item).localname), place
    assert judged > 20
