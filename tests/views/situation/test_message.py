"""Text blocks, links and changes of records from several standards."""

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.feeds import FEEDS
from watchfloor.feeds.base import Context
from watchfloor.views.situation.difference import changes
from watchfloor.views.situation.message import infos, links, parameters

from .conftest import NOW, SQUARE, record

words = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
bodies = st.dictionaries(
    st.sampled_from(
        ["infos", "info", "properties", "web", "url", "parameters", "resources", "headline", "status", "x"]
    ),
    st.recursive(
        words,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["language", "headline", "description", "parameters", "valueName", "value", "uri", "web"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    ),
)


@settings(max_examples=200, deadline=None)
@given(bodies)
def test_whatever_a_body_holds_only_text_and_web_addresses_come_out(body):
    told = record(body=body)
    for info in infos(told):
        assert all(isinstance(value, str) for value in info.values())
    assert all(isinstance(part, str) for pair in parameters(told) for part in pair)
    assert all(url.casefold().startswith(("http://", "https://")) for url in links(told))
    assert changes(told, told) == []


def test_dangerous_addresses_are_left_out():
    held = [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://example.org/a",
        "http://",
        "ftp://x/y",
        "https://example.org/a",
    ]
    assert links(record(body={"url": held})) == ["https://example.org/a"]


def test_two_blocks_in_one_language_are_both_kept():
    body = {"infos": [{"language": "en", "headline": "North"}, {"language": "en", "headline": "South"}]}
    assert [info["headline"] for info in infos(record(body=body))] == ["North", "South"]
    assert len({info["language"] for info in infos(record(body=body))}) == 2


def test_an_outline_that_moved_is_said_in_words():
    found = changes(record(geometry=SQUARE), record(geometry=None))
    assert found[0].field == "geometry"
    assert found[0].old.startswith("Polygon, ")
    assert found[0].new == "–"


def test_a_real_weather_alert_has_its_text(realdata):
    path = realdata(
        "alerts/weather-gov__weather.gov/api-proxy/data/testing/alerts/active__status=actual.json"
    )
    parsed = FEEDS["nws"]().parse(path.read_bytes(), Context(received=NOW, source="nws"))
    told = [infos(item) for item in parsed.records]
    assert told
    assert all(blocks and blocks[0]["description"] for blocks in told)
    assert any("\n\n" in blocks[0]["description"] for blocks in told)
