"""Where a floor's news comes from: its invented story, its configured addresses and folders, its inbox."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from watchfloor.catalog import FeedBlock, FloorBlock
from watchfloor.core.clock import Clock, duration, zone
from watchfloor.core.errors import SettingsError
from watchfloor.core.settings import Settings
from watchfloor.feeds.collect import Accept, Broker, Collector, Edge, FeedPlan
from watchfloor.feeds.profile import load as load_profile
from watchfloor.floor.ageing import keep_ageing
from watchfloor.floor.place import data_folder
from watchfloor.store import Store

__all__ = ["Sources", "pieces"]

LEAD = timedelta(hours=40)
"""How far a story is when its floor is opened first: the morning of its second day, with two thirds of it to see."""

PIECE = timedelta(minutes=10)
COARSE = ((timedelta(hours=12), timedelta(hours=2)), (timedelta(hours=1), timedelta(minutes=30)))
"""How much of the past is told at once to those who live through it: of the last hours less than of what lies behind."""


class Sources:
    """What a floor listens to.

    Parameters
    ----------
    path
        Folder of its catalog.
    block
        What the catalog says about the floor.
    store, clock, settings
        The floor's.
    accept
        Tells why the floor does not take a record.
    """

    def __init__(
        self, path: Path, block: FloorBlock, store: Store, clock: Clock, settings: Settings, accept: Accept
    ) -> None:
        self._path, self._block, self._store = path, block, store
        self._clock, self._settings, self._accept = clock, settings, accept

    @property
    def stories(self) -> list[FeedBlock]:
        """Sources that are invented stories."""
        return [block for block in self._block.feeds if block.story is not None]

    @cached_property
    def edges(self) -> list[Edge]:
        """The simulated edges that publish the floor's stories; each goes on where the store says that it was."""
        start = (self._clock.now() - LEAD).replace(second=0, microsecond=0)
        return [
            Edge(
                self._store,
                self.path(block.story),
                start,
                self._clock,
                self._accept,
                status=self._block.status,
            )
            for block in self.stories
            if block.story is not None
        ]

    def path(self, place: Path) -> Path:
        """Return a folder that the catalog names, relative to the catalog's own."""
        return (self._path / place).resolve()

    def prepare(self, along: Callable[[datetime], bool] | None = None) -> int:
        """Publish what the stories are behind with; return how many rows were new.

        Parameters
        ----------
        along
            Called after each piece of `PIECE`; without it, all is published in one commit.
        """
        if not self.stories:
            return 0
        try:
            if along is None:
                with self._store.batch():
                    return self._publish(self._clock.now())
            stored = 0
            for until in self._pieces():
                with self._store.batch():
                    stored += self._publish(until)
                if not along(until):
                    break
        except BaseException:
            # What was undone must be published again: the edges begin anew where the store says that they are.
            self.__dict__.pop("edges", None)
            raise
        return stored

    def _publish(self, until: datetime) -> int:
        return sum(edge.publish(until).stored for edge in self.edges)

    def _pieces(self) -> Iterator[datetime]:
        """Yield the times up to which the past is published, piece by piece; the present last."""
        now = self._clock.now()
        yield from pieces(
            min(max(edge.position or edge.anchor, now - edge.backlog) for edge in self.edges), now
        )

    def off(self) -> list[str]:
        """Return why sources are not listened to."""
        return [
            f"{block.source} is off: {block.host} is not among the allowed hosts; to listen to it, put "
            f'hosts = ["{block.host}"] into watchfloor.toml, or set WATCHFLOOR_HOSTS=\'["{block.host}"]\'.'
            for block in self._block.feeds
            if block.host and block.host not in self._allowed
        ]

    def plans(self) -> list[FeedPlan]:
        """Return what is listened to beside the stories: allowed addresses, configured folders, the inbox."""
        found = [
            FeedPlan(
                block.source,
                block.feed,
                url=block.url,
                inbox=self.path(block.inbox) if block.inbox else None,
                cadence=duration(block.cadence) if block.cadence else None,
                late_after=duration(block.late_after) if block.late_after else None,
                zone=zone(block.zone) if block.zone else None,
                broker=self._broker(block),
                profile=load_profile(self.path(block.profile)) if block.profile else None,
            )
            for block in self._block.feeds
            if block.story is None and (block.inbox or block.host in self._allowed)
        ]
        return [
            *found,
            FeedPlan(
                "inbox", inbox=self._settings.inbox or data_folder(self._settings, self._path) / "inbox"
            ),
        ]

    def _broker(self, block: FeedBlock) -> Broker | None:
        """Join what the catalog says of a broker with how the settings are let in there."""
        if not block.mqtt:
            return None
        logins = {host.lower(): login for host, login in self._settings.brokers.items()}
        login = logins.get(block.host)
        given = login.model_dump() if login is not None else {}
        return Broker(
            block.mqtt, tuple(block.topics), block.qos, block.keepalive, block.client, block.version, **given
        )

    def collect(self, stop: threading.Event) -> None:
        """Listen until `stop` is set."""
        collector = Collector(
            self._store,
            self.plans(),
            self._clock,
            self._accept,
            hosts=tuple(self._settings.hosts),
            status=self._block.status,
            trust=self.trust,
        )
        threads = [
            threading.Thread(target=edge.run, args=(stop,), name=f"story {block.source}", daemon=True)
            for block, edge in zip(self.stories, self.edges, strict=True)
        ]
        ageing = (self._store, self._clock, self._settings, stop)
        threads.append(threading.Thread(target=keep_ageing, args=ageing, name="archive", daemon=True))
        for thread in threads:
            thread.start()
        collector.run(stop)
        for thread in threads:
            thread.join()

    @cached_property
    def trust(self) -> tuple[bytes, ...]:
        """The certificates that may sign, in PEM.

        Raises
        ------
        SettingsError
            If one that the settings name cannot be read.
        """
        found = []
        for path in self._settings.trust:
            try:
                found.append(path.read_bytes())
            except OSError as error:
                raise SettingsError(
                    f"The certificate {path} in the setting trust cannot be read: {error.strerror}."
                ) from error
        return tuple(found)

    @property
    def _allowed(self) -> set[str]:
        return {host.lower() for host in self._settings.hosts}


def pieces(begun: datetime, now: datetime) -> Iterator[datetime]:
    """Yield the times at which somebody who lives through the past looks up; the present last.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> minute = timedelta(minutes=1)
    >>> [(at - EPOCH) // minute for at in pieces(EPOCH, EPOCH + 400 * minute)][:4]
    [30, 60, 90, 120]
    """
    at = begun
    while (at := at + next((step for age, step in COARSE if now - at > age), PIECE)) < now:
        yield at
    yield now
