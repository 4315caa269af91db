"""The ``watchfloor`` command and what its parts share."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

import watchfloor
from watchfloor.core.address import is_server
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.settings import Settings, load

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["DataOption", "FloorOption", "actor", "app", "explained", "opened", "say", "settings_for"]

app = typer.Typer(
    name="watchfloor",
    help="A digital watch floor for emergency management.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

FloorOption = Annotated[str | None, typer.Option("--floor", help="Name of the floor; default: demo.")]
DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        help="Folder of the store, default: var; or the address of its database, postgresql://user@host/database.",
    ),
]


def actor() -> str:
    """Return who is at the command line, for the journal."""
    try:
        return f"{getpass.getuser()} at the command line"
    except (KeyError, OSError):
        return "operator at the command line"


def say(text: str, *, error: bool = False) -> None:
    """Print a line of plain text, without control characters from elsewhere."""
    typer.echo("".join(c if c.isprintable() or c in "\n\t" else "�" for c in text), err=error)


def settings_for(**flags: Any) -> Settings:
    """Read the settings with these flags on top; `data` may be the address of a database."""
    if is_server(flags.get("data") or ""):
        flags |= {"store": flags["data"], "data": None}
    return load(**flags)


@contextmanager
def opened(floor: str | None, data: str | None) -> Iterator["Floor"]:
    """Open a floor for one command and close it after."""
    settings = settings_for(floor=floor, data=data)
    found = watchfloor.open(settings.floor, settings=settings)
    try:
        yield found
    finally:
        found.close()


def explained(command: Callable[..., None]) -> Callable[..., None]:
    """Turn Watchfloor's own errors into one line on standard error and exit code 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except WatchfloorError as error:
            say(f"watchfloor: {error}", error=True)
            raise typer.Exit(1) from error

    return run


def _version(show: bool) -> None:
    if show:
        say(f"watchfloor {watchfloor.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
