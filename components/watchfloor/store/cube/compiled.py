"""Compile loops over arrays, release the GIL while they run, and go on without a compiler where there is none."""

import threading
from collections.abc import Callable
from typing import Any
from warnings import warn

from watchfloor.core.jit import jit

__all__ = ["Kernel", "SlowWarning", "compiled"]


class SlowWarning(UserWarning):
    """A loop could not be compiled: answers stay the same and take longer."""


class Kernel:
    """A loop over arrays, compiled when it is called first and cached on the disk.

    Parameters
    ----------
    loop
        The function, in the part of Python that numba compiles.
    plain
        What gives the same answer with NumPy alone; `loop` itself, run by the interpreter, if None.

    Examples
    --------
    >>> import numpy as np
    >>> @compiled()
    ... def total(values):
    ...     found = 0.0
    ...     for value in values:
    ...         found += value
    ...     return found
    >>> total(np.ones(3))
    3.0
    """

    def __init__(self, loop: Callable[..., Any], plain: Callable[..., Any] | None = None) -> None:
        self.loop, self.plain = loop, plain or loop
        self.__name__, self.__doc__ = loop.__name__, loop.__doc__
        self._ready: Callable[..., Any] | None = None
        self._making = threading.Lock()

    def __call__(self, *arguments: Any) -> Any:
        """Run it."""
        if self._ready is None:
            with self._making:
                if self._ready is None:
                    self._ready = self._first(arguments)
        return self._ready(*arguments)

    def _first(self, arguments: tuple[Any, ...]) -> Callable[..., Any]:
        """Compile for the types of these arguments; nothing is computed, so that nothing is changed twice."""
        try:
            found = jit(self.loop)
            found.compile(tuple(_kind(item) for item in arguments))
        except Exception as error:  # noqa: BLE001  whatever the compiler dislikes must not stop the floor
            warn(
                f"{self.__name__} is not compiled ({type(error).__name__}); it takes longer.",
                SlowWarning,
                stacklevel=4,
            )
            return self.plain
        return found  # type: ignore[no-any-return]


def compiled(plain: Callable[..., Any] | None = None) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a `Kernel` of a function."""
    return lambda loop: Kernel(loop, plain)


def _kind(item: Any) -> Any:
    from numba import typeof

    return typeof(item)  # type: ignore[no-untyped-call]
