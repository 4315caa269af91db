"""WaterML 2.0 part 1: time series of water observations as hydrological services exchange them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, ClassVar

from lxml import etree

from watchfloor.core.clock import duration
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.core.units import Scale
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of, quantity
from watchfloor.feeds.values import instant, opening, point, refuse, words
from watchfloor.security.xml import Limits, parse_xml

__all__ = ["WaterML"]

MAX_SERIES, MAX_VALUES = 5_000, 200_000
_WML, _OM = "{http://www.opengis.net/waterml/2.0}", "{http://www.opengis.net/om/2.0}"
_GML, _XLINK = "{http://www.opengis.net/gml/3.2}", "{http://www.w3.org/1999/xlink}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
# Codes of http://www.opengis.net/def/waterml/2.0/quality/ (OGC 10-126r4, clause 9.11).
_QUALITY = {"good": 0, "suspect": 2, "estimate": 2, "poor": 3, "unchecked": 1, "missing": MISSING}
# How a value stands for its interval (…/interpolationType/); all but these are of a time span, and another series.
_INSTANT = frozenset(("", "Continuous", "Discontinuous", "InstantTotal", "Statistical"))
# Coordinate systems on WGS 84 or within a metre or two of it, whose axes are latitude, longitude by the EPSG; CRS84
# has longitude first. Others are not turned.
_LATITUDE_FIRST = frozenset(("4326", "4258", "4269", "4490", "4979"))
_SYSTEM = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)(EPSG|OGC)[:/][\d.]*[:/]?([A-Za-z0-9]{1,10})"
)

Element = etree._Element


class WaterML(Feed):
    """Observations of OGC WaterML 2.0 part 1 (10-126r4) whose result is a MeasurementTimeseries.

    It reads a ``wml2:Collection``, a single ``om:OM_Observation``, and what a Sensor Observation Service answers. A series is
    called ``<source>/<feature of interest>/<observed property>``, with the way its values stand for an interval behind where
    they do (``AveragePrec``, ``MaxSucc``…), so that a day's mean never mixes with readings. The unit is the one of
    ``defaultPointMetadata``, or a point's own. Points without a time follow ``baseTime`` and ``spacing``. Quality codes become
    flags: good 0, unchecked 1, suspect and estimate 2, poor 3, missing (or a value that is nil) 9.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''<om:OM_Observation xmlns:om="http://www.opengis.net/om/2.0" xmlns:wml2="http://www.opengis.net/waterml/2.0"
    ... xmlns:xlink="http://www.w3.org/1999/xlink"><om:observedProperty xlink:href="http://x/Gage height" xlink:title="Gage height"/>
    ... <om:featureOfInterest xlink:href="http://x/G1"/><om:result><wml2:MeasurementTimeseries><wml2:defaultPointMetadata>
    ... <wml2:DefaultTVPMeasurementMetadata><wml2:uom code="ft"/></wml2:DefaultTVPMeasurementMetadata></wml2:defaultPointMetadata>
    ... <wml2:point><wml2:MeasurementTVP><wml2:time>2026-06-01T10:00:00Z</wml2:time><wml2:value>10</wml2:value>
    ... </wml2:MeasurementTVP></wml2:point></wml2:MeasurementTimeseries></om:result></om:OM_Observation>'''
    >>> [seen] = WaterML().parse(data, Context(parse_time("2026-06-01T12:00:00Z"), "sos")).observations
    >>> seen.series, round(seen.value, 3)
    ('sos/G1/Gage height', 3.048)
    """

    name: ClassVar[str] = "waterml"
    title: ClassVar[str] = "WaterML 2.0"
    cadence: ClassVar[timedelta] = timedelta(minutes=15)
    late_after: ClassVar[timedelta] = timedelta(hours=2)
    media: ClassVar[tuple[str, ...]] = ("application/xml", "text/xml")
    limit: ClassVar[int] = 32 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by the namespace near the beginning, in 8 or 16 bits."""
        head = opening(data, 16384)
        return head.startswith(b"<") and b"http://www.opengis.net/waterml/2.0" in head

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every observation; one that cannot be read is rejected by itself."""
        try:
            root = parse_xml(data, Limits(size=self.limit, elements=1_600_000))
            parts = list(root.iter(f"{_OM}OM_Observation"))
            if not parts:
                raise InvalidInputError(
                    "There is no om:OM_Observation in this document; expected WaterML 2.0."
                )
            if len(parts) > MAX_SERIES:
                raise LimitError(f"The document has more than {MAX_SERIES:,} series.")
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        found = Measures(context, self.name)
        for place, part in enumerate(parts):
            try:
                _observation(found, part)
            except LimitError as error:
                found.refuse(error, f"observation {place}")
                break
            except InvalidInputError as error:
                found.refuse(error, f"observation {place}", etree.tostring(part)[:8192])
        return found.parsed()


@dataclass(frozen=True)
class _Point:
    """What holds for a value: its unit, its quality, and how it stands for an interval."""

    unit: str = ""
    quality: str = ""
    stands: str = ""

    def over(self, meta: Element | None) -> "_Point":
        """Return what holds where an element says more."""
        if meta is None:
            return self
        unit = meta.find(f"{_WML}uom")
        own = "" if unit is None else words(unit.get("code") or unit.get(f"{_XLINK}title") or _tail(unit), 60)
        quality = _tail(meta.find(f"{_WML}quality"))
        if not quality and meta.find(f"{_WML}nilReason") is not None:
            quality = "missing"
        stands = _tail(meta.find(f"{_WML}interpolationType"))
        return replace(
            self, unit=own or self.unit, quality=quality or self.quality, stands=stands or self.stands
        )


def _observation(found: Measures, part: Element) -> None:
    result = part.find(f"{_OM}result/{_WML}MeasurementTimeseries")
    if result is None:
        raise InvalidInputError(
            "An observation has no wml2:MeasurementTimeseries; only measurements can be kept."
        )
    usual = _Point().over(
        _first(result, "defaultPointMetadata", "DefaultTVPMeasurementMetadata", "DefaultTVPMetadata")
    )
    interest, observed = part.find(f"{_OM}featureOfInterest"), part.find(f"{_OM}observedProperty")
    station, station_title = _feature(interest)
    measured, measured_title = _tail(observed), _title(observed)
    if not station or not (measured or measured_title):
        raise InvalidInputError(
            "An observation does not name its featureOfInterest and its observedProperty."
        )
    aggregate = [] if usual.stands in _INSTANT else [usual.stands]
    name = name_of(found.context.source or "waterml", station, measured or measured_title, *aggregate)
    if not usual.unit:
        own = next(result.iter(f"{_WML}uom"), None)
        usual = replace(usual, unit="" if own is None else words(own.get("code"), 60))
    attrs: dict[str, Any] = {"station": station, "property": measured_title or measured, "procedure": _tail(part.find(f"{_OM}procedure")),
                             "interpolation": usual.stands}  # fmt: skip
    base, spacing = _spacing(result, found.context.zone)
    if spacing is not None:
        attrs["interval_s"] = spacing.total_seconds()
    try:
        place = _place(interest)
    except InvalidInputError as error:
        found.refuse(error, f"place of {name}", b"" if interest is None else etree.tostring(interest)[:2048])
        place = None
    scale = found.describe(
        name, usual.unit, title=words(f"{station_title or station}, {measured_title or measured}"),
        quantity=quantity(measured_title, measured), place=place, attrs={key: said for key, said in attrs.items() if said},
    )  # fmt: skip
    zone = _zone(interest) or found.context.zone
    for index, item in enumerate(result.findall(f"{_WML}point/{_WML}MeasurementTVP")):
        if len(found.observations) >= MAX_VALUES:
            raise LimitError(f"The document has more than {MAX_VALUES:,} values; ask for fewer at once.")
        try:
            time = instant(_text(item, "time"), "time", zone)
            if time is None:
                time = _counted(base, spacing, index)
            _see(found, name, time, item, usual, scale)
        except InvalidInputError as error:
            found.refuse(error, f"{name} point {index}", etree.tostring(item)[:2048])


def _see(found: Measures, name: str, time: datetime, item: Element, usual: _Point, scale: Scale) -> None:
    own = usual.over(_first(item, "metadata", "TVPMeasurementMetadata", "TVPMetadata"))
    if own.stands != usual.stands:
        raise InvalidInputError(
            f"A value stands for its time as {own.stands[:40]!r}, those around it as {usual.stands[:40]!r}."
        )
    if own.unit != usual.unit:
        scale = found.scale(name, own.unit) or scale
    value = item.find(f"{_WML}value")
    text = "" if value is None else words(value.text, 40)
    nil = value is None or value.get(_NIL) in ("true", "1") or not text
    if own.quality and own.quality not in _QUALITY:
        raise InvalidInputError(f"quality is {own.quality[:40]!r}; expected one of {', '.join(_QUALITY)}.")
    found.see_once(name, time, text, MISSING if nil else _QUALITY.get(own.quality, 1), scale)


def _first(part: Element, name: str, *kinds: str) -> Element | None:
    """Return the first element of some kinds within a named one."""
    places = (part.find(f"{_WML}{name}/{_WML}{kind}") for kind in kinds)
    return next((found for found in places if found is not None), None)


def _text(part: Element, name: str) -> str:
    found = part.find(f"{_WML}{name}")
    return "" if found is None else words(found.text, 80)


def _tail(part: Element | None) -> str:
    """Return the last piece of the address that an element links to."""
    if part is None:
        return ""
    link = words(part.get(f"{_XLINK}href"), 500)
    return words(re.split(r"[/#?=]|:(?!/)", link.rstrip("/"))[-1], 100)


def _title(part: Element | None) -> str:
    return "" if part is None else words(part.get(f"{_XLINK}title"), 150)


def _feature(interest: Element | None) -> tuple[str, str]:
    """Return the identifier of the feature of interest, and its name."""
    if interest is None:
        return "", ""
    within = interest[0] if len(interest) else None
    if within is None:
        return _tail(interest) or _title(interest), _title(interest)
    identifier, title = (words(within.findtext(f"{_GML}{name}"), 100) for name in ("identifier", "name"))
    key = identifier.rstrip("/").rpartition("/")[2] or words(within.get(f"{_GML}id"), 100)
    return key, title or _title(interest)


def _place(interest: Element | None) -> dict[str, Any] | None:
    """Return the station's place.

    Raises
    ------
    InvalidInputError
        If its coordinates cannot be read, or the order of their axes is not told.
    """
    if interest is None:
        return None
    for spot in interest.iter(f"{_GML}Point"):
        pos = spot.find(f"{_GML}pos")
        if pos is None:
            continue
        system = words(pos.get("srsName") or spot.get("srsName"), 200)
        match = _SYSTEM.fullmatch(system)
        numbers = words(pos.text, 200).split()
        if len(numbers) not in (2, 3):
            raise InvalidInputError("A gml:pos has neither two nor three numbers.")
        if match and match[1] == "EPSG" and match[2] in _LATITUDE_FIRST:
            return point(numbers[1], numbers[0])
        if match and (match[1], match[2]) == ("OGC", "CRS84"):
            return point(numbers[0], numbers[1])
        raise InvalidInputError(
            f"A place is in {system[:80]!r}; expected urn:ogc:def:crs:EPSG::4326 or urn:ogc:def:crs:OGC:1.3:CRS84."
        )
    return None


def _zone(interest: Element | None) -> tzinfo | None:
    """Return the zone that a monitoring point names for its times."""
    offsets: Iterator[Element] = iter(()) if interest is None else interest.iter(f"{_WML}zoneOffset")
    text = next((words(offset.text, 10) for offset in offsets), "")
    match = re.fullmatch(r"([+-]?)(\d\d):(\d\d)", text, re.ASCII)
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-shift if match[1] == "-" else shift)


def _spacing(result: Element, zone: tzinfo | None) -> tuple[datetime | None, timedelta | None]:
    """Return the first time and the step of a series that names them."""
    meta = _first(result, "metadata", "MeasurementTimeseriesMetadata", "TimeseriesMetadata")
    if meta is None:
        return None, None
    step = _text(meta, "spacing")
    return instant(_text(meta, "baseTime"), "baseTime", zone), duration(step) if step else None


def _counted(base: datetime | None, spacing: timedelta | None, index: int) -> datetime:
    if base is None or not spacing:
        raise InvalidInputError("A point has no time, and its series no baseTime and spacing.")
    try:
        return base + spacing * index
    except OverflowError:
        raise InvalidInputError("A point's time lies beyond the year 9999.") from None
