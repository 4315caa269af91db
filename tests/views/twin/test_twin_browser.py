"""The twin desk in a browser: form, drag, map, impact, save and open again; names that are payloads; axe; nothing leaves."""

import importlib.util
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

import watchfloor
from watchfloor.core.clock import LiveClock
from watchfloor.hazards import library
from watchfloor.hazards.scenario import Scenario
from watchfloor.security.roles import Actor
from watchfloor.store import Store
from watchfloor.store.records import Record

kit = sys.modules["watchfloor_tests_browser"]
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_payloads_of_twin", Path(__file__).parents[1] / "payloads.py"
)
given = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(given)
pytestmark = [pytest.mark.browser, pytest.mark.network]
ANNA = Actor("anna", frozenset({"duty"}))
SMALL = Scenario("flood", "Small", resolution=600.0, until=7200.0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    data = tmp_path_factory.mktemp("twin")
    one = kit.Served(data, kit.free_port(), {"data": str(data), "collect": False})
    one.start(wait=240)  # models are many, and a busy machine loads them slowly
    yield one
    one.stop()


def opened(browser, desk, query="", size=(1600, 1000), **more):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/twin{query}")
    kit.live(page, 90_000)
    page.locator(".runbar .badge").wait_for(timeout=90_000)
    page.locator(".setup summary").first.wait_for(state="attached", timeout=30_000)
    return context, page, seen


def until(page, holds):
    """Wait until something holds; parts are drawn anew meanwhile, so that no element may be held."""
    for _ in range(80):
        if holds():
            return
        page.wait_for_timeout(125)
    raise AssertionError("it did not come to hold within ten seconds")


def kept(desk, *scenarios):
    """Save scenarios as another process would."""
    with (
        Store.open(desk.data / "demo" / "store.sqlite") as store,
        watchfloor.open("demo", store=store) as floor,
    ):
        return [library.save(floor, ANNA, one).key for one in scenarios]


def test_a_question_is_asked_by_hand_saved_and_opened_again(browser, desk):
    (key,) = kept(desk, SMALL)
    context, page, seen = opened(browser, desk, f"?scenario={key}")
    page.locator(".stakes table").first.wait_for(timeout=60_000)
    rain = float(page.locator(".course circle").nth(1).get_attribute("aria-valuenow"))
    dot = page.locator(".course circle").nth(1)
    box = dot.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 25, steps=4)
    page.mouse.up()
    dragged = page.locator(".course circle").nth(1)
    assert float(dragged.get_attribute("aria-valuenow")) > rain
    page.get_by_text("Settings of the model").click()
    wet = page.get_by_label("Wet from", exact=True).nth(1)
    wet.fill("9")
    wet.press("Tab")
    page.get_by_text("wet is 9; expected a number from 0.001 to 1.").wait_for(timeout=10_000)
    wet.fill("0.2")
    wet.press("Tab")
    page.get_by_text("wet is 9").wait_for(state="hidden", timeout=10_000)
    page.get_by_role("button", name="Worst credible").click()
    page.get_by_text("one whole evolution that is worse", exact=False).wait_for(timeout=10_000)
    page.get_by_role("button", name="Probability").click()
    page.get_by_label("Title of the scenario").fill("Dragged by hand")
    page.get_by_role("button", name="Save as new").click()
    page.locator(".kept").get_by_text("Dragged by hand").wait_for(timeout=10_000)
    page.wait_for_function("key => !location.search.includes(key)", arg=key)
    again = page.url.partition("/twin")[2]
    other, shown, _ = opened(browser, desk, again)
    shown.locator(".kept [aria-current]").get_by_text("Dragged by hand").wait_for(timeout=20_000)
    with page.expect_download(timeout=20_000) as told:
        page.get_by_role("button", name="GeoTIFF").click()
    assert told.value.suggested_filename.endswith(".tif")
    assert "DEMO" in told.value.suggested_filename
    assert seen.errors == []
    assert seen.foreign == []
    other.close()
    context.close()


