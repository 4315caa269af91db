"""Gathering of what a document measured: each value in its series' unit, each series with the unit its source uses."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import FIELDS
from watchfloor.core.units import SOURCE, Scale, readable
from watchfloor.feeds.base import Context, Parsed, Rejected
from watchfloor.feeds.values import number, refuse, words
from watchfloor.store.records import Observation, Record, Series

__all__ = ["FLAGS", "MISSING", "Measures", "flag", "name_of", "quantity"]

FLAGS = (0, 1, 2, 3, 9)
"""Quality flags: good, not checked, suspect, bad, missing."""
MISSING = 9
_NAME = 200
# What sources call the quantities of `core.fields` beside their own and their CF names, in small letters.
_CALLED = {
    "water_level": ("waterlevel", "gage height", "gauge height", "stage", "river level", "sea level", "tide", "h.obs",
                    "h.meting", "h", "wathte", "wathtbrkd", "waterhoogte", "wasserstand", "water surface elevation", "00065"),
    # Codes of the USGS, which its OGC API gives in place of names, are the last of each.
    "discharge": ("streamflow", "flow", "river discharge", "q", "q.obs", "q.meting", "abfluss", "afvoer", "00060"),
    "rain_rate": ("precipitation rate", "precipitation intensity", "rainfall rate"),
    "temperature": ("air temperature", "temp", "t.obs", "lufttemperatur", "00020"),
    "humidity": ("relative humidity", "rh"),
    "wind_speed": ("wind speed", "windspeed", "ws"),
    "pm25": ("pm2.5", "pm 2.5", "fine particulate matter"),
    "pore_pressure": ("pore water pressure",),
}  # fmt: skip
_BY_WORD = {
    word: item.name
    for item in FIELDS.values()
    for word in (
        item.name, item.name.replace("_", " "), item.standard_name, item.en.casefold(), *_CALLED.get(item.name, ()),
    )
    if word
}  # fmt: skip


def quantity(*called: str) -> str:
    """Return the field (`core.fields`) that one of several names stands for; empty where none does.

    Examples
    --------
    >>> quantity("Gage height"), quantity("http://vocab.nerc.ac.uk/standard_name/air_temperature"), quantity("Luminous flux")
    ('water_level', 'temperature', '')
    """
    for text in called:
        word = text.strip().rstrip("/").casefold()
        found = _BY_WORD.get(word) or _BY_WORD.get(word.rpartition("/")[2].rpartition("#")[2])
        if found:
            return found
    return ""


def name_of(*parts: Any) -> str:
    """Return the name of a series made of parts, each as its source writes it.

    Raises
    ------
    InvalidInputError
        If a part is empty, has characters that cannot be shown, or the name is longer than 200 characters.

    Examples
    --------
    >>> name_of("fews", "VLISSGN", "H.obs")
    'fews/VLISSGN/H.obs'
    """
    texts = [str(part) for part in parts]
    if not all(texts) or any(text != words(text, _NAME) for text in texts):
        raise InvalidInputError(
            f"{'/'.join(texts)[:120]!r} cannot name a series; expected printable characters without blanks around."
        )
    name = "/".join(texts)
    if len(name) > _NAME:
        raise InvalidInputError(
            f"The name {name[:60]!r}… has {len(name)} characters; at most {_NAME} are kept."
        )
    return name


def flag(value: Any) -> int:
    """Read one of our own quality flags; None is 1, not checked.

    Raises
    ------
    InvalidInputError
        If it is none of 0, 1, 2, 3 and 9.
    """
    if value is None or value == "":
        return 1
    if isinstance(value, str) and value.strip().isdecimal() and value.isascii():
        value = int(value)
    if isinstance(value, bool) or value not in FLAGS:
        raise InvalidInputError(f"flag is {str(value)[:20]!r}; expected 0, 1, 2, 3 or 9.")
    return int(value)


@dataclass
class Measures:
    """What was measured, so far.

    Values are kept in the unit that a series is declared in, else in that of its quantity in `core.fields`, else in
    the source's. The source's unit and the way back to it are noted in the series' attributes (`core.units.SOURCE`).

    Parameters
    ----------
    context
        What is known beside the bytes.
    feed
        Name of the feed; a series that somebody else described keeps what was said of it.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> found = Measures(Context(EPOCH), "test")
    >>> scale = found.describe("gauge/1", "ft", quantity="water_level")
    >>> found.see("gauge/1", EPOCH, 10.0, 0, scale)
    >>> [(seen.series, round(seen.value, 3)) for seen in found.parsed().observations]
    [('gauge/1', 3.048)]
    """

    context: Context
    feed: str
    observations: list[Observation] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    forecast: set[str] = field(default_factory=set)
    _series: dict[str, Series] = field(default_factory=dict)
    _scales: dict[tuple[str, str], Scale | None] = field(default_factory=dict)
    _told: dict[tuple[str, datetime], float | None] = field(default_factory=dict)

    def describe(
        self,
        name: str,
        unit: str,
        *,
        title: str = "",
        quantity: str = "",
        place: Mapping[str, Any] | None = None,
        hazard: str = "",
        attrs: Mapping[str, Any] | None = None,
    ) -> Scale:
        """Describe a series as its source does, and return the scale of its values.

        Parameters
        ----------
        name
            The series.
        unit
            As the source writes it.
        quantity
            A name of `core.fields`; left out where the unit does not measure it.
        place
            A GeoJSON point.

        Raises
        ------
        InvalidInputError
            If the unit is not known, or cannot be turned into the unit that the series is declared in.
        """
        before = self._known(name)
        source = readable(unit)
        declared = self.context.units.get(name) or (before.units if before else "")
        if declared:
            scale = Scale.between(source, declared)
            if not _measures(quantity, declared):
                quantity = ""
        elif quantity and _measures(quantity, source):
            scale = Scale.between(source, FIELDS[quantity].units)
        else:
            scale, quantity = Scale(source, source), ""
        x, y = place["coordinates"][:2] if place else (None, None)
        said = Series(
            name=name, title=title or name, field=quantity, units=declared or scale.target, lon=x, lat=y, hazard=hazard,
            attrs={"feed": self.feed} | dict(attrs or {}) | {SOURCE: scale.note()},
        )  # fmt: skip
        mine = before is not None and before.attrs.get("feed") == self.feed
        self._series[name] = said if before is None else _merged(before, said, mine=mine)
        self._scales[name, unit] = scale
        return scale

    def scale(self, name: str, unit: str = "") -> Scale | None:
        """Return the scale of a series' values that come with this unit, or with the one that was noted.

        Raises
        ------
        InvalidInputError
            If the unit is not known or cannot be turned into the series' own.
        """
        if (name, unit) in self._scales:
            return self._scales[name, unit]
        before = self._known(name)
        if not unit:
            scale = Scale.noted(before.attrs) if before else None
        elif before is None or not before.units:
            declared = self.context.units.get(name, "")
            scale = (
                Scale.between(unit, declared) if declared else Scale.between(readable(unit), readable(unit))
            )
            self._note(name, before, scale)
        else:
            scale = Scale.between(unit, before.units)
            self._note(name, before, scale)
        self._scales[name, unit] = scale
        return scale

    def see(self, name: str, time: datetime, value: Any, flagged: int, scale: Scale | None) -> None:
        """Add a value in the source's unit; None, or a flag that says so, is a missing one.

        Raises
        ------
        InvalidInputError
            If it is no finite number.
        """
        found = None if flagged == MISSING else number(value, "value")
        if found is None:
            self.observations.append(Observation(name, time, math.nan, MISSING))
            return
        self.observations.append(Observation(name, time, found if scale is None else scale(found), flagged))

    def see_once(self, name: str, time: datetime, value: Any, flagged: int, scale: Scale | None) -> None:
        """Add a value as `see` does, if the document gives none for this series and time yet; the same twice counts once.

        Raises
        ------
        InvalidInputError
            If it is no finite number, or the document already gave another value for this time, which stays.
        """
        found = None if flagged == MISSING else number(value, "value")
        at = (name, time)
        if at not in self._told:
            self.see(name, time, value, flagged, scale)
            self._told[at] = found
        elif self._told[at] != found:
            raise InvalidInputError(
                f"{name} has two values at {format_time(time)}: {self._told[at]} and {found}; the first is kept."
            )

    def refuse(self, error: Exception | str, where: str, part: Any = b"") -> None:
        """Put a part aside."""
        self.rejected.append(refuse(error, where, part))

    def parsed(self) -> Parsed:
        """Return all that was gathered."""
        changed = [item for name, item in self._series.items() if self.context.described.get(name) != item]
        return Parsed(self.records, self.observations, self.rejected, changed, frozenset(self.forecast))

    def _known(self, name: str) -> Series | None:
        return self._series.get(name) or self.context.described.get(name)

    def _note(self, name: str, before: Series | None, scale: Scale) -> None:
        """Note the source's unit with a series; one that nobody described is described by it."""
        note = {SOURCE: scale.note()}
        if before is None:
            self._series[name] = Series(
                name=name, title=name, units=scale.target, attrs={"feed": self.feed} | note
            )
        elif before.attrs.get(SOURCE) != note[SOURCE]:
            self._series[name] = replace(
                before, units=before.units or scale.target, attrs=before.attrs | note
            )


def _measures(quantity: str, unit: str) -> bool:
    """Tell whether a unit measures a quantity."""
    try:
        Scale.between(unit, FIELDS[quantity].units)
    except (InvalidInputError, KeyError):
        return False
    return True


def _merged(before: Series, said: Series, *, mine: bool) -> Series:
    """Join two descriptions; what another one than this feed said of a series stays."""
    first, second = (said, before) if mine else (before, said)
    return Series(
        name=said.name,
        title=first.title or second.title,
        field=first.field or second.field,
        units=said.units,
        lon=second.lon if first.lon is None else first.lon,
        lat=second.lat if first.lat is None else first.lat,
        hazard=first.hazard or second.hazard,
        attrs=second.attrs | first.attrs | {SOURCE: said.attrs[SOURCE]},
    )
