"""What the entries of one catalog file are, and what is wrong with them, by line and column."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from watchfloor.catalog import sql
from watchfloor.catalog.document import Document, Where
from watchfloor.catalog.floorplan import FloorBlock
from watchfloor.catalog.locations import is_remote
from watchfloor.catalog.metadata import Metadata, keys_at
from watchfloor.catalog.policy import Policy
from watchfloor.catalog.problems import Problem, explain, suggest
from watchfloor.catalog.template import (
    FOLDER,
    Parameter,
    check_text,
    data_name,
    fill,
    names_in,
    texts,
)
from watchfloor.catalog.trusted import DATATYPES, NESTED, PARAMETERS, READERS, THEME, Trusted, foreign
from watchfloor.core.errors import InvalidInputError

__all__ = ["Definition", "Nested", "Sheet", "read_sheet"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_TOP = ("version", "metadata", "aliases", "user_parameters", "data", "entries")
_ENTRY = ("reader", "kwargs", "output_instance", "metadata", "user_parameters")
_DATA = ("datatype", "kwargs", "metadata", "user_parameters")
_PARAMETER = ("cls", "dtype", "default", "description", "options", "min", "max")
_FALLBACK: dict[str, Any] = {
    "description": "-",
    "provider": "unknown",
    "licence": "unknown",
    "hazard": [],
    "cadence": "static",
    "classification": "restricted",
}


@dataclass(frozen=True)
class Definition:
    """One entry as its file defines it, checked.

    Parameters
    ----------
    name
        Name within its file.
    spec
        Class of the reader, or None where it is refused.
    kwargs
        Keyword arguments of the reader, with braces.
    datatype, data
        Kind of data and its keyword arguments, with braces; None for readers that need none.
    metadata
        Checked; where a part was wrong, without that part.
    parameters
        What a caller may set, by name.
    place
        File, line and column of the entry.
    refused
        Why it must not be read; empty if it may.
    """

    name: str
    spec: Trusted | None
    kwargs: Mapping[str, Any]
    datatype: str | None
    data: Mapping[str, Any] | None
    metadata: Metadata
    parameters: Mapping[str, Parameter]
    place: tuple[Path, int, int]
    refused: str = ""


@dataclass(frozen=True)
class Nested:
    """A theme nested in a catalog: the file's address, or the name of a shared theme."""

    name: str
    url: str = ""
    theme: str = ""
    place: tuple[Path, int, int] = (Path(), 1, 1)


@dataclass
class Sheet:
    """What one catalog file holds."""

    document: Document
    definitions: list[Definition] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    floor: FloorBlock | None = None
    problems: list[Problem] = field(default_factory=list)


def read_sheet(document: Document, policy: Policy, inherited: Mapping[str, Parameter] | None = None) -> Sheet:
    """Check a catalog file of version 2.

    Parameters
    ----------
    document
        The file as plain data.
    policy
        What catalogs may do.
    inherited
        Parameters of the catalogs that it is nested in.
    """
    return _Checker(document, policy, dict(inherited or {})).sheet


