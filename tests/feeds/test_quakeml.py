"""QuakeML: the preferred origin and magnitude count, metres become kilometres, each telling is a revision."""

from collections.abc import Callable
from pathlib import Path

import pytest

from watchfloor.core.clock import format_time
from watchfloor.core.scales import Certainty, Severity
from watchfloor.feeds import FEEDS, Context, Parsed, quakeml
from watchfloor.feeds.collect import ingest
from watchfloor.store import Store

FOLDER = "conformance/pypi__obspy/obspy/io"


def read(data: bytes, context: Context) -> Parsed:
    return FEEDS["quakeml"]().parse(data, context)


def origin(name: str = "o1", *, lon: str = "110.2", lat: str = "25.1", depth: str = "12000", time: str = "2026-06-01T10:00:00Z",
           other: str = "") -> str:  # fmt: skip
    return (
        f'<origin publicID="smi:x/{name}"><time><value>{time}</value></time><latitude><value>{lat}</value></latitude>'
        f"<longitude><value>{lon}</value></longitude><depth><value>{depth}</value></depth>{other}</origin>"
    )


def magnitude(value: str, kind: str = "Mw", name: str = "m1", of: str = "o1") -> str:
    return (
        f'<magnitude publicID="smi:x/{name}"><mag><value>{value}</value></mag><type>{kind}</type>'
        f"<originID>smi:x/{of}</originID></magnitude>"
    )


def event(*parts: str, key: str = 'publicID="smi:x/e1"') -> str:
    return f"<event {key}>{''.join(parts)}</event>"


def document(*events: str) -> bytes:
    return (
        '<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2" '
        'xmlns:catalog="http://anss.org/xmlns/catalog/0.1"><eventParameters publicID="smi:x/1">'
        f"{''.join(events)}</eventParameters></q:quakeml>"
    ).encode()


def made(time: str, version: str) -> str:
    return f"<creationInfo><creationTime>{time}</creationTime><version>{version}</version></creationInfo>"


def test_real_events_of_the_emsc(realdata: Callable[[str], Path], context: Context) -> None:
    parsed = read(realdata(f"{FOLDER}/quakeml/tests/data/neries_events.xml").read_bytes(), context)
    assert not parsed.rejected
    assert [record.title for record in parsed.records] == [
        "M 4.4 - KYRGYZSTAN", "M 4.3 - EASTERN TURKEY", "M 3.0 - CENTRAL TURKEY",
    ]  # fmt: skip
    second = parsed.records[1]
    assert (second.hazard, second.severity, second.certainty) == (
        "earthquake",
        Severity.UNKNOWN,
        Certainty.OBSERVED,
    )
    assert second.body["depth_km"] == 14.4
    assert second.geometry == {"type": "Point", "coordinates": (41.044, 39.342)}
    assert format_time(second.sent) == "2012-04-04T16:40:50Z"


def test_the_preferred_origin_counts_and_not_the_first(
    realdata: Callable[[str], Path], context: Context
) -> None:
    """Its file names the centroid, at 39 km, as preferred; the reference origin at 34.6 km comes first."""
    [record] = read(realdata(f"{FOLDER}/ndk/tests/data/C200604092050A.xml").read_bytes(), context).records
    assert (record.body["depth_km"], record.body["mag"], record.body["magType"]) == (39.0, 5.73, "Mwc")
    assert record.area == "NEAR COAST OF NORTHERN CHILE"


def test_an_event_without_an_origin_is_put_aside(realdata: Callable[[str], Path], context: Context) -> None:
    path = realdata(f"{FOLDER}/quakeml/tests/data/quakeml_1.2_focalmechanism.xml")
    parsed = read(path.read_bytes(), context)
    assert not parsed.records
    assert "no origin" in parsed.rejected[0].reason


def test_without_a_preferred_magnitude_that_of_the_origin_counts(context: Context) -> None:
    parts = [origin("o1"), origin("o2", depth="5000"), magnitude("6.0", of="o1"), magnitude("5.5", name="m2", of="o2"),
             "<preferredOriginID>smi:x/o2</preferredOriginID>"]  # fmt: skip
    [record] = read(document(event(*parts)), context).records
    assert (record.body["mag"], record.body["depth_km"], record.body["origin_basis"]) == (
        5.5,
        5.0,
        "preferred",
    )


def test_a_preferred_origin_that_is_not_there(context: Context) -> None:
    [record] = read(
        document(event(origin(), "<preferredOriginID>smi:x/o9</preferredOriginID>")), context
    ).records
    assert record.body["origin_basis"] == "first"


def test_revisions_follow_each_other(store: Store) -> None:
    """The newer telling counts, in whatever order they come; the same twice is stored once."""
    tell = [
        document(event(origin(), magnitude(size), made(time, version)))
        for size, time, version in (
            ("5.1", "2026-06-01T10:05:00Z", "2"), ("5.4", "2026-06-01T10:20:00Z", "10"), ("5.2", "2026-06-01T10:20:00Z", "9"),
        )
    ]  # fmt: skip
    assert [
        ingest(store, "quakeml", data, "fdsn").stored for data in [tell[1], tell[2], tell[0], tell[1]]
    ] == [1, 1, 1, 0]
    [record] = store.records(kind="event")
    assert record.body["mag"] == 5.4


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ([origin()], "active"), ([origin(other="<evaluationStatus>rejected</evaluationStatus>")], "cancelled"),
        ([origin(), "<type>not existing</type>"], "cancelled"),
    ],
)  # fmt: skip
def test_states(parts: list[str], state: str, context: Context) -> None:
    assert read(document(event(*parts)), context).records[0].state == state


@pytest.mark.parametrize(
    ("kind", "hazard"), [("earthquake", "earthquake"), ("null", "earthquake"), ("landslide", "landslide")]
)
def test_kinds(kind: str, hazard: str, context: Context) -> None:
    assert read(document(event(origin(), f"<type>{kind}</type>")), context).records[0].hazard == hazard


def test_the_name_that_the_usgs_knows_it_by(context: Context) -> None:
    key = 'publicID="quakeml:us/1" catalog:eventsource="us" catalog:eventid="c000jlmz"'
    assert "usgs:usc000jlmz" in read(document(event(origin(), key=key)), context).records[0].body["lineage"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (event(origin(), key=""), "publicID"), (event(origin(lat="NaN")), "finite"), (event(origin(lat="91")), "latitude"),
        (event(origin(lon="")), "longitude"), (event(origin(depth="1e9")), "depth"), (event(origin(time="yesterday")), "time"),
        (event(origin(time="2026-06-01T10:00:00")), "offset"), (event(origin(), magnitude("55")), "mag"),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_only_itself(bad: str, why: str, context: Context) -> None:
    parsed = read(document(bad, event(origin(), key='publicID="smi:x/good"')), context)
    assert [record.key for record in parsed.records] == ["smi:x/good"]
    assert why in parsed.rejected[0].reason


def test_too_many_events(monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    monkeypatch.setattr(quakeml, "MAX_EVENTS", 1)
    parsed = read(document(event(origin()), event(origin())), context)
    assert not parsed.records
    assert "more than 1" in parsed.rejected[0].reason


def test_text_is_made_plain(context: Context) -> None:
    said = "<description><text>Coast\u202e<![CDATA[<b>x</b>]]></text></description>"
    [record] = read(document(event(origin(), said)), context).records
    assert "\u202e" not in record.area
