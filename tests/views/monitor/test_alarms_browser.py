"""The alarms in a real browser: raised elsewhere and seen at once, acknowledged by a key, the same on every page."""

import importlib.util
import sys
from pathlib import Path

import pytest

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
    assert "to duty in 4 min" in chosen(page).inner_text()
    page.keyboard.press("a")
    page.locator(".alarmlist [role=option]").get_by_text("Acknowledged", exact=True).wait_for(timeout=3000)
    other.locator(".alarmlist [role=option]").get_by_text("Acknowledged", exact=True).wait_for(timeout=3000)
    alarm = alarm_of(desk, "G01")
    assert alarm.acknowledged is not None
    assert alarm.acknowledged.by == "local operator"
    assert seen.errors == []
    context.close()
    other_context.close()
