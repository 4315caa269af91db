"""The story is coherent, in real formats, and marked as an exercise; its faults are those it says."""

import re
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from lxml import etree

from watchfloor.core.scales import Status
from watchfloor.feeds import FEEDS
from watchfloor.feeds.base import Context
from watchfloor.feeds.collect.edge import Edge
from watchfloor.store import Store

FIRST = pd.Timestamp("2026-06-01T00:00:00Z")
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def _series(observations, name):
    found = observations[(observations.series == name) & (observations.flag != 9)].sort_values("hour")
    return found.hour.to_numpy(), found.value.to_numpy()


@pytest.fixture(scope="module")
def parsed(told):
    out = []
    for line, when, data in told:
        context = Context(when, line["source"], status=Status.EXERCISE)
        out.append((line, when, FEEDS[line["feed"]]().parse(data, context)))
    return out


def test_story_is_made_again_from_the_region(demo, lines, observations, tmp_path):
    command = [sys.executable, str(demo / "make.py"), "--story", "--to", str(tmp_path)]
    subprocess.run(command, check=True, timeout=110)
    again = pd.read_parquet(tmp_path / "story" / "observations.parquet")
    assert (again.series.astype(str) == observations.series).all()
    assert (again.offset == observations.offset).all()
    assert (again.flag == observations.flag).all()
    np.testing.assert_allclose(again.value, observations.value, rtol=1e-4, atol=0.02)
    stations = "story/stations.geojson"
    assert (tmp_path / stations).read_text("utf-8") == (demo / stations).read_text("utf-8")
    import gzip
    import json

    with gzip.open(tmp_path / "story" / "messages.jsonl.gz") as file:
        made = [json.loads(line) for line in file]
    bare = re.compile(
        r"<polygon>[^<]*</polygon>|-?\d+\.\d+"
    )  # places may differ by a rounding between GEOS versions
    assert [(line["at"], line["feed"], line["source"], bare.sub("", line["body"]) if line["feed"] == "cap" else "") for line in made] == [
        (line["at"], line["feed"], line["source"], bare.sub("", line["body"]) if line["feed"] == "cap" else "") for line in lines
    ]  # fmt: skip


def test_warnings_are_valid_cap(told, realdata):
    schema = etree.XMLSchema(etree.parse(realdata("alerts/google__cap-library/schema/cap12.xsd")))
    broken = 0
    count = 0
    for line, _, data in told:
        if line["feed"] != "cap":
            continue
        try:
            document = etree.fromstring(data)
        except etree.XMLSyntaxError:
            broken += 1
            continue
        count += 1
        assert schema.validate(document), schema.error_log
    assert broken == 1
    assert count > 45


def test_warnings_are_an_exercise_in_two_languages_and_refer_to_what_was_sent(told):
    sent = set()
    references = []
    for line, _, data in told:
        if line["feed"] != "cap" or b"</alert>" not in data:
            continue
        alert = etree.fromstring(data)
        assert alert.findtext(f"{CAP}status") == "Exercise"
        assert "EXERCISE" in alert.findtext(f"{CAP}note")
        infos = alert.findall(f"{CAP}info")
        assert [info.findtext(f"{CAP}language") for info in infos] == ["en-US", "zh-CN"]
        assert infos[0].findtext(f"{CAP}headline").startswith("EXERCISE: ")
        assert infos[1].findtext(f"{CAP}headline").startswith("【演练】")
        for info in infos:
            for name in ("description", "instruction", "expires"):
                assert info.findtext(f"{CAP}{name}")
            for polygon in info.iter(f"{CAP}polygon"):
                points = [tuple(map(float, pair.split(","))) for pair in polygon.text.split()]
                assert len(points) >= 4
                assert points[0] == points[-1]
                assert all(33.8 < lat < 34.2 and 158.1 < lon < 158.7 for lat, lon in points)
        sent.add(",".join(alert.findtext(f"{CAP}{name}") for name in ("sender", "identifier", "sent")))
        references += (alert.findtext(f"{CAP}references") or "").split()
        assert (alert.findtext(f"{CAP}msgType") == "Alert") == (alert.find(f"{CAP}references") is None)
    assert references
    assert set(references) <= sent


def test_every_place_in_a_message_is_filled(told):
    for _, _, data in told:
        assert b"{{" not in data
        assert b"[[G" not in data
        assert b"[[L" not in data


def test_messages_are_read_by_the_feeds(parsed):
    rejected = [(line["source"], part.reason) for line, _, found in parsed for part in found.rejected]
    assert len(rejected) == 2
    assert {source for source, _ in rejected} == {"demo:met", "demo:public"}
    kinds = Counter()
    for _, when, found in parsed:
        for record in found.records:
            kinds[record.kind, record.hazard] += 1
            assert record.status == "Exercise"
            assert record.sent <= when
            assert record.kind == "resource" or record.hazard != "other", record.title
    families = {
        "flood",
        "landslide",
        "earthquake",
        "drought",
        "wildfire",
        "storm",
        "chemical",
        "mine",
        "epidemic",
        "crowd",
    }
    for kind in ("alert", "incident"):
        assert {hazard for found, hazard in kinds if found == kind} >= families
    assert kinds["detection", "wildfire"] > 10


