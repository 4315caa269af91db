"""What a page hears by the broadcast channel, so that news do not wake its session.

A session that is woken by news works out, encodes and writes what its neighbour did a millisecond before. A page whose
line is open (`watchfloor.views.serve.listening`) is told by the channel instead; its session only remembers that it is
behind, and catches up before it does anything that its user asks for. Where the line is lost, refused or never was,
everything comes by the session, as before.
"""

import weakref
from typing import Any

from bokeh.document import Document

from watchfloor.views.pageloop import on_page
from watchfloor.views.serve.broadcast import Broadcast
from watchfloor.views.serve.topics import Topic
from watchfloor.views.situation.standing import PANES, SEEN, Standing

__all__ = ["Live"]

_EVERY = 10.0
"""Seconds after which the present is looked at anew where no news come."""


class Live:
    """One page's share.

    Parameters
    ----------
    desk
        The page's desk.
    doc
        The page's document.
    url
        Where the page listens (`watchfloor.views.serve.listening.address`).

    Examples
    --------
    >>> Live.__name__
    'Live'
    """

    def __init__(self, desk: Any, doc: Document, url: str) -> None:
        self._desk = weakref.ref(desk)
        self._doc = weakref.ref(doc)
        self._url, self._page = url, url.partition("#")[2]
        self._channel = Broadcast.of(desk.floor.store)
        self._topics: list[Topic] = []
        self._names: frozenset[str] = frozenset()
        self._key: tuple[Any, ...] | None = None
        self._standing: Standing | None = None
        self._waking = False
        self.behind = False
        """Whether there were news that the session does not know yet."""
        self.told: dict[str, Any] | None = None
        """What the page is told of where and what to hear; None for nothing."""
        doc._watchfloor_live = self
        chosen, picture = desk.selection, desk.picture
        self._watchers = [
            (chosen, chosen.param.watch(self._tune, [*SEEN, "as_of", "record"])),
            (picture, picture.param.watch(self._tune, ["figure"])),
        ]
        self.tune()

    # --- on the hub's thread ----------------------------------------------------------------------------------------

    def deaf(self) -> bool:
        """Tell whether the page hears nothing by the channel now."""
        return not self._names or not self._channel.hears(self._page, self._names)

    def lost(self) -> bool:
        """Tell whether the page hears nothing any more, and its session does not know what it had heard."""
        return self.behind and self.deaf()

    def wants(self, batch: Any) -> bool:
        """Tell whether news must be taken by the session."""
        desk = self._desk()
        if desk is None or not desk.picture.live:
            return False
        if self.deaf() or not batch.complete or self._pictured(desk) or self._concerned(desk, batch):
            return True
        self.behind = True
        return False

    def drawn(self) -> set[tuple[str, str]]:
        """Return the parts of live layers that the page's figure can show."""
        desk = self._desk()
        return set() if desk is None else Standing.drawn(desk.map.stack)

    def wake(self) -> None:
        """Have the session take what its page cannot be told by the channel: a part of a layer that it has not yet."""
        doc, desk = self._doc(), self._desk()
        if doc is None or desk is None or self._waking or doc.session_context is None:
            return
        self._waking = self.behind = True
        picture = desk.picture

        def take() -> None:
            self._waking = False
            picture.catch_up()

        on_page(doc, take)

    @staticmethod
    def _pictured(desk: Any) -> bool:
        """Tell whether a live layer has so many points that each page gets a picture of its own view."""
        stack = desk.map.stack
        return any("raster" in stack.drawn[layer.name].parts for layer in stack.layers
                   if layer.live and layer.name in stack.drawn)  # fmt: skip

    @staticmethod
    def _concerned(desk: Any, batch: Any) -> bool:
        """Tell whether news are of what this page alone has in focus."""
        record, series = desk.selection.record, desk.selection.series
        if record is None and series is None:
            return False
        for change in batch.changes:
            if record is not None and (
                change.table == "journal"
                or (change.table == "record" and (change.kind, change.source, change.key) == record)
            ):
                return True
            if series is not None and series in change.series:
                return True
        return False

    # --- on the page's loop -----------------------------------------------------------------------------------------

    def level(self, view: Any, *, afresh: bool) -> None:
        """Have the map take what was not taken; `afresh`, whatever it was told last."""
        names = [layer.name for layer in view.stack.layers if layer.live]
        if afresh:
            for name in names:
                if name in view.stack.drawn:
                    view.stack.drawn[name].made = None
        view.refresh(names)

    def tune(self) -> None:
        """Have the page hear what it now looks at; nothing where that did not change."""
        desk, doc = self._desk(), self._doc()
        if desk is None or doc is None:
            return
        chosen = desk.selection
        record = None if chosen.record is None else list(chosen.record)
        if chosen.as_of is not None:
            key = None
        else:
            values = {name: getattr(chosen, name) for name in SEEN}
            more = (desk.picture.figure, desk.list.start, desk.health.opened)
            key = (Standing.name(values, *more), record)
        if key == self._key and (key is None) == (self.told is None):
            return
        if key is None:
            self._hear(doc, None, [])
            self.told = None
        else:
            if self._key is None or self._key[0] != key[0] or self._standing is None:
                values = {name: _copy(value) for name, value in values.items()}
                self._hear(doc, Standing.of(desk.floor, values, *more), key[0])
            panes = {part: kind.pane_type.__name__ for part, kind in PANES.items()}
            self.told = {
                "url": self._url,
                "base": f"situation/{key[0]}/",
                "parts": self._parts,
                "panes": panes,
                "record": record,
            }
        self._key = key
        signals = getattr(doc, "_watchfloor_signals", None)
        if signals is not None:
            signals.keep(live=self.told)

    def close(self) -> None:
        """Hear nothing any more."""
        while self._watchers:
            owner, watcher = self._watchers.pop()
            owner.param.unwatch(watcher)
        doc = self._doc()
        if doc is not None:
            self._hear(doc, None, [])

    def _hear(self, doc: Document, standing: Standing | None, name: Any) -> None:
        old, before = self._topics, self._standing
        self._standing = standing
        self._parts = [] if standing is None else standing.parts()
        self._topics = [
            self._channel.topic(
                f"situation/{name}/{part}", standing.maker(part), live=True, every=_EVERY, doc=doc
            )
            for part in self._parts
            if standing is not None
        ]
        self._names = frozenset(topic.name for topic in self._topics)
        if standing is not None:
            standing.pages.add(self)
        if before is not None and before is not standing:
            before.pages.discard(self)
        for topic in old:
            if topic.name not in self._names:
                topic.release(doc)

    def _tune(self, *_: Any) -> None:
        self.tune()


def _copy(value: Any) -> Any:
    return type(value)(value) if isinstance(value, list | dict) else value
