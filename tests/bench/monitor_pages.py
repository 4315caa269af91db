"""How fast is the monitor desk? Run it: python tests/bench/monitor_pages.py [stations [delay]]

Prints, from one run on a floor with 1,000 stations: server work of a wall of 1,000 sparklines; first useful paint of the
page, cold; frames while 2,000 stations are scrolled; delay from commit to the bytes at 50 open pages and to the screen of
one in a browser; what 50 open pages cost the server.
"""

import asyncio
import importlib.util
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from watchfloor.core.clock import LiveClock, monotonic
from watchfloor.store import Series, Store
from watchfloor.views.monitor import wire
from watchfloor.views.monitor.board import SPANS, board
from watchfloor.views.monitor.stations import known

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("pages_for_bench", HERE / "pages.py")
pages: Any = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = pages
SPEC.loader.exec_module(pages)
harness = pages.harness

STATIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
DELAY_ONLY = sys.argv[2:] == ["delay"]
DAYS = 3
SCREENS = 50
ROUNDS = 30
DEEP = """(selector) => { const all = [];
  const look = (node) => { all.push(...node.querySelectorAll(selector)); for (const each of node.querySelectorAll('*')) if (each.shadowRoot) look(each.shadowRoot); };
  look(document); return all; }"""
USEFUL = (
    f"() => {{ const found = ({DEEP})('canvas.tiles'); return found.length > 0 && found[0].width > 100; }}"
)


def fill(store: Store, count: int) -> None:
    """Store stations with three days of values, ten minutes apart."""
    now = LiveClock().now()
    names = [f"bench/{place:05d}" for place in range(count)]
    store.describe(
        [
            Series(name, f"Station {place}", "water_level", "m", 158.4 + (place % 40) / 500, 33.95 + place / count / 10, "flood",
                   {"interval_s": 600, "kind": "gauge", "thresholds": {"blue": 1.2, "yellow": 1.5, "orange": 1.8, "red": 1.95}})
            for place, name in enumerate(names)
        ]
    )  # fmt: skip
    steps = DAYS * 144
    times = pd.DatetimeIndex([now - timedelta(minutes=10 * (steps - 1 - step)) for step in range(steps)])
    draw = np.random.default_rng(7)
    for first in range(0, count, 100):
        part = names[first : first + 100]
        walk = np.clip(1 + draw.normal(0, 0.03, (len(part), steps)).cumsum(axis=1), 0, 2)
        store.observe(
            pd.DataFrame(
                {
                    "series": np.repeat(part, steps), "time": times.append([times] * (len(part) - 1)),
                    "value": walk.ravel(),
                }
            )
        )  # fmt: skip


def work(path: Path) -> None:
    """Print what one full message costs the server, once the cube is there."""
    import watchfloor
    from watchfloor.store.cube import Cube

    with Store.open(path) as store:
        floor = watchfloor.open("world", store=store)
        cube = Cube.of(store)
        cube.catch_up()
        held = known(floor)
        for span, width in (("6h", 80), ("3d", 160)):
            took = []
            for _ in range(8):
                start = time.process_time()
                made = wire.full(board(cube, held, floor.now(), SPANS[span], width), 1)
                took.append((time.process_time() - start) * 1000)
            print(
                f"wall of {len(held)} sparklines, {span} in {width} columns: {statistics.median(took[2:]):.0f} ms of processor time, {len(made) / 1024:.0f} KiB"
            )
        cube.close()
        floor.close()


