"""What a browser may load and run on our pages, sent with every answer of the server.

A script runs only if it carries the page's one-time nonce or comes as a file from this server: markup that slipped
into a page stays markup. `unsafe-inline` is allowed for styles only, which Bokeh sets as it lays out; `blob:` stands
in `connect-src` because Panel's module loader reads its own modules that way.
"""

import re
import secrets
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

__all__ = ["HEADERS", "Harden", "nonce", "policy", "sign_scripts"]

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""Sent with every answer besides the policy."""
_SCRIPT = re.compile(r"<script(?=[\s>])")
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")


def nonce(request: HTTPServerRequest) -> str:
    """Return the request's nonce, made when it is first asked for."""
    made: str = request.__dict__.setdefault("watchfloor_nonce", "") or secrets.token_urlsafe(18)
    request.__dict__["watchfloor_nonce"] = made
    return made


def policy(key: str, host: str) -> str:
    """Return the Content-Security-Policy of a page.

    Parameters
    ----------
    key
        The page's nonce.
    host
        Host and port that the page was asked from; its websocket may be opened.

    Examples
    --------
    >>> "unsafe-eval" in policy("abc", "127.0.0.1:5006")
    False
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{key}'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' blob:{sockets}",
            "worker-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def sign_scripts(html: str, key: str) -> str:
    """Give a nonce to the scripts of a page that was rendered from our own templates and Panel's.

    No text of a user or a feed stands in that markup: it arrives later, over the websocket, as data.
    """
    return _SCRIPT.sub(f'<script nonce="{key}"', html)


class Harden(OutputTransform):
    """Puts the headers on every answer, errors and static files included."""

    def __init__(self, request: HTTPServerRequest) -> None:
        super().__init__(request)
        self._request = request

    def transform_first_chunk(
        self,
        status_code: int,
        headers: HTTPHeaders,
        chunk: bytes,
        finishing: bool,  # noqa: ARG002  Tornado's
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Add ours, remove what tells too much or lets other sites read."""
        for name in ("Server", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
                     "Access-Control-Allow-Headers", "Access-Control-Allow-Methods"):  # fmt: skip
            if name in headers:
                del headers[name]
        for name, value in HEADERS.items():
            headers[name] = value
        headers["Content-Security-Policy"] = policy(nonce(self._request), self._request.host)
        if headers.get("Content-Type", "").startswith("text/html"):
            headers["Cache-Control"] = "no-store"
            if "Etag" in headers:
                del headers["Etag"]
        return status_code, headers, chunk


def transforms() -> list[Any]:
    """Return what the Tornado application is given."""
    return [Harden]
