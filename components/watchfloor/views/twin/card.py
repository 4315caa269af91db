"""The card of a model: what it needs and gives, what it rests on, and whether its published values come out today."""

from collections.abc import Mapping
from typing import Any, ClassVar

from watchfloor.core.clock import monotonic
from watchfloor.hazards.base import Hazard
from watchfloor.hazards.reference import verify
from watchfloor.hazards.streams import Streams
from watchfloor.views.pageloop import on_page
from watchfloor.views.twin.base import TwinPane, TwinView

__all__ = ["Card", "CardPane"]

_CHECKED: dict[str, dict[str, Any]] = {}


class CardPane(TwinPane):
    """The card on the screen."""


class Card(TwinView):
    """What must be known of the model that is open.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     Card(floor, work=Work(floor, Selection())).state()
    {'model': None}
    """

    pane_type = CardPane
    follows: ClassVar[tuple[str, ...]] = ("scenario",)

    def __init__(self, *args: Any, **params: Any) -> None:
        self._busy = ""
        super().__init__(*args, **params)

    def state(self) -> dict[str, Any]:
        """Return the card, with the values that were computed anew if that was asked for."""
        now = self.work.scenario
        if now is None:
            return {"model": None}
        kind = now.kind
        return {
            "model": now.model,
            "title": dict(kind.title),
            "version": kind.version,
            "needs": [
                {"en": one.spec.en, "zh": one.spec.zh, "units": one.spec.units, "doc": one.doc, "role": one.role, "default": one.default}
                for one in kind.needs
            ],
            "gives": [{"en": one.spec.en, "zh": one.spec.zh, "units": one.spec.units, "doc": one.doc} for one in kind.gives],
            "sources": list(kind.sources),
            "references": [{"case": one.case, "citation": one.citation, "units": one.units, "note": one.note} for one in kind.references],
            "checked": _CHECKED.get(now.model),
            "busy": self._busy == now.model,
        }  # fmt: skip

    def heard(self, what: str, message: Mapping[str, Any]) -> None:  # noqa: ARG002  there is nothing else to ask
        """Compute the published values anew, and time a run of the example."""
        now = self.work.scenario
        if what == "verify" and now is not None and not self._busy:
            self._busy = now.model
            self.refresh()
            name, kind = now.model, now.kind
            self.work.aside(lambda: self._verify(name, kind))

    def _verify(self, name: str, kind: type[Hazard]) -> None:
        found: dict[str, Any] = {"outcomes": [], "seconds": None, "trouble": ""}
        try:
            found["outcomes"] = [
                {
                    "passed": one.passed,
                    "found": [float(f"{v:.6g}") for v in one.found[:8]],
                    "trouble": one.trouble[:300],
                }
                for one in verify(kind.references)
            ]
            site, forcing, until = kind.example()
            model = kind()
            prepared = model.prepare(site, forcing, until=until)
            start = monotonic()
            model.run(prepared, model.sample(Streams(0, 0)))
            found["seconds"] = float(f"{monotonic() - start:.2g}")
        except Exception as error:  # noqa: BLE001  whatever a model's own checks raise is told on its card
            found["trouble"] = f"{type(error).__name__}: {error}"[:300]
        _CHECKED[name] = found
        on_page(self.work.doc, self._arrive)

    def _arrive(self) -> None:
        self._busy = ""
        self.refresh()
