"""What a session looks at: one object that all its views share, mirrored in the URL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

import param

from watchfloor.core.clock import micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.kinds import KINDS as HAZARDS
from watchfloor.core.scales import Severity, Status
from watchfloor.core.terms import LANGUAGES
from watchfloor.store.records import KINDS, State
from watchfloor.views import query

__all__ = ["HAZARD_WORDS", "MATTER", "STATES", "THEMES", "Filters", "Selection"]

STATES: tuple[str, ...] = get_args(State)
THEMES = ("dark", "light")
TABS = ("wall", "station", "latency", "compare", "rules", "alarm")
SPANS = ("1h", "6h", "24h", "3d", "7d", "30d", "1y")
GROUPS = ("none", "hazard", "basin", "kind", "district")
SIZES = ("small", "medium", "large")
COMPARED = 5
"""Series at most that the one in focus is compared with."""
ACROSS = ("24h", "3d", "7d", "30d", "1y")
AXES = ("own", "shared")
CONDITIONS = ("silent", "flagged", "rising", "falling", "soon", "calm")
HAZARD_WORDS = (*HAZARDS, "other")
"""Every hazard that a record may name."""
MATTER = ("alarm", "alert", "event", "incident")
"""Kinds of record that a list shows where nobody chose others: what calls for action."""
_MIRRORED = (
    "as_of", "time", "record", "series", "area", "kinds", "also", "hazards", "severities", "statuses", "states",
    "text", "layers", "tab", "span", "group", "size", "conditions", "others", "across", "axis", "model", "scenario", "language", "theme",
)  # fmt: skip


class Moment(param.Parameter):
    """An aware time, kept in UTC, or None."""

    def _validate(self, val: Any) -> None:
        super()._validate(val)
        if val is None:
            return
        if not isinstance(val, datetime) or val.tzinfo is None:
            raise ValueError(f"{self.name} must be an aware datetime or None, not {val!r}.")
        if not query.EARLIEST <= val <= query.LATEST:
            raise ValueError(f"{self.name} {val.isoformat()} is outside 1900 to 2200.")

    def __set__(self, obj: Any, val: Any) -> None:
        if isinstance(val, datetime) and val.tzinfo is not None:
            val = val.astimezone(UTC)
        super().__set__(obj, val)


class Identity(param.Parameter):
    """Kind, source and key of a record, or None."""

    def _validate(self, val: Any) -> None:
        super()._validate(val)
        if val is None:
            return
        whole = isinstance(val, tuple) and len(val) == 3 and all(isinstance(part, str) for part in val)
        if not whole or val[0] not in KINDS:
            raise ValueError(f"{self.name} must be (kind, source, key) or None, not {val!r}.")


class Area(param.Parameter):
    """A GeoJSON Polygon or MultiPolygon in EPSG:4326, or None."""

    def _validate(self, val: Any) -> None:
        super()._validate(val)
        if val is None:
            return
        if not isinstance(val, dict) or val.get("type") not in {"Polygon", "MultiPolygon"}:
            raise ValueError(f"{self.name} must be a GeoJSON Polygon, MultiPolygon or None.")
        query.check_area(val)


@dataclass(frozen=True)
class Filters:
    """What is let through, hashable: an empty tuple lets everything through.

    Examples
    --------
    >>> Filters(hazards=("flood",)).empty
    False
    """

    kinds: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    text: str = ""
    area: str = ""
    """The area as in the URL, empty for everywhere."""

    @property
    def empty(self) -> bool:
        """Whether everything passes."""
        return self == Filters()


class Selection(param.Parameterized):
    """What is looked at: times, one record, one series, an area, filters, layers, language and theme.

    There is one per session; every view of the session reads and writes it, so that map, list, detail and charts
    stay together. `to_query` and `from_query` carry it in a URL; `mirror` keeps it and the page's address the same.

    Examples
    --------
    >>> selection = Selection(hazards=["flood"], language="zh")
    >>> selection.to_query()
    '?hz=flood&lang=zh'
    >>> Selection().from_query("?hz=flood&sev=Worst").notes
    ["sev: 'Worst' is not known; expected Extreme, Severe, Moderate, Minor, Unknown."]
    """

    as_of = Moment(None, doc="Known time that everything is shown as of; None is live.")
    time = Moment(None, doc="Valid time that is looked at; None is the present of `as_of`.")
    record = Identity(None, doc="Kind, source and key of the record in focus.")
    series = param.String(None, allow_None=True, doc="Name of the series in focus.")
    area = Area(
        None, doc="GeoJSON Polygon or MultiPolygon, EPSG:4326, that is looked at; None is everywhere."
    )
    kinds = param.ListSelector([], objects=list(KINDS), doc="Kinds of record; empty shows all.")
    also = param.ListSelector(
        [],
        objects=list(KINDS),
        doc="Kinds that the list shows beside those of `MATTER` while `kinds` is empty.",
    )
    hazards = param.ListSelector([], objects=list(HAZARD_WORDS), doc="Hazards; empty shows all.")
    severities = param.ListSelector(
        [], objects=[item.value for item in Severity], doc="CAP severities; empty shows all."
    )
    statuses = param.ListSelector(
        [], objects=[item.value for item in Status], doc="CAP statuses; empty shows all."
    )
    states = param.ListSelector([], objects=list(STATES), doc="States of a record; empty shows all.")
    text = param.String("", doc="Words that title, area or source must hold.")
    layers = param.Dict({}, doc="Name of a layer -> its visible (bool), opacity (0 to 1) and order (int).")
    tab = param.Selector(default="wall", objects=list(TABS), doc="Part of the monitor desk that is open.")
    span = param.Selector(default="6h", objects=list(SPANS), doc="How far back the wall of stations looks.")
    group = param.Selector(
        default="none", objects=list(GROUPS), doc="What the wall's stations are grouped by."
    )
    size = param.Selector(default="medium", objects=list(SIZES), doc="Size of the wall's tiles.")
    conditions = param.ListSelector(
        [],
        objects=list(CONDITIONS),
        doc="Conditions of a station, besides its warning level; empty shows all.",
    )
    others = param.List(
        [],
        item_type=str,
        bounds=(0, COMPARED),
        doc="Names of the series that the one in focus is compared with.",
    )
    across = param.Selector(default="3d", objects=list(ACROSS), doc="How far back series are compared.")
    axis = param.Selector(
        default="own",
        objects=list(AXES),
        doc="Whether compared series have scales of their own or one for all.",
    )
    model = param.String(None, allow_None=True, doc="Name of the hazard model that the twin has open.")
    scenario = param.String(None, allow_None=True, doc="Key of the saved scenario that the twin has open.")
    language = param.Selector(default="en", objects=list(LANGUAGES), doc="Language of the screen.")
    theme = param.Selector(default="dark", objects=list(THEMES), doc="Colours of the screen.")
    notes = param.List([], item_type=str, doc="What of the last URL was not used, and why.")

    def __init__(self, **values: Any) -> None:
        self._home: dict[str, Any] = {}
        super().__init__(**values)

    @property
    def live(self) -> bool:
        """Whether the present is shown, not a past known time."""
        return self.as_of is None

    @property
    def filters(self) -> Filters:
        """What is let through."""
        return Filters(
            kinds=tuple(sorted(self.kinds)),
            hazards=tuple(sorted(self.hazards)),
            severities=tuple(sorted(self.severities)),
            statuses=tuple(sorted(self.statuses)),
            states=tuple(sorted(self.states)),
            text=self.text.strip().casefold(),
            area=query.pack_area(self.area)[0] if self.area else "",
        )

    def reset(self) -> None:
        """Let everything through again; times, language and theme stay."""
        self.param.update(
            kinds=[],
            also=[],
            hazards=[],
            severities=[],
            statuses=[],
            states=[],
            conditions=[],
            text="",
            area=None,
        )

    def choose(self, **values: Any) -> None:
        """Set several parameters at once, so that watchers see one change."""
        self.param.update(**values)

    def to_query(self) -> str:
        """Write what differs from the defaults as a URL's query, with its question mark, or as ``""``."""
        return query.write({name: getattr(self, name) for name in _MIRRORED}, self._plain())

    def from_query(self, text: str) -> "Selection":
        """Take everything from a URL's query; what it does not name goes back to its default.

        The text is untrusted: unknown names and words, values out of bounds and parts that are too long are left
        out, each named in `notes`. Nothing is raised.
        """
        found, notes = query.read(text)
        values: dict[str, Any] = self._plain()
        for name, value in found.items():
            try:
                self.param[name]._validate(value)
            except (ValueError, InvalidInputError) as error:
                notes.append(f"{name}: {error}"[:200])
            else:
                values[name] = value
        self.param.update(**values, notes=notes)
        return self

    def mirror(self, location: Any) -> Callable[[], None]:
        """Keep this selection and a page's address the same, both ways.

        Parameters
        ----------
        location
            `pn.state.location` of the session: an object with a `search` parameter. Its query is read first.

        Returns
        -------
        callable
            Stops it.
        """
        written = [location.search]
        kept = query.kept(location.search)

        def read(event: Any) -> None:
            # What we wrote ourselves comes back as an event: only an address somebody else set is read.
            if event.new != written[0]:
                written[0] = event.new
                self.from_query(event.new)

        def write(*_: Any) -> None:
            search = self.to_query()
            if kept:
                search = f"{search}&{kept}" if search else f"?{kept}"
            if search != written[0]:
                written[0] = search
                location.search = search

        if location.search:
            self.from_query(location.search)
        watchers = [
            (location, location.param.watch(read, ["search"])),
            (self, self.param.watch(write, list(_MIRRORED))),
        ]

        def stop() -> None:
            while watchers:
                owner, watcher = watchers.pop()
                owner.param.unwatch(watcher)

        return stop

    def settle(self, language: str, theme: str) -> None:
        """Set the language and the theme that an address need not name, as an operator or a browser prefers them."""
        self._home = {"language": language, "theme": theme}
        self.param.update(**self._home)

    def _plain(self) -> dict[str, Any]:
        """Return what an address that names nothing means."""
        defaults = {name: self.param[name].default for name in _MIRRORED}
        plain = {
            name: type(value)(value) if isinstance(value, list | dict) else value
            for name, value in defaults.items()
        }
        return plain | self._home

    def key(self) -> tuple[int | None, int | None]:
        """Return as-of and valid time in microseconds, for caches."""
        return (
            None if self.as_of is None else micros(self.as_of),
            None if self.time is None else micros(self.time),
        )
