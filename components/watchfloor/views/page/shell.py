"""The frame of every desk: what floor this is, what time it is, whether the data are live, and the views."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import jinja2
import panel as pn
import param
from bokeh.document import Document
from bokeh.io.state import curstate
from panel.models.esm import ReactiveESM
from panel.template.base import BaseTemplate

from watchfloor.core.clock import LiveClock
from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.terms import LANGUAGES, term, terms
from watchfloor.security.text import plain
from watchfloor.views.page.configure import configure
from watchfloor.views.page.signals import Signals
from watchfloor.views.serve.current import acting, current_actor, serving
from watchfloor.views.serve.hub import Beat, Hub
from watchfloor.views.theme import THEMES, Dark, Light, Look, css, plot_theme

__all__ = ["SLOTS", "Page", "page"]

SLOTS = ("map", "main", "kpi", "list", "detail", "time", "side", "strip")
"""Places on a desk, in the order in which a screen reader meets them."""
TABS = ("map", "main", "list", "detail", "time", "strip")
STALE_AFTER = 6.0
"""Seconds without a sign of life (every 2 s) after which a page calls itself stale."""
RELOAD_AFTER = 12.0
"""Seconds without one after which a page that reaches the server again loads itself anew."""
GRACE = 8.0
"""Seconds that a page may take to open its link at first."""
_HERE = Path(__file__).parent
_FONTS = "wf-fonts/noto-sans-sc.css"
_SHIM = re.compile(
    r"""<script[^>]*(?:type="esms-options"|src="[^"]*es-module-shims[^"]*")[^>]*>[^<]*</script>\s*"""
)
_LOADER = """window.importShim = Object.assign(url => import(url), {
  addImportMap(map) { if (Object.keys({...map.imports, ...map.scopes}).length) throw new Error('no map can be added') },
})"""
"""What Panel asks for a module. A dynamic import carries the nonce of the script that it stands in."""


class Page(BaseTemplate):
    """A desk: a header, marks, and views in named places.

    Made by `page`. It is neither Panel's own template nor one of the Material ones: those load fonts and icons from
    elsewhere, watch global state for each session, and paint late.

    Examples
    --------
    >>> import panel as pn
    >>> desk = Page("Situation", slots={"map": pn.Spacer()})
    >>> sorted(desk.slots)
    ['map']
    """

    title = param.String("Watchfloor", doc="Name of the desk.")
    design = param.ClassSelector(
        class_=Look, default=Look, is_instance=False, instantiate=False, doc="Looks."
    )

    _css: ClassVar[list[Any]] = []

    def __init__(
        self,
        title: str,
        *,
        slots: Mapping[str, Any],
        header: Sequence[Any] = (),
        floor: Any = None,
        selection: Any = None,
    ) -> None:
        for name in slots:
            if name not in SLOTS:
                raise UnknownNameError("place on a page", name, SLOTS)
        self.floor, self.selection = floor, selection
        self.slots = {name: slots[name] for name in SLOTS if slots.get(name) is not None}
        self.dark = getattr(selection, "theme", None) or _argument("theme", THEMES, "dark")
        self.language = getattr(selection, "language", None) or _argument("lang", LANGUAGES, _language())
        configure(self.dark, self.language)
        super().__init__(
            template=_template(),
            nb_template=_notebook_template(),
            title=plain(title, 80),
            theme=Dark if self.dark == "dark" else Light,
        )
        self._header = [f"header_{number}" for number in range(len(header))]
        for name, item in zip(self._header, header, strict=True):
            self._render_items[name] = (_viewable(item), ["header"])
        for name, item in self.slots.items():
            self._render_items[f"slot_{name}"] = (_viewable(item), ["slot"])

    def _build_layout(self) -> pn.Column:
        """Spare each session the launch button that Panel's template makes and never shows."""
        return pn.Column()

    def _init_doc(self, doc: Document | None = None, comm: Any = None, title: str | None = None,
                  notebook: bool = False, location: Any = True) -> Document:  # fmt: skip
        home = doc or pn.state.curdoc
        with ExitStack() as stack:
            if home is not None:
                home.theme = plot_theme(self.dark)  # first: plots take the page's theme while they are drawn
                stack.enter_context(
                    home.models.freeze()
                )  # one walk over all models at the end, not one for each
            document: Document = super()._init_doc(
                doc, comm, title=title or self.title, notebook=notebook, location=False
            )
            if notebook:
                return document
            self._refs[document] = pn.state._fake_roots[
                -1
            ]  # Panel clears it with the session only if told here
            if location:
                self._add_location(document, location)
            line = Signals()
            live = getattr(document, "_watchfloor_live", None)
            if live is not None:  # what the page hears by the broadcast channel
                line.keep(live=live.told)
            line.attach(document)
        document._watchfloor_page = self
        document.template_variables.update(
            self._variables()
            | {"modules": _modules(document), "native": _native(document), "loader": _LOADER}
        )
        self._watch(document, line)
        return document

    def _watch(self, document: Document, line: Signals) -> None:
        """Send a sign of life every two seconds, and the as-of mark whenever it changes."""
        store = getattr(self.floor, "store", None)

        def beat(signal: Beat) -> None:
            line.send(beat=signal.number, trouble=signal.trouble, **self._time())

        Hub.of(store).on_beat(beat, document)
        document.on_session_destroyed(_forget)
        selection = self.selection
        if selection is None or "as_of" not in selection.param:
            return

        def mark(*_: Any) -> None:
            line.send(as_of=self._as_of())

        watcher = selection.param.watch(mark, ["as_of"])

        def unwatch(session_context: object) -> None:  # noqa: ARG001  Bokeh checks the signature
            selection.param.unwatch(watcher)

        document.on_session_destroyed(unwatch)

    def _time(self) -> dict[str, Any]:
        floor = self.floor
        now = floor.now() if floor is not None else LiveClock().now()
        zone = getattr(floor, "zone", None)
        local = now.astimezone(zone) if zone is not None else now
        offset = local.utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset is not None else 0
        clock = getattr(floor, "clock", None)
        speed = 0.0 if getattr(clock, "paused", False) else float(getattr(clock, "speed", 1.0))
        sign = "−" if minutes < 0 else "+"
        named = f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        day = f"{local:%Y-%m-%d}"
        return {
            "now": now.timestamp() * 1000,
            "offset": minutes,
            "speed": speed,
            "zone": f"{day} · {named}" + (f" {zone.key}" if zone is not None and _told(zone.key) else ""),
        }

    def _as_of(self) -> str:
        at: datetime | None = getattr(self.selection, "as_of", None)
        if at is None:
            return ""
        zone = getattr(self.floor, "zone", None)
        local = at.astimezone(zone) if zone is not None else at
        today = self.floor.now().astimezone(local.tzinfo) if self.floor is not None else LiveClock().now()
        written = f"{local:%H:%M}" if local.date() == today.date() else f"{local:%Y-%m-%d %H:%M}"
        return term("page.as_of", self.language).format(time=written)

    def _variables(self) -> dict[str, Any]:
        floor, process = self.floor, serving()
        time = self._time()
        words = _words(self.language)
        block = getattr(floor, "block", None)
        title = block.title(self.language) if block is not None else getattr(floor, "title", "") or ""
        fonts = _FONTS if process is not None and process.fonts else ""
        start = time | {
            "words": {name: words[name] for name in ("opening", "live", "stale", "lost", "trouble", "close")},
            "stale_after": STALE_AFTER,
            "reload_after": RELOAD_AFTER,
            "grace": GRACE,
            "fonts": fonts,
        }
        signed_in = process is not None and process.signed_in
        local = getattr(floor, "zone", None)
        now = floor.now() if floor is not None else LiveClock().now()
        return {
            "page_title": f"{self.title} · {plain(str(title), 80)}" if title else self.title,
            "desk": self.title,
            "floor_title": plain(str(title), 80),
            "mark": plain(_mark(floor, self.language), 120),
            "language": self.language,
            "theme": self.dark,
            "wall": _argument("wall", ("1",), "") == "1",
            "words": words,
            "css": _style(),
            "js": _script(),
            "logo": _logo(),
            "icon": _icon(),
            "clock": f"{now.astimezone(local) if local is not None else now:%H:%M:%S}",
            "zone": time["zone"],
            "as_of": self._as_of(),
            "user": plain(current_actor(), 80) if signed_in else "",
            "sign_out": signed_in,
            "slots": list(self.slots),
            "tabs": [name for name in TABS if name in self.slots],
            "header_names": self._header,
            "desks": _desks(self.language),
            "shown": [*self._header, *(f"slot_{name}" for name in self.slots)],
            "start": _json(start),
            "fonts": fonts,
        }


