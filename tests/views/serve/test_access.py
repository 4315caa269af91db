"""Who gets in, by which door. Each hole that Panel and Bokeh leave open has a test here or a line that says why not.

| hole | test |
|---|---|
| 1 one closed page stops the feed for all; 2 sessions kept by process-global params | test_hub (raising, dead, garbage) |
| 3 panel-material-ui's Page leaks; 4 busy indicator costs sessions squared | not used: test_template::test_no_busy_watcher |
| 5 authorize_callback guards the page only | test_role_by_path_on_every_door |
| 6 session fixation by argument, header or token | test_sessions_are_named_by_the_server_only, test_a_session_is_joined_by_its_own_user_only |
| 7 constraints of widgets are not validation | roles.require on the server: tests/security/test_roles |
| 8 screens go stale silently | test_pages::test_lost_link_is_told_and_healed |
| 9 text becomes HTML | test_payloads |
| 9 cookies stand in the page's token | test_token_holds_no_cookie |
| 10 no policy against inline scripts | test_every_answer_carries_the_policy, test_payloads |
| 11 catalogs are code | the catalog's own tests |
| 2.1 no throttling, one shared password, plaintext | test_guessing_is_slowed, tests/security/test_accounts |
| 2.1 no Secure, SameSite; sign-out leaves pages open | test_cookie_flags, test_sign_out_ends_open_pages, test_removed_user_is_out_at_once |
| 2.1 /components imports anything | test_components_import_nothing |
| 2.1 /liveness?endpoint= runs the app; /rest; /admin | test_doors_that_are_not_there |
| 2.2 origin | test_foreign_origin_and_host_are_refused |
| 2.2 20 MiB messages | test_large_messages_are_refused |
| 2.2 error replies carry the traceback | test_error_reply_tells_nothing |
| 2.3 a desk that fails shows its traceback | test_broken_desk_tells_nothing |
| 2.4 one session starves others | threads for callbacks (server.THREADS); measured in tests/bench |
| unsafe binding | test_server.py |
"""

import asyncio
import base64
import json
import re
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from watchfloor.security.accounts import Accounts

APPS = Path(__file__).with_name("apps")
PASSWORDS = {"anna": "correct horse battery", "vera": "rain on the tin roof", "omar": "seven quiet herons"}
ROLES = {"anna": ["duty"], "vera": ["viewer"], "omar": ["duty"]}
TOKEN = re.compile(r'"token":"([A-Za-z0-9_\-.]+)"')
kit = sys.modules["watchfloor_tests_browser"]
pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def desk(served):
    return served(
        folder=APPS,
        floor="stand-in",
        accounts=[[name, word, ROLES[name]] for name, word in PASSWORDS.items()],
    )


@pytest.fixture(scope="module")
def everyone(desk):
    """Return one signed-in client per user, and one that is not."""
    clients = {name: sign_in(desk, name) for name in ("anna", "vera")} | {"nobody": client(desk)}
    yield clients
    for one in clients.values():
        one.close()


def client(desk: Any) -> httpx.Client:
    return httpx.Client(base_url=desk.url, timeout=30, headers={"Accept": "text/html"})


def form(one: httpx.Client, path: str = "/login") -> dict[str, str]:
    page = one.get(path)
    assert page.status_code == 200
    return dict(re.findall(r'name="(form|next)" value="([^"]*)"', page.text))


def sign_in(desk: Any, name: str, password: str | None = None) -> httpx.Client:
    one = client(desk)
    answer = one.post("/login", data=form(one) | {"user": name, "password": password or PASSWORDS[name]})
    assert answer.status_code == 303, answer.text
    return one


def token_of(page: str) -> str:
    found = TOKEN.search(page)
    assert found is not None
    return found.group(1)


async def _dial(
    desk: Any, path: str, token: str, cookies: dict[str, str], headers: dict[str, str] | None = None
) -> Any:
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    sent = {"Cookie": jar} | (headers or {})
    request = HTTPRequest(desk.url.replace("http", "ws") + path, headers=sent)
    return await websocket_connect(request, subprotocols=["bokeh", token])


async def hang_up(socket: Any, *, ended: bool) -> None:
    """Close a websocket and let its connection end, so that nothing is left for the garbage collector."""
    socket.close()
    while not ended and await asyncio.wait_for(socket.read_message(), 5) is not None:
        pass
    socket.protocol = None
    await asyncio.sleep(0.05)


