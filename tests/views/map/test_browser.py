"""The map in a real browser, under the server's strict content security policy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.network]

_APP = """
import importlib.util, sys
from pathlib import Path
import panel as pn
import watchfloor
from watchfloor.core.clock import FixedClock
from watchfloor.core.settings import Settings
from watchfloor.store import Store
from watchfloor.views.map import LayerPanel, MapView
from watchfloor.views.selection import Selection

NAME = "map_test_floor"
if NAME not in sys.modules:
    spec = importlib.util.spec_from_file_location(NAME, {conftest!r})
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    clock = FixedClock(module.NOW)
    folder = Path({folder!r})
    module.floor = watchfloor.open(folder, store=Store.open(":memory:", clock=clock), clock=clock,
                                   settings=Settings(catalogs=[folder.parent]))
    module.floor.store.append(module.RECORDS)
    sys.modules[NAME] = module
floor = sys.modules[NAME].floor
selection = Selection(layers={{"region/terrain": {{"visible": True}}, "region/population": {{"visible": True}}}})
view = MapView(floor, selection)
panel = LayerPanel(floor, selection, view)
state = pn.widgets.TextInput(name="state")
def show(*_):
    state.value = repr((selection.record, selection.area and selection.area["type"], selection.layers))
selection.param.watch(show, ["record", "area", "layers"])
pn.Row(pn.Column(view, width=900, height=600), pn.Column(panel, state, width=320)).servable()
"""

_PLOT = """
() => {
  const find = view => {
    if (view.model && view.model.x_range && view.frame) return view
    for (const child of view.child_views || []) { const found = find(child); if (found) return found }
    return null
  }
  for (const root of Bokeh.index.roots) { const found = find(root); if (found) return found }
}
"""


@pytest.fixture(scope="module")
def page(
    served: Callable[..., Any], browser: Any, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Return an open page with the map, and what it logged and asked for."""
    apps = tmp_path_factory.mktemp("apps")
    conftest = str(Path(__file__).with_name("conftest.py"))
    (apps / "plain.py").write_text(_APP.format(conftest=conftest, folder=str(folder)), encoding="utf-8")
    server = served(folder=apps, floor="stand-in")
    context = browser.new_context(viewport={"width": 1300, "height": 700})
    one = context.new_page()
    one.wf_log, one.wf_requests, one.wf_failed = [], [], []
    one.on(
        "console", lambda message: one.wf_log.append((message.type, message.text, message.location["url"]))
    )
    one.on("pageerror", lambda error: one.wf_log.append(("error", str(error), "")))
    one.on("request", lambda request: one.wf_requests.append(request.url))
    one.on("response", lambda found: one.wf_failed.append(found.url) if found.status >= 400 else None)
    one.goto(f"{server.url}/plain")
    one.wait_for_selector(".stage canvas", timeout=60_000)
    one.wait_for_function(
        f"() => {{ const p = ({_PLOT})(); return p && p.model.renderers.some(r => (r.name || '').endsWith('#raster')) }}",
        timeout=30_000,
    )
    yield one
    context.close()


def place(page: Any, lon: float, lat: float) -> tuple[float, float]:
    """Return where a place is on the screen."""
    script = f"""([lon, lat]) => {{
      const p = ({_PLOT})(), R = 6378137
      const x = lon * Math.PI / 180 * R, y = Math.asinh(Math.tan(lat * Math.PI / 180)) * R
      const at = p.el.getBoundingClientRect(), b = p.frame.bbox, xr = p.model.x_range, yr = p.model.y_range
      return [at.left + b.left + (x - xr.start) / (xr.end - xr.start) * b.width,
              at.top + b.top + (yr.end - y) / (yr.end - yr.start) * b.height] }}"""
    return tuple(page.evaluate(script, [lon, lat]))


def width(page: Any) -> float:
    return page.evaluate(f"() => {{ const r = ({_PLOT})().model.x_range; return r.end - r.start }}")


