"""Where a floor's news comes from: its invented story, its configured addresses and folders, its inbox."""

import threading
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from watchfloor.catalog import FeedBlock
from watchfloor.feeds.collect import Edge

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
        allowed = {host.lower() for host in self._floor.settings.hosts}
        return [
            f"{block.source} is off: {block.host} is not among the allowed hosts; to listen to it, put "
            f'hosts = ["{block.host}"] into watchfloor.toml, or set WATCHFLOOR_HOSTS=\'["{block.host}"]\'.'
            for block in self._floor.block.feeds
            if block.url and block.host not in allowed
        ]

    def collect(self, stop: threading.Event) -> None:
        """Listen until `stop` is set."""
        threads = [threading.Thread(target=edge.run, args=(stop,), daemon=True) for edge in self.edges]
        for thread in threads:
            thread.start()
        stop.wait()
        for thread in threads:
            thread.join()
