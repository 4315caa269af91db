"""Drafts: written from alarms, agreed to by a second person, issued as CAP through the way of all messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from watchfloor.alarms import cap, capcheck, compose
from watchfloor.alarms.draft import SOURCE, Draft, Issue
from watchfloor.alarms.life import Life
from watchfloor.alarms.places import Places
from watchfloor.core.clock import parse_time
from watchfloor.core.errors import ForbiddenError, InvalidInputError, StoreError, UnknownNameError
from watchfloor.core.geometry import write
from watchfloor.core.provenance import digest, digest_bytes
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.feeds.collect import ingest
from watchfloor.security.roles import Actor, Capability, require
from watchfloor.security.text import plain

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["OWN", "Drafts"]

OWN = "own"
"""The source that the floor's own messages come from."""
_TEXTS = {"headline": 500, "description": 20_000, "instruction": 20_000, "audience": 500, "event": 300,
          "senderName": 300, "contact": 1000}  # fmt: skip
_SCALES: Mapping[str, Any] = {"severity": Severity, "urgency": Urgency, "certainty": Certainty}


class Drafts:
    """Messages of one floor that are being written.

    Parameters
    ----------
    floor
        The floor.
    life
        Its alarms.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Drafts(floor).drafts()
    []
    """

    def __init__(self, floor: "Floor", life: Life | None = None) -> None:
        self._floor, self._store = floor, floor.store
        self._life = life if life is not None else Life(floor)
        self._places = Places(floor)

    @property
    def status(self) -> Status:
        """Status of what is issued: the floor's, and never Actual where the world is invented or past."""
        floor = self._floor
        if floor.status is Status.ACTUAL and (floor.invented or floor.replayed):
            return Status.EXERCISE
        return floor.status

    # What there is

    def drafts(self, as_of: datetime | None = None, *, open_only: bool = True) -> list[Draft]:
        """Return drafts, the last changed first."""
        state = "active" if open_only else None
        return [
            Draft.read(one) for one in self._store.records("draft", source=SOURCE, state=state, as_of=as_of)
        ]

    def draft(self, name: str) -> Draft:
        """Return one draft.

        Raises
        ------
        UnknownNameError
            If there is none of this name.
        """
        told = self._store.history("draft", SOURCE, name)
        if not told:
            raise UnknownNameError("draft", name, [draft.id for draft in self.drafts(open_only=False)])
        return Draft.read(max(told, key=lambda one: one.revision))

    def timeline(self, name: str) -> list[Draft]:
        """Return every step of a draft, the first first."""
        return sorted(map(Draft.read, self._store.history("draft", SOURCE, name)), key=lambda one: one.step)

    def xml(self, name: str) -> bytes:
        """Return the message as it was issued, or as it would be now."""
        draft = self.draft(name)
        if draft.issue is not None:
            return self._store.raw(draft.issue.raw)
        return self._build(draft, self._floor.now())[0]

    def faults(self, name: str) -> list[str]:
        """Return what keeps a draft from being issued; an empty list is good."""
        return [str(fault) for fault in capcheck.check(self.xml(name))]

    # What people do

    def from_alarm(
        self,
        actor: Actor | None,
        name: str,
        *,
        whole: bool = True,
        area: Mapping[str, Any] | None = None,
        district: str = "",
    ) -> Draft:
        """Write a draft about an alarm, or the event that it is a part of.

        Parameters
        ----------
        actor
            Who writes.
        name
            The alarm's.
        whole
            Whether it is about all open alarms of the event.
        area, district
            Where: a GeoJSON polygon with its name in `district`, or a district of the floor; by default around the
            alarms' places.
        """
        who = require(actor, Capability.DECIDE)
        alarm = self._life.alarm(name)
        group = [one for one in self._life.alarms() if whole and alarm.group and one.group == alarm.group]
        return self._write(who, group or [alarm], self._place(area, district))

    def update(self, actor: Actor | None, name: str, note: str = "") -> Draft:
        """Write a draft that updates what a draft issued, filled anew from the alarms as they are now."""
        who = require(actor, Capability.DECIDE)
        issued = self._issued(name)
        alarms = [self._life.alarm(one) for one in issued.alarms]
        group = {alarm.group for alarm in alarms if alarm.group}
        now = [one for one in self._life.alarms() if one.group in group] or alarms
        return self._write(who, now, list(issued.message.get("areas", ())), "Update", issued, note)

    def cancel(self, actor: Actor | None, name: str, note: str = "", *, clear: bool = True) -> Draft:
        """Write a draft that ends what a draft issued.

        Parameters
        ----------
        actor, name, note
            Who, which, and why.
        clear
            Whether the danger has passed: the all-clear; else it was issued by mistake.
        """
        who = require(actor, Capability.DECIDE)
        issued = self._issued(name)
        hazard = self._life.alarm(issued.alarms[0]).hazard if issued.alarms else "other"
        now = self._floor.now()
        message = compose.over(issued.message, now=now, zone=self._floor.zone, hazard=hazard, clear=clear)
        message |= {"note": plain(note, 2000), "references": " ".join(self._chain(issued))}
        return self._new(who, now, message, issued.alarms, issued)

    def edit(
        self,
        actor: Actor | None,
        name: str,
        *,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        expires: datetime | None = None,
        onset: datetime | None = None,
        area: Mapping[str, Any] | None = None,
        district: str = "",
        note: str | None = None,
        **words: str,
    ) -> Draft:
        """Change what a draft says; whoever agreed must agree again.

        Parameters
        ----------
        actor, name
            Who, and which.
        texts
            By language (``en``, ``zh``): headline, description, instruction, event, audience, senderName, contact.
        expires, onset
            Until when, and from when on.
        area, district
            As of `from_alarm`.
        note
            A note to those who receive it.
        words
            severity, urgency, certainty: CAP's words.

        Raises
        ------
        InvalidInputError
            If something cannot be changed so, or the draft was issued or withdrawn.
        """
        who = require(actor, Capability.DECIDE)
        draft = self._writing(name)
        message = dict(draft.message)
        infos = [dict(info) for info in message.get("infos", ())]
        for language, changes in (texts or {}).items():
            found = [
                info
                for info in infos
                if str(info["language"]).partition("-")[0] == language.partition("-")[0]
            ]
            if not found:
                raise InvalidInputError(f"The draft has no info in {language!r}.")
            for field, text in changes.items():
                if field not in _TEXTS:
                    raise InvalidInputError(
                        f"{field!r} is no text of a message; expected {', '.join(_TEXTS)}."
                    )
                found[0][field] = plain(text, _TEXTS[field], newlines=field in {"description", "instruction"})
        for field, word in words.items():
            if field not in _SCALES or word not in {item.value for item in _SCALES[field]}:
                raise InvalidInputError(
                    f"{field}={word!r} cannot be set; expected a CAP severity, urgency or certainty."
                )
            for info in infos:
                info[field] = word
        for field, at in (("expires", expires), ("onset", onset)):
            for info in infos if at is not None else ():
                info[field] = cap.when(at, self._floor.zone)  # type: ignore[arg-type]
        message["infos"] = infos
        if (place := self._place(area, district)) is not None:
            message["areas"] = place
        if note is not None:
            message["note"] = plain(note, 2000)
        authors = tuple(dict.fromkeys((*draft.authors, who.name)))
        return self._keep(
            draft.after("edit", who.name, self._floor.now(), message=message, authors=authors, approvals=()),
            {"was_approved_by": list(draft.approvals)},
        )

    def approve(self, actor: Actor | None, name: str, step: int | None = None) -> Draft:
        """Agree to a draft; with enough people agreed, it is issued.

        Parameters
        ----------
        actor
            Somebody who did not write at it.
        name
            The draft's.
        step
            The step that was read; refused where the draft went on since.

        Raises
        ------
        ForbiddenError
            If the actor wrote at it, or may not decide.
        InvalidInputError
            If the message has faults, or the draft is not what was read.
        """
        who = require(actor, Capability.DECIDE)
        draft = self._writing(name)
        if who.name in draft.authors:
            raise ForbiddenError(f"{who.name} wrote at this draft; somebody else must approve it.")
        if step is not None and step != draft.step:
            raise InvalidInputError(f"The draft was changed by {draft.by} since it was read; read it again.")
        if who.name in draft.approvals:
            raise InvalidInputError(f"{who.name} agreed to this draft already; another person must too.")
        now = self._floor.now()
        agreed = draft.after("approve", who.name, now, approvals=(*draft.approvals, who.name))
        data, issue = self._build(agreed, now)
        if faults := capcheck.check(data):
            raise InvalidInputError("This message cannot be issued: " + "; ".join(map(str, faults[:5])))
        if len(agreed.approvals) < self._life.policy.cap.approvals:
            return self._keep(agreed)
        return self._issue(agreed, data, issue)

    def withdraw(self, actor: Actor | None, name: str, reason: str) -> Draft:
        """Give a draft up."""
        who = require(actor, Capability.DECIDE)
        draft = self._writing(name)
        if not reason.strip():
            raise InvalidInputError("To withdraw a draft, say why.")
        return self._keep(
            draft.after("withdraw", who.name, self._floor.now(), stage="withdrawn", note=plain(reason, 2000))
        )

    # Inside

    def _write(
        self,
        who: Actor,
        alarms: Sequence[Any],
        place: Sequence[Mapping[str, Any]] | None,
        kind: str = "Alert",
        issued: Draft | None = None,
        note: str = "",
    ) -> Draft:
        floor, now = self._floor, self._floor.now()
        message = compose.alert(
            alarms, now=now, zone=floor.zone, languages=floor.languages, sender=self._life.policy.cap,
            exercise=self.status is not Status.ACTUAL, place=place,
        )  # fmt: skip
        message |= {"msgType": kind, "note": plain(note, 2000)}
        if issued is not None:
            message["references"] = " ".join(self._chain(issued))
        return self._new(who, now, message, tuple(alarm.id for alarm in alarms), issued)

    def _new(
        self,
        who: Actor,
        now: datetime,
        message: Mapping[str, Any],
        alarms: tuple[str, ...],
        issued: Draft | None,
    ) -> Draft:
        name = f"d{digest([who.name, now, message, self._store.cursor()])[:16]}"
        before = () if issued is None else (*issued.before, issued.id)
        return self._keep(
            Draft(
                name, 1, "write", now, who.name, message, alarms=alarms, authors=(who.name,), before=before
            ),
            {"alarms": list(alarms)},
        )

    def _keep(self, draft: Draft, detail: Mapping[str, Any] | None = None) -> Draft:
        with self._store.batch():
            if self._store.append([draft.record()]).duplicates:
                raise StoreError("Somebody else changed this draft at the same time; read it again.")
            self._journal(draft, detail or {})
        return draft

    def _journal(self, draft: Draft, detail: Mapping[str, Any]) -> None:
        told = {
            "step": draft.step,
            "stage": draft.stage,
            "title": draft.title,
            "content": digest(dict(draft.message)),
        }
        self._store.journal.write(draft.by, f"draft.{draft.event}", f"draft/{draft.id}", told | dict(detail))

    def _issue(self, agreed: Draft, data: bytes, issue: Issue) -> Draft:
        """Issue a message and write down that it was, in one commit; where the floor does not take it, nothing is."""
        floor, now = self._floor, self._floor.now()
        issued = agreed.after("issue", agreed.by, now, stage="issued", issue=issue)
        with self._store.batch():
            if self._store.append([agreed.record(), issued.record()]).duplicates:
                raise StoreError("Somebody else changed this draft at the same time; read it again.")
            self._journal(agreed, {})
            self._journal(issued, {"reference": issue.reference, "status": issue.status, "raw": issue.raw})
            receipt = ingest(
                self._store,
                "cap",
                data,
                OWN,
                now,
                floor.accept,
                status=self.status,
                trust=floor.trust,
                note=False,
            )
            if not receipt.ok or receipt.rejected or not receipt.stored:
                why = "; ".join(receipt.reasons) or "the store has a message of this name already"
                raise InvalidInputError(f"The floor does not take this message: {why}.")
        return issued

    def _build(self, draft: Draft, now: datetime) -> tuple[bytes, Issue]:
        sender = self._life.policy.cap.sender or f"watchfloor.{self._floor.name}"
        sent = self._sent(draft, now)
        stamp = sent.replace("-", "").replace(":", "").replace("+", "p")
        identifier = f"{sender}.{stamp}.{draft.id}"
        data = cap.build(draft.message, identifier=identifier, sender=sender, sent=sent, status=self.status)
        keys = self._life.policy.cap
        signed = keys.key is not None and keys.certificate is not None
        if keys.key is not None and keys.certificate is not None:
            data = cap.sign(data, keys.key, keys.certificate)
        return data, Issue(sender, identifier, sent, self.status.value, digest_bytes(data), signed)

    def _sent(self, draft: Draft, now: datetime) -> str:
        """Return when it is sent: later than what it refers to, by a second where the clock stood still."""
        earlier = [
            parse_time(part.split(",")[2]) for part in str(draft.message.get("references", "")).split()
        ]
        at = now.replace(microsecond=0)
        return cap.when(max([at, *(one + timedelta(seconds=1) for one in earlier)]), self._floor.zone)

    def _chain(self, issued: Draft) -> list[str]:
        """Return the references to a message and to all that it followed."""
        found = [self.draft(name).issue for name in (*issued.before, issued.id)]
        return [issue.reference for issue in found if issue is not None]

    def _issued(self, name: str) -> Draft:
        draft = self.draft(name)
        if draft.issue is None:
            raise InvalidInputError(f"The draft {name} was not issued; edit or withdraw it instead.")
        return draft

    def _writing(self, name: str) -> Draft:
        draft = self.draft(name)
        if draft.stage != "writing":
            raise InvalidInputError(
                f"The draft {name} was {draft.stage}; write an update or a cancel of it instead."
            )
        return draft

    def _place(self, area: Mapping[str, Any] | None, district: str) -> list[dict[str, Any]] | None:
        if area is not None:
            return compose.chosen(dict(area), district)
        if not district:
            return None
        outline = self._places.outline(district)
        if outline is None:
            raise UnknownNameError("district", district, self._places.districts)
        return compose.chosen(write(outline), district)
