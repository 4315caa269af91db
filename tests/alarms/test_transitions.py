"""The table of an alarm's states: complete, in accord with the facts, and as it is drawn."""

from itertools import product

import pytest

from watchfloor.alarms import transitions
from watchfloor.alarms.transitions import BENEATH, TABLE, Event, Facts, State, follow, settle
from watchfloor.core.errors import InvalidInputError

EVERY = [Facts(*values) for values in product((False, True), repeat=6)]


def test_every_state_has_a_row_and_leads_to_states():
    assert set(TABLE) == set(State)
    for row in TABLE.values():
        assert all(then is BENEATH or then in set(State) for then in row.values())


def test_what_is_closed_stays_closed_but_for_an_undoing():
    assert {event: then for event, then in TABLE[State.CLOSED].items() if then is not State.CLOSED} == {
        Event.UNDO: BENEATH
    }


def test_every_open_state_can_be_closed_acknowledged_undone_and_left():
    for state in set(State) - {State.CLOSED}:
        assert TABLE[state][Event.CLOSE] is State.CLOSED
        assert Event.UNDO in TABLE[state]
        assert Event.ACKNOWLEDGE in TABLE[state] or state is State.ACKNOWLEDGED


def test_every_state_is_reached_from_the_first():
    reached = {State.UNACKNOWLEDGED, *map(settle, EVERY)}
    found = {State.UNACKNOWLEDGED}
    while True:
        more = found | {then for state in found for then in TABLE[state].values() if then is not BENEATH}
        if more == found:
            break
        found = more
    assert found == reached == set(State)


COVERED = ("closed", "disabled", "suppressed", "shelved", "standing", "acknowledged")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (COVERED, "closed"), (COVERED[1:], "out-of-service"), (COVERED[2:], "suppressed"), (COVERED[3:], "shelved"),
        (COVERED[4:], "acknowledged"), (["standing"], "unacknowledged"), ([], "returned"), (["acknowledged"], "closed"),
    ],
)  # fmt: skip
def test_what_covers_most_shows(facts, state):
    blank = dict.fromkeys(COVERED, False)
    assert settle(Facts(**blank | dict.fromkeys(facts, True))) == state


def test_what_cannot_happen_is_refused_with_what_can():
    with pytest.raises(InvalidInputError, match="closed cannot shelve; expected one of clear, group, undo"):
        follow(State.CLOSED, Event.SHELVE, EVERY[0])
    with pytest.raises(InvalidInputError, match="never raised cannot clear"):
        follow(None, Event.CLEAR, EVERY[0])
    assert Event.RECUR not in TABLE[State.UNACKNOWLEDGED]
    assert Event.UNSHELVE not in TABLE[State.RETURNED]


def test_the_drawing_names_every_state():
    text = transitions.__doc__ or ""
    assert all(state.value in text for state in State)
