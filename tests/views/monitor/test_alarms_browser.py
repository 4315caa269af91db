"""The alarms in a real browser: raised elsewhere and seen at once, acknowledged by a key, the same on every page."""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

import watchfloor
from watchfloor.alarms.life import Life
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import LiveClock
from watchfloor.core.scales import WarningColour
from watchfloor.security.roles import Actor
from watchfloor.store import Store
from watchfloor.store.records import Series

kit = sys.modules["watchfloor_tests_browser"]
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_payloads_of_alarms", Path(__file__).parents[1] / "payloads.py"
)
given = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(given)
pytestmark = [pytest.mark.browser, pytest.mark.network]
COLOURS = (None, WarningColour.BLUE, WarningColour.YELLOW, WarningColour.ORANGE, WarningColour.RED)
ANNA = Actor("anna", frozenset({"duty"}))


def says(subject, level=2, *, at=None, title="", why="", hazard="flood"):
    at = at or LiveClock().now()
    return Verdict(
        "level", "1", subject, (subject,), at, level, "", COLOURS[level], None, 2.0 + level / 2, 2.4, "m", ((subject, at),),
        why=why or f"Level at {subject} is {2 + level / 2} m.", clears=level == 0, hazard=hazard, title=title or f"High water at {subject}",
    )  # fmt: skip


def raising(served, *verdicts):
    """Raise alarms as another process does."""
    with (
        Store.open(served.data / "world" / "store.sqlite") as store,
        watchfloor.open("world", store=store) as floor,
    ):
        life = Life(floor)
        return life.take(verdicts, floor.now()), life.alarms(open_only=False)


def alarm_of(served, subject):
    return next(alarm for alarm in raising(served)[1] if alarm.verdict.subject == subject)


@pytest.fixture(scope="module")
def desk(served):
    """Serve a floor without sign-in, with ten stations far from each other."""
    made = served(floor="world", collect=False)
    with Store.open(made.data / "world" / "store.sqlite") as store:
        store.describe(
            [Series(f"G{n:02d}", f"Gauge {n}", "water_level", "m", 10.0 * n, 50.0, "flood", {"interval_s": 600, "title_zh": f"水位站{n}"}) for n in range(10)]
        )  # fmt: skip
    return made


def opened(browser, desk, query="", size=(1600, 1000), **more):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/monitor{query}")
    kit.live(page, 60_000)
    page.locator(".alarmlist .title").wait_for(timeout=30_000)
    return context, page, seen


def chosen(page):
    return page.locator(".alarmlist [role=option][aria-selected=true]")


def test_an_alarm_raised_elsewhere_appears_and_a_key_acknowledges_it_on_every_page(browser, desk):
    context, page, seen = opened(browser, desk)
    other_context, other, _ = opened(browser, desk)
    page.get_by_text("No alarm is open.", exact=False).wait_for()
    raising(desk, says("G01", 4))
    page.locator(".alarmlist [role=option]").get_by_text("High water at G01").wait_for(timeout=5000)
    page.locator(".alarmlist .box").focus()
    page.keyboard.press("j")
    page.wait_for_function("() => (new URLSearchParams(location.search).get('r') || '').startsWith('alarm!')")
    assert "Red" in chosen(page).inner_text()
    assert "Unacknowledged" in chosen(page).inner_text()
    assert "4 m" in chosen(page).inner_text()
    assert "to duty in" in chosen(page).inner_text()
    page.keyboard.press("a")
    page.locator(".alarmlist [role=option]").get_by_text("Acknowledged", exact=True).wait_for(timeout=3000)
    other.locator(".alarmlist [role=option]").get_by_text("Acknowledged", exact=True).wait_for(timeout=3000)
    alarm = alarm_of(desk, "G01")
    assert alarm.acknowledged is not None
    assert alarm.acknowledged.by == "local operator"
    assert seen.errors == []
    context.close()
    other_context.close()


