"""The runs of one page: a preview that follows the hand, and one longer run in the background."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Event, Lock, Thread, current_thread
from typing import Any, Literal

import numpy as np
import xarray as xr

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import WatchfloorError
from watchfloor.hazards.base import Fidelity
from watchfloor.hazards.ensemble import Ensemble, Kept, Shelf, Status
from watchfloor.hazards.ensemble import run as run_ensemble
from watchfloor.hazards.progress import Cancelled
from watchfloor.hazards.scenario import Scenario
from watchfloor.views.twin.pool import PREVIEW, RUN, Pool, Share

__all__ = ["Answer", "Runs", "ground"]

log = logging.getLogger(__name__)

Stage = Literal["preparing", "waiting", "running", "done", "cancelled", "failed"]
_AT_ONCE = BoundedSemaphore(4)
"""Long runs of all pages that are under way; others wait, and say so."""
_SITES = 6
_OWN = "_watchfloor_grounds"


@dataclass(frozen=True)
class Answer:
    """How a run stands.

    Parameters
    ----------
    scenario
        What was asked.
    fidelity
        How finely.
    stage
        How far it is.
    status
        Members and time left, once it runs.
    ensemble
        What is there; in part while it runs.
    trouble
        Why it failed, in a sentence.
    seconds
        How long it took, once it is done.
    """

    scenario: Scenario
    fidelity: Fidelity
    stage: Stage
    status: Status | None = None
    ensemble: Ensemble | None = None
    trouble: str = ""
    seconds: float = 0.0

    @property
    def under_way(self) -> bool:
        """Whether it is neither done nor over."""
        return self.stage in {"preparing", "waiting", "running"}


class Still(Kept):
    """The members that were finished at a moment; more may be finished since, and are not among them.

    Parameters
    ----------
    data
        Their outputs without time.
    courses
        Their outputs with time.
    """

    def __init__(self, data: xr.Dataset, courses: dict[int, xr.Dataset]) -> None:
        super().__init__(data.sizes["member"])
        self._data = data.load()
        self._done = {int(number) for number in data.member.values}
        self.courses = dict(courses)

    def dataset(self) -> xr.Dataset:
        """Return them."""
        return self._data

    def blocks(self, name: str) -> Iterator[tuple[slice, np.ndarray]]:
        """Go through one output, in one piece."""
        yield slice(None), np.asarray(self._data[name].values)


def still(ensemble: Ensemble) -> Ensemble:
    """Return an unfinished ensemble as it is now: the run goes on in another thread, which writes into the first."""
    courses = {number: ensemble.course(number) for number in ensemble.timed}
    return Ensemble(ensemble.request, Still(ensemble.data, courses), complete=False)


class _Grounds:
    """Sites that were made lately, for all pages of a floor."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[Any, xr.Dataset] = {}

    def get(self, floor: Any, scenario: Scenario) -> xr.Dataset:
        key = (scenario.model, repr(scenario.area), scenario.resolution)
        with self._lock:
            found = self._made.get(key)
        if found is None:
            found = scenario.site(floor)
            with self._lock:
                while len(self._made) >= _SITES:
                    self._made.pop(next(iter(self._made)))
                self._made[key] = found
        return found


def ground(floor: Any, scenario: Scenario) -> xr.Dataset:
    """Return the site of a scenario, made once for all that ask about the same place with the same model."""
    grounds: _Grounds = vars(floor).setdefault(_OWN, _Grounds())
    return grounds.get(floor, scenario)


