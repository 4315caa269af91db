"""Keep the database small: old observations go to files beside it, and stay as readable as before."""

from datetime import timedelta
from typing import Annotated

import typer

from watchfloor.cli.base import DataOption, FloorOption, actor, app, explained, opened, say
from watchfloor.core.errors import SettingsError


@app.command()
@explained
def archive(
    days: Annotated[
        int | None,
        typer.Option(
            help="Move months that ended so many days ago; default: the setting archive_after.", min=0
        ),
    ] = None,
    floor: FloorOption = None,
    data: DataOption = None,
) -> None:
    """Move old observations to Parquet files, from where they are read as before; others may go on meanwhile."""
    with opened(floor, data) as found:
        after = found.settings.archive_after if days is None else days
        if not after and days is None:
            raise SettingsError(
                "How old observations must be is not said; name --days, or set archive_after in watchfloor.toml."
            )
        moved = found.store.archive(found.now() - timedelta(days=after), actor=actor())
    say(f"{moved.rows:,} observations moved to {moved.files} files of {moved.size:,} bytes, verified.")
