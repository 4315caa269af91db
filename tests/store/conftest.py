"""A store in a file, and short ways to make what goes in."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import FixedClock
from watchfloor.store import Record, Store


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    """A fresh store in a file, on the clock that stands still."""
    with Store.open(tmp_path / "store.sqlite", clock=clock) as found:
        yield found


@pytest.fixture
def alert(clock: FixedClock) -> Callable[..., Record]:
    """Return a function that makes an alert that holds from now for an hour."""
    now = clock.now()

    def make(key: str = "K", revision: str = "1", after: float = 0.0, **changes: Any) -> Record:
        sent: datetime = now + timedelta(minutes=after)
        told = {
            "sent": sent,
            "valid_from": sent,
            "valid_to": sent + timedelta(hours=1),
            "title": f"{key}/{revision}",
        }
        return Record(
            **({"kind": "alert", "source": "cap:a", "key": key, "revision": revision} | told | changes)
        )

    return make
