"""When is a sensor silent? The one notion: health, rules, maps, figures and the wall all ask here.

A sensor is silent once its newest value, one that is a number, is older than its description lets it be. Nothing else
is looked at, so that the same holds on every screen, in the past, in a replay and in a browser that goes on counting.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

from watchfloor.core.clock import duration
from watchfloor.core.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST", "UNDECLARED", "Told", "interval", "measures", "newest", "patience", "silent"]

UNDECLARED = timedelta(hours=1)
"""Age of the newest value from which a sensor without a cadence of its own counts as silent."""
LEAST = timedelta(minutes=5)
"""No sensor is called silent before this, unless it says so itself."""
INTERVALS = 3
"""Values in a row that may fail to come."""
_MICRO = timedelta(microseconds=1)


class Told(Protocol):
    """What `newest` needs of a store."""

    def series(self, as_of: datetime | None = None) -> "pd.DataFrame":
        """Return the descriptions of all series."""

    def latest(self, *, as_of: datetime | None = None) -> "pd.DataFrame":
        """Return the newest telling of each series."""

    def observations(
        self,
        series: Any = None,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> "pd.DataFrame":
        """Return values."""


def measures(attrs: Any) -> bool:
    """Tell whether a series is measured: a forecast, which says what it is one of, is no sensor and never silent.

    Examples
    --------
    >>> measures({"interval_s": 600}), measures({"forecast_of": "demo/gauge/G05"})
    (True, False)
    """
    return not (isinstance(attrs, Mapping) and attrs.get("forecast_of"))


def patience(attrs: Any) -> timedelta:
    """Return the age of the newest value from which a sensor is silent.

    What the description says: ``silent_after`` (ISO 8601, or seconds), for sensors that tell more often when there is
    something to tell; else three of its intervals, ``interval_s`` (seconds) or ``cadence`` (ISO 8601), but `LEAST`; else
    `UNDECLARED`. What cannot be read says nothing.

    Parameters
    ----------
    attrs
        Attributes of the series. Untrusted.

    Examples
    --------
    >>> patience({"interval_s": 600}), patience({"cadence": "PT1M"}), patience({})
    (datetime.timedelta(seconds=1800), datetime.timedelta(seconds=300), datetime.timedelta(seconds=3600))
    >>> patience({"interval_s": 60, "silent_after": "PT30M"}) == patience({"silent_after": 1800})
    True
    """
    if not isinstance(attrs, Mapping):
        return UNDECLARED
    own = _span(attrs.get("silent_after"))
    if own is not None:
        return own
    every = interval(attrs)
    return UNDECLARED if every is None else max(INTERVALS * every, LEAST)


def interval(attrs: Any) -> timedelta | None:
    """Return how often a sensor says that it tells a value; None where it does not say so.

    Examples
    --------
    >>> interval({"interval_s": 600}) == interval({"cadence": "PT10M"}), interval({"interval_s": "often"})
    (True, None)
    """
    if not isinstance(attrs, Mapping):
        return None
    return _span(attrs.get("interval_s"), words=False) or _span(attrs.get("cadence"))


def silent(last: datetime | None, at: datetime, attrs: Any) -> bool:
    """Tell whether a sensor whose newest value is of a time, or that never told any, is silent at another.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> [silent(EPOCH, EPOCH + timedelta(minutes=n), {"interval_s": 600}) for n in (30, 31)], silent(None, EPOCH, {})
    ([False, True], True)
    """
    return last is None or at - last > patience(attrs)


def newest(
    store: Told,
    at: datetime,
    as_of: datetime | None = None,
    *,
    series: "pd.DataFrame | None" = None,
    latest: "pd.DataFrame | None" = None,
) -> dict[str, datetime]:
    """Return the time of the newest value, one that is a number, of every series that has one.

    A sensor that goes on telling that a value is missing does not speak. Of those that did so last, values are looked
    for as far back as they may be silent, and no further: where there is none, the series is left out.

    Parameters
    ----------
    store
        Where the values are.
    at
        Valid time that is looked at.
    as_of
        Known time; None for now.
    series, latest
        What the store says of both, where that was read already.
    """
    last = store.latest(as_of=as_of) if latest is None else latest
    found: dict[str, datetime] = {}
    if not len(last):
        return found
    there = last["value"].notna().to_numpy() & last["time"].notna().to_numpy()
    for name, time in zip(last.index[there], last["time"][there], strict=True):
        found[str(name)] = time.to_pydatetime()
    missing = [str(name) for name in last.index[~there]]
    if missing:
        described = store.series(as_of=as_of) if series is None else series
        attrs = dict(zip(described.index.astype(str), described["attrs"], strict=True))
        longest = max(patience(attrs.get(name)) for name in missing)
        table = store.observations(missing, at - longest, at + _MICRO, as_of)
        table = table[table["value"].notna()]
        for name, time in _latest(table):
            found[name] = time
    return found


def _latest(table: "pd.DataFrame") -> Iterable[tuple[str, datetime]]:
    if len(table):
        for name, time in table.groupby("series", observed=True)["time"].max().items():
            yield str(name), time.to_pydatetime()


def _span(value: Any, *, words: bool = True) -> timedelta | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 < value < 1e7:
        return timedelta(seconds=float(value))
    if words and isinstance(value, str):
        try:
            found = duration(value)
        except InvalidInputError:
            return None
        return found if found > timedelta(0) else None
    return None
