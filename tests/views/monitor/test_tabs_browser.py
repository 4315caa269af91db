"""Every tab in a real browser: rules and the draft of a message too, in each size and theme; payloads; Back; a flood."""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

import watchfloor
from watchfloor.alarms import documents
from watchfloor.alarms.drafts import Drafts
from watchfloor.alarms.life import Life
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import LiveClock
from watchfloor.core.scales import WarningColour
from watchfloor.security.roles import Actor
from watchfloor.store import Store
from watchfloor.store.records import Series

kit = sys.modules["watchfloor_tests_browser"]
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_payloads_of_tabs", Path(__file__).parents[1] / "payloads.py"
)
given = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(given)
pytestmark = [pytest.mark.browser, pytest.mark.network]

WORDS = given.PAYLOADS
ANNA = Actor("anna", frozenset({"duty", "admin"}))
BO = Actor("bo", frozenset({"duty"}))
SIZES = {"desk": (1600, 1000), "wall": (2560, 1440), "phone": (400, 850)}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TABS = {
    "wall": "canvas.tiles",
    "station": ".station .facts dd",
    "latency": ".latency tbody tr",
    "compare": ".compare .legend li",
    "alarm": ".draftform textarea",
    "rules": ".ruledesk .rulelist .link",
}
"""The tabs, and what stands on each when it is drawn."""
MANY = 5000


def stations(store, count, title=lambda number: f"Gauge {number}"):
    """Describe gauges with two days of values, one of them flagged."""
    now = LiveClock().now()
    attrs = {"interval_s": 600, "thresholds": {"yellow": 2.0, "red": 4.0}}
    store.describe(
        [
            Series(f"G{n:02d}", title(n), "water_level", "m", 10 + n / 10, 50.0, "flood", attrs | {"title_zh": f"水位{n}"})
            for n in range(count)
        ]
    )  # fmt: skip
    times = pd.date_range(end=now, periods=288, freq="10min").as_unit("us")
    wave = 1 + np.sin(np.arange(288) / 20) ** 2
    flags = np.where(np.arange(288) == 200, 3, 1)
    for n in range(count):
        store.observe(
            pd.DataFrame({"series": f"G{n:02d}", "time": times, "value": wave + n / 5, "flag": flags})
        )


def says(subject, level=3, title="", why="", hazard="flood"):
    at = LiveClock().now()
    colour = (None, WarningColour.BLUE, WarningColour.YELLOW, WarningColour.ORANGE, WarningColour.RED)[level]
    return Verdict(
        "station-level", "1", subject, (subject,), at, level, "", colour, None, 3.4, 2.0, "m", ((subject, at),),
        why=why or f"Level at {subject} is 3.4 m.", hazard=hazard, title=title or f"High water at {subject}",
    )  # fmt: skip


class Desk:
    """A served floor with stations, alarms and a draft, which another process goes on writing."""

    def __init__(self, made):
        self.made, self.url, self.path = made, made.url, made.data / "world" / "store.sqlite"
        self.alarm = ""

    def write(self, work):
        """Do something to the floor, as another process does."""
        with Store.open(self.path) as store, watchfloor.open("world", store=store) as floor:
            return work(floor)


@pytest.fixture(scope="module")
def desk(served):
    made = Desk(served(floor="world", collect=False))

    def fill(floor):
        stations(floor.store, 4)
        life = Life(floor)
        alarms = life.take([says("G01"), says("G02", 2)], floor.now())
        made.alarm = alarms[0].id
        Drafts(floor, life).from_alarm(ANNA, made.alarm)

    made.write(fill)
    return made


def opened(browser, desk, query="", size="desk", **more):
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, is_mobile=size == "phone", **more
    )
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/monitor{query}")
    kit.live(page, 60_000)
    return context, page, seen


