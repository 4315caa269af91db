"""Rules that are made of other rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchfloor.alarms.rules.combination import CombinationRule, Condition
from watchfloor.alarms.sentence import Sentence
from watchfloor.alarms.site import About, Site
from watchfloor.alarms.thresholds import Level
from watchfloor.core.scales import WarningColour
from watchfloor.security.text import plain

__all__ = ["Part", "combine", "grouped", "level_of", "place_of", "rank_of"]

_COLOURS = tuple(reversed(WarningColour))


@dataclass(frozen=True)
class Part:
    """How one rule stands for one subject.

    Parameters
    ----------
    rule, subject
        Which.
    rank
        How bad: 0 for nothing, then 1 (blue) to 4 (red), or the number of the level where it has no colour.
    level
        The level, if one holds.
    why, reason
        Its sentence, in English words and as data.
    series
        What it rests on.
    about
        Its first series.
    """

    rule: str
    subject: str
    rank: int
    level: Level | None
    why: str
    reason: Sentence | None
    series: tuple[str, ...]
    about: About


def rank_of(count: int, level: Level | None) -> int:
    """Return how bad a level is, so that levels of several rules can be compared.

    Examples
    --------
    >>> rank_of(1, Level("red", 3.0, colour=WarningColour.RED)), rank_of(2, Level("flood", 3.0)), rank_of(0, None)
    (4, 2, 0)
    """
    if not count or level is None:
        return 0
    return 1 + _COLOURS.index(level.colour) if level.colour else min(count, len(_COLOURS))


def level_of(rank: int) -> Level | None:
    """Return the level that a rank stands for."""
    if not rank:
        return None
    colour = _COLOURS[min(rank, len(_COLOURS)) - 1]
    return Level(colour.value, float(rank), colour=colour)


def place_of(rule: CombinationRule, about: About) -> str | None:
    """Return what a series shares with the others that are combined; None where it has nothing to share."""
    if rule.by == "floor":
        return "floor"
    if rule.by == "series":
        return about.name
    value = about.attrs.get(rule.by)
    return plain(str(value), 60) if isinstance(value, str | int | float) else None


def combine(condition: Condition, parts: Mapping[str, int]) -> int:
    """Return the rank of a condition: the mildest of all, the worst of any.

    A ``not`` that holds takes no part in how bad it is: it has the worst rank beside others, and the mildest alone.

    Examples
    --------
    >>> combine({"all": ["rain", {"not": "frost"}]}, {"rain": 3})
    3
    >>> combine({"any": ["rain", "wind"]}, {"rain": 1, "wind": 2})
    2
    """
    found = _combine(condition, parts)
    return 1 if found > len(_COLOURS) else found


def _combine(condition: Any, parts: Mapping[str, int]) -> int:
    if isinstance(condition, str):
        return parts.get(condition, 0)
    word, inner = next(iter(condition.items()))
    if word == "not":
        return 0 if _combine(inner, parts) else len(_COLOURS) + 1
    ranks = [_combine(item, parts) for item in inner]
    return min(ranks) if word == "all" else max(rank if rank <= len(_COLOURS) else 1 for rank in ranks)


def grouped(rule: CombinationRule, parts: Iterable[Part], site: Site) -> dict[str, list[Part]]:
    """Put parts together by what their series share."""
    found: dict[str, list[Part]] = {}
    for about in site.selected(rule.series):
        # A condition may hold where no part does, such as `not`.
        place = place_of(rule, about)
        if place is not None:
            found.setdefault(place, [])
    for part in parts:
        place = place_of(rule, part.about)
        if place is not None and place in found:
            found[place].append(part)
    return found
