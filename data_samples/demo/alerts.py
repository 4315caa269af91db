"""Write the story's warnings as CAP 1.2 (OASIS, 1 July 2010), in English and Chinese."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml
from areas import Areas
from figures import Figures

__all__ = ["MARK", "SENDER", "build", "when"]

SENDER = "demo@watchfloor.invalid"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MARK = {"en": "EXERCISE: ", "zh": "【演练】"}
NOTE = "EXERCISE. Invented data of a demonstration; the place, the people and the emergency do not exist. 演练：虚构数据。"


def when(hours: float) -> str:
    """Return the placeholder of a time, with the region's offset."""
    return f"{{{{T{round(hours * 3600):+d} +11:00}}}}"


def build(areas: Areas, figures: Figures) -> list[dict[str, Any]]:
    """Return messages ``{"at", "feed", "source", "body"}``, in no order."""
    told = yaml.safe_load((Path(__file__).resolve().parent / "alerts.yml").read_text(encoding="utf-8"))
    out: list[dict[str, Any]] = []
    for alert in told["alerts"]:
        said = {key: value for key, value in alert.items() if key != "steps"}
        earlier: list[str] = []
        for number, step in enumerate(alert["steps"], 1):
            said = {**said, "onset": None, **step}
            said.setdefault("type", "Alert")
            identifier = f"averin-{said['agency']}-{said['key']}-{{{{CYCLE}}}}-{number}"
            body = _alert(said, identifier, earlier, told["agencies"], areas, figures)
            out.append(
                {
                    "at": round(said["at"] * 3600) + 25.0,
                    "feed": "cap",
                    "source": f"demo:{said['agency']}",
                    "body": body,
                }
            )
            earlier.append(f"{SENDER},{identifier},{when(said['at'])}")
    return out


def _alert(
    said: dict[str, Any],
    identifier: str,
    earlier: list[str],
    agencies: dict[str, Any],
    areas: Areas,
    figures: Figures,
) -> str:
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<alert xmlns="{NAMESPACE}">',
        _tag("identifier", identifier),
        _tag("sender", SENDER),
        _tag("sent", when(said["at"])),
        _tag("status", "Exercise"),
        _tag("msgType", said["type"]),
        _tag("source", agencies[said["agency"]]["en"]),
        _tag("scope", said.get("scope", "Public")),
        _tag("note", NOTE),
    ]
    if earlier:
        parts.append(_tag("references", " ".join(earlier)))
    if "incident" in said:
        parts.append(_tag("incidents", f"I{{{{CYCLE}}}}-{said['incident']}"))
    for language, code in (("en", "en-US"), ("zh", "zh-CN")):
        parts.extend(_info(said, language, code, agencies, areas, figures))
    parts.append("</alert>")
    return "\n".join(parts) + "\n"


def _info(
    said: dict[str, Any], language: str, code: str, agencies: dict[str, Any], areas: Areas, figures: Figures
) -> list[str]:
    begin = said["at"] if said["onset"] is None else said["onset"]
    expires = max(said.get("expires", said["at"] + 6), said["at"] + 1)
    parts = [
        "<info>",
        _tag("language", code),
        _tag("category", said["category"]),
        _tag("event", said["event"][language]),
    ]
    parts += [_tag("responseType", word) for word in said["response"]]
    parts += [
        _tag("urgency", said["urgency"]), _tag("severity", said["severity"]), _tag("certainty", said["certainty"]),
        _tag("effective", when(said["at"])), _tag("onset", when(begin)), _tag("expires", when(expires)),
        _tag("senderName", agencies[said["agency"]][language]),
        _tag("headline", MARK[language] + figures(said["headline"][language])),
        _tag("description", figures(said["text"][language])),
        _tag("instruction", figures(said["do"][language])),
        _pair("parameter", "warning colour", said["colour"]), _pair("parameter", "invented", "true"),
        "<area>", _tag("areaDesc", said["place"][language]),
    ]  # fmt: skip
    parts += [_tag("polygon", points) for points in areas.cap(said["place"]["area"])]
    return [*parts, "</area>", "</info>"]


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _pair(name: str, key: str, value: str) -> str:
    return f"<{name}><valueName>{escape(key)}</valueName><value>{escape(value)}</value></{name}>"
