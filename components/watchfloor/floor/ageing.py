"""Keeping the store small: while a floor collects, months that are old enough go to the archive by themselves."""

import logging
import threading
from datetime import timedelta

from watchfloor.core.clock import Clock
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.settings import Settings
from watchfloor.store import Moved, Store

__all__ = ["age", "keep_ageing"]

_LOG = logging.getLogger(__name__)
PAUSE = timedelta(hours=6)
"""How often it is looked whether a month has grown old; there is something to do once a month."""


def age(store: Store, clock: Clock, settings: Settings) -> Moved:
    """Move what is older than the setting `archive_after` says; nothing if it is 0.

    Examples
    --------
    >>> store = Store.open(":memory:")
    >>> age(store, store.clock, Settings()).rows
    0
    """
    if not settings.archive_after:
        return Moved()
    return store.archive(clock.now() - timedelta(days=settings.archive_after), actor="setting archive_after")


def keep_ageing(store: Store, clock: Clock, settings: Settings, stop: threading.Event) -> None:
    """Do so again and again until `stop` is set; what goes wrong is logged, and tried again."""
    while settings.archive_after and not stop.is_set():
        try:
            if (moved := age(store, clock, settings)).rows:
                _LOG.info("%d observations went to the archive, as %d files.", moved.rows, moved.files)
        except WatchfloorError as error:
            _LOG.warning("The archive waits: %s", error)
        stop.wait(PAUSE.total_seconds())
