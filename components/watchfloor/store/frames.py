"""Records as a table with geometry: what maps and lists are drawn from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import ColumnElement, Row

from watchfloor.core.clock import micros
from watchfloor.core.scales import Severity, rank
from watchfloor.store import revisions
from watchfloor.store.records import Record
from watchfloor.store.tables import FOREVER, record

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["COLUMNS", "frame", "read", "sensors"]

COLUMNS = (
    "kind", "source", "key", "revision", "title", "hazard", "severity", "urgency", "certainty", "status", "state",
    "area", "sent", "valid_from", "valid_to", "known", "trust", "geometry",
)  # fmt: skip
"""The columns, in order."""
_NAT = -(2**63)
_RANK = {word.value: rank(word) for word in Severity}
_TIMES = ("sent", "valid_from", "valid_to", "known")


class Readable(Protocol):
    """What a table is made from: a store."""

    def rows(
        self, columns: Sequence[ColumnElement[Any]], kind: revisions.Words = None, **filters: Any
    ) -> Sequence[Row[Any]]:
        """Return columns of records."""

    def series(self, as_of: datetime | None = None) -> "pd.DataFrame":
        """Return every series."""

    def latest(self, as_of: datetime | None = None) -> "pd.DataFrame":
        """Return the newest observation of each series."""


def frame(records: Iterable[Record]) -> "gpd.GeoDataFrame":
    """Return a table of records, worst first and then the last issued first.

    Returns
    -------
    geopandas.GeoDataFrame
        The columns of `COLUMNS`; times as datetime64[us, UTC], NaT where no end is known; geometry in EPSG:4326,
        None where the record has none.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> frame([Record("alert", "cap", "A", "1", EPOCH, EPOCH, title="High water")])["title"].tolist()
    ['High water']
    """
    from shapely.geometry import shape

    found = list(records)
    rows = [
        [_ticks(getattr(item, name)) if name in _TIMES else getattr(item, name) for name in COLUMNS[:-1]]
        for item in found
    ]
    return _table(rows, [None if item.geometry is None else shape(item.geometry) for item in found])


def read(store: Readable, kind: revisions.Words = None, **filters: Any) -> "gpd.GeoDataFrame":
    """Return the same table straight from a store; the arguments are those of `Store.records`.

    It is quicker than `frame` because what a table does not show is not read.
    """
    import shapely

    columns = [record.c[name] for name in COLUMNS]
    rows = store.rows(columns, kind, **filters)
    cells = [list(row[: len(COLUMNS) - 1]) for row in rows]
    return _table(cells, shapely.from_wkb([row.geometry for row in rows]))


def sensors(store: Readable, as_of: datetime | None = None) -> "gpd.GeoDataFrame":
    """Return every series with its place and its newest observation.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns series, title, field, units, hazard, lon, lat, attrs, time, value, flag, known, geometry; NaT and NaN
        where nothing was observed yet. EPSG:4326; no geometry where the series has no place.
    """
    import geopandas as gpd
    import numpy as np
    import shapely

    table = store.series(as_of).join(store.latest(as_of)).reset_index(names="series")
    placed = table["lon"].notna() & table["lat"].notna()
    geometry = np.full(len(table), None, dtype=object)
    geometry[placed.to_numpy()] = shapely.points(table.loc[placed, ["lon", "lat"]].to_numpy())
    columns = [
        "series", "title", "field", "units", "hazard", "lon", "lat", "attrs", "time", "value", "flag", "known",
    ]  # fmt: skip
    table = table.astype({"flag": "Int8"})
    return gpd.GeoDataFrame(
        table[columns], geometry=gpd.GeoSeries(geometry, crs="EPSG:4326"), crs="EPSG:4326"
    )


def _table(rows: list[list[Any]], shapes: Any) -> "gpd.GeoDataFrame":
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    for name in COLUMNS[:-1]:
        if name in _TIMES:
            ticks = table[name].to_numpy(dtype="int64", copy=True)
            ticks[ticks == FOREVER] = _NAT
            table[name] = pd.Series(ticks.view("datetime64[us]"), index=table.index).dt.tz_localize("UTC")
        else:
            table[name] = table[name].map(str).astype("str")
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = shapes
    result = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs="EPSG:4326"), crs="EPSG:4326")
    order = np.lexsort((-result["sent"].astype("int64").to_numpy(), table["severity"].map(_RANK).to_numpy()))
    return result.iloc[order].reset_index(drop=True)


def _ticks(at: datetime | None) -> int:
    return FOREVER if at is None else micros(at)
