"""Put the twin desk's modules, styles and terms into the one file that browsers load and keep.

``python -m watchfloor.views.twin.bundle`` writes it; a test says when it is out of date. Each module of this folder
has a scope of its own; all see what ``situation/parts/core.js`` has.
"""

from pathlib import Path

from watchfloor.views import bundling

__all__ = ["BUNDLE", "build", "main"]

_HERE = Path(__file__).parent
BUNDLE = _HERE / "twin.bundle.js"
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


def main() -> None:
    """Write the bundle."""
    bundling.write(BUNDLE, build)


if __name__ == "__main__":
    main()
