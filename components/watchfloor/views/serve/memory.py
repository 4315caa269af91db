"""Give memory of closed pages back to the system: the C library keeps what is freed, for the next page."""

import ctypes
from collections.abc import Callable

__all__ = ["give_back"]


def give_back() -> bool:
    """Return freed memory to the system, where the C library can (glibc); tell whether any was.

    It takes some ten ms, in which Python's other threads go on; call it beside the loop, and not often.

    Examples
    --------
    >>> give_back() in {True, False}
    True
    """
    trim = _trim()
    return trim is not None and bool(trim(0))


def _trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return None
    return found
