"""Shared fixtures: real data where it exists, a clock that stands still, a real server and a real browser."""

import gc
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from watchfloor.core.clock import FixedClock, parse_time

ROOT = Path(__file__).resolve().parents[1]
# Scripts that tests serve or run; looking for doctests in them would run them here.
collect_ignore_glob = ["views/serve/apps/*", "views/standin.py", "bench/*"]


@pytest.fixture(scope="session")
def realdata() -> Callable[[str], Path]:
    """Return a function that finds a file of real public data, or skips and says so."""
    base = Path(os.environ.get("WATCHFLOOR_REALDATA") or ROOT.parent / "shared" / "data")

    def find(path: str) -> Path:
        found = base / path
        if not found.exists():
            pytest.skip(f"real data not here: {path} (set WATCHFLOOR_REALDATA)")
        return found

    return find


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands at noon of 1 June 2026, UTC."""
    return FixedClock(parse_time("2026-06-01T12:00:00Z"))


# The `served` and `browser` fixtures, once for all rooms: two browsers' loops cannot run in one process.
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_browser", ROOT / "tests" / "views" / "browser.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
_kit = sys.modules.setdefault(_SPEC.name, importlib.util.module_from_spec(_SPEC))
if not hasattr(_kit, "served"):
    _SPEC.loader.exec_module(_kit)
browser, served = _kit.browser, _kit.served


def pytest_collection_finish() -> None:
    """Spare libraries and the tests themselves from every search for garbage: some million objects, walked each time."""
    gc.collect()
    gc.freeze()
