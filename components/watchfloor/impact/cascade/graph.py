"""The graph of a cascade: events, and links that say how probably one brings another about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from watchfloor.core.errors import InvalidInputError, LimitError, UnknownNameError
from watchfloor.core.fields import field as field_of
from watchfloor.core.kinds import kind as kind_of
from watchfloor.core.provenance import digest

__all__ = ["Cascade", "Event", "Link", "Trigger"]

Gate = Literal["any", "all"]
MOST = 500
"""Most events, and ten times as many links."""


@dataclass(frozen=True)
class Trigger:
    """When a hazard's own result says that an event happens: in each member in which an output passes a level.

    Parameters
    ----------
    field
        An output of `core.fields`.
    above
        Level, in the field's unit.
    facility
        Identity or name of a facility or lifeline at which it is looked at; empty for anywhere.
    district
        Code or name of a district in which it is looked at.

    Examples
    --------
    >>> Trigger("water_depth_max", 0.6, facility="N01").above
    0.6
    """

    field: str
    above: float
    facility: str = ""
    district: str = ""

    def __post_init__(self) -> None:
        field_of(self.field)
        if self.facility and self.district:
            raise InvalidInputError("A trigger looks at a facility or at a district, not at both.")


@dataclass(frozen=True)
class Event:
    """Something that happens or not.

    Parameters
    ----------
    name
        Lower-case name, unique in the graph.
    en, zh
        Title.
    kind
        Kind of hazard (`core.kinds`); empty for a consequence such as an outage.
    probability
        That it happens by itself, without any of its causes, during the run.
    gate
        Whether ``any`` of its causes is enough, or ``all`` are needed.
    trigger
        A hazard's result that says it; then `probability` is used only where there is no result.
    facility
        Identity of the place that it happens at; empty for none.
    source
        Where the probability is from.
    """

    name: str
    en: str
    zh: str = ""
    kind: str = ""
    probability: float = 0.0
    gate: Gate = "any"
    trigger: Trigger | None = None
    facility: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.name or self.name != self.name.strip().lower():
            raise InvalidInputError(f"An event is called {self.name!r}; expected a name in small letters.")
        if not 0.0 <= self.probability <= 1.0:
            raise InvalidInputError(
                f"The event {self.name!r} has probability {self.probability}; expected 0 to 1."
            )
        if self.gate not in ("any", "all"):
            raise InvalidInputError(
                f"The event {self.name!r} has the gate {self.gate!r}; expected any or all."
            )
        if self.kind:
            kind_of(self.kind)


@dataclass(frozen=True)
class Link:
    """One event brings another about.

    Parameters
    ----------
    cause, effect
        Names of events.
    probability
        That the effect follows, given the cause.
    delay
        Median time between them, s.
    spread
        Standard deviation of the delay's logarithm.
    relation
        ``triggers`` (brings about) or ``forces`` (drives: what it changes is in `forces`).
    forces
        What it changes in the effect's model: field of `core.fields` and the amount that is added.
    why, why_zh
        One sentence.
    source
        Where the probability is from.
    """

    cause: str
    effect: str
    probability: float
    delay: float = 0.0
    spread: float = 0.0
    relation: Literal["triggers", "forces"] = "triggers"
    forces: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    source: str = ""
    why_zh: str = ""

    def __post_init__(self) -> None:
        said = f"The link from {self.cause!r} to {self.effect!r}"
        if not 0.0 <= self.probability <= 1.0:
            raise InvalidInputError(f"{said} has probability {self.probability}; expected 0 to 1.")
        if self.delay < 0 or self.spread < 0:
            raise InvalidInputError(
                f"{said} has a negative delay or spread; an effect does not come before its cause."
            )
        if self.relation not in ("triggers", "forces"):
            raise InvalidInputError(
                f"{said} is of the relation {self.relation!r}; expected triggers or forces."
            )
        if self.forces and self.relation != "forces":
            raise InvalidInputError(f"{said} changes fields, but its relation is not forces.")
        for name in self.forces:
            field_of(name)

    @property
    def name(self) -> str:
        """``cause>effect``."""
        return f"{self.cause}>{self.effect}"


@dataclass(frozen=True)
class Cascade:
    """Events and links without a circle.

    An event happens by itself with its own probability, or because a cause that happened passes it on; each link does so
    independently of the others ("noisy or", Pearl 1988, Probabilistic reasoning in intelligent systems, section 4.3.2).
    Where all causes are needed, all of them must happen and pass it on.

    Parameters
    ----------
    name
        Lower-case name.
    en, zh
        Title.
    events
        In any order.
    links
        In any order; at most one between two events.
    source
        Where it is from.

    Raises
    ------
    InvalidInputError
        If there is a circle (it is named), a name twice, or a link to nowhere.

    Examples
    --------
    >>> flood, outage = Event("flood", "Flood", probability=0.4), Event("outage", "Outage")
    >>> Cascade("river", "River", events=(flood, outage), links=(Link("flood", "outage", 0.5),)).order
    ('flood', 'outage')
    """

    name: str
    en: str
    zh: str = ""
    events: Sequence[Event] = ()
    links: Sequence[Link] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if len(self.events) > MOST or len(self.links) > 10 * MOST:
            raise LimitError(
                f"A cascade of {len(self.events)} events and {len(self.links)} links is not played; at most {MOST} and {10 * MOST}."
            )
        names = [event.name for event in self.events]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise InvalidInputError(f"The cascade {self.name!r} has the event {double[0]!r} twice.")
        seen = set()
        for link in self.links:
            for end in (link.cause, link.effect):
                if end not in names:
                    raise UnknownNameError("event", end, names)
            if link.name in seen:
                raise InvalidInputError(
                    f"The cascade {self.name!r} has two links from {link.cause!r} to {link.effect!r}; join them into one."
                )
            seen.add(link.name)
        self.order  # noqa: B018  it raises where there is a circle

    @cached_property
    def by_name(self) -> Mapping[str, Event]:
        """Events by name."""
        return {event.name: event for event in self.events}

    @cached_property
    def into(self) -> Mapping[str, tuple[Link, ...]]:
        """Links that end at each event."""
        found: dict[str, list[Link]] = {event.name: [] for event in self.events}
        for link in self.links:
            found[link.effect].append(link)
        return {name: tuple(links) for name, links in found.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Names, causes before effects."""
        left = {name: {link.cause for link in links} for name, links in self.into.items()}
        made: list[str] = []
        while left:
            ready = [name for name, causes in left.items() if causes <= set(made)]
            if not ready:
                raise InvalidInputError(
                    f"The cascade {self.name!r} goes round in a circle: {' > '.join(_circle(left))}. An event cannot be its own "
                    "cause; split it by time (first flood, second flood) or remove a link."
                )
            for name in ready:
                made.append(name)
                del left[name]
        return tuple(made)

    @property
    def key(self) -> str:
        """SHA-256 of its events and links."""
        return digest(
            [
                [
                    [e.name, e.probability, e.gate, repr(e.trigger)]
                    for e in sorted(self.events, key=lambda e: e.name)
                ],
                [
                    [k.name, k.probability, k.delay, k.spread, dict(k.forces)]
                    for k in sorted(self.links, key=lambda k: k.name)
                ],
            ]
        )

    def changed(
        self, links: Mapping[str, float] | None = None, events: Mapping[str, float] | None = None
    ) -> "Cascade":
        """Return it with other probabilities, as measures make them: a generator, a drained slope.

        Parameters
        ----------
        links
            By ``cause>effect``.
        events
            By name.
        """
        given, own = dict(links or {}), dict(events or {})
        for name in given:
            if name not in {link.name for link in self.links}:
                raise UnknownNameError("link", name, [link.name for link in self.links])
        for name in own:
            if name not in self.by_name:
                raise UnknownNameError("event", name, self.by_name)
        return replace(
            self,
            links=tuple(
                replace(link, probability=given.get(link.name, link.probability)) for link in self.links
            ),
            events=tuple(
                replace(event, probability=own.get(event.name, event.probability)) for event in self.events
            ),
        )


def _circle(left: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names along one circle among events that wait for each other."""
    at = sorted(left)[0]
    trail: list[str] = []
    while at not in trail:
        trail.append(at)
        at = sorted(cause for cause in left[at] if cause in left)[0]
    return [*trail[trail.index(at) :], at][::-1]
