"""Choices of what is let through, with the number that each would leave."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from watchfloor.core.answers import Answers
from watchfloor.core.geometry import write
from watchfloor.core.scales import Severity, Status
from watchfloor.store.records import KINDS
from watchfloor.views.map.area import district, districts
from watchfloor.views.query import pack_area
from watchfloor.views.selection import HAZARD_WORDS, STATES
from watchfloor.views.situation.base import Pane, View

__all__ = ["Filters", "FiltersPane"]

_WORDS: dict[str, tuple[str, ...]] = {
    "severities": tuple(item.value for item in Severity),
    "hazards": HAZARD_WORDS,
    "kinds": KINDS,
    "states": STATES,
    "statuses": tuple(item.value for item in Status),
}
_SHARED = Answers(8)
_TERMS = {"severities": "", "hazards": "hazard.", "kinds": "kind.", "states": "state.", "statuses": ""}


class FiltersPane(Pane):
    """Chips on the screen."""


class Filters(View):
    """Hazard, severity, kind, status, state and area that are let through; the address mirrors them.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Filters(floor).state()["empty"]
    True
    """

    pane_type = FiltersPane

    def __init__(self, floor: Any, selection: Any = None, **params: Any) -> None:
        self._districts = districts(floor)
        self._area: Any = None
        self._district = ""
        super().__init__(floor, selection, **params)
        self.watch(self.selection, ["area", "notes"])

    def state(self) -> dict[str, Any]:
        """Return the choices of each filter, those that exist or are chosen, with their counts."""
        snapshot, chosen = self.picture.snapshot, self.selection.filters
        # beside a word stands what it would leave in the list, which shows some kinds only when asked to
        listed = replace(chosen, kinds=tuple(sorted(self.picture.listed)))
        counted = {} if snapshot is None else snapshot.counts(listed)
        groups = []
        for facet, words in _WORDS.items():
            found, mine = counted.get(facet, {}), getattr(chosen, facet)
            options = [
                {"word": word, "term": _TERMS[facet] + word, "count": found.get(word, 0)}
                for word in words
                if found.get(word) or word in mine or facet == "severities"
            ]
            if len(options) > 1 or mine:
                groups.append({"facet": facet, "options": options, "chosen": list(mine)})
        area = self.selection.area
        if area is not self._area:
            self._area, self._district = area, self._named(area)
        return {
            "groups": groups,
            "empty": chosen.empty,
            "area": bool(chosen.area),
            "district": self._district,
            "districts": self._districts,
            "notes": list(self.selection.notes),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Let a word through or not, choose a district, or let everything through."""
        if what == "toggle":
            facet, word = str(message["facet"]), str(message["word"])
            if word not in _WORDS.get(facet, ()):
                return
            held = list(getattr(self.selection, facet))
            setattr(
                self.selection,
                facet,
                [item for item in held if item != word] if word in held else [*held, word],
            )
        elif what == "district":
            name = str(message["name"])
            self.selection.area = write(district(self.floor, name)) if name in self._districts else None
        elif what == "reset":
            self.picture.figure = ""
            self.selection.reset()

    def _named(self, area: Any) -> str:
        """Return the name of the district that an area is, or an empty string."""
        if area is None or not self._districts:
            return ""
        outlines: dict[str, str] = _SHARED.get(
            (id(self.floor.catalog), self.floor.name),
            lambda: {pack_area(write(district(self.floor, name)) or {})[0]: name for name in self._districts},
        )
        return outlines.get(pack_area(area)[0], "")
