"""Whatever comes in, the feed answers, within a second, and what it takes can be kept."""

import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from watchfloor.core.clock import parse_time
from watchfloor.core.provenance import canonical
from watchfloor.feeds import Context, Parsed
from watchfloor.feeds.cap import Cap
from watchfloor.store import Store
from watchfloor.store.records import KINDS

RECEIVED = parse_time("2026-06-01T12:00:00Z")
SEEDS = [
    "alerts/google__cap-library/testdata/australia.cap", "alerts/google__cap-library/testdata/canada.cap",
    "alerts/google__cap-library/testdata/weather.atom", "alerts/google__cap-library/testdata/weather_index.atom",
    "alerts/google__cap-library/testdata/bushfire_valid.edxlde", "alerts/google__cap-library/testdata/ny_index.rss",
    "alerts/sahana__eden/modules/templates/SAMBRO/Demo/Severe_Thunderstorm_Warning.xml",
    "alerts/thtroyer__noaa-cap-alerts/tests/files/noaaExampleSmall.xml",
]  # fmt: skip
PIECES = [
    b"", b"<", b">", b"&", b"\x00", b"\xff", b"</alert>", b"<info>", b"</info>", b"<area>", b"<!--", b"-->", b"<![CDATA[", b"]]>",
    b"<!DOCTYPE a>", b"&amp;", b"&#x202e;", b"NaN", b"1e400", b"-181", b"91", b"2026-06-01T12:00:00", b"1780311600000", b"Cancel",
    b"Update", b"Exercise", b"<polygon>1,1 2,2 3,3 1,1</polygon>", b"<circle>1,1 99999</circle>", b"\xe6\xb0\xb4", b" " * 100,
    b"9" * 400, b"<references>a,b,c</references>", b'xmlns="urn:oasis:names:tc:emergency:cap:1.2"', b"<?xml version='1.0'?>",
    b"http://www.w3.org/2000/09/xmldsig#", b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
]  # fmt: skip


def sound(parsed: Parsed) -> None:
    """Check what must hold of anything that was read."""
    for record in parsed.records:
        assert record.kind in KINDS
        assert record.source.startswith("cap:")
        assert record.key
        assert record.sent <= RECEIVED.replace(minute=5)
        assert len(record.title) <= 300
        assert len(record.area) <= 2000
        assert record.trust != "verified"
        canonical(record.body)
        canonical(record.geometry)
    for item in parsed.rejected:
        assert 10 < len(item.reason) < 1000
        assert item.where.startswith("/")
        assert len(item.data) <= 64 * 1024


@pytest.fixture(scope="module")
def seeds(realdata: Callable[[str], Path]) -> list[bytes]:
    return [realdata(name).read_bytes() for name in SEEDS]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutilated_real_documents_are_read_or_refused(data: st.DataObject, seeds: list[bytes]) -> None:
    document = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(document)))
        cut = data.draw(st.integers(0, 40))
        document[at : at + cut] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=8))
    sound(Cap().parse(bytes(document), Context(RECEIVED, "test", (b"no certificate",))))


def test_documents_spliced_at_random_are_read_or_refused(seeds: list[bytes]) -> None:
    rng = random.Random(20260601)
    trees = [etree.fromstring(seed) for seed in seeds]
    whole = [list(tree.iter(etree.Element)) for tree in trees]
    taken = refused = 0
    for _ in range(600):
        root = deepcopy(rng.choice(trees))
        for _ in range(rng.randint(1, 6)):
            place = rng.choice(list(root.iter(etree.Element)))
            other = deepcopy(rng.choice(rng.choice(whole)))
            act = rng.randrange(4)
            if act == 0:
                place.append(other)  # well-formed all the way: this reaches the reading of elements
            elif act == 1 and place is not root:
                place.getparent().replace(place, other)
            elif act == 2 and place is not root:
                place.getparent().remove(place)
            else:
                place.text = rng.choice(WORDS)
        parsed = Cap().parse(etree.tostring(root), Context(RECEIVED, "test"))
        sound(parsed)
        taken += len(parsed.records)
        refused += len(parsed.rejected)
    assert min(taken, refused) > 100


