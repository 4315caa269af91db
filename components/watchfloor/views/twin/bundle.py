"""Put the twin desk's modules, styles and terms into the one file that browsers load and keep.

``python -m watchfloor.views.twin.bundle`` writes it; a test says when it is out of date. Each module of this folder
has a scope of its own; all see what ``situation/parts/core.js`` has.
"""

from pathlib import Path

import watchfloor.views.map
from watchfloor.views import bundling

__all__ = ["BUNDLE", "FRAME", "build", "frame", "main"]

_HERE = Path(__file__).parent
BUNDLE = _HERE / "twin.bundle.js"
_MAP = Path(watchfloor.views.map.__file__).parent
FRAME = _MAP / "handles.bundle.js"
"""The map's frame with handles: a module of its own, as the map is in each page once."""
_GROUPS = ("twin", "time")
"""Terms whose key is put together in the browser: all of these groups are carried."""


def build() -> str:
    """Return the bundle's text.

    Examples
    --------
    >>> "export default" in build()
    True
    """
    core = [bundling.SHARED / "core.js"]
    scopes = [[path] for path in sorted(_HERE.glob("*.js")) if path != BUNDLE]
    styles = sorted(_HERE.glob("*.css"))
    return bundling.scoped("watchfloor.views.twin.bundle", core, scopes, styles, _GROUPS)


def frame() -> str:
    """Return the text of the map's frame with its handles.

    Examples
    --------
    >>> frame().count("export function render(")
    1
    """
    inner = (
        (_MAP / "frame.js")
        .read_text(encoding="utf-8")
        .replace("export function render(", "function framed(", 1)
    )
    told = "// Made by watchfloor.views.twin.bundle of frame.js and handles.js; edit those, not this.\n"
    return told + inner + "\n" + (_MAP / "handles.js").read_text(encoding="utf-8")


def main() -> None:
    """Write the bundles."""
    bundling.write(BUNDLE, build)
    bundling.write(FRAME, frame)


if __name__ == "__main__":
    main()