def dial(desk: Any, path: str, token: str, cookies: Any, headers: dict[str, str] | None = None) -> str:
    """Try a websocket; return ``ack``, ``closed`` or the HTTP status that it was refused with."""
    status = knock(desk, path, token, dict(cookies), headers or {})
    if status != 101:
        return str(status)

    async def attempt() -> str:
        socket = await _dial(desk, path, token, dict(cookies), headers)
        first = await asyncio.wait_for(socket.read_message(), 20)
        await hang_up(socket, ended=first is None)
        return "closed" if first is None else "ack"

    return kit.run(attempt())


def knock(desk: Any, path: str, token: str, cookies: dict[str, str], headers: dict[str, str]) -> int:
    """Return the status of a websocket's handshake. (Tornado's client leaves a refused connection open.)"""
    sent = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": f"bokeh, {token}",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    door = HTTPConnection("127.0.0.1", desk.port, timeout=30)
    try:
        door.request("GET", path, headers=sent | headers)
        return door.getresponse().status
    finally:
        door.close()


DOORS = ("", "/metadata", "/autoload.js?bokeh-autoload-element=x")


@pytest.mark.parametrize(
    ("who", "app", "page", "others", "socket"),
    [
        ("anna", "shell", 200, 200, "ack"),
        ("anna", "decide", 200, 200, "ack"),
        ("vera", "shell", 200, 200, "ack"),
        ("vera", "decide", 403, 403, "403"),
        ("nobody", "shell", 302, 302, "403"),
        ("nobody", "decide", 302, 302, "403"),
    ],
)
def test_role_by_path_on_every_door(desk, everyone, who, app, page, others, socket):
    one = everyone[who]
    answers = [one.get(f"/{app}{door}") for door in DOORS]
    assert [answer.status_code for answer in answers] == [page, others, others]
    if page != 200:
        assert not any("SECRETDATA42" in answer.text for answer in answers)
        assert all(
            answer.headers["location"].startswith("/login?next=%2F") for answer in answers if page == 302
        )
    # the best token that this user can get, on this desk or on another
    token = token_of(answers[0].text) if page == 200 else token_of(everyone["anna"].get(f"/{app}").text)
    assert dial(desk, f"/{app}/ws", token, one.cookies) == socket


def test_a_session_is_joined_by_its_own_user_only(desk, everyone):
    annas = token_of(everyone["anna"].get("/shell").text)
    assert dial(desk, "/shell/ws", annas, everyone["vera"].cookies) == "closed"
    assert dial(desk, "/decide/ws", annas, everyone["anna"].cookies) == "closed"
    assert dial(desk, "/shell/ws", annas, everyone["anna"].cookies) == "ack"


def test_self_made_token_is_refused(desk, everyone):
    head = base64.urlsafe_b64encode(
        json.dumps({"session_id": "MINE", "session_expiry": 99999999999}).encode()
    ).decode()
    assert dial(desk, "/shell/ws", head.rstrip("="), everyone["anna"].cookies) == "closed"
    annas = token_of(everyone["anna"].get("/shell").text)
    assert dial(desk, "/shell/ws", annas[:-4] + "AAAA", everyone["anna"].cookies) == "closed"
    assert dial(desk, "/shell/ws", "x", everyone["anna"].cookies) == "closed"


def test_sessions_are_named_by_the_server_only(everyone):
    one = everyone["anna"]
    assert one.get("/shell?bokeh-session-id=ATTACKER1").status_code == 403
    assert one.get("/shell", headers={"Bokeh-Session-Id": "ATTACKER1"}).status_code == 403
    token = token_of(one.get("/shell").text)
    assert one.get(f"/shell?bokeh-token={token}").status_code == 403
    assert (
        one.get(
            "/shell/autoload.js?bokeh-autoload-element=x&bokeh-absolute-url=http://evil.example/"
        ).status_code
        == 403
    )


def test_token_holds_no_cookie(everyone):
    page = everyone["anna"].get("/shell").text
    head = token_of(page).split(".")[0]
    session = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    inside = json.dumps(session)
    assert everyone["anna"].cookies["watchfloor"] not in page
    assert "watchfloor=" not in inside
    assert "Cookie" not in inside


def test_every_answer_carries_the_policy(everyone):
    one = everyone["nobody"]
    for path in ("/login", "/shell", "/nothing", "/healthz", "/static/js/bokeh.min.js", "/"):
        headers = one.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.split("style-src")[0], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
    first, second = (everyone["anna"].get("/shell") for _ in range(2))
    keys = [
        re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"]).group(1)
        for answer in (first, second)
    ]
    assert keys[0] != keys[1]
    assert len(re.findall(r"<script(?![^>]*nonce=)", first.text)) == 0
    assert f'nonce="{keys[0]}"' in first.text


