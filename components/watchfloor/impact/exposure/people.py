"""People: a map of how many live in each cell, or districts with how many live there."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from watchfloor.impact.exposure.base import Exposure, Layer, counted, gridded, placed, source_of

__all__ = ["People"]


class People(Exposure):
    """How many people live where.

    Examples
    --------
    >>> People.title["en"]
    'People'
    """

    title: ClassVar[Mapping[str, str]] = {"en": "People", "zh": "人口"}
    doc: ClassVar[str] = (
        "A map of people (tag people, unit of population), else areas with a column population."
    )

    @classmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return the best map, or else the finest table of areas."""
        told = [entry for entry in catalog.search(tag="people") if "population" in entry.metadata.units]
        maps = [entry for entry in told if entry.map is not None and entry.map.kind == "raster"]
        return (maps or told)[:1]

    @classmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """See `Exposure.layer`."""
        entry, found = entries[0], data[0]
        source = source_of(entry, found)
        if hasattr(found, "columns"):
            table = placed(found, "people")
            values, missing = counted(table["population"], "people")
            table = table.assign(people=values, kind="area")
            said: tuple[str, ...] = ()
            if missing:
                said += (f"{missing} areas do not say how many people live there; none are assumed.",)
            if (table.geometry.geom_type == "Point").any():
                said += (
                    "The people of each town stand at one point; use a map of people for anything but a first look.",
                )
            return Layer("people", table, {"people": "1"}, (source,), said)
        return Layer("people", gridded(found, entry.metadata.crs, "people"), {"people": "1"}, (source,))
