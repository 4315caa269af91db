"""Facilities: the places that must go on working, and those where many people are."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from watchfloor.impact.exposure.base import Exposure, Layer, counted, placed, source_of, tables

__all__ = ["Facilities"]

TAGS = ("hospital", "school", "shelter", "facility", "hazmat", "tailings")
"""Entries with one of these tags list facilities."""
HOLDS = ("beds", "pupils", "capacity", "staff", "underground")
"""Columns that say how many people a facility holds; the first that is there counts."""


class Facilities(Exposure):
    """Hospitals, schools, shelters, stations, plants: places with a name and people who depend on them.

    Examples
    --------
    >>> Facilities.title["en"]
    'Facilities'
    """

    title: ClassVar[Mapping[str, str]] = {"en": "Facilities", "zh": "重要设施"}
    doc: ClassVar[str] = "Places with a name (tags hospital, school, shelter, facility, hazmat, tailings)."

    @classmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return all tables of facilities, each once."""
        return tables(catalog, TAGS)

    @classmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """See `Exposure.layer`."""
        parts, sources = [], []
        for entry, raw in zip(entries, data, strict=True):
            table = placed(raw, entry.name)
            if "name" not in table:
                continue
            tag = next(tag for tag in TAGS if tag in entry.metadata.tags)
            kind = table["kind"].astype(str) if "kind" in table else tag
            people = np.zeros(len(table))
            for column in HOLDS:
                if column in table:
                    people, _ = counted(table[column], f"{column} of {entry.name}")
                    break
            ident = table["id"].astype(str) if "id" in table else table["name"].astype(str)
            parts.append(
                pd.DataFrame(
                    {
                        "id": ident,
                        "name": table["name"].astype(str),
                        "name_zh": table["name_zh"].astype(str)
                        if "name_zh" in table
                        else table["name"].astype(str),
                        "kind": kind,
                        "group": tag,
                        "people": people,
                        "beds": counted(table["beds"], "beds")[0]
                        if tag == "hospital" and "beds" in table
                        else 0.0,
                        "free_beds": counted(table["free_beds"], "free beds")[0]
                        if "free_beds" in table
                        else 0.0,
                        "count": 1.0,
                        "entry": entry.name,
                        "geometry": table.geometry,
                    }
                )
            )
            sources.append(source_of(entry, raw))
        if not parts:
            return None
        import geopandas as gpd

        made = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs="EPSG:4326")
        return Layer("facilities", made, {"count": "1", "people": "1", "beds": "1"}, tuple(sources))
