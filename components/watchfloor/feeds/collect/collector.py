"""Listening to many sources at once, each at its own pace; one that fails neither stops nor delays another."""

import contextlib
import logging
import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from watchfloor.core.clock import Clock
from watchfloor.core.errors import StoreAwayError, WatchfloorError
from watchfloor.core.provenance import digest_bytes
from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.collect.fetch import Fetched, FetchError, Validators, fetch
from watchfloor.feeds.collect.inbox import Inbox
from watchfloor.feeds.collect.ingest import Accept, Receipt, ingest
from watchfloor.feeds.collect.mqtt import Subscription
from watchfloor.feeds.collect.plan import FeedPlan

if TYPE_CHECKING:
    from watchfloor.store import Store

__all__ = ["Collector"]

_LOG = logging.getLogger(__name__)
_LONGEST = timedelta(minutes=30)
_STOP = 5.0
_AWAY = 30.0
"""Longest wait for a store that is away, seconds."""
_PAGES = 100


class Collector:
    """Fetches each source at its pace, and takes in what it says.

    Every outcome is noted in the store, so that a source that is late or down is seen to be. After a failure the next
    try waits longer each time, up to half an hour, or as long as the server asks; waits vary by a fifth, so that
    sources do not fall into step.

    Parameters
    ----------
    store
        Where news go.
    plans
        What is listened to.
    clock
        The floor's.
    accept
        Tells why the floor does not take a record.
    hosts
        Hosts that may be fetched from.
    status, trust
        The floor's status, for what names none, and certificates that may sign.
    deadline
        Longest time for one fetch.
    """

    def __init__(
        self,
        store: "Store",
        plans: Iterable[FeedPlan],
        clock: Clock,
        accept: Accept | None = None,
        *,
        hosts: Sequence[str] = (),
        status: Status = Status.ACTUAL,
        trust: tuple[bytes, ...] = (),
        deadline: timedelta = timedelta(seconds=30),
    ) -> None:
        self._store, self._clock, self._accept = store, clock, accept
        self._hosts, self._status, self._trust, self._deadline = tuple(hosts), status, trust, deadline
        self.plans = tuple(plans)
        self._seen: dict[str, tuple[Validators, str]] = {}

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set; a fetch that is under way then is not waited for longer than 5 s."""
        threads = [
            threading.Thread(target=self._listen, args=(plan, stop), name=f"feed {plan.source}", daemon=True)
            for plan in self.plans
        ]
        for thread in threads:
            thread.start()
        stop.wait()
        for thread in threads:
            thread.join(_STOP)

    def poll(self, plan: FeedPlan) -> Receipt:
        """Ask one source once, and take in what is new.

        Raises
        ------
        WatchfloorError
            If it could not be fetched or stored; that it failed is noted in the store.
        """
        reader = FEEDS[plan.feed]
        validators, last = self._seen.get(plan.source, (Validators(), ""))
        got = self._fetch(plan, plan.url, validators)
        if got.data is None or digest_bytes(got.data) == last:
            self._heard(plan, ok=True, message="")
            return Receipt(plan.feed, plan.source)
        receipt = self._take(plan, got)
        # What could not be read is asked for again as a whole: the server may mend it under the same tag. So is what
        # has more pages, for they may change while the first does not.
        more = reader().more(got.data)
        self._seen[plan.source] = (
            (got.validators, receipt.raw) if receipt.ok and not more else (Validators(), "")
        )
        for _ in range(_PAGES):
            if not more:
                return receipt
            page = self._fetch(plan, urljoin(got.url, more), Validators())
            if page.data is None:
                break
            receipt = _sum(receipt, self._take(plan, page))
            more = reader().more(page.data)
        if more:
            self._heard(
                plan, ok=True, message=f"There are more than {_PAGES + 1} pages; the rest is not read."
            )
        return receipt

    def _fetch(self, plan: FeedPlan, url: str, validators: Validators) -> Fetched:
        reader = FEEDS[plan.feed]
        try:
            return fetch(
                url, hosts=self._hosts, accept=reader.media, limit=reader.limit, deadline=self._deadline,
                validators=validators, now=self._clock.now(),
            )  # fmt: skip
        except WatchfloorError as error:
            self._heard(plan, ok=False, message=str(error))
            raise

    def _take(self, plan: FeedPlan, got: Fetched) -> Receipt:
        return ingest(
            self._store, plan.feed, got.data or b"", plan.source, None, self._accept, zone=plan.zone,
            charset=plan.charset or got.charset, status=self._status, trust=self._trust,
            cadence=plan.cadence, late_after=plan.late_after, profile=plan.profile,
        )  # fmt: skip

    def _heard(self, plan: FeedPlan, *, ok: bool, message: str) -> None:
        reader = FEEDS[plan.feed]
        self._store.heard(
            plan.source, feed=plan.feed, ok=ok, message=message,
            cadence=plan.cadence or reader.cadence, late_after=plan.late_after or reader.late_after,
        )  # fmt: skip

    def _listen(self, plan: FeedPlan, stop: threading.Event) -> None:
        """Listen to one source; nothing that happens here ends it but `stop`."""
        if plan.inbox is not None:
            Inbox(
                self._store, plan.inbox, self._clock, self._accept, source=plan.source, feed=plan.feed or None,
                zone=plan.zone, charset=plan.charset, status=self._status, trust=self._trust, profile=plan.profile,
            ).run(stop)  # fmt: skip
            return
        if plan.broker is not None:
            Subscription(
                self._store, plan, self._accept, hosts=self._hosts, status=self._status, trust=self._trust
            ).run(stop)
            return
        failures = away = 0
        while not stop.is_set():
            asked: timedelta | None = None
            try:
                failures = 0 if self.poll(plan).ok else failures + 1
                away = 0
            except StoreAwayError as error:
                # The source is well: it is asked again soon after the store is back, for what could not be kept.
                away += 1
                if away == 1:
                    _LOG.warning("%s: %s", plan.source, error)
                stop.wait(_wait(timedelta(seconds=min(2.0**away, _AWAY)), 0, None))
                continue
            except FetchError as error:
                failures, asked = failures + 1, error.retry_after
            except WatchfloorError as error:
                failures += 1
                _LOG.warning("%s: %s", plan.source, error)
            except Exception as error:  # noqa: BLE001  whatever it is, it must not end the listening
                failures += 1
                _LOG.exception("Listening to %s failed; it is tried again.", plan.source)
                with contextlib.suppress(WatchfloorError):
                    self._heard(plan, ok=False, message=f"Listening failed: {type(error).__name__}.")
            stop.wait(_wait(plan.pace, failures, asked))


def _sum(one: Receipt, other: Receipt) -> Receipt:
    """Join the receipts of two pages."""
    return replace(
        one,
        stored=one.stored + other.stored,
        duplicates=one.duplicates + other.duplicates,
        observations=one.observations + other.observations,
        rejected=one.rejected + other.rejected,
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons))),
        ok=one.ok and other.ok,
    )


def _wait(pace: timedelta, failures: int, asked: timedelta | None) -> float:
    """Return the seconds until the next try."""
    base = pace.total_seconds()
    if failures:
        base = min(base * 2 ** min(failures, 10), max(base, _LONGEST.total_seconds()))
    vary = (800 + secrets.randbelow(401)) / 1000
    return max(base * vary, asked.total_seconds() if asked is not None else 0.0)