def test_autoload_is_for_no_other_site(everyone):
    answer = everyone["anna"].get(
        "/shell/autoload.js?bokeh-autoload-element=x", headers={"Origin": "http://evil.example"}
    )
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_doors_that_are_not_there(everyone):
    one = everyone["anna"]
    for path in ("/liveness?endpoint=/broken", "/liveness", "/rest/session_info", "/admin", "/nothing"):
        assert one.get(path).status_code == 404, path
    assert everyone["vera"].get("/metrics").status_code == 403
    assert "watchfloor_pages_open" in everyone["nobody"].get("/metrics").text
    assert everyone["nobody"].get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code in {
        302,
        401,
    }
    assert one.put("/shell").status_code == 405
    assert one.post("/shell").status_code == 405
    assert everyone["nobody"].get("/healthz").text == "ok\n"


def test_components_import_nothing(everyone):
    one = everyone["anna"]
    assert one.get("/components/this/x/_css/y").status_code == 404
    assert one.get("/components/antigravity/x/_css/y").status_code == 404
    assert one.get("/components/os/path/_css/y").status_code == 404
    assert one.get("/components/watchfloor.store/Store/_css/y").status_code == 404


def test_foreign_origin_and_host_are_refused(desk, everyone):
    one = everyone["anna"]
    token = token_of(one.get("/shell").text)
    assert dial(desk, "/shell/ws", token, one.cookies, {"Origin": "http://evil.example"}) == "403"
    assert dial(desk, "/shell/ws", token, one.cookies, {"Origin": "null"}) == "403"
    assert dial(desk, "/shell/ws", token, one.cookies, {"Origin": desk.url}) == "ack"
    assert one.get("/healthz", headers={"Host": "rebound.example"}).status_code == 421
    assert one.get("/shell", headers={"Host": f"rebound.example:{desk.port}"}).status_code == 421


def test_error_reply_tells_nothing(desk, everyone):
    one = everyone["anna"]
    token = token_of(one.get("/shell").text)

    async def attempt() -> list[Any]:
        socket = await _dial(desk, "/shell/ws", token, dict(one.cookies))
        await socket.read_message(), await socket.read_message(), await socket.read_message()
        patch = {"events": [{"kind": "ModelChanged", "model": {"id": "p0"}, "attr": "nothing", "new": 1}]}
        for part in ({"msgid": "1", "msgtype": "PATCH-DOC"}, {}, patch):
            await socket.write_message(json.dumps(part))
        heard: list[Any] = []
        for _ in range(12):
            message = await asyncio.wait_for(socket.read_message(), 10)
            heard.append(message)
            if message is None:
                break
            if (
                any(isinstance(part, str) and '"ERROR"' in part for part in heard)
                and len(heard) >= 3
                and "text" in message
            ):
                break
        await hang_up(socket, ended=heard[-1:] == [None])
        return [message for message in heard if message is not None]

    heard = kit.run(attempt())
    said = "".join(part for part in heard if isinstance(part, str))
    assert '"ERROR"' in said
    assert "Traceback" not in said
    assert "site-packages" not in said
    number = re.search(r"error ([0-9a-f]{8})", said).group(1)
    assert number in desk.log()


def test_broken_desk_tells_nothing(desk, everyone):
    answer = everyone["anna"].get("/broken")
    assert answer.status_code == 500
    assert "SECRET-INSIDE" not in answer.text
    assert "Traceback" not in answer.text
    number = re.search(r"<code>([0-9a-f]{8})</code>", answer.text).group(1)
    assert f"[{number}]" in desk.log()
    assert "SECRET-INSIDE" in desk.log()


def test_large_messages_are_refused(desk, everyone):
    one = everyone["anna"]
    token = token_of(one.get("/shell").text)

    async def attempt() -> int | None:
        socket = await _dial(desk, "/shell/ws", token, dict(one.cookies))
        await socket.read_message()
        await socket.write_message("x" * 1_200_000)
        while await asyncio.wait_for(socket.read_message(), 10) is not None:
            pass
        code = socket.close_code
        await hang_up(socket, ended=True)
        return code

    assert kit.run(attempt()) in {1009, 1006, None}
    nobody = client(desk)
    filled = form(nobody)
    with pytest.raises(httpx.HTTPError):
        answer = nobody.post("/login", data=filled | {"user": "anna", "password": "x" * 2_000_000})
        answer.raise_for_status()
    nobody.close()