async def listener(desk: str, topics: list[str]) -> WebSocketClientConnection:
    """Open one page as a browser does, and its line to the broadcast channel."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(desk, timeout=60)
    token = re.search(r'"token":\s*"([^"]+)"', answer.text)[1]
    headers = {"Origin": desk.rsplit("/", 1)[0]}
    socket = desk.replace("http", "ws", 1)
    main = await websocket_connect(
        HTTPRequest(f"{socket}/ws", headers=headers), subprotocols=["bokeh", token]
    )
    await main.read_message()
    for part in ('{"msgid":"1","msgtype":"PULL-DOC-REQ"}', "{}", "{}"):
        await main.write_message(part)
    request = HTTPRequest(f"{socket}/broadcast", headers=headers)
    line = await websocket_connect(request, subprotocols=["watchfloor", token], max_message_size=2**26)
    for topic in topics:
        await line.write_message(f"+{topic}")
    line.main = main
    return line


def parsed(frame: bytes) -> tuple[str, bytes]:
    """Return topic and payload of a frame."""
    length = int.from_bytes(frame[:2], "little")
    return frame[2 : 2 + length].decode(), frame[(2 + length + 7) // 8 * 8 :]


async def delay(desk: str, path: Path, pid: int) -> None:
    """Print the delay from a commit to the bytes at each of many open pages, and what they cost."""
    topics = ["wall/stations", "wall/6h/80", "wall/6h/80/now"]
    lines = [await listener(desk, topics) for _ in range(SCREENS)]
    heard: list[list[tuple[float, set[float]]]] = [[] for _ in lines]
    fulls = [0] * len(lines)

    async def listen(number: int, line: WebSocketClientConnection) -> None:
        while (message := await line.read_message()) is not None:
            at = monotonic()
            topic, payload = parsed(message)
            if topic.startswith("wall/6h") and len(payload) > 64:
                heard[number].append(
                    (at, set(np.round(wire.decode(payload)["value"].astype(float), 3).tolist()))
                )
                fulls[number] += topic == topics[1]

    async def drain(line: WebSocketClientConnection) -> None:
        while await line.main.read_message() is not None:
            pass

    tasks = [asyncio.create_task(listen(number, line)) for number, line in enumerate(lines)]
    tasks += [asyncio.create_task(drain(line)) for line in lines]
    await asyncio.sleep(6)
    idle_cpu = pages.cpu(pid)
    await asyncio.sleep(10)
    idle_cpu = (pages.cpu(pid) - idle_cpu) / 10
    committed: list[tuple[float, float]] = []

    def write() -> None:
        with Store.open(path) as writer:
            draw = np.random.default_rng(3)
            for turn in range(ROUNDS):
                at = LiveClock().now()
                value = round(1 + turn / 1000, 3)
                places = draw.choice(STATIONS, 20, replace=False)
                frame = pd.DataFrame(
                    {
                        "series": [f"bench/{place:05d}" for place in places],
                        "time": pd.DatetimeIndex([at] * len(places)),
                        "value": value,
                    }
                )
                writer.observe(frame)
                committed.append((monotonic(), value))
                time.sleep(1.0)

    busy_cpu, begun = pages.cpu(pid), monotonic()
    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)
    busy_cpu = (pages.cpu(pid) - busy_cpu) / (monotonic() - begun)
    closed = sum(line.close_code is not None for line in lines)
    for task in tasks:
        task.cancel()
    for line in lines:
        line.close()
        line.main.close()
    delays, missed = [], 0
    for told in heard:
        for start, value in committed:
            first = next((at for at, values in told if at >= start - 0.05 and value in values), None)
            if first is None:
                missed += 1
            else:
                delays.append((first - start) * 1000)
    delays.sort()
    p50, p95 = (delays[min(len(delays) - 1, int(len(delays) * q))] for q in (0.5, 0.95))
    print(
        f"commit to {SCREENS} open pages, 20 of {STATIONS} stations a second: p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {delays[-1]:.0f} ms, "
        f"{missed} of {SCREENS * len(committed)} missed; fewest full messages at a page {min(fulls)}, lines lost {closed}"
    )
    print(
        f"server with {SCREENS} pages: {idle_cpu * 100:.0f} % of a core at rest, {busy_cpu * 100:.0f} % with news each second"
    )


FRAMES = f"""async () => {{
  const box = ({DEEP})('.stations .box')[0];
  const gaps = [];
  let last = performance.now();
  const end = box.scrollHeight - box.clientHeight;
  for (let step = 0; step < 240; step += 1) {{
    box.scrollTop = Math.min(end, step * 60);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }}
  const empty = [];
  for (let step = 0; step < 30; step += 1) {{ await new Promise(requestAnimationFrame); const now = performance.now(); empty.push(now - last); last = now; }}
  return [gaps.slice(5), empty];
}}"""


def scroll(browser: Any, desk: str) -> None:
    """Print the time between frames while the wall is scrolled a row every second frame or so."""
    for size in ("small", "medium"):
        page = browser.new_page(viewport={"width": 1600, "height": 1000}, bypass_csp=True)
        page.goto(f"{desk}?size={size}")
        page.wait_for_function(USEFUL, polling="raf", timeout=60_000)
        page.wait_for_timeout(2500)
        gaps, empty = page.evaluate(FRAMES)
        gaps.sort()
        page.close()
        print(
            f"scrolling {STATIONS} stations, {size} tiles: frame p50 {gaps[len(gaps) // 2]:.1f} ms, p95 {gaps[int(len(gaps) * 0.95)]:.1f} ms, "
            f"worst {gaps[-1]:.1f} ms (at rest {statistics.median(empty):.1f} ms)"
        )


def seen(browser: Any, desk: str, path: Path) -> None:
    """Print the delay from a commit to the change on one browser's screen."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{desk}?q=bench/00007")
    page.wait_for_function(USEFUL, polling="raf", timeout=60_000)
    page.wait_for_timeout(1500)
    page.evaluate(f"() => ({DEEP})('.stations .box')[0].focus()")
    waits = []
    with Store.open(path) as store:
        for turn in range(12):
            value = 3.11 + turn / 10
            page.evaluate(
                f"(told) => {{ window.__seen = new Promise((done) => {{ const look = () => {{ const node = ({DEEP})('#wall-option')[0]; "
                "if (node && node.textContent.includes(told)) done(performance.timeOrigin + performance.now()); else requestAnimationFrame(look); }; look(); }); }",
                f"{value:.2f}",
            )
            at = LiveClock().now()
            store.observe(
                pd.DataFrame({"series": ["bench/00007"], "time": pd.DatetimeIndex([at]), "value": [value]})
            )
            stored = LiveClock().now().timestamp() * 1000
            waits.append(page.evaluate("() => window.__seen") - stored)
            page.wait_for_timeout(700)
    context.close()
    waits.sort()
    print(
        f"commit to the screen of a browser: median {statistics.median(waits):.0f} ms, worst of {len(waits)} {waits[-1]:.0f} ms"
    )


