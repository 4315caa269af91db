"""The plain pages: sign in, list of desks, refusals, and a desk that failed."""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from watchfloor.core.terms import term
from watchfloor.views.theme import css

__all__ = ["render", "template"]

_HERE = Path(__file__).parent


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        autoescape=True, loader=jinja2.FileSystemLoader(_HERE), undefined=jinja2.StrictUndefined
    )
    made.globals["css"] = f"{css()}\n{(_HERE / 'plain.css').read_text(encoding='utf-8')}"
    made.globals["term"] = term
    return made


def template(name: str) -> jinja2.Template:
    """Return a page's template; all it is given is escaped."""
    return _environment().get_template(name)


def render(name: str, *, language: str = "en", **values: Any) -> str:
    """Return a page as HTML.

    Examples
    --------
    >>> "&lt;b&gt;" in render("refused.html", status=403, reason="<b>")
    True
    """
    return template(name).render(language=language, **values)
