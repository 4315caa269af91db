"""From the store into the cube: everything once, then what each commit touched."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from watchfloor.core.clock import from_micros, micros
from watchfloor.core.quality import Flag
from watchfloor.store.changes import Change
from watchfloor.store.cube.layout import Batch, Layout

if TYPE_CHECKING:
    import pandas as pd

    from watchfloor.store.store import Store

__all__ = ["ALWAYS", "Intake", "Spans", "declared", "merged"]

Spans = dict[str, tuple[int, int]]
"""First and last valid time, microseconds, of what changed of each series."""
_ROWS = 400_000
_HOUR = 3_600_000_000
ALWAYS = (-(2**62), 2**62)
"""The span of everything."""
_RANK = np.array([1, 0, 2, 3, 2, 2, 2, 2, 2, 4], np.uint8)
"""How bad flags 0 to 9 are: not checked, good, suspect, bad, missing (`core.quality.worst`)."""


class Intake:
    """Reads observations and marks for the layout.

    Parameters
    ----------
    store
        Where they are.
    layout
        Where they go.
    """

    def __init__(self, store: "Store", layout: Layout) -> None:
        self._store, self._layout = store, layout

    def load(self, names: Sequence[str], cursor: int) -> None:
        """Read all that is known of these series."""
        at, size = 0, 64
        while at < len(names):
            part = names[at : at + size]
            rows = self._read(part, *ALWAYS, cursor)
            at += len(part)
            if rows > _ROWS:  # the store gives rows one by one: few at a time keep the memory small
                size = max(1, size // 2)
            elif rows < _ROWS // 4:
                size *= 2

    def touched(self, changes: Iterable[Change]) -> Spans:
        """Return what changes touched."""
        found: Spans = {}
        for change in changes:
            if change.table not in {"observation", "mark"}:
                continue
            span = ALWAYS
            if change.first is not None and change.last is not None:
                span = micros(change.first), micros(change.last)
            for name in change.series:
                before = found.get(name, span)
                found[name] = min(before[0], span[0]), max(before[1], span[1])
            if change.table == "mark":
                self._note(change.series)
        return found

    def take(self, spans: Spans, cursor: int) -> None:
        """Read what was touched."""
        known = [name for name in spans if name in self._layout.members]
        for part, start, end in _alike({name: spans[name] for name in known}):
            self._read(part, start, end, cursor)
        self.load([name for name in spans if name not in self._layout.members], cursor)

    def _read(self, names: Sequence[str], start: int, end: int, cursor: int) -> int:
        if not names:
            return 0
        bounds = (None, None) if (start, end) == ALWAYS else (from_micros(start), _after(end))
        found = self._store.observations(names, *bounds)
        if found.empty:
            return 0
        suspects = [name for name in names if self._marked(name)]
        flags, marked = found["flag"].to_numpy(np.uint8), set[str]()
        if suspects:
            marks = self._store.marks(suspects, *bounds)
            flags, marked = merged(found, marks), set(marks["series"])
        self._layout.put(_batch(found, flags), cursor)
        self._note(marked)
        return len(found)

    def _note(self, marked: Iterable[str]) -> None:
        """Remember of which series there are marks."""
        for name in marked:
            member = self._layout.members.get(name)
            if member is not None and not member.marked:
                self._layout.members[name] = replace(member, marked=True)
                self._layout.moved = True

    def _marked(self, name: str) -> bool:
        """Tell whether marks must be looked for; of a series that is new it is not known."""
        member = self._layout.members.get(name)
        return member is None or member.marked


def merged(found: "pd.DataFrame", marks: "pd.DataFrame") -> NDArray[np.uint8]:
    """Return the worse of the source's flag and the mark of each observation."""
    flags = found["flag"].to_numpy(np.uint8)
    if marks.empty:
        return flags
    both = found[["series", "time"]].merge(
        marks[["series", "time", "flag"]], how="left", on=["series", "time"]
    )
    said = both["flag"].to_numpy(np.float64)
    have = ~np.isnan(said)
    out = flags.copy()
    mark = said[have].astype(np.uint8)
    out[have] = np.where(_RANK[mark] > _RANK[flags[have]], mark, flags[have])
    return out


def _batch(found: "pd.DataFrame", flags: NDArray[np.uint8]) -> Batch:
    import pandas as pd

    code, names = pd.factorize(found["series"])
    time = found["time"].dt.as_unit("us").astype("int64").to_numpy()
    with np.errstate(over="ignore"):
        value = found["value"].to_numpy(np.float64).astype(np.float32)
    flags = np.where(np.isnan(value), np.uint8(Flag.MISSING), flags)
    wide = np.isinf(value)  # beyond 3.4e38: no measurement of anything
    value[wide], flags[wide] = np.nan, Flag.BAD
    return Batch([str(name) for name in names], code.astype(np.int64), time, value, flags)


def _alike(spans: Spans) -> Iterator[tuple[list[str], int, int]]:
    """Put series together whose touched times reach back about equally far: one read each."""
    latest = max((end for _, end in spans.values()), default=0)
    groups: dict[int, list[str]] = {}
    for name, (start, _) in spans.items():
        back = int(math.log2(1 + max(0, latest - start) // _HOUR))
        groups.setdefault(back if start != ALWAYS[0] else -1, []).append(name)
    for names in groups.values():
        yield names, min(spans[name][0] for name in names), max(spans[name][1] for name in names)


def _after(end: int) -> Any:
    return from_micros(end) + timedelta(microseconds=1)


def declared(attrs: Any) -> int:
    """Return the cadence that a series' ``interval_s`` declares, in microseconds; 0 for none.

    Examples
    --------
    >>> declared({"interval_s": 600}), declared({"interval_s": "often"})
    (600000000, 0)
    """
    seconds = attrs.get("interval_s") if isinstance(attrs, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0.001 <= seconds <= 1e8:
        return 0
    return round(seconds * 1e6)
