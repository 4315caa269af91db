"""What did we know, and when? Records, observations and the journal of human acts."""

from watchfloor.store.changes import Change
from watchfloor.store.documents import Quarantined
from watchfloor.store.health import FeedState, Health
from watchfloor.store.journal import Entry, Head, Journal, Verified
from watchfloor.store.moving import Moved
from watchfloor.store.records import KINDS, Kind, Mark, Observation, Record, Series, State, Trust
from watchfloor.store.revisions import Appended
from watchfloor.store.store import Store

__all__ = [
    "KINDS",
    "Appended",
    "Change",
    "Entry",
    "FeedState",
    "Head",
    "Health",
    "Journal",
    "Kind",
    "Mark",
    "Moved",
    "Observation",
    "Quarantined",
    "Record",
    "Series",
    "State",
    "Store",
    "Trust",
    "Verified",
]
