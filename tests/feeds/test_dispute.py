"""A verified alert is not changed by what is trusted less, in whatever order they come."""

from datetime import timedelta
from itertools import permutations

import pytest

import watchfloor
from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.feeds.collect.dispute import settle
from watchfloor.feeds.collect.ingest import ingest
from watchfloor.store import Store
from watchfloor.store.records import Record
from watchfloor.views.selection import Selection
from watchfloor.views.situation import Detail, SituationList

AT = parse_time("2026-06-01T12:00:00Z")


def message(number, trust, state="active", kind="Alert", key="A"):
    sent = AT + timedelta(minutes=number)
    return Record(
        "alert", "cap:office", key, f"{number}", sent, sent, AT + timedelta(hours=9), title=f"message {number}",
        severity="Severe", trust=trust, state=state, body={"msgType": kind, "names": [f"m{number}"]},
    )  # fmt: skip


class Kept:
    """What the store promises: each identity once, the latest by time and revision."""

    def __init__(self):
        self.rows = {}
        self.held = []

    def history(self, kind, source, key):
        return [row for row in self.rows.values() if (row.kind, row.source, row.key) == (kind, source, key)]

    def take(self, *records):
        stored, held = settle(records, self.history)
        self.held += held
        for record in stored:
            self.rows.setdefault(record.identity, record)

    def now(self, key="A"):
        return max(self.history("alert", "cap:office", key), key=lambda row: (row.sent, row.revision))


SIGNED = message(0, "verified")
CANCEL = message(1, "none", "cancelled", "Cancel")
UPDATE = message(2, "unverified", kind="Update")
SIGNED_CANCEL = message(3, "verified", "cancelled", "Cancel")


@pytest.mark.parametrize("order", list(permutations([SIGNED, CANCEL, UPDATE])))
@pytest.mark.parametrize("at_once", [True, False])
def test_an_unsigned_cancel_leaves_a_verified_alert_standing_whatever_comes_first(order, at_once):
    kept = Kept()
    if at_once:
        kept.take(*order)
    else:
        for record in order:
            kept.take(record)
    now = kept.now()
    assert (now.title, now.state, now.trust) == ("message 0", "active", "verified")
    assert [each["type"] for each in now.body["disputed"]].count("Cancel") == 1
    assert len(now.body["disputed"]) == 2
    kept.take(SIGNED_CANCEL)
    assert (kept.now().state, kept.now().trust) == ("cancelled", "verified")
    assert "disputed" not in kept.now().body


def test_the_same_message_again_changes_nothing():
    kept = Kept()
    kept.take(SIGNED)
    kept.take(CANCEL)
    rows, held = len(kept.rows), len(kept.held)
    for _ in range(3):
        kept.take(CANCEL)
        kept.take(SIGNED)
    assert (len(kept.rows), len(kept.held)) == (rows, held) == (2, 1)


def test_each_further_dispute_is_named_and_the_last_word_stands():
    kept = Kept()
    kept.take(SIGNED)
    for number in range(1, 40):
        kept.take(message(number, "none", "cancelled", "Cancel"))
    assert kept.now().state == "active"
    assert [each["title"] for each in kept.now().body["disputed"]][-1] == "message 39"
    assert len(kept.now().body["disputed"]) == 20


def test_what_nobody_signed_is_changed_as_cap_says():
    kept = Kept()
    kept.take(message(0, "none"), message(1, "unverified", "cancelled", "Cancel"))
    assert kept.now().state == "cancelled"
    other = Kept()
    other.take(message(0, "none"), message(1, "verified", "cancelled", "Cancel"))
    assert (other.now().state, other.held) == ("cancelled", [])


def test_a_signed_update_settles_what_was_disputed_before_it():
    kept = Kept()
    kept.take(SIGNED, CANCEL, message(4, "verified", kind="Update"))
    assert kept.now().title == "message 4"
    assert "disputed" not in kept.now().body


CAP = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{name}</identifier><sender>office</sender>
<sent>2026-06-01T{time}:00-00:00</sent><status>Exercise</status><msgType>{kind}</msgType><scope>Public</scope>{refers}
<info><language>en</language><category>Met</category><event>Flood</event><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Likely</certainty><expires>2026-06-01T20:00:00-00:00</expires><headline>{name}</headline>
<area><areaDesc>Town</areaDesc></area></info></alert>"""


def test_the_desk_shows_the_alert_as_disputed_and_the_message_is_held(monkeypatch):
    clock = FixedClock(AT)
    with watchfloor.open("demo", store=Store.open(":memory:", clock=clock), clock=clock) as floor:
        first = CAP.format(name="one", time="11:00", kind="Alert", refers="")
        refers = "<references>office,one,2026-06-01T11:00:00-00:00</references>"
        second = CAP.format(name="two", time="11:30", kind="Cancel", refers=refers)
        real = Store.append

        def signed(self, records, known=None):
            return real(self, [item if "two" in item.title else with_trust(item) for item in records], known)

        def with_trust(item):
            from dataclasses import replace

            return replace(item, trust="verified")

        monkeypatch.setattr(Store, "append", signed)
        ingest(floor.store, "cap", first.encode(), "inbox")
        monkeypatch.setattr(Store, "append", real)
        receipt = ingest(floor.store, "cap", second.encode(), "inbox")
        assert receipt.rejected == 1
        assert "is not signed" in receipt.reasons[0]
        [held] = floor.store.quarantined()
        assert held.size > 400  # its bytes are kept
        ingest(floor.store, "cap", second.encode(), "inbox")
        assert len(floor.store.quarantined()) == 1
        view = SituationList(floor, Selection())
        [row] = view.pane.state["rows"]
        assert (row["title"], row["phase"]) == ("one", "active")
        assert "disputed" in row["badges"]
        detail = Detail(floor, view.selection)
        view.selection.record = (row["kind"], row["source"], row["key"])
        assert [each["type"] for each in detail.pane.state["record"]["disputed"]] == ["Cancel"]
