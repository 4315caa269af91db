"""What one page of the twin desk works on: a scenario, its runs, and what of the result is looked at."""

import logging
from collections.abc import Callable, Mapping
from threading import Event, Thread, current_thread
from typing import Any

import panel as pn
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError, WatchfloorError
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.base import FIDELITIES, Fidelity
from watchfloor.hazards.ensemble import Shelf
from watchfloor.hazards.library import Saved, opening
from watchfloor.hazards.scenario import Scenario
from watchfloor.views.pageloop import on_page
from watchfloor.views.selection import Selection
from watchfloor.views.twin.asked import Asked
from watchfloor.views.twin.layers import Shown
from watchfloor.views.twin.runs import Answer, Runs, ground

__all__ = ["Work"]

log = logging.getLogger(__name__)

_POINTS = 200


class Work(Asked):
    """The state that the parts of one page share.

    Parameters
    ----------
    floor
        The floor.
    selection
        Shared with other views of the page.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     work = Work(floor, Selection())
    ...     work.begin(Scenario("storm"))
    ...     work.runs.wait()
    ...     work.close()
    ...     work.answer.stage, work.answer.ensemble.members
    ('done', 8)
    """

    floor = param.Parameter(doc="The floor.")
    answer = param.ClassSelector(class_=Answer, allow_None=True, doc="The run whose result is shown.")
    preview = param.ClassSelector(class_=Answer, allow_None=True, doc="How the preview stands.")
    longer = param.ClassSelector(class_=Answer, allow_None=True, doc="How the longer run stands.")
    shown = param.ClassSelector(class_=Shown, default=Shown(), doc="What of the result is looked at.")
    impact = param.Parameter(None, doc="Who and what the shown result hits; None while it is not worked out.")
    kept = param.Integer(0, doc="Grows whenever the library changed.")

    def __init__(self, floor: Any, selection: Selection, shelf: Shelf | None = None, **params: Any) -> None:
        super().__init__(floor=floor, selection=selection, **params)
        self.doc = pn.state.curdoc
        """The page's document; None in a notebook."""
        self.origin: tuple[str, str, str] | None = None
        """Kind, source and key of the record that this began from."""
        self.seen = Event()
        """Set when the browser shows the page: what changes while it loads may be lost on the way."""
        self._threads: list[Thread] = []
        self.runs = Runs(floor, self._heard, shelf)

    # what is asked

    def begin(self, scenario: Scenario, *, run: bool = True) -> None:
        """Take another scenario and show a preview of it; the one before can be taken back."""
        if self.scenario is not None:
            self.history.note(self.scenario, "")
        self._show(scenario, run=run)

    def undo(self) -> None:
        """Take back the last point that was tapped, or else the last change."""
        if self.drawn:
            self.drawn = self.drawn[:-1]
        elif self.scenario is not None:
            self._step(self.history.back(self.scenario))

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.scenario is not None:
            self._step(self.history.forward(self.scenario))

    def _step(self, scenario: Scenario | None) -> None:
        if scenario is None or self.scenario is None:
            return
        if scenario.model != self.scenario.model:
            self.runs.cancel()
            self.param.update(answer=None, longer=None)
        self._show(scenario)

    def _show(self, scenario: Scenario, *, run: bool = True) -> None:
        other = self.scenario is None or self.scenario.model != scenario.model
        self.steps = self.history.steps
        self.param.update(scenario=scenario, errors={}, placing="", drawn=[])
        if other:
            self.param.update(shown=Shown(), inputs=None)
        if run:
            self.runs.ask(scenario, "preview")

    def open(self, saved: Saved) -> None:
        """Open a scenario of the library; a longer run of it that is on the shelf is taken from there."""
        self.runs.cancel()
        self.param.update(answer=None, longer=None)
        self.begin(saved.scenario)
        self.selection.param.update(scenario=saved.key, area=None)
        runs = dict((saved.provenance or {}).get("runs") or {})
        finest = next((one for one in reversed(FIDELITIES) if one in runs and one != "preview"), None)
        if finest is not None and self.runs.kept(str(runs[finest])):
            self.runs.ask(saved.scenario, finest)

    def choose(self, model: str) -> None:
        """Take another model for the same place and time.

        Raises
        ------
        UnknownNameError
            If there is none of this name.
        """
        if model not in HAZARDS:
            raise UnknownNameError("hazard", model[:80], HAZARDS)
        now = self.scenario
        self.runs.cancel()
        self.param.update(answer=None, longer=None)
        first = opening(self.floor, model)
        self.selection.scenario = None
        self.begin(first if now is None else first.but(area=now.area, start=now.start))

    # running

    def wanted(self, scenario: Scenario) -> None:
        """Show a preview of what is asked now."""
        self.runs.ask(scenario, "preview")

    def run(self, fidelity: str) -> None:
        """Run it more finely, in the background."""
        if fidelity not in FIDELITIES:
            raise UnknownNameError("fidelity", fidelity[:40], FIDELITIES)
        if self.scenario is not None:
            chosen: Fidelity = next(one for one in FIDELITIES if one == fidelity)
            self.runs.ask(self.scenario, chosen)

    def cancel(self) -> None:
        """Give up the longer run."""
        self.runs.cancel()

    def look(self, **changes: Any) -> None:
        """Look at something else of the result."""
        self.shown = self.shown.but(**changes)

    def aside(self, work: Callable[[], object]) -> None:
        """Do slow work on a thread of its own, so that the page goes on."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = Thread(target=work, name="twin-aside", daemon=True)
        self._threads.append(thread)
        thread.start()

    def settle(self, seconds: float = 60.0) -> None:
        """Wait until all that runs and all slow work is done: for notebooks and tests."""
        self.runs.wait(seconds)
        for thread in list(self._threads):
            if thread is not current_thread():
                thread.join(timeout=seconds)

    def close(self) -> None:
        """Cancel all that runs, and wait for what is worked on: a store is not closed under its readers."""
        self.seen.set()
        self.runs.close()
        for thread in self._threads:
            if thread is not current_thread():
                thread.join(timeout=10)

    # what comes back

    def _heard(self, answer: Answer) -> None:
        """Take how a run stands; on a thread of the runs."""
        doc = self.doc
        if doc is not None and doc.session_context is None:
            return  # a server tries the desk before anybody looks
        inputs = None
        if answer.ensemble is not None and answer.stage == "done":
            request = answer.ensemble.request
            inputs = (request.site, request.forcing)
        elif answer.stage == "failed":
            inputs = self._made(answer.scenario)
        on_page(doc, lambda: self._take(answer, inputs))

    def _made(self, scenario: Scenario) -> tuple[xr.Dataset, xr.Dataset] | None:
        """Return what can be made of a scenario that failed, so that the form shows what there is to mend."""
        try:
            site = ground(self.floor, scenario)
            return site, scenario.but(courses={}).forcing(self.floor, site)
        except WatchfloorError:
            return None

    def _take(self, answer: Answer, inputs: Any) -> None:
        now = self.scenario
        changed: dict[str, Any] = {"preview" if answer.fidelity == "preview" else "longer": answer}
        mine = now is not None and answer.scenario.model == now.model
        if mine and answer.ensemble is not None and self._better(answer):
            changed["answer"] = answer
        if mine and inputs is not None and answer.scenario is self.scenario:
            changed["inputs"] = inputs
        self.param.update(**changed)

    def _better(self, answer: Answer) -> bool:
        """Tell whether a result is to be shown in place of the one that is: what is asked now, as finely as there is."""
        last, now = self.answer, self.scenario
        if last is None or now is None or last.scenario.key != now.key:
            return True
        if answer.scenario.key != now.key:
            return False
        return FIDELITIES.index(answer.fidelity) >= FIDELITIES.index(last.fidelity)

    def listen(self, names: list[str], work: Callable[..., None]) -> Any:
        """Call something whenever parameters change; return what stops it."""
        watcher = self.param.watch(work, names)
        return lambda: self.param.unwatch(watcher)


def number(message: Mapping[str, Any], name: str) -> float:
    """Return a number of a browser's message."""
    value = message[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInputError(f"{name} is {str(value)[:40]!r}; expected a number.")
    return float(value)
