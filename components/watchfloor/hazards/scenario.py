"""What somebody asked "what if" about: a model with its settings, a place, what drives it and what is done, in JSON's types."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import param
import xarray as xr
from shapely import get_coordinates

from watchfloor.core.clock import format_time, parse_time
from watchfloor.core.errors import InvalidInputError, LimitError, UnknownNameError
from watchfloor.core.geometry import drawn
from watchfloor.core.provenance import digest
from watchfloor.hazards import HAZARDS
from watchfloor.hazards.action import Action
from watchfloor.hazards.base import Fidelity, Hazard
from watchfloor.hazards.byhand import edited, placed, stated
from watchfloor.hazards.ensemble import MEMBERS, Request
from watchfloor.hazards.place import forcing_of, length_of, site_of

__all__ = ["Scenario", "configured"]

_TEXT = 200
_TIMES = 500
_ACTIONS = 50
_POINTS = 5_000
LONGEST = 3.2e9
"""Seconds that a run may last: a hundred years."""


@dataclass(frozen=True)
class Scenario:
    """One evolution that is asked about, with all that its result depends on.

    Parameters
    ----------
    model
        Name in the registry.
    title
        One line of plain text. Untrusted.
    settings
        Parameters of the model that differ from their defaults.
    area
        GeoJSON geometry, EPSG:4326, whose box is simulated; None for all of the floor's data.
    resolution
        Width of a cell, metres; None leaves it to `site_of`.
    start
        When it begins in the world; None for an event without a date.
    observed
        Whether sensors say what drives it, as they were before `start`.
    until
        Length, seconds; None for the model's own.
    courses
        What drives it, where it was changed by hand: ``time`` (seconds) and, by field, a number, a list over the times,
        or a list of lists over times and sources; of the site's own parts (a reservoir's volume) a number or a list.
    places
        Longitude and latitude of named places that were moved (a river's mouth, a source, an ignition); other names are
        sources that were added.
    actions
        Interventions.
    seed, members
        Of the ensemble; members None for the fidelity's number.

    Examples
    --------
    >>> asked = Scenario("flood", settings={"rain_spread": 0.5}, until=7200.0)
    >>> Scenario.of(asked.body()) == asked, asked.key == Scenario.of(asked.body()).key
    (True, True)
    """

    model: str
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    area: Mapping[str, Any] | None = None
    resolution: float | None = None
    start: datetime | None = None
    observed: bool = False
    until: float | None = None
    courses: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    seed: int = 0
    members: int | None = None

    @property
    def key(self) -> str:
        """SHA-256 of all but the title."""
        return digest({**self.body(), "title": ""})

    @property
    def kind(self) -> type[Hazard]:
        """The model's class."""
        return HAZARDS[self.model]

    @property
    def length(self) -> float:
        """Seconds of the run."""
        return self.until if self.until is not None else length_of(self.kind)

    def body(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {
            "model": self.model,
            "title": self.title,
            "settings": {key: _plain(value) for key, value in sorted(self.settings.items())},
            "area": None if self.area is None else dict(self.area),
            "resolution": self.resolution,
            "start": None if self.start is None else format_time(self.start),
            "observed": self.observed,
            "until": self.until,
            "courses": dict(self.courses),
            "places": {name: list(place) for name, place in sorted(self.places.items())},
            "actions": [
                {
                    "measure": action.measure,
                    "parameters": dict(action.parameters),
                    "where": action.where,
                    "start": action.start,
                    "end": action.end,
                    "reliability": action.reliability,
                }
                for action in self.actions
            ],
            "seed": self.seed,
            "members": self.members,
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Scenario":
        """Read what `body` wrote. It is untrusted.

        Raises
        ------
        InvalidInputError
            If it is none, naming what is wrong.
        """
        try:
            name = str(body["model"])
            if name not in HAZARDS:
                raise UnknownNameError("hazard", name[:80], HAZARDS)
            start = body.get("start")
            members = body.get("members")
            made = cls(
                model=name,
                title=" ".join(str(body.get("title", "")).split())[:_TEXT],
                settings={
                    str(key)[:80]: _setting(value) for key, value in dict(body.get("settings") or {}).items()
                },
                area=_geometry(body.get("area"), "area"),
                resolution=_number(body.get("resolution"), "cell width", 0.1, 1e6),
                start=None if start is None else parse_time(str(start)[:60]),
                observed=bool(body.get("observed", False)),
                until=_number(body.get("until"), "length of the run, in seconds,", 1.0, LONGEST),
                courses=_courses(body.get("courses") or {}),
                places={
                    str(key)[:80]: (_degrees(value[0], 180.0), _degrees(value[1], 90.0))
                    for key, value in list(dict(body.get("places") or {}).items())[:_ACTIONS]
                },
                actions=tuple(_action(item) for item in list(body.get("actions") or [])[:_ACTIONS]),
                seed=int(_number(body.get("seed", 0), "seed", 0, 2**31) or 0),
                members=None
                if members is None
                else int(_number(members, "number of members", 1, 10_000) or 1),
            )
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise InvalidInputError(
                f"This is no scenario ({type(error).__name__}: {error}); expected what Scenario.body writes."
            ) from error
        return made

    def but(self, **changes: Any) -> "Scenario":
        """Return it with some things otherwise."""
        return replace(self, **changes)

    def site(self, floor: Any) -> xr.Dataset:
        """Make its site; see `hazards.place`."""
        return site_of(floor, self.kind, self.area, self.resolution)

    def forcing(self, floor: Any, site: xr.Dataset) -> xr.Dataset:
        """Make what drives it, with what was changed by hand."""
        at = self.start if self.observed else None
        return edited(forcing_of(floor, self.kind, at, site=site, until=self.until), self)

    def request(
        self,
        floor: Any,
        fidelity: Fidelity = "standard",
        *,
        site: xr.Dataset | None = None,
        timed: Sequence[int] = (0,),
    ) -> Request:
        """Make the ensemble that answers it.

        Parameters
        ----------
        floor
            Where the data are from.
        fidelity
            How finely.
        site
            As `site` returned it, to make it once for many requests.
        timed
            Members of which the course in time is kept.

        Raises
        ------
        InvalidInputError
            If a setting, the place or a course cannot be, with a sentence.
        """
        model = configured(self.kind, self.settings)
        site = self.site(floor) if site is None else site
        site = stated(placed(site, self.places), self)
        members = self.members
        if members is not None and fidelity == "preview":
            members = min(members, MEMBERS["preview"])
        return Request(
            model,
            site,
            self.forcing(floor, site),
            self.length,
            self.actions,
            members,
            self.seed,
            fidelity,
            tuple(timed),
        )


def configured(kind: type[Hazard], settings: Mapping[str, Any]) -> Hazard:
    """Return a model with settings; what is not allowed is answered in a sentence.

    Raises
    ------
    InvalidInputError
        Naming the parameter, the value and what is expected.

    Examples
    --------
    >>> configured(HAZARDS["flood"], {"wet": 5})
    Traceback (most recent call last):
    watchfloor.core.errors.InvalidInputError: wet is 5; expected a number from 0.001 to 1.
    """
    declared = {name: one for name, one in kind.param.objects("existing").items() if name != "name"}
    values: dict[str, Any] = {}
    for name, said in settings.items():
        if name not in declared:
            raise UnknownNameError("parameter", name, declared)
        one, value = declared[name], said
        if isinstance(one, param.Range | param.NumericTuple) and isinstance(value, list):
            value = tuple(value)
        if isinstance(one, param.Integer) and isinstance(value, float) and value == int(value):
            value = int(value)
        try:
            one._validate(value)
        except (ValueError, TypeError) as error:
            raise InvalidInputError(f"{name} is {str(value)[:60]}; expected {_expected(one)}.") from error
        values[name] = value
    return kind(**values)


def _expected(one: param.Parameter) -> str:
    bounds = getattr(one, "bounds", None)
    what = "a whole number" if isinstance(one, param.Integer) else "a number"
    if isinstance(one, param.Selector):
        return "one of " + ", ".join(map(str, one.objects))
    if isinstance(one, param.Boolean):
        return "true or false"
    if bounds is not None:
        low, high = bounds
        if low is not None and high is not None:
            return f"{what} from {low:g} to {high:g}"
        return f"{what} of at least {low:g}" if low is not None else f"{what} of at most {high:g}"
    return what if isinstance(one, param.Number) else f"a {type(one).__name__.lower()}"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _setting(value: Any) -> Any:
    if isinstance(value, bool | int | str):
        return value[:_TEXT] if isinstance(value, str) else value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInputError(f"A setting is {value}; expected a finite number.")
        return value
    if isinstance(value, list) and len(value) <= 20:
        return [_setting(item) for item in value]
    raise InvalidInputError(f"A setting is {str(value)[:60]!r}; expected a number, a word, true or false.")


def _number(value: Any, what: str, low: float, high: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InvalidInputError(
            f"The {what} is {str(value)[:60]}; expected a number from {low:g} to {high:g}."
        )
    return value


def _degrees(value: Any, most: float) -> float:
    return float(_number(value, "degree of a place", -most, most) or 0.0)


def _geometry(value: Any, what: str) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InvalidInputError(
            f"The {what} is {str(value)[:60]!r}; expected a GeoJSON geometry in EPSG:4326."
        )
    at = get_coordinates(drawn(value, what))
    if not 0 < len(at) <= _POINTS or not np.all(np.abs(at) <= (180.0, 90.0)):  # also refuses NaN
        raise InvalidInputError(
            f"The {what} has {len(at)} points; expected 1 to {_POINTS}, within longitude -180 to 180 and latitude -90 to 90."
        )
    return dict(value)


def _where(value: Any) -> Any:
    """Return where a measure stands: a geometry, or names of regions or nodes."""
    if isinstance(value, str):
        return value[:_TEXT]
    if isinstance(value, list):
        return [str(name)[:_TEXT] for name in value[:1000]]
    return _geometry(value, "place of a measure")


def _courses(value: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    times = value.get("time")
    if times is not None:
        if not isinstance(times, list) or not 1 <= len(times) <= _TIMES:
            raise LimitError(f"A course is drawn with 1 to {_TIMES} times.")
        made["time"] = [float(_number(item, "time of a course", -LONGEST, LONGEST) or 0.0) for item in times]
        if any(later <= earlier for earlier, later in zip(made["time"], made["time"][1:], strict=False)):
            raise InvalidInputError("The times of a course do not rise.")
    values = dict(value.get("values") or {})
    if len(values) > _ACTIONS:
        raise LimitError(f"At most {_ACTIONS} courses are drawn.")
    made["values"] = {str(name)[:80]: _values(item) for name, item in values.items()}
    return {} if not made["values"] and "time" not in made else made


def _values(item: Any) -> Any:
    if isinstance(item, list):
        if len(item) > _TIMES:
            raise LimitError(f"A course has {len(item)} values; expected at most {_TIMES}.")
        return [_values(one) for one in item]
    return float(_number(item, "value of a course", -1e12, 1e12) or 0.0)


def _action(item: Mapping[str, Any]) -> Action:
    end = item.get("end")
    return Action(
        str(item["measure"])[:80],
        {str(key)[:80]: float(_number(value, f"measure's {str(key)[:40]}", -1e12, 1e12) or 0.0)
         for key, value in dict(item.get("parameters") or {}).items()},
        _where(item.get("where")),
        float(_number(item.get("start", 0.0), "start of a measure, in seconds,", 0.0, LONGEST) or 0.0),
        None if end is None else float(_number(end, "end of a measure, in seconds,", 0.0, LONGEST) or 0.0),
        float(_number(item.get("reliability", 1.0), "reliability", 0.0, 1.0) or 0.0),
    )  # fmt: skip
