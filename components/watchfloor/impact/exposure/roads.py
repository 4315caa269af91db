"""Roads: the lines that people and help move on."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from watchfloor.impact.exposure.base import Exposure, Layer, placed, source_of

__all__ = ["Roads"]


class Roads(Exposure):
    """Roads with class, length and whether they are bridges.

    Examples
    --------
    >>> Roads.title["en"]
    'Roads'
    """

    title: ClassVar[Mapping[str, str]] = {"en": "Roads", "zh": "道路"}
    doc: ClassVar[str] = "Lines (tag road; columns class, bridge, name and edge where there are any)."

    @classmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return the first table of roads."""
        return [e for e in catalog.search(tag="road") if e.map is not None and e.map.kind == "lines"][:1]

    @classmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """See `Exposure.layer`. Lengths are measured on the ellipsoid."""
        from pyproj import Geod

        table = placed(data[0], "roads")
        geod = Geod(ellps="WGS84")
        length = np.array([geod.geometry_length(line) for line in table.geometry]) / 1000.0
        bridge = table["bridge"].fillna(value=False).astype(bool) if "bridge" in table else False
        edge = table["edge"] if "edge" in table else np.arange(len(table))
        grade = table["class"].astype(str) if "class" in table else "road"
        kind = np.where(bridge, "bridge", "road")
        made = table.assign(length=length, bridge=bridge, edge=edge, kind=kind, grade=grade)
        for column in ("name", "name_zh"):
            if column not in made:
                made = made.assign(**{column: ""})
        kept = ["edge", "name", "name_zh", "kind", "grade", "bridge", "length", made.geometry.name]
        return Layer("roads", made[kept], {"length": "km"}, (source_of(entries[0], data[0]),))
