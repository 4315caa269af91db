"""Fetching of a document from an allowed host: bounded in time and size, and never by a way round the list."""

import contextlib
import re
import ssl
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import ForbiddenError, InvalidInputError, LimitError, NotReadyError
from watchfloor.feeds.collect.connection import Backend
from watchfloor.feeds.values import http_date

__all__ = ["FetchError", "Fetched", "Validators", "allowed", "fetch"]

AGENT = f"Watchfloor/{version('watchfloor')} (emergency management watch floor)"
REDIRECTS = 5
_STEP = 10.0
"""Longest wait for a single sign of life, in seconds."""
_CHUNK = 64 * 1024
_GZIP = 31
_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html)", re.IGNORECASE | re.DOTALL)


class FetchError(NotReadyError):
    """A document that could not be fetched.

    Parameters
    ----------
    reason
        Why.
    retry_after
        How long the server asks to be left alone.

    Examples
    --------
    >>> FetchError("It is busy.", timedelta(seconds=30)).retry_after
    datetime.timedelta(seconds=30)
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Validators:
    """What a server gave to tell whether a document has changed since.

    Examples
    --------
    >>> Validators(etag='"abc"').headers()
    {'If-None-Match': '"abc"'}
    """

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers of a conditional request."""
        pairs = (("If-None-Match", self.etag), ("If-Modified-Since", self.modified))
        return {name: value for name, value in pairs if value}


@dataclass(frozen=True)
class Fetched:
    """A document, or the news that it has not changed (`data` is None)."""

    url: str
    data: bytes | None
    media: str = ""
    charset: str = ""
    validators: Validators = field(default_factory=Validators)


