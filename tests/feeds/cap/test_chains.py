"""Update, cancel, all-clear and expiry, through the store, in any order."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from watchfloor.core.clock import FixedClock
from watchfloor.feeds.cap import Cap
from watchfloor.store import Store

ME = "duty@example.org"


def sent(minute: int) -> str:
    return f"2026-06-01T11:{minute:02d}:00+00:00"


def refer(*names: tuple[str, int], sender: str = ME) -> str:
    return " ".join(f"{sender},{name},{sent(minute)}" for name, minute in names)


def message(
    cap: Any, name: str, minute: int, kind: str = "Alert", *earlier: tuple[str, int], **changed: Any
) -> str:
    texts: dict[str, Any] = {"identifier": name, "sent": sent(minute), "msgType": kind}
    if earlier:
        texts["references"] = refer(*earlier)
    return str(cap.alert(changed.pop("info", cap.info()), **texts | changed))


@pytest.fixture
def store(clock: FixedClock) -> Iterator[Store]:
    with Store.open(":memory:", clock=clock) as found:
        yield found


def take(cap: Any, store: Store, text: str) -> None:
    parsed = cap.parse(text)
    assert list(parsed.rejected) == []
    store.append(Cap().relate(parsed.records, store.named))


def now(store: Store) -> dict[str, tuple[str, str]]:
    return {item.key: (item.body["identifier"], item.state) for item in store.records("alert")}


def test_an_update_replaces_and_the_past_is_kept(cap: Any, store: Store) -> None:
    take(cap, store, message(cap, "A", 0))
    take(cap, store, message(cap, "B", 5, "Update", ("A", 0), info=cap.info(severity="Extreme")))
    assert now(store) == {"A": ("B", "active")}
    assert store.records("alert")[0].severity == "Extreme"
    past = store.history("alert", f"cap:{ME}", "A")
    assert [item.body["identifier"] for item in past] == ["A", "B"]


def test_a_cancel_cancels(cap: Any, store: Store, clock: FixedClock) -> None:
    take(cap, store, message(cap, "A", 0))
    assert len(store.records("alert", valid_at=clock.now())) == 1
    take(cap, store, message(cap, "X", 5, "Cancel", ("A", 0)))
    assert now(store) == {"A": ("X", "cancelled")}
    assert store.records("alert", valid_at=clock.now()) == []


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_any_order_of_a_chain_told_link_by_link_ends_cancelled(
    cap: Any, store: Store, order: tuple[int, ...]
) -> None:
    chain = [
        message(cap, "A", 0),
        message(cap, "B", 1, "Update", ("A", 0)),
        message(cap, "C", 2, "Update", ("B", 1)),
        message(cap, "X", 3, "Cancel", ("C", 2)),
    ]
    for place in order:
        take(cap, store, chain[place])
    assert store.records("alert", state="active") == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_a_chain_told_in_full_is_one_statement(
    cap: Any, store: Store, order: tuple[int, ...]
) -> None:
    chain = [
        message(cap, "A", 0),
        message(cap, "B", 1, "Update", ("A", 0)),
        message(cap, "C", 2, "Update", ("B", 1), ("A", 0)),
    ]
    for place in order:
        take(cap, store, chain[place])
    assert now(store) == {"A": ("C", "active")}


def test_a_cancel_of_several_alerts_cancels_each_of_them(cap: Any, store: Store) -> None:
    for number in range(3):
        take(cap, store, message(cap, f"A{number}", number))
    take(cap, store, message(cap, "X", 9, "Cancel", ("A0", 0), ("A2", 2)))
    assert now(store) == {"A0": ("X", "cancelled"), "A1": ("A1", "active"), "A2": ("X", "cancelled")}


def test_a_cancel_without_references_cancels_nothing(cap: Any) -> None:
    where, reason = cap.refused(message(cap, "X", 5, "Cancel"))
    assert where == "/alert/references"
    assert "cancels nothing" in reason


def test_nobody_cancels_what_another_sender_said(cap: Any, store: Store) -> None:
    take(cap, store, message(cap, "A", 0))
    forged = cap.alert(cap.info(), identifier="X", sender="mallory@example.net", sent=sent(5), msgType="Cancel",
                       references=refer(("A", 0)))  # fmt: skip
    take(cap, store, forged)
    assert now(store)["A"] == ("A", "active")
    (theirs,) = [item for item in store.records("alert") if item.source == "cap:mallory@example.net"]
    assert "another sender" in " ".join(theirs.body["notes"])


def test_a_cancel_at_the_same_second_still_follows(cap: Any, store: Store) -> None:
    take(cap, store, message(cap, "Z", 0))
    take(cap, store, message(cap, "A", 0, "Cancel", ("Z", 0)))
    assert now(store) == {"Z": ("A", "cancelled")}


def test_a_cancel_by_a_slow_clock_still_follows(cap: Any, store: Store) -> None:
    take(cap, store, message(cap, "A", 30))
    text = message(cap, "X", 20, "Cancel", ("A", 30))
    take(cap, store, text)
    assert now(store) == {"A": ("X", "cancelled")}
    record = store.records("alert")[0]
    assert record.body["sent"] == sent(20)
    assert "taken as following it" in " ".join(record.body["notes"])


def test_a_reference_to_the_future_holds_nothing_back(cap: Any, store: Store) -> None:
    take(cap, store, message(cap, "A", 0))
    future = f"{ME},A,2099-01-01T00:00:00+00:00"
    take(cap, store, message(cap, "B", 1, "Update", references=future))
    take(cap, store, message(cap, "C", 2, "Update", ("B", 1)))
    assert now(store) == {"A": ("C", "active")}


def test_an_all_clear_ends(cap: Any, store: Store) -> None:
    take(cap, store, message(cap, "A", 0))
    clear = cap.info(responseType="AllClear", urgency="Past")
    take(cap, store, message(cap, "B", 5, "Update", ("A", 0), info=clear))
    assert now(store) == {"A": ("B", "ended")}
    half = cap.alert(
        clear, cap.info(), identifier="C", sent=sent(6), msgType="Update", references=refer(("A", 0))
    )
    take(cap, store, half)
    assert now(store) == {"A": ("C", "active")}  # clear for one part only


def test_an_alert_expires_by_itself(cap: Any, store: Store, clock: FixedClock) -> None:
    take(cap, store, message(cap, "A", 0))
    clock.move(timedelta(hours=5, minutes=59))
    assert len(store.records("alert", valid_at=clock.now())) == 1
    clock.move(timedelta(minutes=1))
    assert store.records("alert", valid_at=clock.now()) == []


def test_duplicates_cost_nothing(cap: Any, store: Store) -> None:
    for _ in range(3):
        take(cap, store, message(cap, "A", 0))
    assert len(store.history("alert", f"cap:{ME}", "A")) == 1


def test_the_same_identifier_sent_anew_is_a_revision(cap: Any, store: Store) -> None:
    take(cap, store, message(cap, "A", 0))
    take(cap, store, message(cap, "A", 5, info=cap.info(severity="Minor")))
    assert len(store.history("alert", f"cap:{ME}", "A")) == 2
    assert store.records("alert")[0].severity == "Minor"


@pytest.mark.parametrize("kind", ["Ack", "Error"])
def test_acknowledgements_and_errors_are_reports(cap: Any, store: Store, kind: str) -> None:
    take(cap, store, message(cap, "A", 0))
    take(cap, store, message(cap, "K", 5, kind, ("A", 0), note="received"))
    assert now(store) == {"A": ("A", "active")}
    (report,) = store.records("report")
    assert (report.key, report.body["msgType"]) == ("K", kind)
    assert report.body["references"][0]["identifier"] == "A"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("rubbish", "was left out"),
        ("a,b", "was left out"),
        (f"{ME},A,yesterday", "no time"),
        (",,", "was left out"),
    ],
)
def test_references_that_cannot_be_read_are_named(cap: Any, text: str, note: str) -> None:
    record = cap.one(message(cap, "B", 5, "Update", references=text))
    assert any(note in item for item in record.body["notes"])