class Runs:
    """What one page has run.

    Parameters
    ----------
    floor
        Where the data are from.
    told
        Takes each `Answer`, on any thread, at most some times a second.
    shelf
        Where long runs are kept; None keeps them in memory.
    pool
        Who runs members; None for the process's.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     heard = []
    ...     runs = Runs(floor, heard.append)
    ...     runs.ask(Scenario("flood", resolution=1000.0), "preview")
    ...     runs.wait()
    ...     heard[-1].stage, heard[-1].ensemble.members
    ('done', 8)
    """

    def __init__(
        self,
        floor: Any,
        told: Callable[[Answer], object],
        shelf: Shelf | None = None,
        pool: Pool | None = None,
    ) -> None:
        self.floor, self._told, self._shelf = floor, told, shelf
        self._pool = pool or Pool.shared()
        self._lock = Lock()
        self._stops: dict[int, Event] = {}
        self._next: dict[int, tuple[Scenario, Fidelity]] = {}
        self._threads: dict[int, Thread] = {}
        self._closed = False

    def ask(self, scenario: Scenario, fidelity: Fidelity) -> None:
        """Run a scenario; of previews, and of longer runs, the newest wins and the one before is given up."""
        rank = PREVIEW if fidelity == "preview" else RUN
        with self._lock:
            if self._closed:
                return
            self._next[rank] = (scenario, fidelity)
            if rank in self._stops:
                self._stops[rank].set()
            if rank not in self._threads:
                thread = Thread(target=self._follow, args=(rank,), name=f"twin-{rank}", daemon=True)
                self._threads[rank] = thread
                thread.start()

    def kept(self, key: str) -> bool:
        """Tell whether an ensemble is on the shelf, so that asking for it costs little."""
        try:
            return self._shelf is not None and (self._shelf.place(key) / "template.nc").is_file()
        except WatchfloorError:
            return False

    def cancel(self, *, preview: bool = False) -> None:
        """Give up what runs."""
        rank = PREVIEW if preview else RUN
        with self._lock:
            self._next.pop(rank, None)
            if rank in self._stops:
                self._stops[rank].set()

    def wait(self, seconds: float = 60.0) -> None:
        """Wait until nothing runs any more: for notebooks and tests."""
        end = monotonic() + seconds
        for thread in list(self._threads.values()):
            if thread is not current_thread():
                thread.join(timeout=max(0.0, end - monotonic()))

    def close(self) -> None:
        """Give up all that runs, and say nothing any more."""
        with self._lock:
            self._closed = True
            self._next.clear()
            for stop in self._stops.values():
                stop.set()
        self.wait(10.0)

    # inside

    def _follow(self, rank: int) -> None:
        """Run what was asked last, until nothing was asked meanwhile."""
        while True:
            with self._lock:
                asked = self._next.pop(rank, None)
                if asked is None or self._closed:
                    del self._threads[rank]
                    self._stops.pop(rank, None)
                    return
                stop = self._stops[rank] = Event()
            try:
                self._run(rank, *asked, stop)
            except Exception:
                log.exception("a run of %s failed", asked[0].model)
                self._say(
                    Answer(*asked, "failed", trouble="The run failed; the reason is in the server's log.")
                )

    def _say(self, answer: Answer) -> None:
        if not self._closed:
            self._told(answer)

    def _run(self, rank: int, scenario: Scenario, fidelity: Fidelity, stop: Event) -> None:
        start = monotonic()
        held = False
        self._say(Answer(scenario, fidelity, "preparing"))
        try:
            request = scenario.request(self.floor, fidelity, site=ground(self.floor, scenario))
            if rank == RUN:
                held = _AT_ONCE.acquire(blocking=False)
                if not held:
                    self._say(Answer(scenario, fidelity, "waiting"))
                while not held:
                    if stop.is_set():
                        raise Cancelled("The run was cancelled.")
                    held = _AT_ONCE.acquire(timeout=0.2)
            folder: Path | None = None
            if rank == RUN and self._shelf is not None:
                folder = self._shelf.place(request.key)
            part: list[Ensemble] = []

            def tell(status: Status) -> None:
                if not stop.is_set():
                    found = part[-1] if part else None
                    self._say(Answer(scenario, fidelity, "running", status, found))

            found = run_ensemble(
                request,
                executor=Share(self._pool, id(self), rank),
                folder=folder,
                tell=tell,
                stop=stop,
                part=lambda some: part.append(still(some)),
                every=max(2, request.size // 10),
            )
        except Cancelled:
            self._say(Answer(scenario, fidelity, "cancelled"))
        except WatchfloorError as error:
            self._say(Answer(scenario, fidelity, "failed", trouble=str(error)))
        else:
            if not stop.is_set():
                self._say(Answer(scenario, fidelity, "done", None, found, seconds=monotonic() - start))
        finally:
            if held:
                _AT_ONCE.release()
