"""A PostgreSQL server of its own for tests and benchmarks: in a temporary folder, on a socket, as a plain user."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from watchfloor.core.clock import monotonic

MISSING = "PostgreSQL is not here: install it (apt-get install postgresql), or name its programs' folder in WATCHFLOOR_POSTGRES"


def programs() -> Path | None:
    """Return the folder of the server's programs, the newest found; None where there is none."""
    if named := os.environ.get("WATCHFLOOR_POSTGRES"):
        return Path(named)
    if found := shutil.which("initdb"):
        return Path(found).parent
    places = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(places, key=lambda path: float(path.parent.name), default=None)


class Server:
    """One server and its folder; it can be stopped, killed and started again.

    Parameters
    ----------
    folder
        Folder of the server's programs.
    """

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        self._as: dict[str, Any] = {}
        self._place = Path(tempfile.mkdtemp(prefix="wfpg", dir="/tmp"))
        self._schemas = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:  # the server refuses to run as root
            user = _plain_user()
            os.chown(self._place, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        base = [
            "--pgdata",
            str(self._place / "data"),
            "--username=watchfloor",
            "--auth=trust",
            "--encoding=UTF8",
        ]
        # A locale that sorts as people do shows where the store relies on the order of code points.
        for locale in (
            ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"],
            ["--locale=C.UTF-8"],
        ):
            made = self._run("initdb", *base, "--no-sync", *locale, check=False)
            if made.returncode == 0:
                break
            shutil.rmtree(self._place / "data", ignore_errors=True)
        else:
            raise RuntimeError(f"initdb failed: {made.stderr.decode()}")
        self.start()
        with self.connect("postgres") as connection:
            connection.execute("CREATE DATABASE watchfloor")

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        assert self._process is not None
        return self._process.pid

    def url(self, schema: str = "") -> str:
        """Return the address of a store that is not there yet."""
        name = schema or f"s{os.getpid()}_{next(self._schemas)}"
        return f"postgresql://watchfloor@/watchfloor?host={self._place}&schema={name}"

    def connect(self, database: str = "watchfloor", schema: str = "public") -> psycopg.Connection[Any]:
        """Return a plain connection; each statement is a commit."""
        return psycopg.connect(
            host=str(self._place),
            dbname=database,
            user="watchfloor",
            autocommit=True,
            options=f"-csearch_path={schema}",
        )

    def start(self) -> None:
        """Start, and wait until the server answers."""
        end = monotonic() + 60
        while True:
            if self._process is None or self._process.poll() is not None:
                log = (self._place / "log").open("ab")
                self._process = subprocess.Popen(
                    [
                        str(self._programs / "postgres"), "-D", str(self._place / "data"), "-k", str(self._place),
                        "-c", "listen_addresses=", "-c", "shared_buffers=64MB", "-c", "max_connections=100",
                    ],
                    stdout=log, stderr=log, cwd="/", **self._as,
                )  # fmt: skip
                log.close()
            try:
                self.connect("postgres").close()
            except psycopg.OperationalError:
                if monotonic() > end:
                    raise RuntimeError(f"no start: {(self._place / 'log').read_text()[-2000:]}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop as an operator does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)

    def kill(self) -> None:
        """Kill the postmaster; its workers notice and end."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)

    def close(self) -> None:
        """Stop and remove all."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
        shutil.rmtree(self._place, ignore_errors=True)

    def _run(self, name: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self._programs / name), *words],
            capture_output=True,
            check=check,
            cwd="/",
            timeout=120,
            **self._as,
        )


def _plain_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("neither a user postgres nor nobody is here; run the tests as a plain user")
