"""Numbers that trace: one way to write a value down, and one hash of it."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError

__all__ = ["canonical", "digest", "digest_bytes"]


def canonical(value: Any) -> str:
    """Write a value as JSON in the one way that equal values share.

    Keys are sorted, there is no blank space, times are RFC 3339 in UTC; NaN and infinity are refused.

    Examples
    --------
    >>> canonical({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, as 64 hex digits."""
    return digest_bytes(canonical(value).encode("utf-8", "surrogatepass"))


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInputError(f"{value} cannot be written down; expected a finite number.")
        return value
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    raise InvalidInputError(
        f"A {type(value).__name__} has no canonical form; expected JSON's types or a time."
    )
