"""The selection: what it holds, and that an address carries it there and back whatever was typed into it."""

from datetime import datetime, timedelta

import param
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.core.clock import parse_time
from watchfloor.core.scales import Severity, Status
from watchfloor.store.records import KINDS
from watchfloor.views import query
from watchfloor.views.selection import HAZARD_WORDS, STATES, Filters, Selection

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[100.0, 30.0], [101.5, 30.0], [101.5, 31.25], [100.0, 31.25], [100.0, 30.0]]],
}


class Location(param.Parameterized):
    search = param.String("")


def same(one: Selection, other: Selection) -> None:
    for name in (
        "as_of", "time", "record", "series", "kinds", "hazards", "severities", "statuses", "states", "text", "layers",
        "others", "across", "axis", "language", "theme",
    ):  # fmt: skip
        assert getattr(one, name) == getattr(other, name), name


plain = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cf"], exclude_characters="\ufeff"), min_size=1, max_size=60
)
moments = st.none() | st.datetimes(
    datetime(1901, 1, 1),
    datetime(2199, 1, 1),
    timezones=st.sampled_from([parse_time("2026-01-01T00:00:00Z").tzinfo]),
)


def subset(words):
    return st.lists(st.sampled_from(list(words)), unique=True, max_size=4)


@st.composite
def selections(draw) -> Selection:
    return Selection(
        as_of=draw(moments),
        time=draw(moments),
        record=draw(st.none() | st.tuples(st.sampled_from(KINDS), plain, plain)),
        series=draw(st.none() | plain),
        kinds=draw(subset(KINDS)),
        hazards=draw(subset(HAZARD_WORDS)),
        severities=draw(subset(item.value for item in Severity)),
        statuses=draw(subset(item.value for item in Status)),
        states=draw(subset(STATES)),
        text=draw(st.just("") | plain),
        layers=draw(
            st.dictionaries(
                st.from_regex(r"[a-z]{1,8}/[a-z-]{1,8}", fullmatch=True),
                st.fixed_dictionaries(
                    {},
                    optional={
                        "visible": st.booleans(),
                        "opacity": st.integers(0, 100).map(lambda n: n / 100),
                    },
                ),
                max_size=4,
            )
        ),
        others=draw(st.lists(plain, unique=True, max_size=5)),
        across=draw(st.sampled_from(["24h", "3d", "1y"])),
        axis=draw(st.sampled_from(["own", "shared"])),
        language=draw(st.sampled_from(["en", "zh"])),
        theme=draw(st.sampled_from(["dark", "light"])),
    )


@settings(max_examples=150, deadline=None)
@given(selections())
def test_an_address_carries_a_selection_there_and_back(selection):
    text = selection.to_query()
    back = Selection().from_query(text)
    assert back.notes == []
    same(selection, back)
    assert back.to_query() == text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-89, 89)), min_size=3, max_size=12))
def test_an_area_comes_back_to_a_metre(points):
    ring = [[round(x, 5), round(y, 5)] for x, y in points]
    area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    try:
        query.check_area(area)
    except ValueError:
        return
    back = Selection().from_query(Selection(area=area).to_query())
    assert back.area == area


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error_and_with_a_note_or_a_meaning(text):
    selection = Selection().from_query("?" + text)
    assert Selection().from_query(selection.to_query()).to_query() == selection.to_query()


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            "asof",
            "t",
            "r",
            "s",
            "area",
            "kind",
            "hz",
            "sev",
            "status",
            "state",
            "q",
            "layers",
            "with",
            "over",
            "axis",
            "lang",
            "theme",
        ]
    ),
    st.text(max_size=80),
)
def test_any_value_of_a_known_part_is_read_or_noted(part, text):
    from urllib.parse import urlencode

    selection = Selection().from_query("?" + urlencode({part: text}, errors="replace"))
    if selection.to_query() == "" and text and part not in {"lang", "theme", "layers", "over", "axis"}:
        assert selection.notes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("?asof=2026-06-01T03:10", "no UTC offset"),
        ("?asof=9999-01-01T00:00:00Z", "outside 1900 to 2200"),
        ("?sev=Extreme,Worst", "'Worst' is not known"),
        ("?r=alert!only-two", "not kind!source!key"),
        ("?r=rumour!a!b", "not kind!source!key"),
        ("?area=1,2_3,4", "at least 3 points"),
        ("?area=200,2_3,4_5,6", "longitude -180 to 180"),
        ("?area=0,0_1,1_2,2", "encloses nothing"),
        ("?area=0,0_1e3,1_2,2", "not a coordinate"),
        ("?area=" + "_".join(["1,1"] * 400), "at most 200 points"),
        ("?q=" + "a" * 300, "at most 200"),
        ("?q=a%00b", "control characters"),
        ("?q=a%E2%80%AEb", "control characters"),
        ("?layers=../../etc:1", "not a layer"),
        ("?with=a!b!c!d!e!f", "more than 5 series"),
        ("?with=a!b%00", "not the name of a series"),
        ("?over=2d", "expected 24h"),
        ("?lang=xx", "expected en, zh"),
        ("?unknown=1", "not a part of this address"),
        ("?q=" + "a" * 9000, "at most 8000"),
        ("?q=%FF", "cannot be read"),
        ("?q=a&q=b", "more than once"),
    ],
)
def test_bad_parts_are_named_and_cost_nothing_else(text, said):
    good = "" if len(text) > 8000 or "%FF" in text else "&hz=flood"
    selection = Selection().from_query(text + good)
    assert any(said in note for note in selection.notes), selection.notes
    assert selection.hazards == (["flood"] if good else [])


