"""One way to set up Panel and HoloViews, the same in an app, under ``panel serve`` and in a notebook."""

import logging
import secrets

import holoviews as hv
import panel as pn

from watchfloor.core.clock import LiveClock
from watchfloor.core.terms import LANGUAGES, term
from watchfloor.views.page.signals import toast

__all__ = ["configure", "failed"]

log = logging.getLogger(__name__)

if "bokeh" not in hv.Store.renderers:
    hv.extension("bokeh", logo=False)  # views set options while they are built, before any page is


def configure(theme: str = "dark", language: str = "en") -> None:
    """Set what every desk needs; cheap to call for each page.

    No busy indicator and no notifications of Panel's (both watch global state for each session, and the latter
    shows text as HTML), sessions that reconnect, errors that are logged and told without their inside.

    Parameters
    ----------
    theme
        ``dark`` or ``light``.
    language
        ``en`` or ``zh``.
    """
    config = pn.config
    config.reconnect = True
    config.notifications = False
    config.disconnect_notification = ""
    config.ready_notification = ""
    config.console_output = "disable"
    config.global_loading_spinner = False
    config.defer_load = False
    config.respect_explicit_sizing = True
    config.theme = "dark" if theme == "dark" else "default"
    tongue = language if language in LANGUAGES else "en"
    config.exception_handler = _say_in_chinese if tongue == "zh" else failed


def failed(error: BaseException, language: str = "en") -> str:
    """Log an error of a view in full, tell the page only when it happened, and return the number it goes by."""
    number = secrets.token_hex(4)
    log.error("view failed [%s]", number, exc_info=error)
    floor = getattr(getattr(pn.state.curdoc, "_watchfloor_page", None), "floor", None)
    now = floor.now() if floor is not None else LiveClock().now()
    zone = getattr(floor, "zone", None)
    at = (now.astimezone(zone) if zone is not None else now).strftime("%H:%M")
    toast(term("page.failed", language).format(time=at, id=number), "error")
    return number


def _say_in_chinese(error: BaseException) -> None:
    failed(error, "zh")
