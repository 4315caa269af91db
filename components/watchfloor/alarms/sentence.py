"""Sentences as data: what is said is kept, and put into words only where somebody reads it, in his language.

A sentence is a key of ``tables/sentences.yml`` and the values that stand in it. Values are plain data of JSON: text, or
objects with one member that says what they are: ``number`` (with ``units``), ``seconds``, ``time``, ``share``, ``field``,
``level``, ``words`` (by language), ``said`` (another sentence) or ``all`` (several values).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from watchfloor.core.clock import format_time, from_micros

if TYPE_CHECKING:
    from watchfloor.alarms.site import About

__all__ = [
    "Sentence", "Value", "joined", "length", "level", "moment", "number", "quantity", "share", "station", "words",
]  # fmt: skip

Value: TypeAlias = "str | int | Mapping[str, Any] | Sentence"
_DEEPEST = 6
_TEXT = 400
_VALUES = 16


@dataclass(frozen=True)
class Sentence:
    """One sentence, or a part of one.

    Parameters
    ----------
    key
        Which.
    values
        What stands in it, by name.

    Examples
    --------
    >>> said = Sentence("rate.rise", {"value": number(0.55, "m"), "over": length(1800)})
    >>> Sentence.read(said.told()) == said, Sentence.read({"key": 3}), Sentence.read("text")
    (True, None, None)
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {"key": self.key, "values": {name: _told(value) for name, value in self.values.items()}}

    @classmethod
    def read(cls, data: Any, depth: int = 0) -> "Sentence | None":
        """Read one back; None for what is none."""
        if not isinstance(data, Mapping) or not isinstance(data.get("key"), str) or depth > _DEEPEST:
            return None
        values = data.get("values", {})
        if not isinstance(values, Mapping):
            return None
        made = {str(name)[:40]: _read(value, depth) for name, value in list(values.items())[:_VALUES]}
        return cls(data["key"][:60], made)


def number(value: float, units: str = "") -> Value:
    """Return a number with its unit."""
    return {"number": float(value) if isfinite(value) else None, "units": units}


def length(value: timedelta | float) -> Value:
    """Return a length of time, from seconds."""
    return {"seconds": float(value.total_seconds() if isinstance(value, timedelta) else value)}


def moment(micros: int) -> Value:
    """Return a time, from microseconds."""
    return {"time": format_time(from_micros(micros))}


def share(value: float) -> Value:
    """Return a share, from 0 to 1."""
    return {"share": float(value)}


def level(name: str) -> Value:
    """Return the name of a level."""
    return {"level": name}


def words(by_language: Mapping[str, str]) -> Value:
    """Return what is written down in several languages already."""
    return {"words": {name: text for name, text in by_language.items() if text}}


def joined(values: Sequence[Value]) -> Value:
    """Return several values, listed one after the other."""
    return {"all": list(values)}


def quantity(about: "About") -> Value:
    """Return what a series measures."""
    return {"field": about.field}


def station(about: "About") -> Value:
    """Return how people call a series' station."""
    return words({"en": about.station, "zh": about.station_zh})


def _told(value: Any) -> Any:
    if isinstance(value, Sentence):
        return {"said": value.told()}
    if isinstance(value, Mapping):
        return {name: _told(item) for name, item in value.items()}
    return [_told(item) for item in value] if isinstance(value, list) else value


def _read(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        if "said" in value:
            return Sentence.read(value["said"], depth + 1) or ""
        return {str(name)[:40]: _read(item, depth) for name, item in list(value.items())[:_VALUES]}
    if isinstance(value, list):
        return [_read(item, depth) for item in value[:_VALUES]]
    if isinstance(value, str):
        return value[:_TEXT]
    return value if value is None or isinstance(value, int | float) else ""
