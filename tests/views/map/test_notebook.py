"""Layers as GeoViews elements."""

from typing import Any

import geoviews as gv
import holoviews as hv
import numpy as np
import pytest

from watchfloor.core.errors import UnknownNameError
from watchfloor.core.scales import COLOUR, SHAPE
from watchfloor.views.map import MapView, base, element

from .conftest import HOUR, NOW

gv.extension("bokeh")


def drawn(found: Any) -> Any:
    return hv.render(found, backend="bokeh")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("region/districts", gv.Polygons), ("region/roads", gv.Path), ("region/hospitals", gv.Points), ("region/terrain", gv.Image),
     ("region/population", gv.Image), ("region/cover", gv.Image), ("live/alerts", hv.Overlay), ("region/quakes", gv.Image)],
)  # fmt: skip
def test_every_kind_of_layer_is_an_element_that_can_be_drawn(floor: Any, name: str, kind: Any) -> None:
    found = element(floor, name)
    assert isinstance(found, kind)
    assert drawn(found).renderers


def test_elements_compose_over_the_base_map(floor: Any) -> None:
    found = base(floor) * element(floor, "region/districts") * element(floor, "live/alerts")
    assert len(found) == 4
    assert len(drawn(found).renderers) >= 4


def test_colours_and_markers_are_those_of_the_map(floor: Any) -> None:
    points = element(floor, "live/incidents")
    assert points.data["wf_colour"].tolist() == [COLOUR["Severe"]]
    assert points.data["wf_marker"].tolist() == [SHAPE["Severe"]]
    assert np.allclose(points.data[["lon", "lat"]], [[112.05, 30.05]])


def test_as_of_a_known_time(floor: Any) -> None:
    assert len(element(floor, "live/incidents", as_of=NOW - HOUR)) == 0


def test_from_the_view(floor: Any) -> None:
    view = MapView(floor)
    view.selection.as_of = NOW - HOUR
    assert len(view.element("live/incidents")) == 0


def test_an_unknown_layer(floor: Any) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'region/roads'"):
        element(floor, "region/road")
