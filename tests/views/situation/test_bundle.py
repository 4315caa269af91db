"""The browser's side: one bundle, up to date, that turns no text into markup."""

import re

import pytest

from watchfloor.core.terms import terms
from watchfloor.views.situation import bundle
from watchfloor.views.situation.base import Pane

PARTS = sorted((bundle.BUNDLE.parent / "parts").glob("*.js"))


def test_the_bundle_is_what_the_parts_and_the_terms_make():
    told = bundle.BUNDLE.read_text(encoding="utf-8")
    assert told == bundle.build(), "run python -m watchfloor.views.situation.bundle"


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_no_part_can_turn_text_into_markup_or_code(path):
    code = path.read_text(encoding="utf-8")
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|https?://(?!www\.w3\.org)"
    assert not re.search(banned, code)


def test_every_pane_is_in_the_bundle_under_its_class_name():
    import watchfloor.views.situation.situation  # noqa: F401  imports every pane

    names = {
        cls.__name__
        for cls in Pane.__subclasses__()
        if cls.__module__.startswith("watchfloor.views.situation.")
    }
    exported = re.search(r"export default \{(.*)\};", bundle.build()).group(1)
    assert names == {name.strip() for name in exported.split(",")}


def test_every_word_of_the_panes_exists_in_both_languages():
    for key, row in terms().items():
        assert row["en"], key
        assert row["zh"], key
    places = {name: re.findall(r"\{(\w+)\}", row["en"]) for name, row in terms().items()}
    for key, names in places.items():
        assert sorted(names) == sorted(re.findall(r"\{(\w+)\}", terms()[key]["zh"])), key
