"""Shared fixtures: real data where it exists, a clock that stands still, a fresh store."""

import os
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
