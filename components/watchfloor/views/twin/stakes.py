"""Who and what is hit, beside the result: totals with uncertainty, districts, facilities in order of need, needs and stocks."""

import logging
from functools import partial
from threading import Lock, Thread
from typing import Any, ClassVar

import numpy as np
import panel as pn

from watchfloor.core.errors import WatchfloorError
from watchfloor.core.kinds import KINDS
from watchfloor.hazards.ensemble import Ensemble
from watchfloor.impact import Exposures, Impact, assess, exposures_of
from watchfloor.impact.measures import measured
from watchfloor.views.map.mercator import forward
from watchfloor.views.pageloop import on_page
from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.work import number

__all__ = ["Stakes", "StakesPane", "told"]

log = logging.getLogger(__name__)

_OWN = "_watchfloor_exposures"
_LOCK = Lock()
_FACILITIES, _DISTRICTS = 15, 12
_FAMILIES = ("people", "deaths", "injured", "displaced")


class StakesPane(TwinPane):
    """The tables on the screen."""


def exposures(floor: Any) -> Exposures:
    """Return who and what may be hit on a floor, read once in a process."""
    with _LOCK:
        made: Exposures | None = vars(floor).get(_OWN)
        if made is None:
            made = vars(floor)[_OWN] = exposures_of(floor)
        return made


class Stakes(TwinView):
    """The impact of the result that is shown; worked out beside the page, the newest result wins.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     Stakes(floor, work=Work(floor, Selection())).state()
    {'impact': None, 'trouble': ''}
    """

    pane_type = StakesPane
    follows: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **params: Any) -> None:
        self._found: dict[str, Any] | None = None
        self._trouble = ""
        self._wanted: Ensemble | None = None
        self._thread: Thread | None = None
        self.find: Any = None
        """Takes a box in metres that the map is to show; the desk sets it."""
        super().__init__(*args, **params)
        self._doc = pn.state.curdoc
        self.watch(self.work, ["answer"], self._ask)

    def state(self) -> dict[str, Any]:
        """Return the figures, or why there are none."""
        return {"impact": self._found, "trouble": self._trouble}

    def heard(self, what: str, message: Any) -> None:
        """Show a place on the map."""
        if what == "show" and self.find is not None:
            x, y = (float(v) for v in forward(number(message, "lon"), number(message, "lat")))
            self.find((x - 2500.0, y - 2000.0, x + 2500.0, y + 2000.0))

    def close(self) -> None:
        """Stop watching, and wait for what is being worked out."""
        self._wanted = None
        super().close()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _ask(self, *_: Any) -> None:
        answer = self.work.answer
        if answer is None or answer.ensemble is None:
            self._found, self._trouble = None, ""
            self.work.impact = None
            self.refresh()
            return
        if answer.stage != "done":
            return
        self._wanted = answer.ensemble
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._work_out, name="twin-impact", daemon=True)
            self._thread.start()

    def _work_out(self) -> None:
        """Work out the impact of the newest result, until there is no newer one."""
        last: Ensemble | None = None
        while (ensemble := self._wanted) is not None and ensemble is not last:
            last = ensemble
            found: dict[str, Any] | None = None
            impact: Impact | None = None
            trouble = ""
            try:
                impact = assess(ensemble, exposures(self.floor))
                found = told(impact)
            except WatchfloorError as error:
                trouble = str(error)
            except Exception:
                log.exception("the impact of a run could not be told")
                trouble = "The impact could not be worked out; the reason is in the server's log."
            if ensemble is self._wanted:
                on_page(self._doc, partial(self._arrive, found, trouble, impact))

    def _arrive(self, found: dict[str, Any] | None, trouble: str, impact: Impact | None) -> None:
        self._found, self._trouble = found, trouble
        self.work.impact = impact
        self.refresh()


def told(impact: Impact) -> dict[str, Any]:
    """Return an impact in JSON's types: what a page shows of it."""
    quantiles = impact.quantiles((0.1, 0.5, 0.9))
    rows = []
    for name, row in quantiles.iterrows():
        one = measured(str(name))
        rows.append(
            {
                "name": str(name), "en": one.en, "zh": one.zh, "units": "" if row["units"] == "1" else str(row["units"]),
                "low": _number(row["q10"]), "mid": _number(row["q50"]), "high": _number(row["q90"]), "mean": _number(row["mean"]),
            }
        )  # fmt: skip
    districts = impact.districts
    first = next(
        (name for name in ("people_exposed", "deaths") if name in impact.measures), impact.measures[0]
    )
    facilities = impact.facilities.head(_FACILITIES)
    return {
        "kind": KINDS[impact.kind].en if impact.kind in KINDS else impact.kind,
        "rows": rows,
        "measure": {"en": measured(first).en, "zh": measured(first).zh},
        "districts": [
            {"en": str(row["name"]), "zh": str(row["name_zh"]), "mean": _number(row[first]), "high": _number(row[f"{first}_q95"])}
            for _, row in districts.head(_DISTRICTS).iterrows() if row[first] > 0 or row[f"{first}_q95"] > 0
        ],
        "facilities": [
            {
                "en": str(row["name"])[:120], "zh": str(row["name_zh"] or row["name"])[:120], "kind": str(row["kind"])[:60],
                "probability": _number(row["probability"]), "reason": str(row["reason"])[:200], "people": _number(row["people"]),
                "lon": float(row["longitude"]), "lat": float(row["latitude"]),
            }
            for _, row in facilities.iterrows()
        ],
        "needs": _needs(impact),
        "remarks": list(impact.remarks)[:20],
        "validity": [{"title": title, **words} for title, words in impact.validity.items()],
        "trace": impact.trace[:12],
    }  # fmt: skip


def _needs(impact: Impact) -> list[dict[str, Any]]:
    try:
        table = impact.needs()
    except WatchfloorError:
        return []
    return [
        {
            str(key): _number(value) if isinstance(value, float | int | np.number) else str(value)[:160]
            for key, value in row.items()
        }
        for row in table.reset_index().to_dict("records")
    ]


def _number(value: Any) -> float | None:
    found = float(value)
    return float(f"{found:.6g}") if np.isfinite(found) else None
