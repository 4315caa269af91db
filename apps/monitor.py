"""Monitor: sensors, early warning and alarms of the floor."""

import panel as pn

from watchfloor.core.terms import term
from watchfloor.views.monitor import MonitorDesk
from watchfloor.views.page import page
from watchfloor.views.selection import Selection
from watchfloor.views.serve.current import current_floor

floor = current_floor()
selection = Selection()
selection.settle(language=floor.settings.language, theme="dark")
if pn.state.location is not None:
    selection.mirror(pn.state.location)
desk = MonitorDesk(floor, selection, wall=pn.state.session_args.get("wall") == [b"1"])
desk.follow(pn.state.curdoc)
header = [] if desk.wall else [desk.keys]
page(
    term("page.desk.monitor", selection.language),
    header=header,
    floor=floor,
    selection=selection,
    **desk.places,
).servable()
