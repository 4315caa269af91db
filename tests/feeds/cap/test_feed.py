"""A document: alerts are found however they are wrapped, and each stands or falls by itself."""

from time import process_time
from typing import Any

import pytest

from watchfloor.feeds import FEEDS
from watchfloor.feeds.cap import Cap

ATOM = "http://www.w3.org/2005/Atom"


def atom(*entries: str, head: str = "") -> str:
    return f'<feed xmlns="{ATOM}"><id>f</id><title>t</title><updated>2026-06-01T11:00:00Z</updated>{head}{"".join(entries)}</feed>'


def entry(content: str = "", title: str = "Flood in the valley", **changed: str) -> str:
    return (
        f"<entry><id>https://example.org/cap/1</id><title>{title}</title><updated>2026-06-01T11:00:00+00:00</updated>"
        f"<author><name>duty@example.org</name></author>{content}</entry>"
    )


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'


def edxl(*alerts: str, status: str = "Actual", version: str = "1.0") -> str:
    contents = "".join(
        f"<contentObject><xmlContent><embeddedXMLContent>{text}</embeddedXMLContent></xmlContent></contentObject>"
        for text in alerts
    )
    return (
        f'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:{version}"><distributionID>1</distributionID>'
        f"<distributionStatus>{status}</distributionStatus>{contents}</EDXLDistribution>"
    )


def test_the_registry_offers_it() -> None:
    assert FEEDS["cap"] is Cap


def test_atom_with_whole_alerts(cap: Any) -> None:
    first, second = cap.alert(cap.info(), identifier="A1"), cap.alert(cap.info(), identifier="A2")
    text = atom(*(entry(f'<content type="text/xml">{alert}</content>') for alert in (first, second)))
    parsed = cap.parse(text)
    assert [record.key for record in parsed.records] == ["A1", "A2"]
    assert list(parsed.rejected) == []


def test_a_bad_alert_costs_the_others_nothing(cap: Any) -> None:
    good = [cap.alert(cap.info(), identifier=f"A{number}") for number in range(3)]
    bad = cap.alert(cap.info(), identifier="B", sent="yesterday")
    text = atom(*(entry(f"<content>{alert}</content>") for alert in (good[0], bad, good[1], good[2])))
    parsed = cap.parse(text)
    assert [record.key for record in parsed.records] == ["A0", "A1", "A2"]
    (left,) = parsed.rejected
    assert left.where == "/feed/entry[2]/content/alert/sent"
    assert b"yesterday" in left.data
    assert b"A1" not in left.data


CAP_PARTS = (
    '<x:event xmlns:x="{ns}">Flood Warning</x:event><x:status xmlns:x="{ns}">Actual</x:status>'
    '<x:msgType xmlns:x="{ns}">Alert</x:msgType><x:urgency xmlns:x="{ns}">Expected</x:urgency>'
    '<x:severity xmlns:x="{ns}">Severe</x:severity><x:certainty xmlns:x="{ns}">Likely</x:certainty>'
    '<x:category xmlns:x="{ns}">Met</x:category><x:areaDesc xmlns:x="{ns}">Valley</x:areaDesc>'
    '<x:polygon xmlns:x="{ns}">48,11 48,12 49,12 48,11</x:polygon>'
)


def test_an_index_that_tells_by_cap_elements_gives_partial_records(cap: Any) -> None:
    link = '<link rel="alternate" href="https://example.org/a.html"/><link type="application/cap+xml" href="https://example.org/a.cap"/>'
    record = cap.one(atom(entry(CAP_PARTS.format(ns=cap.v12) + link + "<summary>It rains.</summary>")))
    assert (record.source, record.key, record.severity) == (
        "cap:duty@example.org",
        "https://example.org/cap/1",
        "Severe",
    )
    assert record.body["partial"] is True
    assert record.body["link"] == "https://example.org/a.cap"
    assert record.geometry["type"] == "Polygon"
    assert record.area == "Valley"
    assert record.title == "Flood in the valley"
    assert record.body["infos"][0]["description"] == "It rains."


def test_an_index_that_does_not_say_how_serious_it_is_is_refused(cap: Any) -> None:
    parts = CAP_PARTS.format(ns=cap.v12).replace("status", "note")
    where, reason = cap.refused(atom(entry(parts)))
    assert where == "/feed/entry/status"
    assert "missing" in reason


def test_the_author_of_the_index_is_the_sender_where_the_entry_names_none(cap: Any) -> None:
    text = entry(CAP_PARTS.format(ns=cap.v11)).replace("<author><name>duty@example.org</name></author>", "")
    record = cap.one(atom(text, head="<author><name>w-nws.webmaster@noaa.gov</name></author>"))
    assert record.source == "cap:w-nws.webmaster@noaa.gov"


def test_an_entry_that_only_links_says_what_to_fetch(cap: Any) -> None:
    where, reason = cap.refused(
        atom(entry('<link type="application/cap+xml" href="https://example.org/a.cap"/>'))
    )
    assert where == "/feed/entry"
    assert "fetch https://example.org/a.cap" in reason
    where, reason = cap.refused(rss("<item><title>x</title><link>javascript:alert(1)</link></item>"))
    assert where == "/rss/channel/item"
    assert "javascript" not in reason


@pytest.mark.parametrize("title", ["There are no active watches, warnings or advisories", "No active alerts"])
def test_all_calm_is_nothing_wrong(cap: Any, title: str) -> None:
    parsed = cap.parse(atom(entry(title=title)))
    assert (list(parsed.records), list(parsed.rejected)) == ([], [])
    parsed = cap.parse(atom())
    assert (list(parsed.records), list(parsed.rejected)) == ([], [])
    parsed = cap.parse(rss())
    assert (list(parsed.records), list(parsed.rejected)) == ([], [])


