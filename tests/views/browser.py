"""A real server and a real browser for tests: the `served` and `browser` fixtures.

They live in one file so that tests of other rooms can take them too (``tests/conftest.py`` does).
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest

T = TypeVar("T")
HERE = Path(__file__).parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: where a browser is open, this thread has a running loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Served:
    """A server in a process of its own.

    ``url`` ends without a slash; ``data`` is its data folder; ``log()`` is what it wrote.
    """

    data: Path
    port: int
    spec: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None
    url: str = ""

    def start(self, wait: float = 60) -> "Served":
        """Start it and wait until it answers."""
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("WATCHFLOOR_")}
        environment["WATCHFLOOR_SETTINGS"] = str(self.data / "none.toml")
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "standin.py"), json.dumps(self.spec | {"port": self.port})],
                stdout=log, stderr=log, cwd=self.data, env=environment,
            )  # fmt: skip
        until = time.perf_counter() + wait
        while time.perf_counter() < until:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the server ended with {self.process.returncode}:\n{self.log()[-3000:]}"
                )
            try:
                httpx.get(f"{self.url}{self.spec.get('prefix', '')}/healthz", timeout=2)
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return self
        raise AssertionError(f"the server did not answer within {wait} s:\n{self.log()[-3000:]}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it with a signal; return its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(number)
        try:
            status = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process = None
        return status

    def log(self) -> str:
        """Return what it wrote."""
        return (self.data / "server.log").read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Return a function that starts servers, stopped when the module's tests are done.

    ``served()`` serves the product's own desks on the demo floor; ``served(folder=PATH, floor="stand-in")`` serves
    the scripts of a folder on a floor without data. Other words are settings (``language="zh"``); ``accounts`` is a
    list of (name, password, roles).
    """
    started: list[Served] = []

    def start(**spec: Any) -> Served:
        data = tmp_path_factory.mktemp("served")
        spec = {name: str(value) if isinstance(value, Path) else value for name, value in spec.items()}
        one = Served(data, free_port(), spec | {"data": str(data)})
        started.append(one)
        return one.start()

    yield start
    for one in started:
        one.stop()


def chromium() -> str | None:
    """Return a Chromium's path."""
    named = os.environ.get("WATCHFLOOR_CHROMIUM", "")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return named or next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a Chromium; without one, skip and say so, and fail where CI=true."""
    path = chromium()
    if path is None:
        message = (
            "NO BROWSER: install chromium (apt-get install chromium), or name one in WATCHFLOOR_CHROMIUM."
        )
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        sys.stderr.write(f"\n{message}\n")
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield running
            running.close()


@dataclass
class Seen:
    """What a page did while it was watched."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def watched(context: Any) -> tuple[Any, Seen]:
    """Return a new page, and what it does: console errors, requests that leave this machine, answers of 400 and more."""
    page, seen = context.new_page(), Seen()
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            seen.errors.append(message.text)
            if message.type == "error" or "import map" in message.text
            else None
        ),
    )

    def asked(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {
            "127.0.0.1",
            "localhost",
        }:
            seen.foreign.append(request.url)

    page.on("request", asked)
    page.on("response", lambda answer: seen.failed.append(answer.url) if answer.status >= 400 else None)
    return page, seen


def live(page: Any, timeout: float = 20_000) -> None:
    """Wait until a desk is live."""
    page.wait_for_selector("body[data-link=live]", timeout=timeout)
