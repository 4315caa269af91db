"""From an alarm to a message that others can read: written, agreed to by a second person, issued, updated, ended."""

import json
import stat
from datetime import timedelta

import pytest
import xmlschema
from lxml import etree

import watchfloor
from watchfloor.alarms.capcheck import check
from watchfloor.alarms.drafts import Drafts
from watchfloor.alarms.life import Life
from watchfloor.alarms.policy import Sender
from watchfloor.core.errors import (
    ForbiddenError,
    InvalidInputError,
    SettingsError,
    UnknownNameError,
    UnsafeError,
)
from watchfloor.core.kinds import KINDS
from watchfloor.core.scales import Status, WarningColour
from watchfloor.security.roles import Actor
from watchfloor.store import Store

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NS = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}
EVIL = "<script>alert(1)</script> & ]]> {area} =1+1 \u202e"


@pytest.fixture(scope="session")
def schema(realdata):
    return xmlschema.XMLSchema(str(realdata("alerts/google__cap-library/schema/cap12.xsd")))


@pytest.fixture
def alarm(life, told, clock):
    (found,) = life.take([told(clock.now(), level=3, hazard="flood")], clock.now())
    return found


@pytest.fixture
def drafts(floor, life):
    return Drafts(floor, life)


def text(data, path):
    return [item.text for item in etree.fromstring(data).findall(path, NS)]


def test_one_click_fills_every_field(drafts, alarm, anna):
    draft = drafts.from_alarm(anna, alarm.id)
    assert drafts.faults(draft.id) == []
    data = drafts.xml(draft.id)
    assert text(data, "cap:info/cap:language") == ["en", "zh-CN"]
    assert text(data, "cap:info/cap:severity") == ["Severe", "Severe"]
    assert text(data, "cap:info/cap:urgency") == ["Immediate", "Immediate"]
    assert text(data, "cap:info/cap:certainty") == ["Observed", "Observed"]
    assert text(data, "cap:info/cap:responseType") == ["Prepare", "Prepare"]
    assert text(data, "cap:info/cap:headline") == [
        "Orange warning: Flood - High water at G05", "High water at G05洪水橙色预警",
    ]  # fmt: skip
    assert "3.5 m" in text(data, "cap:info/cap:description")[0]
    assert "做好撤离准备" in text(data, "cap:info/cap:instruction")[1]
    assert text(data, "cap:info/cap:onset")[0] == "2026-06-01T12:00:00-00:00"
    assert text(data, "cap:info/cap:expires")[0] == "2026-06-01T18:00:00-00:00"
    ring = text(data, "cap:info/cap:area/cap:polygon")[0].split()
    assert ring[0] == ring[-1]
    lats = [float(pair.split(",")[0]) for pair in ring]
    assert 29.9 < min(lats) < 30 < max(lats) < 30.1, "latitude stands first, and the station is in the middle"


@pytest.mark.parametrize("hazard", [*KINDS, "other"])
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_every_hazard_and_colour_makes_a_message_of_the_schema(
    drafts, life, told, clock, anna, schema, hazard, level
):
    (alarm,) = life.take(
        [told(clock.now(), hazard, level=level, hazard=hazard, series=("G05",))], clock.now()
    )
    data = drafts.xml(drafts.from_alarm(anna, alarm.id).id)
    schema.validate(etree.fromstring(data))
    assert check(data) == []
    assert all(text(data, "cap:info/cap:instruction"))


def test_a_second_person_issues_it_and_it_is_an_alert_like_any_other(
    drafts, floor, alarm, anna, bo, schema, clock
):
    draft = drafts.from_alarm(anna, alarm.id)
    with pytest.raises(ForbiddenError, match="anna wrote at this draft"):
        drafts.approve(anna, draft.id)
    with pytest.raises(ForbiddenError, match="may not decide"):
        drafts.approve(Actor("vi", frozenset({"viewer"})), draft.id)
    assert floor.store.records("alert") == []
    issued = drafts.approve(bo, draft.id, step=1)
    assert (issued.stage, issued.issue.status, issued.approvals) == ("issued", "Actual", ("bo",))
    (record,) = floor.store.records("alert")
    assert (record.status, record.severity, record.hazard, record.state) == (
        Status.ACTUAL,
        "Severe",
        "flood",
        "active",
    )
    assert record.geometry is not None
    assert record.raw == issued.issue.raw
    schema.validate(etree.fromstring(drafts.xml(draft.id)))
    assert drafts.xml(draft.id) == floor.store.raw(record.raw)
    assert [entry.action for entry in floor.store.journal.entries(subject=f"draft/{draft.id}")] == [
        "draft.write", "draft.approve", "draft.issue",
    ]  # fmt: skip
    assert floor.store.journal.verify().ok
    assert drafts.drafts() == []
    with pytest.raises(InvalidInputError, match="was issued"):
        drafts.edit(anna, draft.id, severity="Minor")


