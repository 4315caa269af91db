"""Read JSON from outside, by the letter of RFC 8259: what Python's own reader lets pass silently is refused."""

import json
import math
import re
from typing import Any

from watchfloor.core.errors import InvalidInputError, LimitError

__all__ = ["parse_json"]

_LIMIT = 16 * 1024 * 1024
_DEPTH = 64
_LARGEST = 2**63 - 1
# Only a number with such a part can leave the range of a float or of a 64-bit integer.
_LARGE = re.compile(r"[eE]\+?\d{3}|\d{16}", re.ASCII)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BOM = "\ufeff"


def parse_json(data: bytes | str, limit: int = _LIMIT, depth: int = _DEPTH) -> Any:
    """Read a JSON document.

    Parameters
    ----------
    data
        The document; bytes are UTF-8, with or without a byte order mark.
    limit
        Most bytes (or characters) that are read.
    depth
        Most arrays and objects within each other.

    Returns
    -------
    Any
        None, bool, int, float, str, list or dict.

    Raises
    ------
    LimitError
        If it is larger or deeper than allowed, or a number is beyond a float or a signed 64-bit integer.
    InvalidInputError
        If it is not JSON, not UTF-8, has NaN or Infinity, names a key of an object twice, or holds half a character
        (a lone surrogate).

    Examples
    --------
    >>> parse_json(b'{"level": 4.2, "flag": null}')
    {'level': 4.2, 'flag': None}
    >>> parse_json(b'{"severity": "Minor", "severity": "Extreme"}')
    Traceback (most recent call last):
    watchfloor.core.errors.InvalidInputError: The key 'severity' is there twice in one object of this JSON.
    """
    if len(data) > limit:
        unit = "bytes" if isinstance(data, bytes) else "characters"
        raise LimitError(f"This JSON has {len(data):,} {unit}; at most {limit:,} are read.")
    if isinstance(data, str):
        _whole(data)
        text = data.removeprefix(_BOM)
    else:
        text = _decode(data).removeprefix(_BOM)
    large = _LARGE.search(text) is not None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer if large else None,
            parse_float=_float if large else None,
        )
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise LimitError(f"This JSON is nested more than {depth} deep.") from error
    _check(value, text, depth)
    return value


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"Byte {error.start} (0x{data[error.start]:02X}) of this JSON is not UTF-8: {error.reason}."
        ) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidInputError(f"The key {key[:80]!r} is there twice in one object of this JSON.")
            seen.add(key)
    return made


def _constant(word: str) -> Any:
    raise InvalidInputError(f"This JSON has {word}, which is not a JSON number; a missing number is null.")


def _integer(digits: str) -> int:
    # Length first: turning very long digits into a number is slow, and Python itself refuses beyond 4,300.
    if len(digits) > 20 or not -_LARGEST - 1 <= int(digits) <= _LARGEST:
        raise LimitError(
            f"The integer {digits[:24]}… of this JSON does not fit 64 bits."
            if len(digits) > 24
            else f"The integer {digits} of this JSON does not fit 64 bits."
        )
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise LimitError(f"The number {digits[:24]} of this JSON is beyond what a float can hold.")
    return number


def _check(value: Any, text: str, depth: int) -> None:
    """Walk what was read, level by level, only where the text says that there may be something to find."""
    strings = _SURROGATE.search(text) is not None
    if text.count("[") + text.count("{") <= depth and not strings:
        return
    level, deep = [value], 0
    while level:
        if any(isinstance(item, dict | list) for item in level):
            deep += 1
            if deep > depth:
                raise LimitError(f"This JSON is nested more than {depth} deep.")
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
                if strings:
                    for key in item:
                        _whole(key)
            elif isinstance(item, list):
                below += item
            elif strings and isinstance(item, str):
                _whole(item)
        level = below


def _whole(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"This JSON holds half a character, U+{ord(text[error.start]):04X}, which no text can have."
        ) from error
