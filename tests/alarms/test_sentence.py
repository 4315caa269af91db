"""Why an alarm is there: kept as data, said in English and Chinese, and old words stay readable."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from watchfloor.alarms import steps
from watchfloor.alarms.alarm import Alarm
from watchfloor.alarms.compose import alert
from watchfloor.alarms.documents import read_rule
from watchfloor.alarms.policy import Sender
from watchfloor.alarms.routing import words as told_words
from watchfloor.alarms.ruleset import Rules
from watchfloor.alarms.sentence import Sentence, joined, length, level, moment, number, share, words
from watchfloor.alarms.wording import sentence, sentences
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.core.scales import Status
from watchfloor.store import Observation, Series, Store
from watchfloor.store.cube import Cube

T0 = parse_time("2026-06-01T00:00:00Z")
STEP = timedelta(minutes=10)
OWN = {"yellow": 2.0, "orange": 3.0, "red": 4.0}
LATIN = re.compile(r"[A-Za-z]{3,}")
KINDS = {
    "level": {},
    "total": {"kind": "level", "of": "mean", "over": "1 h"},
    "rate": {"of": "rise", "over": "30 min", "limits": {"red": 0.25}, "units": "m"},
    "persistence": {"over": "30 min"},
    "n_of_m": {"n": 2, "m": 3},
    "stations": {"kind": "n_of_m", "of": "stations", "n": 2, "hold": "20 min"},
    "neighbours": {"radius_km": 50, "least": 1},
    "forecast": {"by": "trend", "within": "2 h", "over": "2 h", "least": 3},
    "detector": {"detector": "level", "limits": {"yellow": 0.0}},
    "silence": {"limits": {"yellow": "silent"}},
}


def world(values, **attrs):
    store = Store.open(":memory:", clock=FixedClock(T0 + timedelta(days=30)))
    for name in ("a", "b"):
        about = {
            "interval_s": 600,
            "thresholds": OWN,
            "title_zh": f"测站{name}",
            "station": f"{name.upper()}7",
        } | attrs
        store.describe([Series(name, f"Gauge {name}", "water_level", "m", 10.0, 50.0, "flood", about)])
        store.observe([Observation(name, T0 + n * STEP, float(value), 1) for n, value in enumerate(values)])
    cube = Cube.of(store)
    cube.catch_up()
    return cube


def fired(kind, values=None, at=None):
    values = [1.0 + n / 10 for n in range(30)] if values is None else values
    cube = world(values)
    about = {"title": {"en": "River", "zh": "河道"}, "series": {"field": "water_level"}}
    rule = read_rule(kind, {"kind": kind} | about | KINDS[kind])
    when = T0 + (len(values) - 1 if at is None else at) * STEP
    return [said for said in Rules([rule]).evaluate(cube, when) if said.fires]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_says_why_in_both_languages(kind):
    found = fired(kind, at=40 if kind == "silence" else None)
    assert found
    for verdict in found:
        assert verdict.why == sentence(verdict.reason, "en")
        zh = sentence(verdict.reason, "zh")
        assert zh.endswith("。")
        # what is left of Latin script are names of methods
        left = set(LATIN.findall(zh)) - {"level", "median", "MAD", "robust", "standard", "deviations"}
        assert not left or kind == "detector", (left, zh)
        assert re.findall(r"\d+\.\d+", zh) == re.findall(r"\d+\.\d+", verdict.why), "the numbers are the same"
        if kind != "stations":
            assert "测站a（A7）" in zh or "测站b（B7）" in zh


def test_it_says_so_when_it_is_over_and_while_it_is_held():
    cube = world([1.0, 2.5, 2.5, 1.95, 1.0, 1.0, 1.0])
    rule = read_rule(
        "river",
        {"kind": "level", "title": {"en": "River", "zh": "河道"}, "deadband": "0.1 m", "off_after": "20 min"},
    )
    rules = Rules([rule])
    said = {at: rules.evaluate(cube, T0 + at * STEP)[0] for at in (2, 3, 6)}
    assert sentence(said[2].reason, "zh") == "测站a（A7）水位为 2.50 m，高于黄色限值 2.00 m，已持续10分钟。"
    assert sentence(said[3].reason, "zh").endswith("；须回落至 1.90 m 以下并持续20分钟方解除。")
    assert said[3].why.endswith("; it holds until it has been back below 1.90 m for 20 min.")
    assert sentence(said[6].reason, "zh") == "测站a（A7）已回落至黄色以内：1.00 m，限值 2.00 m。"


def test_combinations_join_what_their_parts_say():
    cube = world([2.5] * 6)
    parts = [
        read_rule(name, {"kind": "level", "title": name, "series": {"name": name}, "raises": False})
        for name in ("a", "b")
    ]
    both = read_rule(
        "both", {"kind": "combination", "title": "Both", "by": "floor", "when": {"all": ["a", "b"]}}
    )
    (said,) = Rules([*parts, both]).evaluate(cube, T0 + 5 * STEP)
    assert said.why == " And: ".join(
        f"Water level at Gauge {n} ({n.upper()}7) is 2.50 m, above yellow 2.00 m, for 50 min." for n in "ab"
    )
    assert sentence(said.reason, "zh").count("水位为 2.50 m") == 2
    assert " 同时：" in sentence(said.reason, "zh")


def test_every_sentence_is_written_in_both_languages_with_the_same_places():
    for key, said in sentences().items():
        places = [set(re.findall(r"\{(\w+)\}", text)) for text in (said.en, said.zh)]
        assert {name.replace("lower", "quantity") for name in places[0]} == places[1], key
        if key not in {"value.value", "stations.one", "both"}:
            assert said.en != said.zh, key


def test_values_are_worded_alike_in_every_sentence():
    values = {
        "quantity": {"field": "water_level"}, "station": words({"en": "Gauge"}), "beyond": "",
        "value": number(float("nan"), "m"), "over": length(5400),
    }  # fmt: skip
    assert (
        sentence(Sentence("rate.fall", values), "en")
        == "Water level at Gauge fell by no value within 1 h 30 min, "
    )
    assert sentence(Sentence("rate.fall", values), "zh") == "Gauge水位在1小时30分钟内下降 无数据，"
    parts = {"parts": joined([level("orange"), share(0.6), moment(0), number(1234.5, "m^3/s"), "text", 3])}
    assert sentence(Sentence("both", parts), "en") == "orange, 60%, 1970-01-01T00:00:00Z, 1,234 m³/s, text, 3"
    assert sentence(Sentence("both", parts), "zh").startswith("橙色、60%、")


def test_a_station_s_name_is_never_a_place_to_fill():
    values = {
        "title": "{value} {station}",
        "station": words({"en": "{title}", "zh": "{title}"}),
        "value": number(1.0),
    }
    assert (
        sentence(Sentence("over.moment", values), "en") == "{value} {station} at {title}: no longer so (1.00)"
    )


@pytest.fixture
def alarm():
    (said,) = [one for one in fired("level", [2.5] * 4) if one.subject == "a"]
    return Alarm.raised(said, T0)


def test_an_alarm_keeps_it_as_data_through_the_store(alarm):
    record = alarm.record(Status.ACTUAL)
    again = Alarm.read(replace(record, body=json.loads(json.dumps(record.body))))
    assert again == alarm
    assert again.why() == "Water level at Gauge a (A7) is 2.50 m, above yellow 2.00 m, for 30 min."
    assert (
        again.why("zh") == again.said("zh") == "测站a（A7）水位为 2.50 m，高于黄色限值 2.00 m，已持续30分钟。"
    )


def test_a_person_s_words_stay_as_they_were_written(alarm):
    noted = steps.step(alarm, steps.Event.ACKNOWLEDGE, T0, "anna", "Crew is on the way.", acknowledged=None)
    assert noted.said("zh") == noted.said() == "Crew is on the way."
    assert noted.why("zh").startswith("测站a")


def test_old_alarms_keep_the_words_that_were_stored(alarm):
    record = alarm.record(Status.ACTUAL)
    body = json.loads(json.dumps(record.body))
    del body["spoken"], body["verdict"]["reason"]
    old = Alarm.read(replace(record, body=body))
    assert old.why("zh") == old.why("en") == old.said("zh") == alarm.verdict.why


@pytest.mark.parametrize(
    "broken",
    [None, 3, "text", [], {"key": 3}, {"key": "no.such", "values": {}}, {"key": "level.value", "values": [1]},
     {"key": "level.value", "values": {"value": {"number": "x"}}}, {"key": "lasted", "values": {"time": {"seconds": None}}},
     {"key": "both", "values": {"parts": {"all": 3}}}],
)  # fmt: skip
def test_what_was_stored_damaged_or_by_another_version_gives_the_words(alarm, broken):
    record = alarm.record(Status.ACTUAL)
    body = json.loads(json.dumps(record.body))
    body["verdict"]["reason"] = broken
    told = Alarm.read(replace(record, body=body)).why("zh")
    assert isinstance(told, str)
    if not isinstance(broken, dict) or broken["key"] != "both":
        assert told == alarm.verdict.why


def test_a_sentence_in_itself_without_end_is_cut():
    data: dict = {"key": "both", "values": {}}
    inner = data
    for _ in range(500):
        inner["values"]["parts"] = {"said": {"key": "both", "values": {}}}
        inner = inner["values"]["parts"]["said"]
    assert len(json.dumps(Sentence.read(data).told())) < 1000


def test_drafts_and_messages_say_it_in_their_own_language(alarm):
    made = alert(
        [alarm],
        now=T0,
        zone=None,
        languages=("en", "zh"),
        sender=Sender(sender="me@example.org", name="Me"),
        exercise=False,
    )
    en, zh = (info["description"] for info in made["infos"])
    assert "Water level at Gauge a (A7) is 2.50 m, above yellow 2.00 m" in en
    assert "测站a（A7）水位为 2.50 m，高于黄色限值 2.00 m" in zh
    assert "Water level" not in zh
    assert not re.search(r"[\u4e00-\u9fff]", en)
    assert "测站a（A7）水位为" in told_words(alarm, "alarm", "zh", T0.tzinfo)[1]
    assert "Water level at Gauge a" in told_words(alarm, "alarm", "en", T0.tzinfo)[1]


def test_the_table_names_no_sentence_that_nothing_says():
    rooms = Path(steps.__file__).parent
    code = "".join(path.read_text("utf-8") for path in rooms.rglob("*.py"))
    spare = [
        key
        for key in yaml.safe_load((rooms / "tables" / "sentences.yml").read_text("utf-8"))
        if f'"{key}"' not in code and f'f"{key.partition(".")[0]}.{{' not in code
    ]
    assert not spare
