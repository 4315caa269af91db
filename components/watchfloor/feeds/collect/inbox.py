"""A folder whose files are taken in: put a file there, and find it in ``done`` or ``rejected``, with the reason."""

import logging
import os
import stat
import threading
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from watchfloor.core.clock import Clock, format_time, monotonic
from watchfloor.core.errors import InvalidInputError, LimitError, StoreAwayError, WatchfloorError
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.file import read
from watchfloor.feeds.collect.ingest import Accept, Receipt, ingest
from watchfloor.feeds.profile import Profile
from watchfloor.security.text import filename

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Inbox"]

_LOG = logging.getLogger(__name__)
DONE, REJECTED = "done", "rejected"
_UNFINISHED = (".part", ".tmp", ".crdownload", ".swp", "~")
_MOST = 1000


class Inbox:
    """Watches a folder.

    A file is taken in once its size and its time have stood still for `settle`. It is then moved to ``done``, or to
    ``rejected`` if nothing of it could be read; beside it a file ``….reason.txt`` says what was put aside. Links and
    folders are left alone, with the reason in quarantine. Names that begin with a dot or end in ``.part``, ``.tmp`` or
    ``~`` are not finished yet. The same file may be put in again: what the store has is stored once.

    Parameters
    ----------
    store
        Where it goes.
    folder
        The folder; made if it is not there.
    clock
        The floor's.
    accept
        Tells why the floor does not take a record.
    source
        Name of the source.
    feed
        Name of the feed that reads all files; None to tell by each.
    zone, charset, status, trust, profile
        What the source declares; see `Context`.
    settle
        How long a file must stand still.
    poll
        How often the folder is looked at.
    """

    def __init__(
        self,
        store: "Store",
        folder: Path,
        clock: Clock,
        accept: Accept | None = None,
        *,
        source: str = "inbox",
        feed: str | None = None,
        zone: tzinfo | None = None,
        charset: str = "",
        status: Status = Status.ACTUAL,
        trust: tuple[bytes, ...] = (),
        profile: Profile | None = None,
        settle: timedelta = timedelta(seconds=2),
        poll: timedelta = timedelta(seconds=1),
    ) -> None:
        self._store, self.folder, self._clock, self._accept = store, folder, clock, accept
        self._source, self._feed, self._zone, self._charset = source, feed, zone, charset
        self._status, self._trust, self._profile = status, trust, profile
        self._settle, self._poll = settle.total_seconds(), poll.total_seconds()
        self._limit = FEEDS[feed].limit if feed else max(reader.limit for reader in FEEDS.usable().values())
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        self._stuck: dict[str, tuple[int, int, int]] = {}
        self.ignored: dict[str, str] = {}
        """Why names in the folder are left alone."""

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set; a failure is logged, and the folder looked at again."""
        while not stop.is_set():
            try:
                self.scan()
            except StoreAwayError as error:
                _LOG.warning("The inbox %s waits: %s", self.folder, error)
            except (WatchfloorError, OSError):
                _LOG.exception("The inbox %s could not be read; it is tried again.", self.folder)
            stop.wait(self._poll)

    def scan(self) -> list[Receipt]:
        """Look once, and take in what stands still; return what became of it."""
        for name in ("", DONE, REJECTED):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with os.scandir(self.folder) as entries:
            found = {entry.name: entry for _, entry in zip(range(_MOST), entries, strict=False)}
        self._seen = {name: seen for name, seen in self._seen.items() if name in found}
        self.ignored = {name: reason for name, reason in self.ignored.items() if name in found}
        receipts = []
        for name in sorted(found):
            if name in (DONE, REJECTED) or name.startswith(".") or name.casefold().endswith(_UNFINISHED):
                continue
            about = found[name].stat(follow_symlinks=False)
            if not stat.S_ISREG(about.st_mode):
                self._ignore(name, "a link" if stat.S_ISLNK(about.st_mode) else "no regular file")
            elif self._still(name, about):
                receipts.append(self._take(self.folder / name))
        return receipts

    def _ignore(self, name: str, what: str) -> None:
        if name not in self.ignored:
            self.ignored[name] = (
                f"{name[:200]!r} in the inbox is {what}, and is left alone; put a copy of the file there."
            )
            self._store.quarantine(self._source, self.ignored[name], b"", where=name[:200])

    def _still(self, name: str, about: os.stat_result) -> bool:
        """Tell whether a file has stood still for long enough, and was not found impossible to move before."""
        mark = (about.st_size, about.st_mtime_ns, about.st_ino)
        if self._stuck.get(name) == mark:
            return False
        seen = self._seen.get(name)
        if seen is None or seen[0] != mark:
            self._seen[name] = (mark, monotonic())
            return self._settle <= 0
        return monotonic() - seen[1] >= self._settle

    def _take(self, path: Path) -> Receipt:
        mark = self._seen[path.name][0]
        try:
            data = read(path, self._limit)
        except (LimitError, InvalidInputError) as error:
            receipt = Receipt(self._feed or "", self._source, rejected=1, reasons=(str(error),), ok=False)
            self._store.quarantine(self._source, str(error), b"", where=path.name[:200])
        else:
            receipt = ingest(
                self._store, self._feed, data, self._source, None, self._accept, name=path.name, zone=self._zone,
                charset=self._charset, status=self._status, trust=self._trust, note=False,
                profile=self._profile,
            )  # fmt: skip
        try:
            self._move(path, receipt)
        except OSError as error:
            self._stuck[path.name] = mark
            _LOG.error("%s was taken in but cannot be moved: %s. It is not read again.", path, error)
        return receipt

    def _move(self, path: Path, receipt: Receipt) -> None:
        """Move a file out of the way, under a name that is free, with the reasons beside it."""
        folder = self.folder / (DONE if receipt.ok else REJECTED)
        base = Path(filename(path.name))
        target, number = folder / base, 1
        while target.exists() or target.is_symlink():
            number += 1
            target = folder / f"{base.stem}-{number}{base.suffix}"
        if receipt.reasons:
            lines = [
                f"{format_time(self._clock.now())}  {path.name!r}, read as {receipt.feed or 'nothing known'}",
                f"{receipt.stored} new, {receipt.duplicates} known already, {receipt.rejected} put aside:",
                *receipt.reasons,
            ]
            target.with_name(f"{target.name}.reason.txt").write_text(
                "\n".join(lines) + "\n", encoding="utf-8"
            )
        path.rename(target)
