"""Who may listen, over a real server: by the same door as the pages, and nobody delays another.

What is sent is bytes to `onBytes`: there is no markup in it to run; the page below shows some by textContent.
"""

import asyncio
import re
import signal
import socket as sockets
import sys
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from watchfloor.core.clock import monotonic
from watchfloor.security.accounts import Accounts
from watchfloor.store import Series, Store

APPS = Path(__file__).with_name("apps")
PASSWORDS = {"anna": "correct horse battery", "vera": "rain on the tin roof"}
ROLES = {"anna": ["duty"], "vera": ["viewer"]}
kit = sys.modules["watchfloor_tests_browser"]
pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def desk(served):
    accounts = [[name, word, ROLES[name]] for name, word in PASSWORDS.items()]
    return served(folder=APPS, floor="stand-in", accounts=accounts)


@pytest.fixture(scope="module")
def everyone(desk):
    """Return the signed-in cookies of each, and none."""
    clients = {}
    for name, word in PASSWORDS.items():
        one = clients[name] = httpx.Client(base_url=desk.url, timeout=30, headers={"Accept": "text/html"})
        filled = dict(re.findall(r'name="(form|next)" value="([^"]*)"', one.get("/login").text))
        assert one.post("/login", data=filled | {"user": name, "password": word}).status_code == 303
    clients["nobody"] = httpx.Client(base_url=desk.url, timeout=30)
    yield clients
    for one in clients.values():
        one.close()


def token(one, app="wall"):
    return re.search(r'"token":"([A-Za-z0-9_\-.]+)"', one.get(f"/{app}").text)[1]


def headers(one, origin):
    jar = "; ".join(f"{name}={value}" for name, value in one.cookies.items())
    return {"Cookie": jar} | ({"Origin": origin} if origin else {})


def knock(desk, one, signed, *, app="wall", origin=None):
    """Return the status of the handshake."""
    sent = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": f"watchfloor, {signed}",
    }  # fmt: skip
    door = HTTPConnection("127.0.0.1", desk.port, timeout=30)
    try:
        door.request("GET", f"/{app}/broadcast", headers=sent | headers(one, origin or desk.url))
        return door.getresponse().status
    finally:
        door.close()


async def dial(desk, one, signed, app="wall"):
    address = f"{desk.url.replace('http', 'ws')}/{app}/broadcast"
    request = HTTPRequest(address, headers=headers(one, desk.url))
    return await websocket_connect(request, subprotocols=["watchfloor", signed])


