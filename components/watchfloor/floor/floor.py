"""The floor: one catalog, one store, one clock and one status, and nothing of any other floor."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from watchfloor.catalog import Catalog, FloorBlock, Policy, open_catalog
from watchfloor.core.clock import Clock, duration, format_time, zone
from watchfloor.core.errors import InvalidInputError, SettingsError, UnsafeError
from watchfloor.core.scales import Status
from watchfloor.core.settings import Settings, load
from watchfloor.core.terms import term
from watchfloor.feeds import FEEDS
from watchfloor.floor.place import find, store_place
from watchfloor.floor.sources import Sources
from watchfloor.store import Record, Store
from watchfloor.store.health import FeedState, Health

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Floor", "open"]

CERTIFICATE = 1_000_000
"""Most bytes read of a certificate file."""


class Floor:
    """A world to keep watch over, real or invented.

    Views take a floor and nothing else that they could get from it.

    Parameters
    ----------
    path
        Folder of its catalog.
    catalog
        Its data by name; live entries read `store`.
    store
        What it knows.
    clock
        Its time.
    settings
        What the operator set.
    owned
        Whether closing the floor closes the store.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     floor.status.value, floor.mark, len(floor.alerts())
    ('Actual', '', 0)
    """

    def __init__(
        self,
        path: Path,
        catalog: Catalog,
        store: Store,
        clock: Clock,
        settings: Settings,
        *,
        owned: bool = True,
    ) -> None:
        block = catalog.floor
        if block is None:
            wrong = "; ".join(catalog.problems) or "no metadata.floor block"
            raise InvalidInputError(
                f"{path / 'catalog.yml'} does not describe a floor ({wrong}); expected metadata.floor with title, status, "
                "zone, centre and zoom."
            )
        _claim(store, path.name, block)
        self.path, self.catalog, self.store, self.clock, self.settings = path, catalog, store, clock, settings
        self.block: FloorBlock = block
        """What its catalog says about it."""
        self.zone: ZoneInfo = zone(settings.zone or block.zone)
        """Time zone of its screens."""
        self.replayed = False
        """Whether it lives a past again (`floor.replay`)."""
        self._owned = owned
        self._preparing = threading.Lock()
        self.sources = Sources(path, block, store, clock, settings, self.accept)
        """Where its news comes from."""

    @property
    def name(self) -> str:
        """Its name: that of its folder."""
        return self.path.name

    @property
    def title(self) -> str:
        """Its title, in the settings' language."""
        return self.block.title(self.settings.language)

    @property
    def status(self) -> Status:
        """Whether it is in earnest (CAP 1.2 ``status``)."""
        return self.block.status

    @property
    def invented(self) -> bool:
        """Whether its world is made up."""
        return self.block.invented

    @property
    def mark(self) -> str:
        """What every screen and export of it must carry; empty for a real floor in earnest."""
        return self.marked("en")

    def marked(self, language: str) -> str:
        """Return the mark in a language; files carry `mark`, which is the same whoever made them."""
        if self.replayed:
            return term("page.mark.replayed", language)
        if self.invented:
            return term("page.mark.invented", language)
        return (
            "" if self.status is Status.ACTUAL else term(f"page.mark.{self.status.value.lower()}", language)
        )

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude that its map opens at, degrees, EPSG:4326."""
        return self.block.centre

    @property
    def zoom(self) -> float:
        """Zoom level, of 256-pixel web tiles, that its map opens at."""
        return self.block.zoom

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of its screens."""
        return tuple(self.block.languages)

    @cached_property
    def trust(self) -> tuple[bytes, ...]:
        """Certificates (PEM) that may sign alerts, from the files that the settings name."""
        found = []
        for path in self.settings.trust:
            try:
                found.append(path.read_bytes()[:CERTIFICATE])
            except OSError as error:
                raise SettingsError(
                    f"The certificate file {path} cannot be read ({error.strerror}); mend `trust`."
                ) from error
        return tuple(found)

    def health(self, state: FeedState, at: datetime) -> Health:
        """Judge a source at a time, by when it was heard and by the age of the newest thing that it told."""
        block = next((item for item in self.block.feeds if item.source == state.source), None)
        if block is not None and block.fresh_within:
            return state.health(at, duration(block.fresh_within))
        return state.health(at, FEEDS[state.feed].fresh if state.feed in FEEDS else None)

    def now(self) -> datetime:
        """Return the floor's time."""
        return self.clock.now()

    def read(self, entry: str, as_of: datetime | None = None, **parameters: Any) -> Any:
        """Read an entry of the catalog.

        Parameters
        ----------
        entry
            Its name, such as ``live/alerts``.
        as_of
            Known time, for live entries; None for now.
        parameters
            What the entry takes.

        Raises
        ------
        UnknownNameError
            If there is no such entry.
        NotReadyError
            If it cannot be read in time.
        """
        return self.catalog[entry].read(as_of=as_of, **parameters)

    def alerts(
        self,
        as_of: datetime | None = None,
        *,
        valid_at: datetime | None = None,
        in_force: bool = True,
        **filters: Any,
    ) -> "gpd.GeoDataFrame":
        """Return alerts, worst first.

        Parameters
        ----------
        as_of
            Known time; None for now.
        valid_at
            Only those in force at this time; None for `as_of`, or now.
        in_force
            False for those that ended or were cancelled, too.
        filters
            As of `Store.records`: source, hazard, severity, state, status, bbox, latest, limit.

        Returns
        -------
        geopandas.GeoDataFrame
            The columns of `store.frames.COLUMNS`, EPSG:4326.
        """
        at = valid_at or ((as_of or self.now()) if in_force else None)
        return self.store.frame("alert", as_of=as_of, valid_at=at, **filters)

    def accept(self, record: Record) -> str | None:
        """Tell why this floor does not take a record; None where it does.

        A floor that is not in earnest takes nothing that is: an exercise must never hold, or hide, a real alert. A
        floor in earnest takes all, and keeps what each says it is.
        """
        if self.status is Status.ACTUAL or record.status is not Status.ACTUAL:
            return None
        return (
            f"The {record.kind} says that it is Actual, and the floor {self.name!r} is "
            f"{'invented' if self.invented else self.status.value}; open it on a real floor, such as `--floor world`."
        )

    def prepare(self, along: Callable[[datetime], bool] | None = None) -> int:
        """Publish the past of the floor's invented story, if it has one, and return how many rows were new.

        The story's past becomes known at the times at which it would have been told. It is published in one commit,
        and once: again, only what has fallen due since is added. Call it before anything else is stored, because what
        is stored later is never known earlier.

        Parameters
        ----------
        along
            Called with each time up to which the past was told, for those who live through it: what they store then
            is known at that time. The past is told in as many commits as it takes; false ends it early.
        """
        if self.replayed:
            return 0
        with self._preparing:
            return self.sources.prepare() if along is None else self.sources.prepare(along)

    @property
    def preparing(self) -> bool:
        """Whether its past is being published at this moment: what is not known yet is no sign of calm."""
        return self._preparing.locked()

    def feeds_off(self) -> list[str]:
        """Return why sources of this floor are not listened to, one line each, with what to do."""
        return self.sources.off()

    def collect(self, stop: threading.Event) -> None:
        """Listen to every source that is allowed, and to the inbox, until `stop` is set."""
        self.prepare()
        self.sources.collect(stop)

    def close(self) -> None:
        """Close the store, if the floor opened it."""
        if self._owned:
            self.store.close()

    def __enter__(self) -> Self:
        """Return the floor."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the floor."""
        self.close()

    def __repr__(self) -> str:
        mark = f", {self.mark}" if self.mark else ""
        return f"<Floor {self.name}: {self.title} ({self.status.value}{mark}), {format_time(self.now(), self.zone)}>"


