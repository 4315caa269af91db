"""OGC SensorThings 1.1: things, their data streams, and what these observed."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.core.units import Scale, agreed
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import Measures, name_of, quantity
from watchfloor.feeds.values import instant, point, refuse, tidy, words
from watchfloor.security.json import parse_json

__all__ = ["SensorThings"]

MAX_OBSERVATIONS = 500_000
_ID = re.compile(r"Datastreams\(('?)([^()']{1,100})\1\)")
_TRUTH = "OM_TruthObservation"
_NUMBER = ("OM_Measurement", "OM_CountObservation", "OM_Observation", _TRUTH)


class SensorThings(Feed):
    """Things, Datastreams and Observations of an OGC SensorThings 1.1 service (18-088).

    It reads a Thing or a list of them with ``$expand=Locations,Datastreams($expand=ObservedProperty,Observations)``, a
    list of Datastreams, a list of Observations, the ``dataArray`` form, and an Observation that a service publishes over
    MQTT under ``v1.1/Datastreams(42)/Observations``.

    A series is called ``<source>/<id of the Datastream>``. Observations that come without their Datastream are in the
    unit that the Datastream was described with: fetch the Things first, or they are put aside. Of an interval its end
    is the time of the value. A Datastream whose results are no numbers is put aside.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''{"@iot.id": 7, "name": "Stage", "unitOfMeasurement": {"name": "foot", "symbol": "ft"},
    ...   "ObservedProperty": {"name": "Gage height"}, "Observations": [
    ...   {"phenomenonTime": "2026-06-01T12:00:00Z", "result": 10.0}]}'''
    >>> [seen] = SensorThings().parse(data, Context(parse_time("2026-06-01T12:01:00Z"), "sta")).observations
    >>> seen.series, round(seen.value, 3)
    ('sta/7', 3.048)
    """

    name: ClassVar[str] = "sensorthings"
    title: ClassVar[str] = "OGC SensorThings"
    cadence: ClassVar[timedelta] = timedelta(minutes=5)
    late_after: ClassVar[timedelta] = timedelta(minutes=30)
    media: ClassVar[tuple[str, ...]] = ("application/json",)
    limit: ClassVar[int] = 32 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:  # noqa: ARG003  its bytes tell enough
        """Tell by the names that its head has."""
        head = data[:16384].lstrip(b"\xef\xbb\xbf \t\r\n")
        marks = (b'"Datastreams"', b'"unitOfMeasurement"', b'"phenomenonTime"', b"@iot.", b'"dataArray"')
        return head.startswith((b"{", b"[")) and any(mark in head for mark in marks)

    def more(self, data: bytes) -> str:
        """Return the address of the next page, if the document names one."""
        try:
            said = parse_json(data, self.limit)
        except (InvalidInputError, UnsafeError):
            return ""
        link = said.get("@iot.nextLink") if isinstance(said, dict) else None
        return link if isinstance(link, str) and len(link) <= 2000 else ""

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read all that it speaks of; what cannot be read is rejected part by part."""
        try:
            said = parse_json(data, self.limit)
            parts = said.get("value", [said]) if isinstance(said, dict) else said
            if not isinstance(parts, list):
                raise InvalidInputError("The document is no SensorThings entity, and no list of them.")
            if not parts and not (isinstance(said, dict) and "value" in said):
                raise InvalidInputError("The document is an empty list.")
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        found = Measures(context, self.name)
        stream = _ID.search(context.topic)
        for place, part in enumerate(parts):
            try:
                _entity(found, part, stream[2] if stream else "")
            except InvalidInputError as error:
                found.refuse(error, f"value {place}", part)
        return found.parsed()


def _entity(found: Measures, part: Any, stream: str) -> None:
    """Read one entity, told by what it has."""
    if not isinstance(part, dict):
        raise InvalidInputError(f"An entity is a {type(part).__name__}; expected an object.")
    if "dataArray" in part:
        name, scale = _described(found, part, stream)
        _array(found, part, name, scale)
    elif "result" in part or "phenomenonTime" in part:
        name, scale = _described(found, part, stream)
        _see(found, part, name, scale)
    elif "unitOfMeasurement" in part:
        thing = part.get("Thing")
        _stream(found, part, thing if isinstance(thing, dict) else {})
    elif isinstance(part.get("Datastreams"), list):
        for place, item in enumerate(part["Datastreams"]):
            try:
                _stream(found, item, part)
            except InvalidInputError as error:
                found.refuse(error, f"Datastream {place} of {words(part.get('name'), 60)}", item)
    elif "Datastreams@iot.navigationLink" in part:
        raise InvalidInputError(
            "A Thing comes without its Datastreams; ask for it with $expand=Locations,Datastreams."
        )
    else:
        raise InvalidInputError("An entity is neither a Thing, a Datastream nor an Observation.")


def _stream(found: Measures, stream: Any, thing: Mapping[str, Any]) -> None:
    """Read one Datastream with its Observations."""
    if not isinstance(stream, dict):
        raise InvalidInputError(f"A Datastream is a {type(stream).__name__}; expected an object.")
    kind = words(stream.get("observationType"), 200).rpartition("/")[2]
    if kind and kind not in _NUMBER:
        raise InvalidInputError(f"A Datastream observes {kind[:60]}; only numbers can be kept as a series.")
    title = words(stream.get("name"), 200)
    thing_name = words(thing.get("name"), 200)
    name = _name(found, stream.get("@iot.id"), thing_name, title)
    unit = stream.get("unitOfMeasurement")
    unit = unit if isinstance(unit, dict) else {}
    named, symbol = words(unit.get("name"), 100), words(unit.get("symbol"), 60)
    observed = stream.get("ObservedProperty")
    observed = observed if isinstance(observed, dict) else {}
    about: dict[str, Any] = {"unit_as_given": {"name": named, "symbol": symbol}}
    about |= {
        key: tidy(value)
        for key, value in (
            ("thing", thing_name), ("description", stream.get("description")), ("property", observed.get("name")),
            ("sensor", _inner(stream, "Sensor").get("name")), ("properties", stream.get("properties")),
        )
        if value
    }  # fmt: skip
    if kind == _TRUTH:
        about["truth"] = True
    scale = found.describe(
        name,
        "1" if kind == _TRUTH and not (named or symbol) else agreed(named, symbol),
        title=f"{thing_name}, {title}" if thing_name and title else title or thing_name,
        quantity=quantity(words(observed.get("name")), words(observed.get("definition")), title),
        place=_place(thing, stream),
        attrs=about,
    )
    observations = stream.get("Observations", [])
    if not isinstance(observations, list):
        raise InvalidInputError("The Observations of a Datastream are no list.")
    for place, item in enumerate(observations):
        try:
            _see(found, item, name, scale, truth=kind == _TRUTH)
        except InvalidInputError as error:
            found.refuse(error, f"{name} Observation {place}", item)


def _inner(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = part.get(name)
    return inner if isinstance(inner, dict) else {}


def _name(found: Measures, given: Any, *others: str) -> str:
    source = found.context.source or "sensorthings"
    if isinstance(given, int | str) and not isinstance(given, bool) and str(given):
        return name_of(source, given)
    parts = [part for part in others if part]
    if not parts:
        raise InvalidInputError("A Datastream has neither an @iot.id nor a name.")
    return name_of(source, *parts)


def _described(found: Measures, part: Mapping[str, Any], topic: str) -> tuple[str, Scale]:
    """Return the series that an Observation belongs to, and its scale."""
    inner = _inner(part, "Datastream")
    if "unitOfMeasurement" in inner:
        _stream(found, {**inner, "Observations": []}, _inner(inner, "Thing"))
    link = _ID.search(words(part.get("Datastream@iot.navigationLink"), 2000))
    given = inner.get("@iot.id", link[2] if link else topic)
    if given in ("", None):
        raise InvalidInputError("An Observation does not say to which Datastream it belongs.")
    name = _name(found, given)
    scale = found.scale(name)
    if scale is None:
        raise InvalidInputError(
            f"The Datastream {words(given, 60)!r} is not described yet, so the unit of its Observations is not known; fetch its"
            " Things first."
        )
    return name, scale


def _array(found: Measures, part: Mapping[str, Any], name: str, scale: Scale) -> None:
    """Read the dataArray form: the names of the columns, then rows."""
    columns, rows = part.get("components"), part["dataArray"]
    if not isinstance(columns, list) or not isinstance(rows, list) or "result" not in columns:
        raise InvalidInputError("A dataArray names no components, or none of them is result.")
    for place, row in enumerate(rows):
        try:
            if not isinstance(row, list) or len(row) != len(columns):
                raise InvalidInputError(f"A row of a dataArray is no list of {len(columns)} values.")
            _see(found, dict(zip(map(str, columns), row, strict=True)), name, scale)
        except InvalidInputError as error:
            found.refuse(error, f"{name} row {place}", row)


def _see(found: Measures, item: Any, name: str, scale: Scale, *, truth: bool = False) -> None:
    if not isinstance(item, dict):
        raise InvalidInputError(f"An Observation is a {type(item).__name__}; expected an object.")
    if len(found.observations) >= MAX_OBSERVATIONS:
        raise LimitError(
            f"The document has more than {MAX_OBSERVATIONS:,} observations; ask for fewer at once ($top)."
        )
    if "result" not in item:
        raise InvalidInputError("An Observation has no result.")
    result = item["result"]
    if isinstance(result, bool) and truth:
        result = float(result)
    found.see(name, _time(item, found.context), result, 1, scale)


def _time(item: Mapping[str, Any], context: Context) -> datetime:
    """Return the time of an Observation: the instant, or the end of the interval."""
    given = item.get("phenomenonTime") or item.get("resultTime")
    if isinstance(given, str) and "/" in given:
        first, _, last = given.partition("/")
        start, end = (instant(text, "phenomenonTime", context.zone) for text in (first, last))
        if start is None or end is None or end < start:
            raise InvalidInputError(
                f"phenomenonTime {given[:60]!r} is no interval from a time to a later one."
            )
        return end
    time = instant(given, "phenomenonTime", context.zone)
    if time is None:
        raise InvalidInputError("An Observation has neither a phenomenonTime nor a resultTime.")
    return time


def _place(thing: Mapping[str, Any], stream: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the point that a Thing stands at."""
    for shape in _shapes(thing, stream):
        geometry = shape.get("geometry") if shape.get("type") == "Feature" else shape
        if isinstance(geometry, dict) and geometry.get("type") == "Point":
            at = geometry.get("coordinates")
            if isinstance(at, list) and len(at) in (2, 3):
                return point(at[0], at[1])
    return None


def _shapes(thing: Mapping[str, Any], stream: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    locations = thing.get("Locations")
    for item in locations if isinstance(locations, list) else []:
        if isinstance(item, dict) and isinstance(item.get("location"), dict):
            yield item["location"]
    if isinstance(stream.get("observedArea"), dict):
        yield stream["observedArea"]