def serious(page):
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [(item["id"], item["impact"], [node["target"] for node in item["nodes"]][:3]) for item in found]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", list(SIZES))
def test_every_tab_is_drawn_without_an_error_a_foreign_request_or_a_barrier(browser, desk, size, theme):
    language = "zh" if theme == "light" else "en"
    query = f"?theme={theme}&lang={language}&s=G01&with=G02&r=alarm!alarms!{desk.alarm}"
    context, page, seen = opened(browser, desk, query, size)
    looked = (size, theme) in {("desk", "dark"), ("phone", "light")}
    tabs = page.locator(".desktabs [role=tab]")
    tabs.first.wait_for(timeout=30_000)
    assert tabs.count() == len(TABS)
    for place, (tab, there) in enumerate(TABS.items()):
        tabs.nth(place).click()
        page.locator(there).first.wait_for(timeout=30_000)
        if tab == "rules":
            page.locator(there).filter(
                has_text="超过测站阈值" if language == "zh" else "own threshold"
            ).click()
            page.locator(".ruledesk .rulebody textarea").wait_for(timeout=30_000)
            page.locator(".ruledesk .acurve").wait_for(timeout=30_000)
        wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 1, f"{tab} is {wide} pixels wider than the screen"
        if looked:
            page.wait_for_timeout(300)
            assert (tab, serious(page)) == (tab, [])
    assert seen.errors == []
    assert seen.foreign == []
    context.close()


def test_on_a_telephone_the_page_goes_on_to_the_end_of_each_tab(browser, desk):
    context, page, _ = opened(browser, desk, f"?s=G01&r=alarm!alarms!{desk.alarm}&tab=station", "phone")
    for tab, last in (("station", ".station .below section >> nth=-1"), ("alarm", ".draftform >> nth=-1")):
        if tab != "station":
            page.get_by_role("tab", name="Alarm").click()
        part = page.locator(last)
        part.wait_for(timeout=30_000)
        slot = page.locator(".wf-slot-main").bounding_box()
        found = part.bounding_box()
        assert found["y"] + found["height"] <= slot["y"] + slot["height"] + 1, f"the end of {tab} is cut off"
    context.close()


def test_back_and_a_shared_link_bring_a_comparison_back(browser, desk):
    context, page, seen = opened(browser, desk, "?s=G01&tab=compare")
    page.get_by_role("button", name="+ Gauge 2").click(timeout=30_000)
    lines = page.locator(".compare .legend li")
    page.wait_for_function("() => new URLSearchParams(location.search).get('with') === 'G02'")
    page.get_by_role("button", name="24 h", exact=True).click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('over') === '24h'")
    page.get_by_role("button", name="One scale").click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('axis') === 'shared'")
    address = page.url
    for _ in range(3):
        page.go_back()
    page.wait_for_function("() => !new URLSearchParams(location.search).get('with')")
    lines.nth(1).wait_for(state="detached")
    page.go_forward()
    lines.nth(1).wait_for()
    assert "Gauge 2" in lines.nth(1).inner_text()
    page.goto(address)
    kit.live(page, 60_000)
    lines.nth(1).wait_for(timeout=30_000)
    for name in ("24 h", "One scale"):
        pressed = page.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed")
        assert pressed == "true", name
    assert seen.errors == []
    context.close()


@pytest.mark.parametrize("policy", [False, True], ids=["policy off", "policy on"])
def test_no_payload_in_a_rule_or_a_draft_runs(browser, desk, policy):
    def fill(floor):
        life = Life(floor)
        (alarm,) = life.take([says("G03", 4, WORDS[3], WORDS[4])], floor.now()) or life.alarms()[:1]
        drafts = Drafts(floor, life)
        writing = [each for each in drafts.drafts() if alarm.id in each.alarms]
        draft = writing[0] if writing else drafts.from_alarm(ANNA, alarm.id)
        texts = {"headline": WORDS[5], "description": "\n".join(WORDS[6:12]), "instruction": WORDS[12]}
        drafts.edit(ANNA, draft.id, texts={"en": texts}, note=WORDS[13])
        rule = {
            "kind": "level", "title": {"en": WORDS[0], "zh": WORDS[1]}, "series": {"name": "G*"}, "units": "m",
            "limits": {"yellow": 2.5}, "source": WORDS[14], "response": {"en": WORDS[2], "zh": WORDS[15]},
        }  # fmt: skip
        if not floor.store.history("rule", documents.SOURCE, "hostile"):
            documents.save(floor, ANNA, "hostile", rule, WORDS[16])
        return alarm.id

    name = desk.write(fill)
    for query, there in (("&tab=alarm", ".draftform textarea"), ("&tab=rules", ".rulelist .link")):
        context, page, seen = opened(browser, desk, f"?r=alarm!alarms!{name}{query}", bypass_csp=not policy)
        page.locator(there).first.wait_for(timeout=30_000)
        if "alarm" in query.partition("tab=")[2]:
            values = (
                page.locator(".draftform")
                .locator("input, textarea")
                .evaluate_all("(all) => all.map((one) => one.value)")
            )
            assert WORDS[5] in values
            assert "\n".join(WORDS[6:12]) in values
        else:
            page.locator(there).get_by_text(WORDS[0], exact=True).click()
            page.locator(".ruledesk .problems .fine").wait_for(timeout=30_000)
            page.get_by_text(WORDS[2], exact=False).first.wait_for()
            page.get_by_text(WORDS[16], exact=False).first.wait_for()
            page.locator(".ruledesk .tries button.primary").click()
            page.locator(".ruledesk .verdict").wait_for(timeout=60_000)
        page.wait_for_timeout(300)
        assert page.evaluate(given.RAN) is None
        assert seen.foreign == []
        assert not [error for error in seen.errors if "Content Security Policy" in error]
        context.close()


