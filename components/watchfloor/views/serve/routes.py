"""Addresses besides the desks: the list of desks, health, figures, fonts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from watchfloor.core.clock import monotonic
from watchfloor.core.share import folder
from watchfloor.core.terms import term, terms
from watchfloor.views.serve.access import Access
from watchfloor.views.serve.apps import App
from watchfloor.views.serve.hub import Hub
from watchfloor.views.serve.pages import render

__all__ = ["FONTS", "Health", "routes"]

FONTS = "fonts"
"""Folder of the fonts, below ``data_samples``."""
Route = tuple[str, type[RequestHandler], dict[str, Any]]


class Health(RequestHandler):
    """Whether the process answers (``healthz``), and whether it is ready (``readyz``). It tells no more."""

    def initialize(self, ready: Callable[[], bool]) -> None:
        """Take the check."""
        self._ready = ready

    def get(self) -> None:
        """Answer."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        if self._ready():
            self.finish("ok\n")
        else:
            self.set_status(503)
            self.finish("not ready\n")


def _word(key: str, language: str, otherwise: str) -> str:
    """Return a desk's own words where they are in the table; those of its script are in English."""
    return term(key, language) if key in terms() else otherwise


class Index(RequestHandler):
    """The desks that this user may open."""

    def initialize(self, apps: Sequence[App], floor: Any, language: str) -> None:
        """Take what there is."""
        self._apps, self._floor, self._language = apps, floor, language

    def get(self) -> None:
        """List them."""
        actor = getattr(self.request, "watchfloor_actor", None)
        shown = [app for app in self._apps if actor is None or actor.may(app.needs)]
        language, block = self._language, getattr(self._floor, "block", None)
        title = (
            block.title(language) if block is not None else getattr(self._floor, "title", "") or "Watchfloor"
        )
        marked = getattr(self._floor, "marked", None)
        mark = marked(language) if marked is not None else getattr(self._floor, "mark", "")
        desks = [
            {
                "name": app.name,
                "title": _word(f"page.desk.{app.name}", language, app.title),
                "summary": _word(f"page.desk.{app.name}.long", language, app.summary),
            }
            for app in shown
        ]
        self.finish(render("index.html", language=language, apps=desks, floor=title, mark=mark))


class Figures(RequestHandler):
    """What runs, in Prometheus' text format."""

    started: ClassVar[float] = monotonic()

    def initialize(self, access: Access, floor: Any) -> None:
        """Take what is counted."""
        self._access, self._floor = access, floor

    def get(self) -> None:
        """Write the figures."""
        status = Hub.of(getattr(self._floor, "store", None)).status()
        rows = {
            "watchfloor_up_seconds": round(monotonic() - self.started, 1),
            "watchfloor_pages_open": len(self._access.sockets),
            "watchfloor_listeners_open": len(self._access.lines),
            "watchfloor_hub_cursor": status.cursor,
            "watchfloor_hub_subscribers": status.subscribers,
            "watchfloor_hub_behind": status.behind,
            "watchfloor_hub_pushes_total": status.pushes,
            "watchfloor_hub_failures_total": status.failures,
            "watchfloor_hub_dropped_total": status.dropped,
            "watchfloor_store_readable": 0 if status.trouble else 1,
        }
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish("".join(f"{name} {value}\n" for name, value in rows.items()))


class Fonts(StaticFileHandler):
    """Font slices and their style sheet; a browser keeps them."""

    async def get(self, path: str, include_body: bool = True) -> None:
        """Serve style sheets and fonts only."""
        if Path(path).suffix not in {".css", ".woff2"}:
            raise HTTPError(404)
        await super().get(path, include_body)

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002  Tornado's signature
        """Let it be kept for a week."""
        self.set_header("Cache-Control", "public, max-age=604800")


def routes(
    *, apps: Sequence[App], floor: Any, access: Access, language: str, ready: Callable[[], bool]
) -> list[Route]:
    """Return the routes of one server, without prefix."""
    fonts = folder("data_samples") / FONTS
    found: list[Route] = [
        (r"/?", Index, {"apps": apps, "floor": floor, "language": language}),
        (r"/healthz", Health, {"ready": lambda: True}),
        (r"/readyz", Health, {"ready": ready}),
        (r"/metrics", Figures, {"access": access, "floor": floor}),
    ]
    if fonts.is_dir():
        found.append((r"/wf-fonts/([a-z0-9.\-]+)", Fonts, {"path": str(fonts)}))
    return found
