"""A real mosquitto on loopback, with a configuration of its own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import monotonic

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def needed() -> None:
    """Skip loudly where there is no mosquitto; fail where there must be one."""
    if MOSQUITTO is None:
        if os.environ.get("CI") == "true":
            pytest.fail("mosquitto is not installed; .ci/servers installs it.")
        pytest.skip("mosquitto is not installed: MQTT IS NOT TESTED")


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


class Mosquitto:
    """One broker, that can be stopped, killed and started again."""

    def __init__(
        self, folder: Path, extra: Iterable[str] = (), *, open_door: bool = True, port: int = 0
    ) -> None:
        self.folder, self.port = folder, port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)  # it may run as a user of its own
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {'true' if open_door else 'false'}",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_interval 1",
            "max_queued_messages 0",
            "max_inflight_messages 0",
            "log_dest none",
            *(
                ["user root"] if os.geteuid() == 0 else []
            ),  # else it becomes a user who may not read this folder
            *extra,
        ]
        self.config = folder / "mosquitto.conf"
        self.config.write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "Mosquitto":
        assert MOSQUITTO is not None
        user = ["-c", str(self.config)]
        self.process = subprocess.Popen(
            [MOSQUITTO, *user], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = monotonic() + 10
        while monotonic() < end:
            with socket.socket() as tried:
                tried.settimeout(0.2)
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
        raise RuntimeError("mosquitto does not answer")

    def stop(self, *, kill: bool = False) -> None:
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(10)
            self.process = None


def publisher(port: int, identifier: str = "", **options: Any) -> Any:
    """Return a connected client that publishes."""
    from paho.mqtt.client import CallbackAPIVersion, Client, MQTTProtocolVersion

    client = Client(CallbackAPIVersion.VERSION2, client_id=identifier, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(2000)
    client.connect("127.0.0.1", port, **options)
    client.loop_start()
    end = monotonic() + 5
    while not client.is_connected() and monotonic() < end:
        pass
    return client
