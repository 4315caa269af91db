"""What every feed promises, tested over all of them without an exception: a new feed is tested by being there."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from watchfloor.core.clock import parse_time
from watchfloor.core.kinds import KINDS as HAZARDS
from watchfloor.core.provenance import canonical
from watchfloor.core.scales import Severity, Status
from watchfloor.feeds import FEEDS, Context, Feed, Parsed, Rejected
from watchfloor.feeds.collect import sniff
from watchfloor.store import KINDS, Store

NOW = parse_time("2026-06-01T12:00:00Z")
CONTEXT = Context(NOW, "test")
NAMES = sorted(FEEDS)

# One small good document of each feed, from which the mutated ones are made.
SEEDS: dict[str, bytes] = {
    "cap": b"""<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>1</identifier>
<sender>duty@example.org</sender><sent>2026-06-01T12:00:00+00:00</sent><status>Exercise</status><msgType>Alert</msgType>
<scope>Public</scope><info><category>Met</category><event>Flood</event><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Observed</certainty><area><areaDesc>Harbour</areaDesc><polygon>25,110 25,111 26,111 25,110</polygon></area></info></alert>""",
    "nws": json.dumps({"@context": ["https://geojson.org/geojson-ld/geojson-context.jsonld"], "type": "FeatureCollection", "features": [
        {"id": "u1", "type": "Feature", "geometry": None, "properties": {"@type": "wx:Alert", "id": "urn:oid:1", "sender": "w@noaa.gov",
         "sent": "2026-06-01T06:00:00-06:00", "status": "Actual", "messageType": "Alert", "event": "Flood Warning", "severity": "Severe",
         "areaDesc": "Travis, TX", "geocode": {"UGC": ["TXC453"]}, "expires": "2026-06-01T08:00:00-06:00"}}]}).encode(),
    "usgs": json.dumps({"type": "FeatureCollection", "metadata": {"url": "https://earthquake.usgs.gov/x"}, "features": [
        {"type": "Feature", "id": "us1", "geometry": {"type": "Point", "coordinates": [1.5, 2.5, 10]},
         "properties": {"mag": 5.1, "time": 1780300000000, "updated": 1780300600000, "ids": ",us1,", "magType": "mb", "type": "earthquake"}}]}).encode(),
    "gdacs": b"""<?xml version="1.0"?><rss version="2.0" xmlns:gdacs="http://www.gdacs.org" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#">
<channel><item><title>Flood</title><pubDate>Mon, 01 Jun 2026 06:00:00 GMT</pubDate><gdacs:eventtype>FL</gdacs:eventtype>
<gdacs:eventid>7</gdacs:eventid><gdacs:alertlevel>Orange</gdacs:alertlevel><gdacs:fromdate>Mon, 01 Jun 2026 00:00:00 GMT</gdacs:fromdate>
<geo:Point><geo:lat>25.1</geo:lat><geo:long>110.2</geo:long></geo:Point></item></channel></rss>""",
    "firms": b"latitude,longitude,bright_ti4,acq_date,acq_time,satellite,confidence,version,frp\n25.1,110.2,330.1,2026-06-01,612,N,nominal,2.0NRT,4.2\n",
    "geojson": json.dumps({"type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [110.2, 25.1]},
        "properties": {"title": "Levee seeps", "kind": "incident", "time": "2026-06-01T10:00:00Z", "severity": "red"}}).encode(),
    "sensor": b'{"series": "gauge/1", "time": "2026-06-01T10:00:00Z", "value": 4.25, "flag": 0, "units": "m"}',
    "sensorthings": json.dumps({"value": [{"@iot.id": 1, "name": "Gauge", "Locations": [{"encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [110.2, 25.1]}}], "Datastreams": [{"@iot.id": 7, "name": "Stage",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "foot", "symbol": "[ft_i]", "definition": "http://unitsofmeasure.org/ucum.html"},
        "ObservedProperty": {"name": "Gage height"}, "Observations": [{"@iot.id": 9, "phenomenonTime": "2026-06-01T10:00:00Z",
        "result": 12.5}]}]}]}).encode(),
    "pijson": json.dumps({"version": "1.25", "timeZone": "0.0", "timeSeries": [{"header": {"type": "instantaneous",
        "locationId": "G1", "parameterId": "H.obs", "timeStep": {"unit": "second", "multiplier": "900"}, "missVal": "-999.0",
        "stationName": "Gauge", "lat": "25.1", "lon": "110.2", "units": "m"}, "events": [
        {"date": "2026-06-01", "time": "10:00:00", "value": "4.25", "flag": "0"}]}]}).encode(),
    "senml": b'[{"bn": "gauge/1/", "bt": 1780308000, "bu": "m", "n": "level", "v": 4.2}, {"n": "level", "t": 600, "v": 4.3}]',
    "metar": b"METAR KCLT 011152Z 22010G18KT 10SM SCT040 24/19 A2992 RMK AO2 SLP130 T02390189=\n",
    "tides": b"[IDT;*DIF*;A;CENT;20190213]\n[W3H]\nPAR;WATHTE;Waterhoogte;J\nEHD;I;cm\nHDH;NAP;NAP\nLOC;VLISSGN;Vlissingen;P;RD;3048000;38522000\n"
    b"[RKS]\nTYD;20260601;0000;20260601;0200;60;min\n[WRD]\n122/0:225/0:\n230/0:\n",
    "nwis": b"# retrieved: 2026-06-01\n#    TS   parameter     Description\n#    7    00065         Gage height, feet\n"
    b"agency_cd\tsite_no\tdatetime\ttz_cd\t7_00065\t7_00065_cd\n5s\t15s\t20d\t6s\t14n\t10s\n"
    b"USGS\t01491000\t2026-06-01 05:00\tEST\t10.0\tP\n",
    "quakeml": b"""<?xml version="1.0" encoding="UTF-8"?><q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">
