"""How fast is the situation desk? Run it: python tests/bench/pages.py [paint zoom build delay deaf memory]

Prints what is named, or all of it, from one run: first useful paint, cold, beside a bare Panel page with one HoloViews plot; server time to build
a page; the zoom round trip; memory of a session, and what 200 sessions leave; delay from commit to 50 open screens.
"""

import asyncio
import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from watchfloor.core.clock import LiveClock, monotonic
from watchfloor.core.scales import Severity, Status
from watchfloor.store import Record, Store

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("browser_for_bench", HERE.parent / "views" / "browser.py")
harness: Any = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = harness
SPEC.loader.exec_module(harness)

SCREENS = 50
ROUNDS = 12
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(command: list[str], address: str, folder: Path, wait: float = 240) -> Iterator[int]:
    """Run a server until its address answers 200; yield its process number."""
    with (folder / "bench.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        until = monotonic() + wait
        while monotonic() < until:
            try:
                if httpx.get(address, timeout=5).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        else:
            raise SystemExit(f"{command} did not answer:\n{(folder / 'bench.log').read_text()[-2000:]}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def cpu(pid: int) -> float:
    """Return processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss(pid: int) -> float:
    """Return resident memory in MiB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def paint(browser: Any, url: str, ready: str) -> float:
    """Return ms from the start of the navigation, with an empty cache, until `ready` holds."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.goto(url, wait_until="commit")
    page.wait_for_function(ready, polling="raf", timeout=60_000)
    took = page.evaluate("() => performance.now()")
    context.close()
    return float(took)


DEEP = """(selector) => {
  const look = (root) => root.querySelector(selector) || [...root.querySelectorAll('*')].some(e => e.shadowRoot && look(e.shadowRoot));
  return !!look(document);
}"""
CANVAS = f"() => ({DEEP})('canvas')"
USEFUL = f"() => ({DEEP})('canvas') && ({DEEP})('[role=option], [role=row], li')"


def first_paint(browser: Any, desk: str, bare: str) -> None:
    """Print first useful paint of the desk and of the bare page, in turn."""
    pairs = [(paint(browser, desk, USEFUL), paint(browser, bare, CANVAS)) for _ in range(6)][1:]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(
        f"first useful paint, cold: situation {ours:.0f} ms, bare Panel page {theirs:.0f} ms, ratio {ratio:.2f}"
    )


def build(desk: str, pid: int) -> None:
    """Print server time of one page, from the second session on."""
    with httpx.Client() as client:
        client.get(desk)
        before = cpu(pid)
        for _ in range(20):
            client.get(desk).raise_for_status()
        took = (cpu(pid) - before) / 20 * 1000
    print(f"server time to build a page, from the second session on: {took:.0f} ms")


WATCH = """() => {
  window.__seen = 0;
  for (const model of Bokeh.documents[0]._all_models.values())
    if (model.type === 'ColumnDataSource' && model.data.image !== undefined)
      model.properties.data.change.connect(() => { window.__seen = performance.now(); });
}"""


def zoom(browser: Any, desk: str) -> None:
    """Print the time from a wheel turn to the picture that answers it."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.goto(f"{desk}?layers=region/dem:1")
    harness.live(page, 60_000)
    page.wait_for_timeout(4000)
    page.evaluate(WATCH)
    page.mouse.move(700, 480)
    times = []
    for turn in range(12):
        page.evaluate("() => { window.__seen = 0; }")
        start = page.evaluate("() => performance.now()")
        page.mouse.wheel(0, -120 if turn % 2 else 120)
        try:
            page.wait_for_function("() => window.__seen > 0", polling="raf", timeout=5000)
            times.append(page.evaluate("() => window.__seen") - start)
        except PlaywrightTimeout:
            continue
        page.wait_for_timeout(500)
    page.close()
    said = f"{statistics.median(times):.0f} ms (median of {len(times)})" if times else "no picture came"
    print(f"zoom round trip, wheel to new raster: {said}")


class Screen:
    """One session as a browser has it: the page, its websocket, and the line that its script opens."""

    def __init__(self, session: WebSocketClientConnection, line: WebSocketClientConnection | None) -> None:
        self.session, self.line = session, line

    def close(self) -> None:
        """Close both."""
        self.session.close()
        if self.line is not None:
            self.line.close()


async def screen(desk: str, listens: bool = True) -> Screen:
    """Open one session as a browser does."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(desk, timeout=60)
    token = re.search(r'"token":\s*"([^"]+)"', answer.text)[1]
    origin = {"Origin": desk.rsplit("/", 1)[0]}
    address = desk.replace("http", "ws", 1)
    session = await websocket_connect(
        HTTPRequest(f"{address}/ws", headers=origin), subprotocols=["bokeh", token]
    )
    await session.read_message()
    for part in ('{"msgid":"1","msgtype":"PULL-DOC-REQ"}', "{}", "{}"):
        await session.write_message(part)
    live = ""
    while '"roots"' not in live:
        live = str(await session.read_message())
    told = re.search(r'(\{\\"live\\":.*?\})(?<!\\\\)"', live)
    if not listens or told is None:
        return Screen(session, None)
    what = json.loads(json.loads(f'"{told[1]}"'))["live"]
    line = await websocket_connect(
        HTTPRequest(f"{address}/broadcast", headers=origin), subprotocols=["watchfloor", token]
    )
    for part in what["parts"]:
        await line.write_message(f"+{what['base']}{part}")
    return Screen(session, line)


async def emptied(desk: str) -> None:
    """Wait until the server has put all pages away, and given their memory back (it looks every half minute)."""
    figures = desk.rsplit("/", 1)[0] + "/metrics"
    until = monotonic() + 300
    while "watchfloor_hub_subscribers 0\n" not in httpx.get(figures, timeout=30).text and monotonic() < until:
        await asyncio.sleep(1)
    await asyncio.sleep(40)


async def delay(desk: str, store: Path, pid: int, listens: bool = True) -> None:
    """Print the delay from a commit to the message on each of many open screens."""
    await emptied(desk)  # pages that were only asked for would be told of each commit too
    screens = [await screen(desk, listens) for _ in range(SCREENS)]
    titles = [f"bench {round(LiveClock().now().timestamp())} {turn:02d}" for turn in range(ROUNDS)]
    heard: list[dict[str, float]] = [{} for _ in screens]
    committed: list[float] = []

    async def listen(number: int, socket: WebSocketClientConnection, sign: str) -> None:
        while (message := await socket.read_message()) is not None:
            text = message if isinstance(message, str) else message.decode("utf-8", "replace")
            if sign in text:
                for (
                    title
                ) in titles:  # what is told is all that is known: the first message that has it counts
                    if title not in heard[number] and title in text:
                        heard[number][title] = monotonic()

    # the map's layer of alerts, by whichever way it comes
    listening = [
        asyncio.create_task(listen(number, one.session, "ColumnDataChanged"))
        for number, one in enumerate(screens)
    ] + [
        asyncio.create_task(listen(number, one.line, "/map/live/alerts"))
        for number, one in enumerate(screens)
        if one.line is not None
    ]
    await asyncio.sleep(5)

    def write() -> None:
        with Store.open(store) as writer:
            for turn, title in enumerate(titles):
                at = LiveClock().now()
                writer.append([Record("alert", "cap:bench", f"b{at.isoformat()}", "1", at, at, status=Status.EXERCISE,
                                      severity=Severity.EXTREME, title=title, geometry={"type": "Point", "coordinates": (158.4 + turn / 200, 34.0)})])  # fmt: skip
                committed.append(monotonic())
                time.sleep(1.7)

    used = cpu(pid)
    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        await asyncio.sleep(0.1)
    await asyncio.sleep(3)
    used = cpu(pid) - used
    for task in listening:
        task.cancel()
    for socket in screens:
        socket.close()
    delays = sorted(
        times[title] - start
        for times in heard
        for title, start in zip(titles, committed, strict=True)
        if title in times
    )
    missed = SCREENS * len(committed) - len(delays)
    p50, p95 = (delays[int(len(delays) * q)] * 1000 for q in (0.5, 0.95))
    print(
        f"commit to {SCREENS} open screens{'' if listens else ' that do not listen'}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, {missed} of {SCREENS * len(committed)} missed; "
        f"{used / len(committed) * 1000:.0f} ms of the server's processor for each commit"
    )


async def memory(desk: str, pid: int) -> None:
    """Print memory of a session and what is left of 200."""

    async def round_of(count: int) -> float:
        held = [await screen(desk) for _ in range(count)]
        await asyncio.sleep(2)
        full = rss(pid)
        for socket in held:
            socket.close()
        return full

    base = rss(pid)
    full = await round_of(100)
    await emptied(desk)
    before = rss(pid)
    for _ in range(2):
        await round_of(100)
    await emptied(desk)
    after = rss(pid)
    print(
        f"memory: {base:.0f} MiB before the first of these pages, {(full - base) / 100:.1f} MiB for each of 100 open at once; "
        f"{before:.0f} MiB when they are closed, {after - before:+.0f} MiB after 200 more"
    )


def main() -> None:
    """Run what is named, or all of it."""
    wanted = sys.argv[1:] or ["paint", "zoom", "build", "delay", "deaf", "memory"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port, other = harness.free_port(), harness.free_port()
        desk, bare = f"http://127.0.0.1:{port}/situation", f"http://127.0.0.1:{other}/bare"
        ours = [sys.executable, "-m", "watchfloor.cli", "serve", "--no-collect", "--port", str(port)]
        theirs = [
            sys.executable,
            "-m",
            "panel",
            "serve",
            str(HERE / "desks" / "bare.py"),
            "--port",
            str(other),
        ]
        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"{os.cpu_count()} processors, load before: {load}")
        with running(ours, f"http://127.0.0.1:{port}/readyz", folder) as pid, running(theirs, bare, folder):
            if {"paint", "zoom"} & set(wanted):
                in_browser(desk, bare, wanted)
            if "build" in wanted:
                build(desk, pid)
            if "delay" in wanted:
                asyncio.run(delay(desk, folder / "var" / "demo" / "store.sqlite", pid))
            if "deaf" in wanted:
                asyncio.run(delay(desk, folder / "var" / "demo" / "store.sqlite", pid, listens=False))
            if "memory" in wanted:
                asyncio.run(memory(desk, pid))


def in_browser(desk: str, bare: str, wanted: list[str]) -> None:
    """Run what needs a browser."""
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=harness.chromium(), args=harness.FLAGS)
            if "paint" in wanted:
                first_paint(browser, desk, bare)
            if "zoom" in wanted:
                zoom(browser, desk)
            browser.close()


if __name__ == "__main__":
    main()
