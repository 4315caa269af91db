"""The board as bytes for the browser: a header and plain arrays, little-endian, each at a multiple of its size.

Two messages: `full` holds every station with its whole sparkline, `delta` those that changed since the full one it
names, with the newest columns only. A delta is never against another delta, so that a page may miss any of them.
`wall.wire.js` reads them.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from watchfloor.core.errors import InvalidInputError
from watchfloor.views.monitor.board import Board, Facts

__all__ = ["DELTA", "FULL", "Tail", "decode", "delta", "full"]

FULL = 0x31464657
"""First four bytes of a full message: ``WFF1``."""
DELTA = 0x31444657
"""First four bytes of a delta: ``WFD1``."""
_HEAD = struct.Struct("<6I5d")
"""Magic, stations, columns, number of the full message, version of the roster, 0; at, end, step (all ms), 0, 0."""


@dataclass(frozen=True)
class Tail:
    """The newest columns of some stations.

    Parameters
    ----------
    facts
        How they stand.
    at
        The time, int64 microseconds since 1970.
    start, step
        Start of the first column, and length of one, microseconds.
    spark
        (stations, columns, 2) float32.
    odd
        (stations, columns) uint8.
    """

    facts: Facts
    at: int
    start: int
    step: int
    spark: npt.NDArray[np.float32]
    odd: npt.NDArray[np.uint8]


def full(board: Board, number: int) -> bytes:
    """Write a whole board.

    Parameters
    ----------
    board
        The board.
    number
        Its number, by which deltas name it.
    """
    head = _HEAD.pack(
        FULL, len(board.roster), board.width, number, board.roster.version, 0,
        board.at / 1000, board.end / 1000, board.step / 1000, 0.0, 0.0,
    )  # fmt: skip
    return b"".join([head, *_wide(board.facts), _f4(board.spark), *_narrow(board.facts), _u1(board.odd)])


def delta(tail: Tail, number: int, version: int) -> bytes:
    """Write what changed since the full message of a number."""
    count, width = tail.odd.shape
    head = _HEAD.pack(
        DELTA, count, width, number, version, 0, tail.at / 1000, tail.start / 1000, tail.step / 1000, 0.0, 0.0
    )
    rows = np.ascontiguousarray(tail.facts.rows, "<u4").tobytes()
    return b"".join([head, *_wide(tail.facts), _f4(tail.spark), rows, *_narrow(tail.facts), _u1(tail.odd)])


def decode(data: bytes) -> dict[str, Any]:
    """Read a message back, for tests and for whoever writes another reader.

    Raises
    ------
    InvalidInputError
        If it is none, or its length is not what its header says.

    Examples
    --------
    >>> decode(b"none")
    Traceback (most recent call last):
        ...
    watchfloor.core.errors.InvalidInputError: 4 bytes are no message of the wall; expected 64 and more.
    """
    if len(data) < _HEAD.size:
        raise InvalidInputError(f"{len(data)} bytes are no message of the wall; expected 64 and more.")
    magic, count, width, number, version, _, at, edge, step, _, _ = _HEAD.unpack_from(data)
    kinds = {FULL: "full", DELTA: "delta"}
    rows = 4 * count if magic == DELTA else 0
    expected = _HEAD.size + 20 * count + 8 * count * width + rows + 4 * count + count * width
    if magic not in kinds or len(data) != expected:
        raise InvalidInputError(
            f"{len(data)} bytes beginning {magic:#x} are no message of {count} stations and {width} columns."
        )
    place = _HEAD.size

    def take(kind: str, many: int) -> Any:
        nonlocal place
        found = np.frombuffer(data, kind, many, place)
        place += found.nbytes
        return found

    told: dict[str, Any] = {
        "kind": kinds[magic],
        "number": number,
        "version": version,
        "at": at,
        "edge": edge,
        "step": step,
        "time": take("<f8", count),
        "value": take("<f4", count),
        "rate": take("<f4", count),
        "eta": take("<f4", count),
        "spark": take("<f4", count * width * 2).reshape(count, width, 2),
        "rows": take("<u4", count) if magic == DELTA else np.arange(count, dtype="u4"),
    }
    for name in ("flag", "level", "state", "next"):
        told[name] = take("<u1", count)
    return told | {"odd": take("<u1", count * width).reshape(count, width)}


def _wide(facts: Facts) -> list[bytes]:
    """Time in milliseconds (NaN for never), value, rate, eta."""
    time = np.where(facts.time > 0, facts.time / 1000, np.nan)
    return [time.astype("<f8").tobytes(), _f4(facts.value), _f4(facts.rate), _f4(facts.eta)]


def _narrow(facts: Facts) -> list[bytes]:
    return [_u1(facts.flag), _u1(facts.level), _u1(facts.state), _u1(facts.next)]


def _f4(array: npt.NDArray[Any]) -> bytes:
    return np.ascontiguousarray(array, "<f4").tobytes()


def _u1(array: npt.NDArray[Any]) -> bytes:
    return np.ascontiguousarray(array, "<u1").tobytes()
