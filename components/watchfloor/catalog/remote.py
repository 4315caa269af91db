"""Files of allowed hosts, fetched with limits into a folder of this process and read from there."""

import shutil
import tempfile
import weakref
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

import httpx

from watchfloor.catalog.locations import remote
from watchfloor.catalog.policy import Policy
from watchfloor.core.clock import monotonic
from watchfloor.core.errors import LimitError, NotReadyError
from watchfloor.core.provenance import digest

__all__ = ["Fetched"]

_HOPS = 3


class Fetched:
    """Copies of remote files, renewed when the host says that they changed.

    Parameters
    ----------
    policy
        Which hosts may be asked, for how long and how many bytes.

    Examples
    --------
    >>> Fetched(Policy()).get("https://example.org/a.csv")
    Traceback (most recent call last):
    ...
    watchfloor.core.errors.UnsafeError: 'example.org' is not a host that may be asked; add it to `hosts` in the \
settings to allow it.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._folder: Path | None = None
        self._marks: dict[str, dict[str, str]] = {}

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
        remote(url, self._policy)
        path = self._place(url)
        deadline = monotonic() + self._policy.timeout
        headers = self._marks.get(url, {}) if path.exists() else {}
        try:
            with httpx.Client(timeout=min(10.0, self._policy.timeout), trust_env=False) as client:
                self._ask(client, url, path, headers, deadline)
        except httpx.HTTPError as error:
            raise NotReadyError(f"{url} cannot be fetched: {type(error).__name__}: {error}.") from error
        return path

    def _ask(
        self, client: httpx.Client, url: str, path: Path, headers: dict[str, str], deadline: float
    ) -> None:
        address = url
        for _ in range(_HOPS):
            with client.stream("GET", remote(address, self._policy), headers=headers) as answer:
                if answer.has_redirect_location:
                    address = urljoin(address, answer.headers["location"])
                    continue
                if answer.status_code == httpx.codes.NOT_MODIFIED and path.exists():
                    return
                if answer.status_code != httpx.codes.OK:
                    raise NotReadyError(f"{url} answered {answer.status_code}; expected 200.")
                self._keep(answer, url, path, deadline)
                return
        raise NotReadyError(f"{url} redirects more than {_HOPS} times.")

    def _keep(self, answer: httpx.Response, url: str, path: Path, deadline: float) -> None:
        part, total = path.with_suffix(path.suffix + ".part"), 0
        with part.open("wb") as file:
            for chunk in answer.iter_bytes(65536):
                total += len(chunk)
                if total > self._policy.fetch_limit:
                    raise LimitError(f"{url} is larger than {self._policy.fetch_limit:,} bytes.")
                if monotonic() > deadline:
                    raise NotReadyError(f"{url} took longer than {self._policy.timeout:g} s.")
                file.write(chunk)
        part.replace(path)
        known = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
        self._marks[url] = {
            ask: answer.headers[said] for ask, said in known.items() if said in answer.headers
        }

    def _place(self, url: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="watchfloor-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        suffix = PurePosixPath(urlsplit(url).path).suffix[:12]
        plain = suffix if suffix[1:].isalnum() else ""
        return self._folder / f"{digest(url)[:32]}{plain}"
