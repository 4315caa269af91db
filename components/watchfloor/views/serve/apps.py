"""The desks: one script each, found in folders, run anew for every page, failing without showing its inside."""

import ast
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import panel as pn
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from panel.io.application import Application
from panel.io.handlers import PanelCodeRunner, ScriptHandler
from panel.io.state import state

from watchfloor.core.errors import SettingsError
from watchfloor.security.roles import Capability, capability
from watchfloor.views.serve.current import USER
from watchfloor.views.serve.pages import template

__all__ = ["APP", "FAILED", "App", "application", "find"]

log = logging.getLogger(__name__)

APP = "watchfloor_app"
"""Field of a session's signed token that holds the desk's path."""
FAILED = "_watchfloor_failed"
"""Attribute of a document whose desk could not be built: the error's number."""


@dataclass(frozen=True)
class App:
    """One desk.

    Parameters
    ----------
    path
        Its script.
    name
        The script's name without its ending: the address below the server's root.
    title, summary
        The first line of the script's docstring, parted at its colon.
    needs
        What one must be allowed to, to open it: ``REQUIRES = "train"`` in the script, or ``view``.
    """

    path: Path
    name: str
    title: str
    summary: str
    needs: Capability = Capability.VIEW


def find(folders: Iterable[Path]) -> list[App]:
    """Return the desks in some folders, read but not run.

    Raises
    ------
    SettingsError
        If a script cannot be parsed, two have one name, or there are none.
    """
    found: dict[str, App] = {}
    folders = list(folders)
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            if path.stem.startswith("_"):
                continue
            if path.stem in found:
                raise SettingsError(
                    f"Two desks are called {path.stem!r}: {found[path.stem].path} and {path}."
                )
            found[path.stem] = _read(path)
    if not found:
        raise SettingsError(
            f"There are no desks in {', '.join(map(str, folders)) or 'no folder'}; expected .py files."
        )
    return list(found.values())


def application(app: App) -> Application:
    """Return what Bokeh's server runs for a desk."""
    made = Application(_Script(filename=str(app.path)))
    made.add(_Sender(f"/{app.name}"))
    return made


def _read(path: Path) -> App:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise SettingsError(f"The desk {path} cannot be read: {error}.") from error
    words = (ast.get_docstring(tree) or path.stem.replace("_", " ").capitalize()).splitlines()[0]
    title, _, summary = words.partition(":")
    needs = Capability.VIEW
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "REQUIRES"
            and isinstance(node.value, ast.Constant)
        ):
            needs = capability(str(node.value.value))
    return App(path, path.stem, title.strip().rstrip("."), summary.strip(), needs)


class _Runner(PanelCodeRunner):
    """Runs a script; what it raises goes to the log, and a number goes to the page."""

    def run(self, module: ModuleType, post_check: Any = None) -> None:
        try:
            exec(self._code, module.__dict__)  # noqa: S102  the operator's own script
            if post_check is not None:
                post_check()
        except Exception:  # a desk that fails must not show its inside
            number = secrets.token_hex(4)
            log.exception("desk %s failed [%s]", Path(self.path).stem, number)
            _fail(pn.state.curdoc, number)
        finally:
            self.ran = True


class _Script(ScriptHandler):
    """A script, compiled once."""

    def __init__(self, *, filename: str) -> None:
        source = Path(filename).read_text(encoding="utf-8")
        super().__init__(filename=filename)
        self._runner = _Runner(source, filename, [])


class _Sender(Handler):
    """Writes into a session's signed token whose page it is and of which desk."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def modify_document(self, doc: Document) -> None:
        """Add nothing to the page."""

    def process_request(self, request: Any) -> dict[str, Any]:
        """Return what goes into the token."""
        return {USER: getattr(request, "watchfloor_user", ""), APP: self._path}


def _fail(doc: Document | None, number: str) -> None:
    """Turn a half-built page into one that says that it failed."""
    if doc is None:
        return
    state._templates.pop(doc, None)
    doc.clear()
    setattr(doc, FAILED, number)
    doc.title = "Watchfloor"
    doc.template = template("failed.html")
    doc.template_variables["number"] = number