def open(  # noqa: A001  `watchfloor.open` is the name that users write
    name: str | Path | None = None,
    *,
    settings: Settings | None = None,
    store: Store | None = None,
    clock: Clock | None = None,
) -> Floor:
    """Open a floor.

    Parameters
    ----------
    name
        Its name, or a path to its folder; None for the settings' floor.
    settings
        What the operator set; read from file and environment by default.
    store
        What it knows; its own file in the data folder by default. The caller closes one that was passed.
    clock
        Its time; the store's, or the machine's, by default.

    Raises
    ------
    UnknownNameError
        If there is no such floor; it lists those that there are.
    StoreError
        If the store cannot be opened.
    UnsafeError
        If the store belongs to another floor.

    Examples
    --------
    >>> from watchfloor.store import Store
    >>> open("demo", store=Store.open(":memory:")).mark
    'DEMO · invented data'
    """
    settings = settings or load()
    path = find(name if name is not None else settings.floor, settings)
    owned = store is None
    if store is None:
        place = store_place(settings, path)
        store = Store.open(place.url, clock=clock, password=place.password, archive=place.archive)
    clock = clock or store.clock
    if clock is not store.clock:
        raise InvalidInputError(
            "The floor and its store were given different clocks; pass one clock to both."
        )
    try:
        catalog = open_catalog(path, store=store, clock=clock, policy=Policy.of(settings))
        return Floor(path, catalog, store, clock, settings, owned=owned)
    except BaseException:
        if owned:
            store.close()
        raise


def _claim(store: Store, name: str, block: FloorBlock) -> None:
    """Bind a store to the first floor that opens it: what one floor knows must not appear on another."""
    mine = f"{name} ({block.status.value})"
    owner = store.set_meta("floor", mine, once=True)
    if owner != mine:
        raise UnsafeError(
            f"This store belongs to the floor {owner}, not to {mine}: nothing may leak from one into the other. Use "
            "another --data folder, or another store."
        )
