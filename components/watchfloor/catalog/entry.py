"""One dataset of a catalog: what is known of it, and reading it in time."""

import html
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from watchfloor.catalog.contents import examine
from watchfloor.catalog.locations import is_remote, local
from watchfloor.catalog.metadata import MapStyle, Metadata
from watchfloor.catalog.origin import Stamp, file_digest, newest, stamp
from watchfloor.catalog.policy import Policy
from watchfloor.catalog.reading import Flight
from watchfloor.catalog.remote import Fetched
from watchfloor.catalog.schema import Definition
from watchfloor.catalog.sql import DATABASE, sqlite_path
from watchfloor.catalog.template import FOLDER, Parameter, fill, names_in, texts, variable
from watchfloor.catalog.trusted import load
from watchfloor.core.clock import Clock, format_time
from watchfloor.core.errors import (
    CatalogError,
    InvalidInputError,
    NotReadyError,
    UnknownNameError,
    UnsafeError,
)
from watchfloor.core.provenance import digest

__all__ = ["Entry", "Freshness", "Ground", "State"]

_COPIES = 8
_HANGING = 4


@dataclass
class Ground:
    """What all entries of a catalog share."""

    policy: Policy
    roots: tuple[Path, ...]
    clock: Clock
    fetched: Fetched
    store: Any = None


@dataclass(frozen=True)
class State:
    """How the last reading of an entry went.

    Parameters
    ----------
    kind
        ``unread``; ``fresh``; ``last-good`` if an older copy was returned; ``failed`` if there was none.
    at
        When the data that were returned were read, by the floor's clock.
    message
        Why it is not fresh.

    Examples
    --------
    >>> State("unread").kind
    'unread'
    """

    kind: Literal["unread", "fresh", "last-good", "failed"]
    at: datetime | None = None
    message: str = ""

    def age(self, now: datetime) -> timedelta | None:
        """Return how old the returned data are at a time; None if there are none."""
        return None if self.at is None else now - self.at


@dataclass(frozen=True)
class Freshness:
    """Whether data are as new as they should be.

    Parameters
    ----------
    kind
        ``static`` for data that are never renewed; ``ok``; ``late``; ``unknown`` if nothing has come yet.
    newest
        When the newest of it was made or heard.
    age
        How long ago that was.
    """

    kind: Literal["static", "ok", "late", "unknown"]
    newest: datetime | None = None
    age: timedelta | None = None


@dataclass(frozen=True)
class _Copy:
    data: Any
    at: datetime
    stamp: Stamp | None
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Plan:
    """What a reading will do: its arguments filled in and its files found and checked."""

    key: str
    values: Mapping[str, Any]
    call: Mapping[str, Any]
    kwargs: Mapping[str, Any]
    data: Mapping[str, Any] | None
    paths: tuple[Path, ...] = ()
    url: str = ""


