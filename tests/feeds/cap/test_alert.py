"""One alert: what it says becomes one record; what it lacks, or cannot be, is refused with the place and the reason."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from shapely.geometry import shape

from watchfloor.core.clock import format_time, parse_time


def test_an_alert_becomes_one_record(cap: Any) -> None:
    text = cap.alert(
        cap.info(
            "<headline>River rises &amp; rises</headline><description>Line 1\nLine 2</description>"
            "<instruction>Go up</instruction><web>https://example.org/a?b=1</web><contact>Room 1</contact>"
            "<parameter><valueName>VTEC</valueName><value>/O.NEW/</value></parameter>"
            "<resource><resourceDesc>Map</resourceDesc><mimeType>image/png</mimeType><uri>https://example.org/m.png</uri></resource>",
            cap.area("<polygon>48,11 48,12 49,12 48,11</polygon><geocode><valueName>EMMA_ID</valueName><value>DE1</value></geocode>"),
            onset="2026-06-01T13:00:00+02:00", effective="2026-06-01T10:30:00+00:00", responseType="Evacuate",
            senderName="Duty office",
        ),
        source="desk 4", code="profile:x", note="a note", incidents="flood-1",
    )  # fmt: skip
    record = cap.one(text)
    assert (record.kind, record.source, record.key) == ("alert", "cap:duty@example.org", "A1")
    assert record.title == "River rises & rises"
    assert (record.hazard, record.severity, record.urgency, record.certainty) == (
        "flood",
        "Severe",
        "Immediate",
        "Observed",
    )
    assert (record.status, record.state, record.trust) == ("Actual", "active", "none")
    assert format_time(record.sent) == "2026-06-01T11:00:00Z"
    assert format_time(record.valid_from) == "2026-06-01T11:00:00Z"  # the onset
    assert record.valid_to == parse_time("2026-06-01T18:00:00Z")
    assert record.area == "River valley"
    assert shape(record.geometry).bounds == (11, 48, 12, 49)  # longitude first
    assert record.body["cap"] == "1.2"
    assert record.body["feed"] == "test"
    assert record.body["names"] == ["A1"]
    assert "notes" not in record.body
    (told,) = record.body["infos"]
    assert told["language"] == "en-US"
    assert told["category"] == ["Met"]
    assert told["responseType"] == ["Evacuate"]
    assert told["description"] == "Line 1\nLine 2"
    assert told["parameters"] == [{"name": "VTEC", "value": "/O.NEW/"}]
    assert told["resources"] == [
        {"resourceDesc": "Map", "mimeType": "image/png", "uri": "https://example.org/m.png"}
    ]
    assert told["areas"][0]["geocode"] == [{"name": "EMMA_ID", "value": "DE1"}]
    assert told["areas"][0]["geometries"][0]["type"] == "Polygon"
    assert told["onset"] == "2026-06-01T11:00:00Z"


@pytest.mark.parametrize("name", ["identifier", "sender", "sent", "status", "msgType", "scope"])
@pytest.mark.parametrize("text", [None, "", "  "])
def test_what_cap_requires_of_an_alert(cap: Any, name: str, text: str | None) -> None:
    where, reason = cap.refused(cap.alert(cap.info(), **{name: text}))
    assert where == f"/alert/{name}"
    assert f"<{name}> is {'missing' if text is None else 'empty'}" in reason


@pytest.mark.parametrize("name", ["event", "urgency", "severity", "certainty"])
def test_what_cap_requires_of_an_info(cap: Any, name: str) -> None:
    where, reason = cap.refused(cap.alert(cap.info(), cap.info(**{name: None})))
    assert where == f"/alert/info[2]/{name}"
    assert "CAP requires it" in reason


def test_what_cap_requires_of_an_area(cap: Any) -> None:
    where, _ = cap.refused(cap.alert(cap.info(area=cap.area() + cap.area(desc=None))))
    assert where == "/alert/info[1]/area[2]/areaDesc"


def test_cap_1_0_and_1_1_differ(cap: Any) -> None:
    old = cap.alert(
        cap.info(
            "<eventCode>SAME=CEM</eventCode><parameter>HSAS=ORANGE</parameter>", category=None, certainty="Very Likely",
            area="<area><areaDesc>Valley</areaDesc><geocode>FIPS6=006109</geocode></area>",
        ),
        namespace=cap.v10, scope=None,
    )  # fmt: skip
    record = cap.one(old)
    assert record.body["cap"] == "1.0"
    assert record.certainty == "Likely"
    assert record.body["infos"][0]["eventCode"] == [{"name": "SAME", "value": "CEM"}]
    assert record.body["infos"][0]["parameters"] == [{"name": "HSAS", "value": "ORANGE"}]
    assert record.body["infos"][0]["areas"][0]["geocode"] == [{"name": "FIPS6", "value": "006109"}]
    assert any("Very Likely" in note for note in record.body["notes"])
    assert cap.one(cap.alert(cap.info(), namespace=cap.v11)).body["cap"] == "1.1"
    assert cap.refused(cap.alert(cap.info(), namespace=cap.v11, scope=None))[0] == "/alert/scope"


def test_unknown_words_become_unknown_with_a_note(cap: Any) -> None:
    record = cap.one(
        cap.alert(
            cap.info(urgency="soon", severity="Awful", certainty="sure", category="Sky", responseType="Run")
        )
    )
    assert (record.urgency, record.severity, record.certainty) == ("Unknown", "Unknown", "Unknown")
    notes = " ".join(record.body["notes"])
    assert all(f"'{word}'" in notes for word in ("soon", "Awful", "sure", "Sky", "Run"))
    assert record.body["infos"][0]["severity"] == "Awful"  # what was said is kept


def test_capitals_do_not_matter(cap: Any) -> None:
    record = cap.one(
        cap.alert(cap.info(severity="EXTREME", urgency="immediate"), status="ACTUAL", msgType="alert")
    )
    assert (record.severity, record.urgency, record.status) == ("Extreme", "Immediate", "Actual")


@pytest.mark.parametrize(("name", "word"), [("status", "Real"), ("msgType", "Info")])
def test_a_message_that_may_not_be_in_earnest_is_not_guessed(cap: Any, name: str, word: str) -> None:
    where, reason = cap.refused(cap.alert(cap.info(), **{name: word}))
    assert where == f"/alert/{name}"
    assert f"{word!r} is not one of" in reason


@pytest.mark.parametrize("status", ["Actual", "Exercise", "System", "Test", "Draft"])
def test_the_status_is_kept(cap: Any, status: str) -> None:
    assert cap.one(cap.alert(cap.info(), status=status)).status == status


@pytest.mark.parametrize("name", ["identifier", "sender"])
@pytest.mark.parametrize("text", ["a b", "a,b", "a&amp;b", "a&lt;b", "x" * 513])
def test_names_that_references_could_not_name_are_refused(cap: Any, name: str, text: str) -> None:
    where, reason = cap.refused(cap.alert(cap.info(), **{name: text}))
    assert where == f"/alert/{name}"
    assert "CAP allows none" in reason


def test_an_alert_may_have_no_info(cap: Any) -> None:
    record = cap.one(cap.alert(note="Siren test"))
    assert record.title == "Alert: Siren test"
    assert (record.severity, record.hazard, record.valid_to) == ("Unknown", "other", None)
    assert record.valid_from == record.sent


# Times


@pytest.mark.parametrize("sent", ["2026-06-01T11:00:00", "2026-06-01T11:00:00.5"])
def test_a_time_without_an_offset_is_refused(cap: Any, sent: str) -> None:
    where, reason = cap.refused(cap.alert(cap.info(), sent=sent))
    assert where == "/alert/sent"
    assert "no UTC offset" in reason


def test_a_time_without_an_offset_is_read_in_the_zone_that_the_source_declares(cap: Any) -> None:
    record = cap.one(cap.alert(cap.info(), sent="2026-06-01T13:00:00"), zone=ZoneInfo("Europe/Berlin"))
    assert format_time(record.sent) == "2026-06-01T11:00:00Z"
    assert record.body["notes"] == ["sent '2026-06-01T13:00:00' has no offset; read in Europe/Berlin"]


@pytest.mark.parametrize("sent", ["1780311600000", "1780311600", "-1"])
def test_a_bare_number_is_no_time(cap: Any, sent: str) -> None:
    assert "bare number" in cap.refused(cap.alert(cap.info(), sent=sent))[1]


@pytest.mark.parametrize("sent", ["yesterday", "01/06/2026 11:00", "2026-02-30T00:00:00+00:00", "2026-06-01T24:00:00+00:00",
                                  "2026-06-01T11:00:00+99:00", "２０２６-06-01T11:00:00+00:00", "2026-06-01"])  # fmt: skip
def test_what_is_no_time_is_refused(cap: Any, sent: str) -> None:
    where, reason = cap.refused(cap.alert(cap.info(), sent=sent))
    assert where == "/alert/sent"
    assert sent[:10] in reason


def test_z_is_taken_with_a_note(cap: Any) -> None:
    record = cap.one(cap.alert(cap.info(), sent="2026-06-01T11:00:00Z"))
    assert record.body["notes"] == ["sent ends in Z; CAP writes an offset"]
    assert "notes" not in cap.one(cap.alert(cap.info(), sent="2026-06-01T11:00:00-00:00")).body


def test_a_message_from_the_future_is_clock_skew(cap: Any) -> None:
    where, reason = cap.refused(cap.alert(cap.info(), sent="2026-06-01T12:05:01+00:00"))
    assert where == "/alert/sent"
    assert "clock skew" in reason
    assert cap.one(cap.alert(cap.info(), sent="2026-06-01T12:05:00+00:00")).sent > cap.received


def test_a_clock_that_was_never_set_is_clock_skew(cap: Any) -> None:
    assert "clock skew" in cap.refused(cap.alert(cap.info(), sent="1970-01-01T00:00:00+00:00"))[1]


@pytest.mark.parametrize("name", ["effective", "onset", "expires"])
@pytest.mark.parametrize("text", ["2026-06-01T11:00:00", "1780311600000", "rubbish"])
def test_an_optional_time_that_cannot_be_read_is_left_out_with_a_note(cap: Any, name: str, text: str) -> None:
    record = cap.one(cap.alert(cap.info(**{name: text})))
    assert any(note.startswith("left out: " + name) for note in record.body["notes"])
    assert name not in record.body["infos"][0]


def test_when_it_holds(cap: Any) -> None:
    sent = parse_time("2026-06-01T11:00:00Z")
    record = cap.one(cap.alert(cap.info(expires=None)))
    assert (record.valid_from, record.valid_to) == (sent, None)
    record = cap.one(cap.alert(cap.info(effective="2026-06-01T11:30:00+00:00")))
    assert record.valid_from == sent + timedelta(minutes=30)
    two = cap.one(cap.alert(
        cap.info(onset="2026-06-01T14:00:00+00:00", expires="2026-06-01T15:00:00+00:00"),
        cap.info(onset="2026-06-01T13:00:00+00:00", expires="2026-06-01T20:00:00+00:00"),
    ))  # fmt: skip
    assert (two.valid_from.hour, two.valid_to.hour) == (13, 20)


def test_a_message_that_lapses_before_its_event_begins_holds_from_when_it_was_told(cap: Any) -> None:
    record = cap.one(cap.alert(cap.info(onset="2026-06-02T00:00:00+00:00")))
    assert record.valid_from == record.sent
    assert record.valid_from < record.valid_to
    assert record.body["notes"] == ["expires before onset"]


def test_the_events_own_end_counts_where_it_is_told_apart(cap: Any) -> None:
    end = "<parameter><valueName>eventEndingTime</valueName><value>2026-06-03T00:00:00+00:00</value></parameter>"
    record = cap.one(cap.alert(cap.info(end, onset="2026-06-02T00:00:00+00:00")))
    assert (record.valid_from.day, record.valid_to.day) == (2, 3)


# Several infos


def test_the_worst_info_leads_and_all_are_kept(cap: Any) -> None:
    record = cap.one(cap.alert(
        cap.info("<headline>Minor one</headline>", severity="Minor", event="Wind"),
        cap.info("<headline>Das schlimmste</headline>", language="de-DE", severity="Extreme", event="Hochwasser"),
        cap.info("<headline>The worst</headline>", language="en-GB", severity="Extreme", event="Flood", urgency="Expected"),
        cap.info("<headline>Le pire</headline>", language="fr", severity="Extreme", event="Inondation"),
    ))  # fmt: skip
    assert (record.title, record.severity, record.urgency, record.hazard) == (
        "The worst",
        "Extreme",
        "Expected",
        "flood",
    )
    assert record.body["lead"] == 2
    assert [item["language"] for item in record.body["infos"]] == ["en-US", "de-DE", "en-GB", "fr"]


def test_the_first_leads_where_none_is_english(cap: Any) -> None:
    record = cap.one(
        cap.alert(cap.info(language="it", event="Alluvione"), cap.info(language="de", event="Hochwasser"))
    )
    assert record.body["lead"] == 0
    assert record.title == "Alluvione: River valley"


def test_the_same_area_in_two_languages_counts_once(cap: Any) -> None:
    polygon = "<polygon>48,11 48,12 49,12 49,11 48,11</polygon>"
    record = cap.one(cap.alert(
        cap.info(area=cap.area(polygon)), cap.info(language="de", area=cap.area(polygon, "Tal")),
    ))  # fmt: skip
    assert record.geometry["type"] == "Polygon"
    assert shape(record.geometry).area == pytest.approx(1)
    assert record.area == "River valley"


# Profiles


@pytest.mark.parametrize(
    ("changed", "extra", "profile"),
    [
        ({"code": "IPAWSv1.0"}, "", "US-IPAWS"),
        ({"code": "profile:CAP-CP:0.4"}, "", "CAP-CP"),
        ({"code": "urn:oasis:names:tc:emergency:cap:1.2:profile:CAP-AU:1.0"}, "", "CAP-AU"),
        ({"sender": "opendata@dwd.de", "identifier": "2.49.0.0.276.0.DWD.PVW.1780311600000.x"}, "", "DWD"),
        ({}, "<eventCode><valueName>profile:DE-BBK-EVENTCODE</valueName><value>BBK-EVC-001</value></eventCode>", "DE-BBK"),
        ({}, "<parameter><valueName>awareness_level</valueName><value>3; orange; Severe</value></parameter>", "MeteoAlarm"),
        ({"identifier": "44030041600000_20260601190000_0"}, "", "GB/T 35965.1"),
        ({}, "", None),
    ],
)  # fmt: skip
def test_profiles_are_recognised(cap: Any, changed: dict[str, str], extra: str, profile: str | None) -> None:
    assert cap.one(cap.alert(cap.info(extra), **changed)).body.get("profile") == profile


CHINA = "44030041600000_20260601190000_0"


@pytest.mark.parametrize(
    ("colour", "severity"), [("红", "Extreme"), ("橙", "Severe"), ("黄", "Moderate"), ("蓝", "Minor")]
)
def test_a_chinese_colour_stands_in_for_a_missing_severity_only(cap: Any, colour: str, severity: str) -> None:
    headline = f"<headline>深圳市气象台发布暴雨{colour}色预警</headline>"
    text = cap.alert(
        cap.info(headline, severity=None, language="zh-CN", event="暴雨"),
        identifier=CHINA,
        sent="2026-06-01T19:00:00",
    )
    record = cap.one(text)
    assert (record.severity, record.hazard, format_time(record.sent)) == (
        severity,
        "storm",
        "2026-06-01T11:00:00Z",
    )
    assert record.body["colour"] in {"red", "orange", "yellow", "blue"}
    assert any("colour-severity" in note for note in record.body["notes"])
    told = cap.one(
        cap.alert(cap.info(headline, severity="Moderate", language="zh-CN", event="暴雨"), identifier=CHINA)
    )
    assert told.severity == "Moderate"


def test_a_colour_in_the_place_of_the_severity_is_read(cap: Any) -> None:
    record = cap.one(cap.alert(cap.info(severity="Orange"), identifier=CHINA))
    assert (record.severity, record.body["colour"]) == ("Severe", "orange")


def test_a_colour_in_the_headline_of_others_means_nothing(cap: Any) -> None:
    where, _ = cap.refused(cap.alert(cap.info("<headline>橙色 team moves</headline>", severity=None)))
    assert where == "/alert/info[1]/severity"


@pytest.mark.parametrize(
    ("event", "hazard"),
    [("暴雨", "storm"), ("山洪灾害", "flood"), ("森林火险", "wildfire"), ("地质灾害", "landslide"), ("道路结冰", "storm"), ("高温", "drought"),
     ("STURMBÖEN", "storm"), ("Hochwasser", "flood"), ("orages", "storm"), ("Terremoto", "earthquake"), ("Volcano", "earthquake")],
)  # fmt: skip
def test_hazards_are_recognised_in_other_languages(cap: Any, event: str, hazard: str) -> None:
    assert cap.one(cap.alert(cap.info(event=event, language="xx"))).hazard == hazard


def test_a_hazard_is_recognised_by_code_or_category_at_last(cap: Any) -> None:
    code = "<eventCode><valueName>OET:v1.0</valueName><value>wildfire</value></eventCode>"
    assert cap.one(cap.alert(cap.info(code, event="Avviso"))).hazard == "wildfire"
    assert cap.one(cap.alert(cap.info(event="Avviso", category="Health"))).hazard == "epidemic"
    assert cap.one(cap.alert(cap.info(event="Avviso", category="Other"))).hazard == "other"


# Text


def test_text_is_plain_and_short(cap: Any) -> None:
    record = cap.one(cap.alert(cap.info(
        "<headline>a\u202eb\u200b" + "x" * 1000 + "</headline><description>" + "y" * 50_000 + "</description>",
        area=cap.area(desc="z" * 20_000),
    )))  # fmt: skip
    assert record.title.startswith("abxx")
    assert len(record.title) == 300
    assert len(record.body["infos"][0]["description"]) == 20_000
    assert len(record.area) == 2000


def test_markup_stays_text(cap: Any) -> None:
    payload = "&lt;script&gt;alert(1)&lt;/script&gt;"
    record = cap.one(
        cap.alert(cap.info(f"<headline>{payload}</headline>", event=payload, area=cap.area(desc=payload)))
    )
    assert record.title == record.area == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org",
        "https://a b",
        "ftp://a",
    ],
)
def test_only_web_addresses_are_kept(cap: Any, uri: str) -> None:
    resource = f"<resource><resourceDesc>x</resourceDesc><uri>{uri}</uri><derefUri>AAAA</derefUri></resource>"
    record = cap.one(cap.alert(cap.info(f"<web>{uri}</web>{resource}")))
    told = record.body["infos"][0]
    assert "web" not in told
    assert told["resources"] == [{"resourceDesc": "x"}]
    assert any("was left out" in note for note in record.body["notes"])