def _forget(session_context: Any) -> None:
    """Take a closed page from Bokeh, which keeps the document that it first met for scripts that have none."""
    kept = getattr(session_context, "_document", None) or getattr(session_context, "document", None)
    if kept is not None and curstate().document is kept:
        curstate().document = Document()


def _modules(document: Document) -> list[str]:
    """Return the addresses of the components' modules: a page that names them fetches them beside Bokeh, not after it."""
    return sorted({model.esm for model in _components(document) if model.bundle == "url"})


def _components(document: Document) -> list[ReactiveESM]:
    """Return the models whose browser's side is a module. Of others nothing is asked: Bokeh looks for misspelt names."""
    return [model for model in document.models if isinstance(model, ReactiveESM)]


def _native(document: Document) -> bool:
    """Tell whether the browser can load the components' modules by itself: it can, where none names others by a map.

    Panel's loader fetches each module as text, reads through it, writes it anew, and hands it to the browser; that
    takes longer than all else that the components do on a page that opens.
    """
    return not any(model.importmap for model in _components(document))


def _without_loader(scripts: str) -> str:
    """Take Panel's loader of modules from the scripts of a page; `_LOADER` stands in its place."""
    return _SHIM.sub("", scripts)


def page(
    title: str,
    *,
    header: Sequence[Any] = (),
    main: Any = None,
    side: Any = None,
    floor: Any = None,
    selection: Any = None,
    **places: Any,
) -> Page:
    """Return a desk that can be served.

    Parameters
    ----------
    title
        Name of the desk, such as ``Situation``.
    header
        Views in the header, few and small.
    main, side
        Views in the middle and at the left.
    floor
        The floor that is shown: its title, mark, clock and zone stand in the header.
    selection
        The session's `Selection`: theme, language and as-of time.
    **places
        Views in the other places of `SLOTS`: ``map``, ``list``, ``detail``, ``kpi``, ``time``, ``strip``. Let them
        stretch (``sizing_mode="stretch_both"`` for map, list and detail, ``"stretch_width"`` for the rest).

    Examples
    --------
    >>> import panel as pn
    >>> page("Situation", map=pn.Spacer(), list=pn.Spacer()).title
    'Situation'
    """
    if not title.strip():
        raise InvalidInputError("A desk needs a title; it is the page's heading.")
    slots = {"main": main, "side": side} | places
    return Page(title, slots=slots, header=header, floor=floor, selection=selection)