def test_an_edit_takes_back_what_was_agreed_to(drafts, life, alarm, anna, bo):
    life.policy = life.policy.model_copy(update={"cap": Sender(approvals=2)})
    draft = drafts.from_alarm(anna, alarm.id)
    assert drafts.approve(bo, draft.id).stage == "writing"
    with pytest.raises(InvalidInputError, match="agreed to this draft already"):
        drafts.approve(bo, draft.id)
    edited = drafts.edit(anna, draft.id, texts={"en": {"headline": "River Ilven rises"}}, severity="Extreme")
    assert edited.approvals == ()
    cy = Actor("cy", frozenset({"duty"}))
    assert drafts.approve(cy, draft.id).stage == "writing"
    assert drafts.approve(bo, draft.id).stage == "issued"


def test_whoever_edits_is_an_author_and_what_was_read_is_approved(drafts, alarm, anna, bo):
    draft = drafts.from_alarm(anna, alarm.id)
    edited = drafts.edit(bo, draft.id, texts={"zh": {"headline": "河水上涨"}})
    with pytest.raises(ForbiddenError, match="bo wrote at this draft"):
        drafts.approve(bo, draft.id)
    cy = Actor("cy", frozenset({"duty"}))
    with pytest.raises(InvalidInputError, match="changed by bo since it was read"):
        drafts.approve(cy, draft.id, step=draft.step)
    assert drafts.approve(cy, draft.id, step=edited.step).stage == "issued"


def test_update_and_cancel_are_revisions_of_the_same_alert(
    drafts, life, floor, alarm, anna, bo, told, clock, schema
):
    first = drafts.approve(bo, drafts.from_alarm(anna, alarm.id).id)
    clock.move(HOUR)
    life.take([told(clock.now(), level=4), told(clock.now(), "G06")], clock.now())
    second = drafts.approve(bo, drafts.update(anna, first.id, "The dike is soft").id)
    (record,) = floor.store.records("alert")
    assert (record.severity, record.state, record.body["msgType"]) == ("Extreme", "active", "Update")
    data = drafts.xml(second.id)
    assert text(data, "cap:references") == [first.issue.reference]
    schema.validate(etree.fromstring(data))
    clock.move(HOUR)
    third = drafts.approve(bo, drafts.cancel(anna, second.id, "The water has gone").id)
    (record,) = floor.store.records("alert")
    assert (record.state, record.body["msgType"]) == ("cancelled", "Cancel")
    assert len(floor.store.history("alert", record.source, record.key)) == 3
    assert text(drafts.xml(third.id), "cap:references") == [
        f"{first.issue.reference} {second.issue.reference}"
    ]
    assert text(drafts.xml(third.id), "cap:info/cap:responseType") == ["AllClear", "AllClear"]
    schema.validate(etree.fromstring(drafts.xml(third.id)))


def test_an_update_within_the_same_second_is_sent_later(drafts, floor, alarm, anna, bo):
    first = drafts.approve(bo, drafts.from_alarm(anna, alarm.id).id)
    second = drafts.approve(bo, drafts.cancel(anna, first.id).id)
    assert second.issue.sent > first.issue.sent
    assert floor.store.records("alert")[0].state == "cancelled"


def test_an_exercise_floor_never_issues_anything_actual(tmp_path, clock, told, anna, bo, policy):
    with (
        Store.open(tmp_path / "demo.sqlite", clock=clock) as store,
        watchfloor.open("demo", store=store) as floor,
    ):
        life = Life(floor, policy)
        (alarm,) = life.take([told(clock.now())], clock.now())
        drafts = Drafts(floor, life)
        draft = drafts.from_alarm(anna, alarm.id)
        assert "THIS IS AN EXERCISE" in text(drafts.xml(draft.id), "cap:info/cap:description")[0]
        issued = drafts.approve(bo, draft.id)
        assert issued.issue.status == "Exercise"
        assert {record.status for record in store.records("alert")} == {Status.EXERCISE}
        drafts.__class__ = type("Forged", (Drafts,), {"status": Status.ACTUAL})
        again = drafts.from_alarm(anna, alarm.id)
        with pytest.raises(InvalidInputError, match="says that it is Actual"):
            drafts.approve(bo, again.id)
        assert drafts.draft(again.id).stage == "writing", "nothing of a refused message is kept"
        assert len(store.records("alert")) == 1


def test_a_replayed_past_is_not_actual(drafts, floor, alarm, anna, bo):
    floor.replayed = True
    assert drafts.approve(bo, drafts.from_alarm(anna, alarm.id).id).issue.status == "Exercise"


