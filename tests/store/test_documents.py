"""Bytes as they came, and quarantine."""

from datetime import timedelta

import pytest

from watchfloor.core.errors import StoreError, UnknownNameError
from watchfloor.core.provenance import digest_bytes
from watchfloor.store import documents


def test_kept_bytes_come_back_by_their_hash_and_are_kept_once(store):
    data = b"<alert/>" * 1000
    name = store.keep(data)
    assert name == digest_bytes(data) == store.keep(data)
    assert store.raw(name) == data
    assert store.raw(store.keep(b"")) == b""
    with store._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*), max(length(data)) FROM blob").one()[0] == 2
    with pytest.raises(UnknownNameError):
        store.raw("0" * 64)


def test_damaged_bytes_are_not_given_out(store, raw):
    name = store.keep(b"hello")
    with raw() as other:
        other.unguard("blob")
        other.execute("UPDATE blob SET data = " + ("zeroblob(5)" if other.file else r"'\x0000'::bytea"))
    with pytest.raises(StoreError, match="damaged"):
        store.raw(name)


def test_what_is_put_aside_comes_back_with_reason_and_bytes(store, clock):
    start = clock.now()
    first = store.quarantine("feed", "no sent", b"<a/>", where="alert 3")
    clock.move(timedelta(minutes=1))
    store.quarantine("feed", "worse", b"")
    assert (first.source, first.reason, first.where, first.data, first.whole) == (
        "feed",
        "no sent",
        "alert 3",
        b"<a/>",
        True,
    )
    assert first.known == start
    assert [item.reason for item in store.quarantined()] == ["worse", "no sent"]
    assert store.quarantined(as_of=start) == [first]
    assert [item.reason for item in store.quarantined(limit=1)] == ["worse"]


def test_the_same_bytes_for_the_same_reason_are_put_aside_once(store):
    cursor = [(store.quarantine("f", "r", b"x"), store.cursor())[1] for _ in range(3)]
    assert cursor == [1, 1, 1]
    store.quarantine("f", "other", b"x")
    store.quarantine("g", "r", b"x")
    store.quarantine("f", "r", b"x", where="there")
    assert len(store.quarantined()) == 4


def test_large_documents_are_cut_and_it_is_said(store):
    data = bytes(range(256)) * 8192
    item = store.quarantine("f", "too large", data)
    assert (item.size, len(item.data), item.whole) == (len(data), documents.KEPT, False)
    assert item.sha256 == digest_bytes(data)
    assert item.data == data[: documents.KEPT]


def test_a_source_that_sends_nothing_else_cannot_fill_the_disk(store, monkeypatch):
    monkeypatch.setattr(documents, "SHARE", 5000)
    kept = [len(store.quarantine("f", "r", bytes([at]) * 3000).data) for at in range(4)]
    assert kept == [3000, 3000, 1024, 1024]
    assert len(store.quarantine("g", "r", b"\1" * 3000).data) == 3000


def test_a_reason_is_cut_and_made_writable(store):
    item = store.quarantine("f", "\ud800" + "x" * 5000, b"")
    assert item.reason.startswith("?x")
    assert len(item.reason) == 2000


def test_what_no_database_holds_is_replaced_in_reasons(store):
    item = store.quarantine("a\0b", "c\0d", b"\0", where="e\0f")
    assert (item.source, item.reason, item.where, item.data) == ("a?b", "c?d", "e?f", b"\0")
    assert store.quarantine("a\0b", "c\0d", b"\0", where="e\0f").seq == item.seq
