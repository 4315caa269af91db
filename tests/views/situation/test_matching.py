"""Filters: what passes, and the number beside each choice."""

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.scales import Severity
from watchfloor.views.selection import Filters
from watchfloor.views.situation.matching import FACETS, counts, match
from watchfloor.views.situation.rows import rows

from .conftest import NOW, SQUARE, record

TOLD = [
    record("A", severity="Severe", geometry=SQUARE),
    record("B", severity="Minor", hazard="storm", title="Gale over the BAY"),
    record(
        "C",
        kind="incident",
        severity="Severe",
        hazard="chemical",
        geometry={"type": "Point", "coordinates": [0, 0]},
    ),
    record("D", severity="Severe", state="cancelled", area="Harbour"),
]
ROWS = rows(TOLD, NOW, NOW)


def keys(**filters):
    return sorted(row.record.key for row in match(ROWS, Filters(**filters)))


def test_each_filter_lets_its_words_through_and_an_empty_one_lets_all():
    assert keys() == ["A", "B", "C", "D"]
    assert keys(severities=("Severe",)) == ["A", "C", "D"]
    assert keys(severities=("Severe", "Minor"), kinds=("alert",)) == ["A", "B", "D"]
    assert keys(hazards=("storm",)) == ["B"]
    assert keys(states=("cancelled",)) == ["D"]
    assert keys(statuses=("Actual",)) == []


def test_text_looks_for_every_word_in_title_area_source_and_key():
    assert keys(text="gale bay") == ["B"]
    assert keys(text="harbour") == ["D"]
    assert keys(text="office@example.org") == ["A", "B", "C", "D"]
    assert keys(text="gale harbour") == []


def test_an_area_keeps_what_touches_it_and_drops_what_has_no_place():
    assert keys(area="158,33_158.35,33_158.35,34_158,34") == ["A"]
    assert keys(area="-1,-1_1,-1_1,1_-1,1") == ["C"]
    assert keys(area="-1,-1_1,1_1,-1_-1,0.5") == ["C"]  # a bow-tie is taken for what it covers


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["alert", "incident"]), max_size=2, unique=True),
    st.lists(st.sampled_from([item.value for item in Severity]), max_size=3, unique=True),
    st.sampled_from(["", "rises", "gale"]),
)
def test_the_number_beside_a_word_is_what_choosing_it_alone_would_show(kinds, severities, text):
    filters = Filters(kinds=tuple(kinds), severities=tuple(severities), text=text)
    found = counts(ROWS, filters)
    for facet in FACETS:
        for word, number in found[facet].items():
            values = {name: getattr(filters, name) for name in (*FACETS, "text", "area")} | {facet: (word,)}
            assert number == len(match(ROWS, Filters(**values))), (facet, word)
