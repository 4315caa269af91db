"""Tell people of alarms: who, when and by which channel, and what became of it.

What is to be told is stored first and sent then, by a thread of each channel: a channel that hangs delays neither the
watch nor the other channels, and what was not sent when the process ended is sent by the next one. A floor that is
not in earnest sends nothing: it writes down what it would have sent.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from queue import Empty, Queue
from typing import TYPE_CHECKING

from watchfloor.alarms import routing
from watchfloor.alarms.alarm import Alarm
from watchfloor.alarms.channels import Sink, sink
from watchfloor.alarms.life import Life
from watchfloor.alarms.notice import SOURCE, Notice, notice_id
from watchfloor.alarms.policy import Channel
from watchfloor.alarms.transitions import Event, State
from watchfloor.core.errors import WatchfloorError
from watchfloor.core.scales import Status
from watchfloor.floor.place import data_folder
from watchfloor.security.text import plain

if TYPE_CHECKING:
    from watchfloor.floor import Floor

__all__ = ["Notify"]

_LOG = logging.getLogger(__name__)
_OLD = timedelta(hours=1)
"""What happened longer ago is not told any more, unless somebody is still waited for."""
_SENDING = timedelta(minutes=2)
"""A message that was handed over so long ago without an answer counts as not sent."""
_CHANGES = 10_000


class Notify:
    """Sends notices, and keeps their receipts.

    Parameters
    ----------
    floor
        The floor.
    life
        Its alarms.
    sinks
        Ways to send by channel; by default as the policy says.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("world", store=Store.open(":memory:")) as floor:
    ...     notify = Notify(floor, Life(floor))
    ...     notify.step(floor.now())
    ...     notify.notices()
    []
    """

    def __init__(self, floor: "Floor", life: Life, sinks: Mapping[str, Sink] | None = None) -> None:
        self._floor, self._life, self._store = floor, life, floor.store
        self._channels = dict(life.policy.channels)
        self._given = sinks
        self._cursor: int | None = None
        self._open: dict[str, Notice] = {}
        self._told: set[str] = set()
        self._got: dict[str, set[str]] = {}
        self._sent: dict[str, deque[datetime]] = {name: deque() for name in self._channels}
        self._lines: dict[str, _Line] = {}
        self._handed: dict[str, datetime] = {}
        self._answers: Queue[tuple[tuple[str, ...], str]] = Queue()

    @property
    def dry(self) -> bool:
        """Whether nothing is sent: on every floor that is not in earnest, invented, or a past that is lived again."""
        floor = self._floor
        return floor.status is not Status.ACTUAL or floor.invented or floor.replayed

    def notices(self, alarm: str | None = None, as_of: datetime | None = None) -> list[Notice]:
        """Return every notice, of one alarm or of all, the last first: the receipts."""
        found = [Notice.read(record) for record in self._store.records("notice", source=SOURCE, as_of=as_of)]
        return [notice for notice in found if alarm is None or notice.alarm == alarm]

    def step(self, now: datetime) -> None:
        """See what is to be told, hand it over, and write down what became of what was handed over.

        Nothing here waits for a channel.
        """
        if not self._channels:
            return
        if self._cursor is None:
            self._begin(now)
        else:
            self._follow(now)
        self._receive(now)
        self._hand_over(now)

    def close(self) -> None:
        """Stop sending; what is not sent yet is sent by whoever watches next."""
        for line in self._lines.values():
            line.close()

    # What is to be told

    def _begin(self, now: datetime) -> None:
        """Take up what was left, and tell of alarms that wait for somebody and were told to nobody."""
        self._cursor = self._store.cursor()
        for record in self._store.records("notice", source=SOURCE):
            notice = Notice.read(record)
            self._keep(notice)
        self._queue(
            [
                (alarm, "alarm")
                for alarm in self._life.alarms()
                if alarm.state is State.UNACKNOWLEDGED and alarm.id not in self._told
            ],
            now,
        )

    def _follow(self, now: datetime) -> None:
        """Look at each step that alarms took since the last look, whoever took it."""
        assert self._cursor is not None
        steps: dict[tuple[str, int], None] = {}
        while changes := self._store.changes(self._cursor, limit=_CHANGES):
            for change in changes:
                if change.table == "record" and change.kind == "alarm":
                    steps[change.key, int(change.revision)] = None
            self._cursor = changes[-1].cursor
        if not steps:
            return
        present = {alarm.id: alarm for alarm in self._life.alarms()}
        news: list[tuple[Alarm, str]] = []
        for name, number in steps:
            alarm = present.get(name)
            if alarm is None or alarm.step != number:
                alarm = next((one for one in self._life.timeline(name) if one.step == number), None)
            if alarm is None:
                continue
            if alarm.event is Event.ACKNOWLEDGE:
                self._acknowledged(alarm, now)
            what = routing.kind(alarm)
            if what and (now - alarm.at <= _OLD or name in present):
                news.append((alarm, what))
        self._queue(news, now)

    def _queue(self, news: Iterable[tuple[Alarm, str]], now: datetime) -> None:
        """Store what is to be told, each to each channel once."""
        made: dict[str, Notice] = {}
        dropped: list[Notice] = []
        mark = self._floor.mark
        for alarm, what in news:
            if what == "stand-down":
                dropped += [
                    one.after("dropped", now, why="it was over before it was sent")
                    for one in self._open.values()
                    if one.alarm == alarm.id and one.id not in self._handed
                ]
            for name, channel in self._channels.items():
                # Whoever got the alarm gets the stand-down, and nobody else.
                got = name in self._got.get(alarm.id, ())
                if got if what == "stand-down" else routing.takes(channel, alarm, what):
                    key = notice_id(alarm.id, alarm.step, name)
                    title, text = routing.words(alarm, what, channel.language, self._floor.zone, mark)
                    made[key] = Notice(
                        key, 1, now, name, alarm.id, alarm.step, what, title, text, "queued", now,
                        routing.due(channel, alarm.colour, now, self._floor.zone),
                    )  # fmt: skip
        self._write(dropped)
        new = [notice for notice in made.values() if notice.id not in self._open]
        if self.dry:
            new = [
                replace(notice, stage="dry-run", why="this floor is not in earnest: nothing is sent")
                for notice in new
            ]
        self._write(new)

    def _acknowledged(self, alarm: Alarm, now: datetime) -> None:
        """Note on what was sent who acknowledged it, and take back what was not sent yet."""
        by = alarm.acknowledged.by if alarm.acknowledged is not None else alarm.by
        changed = [
            notice.after("dropped", now, why=f"acknowledged by {by} before it was sent", acknowledged=by)
            if notice.open
            else notice.after(notice.stage, now, acknowledged=by)
            for notice in self.notices(alarm.id)
            if not notice.acknowledged and notice.what != "stand-down" and notice.id not in self._handed
        ]
        self._write(changed)

    # Sending

    def _hand_over(self, now: datetime) -> None:
        """Hand over what is due: one by one, and together where there is a flood."""
        for key, at in list(self._handed.items()):
            if now - at > _SENDING and key in self._open:
                del self._handed[key]
                self._answer((key,), "no answer in time", now)
        waiting: dict[str, list[Notice]] = {}
        for notice in self._open.values():
            if notice.due <= now and notice.id not in self._handed:
                waiting.setdefault(notice.channel, []).append(notice)
        for name, notices in waiting.items():
            channel = self._channels.get(name)
            if channel is None:
                self._write(
                    [one.after("given up", now, why="there is no such channel any more") for one in notices]
                )
                continue
            if self._line(name, channel, notices, now):
                self._send(name, channel, sorted(notices, key=lambda one: one.since), now)

    def _send(self, name: str, channel: Channel, notices: list[Notice], now: datetime) -> None:
        flood, sent = self._life.policy.flood, self._sent[name]
        while sent and now - sent[0] >= flood.span:
            sent.popleft()
        alone = max(0, flood.most - len(sent))
        line = self._lines[name]
        if len(notices) <= alone:
            for notice in notices:
                sent.append(now)
                self._hand(notice, now)
                line.put((notice.id,), notice.title, notice.text, _detail([notice]))
        elif not sent or alone:  # one message holds the place of all that came at once
            sent.extend([now] * max(1, alone))
            titles: dict[str, int] = {}
            for notice in notices:
                titles[notice.title] = titles.get(notice.title, 0) + 1
                self._hand(notice, now)
            title, text = routing.digest(titles, channel.language, self._floor.mark)
            line.put(tuple(one.id for one in notices), title, text, _detail(notices))

    def _line(self, name: str, channel: Channel, notices: list[Notice], now: datetime) -> bool:
        """Have a thread for a channel; one that cannot be reached for its settings fails with the reason."""
        if name in self._lines:
            return True
        try:
            if self._given is not None:
                found: Sink = self._given[name]
            else:
                folder = data_folder(self._floor.settings, self._floor.path)
                found = sink(
                    name, channel.to, folder / "notices", self._floor.settings.hosts,
                    self._floor.settings.data / "secrets", channel.host,
                )  # fmt: skip
        except WatchfloorError as error:
            self._failed(notices, str(error), now)
            return False
        self._lines[name] = _Line(name, found, self._answers)
        return True

    def _receive(self, now: datetime) -> None:
        """Write down what channels answered."""
        while True:
            try:
                keys, why = self._answers.get_nowait()
            except Empty:
                return
            self._answer(keys, why, now)

    def _answer(self, keys: tuple[str, ...], why: str, now: datetime) -> None:
        found = [self._open[key] for key in keys if key in self._open]
        for key in keys:
            self._handed.pop(key, None)
        if why:
            self._failed(found, why, now)
        else:
            more = f"together with {len(keys) - 1} others" if len(keys) > 1 else ""
            self._write([one.after("sent", now, tries=one.tries + 1, why=more) for one in found])

    def _failed(self, notices: Iterable[Notice], why: str, now: datetime) -> None:
        retry = self._life.policy.retry
        made = []
        for one in notices:
            tries = one.tries + 1
            if tries > len(retry):
                made.append(one.after("given up", now, tries=tries, why=plain(why, 300)))
            else:
                made.append(
                    one.after("failed", now, tries=tries, why=plain(why, 300), due=now + retry[tries - 1])
                )
        self._write(made)

    def _write(self, notices: Iterable[Notice]) -> None:
        """Store receipts; what another process wrote first is read from there."""
        made = list(notices)
        if not made:
            return
        records = [notice.record(self._floor.status) for notice in made]
        if self._store.append(records).duplicates:
            made = [
                Notice.read(record) for record in self._store.records("notice", source=SOURCE, state="active")
            ]
            self._open = {}
        for notice in made:
            self._keep(notice)

    def _keep(self, notice: Notice) -> None:
        self._told.add(notice.alarm)
        self._open.pop(notice.id, None)
        if notice.open:
            self._open[notice.id] = notice
        elif notice.stage in {"sent", "dry-run"}:
            self._got.setdefault(notice.alarm, set()).add(notice.channel)

    def _hand(self, notice: Notice, now: datetime) -> None:
        self._handed[notice.id] = now
        self._got.setdefault(notice.alarm, set()).add(
            notice.channel
        )  # it may have arrived, whatever is answered


class _Line:
    """The thread of one channel."""

    def __init__(self, name: str, found: Sink, answers: "Queue[tuple[tuple[str, ...], str]]") -> None:
        self._name, self._sink, self._answers = name, found, answers
        self._jobs: Queue[tuple[tuple[str, ...], str, str, dict[str, object]] | None] = Queue()
        self._thread = threading.Thread(target=self._work, name=f"notify {name}", daemon=True)
        self._thread.start()

    def put(self, keys: tuple[str, ...], title: str, text: str, detail: dict[str, object]) -> None:
        """Have something sent; returns at once."""
        self._jobs.put((keys, title, text, detail))

    def close(self) -> None:
        """End after what is being sent; what hangs is left behind."""
        self._jobs.put(None)
        self._thread.join(1.0)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            keys, title, text, detail = job
            try:
                self._sink.send(title, text, detail)
            except Exception as error:  # noqa: BLE001  whatever a channel's fault is, the others go on
                said = str(error) if isinstance(error, WatchfloorError) else type(error).__name__
                _LOG.warning("a notice by the channel %r failed: %s", self._name, said)
                self._answers.put((keys, said))
            else:
                self._answers.put((keys, ""))


def _detail(notices: list[Notice]) -> dict[str, object]:
    """Return what a file or a web hook is told beside the words."""
    first = notices[0]
    return {
        "what": first.what if len(notices) == 1 else "digest",
        "alarms": [notice.alarm for notice in notices],
        "notices": [notice.id for notice in notices],
        "channel": first.channel,
    }
