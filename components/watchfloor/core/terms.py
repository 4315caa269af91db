"""English and Chinese terms of the screens, from one table."""

import csv
from functools import cache
from pathlib import Path

from watchfloor.core.errors import UnknownNameError

__all__ = ["LANGUAGES", "term", "terms"]

LANGUAGES = ("en", "zh")


@cache
def terms() -> dict[str, dict[str, str]]:
    """Return the term table: key -> language -> words."""
    path = Path(__file__).with_name("terms.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["key"]: {language: row[language] for language in LANGUAGES} for row in csv.DictReader(file)
        }


def term(key: str, language: str = "en") -> str:
    """Return one term.

    Examples
    --------
    >>> term("severity", "zh")
    '严重程度'
    """
    table = terms()
    if key not in table:
        raise UnknownNameError("term", key, table)
    return table[key].get(language) or table[key]["en"]