def test_an_issued_message_is_text_too(browser, desk):
    def issue(floor):
        life = Life(floor)
        (alarm,) = life.take([says("G00", hazard="storm")], floor.now())
        drafts = Drafts(floor, life)
        draft = drafts.from_alarm(ANNA, alarm.id, whole=False)
        edited = drafts.edit(
            ANNA,
            draft.id,
            texts={"en": {"headline": WORDS[1], "description": WORDS[3], "instruction": WORDS[7]}},
            expires=floor.now() + timedelta(hours=2),
        )
        assert drafts.faults(draft.id) == []
        drafts.approve(BO, draft.id, edited.step)
        return alarm.id

    name = desk.write(issue)
    context, page, seen = opened(browser, desk, f"?r=alarm!alarms!{name}&tab=alarm", bypass_csp=True)
    page.locator(".drafting .said").first.wait_for(timeout=30_000)
    assert WORDS[1] in page.locator(".drafting .said").first.inner_text()
    page.wait_for_timeout(300)
    assert page.evaluate(given.RAN) is None
    assert seen.foreign == []
    context.close()


COUNT = """() => {
  const box = document.__box;
  window.__added = 0;
  new MutationObserver((all) => { for (const one of all) window.__added += one.addedNodes.length; }).observe(box, {childList: true});
}"""
FIND = """(node) => { document.__box = node; }"""


def test_thousands_of_alarms_are_a_list_that_stays_short_and_answers(browser, served):
    made = Desk(served(floor="world", collect=False))

    def flood(floor):
        floor.store.describe(
            [
                Series(f"F{n:04d}", f"Gauge {n}", "water_level", "m", -170 + n % 100 * 3.4, -80 + n // 100 * 3.2, "flood")
                for n in range(MANY)
            ]
        )  # fmt: skip
        Life(floor).take([says(f"F{n:04d}", 1 + n % 4) for n in range(MANY)], floor.now())

    made.write(flood)
    context, page, seen = opened(browser, made)
    options = page.locator(".alarmlist [role=option]")
    options.first.wait_for(timeout=60_000)
    page.get_by_text("5\u202f000 open", exact=False).first.wait_for()
    assert options.count() <= 300
    assert "Red" in options.first.inner_text()
    page.locator(".alarmlist .box").evaluate(FIND)
    page.evaluate(COUNT)
    options.nth(5).click()
    page.locator(".alarmlist .acts [data-act=acknowledge]").wait_for(timeout=20_000)
    page.wait_for_function("() => (new URLSearchParams(location.search).get('r') || '').startsWith('alarm!')")
    page.wait_for_timeout(500)
    assert page.evaluate("() => window.__added") <= 6, "a click must not draw the whole list again"
    page.locator(".alarmlist .box").focus()
    page.keyboard.press("a")
    page.get_by_text("4\u202f999 waiting", exact=False).first.wait_for(timeout=20_000)
    assert seen.errors == []
    context.close()
