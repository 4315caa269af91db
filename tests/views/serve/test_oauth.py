"""Sign-in through an OpenID provider: a small real one on this machine, asked over HTTP."""

import base64
import json
import secrets
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest

APPS = Path(__file__).with_name("apps")
kit = sys.modules["watchfloor_tests_browser"]

pytestmark = pytest.mark.network
PAGE = {"Accept": "text/html"}


class Provider:
    """Gives codes to whoever `user` says is there, and tokens for codes, to the one client it knows."""

    def __init__(self) -> None:
        self.user = "anna@example.org"
        self.codes: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/authorize":
                    provider.asked.append(asked)
                    code = secrets.token_urlsafe()
                    provider.codes[code] = provider.user
                    self.send_response(302)
                    back = urlencode({"code": code, "state": asked["state"]})
                    self.send_header("Location", f"{asked['redirect_uri']}?{back}")
                    self.end_headers()
                elif parts.path == "/userinfo":
                    token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    self.answer({"email": provider.tokens[token], "sub": "1"})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                said = {name: values[0] for name, values in parse_qs(body).items()}
                user = provider.codes.pop(said.get("code", ""), None)
                if user is None or (said["client_id"], said["client_secret"]) != ("desk", "hush"):
                    self.answer({"error": "invalid_grant"}, 400)
                    return
                token = f"{part({'alg': 'none'})}.{part({'email': user})}.x"
                provider.tokens[token] = user
                self.answer({"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

            def answer(self, body, status=200):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def part(value: dict[str, str]) -> str:
    """Return one part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def desk(served, provider):
    return served(
        folder=APPS,
        floor="stand-in",
        oauth_provider="generic",
        oauth_key="desk",
        oauth_secret="hush",
        oauth_extra={
            "AUTHORIZE_URL": f"{provider.url}/authorize",
            "TOKEN_URL": f"{provider.url}/token",
            "USER_URL": f"{provider.url}/userinfo",
            "USER_KEY": "email",
        },
        roles={"anna@example.org": ["duty"], "vera@example.org": ["viewer"]},
    )


def follow(client: httpx.Client, url: str, most: int = 10) -> httpx.Response:
    """Follow redirects by hand, since two servers share the host and cookies know no port."""
    answer = client.get(url)
    while answer.is_redirect and most:
        url = urljoin(url, answer.headers["location"])
        answer = client.get(url)
        most -= 1
    return answer


def sign_in(desk, provider, user: str) -> tuple[httpx.Client, httpx.Response]:
    provider.user = user
    client = httpx.Client(headers=PAGE, timeout=20)
    return client, follow(client, f"{desk.url}/shell")


def test_a_named_user_comes_in_and_others_do_not(desk, provider):
    client, page = sign_in(desk, provider, "anna@example.org")
    assert page.status_code == 200
    assert "Bokeh.safely" in page.text or "embed_document" in page.text
    assert follow(client, f"{desk.url}/decide").status_code == 200
    stranger, page = sign_in(desk, provider, "mallory@example.org")
    assert page.status_code == 403
    assert "embed_document" not in page.text
    viewer, page = sign_in(desk, provider, "vera@example.org")
    assert page.status_code == 200
    assert viewer.get(f"{desk.url}/decide").status_code == 403
    for one in (client, stranger, viewer):
        one.close()


def test_a_code_of_another_browser_is_no_use(desk, provider):
    provider.user = "anna@example.org"
    with httpx.Client(headers=PAGE, timeout=20) as victim:
        start = victim.get(f"{desk.url}/shell")
        while urlsplit(start.headers["location"]).path != "/authorize":
            start = victim.get(urljoin(f"{desk.url}/", start.headers["location"]))
        back = victim.get(start.headers["location"])
        with httpx.Client(headers=PAGE, timeout=20) as other:
            # login fixation: somebody is sent to the end of a sign-in that was begun elsewhere
            assert follow(other, back.headers["location"]).status_code >= 400
            assert "user" not in other.cookies
    with httpx.Client(headers=PAGE, timeout=20) as liar:
        assert (
            liar.get(f"{desk.url}/login", params={"code": "made up", "state": "made up"}).status_code >= 400
        )
        assert "user" not in liar.cookies


def test_signing_out_ends_it_on_the_server_too(desk, provider):
    client, page = sign_in(desk, provider, "anna@example.org")
    assert page.status_code == 200
    kept = dict(client.cookies)
    client.post(f"{desk.url}/logout", headers={"Origin": desk.url})
    with httpx.Client(headers=PAGE, timeout=20, cookies=kept) as thief:
        answer = thief.get(f"{desk.url}/shell")
        assert answer.is_redirect or answer.status_code >= 400
    client.close()


def test_a_cookie_that_was_made_up_is_not_believed(desk):
    for value in ("anna@example.org", "2|1:0|10:1|4:user|24:YW5uYUBleGFtcGxlLm9yZw==|0"):
        with httpx.Client(headers=PAGE, timeout=20, cookies={"user": value}) as client:
            assert client.get(f"{desk.url}/shell").status_code != 200


def test_the_provider_is_told_who_asks_and_where_to_send_back(desk, provider):
    client, _ = sign_in(desk, provider, "anna@example.org")
    client.close()
    asked = provider.asked[-1]
    assert asked["client_id"] == "desk"
    assert asked["redirect_uri"].startswith(desk.url)
    assert len(asked["state"]) > 20
    assert "hush" not in desk.log()
