"""The looks of every screen, made from one file of tokens: CSS variables, and themes for plots."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from bokeh.themes import Theme as PlotTheme
from panel.theme.base import DarkTheme, DefaultTheme, Theme
from panel.theme.native import Native

from watchfloor.core.errors import UnknownNameError
from watchfloor.core.scales import COLOUR

__all__ = ["THEMES", "Dark", "Light", "Look", "css", "plot_theme", "tokens"]

THEMES = ("dark", "light")


@cache
def tokens(theme: str) -> dict[str, str]:
    """Return name -> colour of a theme, severities included.

    Examples
    --------
    >>> tokens("dark")["page"]
    '#0F141A'
    """
    if theme not in THEMES:
        raise UnknownNameError("theme", theme, THEMES)
    table = _table()
    severities = {severity.value.lower(): colour for severity, colour in COLOUR.items()}
    fonts = {"font": table["font"]["stack"], "mono": table["font"]["mono"]}
    return table[theme] | severities | fonts


@cache
def css() -> str:
    """Return the CSS variables of both themes, and what Panel's own parts take from them."""
    blocks = []
    for theme in THEMES:
        rows = [f"--wf-{name}: {value};" for name, value in tokens(theme).items()]
        rows.append(f"color-scheme: {theme};")
        blocks.append(f':root[data-theme="{theme}"] {{ {" ".join(rows)} }}')
        # a page that nobody chose a theme for takes the browser's: dark, where it has no wish
        wished = f':root[data-theme="auto"] {{ {" ".join(rows)} }}'
        blocks.append(wished if theme == "dark" else f"@media (prefers-color-scheme: light) {{ {wished} }}")
    blocks.append(f":root[data-theme][data-fonts] {{ --wf-font: {_served()}; }}")
    panel = {
        "--design-background-color": "page",
        "--design-background-text-color": "text",
        "--design-surface-color": "raised",
        "--design-surface-text-color": "text",
        "--design-primary-color": "accent",
        "--design-primary-text-color": "on-accent",
        "--design-secondary-color": "raised",
        "--design-secondary-text-color": "text",
        "--panel-primary-color": "accent",
        "--panel-on-primary-color": "on-accent",
        "--panel-secondary-color": "raised",
        "--panel-on-secondary-color": "text",
        "--panel-background-color": "page",
        "--panel-on-background-color": "text",
        "--panel-surface-color": "raised",
        "--panel-on-surface-color": "text",
        "--panel-border-color": "line",
    }
    rows = [f"{name}: var(--wf-{value});" for name, value in panel.items()]
    rows += ["--bokeh-base-font: var(--wf-font);", "--panel-shadow-color: rgba(0, 0, 0, 0.4);"]
    blocks.append(f":root {{ {' '.join(rows)} }}")
    return "\n".join(blocks)


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("tokens.toml").read_text(encoding="utf-8"))


def _served() -> str:
    return _table()["font"]["served"]


@cache
def plot_theme(theme: str) -> PlotTheme:
    """Return the Bokeh theme of a screen: quiet axes, so that the data are the brightest thing."""
    t = tokens(theme)
    font = "Roboto, 'Noto Sans', 'Liberation Sans', 'Noto Sans SC', sans-serif"
    words: dict[str, Any] = {"text_color": t["text"], "text_font": font}
    return PlotTheme(
        json={
            "attrs": {
                "Plot": {
                    "background_fill_color": t["panel"],
                    "border_fill_color": t["panel"],
                    "outline_line_color": t["line"],
                },
                "Grid": {"grid_line_color": t["grid"]},
                "Axis": {
                    "axis_line_color": t["line"],
                    "major_tick_line_color": t["line"],
                    "minor_tick_line_color": None,
                    "major_label_text_color": t["muted"],
                    "axis_label_text_color": t["muted"],
                    "major_label_text_font": font,
                    "axis_label_text_font": font,
                    "axis_label_text_font_style": "normal",
                    "major_label_text_font_size": "11px",
                    "axis_label_text_font_size": "12px",
                },
                "Legend": {
                    "background_fill_color": t["panel"],
                    "background_fill_alpha": 0.9,
                    "border_line_color": t["line"],
                    "label_text_color": t["text"],
                    "label_text_font": font,
                    "label_text_font_size": "12px",
                },
                "BaseColorBar": {
                    "background_fill_color": t["panel"],
                    "title_text_color": t["muted"],
                    "major_label_text_color": t["muted"],
                    "major_label_text_font": font,
                },
                "Title": words,
            }
        }
    )


class Dark(DarkTheme):
    """Dark, for a room at night."""

    _name: ClassVar[str] = "dark"


class Light(DefaultTheme):
    """Light, for an office by day."""

    _name: ClassVar[str] = "default"


Dark.bokeh_theme = plot_theme("dark")
Light.bokeh_theme = plot_theme("light")


class Look(Native):
    """What a page gives to the parts on it."""

    _themes: ClassVar[dict[str, type[Theme]]] = {"dark": Dark, "default": Light}