WORDS = [
    "", "NaN", "1,1", "91,181", "1,1 2,2 1,2 1,1", "2026-06-01T12:00:00", "2026-06-01T12:00:00Z", "1780311600000", "Cancel", "Update",
    "Exercise", "Extreme", "a,b,2026-06-01T12:00:00Z", "\u202e", "水" * 1000, "5 5 5", "10,10 -1", "10,179.9 500", "javascript:alert(1)",
]  # fmt: skip


texts = st.sampled_from(
    [
        "",
        "Severe",
        "Alert",
        "Cancel",
        "Update",
        "Actual",
        "2026-06-01T11:00:00+00:00",
        "1,1 2,2 2,1 1,1",
        "a,b,c",
    ]
) | st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_characters="<&\r", min_codepoint=32, exclude_categories=["Cc", "Cs"]
    ),
    max_size=30,
).filter(lambda text: "]]>" not in text and not set(text) & {"\ufffe", "\uffff"})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_words_in_any_element_can_be_kept(data: st.DataObject, cap: Any, store: Store) -> None:
    head = {name: data.draw(texts, name) for name in data.draw(st.sets(st.sampled_from(
        ["identifier", "sender", "sent", "status", "msgType", "scope", "references", "note", "code", "source", "addresses"]), max_size=3))}  # fmt: skip
    body = {name: data.draw(texts, name) for name in data.draw(st.sets(st.sampled_from(
        ["language", "category", "event", "urgency", "severity", "certainty", "onset", "effective", "expires", "headline", "web"]), max_size=4))}  # fmt: skip
    shapes = f"<polygon>{data.draw(texts)}</polygon><circle>{data.draw(texts)}</circle>"
    text = cap.alert(cap.info(area=cap.area(shapes, data.draw(texts)), **body), **head)
    parsed = cap.parse(text)
    sound(parsed)
    store.append(Cap().relate(parsed.records, store.named))


@pytest.fixture(scope="module")
def store() -> Any:
    with Store.open(":memory:") as found:
        yield found


@pytest.mark.parametrize(
    "make",
    [
        lambda cap: cap.alert(*[cap.info()] * 5_000),
        lambda cap: cap.alert(cap.info(area=cap.area() * 3_000)),
        lambda cap: cap.alert(cap.info("<parameter><valueName>a</valueName><value>b</value></parameter>" * 3_000)),
        lambda cap: cap.alert(cap.info(), references="a,b,2026-06-01T00:00:00Z " * 40_000, msgType="Update"),
        lambda cap: cap.alert(cap.info("<description>" + "&lt;br&gt;" * 100_000 + "</description>")),
        lambda cap: cap.alert(cap.info("<description>" + "&#x200b;" * 100_000 + "</description>")),
        lambda cap: cap.alert(cap.info("<description>" + "Z" + "&#x311;" * 100_000 + "</description>")),
        lambda cap: cap.alert(cap.info(area=cap.area("<polygon>" + "1,1 " * 200_000 + "</polygon>"))),
        lambda cap: cap.alert(cap.info(area=cap.area("<polygon>" + "1" * 900_000 + ",1</polygon>"))),
        lambda cap: cap.alert(cap.info(area=cap.area("<polygon>" + "," * 900_000 + "</polygon>"))),
        lambda cap: cap.alert(cap.info(area=cap.area("<geocode><valueName>a</valueName><value>b</value></geocode>" * 3_000))),
        lambda cap: "<rss><channel>" + "<item/>" * 300_000 + "</channel></rss>",
        lambda cap: '<feed xmlns="http://www.w3.org/2005/Atom">' + "<entry/>" * 300_000 + "</feed>",
        lambda cap: "<x>" + cap.alert(cap.info()) * 2_000 + "</x>",
        lambda cap: "<x>" * 60 + cap.alert() * 10_000 + "</x>" * 60,
    ],
    ids=["infos", "areas", "parameters", "references", "breaks", "zero widths", "marks", "points", "digits", "commas", "geocodes",
         "items", "entries", "copies", "deep copies"],
)  # fmt: skip
def test_large_documents_take_seconds_at_most(cap: Any, make: Callable[[Any], str]) -> None:
    data = make(cap).encode()
    start = process_time()
    parsed = cap.parse(data)
    took = process_time() - start
    sound(parsed)
    assert took < 1 + 8 * len(data) / 16e6, f"{took:.1f} s for {len(data):,} bytes"
