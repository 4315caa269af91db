"""The monitor desk in a real browser: news within a second, keys, filters in the address, and no payload that runs."""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from watchfloor.core.clock import LiveClock
from watchfloor.store import Store
from watchfloor.store.records import Observation, Series

kit = sys.modules["watchfloor_tests_browser"]
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_payloads_of_monitor", Path(__file__).parents[1] / "payloads.py"
)
given = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(given)
pytestmark = [pytest.mark.browser, pytest.mark.network]
MANY = 300
DEEP = """(root, selector) => {
  const all = [];
  const look = (node) => { all.push(...node.querySelectorAll(selector)); for (const each of node.querySelectorAll('*')) if (each.shadowRoot) look(each.shadowRoot); };
  look(root);
  return all;
}"""
OPTION = f"() => (({DEEP})(document, '#wall-option')[0] || {{}}).textContent || ''"
CHIPS = f"() => ({DEEP})(document, '.stations .chips.levels .total')[0]?.textContent || ''"


def fill(store: Store) -> None:
    """Store stations, those whose number ends in 0 beyond a threshold, and some with payloads for names."""
    now = LiveClock().now()
    rows = []
    for place in range(MANY):
        text = given.PAYLOADS[place % len(given.PAYLOADS)] if place % 50 == 7 else f"Gauge {place:03d}"
        store.describe(
            [
                Series(
                    f"t/{place:03d}", text, "water_level", "m", 10 + place / 1000, 50.0, "flood" if place % 2 else "storm",
                    {"interval_s": 600, "kind": text if place % 50 == 7 else "gauge", "thresholds": {"orange": 5.0, "red": 8.0}, "title_zh": text},
                )
            ]
        )  # fmt: skip
        values = np.full(12, 6.0 if place % 10 == 0 else 1.0 + place / MANY)
        times = [now - timedelta(minutes=10 * (11 - turn)) for turn in range(12)]
        rows.append(
            pd.DataFrame({"series": f"t/{place:03d}", "time": pd.DatetimeIndex(times), "value": values})
        )
    store.observe(pd.concat(rows))


@pytest.fixture(scope="module")
def desk(served):
    """Serve a floor with many stations."""
    made = served(floor="world", collect=False)
    with Store.open(made.data / "world" / "store.sqlite") as store:
        fill(store)
    return made


def opened(browser, desk, query="", size=(1600, 1000)):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/monitor{query}")
    kit.live(page, 60_000)
    page.locator("canvas.tiles").first.wait_for(timeout=30_000)
    return context, page, seen


def test_a_new_value_is_on_the_screen_within_a_second(browser, desk):
    context, page, seen = opened(browser, desk, "?q=Gauge%20013")
    page.locator(".stations .box").focus()
    page.wait_for_function(f"({OPTION})().includes('Gauge 013')")
    waits = []
    with Store.open(desk.data / "world" / "store.sqlite") as store:
        for value in (8.25, 8.5, 8.75):
            page.evaluate(
                f"(value) => {{ window.__seen = new Promise((done) => {{ const look = () => {{ const told = ({OPTION})(); "
                "if (told.includes(value)) done(performance.timeOrigin + performance.now()); else requestAnimationFrame(look); }; look(); }); }",
                str(value),
            )
            store.observe([Observation("t/013", LiveClock().now(), value)])
            stored = LiveClock().now().timestamp() * 1000
            waits.append(page.evaluate("() => window.__seen") - stored)
            page.wait_for_timeout(300)
    assert min(waits) < 1000, waits
    assert "Extreme" in page.evaluate(OPTION)
    assert seen.errors == []
    context.close()


def test_keys_walk_over_the_tiles_and_enter_opens_one(browser, desk):
    context, page, seen = opened(browser, desk)
    page.keyboard.press("j")
    page.wait_for_function(f"({OPTION})() !== ''")
    first = page.evaluate(OPTION)
    assert "Severe" in first, "the worst stands first"
    page.keyboard.press("ArrowRight")
    second = page.evaluate(OPTION)
    page.keyboard.press("ArrowDown")
    third = page.evaluate(OPTION)
    assert len({first, second, third}) == 3
    page.keyboard.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).get('s')")
    page.locator("#wf-detail").wait_for(state="visible")
    name = page.evaluate("() => new URLSearchParams(location.search).get('s')")
    assert name.removeprefix("t/") in third or name.startswith("t/")
    page.locator(".stations .box").focus()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !new URLSearchParams(location.search).get('s')")
    page.keyboard.press("/")
    page.keyboard.type("Gauge 042")
    page.wait_for_function(f"({CHIPS})().startsWith('1 ')")
    assert page.evaluate("() => new URLSearchParams(location.search).get('q')") == "Gauge 042"
    assert seen.errors == []
    context.close()


