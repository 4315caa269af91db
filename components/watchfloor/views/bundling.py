"""How a desk's ESM parts, styles and terms become the one file that browsers load and keep.

There is nothing to compile: the parts are joined, and the terms that they name are looked up in the term table.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from pathlib import Path

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import UnknownNameError
from watchfloor.core.kinds import KINDS, OTHER
from watchfloor.core.scales import Severity
from watchfloor.core.terms import LANGUAGES, terms

__all__ = ["SHARED", "head", "joined", "panes", "scoped", "words", "write"]

SHARED = Path(__file__).parent / "situation" / "parts"
"""Where the parts are that every desk has: ``core.js`` and ``desk.css``."""
_TERM = re.compile(r"""(?:\bt|phrase|word)\(\s*"([A-Za-z_.0-9]+)\"""")
_PANE = re.compile(r"^const (\w+Pane) = pane\(", re.MULTILINE)


def joined(files: Iterable[Path]) -> str:
    """Return the text of files, one below the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def panes(code: str) -> list[str]:
    """Return the panes that code defines.

    Examples
    --------
    >>> panes("const ListPane = pane((shell) => {})")
    ['ListPane']
    """
    return _PANE.findall(code)


def words(
    code: str, groups: Sequence[str], scales: Sequence[type[Enum]] = (Severity,)
) -> dict[str, dict[str, str]]:
    """Return the terms that code needs, in all languages.

    Parameters
    ----------
    code
        What names them: ``t("wall.span")``.
    groups
        Terms whose key is put together in the browser: all of these groups are carried.
    scales
        Scales whose steps are shown.

    Raises
    ------
    UnknownNameError
        If the term table lacks one.

    Examples
    --------
    >>> words('t("twin.title")', ())["hazard.flood"]["en"]
    'Flood'
    """
    table = terms()
    wanted = {key for key in _TERM.findall(code) if not key.endswith(".")}
    wanted |= {key for key in table if key.split(".")[0] in groups and "." in key}
    wanted |= {str(item) for scale in scales for item in scale}
    found = {f"hazard.{kind.name}": {"en": kind.en, "zh": kind.zh} for kind in (*KINDS.values(), OTHER)}
    missing = sorted(wanted - set(table) - set(found))
    if missing:
        raise UnknownNameError("term", missing[0], table)
    return found | {
        key: {language: table[key][language] for language in LANGUAGES} for key in wanted if key in table
    }


def head(said: str, style: str, found: dict[str, dict[str, str]]) -> list[str]:
    """Return a bundle's first lines: where it is from, its styles and its terms."""
    return [
        f"// {said}",
        f"const CSS = {json.dumps(style)};",
        f"const WORDS = {json.dumps(found, ensure_ascii=False, sort_keys=True)};",
    ]


def scoped(
    maker: str,
    core: Sequence[Path],
    scopes: Iterable[Sequence[Path]],
    styles: Sequence[Path],
    groups: Sequence[str],
) -> str:
    """Return a bundle in which names of one scope do not meet those of another.

    Parameters
    ----------
    maker
        The module that makes it.
    core
        Files that all scopes see.
    scopes
        The files of each.
    styles
        Beside those that every desk has.
    groups
        See `words`.
    """
    shared = joined(core)
    made = []
    for files in scopes:
        code = joined(files)
        made.append("{\n" + code + "\n" + "".join(f"PANES.{name} = {name};\n" for name in panes(code)) + "}")
    return "\n".join(
        [
            *head(
                f"Made by {maker}; edit the files it is made from, not this one.",
                joined([SHARED / "desk.css", *styles]),
                words("\n".join([shared, *made]), groups),
            ),
            shared,
            "const PANES = {};",
            *made,
            "export default PANES;",
            "",
        ]
    )


def write(path: Path, build: Callable[[], str]) -> None:
    """Make a bundle, write it, and say how large it is."""
    start = monotonic()
    path.write_text(build(), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size} bytes in {monotonic() - start:.2f} s")  # noqa: T201
