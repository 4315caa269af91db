"""A map's frame with points that a hand takes and moves, and on which points are placed by mouse, finger or key."""

from pathlib import Path
from typing import Any, ClassVar

import param

from watchfloor.views.components import BASE_CSS
from watchfloor.views.map.frame import Frame

__all__ = ["HandleFrame"]

_HERE = Path(__file__).parent


class HandleFrame(Frame):
    """A frame with handles.

    It sends ``{do: "drag", id, x, y}`` while a handle moves, ``{do: "pick", id}`` where one is to be taken away, and
    ``finish``, ``undo`` and ``stop`` while something is placed; a tap is a tap, also from a key.

    Examples
    --------
    >>> HandleFrame.param.placing.doc
    'What the next taps place, as a sentence; empty for nothing.'
    """

    handles = param.List([], doc="Points to be taken: id, x, y (metres), title and kind.")
    placing = param.String("", doc="What the next taps place, as a sentence; empty for nothing.")
    lines = param.Boolean(default=False, doc="Whether what is placed has several points.")

    _module = "handles.bundle.js"  # frame.js and handles.js, put together by `views.twin.bundle`
    _stylesheets: ClassVar[list[Any]] = [
        BASE_CSS,
        (_HERE / "frame.css").read_text(encoding="utf-8"),
        (_HERE / "handles.css").read_text(encoding="utf-8"),
    ]
