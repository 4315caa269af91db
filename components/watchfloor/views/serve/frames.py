"""Short arrays go within a message. Bokeh sends each array as two frames of its own, however short it is.

The outlines of a map are hundreds of short arrays: a page that opens had 800 frames to write, to send and to take up,
which was a fifth of the server's time for it, and longer in the browser than reading all its numbers.
"""

from typing import Any

import numpy as np
from bokeh.core.serialization import Serializer

__all__ = ["SHORT", "fewer_frames"]

SHORT = 4096
"""Numbers of an array that is sent within the message; in text a number takes half as many bytes again, or twice."""
_KEPT = "_watchfloor_kept"


def fewer_frames() -> None:
    """Have Bokeh write short rows of plain numbers as a list. Safe to call twice.

    A browser takes a list of numbers for a column, or for a part of one, wherever it takes an array. Arrays of more
    dimensions, of other types, or with values that JSON lacks, go as before. Where a version of Bokeh encodes arrays
    in another way, nothing is done.
    """
    encode = Serializer.__dict__.get("_encode_ndarray")
    if not callable(encode) or hasattr(encode, _KEPT):
        return

    def _encode_ndarray(self: Any, obj: Any) -> Any:
        if obj.ndim == 1 and obj.size <= SHORT and obj.dtype.char in "di" and np.isfinite(obj).all():
            return obj.tolist()
        return encode(self, obj)

    setattr(_encode_ndarray, _KEPT, encode)
    Serializer._encode_ndarray = _encode_ndarray  # type: ignore[method-assign]
