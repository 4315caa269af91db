"""An invented edge of many stations at a chosen rate, to see how much a floor carries; never on a floor in earnest."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from watchfloor.core.clock import Clock, format_time, micros, monotonic
from watchfloor.core.errors import ForbiddenError, InvalidInputError, NotReadyError
from watchfloor.core.scales import Status
from watchfloor.feeds.collect.broker import Broker
from watchfloor.feeds.collect.ingest import ingest
from watchfloor.feeds.collect.shapes import Faults, sample, skew
from watchfloor.store.records import Series

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessageInfo

    from watchfloor.store import Store

__all__ = ["Load", "Reading", "Sent", "described", "direct", "inbox", "mqtt"]

SOURCE = "invented"
_TICK = 0.1
_UNFINISHED = ".part"


@dataclass(frozen=True)
class Reading:
    """One invented measurement; a value that is NaN is not sent."""

    series: str
    units: str
    time: datetime
    value: float


Sent = Callable[[Sequence[Reading]], None]
"""Where readings go."""


class Load:
    """Sends readings of invented stations, one after the other, at a steady rate.

    Parameters
    ----------
    stations
        As `shapes.stations` makes them.
    rate
        Readings a second.
    send
        Where they go: `direct`, `inbox` or `mqtt`.
    clock
        The floor's.
    status
        The floor's; a floor in earnest is refused.
    seed, faults
        As of `shapes.sample`.

    Raises
    ------
    ForbiddenError
        If the floor is in earnest.
    InvalidInputError
        If the rate is not within 0.01 and 100,000.

    Examples
    --------
    >>> from watchfloor.core.clock import FixedClock, parse_time
    >>> from watchfloor.feeds.collect.shapes import stations
    >>> out = []
    >>> load = Load(stations(8), 10, out.extend, FixedClock(parse_time("2026-06-01T00:00:00Z")), Status.EXERCISE)
    >>> load.step(1.0), [item.series for item in out][:2]
    (10, ['invented/level-0000/level', 'invented/rain-0001/rain'])
    """

    def __init__(
        self,
        stations: Sequence[Series],
        rate: float,
        send: Sent,
        clock: Clock,
        status: Status,
        *,
        seed: int = 0,
        faults: Faults | None = None,
    ) -> None:
        if status is Status.ACTUAL:
            raise ForbiddenError(
                "Invented readings are not sent to a floor in earnest; open an exercise, such as `--floor demo`."
            )
        if not 0.01 <= rate <= 100_000:
            raise InvalidInputError(
                f"A rate of {rate} readings a second cannot be sent; expected 0.01 to 100,000."
            )
        self._stations, self._rate, self._send, self._clock = list(stations), rate, send, clock
        self._seed, self._faults = seed, faults
        self._skew = {item.name: skew(item.name, seed, faults) for item in self._stations}
        self._owed, self._next = 0.0, 0
        self.sent = 0
        """Readings that were sent."""

    def step(self, seconds: float) -> int:
        """Send what falls due in some seconds, timed now; return how many readings that were."""
        self._owed += seconds * self._rate
        count = int(self._owed)
        self._owed -= count
        now = self._clock.now()
        # Each turn of a station gets a time of its own, however many turns there are in one step.
        gap = timedelta(seconds=seconds / max(count, 1))
        readings = []
        for place in range(count):
            item = self._stations[(self._next + place) % len(self._stations)]
            when = now - gap * (count - 1 - place)
            value = float(
                sample(item.name, np.array([micros(when)], dtype=np.int64), self._seed, self._faults)[0]
            )
            if value == value:  # noqa: PLR0124  NaN differs from itself
                readings.append(Reading(item.name, item.units, when + self._skew[item.name], round(value, 4)))
        self._next = (self._next + count) % len(self._stations)
        if readings:
            self._send(readings)
        self.sent += len(readings)
        return count

    def run(self, stop: threading.Event, seconds: float | None = None) -> None:
        """Send until `stop` is set or the seconds are over; what falls behind is sent with the next step."""
        began = last = monotonic()
        while not stop.wait(_TICK):
            now = monotonic()
            self.step(now - last)
            last = now
            if seconds is not None and now - began >= seconds:
                return


def described(stations: Sequence[Series]) -> bytes:
    """Return stations as the GeoJSON that the ``geojson`` feed reads as descriptions of series."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [item.lon, item.lat]},
            "properties": {
                "series": item.name, "title": item.title, "field": item.field, "units": item.units, "hazard": item.hazard,
                **item.attrs,
            },
        }
        for item in stations
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def direct(store: "Store", stations: Sequence[Series], status: Status) -> Sent:
    """Return what takes readings into a store by the one path, after the stations were described."""
    ingest(store, "geojson", described(stations), SOURCE, status=status, note=False)

    def send(readings: Sequence[Reading]) -> None:
        ingest(store, "table", _csv(readings), SOURCE, status=status)

    return send


