"""Update, cancel and alert are one statement, whatever order they come in."""

from datetime import timedelta
from itertools import permutations

import pytest

from watchfloor.core.clock import FixedClock, parse_time
from watchfloor.feeds.chain import relate
from watchfloor.store import Store
from watchfloor.store.chains import names_of
from watchfloor.store.records import Record, State

AT = parse_time("2026-06-01T12:00:00Z")


class Names:
    """What the store promises: the first key under which a name was stored stays."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], str] = {}
        self.rows: dict[str, Record] = {}

    def __call__(self, kind: str, source: str, name: str) -> str | None:
        return self.kept.get((kind, source, name))

    def take(self, records: list[Record]) -> None:
        for record in relate(records, self):
            self.rows.setdefault(record.identity, record)
            for name in names_of(record):
                self.kept.setdefault((record.kind, record.source, name), record.key)

    def now(self, source: str = "cap:a") -> dict[str, tuple[str, str]]:
        latest: dict[str, Record] = {}
        for row in self.rows.values():
            last = latest.get(row.key)
            if row.source == source and (
                last is None or (row.sent, row.revision) > (last.sent, last.revision)
            ):
                latest[row.key] = row
        return {key: (row.revision, row.state) for key, row in latest.items()}

    def active(self) -> list[str]:
        return sorted(revision for revision, state in self.now().values() if state == "active")


def message(name: str, minute: int, *refers: str, state: State = "active", source: str = "cap:a") -> Record:
    return Record(
        "alert", source, refers[0] if refers else name, name, AT + timedelta(minutes=minute), AT,
        state=state, body={"names": [name, *refers]},
    )  # fmt: skip


CHAIN = [message("A", 0), message("B", 1, "A"), message("C", 2, "B"), message("D", 3, "C", state="cancelled")]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_chain_that_each_message_knows_only_one_link_of_ends_cancelled_in_any_order(
    order: tuple[int, ...],
) -> None:
    store = Names()
    for place in order:
        store.take([CHAIN[place]])
    assert store.active() == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_last_update_is_what_holds_in_any_order(order: tuple[int, ...]) -> None:
    store = Names()
    for place in order:
        store.take([CHAIN[place]])
    assert store.active() == ["C"]


def test_in_order_a_chain_is_one_key_with_its_history() -> None:
    store = Names()
    for item in CHAIN:
        store.take([item])
    assert {row.key for row in store.rows.values()} == {"A"}
    assert len(store.rows) == 4


def test_in_one_document_out_of_order() -> None:
    store = Names()
    store.take([CHAIN[2], CHAIN[0], CHAIN[1]])
    assert store.now() == {"A": ("C", "active")}


def test_a_cancel_before_its_alert_cancels_it() -> None:
    store = Names()
    store.take([message("X", 5, "A", state="cancelled")])
    store.take([message("A", 0)])
    assert store.now() == {"A": ("X", "cancelled")}


def test_a_cancel_of_several_alerts_cancels_each() -> None:
    store = Names()
    store.take([message("A", 0), message("B", 0), message("C", 0)])
    store.take([message("X", 5, "A", "B", state="cancelled")])
    assert store.now() == {"A": ("X", "cancelled"), "B": ("X", "cancelled"), "C": ("C", "active")}


def test_an_update_of_several_alerts_goes_on_as_one_and_ends_the_others() -> None:
    store = Names()
    store.take([message("A", 0), message("B", 0)])
    store.take([message("X", 5, "A", "B")])
    assert store.now() == {"A": ("X", "active"), "B": ("X", "ended")}
    ended = next(row for row in store.rows.values() if row.key == "B" and row.revision == "X")
    assert ended.body["superseded_by"] == "A"


def test_the_same_message_again_adds_nothing() -> None:
    store = Names()
    for item in [*CHAIN, *CHAIN]:
        store.take([item])
    assert len(store.rows) == 4


def test_another_sender_of_the_same_identifier_is_another_chain() -> None:
    store = Names()
    store.take([message("A", 0), message("X", 1, "A", state="cancelled", source="cap:b")])
    assert store.active() == ["A"]


def test_records_that_tell_of_no_names_are_left_alone() -> None:
    plain = Record("event", "usgs", "us1", "1", AT, AT, body={"names": "us1,ci2"})
    assert relate([plain], Names()) == [plain]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_store_itself_looks_the_names_up(order: tuple[int, ...], clock: FixedClock) -> None:
    with Store.open(":memory:", clock=clock) as store:
        for place in order:
            store.append(relate([CHAIN[place]], store.named))
            store.append(relate([CHAIN[place]], store.named))
        assert store.records("alert", state="active") == []
        assert store.named("alert", "cap:a", "D") is not None
        assert store.named("alert", "cap:b", "D") is None
        assert store.named("event", "cap:a", "D") is None


def test_a_name_keeps_its_first_key_in_the_store(clock: FixedClock) -> None:
    with Store.open(":memory:", clock=clock) as store:
        store.append([message("B", 1, "A")])
        store.append([message("C", 2, "B")])
        assert [store.named("alert", "cap:a", name) for name in "ABC"] == ["A", "A", "B"]


def test_a_name_keeps_its_first_key_within_one_batch(clock: FixedClock) -> None:
    with Store.open(":memory:", clock=clock) as store:
        store.append([message("B", 1, "A"), message("C", 2, "B")])
        assert [store.named("alert", "cap:a", name) for name in "ABC"] == ["A", "A", "B"]
