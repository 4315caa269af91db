"""Rules and threshold sets as YAML: read safely, checked line by line, and kept with their history in the store."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from watchfloor.alarms.rules import RULES, Rule
from watchfloor.alarms.selection import Selection
from watchfloor.alarms.site import Dated
from watchfloor.alarms.thresholds import Direction, ThresholdSet, levels_of
from watchfloor.catalog.document import Document, read_document
from watchfloor.catalog.problems import Problem, explain, suggest
from watchfloor.core.clock import parse_time
from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.fields import units as registry
from watchfloor.security.roles import Actor, Capability, require
from watchfloor.store import Record

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["SOURCE", "Book", "read_file", "read_folder", "read_rule", "save", "stored"]

SOURCE = "rules"
"""Source of the stored revisions."""
_TOP = ("rules", "thresholds")
_WHY = 1000


class ThresholdDocument(BaseModel):
    """One version of a threshold set, as its document says it.

    Parameters
    ----------
    series
        Which series it is for.
    levels
        Name -> limit, or name -> {at, low, high, colour, grade}.
    direction, units
        Of the limits; units of the series if empty.
    version, valid_from, valid_to
        Which version, and from when to when it holds.
    source
        Who set it: it is cited.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    series: Selection
    levels: dict[str, Any]
    direction: Direction = "above"
    units: str = Field("", max_length=40)
    version: str = Field("1", max_length=40)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    source: str = Field(min_length=1, max_length=500)

    @field_validator("version", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) else value

    @field_validator("valid_from", "valid_to", mode="before")
    @classmethod
    def _time(cls, value: Any) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time(), UTC)
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return parse_time(value) if isinstance(value, str) else value

    @field_validator("units")
    @classmethod
    def _units(cls, name: str) -> str:
        _unit(name)
        return name

    @model_validator(mode="after")
    def _read(self) -> "ThresholdDocument":
        try:
            levels_of(self.levels, self.direction)
        except InvalidInputError as error:
            raise ValueError(f"`levels`: {error}") from error
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError("`valid_to` must come after `valid_from`.")
        return self

    def dated(self, name: str) -> Dated:
        """Return it as rules use it."""
        levels = levels_of(self.levels, self.direction)
        return Dated(
            self.series,
            ThresholdSet(
                levels, self.units, self.direction, name, self.version, self.source, self.valid_from, self.valid_to
            ),
        )  # fmt: skip


@dataclass
class Book:
    """What documents say.

    Parameters
    ----------
    rules
        By id.
    thresholds
        By id, with all versions of each.
    documents
        What each id was read from, as plain data.
    problems
        What is wrong, file, line and column. A rule that is wrong is left out; the others are used.
    """

    rules: dict[str, Rule] = field(default_factory=dict)
    thresholds: dict[str, list[Dated]] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def dated(self) -> list[Dated]:
        """All threshold sets."""
        return [item for versions in self.thresholds.values() for item in versions]


def read_folder(folder: Path) -> Book:
    """Read all ``*.yml`` of a folder; where there is none, there are no rules."""
    book = Book()
    if folder.is_dir():
        for path in sorted(folder.glob("*.yml")):
            _read_file(path, book)
    missing = {
        part: rule
        for rule in book.rules.values()
        for part in getattr(rule, "parts", ())
        if part not in book.rules
    }
    for part, rule in missing.items():
        book.problems.append(
            Problem(
                folder, 1, 1, f"rules.{rule.id}.when", f"there is no rule {part!r}{suggest(part, book.rules)}"
            )
        )
    return book


def read_file(path: Path) -> Book:
    """Read one file."""
    book = Book()
    _read_file(path, book)
    return book


def read_rule(name: str, data: Mapping[str, Any], version: str = "") -> Rule:
    """Make a rule of a document's data.

    Raises
    ------
    InvalidInputError
        Naming all that is wrong.

    Examples
    --------
    >>> read_rule("rain", {"kind": "level", "title": "Rain", "series": {"field": "rain_rate"}}).id
    'rain'
    """
    found, wrong = _rule(name, data, version)
    if found is None:
        raise InvalidInputError(
            f"The rule {name!r} cannot be used: "
            + "; ".join(f"{'.'.join(map(str, where)) or 'it'} {text}" for where, text, _ in wrong)
        )
    return found


def stored(floor: "Floor", book: Book, as_of: datetime | None = None) -> None:
    """Let stored revisions take the place of what the files say; a cancelled one is gone."""
    for record in reversed(floor.store.records("rule", source=SOURCE, as_of=as_of)):
        data, name = record.body.get("document"), record.key
        book.rules.pop(name, None)
        book.thresholds.pop(name, None)
        book.documents[name] = data
        if record.state != "active":
            continue
        where = Path(f"store:{name}@{record.body.get('version', '')}")
        if record.body.get("what") == "thresholds":
            versions = [_thresholds(item) for item in (data if isinstance(data, list) else [data])]
            book.thresholds[name] = [item.dated(name) for item, _ in versions if item is not None]
            problems = [each for _, wrong in versions for each in wrong]
        else:
            rule, problems = _rule(name, data, str(record.body.get("version", "")))
            if rule is not None:
                book.rules[name] = rule
        book.problems += [
            Problem(where, 1, 1, ".".join(map(str, place)), text) for place, text, _ in problems
        ]