def inbox(folder: Path, stations: Sequence[Series], clock: Clock) -> Sent:
    """Return what puts readings into a folder, one finished file a time, as CSV; the stations come first.

    Raises
    ------
    InvalidInputError
        If the folder is not there.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"There is no folder {folder}; name the inbox of a floor.")
    _put(folder, "invented-stations.geojson", described(stations))
    count = 0

    def send(readings: Sequence[Reading]) -> None:
        nonlocal count
        count += 1
        _put(folder, f"invented-{micros(clock.now())}-{count:06d}.csv", _csv(readings))

    return send


@contextlib.contextmanager
def mqtt(broker: Broker, wait: float = 10.0) -> Iterator[Sent]:
    """Give what publishes readings as ``watchfloor/<station>/<series>``, with QoS 1; leave after all were acknowledged.

    Yields
    ------
    Sent
        Where readings go.

    Raises
    ------
    NotReadyError
        If the broker does not answer.
    """
    client = _client(broker, wait)
    pending: list[MQTTMessageInfo] = []

    def send(readings: Sequence[Reading]) -> None:
        for item in readings:
            said = {"time": format_time(item.time), "value": item.value, "units": item.units}
            pending.append(client.publish(f"watchfloor/{item.series}", json.dumps(said), qos=1))
        pending[:] = [info for info in pending[-20_000:] if not info.is_published()]

    try:
        yield send
        end = monotonic() + wait
        for info in pending:
            with contextlib.suppress(RuntimeError, ValueError):
                info.wait_for_publish(max(0.0, end - monotonic()))
    finally:
        client.disconnect()
        client.loop_stop()


def _client(broker: Broker, wait: float) -> "Client":
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

    from watchfloor.feeds.collect.link import context

    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(5000)
    if broker.user:
        client.username_pw_set(broker.user, broker.secret())
    if broker.tls:
        client.tls_set_context(context(broker))
    try:
        client.connect(broker.host, broker.port, broker.keepalive)
    except OSError as error:
        raise NotReadyError(f"{broker.shown} cannot be reached: {error}.") from error
    client.loop_start()
    end = monotonic() + wait
    while not client.is_connected():
        if monotonic() > end:
            client.loop_stop()
            raise NotReadyError(f"{broker.shown} does not let us in.")
        threading.Event().wait(0.05)
    return client


def _csv(readings: Sequence[Reading]) -> bytes:
    rows = [f"{item.series},{format_time(item.time)},{item.value!r},{item.units}" for item in readings]
    return ("series,time,value,units\n" + "\n".join(rows) + "\n").encode()


def _put(folder: Path, name: str, data: bytes) -> None:
    """Write a file under a name that is not looked at, and give it its own when it is whole."""
    unfinished = folder / (name + _UNFINISHED)
    unfinished.write_bytes(data)
    unfinished.rename(folder / name)
