"""When a figure may be changed: while its page's document is locked, in one go for all that came at once."""

import logging
import weakref
from collections.abc import Callable
from typing import Any

from watchfloor.views.pageloop import on_page

__all__ = ["Turn"]

log = logging.getLogger(__name__)


class Turn:
    """Does what changes a figure at once, or at the page's next turn.

    Panel hands over what a browser said, and changed parameters, after it let go of the document's lock; Bokeh's own
    models must not be changed then, and would be sent in halves.

    Parameters
    ----------
    doc
        The page's document; None where there is none, as in a notebook, and all is done at once.
    after
        Called after each turn.

    Examples
    --------
    >>> done = []
    >>> Turn(None)(lambda: done.append("now")); done
    ['now']
    """

    def __init__(self, doc: Any, after: Callable[[], None] | None = None) -> None:
        served = doc is not None and doc.session_context is not None
        self._doc = weakref.ref(doc) if served else None
        self._after = after
        self._waiting: list[Callable[[], None]] = []
        self._inside = False

    @property
    def served(self) -> bool:
        """Whether there is a page with a server behind it."""
        return self._doc is not None

    def __call__(self, act: Callable[[], None]) -> None:
        """Do something at the right time. Safe from any thread where there is a page."""
        if self._doc is None or self._inside:
            act()
            if self._after is not None and not self._inside:
                self._after()
            return
        doc = self._doc()
        if doc is None:
            return
        self._waiting.append(act)
        if len(self._waiting) == 1:
            on_page(doc, self._run)

    def _run(self) -> None:
        acts, self._waiting = self._waiting, []
        self._inside = True
        try:
            for act in acts:
                try:
                    act()
                except Exception:
                    log.exception("a change of the map failed; the others go on")
            if self._after is not None:
                self._after()
        finally:
            self._inside = False
