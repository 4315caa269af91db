"""A process that appends to a store until it is killed, and says which batches were acknowledged.

Started once with the store's address; each line on standard input (a number) forks a writer of that number, whose
process id is answered as ``P <id>``. The writer prints ``A <number> <batch>`` after each append that returned.
"""

import os
import sys
from datetime import timedelta

import watchfloor.store.postgres  # noqa: F401  so that a child need not load it
from watchfloor.core.clock import LiveClock
from watchfloor.store import Observation, Record, Store

BATCH = 20


def records(number: int, batch: int) -> list[Record]:
    """Return a batch, the same whenever it is asked for."""
    start = LiveClock().now()
    return [
        Record("alert", f"cap:{number}", f"{batch}-{at}", "1", start, start, body={"text": "x" * 500})
        for at in range(BATCH)
    ]


def write(path: str, number: int) -> None:
    """Append, observe and act until the end."""
    with Store.open(path) as store:
        for batch in range(1_000_000):
            if batch % 3 == 0:
                store.append(records(number, batch)[: BATCH // 2])  # as if the last run had come half way
            store.append(records(number, batch))
            now = store.clock.now()
            store.observe(
                [Observation(f"s{number}", now + timedelta(seconds=at), float(batch)) for at in range(3)]
            )
            store.journal.write("writer", "import", f"{number}/{batch}", {"batch": batch})
            os.write(1, f"A {number} {batch}\n".encode())


def main() -> None:
    """Fork a writer for each line."""
    path = sys.argv[1]
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                os.write(
                    1, f"P {os.getpid()}\n".encode()
                )  # by the child, so that nothing it says comes before
                write(path, int(line))
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        os.write(1, b"E\n")


if __name__ == "__main__":
    main()
