"""Script payloads through every way that text is shown, in a real browser, with and without the policy."""

import html.parser
import importlib.util
import json
import sys
from pathlib import Path

import httpx
import pytest

APPS = Path(__file__).with_name("apps")
kit = sys.modules["watchfloor_tests_browser"]
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_payloads", Path(__file__).parents[1] / "payloads.py"
)
given = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(given)
PAYLOADS, RAN = given.PAYLOADS, given.RAN
pytestmark = [pytest.mark.network]


@pytest.fixture(scope="module")
def desk(served):
    made = served(folder=APPS, floor="stand-in", title=PAYLOADS[1], mark=PAYLOADS[2])
    (made.data / "payloads.json").write_text(json.dumps(PAYLOADS), encoding="utf-8")
    return made


def visit(browser, desk, path, *, policy):
    """Open a page with the policy, or as a browser that knows none; return it and what it asked for."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=not policy)
    page, seen = kit.watched(context)
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(f"{desk.url}{path}")
    kit.live(page)
    page.wait_for_timeout(500)
    return context, page, seen


@pytest.mark.browser
@pytest.mark.parametrize("policy", [False, True], ids=["policy off", "policy on"])
def test_no_payload_runs(browser, desk, policy):
    context, page, seen = visit(browser, desk, "/payloads", policy=policy)
    assert page.evaluate(RAN) is None
    for payload in PAYLOADS[:3]:  # text is shown as it is written
        page.get_by_text(payload, exact=True).first.wait_for()
    # hover over every point, and click what can be clicked
    box = page.locator("#wf-map canvas").first.bounding_box() or page.locator("#wf-map").bounding_box()
    for step in range(1, 20):
        page.mouse.move(box["x"] + box["width"] * step / 20, box["y"] + box["height"] * 0.5)
        page.wait_for_timeout(20)
    page.get_by_role("button", name="Ring").click()
    page.locator(".wf-toast").nth(3).wait_for()
    page.wait_for_timeout(300)
    assert page.locator(".wf-toast").count() == 4, "a storm of notices leaves room for the desk"
    for link in page.get_by_text("flood warning").all()[:6]:
        link.click(timeout=2000)
    page.wait_for_timeout(300)
    assert page.evaluate(RAN) is None
    assert seen.foreign == []
    assert not [error for error in seen.errors if "Content Security Policy" in error], (
        "nothing was even tried"
    )
    context.close()


@pytest.mark.browser
def test_the_grid_notices_a_pane_that_runs_text(browser, desk):
    """The control: the same payloads in a raw pane run without the policy, and do not with it."""
    context, page, _ = visit(browser, desk, "/control", policy=False)
    assert page.evaluate(RAN) == 1
    context.close()
    context, page, seen = visit(browser, desk, "/control", policy=True)
    assert page.evaluate(RAN) is None
    assert [error for error in seen.errors if "Content Security Policy" in error]
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("number", [0, 20, 21])
def test_titles_do_not_run(browser, desk, number):
    context, page, _ = visit(browser, desk, f"/payloads?n={number}", policy=False)
    assert page.evaluate(RAN) is None
    assert page.locator("h1").inner_text().startswith(PAYLOADS[number][:40])
    assert page.locator(".wf-mark").inner_text() == PAYLOADS[2]
    assert PAYLOADS[1] in page.title()
    context.close()


class Shape(html.parser.HTMLParser):
    """The tags of a page and the names of their attributes."""

    def __init__(self):
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))


def shape(url):
    answer = httpx.get(url, timeout=60)
    assert answer.status_code == 200
    parser = Shape()
    parser.feed(answer.text)
    return [row for row in parser.tags if row[0] != "style"]


def test_no_title_changes_the_markup(desk):
    plain = shape(f"{desk.url}/payloads")
    assert ("script", ("nonce",)) in plain
    for number in range(len(PAYLOADS)):
        assert shape(f"{desk.url}/payloads?n={number}") == plain, PAYLOADS[number]


@pytest.mark.parametrize("name", ["theme", "lang", "asof", "hz", "q", "wall", "n2"])
def test_no_argument_changes_the_markup(desk, name):
    plain = [row[0] for row in shape(f"{desk.url}/shell")]
    hostile = [
        row[0] for row in shape(f"{desk.url}/shell?{name}=%22%3E%3Cscript%3Ewindow.__ran=1%3C/script%3E")
    ]
    assert hostile == plain


def test_login_and_refusals_escape(desk):
    for path in ("/login?next=%22%3E%3Cscript%3E1%3C/script%3E", "/%3Cscript%3E1%3C/script%3E"):
        answer = httpx.get(f"{desk.url}{path}", headers={"Accept": "text/html"})
        assert "<script>1" not in answer.text
