"""Say what is wrong with configuration, feeds, store or catalog, and what to do."""

import importlib.metadata
import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer

from watchfloor.cli.base import DataOption, FloorOption, app, explained, opened, say
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.share import FOLDERS, folder

if TYPE_CHECKING:
    from watchfloor.core.settings import Settings
    from watchfloor.floor import Floor

__all__ = ["Finding", "findings"]


class Finding(NamedTuple):
    """One line of the check: `level` is good, note, or wrong; `advice` says what to do."""

    level: Literal["good", "note", "wrong"]
    subject: str
    text: str
    advice: str = ""


@app.command()
@explained
def check(floor: FloorOption = None, data: DataOption = None) -> None:
    """Look over configuration, feeds, store and catalog; exit code 1 if something is wrong."""
    wrong = 0
    for finding in environment():
        wrong += _show(finding)
    try:
        with opened(floor, data) as found:
            for finding in findings(found):
                wrong += _show(finding)
    except WatchfloorError as error:
        wrong += _show(Finding("wrong", "floor", str(error)))
    say(f"{wrong} wrong." if wrong else "Nothing is wrong.")
    if wrong:
        raise typer.Exit(1)


def environment() -> Iterator[Finding]:
    """Check what Watchfloor runs on."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("panel", "bokeh", "geoviews", "intake")
    )
    yield Finding("good", "python", f"{sys.version.split()[0]} with {versions}")
    for name in FOLDERS:
        if not folder(name).is_dir():
            yield Finding("wrong", "installation", f"folder {name} is missing", "install Watchfloor again")


def findings(floor: "Floor") -> Iterator[Finding]:
    """Check one open floor."""
    yield from _settings(floor.settings)
    yield from _catalog(floor)
    yield from _rules(floor)
    yield from _store(floor)
    yield from _feeds(floor)


def _settings(settings: "Settings") -> Iterator[Finding]:
    place = settings.data.resolve()
    free = shutil.disk_usage(place if place.is_dir() else place.parent).free / 1e9
    level: Literal["good", "wrong"] = "good" if free >= 1 else "wrong"
    yield Finding(
        level,
        "disk",
        f"{free:.1f} GB free in {place}",
        "" if free >= 1 else "make room: below 1 GB writing may fail",
    )
    if not os.access(place, os.W_OK):
        yield Finding("wrong", "disk", f"{place} cannot be written", "choose another folder with --data")
    for path in place.glob("*.key"):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield Finding(
                "wrong", "secrets", f"{path} can be read by others (mode {mode:o})", f"chmod 600 {path}"
            )
    with socket.socket() as probe:
        if settings.port and probe.connect_ex((settings.address, settings.port)) == 0:
            yield Finding(
                "note", "port", f"something listens on {settings.address}:{settings.port} already",
                "if it is not this floor, choose another --port",
            )  # fmt: skip


def _catalog(floor: "Floor") -> Iterator[Finding]:
    for problem in floor.catalog.problems:
        yield Finding("wrong", "catalog", str(problem))
    bad = 0
    for name in floor.catalog:
        try:
            floor.catalog[name].read(timeout=30)
        except WatchfloorError as error:
            bad += 1
            yield Finding("wrong", f"catalog {name}", str(error))
    if not bad:
        yield Finding("good", "catalog", f"{len(floor.catalog)} entries, all can be read")


def _rules(floor: "Floor") -> Iterator[Finding]:
    from watchfloor.alarms.ruleset import Rules

    book = Rules.of(floor)
    for problem in book.problems:
        yield Finding("wrong", "rules", str(problem))
    if not book.problems:
        yield Finding("good", "rules", f"{len(book.rules)} rules, all can be used")


def _store(floor: "Floor") -> Iterator[Finding]:
    problems = floor.store.check()
    for problem in problems:
        yield Finding("wrong", "store", problem, "restore the last good copy with `watchfloor restore`")
    if not problems:
        verified = floor.store.journal.verify()
        yield Finding("good", "store", f"sound; the journal's {verified.entries} entries verify")
    held = floor.store.quarantined(limit=1000)
    if held:
        yield Finding(
            "note",
            "quarantine",
            f"{len(held)} parts could not be read; newest: {held[0].source}: {held[0].reason}",
        )


def _feeds(floor: "Floor") -> Iterator[Finding]:
    for reason in floor.feeds_off():
        yield Finding("note", "feed", reason)
    now = floor.now()
    for state in floor.store.feeds():
        health = floor.health(state, now)
        level: Literal["good", "wrong"] = "good" if health == "ok" else "wrong"
        yield Finding(
            level,
            f"feed {state.source}",
            f"{health}, last heard {state.last_ok or 'never'} {state.message}".strip(),
        )


def _show(finding: Finding) -> int:
    advice = f" -> {finding.advice}" if finding.advice else ""
    say(f"{finding.level:<5}  {finding.subject}: {finding.text}{advice}")
    return finding.level == "wrong"
