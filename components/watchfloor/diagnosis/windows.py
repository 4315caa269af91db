"""When somebody works on a sensor: its maintenance windows."""

from collections.abc import Mapping, Sequence
from typing import Any

from watchfloor.core.clock import micros, parse_time
from watchfloor.core.errors import InvalidInputError

__all__ = ["FOREVER", "maintained"]

FOREVER = 2**62
"""Microseconds at which a window without an end ends."""
_MOST = 1000


def maintained(attrs: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Read the maintenance windows of a series, oldest first; what cannot be read is left out.

    Parameters
    ----------
    attrs
        Its attributes. Untrusted. ``{"maintenance": [{"from": "2026-06-01T08:00:00Z", "to": "2026-06-01T10:00:00Z"}]}``;
        without a ``to`` the work goes on.

    Returns
    -------
    list of (begin, end)
        Microseconds; the end is not part of it.

    Examples
    --------
    >>> [(end - begin) // 60_000_000 for begin, end in maintained({"maintenance": [
    ...     {"from": "2026-06-01T08:00:00Z", "to": "2026-06-01T10:00:00Z"}, {"from": "soon"}]})]
    [120]
    """
    given = attrs.get("maintenance")
    found = []
    for item in given[:_MOST] if isinstance(given, Sequence) and not isinstance(given, str) else ():
        if not isinstance(item, Mapping):
            continue
        try:
            begin = micros(parse_time(str(item.get("from", ""))))
            end = FOREVER if item.get("to") is None else micros(parse_time(str(item["to"])))
        except InvalidInputError:
            continue
        if begin < end:
            found.append((begin, end))
    return sorted(found)
