"""Chains of messages: an update, a cancel and the alert that they speak of are revisions of one statement.

A message tells only what it refers to itself, and messages come late or in any order. So a feed gives each record the
key that its own message implies, and the names (identifiers) of all messages of the chain that it tells of in
``body["names"]``, its own first. Where a name was stored before, by the message itself or by one that refers to it,
the record joins that chain.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from watchfloor.store.chains import names_of
from watchfloor.store.records import Record, State

__all__ = ["Named", "relate"]

Named = Callable[[str, str, str], str | None]
"""Looks up (kind, source, name) and returns the key of the chain that the name belongs to, or None."""


def relate(records: Iterable[Record], named: Named) -> list[Record]:
    """Give the records of one chain one key.

    A record that ties together chains that were stored apart, as a cancel of several alerts does, goes on with the
    first of them, and the others end: each gets a copy of the record, cancelled by a cancel and else ended, which says
    in ``body["superseded_by"]`` what follows it.

    Parameters
    ----------
    records
        As a feed read them. Those without ``body["names"]`` are left as they are.
    named
        Looks up what is stored.

    Returns
    -------
    list of Record
        In the order in which they were sent.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> at = parse_time("2026-06-01T12:00:00Z")
    >>> second = Record("alert", "cap:demo", "B", "2", at, at, body={"names": ["B", "A"]})
    >>> third = Record("alert", "cap:demo", "B", "3", at, at, body={"names": ["C", "B"]})
    >>> stored = {("alert", "cap:demo", "A"): "A"}
    >>> [record.key for record in relate([second, third], lambda *name: stored.get(name))]
    ['A', 'A']
    """
    met: dict[tuple[str, str, str], str] = {}
    found: list[Record] = []
    for record in sorted(records, key=lambda item: (item.sent, item.revision)):
        names = names_of(record)
        if not names:
            found.append(record)
            continue
        places = [(record.kind, record.source, name) for name in names]
        # What is stored comes first: it was given its key before this document was read.
        keys = [key for place in places if (key := named(*place) or met.get(place))]
        key = keys[0] if keys else record.key
        found.append(replace(record, key=key))
        end: State = "cancelled" if record.state == "cancelled" else "ended"
        for other in dict.fromkeys(keys):
            if other != key:
                body = record.body | {"names": [], "superseded_by": key}
                found.append(replace(record, key=other, state=end, body=body))
        for place in places:
            met.setdefault(place, key)
    return found
