"""The one door: every request is judged before a handler of Bokeh, Panel or ours is chosen for it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler

from watchfloor.core.terms import term
from watchfloor.views.serve.access import Access, Verdict
from watchfloor.views.serve.pages import render

__all__ = ["Missing", "guard"]


class Refused(RequestHandler):
    """Answers a request that may not go on."""

    def initialize(self, verdict: Verdict, language: str, login: str) -> None:
        """Take what was decided."""
        self._verdict, self._language, self._login = verdict, language, login

    def prepare(self) -> None:
        """Say no, or where to sign in."""
        request, verdict = self.request, self._verdict
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        page = request.method == "GET" and not socket and "text/html" in request.headers.get("Accept", "")
        if verdict.status == 401 and page:
            self.redirect(f"{self._login}?next={quote(request.uri or '/', safe='')}")
            return
        self.set_status(403 if socket else verdict.status)
        if page:
            self.finish(
                render("refused.html", language=self._language, status=verdict.status, reason=verdict.reason)
            )
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(verdict.reason)


class Missing(RequestHandler):
    """Answers what is not there."""

    def initialize(self, language: str = "en") -> None:
        """Take the language of the screens."""
        self._language = language

    def prepare(self) -> None:
        """Say so."""
        self.set_status(404)
        reason = term("page.nothing", self._language)
        self.finish(render("refused.html", language=self._language, status=404, reason=reason))


def guard(application: Application, access: Access, language: str = "en") -> None:
    """Have an application ask `access` about each request first."""
    choose: Callable[..., Any] = application.find_handler
    login = f"{access.prefix}/login"

    def find_handler(request: HTTPServerRequest, **kwargs: Any) -> Any:
        verdict = access.judge(request)
        if verdict.status != 200:
            refused = {"verdict": verdict, "language": language, "login": login}
            return application.get_handler_delegate(request, Refused, refused)
        name = verdict.actor.name if verdict.actor is not None else ""
        request.__dict__.update(watchfloor_user=name, watchfloor_actor=verdict.actor)
        return choose(request, **kwargs)

    vars(application)["find_handler"] = find_handler
