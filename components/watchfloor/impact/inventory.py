"""All that is exposed on a floor, read from its catalog by metadata."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
import xarray as xr

from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.core.geometry import drawn
from watchfloor.core.provenance import digest
from watchfloor.hazards.ensemble.request import fingerprint
from watchfloor.impact.exposure import EXPOSURES
from watchfloor.impact.exposure.base import Layer, Source, counted, gridded, placed

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["Exposures", "exposures_of"]


@dataclass(frozen=True, eq=False)
class Exposures:
    """Who and what may be hit.

    Parameters
    ----------
    layers
        By name of `EXPOSURES`: people, buildings, roads, lifelines, facilities, economy, environment.
    districts
        Areas that figures are told for: EPSG:4326, columns ``code``, ``name``, ``name_zh``, ``geometry``; None for none.
    stocks
        What is in store: columns ``item``, ``amount``, ``unit``, ``place``; None for none.
    remarks
        Sentences on what is missing or was mended.

    Examples
    --------
    >>> where = {"y": [25.0, 15.0, 5.0], "x": [5.0, 15.0, 25.0]}
    >>> grid = xr.DataArray(np.ones((3, 3)), dims=("y", "x"), coords=where, attrs={"crs": "EPSG:32650"})
    >>> Exposures.of(people=grid).layers["people"].total("people")
    9.0
    """

    layers: Mapping[str, Layer] = field(default_factory=dict)
    districts: Any = None
    stocks: pd.DataFrame | None = None
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(cls, *, districts: Any = None, stocks: pd.DataFrame | None = None, **layers: Any) -> "Exposures":
        """Make one of maps and tables at hand, such as ``people=grid`` or ``buildings=table``.

        Parameters
        ----------
        districts, stocks
            See the class.
        layers
            By name: a `Layer`; a map of counts; a table with a geometry and columns as `EXPOSURES` make them.

        Raises
        ------
        InvalidInputError
            If there is no such exposure, or counts are negative.
        """
        weights = {
            "people": {"people": "1"},
            "buildings": {"count": "1", "people": "1", "value": "money"},
            "roads": {"length": "km"},
            "lifelines": {"count": "1"},
            "facilities": {"count": "1", "people": "1", "beds": "1"},
            "economy": {"value": "money"},
            "environment": {"area": "km^2"},
        }
        made: dict[str, Layer] = {}
        for name, data in layers.items():
            if name not in EXPOSURES:
                known = ", ".join(EXPOSURES)
                raise InvalidInputError(f"There is no exposure {name!r}; known: {known}.")
            made[name] = data if isinstance(data, Layer) else _layer(name, data, weights.get(name, {}))
        return cls(made, None if districts is None else _areas(districts), stocks)

    @property
    def sources(self) -> pd.DataFrame:
        """Where each layer is from: layer, entry, vintage, provider, licence, invented, digest."""
        rows = [
            {"layer": name, **{key: getattr(source, key) for key in Source.__dataclass_fields__}}
            for name, layer in self.layers.items()
            for source in layer.sources
        ]
        return pd.DataFrame(rows, columns=["layer", *Source.__dataclass_fields__])

    @cached_property
    def key(self) -> str:
        """SHA-256 of all that is in it."""
        parts: list[Any] = []
        for name, layer in sorted(self.layers.items()):
            parts.append([name, _hashed(layer.data), dict(layer.weights)])
        parts.append(None if self.districts is None else _hashed(self.districts))
        parts.append(None if self.stocks is None else _hashed(self.stocks))
        return digest(parts)

    def without(self, *names: str) -> "Exposures":
        """Return the same without some layers."""
        return replace(self, layers={key: value for key, value in self.layers.items() if key not in names})


def exposures_of(floor: "Floor", area: Any = None) -> Exposures:
    """Read what is exposed on a floor, from its catalog by metadata.

    Parameters
    ----------
    floor
        The floor.
    area
        GeoJSON geometry in EPSG:4326; places outside of it are left out. None takes all.

    Returns
    -------
    Exposures
        What could be read; what could not is named in its remarks.

    Raises
    ------
    InvalidInputError
        If the area is no geometry, or counts are negative.
    """
    catalog = floor.catalog
    layers: dict[str, Layer] = {}
    remarks: list[str] = []
    for name, kind in EXPOSURES.usable().items():
        layer, said = kind.read(catalog)
        remarks += said
        if layer is None:
            remarks.append(f"The catalog has no {kind.title['en'].lower()}.")
            continue
        layers[name] = layer
        remarks += layer.remarks
    districts = _first(catalog, "administration", remarks)
    stocks = _first(catalog, "stock", remarks)
    made = Exposures(
        layers,
        None if districts is None else _areas(districts),
        None if stocks is None else pd.DataFrame(stocks.drop(columns=stocks.geometry.name)),
        tuple(remarks),
    )
    return made if area is None else _within(made, area)


def _first(catalog: Any, tag: str, remarks: list[str]) -> Any:
    for entry in catalog.search(tag=tag):
        try:
            return entry.read()
        except WatchfloorError as error:
            remarks.append(f"{entry.name} is left out: {error}")
    return None


def _areas(table: Any) -> Any:
    made = placed(table, "districts")
    if "name" not in made:
        raise InvalidInputError("The districts have no column name.")
    if "code" not in made:
        made = made.assign(code=made["name"])
    if "name_zh" not in made:
        made = made.assign(name_zh=made["name"])
    return made[["code", "name", "name_zh", made.geometry.name]]


def _layer(name: str, data: Any, weights: Mapping[str, str]) -> Layer:
    if hasattr(data, "columns"):
        table = placed(data, name)
        found = {key: unit for key, unit in weights.items() if key in table or key == "count"}
        if "count" in found and "count" not in table:
            table = table.assign(count=1.0)
        for key in found:
            counted(table[key], f"{key} of {name}")
        for column in ("name", "name_zh"):
            if column not in table:
                table = table.assign(**{column: ""})
        return Layer(name, table, found)
    if isinstance(data, xr.DataArray) and data.ndim == 1:
        values, _ = counted(data.values, name)
        return Layer(name, data.copy(data=values), weights)
    if name == "environment":
        return Layer(name, data.transpose("y", "x"), weights)
    return Layer(name, gridded(data, None, name), weights)


def _within(made: Exposures, area: Any) -> Exposures:
    geometry = drawn(area, "area")
    shapely.prepare(geometry)
    layers = {}
    for name, layer in made.layers.items():
        if layer.table:
            keep = shapely.intersects(geometry, np.asarray(layer.data.geometry))
            layers[name] = replace(layer, data=layer.data[keep].reset_index(drop=True))
        elif layer.data.ndim == 2:
            layers[name] = replace(layer, data=_cut(layer.data, geometry))
        else:
            layers[name] = layer
    return replace(made, layers=layers)


def _cut(grid: xr.DataArray, geometry: Any) -> xr.DataArray:
    """Return a map with nothing outside of an area (by the cells' centres)."""
    from pyproj import Transformer

    way = Transformer.from_crs("EPSG:4326", grid.attrs["crs"], always_xy=True)
    local = shapely.transform(geometry, way.transform, interleaved=False)  # type: ignore[arg-type]
    east, north = np.meshgrid(grid["x"].values, grid["y"].values)
    inside = shapely.contains_xy(local, east, north)
    return grid.where(inside, 0).astype(grid.dtype).assign_attrs(grid.attrs)


def _hashed(data: Any) -> str:
    if hasattr(data, "columns"):
        values = pd.util.hash_pandas_object(
            pd.DataFrame(data).drop(columns="geometry", errors="ignore").astype(str), index=False
        ).to_numpy()
        shapes = [] if "geometry" not in data else [shapely.to_wkb(np.asarray(data.geometry)).tolist()]
        return digest(
            [values.tobytes().hex(), list(map(str, data.columns)), [b"".join(s).hex() for s in shapes]]
        )
    return fingerprint(data.to_dataset(name="counts").assign_attrs(data.attrs))