def test_cookie_flags(desk):
    one = client(desk)
    filled = form(one)
    answer = one.post("/login", data=filled | {"user": "anna", "password": PASSWORDS["anna"]})
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("watchfloor="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain HTTP on loopback
    one.close()
    behind = httpx.get(
        f"{desk.url}/login", headers={"X-Forwarded-Proto": "https"}
    )  # as a proxy on this machine says
    assert "Secure" in behind.headers["set-cookie"]
    assert "SameSite=Strict" in behind.headers["set-cookie"]


def test_form_of_another_site_is_refused(desk):
    one = client(desk)
    filled = form(one) | {"user": "anna", "password": PASSWORDS["anna"]}
    assert one.post("/login", data=filled | {"form": "0" * 64}).status_code == 403
    assert one.post("/login", data=filled, headers={"Origin": "http://evil.example"}).status_code == 403
    assert one.post("/login", data=filled, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    one.cookies.clear()
    assert one.post("/login", data=filled).status_code == 403
    one.close()


def test_wrong_name_and_wrong_password_read_alike(desk):
    one = client(desk)
    answers = []
    for name, word in (("anna", "wrong wrong wrong"), ("nobody-here", "wrong wrong wrong")):
        answer = one.post("/login", data=form(one) | {"user": name, "password": word})
        answers.append((answer.status_code, re.sub(r'name="form" value="[^"]*"', "", answer.text)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    one.close()


def test_guessing_is_slowed(desk):
    one = client(desk)
    for _ in range(5):
        one.post("/login", data=form(one) | {"user": "omar", "password": "a wrong password"})
    right = one.post("/login", data=form(one) | {"user": "omar", "password": PASSWORDS["omar"]})
    assert right.status_code == 401
    one.close()


def test_next_page_stays_here(desk):
    for path, after in (
        ("/shell?hz=flood", "/shell?hz=flood"),
        ("//evil.example", "./"),
        ("https://evil.example", "./"),
    ):
        one = client(desk)
        filled = form(one, f"/login?next={path.replace('?', '%3F').replace('=', '%3D')}")
        answer = one.post("/login", data=filled | {"user": "anna", "password": PASSWORDS["anna"]})
        assert answer.headers["location"] == after
        one.close()


def test_sign_out_ends_open_pages(desk):
    one = sign_in(desk, "anna")
    token = token_of(one.get("/shell").text)
    kept = dict(one.cookies)

    async def attempt() -> int | None:
        socket = await _dial(desk, "/shell/ws", token, kept)
        await socket.read_message()
        await asyncio.to_thread(one.post, "/logout")
        while await asyncio.wait_for(socket.read_message(), 10) is not None:
            pass
        code = socket.close_code
        await hang_up(socket, ended=True)
        return code

    assert kit.run(attempt()) == 4403
    stolen = httpx.get(f"{desk.url}/shell", cookies=kept, headers={"Accept": "text/html"})
    assert stolen.status_code == 302
    assert dial(desk, "/shell/ws", token, kept) == "403"
    one.close()


def test_removed_user_is_out_at_once(desk):
    accounts = Accounts(desk.data / "accounts.toml")
    accounts.add("temp", "a password for a week", ["viewer"])
    one = sign_in(desk, "temp", "a password for a week")
    token = token_of(one.get("/shell").text)

    async def attempt() -> int | None:
        socket = await _dial(desk, "/shell/ws", token, dict(one.cookies))
        await socket.read_message()
        await asyncio.to_thread(accounts.remove, "temp")
        while await asyncio.wait_for(socket.read_message(), 15) is not None:
            pass
        code = socket.close_code
        await hang_up(socket, ended=True)
        return code

    assert kit.run(attempt()) == 4403
    assert one.get("/shell").status_code == 302
    one.close()


def test_sign_in_outlives_a_restart_and_not_a_new_password(served):
    desk = served(folder=APPS, floor="stand-in", accounts=[["anna", PASSWORDS["anna"], ["duty"]]])
    one = sign_in(desk, "anna")
    desk.stop()
    # the same data folder: the account is kept, and adding it again changes its hash
    desk.spec["accounts"] = []
    desk.start()
    assert one.get("/shell").status_code == 200
    Accounts(desk.data / "accounts.toml").add("anna", "another good password", ["duty"])
    assert one.get("/shell").status_code == 302
    one.close()


def test_index_lists_what_one_may_open(everyone):
    annas, veras = (everyone[name].get("/").text for name in ("anna", "vera"))
    assert "Decide" in annas
    assert "Decide" not in veras
    assert "EXERCISE" in veras
