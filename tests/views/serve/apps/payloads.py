"""Payloads: hostile text in every way that we offer to show text."""

import json

import holoviews as hv
import pandas as pd
import panel as pn

from watchfloor.views import text
from watchfloor.views.page import page, toast
from watchfloor.views.serve.current import current_floor

floor = current_floor()
payloads = json.loads((floor.settings.data / "payloads.json").read_text(encoding="utf-8"))
number = pn.state.session_args.get("n", [b""])[0]
title = payloads[int(number)] if number else "Payloads"
ways = (text.text, text.label, text.heading, text.prose, text.badge)
shown = [way(payload) for payload in payloads for way in ways]
frame = pd.DataFrame({"x": range(len(payloads)), "y": 0.0, "name": payloads})
points = hv.Points(frame, ["x", "y"], ["name"]).opts(
    tools=["hover"], size=60, responsive=True, title=payloads[0], xlabel=payloads[1], ylabel=payloads[2]
)
ring = pn.widgets.Button(label="Ring")
ring.on_click(lambda event: [toast(payload, "error") for payload in payloads])
page(
    title,
    floor=floor,
    header=[ring],
    map=pn.pane.HoloViews(points, sizing_mode="stretch_both"),
    list=pn.Column(*shown, scroll=True, sizing_mode="stretch_both"),
).servable()
