"""Fill a message from alarms: who must do what, where, until when, in every language of the floor."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from watchfloor.alarms.alarm import Alarm, worse
from watchfloor.alarms.cap import when
from watchfloor.alarms.policy import Sender
from watchfloor.alarms.wording import certainty, urgency, wording
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.geometry import circle, read, union
from watchfloor.core.scales import Severity, WarningColour, crosswalk

__all__ = ["alert", "areas", "over"]

POINTS = 60
"""Points of a drawn ring, at most."""
_RINGS = 50
_SEVERITY = crosswalk("colour-severity")


def alert(
    alarms: Sequence[Alarm],
    *,
    now: datetime,
    zone: tzinfo | None,
    languages: Sequence[str],
    sender: Sender,
    exercise: bool,
    place: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return what a message about alarms says.

    Parameters
    ----------
    alarms
        Those that it is about; the worst leads.
    now
        The floor's time.
    zone
        Of the times in it.
    languages
        One info of each.
    sender
        Who issues it.
    exercise
        Whether it must say that it is one.
    place
        Areas; by default drawn around the alarms' places.

    Returns
    -------
    dict
        By CAP's own names, as `alarms.cap.build` takes it. Severity, urgency and certainty are of the cited tables.
    """
    if not alarms:
        raise InvalidInputError("There is no alarm to write about.")
    chief = min(alarms, key=lambda alarm: (worse(alarm.colour), alarm.onset, alarm.id))
    colour = chief.colour or WarningColour.BLUE
    table = wording()
    hazard = table.hazard(chief.hazard)
    found = list(place) if place is not None else areas(alarms, hazard.reach)
    verdict = chief.verdict
    shared = {
        "category": [hazard.category],
        "responseType": [hazard.advice(colour).response],
        "urgency": urgency(verdict.time - now, over=not chief.standing).value,
        "severity": Severity(_SEVERITY(colour.value)).value,
        "certainty": certainty(weakened=verdict.weakened, ahead=verdict.time > now).value,
        "onset": when(max(chief.onset, verdict.time) if verdict.time > now else chief.onset, zone),
        "expires": when(now + table.valid[colour], zone),
        "senderName": sender.name,
        "web": sender.web,
        "contact": sender.contact,
        "parameter": [
            {"name": "warningColour", "value": colour.value},
            {"name": "rule", "value": verdict.rule},
        ],
    }
    infos = []
    for language in languages:
        area = _named(found, language)
        event = hazard.event(language)
        told = [_told(alarm, language, zone) for alarm in sorted(alarms, key=lambda one: one.order)[:5]]
        if len(alarms) > 1:
            told.append(table.phrase("several", language, count=len(alarms)))
        if any(alarm.verdict.weakened for alarm in alarms):
            told.append(table.phrase("weakened", language))
        if exercise:
            told.insert(0, table.phrase("exercise", language))
        words = {"colour": table.colours[colour](language), "event": event, "area": area}
        infos.append(
            {
                "language": _tag(language),
                **shared,
                "event": event,
                "headline": table.phrase("headline", language, **words),
                "description": "\n".join(told),
                "instruction": hazard.advice(colour)(language),
            }
        )
    return {
        "msgType": "Alert",
        "scope": sender.scope,
        "restriction": sender.restriction if sender.scope == "Restricted" else "",
        "addresses": sender.addresses if sender.scope == "Private" else "",
        "infos": infos,
        "areas": found,
    }


