"""What brings what about: a cascade as a graph with its probabilities, and one member's steps with their numbers."""

import logging
from collections.abc import Mapping
from threading import Lock
from typing import Any, ClassVar

import numpy as np

from watchfloor.core.errors import UnknownNameError, WatchfloorError
from watchfloor.core.fields import FIELDS
from watchfloor.impact import Impact
from watchfloor.impact.cascade import Cascade, Play, Step, cascades_of, highest, play, steps, triggered
from watchfloor.impact.outcome import row_of
from watchfloor.views.pageloop import on_page
from watchfloor.views.selection import Selection
from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.work import Work, number

__all__ = ["Cascades", "CascadesPane"]

log = logging.getLogger(__name__)

_ALONE = 200
"""Members that are played where no hazard's result is there."""


class CascadesPane(TwinPane):
    """The graph on the screen."""


class Cascades(TwinView):
    """The floor's cascades; the one that is chosen is played with the result that is shown, or alone.

    Parameters
    ----------
    wide
        Whether the graph stands open, as in a notebook, and not behind a button.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     view = Cascades(floor, work=Work(floor, Selection()))
    ...     view.choose("river")
    ...     view.wait()
    ...     told = view.state()["played"]
    >>> told["members"], [one["name"] for one in told["nodes"]][:2]
    (200, ['rain', 'landslide'])
    """

    pane_type = CascadesPane
    follows: ClassVar[tuple[str, ...]] = ("scenario",)

    def __init__(self, *args: Any, wide: bool = False, **params: Any) -> None:
        self._wide = wide
        self._lock = Lock()
        self._known, self._problems = cascades_of(args[0] if args else params["floor"])
        self._name, self._event, self._member = "", "", 0
        self._played: Play | None = None
        self._values: dict[str, np.ndarray] = {}
        self._trouble = ""
        self._asked = 0
        super().__init__(*args, **params)
        self.watch(self.work, ["impact"], self._again)

    @classmethod
    def of(cls, floor: Any, name: str, impact: Impact | None = None) -> "Cascades":
        """Return a cascade's graph for a notebook, played with a hazard's impact or alone.

        Raises
        ------
        UnknownNameError
            If the floor has no cascade of this name.
        """
        view = cls(floor, work=Work(floor, Selection()), wide=True)
        view.work.impact = impact
        view.choose(name)
        view.wait()
        return view

    def state(self) -> dict[str, Any]:
        """Return the cascades' names, and the one that is played."""
        return {
            "known": [
                {"name": name, "en": one.en, "zh": one.zh or one.en} for name, one in self._known.items()
            ],
            "problems": list(self._problems)[:10],
            "name": self._name,
            "wide": self._wide,
            "trouble": self._trouble,
            "busy": self._asked > 0,
            "event": self._event,
            "played": None if self._played is None else told(self._played, self._member, self._values),
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Choose a cascade, an event or a member."""
        if what == "cascade":
            self.choose(str(message["name"])[:80])
        elif what == "open" and not self._name and self._known:
            self.choose(self._first())
        elif what == "event":
            name = str(message["name"])[:80]
            self._event = "" if name == self._event else name
            self.refresh()
        elif what == "member" and self._played is not None:
            member = int(number(message, "value"))
            row_of(self._played.members, member)  # refuses one that there is not
            self._member = member
            self.refresh()

    def choose(self, name: str) -> None:
        """Play a cascade.

        Raises
        ------
        UnknownNameError
            If the floor has none of this name.
        """
        if name not in self._known:
            raise UnknownNameError("cascade", name, self._known)
        self._name, self._event = name, ""
        self._again()

    def wait(self) -> None:
        """Wait until what was asked is played: for notebooks and tests."""
        self.work.settle()

    def _first(self) -> str:
        """Return the cascade that tells of the hazard which is open, or the first."""
        now = self.work.scenario
        kind = None if now is None else now.kind.kind
        told = (
            name
            for name, one in self._known.items()
            if any(e.trigger is not None and e.kind == kind for e in one.events)
        )
        return next(told, next(iter(self._known)))

    def _again(self, *_: Any) -> None:
        if not self._name:
            return
        self._asked += 1
        cascade, impact = self._known[self._name], self.work.impact
        self.refresh()
        self.work.aside(lambda: self._play(cascade, impact))

    def _play(self, cascade: Cascade, impact: Impact | None) -> None:
        """Play it; on a thread, and the newest question wins."""
        trouble, played, values = "", None, {}
        try:
            with self._lock:
                if impact is None:
                    played = play(cascade, _ALONE)
                else:
                    given, when = triggered(cascade, impact)
                    values = highest(cascade, impact)
                    played = play(cascade, impact.members, given=given, when=when)
        except WatchfloorError as error:
            trouble = str(error)
        except Exception:
            log.exception("the cascade %s could not be played", cascade.name)
            trouble = "The cascade could not be played; the reason is in the server's log."
        on_page(self.work.doc, lambda: self._arrive(cascade.name, played, values, trouble))

    def _arrive(self, name: str, played: Play | None, values: dict[str, np.ndarray], trouble: str) -> None:
        self._asked = max(0, self._asked - 1)
        if name == self._name:
            self._played, self._values, self._trouble = played, values, trouble
            if played is not None:
                self._member = _worst(played)
        self.refresh()


def _worst(played: Play) -> int:
    """Return the member in which most happened."""
    count = np.sum(list(played.happened.values()), axis=0)
    return int(played.members[int(np.argmax(count))])


def told(played: Play, member: int, values: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return a played cascade in JSON's types: nodes, edges and the steps of a member.

    Examples
    --------
    >>> from watchfloor.impact.cascade import Event, Link
    >>> flood, dark = Event("flood", "Flood", probability=1.0), Event("dark", "Outage")
    >>> made = play(Cascade("a", "A", events=(flood, dark), links=(Link("flood", "dark", 1.0, delay=3600.0),)), members=3)
    >>> [one["en"] for one in told(made, 0, {})["steps"]]
    ['Flood', 'Outage']
    """
    nodes = [
        {
            "name": row["name"], "en": row["title"], "zh": row["title_zh"], "kind": row["kind"], "facility": row["facility"],
            "probability": float(row["probability"]), "exact": _known(row["exact"]), "alone": float(row["alone"]),
            "time": _known(row["time"]), "level": int(row["level"]), "given": row["name"] in played.given,
            "gate": played.cascade.by_name[row["name"]].gate, "source": played.cascade.by_name[row["name"]].source,
            "trigger": _trigger(played, row["name"]),
        }
        for row in played.nodes.to_dict("records")
    ]  # fmt: skip
    edges = [
        {
            "cause": row["cause"], "effect": row["effect"], "relation": row["relation"], "probability": float(row["probability"]),
            "passed": float(row["passed"]), "share": float(row["share"]), "delay": float(row["delay"]), "why": {"en": row["why"], "zh": row["why_zh"]},
            "source": row["source"],
        }
        for row in played.edges.to_dict("records")
    ]  # fmt: skip
    return {
        "members": int(played.members.size),
        "numbers": [int(one) for one in played.members[:1000]],
        "member": member,
        "source": played.cascade.source,
        "trace": played.trace[:12],
        "nodes": nodes,
        "edges": edges,
        "steps": [_step(played, step) for step in steps(played, member, values)],
    }


def _trigger(played: Play, name: str) -> dict[str, Any] | None:
    trigger = played.cascade.by_name[name].trigger
    if trigger is None:
        return None
    spec = FIELDS[trigger.field]
    return {
        "en": spec.en, "zh": spec.zh, "units": "" if spec.units == "1" else spec.units, "above": trigger.above,
        "place": trigger.facility or trigger.district,
    }  # fmt: skip


def _step(played: Play, step: Step) -> dict[str, Any]:
    return {
        "name": step.event.name, "en": step.event.en, "zh": step.event.zh or step.event.en, "time": step.time, "by": step.by,
        "value": _known(step.value), "trigger": _trigger(played, step.event.name) if step.by == "result" else None,
        "causes": [
            {
                "cause": link.cause, "en": played.cascade.by_name[link.cause].en,
                "zh": played.cascade.by_name[link.cause].zh or played.cascade.by_name[link.cause].en,
                "probability": link.probability, "why": {"en": link.why, "zh": link.why_zh or link.why},
            }
            for link in step.links
        ],
    }  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
