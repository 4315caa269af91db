"""Bring data in, take data out, keep copies."""

from pathlib import Path
from typing import Annotated

import typer

from watchfloor.cli.base import DataOption, FloorOption, actor, app, explained, opened, say, settings_for
from watchfloor.core.clock import parse_time
from watchfloor.core.errors import WatchfloorError


@app.command("import")
@explained
def import_(
    files: Annotated[
        list[Path], typer.Argument(help="Alerts, events, detections or tables, in any known format.")
    ],
    floor: FloorOption = None,
    data: DataOption = None,
    feed: Annotated[
        str | None, typer.Option(help="Name of the feed that reads it; default: found out.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the source; default: the file's name.")] = None,
) -> None:
    """Read files into the store by the same path as live feeds.

    What cannot be read is kept in quarantine with the reason; the rest goes on. Exit code 1 if nothing of a file
    could be taken in.
    """
    from watchfloor.feeds.collect import ingest_file

    failed = False
    with opened(floor, data) as found:
        found.prepare()  # the demo's past must be known before anything later is
        for path in files:
            try:
                receipt = ingest_file(
                    found.store,
                    path,
                    feed=feed,
                    source=source,
                    received=found.now(),
                    accept=found.accept,
                    status=found.status,
                    trust=found.trust,
                )
            except WatchfloorError as error:
                say(f"{path}: {error}", error=True)
                failed = True
                continue
            say(
                f"{path}: {receipt.feed or 'not recognised'}, {receipt.stored} new, {receipt.duplicates} known already, "
                f"{receipt.observations} observations, {receipt.rejected} in quarantine"
            )
            found.store.journal.write(
                actor(),
                "import",
                str(path),
                {"raw": receipt.raw, "stored": receipt.stored, "rejected": receipt.rejected},
            )
            for reason in receipt.reasons[:5]:
                say(f"  quarantine: {reason}", error=True)
            if len(receipt.reasons) > 5:
                say(f"  and {len(receipt.reasons) - 5} more; see `watchfloor check`", error=True)
            failed |= bool(
                receipt.rejected and not (receipt.stored or receipt.duplicates or receipt.observations)
            )
    if failed:
        raise typer.Exit(1)


@app.command()
@explained
def export(
    entry: Annotated[str, typer.Argument(help="Catalog entry, such as live/alerts.")],
    out: Annotated[Path, typer.Argument(help="File to write: .csv, .geojson, .parquet, .nc or .tif.")],
    floor: FloorOption = None,
    data: DataOption = None,
    as_of: Annotated[str | None, typer.Option(help="What was known at this time, RFC 3339.")] = None,
    days: Annotated[
        float, typer.Option(min=0, help="Days back that live records are taken of; 0 for all.")
    ] = 0,
    overwrite: Annotated[bool, typer.Option(help="Replace a file that is there.")] = False,
) -> None:
    """Write a catalog entry to a file, marked with floor, time and source."""
    from watchfloor.floor.export import write

    with opened(floor, data) as found:
        at = parse_time(as_of, found.zone) if as_of else None
        rows = write(found, entry, out, as_of=at, days=days, overwrite=overwrite)
    say(f"{out}: {rows}")


@app.command()
@explained
def backup(
    out: Annotated[Path, typer.Argument(help="File to write the copy to.")],
    floor: FloorOption = None,
    data: DataOption = None,
) -> None:
    """Copy the store while it is in use, and verify the copy."""
    with opened(floor, data) as found:
        found.store.journal.write(actor(), "backup", str(out), {})
        found.store.backup(out)
    say(f"{out}: {out.stat().st_size:,} bytes, verified.")


@app.command()
@explained
def restore(
    copy: Annotated[Path, typer.Argument(help="File that `watchfloor backup` wrote.")],
    floor: FloorOption = None,
    data: DataOption = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the store that is there.")] = False,
) -> None:
    """Put a copy in the place of the store; stop every process that uses it before."""
    from watchfloor.floor import store_place
    from watchfloor.store import Store

    place = store_place(settings_for(floor=floor, data=data))
    Store.restore(copy, place.url, overwrite=overwrite, password=place.password, archive=place.archive)
    with opened(floor, data) as found:
        found.store.journal.write(actor(), "restore", str(copy), {})
        say(f"{found.store.address}: restored and verified.")
