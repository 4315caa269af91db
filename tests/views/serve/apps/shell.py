"""Shell: every place of a page with something in it."""

import holoviews as hv
import numpy as np
import panel as pn

from watchfloor.views import text
from watchfloor.views.page import page, toast
from watchfloor.views.selection import Selection
from watchfloor.views.serve.current import acting, current_floor

selection = Selection()
if pn.state.location is not None:
    selection.mirror(pn.state.location)
points = hv.Points(np.random.default_rng(1).normal(size=(100, 2))).opts(
    responsive=True, tools=["hover"], color="#F59A23", size=6, shared_axes=False
)
count = text.text("count 0")
count.css_classes = ["count"]
go, fail, ring = (pn.widgets.Button(label=name) for name in ("Go", "Fail", "Ring"))


def raise_it(event):
    raise ValueError("SECRET-INSIDE")


go.on_click(lambda event: setattr(count, "object", f"count {go.clicks}"))
fail.on_click(raise_it)
ring.on_click(lambda event: toast("<b>Rung</b>", "warning"))
page(
    "Shell",
    floor=current_floor(),
    selection=selection,
    header=[go, fail, ring],
    map=pn.pane.HoloViews(points, sizing_mode="stretch_both"),
    list=pn.Column(*[text.text(f"row {i}") for i in range(60)], scroll=True, sizing_mode="stretch_both"),
    detail=pn.Column(count, text.text(f"user {acting().name} {sorted(acting().roles)}")),
    kpi=text.heading("figures"),
    strip=text.label("feeds"),
).servable()
