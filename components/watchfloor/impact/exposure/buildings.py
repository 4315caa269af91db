"""Buildings: places or footprints with their use, occupants and value."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from watchfloor.impact.exposure.base import Exposure, Layer, counted, placed, source_of

__all__ = ["Buildings"]

USES: Mapping[str, str] = {
    "house": "residential",
    "apartments": "residential",
    "residential": "residential",
    "farm": "residential",
    "commercial": "commercial",
    "retail": "commercial",
    "office": "commercial",
    "public": "commercial",
    "industrial": "industrial",
    "warehouse": "industrial",
}
"""Sector of the JRC's functions that each use of a building counts to (Huizinga et al. 2017, section 2)."""


class Buildings(Exposure):
    """Buildings with use, occupants and value.

    Examples
    --------
    >>> Buildings.title["zh"]
    '建筑'
    """

    title: ClassVar[Mapping[str, str]] = {"en": "Buildings", "zh": "建筑"}
    doc: ClassVar[str] = (
        "Places or footprints (tag building; columns type or use, occupants, value or value_k, floors)."
    )

    @classmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return the first table of buildings."""
        return [entry for entry in catalog.search(tag="building") if entry.map is not None][:1]

    @classmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """See `Exposure.layer`. A use that is not known counts as residential, and it is said."""
        entry, table = entries[0], placed(data[0], "buildings")
        remarks = []
        use = table["type"] if "type" in table else table.get("use")
        sector = np.full(len(table), "residential", dtype=object)
        if use is not None:
            known = use.map(USES)
            if known.isna().any():
                strange = ", ".join(sorted(set(use[known.isna()].astype(str)))[:5])
                remarks.append(
                    f"{int(known.isna().sum())} buildings have a use that is not known ({strange}) and count as residential."
                )
            sector = known.fillna("residential").to_numpy(object)
        else:
            remarks.append("The buildings do not say their use; all count as residential.")
        made = table.assign(kind=sector, count=1.0)
        if "name" not in made:
            made = made.assign(name="", name_zh="")
        weights = {"count": "1"}
        if "occupants" in table:
            people, _ = counted(table["occupants"], "occupants of buildings")
            made, weights = made.assign(people=people), weights | {"people": "1"}
        for column, factor in (("value", 1.0), ("value_k", 1000.0)):
            if column in table:
                value, _ = counted(table[column], "value of buildings")
                unit = str(entry.metadata.units.get(column, "money"))
                made = made.assign(value=value * factor)
                weights |= {"value": "money" if column == "value_k" else unit}
                break
        kept = [
            *("name", "name_zh", "kind"),
            *weights,
            *[c for c in ("floors", "vulnerability") if c in made],
        ]
        kept = [column for column in dict.fromkeys(kept) if column in made]
        made = made[[*kept, made.geometry.name]]
        return Layer("buildings", made, weights, (source_of(entry, data[0]),), tuple(remarks))
