"""Give memory of closed pages back to the system: the C library keeps what is freed, for the next page."""

import ctypes
import gc
from collections.abc import Callable

__all__ = ["few_arenas", "give_back", "set_aside"]

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's malloc.h."""


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


def few_arenas(most: int = 2) -> bool:
    """Have threads share a few pools of memory, where the C library can (glibc); tell whether it does.

    By itself it keeps up to eight pools for each processor, and what one frees the others do not get: some 40 MiB of
    a server with a dozen threads that seldom work at once.

    Examples
    --------
    >>> few_arenas() in {True, False}
    True
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, most))
    except (AttributeError, OSError, TypeError):
        return False


def set_aside() -> int:
    """Spare what lives as long as the server from every search for garbage; return how many objects that is.

    Libraries, classes and the floor are some million objects. A full search, as Panel asks for after pages were
    closed, walks them all while every page waits. Call it only while no page is open: what is set aside is given
    back when nothing holds it, but not when it is held in a circle.

    Examples
    --------
    >>> import gc
    >>> set_aside() > 1000
    True
    >>> gc.unfreeze()
    """
    gc.collect()
    gc.freeze()
    return gc.get_freeze_count()


def _trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return None
    return found
