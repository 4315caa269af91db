"""What the parts of the twin desk have in common: one bundle of ESM, one work, one picture."""

import logging
from typing import Any, ClassVar

from watchfloor.views.selection import Selection
from watchfloor.views.situation.base import Pane, View
from watchfloor.views.situation.picture import Picture
from watchfloor.views.twin.work import Work

log = logging.getLogger(__name__)

__all__ = ["TwinPane", "TwinView"]


class TwinPane(Pane):
    """A drawing surface of the twin desk; the desk's parts share one bundle of ESM."""

    _bundle = "twin.bundle.js"


class TwinView(View):
    """A part that shows something of a `Work`.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     work = Work(floor, Selection())
    ...     TwinView(floor, work=work).state()
    {}
    """

    pane_type: ClassVar[type[Pane]] = TwinPane
    watched: ClassVar[tuple[str, ...]] = ("trouble",)
    follows: ClassVar[tuple[str, ...]] = ("scenario",)
    """Parameters of the work that it shows."""

    def __init__(
        self,
        floor: Any,
        selection: Selection | None = None,
        *,
        work: Work,
        picture: Picture | None = None,
        **params: Any,
    ) -> None:
        self.work = work
        super().__init__(floor, selection or work.selection, picture=picture, **params)
        self.watch(work, self.follows)

    def refresh(self) -> None:
        """Show what the work holds now; a part that cannot costs the others nothing."""
        try:
            super().refresh()
        except Exception:
            log.exception("the part %s could not be shown anew", type(self).__name__)
