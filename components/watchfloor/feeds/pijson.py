"""FEWS PI-JSON: time series as a Delft-FEWS web service gives them."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, ClassVar

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.core.units import Scale
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of, quantity
from watchfloor.feeds.values import number, point, refuse, words
from watchfloor.security.json import parse_json

__all__ = ["PiJson"]

MAX_SERIES, MAX_EVENTS = 20_000, 2_000_000
SKEW = timedelta(minutes=5)
# Delft-FEWS data flags: 0 to 2 original, corrected, completed and reliable; 3 to 5 the same, doubtful; 6 to 8
# unreliable; 9 missing (Deltares, FEWS configuration guide, "D Time Series Flags").
_FLAGS = {0: 0, 1: 0, 2: 0, 3: 2, 4: 2, 5: 2, 6: 3, 7: 3, 8: 3, 9: MISSING}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


class PiJson(Feed):
    """Time series of the published interface (PI) of Delft-FEWS, in JSON.

    A series is called ``<source>/<locationId>/<parameterId>``, with its qualifiers behind. A forecast, which is one with
    a ``forecastDate``, is another series: ``…/forecast``, with the ensemble and its member behind, so that it never mixes
    with what was measured. Its attributes say ``forecast_of`` (the observed series), ``issued`` (the forecast's date) and
    ``member``; each new forecast is the next revision of the values before it. It has no place of its own. Where what it
    is a forecast of comes from another source, under another name, its header may say so: ``"forecastOf": "edge/G1/H"``
    (our own addition to PI-JSON).

    Flags 0 to 9 become 0 (reliable), 2 (doubtful), 3 (unreliable) and 9 (missing). Times without a time zone in the
    document are in the source's.

    Examples
    --------
    >>> data = b'''{"timeZone": "1.0", "timeSeries": [{"header": {"locationId": "G1", "parameterId": "H.obs", "units": "cm",
    ...   "missVal": "-999.0"}, "events": [{"date": "2026-06-01", "time": "13:00:00", "value": "122", "flag": "0"}]}]}'''
    >>> [seen] = PiJson().parse(data, Context(parse_time("2026-06-01T12:01:00Z"), "fews")).observations
    >>> seen.series, seen.time.hour, seen.value
    ('fews/G1/H.obs', 12, 1.22)
    """

    name: ClassVar[str] = "pijson"
    title: ClassVar[str] = "FEWS PI-JSON"
    cadence: ClassVar[timedelta] = timedelta(minutes=15)
    late_after: ClassVar[timedelta] = timedelta(hours=1)
    media: ClassVar[tuple[str, ...]] = ("application/json",)
    limit: ClassVar[int] = 64 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by the names that its head has."""
        head = data[:8192].lstrip(b"\xef\xbb\xbf \t\r\n")
        return (
            head.startswith(b"{") and b'"timeSeries"' in head and b"timeSeriesResponse" not in head
        )  # that is NWIS

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every series; one that cannot be read is rejected, and so is each of its events."""
        try:
            said = parse_json(data, self.limit)
            if not isinstance(said, dict) or not isinstance(said.get("timeSeries"), list):
                raise InvalidInputError("The document has no list timeSeries; expected PI-JSON.")
            if len(said["timeSeries"]) > MAX_SERIES:
                raise LimitError(f"The document has more than {MAX_SERIES:,} series.")
            if not said["timeSeries"]:
                raise InvalidInputError("The list timeSeries is empty.")
            zone = _zone(said.get("timeZone"), context.zone)
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        found = Measures(context, self.name)
        for place, part in enumerate(said["timeSeries"]):
            try:
                _series(found, part, zone, context)
            except InvalidInputError as error:
                found.refuse(error, f"series {place}", part)
        return found.parsed()


def _zone(given: Any, declared: tzinfo | None) -> tzinfo:
    """Read the document's time zone, in hours ahead of UTC."""
    hours = number(given, "timeZone", -14, 14)
    if hours is None:
        if declared is None:
            raise InvalidInputError("The document names no timeZone, and its source declares none.")
        return declared
    return timezone(timedelta(hours=hours))


def _series(found: Measures, part: Any, zone: tzinfo, context: Context) -> None:
    header = part.get("header") if isinstance(part, dict) else None
    events = part.get("events", []) if isinstance(part, dict) else None
    if not isinstance(header, dict) or not isinstance(events, list):
        raise InvalidInputError("A series has no header, or its events are no list.")
    if len(found.observations) + len(events) > MAX_EVENTS:
        raise LimitError(f"The document has more than {MAX_EVENTS:,} events.")
    observed = _target(header) or _observed(header, context)
    issued = _time(header["forecastDate"], zone) if header.get("forecastDate") else None
    if issued is not None and issued > context.received + SKEW:
        raise InvalidInputError(f"The forecast was issued at {format_time(issued)}, which is still to come.")
    name = name_of(observed, "forecast", *_member(header)) if issued else observed
    scale = _describe(found, name, observed, header, issued)
    missing = header.get("missVal")
    none = number(missing, "missVal") if missing not in (None, "NaN", "nan") else None
    if issued is not None:
        found.forecast.add(name)
    for place, event in enumerate(events):
        try:
            _event(found, name, event, zone, none, scale)
        except InvalidInputError as error:
            found.refuse(error, f"{name} event {place}", event)


def _observed(header: Mapping[str, Any], context: Context) -> str:
    """Return the name of the observed series that a header speaks of."""
    parts = [header.get("locationId"), header.get("parameterId")]
    qualifiers = header.get("qualifierId") or []
    parts += qualifiers if isinstance(qualifiers, list) else [qualifiers]
    if not all(isinstance(part, str) and part for part in parts):
        raise InvalidInputError("A header needs a locationId and a parameterId; one is missing or no text.")
    return name_of(context.source or "pijson", *parts)


def _target(header: Mapping[str, Any]) -> str:
    """Return the observed series that a forecast names as another source's; empty where it names none."""
    given = header.get("forecastOf") if header.get("forecastDate") else None
    if given is None:
        return ""
    if not isinstance(given, str):
        raise InvalidInputError(f"forecastOf is {given!r:.60}; expected the name of a series.")
    return name_of(given)


def _member(header: Mapping[str, Any]) -> list[str]:
    """Return the ensemble and its member, where a header names them."""
    member = header.get("ensembleMemberIndex", header.get("ensembleMemberId"))
    parts = [words(header.get("ensembleId"), 60), words(member, 20)]
    return [part for part in parts if part]


def _describe(
    found: Measures, name: str, observed: str, header: Mapping[str, Any], issued: datetime | None
) -> Scale:
    station = words(header.get("stationName") or header["locationId"])
    parameter = words(header["parameterId"])
    about: dict[str, Any] = {"location": header["locationId"], "parameter": header["parameterId"]}
    about |= {key: words(header[key]) for key in ("type", "moduleInstanceId") if header.get(key)}
    step = header.get("timeStep")
    unit_of_step = words(step.get("unit")) if isinstance(step, dict) else ""
    if isinstance(step, dict) and unit_of_step in _SECONDS:
        times = number(step.get("multiplier", 1), "timeStep", 1, 1e6) or 1
        about["interval_s"] = _SECONDS[unit_of_step] * times
    place = _place(header)
    if issued is not None:
        about |= {"forecast_of": observed, "issued": format_time(issued), "member": "/".join(_member(header))}
        about |= {"place": place["coordinates"]} if place else {}
        place = None
    unit = header.get("units", "")
    if not isinstance(unit, str):
        raise InvalidInputError("units is no text.")
    return found.describe(
        name, unit, title=f"{station}, {parameter}", quantity=quantity(parameter), place=place, attrs=about
    )


def _place(header: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the station's place; FEWS writes NaN where it has none."""
    lon, lat = header.get("lon"), header.get("lat")
    if any(str(value).casefold() in ("none", "nan", "") for value in (lon, lat)):
        return None
    found = point(lon, lat)
    return found | {"coordinates": list(found["coordinates"])}


def _event(found: Measures, name: str, event: Any, zone: tzinfo, none: float | None, scale: Scale) -> None:
    if not isinstance(event, dict):
        raise InvalidInputError(f"An event is a {type(event).__name__}; expected an object.")
    flagged = number(event.get("flag"), "flag", 0, 9)
    if flagged is not None and flagged not in _FLAGS:
        raise InvalidInputError(f"flag is {flagged:g}; expected 0 to 9.")
    given = event.get("value")
    value = None if given in ("NaN", "nan") else number(given, "value")
    gone = value is None or (none is not None and math.isclose(value, none, rel_tol=1e-6))
    ours = MISSING if gone else 1 if flagged is None else _FLAGS[int(flagged)]
    found.see(name, _time(event, zone), value, ours, scale)


def _time(given: Any, zone: tzinfo) -> datetime:
    if not isinstance(given, dict):
        raise InvalidInputError("A time is no object with date and time.")
    return parse_time(f"{given.get('date')}T{given.get('time')}", zone)
