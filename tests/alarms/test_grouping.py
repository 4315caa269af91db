"""A flood of alarms becomes events: the same whatever the parts, near is near, and what a person moved stays."""

from datetime import timedelta
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pyproj import Geod

from watchfloor.alarms.grouping import Grouping, Site
from watchfloor.alarms.policy import Near
from watchfloor.core.clock import EPOCH

NEAR = Near(km=10, within=timedelta(hours=1))
MINUTE = timedelta(minutes=1)


def site(name, lon=100.0, lat=30.0, minute=0, hazard="flood", rule="level", **more):
    return Site(name, hazard, rule, EPOCH + minute * MINUTE, lon, lat, **more)


def parts(grouping, names):
    return {frozenset(grouping.members(grouping._sites[name].group)) for name in names}


def brute(sites):
    """Return the connected parts by looking at every pair, with distances on the ellipsoid."""
    geod, left, found = Geod(ellps="WGS84"), {item.id: item for item in sites}, set()
    while left:
        _, first = left.popitem()
        part, edge = {first.id}, [first]
        while edge:
            here = edge.pop()
            for other in list(left.values()):
                apart = geod.inv(here.lon, here.lat, other.lon, other.lat)[2] / 1000
                if (
                    here.hazard == other.hazard
                    and apart <= NEAR.km
                    and abs(here.onset - other.onset) <= NEAR.within
                ):
                    part.add(other.id)
                    edge.append(left.pop(other.id))
        found.add(frozenset(part))
    return found


SITES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 30), st.sampled_from(["flood", "storm"])),
    min_size=1, max_size=30, unique=True,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    rows=SITES,
    cuts=st.lists(st.integers(0, 30), max_size=4),
    base=st.sampled_from([(100.0, 30.0), (179.97, -60.0), (10.0, 84.0)]),
)
def test_any_parts_in_any_order_make_the_same_events_as_every_pair(rows, cuts, base):
    # 0.031 degrees steps keep distances away from the threshold, where sphere and ellipsoid differ by up to 0.5 %
    sites = [
        site(f"a{n}", (base[0] + 0.031 * x + 180) % 360 - 180, base[1] + 0.031 * y, 7 * minute, hazard)
        for n, (x, y, minute, hazard) in enumerate(rows)
    ]
    grouping = Grouping(lambda hazard: NEAR)
    edges = sorted({0, len(sites), *(min(cut, len(sites)) for cut in cuts)})
    for start, end in pairwise(edges):
        grouping.add(sites[start:end])
    names = [item.id for item in sites]
    if not _close(sites):
        assert parts(grouping, names) == brute(sites)
    whole = Grouping(lambda hazard: NEAR)
    whole.add(sites)
    assert parts(whole, names) == parts(grouping, names)


def _close(sites):
    """Whether a distance lies so near the threshold that the sphere may judge otherwise than the ellipsoid."""
    geod = Geod(ellps="WGS84")
    gaps = [geod.inv(a.lon, a.lat, b.lon, b.lat)[2] / 1000 for a in sites for b in sites]
    return any(abs(gap - NEAR.km) < 0.06 for gap in gaps)


def test_the_earliest_gives_its_name_and_a_bridge_joins():
    grouping = Grouping(lambda hazard: NEAR)
    first = grouping.add([site("a", 100.0), site("b", 100.16)])
    assert len(set(first.values())) == 2
    moved = grouping.add([site("c", 100.08, minute=1)])
    assert moved == {"c": first["a"], "b": first["a"]}


def test_other_hazards_and_other_times_are_other_events():
    grouping = Grouping(lambda hazard: NEAR)
    made = grouping.add([site("a"), site("b", hazard="mine"), site("c", minute=61), site("d", minute=120)])
    assert made["a"] != made["b"]
    assert made["a"] != made["c"] == made["d"]


def test_without_a_place_only_the_same_rule_is_near():
    grouping = Grouping(lambda hazard: NEAR)
    made = grouping.add([
        Site("a", "flood", "level", EPOCH), Site("b", "flood", "level", EPOCH), Site("c", "flood", "rate", EPOCH), site("d"),
    ])  # fmt: skip
    assert made["a"] == made["b"]
    assert len(set(made.values())) == 3


def test_what_a_person_moved_is_not_joined_again():
    grouping = Grouping(lambda hazard: NEAR)
    grouping.add([site(name, 100 + n / 20) for n, name in enumerate("abcd")])
    grouping.move("a", "by-hand", pinned=True)
    assert set(grouping.add([site("e", 100.02, minute=1)])) == {"e"}
    assert grouping.members("by-hand") == ["a"] or "e" in grouping.members("by-hand")
    assert set(parts(grouping, "bcd")) == {frozenset(grouping.members(grouping._sites["b"].group))}


def test_forgetting_leaves_no_trace():
    grouping = Grouping(lambda hazard: NEAR)
    grouping.add([site(f"a{n}", minute=n) for n in range(50)])
    grouping.forget(EPOCH + timedelta(days=1), lambda name: name == "a7")
    assert len(grouping._sites) == 1
    assert sum(len(names) for cell in grouping._cells.values() for names in cell.values()) == 1
    assert grouping.members(grouping._sites["a7"].group) == ["a7"]


@pytest.mark.parametrize("spread", [0.0, 5.0])
def test_each_of_thousands_is_compared_with_few(spread, monkeypatch):
    asked = []
    real = Grouping._is_near
    monkeypatch.setattr(Grouping, "_is_near", lambda *args: asked.append(1) or real(*args))
    grouping = Grouping(lambda hazard: NEAR)
    count = 4000
    grouping.add(
        site(f"a{n:05d}", 100 + spread * (n % 97) / 97, 30 + spread * (n % 89) / 89, n % 50)
        for n in range(count)
    )
    assert len(grouping._sites) == count
    assert len(asked) < 60 * count
