"""A message may change only what is trusted no more than itself.

An alert whose signature was verified could else be cancelled by anyone who writes its sender's name: CAP carries the
sender as plain text. So an update or a cancel that is not verified does not take effect on an alert that is. It is
held: the alert stays as its sender signed it, says in ``body["disputed"]`` what wants to change it, and the message
itself lies in quarantine with the reason. A person decides; a verified message of the sender settles it.

Alerts that nobody signed are changed as CAP says, by messages of the same sender.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from watchfloor.core.clock import format_time
from watchfloor.core.provenance import digest
from watchfloor.store.records import Record

__all__ = ["MOST", "History", "settle"]

MOST = 20
"""Disputing messages that an alert names, the latest ones."""

History = Callable[[str, str, str], list[Record]]
"""Returns what is stored of (kind, source, key)."""


def settle(records: Iterable[Record], history: History) -> tuple[list[Record], list[tuple[str, Record]]]:
    """Hold back what would change a verified alert without being verified.

    Parameters
    ----------
    records
        As `watchfloor.feeds.chain.relate` left them: messages of one chain have one key.
    history
        Looks up what is stored.

    Returns
    -------
    list of Record
        What to store, in the order given; a verified alert that is disputed comes once more, with what disputes it.
    list of (str, Record)
        What is held, each with the reason.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> at = parse_time("2026-06-01T12:00:00Z")
    >>> signed = Record("alert", "cap:demo", "A", "1", at, at, trust="verified")
    >>> cancel = replace(signed, revision="2", trust="none", state="cancelled")
    >>> stored, held = settle([cancel], lambda *name: [signed])
    >>> [(item.state, len(item.body["disputed"])) for item in stored], len(held)
    ([('active', 1)], 1)
    """
    found: list[Record] = []
    held: list[tuple[str, Record]] = []
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record.kind, record.source, record.key), []).append(record)
    for name, group in groups.items():
        if name[0] != "alert":
            found += group
            continue
        stored = history(*name)
        chain = sorted({item.identity: item for item in (*group, *stored)}.values(), key=_order)
        signed = [item for item in chain if item.trust == "verified" and "disputed" not in item.body]
        if not signed:
            found += group
            continue
        stands = signed[-1]
        late = [item for item in group if item.trust != "verified" and _order(item) > _order(stands)]
        found += [item for item in group if item not in late]
        before = [item for item in stored if item.trust != "verified" and _order(item) > _order(stands)]
        last = max((item for item in stored if _order(item) > _order(stands)), key=_order, default=stands)
        known: list[Any] = list(last.body.get("disputed", []))
        told = {each.get("id") for each in known if isinstance(each, dict)}
        fresh = [item for item in (*before, *late) if item.identity not in told]
        held += [(_reason(item, stands), item) for item in late if item.identity not in told]
        if fresh:
            known = [*known, *(_dispute(item) for item in fresh)][-MOST:]
            # after all that is stored of the chain, so that it is what holds; told when its sender told it, or when
            # the first word against it came, if that was stored already
            base, _, count = last.revision.partition("~")
            number = int(count[:4]) + 1 if count[:4].isdigit() else 1
            mark = f"{base}~{number:04d}-{digest(known)[:12]}"
            body = stands.body | {"disputed": known}
            found.append(replace(stands, revision=mark, sent=max(stands.sent, last.sent), body=body))
    return found, held


def _order(record: Record) -> tuple[Any, ...]:
    return record.sent, record.revision


def _dispute(record: Record) -> dict[str, Any]:
    return {
        "id": record.identity,
        "type": str(record.body.get("msgType") or "message")[:40],
        "state": record.state,
        "sent": format_time(record.sent),
        "title": record.title[:300],
        "trust": record.trust,
        "raw": record.raw,
    }


def _reason(record: Record, stands: Record) -> str:
    what = str(record.body.get("msgType") or "message")[:40]
    signed = "is not signed" if record.trust == "none" else "has a signature that could not be verified"
    return (
        f"Held: this {what} {signed}, and the alert that it would change ({stands.title[:100]!r}) is verified. "
        "The alert stays as it was signed; ask the sender, or wait for a verified message."
    )
