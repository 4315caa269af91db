"""Twin: what may happen next, asked by hand and answered by ensembles of the hazard models."""

import panel as pn

from watchfloor.core.terms import term
from watchfloor.views.page import page
from watchfloor.views.selection import Selection
from watchfloor.views.serve.current import current_floor
from watchfloor.views.twin import TwinDesk

floor = current_floor()
selection = Selection()
selection.settle(language=floor.settings.language, theme="dark")
if pn.state.location is not None:
    selection.mirror(pn.state.location)
desk = TwinDesk(floor, selection)
desk.follow(pn.state.curdoc)
page(term("page.desk.twin", selection.language), floor=floor, selection=selection, **desk.places).servable()
