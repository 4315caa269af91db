"""A desk in a real browser: live, quiet, told when it is not, and healed."""

import signal
import sys
import time
from pathlib import Path

import pytest

APPS = Path(__file__).with_name("apps")
kit = sys.modules["watchfloor_tests_browser"]
pytestmark = [pytest.mark.browser, pytest.mark.network]


@pytest.fixture(scope="module")
def desk(served):
    return served(folder=APPS, floor="stand-in")


@pytest.fixture
def context(browser):
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    yield made
    made.close()


def test_desk_is_live_and_asks_nobody_else(desk, context):
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/shell")
    kit.live(page)
    page.get_by_text("Go", exact=True).click()
    page.get_by_text("count 1").wait_for()
    assert page.title() == "Shell · Stand-in"
    assert page.locator(".wf-mark").inner_text() == "EXERCISE"
    assert "UTC+08:00 Asia/Shanghai" in page.locator("#wf-zone").inner_text()
    assert page.evaluate("document.querySelectorAll('canvas, .bk-Canvas').length >= 0")
    assert seen.foreign == []
    assert seen.errors == []
    assert seen.failed == []


def test_every_place_is_inside_the_window(desk, context):
    page, _ = kit.watched(context)
    page.goto(f"{desk.url}/shell")
    kit.live(page)
    boxes = {
        name: page.locator(f"#wf-{name}").bounding_box() for name in ("map", "list", "detail", "kpi", "strip")
    }
    for name, box in boxes.items():
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= 1440, name
        assert box["y"] + box["height"] <= 900, name
    assert boxes["map"]["width"] > 2 * boxes["list"]["width"] * 0.9
    assert boxes["list"]["x"] > boxes["map"]["x"] + boxes["map"]["width"] - 1


def test_phone_has_the_map_first_and_nothing_is_wider_than_it(desk, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page, _ = kit.watched(context)
    page.goto(f"{desk.url}/shell")
    kit.live(page)
    order = sorted(
        ("map", "kpi", "list", "detail"), key=lambda name: page.locator(f"#wf-{name}").bounding_box()["y"]
    )
    assert order[0] == "map"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Detail").click()
    until = time.perf_counter() + 5  # the policy lets no test evaluate text in the page either
    while page.locator("#wf-detail").bounding_box()["y"] > 600 and time.perf_counter() < until:
        page.wait_for_timeout(100)
    assert page.locator("#wf-detail").bounding_box()["y"] <= 600
    context.close()


def test_error_of_a_view_is_told_without_its_inside(desk, context):
    page, _ = kit.watched(context)
    page.goto(f"{desk.url}/shell")
    kit.live(page)
    page.get_by_text("Fail", exact=True).click()
    notice = page.locator(".wf-toast")
    notice.wait_for()
    said = notice.inner_text()
    assert "This view failed at" in said
    assert "SECRET-INSIDE" not in page.content()
    number = said.split("Error ")[1][:8]
    assert number in desk.log()
    page.get_by_text("Ring", exact=True).click()
    page.locator(".wf-toast[data-tone=warning]").wait_for()
    assert "<b>Rung</b>" in page.locator(".wf-toast[data-tone=warning]").inner_text()


def test_switches_keep_the_rest_of_the_address(desk, context):
    page, _ = kit.watched(context)
    page.goto(f"{desk.url}/shell?hz=flood")
    kit.live(page)
    page.locator("button[data-set=theme]").click()
    page.wait_for_url("**theme=light**")
    kit.live(page)
    assert "hz=flood" in page.url
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.locator("button[data-set=lang]").click()
    page.wait_for_url("**lang=zh**")
    kit.live(page)
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert page.locator("#wf-link-text").inner_text() == "实时"


def test_as_of_is_marked_from_the_address(desk, context):
    page, _ = kit.watched(context)
    page.goto(f"{desk.url}/shell?asof=2026-11-20T19:10:00Z")
    kit.live(page)
    badge = page.locator("#wf-asof")
    assert badge.inner_text() == "AS OF 2026-11-21 03:10 — not live"


def test_lost_link_is_told_and_healed(served, browser):
    desk = served(folder=APPS, floor="stand-in")
    context = browser.new_context()
    page, _ = kit.watched(context)
    page.goto(f"{desk.url}/shell?hz=flood")
    kit.live(page)
    # a black hole: the process stands still, the link stays open
    desk.process.send_signal(signal.SIGSTOP)
    page.wait_for_selector("body[data-link=stale]", timeout=10_000)
    assert page.locator("#wf-stale").is_visible()
    assert "No sign of life" in page.locator("#wf-stale").inner_text()
    desk.process.send_signal(signal.SIGCONT)
    page.wait_for_selector("body[data-link=live]", timeout=15_000)
    # a restart: sessions are gone, the page comes back by itself with its address
    desk.stop(signal.SIGKILL)
    page.wait_for_selector("body[data-link=stale]", timeout=10_000)
    desk.start()
    page.wait_for_selector("body[data-link=live]", timeout=25_000)
    assert "hz=flood" in page.url
    page.get_by_text("Go", exact=True).click()
    page.get_by_text("count 1").wait_for()
    context.close()
