"""Observations: corrections, duplicates, the newest of each series, as of any time."""

import math
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from watchfloor.core.errors import InvalidInputError
from watchfloor.store import Observation, Series

MINUTE = timedelta(minutes=1)


def test_observations_come_back_by_series_and_time(store, clock):
    now = clock.now()
    items = [
        Observation("b", now, 3.0, 2),
        Observation("a", now + MINUTE, 2.0),
        Observation("a", now, float("nan"), 9),
    ]
    assert store.observe(items).stored == 3
    found = store.observations()
    assert found["series"].tolist() == ["a", "a", "b"]
    assert found["time"].tolist() == [now, now + MINUTE, now]
    assert str(found["time"].dtype) == str(found["known"].dtype) == "datetime64[us, UTC]"
    assert math.isnan(found["value"][0])
    assert found["value"].tolist()[1:] == [2.0, 3.0]
    assert found["flag"].tolist() == [9, 1, 2]


def test_the_same_value_is_a_duplicate_also_after_a_correction_and_for_nan(store, clock):
    now = clock.now()
    one, nan = Observation("a", now, 1.0), Observation("b", now, float("nan"), 9)
    assert store.observe([one, one, nan, nan]).duplicates == 2
    assert store.observe([Observation("a", now, 2.0), nan]).stored == 1
    assert store.observe([one]).stored == 0
    assert store.observations("a")["value"].tolist() == [2.0]
    assert store.observe([Observation("a", now, 2.0, 3)]).stored == 1
    assert store.observations("a")["flag"].tolist() == [3]


def test_a_correction_keeps_what_was_known_before(store, clock):
    now = clock.now()
    store.observe([Observation("a", now, 1.0)])
    clock.move(MINUTE)
    store.observe([Observation("a", now, 2.0)])
    assert store.observations("a", as_of=now)["value"].tolist() == [1.0]
    assert store.latest(as_of=now)["value"].tolist() == [1.0]
    assert store.observations("a")["value"].tolist() == [2.0]
    assert store.latest()["value"].tolist() == [2.0]
    assert store.latest()["known"].tolist() == [now + MINUTE]
    assert store.observations("a", as_of=now - MINUTE).empty
    assert store.latest(as_of=now - MINUTE).empty


def test_two_values_of_one_time_in_one_batch_are_a_value_and_its_correction(store, clock):
    now = clock.now()
    store.observe([Observation("a", now, 1.0), Observation("a", now, 2.0)])
    assert store.observations("a")["value"].tolist() == [2.0]
    assert store.latest()["value"].tolist() == [2.0]


def test_late_data_find_their_place_and_do_not_become_the_newest(store, clock):
    now = clock.now()
    store.observe([Observation("a", now, 5.0)])
    clock.move(MINUTE)
    store.observe([Observation("a", now - MINUTE, 4.0)])
    assert store.observations("a")["value"].tolist() == [4.0, 5.0]
    assert store.latest()["value"].tolist() == [5.0]
    clock.move(MINUTE)
    store.observe([Observation("a", now + MINUTE, 6.0)])
    assert store.latest(as_of=now + MINUTE)["value"].tolist() == [5.0]
    assert store.latest()["value"].tolist() == [6.0]


def test_start_is_inside_and_end_is_not(store, clock):
    now = clock.now()
    store.observe([Observation("a", now + at * MINUTE, float(at)) for at in range(4)])
    assert store.observations("a", now + MINUTE, now + 3 * MINUTE)["value"].tolist() == [1.0, 2.0]


def test_unknown_and_no_series_give_an_empty_table_with_columns(store):
    for names in ("nothing", [], None):
        found = store.observations(names)
        assert found.empty
        assert list(found.columns) == ["series", "time", "value", "flag", "known"]
    assert list(store.latest().columns) == ["time", "value", "flag", "known"]
    assert list(store.series().columns) == ["title", "field", "units", "lon", "lat", "hazard", "attrs"]


def test_a_table_is_taken_in_any_zone_and_resolution(store, clock):
    now = clock.now()
    stamps = pd.DatetimeIndex([now, now + MINUTE]).tz_convert("Asia/Shanghai").as_unit("ns")
    store.observe(pd.DataFrame({"series": ["a", "a"], "time": stamps, "value": [1, np.nan], "flag": [0, 9]}))
    store.observe(pd.DataFrame({"series": ["b"], "time": stamps[:1].as_unit("s"), "value": [2.0]}))
    found = store.observations()
    assert found["time"].tolist() == [now, now + MINUTE, now]
    assert found["flag"].tolist() == [0, 9, 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": math.inf}, "inf"),
        ({"flag": 10}, "flag 10"),
        ({"flag": -1}, "flag -1"),
        ({"series": ""}, "cannot name a series"),
        ({"series": " a"}, "cannot name a series"),
        ({"series": "a\n"}, "cannot name a series"),
        ({"series": "a" * 201}, "cannot name a series"),
        ({"time": datetime(2026, 6, 1)}, "no time zone"),
    ],
)
def test_bad_observations_are_refused_and_nothing_of_the_batch_is_stored(store, clock, change, said):
    good = Observation("good", clock.now(), 1.0)
    bad = {"series": "bad", "time": clock.now(), "value": 1.0, "flag": 1} | change
    with pytest.raises(InvalidInputError, match=said):
        store.observe([good, Observation(**bad)])
    assert store.cursor() == 0
    assert store.series().empty


