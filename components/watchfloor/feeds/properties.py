"""Reading of a record out of free properties, by the names that they commonly have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from watchfloor.core import geometry
from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.kinds import KINDS as HAZARDS
from watchfloor.core.kinds import OTHER, guess
from watchfloor.core.provenance import digest
from watchfloor.core.scales import CROSSWALKS, Certainty, Severity, Status, Urgency
from watchfloor.feeds.base import Context
from watchfloor.feeds.values import choice, instant, tidy, words
from watchfloor.store.records import KINDS, OWN, Record, State

__all__ = ["ENDS", "TIMES", "TITLES", "UPDATES", "Properties", "feature", "identity"]

_IDS = ("id", "identifier", "guid", "uid", "key", "globalid", "incident_id", "event_id", "objectid")
TITLES = ("title", "headline", "name", "label", "event", "summary")
UPDATES = (
    "updated",
    "sent",
    "modified",
    "last_updated",
    "lastupdated",
    "datemodified",
    "published",
    "pubdate",
    "issued",
)
TIMES = (
    "time",
    "datetime",
    "timestamp",
    "onset",
    "effective",
    "start",
    "started",
    "valid_from",
    "occurred",
    "date",
)
ENDS = ("valid_to", "ends", "expires", "end", "until")
_AREAS = ("area", "areadesc", "place", "location", "address", "district", "county")
_HAZARDS = ("hazard", "event", "type", "category", "incident_type", "title", "headline")
_STATES: dict[str, State] = {
    "active": "active", "open": "active", "cancelled": "cancelled", "canceled": "cancelled", "deleted": "cancelled",
    "ended": "ended", "closed": "ended", "resolved": "ended", "all clear": "ended",
}  # fmt: skip


def feature(said: Any) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the place and the properties of a GeoJSON Feature (RFC 7946, section 3.2).

    Raises
    ------
    InvalidInputError
        If it is no feature, or has neither a place nor a property.

    Examples
    --------
    >>> feature({"type": "Feature", "geometry": None, "properties": {"title": "Levee seeps"}})
    (None, {'title': 'Levee seeps'})
    """
    if not isinstance(said, dict) or said.get("type") != "Feature":
        raise InvalidInputError("This is no GeoJSON Feature.")
    raw = said.get("properties")
    if raw is not None and not isinstance(raw, dict):
        raise InvalidInputError(f"Properties are a {type(raw).__name__}; expected an object or null.")
    place = geometry.write(geometry.read(said.get("geometry")))
    if place is None and not raw:
        raise InvalidInputError("The feature says nothing: it has neither a place nor a property.")
    return place, tidy(raw or {})


def identity(said: Mapping[str, Any]) -> dict[str, str]:
    """Return the identifier of a GeoJSON Feature as a property ``id``; nothing where it has none.

    Raises
    ------
    InvalidInputError
        If it is neither text nor a number.

    Examples
    --------
    >>> identity({"type": "Feature", "id": 7})
    {'id': '7'}
    """
    if "id" not in said:
        return {}
    if isinstance(said["id"], bool) or not isinstance(said["id"], str | int | float):
        raise InvalidInputError(
            f"A feature's id is a {type(said['id']).__name__}; expected text or a number."
        )
    return {"id": words(said["id"], 200)}


@dataclass(frozen=True)
class Properties:
    """What is said of one thing, looked up by several names.

    Parameters
    ----------
    given
        Values by lower-case name.
    zone
        Zone of times that have no offset; None refuses them.

    Examples
    --------
    >>> said = Properties({"headline": "Levee seeps", "onset": "2026-06-01T06:00:00Z"}, None)
    >>> said.text(TITLES)
    'Levee seeps'
    """

    given: Mapping[str, Any]
    zone: tzinfo | None

    def first(self, names: tuple[str, ...]) -> tuple[str, Any]:
        """Return the first of several names that is set, and its value."""
        for name in names:
            value = self.given.get(name)
            if value is not None and value != "":
                return name, value
        return "", None

    def text(self, names: tuple[str, ...], limit: int = 500) -> str:
        """Return the first of several names that is set, as plain text."""
        return words(self.first(names)[1], limit)

    def time(self, names: tuple[str, ...]) -> datetime | None:
        """Return the first of several names that is set, as a time."""
        name, value = self.first(names)
        return instant(value, name, self.zone)

    def record(
        self, body: dict[str, Any], place: dict[str, Any] | None, context: Context, feed: str
    ) -> Record:
        """Make the record.

        Parameters
        ----------
        body
            What is kept as the record's body.
        place
            Checked GeoJSON geometry, EPSG:4326.
        context
            Gives the time of arrival, for what names no time, and the status, for what names none.
        feed
            Name of the feed.

        Raises
        ------
        InvalidInputError
            If a time cannot be read, or it ends before it begins.
        """
        said, began, ends = self.time(UPDATES), self.time(TIMES), self.time(ENDS)
        sent = said or began or context.received
        start = began or sent
        if ends is not None and ends < start:
            raise InvalidInputError(
                f"It ends at {format_time(ends)}, before it begins at {format_time(start)}."
            )
        content = digest([body, place])
        kind = self.text(("kind",), 40).casefold()
        version = self.text(("revision", "version"), 80)
        revision = version.zfill(8) if version.isdigit() else version
        if not revision:
            revision = f"{format_time(sent)}+{content[:12]}" if said or began else content[:12]
        source = context.source or feed
        return Record(
            kind=kind if kind in KINDS and kind not in OWN else "report",
            source=f"{feed}:{context.source}" if context.source else feed,
            key=self.text(_IDS, 200) or content[:16],
            revision=revision,
            sent=sent,
            valid_from=start,
            valid_to=ends,
            title=self.text(TITLES)
            or (f"{place['type']} from {source}" if place else f"Report from {source}"),
            hazard=_hazard(self),
            severity=_severity(self.text(("severity",), 40)),
            urgency=choice(Urgency, self.given.get("urgency"), Urgency.UNKNOWN),
            certainty=choice(Certainty, self.given.get("certainty"), Certainty.UNKNOWN),
            status=choice(Status, self.given.get("status"), context.status),
            state=_STATES.get(self.text(("state",), 40).casefold(), "active"),
            geometry=place,
            area=self.text(_AREAS),
            body=body if said or began else body | {"time_basis": "received"},
        )


def _hazard(given: Properties) -> str:
    """Return the hazard that is named, or else the first that a word of the feature gives away."""
    named = given.text(("hazard",), 60).casefold()
    if named in HAZARDS:
        return named
    found = (guess(given.text((name,))) for name in _HAZARDS)
    return next((hazard for hazard in found if hazard != OTHER.name), OTHER.name)


def _severity(word: str) -> Severity:
    """Read a CAP word, a warning's colour, or a level of the Australian Warning System."""
    for table in ("colour-severity", "aws-severity"):
        for step in CROSSWALKS[table].steps:
            if step.source.casefold() == word.casefold():
                return Severity(step.target)
    return choice(Severity, word, Severity.UNKNOWN)
