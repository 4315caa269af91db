"""What the columns of a source's tables mean: a profile, written in YAML, that turns rows into observations."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from watchfloor.core.clock import EPOCH, duration, parse_time, zone
from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import FIELDS
from watchfloor.core.units import readable

__all__ = ["Column", "Profile", "load", "shipped", "told"]

_LARGEST = 64 * 1024
_DIRECTIVES = re.compile(r"(?:%[YymdHMSj]|[^%]){1,60}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_KEYS = frozenset(
    {
        "name",
        "title",
        "columns",
        "station",
        "time",
        "lon",
        "lat",
        "missing",
        "values",
        "series",
        "source",
        "describes",
    }
)
_TIME = frozenset({"columns", "format", "zone", "shift"})
_SERIES = frozenset({"column", "name", "title", "quantity", "units", "flag"})


@dataclass(frozen=True)
class Column:
    """One column of measured values.

    Parameters
    ----------
    column
        Its name in the table, in small letters.
    name
        Last part of its series' name.
    units
        Unit, as `core.units` reads it.
    quantity
        A name of `core.fields`, or empty.
    title
        In words.
    flag
        Flag of its values.
    """

    column: str
    name: str
    units: str
    quantity: str = ""
    title: str = ""
    flag: int = 1


@dataclass(frozen=True)
class Profile:
    """What the columns of a table mean.

    Parameters
    ----------
    name, title
        Of the profile.
    columns
        Columns by which a table is told to be of this kind.
    series
        The columns of measured values.
    times
        Columns that give the time, joined by a blank.
    form
        ``rfc3339``, ``epoch_s``, ``epoch_ms``, or a form of ``strptime`` of ``%Y %y %m %d %H %M %S %j``.
    zone
        Of times without an offset.
    shift
        What is added to a time: a day, for daily values that are known at its end.
    station
        Column that names the station; empty where the source is the station.
    lon, lat
        Columns of its place, or empty.
    missing
        Words for a missing value, beside empty and the common ones.
    values
        Numbers for words, such as ``T`` for a trace.

    Examples
    --------
    >>> shipped()["iem-asos"].series[0].units
    'degF'
    """

    name: str
    title: str
    columns: frozenset[str]
    series: tuple[Column, ...]
    times: tuple[str, ...]
    form: str = "rfc3339"
    zone: tzinfo | None = None
    shift: timedelta = timedelta(0)
    station: str = ""
    lon: str = ""
    lat: str = ""
    missing: frozenset[str] = frozenset()
    values: Mapping[str, float] = field(default_factory=dict)

    def time(self, texts: Sequence[str], declared: tzinfo | None) -> datetime:
        """Read a time out of its columns.

        Raises
        ------
        InvalidInputError
            If it is not of the form, or names no offset and no zone is known.
        """
        text = " ".join(texts).strip()
        if self.form == "rfc3339":
            return parse_time(text, self.zone or declared) + self.shift
        try:
            if self.form in ("epoch_s", "epoch_ms"):
                if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
                    raise ValueError
                return (
                    EPOCH
                    + timedelta(seconds=int(text) / (1 if self.form == "epoch_s" else 1000))
                    + self.shift
                )
            found = datetime.strptime(text, self.form) if text.isascii() else None  # noqa: DTZ007  its zone follows
        except (ValueError, OverflowError):
            found = None
        at = self.zone or declared
        if found is None:
            raise InvalidInputError(f"{text[:60]!r} is no time; expected the form {self.form!r}.")
        if at is None:
            raise InvalidInputError(f"{text[:60]!r} has no UTC offset, and its source declares no time zone.")
        return (found + self.shift).replace(tzinfo=at).astimezone(UTC)

    @classmethod
    def of(cls, said: Any, where: str = "profile") -> "Profile":
        """Make a profile of what YAML says.

        Raises
        ------
        InvalidInputError
            Naming what is missing or cannot be used.
        """
        return _profile(said, where)


def load(path: Path) -> Profile:
    """Read a profile from a YAML file.

    Raises
    ------
    InvalidInputError
        If it cannot be read or used.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise InvalidInputError(f"The profile {path} has more than {_LARGEST:,} bytes.")
        return Profile.of(yaml.safe_load(data), path.name)
    except (OSError, yaml.YAMLError) as error:
        raise InvalidInputError(f"The profile {path} cannot be read: {str(error)[:200]}.") from error


