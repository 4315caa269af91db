"""Take away what is seen: a table, a map file, or the notebook cell that shows it again."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError
from watchfloor.security.text import cell
from watchfloor.views.recipe import pinned, recipe
from watchfloor.views.situation.base import Pane, View
from watchfloor.views.situation.rows import Row

__all__ = ["COLUMNS", "Export", "ExportPane", "to_csv", "to_geojson"]

COLUMNS = (
    "kind", "source", "key", "revision", "title", "hazard", "severity", "urgency", "certainty", "status", "state",
    "phase", "area", "sent", "valid_from", "valid_to", "known", "trust", "longitude", "latitude", "raw", "identity",
)  # fmt: skip


class ExportPane(Pane):
    """Buttons on the screen."""


class Export(View):
    """Buttons that hand out the listed records as CSV or GeoJSON, the map as a picture, and the recipe.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Export(floor).file("csv")[0]
    'world-situation.csv'
    """

    pane_type = ExportPane
    watched = ("trouble",)

    def __init__(self, floor: Any, selection: Any = None, *, map: Any = None, **params: Any) -> None:  # noqa: A002
        self._map = map
        super().__init__(floor, selection, **params)

    def state(self) -> dict[str, Any]:
        """Return what can be taken away."""
        return {"kinds": ["csv", "geojson", *(["png"] if self._map is not None else []), "recipe"]}

    def heard(self, what: str, message: Mapping[str, Any]) -> None:
        """Hand out a file."""
        if what == "save":
            self.pane.hand(*self.file(str(message.get("what"))))

    def file(self, what: str) -> tuple[str, bytes, str]:
        """Return name, bytes and media type of what is taken away.

        Parameters
        ----------
        what
            ``csv``, ``geojson``, ``recipe``, or ``png`` where a map was given.
        """
        picture = self.picture
        stamp = picture.stamp() | {
            "attribution": attribution(self.floor),
            "filters": self.selection.to_query(),
        }
        name = f"{self.floor.name}-situation"
        if self.floor.mark:
            name = f"{str(self.floor.mark).split()[0]}-{name}"
        if what == "csv":
            return f"{name}.csv", to_csv(picture.rows, stamp).encode("utf-8-sig"), "text/csv;charset=utf-8"
        if what == "geojson":
            text = json.dumps(to_geojson(picture.rows, stamp), ensure_ascii=False, allow_nan=False)
            return f"{name}.geojson", text.encode(), "application/geo+json"
        if what == "recipe":
            text = recipe(self.floor, pinned(self.floor, self.selection), "situation.Situation", stamp)
            return f"{name}.py", text.encode(), "text/x-python"
        if what == "png" and self._map is not None:
            return f"{name}.png", self._map.png(), "image/png"
        raise InvalidInputError(
            f"Nothing can be taken away as {what[:40]!r}; expected csv, geojson or recipe."
        )


def to_csv(rows: Sequence[Row], stamp: Mapping[str, str]) -> str:
    """Write rows as a table that a spreadsheet opens without running anything.

    The first lines are the marks, as ``# name`` and value; times are RFC 3339 in UTC, coordinates EPSG:4326.

    Examples
    --------
    >>> to_csv([], {"floor": "=HYPERLINK(1)"}).splitlines()[0]
    "# floor,'=HYPERLINK(1)"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for name, value in stamp.items():
        writer.writerow([f"# {name}", cell(str(value))])
    writer.writerow(COLUMNS)
    for row in rows:
        told = _told(row)
        writer.writerow([cell(told[name]) for name in COLUMNS])
    return out.getvalue()


def to_geojson(rows: Sequence[Row], stamp: Mapping[str, str]) -> dict[str, Any]:
    """Return rows as a GeoJSON feature collection (RFC 7946) with the marks as a member of its own."""
    features = []
    for row in rows:
        told = {name: value for name, value in _told(row).items() if name not in {"longitude", "latitude"}}
        features.append(
            {"type": "Feature", "id": told["identity"], "geometry": row.record.geometry, "properties": told}
        )
    return {"type": "FeatureCollection", "watchfloor": dict(stamp), "features": features}


def attribution(floor: Any) -> str:
    """Return whom the floor's live data are owed to."""
    found = []
    for entry in floor.catalog:
        if str(entry).startswith("live/") and (
            text := getattr(floor.catalog[entry].metadata, "attribution", "")
        ):
            found.append(str(text))
    return "; ".join(dict.fromkeys(found))


def _told(row: Row) -> dict[str, Any]:
    record = row.record
    x, y = _place(record.geometry)
    times = {
        name: "" if (at := getattr(record, name)) is None else format_time(at)
        for name in ("sent", "valid_from", "valid_to", "known")
    }
    words = {
        name: str(getattr(record, name))
        for name in (
            "kind", "source", "key", "revision", "title", "hazard", "severity", "urgency", "certainty", "status",
            "state", "area", "trust", "raw", "identity",
        )
    }  # fmt: skip
    return words | times | {"phase": row.phase, "longitude": x, "latitude": y}


def _place(geometry: dict[str, Any] | None) -> tuple[Any, Any]:
    from shapely.geometry import shape

    if geometry is None:
        return "", ""
    point = shape(geometry).representative_point()
    return round(point.x, 6), round(point.y, 6)