async def hear(line, name, wait=10.0):
    """Return the next payload of a topic."""
    while True:
        made = await asyncio.wait_for(line.read_message(), wait)
        if made is None:
            return line.close_code
        length = int.from_bytes(made[:2], "little")
        if made[2 : 2 + length].decode() == name:
            return made[(2 + length + 7) // 8 * 8 :]


async def hang_up(*lines):
    for line in lines:
        line.close()
    for line in lines:
        while line.close_code is None and await asyncio.wait_for(line.read_message(), 5) is not None:
            pass
        line.protocol = None
    await asyncio.sleep(0.05)


def outcome(desk, one, signed, app="wall", topic="count"):
    """Return the handshake's status, or what comes of listening."""
    status = knock(desk, one, signed, app=app)
    if status != 101:
        return status

    async def attempt():
        line = await dial(desk, one, signed, app)
        await line.write_message(f"+{topic}")
        try:
            return await hear(line, topic, 1.5)
        except TimeoutError:
            return "nothing"
        finally:
            await hang_up(line)

    return kit.run(attempt())


def test_who_may_listen(desk, everyone):
    annas, veras = token(everyone["anna"]), token(everyone["vera"])
    heard = re.compile(rb"<b>at \d+</b>")
    assert heard.fullmatch(outcome(desk, everyone["anna"], annas))
    assert heard.fullmatch(outcome(desk, everyone["vera"], veras))
    # no cookie; a desk that the role may not open; a desk that there is not
    assert outcome(desk, everyone["nobody"], annas) == 403
    assert outcome(desk, everyone["vera"], veras, app="decide") == 403
    assert outcome(desk, everyone["anna"], annas, app="nothing") == 404
    # another user's page, another desk's page, a self-made or a spoilt token, none
    for signed, app in (
        (annas, "wall"), (veras[:-4] + "AAAA", "wall"), ("eyJhIjoxfQ", "wall"), ("x", "wall"),
        (token(everyone["vera"], "shell"), "wall"), (veras, "shell"),
    ):  # fmt: skip
        assert outcome(desk, everyone["vera"], signed, app) == 4403
    # a topic that needs more than the page does
    assert outcome(desk, everyone["anna"], annas, topic="secret") == b"SECRETDATA42"
    assert outcome(desk, everyone["vera"], veras, topic="secret") == "nothing"


def test_foreign_origin_is_refused(desk, everyone):
    annas = token(everyone["anna"])
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{desk.port + 1}"):
        assert knock(desk, everyone["anna"], annas, origin=origin) == 403
    assert knock(desk, everyone["anna"], annas) == 101


@pytest.mark.parametrize(
    ("message", "code"), [("x" * 300, 4400), ("hello", 4400), (b"+count", 4400), ("", 4400)]
)
def test_what_is_no_question_ends_the_line(desk, everyone, message, code):
    async def attempt():
        line = await dial(desk, everyone["anna"], annas)
        await line.write_message(message, binary=isinstance(message, bytes))
        ended = await hear(line, "never")
        await hang_up(line)
        return ended

    annas = token(everyone["anna"])
    assert kit.run(attempt()) == code


def test_flood_of_questions_ends_the_line(desk, everyone):
    async def attempt():
        line = await dial(desk, everyone["anna"], annas)
        for number in range(1100):
            await line.write_message(f"-{number}")
        ended = await hear(line, "never")
        await hang_up(line)
        return ended

    annas = token(everyone["anna"])
    assert kit.run(attempt()) == 4429


def test_slow_listener_delays_nobody_and_a_hundred_hear(desk, everyone):
    annas = token(everyone["anna"])

    def write(store, number):
        store.describe([Series(f"rain-{number}", "rainfall_amount", "mm")])
        return b"<b>at %d</b>" % store.cursor()

    async def attempt():
        stuck = sockets.create_connection(("127.0.0.1", desk.port))
        stuck.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        lines = [await dial(desk, everyone["anna"], annas) for _ in range(100)]
        sent = headers(everyone["anna"], desk.url) | {
            "Host": f"127.0.0.1:{desk.port}", "Connection": "Upgrade", "Upgrade": "websocket",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": f"watchfloor, {annas}",
        }  # fmt: skip
        request = "GET /wall/broadcast HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in sent.items())
        masked = (
            b"\x81\x84" + b"\0\0\0\0" + b"+big"
        )  # listens to what does not fit into its buffers, and never reads
        stuck.sendall(request.encode() + b"\r\n" + masked)
        for line in lines:
            await line.write_message("+count")
        for line in lines:
            await hear(line, "count")
        delays = []
        with Store.open(desk.data / "store.sqlite") as store:
            for number in range(4):
                began = monotonic()
                wanted = await asyncio.to_thread(write, store, number)
                for line in lines:
                    while await hear(line, "count") != wanted:
                        pass
                delays.append(monotonic() - began)
        await hang_up(*lines)
        stuck.close()
        return delays

    delays = kit.run(attempt())
    assert max(delays) < 5, "one that does not read must hold up none"
    figures = httpx.get(f"{desk.url}/metrics").text
    assert int(re.search(r"watchfloor_listeners_open (\d+)", figures)[1]) <= 2


def test_disabled_user_is_cut_off(served):
    desk = served(folder=APPS, floor="stand-in", accounts=[["omar", "seven quiet herons", ["duty"]]])
    with httpx.Client(base_url=desk.url, timeout=30, headers={"Accept": "text/html"}) as one:
        filled = dict(re.findall(r'name="(form|next)" value="([^"]*)"', one.get("/login").text))
        one.post("/login", data=filled | {"user": "omar", "password": "seven quiet herons"})
        signed = token(one)

        async def attempt():
            line = await dial(desk, one, signed)
            await line.write_message("+count")
            first = await hear(line, "count")
            accounts = Accounts(desk.data / "accounts.toml")
            accounts.add("eva", "nine loud magpies", ["admin"])
            accounts.remove("omar")
            ended = await hear(line, "never", 15)
            await hang_up(line)
            return first, ended

        first, ended = kit.run(attempt())
    assert first.startswith(b"<b>at ")
    assert ended == 4403


@pytest.mark.browser
def test_page_listens_again_after_the_server_was_killed(served, browser):
    desk = served(folder=APPS, floor="stand-in")
    context = browser.new_context()
    page, seen = kit.watched(context)
    page.goto(f"{desk.url}/wall")
    kit.live(page)
    said = page.locator(".said")
    page.get_by_text(re.compile(r"<b>at \d+</b> 0")).wait_for()
    assert page.locator(".link").inner_text() == "open"
    assert page.locator(".alike").inner_text() == said.inner_text()[:-2]
    assert seen.foreign == []
    assert seen.errors == []
    assert re.search(r"broadcast\S", desk.log()) is None, "the token stands in no address of the log"
    before = said.inner_text()
    desk.stop(signal.SIGKILL)
    page.get_by_text("lost", exact=True).wait_for(timeout=10_000)
    with Store.open(desk.data / "store.sqlite") as store:
        store.describe([Series("rain", "rainfall_amount", "mm")])
        after = store.cursor()
    desk.start()
    page.get_by_text(f"<b>at {after}</b> 0").wait_for(timeout=30_000)
    page.get_by_text("open", exact=True).wait_for(timeout=10_000)
    assert said.inner_text() != before
    context.close()
