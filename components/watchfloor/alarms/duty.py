"""Keep a floor going: its past lived through, its alarms watched, its feeds collected, until it is told to stop."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from watchfloor.alarms.watch import Watch

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["keep"]

_LOG = logging.getLogger(__name__)
_PATIENCE = 10.0


def keep(
    floor: "Floor",
    stop: threading.Event,
    *,
    collect: bool = True,
    watch: Watch | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Prepare a floor, watch it, and collect for it, until `stop` is set.

    Parameters
    ----------
    floor
        The floor.
    stop
        Ends it.
    collect
        Whether feeds are listened to.
    watch
        Who watches; by default the floor's own.
    ready
        Called once the past is there.

    Notes
    -----
    Where another process watches the store already, this one stands by and takes over when that one ends.

    Examples
    --------
    >>> import threading, watchfloor
    >>> from watchfloor.store import Store
    >>> stop = threading.Event()
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     keep(floor, stop, collect=False, ready=stop.set)
    """
    watch = watch if watch is not None else Watch(floor)
    alone = watch.holds()
    if alone:
        watch.prepare(stop)
    else:
        floor.prepare()
    if ready is not None:
        ready()
    watching = threading.Thread(
        target=watch.run, args=(stop,), kwargs={"prepared": alone}, name="watch", daemon=True
    )
    watching.start()
    try:
        if collect:
            floor.collect(stop)
        else:
            stop.wait()
    finally:
        watching.join(_PATIENCE if stop.is_set() else 0)
        if watching.is_alive() and stop.is_set():
            _LOG.warning("the watch does not end; it is left behind")
