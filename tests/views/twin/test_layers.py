"""What is drawn of an ensemble: probability, quantiles, members, times; scales, units and what is left out."""

import numpy as np
import pytest

from watchfloor.core.errors import UnknownNameError
from watchfloor.hazards.ensemble import run
from watchfloor.hazards.scenario import Scenario
from watchfloor.views.twin.layers import HOWS, Shown, area_above, fields, layer, nice
from watchfloor.views.twin.overlay import Overlay, Warp
from watchfloor.views.twin.runs import still


def test_probability_is_the_share_of_members_above_the_level(ensemble):
    made = layer(ensemble, Shown(how="probability", level=0.3))
    share = (ensemble.data.water_depth_max.values > 0.3).mean(axis=0)
    drawn = made.values.values
    land = np.isfinite(drawn)
    sea = ensemble.request.site.sea_mask.values > 0
    assert land.any()
    np.testing.assert_array_equal(
        land, (share > 0) & ~sea, "drawn wherever a member says so, and nowhere else"
    )
    np.testing.assert_allclose(drawn[land], share[land], atol=1e-6)
    assert (made.units, made.low, made.high, made.note["level"]) == ("%", 0.0, 100.0, 0.3)
    assert made.factor == 0.01, "a share of 1 is shown as 100"


def test_quantiles_and_members_are_those_of_the_ensemble(ensemble):
    for how, share in (("median", 0.5), ("p90", 0.9)):
        made = layer(ensemble, Shown(how=how))
        expected = ensemble.quantile("water_depth_max", share).values
        drawn = np.isfinite(made.values.values)
        np.testing.assert_array_equal(made.values.values[drawn], expected[drawn])
        assert made.values.values[drawn].min() > 0.05, "less than the least level is not drawn"
    worst = layer(ensemble, Shown(how="worst"))
    assert worst.note["member"] == ensemble.worst_credible("water_depth_max")
    one = layer(ensemble, Shown(how="member", member=2))
    assert one.note["member"] == 2
    assert layer(ensemble, Shown(how="member", member=999)).note["member"] == 0


def test_the_sea_is_never_flooded(ensemble):
    site = ensemble.request.site
    for how in HOWS:
        values = layer(ensemble, Shown(how=how)).values
        sea = site.sea_mask.sel(y=values.y, x=values.x, method="nearest").values > 0.5
        assert sea.any()
        assert not np.isfinite(values.values[sea]).any(), how


def test_a_time_of_arrival_leaves_out_what_was_never_reached_and_counts_in_minutes(ensemble):
    made = layer(ensemble, Shown(field="arrival_time", how="median"))
    drawn = made.values.values[np.isfinite(made.values.values)]
    assert drawn.size
    assert drawn.max() < ensemble.request.until
    assert made.units in {"min", "h"}
    assert made.high * made.factor >= drawn.max() * 0.99
    assert layer(ensemble, Shown(field="arrival_time", how="probability")).how == "median", (
        "later is not worse"
    )


def test_the_course_in_time_has_all_its_frames_and_never_one_beyond(ensemble):
    first = layer(ensemble, Shown(how="time", frame=0))
    last = layer(ensemble, Shown(how="time", frame=10_000))
    assert last.note["frame"] == last.note["frames"] - 1
    assert last.note["seconds"] == ensemble.request.until
    assert first.high == last.high, "one scale for all times"


def test_what_is_not_there_is_answered_with_what_is(ensemble):
    assert layer(ensemble, Shown(field="nothing")).title["en"] == "Greatest water depth"
    with pytest.raises(UnknownNameError, match="probability"):
        layer(ensemble, Shown(how="nonsense"))
    assert fields(ensemble)[0].intensity


def test_the_area_above_a_level_is_counted_on_land_only(ensemble):
    low, high = area_above(ensemble, 0.05), area_above(ensemble, 1.0)
    assert low is not None
    assert high is not None
    assert low["mid"] > high["mid"] >= 0
    assert low["low"] <= low["mid"] <= low["high"]
    cells = ensemble.data.water_depth_max.sizes
    assert low["high"] < cells["x"] * cells["y"] * 0.64, "an island is less than its box"


@pytest.mark.parametrize(
    ("value", "expected"), [(0.9, 1.0), (1.01, 2.0), (31, 50), (0, 1.0), (float("nan"), 1.0), (7.4e5, 7.5e5)]
)
def test_scales_end_at_round_numbers(value, expected):
    assert nice(value) == pytest.approx(expected)


def test_a_picture_has_each_cell_where_it_is(ensemble):
    from bokeh.plotting import figure

    values = ensemble.data.water_depth_max.isel(member=0).assign_attrs(crs="EPSG:32657")
    marked = values.copy(data=np.full(values.shape, np.nan))
    marked[3, 5] = 1.0  # near the north-western corner: the first row is the northern one
    warp = Warp(marked)
    picture = warp(marked.values, 0.0, 1.0)
    rows, columns = np.nonzero(picture)
    assert rows.size
    assert rows.min() > picture.shape[0] * 0.8, "the first row of a picture is the southern one"
    assert columns.max() < picture.shape[1] * 0.2
    made = layer(ensemble, Shown(how="median"))
    overlay = Overlay(figure())
    box = overlay.show(made)
    assert overlay.visible
    assert box is not None
    assert box[0] < box[2]
    overlay.show(None)
    assert not overlay.visible


def test_water_that_was_there_before_a_dam_breaks_is_no_flood(floor):
    scenario = Scenario("dambreak", resolution=600.0, until=5400.0, members=2)
    made = run(scenario.request(floor, "standard"))
    site = made.request.site
    assert "sea_mask" not in site
    before = site.water_depth.values > 0.05
    assert before.any(), "the demo's sea"
    drawn = layer(made, Shown(how="p90")).values
    assert drawn.shape == before.shape
    assert not np.isfinite(drawn.values[before]).any()
    assert np.isfinite(drawn.values).any(), "the wave is drawn"
    cell = 0.6 * 0.6
    assert area_above(made, 0.5)["high"] <= (~before).sum() * cell


def test_a_model_without_a_course_is_shown_while_it_runs_and_after(floor):
    # its members were waited for in time, and there is nothing in time
    made = run(Scenario("earthquake", members=2).request(floor, "preview"))
    assert made.timed == ()
    assert still(made).members == 2
    assert layer(made, Shown(how="time")).how == "worst"
