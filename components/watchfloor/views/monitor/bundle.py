"""Put the monitor desk's modules, styles and terms into the one file that browsers load and keep.

``python -m watchfloor.views.monitor.bundle`` writes it; a test says when it is out of date. A part's files
(``wall.wire.js``, ``wall.js``, ``wall.css``) are found by their names. Each part has a scope of its own: names of one
do not meet those of another. All see what ``situation/parts/core.js`` and ``axis.js`` have, and ``listen`` of the broadcast channel.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import UnknownNameError
from watchfloor.core.kinds import KINDS, OTHER
from watchfloor.core.scales import Severity
from watchfloor.core.terms import LANGUAGES, terms
from watchfloor.views import serve, situation

__all__ = ["BUNDLE", "build", "main", "parts"]

_HERE = Path(__file__).parent
_CORE = Path(situation.__file__).parent / "parts"
_CHANNEL = Path(serve.__file__).parent / "broadcast.js"
_AXIS = _HERE / "axis.js"
BUNDLE = _HERE / "monitor.bundle.js"
_TERM = re.compile(r"""(?:\bt|phrase|word)\(\s*"([A-Za-z_.0-9]+)\"""")
_PANE = re.compile(r"^const (\w+Pane) = pane\(", re.MULTILINE)
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
    core = _read([_CORE / "core.js", _CHANNEL, _AXIS])
    scopes, panes = [], []
    for files in parts().values():
        code = _read(files)
        named = _PANE.findall(code)
        panes += named
        scopes.append("{\n" + code + "\n" + "".join(f"PANES.{name} = {name};\n" for name in named) + "}")
    style = _read([_CORE / "desk.css", *sorted(_HERE.glob("*.css"))])
    words = _words("\n".join([core, *scopes]))
    return "\n".join(
        [
            "// Made by watchfloor.views.monitor.bundle; edit the files it is made from, not this one.",
            f"const CSS = {json.dumps(style)};",
            f"const WORDS = {json.dumps(words, ensure_ascii=False, sort_keys=True)};",
            core,
            "const PANES = {};",
            *scopes,
            "export default PANES;",
            "",
        ]
    )


def _read(files: Iterable[Path]) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def _words(code: str) -> dict[str, dict[str, str]]:
    table = terms()
    wanted = {key for key in _TERM.findall(code) if not key.endswith(".")}
    wanted |= {key for key in table if key.split(".")[0] in _GROUPS and "." in key}
    wanted |= {str(item) for item in Severity}
    found = {f"hazard.{kind.name}": {"en": kind.en, "zh": kind.zh} for kind in (*KINDS.values(), OTHER)}
    missing = sorted(wanted - set(table) - set(found))
    if missing:
        raise UnknownNameError("term", missing[0], table)
    return found | {
        key: {language: table[key][language] for language in LANGUAGES} for key in wanted if key in table
    }


def main() -> None:
    """Write the bundle."""
    start = monotonic()
    BUNDLE.write_text(build(), encoding="utf-8")
    size = BUNDLE.stat().st_size
    print(f"{BUNDLE.name}: {size} bytes in {monotonic() - start:.2f} s")  # noqa: T201


if __name__ == "__main__":
    main()
