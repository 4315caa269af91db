"""Sign in and out: a form that only our own page can send, and the hooks by which Panel and Bokeh ask for the user."""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlsplit

from bokeh.server.auth_provider import AuthProvider
from panel.auth import OAuthProvider
from tornado.web import HTTPError, RequestHandler

from watchfloor.views.serve.access import COOKIE, Access, Local
from watchfloor.views.serve.lockout import Lockout
from watchfloor.views.serve.pages import render

__all__ = ["LocalProvider", "PanelProvider", "SignInHandler", "SignOutHandler", "after"]

log = logging.getLogger(__name__)

_FORM = "watchfloor_form"


def after(path: str) -> str:
    r"""Return where to go after sign-in: a path of this server, or its root.

    Examples
    --------
    >>> after("/situation?hz=flood"), after("//evil.example"), after("/\\evil.example"), after("javascript:alert(1)")
    ('/situation?hz=flood', '', '', '')
    """
    parts = urlsplit(path)
    local = (
        path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    )
    clean = path.isprintable() and "\\" not in path and len(path) <= 4000
    return path if local and clean else ""


class SignInHandler(RequestHandler):
    """The form, and what it sends.

    The form carries a code that matches a cookie of the same browser (double submit), so that no other site can
    send it. Wrong names, wrong passwords and too many tries are answered alike, and take alike.
    """

    access: ClassVar[Access]
    key: ClassVar[bytes]
    language: ClassVar[str] = "en"
    lockout: ClassVar[Lockout]
    _hashing: ClassVar[asyncio.Semaphore]

    def get(self) -> None:
        """Show the form."""
        if self.access.identity is not None and self.access.identity.actor(self.request) is not None:
            self.redirect(after(self.get_argument("next", "")) or "./")
            return
        self._show(wrong=False)

    async def post(self) -> None:
        """Sign in."""
        if not self._own_form():
            raise HTTPError(403, "the form is not ours or too old")
        name = self.get_body_argument("user", "", strip=True)[:64].lower()
        password = self.get_body_argument("password", "", strip=False)
        address = self.request.remote_ip or ""
        identity = self.access.identity
        if not isinstance(identity, Local):
            raise HTTPError(404)
        account = None
        if not self.lockout.closed(name, address):
            async with self._hashing:  # a few at a time: each takes 19 MiB
                account = await asyncio.get_running_loop().run_in_executor(
                    None, identity.accounts.verify, name, password
                )
        if account is None:
            self.lockout.failed(name, address)
            log.warning("sign-in failed for %r from %s", name, address)
            self.set_status(401)
            self._show(wrong=True)
            return
        self.lockout.succeeded(name, address)
        log.info("%s signed in from %s", account.name, address)
        key = identity.signins.open(account.name, account.stamp)
        self._cookie(COOKIE, key, "Lax")
        self.redirect(after(self.get_body_argument("next", "")) or "./", status=303)

    def _show(self, *, wrong: bool) -> None:
        code = secrets.token_urlsafe(24)
        self._cookie(_FORM, code, "Strict")
        self.finish(
            render(
                "login.html",
                language=self.language,
                action="login",
                wrong=wrong,
                form=self._match(code),
                next=after(self.get_argument("next", "")),
            )
        )

    def _own_form(self) -> bool:
        origin = self.request.headers.get("Origin", "")
        if origin and urlsplit(origin).netloc.lower() not in self.access.hosts():
            return False
        if self.request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return False
        code = self.get_cookie(_FORM, "") or ""
        return bool(code) and hmac.compare_digest(self._match(code), self.get_body_argument("form", ""))

    def _match(self, code: str) -> str:
        return hmac.new(self.key, b"form:" + code.encode(), sha256).hexdigest()

    def _cookie(self, name: str, value: str, same_site: str) -> None:
        self.set_cookie(
            name,
            value,
            path=self.access.prefix or "/",
            httponly=True,
            samesite=same_site,
            secure=self.request.protocol == "https",
        )


class SignOutHandler(RequestHandler):
    """Ends a sign-in on the server's list, and every page that was open with it."""

    access: ClassVar[Access]

    def get(self) -> None:
        """Do nothing by a link: a picture on a foreign page must not sign anybody out."""
        self.redirect("./")

    def post(self) -> None:
        """Sign out."""
        origin = self.request.headers.get("Origin", "")
        if origin and urlsplit(origin).netloc.lower() not in self.access.hosts():
            raise HTTPError(403)
        if self.access.identity is not None:
            self.access.identity.end(self.request)
        self.access.sweep()
        for name in (COOKIE, "user", "id_token", "access_token", "refresh_token", "oauth_expiry"):
            self.clear_cookie(name, path=self.access.prefix or "/")
        self.redirect("login", status=303)


def _user(handler: Any) -> str | None:
    """Return the user that `Access` found for this request before any handler ran."""
    name: str | None = getattr(handler.request, "watchfloor_user", None)
    return name or None


class LocalProvider(AuthProvider):
    """What Bokeh asks about users of local accounts."""

    def __init__(self, access: Access, key: bytes, language: str) -> None:
        shared = {"access": access, "key": key, "language": language}
        shared |= {"lockout": Lockout(), "_hashing": asyncio.Semaphore(2)}
        self._sign_in = type("SignIn", (SignInHandler,), shared)
        self._sign_out = type("SignOut", (SignOutHandler,), {"access": access})
        super().__init__()

    @property
    def get_user(self) -> Callable[[Any], str | None]:
        """Return who is asking."""
        return _user

    @property
    def get_user_async(self) -> None:
        """Return nothing: `get_user` answers."""

    @property
    def get_login_url(self) -> None:
        """Return nothing: `login_url` is fixed."""

    @property
    def login_url(self) -> str:
        """Return the form's path."""
        return "/login"

    @property
    def login_handler(self) -> type[RequestHandler]:
        """Return the form's handler."""
        return self._sign_in

    @property
    def logout_url(self) -> str:
        """Return the path that signs out."""
        return "/logout"

    @property
    def logout_handler(self) -> type[RequestHandler]:
        """Return its handler."""
        return self._sign_out


class PanelProvider(OAuthProvider):
    """One of Panel's OAuth providers, behind the same checks."""

    def __init__(self, access: Access) -> None:
        self._sign_out = type("SignOut", (SignOutHandler,), {"access": access})
        super().__init__()

    @property
    def get_user_async(self) -> Any:
        """Return who is asking: whom the provider vouches for, if our own check found the same."""
        theirs = super().get_user_async

        async def get_user(handler: Any) -> str | None:
            ours = _user(handler)
            return ours if ours and await theirs(handler) == ours else None

        return get_user

    @property
    def logout_handler(self) -> type[RequestHandler]:
        """Return our handler, which ends open pages too."""
        return self._sign_out
