"""Put the desk's ESM parts, styles and terms into the one file that browsers load and keep.

``python -m watchfloor.views.situation.bundle`` writes it; a test says when it is out of date. There is nothing to
compile: the parts are joined, and the terms that they name are looked up in the term table.
"""

from pathlib import Path

from watchfloor.core.errors import UnknownNameError
from watchfloor.core.scales import Certainty, Severity, Status, Urgency
from watchfloor.core.terms import terms
from watchfloor.store.records import KINDS as RECORD_KINDS
from watchfloor.views import bundling
from watchfloor.views.theme import THEMES, tokens

__all__ = ["BUNDLE", "PARTS", "bare", "build", "main"]

_HERE = Path(__file__).parent
BUNDLE = _HERE / "desk.bundle.js"
PARTS = ("core", "list", "figures", "health", "filters", "timebar", "keys", "detail", "tools")
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
    code = bundling.joined(_HERE / "parts" / f"{name}.js" for name in PARTS)
    style = bundling.joined([_HERE / "parts" / "desk.css"]) + bare()
    said = "Made from parts/ by watchfloor.views.situation.bundle; edit the parts, not this file."
    panes = ", ".join(bundling.panes(code))
    return "\n".join([*bundling.head(said, style, _words(code)), code, "export default {" + panes + "};", ""])


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
    for name in RECORD_KINDS:
        if f"kind.{name}" not in table:
            raise UnknownNameError("term", f"kind.{name}", table)
    return bundling.words(code, _GROUPS, (Severity, Urgency, Certainty, Status))


def main() -> None:
    """Write the bundle."""
    bundling.write(BUNDLE, build)


if __name__ == "__main__":
    main()
