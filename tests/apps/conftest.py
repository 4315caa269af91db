"""A session of an app, opened and closed in process as Bokeh's server does it."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from types import SimpleNamespace
from typing import Any

import pytest
from bokeh.application.handlers.document_lifecycle import DocumentLifecycleHandler
from bokeh.server.contexts import ApplicationContext
from bokeh.util.token import generate_jwt_token
from tornado.httputil import HTTPHeaders
from tornado.ioloop import IOLoop

from watchfloor.core.share import folder
from watchfloor.views.serve import apps
from watchfloor.views.serve.current import USER


async def _session(name: str, query: str, look: Any, until: Any) -> Any:
    made = apps.application(next(item for item in apps.find([folder("apps")]) if item.name == name))
    made.add(DocumentLifecycleHandler())  # it runs what is due when a session ends
    context = ApplicationContext(made, io_loop=IOLoop.current(), url=f"/{name}")
    parts = (part.split("=") for part in query.removeprefix("?").split("&") if part)
    arguments = {key: [value.encode()] for key, value in parts}
    request = SimpleNamespace(
        protocol="http", host="127.0.0.1:5006", uri=f"/{name}{query}", path=f"/{name}", query=query.removeprefix("?"),
        headers=HTTPHeaders({"Host": "127.0.0.1"}), cookies={}, arguments=arguments, query_arguments=arguments, body=b"",
        remote_ip="127.0.0.1", method="GET", body_arguments={}, files={}, version="HTTP/1.1", full_url=lambda: f"/{name}",
    )  # fmt: skip
    token = generate_jwt_token("session", extra_payload={USER: "", apps.APP: f"/{name}"})
    session = await context.create_session_if_needed("session", request, token)
    for _ in range(600):
        if until is None or until(session.document):
            break
        await asyncio.sleep(0.1)
    told = look(session.document)
    for _ in range(
        200
    ):  # while a callback holds the page, its session is not discarded, and asked again later
        await context._discard_session(session, lambda _: True)
        if session.destroyed:
            return told
        await asyncio.sleep(0.05)
    raise AssertionError("the session could not be closed")


@pytest.fixture
def build(request) -> Callable[..., Any]:
    """Open one session of the app that the module names by `APP`, wait for `until`, `look` at its document, close it."""

    def opened(query: str = "", look: Any = None, until: Any = None) -> Any:
        name = request.module.APP
        with ThreadPoolExecutor(1) as own:  # a loop of its own: a browser's may be running in this thread
            return own.submit(lambda: asyncio.run(_session(name, query, look, until))).result()

    return opened


@pytest.fixture
def left() -> Callable[[list[Any]], list[Any]]:
    """Return those of some weak references that still hold something when ten seconds have gone."""

    def found(alive: list[Any]) -> list[Any]:
        for _ in range(100):  # a pool's thread may still be putting the last page away
            gc.collect()
            if all(one() is None for one in alive):
                break
            sleep(0.1)
        return [one() for one in alive if one() is not None]

    return found
