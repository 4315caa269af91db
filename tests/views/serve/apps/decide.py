"""Decide: a desk for those who decide."""

import panel as pn

from watchfloor.views import text
from watchfloor.views.page import page
from watchfloor.views.serve.current import current_floor

REQUIRES = "decide"
page("Decide", floor=current_floor(), main=pn.Column(text.text("SECRETDATA42"))).servable()
