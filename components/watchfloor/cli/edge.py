"""Load a floor with invented stations, to see what it carries."""

import threading
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchfloor.cli.base import DataOption, FloorOption, actor, app, explained, opened, say
from watchfloor.core.clock import duration
from watchfloor.core.errors import ForbiddenError, InvalidInputError
from watchfloor.core.scales import Status

if TYPE_CHECKING:
    from watchfloor.feeds.collect.load import Sent
    from watchfloor.floor import Floor
    from watchfloor.store.records import Series

Share = typer.Option(min=0, max=1)
_PART = timedelta(days=1)


@app.command()
@explained
def edge(
    stations: Annotated[int, typer.Option(help="How many stations.", min=1, max=100_000)] = 100,
    rate: Annotated[float, typer.Option(help="Readings a second.", min=0.01, max=100_000)] = 10.0,
    mqtt: Annotated[str, typer.Option(help="Publish to this broker: mqtt://127.0.0.1:1883.")] = "",
    inbox: Annotated[Path | None, typer.Option(help="Write files into this folder.")] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Write into the floor's own store.")] = False,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after so long; default: when stopped.", min=0)
    ] = None,
    past: Annotated[str, typer.Option(help="With --direct: this much history first, such as P30D.")] = "",
    step: Annotated[str, typer.Option(help="Time between two readings of the history.")] = "PT10M",
    seed: Annotated[int, typer.Option(help="Which invented world.", min=0)] = 0,
    spike: Annotated[float, Share] = 0.0,
    stuck: Annotated[float, Share] = 0.0,
    gap: Annotated[float, Share] = 0.0,
    drift: Annotated[float, Share] = 0.0,
    skew: Annotated[float, Share] = 0.0,
    floor: FloorOption = None,
    data: DataOption = None,
) -> None:
    """Send invented readings to a floor that is not in earnest; spike, stuck, gap, drift and skew make sensors fail."""
    from watchfloor.feeds.collect import load, shapes
    from watchfloor.feeds.collect.broker import Broker

    if [bool(mqtt), inbox is not None, direct].count(True) != 1:
        raise InvalidInputError("Say where the readings go: one of --mqtt, --inbox and --direct.")
    if past and not direct:
        raise InvalidInputError("A history is written with --direct only.")
    faults = shapes.Faults(spike, stuck, gap, drift, skew)
    with opened(floor, data) as found, ExitStack() as stack:
        if found.status is Status.ACTUAL:
            raise ForbiddenError(
                f"The floor {found.name!r} is in earnest; invented readings go to an exercise only, such as `--floor demo`."
            )
        made = shapes.stations(stations, seed, found.block.centre, duration(step))
        found.store.journal.write(
            actor(), "edge", mqtt or str(inbox or "direct"), {"stations": stations, "rate": rate}
        )
        send: Sent
        if direct:
            found.prepare()  # the story's past must be known before anything later is
            send = load.direct(found.store, made, found.status)
            if past:
                _history(found, made, duration(past), duration(step), seed, faults)
        elif inbox is not None:
            send = load.inbox(inbox, made, found.clock)
        else:
            send = stack.enter_context(load.mqtt(Broker(mqtt, ("watchfloor/#",))))
        running = load.Load(made, rate, send, found.clock, found.status, seed=seed, faults=faults)
        say(f"Sending {rate:g} invented readings a second of {stations} stations (Ctrl+C stops it).")
        stop = threading.Event()
        try:
            running.run(stop, seconds)
        except KeyboardInterrupt:
            stop.set()
    say(f"{running.sent:,} readings were sent.")


def _history(
    found: "Floor", made: "list[Series]", past: timedelta, step: timedelta, seed: int, faults: object
) -> None:
    """Write a history into the store, a day at a time."""
    import pandas as pd

    from watchfloor.feeds.collect import shapes

    end = found.now().replace(second=0, microsecond=0)
    at, rows = end - past, 0
    while at < end:
        until = min(at + _PART, end)
        values = shapes.history(
            made, at, until, step, seed, faults if isinstance(faults, shapes.Faults) else None
        )
        times = pd.date_range(at, until, freq=step, inclusive="left").as_unit("us")
        frame = pd.concat(
            [pd.DataFrame({"series": name, "time": times, "value": row}) for name, row in values.items()]
        ).dropna()
        rows += found.store.observe(frame).stored
        at = until
    say(f"{rows:,} readings of the past were written.")
