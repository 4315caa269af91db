"""The least that Panel serves: one HoloViews plot, for comparison."""

import holoviews as hv
import panel as pn

hv.extension("bokeh")
pn.panel(hv.Points([(0, 0), (1, 1), (2, 0)]).opts(width=600, height=400)).servable()
