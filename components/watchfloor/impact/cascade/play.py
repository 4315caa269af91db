"""Play a cascade in every member, and keep why each event happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.provenance import digest
from watchfloor.hazards.streams import Streams
from watchfloor.impact.cascade.exact import LARGEST, probabilities
from watchfloor.impact.cascade.graph import Cascade, Link
from watchfloor.impact.outcome import row_of

__all__ = ["Play", "play"]


@dataclass(frozen=True, eq=False)
class Play:
    """A cascade in every member.

    Parameters
    ----------
    cascade
        The graph.
    members
        Their numbers.
    seed
        Of the streams.
    happened
        By event: whether, shape (members,).
    time
        By event: when, s from the start of the run; infinite where it did not happen.
    itself
        By event: whether by itself or by a hazard's result, not because of another event.
    passed
        By link: whether its cause happened and it passed it on.
    given
        Events that were told by a hazard's result.
    """

    cascade: Cascade
    members: np.ndarray
    seed: int
    happened: Mapping[str, np.ndarray]
    time: Mapping[str, np.ndarray]
    itself: Mapping[str, np.ndarray]
    passed: Mapping[str, np.ndarray]
    given: Mapping[str, np.ndarray]

    @property
    def nodes(self) -> pd.DataFrame:
        """Events and how probable they are, one a row.

        Columns ``name``, ``title``, ``title_zh``, ``kind``, ``facility``, ``probability`` (share of the members), ``exact`` (NaN
        where the graph is large or a hazard's result is used), ``alone`` (share in which it happened by itself), ``time``
        (median where it happened, s), ``level`` (length of the longest way to it, for drawing).
        """
        exact = probabilities(self.cascade) if len(self.cascade.order) <= LARGEST and not self.given else {}
        level: dict[str, int] = {}
        rows = []
        for name in self.cascade.order:
            event = self.cascade.by_name[name]
            level[name] = max((level[link.cause] + 1 for link in self.cascade.into[name]), default=0)
            there = self.happened[name]
            rows.append(
                {
                    "name": name,
                    "title": event.en,
                    "title_zh": event.zh or event.en,
                    "kind": event.kind,
                    "facility": event.facility,
                    "probability": float(there.mean()),
                    "exact": exact.get(name, float("nan")),
                    "alone": float((there & self.itself[name]).mean()),
                    "time": float(np.median(self.time[name][there])) if there.any() else float("nan"),
                    "level": level[name],
                }
            )
        return pd.DataFrame(rows)

    @property
    def edges(self) -> pd.DataFrame:
        """Links and how often they passed on, one a row.

        Columns ``cause``, ``effect``, ``relation``, ``probability`` (given the cause), ``passed`` (share of all members in which it
        passed on), ``share`` (of the members with the effect, in how many it passed on), ``delay`` (s), ``why``, ``why_zh``,
        ``source``.
        """
        rows = []
        for link in self.cascade.links:
            passed, effect = self.passed[link.name], self.happened[link.effect]
            rows.append(
                {
                    "cause": link.cause,
                    "effect": link.effect,
                    "relation": link.relation,
                    "probability": link.probability,
                    "passed": float(passed.mean()),
                    "share": float((passed & effect).sum() / effect.sum()) if effect.any() else 0.0,
                    "delay": link.delay,
                    "why": link.why,
                    "why_zh": link.why_zh or link.why,
                    "source": link.source,
                }
            )
        columns = [
            "cause",
            "effect",
            "relation",
            "probability",
            "passed",
            "share",
            "delay",
            "why",
            "why_zh",
            "source",
        ]
        return pd.DataFrame(rows, columns=columns)

    def probability(self, event: str) -> float:
        """Return the share of members in which an event happened."""
        return float(self.happened[self._known(event)].mean())

    def chain(self, event: str, member: int) -> tuple[Link, ...]:
        """Return the links that first brought an event about in a member, the first cause first; none if it came by itself.

        Raises
        ------
        InvalidInputError
            If it did not happen in this member.
        """
        row = row_of(self.members, member)
        at = self._known(event)
        if not self.happened[at][row]:
            raise InvalidInputError(f"{self.cascade.by_name[at].en} did not happen in member {member}.")
        found: list[Link] = []
        while not self.itself[at][row]:
            links = [link for link in self.cascade.into[at] if self.passed[link.name][row]]
            pick = max if self.cascade.by_name[at].gate == "all" else min
            link = pick(links, key=lambda one: (self._arrives(one, row), one.name))
            found.append(link)
            at = link.cause
        return tuple(found[::-1])

    def why(self, event: str, member: int) -> str:
        """Say why an event happened in a member, in one sentence."""
        row, names = row_of(self.members, member), self.cascade.by_name
        links = self.chain(event, member)
        first = links[0].cause if links else event
        told = [
            f"{names[first].en} ({'as the hazard shows' if first in self.given else 'by itself'}, {_hours(self.time[first][row])})"
        ]
        for link in links:
            because = f": {link.why.rstrip('.')}" if link.why else ""
            told.append(f"{names[link.effect].en} ({_hours(self.time[link.effect][row])}{because})")
        return " > ".join(told) + "."

    def forcings(self, event: str) -> pd.DataFrame:
        """Return what drives an event's own model in each member: one column for each field, the sum of what links add."""
        links = [link for link in self.cascade.into[self._known(event)] if link.forces]
        names = list(dict.fromkeys(name for link in links for name in link.forces))
        made = pd.DataFrame(0.0, index=pd.Index(self.members, name="member"), columns=names)
        for link in links:
            for name, amount in link.forces.items():
                made[name] += amount * self.passed[link.name]
        return made

    @property
    def trace(self) -> str:
        """SHA-256 of the graph, the members, the seed and what was given."""
        told = {name: values.astype(int).tolist() for name, values in self.given.items()}
        return digest([self.cascade.key, self.members.tolist(), self.seed, told])

    def arrives(self, link: Link, member: int) -> float:
        """Return when a link's effect would come in a member, s; infinite where its cause did not happen."""
        return self._arrives(link, row_of(self.members, member))

    def _arrives(self, link: Link, row: int) -> float:
        return float(self.time[link.cause][row]) + _delay(link, Streams(self.seed, int(self.members[row])))

    def _known(self, event: str) -> str:
        if event not in self.cascade.by_name:
            raise UnknownNameError("event", event, self.cascade.by_name)
        return event


def play(
    cascade: Cascade,
    members: int | Sequence[int] | np.ndarray = 200,
    seed: int = 0,
    given: Mapping[str, np.ndarray] | None = None,
    when: Mapping[str, np.ndarray] | None = None,
) -> Play:
    """Play a cascade in every member.

    Each event and each link draws from a stream of its own name, so that two plans meet the same fates, and a link that is
    taken away changes nothing else. (The control is drawn like the others: an event has no central value.)

    Parameters
    ----------
    cascade
        The graph.
    members
        How many, or their numbers as in a hazard's ensemble.
    seed
        Of the streams.
    given
        By event: whether a hazard's result says that it happens, one for each member (`triggered`). The result decides:
        neither its own probability nor its causes are drawn.
    when
        By event: at which time then, s; 0 where nothing is said.

    Raises
    ------
    InvalidInputError
        If what is given is not of the members' number.

    Examples
    --------
    >>> from watchfloor.impact.cascade.graph import Event, Link
    >>> flood, dark = Event("flood", "Flood", probability=1.0), Event("dark", "Outage")
    >>> made = play(Cascade("a", "A", events=(flood, dark), links=(Link("flood", "dark", 1.0, delay=3600.0),)), members=3)
    >>> made.why("dark", 0)
    'Flood (by itself, after 0.0 h) > Outage (after 1.0 h).'
    """
    numbers = np.arange(members) if isinstance(members, int) else np.asarray(members, np.int64)
    if not numbers.size:
        raise InvalidInputError("A cascade of no members cannot be played.")
    told = {name: np.asarray(values, bool) for name, values in (given or {}).items()}
    times = {name: np.asarray(values, float) for name, values in (when or {}).items()}
    for name, values in (*told.items(), *times.items()):
        if name not in cascade.by_name:
            raise UnknownNameError("event", name, cascade.by_name)
        if values.shape != numbers.shape:
            raise InvalidInputError(
                f"What is given of {name!r} has {values.size} values; expected one for each of the {numbers.size} members."
            )
    streams = [Streams(seed, int(number)) for number in numbers]
    happened: dict[str, np.ndarray] = {}
    time: dict[str, np.ndarray] = {}
    itself: dict[str, np.ndarray] = {}
    passed: dict[str, np.ndarray] = {}
    for name in cascade.order:
        event, links = cascade.by_name[name], cascade.into[name]
        if name in told:
            alone = told[name]
        else:
            alone = np.array([stream(f"cascade.{name}").random() < event.probability for stream in streams])
        first = np.where(alone, times.get(name, np.zeros(numbers.size)), np.inf)
        arrivals = np.full((len(links), numbers.size), np.inf)
        for number, link in enumerate(links):
            ready = happened[link.cause]
            luck = np.array([stream(f"cascade.{link.name}").random() for stream in streams])
            # where a hazard's result tells the event, its causes have spoken already
            passed[link.name] = ready & (luck < link.probability) & (name not in told)
            late = np.array([_delay(link, stream) for stream in streams])
            arrivals[number] = np.where(passed[link.name], time[link.cause] + late, np.inf)
        if links:
            because = arrivals.max(axis=0) if event.gate == "all" else arrivals.min(axis=0)
        else:
            because = np.full(numbers.size, np.inf)
        time[name] = np.minimum(first, because)
        happened[name] = np.isfinite(time[name])
        itself[name] = alone & (first <= because)
    return Play(cascade, numbers, seed, happened, time, itself, passed, told)


def _delay(link: Link, streams: Streams) -> float:
    if link.delay <= 0.0 or link.spread <= 0.0:
        return link.delay
    return float(link.delay * np.exp(streams(f"cascade.{link.name}.delay").normal(0.0, link.spread)))


def _hours(seconds: float) -> str:
    return f"after {seconds / 3600:.1f} h"
