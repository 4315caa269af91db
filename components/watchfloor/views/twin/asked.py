"""What is asked on one page, and how a hand changes it: numbers, courses, places, measures; each step can be taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import param

from watchfloor.core.errors import InvalidInputError, UnknownNameError, WatchfloorError
from watchfloor.hazards.action import Action
from watchfloor.hazards.byhand import ADDED
from watchfloor.hazards.scenario import Scenario, configured
from watchfloor.views.selection import Selection
from watchfloor.views.twin.forms import sourced, track
from watchfloor.views.twin.history import History
from watchfloor.views.twin.outline import LEAST, geometry, outline

__all__ = ["Asked"]

_POINTS = 200


class Asked(param.Parameterized):
    """What is asked; `Work` runs it.

    Parameters
    ----------
    scenario
        What is asked first.

    Examples
    --------
    >>> asked = Asked(scenario=Scenario("storm"))
    >>> asked.set("frames", 9)
    >>> asked.scenario.settings, asked.steps
    ({'frames': 9}, (1, 0))
    """

    selection = param.ClassSelector(
        class_=Selection, allow_None=True, doc="What is looked at, shared with other views."
    )
    scenario = param.ClassSelector(class_=Scenario, allow_None=True, doc="What is asked.")
    placing = param.String(
        "", doc="What the next taps on the map place: ``place:NAME`` or ``measure:NUMBER``."
    )
    drawn = param.List([], doc="Points tapped so far, longitude and latitude.")
    inputs = param.Parameter(None, doc="Site and forcing of the scenario as they were made last.")
    steps = param.Tuple((0, 0), doc="How many steps can be taken back, and how many done again.")
    errors = param.Dict({}, doc="What was refused: name of the field in the form -> sentence.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.history = History()

    def wanted(self, scenario: Scenario) -> None:
        """Do what is to be done when something else is asked."""

    def change(self, name: str, **changes: Any) -> None:
        """Ask the same otherwise; what is refused is said beside the form's field `name`."""
        now = self.scenario
        if now is None:
            return
        try:
            # through its JSON, which is checked as whatever comes from outside is
            made = Scenario.of({**now.but(**changes).body()})
            if "settings" in changes:
                configured(made.kind, made.settings)
        except WatchfloorError as error:
            self.errors = {**self.errors, name: str(error)}
            return
        left = {key: text for key, text in self.errors.items() if key != name}
        self.history.note(now, name)
        self.param.update(scenario=made, errors=left, steps=self.history.steps)
        self.wanted(made)

    def set(self, name: str, value: Any) -> None:
        """Set a parameter of the model."""
        now = self.scenario
        if now is None:
            return
        declared = now.kind.param.objects("existing")
        settings = {**now.settings, name: value}
        if name in declared and declared[name].default == value:
            settings.pop(name)
        self.change(f"set:{name}", settings=settings)

    def drive(self, field: str, values: Any, time: list[float] | None = None) -> None:
        """Set what drives the run: a number, or a course over the times."""
        now = self.scenario
        if now is None:
            return
        courses = dict(now.courses)
        if time is not None:
            if courses.get("time") != time and len(time) != len(courses.get("time", time)):
                # courses drawn for other times no longer fit; they are taken anew from the inputs
                courses["values"] = {
                    key: one
                    for key, one in dict(courses.get("values") or {}).items()
                    if not isinstance(one, list)
                }
            courses["time"] = time
        courses["values"] = {**dict(courses.get("values") or {}), field: values}
        self.change(f"drive:{field}", courses=courses)

    def state(self, field: str, at: int, value: float) -> None:
        """Set a number of one part of the site, such as a reservoir's volume."""
        if self.scenario is None or self.inputs is None or field not in self.inputs[0]:
            return
        values = [float(one) for one in self.inputs[0][field].values]
        if not 0 <= at < len(values):
            raise InvalidInputError("There is no such part of the site any more; nothing was done.")
        values[at] = value
        self.drive(field, values)

    def place(self, name: str, lon: float, lat: float) -> None:
        """Move a named place, or put a new source there."""
        now = self.scenario
        if now is not None:
            self.change(f"place:{name}", places={**now.places, name: (lon, lat)})

    def add(self) -> None:
        """Have the next tap on the map put another source there: an ignition, a leak, an inflow."""
        if self.inputs is None or not sourced(self.inputs[1]):
            raise InvalidInputError("Nothing can be added to what drives this model.")
        names = [str(one) for one in self.inputs[1][ADDED].values]
        number = next(n for n in range(2, len(names) + 3) if f"{names[0]} {n}" not in names)
        self.param.update(placing=f"place:{names[0]} {number}", drawn=[])

    def remove(self, name: str) -> None:
        """Take a source away that was added."""
        now = self.scenario
        if now is None or name not in now.places:
            return
        courses = dict(now.courses)
        if self.inputs is not None and sourced(self.inputs[1]):
            names = [str(one) for one in self.inputs[1][ADDED].values]
            if name in names:
                at = names.index(name)
                courses["values"] = {
                    key: [[*row[:at], *row[at + 1 :]] if isinstance(row, list) else row for row in one]
                    if isinstance(one, list)
                    else one
                    for key, one in dict(courses.get("values") or {}).items()
                }
        places = {key: one for key, one in now.places.items() if key != name}
        self.change(f"away:{name}", places=places, courses=courses)

    def steer(self, at: int, lon: float, lat: float) -> None:
        """Move one point of a track."""
        if self.scenario is None or self.inputs is None:
            return
        forcing = self.inputs[1]
        points = track(forcing)
        if not 0 <= at < len(points):
            return
        drawn = dict(self.scenario.courses.get("values") or {})
        for number, name in enumerate(("longitude", "latitude")):
            had = drawn.get(name)
            values = (
                list(had)
                if isinstance(had, list) and len(had) == len(points)
                else [p[number] for p in points]
            )
            values[at] = (lon, lat)[number]
            drawn[name] = values
        time = [float(one) for one in forcing.time.values]
        self.change("track", courses={**dict(self.scenario.courses), "time": time, "values": drawn})

    def drag(self, handle: str, lon: float, lat: float) -> None:
        """Move what a handle on the map stands for: ``place:NAME``, ``track:N``, ``drawn:N`` or ``action:N:POINT``."""
        what, _, name = handle.partition(":")
        now = self.scenario
        if now is None:
            return
        if what == "place":
            self.place(name, lon, lat)
        elif what == "track":
            self.steer(int(name), lon, lat)
        elif what == "drawn" and 0 <= int(name) < len(self.drawn):
            self.drawn = [(lon, lat) if n == int(name) else one for n, one in enumerate(self.drawn)]
        elif what == "action":
            at, point = (int(one) for one in name.split(":"))
            if 0 <= at < len(now.actions):
                self._bend(at, lambda points: [(lon, lat) if n == point else p for n, p in enumerate(points)])

    def pick(self, handle: str) -> None:
        """Take away what a handle on the map stands for, where that leaves something."""
        what, _, name = handle.partition(":")
        now = self.scenario
        if now is None:
            return
        if what == "place":
            if name in now.places:
                self.remove(name)
        elif what == "drawn":
            self.drawn = [one for n, one in enumerate(self.drawn) if n != int(name)]
        elif what == "action":
            at, point = (int(one) for one in name.split(":"))
            if 0 <= at < len(now.actions):
                self._bend(at, lambda points: [p for n, p in enumerate(points) if n != point])

    def _bend(self, at: int, work: Callable[[list[Any]], list[Any]]) -> None:
        """Give a measure's place other points; one without enough of them is taken away."""
        now = self.scenario
        assert now is not None
        action = now.actions[at]
        shape, points = outline(action.where)
        if not points:
            return
        made = work(points)
        where = geometry(shape, made) if len(made) >= LEAST.get(shape, 1) else None
        kept = [one if n != at else replace(one, where=where) for n, one in enumerate(now.actions)]
        self.change(
            f"measure:{at}", actions=tuple(one for n, one in enumerate(kept) if n != at or where is not None)
        )

    def act(self, actions: tuple[Action, ...]) -> None:
        """Set what is done about it."""
        self.change("measures", actions=actions)

    def take(self, measure: str) -> None:
        """Add a measure; one that stands somewhere is drawn on the map next."""
        now = self.scenario
        if now is None:
            return
        known = {one.name: one for one in now.kind.measures}
        if measure not in known:
            raise UnknownNameError("measure", measure[:80], known)
        one = known[measure]
        action = Action(measure, {name: default for name, (_, default) in one.parameters.items()})
        if one.shape in {"line", "point"}:
            # without a place it would stand everywhere: it is taken once it is drawn
            self.param.update(placing=f"measure:{measure}", drawn=[])
        else:
            self.act((*now.actions, action))

    def redraw(self, at: int) -> None:
        """Have the next taps on the map say where a measure that is taken stands."""
        if self.scenario is None or not 0 <= at < len(self.scenario.actions):
            raise InvalidInputError("There is no such measure any more; nothing was done.")
        now = self.placing == f"outline:{at}"
        self.param.update(placing="" if now else f"outline:{at}", drawn=[])

    @property
    def placed(self) -> str:
        """Name of the measure that is being drawn; empty for none."""
        what, _, name = self.placing.partition(":")
        if what == "outline" and self.scenario is not None and int(name) < len(self.scenario.actions):
            return str(self.scenario.actions[int(name)].measure)
        return name if what == "measure" else ""

    def tapped(self, lon: float, lat: float) -> bool:
        """Take a tap on the map; false if nothing is being placed."""
        what, _, name = self.placing.partition(":")
        if what == "place":
            self.param.update(placing="", drawn=[])
            self.place(name, lon, lat)
        elif what in {"measure", "outline"} and len(self.drawn) < _POINTS:
            self.drawn = [*self.drawn, (lon, lat)]
            if self._shape(name) == "point":
                self.finish()
        return bool(what)

    def finish(self) -> None:
        """Take what was drawn as the place of the measure."""
        what, _, name = self.placing.partition(":")
        now = self.scenario
        if now is None or what not in {"measure", "outline"}:
            return
        shape, points = self._shape(name), [list(point) for point in self.drawn]
        least = LEAST.get(shape, 1)
        if len(points) < least:
            raise InvalidInputError(
                f"A {shape} needs at least {least} points; {len(points)} are there. Tap on the map."
            )
        where = geometry(shape, points)
        self.param.update(placing="", drawn=[])
        if what == "outline":
            number = int(name)
            self.act(
                tuple(replace(one, where=where) if n == number else one for n, one in enumerate(now.actions))
            )
            return
        one = next(item for item in now.kind.measures if item.name == name)
        action = Action(name, {key: default for key, (_, default) in one.parameters.items()}, where)
        self.act((*now.actions, action))

    def _shape(self, name: str) -> str:
        now = self.scenario
        if now is None:
            return ""
        measure = now.actions[int(name)].measure if name.isdigit() and int(name) < len(now.actions) else name
        return next((one.shape for one in now.kind.measures if one.name == measure), "")

    def window(self) -> None:
        """Take the area that is selected on the map as the place, or all where none is."""
        self.change("area", area=None if self.selection is None else self.selection.area)

    def since(self, start: datetime | None, *, observed: bool) -> None:
        """Say when it begins, and whether sensors say what drives it."""
        self.change("start", start=start, observed=observed and start is not None)
