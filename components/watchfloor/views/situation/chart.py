"""The series of a sensor: values, gaps, flags, thresholds and now, on axes that name their unit and zone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import panel as pn
from bokeh.models import (
    BoxAnnotation,
    ColumnDataSource,
    DatetimeTickFormatter,
    HoverTool,
    Label,
    Range1d,
    Span,
)
from bokeh.plotting import figure

from watchfloor.core.errors import UnknownNameError, WatchfloorError
from watchfloor.core.fields import FIELDS
from watchfloor.core.scales import COLOUR
from watchfloor.core.terms import term
from watchfloor.security.text import plain
from watchfloor.store.cube.intake import merged
from watchfloor.views.selection import Selection
from watchfloor.views.sensors import SILENT_AFTER, thresholds
from watchfloor.views.situation.base import Pane, Part
from watchfloor.views.situation.picture import Picture
from watchfloor.views.text import text
from watchfloor.views.units import unit

__all__ = ["SeriesChart", "broken", "thinned"]

SPAN = timedelta(hours=72)
_POINTS = 2000
"""Points drawn of a series at most; of what is left out, the lowest and the highest of each piece stay."""
_BAD = 2
"""Flags from here on are suspect, bad or missing."""
_HIGH = 260


def broken(times: np.ndarray, values: np.ndarray, gap: timedelta) -> tuple[np.ndarray, np.ndarray]:
    """Put a NaN into every gap, so that no line is drawn where nothing was measured.

    Parameters
    ----------
    times
        (n,) datetime64, ascending.
    values
        (n,) numbers.
    gap
        What is longer than this is a gap.

    Examples
    --------
    >>> t = np.array(["2026-06-01T00:00", "2026-06-01T00:10", "2026-06-01T05:00"], dtype="datetime64[us]")
    >>> broken(t, np.array([1.0, 2.0, 3.0]), timedelta(hours=1))[1].tolist()
    [1.0, 2.0, nan, 3.0]
    """
    if len(times) < 2:
        return times, values
    places = np.flatnonzero(np.diff(times) > np.timedelta64(gap)) + 1
    middle = times[places - 1] + (times[places] - times[places - 1]) / 2
    return np.insert(times, places, middle), np.insert(values.astype(float), places, np.nan)


def thinned(values: np.ndarray, most: int = _POINTS) -> np.ndarray:
    """Return which points to draw so that no peak is lost: the lowest and the highest of each piece.

    Returns
    -------
    numpy.ndarray
        Ascending places; all of them where there are no more than `most`.

    Examples
    --------
    >>> len(thinned(np.zeros(10_000), 100)) <= 100
    True
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    edges = np.linspace(0, count, most // 2, dtype=int)
    places = set()
    for first, last in pairwise(edges.tolist()):
        piece = values[first:last]
        if np.isnan(piece).all():
            places.add(int(first))
        else:
            places |= {int(first + np.nanargmin(piece)), int(first + np.nanargmax(piece))}
    return np.array(sorted(places))


class SeriesPane(Pane):
    """The chart's heading."""


class SeriesChart(Part):
    """The selected series, 72 hours of it up to the time that is looked at.

    Examples
    --------
    >>> SeriesChart.param.floor.doc
    'The floor.'
    """

    def __init__(
        self, floor: Any, selection: Selection | None = None, *, picture: Picture | None = None, **params: Any
    ) -> None:
        super().__init__(floor, selection, picture=picture, **params)
        self._figure: Any = None
        self._shown: tuple[Any, ...] = ()
        self.head = SeriesPane(self)
        self.body = pn.Column(sizing_mode="stretch_width", margin=0, visible=False)
        self.watch(self.picture, ["snapshot"])
        self.watch(self.selection, ["series", "language", "theme"])
        self.refresh()

    def shown(self) -> Any:
        """Return the heading and the chart."""
        return self.body

    def heard(self, what: str, message: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Let go of the series."""
        if what == "close":
            self.selection.series = None

    def refresh(self) -> None:
        """Draw the series anew, or patch its points where only they changed."""
        name, snapshot = self.selection.series, self.picture.snapshot
        self.body.visible = name is not None
        if name is None or snapshot is None:
            if len(self.body):
                self.body.clear()
            self._figure, self._shown = None, ()
            return
        try:
            about = self._about(name)
            data = self._values(name, snapshot.known)
        except WatchfloorError as error:
            self.body[:] = [text(str(error), tone="down", margin=8)]
            self._figure, self._shown = None, ()
            return
        language, theme = self.selection.language, self.selection.theme
        shown = (name, language, theme, about["units"], str(about["attrs"]))
        fresh = shown != self._shown or self._figure is None
        if fresh:
            self._shown = shown
            self._build(about, language)
        self._fill(data, snapshot.at, snapshot.known)
        if fresh:  # only when it is filled: a patch of a model that the browser does not have yet is lost
            self.head.param.update(
                state={"title": about["title"], "name": name}, language=language, theme=theme
            )
            pane = pn.pane.Bokeh(self._figure, sizing_mode="stretch_width", height=_HIGH, margin=(0, 4))
            self.body[:] = [self.head, pane]
        elif pn.state.curdoc is None and self.body._comms:  # a notebook gets no patches of Bokeh's by itself
            pn.io.push_notebook(self.body)

    def _about(self, name: str) -> dict[str, Any]:
        series = self.floor.store.series(self.selection.as_of, name)
        if name not in series.index:
            raise UnknownNameError("series", name[:80], [])
        row = series.loc[name]
        known = FIELDS.get(str(row["field"]))
        quantity = (
            getattr(known, self.selection.language, known.en) if known else plain(str(row["title"]), 80)
        )
        return {
            "title": plain(str(row["title"] or name), 120),
            "quantity": quantity,
            "units": unit(row["units"]),
            "attrs": row["attrs"] if isinstance(row["attrs"], dict) else {},
        }

    def _values(self, name: str, known: datetime) -> pd.DataFrame:
        start, end, as_of = known - SPAN, known + timedelta(hours=24), self.selection.as_of
        found: pd.DataFrame = self.floor.store.observations(name, start=start, end=end, as_of=as_of)
        # what the checks of quality say of a value counts as much as what its source said
        return found.assign(
            flag=merged(found, self.floor.store.marks(name, start=start, end=end, as_of=as_of))
        )

    def _build(self, about: dict[str, Any], language: str) -> None:
        zone = _named(self.floor.zone, self.floor.now())
        units = f" ({about['units']})" if about["units"] else ""
        made = figure(
            x_axis_type="datetime",
            x_range=Range1d(0, 1),
            y_range=Range1d(0, 1),
            height=_HIGH,
            sizing_mode="stretch_width",
            tools="xpan,xwheel_zoom,xbox_zoom,reset",
            active_scroll=None,
            toolbar_location="right",
            x_axis_label=f"{term('chart.time', language)} ({zone})",
            y_axis_label=f"{about['quantity']}{units}",
            min_border_left=54,
        )
        made.toolbar.logo = None
        made.toolbar.autohide = True
        made.lod_timeout = 30
        made.xaxis.formatter = DatetimeTickFormatter(
            minutes="%H:%M", hourmin="%H:%M", hours="%H:%M", days="%m-%d", months="%m-%d"
        )
        self._line = ColumnDataSource({"time": [], "value": []})
        self._odd = ColumnDataSource({"time": [], "value": [], "flag": []})
        self._dots = ColumnDataSource({"time": [], "value": [], "text": []})
        accent = "#6CB6FF" if self.selection.theme == "dark" else "#0B5CAD"
        made.line("time", "value", source=self._line, line_width=1.8, color=accent)
        dots = made.scatter("time", "value", source=self._dots, size=3, color=accent, marker="circle")
        odd = made.scatter(
            "time", "value", source=self._odd, size=8, marker="x", color="#E8B23A", line_width=2,
            legend_label=term("chart.flagged", language),
        )  # fmt: skip
        odd.visible = False
        made.add_layout(made.legend[0], "above")
        made.legend.update(visible=False, orientation="horizontal", border_line_alpha=0, margin=0, padding=2)
        made.add_tools(HoverTool(renderers=[dots], tooltips=[("", "@text")], mode="vline"))
        self._levels = []
        ink = "#E6EDF3" if self.selection.theme == "dark" else "#16202B"
        back = "#151B22" if self.selection.theme == "dark" else "#FFFFFF"
        for item in thresholds(about["attrs"]):
            colour = COLOUR[item.severity]
            made.add_layout(
                Span(
                    location=item.value,
                    dimension="width",
                    line_color=colour,
                    line_width=1.5,
                    line_dash="dashed",
                )
            )
            made.add_layout(
                Label(
                    x=6, y=item.value, x_units="screen", text=f"{plain(item.name, 40)} {item.value:g}",
                    text_font_size="11px", text_color=ink, background_fill_color=back, background_fill_alpha=0.85,
                    text_baseline="middle", padding=2,
                )
            )  # fmt: skip
            self._levels.append(item.value)
        self._now = Span(dimension="height", line_color=ink, line_width=1.5)
        self._cursor = Span(
            dimension="height", line_color=accent, line_width=1.5, line_dash="dotted", visible=False
        )
        self._word = Label(
            y=4, y_units="screen", x=0, text=term("chart.now", language), text_font_size="11px", text_color=ink,
            background_fill_color=back, background_fill_alpha=0.85, x_offset=3,
        )  # fmt: skip
        self._later = BoxAnnotation(fill_alpha=0.06, fill_color=ink)
        for part in (self._later, self._now, self._cursor, self._word):
            made.add_layout(part)
        self._figure, self._flagged = made, odd

    def _fill(self, data: pd.DataFrame, at: datetime, known: datetime) -> None:
        zone: ZoneInfo = self.floor.zone
        flags = data["flag"].to_numpy(dtype=int)
        values = data["value"].to_numpy(dtype=float)
        times = pd.DatetimeIndex(data["time"])
        local = (
            (times.tz_convert(zone) if times.tz is not None else times)
            .tz_localize(None)
            .to_numpy("datetime64[us]")
        )
        good = (flags < _BAD) & np.isfinite(values)
        gap = _gap(local[good])
        keep = thinned(values[good])
        line_times, line_values = broken(
            local[good][keep], values[good][keep], gap if len(keep) == good.sum() else gap * 4
        )
        self._line.data = {"time": line_times, "value": line_values}
        told = [
            f"{stamp:%m-%d %H:%M}  {value:.4g}"
            for stamp, value in zip(pd.DatetimeIndex(local[good][keep]), values[good][keep], strict=True)
        ]
        self._dots.data = {"time": local[good][keep], "value": values[good][keep], "text": told}
        bad = (flags >= _BAD) & np.isfinite(values)
        self._odd.data = {"time": local[bad], "value": values[bad], "flag": flags[bad]}
        self._flagged.visible = self._figure.legend.visible = bool(bad.any())
        now = _plot(known, zone)
        self._now.location = self._word.x = now
        self._later.left = now
        self._cursor.location = _plot(at, zone)
        self._cursor.visible = self.selection.time is not None
        made = self._figure
        made.x_range.update(start=_plot(known - SPAN, zone), end=_plot(known + timedelta(hours=8), zone))
        shown = values[good]
        low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
        reach = (high - low) or max(abs(high), 1.0)
        # A threshold that is near is in sight; one far away would press the line flat, and is not.
        near = [level for level in self._levels if low - 2 * reach <= level <= high + 2 * reach]
        low, high = min([low, *near]), max([high, *near])
        pad = 0.08 * ((high - low) or 1.0)
        made.y_range.update(start=low - pad, end=high + pad)


def _plot(at: datetime, zone: ZoneInfo) -> float:
    """Return a time as Bokeh draws it: milliseconds of the wall clock in the floor's zone."""
    local = at.astimezone(zone)
    shift = local.utcoffset() or timedelta(0)
    return (at.timestamp() + shift.total_seconds()) * 1000


def _named(zone: ZoneInfo, now: datetime) -> str:
    seconds = int((now.astimezone(zone).utcoffset() or timedelta(0)).total_seconds())
    hours, rest = divmod(abs(seconds) // 60, 60)
    return f"UTC{'−' if seconds < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def _gap(times: np.ndarray) -> timedelta:
    """Return what counts as a gap: three times the usual step, an hour where there is none."""
    if len(times) < 3:
        return SILENT_AFTER
    usual = np.median(np.diff(times).astype("timedelta64[s]").astype(float))
    return timedelta(seconds=max(3 * usual, 60.0))
