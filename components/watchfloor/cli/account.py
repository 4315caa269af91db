"""Local accounts: who may sign in, and in which roles."""

import sys
from typing import Annotated

import typer

from watchfloor.cli.base import DataOption, actor, app, explained, say, settings_for
from watchfloor.core.errors import InvalidInputError
from watchfloor.security.accounts import Accounts
from watchfloor.security.roles import ROLES

accounts = typer.Typer(help="Local accounts: who may sign in, and in which roles.", no_args_is_help=True)
app.add_typer(accounts, name="account")

RoleOption = Annotated[
    list[str] | None, typer.Option("--role", help=f"Role, may be repeated: {', '.join(ROLES)}.")
]


@accounts.command()
@explained
def add(
    name: Annotated[str, typer.Argument(help="User name, as it stands in the journal.")],
    role: RoleOption = None,
    data: DataOption = None,
) -> None:
    """Add a user, or set a user's password and roles anew; the password is asked for, or read from a pipe."""
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline(4096).rstrip("\n")
    if not password:
        raise InvalidInputError("No password was given; type one, or pipe one in.")
    added = _accounts(data).add(name, password, role or ["duty"])
    say(f"{added.name}: {', '.join(sorted(added.roles))} (by {actor()})")


@accounts.command()
@explained
def remove(name: Annotated[str, typer.Argument(help="User name.")], data: DataOption = None) -> None:
    """Remove a user; open pages of theirs end at once."""
    _accounts(data).remove(name)
    say(f"{name} is removed (by {actor()}).")


@accounts.command("list")
@explained
def list_(data: DataOption = None) -> None:
    """List who may sign in."""
    found = sorted(_accounts(data), key=lambda account: account.name)
    for account in found:
        say(f"{account.name}: {', '.join(sorted(account.roles))}")
    if not found:
        say("There are no local accounts; add one with `watchfloor account add NAME --role duty`.")


def _accounts(data: str | None) -> Accounts:
    settings = settings_for(data=data)
    path = settings.accounts or settings.data / "accounts.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    return Accounts(path)
