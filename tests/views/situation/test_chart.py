"""The series of a sensor: no line over a gap, no peak lost, thresholds and now where they belong."""

from datetime import timedelta

import numpy as np
import pandas as pd
from bokeh.models import Label, Span
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.store.records import Mark, Observation, Series
from watchfloor.views.selection import Selection
from watchfloor.views.situation import SeriesChart
from watchfloor.views.situation.chart import broken, thinned

from .conftest import NOW, observe

NAME = "demo/gauge/G0"


def fill(floor, count=60):
    times = pd.date_range(end=NOW - timedelta(minutes=10), periods=count, freq="10min").as_unit("us")
    table = pd.DataFrame({"series": NAME, "time": times, "value": np.linspace(1, 3.5, count), "flag": 1})
    table = table.drop(index=range(20, 30))
    table.loc[40, ["value", "flag"]] = [99.0, 3]
    floor.store.observe(table, known=NOW - timedelta(minutes=9))


def test_gaps_flags_thresholds_and_now_are_drawn(busy):
    fill(busy)
    chart = SeriesChart(busy, Selection(series=NAME))
    figure = chart._figure
    assert np.isnan(chart._line.data["value"]).sum() == 1
    assert 99.0 not in chart._line.data["value"]
    assert chart._odd.data["value"].tolist() == [99.0]
    levels = sorted(span.location for span in figure.select(Span) if span.dimension == "width")
    assert levels == [3.0, 4.0]
    assert {label.text for label in figure.select(Label)} >= {"yellow 3", "orange 4", "now"}
    assert figure.yaxis[0].axis_label == "Water level (m)"
    assert figure.xaxis[0].axis_label == "Time (UTC+11)"
    # noon UTC is 23:00 on the floor's wall clock, which is what the axis shows
    assert pd.Timestamp(chart._now.location, unit="ms") == pd.Timestamp("2026-06-01T23:00")


def test_what_a_check_found_is_drawn_as_flagged_and_does_not_set_the_scale(busy):
    fill(busy)
    at = NOW - timedelta(minutes=30)
    busy.store.observe([Observation(NAME, at, 77.0, 1)])
    chart = SeriesChart(busy, Selection(series=NAME))
    assert 77.0 in chart._line.data["value"]
    busy.store.mark([Mark(NAME, at, 4, 3, "stands alone")])
    chart = SeriesChart(busy, Selection(series=NAME))
    assert 77.0 not in chart._line.data["value"]
    assert 77.0 in chart._odd.data["value"]
    assert chart._figure.y_range.end < 10


def test_a_new_value_patches_the_same_figure(busy):
    fill(busy)
    chart = SeriesChart(busy, Selection(series=NAME))
    figure = chart._figure
    before = chart._line.data["value"][-1]
    busy.clock.move(timedelta(minutes=1))
    observe(busy, NAME, 3.9, at=NOW + timedelta(seconds=30))
    chart.picture.look()
    assert chart._figure is figure
    assert before != chart._line.data["value"][-1] == 3.9


def test_as_of_shows_no_later_value(floor):
    floor.store.describe([Series(NAME, "Gauge 0", units="m")], known=NOW - timedelta(hours=20))
    fill(floor)
    observe(floor, NAME, 4.2)
    assert SeriesChart(floor, Selection(series=NAME))._line.data["value"][-1] == 4.2
    then = SeriesChart(floor, Selection(series=NAME, as_of=NOW - timedelta(minutes=8)))
    assert then._line.data["value"][-1] == 3.5


def test_an_unknown_series_is_said_and_none_hides_the_chart(busy):
    chart = SeriesChart(busy, Selection(series="demo/gauge/<img src=x>"))
    assert "There is no series" in str(chart.body[0].object)
    assert "<img" not in str(chart.body[0].object)
    chart.selection.series = None
    assert not chart.body.visible
    assert len(chart.body) == 0


def test_a_language_changes_the_axis(busy):
    chart = SeriesChart(busy, Selection(series=NAME, language="zh"))
    assert chart._figure.yaxis[0].axis_label == "水位 (m)"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000), st.integers(20, 200))
def test_thinning_keeps_the_highest_and_the_lowest(values, most):
    array = np.array(values)
    kept = thinned(array, most)
    assert len(kept) <= max(most, 1)
    assert array[kept].max() == array.max()
    assert array[kept].min() == array.min()
    assert (np.diff(kept) > 0).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=50))
def test_no_line_crosses_a_gap(steps):
    times = np.datetime64("2026-06-01T00:00", "us") + np.cumsum(steps).astype("timedelta64[m]")
    values = np.arange(len(steps), dtype=float)
    gap = timedelta(minutes=60)
    out_times, out_values = broken(times, values, gap)
    assert out_values[~np.isnan(out_values)].tolist() == values.tolist()
    good = ~np.isnan(out_values)
    joined = good[:-1] & good[1:]
    assert (np.diff(out_times)[joined] <= np.timedelta64(gap)).all()
    assert (np.diff(out_times) >= np.timedelta64(0, "us")).all()
