"""Where series are: their points, and the district that they lie in."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from watchfloor.core.errors import WatchfloorError

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["Places"]

_DISTRICTS = 3
"""Districts that are named at most."""


class Places:
    """The places of a floor's series.

    Parameters
    ----------
    floor
        The floor.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Series, Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     _ = floor.store.describe([Series("G05", lon=112.0, lat=30.0)])
    ...     Places(floor).of(["G05"])[0]
    {'type': 'Point', 'coordinates': [112.0, 30.0]}
    """

    def __init__(self, floor: "Floor") -> None:
        self._floor = floor
        self._points: dict[str, tuple[float, float] | None] = {}
        self._titles: dict[str, str] = {}
        self._cursor = -1

    def of(self, names: Sequence[str]) -> tuple[dict[str, Any] | None, str]:
        """Return where series are, as GeoJSON in EPSG:4326, and the districts in words; None where none has a place."""
        if any(name not in self._points for name in names):
            self._learn()
        points = [point for name in names if (point := self._points.get(name)) is not None]
        if not points:
            return None, ""
        area = ", ".join(dict.fromkeys(filter(None, (self.district(*point) for point in points[:20]))))
        if len(points) == 1:
            return {"type": "Point", "coordinates": list(points[0])}, area
        return {"type": "MultiPoint", "coordinates": [list(point) for point in points]}, area

    def title(self, name: str) -> str:
        """Return the title of a series; untrusted."""
        if name not in self._points:
            self._learn()
        return self._titles.get(name) or name

    def district(self, lon: float, lat: float) -> str:
        """Return the name of the district that a place lies in; empty where there is none."""
        if self._districts is None:
            return ""
        import shapely

        names, tree = self._districts
        found = tree.query(shapely.points(lon, lat), predicate="intersects")
        return str(names[found[0]]) if len(found) else ""

    def outline(self, name: str) -> Any:
        """Return a district's outline, a shapely geometry in EPSG:4326; None where there is none of this name."""
        if self._districts is None:
            return None
        names, tree = self._districts
        return next((tree.geometries[row] for row, known in enumerate(names) if known == name), None)

    @property
    def districts(self) -> list[str]:
        """The names of the floor's districts."""
        return [] if self._districts is None else list(self._districts[0])

    @cached_property
    def _districts(self) -> tuple[list[str], Any] | None:
        """Names and outlines, from the catalog's layer of districts; None where there is none that can be read."""
        import shapely

        for name in self._floor.catalog:
            if name.startswith("live/") or "district" not in name:
                continue
            try:
                metadata = self._floor.catalog[name].metadata
                label = metadata.map.label if metadata.map is not None else None
                table = self._floor.read(name)
                if label and label in table.columns:
                    return [str(word) for word in table[label]], shapely.STRtree(table.geometry.to_numpy())
            except (WatchfloorError, AttributeError, KeyError):
                continue  # a district's name is good to have; an alarm is raised without it
        return None

    def _learn(self) -> None:
        cursor = self._floor.store.cursor()
        if cursor == self._cursor:
            return
        self._cursor = cursor
        table = self._floor.store.series()
        for name, title, lon, lat in zip(
            table.index, table["title"], table["lon"], table["lat"], strict=True
        ):
            self._titles[name] = str(title)
            known = lon == lon and lat == lat  # noqa: PLR0124  NaN where it has no place
            self._points[name] = (float(lon), float(lat)) if known else None