def save(
    floor: "Floor", actor: Actor, name: str, data: Any, why: str, *, what: str = "rule", remove: bool = False
) -> str:
    """Store a new revision of a rule or of a threshold set, and say so in the journal.

    Parameters
    ----------
    floor
        Where.
    actor
        Who; must be allowed to administer.
    name
        Its id.
    data
        The document, as plain data.
    why
        The reason, for those who come after.
    what
        ``rule`` or ``thresholds``.
    remove
        Whether it is not to be used any more.

    Returns
    -------
    str
        The new version.

    Raises
    ------
    ForbiddenError
        If the actor may not.
    InvalidInputError
        If the document cannot be used, or no reason is given.
    """
    require(actor, Capability.ADMINISTER)
    reason = why.strip()[:_WHY]
    if not reason:
        raise InvalidInputError("A change of a rule needs a reason; say why it is made.")
    if not remove:
        if what == "thresholds":
            wrong = [
                each for item in (data if isinstance(data, list) else [data]) for each in _thresholds(item)[1]
            ]
            if wrong:
                raise InvalidInputError(
                    f"The threshold set {name!r} cannot be used: "
                    + "; ".join(f"{'.'.join(map(str, where))} {text}" for where, text, _ in wrong)
                )
        else:
            read_rule(name, data)
    with floor.store.batch():
        before = floor.store.history("rule", SOURCE, name)
        version = f"r{len(before) + 1}"
        now = floor.now()
        floor.store.append(
            [
                Record(
                    "rule", SOURCE, name, f"{len(before) + 1:06d}", sent=now, valid_from=now, title=str(name), status=floor.status,
                    state="cancelled" if remove else "active",
                    body={"what": what, "document": data, "version": version, "by": actor.name, "why": reason},
                )
            ]
        )  # fmt: skip
        floor.store.journal.write(
            actor.name, "remove rule" if remove else "change rule", name, {"version": version, "why": reason}
        )
    return version


Wrong = tuple[tuple[str | int, ...], str, bool]
"""Where in the document, what is wrong, and whether the key itself is."""


def _read_file(path: Path, book: Book) -> None:
    try:
        document = read_document(path)
    except WatchfloorError as error:
        book.problems.append(Problem(path, 1, 1, "", str(error)))
        return
    if not isinstance(document.data, dict):
        book.problems.append(Problem(path, 1, 1, "", f"expected a mapping with {' and '.join(_TOP)}"))
        return
    for top, entries in document.data.items():
        if top not in _TOP or not isinstance(entries, dict):
            text = (
                f"is not a known key{suggest(top, _TOP)}"
                if top not in _TOP
                else "must hold entries by their id"
            )
            _note(book, document, (str(top),), text, key=True)
            continue
        for name, data in entries.items():
            where = (top, name)
            if name in book.documents:
                _note(book, document, where, "is in another file or under another heading too", key=True)
                continue
            book.documents[str(name)] = data
            if top == "rules":
                rule, wrong = _rule(str(name), data)
                if rule is not None:
                    book.rules[str(name)] = rule
                _all(book, document, where, wrong)
                continue
            for number, item in enumerate(data if isinstance(data, list) else [data]):
                found, wrong = _thresholds(item)
                if found is not None:
                    book.thresholds.setdefault(str(name), []).append(found.dated(str(name)))
                _all(book, document, (*where, number) if isinstance(data, list) else where, wrong)


def _all(book: Book, document: Document, where: tuple[Any, ...], wrong: Iterable[Wrong]) -> None:
    for inner, text, key in wrong:
        _note(book, document, (*where, *inner), text, key=key)


def _note(book: Book, document: Document, where: tuple[Any, ...], text: str, *, key: bool) -> None:
    line, column = document.at(where, key=key)
    book.problems.append(Problem(document.path, line, column, ".".join(map(str, where)), text))


def _rule(name: str, data: Any, version: str = "") -> tuple[Rule | None, list[Wrong]]:
    if not isinstance(data, Mapping):
        return None, [((), "must be a mapping with kind, title and more", False)]
    kind = data.get("kind")
    if kind is None:
        return None, [((), f"has no `kind`; known: {', '.join(RULES)}", False)]
    if kind not in RULES:
        return None, [
            (
                ("kind",),
                f"{kind!r} is not a kind of rule{suggest(kind, RULES)} Known: {', '.join(RULES)}",
                False,
            )
        ]
    given = {**data, "id": name}
    if version:
        given["version"] = version
    model = RULES[str(kind)]
    try:
        rule = model.model_validate(given)
        _unit(rule.units)
    except ValidationError as error:
        return None, list(_explained(error, model))
    except ValueError as error:
        return None, [(("units",), str(error), False)]
    return rule, []


def _thresholds(data: Any) -> tuple[ThresholdDocument | None, list[Wrong]]:
    try:
        return ThresholdDocument.model_validate(data), []
    except ValidationError as error:
        return None, list(_explained(error, ThresholdDocument))


def _explained(error: ValidationError, model: type[BaseModel]) -> Iterator[Wrong]:
    for item in error.errors():
        where = tuple(
            part
            for part in item["loc"]
            if part not in {"function-after[_levels()]", "dict[str,any]", "literal['own']"}
        )
        known = Selection.model_fields if where[:1] == ("series",) else model.model_fields
        yield where, explain(item, known), item["type"] == "extra_forbidden"


def _unit(name: str) -> None:
    """Refuse a unit that pint cannot read."""
    if not name:
        return
    try:
        registry().Unit(name)
    except Exception as error:  # pint's errors have no common ancestor but Exception
        raise ValueError(
            f"{name!r} is not a unit of measure; expected one like m, mm/h, m^3/s or degC."
        ) from error
