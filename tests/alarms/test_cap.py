"""The check of CAP messages: it agrees with the schema, and says on which line what is wrong."""

import re

import pytest
import xmlschema
from lxml import etree

from watchfloor.alarms.capcheck import check

LIBRARY = "alerts/google__cap-library"
GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>a.1</identifier>
  <sender>floor@example.org</sender>
  <sent>2026-06-01T12:00:00-00:00</sent>
  <status>Exercise</status>
  <msgType>Update</msgType>
  <scope>Public</scope>
  <references>floor@example.org,a.0,2026-06-01T11:00:00-00:00</references>
  <info>
    <language>en</language>
    <category>Met</category>
    <event>Flood</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <onset>2026-06-01T12:00:00-00:00</onset>
    <expires>2026-06-01T18:00:00-00:00</expires>
    <headline>High water</headline>
    <description>The river rises.</description>
    <area>
      <areaDesc>Old town</areaDesc>
      <polygon>30.0,112.0 30.1,112.0 30.1,112.1 30.0,112.0</polygon>
      <circle>30.0,112.0 5</circle>
      <geocode><valueName>SAME</valueName><value>006109</value></geocode>
    </area>
  </info>
</alert>
"""


@pytest.fixture(scope="session")
def schema(realdata):
    return xmlschema.XMLSchema(str(realdata(f"{LIBRARY}/schema/cap12.xsd")))


def line(part):
    return next(number for number, text in enumerate(GOOD.splitlines(), 1) if part in text)


BROKEN = {
    "no status": ("<status>Exercise</status>", "", 2, "<status> is missing", True),
    "strange status": ("Exercise<", "Real<", line("<status>"), "'Real' is not one of Actual", True),
    "lower case": ("<severity>Severe", "<severity>severe", line("<severity>"), "'severe' is not one of", True),
    "blank in sender": ("floor@example.org</sender>", "the floor</sender>", line("<sender>"), "has a blank", False),
    "Zulu": ("12:00:00-00:00</sent>", "12:00:00Z</sent>", line("<sent>"), "never Z", True),
    "no offset": ("12:00:00-00:00</sent>", "12:00:00</sent>", line("<sent>"), "with an offset", True),
    "30 February": ("2026-06-01T12:00:00-00:00</sent>", "2026-02-30T12:00:00-00:00</sent>", line("<sent>"), "not a time", True),
    "order": ("<urgency>Immediate</urgency>\n    <severity>Severe</severity>",
              "<severity>Severe</severity>\n    <urgency>Immediate</urgency>", line("<severity>"), "stands after", True),
    "twice": ("<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>", line("<scope>"), "there twice", True),
    "strange element": ("<area>", "<danger/><area>", line("<area>"), "no element of CAP 1.2", True),
    "open ring": (" 30.0,112.0</polygon>", " 30.1,112.2</polygon>", line("<polygon>"), "does not end where", False),
    "short ring": ("30.1,112.0 30.1,112.1 ", "", line("<polygon>"), "2 points", False),
    "turned round": ("30.0,112.0 30.1", "112.0,30.0 30.1", line("<polygon>"), "latitude stands first", False),
    "circle": ("30.0,112.0 5<", "30.0 112.0 5<", line("<circle>"), "not latitude,longitude and a radius", False),
    "no end": ("<expires>2026-06-01T18:00:00-00:00</expires>\n", "", line("<info>"), "until when", False),
    "end first": ("18:00:00", "11:30:00", line("<info>"), "not after it begins", False),
    "update of nothing": ("<references>floor@example.org,a.0,2026-06-01T11:00:00-00:00</references>\n", "", 2,
                          "names the earlier ones", False),
    "crooked reference": ("a.0,2026", "a.0;2026", line("<references>"), "are not sender,identifier,sent", False),
    "restricted to nobody": ("<scope>Public", "<scope>Restricted", 2, "whom it is restricted to", False),
    "private for nobody": ("<scope>Public", "<scope>Private", 2, "whom it is for", False),
    "nowhere": (re.search("<area>.*</area>", GOOD, re.DOTALL)[0], "", line("<info>"), "where", False),
    "no areaDesc": ("<areaDesc>Old town</areaDesc>", "", line("<area>"), "<areaDesc> is missing", True),
    "empty": ("<event>Flood<", "<event> <", line("<event>"), "is empty", False),
    "language": ("<language>en<", "<language>English please<", line("<language>"), "language tag", True),
    "half a pair": ("<value>006109</value>", "", line("<geocode>"), "<value> is missing", True),
    "says nothing": (re.search("<info>.*</info>", GOOD, re.DOTALL)[0], "", 2, "it says nothing", False),
}  # fmt: skip


def test_a_good_message_has_no_fault(schema):
    assert check(GOOD.encode()) == []
    assert schema.is_valid(GOOD)


@pytest.mark.parametrize("name", BROKEN)
def test_each_fault_is_told_with_its_line(name, schema):
    old, new, number, why, by_schema = BROKEN[name]
    assert GOOD.count(old) >= 1
    broken = GOOD.replace(old, new, 1)
    faults = check(broken.encode())
    assert any(fault.line == number and why in str(fault) for fault in faults), [
        str(fault) for fault in faults
    ]
    if by_schema:
        assert not schema.is_valid(broken)


def test_real_messages_that_the_schema_takes_break_no_rule_of_form(realdata, schema):
    seen = 0
    for name in ("australia", "canada", "earthquake", "weather", "no_optional_fields"):
        data = realdata(f"{LIBRARY}/testdata/{name}.cap").read_bytes()
        root = etree.fromstring(data)
        if root.tag != "{urn:oasis:names:tc:emergency:cap:1.2}alert" or not schema.is_valid(root):
            continue
        seen += 1
        form = [str(fault) for fault in check(data) if not SENSE.search(str(fault))]
        assert form == [], name
    assert seen >= 1


SENSE = re.compile(
    "names the earlier|restricted to|whom it is for|says nothing|two infos|until when|ends at|expired|receivers show|say where|it is empty"
)


def test_what_is_no_message_is_said(realdata):
    assert "not well-formed" in check(b"<alert>")[0].why
    assert "expected an <alert>" in check(b"<feed/>")[0].why
    assert "DOCTYPE" in check(b"<!DOCTYPE a><a/>")[0].why
