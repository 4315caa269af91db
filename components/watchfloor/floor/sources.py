"""Where a floor's news comes from: its invented story, its configured addresses and folders, its inbox."""

import threading
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from watchfloor.catalog import FeedBlock
from watchfloor.core.clock import duration
from watchfloor.core.errors import SettingsError
from watchfloor.feeds.collect import Collector, Edge, FeedPlan
from watchfloor.floor.place import data_folder

if TYPE_CHECKING:
    from watchfloor.floor.floor import Floor

__all__ = ["Sources"]

LEAD = timedelta(hours=40)
"""How far a story is when its floor is opened first: the morning of its second day, with two thirds of it to see."""


class Sources:
    """What a floor listens to.

    Parameters
    ----------
    floor
        The floor.
    """

    def __init__(self, floor: "Floor") -> None:
        self._floor = floor

    @property
    def stories(self) -> list[FeedBlock]:
        """Sources that are invented stories."""
        return [block for block in self._floor.block.feeds if block.story is not None]

    @cached_property
    def edges(self) -> list[Edge]:
        """The simulated edges that publish the floor's stories; each goes on where the store says that it was."""
        start = (self._floor.now() - LEAD).replace(second=0, microsecond=0)
        return [
            Edge(
                self._floor.store,
                self.path(block.story),
                start,
                self._floor.clock,
                self._floor.accept,
                status=self._floor.status,
            )
            for block in self.stories
            if block.story is not None
        ]

    def path(self, place: Path) -> Path:
        """Return a folder that the catalog names, relative to the catalog's own."""
        return (self._floor.path / place).resolve()

    def prepare(self) -> int:
        """Publish what the stories are behind with, in one commit; return how many rows were new."""
        if not self.stories:
            return 0
        with self._floor.store.batch():
            return sum(edge.publish(self._floor.now()).stored for edge in self.edges)

    def off(self) -> list[str]:
        """Return why sources are not listened to."""
        return [
            f"{block.source} is off: {block.host} is not among the allowed hosts; to listen to it, put "
            f'hosts = ["{block.host}"] into watchfloor.toml, or set WATCHFLOOR_HOSTS=\'["{block.host}"]\'.'
            for block in self._floor.block.feeds
            if block.url and block.host not in self._allowed
        ]

    def plans(self) -> list[FeedPlan]:
        """Return what is listened to beside the stories: allowed addresses, configured folders, the inbox."""
        floor = self._floor
        found = [
            FeedPlan(
                block.source,
                block.feed,
                url=block.url,
                inbox=self.path(block.inbox) if block.inbox else None,
                cadence=duration(block.cadence) if block.cadence else None,
                late_after=duration(block.late_after) if block.late_after else None,
            )
            for block in floor.block.feeds
            if block.story is None and (block.inbox or block.host in self._allowed)
        ]
        return [
            *found,
            FeedPlan(
                "inbox", inbox=floor.settings.inbox or data_folder(floor.settings, floor.path) / "inbox"
            ),
        ]

    def collect(self, stop: threading.Event) -> None:
        """Listen until `stop` is set."""
        floor = self._floor
        collector = Collector(
            floor.store,
            self.plans(),
            floor.clock,
            floor.accept,
            hosts=tuple(floor.settings.hosts),
            status=floor.status,
            trust=self.trust,
        )
        threads = [
            threading.Thread(target=edge.run, args=(stop,), name=f"story {block.source}", daemon=True)
            for block, edge in zip(self.stories, self.edges, strict=True)
        ]
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
        for path in self._floor.settings.trust:
            try:
                found.append(path.read_bytes())
            except OSError as error:
                raise SettingsError(
                    f"The certificate {path} in the setting trust cannot be read: {error.strerror}."
                ) from error
        return tuple(found)

    @property
    def _allowed(self) -> set[str]:
        return {host.lower() for host in self._floor.settings.hosts}
