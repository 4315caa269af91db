"""The floor's scenarios: save what is asked, open what was saved, set two to four side by side, take a result away."""

from collections.abc import Mapping
from typing import Any, ClassVar

import param

from watchfloor.core.errors import ForbiddenError, InvalidInputError, WatchfloorError
from watchfloor.hazards import library
from watchfloor.security.roles import Capability
from watchfloor.security.text import filename
from watchfloor.views.pageloop import on_page
from watchfloor.views.serve.current import acting
from watchfloor.views.situation.rows import millis
from watchfloor.views.twin import export
from watchfloor.views.twin.base import TwinPane, TwinView
from watchfloor.views.twin.versus import MOST, versus

__all__ = ["Scenarios", "ScenariosPane"]


class ScenariosPane(TwinPane):
    """The list on the screen."""


class Scenarios(TwinView):
    """Saved and shipped scenarios; what is asked now can be saved under a title.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> from watchfloor.views.selection import Selection
    >>> from watchfloor.views.twin.work import Work
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     [row["key"] for row in Scenarios(floor, work=Work(floor, Selection())).state()["rows"]][:2]
    ['aftershock', 'crowd']
    """

    pane_type = ScenariosPane
    follows: ClassVar[tuple[str, ...]] = ("scenario", "answer", "kept")
    compared = param.List([], doc="Pictures of the scenarios that are set side by side.")

    def __init__(self, *args: Any, **params: Any) -> None:
        self._chosen: list[str] = []
        self._busy = False
        super().__init__(*args, **params)
        self.watch(self.picture, ["snapshot"])
        self.watch(self.selection, ["scenario", "as_of"])

    def state(self) -> dict[str, Any]:
        """Return the scenarios, the newest first, then those that ship with the catalog."""
        work = self.work
        rows = []
        try:
            found = [*library.saved(self.floor, self.selection.as_of), *library.shipped(self.floor).values()]
        except WatchfloorError:
            found = []
        for one in found[:200]:
            rows.append(
                {
                    "key": one.key, "title": one.scenario.title, "zh": one.title_zh, "model": one.scenario.model,
                    "actor": one.actor, "at": None if one.at is None else millis(one.at), "revision": one.revision,
                }
            )  # fmt: skip
        return {
            "rows": rows,
            "open": self.selection.scenario,
            "title": "" if work.scenario is None else work.scenario.title,
            "ready": work.answer is not None and work.answer.ensemble is not None,
            "chosen": self._chosen,
            "busy": self._busy,
            "compared": self.compared,
            "may": _may(),
            "most": MOST,
        }

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Save, open, drop, compare, or hand out a file. Roles are checked here, on the server's side."""
        if what == "save":
            self._save(str(message.get("title", ""))[:200], fresh=bool(message.get("fresh")))
        elif what == "open":
            self.work.open(library.read(self.floor, str(message["key"])[:80]))
        elif what == "drop":
            library.drop(self.floor, acting(), str(message["key"])[:80])
            self.refresh()
        elif what == "choose":
            key = str(message["key"])[:80]
            self._chosen = (
                [one for one in self._chosen if one != key]
                if key in self._chosen
                else [*self._chosen, key][-MOST:]
            )
            self.refresh()
        elif what == "compare":
            self._compare()
        elif what == "close":
            self.compared = []
            self.refresh()
        elif what == "take":
            self._take(str(message["form"]))

    def _save(self, title: str, *, fresh: bool) -> None:
        work = self.work
        if work.scenario is None:
            return
        runs = {}
        for answer in (work.preview, work.longer):
            if (
                answer is not None
                and answer.ensemble is not None
                and answer.stage == "done"
                and answer.scenario.key == work.scenario.key
            ):
                runs[answer.fidelity] = answer.ensemble.request.key
        known = {one.key for one in library.saved(self.floor)}
        key = None if fresh or self.selection.scenario not in known else self.selection.scenario
        made = library.save(
            self.floor, acting(), work.scenario.but(title=title), key=key, runs=runs, origin=work.origin
        )
        work.scenario = made.scenario
        self.selection.scenario = made.key
        self.refresh()
        self.pane.say(f"{made.scenario.title} · {made.revision}")

    def _compare(self) -> None:
        if not 2 <= len(self._chosen) <= MOST:
            raise InvalidInputError(
                f"{len(self._chosen)} scenarios are chosen; choose 2 to {MOST} to set them side by side."
            )
        asked = [library.read(self.floor, key) for key in self._chosen]
        self._busy = True
        self.refresh()
        self.work.aside(lambda: self._made(asked))

    def _made(self, asked: list[library.Saved]) -> None:
        """Run what is compared, as a preview each; on a thread."""
        trouble, found = "", []
        try:
            found = versus(self.floor, asked, self.work.shown, self.selection.language)
        except WatchfloorError as error:
            trouble = str(error)
        on_page(self.work.doc, lambda: self._arrive(found, trouble))

    def _arrive(self, found: list[dict[str, Any]], trouble: str) -> None:
        self._busy, self.compared = False, found
        self.refresh()
        if trouble:
            self.pane.say(trouble, bad=True)

    def _take(self, form: str) -> None:
        answer = self.work.answer
        if answer is None or answer.ensemble is None:
            raise InvalidInputError("There is no result yet; wait for the preview.")
        mark = str(self.floor.mark).split()
        stem = filename("-".join([*mark[:1], str(self.floor.name), answer.scenario.model, answer.fidelity]))
        data, media, ending = export.file(form, self.floor, answer, self.work.shown)
        self.pane.hand(f"{stem}.{ending}", data, media)


def _may() -> bool:
    try:
        return acting().may(Capability.RECORD)
    except ForbiddenError:
        return False
