"""Fetching, against a server on loopback that misbehaves in every way known to us."""

import gzip
import ipaddress
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from watchfloor.core.clock import monotonic, parse_time
from watchfloor.core.errors import ForbiddenError, LimitError
from watchfloor.feeds.collect import FetchError, Validators, fetch

pytestmark = pytest.mark.network
DEADLINE = timedelta(seconds=1)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Server:
    """Answers each connection by what is set for its path; keeps the requests."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.1)  # here, not in the thread: a test may be over before the thread begins
        self.port = self.socket.getsockname()[1]
        self.answers: dict[str, Callable[[socket.socket], None] | bytes] = {}
        self.requests: list[bytes] = []
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def close(self) -> None:
        self.stop.set()
        self.socket.close()
        for thread in [self._thread, *self._threads]:
            thread.join(5)

    def _serve(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self.socket.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            try:
                request = b""
                while b"\r\n\r\n" not in request:
                    part = connection.recv(4096)
                    if not part:
                        return
                    request += part
                self.requests.append(request)
                answer = self.answers[request.split(b" ")[1].decode().partition("?")[0]]
                if callable(answer):
                    answer(connection)
                else:
                    connection.sendall(answer)
            except OSError:
                pass  # the client has gone, as it should


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def body(data: bytes, head: bytes = OK) -> bytes:
    return head + f"Content-Length: {len(data)}\r\n\r\n".encode() + data


def get(server: Server, path: str, **options: Any) -> Any:
    return fetch(server.url(path), hosts=[server.host], deadline=DEADLINE, **options)


def test_a_document(server: Server) -> None:
    server.answers["/a"] = body(
        b'{"a": 1}', OK + b'ETag: "v1"\r\nLast-Modified: Mon, 01 Jun 2026 00:00:00 GMT\r\n'
    )
    got = get(server, "/a", accept=("application/json",))
    assert (got.data, got.media) == (b'{"a": 1}', "application/json")
    assert got.validators == Validators('"v1"', "Mon, 01 Jun 2026 00:00:00 GMT")
    assert b"User-Agent: Watchfloor/" in server.requests[0]
    assert b"Accept: application/json" in server.requests[0]
    assert b"Cookie" not in server.requests[0]


def test_unchanged(server: Server) -> None:
    server.answers["/a"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    assert get(server, "/a", validators=Validators('"v1"', "Mon")).data is None
    assert b'If-None-Match: "v1"' in server.requests[0]
    assert b"If-Modified-Since: Mon" in server.requests[0]


def test_gzip_and_charset(server: Server) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/csv; charset=GB18030\r\n"
    server.answers["/a"] = body(gzip.compress(b"series,") + gzip.compress(b"time"), head)
    got = get(server, "/a")
    assert (got.data, got.charset) == (b"series,time", "GB18030")


def test_the_environment_is_not_asked_for_a_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.answers["/a"] = body(b"{}")
    assert get(server, "/a").data == b"{}"


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502, 206, 204])
def test_other_answers_are_errors(status: int, server: Server) -> None:
    server.answers["/a"] = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(FetchError, match=f"answers {status}"):
        get(server, "/a")


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (b"Retry-After: 30\r\n", timedelta(seconds=30)),
        (b"Retry-After: Mon, 01 Jun 2026 12:02:00 GMT\r\n", timedelta(minutes=2)),
        (b"Retry-After: Mon, 01 Jun 2020 12:02:00 GMT\r\n", timedelta(0)),
        (b"Retry-After: 99999999\r\n", timedelta(days=1)),
        (b"Retry-After: soon\r\n", None),
        (b"", None),
    ],
)
def test_retry_after(header: bytes, wait: timedelta | None, server: Server) -> None:
    server.answers["/a"] = b"HTTP/1.1 429 Slow Down\r\nContent-Length: 0\r\n" + header + b"\r\n"
    with pytest.raises(FetchError) as caught:
        get(server, "/a", now=parse_time("2026-06-01T12:00:00Z"))
    assert caught.value.retry_after == wait


def test_refused(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/", hosts=[f"127.0.0.1:{port}"], deadline=DEADLINE)


def test_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(FetchError, match="no address"):
        fetch("http://feeds.example/", hosts=["feeds.example"], deadline=DEADLINE)


def test_redirects(server: Server) -> None:
    server.answers["/a"] = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
    server.answers["/b"] = body(b"{}")
    assert get(server, "/a").url.endswith("/b")
    server.answers["/loop"] = b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(FetchError, match="more than 5 times"):
        get(server, "/loop")
    assert sum(b"/loop" in request for request in server.requests) == 6


@pytest.mark.parametrize(
    "target",
    [
        b"http://127.0.0.1:1/",
        b"http://evil.example/",
        b"file:///etc/passwd",
        b"//evil.example/",
        b"http://[::1]/",
        b"gopher://x",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(target: bytes, server: Server) -> None:
    server.answers["/a"] = b"HTTP/1.1 302 Found\r\nLocation: " + target + b"\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(ForbiddenError):
        get(server, "/a")


def drip(data: bytes, pause: float, stop: threading.Event) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        for place in range(len(data)):
            connection.sendall(data[place : place + 1])
            if stop.wait(pause):
                return

    return send


@pytest.mark.parametrize("data", [OK + b"X-Slow: " + b"x" * 5000, body(b"x" * 5000)])
def test_dripping_ends_at_the_deadline(data: bytes, server: Server) -> None:
    quick = len(OK) + 40 if data.count(b"\r\n\r\n") else 0

    def send(connection: socket.socket) -> None:
        connection.sendall(data[:quick])
        drip(data[quick:], 0.05, server.stop)(connection)

    server.answers["/a"] = send
    began = monotonic()
    with pytest.raises(FetchError, match="in time"):
        get(server, "/a")
    assert monotonic() - began < 4


def test_silence_ends_at_the_deadline(server: Server) -> None:
    server.answers["/a"] = lambda connection: server.stop.wait(5) and None
    began = monotonic()
    with pytest.raises(FetchError, match="in time"):
        get(server, "/a")
    assert monotonic() - began < 4


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\n" + b"short",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        body(gzip.compress(b"x" * 1000)[:-20], OK + b"Content-Encoding: gzip\r\n"),
        body(b"no gzip at all", OK + b"Content-Encoding: gzip\r\n"),
        body(b"{}", OK + b"Content-Encoding: br\r\n"),
        b"nonsense\r\n\r\n",
        b"",
    ],
    ids=["length", "chunks", "gzip cut", "gzip false", "brotli", "nonsense", "nothing"],
)
def test_what_is_broken_is_not_half_taken(answer: bytes, server: Server) -> None:
    server.answers["/a"] = answer
    with pytest.raises(FetchError):
        get(server, "/a")


@pytest.mark.parametrize(
    "answer",
    [
        body(b"<html>Maintenance</html>", b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"),
        body(b"\n<!-- x --><!DOCTYPE html><p>Maintenance", OK),
        body(b"<HTML>", b"HTTP/1.1 200 OK\r\n"),
    ],
)
def test_an_error_page_is_no_document(answer: bytes, server: Server) -> None:
    server.answers["/a"] = answer
    with pytest.raises(FetchError, match="HTML page"):
        get(server, "/a", accept=("application/json",))


def test_a_wrong_but_harmless_type_is_taken(server: Server) -> None:
    server.answers["/a"] = body(b"{}", b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n")
    assert get(server, "/a", accept=("application/json",)).data == b"{}"


def test_too_large(server: Server) -> None:
    sent: list[int] = []

    def flood(connection: socket.socket) -> None:
        connection.sendall(OK + b"\r\n")
        while True:
            sent.append(connection.send(b"x" * 65536))

    server.answers["/told"] = OK + b"Content-Length: 999999999\r\n\r\n"
    server.answers["/flood"] = flood
    with pytest.raises(LimitError, match="999,999,999"):
        get(server, "/told", limit=1000)
    with pytest.raises(LimitError, match="more than 200,000 bytes"):
        get(server, "/flood", limit=200_000)


def test_a_gzip_bomb_is_never_unpacked_whole(server: Server) -> None:
    import tracemalloc

    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(pack.compress(b"\0" * 1_000_000) for _ in range(200)) + pack.flush()
    assert len(bomb) < 250_000
    server.answers["/a"] = body(bomb, OK + b"Content-Encoding: gzip\r\n")
    tracemalloc.start()
    with pytest.raises(LimitError):
        get(server, "/a", limit=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://other.example/", "ftp://feeds.example/", "file:///etc/passwd", "http://feeds.example:8080/",
        "http://user:secret@feeds.example/", "http://feeds.example@127.0.0.1/", "http:///", "nonsense", "http://feeds.example:99999/",
        "http://feeds。example/", "https://feeds.example:80/", "http://feeds.example\\@evil.example/",
    ],
)  # fmt: skip
def test_only_allowed_hosts(url: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        fetch(url, hosts=["feeds.example"], deadline=DEADLINE)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
)
def test_other_ways_to_write_loopback(name: str, server: Server) -> None:
    """Even a listed name must not lead to an address that is not public."""
    host = f"{name}:{server.port}"
    with pytest.raises((ForbiddenError, FetchError)) as caught:
        fetch(f"http://{host}/", hosts=[host], deadline=DEADLINE)
    assert not server.requests
    assert "address" in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fc00::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "ff02::1"],
)  # fmt: skip
def test_a_name_that_leads_inside(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One private address among public ones is enough to refuse: the next look-up could give that one."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    rows = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80)),
        (family, socket.SOCK_STREAM, 6, "", (address, 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: rows)
    monkeypatch.setattr(
        socket, "create_connection", lambda *args, **kwargs: pytest.fail("it was connected to")
    )
    with pytest.raises(ForbiddenError, match="no public address"):
        fetch("http://feeds.example/", hosts=["feeds.example"], deadline=DEADLINE)


def test_what_was_checked_is_what_is_connected_to(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once; what it would lead to at a second look-up does not matter."""
    looked: list[str] = []
    connected: list[str] = []
    real = socket.create_connection

    def look(host: str, *args: Any, **kwargs: Any) -> Any:
        looked.append(host)
        answer = "93.184.216.34" if len(looked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 80))]

    def connect(address: Any, *args: Any, **kwargs: Any) -> socket.socket:
        connected.append(address[0])
        return real(("127.0.0.1", server.port), *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *args, **kwargs: look(host) if host == "feeds.example" else _loop(host, port),
    )
    server.answers["/"] = body(b"{}")
    assert fetch("http://feeds.example/", hosts=["feeds.example"], deadline=DEADLINE).data == b"{}"
    assert looked == ["feeds.example"]
    assert connected == ["93.184.216.34"]
    assert b"Host: feeds.example\r\n" in server.requests[0]


def _loop(host: str, port: int) -> Any:
    ipaddress.ip_address(host)
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]


def test_messages_do_not_show_keys(server: Server) -> None:
    server.answers["/a"] = b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(FetchError) as caught:
        fetch(server.url("/a?key=secret"), hosts=[server.host], deadline=DEADLINE)
    assert "secret" not in str(caught.value)
