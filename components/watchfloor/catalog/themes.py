"""Themes that ship with the product, for any catalog to nest."""

from pathlib import Path

from watchfloor.core.errors import UnknownNameError
from watchfloor.core.share import folder

__all__ = ["theme_path"]


def theme_path(theme: str) -> Path:
    """Return the file of a theme.

    Examples
    --------
    >>> theme_path("live").name
    'live.yml'
    """
    known = {path.stem: path for path in (folder("catalogs") / "shared").glob("*.yml")}
    if theme not in known:
        raise UnknownNameError("theme", theme, known)
    return known[theme]
