"""One dataset of a catalog: what is known of it, and reading it in time."""

import html
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from watchfloor.catalog.fitness import compare
from watchfloor.catalog.metadata import MapStyle, Metadata
from watchfloor.catalog.origin import Stamp, file_digest, newest, stamp
from watchfloor.catalog.plan import Ground, Located, Plan, Planner
from watchfloor.catalog.reading import Flight
from watchfloor.catalog.schema import Definition
from watchfloor.catalog.state import Freshness, State
from watchfloor.catalog.template import FOLDER, Parameter
from watchfloor.catalog.trusted import load
from watchfloor.core.clock import format_time, micros, monotonic
from watchfloor.core.errors import NotReadyError, UnsafeError, WatchfloorError

__all__ = ["Entry"]

_COPIES = 8
_HANGING = 4
_IN_MEMORY = 512 * 1024 * 1024


@dataclass(frozen=True)
class _Copy:
    data: Any
    at: datetime
    stamp: Stamp | None
    located: Located


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
        self._begun = 0
        self._lock = threading.Lock()
        self._planner = Planner(name, definition, ground)

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
    def arguments(self) -> frozenset[str]:
        """Names that `read` takes beside the entry's own parameters."""
        spec = self._definition.spec
        return frozenset() if spec is None else spec.call

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
        seconds = self._ground.policy.timeout if timeout is None else timeout
        asked, deadline = self._ask(), monotonic() + seconds
        while True:
            flight = self._board(plan, asked)
            if flight is None:
                return self._last(plan, f"{_HANGING} readings of it have not ended yet")
            if not flight.wait(max(0.0, deadline - monotonic())):
                return self._last(plan, f"took longer than {seconds:g} s")
            if flight.number > asked:
                break  # it began after the question, so it has seen all that was there then
        if flight.error is not None:
            return self._last(plan, str(flight.error) or type(flight.error).__name__, flight.error)
        self.state = State("fresh", flight.result.at)
        return _own(flight.result.data)

    def reader(self, as_of: datetime | None = None, **params: Any) -> Any:
        """Return Intake's own reader object for these parameters, to read or to build upon."""
        plan = self._plan(as_of, params)
        return self._reader(plan, self._planner.locate(plan))

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

    def check(self) -> list[str]:
        """Read the data and say where they are not what the catalog says; nothing where all is well."""
        if self.refused:
            return [self.refused]
        path, line, _ = self._definition.place
        place = f"{path}:{line}: {self.name}"
        try:
            data = self.read()
        except WatchfloorError as error:
            return [f"{place} cannot be read: {error}"]
        return [f"{place}: {message}" for message in compare(self.metadata, data, live=self.live)]

    def provenance(self, as_of: datetime | None = None, **params: Any) -> dict[str, Any]:
        """Say where the data come from, so that a figure made of them can be traced.

        Returns
        -------
        dict
            Name, catalog file and line, reader, parameters, address, SHA-256 of the file or the store's cursor, and
            when it was read last. The hash is empty if the file changed since then: read it again.
        """
        plan = self._plan(as_of, params)
        copy = self._copies.get(plan.key)
        located = copy.located if copy else self._planner.locate(plan)
        changed = bool(copy and copy.located.paths and copy.stamp != stamp(copy.located.paths))
        path, line, _ = self._definition.place
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
            "url": located.url,
            "digest": "" if changed else file_digest(located.paths),
            "read": format_time(copy.at) if copy else "",
            "licence": self.metadata.licence,
            "provider": self.metadata.provider,
            "invented": self.metadata.invented,
        }
        if self.live and self._ground.store is not None:
            out["cursor"] = self._ground.store.cursor()
        return out

    # how -----------------------------------------------------------------------------------------------------

    def _plan(self, as_of: datetime | None, params: Mapping[str, Any]) -> Plan:
        return self._planner.plan(as_of, self._overrides | dict(params))

    def _ask(self) -> int:
        """Return the number of the last reading that began."""
        with self._lock:
            return self._begun

    def _board(self, plan: Plan, asked: int) -> Flight[_Copy] | None:
        """Return a reading to wait for: one on its way, or else one that begins now; None if too many hang."""
        with self._lock:
            for key in [
                key for key, flight in self._flights.items() if flight.done and flight.number <= asked
            ]:
                del self._flights[key]
            flight = self._flights.get(plan.key)
            if flight is None:
                if len([1 for other in self._flights.values() if not other.done]) >= _HANGING:
                    return None
                self._begun += 1
                flight = Flight(lambda: self._read(plan), self._begun)
                self._flights[plan.key] = flight
            return flight

    def _read(self, plan: Plan) -> _Copy:
        """Read in a flight: find the files, and read them unless the copy is as new as they are."""
        ground, clock = self._ground, self._ground.clock
        located = self._planner.locate(plan)
        mark = stamp(located.paths) if located.paths else None
        extra: dict[str, Any] = {}
        if self.live and ground.store is not None:
            if plan.kwargs.get("hours") is not None:
                extra["now"] = clock.now()
            else:
                # a window of days is as good for the whole hour, so that an unchanged store is not asked again
                hour = clock.now().replace(minute=0, second=0, microsecond=0)
                windowed = plan.kwargs.get("days") is not None or "days" in plan.call
                if windowed:
                    extra["now"] = hour
                mark = (("cursor", int(ground.store.cursor()), micros(hour) if windowed else 0),)
        copy = self._copies.get(plan.key)
        if copy is None or mark is None or copy.stamp != mark:
            found = self._reader(plan, located).read(**extra)
            copy = _Copy(self._describe(_loaded(found)), clock.now(), mark, located)
        elif self.live:
            copy = replace(copy, at=clock.now())
        with self._lock:
            self._copies[plan.key] = copy
            self._copies.move_to_end(plan.key)
            while len(self._copies) > _COPIES:
                self._copies.popitem(last=False)
        return copy

    def _reader(self, plan: Plan, located: Located) -> Any:
        spec = self._definition.spec
        assert spec is not None
        kwargs = dict(plan.kwargs)
        if located.data is not None and self._definition.datatype is not None:
            kwargs["data"] = load(self._definition.datatype)(**located.data)
        if self.live:
            kwargs |= {"store": self._ground.store}
        return load(spec.spec)(**kwargs | dict(plan.call))

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

    def _last(self, plan: Plan, message: str, error: BaseException | None = None) -> Any:
        """Return the last good copy, or raise what went wrong."""
        copy = self._copies.get(plan.key)
        if copy is not None and not isinstance(error, UnsafeError):
            self.state = State("last-good", copy.at, message)
            return _own(copy.data)
        self.state = State("failed", None, message)
        if isinstance(error, WatchfloorError):
            raise error
        raise NotReadyError(f"{self.name} cannot be read: {message}") from error

    def _newest(self) -> datetime | None:
        if self.live:
            feeds: Sequence[Any] = self._ground.store.feeds() if self._ground.store is not None else ()
            heard = [item.newest or item.last_ok for item in feeds]
            return max((at for at in heard if at is not None), default=None)
        try:
            return newest(self._planner.locate(self._plan(None, {})).paths)
        except WatchfloorError:
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


def _loaded(data: Any) -> Any:
    """Bring a grid into memory, so that a copy outlives its file; one that is large or in chunks stays where it is."""
    if hasattr(data, "chunks") and not data.chunks and data.nbytes <= _IN_MEMORY:
        data.load()
        data.close()
    return data


def _own(data: Any) -> Any:
    """Return a copy that a caller may change without changing what the next one gets."""
    if hasattr(data, "columns"):
        import pandas as pd

        if isinstance(data, pd.DataFrame):
            return data.copy(
                deep=int(pd.__version__.partition(".")[0]) < 3
            )  # from 3 on, it is copied on write
    if hasattr(data, "chunks"):
        return data.copy(deep=not data.chunks and data.nbytes <= _IN_MEMORY)
    return data
