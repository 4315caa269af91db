"""What happens because of what? Events that trigger events, with conditional probability, member by member."""

from watchfloor.impact.cascade.document import cascades_of, read
from watchfloor.impact.cascade.exact import probabilities
from watchfloor.impact.cascade.graph import Cascade, Event, Link, Trigger
from watchfloor.impact.cascade.play import Play, play
from watchfloor.impact.cascade.trace import Step, steps
from watchfloor.impact.cascade.trigger import highest, triggered

__all__ = [
    "Cascade",
    "Event",
    "Link",
    "Play",
    "Step",
    "Trigger",
    "cascades_of",
    "highest",
    "play",
    "probabilities",
    "read",
    "steps",
    "triggered",
]
