"""Put the monitor desk's modules, styles and terms into the one file that browsers load and keep.

``python -m watchfloor.views.monitor.bundle`` writes it; a test says when it is out of date. A part's files
(``wall.wire.js``, ``wall.js``, ``wall.css``) are found by their names. Each part has a scope of its own: names of one
do not meet those of another. All see what ``situation/parts/core.js`` and ``axis.js`` have, and ``listen`` of the broadcast channel.
"""

from pathlib import Path

from watchfloor.views import bundling, serve

__all__ = ["BUNDLE", "build", "main", "parts"]

_HERE = Path(__file__).parent
_CHANNEL = Path(serve.__file__).parent / "broadcast.js"
_AXIS = _HERE / "axis.js"
BUNDLE = _HERE / "monitor.bundle.js"
_GROUPS = (
    "wall",
    "latency",
    "station",
    "compare",
    "alarms",
    "rules",
    "monitor",
    "export",
    "time",
    "state",
    "act",
    "check",
    "feeds",
)
"""Terms whose key is put together in the browser: all of these groups are carried."""


def parts(folder: Path = _HERE) -> dict[str, list[Path]]:
    """Return the modules of each part; its own last, so that it may use the others.

    Examples
    --------
    >>> [path.name for path in parts()["wall"]][-1]
    'wall.js'
    """
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.js"), key=lambda path: (path.name.count(".") == 1, path.name)):
        if path not in {BUNDLE, _AXIS}:
            found.setdefault(path.name.split(".")[0], []).append(path)
    return dict(sorted(found.items()))


def build() -> str:
    """Return the bundle's text.

    Examples
    --------
    >>> "export default" in build()
    True
    """
    core = [bundling.SHARED / "core.js", _CHANNEL, _AXIS]
    styles = sorted(_HERE.glob("*.css"))
    return bundling.scoped("watchfloor.views.monitor.bundle", core, parts().values(), styles, _GROUPS)


def main() -> None:
    """Write the bundle."""
    bundling.write(BUNDLE, build)


if __name__ == "__main__":
    main()
