"""What is wrong with a catalog, and where: file, line and column."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

__all__ = ["Problem", "explain", "suggest"]

_SHOWN = 80


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a catalog file.

    Parameters
    ----------
    path
        The file.
    line, column
        Where in it, counted from 1.
    where
        Dotted path of the key, such as ``entries.rivers.metadata.map.kind``.
    message
        What is wrong, and what was expected.
    unsafe
        Whether the entry is refused for it; otherwise the entry can still be read.

    Examples
    --------
    >>> print(Problem(Path("x.yml"), 41, 15, "entries.rivers.reader", "is missing"))
    x.yml:41:15: entries.rivers.reader: is missing
    """

    path: Path
    line: int
    column: int
    where: str
    message: str
    unsafe: bool = False

    def __str__(self) -> str:
        where = f" {self.where}:" if self.where else ""
        return f"{self.path}:{self.line}:{self.column}:{where} {self.message}"


def suggest(value: object, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?``, or nothing where no known word is close."""
    close = get_close_matches(str(value), list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def explain(error: ErrorDetails, known: Iterable[str] = ()) -> str:
    """Say one of pydantic's errors in our words.

    Parameters
    ----------
    error
        From ``ValidationError.errors()``.
    known
        Keys that are known where an unknown one was found.
    """
    kind, value = error["type"], error.get("input")
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        name = error["loc"][-1] if error["loc"] else ""
        return f"is not a known key{suggest(name, known)}"
    if kind in {"literal_error", "enum"}:
        expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        words = [word.strip() for word in expected.split(",")]
        return f"{_short(value)} is not one of {', '.join(words)}{suggest(value, words)}"
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    return f"{_short(value)}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
