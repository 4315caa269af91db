"""Show text as text. Whatever a feed, a catalog or a user wrote, none of it becomes markup.

Panel's own panes for text (Markdown, HTML, Str, Alert, StaticText, and a bare string in a layout) run what they are
given as HTML; these do not.
"""

from typing import Any, Literal

import panel as pn

from watchfloor.security.text import escape, plain

__all__ = ["LIMIT", "badge", "heading", "label", "prose", "text"]

LIMIT = 100_000
"""Characters of one text that are shown at most."""

Tone = Literal["plain", "muted", "strong", "ok", "late", "down", "accent"]
_COLOUR: dict[str, str] = {
    "plain": "var(--wf-text, inherit)",
    "muted": "var(--wf-muted, inherit)",
    "strong": "var(--wf-text, inherit)",
    "ok": "var(--wf-ok, inherit)",
    "late": "var(--wf-late, inherit)",
    "down": "var(--wf-down, inherit)",
    "accent": "var(--wf-accent, inherit)",
}
_CSS = ":host { font-family: var(--wf-font, inherit); font-size: var(--wf-size, 14px); overflow-wrap: anywhere; }"


def text(value: object, *, tone: Tone = "plain", **params: Any) -> pn.viewable.Viewable:
    """Return one line or paragraph of plain text.

    Parameters
    ----------
    value
        Whatever is to be shown; it is written with `str`, stripped of what cannot be seen, and cut after `LIMIT` characters.
    tone
        A colour of the theme.
    params
        Layout parameters of a Panel pane, such as ``width`` or ``margin``.

    Examples
    --------
    >>> text("<b>1 < 2</b>").object
    '&lt;b&gt;1 &lt; 2&lt;/b&gt;'
    """
    return _pane(value, tone, {}, params)


def label(value: object, **params: Any) -> pn.viewable.Viewable:
    """Return a small, muted caption."""
    return _pane(value, "muted", {"font-size": "0.86em"}, params)


def heading(value: object, level: Literal[2, 3, 4] = 2, **params: Any) -> pn.viewable.Viewable:
    """Return a heading; the page's own title is level 1."""
    size = {2: "1.2em", 3: "1.05em", 4: "0.95em"}[level]
    pane = _pane(value, "strong", {"font-size": size, "font-weight": "600"}, params)
    pane.object = f'<div role="heading" aria-level="{level:d}">{pane.object}</div>'
    return pane


def prose(value: object, **params: Any) -> pn.viewable.Viewable:
    """Return text of several lines with its own line breaks, such as an alert's instructions."""
    return _pane(value, "plain", {"white-space": "pre-wrap", "max-width": "72ch"}, params)


def badge(value: object, *, tone: Tone = "accent", **params: Any) -> pn.viewable.Viewable:
    """Return a short word in a frame, such as a state."""
    frame = {
        "border": "1px solid currentColor",
        "border-radius": "3px",
        "padding": "0 6px",
        "font-size": "0.86em",
        "font-weight": "600",
        "width": "max-content",
    }
    return _pane(value, tone, frame, params)


def _pane(value: object, tone: Tone, styles: dict[str, str], params: dict[str, Any]) -> Any:
    looks = {"color": _COLOUR[tone]} | styles | params.pop("styles", {})
    sheets = [_CSS, *params.pop("stylesheets", [])]
    shown = escape(plain(str(value), LIMIT, newlines=styles.get("white-space") == "pre-wrap"))
    return pn.pane.HTML(shown, styles=looks, stylesheets=sheets, **({"margin": 0} | params))  # noqa: TID251  escaped
