"""Work for a page's own loop, from any thread: only there may models of Bokeh be touched."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

__all__ = ["gone", "on_page"]

log = logging.getLogger(__name__)


def on_page(
    doc: Any, work: Callable[[], object], failed: Callable[[Exception], object] | None = None
) -> bool:
    """Do something on a page's own loop with its document locked; at once where there is no page, as in a notebook.

    Parameters
    ----------
    doc
        The page's document, as ``pn.state.curdoc`` was when the work began.
    work
        What to do; nothing happens if the page is gone.
    failed
        Told the error if the page cannot take the work; without it, that is only logged: the page is gone.

    Returns
    -------
    bool
        False if it is known already that the work will not be done.

    Examples
    --------
    >>> done = []
    >>> on_page(None, lambda: done.append("now")), done
    (True, ['now'])
    """
    if doc is None:
        work()
        return True
    if gone(doc):
        return False

    def add() -> bool:
        if gone(doc):  # since it was asked for
            if failed is not None:
                failed(RuntimeError("the page is closed"))
            return False
        try:
            doc.add_next_tick_callback(lambda: work())  # noqa: PLW0108  Bokeh refuses one function twice
        except Exception as error:  # noqa: BLE001  the page may be gone
            if failed is None:
                log.debug(
                    "a page was gone: %s", str(error)
                )  # its text: an error holds the page by its frames
            else:
                failed(error)
            return False
        return True

    # While Panel sends what changed, it puts a document's events aside and back again on the page's loop, without a
    # lock: what another thread adds in between is lost.
    served = getattr(doc.session_context, "server_context", None)
    loop: Any = getattr(getattr(served, "application_context", None), "io_loop", None)
    own = getattr(loop, "asyncio_loop", None)
    if (
        own is None or not own.is_running() or own is _running()
    ):  # a loop that stands would hold the page for ever
        return add()
    loop.add_callback(add)
    return True


def gone(doc: Any) -> bool:
    """Tell whether a page is closed, or was never served.

    Examples
    --------
    >>> from bokeh.document import Document
    >>> gone(Document())
    True
    """
    context = doc.session_context
    return context is None or bool(getattr(context, "destroyed", False))


def _running() -> asyncio.AbstractEventLoop | None:
    """Return the loop that turns in this thread."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
