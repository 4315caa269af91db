"""Every desk in a real browser: nothing leaves the machine, nothing is complained of, nothing untrusted runs."""

import importlib.util
import sys
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from watchfloor.core.clock import LiveClock
from watchfloor.core.share import folder
from watchfloor.store import Observation, Record, Series, Store

kit = sys.modules["watchfloor_tests_browser"]
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_payloads", Path(__file__).parents[1] / "views" / "payloads.py"
)
given = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(given)
pytestmark = [pytest.mark.browser, pytest.mark.network]
DESKS = sorted(path.stem for path in folder("apps").glob("*.py"))
SIZES = {"desk": (1600, 1000), "wall": (2560, 1440), "phone": (400, 850)}


def hostile(number: int) -> list[Record]:
    """Return records of each kind that carry payloads wherever text goes."""
    words = [given.PAYLOADS[(number + turn) % len(given.PAYLOADS)] for turn in range(8)]
    at = LiveClock().now()
    info = {
        "language": words[0], "event": words[1], "headline": words[2], "description": words[3], "instruction": words[4],
        "senderName": words[5], "web": f"javascript:{words[6]}", "contact": words[7], "severity": "Extreme",
        "parameters": [{"valueName": words[0], "value": words[1]}], "areas": [{"areaDesc": words[2]}],
    }  # fmt: skip
    return [
        Record(
            kind, f"cap:{words[1]}"[:200], f"{number}-{words[0]}", "1", sent=at, valid_from=at, title=words[0],
            area=words[1], severity="Extreme", hazard="flood", geometry={"type": "Point", "coordinates": (10 + number, 50)},
            body={"infos": [info], "lead": 0, words[3]: words[4], "description": words[5], "notes": [words[6]]},
        )
        for kind in ("alert", "event", "incident", "report", "detection", "resource")
    ]  # fmt: skip


@pytest.fixture(scope="module")
def world(served):
    """Serve the world floor with hostile news in its store."""
    made = served(floor="world", collect=False)
    at = LiveClock().now()
    with Store.open(made.data / "world" / "store.sqlite") as store:
        for number in range(len(given.PAYLOADS)):
            store.append(hostile(number))
            text = given.PAYLOADS[number]
            store.describe(
                [
                    Series(
                        f"s/{number}", text, "water_level", "m", 10 + number, 51.0, "flood", {"station": text}
                    )
                ]
            )
            store.observe([Observation(f"s/{number}", at, 1.0)])
            store.quarantine(text, text, text.encode(), where=text)
            store.journal.write(text, "note", text, {"text": text})
    return made


@pytest.fixture(scope="module")
def demo(served):
    """Serve the demo floor when its story is told."""
    made = served()
    for _ in range(600):
        if httpx.get(f"{made.url}/readyz", timeout=30).status_code == 200:
            return made
        kit.time.sleep(0.2)
    raise AssertionError("the story was not told in two minutes")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("desk", DESKS)
def test_nothing_leaves_and_nothing_is_complained_of(browser, demo, desk, size, theme):
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    page, seen = kit.watched(context)
    page.goto(f"{demo.url}/{desk}?theme={theme}" + ("&wall=1" if size == "wall" else ""))
    kit.live(page, 60_000)
    page.locator("canvas").first.wait_for(timeout=30_000)
    page.wait_for_timeout(1500)
    assert page.locator("body").inner_text().count("DEMO · invented data") >= 1
    assert seen.foreign == []
    assert seen.failed == []
    assert seen.errors == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth + 1"), (
        "it scrolls sideways"
    )
    context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("desk", DESKS)
def test_axe_finds_nothing_serious(browser, demo, desk, theme):
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.goto(f"{demo.url}/{desk}?theme={theme}")
    kit.live(page, 60_000)
    page.wait_for_timeout(1500)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    serious = [
        (item["id"], [node["target"] for node in item["nodes"]][:3])
        for item in found.response["violations"]
        if item["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_at_all_on_the_situation_desk(browser, demo, size, theme):
    """Every rule of axe, best practice too: places without a landmark, headings out of order, faint words."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, is_mobile=size == "phone")
    page = context.new_page()
    page.goto(f"{demo.url}/situation?lang=zh&theme={theme}" + ("&wall=1" if size == "wall" else ""))
    kit.live(page, 60_000)
    page.locator(".wf.list .row").first.wait_for(timeout=30_000)
    page.wait_for_timeout(1500)
    assert page.locator(".wf-mark").inner_text() == "演示 · 虚构数据"
    found = [
        (item["id"], item["impact"], [node["target"] for node in item["nodes"]][:2])
        for item in Axe().run(page).response["violations"]
    ]
    assert found == []
    context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("path", ["", "no-such-page"])
def test_plain_pages_take_the_browsers_colours_and_axe_finds_nothing(browser, demo, path, theme):
    for width, height in SIZES.values():
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        page = context.new_page()
        page.goto(f"{demo.url}/{path}")
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == {"dark": "rgb(15, 20, 26)", "light": "rgb(238, 241, 244)"}[theme]
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        context.close()


@pytest.mark.parametrize("policy", [False, True], ids=["policy off", "policy on"])
def test_no_payload_in_the_news_runs(browser, world, policy):
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, bypass_csp=not policy)
    page, seen = kit.watched(context)
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(f"{world.url}/situation")
    kit.live(page, 60_000)
    rows = page.locator("[role=option]")
    rows.first.wait_for(timeout=30_000)
    for turn in range(12):
        rows.nth(turn % max(1, rows.count())).click()
        page.wait_for_timeout(150)
        page.keyboard.press("j")
    box = page.locator("#wf-map").bounding_box()
    for step in range(1, 30):
        page.mouse.move(box["x"] + box["width"] * step / 30, box["y"] + box["height"] * 0.45)
        page.wait_for_timeout(20)
    page.wait_for_timeout(500)
    assert page.evaluate(given.RAN) is None
    assert page.get_by_text(given.PAYLOADS[0], exact=False).count() >= 1, "the payload is not even shown"
    assert seen.foreign == []
    assert not [error for error in seen.errors if "Content Security Policy" in error], "something was tried"
    context.close()
