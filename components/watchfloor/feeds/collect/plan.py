"""What is listened to: one source, where it comes from, and what is expected of it."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from pathlib import Path

from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.broker import Broker
from watchfloor.feeds.profile import Profile

__all__ = ["FeedPlan"]


@dataclass(frozen=True)
class FeedPlan:
    """One source that is listened to.

    Parameters
    ----------
    source
        Its name on the floor.
    feed
        Name of the feed that reads it; for an inbox, empty to tell by each file.
    url, inbox, broker
        Its address, a folder whose files are taken in, or an MQTT broker; exactly one.
    cadence, late_after
        How often it is asked, and the age at which it is late; None for the feed's own.
    zone, charset, profile
        What the source declares; see `Context`.

    Examples
    --------
    >>> FeedPlan("usgs", "usgs", url="https://earthquake.usgs.gov/feed.geojson").pace
    datetime.timedelta(seconds=60)
    """

    source: str
    feed: str = ""
    url: str = ""
    inbox: Path | None = None
    cadence: timedelta | None = None
    late_after: timedelta | None = None
    zone: tzinfo | None = None
    charset: str = ""
    broker: Broker | None = None
    profile: Profile | None = None

    @property
    def pace(self) -> timedelta:
        """How often the source is asked."""
        return self.cadence or FEEDS[self.feed].cadence
