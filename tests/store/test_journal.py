"""The journal: written once, chained, and every tampering found."""

from datetime import timedelta

import pytest

from watchfloor.core.clock import micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.store import Head, Store


@pytest.fixture
def written(store):
    for at in range(1, 6):
        store.journal.write("li.wei", "acknowledge", f"alert/{at}", {"at": at, "note": "已读"})
    return store


@pytest.fixture
def tamper(raw):
    """Return a function that changes the database as someone could who has a shell on the machine."""

    def change(*statements):
        with raw() as other:
            other.unguard("journal", "change")
            for statement in statements:
                other.execute(statement)

    return change


def test_entries_come_back_in_order_and_by_filter(written, clock):
    start = clock.now()
    clock.move(timedelta(minutes=1))
    written.journal.write("wang.fang", "close", "incident/1", {})
    entries = written.journal.entries()
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[0].detail == {"at": 1, "note": "已读"}
    assert [entry.actor for entry in written.journal.entries(limit=2)] == ["li.wei", "wang.fang"]
    assert [entry.seq for entry in written.journal.entries(actor="wang.fang")] == [6]
    assert [entry.seq for entry in written.journal.entries(subject="alert/3")] == [3]
    assert [entry.seq for entry in written.journal.entries(action="acknowledge", since=3)] == [4, 5]
    assert [entry.seq for entry in written.journal.entries(as_of=start)] == [1, 2, 3, 4, 5]


def test_the_chain_verifies_and_each_entry_holds_the_one_before(written):
    entries = written.journal.entries()
    assert written.journal.verify().ok
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert written.journal.head() == Head(5, entries[-1].hash)


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (["UPDATE journal SET actor='someone' WHERE seq=3"], 3),
        (["UPDATE journal SET at=at-60000000 WHERE seq=1"], 1),
        (["UPDATE journal SET detail='{}' WHERE seq=5"], 5),
        (["DELETE FROM journal WHERE seq=2"], 2),
        (["DELETE FROM journal WHERE seq=1"], 1),
        (["DELETE FROM journal WHERE seq=5"], 5),
        (["UPDATE journal SET seq=99 WHERE seq=2", "UPDATE journal SET seq=2 WHERE seq=3", "UPDATE journal SET seq=3 WHERE seq=99"], 2),
        (["INSERT INTO journal SELECT 6, at, actor, action, subject, detail, hash, 'made up' FROM journal WHERE seq=5"], 6),
    ],
)  # fmt: skip
def test_any_change_removal_reordering_or_addition_is_found(written, tamper, statements, first):
    tamper(*statements)
    verified = written.journal.verify()
    assert not verified.ok
    assert verified.first_bad == first
    assert any("journal was changed by hand" in problem for problem in written.check())


def test_a_head_kept_elsewhere_finds_a_chain_that_was_cut_or_made_anew(written, tamper, elsewhere, clock):
    head = written.journal.head()
    assert written.journal.verify(head).ok
    tamper("DELETE FROM journal WHERE seq=5", "DELETE FROM change WHERE \"table\"='journal' AND key='5'")
    assert written.journal.verify().ok, "a chain cut with care looks whole"
    assert written.journal.verify(head).first_bad == 5
    with Store.open(elsewhere, clock=clock) as forged:
        for at in range(1, 6):
            forged.journal.write("li.wei", "acknowledge", f"alert/{at}", {"at": at, "note": "已读"})
        assert forged.journal.verify().ok
        assert not forged.journal.verify(head).ok


def test_the_head_of_an_empty_journal_holds_too(store):
    empty = store.journal.head()
    assert empty.seq == 0
    store.journal.write("a", "b", "c", {})
    assert store.journal.verify(empty).ok
    assert not store.journal.verify(Head(0, "f" * 64)).ok


def test_the_database_itself_refuses_to_change_an_entry(written, raw):
    with raw() as other:
        for act in ("UPDATE journal SET actor='x'", "DELETE FROM journal"):
            with pytest.raises(other.refused, match="append-only"):
                other.execute(act)


@pytest.mark.parametrize(
    "act",
    [
        ("", "b", "c", {}),
        ("a", " ", "c", {}),
        ("a", "b", "c", {"x": "y" * 300_000}),
        ("a", "b", "c", {"x": float("nan")}),
    ],
)
def test_an_act_of_nobody_or_without_measure_is_refused(store, act):
    with pytest.raises(InvalidInputError):
        store.journal.write(*act)
    assert store.journal.entries() == []


def test_an_entry_that_was_changed_with_a_fitting_hash_no_longer_leads_to_the_next(written, tamper):
    from watchfloor.core.provenance import canonical
    from watchfloor.store import journal

    entry = written.journal.entries()[2]
    forged = {
        "previous": entry.previous, "seq": 3, "at": micros(entry.at), "actor": "someone", "action": entry.action,
        "subject": entry.subject, "detail": canonical(entry.detail),
    }  # fmt: skip
    tamper(f"UPDATE journal SET actor='someone', hash='{journal._hash(forged)}' WHERE seq=3")
    assert written.journal.verify().first_bad == 4
