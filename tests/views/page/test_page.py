"""The frame of a desk, without a browser: what it takes, what it refuses, what it costs, what it says."""

import json
import re
import tomllib
from pathlib import Path
from typing import ClassVar

import panel as pn
import pytest
from bokeh.document import Document
from panel.io.resources import _env

from watchfloor.core.errors import InvalidInputError, UnknownNameError, UnsafeError
from watchfloor.core.terms import terms
from watchfloor.views import page as room
from watchfloor.views import theme
from watchfloor.views.components import Component
from watchfloor.views.page import Page, page, shell
from watchfloor.views.page.signals import KEPT, Signals
from watchfloor.views.serve.policy import sign_scripts
from watchfloor.views.text import LIMIT, prose, text
from watchfloor.views.theme import THEMES, css, tokens

ROOM = Path(room.__file__).parent


def test_no_busy_watcher():
    """Panel's busy state is global: a page that watches it is never collected, and costs every other one."""
    before = len(pn.state.param.watchers.get("busy", {}).get("value", []))
    pages = [page("Desk", main=pn.Spacer()) for _ in range(5)]
    assert len(pn.state.param.watchers.get("busy", {}).get("value", [])) == before
    assert all(isinstance(one, Page) for one in pages)
    assert pn.config.notifications is False
    assert pn.config.reconnect is True


def test_unknown_place_and_bare_string_are_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'map'"):
        page("Desk", mapp=pn.Spacer())
    with pytest.raises(InvalidInputError, match="Markdown"):
        page("Desk", main="<b>text</b>")
    with pytest.raises(InvalidInputError, match="title"):
        page("  ", main=pn.Spacer())


def test_places_that_are_empty_are_left_out():
    desk = page("Desk", map=pn.Spacer(), list=None)
    assert list(desk.slots) == ["map"]


def test_every_word_of_the_frame_has_a_term_in_both_languages():
    html = (ROOM / "shell.html").read_text(encoding="utf-8")
    script = (ROOM / "shell.js").read_text(encoding="utf-8")
    wanted = set(re.findall(r"words\.([a-z_]+)", html + script)) | {f"slot_{name}" for name in room.SLOTS}
    table = terms()
    for word in wanted:
        assert f"page.{word}" in table, word
        assert all(table[f"page.{word}"][language] for language in ("en", "zh")), word


def test_frame_has_no_inline_handler_and_no_outside_address():
    for name in ("shell.html", "shell.css", "shell.js", "logo.svg"):
        source = (ROOM / name).read_text(encoding="utf-8")
        assert not re.search(r"\son[a-z]+\s*=", source), name
        assert "innerHTML" not in source, name
        assert not re.search(r"https?://(?!www\.w3\.org)", source), name


def test_the_browser_loads_modules_itself_where_none_needs_a_map():
    class Sign(pn.custom.JSComponent):
        _esm = "export function render() {}"

    class Mapped(Sign):
        _importmap: ClassVar = {"imports": {"other": "./other.js"}}

    plain, mapped = Document(), Document()
    plain.add_root(Sign().get_root())
    mapped.add_root(Mapped().get_root())
    assert shell._native(plain)
    assert not shell._native(mapped)
    files = ["static/es-module-shims@^1.10.0/dist/es-module-shims.min.js", "static/js/bokeh.min.js?v=1"]
    # as Panel writes them, and as the server signs them
    scripts = _env.get_template("js_resources.html").render(
        js_files=files,
        js_modules=[],
        js_module_exports={},
        js_raw=["Bokeh.start()"],
        resource_declarations={},
        hashes={},
    )
    for text_ in (scripts, sign_scripts(scripts, "key")):
        assert "es-module-shims" in text_
        left = shell._without_loader(text_)
        assert "shim" not in left
        assert left.count("<script") == left.count("</script>") == 2
        assert "bokeh.min.js" in left
        assert "Bokeh.start()" in left


def test_message_of_many_keeps_the_last():
    line = Signals()
    for number in range(20):
        line.send(toast=str(number))
    kept = [json.loads(tag) for tag in line.model.tags]
    assert [message["n"] for message in kept] == list(range(20 - KEPT + 1, 21))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_words_can_be_read(name):
    t = tokens(name)
    for ground in ("page", "panel", "raised"):
        for word in ("text", "muted", "accent", "ok", "late", "down"):
            assert contrast(t[word], t[ground]) >= 4.5, (word, ground)
    assert contrast(t["on-accent"], t["accent"]) >= 4.5
    assert contrast(t["on-alarm"], t["alarm"]) >= 4.5
    for severity in ("extreme", "severe", "moderate", "minor", "unknown"):
        assert contrast("#111111", t[severity]) >= 4.5, severity


def test_contrast_is_counted_as_by_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_themes_have_the_same_tokens_and_the_style_names_them():
    table = tomllib.loads((Path(theme.__file__).parent / "tokens.toml").read_text(encoding="utf-8"))
    assert table["dark"].keys() == table["light"].keys()
    sheets = (ROOM / "shell.css").read_text(encoding="utf-8") + css()
    used = set(re.findall(r"var\(--wf-([a-z-]+)", sheets))
    known = set(tokens("dark")) | {"size"}
    assert used <= known, used - known


def test_text_is_escaped_and_cut():
    assert text("<script>1</script>").object == "&lt;script&gt;1&lt;/script&gt;"
    assert "\u202e" not in text("abc\u202edef").object
    assert len(text("x" * (LIMIT * 2)).object) <= LIMIT
    assert "\n" in prose("one\ntwo").object


@pytest.mark.parametrize(
    "source",
    [
        "el.innerHTML = text",
        "eval('x')",
        "new Function('x')",
        "import x from 'https://cdn.example/x.js'",
        "a.outerHTML = b",
    ],
)
def test_part_that_makes_markup_is_refused(tmp_path, source):
    (tmp_path / "bad.js").write_text(f"export function render() {{ {source} }}", encoding="utf-8")
    (tmp_path / "bad.py").write_text(
        "from watchfloor.views.components import Component\nclass Bad(Component):\n    _module = 'bad.js'\n",
        encoding="utf-8",
    )
    import importlib.util
    import sys

    spec = importlib.util.spec_from_file_location("bad_part", tmp_path / "bad.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bad_part"] = module
    try:
        with pytest.raises(UnsafeError, match=r"bad\.js uses"):
            spec.loader.exec_module(module)
    finally:
        del sys.modules["bad_part"]
    assert issubclass(Component, pn.custom.JSComponent)
