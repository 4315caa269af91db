"""What rules know of the place that they watch: its series, and their thresholds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from watchfloor.alarms.selection import Selection
from watchfloor.alarms.thresholds import ThresholdSet, declared
from watchfloor.core.clock import micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import FIELDS
from watchfloor.security.text import plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["About", "Dated", "Site"]


_COLUMNS = ("title", "field", "units", "hazard", "lon", "lat", "attrs")


@dataclass(frozen=True)
class About:
    """What one series says of itself.

    Parameters
    ----------
    name, title, field, units, hazard
        As in `store.Series`; `title` without control characters.
    lon, lat
        Degrees; NaN where it has no place.
    attrs
        All else. Untrusted.
    """

    name: str
    title: str = ""
    field: str = ""
    units: str = ""
    hazard: str = ""
    lon: float = float("nan")
    lat: float = float("nan")
    attrs: Mapping[str, Any] = _field(default_factory=dict)

    @property
    def quantity(self) -> str:
        """The quantity's English name."""
        return FIELDS[self.field].en if self.field in FIELDS else "Value"

    @property
    def station(self) -> str:
        """How a person names it: title, and the station's own short name."""
        short = plain(str(self.attrs.get("station") or ""), 40)
        title = self.title or self.name
        return f"{title} ({short})" if short and short not in title else title

    @property
    def station_zh(self) -> str:
        """The same in Chinese, where the series says it; else empty."""
        short = plain(str(self.attrs.get("station") or ""), 40)
        title = plain(str(self.attrs.get("title_zh") or ""), 200)
        return f"{title}（{short}）" if title and short and short not in title else title

    @property
    def interval(self) -> int:
        """The declared cadence, microseconds; 0 for none."""
        from watchfloor.store.cube.intake import declared as cadence

        return cadence(dict(self.attrs))

    def row(self) -> dict[str, Any]:
        """Return it as `Selection.matches` takes it."""
        return {
            "field": self.field,
            "hazard": self.hazard,
            "lon": self.lon,
            "lat": self.lat,
            "attrs": self.attrs,
        }


@dataclass(frozen=True)
class Dated:
    """Threshold sets of a selection of series: the versions of one set, by the dates on which they hold."""

    series: Selection
    set: ThresholdSet


class Site:
    """All series, and the thresholds that hold for each.

    Parameters
    ----------
    series
        As `Store.series` returns it.
    thresholds
        Sets of documents; those of a series go before what it says of itself.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"title": ["Gauge"], "field": ["water_level"], "units": ["m"], "lon": [0.0], "lat": [0.0], "hazard": ["flood"],
    ...      "attrs": [{"thresholds": {"red": 3}}]}, index=["g"])
    >>> site = Site(frame)
    >>> site.sets("g")[0].levels[0].high, [about.name for about in site.selected(Selection(field="water_level"))]
    (3.0, ['g'])
    """

    def __init__(self, series: "pd.DataFrame", thresholds: Iterable[Dated] = ()) -> None:
        self._frame = series
        self._thresholds = list(thresholds)
        self._sets: dict[str, list[ThresholdSet]] = {}
        self.problems: dict[str, str] = {}
        """Why thresholds of a series could not be used, by its name."""

    @cached_property
    def series(self) -> dict[str, About]:
        """Every series by name."""
        return {
            str(name): About(
                str(name), plain(str(title), 200), str(field), str(units), str(hazard), _degrees(lon), _degrees(lat),
                attrs if isinstance(attrs, dict) else {},
            )
            for name, title, field, units, hazard, lon, lat, attrs in self._frame[list(_COLUMNS)].itertuples()
        }  # fmt: skip

    def selected(self, selection: Selection) -> list[About]:
        """Return the series that a selection means, by name."""
        return [about for name, about in sorted(self.series.items()) if selection.matches(name, about.row())]

    def sets(self, name: str) -> list[ThresholdSet]:
        """Return the threshold sets of a series, in its units: one, or the versions of one, by their dates."""
        if name not in self._sets:
            self._sets[name] = self._find(self.series[name])
        return self._sets[name]

    def _find(self, about: About) -> list[ThresholdSet]:
        row = about.row()
        given = [dated.set for dated in self._thresholds if dated.series.matches(about.name, row)]
        if not given and (own := declared(about.attrs, about.units)):
            given = [own]
        found = []
        for item in given:
            try:
                found.append(item.into(about.units))
            except InvalidInputError as error:
                self.problems[about.name] = f"thresholds {item.id!r}: {error}"
        return found


def _degrees(value: float) -> float:
    """Return the same number; of those that are none always the same object, so that what is equal compares as equal."""
    return math.nan if math.isnan(value) else float(value)


def boundaries(sets: Sequence[ThresholdSet]) -> list[int]:
    """Return the times (microseconds) at which another version begins or ends to hold."""
    times: set[datetime] = set()
    for item in sets:
        times |= {at for at in (item.valid_from, item.valid_to) if at is not None}
    return sorted(micros(at) for at in times)
