"""What is worked out once for many threads, and kept while it is used."""

import threading

import pytest

from watchfloor.core.answers import Answers


def test_an_answer_is_worked_out_once_for_many_threads():
    answers, worked, gate = Answers(4), [], threading.Event()

    def work():
        gate.wait(5)
        worked.append(1)
        return "answer"

    found = []
    threads = [threading.Thread(target=lambda: found.append(answers.get("key", work))) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(5)
    assert found == ["answer"] * 8
    assert worked == [1]


def test_a_failure_is_not_kept_and_the_least_used_goes_first():
    answers = Answers(2)
    with pytest.raises(ZeroDivisionError):
        answers.get("bad", lambda: 1 // 0)
    assert answers.get("bad", lambda: "good") == "good"
    answers.get("b", lambda: 1)
    answers.get("bad", lambda: "never")
    answers.get("c", lambda: 1)
    assert "bad" in answers
    assert "b" not in answers
    assert len(answers) == 2
    answers.clear()
    assert len(answers) == 0
