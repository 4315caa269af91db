"""How long from a message's publishing to its alarm on a browser's screen. Run it: python tests/bench/alarm_screen.py

``[--rate 1000] [--stations 1000] [--seconds 30] [--pages 1]``: a real mosquitto, a served floor that collects and watches, a process
that publishes at the rate, and a Chromium with the monitor desk open. Every half second one more station crosses its limit. The
page notes itself, after the frame in which it was drawn, when the row of each alarm stood in its list; that is held against
the time that the publisher wrote into the first message beyond the limit, the moment it was sent.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from watchfloor.core.clock import LiveClock, format_time, monotonic
from watchfloor.store import Series, Store

HERE = Path(__file__).parent


def _module(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


pages = _module("pages_for_alarms", HERE / "pages.py")
brokers = _module("brokers_for_alarms", HERE.parent / "feeds" / "collect" / "brokers.py")

LIMIT, CALM, HIGH = 10.0, 5.0, 12.0
EVERY = 0.5
"""Seconds between two stations that cross their limit."""
FLOOR = """version: 2
metadata:
  title: {{en: Bench, zh: 测速}}
  floor:
    title: {{en: Bench, zh: 测速}}
    description: {{en: Stations for a benchmark., zh: 用于测速的站点。}}
    status: Test
    invented: true
    zone: UTC
    centre: [0, 0]
    zoom: 2.0
    languages: [en, zh]
    feeds:
    - source: edge
      feed: sensor
      mqtt: {broker}
      topics: ["watchfloor/#"]
      cadence: PT1M
aliases: {{}}
user_parameters: {{}}
data: {{}}
entries: {{}}
"""
RULES = """rules:
  above:
    kind: level
    title: {en: Above, zh: 超限}
    series: {name: "S*/level"}
    units: m
    limits: {red: 10}
    on_after: 0 s
    off_after: 1 h
    source: This benchmark.
"""
NOTE = """() => {
  const all = [];
  const look = (node) => { all.push(...node.querySelectorAll('.alarmlist .box')); for (const each of node.querySelectorAll('*')) if (each.shadowRoot) look(each.shadowRoot); };
  look(document);
  const box = all[0], seen = window.__drawn = {}, name = /S\\d{4}/;
  const note = () => requestAnimationFrame(() => { const now = performance.timeOrigin + performance.now();
    for (const row of box.querySelectorAll('[role=option]')) { const found = name.exec(row.textContent); if (found && !(found[0] in seen)) seen[found[0]] = now; } });
  new MutationObserver(note).observe(box, {childList: true});
  note();
}"""


def publish(port: int, seconds: float, rate: float, stations: int) -> None:
    """Publish at a steady rate; print when the first message beyond the limit of each station was sent, and how late the pace was."""
    client, clock = brokers.publisher(port), LiveClock()
    crossed: dict[str, float] = {}
    began, sent, behind = monotonic(), 0, 0.0
    order = np.random.default_rng(5).permutation(stations)
    while (passed := monotonic() - began) < seconds:
        high = {int(place) for place in order[: int(max(0.0, passed - 3.0) / EVERY)]}
        while sent < passed * rate:
            place = sent % stations
            name = f"S{place:04d}"
            now = clock.now()
            if place in high and name not in crossed:
                crossed[name] = now.timestamp() * 1000
            value = HIGH if name in crossed else CALM + sent % 7 / 10
            said = {"time": format_time(now), "value": value, "flag": 0}
            client.publish(f"watchfloor/{name}/level", json.dumps(said), qos=1)
            sent += 1
            behind = max(behind, monotonic() - began - sent / rate)
        time.sleep(0.005)
    until = monotonic() + 30
    while client._out_messages and monotonic() < until:
        time.sleep(0.05)
    lasted = monotonic() - began
    client.disconnect()
    print(json.dumps({"sent": sent, "rate": sent / lasted, "behind": behind, "crossed": crossed}))


def prepare(folder: Path, broker: Any, stations: int) -> Path:
    """Write the floor, and a store whose stations have an hour of values; return the floor's folder."""
    floor = folder / "bench"
    (floor / "rules").mkdir(parents=True)
    (floor / "catalog.yml").write_text(FLOOR.format(broker=broker.url), encoding="utf-8")
    (floor / "rules" / "bench.yml").write_text(RULES, encoding="utf-8")
    return floor


def fill(path: Path, stations: int) -> None:
    """Describe stations far from each other, with an hour of calm values."""
    now = LiveClock().now()
    with Store.open(path) as store:
        store.describe(
            [
                Series(
                    f"S{n:04d}/level", f"Station S{n:04d}", "water_level", "m", -176 + n % 40 * 8.8, -60 + n // 40 * 4.8, "flood",
                    {"interval_s": 1, "thresholds": {"red": LIMIT}},
                )
                for n in range(stations)
            ]
        )  # fmt: skip
        times = pd.DatetimeIndex([now - timedelta(seconds=60 * (59 - step) + 5) for step in range(60)])
        for n in range(stations):
            store.observe(pd.DataFrame({"series": f"S{n:04d}/level", "time": times, "value": CALM}))


