"""Ways to reach people: a file, a web hook, or anything that apprise knows; addresses are secrets."""

import json
import os
import re
import warnings
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from watchfloor.core.errors import SettingsError, UnsafeError
from watchfloor.security.secrets import read
from watchfloor.security.text import filename

__all__ = ["Sink", "resolve", "sink"]

_SECRET = re.compile(r"\{secret:([a-z0-9_]{1,60})\}")
_PASSWORD = re.compile(r"//[^/@\s]*:[^/@\s{}]+@")
_LARGEST = 8 * 1024
_HOSTS = {
    **dict.fromkeys(("json", "jsons", "xml", "xmls", "form", "forms", "gotify", "gotifys"), "host"),
    **dict.fromkeys(("mailto", "mailtos"), "smtp_host"),
    "tgram": "notify_url",
}
"""Scheme of apprise -> where its plug-in keeps the host that it reaches."""
_TIMEOUT = 10.0


class Sink(Protocol):
    """Something that messages are handed to."""

    def send(self, title: str, text: str, detail: dict[str, Any]) -> None:
        """Hand a message over; what keeps it from arriving is raised, without the address."""


class FileSink:
    """A file below the floor's data folder, one JSON object a line.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, title: str, text: str, detail: dict[str, Any]) -> None:
        """Add a line; it is on the disk when this returns."""
        line = json.dumps(detail | {"title": title, "text": text}, ensure_ascii=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(
                self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SettingsError(f"{self._path.name} cannot be written: {error.strerror}.") from error


class AppriseSink:
    """An address that apprise knows: mail, text messages, chats, web hooks.

    Parameters
    ----------
    name
        The channel's, for messages.
    address
        Secret.
    hosts
        Hosts that may be reached.
    declared
        The host that it reaches, where that cannot be told from the address.

    Raises
    ------
    SettingsError
        If apprise does not know such an address.
    UnsafeError
        If its host is not allowed.
    """

    def __init__(self, name: str, address: str, hosts: Collection[str], declared: str = "") -> None:
        apprise = _apprise()
        self._name = name
        asset: Any = apprise.AppriseAsset(
            app_id="Watchfloor", app_desc="Watchfloor", app_url="", plugin_paths=[]
        )
        found = None
        with suppress(Exception):  # what it complains of may hold the address
            found = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if found is None:
            raise SettingsError(
                f"The address of the channel {name!r} is none that can be used; mend its `to`."
            )
        host = _host(found, address.partition(":")[0].lower(), declared)
        if not host:
            raise SettingsError(
                f"It cannot be told which host the channel {name!r} reaches; name it in the channel as `host`, and allow it."
            )
        if host.lower() not in {item.lower() for item in hosts}:
            raise UnsafeError(
                f"The channel {name!r} would reach {host}, which is not among the allowed hosts; to allow it, put "
                f'hosts = ["{host}"] into watchfloor.toml.'
            )
        found.redirects = False  # an allowed host must not send it on to another
        found.socket_connect_timeout = found.socket_read_timeout = _TIMEOUT
        self._instance, self._kind = found, apprise.NotifyType.WARNING
        self._format = apprise.NotifyFormat.TEXT

    def send(self, title: str, text: str, detail: dict[str, Any]) -> None:  # noqa: ARG002  a file keeps the detail too
        """Hand the message over."""
        try:
            sent = self._instance.notify(
                title=title, body=text, notify_type=self._kind, body_format=self._format
            )
        except Exception as error:  # noqa: BLE001  whatever a plug-in raises, its text may hold the address
            raise SettingsError(f"The channel {self._name!r} failed ({type(error).__name__}).") from None
        if not sent:
            raise SettingsError(f"The channel {self._name!r} did not take the message.")


def sink(name: str, to: str, folder: Path, hosts: Collection[str], secrets: Path, declared: str = "") -> Sink:
    """Return the sink of a channel.

    Parameters
    ----------
    name
        The channel's.
    to
        ``file:NAME`` for a file of this name in `folder`, or an address of apprise; ``{secret:NAME}`` stands for a
        secret.
    folder
        Where files go.
    hosts
        Hosts that may be reached.
    secrets
        Folder of secrets.
    declared
        The host that it reaches, where that cannot be told from the address.

    Raises
    ------
    SettingsError, UnsafeError
        If it cannot be used; never with the address.
    """
    if to.startswith("file:"):
        return FileSink(folder / filename(to.removeprefix("file:").lstrip("/")))
    if _PASSWORD.search(to):
        raise UnsafeError(
            f"The channel {name!r} has a password in its `to`; keep it as a secret and write {{secret:NAME}} instead."
        )
    return AppriseSink(name, resolve(to, secrets), hosts, declared)


def resolve(to: str, secrets: Path) -> str:
    """Put secrets into an address: from the environment (``WATCHFLOOR_SECRET_NAME``), or a file of mode 0600.

    Raises
    ------
    SettingsError
        If a secret is nowhere.
    UnsafeError
        If others may read its file.

    Examples
    --------
    >>> resolve("json://127.0.0.1/hook", Path("nowhere"))
    'json://127.0.0.1/hook'
    """
    return _SECRET.sub(lambda match: _secret(match[1], secrets), to)


@cache
def _apprise() -> Any:
    """Load apprise with its plug-ins, which takes a while, when a channel first needs it."""
    import apprise

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # one of its plug-ins looks for a module of old
        apprise.Apprise.instantiate("json://127.0.0.1")
    return apprise


def _secret(name: str, folder: Path) -> str:
    told = os.environ.get(f"WATCHFLOOR_SECRET_{name.upper()}")
    if told:
        return told
    path = folder / name
    try:
        held = read(path, _LARGEST)
    except OSError as error:
        raise SettingsError(
            f"There is no secret {name!r}; set WATCHFLOOR_SECRET_{name.upper()}, or write it into {path} (mode 0600)."
        ) from error
    return held.decode("utf-8", "replace").strip()


def _host(instance: Any, scheme: str, declared: str) -> str:
    """Return the host that an apprise plug-in will reach: known of a few, else as the channel declares it."""
    name = _HOSTS.get(scheme)
    if name is None:
        return declared
    value = str(getattr(instance, name, None) or "")
    return (urlsplit(value).hostname or "") if "//" in value else value