def test_the_address_filters_and_the_links_carry_it(browser, desk):
    context, page, seen = opened(
        browser, desk, "?sev=Severe&hz=storm&span=24h&size=small&group=hazard&lang=zh"
    )
    page.wait_for_function(f"({CHIPS})().includes('30')")
    assert page.locator(".stations .group strong").first.inner_text() == "风暴"
    link = page.locator("a[data-desk=situation]")
    link.focus()
    assert "sev=Severe" in link.get_attribute("href")
    link.click()
    kit.live(page, 60_000)
    assert page.url.split("?")[0].endswith("/situation")
    assert "sev=Severe" in page.url
    page.locator("a[data-desk=monitor]").click()
    kit.live(page, 60_000)
    page.wait_for_function(f"({CHIPS})().includes('30')")
    assert seen.failed == []
    context.close()


def test_the_table_says_the_same_as_the_tiles(browser, desk):
    context, page, seen = opened(browser, desk, "?sev=Severe")
    page.get_by_role("button", name="Table").click()
    rows = page.locator(".stations .tabled tbody tr")
    rows.first.wait_for()
    assert rows.count() == 30
    assert "Severe" in rows.first.inner_text()
    assert "6 m" in rows.first.inner_text()
    assert seen.errors == []
    context.close()


def test_the_past_is_shown_and_said(browser, desk):
    at = (LiveClock().now() - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/monitor?asof={at}")
    kit.live(page, 60_000)
    page.get_by_text("This floor has no stations.").wait_for(timeout=20_000)
    assert page.locator("#wf-asof").is_visible()
    assert seen.errors == []
    context.close()


def test_files_are_handed_out(browser, desk):
    context, page, _ = opened(browser, desk, "?sev=Severe")
    for button, ending in (
        ("CSV", ".csv"),
        ("PNG", ".png"),
        ("Parquet", ".parquet"),
        ("Notebook cell", ".py"),
    ):
        with page.expect_download(timeout=20_000) as told:
            page.get_by_role("button", name=button, exact=True).click()
        assert told.value.suggested_filename == f"world-wall{ending}"
        assert Path(told.value.path()).stat().st_size > 300
    context.close()


def test_delays_are_told(browser, desk):
    context, page, seen = opened(browser, desk)
    page.get_by_role("tab", name="Delays").click()
    page.get_by_text("Stations over 24 hours").wait_for(timeout=30_000)
    assert page.locator(".latency tbody tr").count() >= 200
    assert seen.errors == []
    context.close()


@pytest.mark.parametrize("policy", [False, True], ids=["policy off", "policy on"])
def test_no_payload_in_the_names_of_stations_runs(browser, desk, policy):
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, bypass_csp=not policy)
    page, seen = kit.watched(context)
    page.on("dialog", lambda dialog: dialog.dismiss())
    for query in ("?group=kind&size=large", "?lang=zh", "?tab=latency"):
        page.goto(f"{desk.url}/monitor{query}")
        kit.live(page, 60_000)
        if "latency" in query:
            page.locator(".latency tbody tr").nth(30).wait_for(timeout=30_000)
            continue
        page.locator("canvas.tiles").first.wait_for(timeout=30_000)
        box = page.locator(".stations .box").bounding_box()
        for step in range(12):
            page.mouse.move(box["x"] + 60 + step * 60, box["y"] + 80 + step * 20)
            page.wait_for_timeout(20)
        page.mouse.click(box["x"] + 90, box["y"] + 90)
        page.get_by_role("button", name="Table" if "zh" not in query else "表格").click()
        page.locator(".stations .tabled tbody tr").first.wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate(given.RAN) is None
    assert page.get_by_text(given.PAYLOADS[7], exact=False).count() >= 1, "the payload is not even shown"
    assert seen.foreign == []
    assert not [error for error in seen.errors if "Content Security Policy" in error], "something was tried"
    context.close()
