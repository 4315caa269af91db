"""The watch: what was measured is checked, held against the rules, and becomes alarms, all the time."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from watchfloor.alarms.alarm import Alarm
from watchfloor.alarms.life import Life
from watchfloor.alarms.sight import Sight
from watchfloor.alarms.verdict import Verdict
from watchfloor.core.clock import format_time, monotonic
from watchfloor.core.errors import WatchfloorError
from watchfloor.floor.sources import pieces
from watchfloor.security.text import plain
from watchfloor.store.cube import Cube
from watchfloor.store.lease import Lease

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["SOURCE", "Judged", "Stepped", "Teller", "Watch"]

SOURCE = "watch"
"""The source that the watch is heard as, so that its health is seen where that of the feeds is."""
REST = 0.05
"""Seconds between two looks whether something is new."""
SLOWEST = timedelta(seconds=10)
"""Even where nothing comes, rules are asked so often: silence and forecasts are about time too."""
PAST = timedelta(hours=72)
"""How far back is evaluated what the watch missed."""
CADENCE, LATE = timedelta(minutes=1), timedelta(minutes=3)
_STANDBY, _AGAIN = 2.0, 1.0
_MARKING = 0.1
_SHARE = 0.15
"""Share of the time that values are judged in which change no alarm, or else they would keep back those that do."""
_HOUR = timedelta(hours=1)
_LOG = logging.getLogger(__name__)


class Judged(Protocol):
    """What says which rules are fulfilled: `alarms.ruleset.Rules`."""

    def evaluate(self, cube: Any, at: datetime, also: Iterable[tuple[str, str]] = ()) -> Sequence[Verdict]:
        """Return what all rules say at a time, of the pairs of rule and subject in `also` in any case."""


class Teller(Protocol):
    """What tells people of alarms: `alarms.notify.Notify`."""

    def step(self, now: datetime) -> None:
        """See what is to be told; never waits for a channel."""

    def close(self) -> None:
        """Stop telling."""


@dataclass(frozen=True)
class Stepped:
    """What one step did.

    Parameters
    ----------
    at
        The time that it was about.
    verdicts
        What rules said.
    alarms
        Alarms that changed.
    trouble
        What failed: part to message; empty where nothing did.
    seconds
        How long it took.
    """

    at: datetime
    verdicts: int
    alarms: tuple[Alarm, ...]
    trouble: dict[str, str]
    seconds: float


class Watch:
    """Looks after one floor's alarms.

    Of all processes that have the store open one watches; another takes over when it ends. What is not stored, such as
    how long a change has lasted already, begins anew then; alarms are as they were. Each part of a step fails by
    itself: the failure is said where the feeds' health is, the others go on, and the part is tried again.

    Parameters
    ----------
    floor
        The floor; its clock is the watch's.
    rules
        What is asked; by default the floor's rules.
    life
        The alarms; by default the floor's.
    notify
        Who tells people; by default by the floor's policy; None tells nobody.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> class Calm:
    ...     def evaluate(self, cube, at, also=()):
    ...         return []
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     Watch(floor, rules=Calm(), notify=None).step().alarms
    ()
    """

    def __init__(
        self,
        floor: "Floor",
        *,
        rules: Judged | None = None,
        life: Life | None = None,
        notify: Teller | bool | None = True,
    ) -> None:
        self.floor, self.store = floor, floor.store
        self.life = life if life is not None else Life(floor)
        """The alarms."""
        self.trouble: dict[str, str] = {}
        """What failed last: part to message."""
        self._rules = rules
        self._notify: Teller | None = None
        self._tells = notify is True
        if not isinstance(notify, bool):
            self._notify = notify
        self._sight = Sight(floor)
        self._lease = Lease(floor.store, SOURCE)
        self._stop = threading.Event()
        self._seen: tuple[int, datetime] | None = None
        self._said: dict[str, str] = {}
        self._marked: datetime | None = None
        self._saved, self._rested = _MARKING, monotonic()

    # One step

    def step(
        self,
        at: datetime | None = None,
        known: datetime | None = None,
        *,
        tell: bool = True,
        message: str = "",
    ) -> Stepped:
        """See what is new, judge it, and change the alarms.

        Parameters
        ----------
        at
            The time that it is about; the floor's time if None.
        known
            When it is known; None for now.
        tell
            Whether people are told.
        message
            What is said of the watch where nothing failed.
        """
        began = monotonic()
        now = at if at is not None else self.floor.now()
        verdicts: list[Verdict] = []
        alarms: list[Alarm] = []
        cursors: list[int] = []
        if not self._part(
            "store", lambda: cursors.append(self.store.cursor())
        ):  # it is away: all waits for it
            return Stepped(now, 0, (), dict(self.trouble), monotonic() - began)
        cube = Cube.of(self.store)
        if self._part("cube", cube.catch_up):
            self._part("rules", lambda: verdicts.extend(self._ask(cube, now)))
            # Where values cannot be judged, alarms are raised all the same.
            self._part("quality", lambda: self._check(cube, verdicts, now, known), settles=False)
            self._part("alarms", lambda: alarms.extend(self._take(verdicts, now, known)))
            self._part("quality", lambda: self._rest(cube, now, known, whole=not tell))
        self._part("timers", lambda: alarms.extend(self.life.tick(now, known)))
        if tell:
            self._part("notices", lambda: self._tell(now))
        self._seen = cursors[0], now
        self._hear(now, known, message)
        last = {alarm.id: alarm for alarm in alarms}
        return Stepped(now, len(verdicts), tuple(last.values()), dict(self.trouble), monotonic() - began)

    def due(self) -> bool:
        """Tell whether something is new, or rules are to be asked again because time went on."""
        now = self.floor.now()
        if self._seen is None or now - self._seen[1] >= SLOWEST or now < self._seen[1]:
            return True
        since, at = self._seen
        while since < self.store.cursor():
            changes = self.store.changes(since)
            if not changes:
                break
            if any(change.table in {"observation", "series"} or change.kind == "rule" for change in changes):
                return True
            since = changes[-1].cursor
        self._seen = since, at  # what the watch itself wrote is no news
        return False

    # The past

    def prepare(self, stop: threading.Event | None = None) -> None:
        """Live through what was missed: a story's past as it is told, and what came while nobody watched.

        Parameters
        ----------
        stop
            Ends it early.
        """
        self._stop = stop if stop is not None else self._stop
        told = []

        def along(until: datetime) -> bool:
            told.append(until)
            self.step(until, until, tell=False, message=_evaluating(until))
            return not self._stop.is_set()

        self.floor.prepare(along)
        if not told:
            self._missed()

    def _missed(self) -> None:
        """Evaluate what came since the watch was last heard, in pieces; known now, for that is when it is learned."""
        now = self.floor.now()
        heard = [state.newest for state in self.store.feeds() if state.source == SOURCE and state.newest]
        latest = self.store.latest()
        if not len(latest):
            return
        begun = max(heard[0] if heard else now - PAST, now - PAST)
        for at in pieces(begun, now):
            if self._stop.is_set() or at == now:
                return
            self.step(at, tell=False, message=_evaluating(at))

    # All the time

    def run(self, stop: threading.Event, *, prepared: bool = False) -> None:
        """Watch until `stop` is set; while another process watches, stand by.

        Parameters
        ----------
        stop
            Ends it.
        prepared
            Whether the past was lived through already.
        """
        self._stop = stop
        try:
            while not stop.is_set():
                if not self._holds():
                    stop.wait(_STANDBY)
                    continue
                if not prepared:
                    prepared = self._part("past", self.prepare)
                began = monotonic()
                self._part("watch", self._look)
                # It rests half as long as it works, so that pages which it runs beside get their turn.
                stop.wait(
                    _AGAIN
                    if self.trouble.keys() - {"documents"}
                    else max(REST, min((monotonic() - began) / 2, 1.0))
                )
        finally:
            self.close()

    def close(self) -> None:
        """Stop telling people, and let another process watch."""
        if self._notify is not None:
            self._notify.close()
        self._lease.free()

    def holds(self) -> bool:
        """Take the right to watch this store, if nobody else has it; tell whether it is held."""
        return self._holds()

    def _holds(self) -> bool:
        return self._part("lease", self._lease.take) and self._lease.held

    def _look(self) -> None:
        if self.trouble.keys() - {"documents"} or self.due():
            self.step()
        elif self._sight.waits:
            self._part(
                "quality", lambda: self._rest(Cube.of(self.store), self.floor.now(), None, whole=False)
            )

    # Its parts

    def _ask(self, cube: Cube, now: datetime) -> Sequence[Verdict]:
        if self._rules is None:
            from watchfloor.alarms.ruleset import Rules

            self._rules = Rules.of(self.floor)
        found = self._rules.evaluate(cube, now, self.life.keys())
        problems = list(getattr(self._rules, "problems", ()))
        # A rule that cannot be used is no reason to do without the others, but one to say so.
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            self.trouble["documents"] = f"{problems[0]}{more}"
        else:
            self.trouble.pop("documents", None)
        return found

    def _check(self, cube: Cube, verdicts: list[Verdict], now: datetime, known: datetime | None) -> None:
        """Judge the values that would change an alarm before they do; what they are worth may change what rules say."""
        self._sight.look(cube)
        names = dict.fromkeys(
            name for verdict in verdicts if self.life.matters(verdict) for name in verdict.series
        )
        if names and self._sight.mark(cube, now, known, names=names):
            verdicts[:] = self._ask(cube, now)
            self._sight.look(cube)

    def _rest(self, cube: Cube, now: datetime, known: datetime | None, *, whole: bool) -> None:
        """Judge all other values, after the alarms; in the past once an hour, else for a small share of the time."""
        if not whole:
            began = monotonic()
            saved = min(_MARKING, self._saved + (began - self._rested) * _SHARE)
            self._sight.mark(cube, now, known, seconds=saved)
            self._saved, self._rested = max(0.0, saved - (monotonic() - began)), began
        elif self._marked is None or now - self._marked >= _HOUR:
            self._marked = now
            self._sight.mark(cube, now, known)

    def _take(self, verdicts: Sequence[Verdict], now: datetime, known: datetime | None) -> list[Alarm]:
        under = self._sight.maintained(now)
        return self.life.take(verdicts, now, maintenance=under, known=known)

    def _tell(self, now: datetime) -> None:
        if self._notify is None and self._tells:
            from watchfloor.alarms.notify import Notify

            self._notify = Notify(self.floor, self.life)
        if self._notify is not None:
            self._notify.step(now)

    def _part(self, name: str, work: Callable[[], Any], *, settles: bool = True) -> bool:
        """Do one part; what it raises is its own trouble, told once and on screen until it works again.

        Where `settles` is false, another part of the same name follows and tells whether it does.
        """
        try:
            work()
        except Exception as error:  # noqa: BLE001  whatever a part's fault is, the watch goes on
            said = str(error) if isinstance(error, WatchfloorError) else f"{type(error).__name__}: {error}"
            if self.trouble.get(name) != said:
                _LOG.exception("the watch's part %r failed; it is tried again", name)
            self.trouble[name] = said
            return False
        if settles and self.trouble.pop(name, None) is not None:
            _LOG.info("the watch's part %r works again", name)
        return True

    def _hear(self, now: datetime, known: datetime | None, message: str = "") -> None:
        """Say how the watch is; where even that cannot be stored, the log has it, and its age shows on screen."""
        said = "; ".join(f"{name}: {why}" for name, why in self.trouble.items())
        try:
            self.store.heard(
                SOURCE, feed=SOURCE, ok=not self.trouble, at=known or self.floor.now(), newest=now,
                message=plain(said or message, 500), cadence=CADENCE, late_after=LATE,
            )  # fmt: skip
        except WatchfloorError as error:
            if self._said.get("heard") != str(error):
                _LOG.warning("the watch cannot say how it is: %s", error)
            self._said["heard"] = str(error)
        else:
            self._said.pop("heard", None)


def _evaluating(until: datetime) -> str:
    return f"evaluating the past up to {format_time(until)}"
