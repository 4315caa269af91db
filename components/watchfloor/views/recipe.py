"""The notebook cell that shows again what is seen."""

from collections.abc import Mapping
from typing import Any

from watchfloor.views.selection import Selection

__all__ = ["comments", "pinned", "recipe"]


def recipe(floor: Any, query: str, view: str, stamp: Mapping[str, str]) -> str:
    """Write Python that opens the same floor and shows the same selection.

    What was typed or chosen is written with `repr`, so that no text of it can become code.

    Parameters
    ----------
    floor
        The floor.
    query
        The selection, as `Selection.to_query` or `pinned` give it.
    view
        What shows it: a class of ``watchfloor.views``, such as ``situation.Situation``.
    stamp
        Marks, written as comments.

    Examples
    --------
    >>> from types import SimpleNamespace as Bare
    >>> print(recipe(Bare(name="demo"), "?text=dam", "situation.Situation", {"floor": "demo"}))
    # floor: demo
    import panel as pn
    import watchfloor
    from watchfloor.views.selection import Selection
    from watchfloor.views.situation import Situation
    <BLANKLINE>
    pn.extension()
    floor = watchfloor.open('demo')
    selection = Selection().from_query('?text=dam')
    view = Situation(floor, selection)
    view
    <BLANKLINE>
    """
    room, _, name = view.rpartition(".")
    imports = [
        "from watchfloor.views.selection import Selection",
        f"from watchfloor.views.{room} import {name}",
    ]
    lines = [
        *comments(stamp),
        "import panel as pn",
        "import watchfloor",
        *sorted(imports),
        "",
        "pn.extension()",
        f"floor = watchfloor.open({floor.name!r})",
        f"selection = Selection().from_query({query!r})",
        f"view = {name}(floor, selection)",
        "view",
        "",
    ]
    return "\n".join(lines)


def pinned(floor: Any, selection: Selection) -> str:
    """Return a selection's query; what is live is pinned to what is known now.

    Examples
    --------
    >>> from types import SimpleNamespace as Bare
    >>> from watchfloor.core.clock import EPOCH
    >>> pinned(Bare(now=lambda: EPOCH), Selection()).startswith("?")
    True
    """
    query = selection.to_query()
    if selection.as_of is not None:
        return query
    known = Selection(as_of=floor.now()).to_query()
    return "?" + "&".join(part for part in (known.removeprefix("?"), query.removeprefix("?")) if part)


def comments(stamp: Mapping[str, str]) -> list[str]:
    """Return marks as comments of Python, each kept on its line.

    Examples
    --------
    >>> comments({"floor": "demo", "mark": "", "title": "two" + chr(10) + "lines"})
    ['# floor: demo', '# title: two lines']
    """
    return [f"# {name}: {' '.join(str(value).split())[:400]}" for name, value in stamp.items() if value]