def test_text_from_outside_stays_text(drafts, life, floor, told, clock, anna, bo, schema):
    (alarm,) = life.take([told(clock.now(), title=EVIL, why=EVIL)], clock.now())
    draft = drafts.from_alarm(anna, alarm.id)
    drafts.edit(anna, draft.id, texts={"en": {"instruction": EVIL * 5}}, note=EVIL)
    data = drafts.xml(draft.id)
    schema.validate(etree.fromstring(data))
    assert b"<script>" not in data
    drafts.approve(bo, draft.id)
    (record,) = floor.store.records("alert")
    assert "<script>alert(1)</script>" in record.title
    assert "\u202e" not in json.dumps(record.body, ensure_ascii=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severity": "Awful"}, "severity='Awful' cannot be set"),
        ({"status": "Actual"}, "status='Actual' cannot be set"),
        ({"texts": {"fr": {"headline": "x"}}}, "no info in 'fr'"),
        ({"texts": {"en": {"polygon": "x"}}}, "'polygon' is no text"),
        ({"area": {"type": "Point", "coordinates": [1, 2]}, "district": "x"}, "no area"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}, "no name"),
    ],
)
def test_what_cannot_be_edited_is_said(drafts, alarm, anna, change, message):
    draft = drafts.from_alarm(anna, alarm.id)
    with pytest.raises(InvalidInputError, match=message):
        drafts.edit(anna, draft.id, **change)
    assert drafts.draft(draft.id) == draft


def test_a_message_with_faults_is_not_issued(drafts, alarm, anna, bo, clock):
    draft = drafts.from_alarm(anna, alarm.id)
    drafts.edit(anna, draft.id, expires=clock.now() - HOUR, texts={"en": {"headline": ""}})
    assert len(drafts.faults(draft.id)) == 3
    with pytest.raises(InvalidInputError, match=r"cannot be issued: line \d+, expires: it ends at"):
        drafts.approve(bo, draft.id)
    clock.move(MINUTE)
    assert drafts.withdraw(anna, draft.id, "not needed").stage == "withdrawn"
    with pytest.raises(InvalidInputError, match="was withdrawn"):
        drafts.approve(bo, draft.id)


def test_an_area_is_drawn_or_named(drafts, alarm, anna):
    ring = [[112, 30], [112.5, 30], [112.5, 30.5], [112, 30]]
    draft = drafts.from_alarm(
        anna, alarm.id, area={"type": "Polygon", "coordinates": [ring]}, district="East bank"
    )
    assert text(drafts.xml(draft.id), "cap:info/cap:area/cap:areaDesc") == ["East bank", "East bank"]
    assert draft.geometry["type"] == "Polygon"
    with pytest.raises(UnknownNameError, match="district"):
        drafts.edit(anna, draft.id, district="Nowhere")


def test_a_whole_event_is_told_at_once(drafts, life, told, clock, anna):
    made = life.take([told(clock.now(), f"G{n:02d}", level=1 + n % 4) for n in range(8)], clock.now())
    draft = drafts.from_alarm(anna, made[0].id)
    assert set(draft.alarms) == {alarm.id for alarm in made}
    data = drafts.xml(draft.id)
    assert text(data, "cap:info/cap:severity")[0] == "Extreme"
    assert "8 alarms are parts of this event." in text(data, "cap:info/cap:description")[0]
    assert len(drafts.from_alarm(anna, made[0].id, whole=False).alarms) == 1


def test_signed_it_is_verified_on_the_way_in(drafts, life, floor, alarm, anna, bo, tmp_path, clock):
    key, certificate = _pair(tmp_path, clock.now())
    floor.__dict__["trust"] = (certificate.read_bytes(),)
    life.policy = life.policy.model_copy(
        update={"cap": Sender(sender="floor@example.org", key=key, certificate=certificate)}
    )
    draft = drafts.from_alarm(anna, alarm.id)
    key.chmod(0o644)
    with pytest.raises(UnsafeError, match="can be read by others"):
        drafts.xml(draft.id)
    key.chmod(0o600)
    issued = drafts.approve(bo, draft.id)
    (record,) = floor.store.records("alert")
    assert (issued.issue.signed, record.trust, record.source) == (True, "verified", "cap:floor@example.org")
    key.write_text("no key")
    with pytest.raises(SettingsError, match="cannot be signed"):
        drafts.from_alarm(anna, alarm.id)
        drafts.approve(bo, drafts.drafts()[0].id)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def _pair(folder, now):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Floor")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - HOUR).not_valid_after(now + 24 * HOUR)
        .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)  # noqa: FBT003
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret, shown = folder / "key.pem", folder / "certificate.pem"
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return secret, shown


def test_the_colour_a_person_set_is_the_one_that_is_told(drafts, life, alarm, anna):
    life.override(anna, alarm.id, WarningColour.RED, "dike is soft")
    assert text(drafts.xml(drafts.from_alarm(anna, alarm.id).id), "cap:info/cap:severity")[0] == "Extreme"
