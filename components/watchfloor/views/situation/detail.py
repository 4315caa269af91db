"""One record in full, its history, and who has seen it."""

from collections.abc import Mapping, Sequence
from typing import Any

from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.floor.areas import Areas, codes
from watchfloor.security.text import plain
from watchfloor.store.records import Record
from watchfloor.views.selection import Selection
from watchfloor.views.situation import acts, message
from watchfloor.views.situation.base import Pane, View
from watchfloor.views.situation.difference import changes
from watchfloor.views.situation.rows import millis, rows

__all__ = ["Detail", "DetailPane"]

MODELLED = frozenset(
    {
        "chemical", "crowd", "drought", "earthquake", "epidemic", "flood", "landslide", "mine", "storm", "wildfire",
    }
)  # fmt: skip
"""Hazards of which the twin has a model, named so that no model is imported to show a record."""
_REVISIONS = 50
"""Revisions shown; the latest ones."""
_MOST = 8 * 1024 * 1024
"""Bytes of a message that are handed to a browser."""


class DetailPane(Pane):
    """The record on the screen."""


class Detail(View):
    """The selected record: text in each language, facts, what changed, who has seen it, and its bytes.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Detail(floor).state()["record"] is None
    True
    """

    pane_type = DetailPane

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        super().__init__(floor, selection, **params)
        self.watch(self.selection, ["record", "series"])

    def state(self) -> dict[str, Any]:
        """Return the record in JSON's types, or why there is none."""
        name = self.selection.record
        if name is None:
            return {"record": None, "series": self.selection.series is not None}
        snapshot = self.picture.snapshot
        if snapshot is None:
            return {"record": None, "loading": True}
        try:
            history = self.floor.store.history(*name, as_of=self.selection.as_of)
            done = acts.acts(self.floor, name, self.selection.as_of)
        except WatchfloorError:
            return {"record": None, "loading": True}
        if not history:
            return {"record": None, "gone": True}
        history = sorted(history, key=lambda record: (record.sent, record.revision))
        record = history[-1]
        row = snapshot.find(name)
        if row is None:
            made = rows([record], snapshot.at, snapshot.known, usual=str(self.floor.status))
            row = made[0] if made else None
        why_not = (
            acts.may_acknowledge() if self.selection.live else "The past is shown; go back to live to act."
        )
        told: dict[str, Any] = {
            "kind": record.kind,
            "source": record.source,
            "key": record.key,
            "revision": record.revision,
            "title": record.title,
            "hazard": record.hazard,
            "severity": str(record.severity),
            "urgency": str(record.urgency),
            "certainty": str(record.certainty),
            "status": str(record.status),
            "state": record.state,
            "area": record.area[:2000],
            "sent": millis(record.sent),
            "known": None if record.known is None else millis(record.known),
            "from": millis(record.valid_from),
            "to": None if record.valid_to is None else millis(record.valid_to),
            "trust": record.trust,
            "badges": list(row.badges) if row else ["expired"],
            "monitor": "./monitor" + Selection(record=name, tab="alarm").to_query()
            if record.kind == "alarm"
            else "",
            "twin": "./twin" + Selection(record=name).to_query()
            if record.kind in {"alert", "alarm", "event", "incident"} and record.hazard in MODELLED
            else "",
            "placed": record.geometry is not None,
            "coded": self._coded(record),
            "disputed": _disputed(record),
            "raw": record.raw,
            "infos": message.infos(record),
            "links": message.links(record),
            "parameters": [list(pair) for pair in message.parameters(record)],
            "revisions": self._revisions(history),
            "revision_count": len(history),
            "acts": [
                {"at": millis(act.at), "actor": act.actor, "action": act.action, "note": act.note}
                for act in done
            ],
            "may": not why_not,
            "why_not": why_not,
        }
        return {"record": told}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Acknowledge the record, or hand out its bytes. What is asked for must be what is shown."""
        name = self.selection.record
        asked = tuple(str(message.get(part, "")) for part in ("kind", "source", "key"))
        if name is None or asked != name:
            raise InvalidInputError("The record on the screen has changed; nothing was done.")
        if what == "acknowledge":
            if not self.selection.live:
                raise InvalidInputError("The past is shown; go back to live to act.")
            acts.acknowledge(self.floor, name, str(message.get("revision", "")), str(message.get("note", "")))
            self.refresh()
        elif what == "raw":
            self._hand_out(name)

    def _hand_out(self, name: tuple[str, str, str]) -> None:
        history = self.floor.store.history(*name, as_of=self.selection.as_of)
        raw = max(history, key=lambda record: (record.sent, record.revision)).raw if history else ""
        data = self.floor.store.raw(raw) if raw else b""
        if not data:
            raise InvalidInputError("The bytes of this record were not kept.")
        if len(data) > _MOST:
            raise InvalidInputError(
                f"The message has {len(data)} bytes; at most {_MOST} are handed to a browser. Use `watchfloor export`."
            )
        mark = "" if not self.floor.mark else f"{self.floor.mark}-"
        self.pane.hand(f"{mark}{raw[:16]}.bin", data, "application/octet-stream")

    def _coded(self, record: Record) -> dict[str, Any] | None:
        """Return what areas the codes of a message without a shape stand for, and which codes nobody here knows."""
        asked = codes(record.body) if record.geometry is None and record.kind == "alert" else []
        if not asked:
            return None
        found = Areas.of(self.floor).find(asked)
        missing = asked if found is None else found.missing
        return {
            "names": [] if found is None else list(found.names[:200]),
            "codes": [] if found is None else [" ".join(code) for code in found.used[:200]],
            "missing": [" ".join(code) for code in missing[:200]],
        }

    def _revisions(self, history: Sequence[Record]) -> list[dict[str, Any]]:
        """Return the revisions, newest first, each with what it changed."""
        told = []
        for place, record in enumerate(history):
            before = history[place - 1] if place else None
            found = [] if before is None else changes(before, record, self.floor.zone)
            told.append(
                {
                    "sent": millis(record.sent),
                    "known": millis(record.known or record.sent),
                    "state": record.state,
                    "first": before is None,
                    "changes": [{"field": item.field, "old": item.old, "new": item.new} for item in found],
                }
            )
        return told[::-1][:_REVISIONS]


def _disputed(record: Record) -> list[dict[str, Any]]:
    """Return what wants to change a verified alert and is held, as `watchfloor.feeds.collect.dispute` wrote it down."""
    given = record.body.get("disputed")
    told = []
    for item in given if isinstance(given, list) else []:
        if isinstance(item, Mapping):
            try:
                sent = millis(parse_time(str(item.get("sent", ""))))
            except InvalidInputError:
                continue
            trust = item.get("trust") if item.get("trust") in {"none", "unverified"} else "none"
            told.append({"type": plain(str(item.get("type", "")), 40), "sent": sent, "trust": trust})
    return told
