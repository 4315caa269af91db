"""Economy: what is produced where, as a map of value or by people and product per head."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from watchfloor.impact.exposure.base import Exposure, Layer, gridded, source_of

__all__ = ["Economy"]


class Economy(Exposure):
    """A map of value (gross product, or assets) in money.

    Values of single buildings are of the exposure ``buildings``.

    Examples
    --------
    >>> Economy.title["en"]
    'Economy'
    """

    title: ClassVar[Mapping[str, str]] = {"en": "Economy", "zh": "经济"}
    doc: ClassVar[str] = "A map of value (tag economy, one variable whose unit is money)."

    @classmethod
    def find(cls, catalog: Any) -> list[Any]:
        """Return the first map of value."""
        return [e for e in catalog.search(tag="economy") if e.map is not None and e.map.kind == "raster"][:1]

    @classmethod
    def layer(cls, entries: Sequence[Any], data: Sequence[Any]) -> Layer | None:
        """See `Exposure.layer`."""
        entry = entries[0]
        unit = next(iter(entry.metadata.units.values()), "money")
        grid = gridded(data[0], entry.metadata.crs, "economy")
        return Layer("economy", grid, {"value": unit}, (source_of(entry, data[0]),))