class Entry:
    """One dataset of a catalog.

    Parameters
    ----------
    name
        ``theme/name``.
    definition
        As its file defines it.
    ground
        What the entries of a catalog share.
    overrides
        Values of parameters, set on the catalog.

    Examples
    --------
    >>> from watchfloor.catalog import open_catalog
    >>> from watchfloor.core.share import folder
    >>> entry = open_catalog(folder("catalogs") / "world")["live/alerts"]
    >>> entry.title("zh"), entry.metadata.map.group
    ('预警', 'hazards')
    """

    def __init__(
        self, name: str, definition: Definition, ground: Ground, overrides: Mapping[str, Any] | None = None
    ) -> None:
        self.name = name
        self.state = State("unread")
        self._definition, self._ground, self._overrides = definition, ground, dict(overrides or {})
        self._copies: OrderedDict[str, _Copy] = OrderedDict()
        self._flights: dict[str, Flight[_Copy]] = {}
        self._lock = threading.Lock()

    @property
    def metadata(self) -> Metadata:
        """What is known of it."""
        return self._definition.metadata

    @property
    def map(self) -> MapStyle | None:
        """How it is drawn on a map; None if it is not a layer."""
        return self.metadata.map

    @property
    def live(self) -> bool:
        """Whether it reads the store."""
        return self._definition.spec is not None and self._definition.spec.live

    @property
    def refused(self) -> str:
        """Why it must not be read; empty if it may."""
        return self._definition.refused

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What may be set when it is read, by name."""
        return self._definition.parameters

    @property
    def path(self) -> Path:
        """The catalog file that defines it."""
        return self._definition.place[0]

    def title(self, language: str = "en") -> str:
        """Return its title in a language."""
        return self.metadata.title(language)

    def with_parameters(self, **values: Any) -> "Entry":
        """Return the same entry with other values of its parameters."""
        return Entry(self.name, self._definition, self._ground, self._overrides | values)

    # reading -------------------------------------------------------------------------------------------------

    def read(self, as_of: datetime | None = None, timeout: float | None = None, **params: Any) -> Any:
        """Read the data.

        If a reading fails or takes too long, the last good copy is returned and `state` says so, with its time.

        Parameters
        ----------
        as_of
            Known time; live entries return what was known then. Others do not change.
        timeout
            Seconds to wait; the policy's by default.
        params
            Values of the entry's parameters, and arguments of live readers (``valid_at``, ``bbox``, ``limit`` …).

        Returns
        -------
        geopandas.GeoDataFrame, pandas.DataFrame, xarray.DataArray or xarray.Dataset
            A copy of its own; ``attrs["units"]`` of a table holds the units of its columns.

        Raises
        ------
        UnsafeError
            If the entry must not be read.
        NotReadyError
            If it cannot be read now and never was.
        """
        plan = self._plan(as_of, params)
        mark = self._stamp(plan)
        with self._lock:
            copy = self._copies.get(plan.key)
            if copy is not None and mark is not None and copy.stamp == mark:
                self._copies.move_to_end(plan.key)
                self.state = State("fresh", copy.at if not self.live else self._ground.clock.now())
                return _own(copy.data)
            flight = self._flights.get(plan.key)
            if flight is None or flight.done:
                hanging = [key for key, other in self._flights.items() if not other.done]
                if len(hanging) >= _HANGING:
                    return self._last(copy, f"{len(hanging)} readings of it have not ended yet")
                flight = self._flights[plan.key] = Flight(
                    lambda: self._read(plan, mark), self._land(plan.key)
                )
        seconds = self._ground.policy.timeout if timeout is None else timeout
        if not flight.wait(seconds):
            return self._last(copy, f"took longer than {seconds:g} s")
        with self._lock:
            self._flights.pop(plan.key, None)
        if flight.error is not None:
            return self._last(copy, str(flight.error) or type(flight.error).__name__, flight.error)
        self.state = State("fresh", flight.result.at)
        return _own(flight.result.data)

    def reader(self, as_of: datetime | None = None, **params: Any) -> Any:
        """Return Intake's own reader object for these parameters, to read or to build upon."""
        return self._reader(self._plan(as_of, params))

    def freshness(self, now: datetime | None = None) -> Freshness:
        """Tell whether the data are as new as they should be.

        Parameters
        ----------
        now
            By the floor's clock if it is None.
        """
        now = now or self._ground.clock.now()
        if self.metadata.every is None:
            return Freshness("static")
        found = self._newest()
        if found is None:
            return Freshness("unknown")
        late = self.metadata.late
        age = now - found
        return Freshness("late" if late is not None and age > late else "ok", found, age)

    def provenance(self, as_of: datetime | None = None, **params: Any) -> dict[str, Any]:
        """Say where the data come from, so that a figure made of them can be traced.

        Returns
        -------
        dict
            Name, catalog file and line, reader, parameters, address, SHA-256 of the file or the store's cursor, and
            when it was read last.
        """
        plan = self._plan(as_of, params)
        path, line, _ = self._definition.place
        copy = self._copies.get(plan.key)
        out = {
            "entry": self.name,
            "catalog": path.name,
            "line": line,
            "reader": self._definition.spec.spec if self._definition.spec else "",
            "parameters": {
                key: str(value)
                for key, value in (dict(plan.values) | dict(plan.call)).items()
                if key != FOLDER
            },
            "url": plan.url,
            "digest": file_digest(plan.paths) if plan.paths else "",
            "read": format_time(copy.at) if copy else "",
            "licence": self.metadata.licence,
            "provider": self.metadata.provider,
            "invented": self.metadata.invented,
        }
        if self.live and self._ground.store is not None:
            out["cursor"] = self._ground.store.cursor()
        return out

    # how -----------------------------------------------------------------------------------------------------

    def _plan(self, as_of: datetime | None, params: Mapping[str, Any]) -> _Plan:
        if self.refused:
            raise UnsafeError(f"{self.name} is refused: {self.refused}")
        definition, policy = self._definition, self._ground.policy
        spec = definition.spec
        if spec is None:
            raise UnsafeError(f"{self.name} has no reader that may be used.")
        given = self._overrides | dict(params)
        call = {key: given.pop(key) for key in list(given) if key in spec.call and given[key] is not None}
        if as_of is not None:
            call["as_of"] = as_of
        unknown = [key for key in given if key not in definition.parameters and key not in self._overrides]
        if unknown:
            raise UnknownNameError(
                f"parameter of {self.name}", unknown[0], [*definition.parameters, *spec.call]
            )
        values = {FOLDER: str(self.path.parent)} | {
            name: self._value(parameter, given) for name, parameter in definition.parameters.items()
        }
        kwargs = fill(definition.kwargs, values, policy.environment)
        key = digest([{k: str(v) for k, v in values.items()}, {k: repr(v) for k, v in sorted(call.items())}])
        if definition.data is None:
            return _Plan(key, values, call, kwargs, None, url="store:" if self.live else "")
        data, paths, url = self._locate(values)
        return _Plan(key, values, call, kwargs, data, paths, url)

    def _value(self, parameter: Parameter, given: Mapping[str, Any]) -> Any:
        if parameter.name in given:
            return parameter.coerce(given[parameter.name])
        if parameter.variable:
            return parameter.coerce(variable(parameter.variable, self._ground.policy.environment))
        return parameter.coerce(parameter.default)

    def _locate(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Path, ...], str]:
        """Fill in the arguments of the data and find its files, each of them checked."""
        definition, ground = self._definition, self._ground
        raw = definition.data or {}
        data = {
            key: value if key == "query" else fill(value, values, ground.policy.environment)
            for key, value in raw.items()
        }
        if "conn" in data:
            conn = str(data["conn"])
            if conn.startswith(DATABASE):
                name = conn.removeprefix(DATABASE)
                if name not in ground.policy.databases:
                    raise UnknownNameError("database of the settings", name, ground.policy.databases)
                return data | {"conn": ground.policy.databases[name]}, (), conn
            found = local(sqlite_path(conn) or "", self.path.parent, ground.roots)
            return data | {"conn": str(found[0])}, tuple(found), str(found[0])
        urls = [str(url) for url in (data["url"] if isinstance(data["url"], list) else [data["url"]])]
        self._plain(raw["url"], values)
        if any(is_remote(url) for url in urls):
            if len(urls) != 1 or (definition.datatype or "").endswith(":Zarr"):
                raise CatalogError(
                    f"{self.name}: one file is fetched from a host, not {len(urls)} or a folder."
                )
            if any(
                name in definition.parameters and definition.parameters[name].variable
                for name in names_in(str(raw["url"]))
            ):
                raise UnsafeError(f"{self.name} would send an environment variable to a host.")
            path = ground.fetched.get(urls[0])
            return data | {"url": str(path)}, (path,), urls[0]
        many = bool(definition.spec and definition.spec.many)
        paths = [path for url in urls for path in local(url, self.path.parent, ground.roots, many=many)]
        for path in paths:
            examine(path, definition.datatype or "", ground.roots)
        found_urls = [str(path) for path in paths]
        single = len(paths) == 1 and not isinstance(data["url"], list)
        return data | {"url": found_urls[0] if single else found_urls}, tuple(paths), urls[0]

    def _plain(self, raw: Any, values: Mapping[str, Any]) -> None:
        """Refuse a parameter's value that would change the shape of a path."""
        for _, text in texts(raw):
            for name in names_in(text):
                value = str(values.get(name, ""))
                part = name != FOLDER and name in self.parameters and text != f"{{{name}}}"
                if part and any(mark in value for mark in ("/", "\\", "*", "?", "[", "]", ":", "..")):
                    raise UnsafeError(f"{name}={value[:60]!r} cannot stand in the path of {self.name}.")

    def _reader(self, plan: _Plan) -> Any:
        spec = self._definition.spec
        assert spec is not None
        kwargs = dict(plan.kwargs)
        if plan.data is not None and self._definition.datatype is not None:
            kwargs["data"] = load(self._definition.datatype)(**plan.data)
        if self.live:
            kwargs |= {"store": self._ground.store}
        return load(spec.spec)(**kwargs | dict(plan.call))

    def _read(self, plan: _Plan, mark: Stamp | None) -> _Copy:
        spec = self._definition.spec
        extra: dict[str, Any] = {}
        if spec is not None and spec.live and "hours" in (spec.kwargs or ()):
            extra["now"] = self._ground.clock.now()
        found = self._reader(plan).read(**extra)
        return _Copy(self._describe(found), self._ground.clock.now(), mark)

    def _describe(self, found: Any) -> Any:
        """Write the units that the catalog knows onto the data, where the data themselves say none."""
        units = self.metadata.units
        if not units or not hasattr(found, "attrs"):
            return found
        if hasattr(found, "data_vars"):
            for name in found.data_vars:
                if str(name) in units:
                    found[name].attrs.setdefault("units", units[str(name)])
        elif hasattr(found, "columns"):
            found.attrs["units"] = dict(units)
        elif "units" not in found.attrs:
            name = str(getattr(found, "name", "") or "")
            known = units.get(name) or (next(iter(units.values())) if len(units) == 1 else None)
            if known:
                found.attrs["units"] = known
        return found

    def _land(self, key: str) -> Callable[[_Copy], None]:
        def land(copy: _Copy) -> None:
            with self._lock:
                self._copies[key] = copy
                self._copies.move_to_end(key)
                while len(self._copies) > _COPIES:
                    self._copies.popitem(last=False)

        return land

    def _last(self, copy: _Copy | None, message: str, error: BaseException | None = None) -> Any:
        """Return the last good copy, or raise."""
        if isinstance(error, UnsafeError | InvalidInputError):
            self.state = State("failed", None, message)
            raise error
        if copy is None:
            self.state = State("failed", None, message)
            raise NotReadyError(f"{self.name} cannot be read: {message}") from error
        self.state = State("last-good", copy.at, message)
        return _own(copy.data)

    def _stamp(self, plan: _Plan) -> Stamp | None:
        if plan.paths:
            return stamp(plan.paths)
        if self.live and self._ground.store is not None and "hours" not in plan.kwargs:
            return (("cursor", self._ground.store.cursor(), 0),)
        return None

    def _newest(self) -> datetime | None:
        if self.live:
            feeds: Sequence[Any] = self._ground.store.feeds() if self._ground.store is not None else ()
            heard = [item.newest or item.last_ok for item in feeds]
            return max((at for at in heard if at is not None), default=None)
        try:
            return newest(self._plan(None, {}).paths)
        except NotReadyError:
            return None

    # showing -------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        reader = self._definition.spec.spec.rpartition(":")[2] if self._definition.spec else "no reader"
        return f"<Entry {self.name}: {self.title()} ({reader}, {self.state.kind})>"

    def _repr_html_(self) -> str:
        meta = self.metadata
        rows = {
            "Title": meta.title(), "Description": meta.description(), "Provider": meta.provider,
            "Licence": meta.licence, "Hazard": ", ".join(meta.hazard) or "any", "Cadence": meta.cadence,
            "CRS": meta.crs or "none", "Units": ", ".join(f"{k}: {v}" for k, v in meta.units.items()),
            "Last reading": self.state.kind, "Refused": self.refused,
        }  # fmt: skip
        body = "".join(
            f"<tr><th>{html.escape(key)}</th><td>{html.escape(value)}</td></tr>"
            for key, value in rows.items()
            if value
        )
        return f"<table><caption>{html.escape(self.name)}</caption>{body}</table>"


def _own(data: Any) -> Any:
    """Return a copy that a caller may change without changing what the next one gets."""
    copy = getattr(data, "copy", None)
    return copy(deep=False) if callable(copy) and hasattr(data, "attrs") else data
