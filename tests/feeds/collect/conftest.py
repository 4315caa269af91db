"""Fixtures for collecting: a real MQTT broker."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# One module for all files of this folder, whatever the import mode is.
_SPEC = importlib.util.spec_from_file_location(
    "watchfloor_tests_brokers", Path(__file__).with_name("brokers.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
brokers: Any = sys.modules.setdefault(_SPEC.name, importlib.util.module_from_spec(_SPEC))
if not hasattr(brokers, "Mosquitto"):
    _SPEC.loader.exec_module(brokers)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Return what starts brokers, which are stopped in the end."""
    brokers.needed()
    started: list[Any] = []

    def start(*extra: str, running: bool = True, **options: Any) -> Any:
        made = brokers.Mosquitto(tmp_path / f"broker{len(started)}", extra, **options)
        started.append(made)
        return made.start() if running else made

    yield start
    for made in started:
        made.stop(kill=True)


@pytest.fixture
def publish() -> Iterator[Callable[..., Any]]:
    """Return what connects publishers, which are disconnected in the end."""
    clients: list[Any] = []

    def connect(port: int, **options: Any) -> Any:
        client = brokers.publisher(port, **options)
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.disconnect()
        client.loop_stop()
