"""What CAP's senders mean by their words: scales, profiles, colours, and events in other languages than English."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from watchfloor.core import kinds
from watchfloor.core.scales import Certainty, Severity, Urgency, WarningColour, crosswalk

__all__ = ["CHINA", "NAMESPACES", "certainty", "colour", "hazard", "profile", "scale", "severity", "zone_of"]

NAMESPACES: Mapping[str, str] = {
    "urn:oasis:names:tc:emergency:cap:1.2": "1.2",
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "http://www.incident.com/cap/1.0": "1.0",
}
"""Version of CAP by namespace (the OASIS specifications of 2010, 2005 and 2004)."""

Scale = TypeVar("Scale", Severity, Urgency, Certainty)

# GB/T 35965.1-2018: area (6), sector (3), unit (3), extension (2) _ time of entry (14) _ serial number.
_CHINA = re.compile(r"\d{6}[0-9A-Za-z]{8}_\d{14}_\d", re.ASCII)
CHINA = "GB/T 35965.1"

_COLOURS: Mapping[str, WarningColour] = {
    "red": WarningColour.RED, "红": WarningColour.RED, "红色": WarningColour.RED,
    "orange": WarningColour.ORANGE, "橙": WarningColour.ORANGE, "橙色": WarningColour.ORANGE,
    "yellow": WarningColour.YELLOW, "黄": WarningColour.YELLOW, "黄色": WarningColour.YELLOW,
    "blue": WarningColour.BLUE, "蓝": WarningColour.BLUE, "蓝色": WarningColour.BLUE,
}  # fmt: skip
_COLOURED = re.compile("([红橙黄蓝])色")

# Beside the English words of core.kinds; the longest one found wins.
_EVENTS: Mapping[str, tuple[str, ...]] = {
    "flood": ("洪", "山洪", "内涝", "渍涝", "溃坝", "hochwasser", "überflut", "inondation", "crue", "inunda", "alluvion",
              "desborda", "enchente", "overstroming", "oversvømm", "översvämm", "tulva", "powódź", "povodn"),
    "landslide": ("滑坡", "泥石流", "崩塌", "地质灾害", "雪崩", "lawine", "erdrutsch", "deslizamiento", "deslizamento", "glissement",
                  "frana", "valanga"),
    "earthquake": ("地震", "海啸", "火山", "erdbeben", "séisme", "seisme", "sismo", "terremoto", "vulkan", "volcán", "vulcão"),
    "drought": ("干旱", "高温", "hitze", "canicule", "calor", "caldo", "sécheresse", "sequía", "seca", "dürre", "trockenheit"),
    "wildfire": ("森林火", "草原火", "火险", "waldbrand", "incendi", "feux de forêt", "feu de forêt"),
    "storm": ("暴雨", "台风", "大风", "雷电", "雷暴", "雷雨", "冰雹", "暴雪", "寒潮", "霜冻", "大雾", "霾", "沙尘", "道路结冰", "低温", "龙卷",
              "sturm", "stürm", "gewitter", "orkan", "böen", "windböen", "schnee", "glätte", "glatteis", "frost", "nebel",
              "regen", "tauwetter", "orage", "vent ", "vents", "neige", "verglas", "pluie", "cyclone", "viento", "tormenta",
              "lluvia", "nieve", "niebla", "tempesta", "vento", "temporale", "neve", "pioggia", "chuva", "granizo"),
    "chemical": ("危化", "泄漏", "化学品", "gefahrstoff", "schadstoff", "giftig", "chimique"),
    "mine": ("矿山", "煤矿", "尾矿", "瓦斯"),
    "epidemic": ("疫情", "传染病", "epidemie", "épidémie", "epidemia"),
    "crowd": ("踩踏", "人群聚集"),
}  # fmt: skip


def scale(words: type[Scale], text: str, name: str, notes: list[str]) -> Scale:
    """Return the word of a scale; one that is not on it becomes Unknown, with a note.

    Examples
    --------
    >>> notes = []
    >>> scale(Urgency, "immediate", "urgency", notes).value, scale(Urgency, "soon", "urgency", notes).value
    ('Immediate', 'Unknown')
    >>> notes
    ["urgency 'soon' is not a CAP word; taken as Unknown"]
    """
    folded = text.casefold()
    for word in words:
        if word.value.casefold() == folded:
            return word
    notes.append(f"{name} {text[:60]!r} is not a CAP word; taken as Unknown")
    return words("Unknown")


def certainty(text: str, notes: list[str]) -> Certainty:
    """Return the certainty; ``Very Likely`` of CAP 1.0 reads as Likely, as CAP 1.1 advises."""
    if text.casefold() == "very likely":
        notes.append("certainty 'Very Likely' (CAP 1.0) taken as Likely")
        return Certainty.LIKELY
    return scale(Certainty, text, "certainty", notes)


def severity(text: str, named: WarningColour | None, notes: list[str]) -> Severity | None:
    """Return the severity; None where the message has none and names no colour of a warning instead.

    Parameters
    ----------
    text
        The message's severity, or empty.
    named
        Colour that the message names elsewhere.
    notes
        What was assumed is added here.

    Examples
    --------
    >>> severity("Severe", WarningColour.RED, []), severity("橙色", None, []), severity("", None, [])
    (<Severity.SEVERE: 'Severe'>, <Severity.SEVERE: 'Severe'>, None)
    """
    told = _COLOURS.get(text.casefold(), None if text else named)
    if told is not None:
        found = Severity(crosswalk("colour-severity")(told.value))
        place = f"severity {text!r}" if text else "no severity; colour"
        notes.append(f"{place} {told.value} of a warning read as {found.value} (cross-walk colour-severity)")
        return found
    return scale(Severity, text, "severity", notes) if text else None


def colour(texts: Iterable[str]) -> WarningColour | None:
    """Return the colour of a Chinese warning, named in a headline or a code.

    Examples
    --------
    >>> colour(["市气象台发布暴雨橙色预警"]).value
    'orange'
    """
    for text in texts:
        found = _COLOURS.get(text.casefold()) or (
            _COLOURS[match.group(1)] if (match := _COLOURED.search(text)) else None
        )
        if found is not None:
            return found
    return None


def profile(identifier: str, sender: str, codes: Sequence[str], named: Iterable[str]) -> str:
    """Return the profile of CAP that a message follows, or an empty text.

    Parameters
    ----------
    identifier, sender, codes
        Of the message.
    named
        Names of its event codes and parameters.

    Examples
    --------
    >>> profile("1", "cap@ec.gc.ca", ["profile:CAP-CP:0.4"], []), profile("4403001020000_x", "a", [], [])
    ('CAP-CP', '')
    """
    names = {name.casefold() for name in named}
    told = [code.casefold() for code in codes]
    checks = (
        ("US-IPAWS", any("ipaws" in code for code in told)),
        ("CAP-CP", any("profile:cap-cp" in code for code in told)),
        ("CAP-AU", any("profile:cap-au" in code for code in told)),
        (CHINA, _CHINA.fullmatch(identifier) is not None),
        ("DWD", sender.casefold().endswith("dwd.de") or ".276.0.dwd." in identifier.casefold()),
        ("DE-BBK", any("de-bbk" in name for name in (*names, *told))),
        ("MeteoAlarm", bool(names & {"awareness_level", "awareness_type"})),
    )
    return next((name for name, follows in checks if follows), "")


def zone_of(followed: str) -> ZoneInfo | None:
    """Return the time zone that a profile declares for times without an offset."""
    return ZoneInfo("Asia/Shanghai") if followed == CHINA else None


def hazard(event: str, others: Iterable[str], categories: Sequence[str]) -> str:
    """Recognise the kind of hazard by the event's name, then by codes and headline, then by CAP category.

    Examples
    --------
    >>> hazard("暴雨", [], ["Met"]), hazard("STURMBÖEN", [], ["Met"]), hazard("SVR", ["flood"], [])
    ('storm', 'storm', 'flood')
    """
    for text in (event, *others):
        found = kinds.guess(text)
        if found == kinds.OTHER.name:
            folded = text.casefold()
            matches = [
                (len(word), name) for name, words in _EVENTS.items() for word in words if word in folded
            ]
            found = max(matches)[1] if matches else found
        if found != kinds.OTHER.name:
            return found
    by_category = (kinds.guess("", category) for category in categories)
    return next((name for name in by_category if name != kinds.OTHER.name), kinds.OTHER.name)