def test_points_on_the_map_are_taken_by_hand_and_key_and_taken_back(browser, desk):
    context, page, seen = opened(browser, desk, "?model=release")
    handle = page.locator(".handles g").first
    handle.wait_for(timeout=20_000)
    page.wait_for_timeout(800)  # the map comes to rest
    said = handle.get_attribute("aria-label")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] - 40, steps=5)
    page.mouse.up()
    west = float(said.split()[1].strip(",")) - 0.003
    typed = page.get_by_label("tank: longitude")
    until(page, lambda: float(typed.input_value()) < west)
    until(page, lambda: float(handle.get_attribute("aria-label").split()[1].strip(",")) < west)
    dragged = handle.get_attribute("aria-label")
    handle.focus()
    page.keyboard.press("ArrowRight")
    east = float(dragged.split()[1].strip(","))
    assert float(handle.get_attribute("aria-label").split()[1].strip(",")) > east, (
        "at once, without the server"
    )
    until(page, lambda: float(typed.input_value()) > east)
    page.wait_for_timeout(1800)  # what the server said of the time before changes nothing
    assert float(handle.get_attribute("aria-label").split()[1].strip(",")) > east
    page.get_by_role("button", name="Add another place").click()
    bar = page.locator(".map .placing")
    bar.get_by_text("tank 2").wait_for(timeout=10_000)
    bar.get_by_role("button", name="Put it in the middle").click()
    page.locator(".handles g").nth(1).wait_for(timeout=20_000)
    # an area is drawn by keys alone: the middle of the view, moved by the arrows
    page.get_by_role("button", name="+ Shelter").first.click()
    page.locator(".taken").get_by_role("button", name="Draw where", exact=False).click()
    page.locator(".map .placing").get_by_text("so far", exact=False).wait_for(timeout=10_000)
    page.locator(".stage").focus()
    for key in ("Enter", "ArrowRight", "Enter", "ArrowUp", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(250)
    page.locator(".map .placing").get_by_text("3", exact=False).first.wait_for(timeout=10_000)
    page.locator(".map .placing").get_by_role("button", name="Finish").click()
    page.locator(".taken").get_by_text("3 points").wait_for(timeout=10_000)
    page.keyboard.press("Control+z")
    page.locator(".taken").get_by_text("everywhere").wait_for(timeout=10_000)
    page.keyboard.press("Control+Shift+z")
    page.locator(".taken").get_by_text("3 points").wait_for(timeout=10_000)
    assert seen.errors == []
    assert seen.foreign == []
    context.close()


def test_a_cascade_is_drawn_and_walked_by_keys(browser, desk):
    context, page, seen = opened(browser, desk, "?lang=zh")
    page.locator(".stakes table").first.wait_for(timeout=60_000)
    page.locator(".cascades button").first.click()
    dialog = page.locator("dialog.cascade")
    dialog.locator("svg.graph").wait_for(timeout=20_000)
    dialog.locator(".node").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog.locator(".about h3").wait_for(timeout=10_000)
    here = "() => { let at = document.activeElement; while (at.shadowRoot) at = at.shadowRoot.activeElement; return at && at.dataset.name }"
    chosen = page.evaluate(here)
    assert chosen, "the focus stays on the event that was chosen"
    assert dialog.locator(f".node[data-name={chosen}]").get_attribute("aria-pressed") == "true"
    dialog.locator("summary").click()
    rows = dialog.locator("details table").first.locator("tbody tr")
    assert rows.count() == dialog.locator(".node").count(), "the same stands in a table"
    found = (
        Axe()
        .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        .response["violations"]
    )
    assert [(item["id"], [node["html"][:120] for node in item["nodes"]][:3]) for item in found] == []
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden", timeout=5_000)
    assert seen.errors == []
    assert seen.foreign == []
    context.close()


@pytest.mark.parametrize("policy", [False, True], ids=["policy off", "policy on"])
def test_no_payload_in_names_runs(browser, desk, policy):
    words = given.PAYLOADS
    keys = kept(desk, *[SMALL.but(title=words[turn], seed=turn) for turn in range(0, len(words), 4)])
    now = LiveClock().now()
    with (
        Store.open(desk.data / "demo" / "store.sqlite") as store,
        watchfloor.open("demo", store=store) as floor,
    ):
        record = Record(
            "incident", "own", f"P-{policy}", "1", sent=now, valid_from=now, title=words[1], hazard="flood", status=floor.status,
            geometry={"type": "Point", "coordinates": [158.47, 33.985]},
        )  # fmt: skip
        store.append([record])
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, bypass_csp=not policy)
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/twin?r=incident!own!P-{policy}")
    kit.live(page, 90_000)
    page.locator(".runbar a").wait_for(timeout=90_000)
    assert words[1] in page.locator(".runbar a").inner_text()
    assert "situation?r=incident" in page.locator(".runbar a").get_attribute("href")
    page.locator(f".kept li:nth-child({len(keys)})").wait_for(timeout=20_000)
    page.locator(".kept input").nth(0).check()
    page.locator(".kept input").nth(1).check()
    page.locator(".scenarios").get_by_role("button", name="Side by side", exact=False).click()
    page.locator("dialog.versus img").first.wait_for(timeout=60_000)
    page.wait_for_timeout(300)
    assert page.evaluate(given.RAN) is None
    assert seen.foreign == []
    assert not [error for error in seen.errors if "Content Security Policy" in error]
    context.close()


@pytest.mark.parametrize(("size", "theme"), [("desk", "dark"), ("phone", "light")])
def test_axe_and_the_console_find_nothing(browser, desk, size, theme):
    width, height = {"desk": (1600, 1000), "phone": (400, 850)}[size]
    query = f"?theme={theme}&lang={'zh' if theme == 'light' else 'en'}"
    context, page, seen = opened(browser, desk, query, (width, height), is_mobile=size == "phone")
    page.locator(".stakes table").first.wait_for(timeout=60_000)
    page.locator(".setup details").evaluate_all("all => all.forEach(one => { one.open = true })")
    page.wait_for_timeout(800)
    found = [
        (item["id"], item["impact"], [(node["target"], node["html"][:160]) for node in item["nodes"]][:3])
        for item in Axe()
        .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        .response["violations"]
    ]
    assert found == []
    assert seen.errors == []
    assert seen.foreign == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth + 1")
    context.close()
