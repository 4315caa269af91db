"""A process that moves observations to the archive until it is killed; each line on standard input is a time.

It forks a child for each line, answers ``P <id>``, and when the child has ended ``K`` if it was killed and ``E`` else.
"""

import os
import signal
import sys

import pyarrow.parquet  # noqa: F401  so that a child need not load it

import watchfloor.store.postgres  # noqa: F401
from watchfloor.core.clock import parse_time
from watchfloor.store import Store


def main() -> None:
    """Fork an archiver for each line."""
    address, folder = sys.argv[1:]
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                with Store.open(address, archive=folder) as store:
                    store.archive(parse_time(line), actor="archiver", few=0)
            finally:
                os._exit(0)
        os.write(1, f"P {child}\n".encode())
        _, status = os.waitpid(child, 0)
        os.write(1, b"K\n" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else b"E\n")


if __name__ == "__main__":
    main()