<eventParameters publicID="smi:x/1"><event publicID="smi:x/e1"><origin publicID="smi:x/o1"><time><value>2026-06-01T10:00:00Z</value></time>
<latitude><value>25.1</value></latitude><longitude><value>110.2</value></longitude><depth><value>12000</value></depth></origin>
<magnitude publicID="smi:x/m1"><mag><value>5.1</value></mag><type>Mw</type></magnitude></event></eventParameters></q:quakeml>""",
    "shef": b".A MFBW4 20260601 Z DH1145/HGIRG 10.0 /TA 50\n.E MFBW4 20260601 Z DH1000/PCIRG/DIN15/1.04/1.05/M/1.07\n",
    "waterml": b"""<?xml version="1.0"?><om:OM_Observation xmlns:om="http://www.opengis.net/om/2.0" xmlns:wml2="http://www.opengis.net/waterml/2.0"
xmlns:xlink="http://www.w3.org/1999/xlink"><om:observedProperty xlink:href="http://x/level" xlink:title="Gage height"/><om:featureOfInterest
xlink:href="http://x/G1"/><om:result><wml2:MeasurementTimeseries><wml2:defaultPointMetadata><wml2:DefaultTVPMeasurementMetadata><wml2:uom
code="ft"/></wml2:DefaultTVPMeasurementMetadata></wml2:defaultPointMetadata><wml2:point><wml2:MeasurementTVP><wml2:time>2026-06-01T10:00:00Z</wml2:time>
<wml2:value>10</wml2:value></wml2:MeasurementTVP></wml2:point></wml2:MeasurementTimeseries></om:result></om:OM_Observation>""",
    "ogcfeatures": json.dumps({"type": "FeatureCollection", "numberReturned": 1, "features": [{"type": "Feature", "id": "a",
        "geometry": {"type": "Point", "coordinates": [-92.7, 40.2]}, "properties": {"monitoring_location_id": "USGS-1", "parameter_code": "00065",
        "time": "2026-06-01T10:00:00Z", "value": "10.0", "unit_of_measure": "ft"}}], "links": [{"rel": "next", "href": "?offset=1"}]}).encode(),
    "edr": json.dumps({"type": "Coverage", "domain": {"type": "Domain", "domainType": "PointSeries", "axes": {"x": {"values": [5.0]},
        "y": {"values": [52.0]}, "t": {"values": ["2026-06-01T10:00:00Z"]}}}, "parameters": {"ta": {"type": "Parameter", "unit": {"symbol": "K"},
        "observedProperty": {"label": {"en": "Air temperature"}}}}, "ranges": {"ta": {"type": "NdArray", "axisNames": ["t"], "shape": [1],
        "values": [283.15]}}}).encode(),
    "table": b"series,time,value,flag,units\ngauge/1,2026-06-01T10:00:00Z,4.25,0,m\ngauge/1,2026-06-01T10:10:00Z,,9,m\n",
}  # fmt: skip

# Which feed each real file is for.
SAMPLES: tuple[tuple[str, str], ...] = (
    ("cap", "alerts/google__cap-library/testdata/*.cap"),
    ("cap", "alerts/google__cap-library/testdata/weather.atom"),
    ("cap", "alerts/google__cap-library/testdata/amber.atom"),
    ("cap", "alerts/google__cap-library/testdata/*.edxlde"),
    ("cap", "alerts/thtroyer__noaa-cap-alerts/tests/files/*.xml"),
    ("cap", "alerts/sahana__eden/modules/templates/SAMBRO/Demo/*.xml"),
    ("nws", "alerts/weather-gov__weather.gov/api-proxy/data/*/alerts/*.json"),
    ("usgs", "earthquakes/npm__vega-datasets/earthquakes.json"),
    ("gdacs", "alerts/exxamalte__python-aio-georss-gdacs/*/*.xml"),
    ("gdacs", "alerts/exxamalte__python-aio-georss-gdacs/tests/fixtures/*.xml"),
    ("firms", "wildfire/brentcv__M4Python/*.csv"),
    ("geojson", "alerts/exxamalte__python-aio-geojson-nsw-rfs-incidents/tests/fixtures/*.json"),
    ("geojson", "exposure_geo/hingfirewatch__P3I-HING/data/HI-GIS/*/*.geojson"),
    ("geojson", "floods/*/**/*.geojson"),
    ("table", "earthquakes/dannguyen__ok-earthquakes-RNotebook/data/all_month.csv"),
    ("table", "earthquakes/pypi__hvsampledata/earthquakes.csv"),
    ("table", "alerts/sahana__eden/modules/templates/SAMBRO/*/*.csv"),
    ("table", "rivers_weather/jbrownlee__Datasets/pollution.csv"),
    (
        "sensorthings",
        "conformance/FraunhoferIOSB__FROST-Server/FROST-Server.Tests/src/test/resources/entitiesDefault.json",
    ),
    ("quakeml", "conformance/pypi__obspy/obspy/io/*/tests/data/*.xml"),
    ("shef", "alerts/akrherz__pyIEM/data/product_examples/SHEF/*[!X].txt"),
    ("nwis", "rivers_weather/DOI-USGS__dataretrieval-python/tests/data/waterservices_[id]v.txt"),
    ("tides", "rivers_weather/Deltares__hatyan/tests/data_unitsystemtests/VLISSGN_ext.txt"),
)


@cache
def reader(name: str) -> Feed:
    return FEEDS[name]()


def check(parsed: Parsed) -> None:
    """Whatever was read, and whatever was not, can be stored, shown and told apart."""
    assert isinstance(parsed, Parsed)
    for item in parsed.rejected:
        assert isinstance(item, Rejected)
        assert item.reason.strip()
        assert isinstance(item.data, bytes)
        assert len(item.data) <= 1024 * 1024
        item.reason.encode()
    for record in parsed.records:
        assert record.kind in KINDS
        assert record.source
        assert record.key
        assert record.revision
        assert record.hazard in {*HAZARDS, "other"}
        assert isinstance(record.severity, Severity)
        assert isinstance(record.status, Status)
        times = [record.sent, record.valid_from, *([record.valid_to] if record.valid_to else [])]
        assert all(time.utcoffset() == timedelta(0) for time in times)
        assert record.known is None
        canonical([record.title, record.area, record.body, record.geometry]).encode()
        assert not any(ord(char) < 32 or 0x202A <= ord(char) <= 0x202E for char in record.title + record.area)
    for seen in parsed.observations:
        assert seen.time.utcoffset() == timedelta(0)
        assert seen.flag in (0, 1, 2, 3, 9)


def test_every_feed_has_a_seed() -> None:
    """A feed without one would be tested on noise only."""
    assert set(SEEDS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_declares_itself(name: str) -> None:
    feed = FEEDS[name]
    assert feed.name == name
    assert feed.title
    assert timedelta(0) < feed.cadence <= feed.late_after
    assert feed.media
    assert all("/" in media for media in feed.media)
    assert 0 < feed.limit <= 64 * 1024 * 1024
    assert isinstance(feed.generic, bool)
    assert feed.__doc__
    assert ">>>" in feed.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_reads_its_seed(name: str) -> None:
    parsed = reader(name).parse(SEEDS[name], CONTEXT)
    assert parsed.records or parsed.observations
    assert not parsed.rejected
    check(parsed)
    assert repr(reader(name).parse(SEEDS[name], CONTEXT)) == repr(parsed)  # pure: the same again
    assert sniff(SEEDS[name]) == name


@pytest.mark.parametrize("name", NAMES)
def test_what_it_reads_can_be_stored(name: str, store: Store) -> None:
    parsed = reader(name).parse(SEEDS[name], CONTEXT)
    store.describe(parsed.series)
    assert store.append(parsed.records).stored + store.observe(parsed.observations).stored > 0


@pytest.mark.parametrize(("name", "pattern"), SAMPLES)
def test_real_samples_are_known_by_one_feed(name: str, pattern: str, realdata: Callable[[str], Path]) -> None:
    root = realdata(pattern.split("/", 1)[0])
    files = sorted(root.glob(pattern.split("/", 1)[1]))
    assert files, pattern
    for path in files:
        data = path.read_bytes()
        assert sniff(data, path.name) == name, path
        assert sniff(data[: 256 * 1024], path.name) == name, path  # the head is enough
        check(reader(name).parse(_ends(data) if name == "table" else data, CONTEXT))


def _ends(data: bytes) -> bytes:
    """Return head and tail of a long table: each is read whole where its numbers are tested."""
    lines = data.splitlines(keepends=True)
    return data if len(lines) <= 4_000 else b"".join([*lines[:2_000], *lines[-2_000:]])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_the_document_of_another_feed_is_rejected_or_read_never_raised(name: str, other: str) -> None:
    parsed = reader(name).parse(SEEDS[other], CONTEXT)
    check(parsed)
    assert parsed.records or parsed.observations or parsed.rejected


NOISE = [
    b"", b" ", b"\x00", b"\xef\xbb\xbf", b"{", b"[", b"<", b"null", b"[]", b"{}", b'""', b"1", b"<a/>", b"\xff\xfe", b"\x84\x31\x95\x33",
    b"\n\n\n", b",,,\n,,,\n", b'"', b"<?xml version='1.0'?>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"[" * 200_000, b"{\"a\":" * 10_000,
    b"<a>" * 100_000, b'{"type":"FeatureCollection","features":[' + b"null," * 50 + b"null]}", b'{"type":"Feature","properties":[]}',
    b'{"type":"FeatureCollection","features":NaN}', b'{"type":"FeatureCollection","type":"Feature"}', b'{"type":"\\ud800"}',
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[1e400,0]},"properties":{}}', b"1" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("data", NOISE, ids=range(len(NOISE)))
def test_noise_is_rejected_with_a_reason(name: str, data: bytes) -> None:
    parsed = reader(name).parse(data, CONTEXT)
    check(parsed)
    assert not parsed.records
    assert not parsed.observations
    assert parsed.rejected


@pytest.mark.parametrize("name", NAMES)
def test_every_truncation(name: str) -> None:
    seed = SEEDS[name]
    for end in range(len(seed)):
        parsed = reader(name).parse(seed[:end], CONTEXT)
        check(parsed)
        empty_table = (
            name in ("firms", "nwis", "table") and b"\n" in seed[:end]
        )  # a header without rows is a table
        assert parsed.records or parsed.observations or parsed.rejected or empty_table, end


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.binary(max_size=400))
@example(data=b"\r")
def test_garbage_never_raises(name: str, data: bytes) -> None:
    parsed = reader(name).parse(data, CONTEXT)
    check(parsed)
    for feed in NAMES:
        FEEDS[feed].sniff(data, "x")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_mutated_documents_never_raise(name: str, seed: int) -> None:
    """Flip, cut, double and swap pieces of a good document, at places that a seed picks."""
    pick = random.Random(seed)
    data = bytearray(SEEDS[name])
    for _ in range(pick.randint(1, 6)):
        start = pick.randrange(len(data) + 1)
        end = min(len(data), start + pick.randint(0, 12))
        way = pick.randrange(5)
        if way == 0:
            data[start:end] = bytes(pick.randrange(256) for _ in range(end - start))
        elif way == 1:
            del data[start:end]
        elif way == 2:
            data[start:start] = data[start:end]
        elif way == 3:
            tokens = (
                b"null",
                b"1e999",
                b"-1",
                b"{}",
                b"[]",
                b'""',
                b"99999999999999999999",
                b"&x;",
                b"\xed\xa0\x80",
                b"\x00",
                b"NaN",
                b"true",
                b"=1+1",
            )
            data[start:end] = pick.choice(tokens)
        else:
            other = pick.randrange(len(data) + 1)
            data[start:end] = data[other : other + 8]
    check(reader(name).parse(bytes(data), CONTEXT))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place of a JSON document."""
    found = [path]
    if isinstance(value, dict):
        found += [place for key, item in value.items() for place in places(item, (*path, key))]
    elif isinstance(value, list):
        found += [place for index, item in enumerate(value) for place in places(item, (*path, index))]
    return found


@pytest.mark.parametrize("name", [name for name in NAMES if SEEDS[name].startswith(b"{")])
@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_value_in_any_place_never_raises(name: str, data: st.DataObject) -> None:
    """Well-formed, but of another shape: each value of a good document replaced by any other."""
    document = json.loads(SEEDS[name])
    place = data.draw(st.sampled_from([path for path in places(document) if path]))
    target = document
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = data.draw(JSON)
    check(reader(name).parse(json.dumps(document).encode("utf-8", "replace"), CONTEXT))
