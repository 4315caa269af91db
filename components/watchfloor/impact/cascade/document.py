"""Cascades as readable YAML, one file each, with the line of whatever is wrong."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from watchfloor.catalog.document import Document, Limits, read_document
from watchfloor.core.clock import duration
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.impact.cascade.graph import Cascade, Event, Link, Trigger

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["FOLDER", "cascades_of", "read"]

FOLDER = "cascades"
"""Folder beside a floor's catalog."""
T = TypeVar("T")
_LIMITS = Limits(size=256 * 1024, depth=8, values=20_000)
_TOP = {"title", "source", "events", "links"}
_EVENT = {"title", "kind", "probability", "gate", "trigger", "facility", "source"}
_LINK = {"from", "to", "probability", "delay", "spread", "relation", "forces", "why", "source"}
_TRIGGER = {"field", "above", "facility", "district"}


def cascades_of(floor: "Floor") -> tuple[dict[str, Cascade], tuple[str, ...]]:
    """Read a floor's cascades.

    Returns
    -------
    dict, tuple of str
        By name of the file; and what is wrong with those that cannot be used, with file and line.
    """
    found: dict[str, Cascade] = {}
    problems: list[str] = []
    for path in sorted((floor.path / FOLDER).glob("*.yml")):
        try:
            found[path.stem] = read(path)
        except WatchfloorError as error:
            problems.append(str(error))
    return found, tuple(problems)


def read(path: Path) -> Cascade:
    """Read one cascade.

    Raises
    ------
    InvalidInputError
        With file and line, if anything is wrong; a circle is refused.
    """
    document = read_document(path, _LIMITS)
    data = _table(document, (), document.data, _TOP)
    events = []
    for name in _table(document, ("events",), data.get("events"), None):
        events.append(_event(document, str(name)))
    links = []
    given = data.get("links") or []
    if not isinstance(given, list):
        raise _wrong(document, ("links",), "links are not a list; expected one entry for each link.")
    for number, item in enumerate(given):
        links.append(_link(document, ("links", number), item))
    en, zh = _title(document, ("title",), data.get("title"))
    try:
        return Cascade(path.stem, en, zh, tuple(events), tuple(links), str(data.get("source") or ""))
    except WatchfloorError as error:
        raise _wrong(document, ("links",), str(error)) from error


def _event(document: Document, name: str) -> Event:
    where = ("events", name)
    item = _table(document, where, document.data["events"][name], _EVENT)
    en, zh = _title(document, (*where, "title"), item.get("title"))
    trigger = None
    if item.get("trigger") is not None:
        told = _table(document, (*where, "trigger"), item["trigger"], _TRIGGER)
        if "field" not in told or "above" not in told:
            raise _wrong(document, (*where, "trigger"), "a trigger needs field and above.")
        trigger = _made(
            document,
            (*where, "trigger"),
            lambda: Trigger(
                str(told["field"]),
                _number(document, (*where, "trigger", "above"), told["above"]),
                str(told.get("facility") or ""),
                str(told.get("district") or ""),
            ),
        )
    probability = _number(document, (*where, "probability"), item.get("probability", 0.0))
    text = {key: str(item.get(key) or "") for key in ("kind", "facility", "source")}
    gate: Any = str(item.get("gate") or "any")
    return _made(
        document,
        where,
        lambda: Event(
            name, en, zh, text["kind"], probability, gate, trigger, text["facility"], text["source"]
        ),
    )


def _link(document: Document, where: tuple[str | int, ...], item: Any) -> Link:
    told = _table(document, where, item, _LINK)
    for key in ("from", "to", "probability"):
        if key not in told:
            raise _wrong(document, where, f"the link has no {key}.")
    probability = _number(document, (*where, "probability"), told["probability"])
    delay = told.get("delay", 0.0)
    if isinstance(delay, str):
        delay = _made(document, (*where, "delay"), lambda: duration(str(told["delay"])).total_seconds())
    seconds = _number(document, (*where, "delay"), delay)
    spread = _number(document, (*where, "spread"), told.get("spread", 0.0))
    forces = {
        str(key): _number(document, (*where, "forces", str(key)), value)
        for key, value in _table(document, (*where, "forces"), told.get("forces") or {}, None).items()
    }
    relation: Any = str(told.get("relation") or ("forces" if forces else "triggers"))
    why, zh = _title(document, (*where, "why"), told["why"]) if told.get("why") else ("", "")
    source = str(told.get("source") or "")
    return _made(
        document,
        where,
        lambda: Link(
            str(told["from"]),
            str(told["to"]),
            probability,
            seconds,
            spread,
            relation,
            forces,
            why,
            source,
            zh,
        ),
    )


def _made(document: Document, where: tuple[str | int, ...], make: Callable[[], T]) -> T:
    try:
        return make()
    except WatchfloorError as error:
        raise _wrong(document, where, str(error)) from error


def _table(
    document: Document, where: tuple[str | int, ...], value: Any, known: set[str] | None
) -> Mapping[str, Any]:
    what = ".".join(map(str, where)) or "the file"
    if not isinstance(value, Mapping):
        raise _wrong(document, where, f"{what} is not a table of keys and values.")
    for key in value:
        if known is not None and str(key) not in known:
            raise _wrong(
                document,
                (*where, key),
                f"{what} has the key {str(key)[:40]!r}; known: {', '.join(sorted(known))}.",
            )
    return value


def _title(document: Document, where: tuple[str | int, ...], value: Any) -> tuple[str, str]:
    if isinstance(value, str) and value:
        return value, ""
    if isinstance(value, Mapping) and isinstance(value.get("en"), str):
        return value["en"], str(value.get("zh") or "")
    raise _wrong(document, where, f"{'.'.join(map(str, where))} is missing; expected a text, or en and zh.")


def _number(document: Document, where: tuple[str | int, ...], value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(
            document, where, f"{'.'.join(map(str, where))} is {str(value)[:40]!r}; expected a number."
        )
    return float(value)


def _wrong(document: Document, where: tuple[str | int, ...], message: str) -> InvalidInputError:
    line, column = document.at(where)
    return InvalidInputError(f"{document.path.name}:{line}:{column}: {message}")
