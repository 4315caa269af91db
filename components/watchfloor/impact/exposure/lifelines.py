"""Lifelines: power, water, communication and the dams and bridges that others hang on."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pandas as pd

from watchfloor.impact.exposure.base import Exposure, Layer, placed, source_of, tables

__all__ = ["Lifelines"]

KINDS: Mapping[str, str] = {
    "substation": "power",
    "power plant": "power",
    "waterworks": "water",
    "pumping station": "water",
    "sewage works": "water",
    "telephone exchange": "communication",
    "mast": "communication",
    "gas station": "gas",
    "dam": "dam",
    "tailings dam": "dam",
    "railway station": "transport",
}
"""System that each kind of place belongs to."""


class Lifelines(Exposure):
    """Nodes of the supply networks, and bridges.

    Examples
    --------
    >>> Lifelines.title["en"]
    'Lifelines'
    """

    title: ClassVar[Mapping[str, str]] = {"en": "Lifelines", "zh": "生命线工程"}
    doc: ClassVar[str] = (
        "Places of a kind such as substation or waterworks (tags lifeline, facility, dam), and bridges (tag road)."
    )

    @classmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return all tables that may list some, each once."""
        return tables(catalog, ("lifeline", "facility", "dam", "road"))

    @classmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """See `Exposure.layer`."""
        parts, sources = [], []
        for entry, raw in zip(entries, data, strict=True):
            table = placed(raw, entry.name)
            if "bridge" in table:
                rows = table[table["bridge"].fillna(value=False).astype(bool)]
                system = pd.Series("bridge", index=rows.index)
            elif "kind" in table:
                system = table["kind"].map(KINDS).dropna()
                rows = table.loc[system.index]
            else:
                continue
            if not len(rows):
                continue
            parts.append(
                pd.DataFrame(
                    {
                        "name": rows["name"].astype(str) if "name" in rows else "",
                        "name_zh": rows["name_zh"].astype(str) if "name_zh" in rows else "",
                        "kind": system,
                        "count": 1.0,
                        "geometry": rows.geometry,
                    }
                )
            )
            sources.append(source_of(entry, raw))
        if not parts:
            return None
        import geopandas as gpd

        made = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs="EPSG:4326")
        return Layer("lifelines", made, {"count": "1"}, tuple(sources))