def test_a_script_comes_in_as_text(parsed):
    titles = [record.title for _, _, found in parsed for record in found.records if record.kind == "report"]
    assert any('<script>document.title="owned"</script>' in title for title in titles)


def test_some_messages_come_late_and_out_of_order(parsed):
    alerts = [
        (when, record) for _, when, found in parsed for record in found.records if record.kind == "alert"
    ]
    late = [record.title for when, record in alerts if when - record.sent > timedelta(minutes=30)]
    assert len(late) >= 3
    order = [record.sent for _, record in alerts if "river flood" in str(record.body).casefold()]
    assert order != sorted(order)


def test_rain_comes_before_the_river(observations):
    rain = observations[observations.series.str.startswith("demo/rain/")]
    total = rain.groupby(rain.offset // 600).value.mean()
    first = total.index[total > 1.0][0] / 6
    hour, level = _series(observations, "demo/gauge/G07")
    rise = hour[level > level[:60].mean() + 0.2][0]
    assert 18 < first < 22
    assert first + 2 < rise < 34
    assert total.max() < 60
    depth = rain.groupby("series").value.sum() / 6
    assert depth.between(150, 600).all()


def test_crests_come_later_downstream(observations):
    crests = []
    for number in range(1, 9):
        hour, level = _series(observations, f"demo/gauge/G{number:02d}")
        smooth = pd.Series(level).rolling(7, center=True, min_periods=1).median()  # leaves the spike out
        crests.append(hour[smooth.argmax()])
    assert (np.diff(crests) > -0.5).all(), crests
    assert crests[-1] - crests[0] > 4
    assert 50 < crests[6] < 54


def test_city_gauge_passes_red_after_forty_hours(observations, table):
    levels = table("sensors").set_index("series").loc["demo/gauge/G07", ["blue", "yellow", "orange", "red"]]
    hour, level = _series(observations, "demo/gauge/G07")
    assert levels.yellow < level[hour <= 40][-1] < levels.orange
    assert level.max() > levels.red
    assert level[-1] < levels.yellow


def test_reservoir_and_its_pressure_follow_the_flood(observations):
    hour, pool = _series(observations, "demo/gauge/L01")
    assert pool[hour < 20].std() < 0.05
    assert 48 < hour[pool.argmax()] < 53
    when, pressure = _series(observations, "demo/dam/P04")
    assert when[pressure.argmax()] > hour[pool.argmax()]


def test_slope_fails_as_its_inverse_velocity_says(observations):
    hour, moved = _series(observations, "demo/slope/S03")
    window = (hour > 30) & (hour < 37)
    every = slice(None, None, 6)
    inverse = 1 / np.gradient(moved[window][every], hour[window][every])
    slope, start = np.polyfit(hour[window][every], inverse, 1)
    assert -start / slope == pytest.approx(38.0, abs=0.7)
    assert moved[hour > 38.2].min() > 2_000


def test_only_detectors_downwind_see_the_chlorine(observations, table):
    sensors = table("sensors").to_crs(32657).set_index("series")
    tank = table("plant").to_crs(32657).set_index("name").geometry["Chlorine tank C-1"]
    peaks = observations[observations.series.str.startswith("demo/gas/C")].groupby("series").value.max()
    assert peaks.max() > 20
    hit = peaks.index[peaks > 0.5]
    assert 1 <= len(hit) <= 5
    for name in hit:
        spot = sensors.geometry[name]
        assert spot.x < tank.x
        assert spot.y > tank.y - 300
    gas = observations[observations.series.isin(hit)]
    assert gas[(gas.hour < 32.9) | (gas.hour > 36)].value.max() < 0.5


def test_hospitals_fill_after_the_waterworks_is_flooded(observations):
    hour, seen = _series(observations, "demo/hospital/H04")
    before = seen[(hour > 26) & (hour < 38)].mean()
    after = seen[hour > 54].mean()
    assert after > 2.5 * before
    far = _series(observations, "demo/hospital/H10")[1]
    assert far[54:].mean() < 2.0 * max(far[:38].mean(), 1.0)


def test_earthquake_reaches_near_sensors_first_and_most(observations, table):
    sensors = table("sensors").set_index("series")
    shock = observations[
        observations.series.str.startswith("demo/seismic/") & observations.hour.between(14.02, 14.06)
    ]
    peak = shock.groupby("series").value.max()
    assert 0.2 < peak.max() < 2.0
    near, far = sensors.geometry["demo/seismic/Z09"], sensors.geometry["demo/seismic/Z04"]
    assert near.x < far.x
    assert peak["demo/seismic/Z09"] > peak["demo/seismic/Z04"]


def test_faults_are_those_the_readme_names(observations):
    stuck = observations[(observations.series == "demo/gauge/G16") & observations.hour.between(37.1, 47.4)]
    assert stuck.value.nunique() == 1
    assert observations[observations.series == "demo/gauge/G05"].value.max() > 15
    gap = observations[observations.series == "demo/wind/A09"].hour
    assert not gap.between(25.5, 29.9).any()
    missing = observations[(observations.series == "demo/gauge/G12") & observations.hour.between(39.1, 43.9)]
    assert (missing.flag == 9).all()
    assert missing.value.isna().all()
    assert set(observations.flag) == {1, 9}
    assert not (observations.series == "demo/rain/R09").any()


def test_at_forty_hours_the_picture_is_rich(parsed):
    now = next(when for _, when, _ in parsed) + timedelta(hours=40)
    newest = {}
    for _, when, found in parsed:
        if when > now:
            continue
        for record in found.records:
            key = record.kind, record.source, record.key
            if key not in newest or (record.sent, record.revision) >= (
                newest[key].sent,
                newest[key].revision,
            ):
                newest[key] = record
    live = [
        record
        for record in newest.values()
        if record.state == "active"
        and record.valid_from <= now
        and (record.valid_to is None or record.valid_to > now)
    ]
    count = Counter(record.kind for record in live)
    assert 8 <= count["alert"] <= 14
    assert 6 <= count["incident"] <= 12
    assert len({str(record.severity) for record in live if record.kind == "alert"}) >= 4
    assert len({record.hazard for record in live if record.kind in ("alert", "incident")}) >= 6
    assert count["resource"] > 40
    busy = [
        record for record in live if record.kind == "resource" and record.body["availability"] != "available"
    ]
    assert len(busy) > 10


def test_units_move_no_faster_than_they_can(parsed):
    seen = {}
    for _, _, found in parsed:
        for record in found.records:
            if record.kind != "resource":
                continue
            lon, lat = record.geometry["coordinates"][:2]
            if record.key in seen:
                before, x, y = seen[record.key]
                metres = np.hypot((lon - x) * 92_300, (lat - y) * 110_900)
                seconds = (record.sent - before).total_seconds()
                assert seconds > 0
                if metres > 200:
                    assert metres / seconds < 75, record.title
            seen[record.key] = record.sent, lon, lat
    assert len(seen) == 44


def test_the_edge_publishes_the_first_hours(demo, tmp_path, clock):
    anchor = clock.now() - timedelta(hours=6)
    store = Store.open(tmp_path / "demo.sqlite", clock=clock)
    try:
        told = Edge(store, demo / "story", anchor, clock).publish()
        assert told.rejected == 0
        assert len(store.series()) == 155
        assert len(store.latest()) > 140
        assert {record.hazard for record in store.records("alert")} >= {"drought", "wildfire"}
    finally:
        store.close()


def test_the_river_forecast_is_nearly_right_at_first_and_less_so_the_further_it_looks(parsed, observations):
    errors, runs = {}, Counter()
    for line, when, found in parsed:
        if line["feed"] != "pijson":
            continue
        assert line["source"] == "demo:forecast"
        about = {item.name: item for item in found.series}
        assert {item.attrs["forecast_of"] for item in about.values()} == {
            f"demo/gauge/{name}" for name in ("G03", "G05", "G07", "G08")
        }
        assert found.forecast == set(about)
        assert all("invented" in item.attrs["moduleInstanceId"] for item in about.values())
        for item in found.observations:
            issued = pd.Timestamp(about[item.series].attrs["issued"])
            assert issued < when < item.time
            lead = (item.time - issued).total_seconds() / 3600
            runs[item.series] += 1
            hour, value = _series(observations, about[item.series].attrs["forecast_of"])
            truth = np.interp((pd.Timestamp(item.time) - FIRST).total_seconds() / 3600, hour, value)
            errors.setdefault(min(int(lead // 6), 3), []).append(item.value - truth)
    assert len(runs) == 4
    assert min(runs.values()) > 500
    typical = [float(np.median(np.abs(errors[part]))) for part in range(4)]
    assert typical == sorted(typical), "the further it looks, the more it is off"
    assert typical[0] < 0.05 < typical[3] < 1.0


def test_the_forecast_passes_red_hours_before_the_gauge_does(parsed, observations):
    red = 5.3
    hour, value = _series(observations, "demo/gauge/G07")
    crossed = hour[np.flatnonzero(value >= red)[0]]
    told = [
        (when - FIRST).total_seconds() / 3600
        for line, when, found in parsed
        if line["feed"] == "pijson"
        and any(item.value >= red for item in found.observations if item.series == "demo/gauge/G07/forecast")
    ]
    assert min(told) < crossed - 6
    assert any(40 < at < crossed - 3 for at in told), "a floor that is opened sees it come"
