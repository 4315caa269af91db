"""The life of an alarm as a table: in which state it is, what may happen, and what it is then.

The states are those of ISA-18.2 (ANSI/ISA-18.2-2016, clause 5.5; IEC 62682:2022, figure 4), of one occurrence of an
alarm: normal before it was raised, and closed once it is normal again or a person closed it. An occurrence that is
closed stays closed, unless the person's own act is undone; what fires again is a new one.

::

                       raise
                         |
                         v          acknowledge
          .------- unacknowledged ----------------> acknowledged ------.
          |              |    ^  <----------------      |              |
    clear |   recur      |    |    worsen, undo         | clear        | close
          v  --------->  |    |                         v              v
       returned ---------|----|-- acknowledge, close -> closed <-------'
          |              |    |                         ^
          '---- shelve --+    +-- unshelve, expire      | close
                         v    |   (to what holds        |
                      shelved -    beneath; a worse     |
                         |         one comes back) -----+
                         | suppress, disable            |
                         v                              |
              suppressed, out-of-service ---------------'
                 (unsuppress, enable: to what holds beneath)

What covers an alarm (a shelf, maintenance, being out of service) hides nothing that happens beneath: whether the
condition stands and whether somebody acknowledged it is kept, and shows when the cover is taken away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from watchfloor.core.errors import InvalidInputError

__all__ = ["BENEATH", "TABLE", "Event", "Facts", "State", "follow", "settle"]


class State(StrEnum):
    """How an alarm stands (ISA-18.2)."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out-of-service"
    CLOSED = "closed"


class Event(StrEnum):
    """What may happen to an alarm."""

    RAISE = "raise"
    WORSEN = "worsen"
    EASE = "ease"
    CLEAR = "clear"
    RECUR = "recur"
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    EXPIRE = "expire"
    OVERRIDE = "override"
    RELEASE = "release"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    DISABLE = "disable"
    ENABLE = "enable"
    GROUP = "group"
    CLOSE = "close"
    UNDO = "undo"


@dataclass(frozen=True)
class Facts:
    """What is so about an alarm, apart from what it is called.

    Parameters
    ----------
    standing
        Whether the condition is there.
    acknowledged
        Whether somebody took note of it.
    shelved, suppressed, disabled
        Whether it is covered: put aside for a while, by maintenance, taken out of service.
    closed
        Whether it is over.
    """

    standing: bool
    acknowledged: bool
    shelved: bool = False
    suppressed: bool = False
    disabled: bool = False
    closed: bool = False


def settle(facts: Facts) -> State:
    """Return the state that the facts make.

    Examples
    --------
    >>> settle(Facts(standing=False, acknowledged=False)).value, settle(Facts(standing=False, acknowledged=True)).value
    ('returned', 'closed')
    """
    if facts.closed:
        return State.CLOSED
    if facts.disabled:
        return State.OUT_OF_SERVICE
    if facts.suppressed:
        return State.SUPPRESSED
    if facts.shelved:
        return State.SHELVED
    if facts.standing:
        return State.ACKNOWLEDGED if facts.acknowledged else State.UNACKNOWLEDGED
    return State.CLOSED if facts.acknowledged else State.RETURNED


BENEATH = None
"""In the table: whatever `settle` makes of the facts that are left."""

_SAME = (Event.ASSIGN, Event.OVERRIDE, Event.RELEASE, Event.GROUP)
"""What changes no state but that of a closed alarm, which takes none of it but moves between groups."""


def _row(state: State, changes: Mapping[Event, State | None]) -> dict[Event, State | None]:
    return dict.fromkeys(_SAME, state) | {Event.UNDO: BENEATH} | dict(changes)


_COVERED = (Event.WORSEN, Event.EASE, Event.CLEAR, Event.RECUR, Event.ACKNOWLEDGE)
_COVERS = {
    Event.SHELVE: State.SHELVED,
    Event.SUPPRESS: State.SUPPRESSED,
    Event.DISABLE: State.OUT_OF_SERVICE,
    Event.CLOSE: State.CLOSED,
}