def fetch(
    url: str,
    *,
    hosts: Iterable[str],
    accept: Sequence[str] = (),
    limit: int = 16 * 1024 * 1024,
    deadline: timedelta = timedelta(seconds=30),
    validators: Validators | None = None,
    now: datetime | None = None,
    trust: ssl.SSLContext | None = None,
) -> Fetched:
    """Fetch one document.

    The address of the host is looked up here and connected to as checked, so that no second look-up can lead elsewhere.
    A host that is a name must have only public addresses; a private address must stand in `hosts` itself, as it is
    written. Proxies and credentials of the environment are not used, cookies are not kept.

    Parameters
    ----------
    url
        An http or https address.
    hosts
        Hosts that may be fetched from, with a port where it is not the scheme's own.
    accept
        Media types that are asked for; an HTML page is refused unless it is among them.
    limit
        Most bytes of the document, unpacked.
    deadline
        Longest time for all of it, redirects included.
    validators
        What an earlier answer gave, for a conditional request.
    now
        The floor's time, to which a date in Retry-After is compared.
    trust
        Certificates to trust; None for the system's.

    Raises
    ------
    ForbiddenError
        If the address, or one that it redirects to, is not allowed.
    LimitError
        If the document is too large.
    FetchError
        If it could not be fetched, with the reason.
    """
    names = frozenset(host.strip().lower() for host in hosts)
    end = monotonic() + deadline.total_seconds()
    headers = {
        "User-Agent": AGENT,
        "Accept": ", ".join(accept) or "*/*",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    headers |= (validators or Validators()).headers()
    at = allowed(url, names)
    for _ in range(REDIRECTS + 1):
        with _asked(at, headers, names, end, deadline, trust) as response:
            given = _headers(response)
            location = given.get("location", "")
            if response.status in (301, 302, 303, 307, 308) and location:
                at = _next(at, location, names)
                continue
            return _answer(at, response, given, accept, limit, end, now)
    raise FetchError(f"{_short(url)} redirects more than {REDIRECTS} times.")


def allowed(url: str, hosts: frozenset[str]) -> SplitResult:
    """Return the parts of an address that may be fetched.

    Raises
    ------
    ForbiddenError
        If its scheme is not http or https, it names a user, or its host is not on the list.

    Examples
    --------
    >>> allowed("https://example.org/feed", frozenset({"example.org"})).hostname
    'example.org'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenError(f"{_short(url)} is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii():
        raise ForbiddenError(f"{_short(url)} is not fetched; expected an http or https address in ASCII.")
    if parts.username is not None or parts.password is not None:
        raise ForbiddenError("An address that names a user or a password is not fetched.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    full = host if port in (None, 443 if parts.scheme == "https" else 80) else f"{host}:{port}"
    if full not in hosts:
        raise ForbiddenError(
            f"{full[:200]} is not among the allowed hosts; to fetch from it, put it into the setting `hosts`."
        )
    return parts


def _next(at: SplitResult, location: str, hosts: frozenset[str]) -> SplitResult:
    target = allowed(urljoin(at.geturl(), location), hosts)
    if at.scheme == "https" and target.scheme == "http":
        raise ForbiddenError(f"{at.hostname} redirects from https to http, which is not followed.")
    return target


def _answer(
    at: SplitResult,
    response: httpcore.Response,
    given: dict[str, str],
    accept: Sequence[str],
    limit: int,
    end: float,
    now: datetime | None,
) -> Fetched:
    """Read the body of a final answer."""
    url, status = at.geturl(), response.status
    seen = Validators(given.get("etag", "")[:500], given.get("last-modified", "")[:100])
    if status == 304:
        return Fetched(url, None, validators=seen)
    if status != 200:
        raise FetchError(
            f"{_short(url)} answers {status}; expected 200.", _retry(given.get("retry-after", ""), now)
        )
    media, _, rest = given.get("content-type", "").partition(";")
    media = media.strip().lower()
    if media in ("text/html", "application/xhtml+xml") and media not in accept:
        raise FetchError(
            f"{_short(url)} answers with an HTML page; expected {', '.join(accept) or 'a document'}."
        )
    length = given.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise LimitError(f"{_short(url)} has {int(length):,} bytes; at most {limit:,} are read.")
    data = _unpacked(response, given.get("content-encoding", "").strip().lower(), limit, end, url)
    if _PAGE.match(data[:4096]) and "text/html" not in accept:
        raise FetchError(
            f"{_short(url)} answers with an HTML page; expected {', '.join(accept) or 'a document'}."
        )
    charset = re.search(r"charset\s*=\s*\"?([A-Za-z0-9._-]{1,40})", rest)
    return Fetched(url, data, media, charset[1] if charset else "", seen)


def _unpacked(response: httpcore.Response, encoding: str, limit: int, end: float, url: str) -> bytes:
    """Read a body and unpack it in small steps, so that no more than the limit is ever held."""
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise FetchError(f"{_short(url)} is packed as {encoding[:40]!r}, which was not asked for.")
    unpack = zlib.decompressobj(wbits=_GZIP) if "gzip" in encoding else None
    out = bytearray()
    with _explained(url):
        for chunk in response.iter_stream():
            if monotonic() > end:
                raise FetchError(f"{_short(url)} did not come to an end in time.")
            part = chunk
            while part:
                if unpack is None:
                    out += part
                    part = b""
                else:
                    out += unpack.decompress(part, _CHUNK)
                    part = unpack.unconsumed_tail
                    if unpack.eof and unpack.unused_data:  # another member follows
                        part, unpack = unpack.unused_data, zlib.decompressobj(wbits=_GZIP)
                if len(out) > limit:
                    raise LimitError(f"{_short(url)} has more than {limit:,} bytes.")
    if unpack is not None and not unpack.eof:
        raise FetchError(f"{_short(url)} was cut off.")
    return bytes(out)


@contextlib.contextmanager
def _asked(
    at: SplitResult,
    headers: dict[str, str],
    hosts: frozenset[str],
    end: float,
    deadline: timedelta,
    trust: ssl.SSLContext | None,
) -> Iterator[httpcore.Response]:
    """Send one request over a connection of its own, and give the answer with its body unread."""
    backend = Backend(hosts, end)
    step = min(_STEP, deadline.total_seconds())
    waits = dict.fromkeys(("connect", "read", "write", "pool"), step)
    context = trust or (ssl.create_default_context() if at.scheme == "https" else None)
    url = at.geturl()
    with _explained(url), httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool:
        target = urlsplit(url)._replace(fragment="").geturl()
        with pool.stream(
            "GET", target, headers=list(headers.items()), extensions={"timeout": waits}
        ) as response:
            yield response


@contextlib.contextmanager
def _explained(url: str) -> Iterator[None]:
    """Turn what can go wrong on the way into one error that says so."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise FetchError(f"{_short(url)} did not answer in time.") from error
    except httpcore.ConnectError as error:
        raise FetchError(f"{_short(url)} cannot be reached: {_said(error)}.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise FetchError(f"{_short(url)} broke off: {_said(error)}.") from error
    except zlib.error as error:
        raise FetchError(f"{_short(url)} cannot be unpacked: {error}.") from error
    except ssl.SSLError as error:
        raise FetchError(f"{_short(url)} has no certificate that can be trusted: {error.reason}.") from error


def _headers(response: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _retry(text: str, now: datetime | None) -> timedelta | None:
    """Read Retry-After, in seconds or as a date; at most a day is believed."""
    text = text.strip()
    wait: timedelta | None = None
    if text.isascii() and text.isdigit() and len(text) < 9:
        wait = timedelta(seconds=int(text))
    elif text and now is not None:
        with contextlib.suppress(InvalidInputError):
            until = http_date(text, "Retry-After")
            wait = until - now.astimezone(UTC) if until else None
    return min(max(wait, timedelta(0)), timedelta(days=1)) if wait is not None else None


def _said(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__


def _short(url: str) -> str:
    """Return an address for messages: without its query, which may hold a key."""
    return url.partition("?")[0][:200]
