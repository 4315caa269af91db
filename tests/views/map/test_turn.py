"""When a figure may be changed."""

from types import SimpleNamespace
from typing import Any

from watchfloor.views.map.turn import Turn


class Page:
    """A document that is only asked for its next turn."""

    def __init__(self) -> None:
        self.session_context = SimpleNamespace()
        self.turns: list[Any] = []

    def add_next_tick_callback(self, act: Any) -> None:
        self.turns.append(act)


def test_what_comes_at_once_is_done_in_one_turn_in_its_order() -> None:
    page, done = Page(), []
    turn = Turn(page, lambda: done.append("sent"))
    for name in "abc":
        turn(lambda name=name: done.append(name))
    assert done == []
    assert len(page.turns) == 1
    page.turns.pop()()
    assert done == ["a", "b", "c", "sent"]
    turn(lambda: done.append("d"))
    assert len(page.turns) == 1


def test_what_a_turn_leads_to_is_done_in_it() -> None:
    page, done = Page(), []
    turn = Turn(page)
    turn(lambda: turn(lambda: done.append("inner")))
    page.turns.pop()()
    assert done == ["inner"]
    assert page.turns == []


def test_one_that_fails_costs_the_others_nothing(caplog: Any) -> None:
    page, done = Page(), []
    turn = Turn(page)
    turn(lambda: 1 // 0)  # type: ignore[arg-type]
    turn(lambda: done.append("b"))
    page.turns.pop()()
    assert done == ["b"]
    assert "ZeroDivisionError" in caplog.text


def test_a_page_that_is_gone_is_left_alone() -> None:
    page = Page()
    turn, done = Turn(page), []
    del page
    turn(lambda: done.append("never"))
    assert done == []
