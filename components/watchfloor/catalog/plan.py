"""What a reading will do: parameters checked, files found inside the roots, contents examined.

Everything unsafe ends here, before a library sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from watchfloor.catalog.contents import examine
from watchfloor.catalog.locations import is_remote, local
from watchfloor.catalog.policy import Policy
from watchfloor.catalog.remote import Copies
from watchfloor.catalog.schema import Definition
from watchfloor.catalog.sql import DATABASE, sqlite_path
from watchfloor.catalog.template import FOLDER, Parameter, fill, names_in, texts, variable
from watchfloor.core.clock import Clock
from watchfloor.core.errors import CatalogError, UnknownNameError, UnsafeError
from watchfloor.core.provenance import digest

__all__ = ["Ground", "Located", "Plan", "Planner"]


@dataclass
class Ground:
    """What all entries of a catalog share."""

    policy: Policy
    roots: tuple[Path, ...]
    clock: Clock
    fetched: Copies
    store: Any = None


@dataclass(frozen=True)
class Plan:
    """What a caller asks for, checked.

    Parameters
    ----------
    key
        Equal for equal questions.
    values
        Of the parameters that the entry uses, and its catalog's folder.
    call
        Arguments of the caller.
    kwargs
        Arguments of the reader, filled in.
    """

    key: str
    values: Mapping[str, Any]
    call: Mapping[str, Any]
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class Located:
    """Where the answer is: arguments of the kind of data, local files, and the address as the catalog has it."""

    data: Mapping[str, Any] | None = None
    paths: tuple[Path, ...] = ()
    url: str = ""


class Planner:
    """Plan the readings of one entry.

    Parameters
    ----------
    name
        Of the entry.
    definition
        As its file defines it.
    ground
        What the entries of a catalog share.
    """

    def __init__(self, name: str, definition: Definition, ground: Ground) -> None:
        self._name, self._definition, self._ground = name, definition, ground
        self._parameters = definition.parameters
        self._folder = definition.place[0].parent
        used = [text for _, text in texts([definition.kwargs, definition.data or {}])]
        self._used = {name for text in used for name in names_in(text)} & set(definition.parameters)

    def plan(self, as_of: datetime | None, given: Mapping[str, Any]) -> Plan:
        """Check what a caller asks for; this touches no file.

        Raises
        ------
        UnsafeError
            If the entry must not be read.
        UnknownNameError
            If it has no such parameter.
        InvalidInputError
            If a value is not allowed.
        """
        definition, spec = self._definition, self._definition.spec
        if definition.refused or spec is None:
            raise UnsafeError(f"{self._name} is refused: {definition.refused or 'it has no reader'}")
        known = {*self._parameters, *spec.call}
        for name in given:
            if name not in known:
                raise UnknownNameError(f"parameter of {self._name}", name, known)
        call = {name: given[name] for name in spec.call if given.get(name) is not None}
        if as_of is not None and "as_of" in spec.call:
            call["as_of"] = as_of
        values = {name: self._value(self._parameters[name], given) for name in sorted(self._used)}
        values[FOLDER] = str(self._folder)
        key = digest([{k: repr(v) for k, v in values.items()}, {k: repr(v) for k, v in call.items()}])
        kwargs = fill(definition.kwargs, values, self._ground.policy.environment)
        return Plan(key, values, call, kwargs)

    def locate(self, plan: Plan) -> Located:
        """Find the files of a plan and examine them, or fetch them from an allowed host.

        Raises
        ------
        UnsafeError
            If a file lies outside the roots or could do harm, or a host is not allowed.
        NotReadyError
            If a file is not there, or a host does not answer.
        """
        definition, ground = self._definition, self._ground
        if definition.data is None:
            return Located(url="store:" if definition.spec and definition.spec.live else "")
        raw, environment = definition.data, ground.policy.environment
        data = {
            key: value if key == "query" else fill(value, plan.values, environment)
            for key, value in raw.items()
        }
        if "conn" in data:
            return self._database(data)
        urls = [str(url) for url in (data["url"] if isinstance(data["url"], list) else [data["url"]])]
        self._plain(raw["url"], plan.values)
        kind = definition.datatype or ""
        if any(is_remote(url) for url in urls):
            if len(urls) != 1 or kind.endswith(":Zarr"):
                raise CatalogError(
                    f"{self._name}: one file is fetched from a host; a folder or several are not."
                )
            if self._secret(raw["url"]):
                raise UnsafeError(f"{self._name} would send an environment variable to a host.")
            paths = [ground.fetched.get(urls[0])]
        else:
            many = bool(definition.spec and definition.spec.many)
            paths = [path for url in urls for path in local(url, self._folder, ground.roots, many=many)]
        for path in paths:
            examine(path, kind, ground.roots)
        single = len(paths) == 1 and not isinstance(data["url"], list)
        found = str(paths[0]) if single else [str(path) for path in paths]
        return Located(
            data | {"url": found}, tuple(paths), urls[0] if len(urls) == 1 else f"{len(urls)} files"
        )

    def _database(self, data: dict[str, Any]) -> Located:
        conn, policy = str(data["conn"]), self._ground.policy
        path = sqlite_path(conn)
        if path is None:
            name = conn.removeprefix(DATABASE)
            if name not in policy.databases:
                raise UnknownNameError("database of the settings", name, policy.databases)
            return Located(data | {"conn": policy.databases[name]}, (), conn)
        found = local(path, self._folder, self._ground.roots)
        examine(found[0], ":SQLite", self._ground.roots)
        return Located(data | {"conn": str(found[0])}, tuple(found), path)

    def _value(self, parameter: Parameter, given: Mapping[str, Any]) -> Any:
        if given.get(parameter.name) is not None:
            return parameter.coerce(given[parameter.name])
        if parameter.variable:
            return parameter.coerce(variable(parameter.variable, self._ground.policy.environment))
        return parameter.coerce(parameter.default)

    def _secret(self, raw: Any) -> bool:
        names = [name for _, text in texts(raw) for name in names_in(text)]
        return any(name.startswith("env(") for name in names) or any(
            self._parameters[name].variable for name in names if name in self._parameters
        )

    def _plain(self, raw: Any, values: Mapping[str, Any]) -> None:
        """Refuse a value that would change the shape of a path it is a part of."""
        for _, text in texts(raw):
            for name in names_in(text):
                part = name in self._parameters and text != f"{{{name}}}"
                value = str(values.get(name, ""))
                if part and (value.startswith(".") or any(mark in value for mark in "/\\*?[]:!@#%")):
                    raise UnsafeError(f"{name}={value[:60]!r} cannot stand in the path of {self._name}.")
