"""Files that come once: looked at before they are read, and taken in by the same path."""

import os
import stat
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.ingest import Accept, Receipt, ingest
from watchfloor.feeds.collect.taking import refuse_whole

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["ingest_file", "read"]


def ingest_file(
    store: "Store",
    path: Path,
    feed: str | None = None,
    source: str | None = None,
    received: datetime | None = None,
    accept: Accept | None = None,
    *,
    zone: tzinfo | None = None,
    charset: str = "",
    status: Status = Status.ACTUAL,
    trust: tuple[bytes, ...] = (),
) -> Receipt:
    """Take in one file; see `ingest`. Its size is looked at before it is read, and its source is not watched for age.

    Parameters
    ----------
    path
        A regular file, no link.
    source
        Name of the source; None for the file's name.

    Raises
    ------
    InvalidInputError
        If it is no regular file, or cannot be opened.
    """
    named = source or f"file:{path.name}"
    limit = FEEDS[feed].limit if feed else max(reader.limit for reader in FEEDS.usable().values())
    try:
        data = read(path, limit)
    except LimitError as error:
        return refuse_whole(store, feed or "", named, str(error), b"", received, None)
    return ingest(
        store, feed, data, named, received, accept,
        name=path.name, zone=zone, charset=charset, status=status, trust=trust, note=False,
    )  # fmt: skip


def read(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes; a link, a folder or a device is refused, and never waited for.

    Raises
    ------
    LimitError
        If it is larger, told without reading it.
    InvalidInputError
        If it is no regular file, or cannot be opened.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be opened: {error.strerror}. Links are not followed."
        ) from error
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise InvalidInputError(f"{path} is no regular file.")
    with os.fdopen(handle, "rb") as file:
        data = b"" if about.st_size > limit else file.read(limit + 1)
    if about.st_size > limit or len(data) > limit:
        size = max(about.st_size, len(data))
        raise LimitError(f"{path.name} has {size:,} bytes; at most {limit:,} are read. Split it.")
    return data