def in_browser(desk: str, path: Path) -> None:
    """Print what a browser sees."""
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=harness.chromium(), args=harness.FLAGS)
            times = [pages.paint(browser, desk, USEFUL) for _ in range(6)][1:]
            print(f"first useful paint of the monitor page, cold: {statistics.median(times):.0f} ms")
            scroll(browser, desk)
            seen(browser, desk, path)
            browser.close()


def main() -> None:
    """Run all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "var"
        port = harness.free_port()
        desk = f"http://127.0.0.1:{port}/monitor"
        load = " ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"{os.cpu_count()} processors, load before: {load}; {STATIONS} stations, {DAYS} days")
        command = [
            sys.executable,
            "-m",
            "watchfloor.cli",
            "serve",
            "--no-collect",
            "--floor",
            "world",
            "--port",
            str(port),
        ]
        with pages.running(command, f"http://127.0.0.1:{port}/readyz", folder):
            pass  # makes the store
        path = data / "world" / "store.sqlite"
        with Store.open(path) as store:
            fill(store, STATIONS)
        if not DELAY_ONLY:
            work(path)
        with pages.running(command, f"http://127.0.0.1:{port}/readyz", folder) as pid:
            if not DELAY_ONLY:
                in_browser(desk, path)
            pages.build(desk, pid)
            asyncio.run(delay(desk, path, pid))


if __name__ == "__main__":
    main()
