"""Put the twin desk's modules, styles and terms into the one file that browsers load and keep.

``python -m watchfloor.views.twin.bundle`` writes it; a test says when it is out of date. Each module of this folder
has a scope of its own; all see what ``situation/parts/core.js`` has.
"""

import json
import re
from pathlib import Path

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import UnknownNameError
from watchfloor.core.kinds import KINDS, OTHER
from watchfloor.core.scales import Severity
from watchfloor.core.terms import LANGUAGES, terms
from watchfloor.views import situation

__all__ = ["BUNDLE", "build", "main"]

_HERE = Path(__file__).parent
_CORE = Path(situation.__file__).parent / "parts"
BUNDLE = _HERE / "twin.bundle.js"
_TERM = re.compile(r"""(?:\bt|phrase|word)\(\s*"([A-Za-z_.0-9]+)\"""")
_PANE = re.compile(r"^const (\w+Pane) = pane\(", re.MULTILINE)
_GROUPS = ("twin", "time")
"""Terms whose key is put together in the browser: all of these groups are carried."""


def build() -> str:
    """Return the bundle's text.

    Examples
    --------
    >>> "export default" in build()
    True
    """
    core = (_CORE / "core.js").read_text(encoding="utf-8")
    scopes = []
    for path in sorted(_HERE.glob("*.js")):
        if path != BUNDLE:
            code = path.read_text(encoding="utf-8")
            named = "".join(f"PANES.{name} = {name};\n" for name in _PANE.findall(code))
            scopes.append("{\n" + code + "\n" + named + "}")
    style = "\n".join(
        path.read_text(encoding="utf-8") for path in (_CORE / "desk.css", *sorted(_HERE.glob("*.css")))
    )
    words = _words("\n".join([core, *scopes]))
    return "\n".join(
        [
            "// Made by watchfloor.views.twin.bundle; edit the files it is made from, not this one.",
            f"const CSS = {json.dumps(style)};",
            f"const WORDS = {json.dumps(words, ensure_ascii=False, sort_keys=True)};",
            core,
            "const PANES = {};",
            *scopes,
            "export default PANES;",
            "",
        ]
    )


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
