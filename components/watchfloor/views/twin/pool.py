"""The threads that run members for all pages of a process: few, shared fairly, previews first."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition, Thread
from typing import Any

__all__ = ["PREVIEW", "RUN", "Pool", "Share"]

PREVIEW, RUN = 0, 1
"""Classes of work: what somebody waits for with a hand on a slider, and what runs in the background."""


class Pool:
    """Threads that take one piece of work from each owner in turn; previews before all else.

    One thread more than there are cores takes previews only, so that a slider is answered while long members run.

    Parameters
    ----------
    workers
        Threads; None for one a core.

    Examples
    --------
    >>> pool = Pool(1)
    >>> Share(pool, "anna", PREVIEW).submit(lambda: 2 + 2).result()
    4
    >>> pool.close()
    """

    _shared: "Pool | None" = None

    def __init__(self, workers: int | None = None) -> None:
        self._ready = Condition()
        self._queues: tuple[dict[Any, deque[Any]], ...] = ({}, {})
        self._closed = False
        count = workers or os.cpu_count() or 1
        self._threads = [
            Thread(target=self._work, args=(number >= count,), name=f"member-{number}", daemon=True)
            for number in range(count + 1)
        ]
        for thread in self._threads:
            thread.start()

    @classmethod
    def shared(cls) -> "Pool":
        """Return the one of this process."""
        if cls._shared is None or cls._shared._closed:
            cls._shared = cls()
        return cls._shared

    def put(self, owner: Any, rank: int, work: Callable[[], object]) -> None:
        """Add a piece of work."""
        with self._ready:
            self._queues[rank].setdefault(owner, deque()).append(work)
            self._ready.notify_all()

    def close(self) -> None:
        """Let the threads end; what waits is not done."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    def _work(self, quick: bool) -> None:
        while True:
            with self._ready:
                while (work := self._next(quick)) is None:
                    if self._closed:
                        return
                    self._ready.wait()
            work()
            del work  # what it holds is let go of while the thread waits

    def _next(self, quick: bool) -> Callable[[], object] | None:
        """Take the next piece of the owner whose turn it is."""
        for queue in self._queues[:1] if quick else self._queues:
            if queue:
                owner = next(iter(queue))
                waiting = queue.pop(owner)
                work: Callable[[], object] = waiting.popleft()
                if waiting:
                    queue[owner] = waiting  # behind all others
                return work
        return None


class Share(ThreadPoolExecutor):
    """What one run sees of the pool: an executor whose work waits in its owner's queue.

    It is a `ThreadPoolExecutor` by name only, as `hazards.ensemble.run` asks whether members run in this process; it
    starts no threads of its own.

    Parameters
    ----------
    pool
        Where the work is done.
    owner
        Whose it is, such as a page.
    rank
        `PREVIEW` or `RUN`.
    """

    def __init__(self, pool: Pool, owner: Any, rank: int) -> None:
        super().__init__(1)
        self._pool, self._owner, self._rank = pool, owner, rank

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by one of the pool's threads."""
        future: Future[Any] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  it is the caller's, who waits for the result
                future.set_exception(error)
            else:
                future.set_result(result)

        self._pool.put(self._owner, self._rank, work)
        return future
