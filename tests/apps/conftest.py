"""The real server and browser of the views' tests, for the desks."""

import importlib.util
import sys
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_browser", Path(__file__).parents[1] / "views" / "browser.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
if _SPEC.name not in sys.modules:
    sys.modules[_SPEC.name] = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(sys.modules[_SPEC.name])
browser = sys.modules[_SPEC.name].browser
served = sys.modules[_SPEC.name].served