def _viewable(item: Any) -> Any:
    if isinstance(item, str):
        raise InvalidInputError("A bare string in a page would be shown as Markdown; use views.text.text.")
    made: Callable[[], Any] | None = getattr(item, "__panel__", None)
    return (
        pn.panel(item) if made is None else item._create_view() if hasattr(item, "_create_view") else made()
    )


def _mark(floor: Any, language: str) -> str:
    """Return what the page must carry, in its language where the floor has it."""
    marked = getattr(floor, "marked", None)
    return str(marked(language) if marked is not None else getattr(floor, "mark", "") or "")


def _told(zone: str) -> bool:
    """Tell whether a zone's name says more than its offset does."""
    return zone != "UTC" and not zone.startswith("Etc/")


def _argument(name: str, known: Sequence[str], default: str) -> str:
    """Return a word of the page's address if it is a known one."""
    doc = pn.state.curdoc
    if doc is None or doc.session_context is None:
        return default
    try:
        value = pn.state.session_args.get(name, [b""])[0].decode("ascii")
    except (UnicodeDecodeError, AttributeError):
        return default
    return value if value in known else default


def _language() -> str:
    process = serving()
    return process.settings.language if process is not None else "en"


def _desks(language: str) -> list[tuple[str, str]]:
    """Return name and title of each desk that has a title and that this user may open."""
    process = serving()
    if process is None or len(process.desks) < 2:
        return []
    actor, mark = acting(), "page.desk."
    known = [key.removeprefix(mark) for key in terms() if key.startswith(mark)]  # in the table's order
    return [
        (name, term(mark + name, language))
        for name in known
        if name in process.desks and actor.may(process.desks[name])
    ]


def _json(value: Any) -> str:
    """Write JSON that can stand in a script element: no tag can be closed by what it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _words(language: str) -> dict[str, str]:
    return {key.removeprefix("page."): term(key, language) for key in terms() if key.startswith("page.")}


@cache
def _style() -> str:
    return f"{css()}\n{(_HERE / 'shell.css').read_text(encoding='utf-8')}"


@cache
def _script() -> str:
    names = ("serve/broadcast.js", "page/live.js")
    parts = [(_HERE.parent / name).read_text(encoding="utf-8") for name in names]
    return "(() => {\n" + "\n".join(parts) + "\n})();\n" + (_HERE / "shell.js").read_text(encoding="utf-8")


@cache
def _logo() -> str:
    return (_HERE / "logo.svg").read_text(encoding="utf-8").strip()


@cache
def _icon() -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(_logo().encode()).decode("ascii")


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        autoescape=True, loader=jinja2.FileSystemLoader(_HERE), undefined=jinja2.StrictUndefined
    )
    made.filters["without_loader"] = _without_loader
    return made


def _template() -> jinja2.Template:
    return _environment().get_template("shell.html")


def _notebook_template() -> jinja2.Template:
    return _environment().from_string(
        "{% from macros import embed %}{% for root in roots %}{{ embed(root) | safe }}{% endfor %}"
    )
