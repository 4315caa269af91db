"""What a floor's catalog says about the floor: its name, place, status and feeds."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from watchfloor.catalog.metadata import Words
from watchfloor.core.clock import duration, zone
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.broker import address, topic_filter

__all__ = ["FeedBlock", "FloorBlock"]

_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def _span(text: str) -> str:
    duration(text)
    return text


def _zone(name: str) -> str:
    zone(name)
    return name


def _source(name: str) -> str:
    if not _SOURCE.fullmatch(name):
        raise ValueError(f"{name[:40]!r} is not a source's name; expected small letters, digits and hyphens")
    return name


def _words(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


class FeedBlock(BaseModel):
    """One source that a floor listens to.

    Parameters
    ----------
    source
        Name of the source on this floor.
    feed
        Name of the feed that reads it (`watchfloor.feeds`), or ``story``.
    url, inbox, story, mqtt
        Where it comes from: an address, a folder, the folder of a story, or an MQTT broker (``mqtts://host:port``).
        Exactly one.
    topics, qos, keepalive, client, version
        What is subscribed to at a broker, and how; see `feeds.collect.Broker`. Names and passwords stand in the
        settings (``brokers``), never in a catalog.
    zone
        IANA time zone of times that name no offset.
    profile
        YAML file beside the catalog that says what the columns of the source's tables mean; see `feeds.profile`.
    cadence, late_after
        How often news is expected, and the age at which it is late (ISO 8601); empty for the feed's own.
    fresh_within
        Age of the newest thing that the source tells from which it is late although it answers (ISO 8601), because
        something new must have happened: for measurements, say. Empty for the feed's own.

    Examples
    --------
    >>> FeedBlock(source="usgs", feed="usgs", url="https://earthquake.usgs.gov/feed.geojson").host
    'earthquake.usgs.gov'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    source: Annotated[str, AfterValidator(_source)]
    feed: str = Field(min_length=1, max_length=64)
    url: str = Field("", max_length=2000)
    inbox: Path | None = None
    story: Path | None = None
    mqtt: str = Field("", max_length=2000)
    topics: list[Annotated[str, AfterValidator(topic_filter)]] = Field(default_factory=list, max_length=100)
    qos: Literal[0, 1] = 1
    keepalive: int = Field(60, ge=5, le=3600)
    client: str = Field("", max_length=100, pattern=r"^[A-Za-z0-9_-]*$")
    version: Literal["5", "3.1.1"] = "5"
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    profile: Path | None = None
    cadence: Annotated[str, AfterValidator(_span)] | None = None
    late_after: Annotated[str, AfterValidator(_span)] | None = None
    fresh_within: Annotated[str, AfterValidator(_span)] | None = None

    @property
    def host(self) -> str:
        """Host of the address, with its port where one is named; empty for a folder."""
        if self.mqtt:
            return address(self.mqtt)[3].lower()
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()

    @model_validator(mode="after")
    def _one(self) -> "FeedBlock":
        ways = [bool(self.url), bool(self.mqtt), self.inbox is not None, self.story is not None]
        if ways.count(True) != 1:
            raise ValueError("expected exactly one of url, inbox, story and mqtt")
        if bool(self.mqtt) != bool(self.topics):
            raise ValueError("expected topics beside mqtt, and nowhere else")
        if self.mqtt:
            address(self.mqtt)
            if self.feed not in FEEDS:
                raise ValueError(f"{self.feed!r} is no feed; expected one of {', '.join(FEEDS)}")
        parts = urlsplit(self.url)
        if self.url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username):
            raise ValueError(f"{self.url[:80]!r} is not an http(s) address without a user name")
        return self


class FloorBlock(BaseModel):
    """The ``metadata.floor`` block of a catalog.

    Parameters
    ----------
    title
        In English and Chinese.
    status
        Whether the floor is in earnest (CAP 1.2 ``status``).
    invented
        Whether its world is made up.
    zone
        IANA time zone of its screens.
    centre
        Longitude and latitude, degrees, that its map opens at.
    zoom
        Zoom level (of 256-pixel web tiles) that its map opens at.
    languages
        Languages of its screens.
    feeds
        Sources it listens to.

    Examples
    --------
    >>> floor = FloorBlock(title="Demo", status="Exercise", zone="Asia/Shanghai", centre=(110, 30), zoom=10)
    >>> floor.title("en"), floor.status
    ('Demo', <Status.EXERCISE: 'Exercise'>)
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    title: Annotated[Words, BeforeValidator(_words)]
    description: Annotated[Words, BeforeValidator(_words)] = Words(en="-", zh="")
    status: Status
    invented: bool = False
    zone: Annotated[str, AfterValidator(_zone)]
    centre: tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-85, le=85)]]
    zoom: float = Field(ge=0, le=20)
    languages: list[Literal["en", "zh"]] = Field(["en", "zh"], min_length=1)
    feeds: list[FeedBlock] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def _distinct(self) -> "FloorBlock":
        names = [feed.source for feed in self.feeds]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"feeds name the source {twice[0]!r} twice")
        return self
