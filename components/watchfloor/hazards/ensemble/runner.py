"""Run the members of a request on any executor, and tell how far it is."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

import xarray as xr

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import WatchfloorError
from watchfloor.hazards.ensemble.kept import BUDGET, Kept
from watchfloor.hazards.ensemble.products import Ensemble
from watchfloor.hazards.ensemble.request import Request
from watchfloor.hazards.progress import Cancelled, Progress

__all__ = ["Status", "run"]

_BLOCKS = 4
"""Tasks for each worker, where they run in other processes."""
_LOOK = 0.2
"""Seconds between two looks at whether the run is still wanted."""


@dataclass(frozen=True)
class Status:
    """How far a run is.

    Parameters
    ----------
    done
        Part that is done, 0 to 1.
    members
        Members that are finished.
    elapsed, left
        Seconds since the start, and about how many are left; None until that can be told.
    """

    done: float
    members: int
    elapsed: float
    left: float | None


class _Tally:
    """The parts that the running members have done."""

    def __init__(self, size: int, before: int, tell: Callable[[Status], object] | None) -> None:
        self._size, self._before, self._tell = size, before, tell
        self._begin = monotonic()
        self._told = -1.0
        self._parts: dict[int, float] = {}
        self._lock = Lock()

    def part(self, number: int, done: float) -> None:
        with self._lock:
            self._parts[number] = max(done, self._parts.get(number, 0.0))
        self.say()

    def say(self, *, last: bool = False) -> None:
        if self._tell is None:
            return
        now = monotonic()
        with self._lock:
            if not last and now - self._told < 0.1:
                return
            self._told = now
            run = sum(self._parts.values())
            members = self._before + sum(part >= 1.0 for part in self._parts.values())
        elapsed = now - self._begin
        left = elapsed * (self._size - self._before - run) / run if run > 0.02 and elapsed > 0.2 else None
        self._tell(Status((self._before + run) / self._size, members, elapsed, left))


def run(
    request: Request,
    *,
    executor: Executor | None = None,
    folder: Path | None = None,
    budget: int = BUDGET,
    tell: Callable[[Status], object] | None = None,
    stop: Event | None = None,
    part: Callable[[Ensemble], object] | None = None,
    every: int = 10,
) -> Ensemble:
    """Run an ensemble.

    The result is the same to the last bit for any number of workers of any kind.

    Parameters
    ----------
    request
        What to run.
    executor
        Any; None makes one thread for each core (the kernels release the interpreter's lock). Dask's
        ``client.get_executor()`` and processes work too: they get blocks of members.
    folder
        Where results are kept (see `Shelf.place`); a run that was killed is taken up there, and one that was finished
        is not run again. None keeps them in memory.
    budget
        Bytes that results may take in memory.
    tell
        Takes a `Status`, at most ten times a second, on any thread.
    stop
        Set to cancel.
    part
        Takes the unfinished ensemble after each `every` members, on the calling thread.
    every
        See `part`.

    Raises
    ------
    Cancelled
        If `stop` was set; what is in the folder is taken up by the next run of the same request.
    WatchfloorError
        If a member cannot be run; the others are not waited for.
    """
    kept = Kept(request.size, folder, budget).resume(request.timed)
    todo = [number for number in range(request.size) if number not in kept.done]
    stop = stop or Event()
    if todo:
        request.prepared()  # its errors are the input's, and are told at once
    own = executor is None
    workers = os.cpu_count() or 1
    pool = executor or ThreadPoolExecutor(workers, thread_name_prefix="member")
    tally = _Tally(request.size, len(kept.done), tell)
    threads = isinstance(pool, ThreadPoolExecutor)
    each = 1 if threads else max(1, len(todo) // (workers * _BLOCKS))
    blocks = [tuple(todo[start : start + each]) for start in range(0, len(todo), each)]
    waiting: dict[Future[list[xr.Dataset]], tuple[int, ...]] = {}
    since = 0
    try:
        queue = iter(blocks)
        while True:
            # no more in flight than are worked on: what is finished but not folded in costs memory
            while len(waiting) < 2 * workers and (block := next(queue, None)) is not None:
                told = _teller(tally, stop) if threads else None
                waiting[pool.submit(_block, request, block, told)] = block
            if not waiting:
                break
            finished, _ = wait(waiting, timeout=_LOOK, return_when=FIRST_COMPLETED)
            if stop.is_set():
                raise Cancelled("The run was cancelled; start it again to have a result.")
            for future in finished:
                block = waiting.pop(future)
                for number, result in zip(block, future.result(), strict=True):
                    kept.keep(number, result)
                    tally.part(number, 1.0)
                    since += 1
            if part is not None and since >= every and len(kept.done) < request.size:
                since = 0
                part(Ensemble(request, kept, complete=False))
            tally.say()
    finally:
        for future in waiting:
            future.cancel()
        if waiting:
            stop.set()
        if own:
            pool.shutdown(wait=True, cancel_futures=True)
    tally.say(last=True)
    return Ensemble(request, kept)


def _teller(tally: _Tally, stop: Event) -> Callable[[int], Progress]:
    def progress(number: int) -> Progress:
        return Progress(lambda done: tally.part(number, min(done, 0.999)), stop)

    return progress


def _block(
    request: Request, numbers: Iterable[int], told: Callable[[int], Progress] | None
) -> list[xr.Dataset]:
    """Run some members one after another, in whatever process this is."""
    found = []
    for number in numbers:
        try:
            found.append(request.member(number, told(number) if told else None))
        except WatchfloorError:
            raise
        except Exception as error:
            raise WatchfloorError(
                f"Member {number} of {type(request.model).__name__} failed: {type(error).__name__}: {error}."
            ) from error
    return found