TABLE: Mapping[State, Mapping[Event, State | None]] = {
    State.UNACKNOWLEDGED: _row(
        State.UNACKNOWLEDGED,
        _COVERS
        | {
            Event.WORSEN: State.UNACKNOWLEDGED,
            Event.EASE: State.UNACKNOWLEDGED,
            Event.CLEAR: State.RETURNED,
            Event.ACKNOWLEDGE: State.ACKNOWLEDGED,
            Event.ESCALATE: State.UNACKNOWLEDGED,
        },
    ),
    State.ACKNOWLEDGED: _row(
        State.ACKNOWLEDGED,
        _COVERS
        | {
            Event.WORSEN: State.UNACKNOWLEDGED,  # worse than what was taken note of
            Event.EASE: State.ACKNOWLEDGED,
            Event.CLEAR: State.CLOSED,
        },
    ),
    State.RETURNED: _row(
        State.RETURNED,
        _COVERS | {Event.RECUR: State.UNACKNOWLEDGED, Event.ACKNOWLEDGE: State.CLOSED},
    ),
    State.SHELVED: _row(
        State.SHELVED,
        dict.fromkeys(_COVERED, State.SHELVED)
        | {
            Event.WORSEN: State.UNACKNOWLEDGED,  # worse than what was put aside: the shelf does not hold it
            Event.SHELVE: State.SHELVED,
            Event.UNSHELVE: BENEATH,
            Event.EXPIRE: BENEATH,
            Event.SUPPRESS: State.SUPPRESSED,
            Event.DISABLE: State.OUT_OF_SERVICE,
            Event.CLOSE: State.CLOSED,
        },
    ),
    State.SUPPRESSED: _row(
        State.SUPPRESSED,
        dict.fromkeys(_COVERED, State.SUPPRESSED)
        | {
            Event.EXPIRE: State.SUPPRESSED,
            Event.UNSUPPRESS: BENEATH,
            Event.DISABLE: State.OUT_OF_SERVICE,
            Event.CLOSE: State.CLOSED,
        },
    ),
    State.OUT_OF_SERVICE: _row(
        State.OUT_OF_SERVICE,
        dict.fromkeys(_COVERED, State.OUT_OF_SERVICE)
        | {
            Event.EXPIRE: State.OUT_OF_SERVICE,
            Event.SUPPRESS: State.OUT_OF_SERVICE,
            Event.UNSUPPRESS: State.OUT_OF_SERVICE,
            Event.ENABLE: BENEATH,
            Event.CLOSE: State.CLOSED,
        },
    ),
    # A closed alarm whose condition is still there only learns that it has gone.
    State.CLOSED: {Event.CLEAR: State.CLOSED, Event.GROUP: State.CLOSED, Event.UNDO: BENEATH},
}
"""State -> what may happen -> the state then; `BENEATH` where the facts decide. What is not in it cannot happen."""


def follow(state: State | None, event: Event, facts: Facts) -> State:
    """Return the state after an event.

    Parameters
    ----------
    state
        The one before; None before the alarm was raised.
    event
        What happens.
    facts
        What is so afterwards.

    Raises
    ------
    InvalidInputError
        If the event cannot happen in this state.

    Examples
    --------
    >>> follow(State.RETURNED, Event.ACKNOWLEDGE, Facts(standing=False, acknowledged=True)).value
    'closed'
    >>> follow(State.CLOSED, Event.SHELVE, Facts(standing=False, acknowledged=True))
    Traceback (most recent call last):
    watchfloor.core.errors.InvalidInputError: An alarm that is closed cannot shelve; expected one of clear, group, undo.
    """
    if state is None:
        if event is not Event.RAISE:
            raise InvalidInputError(f"An alarm that was never raised cannot {event.value}.")
        return settle(facts)
    row = TABLE[state]
    if event not in row:
        raise InvalidInputError(
            f"An alarm that is {state.value} cannot {event.value}; expected one of {', '.join(sorted(row))}."
        )
    then = row[event]
    return settle(facts) if then is BENEATH else then
