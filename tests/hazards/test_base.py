"""Streams, actions, references: what all models share."""

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError, WatchfloorError
from watchfloor.hazards.action import Action, Patch
from watchfloor.hazards.progress import Cancelled, Progress
from watchfloor.hazards.reference import Reference, verify
from watchfloor.hazards.streams import Streams


def test_a_stream_depends_on_seed_member_and_name_and_on_nothing_else():
    draws = {(s, m, n): Streams(s, m)(n).random() for s in (1, 2) for m in (1, 2) for n in ("rain", "soil")}
    assert len(set(draws.values())) == 8
    later = Streams(1, 1)
    later("other").random(1000)
    assert later("rain").random() == draws[1, 1, "rain"]


def test_the_control_is_central_and_members_spread_around_it():
    assert Streams(7, 0).factor("n", 0.3) == 1.0
    assert Streams(7, 0).shift("n", 0.3) == 0.0
    logs = np.log([Streams(7, member).factor("n", 0.3) for member in range(1, 2001)])
    assert abs(logs.mean()) < 0.03
    assert logs.std() == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(
    ("operation", "expected"), [("set", 3.0), ("add", 5.0), ("multiply", 6.0), ("maximum", 3.0)]
)
def test_patches_change_numbers_and_arrays_alike_and_leave_what_they_are_given(operation, expected):
    patch = Patch("field", "n", operation, 3.0)
    before = np.full(3, 2.0)
    assert patch.apply(2.0) == expected
    assert patch.apply(before).tolist() == [expected] * 3
    assert before.tolist() == [2.0] * 3


def test_patches_are_in_force_from_start_to_before_end():
    patch = Patch("source", "q", "set", 0.0, start=10.0, end=20.0)
    assert [patch.applies(t) for t in (9.9, 10.0, 19.9, 20.0)] == [False, True, True, False]


def test_impossible_actions_are_refused():
    with pytest.raises(InvalidInputError, match=r"reliability 1\.5"):
        Action("levee", reliability=1.5)
    with pytest.raises(InvalidInputError, match="before it starts"):
        Action("levee", start=5.0, end=1.0)


def test_references_pass_fail_and_say_trouble():
    def broken():
        raise WatchfloorError("no such case")

    good, bad, trouble, wrong_shape = verify(
        [
            Reference("good", [1.0, 2.0], lambda: [1.0, 2.0000001], "none", rtol=1e-6),
            Reference("bad", 1.0, lambda: 1.1, "none"),
            Reference("broken", 1.0, broken, "none"),
            Reference("shape", 1.0, lambda: [1.0, 1.0], "none"),
        ]
    )
    assert good.passed
    assert not bad.passed
    assert bad.found == (1.1,)
    assert trouble.trouble == "no such case"
    assert not wrong_shape.passed


def test_a_run_that_nobody_wants_stops():
    from threading import Event

    stop, heard = Event(), []
    progress = Progress(heard.append, stop)
    progress.at(0.2)
    stop.set()
    with pytest.raises(Cancelled):
        progress.at(0.4)
    assert heard == [0.2]
