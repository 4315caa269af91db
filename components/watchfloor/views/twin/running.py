"""How the runs stand: what is shown, how far the longer run is, and the keys to start and cancel it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from watchfloor.hazards.ensemble import MEMBERS
from watchfloor.views.selection import Selection
from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.layers import area_above
from watchfloor.views.twin.runs import Answer

__all__ = ["RunBar", "RunBarPane"]


class RunBarPane(TwinPane):
    """The bar on the screen."""


class RunBar(TwinView):
    """Preview, standard and full; progress, time left, cancel; what the shown result is made of.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     RunBar(floor, work=Work(floor, Selection())).state()["longer"]
    """

    pane_type = RunBarPane
    follows: ClassVar[tuple[str, ...]] = ("scenario", "answer", "preview", "longer", "steps", "drawn")

    def __init__(self, *args: Any, **params: Any) -> None:
        self._area: tuple[Any, Any] = (None, None)
        super().__init__(*args, **params)

    def state(self) -> dict[str, Any]:
        """Return how the runs stand."""
        work = self.work
        answer = work.answer
        told: dict[str, Any] = {
            "model": None if work.scenario is None else work.scenario.model,
            "title": "" if work.scenario is None else work.scenario.title,
            "sizes": dict(MEMBERS),
            "preview": _stand(work.preview),
            "longer": _stand(work.longer),
            "shown": None,
            "steps": list(work.steps),
            "points": len(work.drawn),
            "origin": None
            if work.origin is None
            else "./situation" + Selection(record=work.origin).to_query(),
        }
        if answer is not None and answer.ensemble is not None and work.scenario is not None:
            ensemble = answer.ensemble
            balance = ensemble.data.attrs.get("balance_error")
            told["shown"] = {
                "fidelity": answer.fidelity,
                "members": ensemble.members,
                "of": ensemble.request.size,
                "stale": answer.scenario.key != work.scenario.key,
                "seconds": round(answer.seconds, 2),
                "balance": None if balance is None else float(balance),
                "run": ensemble.request.key[:12],
                "area": self._above(answer),
            }
        return told

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Start or cancel a run."""
        if what == "hello":
            self.work.seen.set()
        elif what == "run":
            self.work.run(str(message["fidelity"]))
        elif what == "cancel":
            self.work.cancel()
        elif what == "undo":
            self.work.undo()
        elif what == "redo":
            self.work.redo()

    def _above(self, answer: Answer) -> dict[str, Any] | None:
        """Return the area above the level, worked out once for a result and a level."""
        assert answer.ensemble is not None
        key = (id(answer.ensemble), answer.ensemble.members)
        if self._area[0] != key:
            self._area = (key, area_above(answer.ensemble))
        found: dict[str, Any] | None = self._area[1]
        return found


def _stand(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    status = answer.status
    return {
        "stage": answer.stage,
        "fidelity": answer.fidelity,
        "done": None if status is None else round(status.done, 3),
        "members": None if status is None else status.members,
        "left": None if status is None or status.left is None else round(status.left, 1),
        "trouble": answer.trouble[:600],
        "seconds": round(answer.seconds, 2),
    }