def state(page: Any, holds: str) -> None:
    page.wait_for_function(
        "text => [...document.querySelectorAll('*')].some(function look(e) {"
        " if (e.tagName === 'INPUT' && (e.value || '').includes(text)) return true;"
        " return e.shadowRoot ? [...e.shadowRoot.querySelectorAll('*')].some(look) : false })",
        arg=holds,
        timeout=15_000,
    )


def test_pointing_tells_what_is_there_and_runs_nothing_of_it(page: Any) -> None:
    tip = page.locator(".tip")
    x, y = place(page, 112.02, 30.02)
    for step in range(20):  # a hand never moves once
        page.mouse.move(x + step % 2, y)
        page.wait_for_timeout(250)
        if tip.is_visible():
            break
    assert "First <img src=x onerror=window.__xss=1>" in tip.inner_text()
    assert "Flood <img" in tip.inner_text()
    assert tip.locator("img").count() == 0
    assert page.evaluate("window.__xss") is None


def test_a_tap_selects(page: Any) -> None:
    page.mouse.click(*place(page, 112.05, 30.05))
    state(page, "'incident', 'cap:test', 'i1'")


def test_an_area_is_drawn_with_the_mouse_and_finished_by_key(page: Any) -> None:
    page.get_by_label("Draw an area").click()
    for lon, lat in ((112.0, 30.0), (112.1, 30.0), (112.1, 30.1)):
        page.mouse.click(*place(page, lon, lat))
    assert "3 corners" in page.locator(".note").inner_text()
    page.keyboard.press("Enter")
    state(page, "Polygon")
    page.get_by_label("Clear area").click()
    page.get_by_label("Clear area").wait_for(state="detached", timeout=10_000)


def test_escape_gives_a_drawing_up(page: Any) -> None:
    page.get_by_label("Draw an area").click()
    page.mouse.click(*place(page, 112.0, 30.0))
    page.keyboard.press("Escape")
    assert page.locator(".sketch circle").count() == 0
    assert page.get_by_label("Clear area").count() == 0


def test_buttons_and_keys_zoom_and_move(page: Any) -> None:
    before = width(page)
    page.get_by_label("Zoom in").click()
    assert width(page) == pytest.approx(before / 2)
    page.locator(".stage").focus()
    page.keyboard.press("-")
    assert width(page) == pytest.approx(before)
    x = place(page, 112.1, 30.05)[0]
    page.keyboard.press("ArrowRight")
    assert place(page, 112.1, 30.05)[0] < x - 20
    page.keyboard.press("Home")
    assert place(page, 112.1, 30.05)[0] == pytest.approx(x, abs=3)


def test_one_metre_east_is_as_long_as_one_north(page: Any) -> None:
    ratio = page.evaluate(
        f"() => {{ const p = ({_PLOT})(), x = p.model.x_range, y = p.model.y_range, b = p.frame.bbox;"
        " return (x.end - x.start) / b.width / ((y.end - y.start) / b.height) }"
    )
    assert ratio == pytest.approx(1, abs=0.01)


def test_the_list_of_layers_by_keyboard(page: Any) -> None:
    box = page.get_by_role("checkbox", name="Roads")
    box.focus()
    page.keyboard.press("Space")
    state(page, "'region/roads': {'visible': False}")
    assert page.evaluate(
        f"() => ({_PLOT})().model.renderers.filter(r => r.name === 'region/roads#line').every(r => !r.visible)"
    )


def test_nothing_went_wrong_and_nothing_left_the_machine(page: Any) -> None:
    page.wait_for_timeout(300)
    # the stand-in's page has no icon; browsers ask for one outside of what a page can see
    log = [line for line in page.wf_log if not line[-1].endswith("/favicon.ico")]
    assert [line for line in log if line[0] in {"error", "warning"}] == []
    assert page.wf_failed == []
    origin = "/".join(page.url.split("/")[:3])
    allowed = (origin, origin.replace("http", "ws"), "blob:", "data:")
    assert [url for url in page.wf_requests if not url.startswith(allowed)] == []
    assert sum("/wf-tiles/dark/" in url for url in page.wf_requests) >= 4
