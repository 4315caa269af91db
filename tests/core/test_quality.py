"""The words of quality."""

import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.quality import Check, Flag, usable, words, worst
from watchfloor.core.terms import LANGUAGES, term


def test_each_check_is_one_bit_and_has_a_word_in_every_language() -> None:
    assert [int(item) for item in Check] == [1 << bit for bit in range(10)]
    for language in LANGUAGES:
        said = words(sum(Check), language)
        assert len(set(said)) == len(Check)
        assert all(term(f"flag.{int(flag)}", language) for flag in Flag)
    assert words(Check.RANGE | Check.GAP) == ["range", "gap"]


@pytest.mark.parametrize("mask", [-1, 1024, 4096 + 1])
def test_unknown_bits_are_refused(mask: int) -> None:
    with pytest.raises(InvalidInputError, match="no mask"):
        words(mask)


def test_worst_flag_and_what_may_be_used() -> None:
    assert worst() is Flag.UNCHECKED
    assert worst(1, 0) is Flag.GOOD
    assert worst(2, 0, 1) is Flag.SUSPECT
    assert worst(9, 3) is Flag.MISSING
    assert worst(0, 7) is Flag.SUSPECT
    assert [usable(value) for value in (-1, 0, 2, 3, 9)] == [False, True, True, False, False]
