"""Serve in a process of its own, for tests: ``python standin.py '{"folder": …, "floor": "stand-in", …}'``."""

import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from watchfloor.core.clock import LiveClock
from watchfloor.core.settings import Settings
from watchfloor.security.accounts import Accounts
from watchfloor.store import Store
from watchfloor.views.serve.server import serve


class StandIn:
    """A floor with a store and no data, whose words may be a payload."""

    def __init__(self, settings: Settings, title: str, mark: str) -> None:
        self.settings, self.title, self.mark = settings, title, mark
        self.name, self.zone, self.clock = "stand-in", ZoneInfo("Asia/Shanghai"), LiveClock()
        self.store = Store.open(settings.data / "store.sqlite", clock=self.clock)

    def now(self) -> datetime:
        return self.clock.now()

    def prepare(self) -> int:
        return 0

    def collect(self, stop: Event) -> None:
        stop.wait()

    def close(self) -> None:
        self.store.close()


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    spec: dict[str, Any] = json.loads(sys.argv[1])
    folder, floor = spec.pop("folder", ""), spec.pop("floor", "demo")
    accounts, title, mark = (
        spec.pop("accounts", []),
        spec.pop("title", "Stand-in"),
        spec.pop("mark", "EXERCISE"),
    )
    settings = Settings(floor="demo" if floor == "stand-in" else floor, **spec)
    for name, password, roles in accounts:
        Accounts(settings.data / "accounts.toml").add(name, password, roles)
    stand = StandIn(settings, title, mark) if floor == "stand-in" else None
    serve(settings, floor=stand, folders=[Path(folder)] if folder else None)


if __name__ == "__main__":
    main()
