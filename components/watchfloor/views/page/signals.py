"""Say something to the page around the views: the time, a sign of life, the as-of mark, a toast.

Messages go as JSON in the tags of one model that has no looks; the page's script reads them and sets text only.
"""

import json
from collections.abc import Callable
from threading import Lock
from typing import Any, Literal
from weakref import ref

import panel as pn
from bokeh.document import Document
from bokeh.models import ColumnDataSource

from watchfloor.security.text import plain
from watchfloor.views.pageloop import on_page

__all__ = ["NAME", "Signals", "toast"]

NAME = "wf-signals"
"""Name of the model that carries the messages."""
KEPT = 8
"""Messages kept, so that several in one turn all arrive."""


class Signals:
    """The line from the server to one page's frame.

    Examples
    --------
    >>> line = Signals(); line.send(toast="Saved"); line.model.tags
    ['{"toast":"Saved","n":1}']
    """

    def __init__(self) -> None:
        self.model = ColumnDataSource(name=NAME)
        self._number = 0
        self._kept: list[tuple[int, str]] = []
        self._lasting: dict[str, tuple[int, str]] = {}
        self._doc: Callable[[], Document | None] = lambda: None
        self._waits = False
        self._lock = Lock()

    def send(self, **message: Any) -> None:
        """Send one message; safe from any thread, because a page's callbacks run on several."""
        with self._lock:
            self._number += 1
            text = json.dumps(message | {"n": self._number}, ensure_ascii=False, separators=(",", ":"))
            self._kept = [*self._kept, (self._number, text)][-KEPT:]
        self._soon()

    def _soon(self) -> None:
        with self._lock:
            doc = self._doc()
            if doc is not None and self._waits:
                return
            self._waits = doc is not None
        if doc is None:
            self._flush()
        else:
            on_page(doc, self._flush)

    def keep(self, **message: Any) -> None:
        """Say something that holds until it is said anew: a page that opens its link again hears it too.

        Examples
        --------
        >>> line = Signals(); line.keep(live=1); line.keep(live=2); line.model.tags
        ['{"live":2,"n":2}']
        """
        with self._lock:
            self._number += 1
            text = json.dumps(message | {"n": self._number}, ensure_ascii=False, separators=(",", ":"))
            self._lasting |= dict.fromkeys(message, (self._number, text))
        self._soon()

    def attach(self, doc: Document) -> None:
        """Put the line on a page."""
        doc.add_root(self.model)
        doc._watchfloor_signals = self  # lives and dies with the page
        if doc.session_context is not None:
            self._doc = ref(doc)

    def _flush(self) -> None:
        with self._lock:
            self._waits = False
            kept = sorted({*self._lasting.values(), *self._kept})  # the page takes them by their numbers
        self.model.tags = [text for _, text in kept]


def toast(text: str, tone: Literal["info", "warning", "error"] = "info") -> bool:
    """Show a short notice on the page whose callback this is; tell whether there was one.

    Examples
    --------
    >>> toast("nobody looks")
    False
    """
    line = getattr(pn.state.curdoc, "_watchfloor_signals", None)
    if line is None:
        return False
    line.send(toast=plain(text, 500), tone=tone)
    return True
