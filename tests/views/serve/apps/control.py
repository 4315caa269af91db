"""Control: what happens when somebody forgets: the grid must notice it."""

import json

import panel as pn

from watchfloor.views.page import page
from watchfloor.views.serve.current import current_floor

floor = current_floor()
payloads = json.loads((floor.settings.data / "payloads.json").read_text(encoding="utf-8"))
page("Control", floor=floor, main=pn.Column(*[pn.pane.HTML(payload) for payload in payloads])).servable()  # noqa: TID251
