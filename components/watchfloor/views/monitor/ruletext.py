"""A rule as text: written out as YAML, read back with the line of every mistake, and its limits set by a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from watchfloor.alarms.documents import read_file
from watchfloor.alarms.rules import Rule
from watchfloor.alarms.thresholds import levels_of
from watchfloor.catalog.document import read_document
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.security.text import plain

__all__ = ["MOST", "Checked", "checked", "limited", "limits", "plainly", "written"]

MOST = 20_000
"""Characters of a rule's text."""


@dataclass(frozen=True)
class Checked:
    """What a text says.

    Parameters
    ----------
    what
        ``rule`` or ``thresholds``; empty where that cannot be told.
    name
        The id.
    data
        The document, in JSON's types.
    rule
        The rule, where it is one that can be used.
    problems
        What is wrong: line, column, where, and the words.
    """

    what: str = ""
    name: str = ""
    data: Any = None
    rule: Rule | None = None
    problems: list[tuple[int, int, str, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether it can be saved."""
        return bool(self.name) and not self.problems


def written(what: str, name: str, data: Any) -> str:
    """Return a document as YAML.

    Examples
    --------
    >>> print(written("rule", "rain", {"kind": "level", "title": "Rain"}), end="")
    rules:
      rain:
        kind: level
        title: Rain
    """
    top = "thresholds" if what == "thresholds" else "rules"
    text: str = yaml.safe_dump(
        {top: {name: data}}, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None if _flat(data) else False
    )  # fmt: skip
    return text


def checked(text: str) -> Checked:
    r"""Read a text that holds one rule, or one threshold set.

    Examples
    --------
    >>> found = checked("rules:\n  rain:\n    kind: levle\n    title: Rain\n")
    >>> found.name, found.problems[0][0]
    ('rain', 3)
    """
    if len(text) > MOST:
        return Checked(
            problems=[(1, 1, "", f"the text has {len(text):,} characters; expected at most {MOST:,}.")]
        )
    with TemporaryDirectory(prefix="watchfloor-rule-") as folder:
        path = Path(folder) / "rule.yml"
        path.write_text(text, encoding="utf-8", errors="replace")
        book = read_file(path)
        try:
            data = read_document(path).data
        except WatchfloorError:
            data = None
        said = [
            (
                each.line,
                each.column,
                each.where,
                plain(each.message.replace(f"{path}", "line").replace(folder, ""), 500),
            )
            for each in book.problems
        ]
    entries = [
        (top, str(name), entry)
        for top in ("rules", "thresholds")
        for name, entry in (data.get(top) or {}).items()
        if isinstance(data.get(top), Mapping)
    ] if isinstance(data, Mapping) else []  # fmt: skip
    if len(entries) != 1:
        said = said or [(1, 1, "", f"it holds {len(entries)} rules; expected one, or one threshold set.")]
        return Checked(problems=said)
    top, name, entry = entries[0]
    what = "rule" if top == "rules" else "thresholds"
    return Checked(what, name, plainly(entry), book.rules.get(name), said)


def limits(data: Any) -> list[dict[str, Any]]:
    """Return the levels that a document itself names, the mildest first: name, value, colour.

    Examples
    --------
    >>> limits({"limits": {"red": 3, "yellow": 1}})[0]
    {'name': 'yellow', 'value': 1.0, 'colour': 'yellow'}
    """
    found = _levels(data)
    if found is None:
        return []
    direction = str(data.get("direction") or "above")
    try:
        levels = levels_of(found, direction if direction in {"above", "below", "outside"} else "above")  # type: ignore[arg-type]
    except InvalidInputError:
        return []
    return [
        {"name": level.name, "value": value, "colour": level.colour.value if level.colour else ""}
        for level in levels
        if (value := level.high if level.high == level.high else level.low) == value
    ]


def limited(text: str, values: Mapping[str, Any]) -> str:
    r"""Return a text with limits set anew; other words of it stay.

    Raises
    ------
    InvalidInputError
        If the text cannot be read, or has no such level.

    Examples
    --------
    >>> "red: 4" in limited("rules:\n  a:\n    limits:\n      red: 3\n", {"red": 4})
    True
    """
    found = checked(text)
    if not found.name or not isinstance(found.data, dict):
        raise InvalidInputError("The text cannot be read as it is; mend what is wrong first.")
    levels = _levels(found.data)
    if levels is None:
        raise InvalidInputError(
            "This rule goes by the thresholds of each series; it has no limits of its own."
        )
    for name, value in values.items():
        if name not in levels:
            raise InvalidInputError(f"There is no level {name!r}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e12:
            raise InvalidInputError(
                f"The level {name!r} has the limit {str(value)[:40]!r}; expected a number."
            )
        number = int(value) if float(value).is_integer() else float(value)
        given = levels[name]
        levels[name] = {**given, "at": number} if isinstance(given, dict) else number
    return written(found.what, found.name, found.data)


def _levels(data: Any) -> dict[str, Any] | None:
    found = data.get("limits", data.get("levels")) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else None


def plainly(value: Any) -> Any:
    """Return data in JSON's types; times become text."""
    if isinstance(value, Mapping):
        return {str(name): plainly(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _flat(data: Any) -> bool:
    """Whether a document has parts that are short enough for one line each."""
    return isinstance(data, Mapping) and any(isinstance(each, Mapping | list) for each in data.values())
