"""What pages listen to, and what listens: the small parts of the broadcast channel."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bokeh.document import Document

from watchfloor.core.errors import InvalidInputError
from watchfloor.security.roles import Capability

__all__ = ["LONGEST", "MOST", "Listener", "Topic", "frame"]

MOST = 4_194_304
"""Bytes of one payload."""
LONGEST = 200
"""Characters of a topic's name."""


class Listener(Protocol):
    """One page's end of the line; used on the server's loop only."""

    page: str
    """The page's signed token."""

    def offer(self, name: str, frame: bytes) -> None:
        """Send a frame when the line is free; a newer one of the same name takes its place until then."""
        ...

    def may(self, need: Capability) -> bool:
        """Tell whether its user may hear a topic, as the accounts are now."""
        ...

    def beat(self) -> None:
        """Give a sign of life, and hang up if there has been none from the other side."""
        ...


class _Channel(Protocol):
    """What a topic needs of its channel."""

    def _forget(self, topic: "Topic") -> None: ...


@dataclass(eq=False)
class Topic:
    """One thing that pages listen to; it ends with `close`, or with the last of the pages that it was made for.

    Parameters
    ----------
    name
        What pages ask for.
    make
        Returns the payload; None where others `publish` it.
    every
        Seconds between two makings while somebody listens.
    live
        Whether it is made anew when the store changes.
    needs
        What one must be allowed to, to hear it.
    """

    name: str
    make: Callable[[], bytes] | None = None
    every: float | None = None
    live: bool = False
    needs: Capability = Capability.VIEW
    listeners: set[Listener] = field(default_factory=set)
    _channel: "weakref.ref[_Channel] | None" = None
    _kept: bool = False
    _docs: "weakref.WeakSet[Document]" = field(default_factory=weakref.WeakSet)
    _frame: bytes | None = None
    _making: bool = False
    _again: bool = False
    _timer: object | None = None

    def release(self, doc: Document) -> None:
        """Let one of the pages go that it was made for."""
        self._docs.discard(doc)
        channel = self._channel() if self._channel is not None else None
        if channel is not None:
            channel._forget(self)

    def close(self) -> None:
        """End it; those who listen to its name hear nothing until it is made again."""
        channel = self._channel() if self._channel is not None else None
        self._kept, self.make = False, None
        self._docs.clear()
        if channel is not None:
            channel._forget(self)


def frame(name: str, payload: bytes) -> bytes:
    r"""Return what is sent: length of the name (2 bytes, little endian), the name, zeros up to 8 bytes, the payload.

    Parameters
    ----------
    name
        The topic's.
    payload
        Begins at a multiple of 8, so that a browser reads numbers in it without copying.

    Raises
    ------
    InvalidInputError
        If the payload is larger than `MOST`, or not bytes.

    Examples
    --------
    >>> frame("wall", b"1")
    b'\x04\x00wall\x00\x001'
    """
    if not isinstance(payload, bytes) or len(payload) > MOST:
        raise InvalidInputError(
            f"The payload of {name!r} is {type(payload).__name__} of {len(payload)}; expected bytes, at most {MOST}."
        )
    head = name.encode()
    head = len(head).to_bytes(2, "little") + head
    return head + b"\0" * (-len(head) % 8) + payload
