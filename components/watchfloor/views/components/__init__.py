"""Small parts of the screen whose browser side lies in a file beside them, and writes text only as text.

A part is a class with a ``.js`` file (an ES module that exports ``render``) and, if it has looks of its own, a
``.css`` file of the same name. The module uses ``textContent``; ``innerHTML``, ``eval`` and outside addresses are
refused here, so that no text of a feed can become markup.
"""

import inspect
import re
from pathlib import Path
from typing import Any, ClassVar

import panel as pn

from watchfloor.core.errors import UnsafeError

__all__ = ["BASE_CSS", "Component"]

_REFUSED = re.compile(
    r"\binnerHTML\b|\bouterHTML\b|\binsertAdjacentHTML\b|\bdocument\.write|\beval\s*\(|\bnew\s+Function\b|https?://(?!www\.w3\.org/)"
)

BASE_CSS = Path(__file__).with_name("base.css").read_text(encoding="utf-8")
"""Looks that every part shares: type, numerals, focus, chips."""


class Component(pn.custom.JSComponent):
    """One part of the screen.

    A subclass names its module: ``_module = "chips.js"``, a file beside the Python file. The style sheet
    ``chips.css``, where there is one, is taken too. A served page names the module by its address, and the browser keeps it.

    Raises
    ------
    UnsafeError
        When a subclass is made whose module could turn text into markup or reach outside.

    Examples
    --------
    >>> issubclass(Component, pn.custom.JSComponent)
    True
    """

    _module: ClassVar[str] = ""
    _stylesheets: ClassVar[list[str]] = [BASE_CSS]
    _bundle_css: ClassVar[list[Path]] = []
    _rename: ClassVar[dict[str, Any]] = {}

    __abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        name = cls.__dict__.get("_module", "")
        if name:
            module = Path(inspect.getfile(cls)).with_name(name)
            source = module.read_text(encoding="utf-8")
            refused = _REFUSED.search(source)
            if refused:
                raise UnsafeError(
                    f"{module.name} uses {refused.group(0)!r}, which could turn text into markup or reach outside; "
                    "build elements and set their textContent."
                )
            # a file that the browser fetches by itself: as text in the model, Panel would compile it there
            cls._esm = cls._bundle = module
            looks = module.with_suffix(".css")
            if looks.is_file():
                cls._stylesheets = [BASE_CSS, looks.read_text(encoding="utf-8")]
        super().__init_subclass__(**kwargs)