def test_dangerous_acts_ask_first_and_reach_the_server(browser, desk):
    raising(desk, says("G02", 3))
    name = alarm_of(desk, "G02").id
    context, page, seen = opened(browser, desk, f"?r=alarm!alarms!{name}")
    page.locator(".alarmlist .acts [data-act=shelve]").wait_for(timeout=10_000)
    page.locator(".alarmlist .box").focus()
    page.keyboard.press("h")
    form = page.locator(".alarmlist form.actform")
    form.wait_for()
    page.keyboard.press("Enter")
    form.get_by_text("Say why", exact=False).wait_for()
    page.keyboard.type("pump test")
    page.keyboard.press("Enter")
    chosen(page).get_by_text("pump test", exact=False).wait_for(timeout=5000)
    assert alarm_of(desk, "G02").shelf.reason == "pump test"
    page.locator(".alarmlist .box").focus()
    page.keyboard.press("u")
    chosen(page).get_by_text("Unacknowledged").wait_for(timeout=5000)
    page.keyboard.press("Enter")
    page.locator(".alarmdepth .life").get_by_text("undone", exact=True).wait_for(timeout=10_000)
    page.locator(".alarmdepth .write").click()
    page.locator(".draftform").wait_for(timeout=10_000)
    page.get_by_role("button", name="Approve and issue").click()
    page.get_by_text("somebody else must approve it", exact=False).wait_for(timeout=5000)
    assert seen.errors == []
    context.close()


@pytest.mark.parametrize("policy", [False, True], ids=["policy off", "policy on"])
def test_no_payload_in_titles_and_reasons_runs(browser, desk, policy):
    at = LiveClock().now()
    words = given.PAYLOADS
    raising(
        desk,
        *[
            says(f"H{turn}", 4, at=at, title=words[turn], why=words[-1 - turn], hazard="chemical")
            for turn in range(6)
        ],
    )
    with (
        Store.open(desk.data / "world" / "store.sqlite") as store,
        watchfloor.open("world", store=store) as floor,
    ):
        life = Life(floor)
        for turn, alarm in enumerate(life.alarms()):
            if alarm.verdict.subject.startswith("H"):
                life.assign(ANNA, alarm.id, words[turn][:80])
                life.override(ANNA, alarm.id, COLOURS[4], words[turn + 2], at + timedelta(hours=2))
    name = alarm_of(desk, "H1").id
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, bypass_csp=not policy)
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/monitor?r=alarm!alarms!{name}&tab=alarm")
    kit.live(page, 60_000)
    page.locator(".alarmdepth .life li").nth(2).wait_for(timeout=20_000)
    assert words[1] in page.locator(".alarmdepth h2.atitle").inner_text()
    page.wait_for_timeout(300)
    assert page.evaluate(given.RAN) is None
    assert seen.foreign == []
    assert not [error for error in seen.errors if "Content Security Policy" in error]
    context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", ["desk", "wall", "phone"])
def test_axe_and_the_console_find_nothing(browser, desk, size, theme):
    raising(desk, says("G05", 3), says("G06", 1))
    name = alarm_of(desk, "G05").id
    width, height = {"desk": (1600, 1000), "wall": (2560, 1440), "phone": (400, 850)}[size]
    context, page, seen = opened(
        browser,
        desk,
        f"?theme={theme}&lang={'zh' if theme == 'light' else 'en'}"
        + ("&wall=1" if size == "wall" else f"&tab=alarm&r=alarm!alarms!{name}"),
        (width, height),
        is_mobile=size == "phone",
    )
    page.locator(".alarmlist [role=option]").first.wait_for(timeout=20_000)
    if size != "wall":
        page.locator(".alarmdepth .life li").first.wait_for(timeout=20_000)
    page.wait_for_timeout(800)
    found = [
        (item["id"], item["impact"], [node["target"] for node in item["nodes"]][:3])
        for item in Axe()
        .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        .response["violations"]
    ]
    assert found == []
    assert seen.errors == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth + 1")
    context.close()


def test_a_viewer_sees_alarms_and_may_not_act(browser, served):
    made = served(floor="world", collect=False, accounts=[["vi", "seven quiet herons", ["viewer"]]])
    with Store.open(made.data / "world" / "store.sqlite") as store:
        store.describe([Series("G01", "Gauge 1", "water_level", "m", 10.0, 50.0, "flood")])
    raising(made, says("G01", 4))
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    page, seen = kit.watched(context)
    page.goto(f"{made.url}/monitor")
    page.locator("input[name=user]").fill("vi")
    page.locator("input[name=password]").fill("seven quiet herons")
    page.keyboard.press("Enter")
    page.locator(".alarmlist [role=option]").first.click(timeout=30_000)
    page.get_by_text("Your role may look at alarms, not act on them.").first.wait_for()
    assert page.locator(".alarmlist .acts [data-act=acknowledge]").is_disabled()
    page.locator(".alarmlist .box").focus()
    page.keyboard.press("a")
    page.wait_for_timeout(500)
    assert alarm_of(made, "G01").step == 1
    assert seen.errors == []
    context.close()
