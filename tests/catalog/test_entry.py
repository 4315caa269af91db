"""Reading in time: the time limit, the last good copy, freshness, provenance, and many readers at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from watchfloor.catalog import Policy, open_catalog
from watchfloor.catalog import trusted as allowed
from watchfloor.core.clock import FixedClock
from watchfloor.core.errors import InvalidInputError, NotReadyError, UnknownNameError
from watchfloor.core.provenance import digest_bytes

SIMPLE = "intake.readers.user_parameters:SimpleUserParameter"


@pytest.fixture
def entry(write, make, tmp_path, clock):
    path = write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv"))
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    return open_catalog(path, clock=clock)["x"]


@pytest.fixture
def gate(monkeypatch):
    """Hold every reading of CSV until the event is set."""
    event, begun = threading.Event(), []
    real = pd.read_csv

    def slow(*args, **kwargs):
        begun.append(1)
        event.wait(20)
        return real(*args, **kwargs)

    monkeypatch.setattr(pd, "read_csv", slow)
    yield event, begun
    event.set()


def test_fresh(entry, clock):
    assert entry.state.kind == "unread"
    assert entry.read()["a"].tolist() == [1]
    assert entry.state.kind == "fresh"
    assert entry.state.at == clock.now()
    assert entry.state.age(clock.now() + timedelta(minutes=5)) == timedelta(minutes=5)


def test_last_good_copy_when_the_file_breaks_and_again_fresh(entry, clock, tmp_path):
    entry.read()
    file, read_at = tmp_path / "site" / "a.csv", clock.now()
    clock.move(timedelta(hours=2))
    file.unlink()
    assert entry.read()["a"].tolist() == [1]
    assert entry.state.kind == "last-good"
    assert entry.state.at == read_at
    assert "There is no file" in entry.state.message
    file.write_text('a\n"unclosed\n')
    assert entry.read()["a"].tolist() == [1]
    assert entry.state.kind == "last-good"
    file.write_text("a\n7\n8\n")
    assert entry.read()["a"].tolist() == [7, 8]
    assert entry.state.kind == "fresh"
    assert entry.state.at == clock.now()


def test_time_limit_without_a_copy(entry, gate):
    started = time.perf_counter()
    with pytest.raises(NotReadyError, match=r"x cannot be read: took longer than 0\.05 s"):
        entry.read(timeout=0.05)
    assert time.perf_counter() - started < 5
    assert entry.state.kind == "failed"


def test_time_limit_with_a_copy_and_the_late_answer_kept(entry, tmp_path, monkeypatch):
    assert entry.read()["a"].tolist() == [1]
    (tmp_path / "site" / "a.csv").write_text("a\n1\n2\n")
    event, real = threading.Event(), pd.read_csv
    monkeypatch.setattr(pd, "read_csv", lambda *a, **k: (event.wait(20), real(*a, **k))[1])
    assert entry.read(timeout=0.05)["a"].tolist() == [1]
    assert entry.state.kind == "last-good"
    assert "took longer" in entry.state.message
    event.set()
    assert entry.read(timeout=20)["a"].tolist() == [1, 2]
    assert entry.state.kind == "fresh"


def test_hanging_readings_do_not_pile_up(write, make, tmp_path, gate):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv", nrows="{N}")
    content["user_parameters"] = {"N": {"cls": SIMPLE, "dtype": "int", "default": 1, "description": ""}}
    path = write(content)
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    entry = open_catalog(path)["x"]
    event, begun = gate
    for _ in range(10):
        with pytest.raises(NotReadyError):
            entry.read(timeout=0.01)
    assert len(begun) == 1, "the same question waits for the reading that is on its way"
    for number in range(2, 12):
        with pytest.raises(NotReadyError):
            entry.read(timeout=0.01, N=number)
    assert len(begun) == 4
    assert "4 readings of it have not ended yet" in entry.state.message
    event.set()


def test_an_answer_is_never_older_than_its_question(entry, tmp_path, monkeypatch):
    """A reader that comes while an older reading is on its way gets what was there when it came."""
    event, begun, real = threading.Event(), threading.Event(), pd.read_csv

    def slow(*args, **kwargs):
        found = real(*args, **kwargs)
        begun.set()
        event.wait(20)
        return found

    monkeypatch.setattr(pd, "read_csv", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(entry.read)
        assert begun.wait(20)
        (tmp_path / "site" / "a.csv").write_text("a\n1\n2\n3\n")
        second = pool.submit(entry.read)
        time.sleep(0.05)
        event.set()
        assert first.result(20)["a"].tolist() == [1]
        assert second.result(20)["a"].tolist() == [1, 2, 3]


def test_many_readers_share_one_reading(entry, gate):
    event, begun = gate
    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(entry.read) for _ in range(16)]
        while not begun:
            time.sleep(0.001)
        event.set()
        results = [future.result(20) for future in futures]
    assert len(begun) == 1
    assert all(result["a"].tolist() == [1] for result in results)


def test_what_a_caller_changes_is_its_own(entry):
    first = entry.read()
    first["a"] = 99
    first.loc[0, "b"] = 1
    first.attrs["units"] = "changed"
    second = entry.read()
    assert second["a"].tolist() == [1]
    assert list(second.columns) == ["a"]
    assert "units" not in second.attrs


def test_an_unchanged_file_is_read_once(entry, monkeypatch):
    entry.read()
    monkeypatch.setattr(pd, "read_csv", lambda *a, **k: pytest.fail("read again"))
    assert entry.read()["a"].tolist() == [1]
    assert entry.state.kind == "fresh"


def test_parameters(write, make, tmp_path):
    options = "intake.readers.user_parameters:OptionsUserParameter"
    bounded = "intake.readers.user_parameters:BoundedNumberUserParameter"
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/{DAY}.csv", nrows="{N}")
    content["user_parameters"] = {
        "DAY": {
            "cls": options,
            "dtype": "str",
            "options": ["mon", "tue"],
            "default": "mon",
            "description": "",
        },
        "N": {"cls": bounded, "dtype": "int", "default": 5, "min": 1, "max": 9, "description": ""},
        "UNUSED": {"cls": SIMPLE, "dtype": "str", "default": "env(NOT_ALLOWED)", "description": ""},
    }
    path = write(content)
    for day, number in (("mon", 1), ("tue", 2)):
        (tmp_path / "site" / f"{day}.csv").write_text(f"a\n{number}\n{number}\n")
    catalog = open_catalog(path)
    entry = catalog["x"]
    assert entry.read()["a"].tolist() == [1, 1]
    assert entry.read(DAY="tue", N=1)["a"].tolist() == [2]
    assert entry.read(N="1")["a"].tolist() == [1]
    assert catalog(DAY="tue")["x"].read()["a"].tolist() == [2, 2]
    with pytest.raises(InvalidInputError, match="DAY='tues' is not one of mon, tue; did you mean 'tue'"):
        entry.read(DAY="tues")
    with pytest.raises(InvalidInputError, match="N=10 is outside 1 to 9"):
        entry.read(N=10)
    with pytest.raises(InvalidInputError, match="N='x' is not a int"):
        entry.read(N="x")
    with pytest.raises(UnknownNameError, match="did you mean 'DAY'"):
        entry.read(DAI="mon")
    with pytest.raises(UnknownNameError, match="parameter 'DAI'"):
        catalog(DAI="mon")
    assert entry.read(as_of=None)["a"].tolist() == [1, 1]


def test_readings_of_different_parameters_do_not_mix(write, make, tmp_path):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv", nrows="{N}")
    content["user_parameters"] = {"N": {"cls": SIMPLE, "dtype": "int", "default": 1, "description": ""}}
    path = write(content)
    (tmp_path / "site" / "a.csv").write_text("a\n" + "1\n" * 50)
    entry = open_catalog(path)["x"]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda n: len(entry.read(N=n)), list(range(1, 31)) * 3))
    assert results == list(range(1, 31)) * 3


def test_freshness_against_cadence(write, make, tmp_path, clock):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    content["entries"]["x"]["metadata"] = make.META | {"cadence": "PT1H", "late_after": "PT3H"}
    path = write(content)
    file = tmp_path / "site" / "a.csv"
    entry = open_catalog(path, clock=clock)["x"]
    assert entry.freshness().kind == "unknown"
    file.write_text("a\n1\n")
    seconds = clock.now().timestamp()
    import os

    os.utime(file, (seconds, seconds))
    assert entry.freshness().kind == "ok"
    assert entry.freshness(clock.now() + timedelta(hours=2)).age == timedelta(hours=2)
    assert entry.freshness(clock.now() + timedelta(hours=4)).kind == "late"
    assert FixedClock(clock.now()).now() == clock.now()


def test_static_data_are_never_late(entry):
    assert entry.freshness().kind == "static"


def test_provenance(entry, tmp_path):
    file = tmp_path / "site" / "a.csv"
    entry.read()
    found = entry.provenance()
    assert found["entry"] == "x"
    assert found["digest"] == digest_bytes(file.read_bytes())
    assert found["url"] == str(Path(entry.path).parent / "a.csv")
    assert found["reader"] == "intake.readers.readers:PandasCSV"
    assert found["read"] == "2026-06-01T12:00:00Z"
    assert found["licence"] == "CC0-1.0"
    file.write_text("a\n22\n")
    assert entry.provenance()["digest"] == "", "the data at hand are not of this file any more"
    entry.read()
    assert entry.provenance()["digest"] == digest_bytes(b"a\n22\n")


def test_reader_is_intakes_own(entry):
    import intake

    reader = entry.reader()
    assert isinstance(reader, intake.BaseReader)
    assert reader.read()["a"].tolist() == [1]


def test_what_is_shown_is_escaped(write, make, tmp_path):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    content["entries"]["x"]["metadata"] = make.META | {
        "title": "<img src=x onerror=alert(1)>",
        "provider": "<b>",
    }
    catalog = open_catalog(write(content))
    for page in (catalog._repr_html_(), catalog["x"]._repr_html_()):
        assert "<img" not in page
        assert "<b>" not in page
        assert "&lt;img" in page


def test_policy_sets_the_time_limit(write, make, tmp_path, gate):
    path = write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv"))
    (tmp_path / "site" / "a.csv").write_text("a\n1\n")
    with pytest.raises(NotReadyError, match=r"longer than 0\.02 s"):
        open_catalog(path, policy=Policy(timeout=0.02))["x"].read()


def test_every_listed_class_exists():
    for spec in [*allowed.READERS, *allowed.DATATYPES]:
        assert allowed.load(spec).__name__ == spec.rpartition(":")[2]
    for reader in allowed.READERS.values():
        assert reader.data <= set(allowed.DATATYPES)
    for spec in allowed.PARAMETERS:
        module, _, name = spec.partition(":")
        assert hasattr(__import__(module, fromlist=[name]), name)
