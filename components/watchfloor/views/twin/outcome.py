"""What of the result is looked at: output, way, threshold, member; with legend, validity and what was assumed."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.hazards.place import remarks
from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.layers import HOWS, Layer, fields, layer
from watchfloor.views.twin.work import number

__all__ = ["Outcome", "OutcomePane"]

_ROWS = 40


class OutcomePane(TwinPane):
    """The choice and the legend on the screen."""


class Outcome(TwinView):
    """How the result is looked at, and what must be known to read it.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     Outcome(floor, work=Work(floor, Selection())).state()
    {'result': None}
    """

    pane_type = OutcomePane
    follows: ClassVar[tuple[str, ...]] = ("answer", "shown")

    def state(self) -> dict[str, Any]:
        """Return the choice, the legend and the sentences."""
        answer, shown = self.work.answer, self.work.shown
        if answer is None or answer.ensemble is None:
            return {"result": None}
        ensemble = answer.ensemble
        model = ensemble.request.model
        try:
            made = layer(ensemble, shown)
        except WatchfloorError as error:
            return {"result": None, "trouble": str(error)}
        known = fields(ensemble)
        name = shown.field if any(item.field == shown.field for item in known) else known[0].field
        timed = bool(ensemble.timed)
        return {
            "result": {
                "fields": [
                    {"field": item.field, "en": item.spec.en, "zh": item.spec.zh, "doc": item.doc}
                    for item in known
                ],
                "field": name,
                "levels": list(next(item.levels for item in known if item.field == name)),
                "hows": [how for how in HOWS if how != "time" or timed],
                "how": made.how,
                "asked": shown.how,
                "note": dict(made.note),
                "members": [int(one) for one in ensemble.data.member.values],
                "legend": legend(made),
                "table": _table(made),
                "model": dict(model.title),
                "validity": dict(model.validity),
                "remarks": list(
                    dict.fromkeys(
                        [*remarks(ensemble.request.site, ensemble.request.forcing), *ensemble.remarks]
                    )
                ),
            }
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Look at something else."""
        if what == "field":
            self.work.look(field=str(message["name"])[:80], level=None)
        elif what == "how":
            how = str(message["name"])
            if how not in HOWS:
                raise InvalidInputError(
                    f"{how[:40]!r} is no way to look at a result; expected {', '.join(HOWS)}."
                )
            self.work.look(how=how)
        elif what == "level":
            self.work.look(how="probability", level=number(message, "value"))
        elif what == "member":
            self.work.look(how="member", member=int(number(message, "value")))


def legend(made: Layer) -> dict[str, Any]:
    """Return a layer's legend in JSON's types: names, unit, ends and colours from low to high."""
    return {
        "title": dict(made.title),
        "units": made.units,
        "low": made.low,
        "high": made.high,
        "ramp": [*made.palette[:: max(1, len(made.palette) // 16)], made.palette[-1]],
    }


def _table(made: Layer) -> list[dict[str, Any]]:
    """Return the values of a result that lies at places, the highest first; none for a grid."""
    values = made.values
    if values.ndim != 1:
        return []
    dim = str(values.dims[0])
    names = values[dim].values if dim in values.coords else range(values.size)
    numbers = np.nan_to_num(np.asarray(values.values, float)) / made.factor
    order = np.argsort(-numbers, kind="stable")[:_ROWS]
    return [{"name": str(names[at])[:120], "value": float(f"{numbers[at]:.4g}")} for at in order]
