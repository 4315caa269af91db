"""What must be known of a dataset: whose it is, how fresh, in which units, and how it is drawn."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from watchfloor.catalog.problems import suggest
from watchfloor.core.clock import duration
from watchfloor.core.fields import FIELDS
from watchfloor.core.kinds import KINDS, OTHER

__all__ = [
    "SHAPES",
    "AreaStyle",
    "Classification",
    "Colour",
    "Group",
    "MapKind",
    "MapStyle",
    "Marker",
    "Metadata",
    "Shape",
    "Sum",
    "Words",
    "keys_at",
]

MapKind: TypeAlias = Literal["points", "lines", "polygons", "raster", "cloud"]
Group: TypeAlias = Literal["hazards", "sensors", "resources", "exposure", "base", "events"]
Classification: TypeAlias = Literal["public", "internal", "restricted"]
SHAPES = (
    "circle", "square", "triangle", "inverted_triangle", "diamond", "cross", "x", "plus", "star", "hex",
    "circle_x", "circle_cross", "circle_dot", "square_x", "square_cross", "square_pin", "triangle_pin", "dash",
)  # fmt: skip
"""Markers that a map can draw (Bokeh's names)."""
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


class Words(_Model):
    """A text in the languages of the screens.

    Examples
    --------
    >>> Words(en="Rivers", zh="河流")("zh"), Words(en="Rivers")("zh")
    ('河流', 'Rivers')
    """

    en: str = Field(min_length=1, max_length=200)
    zh: str = Field("", max_length=200)

    def __call__(self, language: str = "en") -> str:
        """Return the text in a language; English where there is none."""
        return (self.zh if language == "zh" else "") or self.en


def _words(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


def _hazard(name: str) -> str:
    if name not in KINDS and name != OTHER.name:
        known = [*KINDS, OTHER.name]
        raise ValueError(f"{name!r} is not a kind of hazard{suggest(name, known)} Known: {', '.join(known)}.")
    return name


def _field(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"{name!r} is not a quantity of core.fields{suggest(name, FIELDS)}")
    return name


def _hex(text: str) -> str:
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a colour; expected six hex digits, like '#5AA9FF'")
    return text.upper()


def _shape(name: str) -> str:
    if name not in SHAPES:
        raise ValueError(f"{name[:40]!r} is not a marker{suggest(name, SHAPES)} Known: {', '.join(SHAPES)}.")
    return name


def _cadence(text: str) -> str:
    if text != "static":
        duration(text)  # its error says what is wrong with the text
    return text


def _texts(value: Any) -> Any:
    """Let numbers be keys, as classes of land cover are."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else value


_Hex: TypeAlias = Annotated[str, AfterValidator(_hex)]
_Title: TypeAlias = Annotated[Words, BeforeValidator(_words)]
_FieldName: TypeAlias = Annotated[str, AfterValidator(_field)]
Shape: TypeAlias = Annotated[str, AfterValidator(_shape)]


class _Way(_Model):
    """How something is shown; one word will do where it is the same for all, or goes by severity."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if value == "severity":
            return {"severity": True}
        return {"fixed": value} if isinstance(value, str) else value


class Colour(_Way):
    """How a layer is coloured; exactly one of the ways below.

    In YAML: ``severity``, ``"#5AA9FF"``, ``{field: water_depth}``, ``{column: population, field: population}`` or
    ``{column: kind, values: {hospital: "#FFFFFF"}}``.

    Parameters
    ----------
    fixed
        One colour for all.
    severity
        By the column ``severity``, with the colours of `core.scales`.
    field
        A quantity of `core.fields`, whose palette and limits are used.
    column
        Column that holds the value; a raster has none.
    values
        Colour of each value of the column, as text (of each class, for a raster).
    names
        What each value is called in the legend; a quantity of `core.fields` has its own title.
    other
        Colour of values that are not listed.

    Examples
    --------
    >>> Colour.model_validate("#5aa9ff").fixed, Colour.model_validate({"field": "water_depth"}).field
    ('#5AA9FF', 'water_depth')
    """

    fixed: _Hex | None = None
    severity: bool = False
    field: _FieldName | None = None
    column: str | None = None
    values: Annotated[dict[str, _Hex], BeforeValidator(_texts)] | None = None
    names: Annotated[dict[str, _Title], BeforeValidator(_texts)] = Field(default_factory=dict)
    other: _Hex = "#9AA3AD"

    @model_validator(mode="after")
    def _one(self) -> "Colour":
        ways = [bool(self.fixed), self.severity, self.field is not None, self.values is not None]
        if sum(ways) != 1:
            raise ValueError("expected exactly one of severity, a colour, field, or column with values")
        return self

    def name(self, value: str, language: str = "en") -> str:
        """Return what a value is called in the legend."""
        if value in self.names:
            return self.names[value](language)
        if value in FIELDS:
            return FIELDS[value].zh if language == "zh" else FIELDS[value].en
        return value.replace("_", " ")


class Marker(_Way):
    """Which marker points have: one for all, by severity, or by the value of a column."""

    fixed: Shape | None = None
    severity: bool = False
    column: str | None = None
    values: Annotated[dict[str, Shape], BeforeValidator(_texts)] | None = None
    other: Shape = "circle"

    @model_validator(mode="after")
    def _one(self) -> "Marker":
        if [bool(self.fixed), self.severity, bool(self.column and self.values)].count(True) != 1:
            raise ValueError("expected exactly one of severity, a marker, or column with values")
        return self


class MapStyle(_Model):
    """How a dataset is drawn on a map.

    Parameters
    ----------
    kind
        What its features are; ``cloud`` is many points, drawn as a picture of their density or value.
    group
        Heading that the layer stands under.
    order
        Low is drawn first, so high lies on top.
    visible, opacity
        At first.
    colour, shape, size, width
        See `Colour` and `Marker`; size and width in pixels.
    label
        Column whose text stands beside each feature.
    tooltip
        Columns shown on hover.
    min_zoom, max_zoom
        Zoom levels (of 256-pixel web tiles) between which it is drawn.
    time
        Column of the valid time, for the time slider.

    Examples
    --------
    >>> style = MapStyle.model_validate({"kind": "points", "group": "base", "order": 3, "colour": "severity"})
    >>> style.colour.severity, style.columns
    (True, ('severity',))
    """

    kind: MapKind
    group: Group
    order: int = Field(ge=0, le=1000)
    visible: bool = False
    opacity: float = Field(1.0, ge=0, le=1)
    colour: Colour = Colour(fixed="#5AA9FF")
    shape: Marker = Marker(fixed="circle")
    size: float = Field(8, gt=0, le=64)
    width: float = Field(1, ge=0, le=32)
    label: str | None = None
    tooltip: list[str] = Field(default_factory=list, max_length=20)
    min_zoom: float = Field(0, ge=0, le=24)
    max_zoom: float = Field(24, ge=0, le=24)
    time: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the data must have to be drawn so."""
        found = [self.colour.column, self.shape.column, self.label, self.time, *self.tooltip]
        if self.kind != "raster" and (self.colour.severity or self.shape.severity):
            found.append("severity")
        return tuple(dict.fromkeys(name for name in found if name))

    @model_validator(mode="after")
    def _fits(self) -> "MapStyle":
        if self.min_zoom > self.max_zoom:
            raise ValueError(f"min_zoom {self.min_zoom:g} is above max_zoom {self.max_zoom:g}")
        if self.kind == "raster" and self.colour.field is None and self.colour.values is None:
            raise ValueError("a raster is coloured by {field: …} or by {values: …}")
        if self.kind != "raster" and (self.colour.field or self.colour.values) and not self.colour.column:
            raise ValueError(f"{self.kind} coloured by a quantity or by values need {{column: …}} as well")
        return self


class Sum(_Model):
    """A figure that is added up inside an area: of a column, or of a grid's cells where no column is named."""

    title: Annotated[Words, BeforeValidator(_words)]
    unit: str = Field("1", max_length=40)
    column: str | None = None


class AreaStyle(_Model):
    """What is told of a dataset when somebody draws an area.

    Parameters
    ----------
    count
        Title of the number of features inside.
    length
        Title of the length of lines inside, km.
    sums
        Figures that are added up; a feature counts where its representative point lies inside, a grid's cell with
        the share of it that does.

    Examples
    --------
    >>> found = AreaStyle.model_validate({"count": "Hospitals", "sums": [{"title": "Beds", "column": "beds"}]})
    >>> found.count("zh"), found.columns
    ('Hospitals', ('beds',))
    """

    count: Annotated[Words | None, BeforeValidator(_words)] = None
    length: Annotated[Words | None, BeforeValidator(_words)] = None
    sums: list[Sum] = Field(default_factory=list, max_length=20)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the data must have to be added up."""
        return tuple(part.column for part in self.sums if part.column)

    @model_validator(mode="after")
    def _some(self) -> "AreaStyle":
        if self.count is None and self.length is None and not self.sums:
            raise ValueError("expected count, length or sums")
        return self


class Metadata(_Model):
    """What is known of one dataset.

    Parameters
    ----------
    title, description
        In English and Chinese.
    provider, licence, attribution
        Whose it is, on which terms, and how they are named beside it.
    hazard
        Kinds of hazard it tells about (`core.kinds`); empty for all.
    tags
        Words to find it by.
    cadence
        How often it is renewed (ISO 8601), or ``static``.
    late_after
        Age at which it counts as late; needed unless static.
    crs
        Coordinate system, such as ``EPSG:4326``; None for tables without places.
    units
        Unit of each column or variable that has one, readable by pint.
    classification
        Who may see it.
    invented
        Whether it is made up.
    map
        How it is drawn; None for what is not a layer.
    area
        What is told of it when somebody draws an area; None for nothing.

    Examples
    --------
    >>> found = Metadata.model_validate({
    ...     "title": {"en": "Rivers", "zh": "河流"}, "description": "Centre lines.", "provider": "Survey",
    ...     "licence": "CC0-1.0", "hazard": ["flood"], "cadence": "PT10M", "late_after": "PT30M",
    ...     "classification": "public"})
    >>> found.title("zh"), found.late
    ('河流', datetime.timedelta(seconds=1800))
    """

    title: Annotated[Words, BeforeValidator(_words)]
    description: Annotated[Words, BeforeValidator(_words)]
    provider: str = Field(min_length=1, max_length=200)
    licence: str = Field(min_length=1, max_length=200)
    attribution: str = Field("", max_length=300)
    hazard: list[Annotated[str, AfterValidator(_hazard)]]
    tags: list[str] = Field(default_factory=list, max_length=50)
    cadence: Annotated[str, AfterValidator(_cadence)]
    late_after: Annotated[str, AfterValidator(_cadence)] = ""
    crs: str | None = Field(None, pattern=r"^[A-Z]+:\d+$")
    units: dict[str, str] = Field(default_factory=dict)
    classification: Classification
    invented: bool = False
    map: MapStyle | None = None
    area: AreaStyle | None = None

    @property
    def every(self) -> timedelta | None:
        """How often it is renewed; None if static."""
        return None if self.cadence == "static" else duration(self.cadence)

    @property
    def late(self) -> timedelta | None:
        """Age at which it counts as late; None if static."""
        return None if self.cadence == "static" or not self.late_after else duration(self.late_after)

    @model_validator(mode="after")
    def _whole(self) -> "Metadata":
        if self.cadence != "static" and not self.late_after:
            raise ValueError(f"late_after is missing: data renewed every {self.cadence} are late at some age")
        if self.map is not None and self.crs is None:
            raise ValueError("crs is missing: what is drawn on a map needs one, like EPSG:4326")
        return self


def keys_at(where: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the keys that are known at a path below ``metadata``, for a "did you mean"."""
    tables: dict[str, type[BaseModel]] = {
        "map": MapStyle,
        "colour": Colour,
        "shape": Marker,
        "title": Words,
        "area": AreaStyle,
    }
    model = tables.get(str(where[-1]), Metadata) if where else Metadata
    return tuple(model.model_fields)
