"""Fixtures for feeds: a store of their own, and what a feed may know beside the bytes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from watchfloor.core.clock import FixedClock
from watchfloor.feeds import Context
from watchfloor.store import Store


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    """Return a fresh store in a file, on the clock that stands still."""
    with Store.open(tmp_path / "store.sqlite", clock=clock) as opened:
        yield opened


@pytest.fixture
def context(clock: FixedClock) -> Context:
    """Return a context at the clock's noon."""
    return Context(clock.now(), "test")