@cache
def shipped() -> dict[str, Profile]:
    """Return the profiles that come with Watchfloor, by name."""
    folder = Path(__file__).with_name("profiles")
    found = [load(path) for path in sorted(folder.glob("*.yml"))]
    return {item.name: item for item in found}


def told(columns: Sequence[str]) -> Profile | None:
    """Return the shipped profile that a table's columns fit best."""
    names = set(columns)
    fitting = [item for item in shipped().values() if item.columns <= names]
    return max(fitting, key=lambda item: len(item.columns), default=None)


def _profile(said: Any, where: str) -> Profile:
    def wrong(reason: str) -> InvalidInputError:
        return InvalidInputError(f"The profile {where[:80]} cannot be used: {reason}.")

    if not isinstance(said, dict):
        raise wrong("it is no mapping")
    if extra := sorted(map(str, said.keys() - _KEYS)):
        raise wrong(f"{extra[0][:40]!r} is not known; expected {', '.join(sorted(_KEYS))}")
    time = said.get("time")
    if not isinstance(time, dict) or time.keys() - _TIME or not time.get("columns"):
        raise wrong(f"time is no mapping of {', '.join(sorted(_TIME))}, or names no columns")
    form = str(time.get("format", "rfc3339"))
    if form not in ("rfc3339", "epoch_s", "epoch_ms") and not _DIRECTIVES.fullmatch(form):
        raise wrong(f"the time's format {form[:40]!r} has other directives than %Y %y %m %d %H %M %S %j")
    name = str(said.get("name", ""))
    if not _NAME.fullmatch(name):
        raise wrong(f"its name is {name[:40]!r}; expected small letters, digits, - and _")
    series = tuple(_columns(said.get("series"), wrong))
    try:
        return Profile(
            name=name,
            title=str(said.get("title", name)),
            columns=frozenset(_low(said.get("columns", [item.column for item in series]))),
            series=series,
            times=tuple(_low(time["columns"])),
            form=form,
            zone=zone(str(time["zone"])) if time.get("zone") else None,
            shift=duration(str(time["shift"])) if time.get("shift") else timedelta(0),
            station=str(said.get("station", "")).casefold(),
            lon=str(said.get("lon", "")).casefold(),
            lat=str(said.get("lat", "")).casefold(),
            missing=frozenset(_low(said.get("missing", []))),
            values={str(word).casefold(): float(value) for word, value in said.get("values", {}).items()},
        )
    except (InvalidInputError, TypeError, ValueError, AttributeError) as error:
        raise wrong(str(error).rstrip(".")) from error


def _columns(said: Any, wrong: Any) -> Iterator[Column]:
    if not isinstance(said, list) or not said:
        raise wrong("it has no list series")
    for item in said:
        if (
            not isinstance(item, dict)
            or item.keys() - _SERIES
            or not {"column", "name", "units"} <= item.keys()
        ):
            raise wrong("each of series needs column, name and units, and may have title, quantity and flag")
        quantity = str(item.get("quantity", ""))
        if quantity and quantity not in FIELDS:
            raise wrong(f"there is no quantity {quantity[:40]!r}")
        if not _NAME.fullmatch(str(item["name"])) or item.get("flag", 1) not in (0, 1, 2, 3):
            raise wrong(f"the series {str(item['name'])[:40]!r} has a name or a flag that cannot be used")
        try:
            unit = readable(str(item["units"]))
        except InvalidInputError as error:
            raise wrong(str(error).rstrip(".")) from error
        yield Column(
            str(item["column"]).casefold(), str(item["name"]), unit, quantity, str(item.get("title", "")),
            int(item.get("flag", 1)),
        )  # fmt: skip


def _low(said: Any) -> list[str]:
    items = said if isinstance(said, list) else [said]
    return [str(item).strip().casefold() for item in items]
