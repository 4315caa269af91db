"""The notebook cell that shows again what is seen."""

from collections.abc import Mapping
from typing import Any

from watchfloor.views.selection import Selection

__all__ = ["recipe"]

_MOST_LAYERS = 64


def recipe(floor: Any, selection: Selection, stamp: Mapping[str, str]) -> str:
    """Write Python that opens the same floor and shows the same selection.

    Everything of the selection is written with `repr`, so that no text of it can become code. What is live is pinned:
    the cell shows what was known when it was taken.

    Parameters
    ----------
    floor
        The floor.
    selection
        What is looked at.
    stamp
        Marks, written as comments.

    Examples
    --------
    >>> from types import SimpleNamespace as Bare
    >>> from watchfloor.core.clock import EPOCH
    >>> "Situation(floor" in recipe(Bare(name="demo", now=lambda: EPOCH), Selection(), {})
    True
    """
    pinned = Selection(as_of=selection.as_of or floor.now()).to_query()
    query = selection.to_query()
    if selection.as_of is None:
        query = "?" + "&".join(part for part in (pinned.removeprefix("?"), query.removeprefix("?")) if part)
    lines = [f"# {name}: {_comment(value)}" for name, value in stamp.items() if value]
    lines += [
        "import panel as pn",
        "import watchfloor",
        "from watchfloor.views.selection import Selection",
        "from watchfloor.views.situation import Situation",
        "",
        "pn.extension()",
        f"floor = watchfloor.open({floor.name!r})",
        f"selection = Selection().from_query({query!r})",
        "view = Situation(floor, selection)",
        "view",
        "",
    ]
    return "\n".join(lines)


def _comment(value: str) -> str:
    """Keep a comment on its line."""
    return " ".join(str(value).split())[:400]
