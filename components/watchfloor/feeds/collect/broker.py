"""An MQTT broker: its address, what is subscribed to there, and how to be let in."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from watchfloor.core.errors import ForbiddenError, InvalidInputError, SettingsError

__all__ = ["Broker", "address", "topic_filter"]

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_SECRET = 4096
_LEVEL = re.compile(r"[^+#\x00]*|\+|#")


def address(url: str) -> tuple[str, int, bool, str]:
    """Return host, port, whether it is encrypted, and the host as an operator allows it.

    Raises
    ------
    InvalidInputError
        If it is no address of a broker, or names a user.

    Examples
    --------
    >>> address("mqtts://broker.example.org")
    ('broker.example.org', 8883, True, 'broker.example.org')
    >>> address("mqtt://127.0.0.1:2883")[3]
    '127.0.0.1:2883'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInputError(f"{url[:80]!r} is no address: {error}.") from error
    if (
        parts.scheme not in _PORTS
        or not parts.hostname
        or parts.username is not None
        or parts.path not in ("", "/")
        or parts.query
        or not url.isascii()
    ):
        raise InvalidInputError(
            f"{url.rpartition('@')[2][:80]!r} is no broker; expected mqtts://host:port or mqtt://host:port without a user name."
        )
    usual = _PORTS[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    named = host if port in (None, usual) else f"{host}:{port}"
    return parts.hostname, port or usual, parts.scheme == "mqtts", named


def topic_filter(text: str) -> str:
    """Return a topic filter that a broker would take.

    Raises
    ------
    InvalidInputError
        If it is empty or too long, or has a wildcard that is not a level of its own.

    Examples
    --------
    >>> topic_filter("watchfloor/+/level")
    'watchfloor/+/level'
    """
    levels = text.split("/")
    good = all(_LEVEL.fullmatch(level) for level in levels) and "#" not in levels[:-1]
    if not text or len(text.encode()) > 1000 or not good:
        raise InvalidInputError(
            f"{text[:80]!r} is no topic filter; expected levels like watchfloor/+/level or watchfloor/#."
        )
    return text


@dataclass(frozen=True)
class Broker:
    """Where messages come from.

    Parameters
    ----------
    url
        ``mqtts://host:port``, or ``mqtt://host:port`` where nobody else is on the line.
    topics
        Topic filters.
    qos
        0 or 1, as the most that the broker is asked for; only what is sent with 1 is never lost.
    keepalive
        Seconds of silence after which each side looks whether the other is there.
    client
        Client identifier; empty for one made of the store and the source.
    version
        MQTT version.
    user, password, password_file
        How to be let in; a password stands in the settings or in a file.
    ca, certificate, key
        PEM files: who may have signed the broker's certificate, and our own.

    Raises
    ------
    InvalidInputError
        If the address or a topic cannot be used.

    Examples
    --------
    >>> Broker("mqtts://broker.example.org", ("watchfloor/#",)).shown
    'mqtts://broker.example.org:8883'
    """

    url: str
    topics: tuple[str, ...]
    qos: int = 1
    keepalive: int = 60
    client: str = ""
    version: Literal["5", "3.1.1"] = "5"
    user: str = ""
    password: str = field(default="", repr=False)
    password_file: Path | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        host, _, tls, _ = address(self.url)
        if not self.topics:
            raise InvalidInputError(f"No topic of {self.url} is subscribed to; name at least one.")
        for text in self.topics:
            topic_filter(text)
        if self.user and not tls and host not in ("127.0.0.1", "::1", "localhost"):
            raise ForbiddenError(f"A password is not sent to {host} unencrypted; use mqtts://.")

    @property
    def host(self) -> str:
        """The broker's host."""
        return address(self.url)[0]

    @property
    def port(self) -> int:
        """The broker's port."""
        return address(self.url)[1]

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return address(self.url)[2]

    @property
    def named(self) -> str:
        """The host as an operator allows it, with its port where that is not the usual one."""
        return address(self.url)[3]

    @property
    def shown(self) -> str:
        """The address, for messages."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    def secret(self) -> str:
        """Return the password, read anew from its file where there is one.

        Raises
        ------
        SettingsError
            If the file cannot be read.
        """
        if self.password_file is None:
            return self.password
        try:
            with self.password_file.open(encoding="utf-8") as file:
                return file.read(_SECRET).rstrip("\n")
        except (OSError, UnicodeError) as error:
            raise SettingsError(f"The password file {self.password_file} cannot be read: {error}.") from error
