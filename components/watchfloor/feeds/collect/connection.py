"""Connections to checked addresses only, every wait of which ends at one deadline."""

import ipaddress
import socket
import ssl
import threading
from typing import Any

import httpcore

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import ForbiddenError

__all__ = ["Backend", "checked"]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline, however slowly bytes drip in."""

    def __init__(self, inner: httpcore.NetworkStream, end: float) -> None:
        self._inner, self._end = inner, end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._end, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._end, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._end, timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Looks a host up, checks every address it has, and connects to one of those.

    Parameters
    ----------
    hosts
        Allowed hosts; a private address is connected to only if it stands there as it is.
    end
        The deadline, by `core.clock.monotonic`.

    Examples
    --------
    >>> Backend(frozenset(), monotonic() + 5).connect_tcp("127.0.0.1", 80)
    Traceback (most recent call last):
    watchfloor.core.errors.ForbiddenError: 127.0.0.1 leads to 127.0.0.1, which is no public address; a private one must itself be an allowed host.
    """

    def __init__(self, hosts: frozenset[str], end: float) -> None:
        self._hosts, self._end = hosts, end
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers, after all of them were checked."""
        addresses = checked(host, port, self._hosts, self._end, timeout)
        failure: Exception = httpcore.ConnectError("it has no address")
        for address in addresses[:4]:
            try:
                left = _left(self._end, timeout, httpcore.ConnectTimeout)
                return _Stream(
                    self._inner.connect_tcp(address, port, left, local_address, socket_options), self._end
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def sleep(self, seconds: float) -> None:
        """Wait, as `httpcore` asks for between tries."""
        self._inner.sleep(seconds)


def checked(
    host: str, port: int, hosts: frozenset[str], end: float, timeout: float | None = None
) -> list[str]:
    """Look a host up and return its addresses, all of which may be connected to.

    Raises
    ------
    ForbiddenError
        If one of them may not.
    httpcore.ConnectError, httpcore.ConnectTimeout
        If it has none, or could not be looked up in time.
    """
    addresses = _resolve(host, port, _left(end, timeout, httpcore.ConnectTimeout))
    for address in addresses:
        _check(host, port, address, hosts)
    return addresses


def _left(end: float, wait: float | None, failure: type[Exception]) -> float:
    left = end - monotonic()
    if left <= 0:
        raise failure("the deadline has passed")
    return left if wait is None else min(left, wait)


def _resolve(host: str, port: int, wait: float) -> list[str]:
    """Look a host up; the system's look-up knows no deadline, so it has a thread of its own."""
    found: list[str] = []
    failed: list[OSError] = []

    def look() -> None:
        try:
            found.extend(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(wait)
    if failed:
        raise httpcore.ConnectError(f"{host} has no address ({failed[0].strerror or failed[0]})")
    if thread.is_alive() or not found:
        raise httpcore.ConnectTimeout(f"{host} could not be looked up in time")
    return list(dict.fromkeys(found))


def _check(host: str, port: int, address: str, hosts: frozenset[str]) -> None:
    """Refuse an address that is not public, unless it stands in the list as it is."""
    found = ipaddress.ip_address(address.partition("%")[0])
    shown = f"[{found}]" if found.version == 6 else str(found)
    mapped = found.version == 6 and found.ipv4_mapped is not None  # another way to write an IPv4 address
    if host == str(found) and not mapped and {shown, f"{shown}:{port}"} & hosts:
        return
    inner = [found]
    if isinstance(found, ipaddress.IPv6Address):
        inner += [item for item in (found.ipv4_mapped, found.sixtofour, *(found.teredo or ())) if item]
        if found in _NAT64:
            inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    if not all(item.is_global and not item.is_multicast for item in inner):
        raise ForbiddenError(
            f"{host[:200]} leads to {found}, which is no public address; a private one must itself be an allowed host."
        )
