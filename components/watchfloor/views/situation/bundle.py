"""Put the desk's ESM parts, styles and terms into the one file that browsers load and keep.

``python -m watchfloor.views.situation.bundle`` writes it; a test says when it is out of date. There is nothing to
compile: the parts are joined, and the terms that they name are looked up in the term table.
"""

import json
import re
from pathlib import Path

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import UnknownNameError
from watchfloor.core.kinds import KINDS, OTHER
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.core.terms import LANGUAGES, terms
from watchfloor.store.records import KINDS as RECORD_KINDS
from watchfloor.views.theme import THEMES, tokens

__all__ = ["BUNDLE", "PARTS", "bare", "build", "main"]

_HERE = Path(__file__).parent
BUNDLE = _HERE / "desk.bundle.js"
PARTS = ("core", "list", "figures", "health", "filters", "timebar", "keys", "detail", "tools")
_TERM = re.compile(r"""(?:\bt|phrase|word)\(\s*"([A-Za-z_.0-9]+)\"""")
_PANE = re.compile(r"^const (\w+Pane) = pane\(", re.MULTILINE)
_GROUPS = (
    "act", "badge", "export", "feeds", "field", "figure", "filters", "keys", "kind", "state", "time", "trust", "list",
    "detail",
)  # fmt: skip
"""Terms whose key is put together in the browser: all of these groups are carried."""


def build() -> str:
    """Return the bundle's text.

    Examples
    --------
    >>> "export default" in build()
    True
    """
    parts = {name: (_HERE / "parts" / f"{name}.js").read_text(encoding="utf-8") for name in PARTS}
    code = "\n".join(parts.values())
    style = (_HERE / "parts" / "desk.css").read_text(encoding="utf-8") + bare()
    panes = _PANE.findall(code)
    return "\n".join(
        [
            "// Made from parts/ by watchfloor.views.situation.bundle; edit the parts, not this file.",
            f"const CSS = {json.dumps(style)};",
            f"const WORDS = {json.dumps(_words(code), ensure_ascii=False, sort_keys=True)};",
            code,
            "export default {" + ", ".join(panes) + "};",
            "",
        ]
    )


def bare() -> str:
    """Return the colours of both themes for parts that stand on a page without them, such as a notebook's."""
    rules = []
    for theme in THEMES:
        rows = "; ".join(f"--wf-{name}: {value}" for name, value in tokens(theme).items())
        rules.append(
            f'.wf[data-bare="{theme}"] {{ {rows}; color-scheme: {theme}; background: var(--wf-page); '
            "color: var(--wf-text); }\n"
        )
    return "".join(rules)


def _words(code: str) -> dict[str, dict[str, str]]:
    table = terms()
    wanted = {key for key in _TERM.findall(code) if not key.endswith(".")}
    wanted |= {key for key in table if key.split(".")[0] in _GROUPS and "." in key}
    wanted |= {str(item) for scale in (Severity, Urgency, Certainty, Status) for item in scale}
    found = {f"hazard.{kind.name}": {"en": kind.en, "zh": kind.zh} for kind in (*KINDS.values(), OTHER)}
    missing = sorted(wanted - set(table) - set(found))
    if missing:
        raise UnknownNameError("term", missing[0], table)
    for name in RECORD_KINDS:
        if f"kind.{name}" not in table:
            raise UnknownNameError("term", f"kind.{name}", table)
    return found | {key: {language: table[key][language] for language in LANGUAGES} for key in wanted}


def main() -> None:
    """Write the bundle."""
    start = monotonic()
    BUNDLE.write_text(build(), encoding="utf-8")
    size = BUNDLE.stat().st_size
    print(f"{BUNDLE.name}: {size} bytes in {monotonic() - start:.2f} s")  # noqa: T201


if __name__ == "__main__":
    main()