@contextmanager
def screens(url: str, count: int) -> Iterator[list[Any]]:
    """Open pages of the monitor desk, and have each note what it draws."""
    from playwright.sync_api import sync_playwright

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=pages.harness.chromium(), args=pages.harness.FLAGS
            )
            made = []
            for _ in range(count):
                page = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
                page.goto(url)
                pages.harness.live(page, 120_000)
                page.locator(".alarmlist .title").wait_for(timeout=60_000)
                page.wait_for_timeout(3000)
                page.evaluate(NOTE)
                made.append(page)
            yield made
            browser.close()


def stages(path: Path, crossed: dict[str, float]) -> str:
    """Return how late the values and the records of the alarms were in the store."""
    stored, raised = [], []
    with Store.open(path) as store:
        first = {record.title.rpartition(" ")[2]: record for record in store.records("alarm")}
        for name, at in crossed.items():
            values = store.observations(f"{name}/level")
            high = values[values["value"] > LIMIT]
            if len(high):
                stored.append(high["known"].iloc[0].timestamp() * 1000 - at)
            if name in first:
                life = store.history("alarm", first[name].source, first[name].key)
                raised.append(min(one.known for one in life if one.known is not None).timestamp() * 1000 - at)
    told = [f"{word} p50 {np.percentile(some, 50):.0f} ms, p95 {np.percentile(some, 95):.0f} ms" for word, some in (("value in the store", stored), ("alarm in the store", raised)) if some]  # fmt: skip
    return "; ".join(told)


def load() -> str:
    """Return the machine's load."""
    return f"{os.cpu_count()} processors, load {' '.join(f'{value:.1f}' for value in os.getloadavg())}"


def main() -> None:
    """Measure, and print."""
    if sys.argv[1:2] == ["publish"]:
        publish(int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pages", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = brokers.Mosquitto(folder / "broker").start()
        try:
            measure(folder, broker, chosen)
        finally:
            broker.stop()


def measure(folder: Path, broker: Any, chosen: argparse.Namespace) -> None:
    """Serve, publish, look, and print what came of it."""
    floor = prepare(folder, broker, chosen.stations)
    port = pages.harness.free_port()
    os.environ["WATCHFLOOR_HOSTS"] = json.dumps([broker.host])
    os.environ["WATCHFLOOR_WARM"] = (
        "false"  # a floor at work: what is slow at first use has been compiled long ago
    )
    os.environ["WATCHFLOOR_SETTINGS"] = str(folder / "none.toml")
    command = [sys.executable, "-m", "watchfloor.cli", "serve", "--floor", str(floor), "--port", str(port)]
    ready = f"http://127.0.0.1:{port}/readyz"
    with pages.running([*command, "--no-collect"], ready, folder):
        pass  # makes the store
    (path,) = folder.glob("var/**/store.sqlite")
    fill(path, chosen.stations)
    print(f"before: {load()}; {chosen.rate:g} messages/s of {chosen.stations} stations, {chosen.seconds:g} s")
    with (
        pages.running(command, ready, folder) as pid,
        screens(f"http://127.0.0.1:{port}/monitor", chosen.pages) as open_,
    ):
        used, began = pages.cpu(pid), monotonic()
        arguments = [
            sys.executable,
            __file__,
            "publish",
            str(broker.port),
            str(chosen.seconds),
            str(chosen.rate),
            str(chosen.stations),
        ]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as publisher:
            while publisher.poll() is None:  # the pages' events are taken meanwhile
                open_[0].wait_for_timeout(100)
            assert publisher.stdout is not None
            told = json.loads(publisher.stdout.read())
        open_[0].wait_for_timeout(3000)
        used, lasted = pages.cpu(pid) - used, monotonic() - began
        drawn = [page.evaluate("() => window.__drawn") for page in open_]
    waits, missed = [], []
    for seen in drawn:
        waits += [seen[name] - at for name, at in told["crossed"].items() if name in seen]
        missed += [name for name in told["crossed"] if name not in seen]
    waits.sort()
    said = "no alarm was drawn"
    if waits:
        middle, high, worst = np.percentile(waits, [50, 95, 100])
        said = f"p50 {middle:.0f} ms, p95 {high:.0f} ms, worst {worst:.0f} ms"
    wanted = len(told["crossed"]) * len(drawn)
    print(f"published -> alarm drawn: {len(waits)} of {wanted} alarms, {said}, missed {len(missed)}")
    print(f"on its way there: {stages(path, told['crossed'])}")
    print(
        f"{told['rate']:,.0f} messages/s were published (at most {told['behind'] * 1000:.0f} ms behind); server {used / lasted:.0%} of a core with "
        f"{chosen.pages} page(s); after: {load()}"
    )


if __name__ == "__main__":
    main()