def over(
    message: Mapping[str, Any], *, now: datetime, zone: tzinfo | None, hazard: str, clear: bool
) -> dict[str, Any]:
    """Return the message that ends an earlier one.

    Parameters
    ----------
    message
        What the earlier one said.
    now, zone
        The floor's.
    hazard
        Kind of hazard.
    clear
        Whether the danger has passed; else the earlier message was a mistake.
    """
    table = wording()
    event = table.hazard(hazard).event
    infos = []
    for info in message.get("infos", ()):
        language = str(info.get("language", "en"))
        area = _named(message.get("areas", ()), language)
        phrase = "clear" if clear else "cancelled"
        infos.append(
            dict(info)
            | {
                "responseType": ["AllClear" if clear else "None"],
                "urgency": urgency(now - now, over=True).value,
                "severity": Severity.MINOR.value,
                "onset": when(now, zone),
                "expires": when(now + table.valid[WarningColour.RED], zone),
                "headline": table.phrase(phrase, language, event=event(language), area=area),
                "description": table.phrase("over", language)
                if clear
                else table.phrase(phrase, language, event=event(language), area=area),
                "instruction": table.phrase("over", language) if clear else "",
            }
        )
    return dict(message) | {"msgType": "Cancel", "infos": infos}


def areas(alarms: Sequence[Alarm], reach: float) -> list[dict[str, Any]]:
    """Return the area around the places of alarms: circles of `reach` km, joined; none where no place is known."""
    points: dict[tuple[float, float], None] = {}
    for alarm in alarms:
        if alarm.geometry is not None:
            where = alarm.geometry["coordinates"]
            for lon, lat in [where[:2]] if alarm.geometry["type"] == "Point" else [one[:2] for one in where]:
                points[lon, lat] = None
    words = ", ".join(dict.fromkeys(alarm.area or alarm.title for alarm in alarms))[:1000]
    whole = union([circle(lon, lat, reach, points=24) for lon, lat in points])
    return [{"areaDesc": words, "polygons": rings(whole)}] if whole is not None else [{"areaDesc": words}]


def rings(shape: Any) -> list[list[list[float]]]:
    """Return the outer rings of an area, each of at most `POINTS` points, 5 decimals; holes are filled."""
    found = []
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    for part in sorted(parts, key=lambda one: one.area, reverse=True)[:_RINGS]:
        outer, tolerance = part.exterior, 1e-4
        while len(outer.coords) > POINTS:
            outer, tolerance = part.exterior.simplify(tolerance), tolerance * 2
        found.append([[round(x, 5), round(y, 5)] for x, y in outer.coords])
    return found


def chosen(geometry: Any, words: str) -> list[dict[str, Any]]:
    """Return an area that somebody drew or named.

    Raises
    ------
    InvalidInputError
        If it is no area on Earth, or has no name.
    """
    shape = read(geometry)
    if shape is None or not rings(shape):
        raise InvalidInputError("This is no area; draw a polygon, or name a district.")
    if not words.strip():
        raise InvalidInputError("The area has no name; say in words where it is.")
    return [{"areaDesc": words.strip()[:1000], "polygons": rings(shape)}]


def _named(places: Sequence[Mapping[str, Any]], language: str) -> str:
    names = []
    for place in places:
        words = place.get("areaDesc", "")
        names.append(
            str(words.get(language.partition("-")[0], "")) if isinstance(words, Mapping) else str(words)
        )
    return ", ".join(filter(None, names))[:300]


def _told(alarm: Alarm, language: str, zone: tzinfo | None) -> str:
    """Return one sentence on an alarm, in a language."""
    verdict = alarm.verdict
    colour = alarm.colour or WarningColour.BLUE
    local = alarm.onset.astimezone(zone) if zone is not None else alarm.onset
    values = {
        "title": alarm.title,
        "level": wording().colours[colour](language),
        "time": f"{local:%Y-%m-%d %H:%M}",
        "units": verdict.units,
    }
    if verdict.reason is not None:
        return wording().phrase("since", language, **values, why=alarm.why(language))
    if verdict.value is None or verdict.limit is None:
        return wording().phrase("met", language, **values)
    return wording().phrase(
        "measured", language, **values, value=f"{verdict.value:.4g}", limit=f"{verdict.limit:.4g}"
    )


def _tag(language: str) -> str:
    return {"en": "en", "zh": "zh-CN"}.get(language, language)
