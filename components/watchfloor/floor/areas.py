"""Places that messages name by code: looked up in the catalog's tables of areas, when they are drawn.

Many alerts have no polygon, only codes of counties, states or zones (CAP 1.2 ``geocode``). A catalog entry with the tag
`TAG` is a table of areas: a geometry, a name, and one column for each scheme of codes, called as messages call it
(``SAME``, ``UGC``). What is found so is never stored as the alert's own polygon: it says less than the sender knew, and
another table would say it differently.

US codes: SAME is a digit for the part of a county, then the FIPS code (47 CFR 11.31(f)); ``FIPS6`` is the same. UGC is
the state's letters, C for county or Z for forecast zone, and three digits (NWS Instruction 10-1702).
"""

import logging
import re
import threading
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely

from watchfloor.core.clock import monotonic
from watchfloor.core.errors import WatchfloorError
from watchfloor.store.records import Record

__all__ = ["MOST", "TAG", "Areas", "Found", "codes"]

log = logging.getLogger(__name__)

TAG = "area-codes"
"""Tag of the catalog entries that are tables of areas."""
MOST = 2_000
"""Codes of one message that are looked up, at most."""
_KEPT = 4_000
"""Answers kept, so that an alert that is drawn again is not put together again."""
_AGAIN = 60.0
"""Seconds after which a table that could not be read is tried again."""
_SAME = frozenset({"SAME", "FIPS6", "FIPS"})
_US = re.compile(r"[A-Z]{2}[CZ]\d{3}", re.ASCII)

Code = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Found:
    """The place that codes stand for.

    Parameters
    ----------
    shape
        Union of the areas, EPSG:4326, longitude first.
    names
        Names of the areas.
    used, missing
        Codes that were found, and codes that no table knows (forecast zones, marine zones, other countries).

    Examples
    --------
    >>> Found(shapely.box(0, 0, 1, 1), ("Travis",), (("UGC", "TXC453"),), ()).names
    ('Travis',)
    """

    shape: Any
    names: tuple[str, ...]
    used: tuple[Code, ...]
    missing: tuple[Code, ...]


class Areas:
    """The tables of areas of one floor, read when a message first needs them.

    Examples
    --------
    >>> Areas(None).find([("UGC", "TXC453")]) is None
    True
    """

    _all: ClassVar["weakref.WeakKeyDictionary[Any, Areas]"] = weakref.WeakKeyDictionary()
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, catalog: Any) -> None:
        self._catalog = weakref.ref(catalog) if catalog is not None else lambda: None
        self._lock = threading.Lock()
        self._places: dict[Code, int] | None = None
        self._shapes: list[Any] = []
        self._names: list[str] = []
        self._failed = 0.0
        self._kept: dict[tuple[Code, ...], Found | None] = {}

    @classmethod
    def of(cls, floor: Any) -> "Areas":
        """Return the one of a floor's catalog."""
        with cls._guard:
            found = cls._all.get(floor.catalog)
            if found is None:
                found = cls._all[floor.catalog] = cls(floor.catalog)
            return found

    @property
    def there(self) -> bool:
        """Whether the floor has a table of areas at all."""
        catalog = self._catalog()
        return catalog is not None and bool(catalog.search(tag=TAG))

    def of_record(self, record: Record) -> Found | None:
        """Return the place of a record that has none of its own; None where it has, or where no code is known."""
        return None if record.geometry is not None else self.find(codes(record.body))

    def find(self, wanted: Iterable[Code]) -> Found | None:
        """Return the place that codes of one message stand for; None where no table knows any of them.

        Schemes are not mixed: a message says one place in each of them, and SAME's counties and UGC's would be drawn
        twice. The scheme of which most codes are known is taken.
        """
        asked = tuple(dict.fromkeys(wanted))[:MOST]
        if not asked:
            return None
        with self._lock:
            places = self._read()
            if asked not in self._kept:
                if len(self._kept) >= _KEPT:
                    self._kept.clear()
                self._kept[asked] = self._find(asked, places)
            return self._kept[asked]

    def _find(self, asked: tuple[Code, ...], places: Mapping[Code, int]) -> Found | None:
        by_scheme: dict[str, list[Code]] = {}
        for code in asked:
            by_scheme.setdefault(code[0], []).append(code)
        ranked = sorted(
            by_scheme.values(), key=lambda each: -sum(code in places for code in each) / len(each)
        )
        used = tuple(code for code in ranked[0] if code in places)
        if not used:
            return None
        rows = list(dict.fromkeys(places[code] for code in used))
        missing = tuple(code for code in ranked[0] if code not in places)
        shape = shapely.union_all(np.array([self._shapes[row] for row in rows], dtype=object))
        return Found(shape, tuple(self._names[row] for row in rows), used, missing)

    def _read(self) -> dict[Code, int]:
        if self._places is not None and (not self._failed or monotonic() < self._failed + _AGAIN):
            return self._places
        places: dict[Code, int] = {}
        self._shapes, self._names, self._failed = [], [], 0.0
        self._kept.clear()
        catalog = self._catalog()
        for entry in [] if catalog is None else catalog.search(tag=TAG):
            try:
                table = entry.read()
            except WatchfloorError as error:
                log.warning("the areas of %s cannot be read: %s", entry.name, error)
                self._failed = monotonic()
                continue
            start = len(self._shapes)
            self._shapes += list(table.geometry)
            self._names += (
                [str(name) for name in table["name"]] if "name" in table.columns else [""] * len(table)
            )
            for scheme in (
                name for name in table.columns if name not in {"name", "state", table.geometry.name}
            ):
                for row, code in enumerate(table[scheme], start):
                    if isinstance(code, str) and code:
                        places.setdefault((str(scheme).upper(), code), row)
        self._places = places
        return places


def codes(body: Mapping[str, Any]) -> list[Code]:
    """Return the codes of a message's places: scheme in capitals, and code, each once.

    Parts of a US county (the first digit of SAME) stand for the county, and all counties of a state (UGC ``TXZ000``)
    for the state.

    Examples
    --------
    >>> codes({"infos": [{"areas": [{"geocode": [{"name": "FIPS6", "value": "148453 048091"}]}]}]})
    [('SAME', '048453'), ('SAME', '048091')]
    """
    found: dict[Code, None] = {}
    for info in _dicts(body.get("infos") or body.get("info")):
        for area in _dicts(info.get("areas") or info.get("area")):
            for pair in _dicts(area.get("geocode")):
                scheme = str(pair.get("name") or pair.get("valueName") or "").strip().upper()[:60]
                for code in re.split(r"[\s,;]+", str(pair.get("value") or "").strip())[:MOST]:
                    if code and len(code) <= 60:
                        found.setdefault(_usual(scheme, code.upper()))
    return list(found)


def _usual(scheme: str, code: str) -> Code:
    if scheme in _SAME and re.fullmatch(r"\d{5,6}", code, re.ASCII):
        return "SAME", "0" + code[-5:]
    if scheme == "UGC" and _US.fullmatch(code) and code.endswith("000"):
        return "UGC", f"{code[:2]}C000"
    return scheme, code


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    given = value if isinstance(value, list) else [value]
    return [item for item in given if isinstance(item, Mapping)]