def test_a_record_whose_source_holds_the_separator_comes_back():
    record = ("alert", "cap:a!b%21", "k!e!y")
    assert Selection().from_query(Selection(record=record).to_query()).record == record


def test_a_long_outline_is_shortened_to_fit():
    from shapely.geometry import Point, mapping

    area = mapping(Point(10, 10).buffer(3, quad_segs=200))
    text, shorter = query.pack_area(area)
    assert shorter
    assert text.count("_") < query.MAX_POINTS
    assert query.unpack_area(text)["type"] == "Polygon"


def test_a_multipolygon_with_a_hole_comes_back():
    hole = [[100.2, 30.2], [100.4, 30.2], [100.4, 30.4], [100.2, 30.2]]
    area = {
        "type": "MultiPolygon",
        "coordinates": [[SQUARE["coordinates"][0], hole], [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]],
    }
    assert Selection().from_query(Selection(area=area).to_query()).area == area


def test_the_address_and_the_selection_follow_each_other_without_echo():
    location, selection = Location(search="?hz=flood"), Selection()
    changes = []
    stop = selection.mirror(location)
    assert selection.hazards == ["flood"]
    selection.param.watch(
        lambda *events: changes.extend(event.name for event in events), ["hazards", "severities", "text"]
    )
    location.param.watch(lambda event: changes.append("search"), ["search"])
    selection.severities = ["Extreme"]
    assert location.search == "?hz=flood&sev=Extreme"
    assert sorted(changes) == ["search", "severities"]
    changes.clear()
    location.search = "?q=dam"
    assert (selection.text, selection.hazards, selection.severities) == ("dam", [], [])
    assert sorted(changes) == ["hazards", "search", "severities", "text"]
    stop()
    selection.text = "other"
    assert location.search == "?q=dam"


def test_what_a_browser_wrote_differently_is_not_rewritten():
    location, selection = Location(search=""), Selection()
    selection.mirror(location)
    location.search = "?q=a%20b&nonsense=1"
    assert selection.text == "a b"
    assert selection.notes


def test_a_wall_stays_a_wall_whatever_is_looked_at():
    location, selection = Location(search="?wall=1&hz=flood"), Selection()
    selection.mirror(location)
    assert (selection.hazards, selection.notes) == (["flood"], [])
    selection.hazards = []
    assert location.search == "?wall=1"
    selection.theme = "light"
    assert location.search == "?theme=light&wall=1"
    other, chosen = Location(search="?wall=%3Cscript%3E"), Selection()
    chosen.mirror(other)
    chosen.theme = "light"
    assert other.search == "?theme=light"


def test_the_home_language_needs_no_address():
    selection = Selection()
    selection.settle(language="zh", theme="light")
    assert selection.to_query() == ""
    selection.language = "en"
    assert selection.to_query() == "?lang=en"
    assert selection.from_query("").language == "zh"


def test_times_are_kept_in_utc_and_must_be_aware():
    selection = Selection(
        as_of=parse_time("2026-06-01T12:00:00Z").astimezone(tz=parse_time("2026-06-01T12:00:00Z").tzinfo)
    )
    assert selection.as_of.utcoffset() == timedelta(0)
    assert not selection.live
    with pytest.raises(ValueError, match="aware"):
        selection.as_of = datetime(2026, 6, 1)
    with pytest.raises(ValueError, match="kind, source, key"):
        selection.record = ("alert", "x")
    with pytest.raises(ValueError, match="Polygon"):
        selection.area = {"type": "Point", "coordinates": [0, 0]}
    with pytest.raises(ValueError):
        selection.hazards = ["rumour"]


def test_filters_are_hashable_and_reset_lets_everything_through():
    selection = Selection(hazards=["flood", "storm"], text="  Dam ", area=SQUARE)
    filters = selection.filters
    assert filters == Filters(
        hazards=("flood", "storm"), text="dam", area="100,30_101.5,30_101.5,31.25_100,31.25"
    )
    assert hash(filters)
    selection.reset()
    assert selection.filters.empty


def test_two_sessions_share_no_list():
    one, other = Selection(), Selection()
    one.from_query("?hz=flood")
    one.hazards.append("storm")
    assert other.hazards == []
    assert Selection().hazards == []
