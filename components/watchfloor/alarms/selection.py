"""Which series a rule is for."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from watchfloor.catalog.problems import suggest
from watchfloor.core.fields import FIELDS
from watchfloor.core.kinds import KINDS, OTHER

__all__ = ["Selection"]


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_list), Field(max_length=200)]


class Selection(BaseModel):
    """Series by what they say of themselves; what is left empty does not matter, and all that is given must hold.

    Parameters
    ----------
    name, without
        Shell patterns of names to take, and to leave out.
    field, kind, hazard
        Quantities (`core.fields`), the series' own ``kind``, and hazards.
    attrs
        Values of other attributes, such as ``basin: Ilven``; a list stands for any of its values.
    area
        West, south, east, north in degrees; west greater than east spans the antimeridian.

    Examples
    --------
    >>> Selection(field="water_level", without="*/G09").matches("demo/gauge/G05", {"field": "water_level", "attrs": {}})
    True
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    name: Names = []
    without: Names = []
    field: Names = []
    kind: Names = []
    hazard: Names = []
    attrs: dict[str, Any] = {}
    area: list[float] | None = Field(default=None, min_length=4, max_length=4)

    @field_validator("field")
    @classmethod
    def _fields(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in FIELDS:
                raise ValueError(f"{name!r} is not a quantity{suggest(name, FIELDS)}")
        return names

    @field_validator("hazard")
    @classmethod
    def _hazards(cls, names: list[str]) -> list[str]:
        known = [*KINDS, OTHER.name]
        for name in names:
            if name not in known:
                raise ValueError(f"{name!r} is not a kind of hazard{suggest(name, known)}")
        return names

    @field_validator("area")
    @classmethod
    def _box(cls, box: list[float] | None) -> list[float] | None:
        if box is not None:
            west, south, east, north = box
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
                raise ValueError(f"{box} is no area; expected west, south, east, north in degrees.")
        return box

    def matches(self, name: str, about: Mapping[str, Any]) -> bool:
        """Tell whether a series is meant.

        Parameters
        ----------
        name
            Its name.
        about
            A row of `Store.series`: field, hazard, lon, lat, attrs.
        """
        attrs = about.get("attrs") or {}
        if self.name and not any(fnmatchcase(name, pattern) for pattern in self.name):
            return False
        if any(fnmatchcase(name, pattern) for pattern in self.without):
            return False
        for wanted, have in (
            (self.field, about.get("field")),
            (self.hazard, about.get("hazard")),
            (self.kind, attrs.get("kind")),
        ):
            if wanted and have not in wanted:
                return False
        for key, value in self.attrs.items():
            if attrs.get(key) not in (value if isinstance(value, list) else [value]):
                return False
        return self.area is None or self._inside(about.get("lon"), about.get("lat"))

    def _inside(self, lon: Any, lat: Any) -> bool:
        if self.area is None or lon is None or lat is None or lon != lon or lat != lat:  # noqa: PLR0124  NaN
            return False
        west, south, east, north = self.area
        across = west <= lon <= east if west <= east else lon >= west or lon <= east
        return bool(south <= lat <= north and across)
