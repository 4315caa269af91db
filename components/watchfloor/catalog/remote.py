"""Files of allowed hosts, fetched with limits into a folder of this process and read from there."""

import shutil
import tempfile
import threading
import weakref
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchfloor.catalog.locations import remote
from watchfloor.catalog.policy import Policy
from watchfloor.core.errors import ForbiddenError, UnsafeError
from watchfloor.core.provenance import digest

if TYPE_CHECKING:
    from watchfloor.feeds.collect.fetch import Validators

__all__ = ["Copies"]


class Copies:
    """Copies of remote files, renewed when the host says that they changed.

    Parameters
    ----------
    policy
        Which hosts may be asked, for how long and how many bytes.

    Examples
    --------
    >>> Copies(Policy()).get("https://example.org/a.csv")
    Traceback (most recent call last):
    ...
    watchfloor.core.errors.UnsafeError: 'example.org' is not a host that may be asked; add it to `hosts` in the \
settings to allow it.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._folder: Path | None = None
        self._marks: dict[str, Validators] = {}
        self._lock = threading.Lock()

    def get(self, url: str) -> Path:
        """Return a local copy of a remote file.

        Raises
        ------
        UnsafeError
            If the host, or one that it redirects to, is not allowed. Nothing was sent then.
        LimitError
            If the file is larger than is fetched.
        NotReadyError
            If the host does not answer in time, or not with the file.
        """
        from watchfloor.feeds.collect.fetch import fetch

        remote(url, self._policy)
        path = self._place(url)
        try:
            found = fetch(
                url,
                hosts=self._policy.hosts,
                limit=self._policy.fetch_limit,
                deadline=timedelta(seconds=self._policy.timeout),
                validators=self._marks.get(url) if path.exists() else None,
            )
        except ForbiddenError as error:
            raise UnsafeError(str(error)) from error
        if found.data is not None:
            part = path.with_name(path.name + ".part")
            part.write_bytes(found.data)
            part.replace(path)
            self._marks[url] = found.validators
        return path

    def _place(self, url: str) -> Path:
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="watchfloor-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        suffix = PurePosixPath(urlsplit(url).path).suffix[:12]
        plain = suffix if suffix[1:].isalnum() else ""
        return self._folder / f"{digest(url)[:32]}{plain}"