class _Checker:
    """Walk through one file, collecting definitions and problems."""

    def __init__(self, document: Document, policy: Policy, inherited: dict[str, Parameter]) -> None:
        self.sheet = Sheet(document)
        self._document, self._policy = document, policy
        data = document.data
        if not isinstance(data, dict):
            self._problem((), f"expected a mapping with {', '.join(_TOP)}")
            return
        self._keys(data, (), _TOP, _TOP)
        if data.get("version") != 2:
            self._problem(("version",), f"{data.get('version')!r} is not a version that is read; expected 2")
        self.sheet.parameters = inherited | self._parameters(
            self._section(data, "user_parameters"), ("user_parameters",)
        )
        self._data = self._section(data, "data")
        self.sheet.metadata = self._section(data, "metadata")
        self._common = self._mapping(self.sheet.metadata, "common", ("metadata",))
        self._floor()
        entries = self._section(data, "entries")
        for name in sorted(set(entries) & set(self._data)):
            self._problem(
                ("data", name), f"has the name of an entry, which Intake cannot read; use '{name}-file'"
            )
        for name, entry in entries.items():
            self._entry(name, entry, ("entries", name))
        for name in self._data:
            self._name(name, ("data", name))

    # entries -------------------------------------------------------------------------------------------------

    def _entry(self, name: Any, entry: Any, where: Where) -> None:
        name = str(name)
        self._name(name, where)
        if not isinstance(entry, dict):
            self._problem(where, "expected a mapping with " + ", ".join(_ENTRY))
            return
        self._keys(entry, where, _ENTRY, _ENTRY)
        before = len(self.sheet.problems)
        own = self._parameters(self._mapping(entry, "user_parameters", where), (*where, "user_parameters"))
        parameters = self.sheet.parameters | own
        spec = self._reader(entry.get("reader"), (*where, "reader"))
        kwargs = dict(self._mapping(entry, "kwargs", where))
        reference = kwargs.pop("data", None)
        datatype, data = self._source(reference, spec, parameters, (*where, "kwargs", "data"))
        self._texts(kwargs, parameters, (*where, "kwargs"))
        if spec is not None and spec.kwargs is not None:
            for key in kwargs:
                if key not in spec.kwargs:
                    known = ", ".join(sorted(spec.kwargs)) or "none"
                    self._problem(
                        (*where, "kwargs", key),
                        f"is not an argument of this reader that catalogs may set{suggest(key, spec.kwargs)} Known: {known}",
                        unsafe=True, key=True,
                    )  # fmt: skip
        bad = [item for item in self.sheet.problems[before:] if item.unsafe]
        line, column = self._document.at(where, key=True)
        place = (self._document.path, line, column)
        if spec is not None and spec.spec in {NESTED, THEME} and not bad:
            url = str((data or {}).get("url", ""))
            self.sheet.nested.append(Nested(name, url, str(kwargs.get("theme", "")), place))
            return
        metadata = self._metadata(name, self._mapping(entry, "metadata", where), (*where, "metadata"))
        refused = str(bad[0]) if bad else ""
        self.sheet.definitions.append(
            Definition(name, spec, kwargs, datatype, data, metadata, parameters, place, refused)
        )

    def _reader(self, spec: Any, where: Where) -> Trusted | None:
        found = READERS.get(str(spec)) or foreign().get(str(spec))
        if found is None:
            self._problem(
                where,
                f"{spec!r} is not a reader that catalogs may use{suggest(spec, READERS)} "
                f"Known: {', '.join(sorted(name.rpartition(':')[2] for name in READERS))}",
                unsafe=True,
            )
        return found

    def _source(
        self, reference: Any, spec: Trusted | None, parameters: Mapping[str, Parameter], where: Where
    ) -> tuple[str | None, Mapping[str, Any] | None]:
        """Follow ``{data(name)}`` to the kind of data and its arguments."""
        if reference is None:
            if spec is not None and spec.data:
                self._problem(where, "is missing; expected {data(name)}", unsafe=True)
            return None, None
        name = data_name(reference)
        if name is None or not isinstance(self._data.get(name), dict):
            close = suggest(name, map(str, self._data)) if name else ""
            self._problem(
                where, f"{reference!r} is not one of the data above, as {{data(name)}}{close}", unsafe=True
            )
            return None, None
        block, place = self._data[name], ("data", name)
        self._keys(block, place, _DATA, _DATA)
        datatype, data = str(block.get("datatype")), self._mapping(block, "kwargs", place)
        allowed = DATATYPES.get(datatype)
        if allowed is None and datatype not in foreign():
            self._problem(
                (*place, "datatype"),
                f"{datatype!r} is not a kind of data that catalogs may use{suggest(datatype, DATATYPES)}",
                unsafe=True,
            )
        elif spec is not None and spec.kwargs is not None and datatype not in spec.data:
            known = ", ".join(sorted(item.rpartition(":")[2] for item in spec.data)) or "none"
            self._problem(
                where,
                f"this reader does not read {datatype.rpartition(':')[2]}; it reads {known}",
                unsafe=True,
            )
        for key in data:
            if allowed is not None and key not in allowed:
                self._problem(
                    (*place, "kwargs", key),
                    f"is not an argument that catalogs may set; known: {', '.join(sorted(allowed))}",
                    unsafe=True, key=True,
                )  # fmt: skip
        self._texts(data, parameters, (*place, "kwargs"))
        self._addresses(data, parameters, (*place, "kwargs"))
        return datatype, data

    def _addresses(self, data: Mapping[str, Any], parameters: Mapping[str, Parameter], where: Where) -> None:
        """Keep environment names out of addresses that are fetched, and parameters out of SQL."""
        for path, text in texts(data.get("url"), (*where, "url")):
            secret = any(
                name.startswith("env(") or (name in parameters and parameters[name].variable)
                for name in names_in(text)
            )
            if secret and is_remote(text):
                self._problem(
                    path, "sends an environment variable to a host; addresses hold none", unsafe=True
                )
        refused = sql.check(str(data["query"])) if "query" in data else None
        if refused:
            self._problem((*where, "query"), refused, unsafe=True)

    def _texts(self, value: Any, parameters: Mapping[str, Parameter], where: Where) -> None:
        for path, text in texts(value, where):
            refused = None if path[-1] == "query" else check_text(text, parameters, self._policy.environment)
            if refused:
                self._problem(path, refused, unsafe=True)

    # metadata ------------------------------------------------------------------------------------------------

    def _metadata(self, name: str, data: dict[str, Any], where: Where) -> Metadata:
        """Check the metadata; what is wrong is left out, so that it costs nothing else.

        What the file's ``metadata.common`` says holds for all its entries that do not say otherwise.
        """
        own, data = data, self._common | data
        left = dict(data)
        for _ in range(3):
            try:
                return Metadata.model_validate(left)
            except ValidationError as error:
                if left == data:
                    self._explain(error, where, Metadata, own)
                for item in error.errors():
                    if item["loc"]:
                        left.pop(str(item["loc"][0]), None)
                    else:
                        left = {key: value for key, value in left.items() if key not in {"map", "cadence"}}
                left = {"title": name} | _FALLBACK | left
        return Metadata.model_validate({"title": name} | _FALLBACK)

    def _floor(self) -> None:
        data = self.sheet.metadata.get("floor")
        if data is None:
            return
        where: Where = ("metadata", "floor")
        folder = {FOLDER: str(self._document.path.parent)}
        for path, text in texts(data, where):
            if names_in(text) and names_in(text) != [FOLDER]:
                self._problem(path, f"only {{{FOLDER}}} may stand between braces here", unsafe=True)
                return
        try:
            self.sheet.floor = FloorBlock.model_validate(fill(data, folder, frozenset()))
        except ValidationError as error:
            self._explain(error, where, FloorBlock)

    def _explain(
        self,
        error: ValidationError,
        where: Where,
        model: type[BaseModel],
        own: Mapping[str, Any] | None = None,
    ) -> None:
        for item in error.errors():
            path = tuple(part for part in item["loc"] if part != "[key]")
            if own is not None and path and path[0] not in own and path[0] in self._common:
                self._problem(("metadata", "common", *path), explain(item, keys_at(path[:-1])))
                continue
            known: Iterable[str] = keys_at(path[:-1]) if model is Metadata else model.model_fields
            exact = item["type"] == "extra_forbidden"
            self._problem((*where, *path), explain(item, known), key=exact)

    # parameters ----------------------------------------------------------------------------------------------

    def _parameters(self, data: Mapping[Any, Any], where: Where) -> dict[str, Parameter]:
        found = {}
        for name, block in data.items():
            path = (*where, name)
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(name)) or name == FOLDER:
                self._problem(
                    path, f"{name!r} is not a parameter's name; expected letters, digits and _", key=True
                )
                continue
            try:
                parameter = self._parameter(str(name), block, path)
            except (InvalidInputError, ValueError, TypeError) as error:
                self._problem(path, str(error), unsafe=True)
                continue
            for _, text in texts([parameter.default, list(parameter.options)]):
                refused = check_text(
                    "{" + text.strip("{}") + "}" if parameter.variable else text, {}, self._policy.environment
                )
                if refused:
                    self._problem((*path, "default"), refused, unsafe=True)
                    break
            else:
                found[str(name)] = parameter
        return found

    def _parameter(self, name: str, block: Any, where: Where) -> Parameter:
        if not isinstance(block, dict):
            return Parameter(name, block, type(block).__name__, options=(block,))
        self._keys(block, where, _PARAMETER, ("cls", "default"))
        if block.get("cls") is not None and block["cls"] not in PARAMETERS:
            raise InvalidInputError(f"{block['cls']!r} is not a kind of parameter that catalogs may use")
        dtype = str(block.get("dtype", "str"))
        if dtype not in {"str", "int", "float", "bool"}:
            raise InvalidInputError(f"dtype {dtype!r} is not one of str, int, float, bool")
        found = Parameter(
            name, block.get("default"), dtype, tuple(block.get("options") or ()),
            block.get("min"), block.get("max"), str(block.get("description", "")),
        )  # fmt: skip
        if not found.variable:
            found.coerce(found.default)
        return found

    # small things --------------------------------------------------------------------------------------------

    def _section(self, data: Mapping[Any, Any], name: str) -> dict[Any, Any]:
        return self._mapping(data, name, ())

    def _mapping(self, data: Mapping[Any, Any], name: str, where: Where) -> dict[Any, Any]:
        found = data.get(name)
        if isinstance(found, dict):
            return found
        if found is not None:
            self._problem((*where, name), f"{type(found).__name__} is not a mapping")
        return {}

    def _keys(
        self, data: Mapping[Any, Any], where: Where, known: Iterable[str], needed: Iterable[str]
    ) -> None:
        for key in data:
            if key not in known:
                self._problem((*where, key), f"is not a known key{suggest(key, known)}", key=True)
        for key in needed:
            if key not in data:
                self._problem((*where, key), "is missing; Intake cannot read the file without it")

    def _name(self, name: Any, where: Where) -> None:
        if not _NAME.fullmatch(str(name)):
            self._problem(
                where, f"{name!r} is not a name; expected small letters, digits and hyphens", key=True
            )

    def _problem(self, where: Where, message: str, *, unsafe: bool = False, key: bool = False) -> None:
        line, column = self._document.at(where, key=key)
        dotted = ".".join(str(part) for part in where)
        self.sheet.problems.append(Problem(self._document.path, line, column, dotted, message, unsafe))
