"""Look at the rules that raise alarms, check them, and try them on the past."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchfloor.cli.base import DataOption, FloorOption, app, explained, opened, say
from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError

if TYPE_CHECKING:
    from watchfloor.alarms.rules import Rule

__all__ = ["rules"]

rules = typer.Typer(
    name="rules", help="The rules that raise alarms.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(rules)
_SHOWN = 30


@rules.command("list")
@explained
def listed(floor: FloorOption = None, data: DataOption = None) -> None:
    """List the rules of a floor: id, kind, version, title, and how many series each is for."""
    from watchfloor.alarms.ruleset import Rules
    from watchfloor.alarms.site import Site

    with opened(floor, data) as found:
        book = Rules.of(found)
        site = Site(found.store.series())
        for name, rule in sorted(book.rules.items()):
            count = len(site.selected(rule.series))
            off = "" if rule.enabled else ", off"
            part = "" if rule.raises else ", a part of others only"
            say(
                f"{name:<24} {rule.kind:<12} {rule.version:<6} {rule.title(found.settings.language)} ({count} series{off}{part})"
            )
        if not book.rules:
            say(f"There are no rules; write some into {found.path / 'rules'}.")


@rules.command("check")
@explained
def checked(floor: FloorOption = None, data: DataOption = None) -> None:
    """Say what is wrong with the rules, file, line and column; exit code 1 if something is."""
    from watchfloor.alarms.ruleset import Rules

    with opened(floor, data) as found:
        book = Rules.of(found)
        for problem in book.problems:
            say(str(problem))
        say(f"{len(book.rules)} rules, {len(book.problems)} problems.")
        if book.problems:
            raise typer.Exit(1)


@rules.command("try")
@explained
def tried(
    rule: Annotated[str, typer.Argument(help="Id of a rule, or a YAML file that holds rules.")],
    days: Annotated[float, typer.Option("--days", min=0.01, max=3650, help="How far back.")] = 30,
    floor: FloorOption = None,
    data: DataOption = None,
) -> None:
    """Run rules on the past: how often each would have fired, where, and whether it chatters."""
    from watchfloor.alarms.ruleset import Rules

    with opened(floor, data) as found:
        found.prepare()
        book = Rules.of(found)
        end = found.now()
        for item in _chosen(rule):
            trial = book.trial(item, end - timedelta(days=days), end)
            say(str(trial))
            for firing in trial.firings[:_SHOWN]:
                until = format_time(firing.end, found.zone)[:16] if firing.ended else "now"
                say(
                    f"  {format_time(firing.start, found.zone)[:16]} to {until:<16} {firing.name or firing.level:<8} {firing.subject}"
                )
            if len(trial.firings) > _SHOWN:
                say(f"  and {len(trial.firings) - _SHOWN} more")


def _chosen(rule: str) -> "list[str | Rule]":
    """Return the rules that an argument names."""
    path = Path(rule)
    if path.suffix not in {".yml", ".yaml"}:
        return [rule]
    from watchfloor.alarms.documents import read_file

    book = read_file(path)
    if book.problems or not book.rules:
        raise InvalidInputError("; ".join(map(str, book.problems)) or f"{path} holds no rules.")
    return list(book.rules.values())
