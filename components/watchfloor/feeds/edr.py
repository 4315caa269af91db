"""OGC API EDR: CoverageJSON at points and on small grids as series, and the addresses to ask for them."""

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.core.units import agreed
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import MISSING, Measures, name_of, quantity
from watchfloor.feeds.values import following, instant, number, point, refuse, words
from watchfloor.security.json import parse_json

__all__ = ["EDR", "area_url", "locations_url", "position_url"]

MAX_SERIES, MAX_VALUES, MAX_CORNERS = 2_000, 1_000_000, 1_000
SKEW = timedelta(minutes=5)
_AXES = ("x", "y", "z", "t")


class EDR(Feed):
    """Answers of OGC API Environmental Data Retrieval (19-086r6) in CoverageJSON (21-069r2).

    It reads a Coverage or a CoverageCollection whose domain has the plain axes x, y, z and t (Point, PointSeries,
    VerticalProfile, Grid); every point of a grid is a series: ask for small areas. A series is called
    ``<source>/<longitude>,<latitude>/<parameter>``, with the height behind where there is more than the ground. Where the last
    time lies ahead of the arrival the coverage is a forecast: its series have ``/forecast`` behind, and each new run is the
    next revision of the values before it.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> data = b'''{"type": "Coverage", "domain": {"type": "Domain", "domainType": "PointSeries", "axes": {"x": {"values": [5.0]},
    ...   "y": {"values": [52.0]}, "t": {"values": ["2026-06-01T10:00:00Z"]}}}, "parameters": {"ta": {"type": "Parameter",
    ...   "unit": {"symbol": "K"}, "observedProperty": {"label": {"en": "Air temperature"}}}},
    ...   "ranges": {"ta": {"type": "NdArray", "axisNames": ["t"], "shape": [1], "values": [283.15]}}}'''
    >>> [seen] = EDR().parse(data, Context(parse_time("2026-06-01T12:00:00Z"), "knmi")).observations
    >>> seen.series, round(seen.value, 6)
    ('knmi/5.0,52.0/ta', 10.0)
    """

    name: ClassVar[str] = "edr"
    title: ClassVar[str] = "OGC API EDR (CoverageJSON)"
    cadence: ClassVar[timedelta] = timedelta(minutes=10)
    late_after: ClassVar[timedelta] = timedelta(hours=2)
    media: ClassVar[tuple[str, ...]] = (
        "application/vnd.cov+json",
        "application/prs.coverage+json",
        "application/json",
    )
    limit: ClassVar[int] = 32 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:
        """Tell by CoverageJSON's types, or by the file's name."""
        head = data[: 64 * 1024].lstrip(b"\xef\xbb\xbf \t\r\n")
        told = any(mark in head for mark in (b'"Coverage"', b'"CoverageCollection"'))
        return head.startswith(b"{") and (told or name.casefold().endswith(".covjson"))

    def more(self, data: bytes) -> str:
        """Return the address of the next page, if the answer names one."""
        return following(data, self.limit)

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every coverage; a parameter that cannot be read costs no other."""
        found = Measures(context, self.name)
        try:
            said = parse_json(data, self.limit)
            kind = said.get("type") if isinstance(said, dict) else None
            parts = (
                [said]
                if kind == "Coverage"
                else said.get("coverages")
                if kind == "CoverageCollection"
                else None
            )
            if not isinstance(parts, list) or not parts:
                raise InvalidInputError(
                    "The document is no Coverage, and no CoverageCollection with coverages."
                )
            if len(parts) > MAX_SERIES:
                raise LimitError(f"The document has more than {MAX_SERIES:,} coverages.")
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        for place, part in enumerate(parts):
            try:
                _coverage(found, part, said)
            except LimitError as error:
                found.refuse(error, f"coverage {place}")
                break
            except InvalidInputError as error:
                found.refuse(error, f"coverage {place}", part)
        return found.parsed()


def _coverage(found: Measures, part: Any, whole: Mapping[str, Any]) -> None:
    domain = part.get("domain") if isinstance(part, dict) else None
    ranges = part.get("ranges") if isinstance(part, dict) else None
    if not isinstance(domain, dict) or not isinstance(ranges, dict):
        raise InvalidInputError(
            "A coverage has no domain and ranges of its own; links to them are not followed."
        )
    _system(domain.get("referencing", whole.get("referencing")))
    given = domain.get("axes")
    if not isinstance(given, dict) or not {"x", "y", "t"} <= given.keys() <= set(_AXES):
        raise InvalidInputError(
            "A domain needs the axes x, y and t, and may have z; others and composite ones are not read."
        )
    axes = {name: _axis(name, given[name], found.context) for name in _AXES if name in given}
    parameters = part.get("parameters", whole.get("parameters"))
    ahead = max(axes["t"]) > found.context.received + SKEW
    for key, array in ranges.items():
        about = parameters.get(key) if isinstance(parameters, dict) else None
        try:
            _parameter(found, key, about, array, axes, ahead=ahead)
        except LimitError:
            raise
        except InvalidInputError as error:
            found.refuse(error, f"parameter {words(key, 60)}", about)


def _system(referencing: Any) -> None:
    """Refuse places that are no longitude and latitude, and times of another calendar."""
    for item in referencing if isinstance(referencing, list) else []:
        system = item.get("system") if isinstance(item, dict) else None
        kind = words(system.get("type"), 60) if isinstance(system, dict) else ""
        calendar = words(system.get("calendar"), 100) if isinstance(system, dict) else ""
        if kind == "ProjectedCRS" or (
            kind == "TemporalRS" and calendar.rpartition("/")[2] not in ("Gregorian", "")
        ):
            raise InvalidInputError(
                f"A domain is in a {kind} {calendar}; ask for CRS84 (crs=) and the Gregorian calendar."
            )


def _axis(name: str, given: Any, context: Context) -> list[Any]:
    """Return the values of an axis: listed, or counted from a start to a stop."""
    values = given.get("values") if isinstance(given, dict) else None
    if values is None and isinstance(given, dict):
        start, stop = number(given.get("start"), name), number(given.get("stop"), name)
        count = number(given.get("num"), f"num of {name}", 1, MAX_VALUES)
        if name == "t" or start is None or stop is None or count is None or count % 1:
            raise InvalidInputError(f"The axis {name} has neither values nor start, stop and num.")
        step = (stop - start) / (count - 1) if count > 1 else 0.0
        values = [round(start + step * place, 9) for place in range(int(count))]
    if not isinstance(values, list) or not values:
        raise InvalidInputError(f"The axis {name} has no values.")
    if len(values) > MAX_VALUES:
        raise LimitError(f"The axis {name} has more than {MAX_VALUES:,} values.")
    read: list[Any] = [
        instant(value, "t", context.zone) if name == "t" else number(value, name) for value in values
    ]
    if any(value is None for value in read):
        raise InvalidInputError(f"A value of the axis {name} is missing.")
    return read


def _parameter(
    found: Measures, key: str, about: Any, array: Any, axes: Mapping[str, list[Any]], *, ahead: bool
) -> None:
    """Read the values of one parameter, at every point a series."""
    if not isinstance(about, dict):
        raise InvalidInputError(
            f"The parameter {words(key, 60)!r} is not described, so its unit is not known."
        )
    unit = about.get("unit")
    unit = unit if isinstance(unit, dict) else {}
    symbol = unit.get("symbol")
    symbol = words(symbol.get("value") if isinstance(symbol, dict) else symbol, 60)
    observed = about.get("observedProperty")
    observed = observed if isinstance(observed, dict) else {}
    named = _label(observed.get("label")) or _label(about.get("description")) or key
    values, steps = _array(array, axes)
    heights: list[Any] = axes.get("z", [None])
    points = len(axes["x"]) * len(axes["y"]) * len(heights)
    if points > MAX_SERIES or len(found.observations) + len(values) > MAX_VALUES:
        raise LimitError(
            f"There are {points:,} points and {len(values):,} values; ask for a smaller area or time."
        )
    written = agreed(_label(unit.get("label")), symbol)
    for (i, x), (j, y), (k, z) in itertools.product(
        enumerate(axes["x"]), enumerate(axes["y"]), enumerate(heights)
    ):
        place = point(x, y)
        at = "{},{}".format(*place["coordinates"])
        height = [] if z is None or (len(heights) == 1 and not z) else [f"{z:g}"]
        observed_name = name_of(found.context.source or "edr", at, words(key, 80), *height)
        name = name_of(observed_name, "forecast") if ahead else observed_name
        attrs: dict[str, Any] = {"parameter": words(key, 80), "height": height[0] if height else ""}
        if ahead:
            found.forecast.add(name)
            attrs["forecast_of"] = observed_name
        scale = found.describe(
            name, written, title=words(f"{x:g}, {y:g}: {named}"), quantity=quantity(key, words(observed.get("id"), 300), named),
            place=place, attrs={note: said for note, said in attrs.items() if said},
        )  # fmt: skip
        base = i * steps["x"] + j * steps["y"] + k * steps["z"]
        for place_t, time in enumerate(axes["t"]):
            value = values[base + place_t * steps["t"]]
            try:
                found.see_once(name, time, value, MISSING if value is None else 1, scale)
            except InvalidInputError as error:
                found.refuse(error, f"{name} at {format_time(time)}", value)


def _label(given: Any) -> str:
    """Return a text of several languages in English, else in its first."""
    if not isinstance(given, dict):
        return words(given, 150)
    return words(given.get("en") or next(iter(given.values()), ""), 150)


def _array(array: Any, axes: Mapping[str, list[Any]]) -> tuple[list[Any], dict[str, int]]:
    """Return the values of an NdArray, and how far apart they stand along each axis."""
    if not isinstance(array, dict) or array.get("type") != "NdArray":
        raise InvalidInputError("Values are no NdArray; tiled ones and links are not read.")
    values, names, shape = array.get("values"), array.get("axisNames", []), array.get("shape", [])
    if not isinstance(values, list) or not isinstance(names, list) or not isinstance(shape, list):
        raise InvalidInputError("An NdArray needs lists of values, axisNames and shape.")
    if len(set(map(str, names))) != len(names) or any(name not in axes for name in map(str, names)):
        raise InvalidInputError("An NdArray names axes that its domain has not, or one twice.")
    expected = [len(axes[name]) for name in names]
    if (
        shape != expected
        or len(values) != math.prod(expected)
        or any(len(axes[name]) != 1 for name in axes if name not in names)
    ):
        raise InvalidInputError(
            f"An NdArray has {len(values):,} values in the shape {str(shape)[:60]}; its axes are {expected} long."
        )
    steps = dict.fromkeys(_AXES, 0)
    for place, name in enumerate(names):
        steps[name] = math.prod(expected[place + 1 :])
    return values, steps


def position_url(
    base: str, collection: str, lon: float, lat: float, *, start: datetime | None = None, end: datetime | None = None,
    parameters: Sequence[str] = (), instance: str = "", form: str = "CoverageJSON",
) -> str:  # fmt: skip
    """Return the address that asks for the values at one place.

    Parameters
    ----------
    base
        Address of the service, with http or https.
    collection, instance
        Its names; the instance is a run of a model.
    lon, lat
        Degrees on WGS 84.
    start, end
        Aware; None leaves that end open, both None asks for what the service has.
    parameters
        Names of parameters; none asks for all.
    form
        The service's name of its format; empty for its own choice.

    Raises
    ------
    InvalidInputError
        If the address, a name or a number cannot be.

    Examples
    --------
    >>> position_url("https://x.org/edr", "obs", 5.0, 52.1, parameters=["ta", "rh"])
    'https://x.org/edr/collections/obs/position?coords=POINT(5.0%2052.1)&parameter-name=ta,rh&f=CoverageJSON'
    """
    return _url(
        base, collection, instance, "position", f"POINT({_pair(lon, lat)})", start, end, parameters, form
    )


def area_url(
    base: str, collection: str, ring: Sequence[tuple[float, float]], *, start: datetime | None = None, end: datetime | None = None,
    parameters: Sequence[str] = (), instance: str = "", form: str = "CoverageJSON",
) -> str:  # fmt: skip
    """Return the address that asks for the values within a polygon; see `position_url`.

    `ring` is its outer ring in longitude and latitude, closed or not.

    Examples
    --------
    >>> area_url("https://x.org/edr/", "hourly", [(5, 52), (6, 52), (6, 53)], form="")
    'https://x.org/edr/collections/hourly/area?coords=POLYGON((5%2052,6%2052,6%2053,5%2052))'
    """
    corners = [*ring, ring[0]] if ring and ring[0] != ring[-1] else list(ring)
    if not 4 <= len(corners) <= MAX_CORNERS:
        raise InvalidInputError(f"A polygon has {len(ring)} corners; expected 3 to {MAX_CORNERS:,}.")
    text = ",".join(_pair(x, y) for x, y in corners)
    return _url(base, collection, instance, "area", f"POLYGON(({text}))", start, end, parameters, form)


def locations_url(
    base: str, collection: str, location: str = "", *, start: datetime | None = None, end: datetime | None = None,
    parameters: Sequence[str] = (), instance: str = "", form: str = "CoverageJSON",
) -> str:  # fmt: skip
    """Return the address that asks for the values at a named place, or for the list of them; see `position_url`.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> locations_url("https://x.org/edr", "obs", "06260", start=parse_time("2026-06-01T00:00:00Z"), form="")
    'https://x.org/edr/collections/obs/locations/06260?datetime=2026-06-01T00:00:00Z/..'
    """
    kind = f"locations/{_name(location)}" if location else "locations"
    return _url(base, collection, instance, kind, "", start, end, parameters, form)


def _url(
    base: str, collection: str, instance: str, kind: str, coords: str, start: datetime | None, end: datetime | None,
    parameters: Sequence[str], form: str,
) -> str:  # fmt: skip
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInputError(
            f"{base[:80]!r} is no address of a service; expected one like https://example.org/edr."
        )
    if start and end and end < start:
        raise InvalidInputError(
            f"The time ends at {format_time(end)}, before it begins at {format_time(start)}."
        )
    times = "/".join(format_time(at) if at else ".." for at in (start, end)) if start or end else ""
    asked = {
        "coords": coords,
        "datetime": times,
        "parameter-name": ",".join(map(_checked, parameters)),
        "f": form,
    }
    path = [
        base.rstrip("/"),
        "collections",
        _name(collection),
        *(["instances", _name(instance)] if instance else []),
        kind,
    ]
    query = urlencode({key: text for key, text in asked.items() if text}, safe="(),:/", quote_via=quote)
    return "/".join(path) + (f"?{query}" if query else "")


def _name(text: str) -> str:
    """Quote one name, so that it stays one piece of the path."""
    return quote(_checked(text), safe="")


def _checked(text: str) -> str:
    if not text or len(text) > 200 or text in (".", "..") or "," in text or text != words(text, 200):
        raise InvalidInputError(
            f"{text[:40]!r} cannot name a collection, an instance, a location or a parameter."
        )
    return text


def _pair(lon: float, lat: float) -> str:
    number(lon, "longitude", -180, 180)
    number(lat, "latitude", -90, 90)
    return f"{lon} {lat}"