def test_a_table_without_zone_or_column_is_refused(store):
    naive = pd.DataFrame({"series": ["a"], "time": pd.to_datetime(["2026-06-01"]), "value": [1.0]})
    with pytest.raises(InvalidInputError, match="with a zone"):
        store.observe(naive)
    with pytest.raises(InvalidInputError, match="lacks time, value"):
        store.observe(naive[["series"]])
    gap = pd.DataFrame({"series": ["a"], "time": pd.to_datetime([None], utc=True), "value": [1.0]})
    with pytest.raises(InvalidInputError, match="gaps"):
        store.observe(gap)


def test_descriptions_are_kept_with_their_past(store, clock):
    now = clock.now()
    first = Series("g", "Gauge", "water_level", "m", 110.5, 30.25, "flood", {"river": "Ou", "warn": [1.5, 2]})
    assert store.describe([first, Series("h")]).stored == 2
    assert store.describe([first]).stored == 0
    clock.move(MINUTE)
    moved = Series("g", "Gauge", "water_level", "m", 111.5, 30.25, "flood", {"river": "Ou", "warn": [1.5, 2]})
    assert store.describe([moved]).stored == 1
    assert store.series().loc["g", "lon"] == 111.5
    assert store.series(as_of=now).loc["g", "lon"] == 110.5
    assert store.series(as_of=now).loc["g", "attrs"] == {"river": "Ou", "warn": [1.5, 2]}
    assert store.series(as_of=now - MINUTE).empty
    assert store.describe([first]).stored == 1, "a description may go back to what it was"
    assert store.series().loc["g", "lon"] == 110.5
    assert list(store.series(names="h").index) == ["h"]
    assert store.series(now, ["g", "none"])["lon"].to_dict() == {"g": 110.5}
    assert store.series(names=[]).columns.tolist() == store.series().columns.tolist()


def test_a_series_that_was_only_observed_is_listed_too(store, clock):
    store.observe([Observation("bare", clock.now(), 1.0)])
    row = store.series().loc["bare"]
    assert (row["title"], row["units"], row["attrs"]) == ("", "", {})
    assert math.isnan(row["lon"])


@pytest.mark.parametrize("place", [{"lon": 181.0}, {"lat": -90.5}, {"lat": math.nan}])
def test_a_series_outside_the_world_is_refused(store, place):
    with pytest.raises(InvalidInputError, match="degrees"):
        store.describe([Series("g", **place)])


def test_more_series_than_one_statement_takes(store, clock):
    names = [f"s{at:04}" for at in range(1203)]
    store.observe([Observation(name, clock.now(), 1.0) for name in names])
    assert store.latest().index.tolist() == names
    assert store.observations(names[1:])["series"].tolist() == names[1:]


def test_series_numbers_of_an_undone_write_are_forgotten(store, clock):
    now = clock.now()
    with pytest.raises(RuntimeError, match="stop"), store.batch():
        store.observe([Observation("undone", now, 1.0)])
        raise RuntimeError("stop")
    store.observe([Observation("other", now, 2.0)])
    store.observe([Observation("undone", now, 3.0)])
    assert store.latest()["value"].to_dict() == {"other": 2.0, "undone": 3.0}


def test_asking_for_the_latest_does_not_go_through_all_observations(store, clock):
    from watchfloor.store import measured

    now = clock.now()
    for name in ("a", "b", "c"):
        times = pd.date_range(now, periods=3000, freq="10min").astype("datetime64[us, UTC]")
        store.observe(pd.DataFrame({"series": name, "time": times, "value": 1.0}))
    server = store._database.backend.kind == "postgresql"
    for statement in (measured._LATEST, measured._LATEST_EVER):
        engine = store._database.engine
        sql = str(statement.params(as_of=0).compile(engine, compile_kwargs={"literal_binds": True}))
        with store._database.write() as connection:
            if server:
                connection.exec_driver_sql("ANALYZE")
            rows = connection.exec_driver_sql(("EXPLAIN " if server else "EXPLAIN QUERY PLAN ") + sql)
            plan = "\n".join(str(row[0 if server else 3]) for row in rows)
        assert ("Seq Scan on observation" if server else "SCAN observation") not in plan
        assert (
            "Index Scan using observation_pkey" if server
            else "SEARCH observation USING PRIMARY KEY (series_id=? AND time=? AND revision=?)"
        ) in plan  # fmt: skip
