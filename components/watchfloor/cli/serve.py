"""Start the floor: serve its desks, collect its feeds, replay its past."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from watchfloor.cli.base import DataOption, FloorOption, app, explained, opened, say, settings_for
from watchfloor.core import warming
from watchfloor.core.jit import keep_in

if TYPE_CHECKING:
    from watchfloor.core.settings import Settings
    from watchfloor.views.serve.server import Server

AddressOption = Annotated[str | None, typer.Option(help="Address to listen on; default: 127.0.0.1.")]
_COMPILED = "compiled"
"""Folder of the data folder for compiled loops, where they cannot be kept beside the code."""
_PATIENCE = 3.0
PortOption = Annotated[int | None, typer.Option(help="Port to listen on; default: 5006, 0 for any free one.")]


@app.command()
@explained
def serve(
    floor: FloorOption = None,
    data: DataOption = None,
    address: AddressOption = None,
    port: PortOption = None,
    prefix: Annotated[str | None, typer.Option(help="Path prefix behind a proxy.")] = None,
    collect: Annotated[bool | None, typer.Option(help="Collect feeds in this process too.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the screens at first: en or zh.")] = None,
) -> None:
    """Serve the desks, and collect the feeds beside them."""
    settings = settings_for(
        floor=floor,
        data=data,
        address=address,
        port=port,
        prefix=prefix,
        collect=collect,
        language=language,
    )
    keep_in(settings.data / _COMPILED)  # before what is compiled is imported
    from watchfloor.views.serve.server import serve as run

    with _warmed(settings) as begin:

        def ready(server: "Server") -> None:
            _listening(server)
            begin()

        run(settings, ready=ready)


@app.command()
@explained
def collect(floor: FloorOption = None, data: DataOption = None) -> None:
    """Collect the floor's feeds and inbox and watch its alarms, without serving."""
    settings = settings_for(floor=floor, data=data)
    keep_in(settings.data / _COMPILED)
    from watchfloor.alarms.duty import keep

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with opened(floor, data) as found:
        say(f"Collecting for {found.title} until stopped (Ctrl+C).")
        with _warmed(settings) as begin:
            begin()
            keep(found, stop)
    say("Stopped; everything that was acknowledged is in the store.")


@app.command()
@explained
def replay(
    start: Annotated[
        str | None, typer.Option(help="Known time to start at, RFC 3339; default: --hours before now.")
    ] = None,
    hours: Annotated[float, typer.Option(help="Hours before now to start at.", min=0, max=1e6)] = 6.0,
    floor: FloorOption = None,
    data: DataOption = None,
    speed: Annotated[float, typer.Option(help="Floor seconds per real second.", min=0, max=100_000)] = 1.0,
    address: AddressOption = None,
    port: PortOption = None,
) -> None:
    """Serve the floor's past on a displaced clock, from a store of its own."""
    from watchfloor.core.clock import ReplayClock, format_time, parse_time
    from watchfloor.floor.replay import Replay
    from watchfloor.views.serve.server import serve as run

    with opened(floor, data) as source:
        begin = parse_time(start, source.zone) if start else source.now() - timedelta(hours=hours)
        past = Replay(source, ReplayClock(begin, speed))
        with past.floor() as displaced:
            say(
                f"Replaying {source.title} from {format_time(begin, source.zone)} at {speed:g} times its speed."
            )
            settings = displaced.settings.model_copy(
                update={
                    name: value for name, value in (("address", address), ("port", port)) if value is not None
                }
            )
            stop = threading.Event()
            teller = threading.Thread(target=past.run, args=(displaced.store, stop), daemon=True)
            teller.start()
            try:
                run(settings, floor=displaced, collect=False, watch=True, ready=_listening)
            finally:
                stop.set()
                teller.join()


@contextmanager
def _warmed(settings: "Settings") -> Iterator[Callable[[], None]]:
    """Give what has loops compiled in the background, and end that with the command."""
    stop, threads = threading.Event(), list[threading.Thread]()

    def begin() -> None:
        if settings.warm:
            threads.append(warming.start(stop))

    try:
        yield begin
    finally:
        stop.set()
        for thread in threads:
            thread.join(_PATIENCE)


def _listening(server: "Server") -> None:
    say(f"Watchfloor is at {server.url} (Ctrl+C stops it).")
