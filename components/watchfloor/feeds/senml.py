"""SenML: measurements of small devices, as RFC 8428 writes them in JSON."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from watchfloor.core.clock import EPOCH
from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.feeds.base import Context, Feed, Parsed
from watchfloor.feeds.measures import Measures, name_of
from watchfloor.feeds.values import number, refuse, words
from watchfloor.security.json import parse_json

__all__ = ["SenMl"]

MAX_RECORDS = 100_000
_VERSION = 10
_RELATIVE = 2**28
"""Times below are seconds from now (RFC 8428, 4.5.3)."""
_LATEST = 4_102_444_800  # 2100-01-01
# Units of the SenML registry that are written in another way elsewhere (RFC 8428, 12.1).
_UNITS = {"/": "1", "count": "1", "%RH": "percent", "%EL": "percent", "lat": "degree", "lon": "degree", "l": "liter", "l/s": "liter/s",
          "beat/min": "1/min", "event/s": "1/s", "EL": "s"}  # fmt: skip
_BASE = ("bn", "bt", "bu", "bv", "bver")


class SenMl(Feed):
    """Sensor measurement lists (SenML) in JSON, one pack a document or message.

    A series is called as the record is: its base name and its name together. Numbers are kept, and booleans as 1 and 0;
    texts and sums are put aside. A record's time must be a point in time: one that counts from now (RFC 8428 lets
    devices without a clock do so) would count twice if it were sent twice, and is put aside.

    Examples
    --------
    >>> from watchfloor.core.clock import parse_time
    >>> pack = b'[{"bn": "gauge/1/", "bt": 1780308000, "bu": "m", "n": "level", "v": 4.2}, {"n": "level", "t": 600, "v": 4.3}]'
    >>> found = SenMl().parse(pack, Context(parse_time("2026-06-01T12:00:00Z"))).observations
    >>> [(seen.series, seen.time.strftime("%H:%M"), seen.value) for seen in found]
    [('gauge/1/level', '10:00', 4.2), ('gauge/1/level', '10:10', 4.3)]
    """

    name: ClassVar[str] = "senml"
    title: ClassVar[str] = "SenML measurements"
    cadence: ClassVar[timedelta] = timedelta(minutes=1)
    late_after: ClassVar[timedelta] = timedelta(minutes=10)
    media: ClassVar[tuple[str, ...]] = ("application/senml+json",)
    limit: ClassVar[int] = 4 * 1024 * 1024
    generic: ClassVar[bool] = False

    @classmethod
    def sniff(cls, data: bytes, name: str = "") -> bool:
        """Tell by the members of the first record, or by the file's name."""
        head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b" ", b"")
        named = any(mark in head for mark in (b'"bn":', b'"n":'))
        return head.startswith(b"[") and (name.casefold().endswith(".senml") or (named and b'"v' in head))

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read every record; one that cannot be read costs no other."""
        try:
            said = parse_json(data, self.limit, 8)
            if not isinstance(said, list) or not said:
                raise InvalidInputError("The document is no list of SenML records.")
            if len(said) > MAX_RECORDS:
                raise LimitError(f"The pack has more than {MAX_RECORDS:,} records.")
        except (InvalidInputError, UnsafeError) as error:
            return Parsed(rejected=[refuse(error, "document", data)])
        found = Measures(context, self.name)
        base: dict[str, Any] = {}
        for place, record in enumerate(said):
            try:
                if not isinstance(record, dict):
                    raise InvalidInputError(f"A record is a {type(record).__name__}; expected an object.")
                base |= {key: record[key] for key in _BASE if key in record}
                _read(found, record, base)
            except InvalidInputError as error:
                found.refuse(error, f"record {place}", record)
        return found.parsed()


def _read(found: Measures, record: Mapping[str, Any], base: Mapping[str, Any]) -> None:
    strange = [key for key in record if key.endswith("_")]
    if strange or (number(base.get("bver", _VERSION), "bver") or 0) > _VERSION:
        raise InvalidInputError(
            "A record needs something that this reading does not know (bver, or a name that ends in _)."
        )
    if not record.keys() - set(_BASE):
        return  # it only sets the base for those behind it
    name = name_of(*f"{_text(base, 'bn')}{_text(record, 'n')}".split("/"))
    if "vb" in record:
        if not isinstance(record["vb"], bool):
            raise InvalidInputError("vb is no boolean.")
        value: float | None = float(record["vb"])
    else:
        value = number(record.get("v"), "v")
        if value is None and "bv" not in base:
            raise InvalidInputError(
                f"The record {name[:60]!r} has no number; texts, data and sums are not kept."
            )
        value = (value or 0.0) + (number(base.get("bv"), "bv") or 0.0)
    unit = words(record.get("u", base.get("bu")), 60)
    scale = found.scale(name, _UNITS.get(unit, unit))
    found.see(name, _time(record, base), value, 1, scale)


def _text(given: Mapping[str, Any], key: str) -> str:
    text = given.get(key, "")
    if not isinstance(text, str):
        raise InvalidInputError(f"{key} is a {type(text).__name__}; expected text.")
    return text


def _time(record: Mapping[str, Any], base: Mapping[str, Any]) -> datetime:
    seconds = (number(base.get("bt"), "bt") or 0.0) + (number(record.get("t"), "t") or 0.0)
    if seconds < _RELATIVE:
        raise InvalidInputError(
            f"The time {seconds:g} counts from now; sent twice, it would count twice. Expected seconds since 1970."
        )
    if seconds > _LATEST:
        raise InvalidInputError(
            f"The time {seconds:g} lies beyond 2100; expected seconds since 1970, not milliseconds."
        )
    return EPOCH + timedelta(seconds=round(seconds, 6))