def test_rss_with_a_whole_alert_and_with_cap_elements(cap: Any) -> None:
    whole = f"<item><title>x</title>{cap.alert(cap.info())}</item>"
    parts = (
        "<item><title>Flood</title><guid>G1</guid><author>duty@example.org</author>"
        f"<pubDate>Mon, 01 Jun 2026 13:00:00 +0200</pubDate>{CAP_PARTS.format(ns=cap.v12)}</item>"
    )
    parsed = cap.parse(rss(whole, parts))
    assert [record.key for record in parsed.records] == ["A1", "G1"]
    assert list(parsed.rejected) == []
    assert parsed.records[1].sent == parsed.records[0].sent


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_an_edxl_envelope(cap: Any, version: str) -> None:
    text = edxl(
        cap.alert(cap.info(), identifier="A1"),
        cap.alert(cap.info(), identifier="A2"),
        "<other/>",
        version=version,
    )
    parsed = cap.parse(text)
    assert [record.key for record in parsed.records] == ["A1", "A2"]
    (left,) = parsed.rejected
    assert left.where == "/EDXLDistribution/contentObject[3]"
    assert "not a CAP alert" in left.reason


@pytest.mark.parametrize("status", ["Exercise", "Test", "System"])
def test_an_envelope_of_a_drill_makes_what_is_in_it_a_drill(cap: Any, status: str) -> None:
    record = cap.one(edxl(cap.alert(cap.info()), status=status))
    assert record.status == status
    assert record.body["notes"] == [f"the envelope says {status}; taken as that"]
    assert cap.one(edxl(cap.alert(cap.info(), status="Draft"), status=status)).status == "Draft"


def test_an_alert_within_an_alert_is_no_message(cap: Any) -> None:
    inner = cap.alert(cap.info(severity="Extreme"), identifier="INNER")
    record = cap.one(cap.alert(cap.info(), extra=inner))
    assert (record.key, record.severity) == ("A1", "Severe")


def test_a_document_without_alerts_is_refused(cap: Any) -> None:
    where, reason = cap.refused("<html><body>503</body></html>")
    assert (where, reason) == ("/html", "There is no CAP alert in this <html> document.")
    where, reason = cap.refused("<alert><identifier>1</identifier></alert>")
    assert "no CAP alert" in reason


def test_the_same_alert_twice_is_taken_once(cap: Any) -> None:
    text = cap.alert(cap.info())
    parsed = cap.parse(edxl(text, text))
    assert (len(parsed.records), len(parsed.rejected)) == (1, 0)


def test_two_alerts_of_one_name_that_differ_are_told_apart(cap: Any) -> None:
    parsed = cap.parse(edxl(cap.alert(cap.info()), cap.alert(cap.info(severity="Minor"))))
    assert [record.severity for record in parsed.records] == ["Severe"]
    (left,) = parsed.rejected
    assert "says something else" in left.reason


# Limits


def test_a_document_of_100_mb_is_refused_by_its_length(cap: Any) -> None:
    data = cap.alert(cap.info()).encode() + b" " * 100_000_000
    start = process_time()
    parsed = cap.parse(data)
    assert process_time() - start < 0.5
    (left,) = parsed.rejected
    assert "at most 16,777,216" in left.reason
    assert len(left.data) == 64 * 1024


def test_a_single_alert_has_less_room_than_an_index(cap: Any) -> None:
    where, reason = cap.refused(cap.alert(cap.info()) + " " * 5_000_000)
    assert where == "/"
    assert "4,194,304" in reason
    many = "<x/>" * 10_001
    assert "10,000 elements" in cap.refused(edxl(cap.alert(cap.info(), extra=many)))[1]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE alert [<!ENTITY x "Extreme">]>',
        '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE alert>",
    ],
)
def test_a_doctype_costs_the_whole_document(cap: Any, doctype: str) -> None:
    where, reason = cap.refused(doctype + cap.alert(cap.info(event="&x;")))
    assert where == "/"
    assert "DOCTYPE" in reason


def test_broken_utf8_is_named_by_its_byte(cap: Any) -> None:
    data = cap.alert(cap.info(event="Fl~ood")).encode()
    at = data.index(b"~")
    assert f"Byte {at} (0xFF)" in cap.refused(data.replace(b"~", b"\xff"))[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-8-sig"])
def test_other_encodings_are_read_and_recognised(cap: Any, encoding: str) -> None:
    data = cap.alert(cap.info(event="洪水")).encode(encoding)
    assert Cap.sniff(data)
    assert cap.one(data).hazard == "flood"


def test_an_index_without_end_is_read_up_to_a_limit(cap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchfloor.feeds.cap.feed.MAX_ALERTS", 3)
    parsed = cap.parse(edxl(*(cap.alert(cap.info(), identifier=f"A{number}") for number in range(5))))
    assert [record.key for record in parsed.records] == ["A0", "A1", "A2"]
    (left,) = parsed.rejected
    assert "more than 3 alerts" in left.reason


# Sniffing


def test_sniffing(cap: Any) -> None:
    for namespace in (cap.v10, cap.v11, cap.v12):
        assert Cap.sniff(cap.alert(namespace=namespace).encode())
    assert Cap.sniff(b"<x/>", "a.CAP")
    assert not Cap.sniff(b"<rss/>", "gdacs.xml")
    assert not Cap.sniff(b'{"a": "urn:oasis:names:tc:emergency:cap:1.2"}', "a.json")
    assert not Cap.sniff(b"", "a.cap")
