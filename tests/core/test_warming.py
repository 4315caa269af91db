"""What is slow at first use is got ready ahead: found by rooms, contained where it fails, kept where one may write."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from watchfloor.core import jit as keeping
from watchfloor.core import warming
from watchfloor.core.jit import FOLDER, jit, keep_in
from watchfloor.core.warming import rooms, start, warm

SAID = """
done = []
def loops():
    yield "good", lambda: done.append("good")
    yield "broken", lambda: 1 / 0
    yield "last", lambda: done.append("last")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """Make a package of which one room has loops, one has none, and one cannot say what it has."""
    name = f"house_{tmp_path.name.replace('-', '_')}"
    root = tmp_path / name
    for room, text in {"attic": SAID, "hall": None, "yard": "raise OSError('locked')"}.items():
        (root / room).mkdir(parents=True)
        (root / room / "__init__.py").write_text("")
        if text is not None:
            (root / room / "warming.py").write_text(text)
    (root / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return name, root


def test_rooms_with_loops_are_found_and_a_broken_one_costs_no_other(package: tuple[str, Path]) -> None:
    name, root = package
    assert rooms(root) == ["attic", "yard"]
    found = {item.name: item.trouble for item in warm(package=name, root=root)}
    assert found == {
        "attic": "",
        "attic.good": "",
        "attic.broken": "ZeroDivisionError: division by zero",
        "attic.last": "",
        "yard": "OSError: locked",
    }
    assert sys.modules[f"{name}.attic.warming"].done == ["good", "last"]


def test_it_ends_between_two_loops(package: tuple[str, Path]) -> None:
    name, root = package
    stop = threading.Event()
    stop.set()
    assert [item.name for item in warm(stop, package=name, root=root)] == ["attic"]


def test_every_room_that_compiles_says_so() -> None:
    assert {"alarms", "diagnosis", "hazards", "impact", "store"} <= set(rooms())


def test_a_child_compiles_once_and_again_when_the_code_changed(tmp_path, monkeypatch) -> None:
    made = []
    monkeypatch.setattr(warming, "_compile", lambda stop: made.append("child") is None)
    monkeypatch.setattr(warming, "warm", lambda stop, gently: made.append("read"))
    for _ in range(2):
        start(threading.Event(), tmp_path).join(10)
    assert made == ["child", "read", "read"]
    monkeypatch.setattr(warming, "stamp", lambda: "other")
    start(threading.Event(), tmp_path).join(10)
    assert made[3:] == ["child", "read"]
    assert [path.name for path in tmp_path.iterdir()] == ["compiled-other"], "what is out of date is not kept"


def test_a_child_that_fails_is_tried_again_next_time_and_loops_are_read_all_the_same(
    tmp_path, monkeypatch
) -> None:
    made = []
    monkeypatch.setattr(warming, "_compile", lambda stop: made.append("child") is not None)
    monkeypatch.setattr(warming, "warm", lambda stop, gently: made.append("read"))
    for _ in range(2):
        start(threading.Event(), tmp_path).join(10)
    assert made == ["child", "read"] * 2


def test_the_child_ends_with_the_command(monkeypatch) -> None:
    stop = threading.Event()
    begun = []

    class Child(subprocess.Popen):
        def __init__(self, command, **more):
            super().__init__([sys.executable, "-c", "import time; time.sleep(60)"], **more)
            begun.append(self)
            stop.set()

    monkeypatch.setattr(warming.subprocess, "Popen", Child)
    assert not warming._compile(stop)
    assert begun[0].returncode is not None


def test_the_stamp_goes_by_code_that_is_compiled_alone(tmp_path: Path) -> None:
    (tmp_path / "loops.py").write_text("@jit\ndef f(x): ...")
    (tmp_path / "page.py").write_text("x = 1")
    before = warming.stamp(tmp_path)
    (tmp_path / "page.py").write_text("x = 200")
    assert warming.stamp(tmp_path) == before
    (tmp_path / "loops.py").write_text("@jit\ndef f(x, y): ...")
    assert warming.stamp(tmp_path) != before


def test_where_the_package_is_read_only_the_data_folder_keeps_what_was_compiled(
    tmp_path, monkeypatch
) -> None:
    from numba.core import config

    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.setattr(config, "CACHE_DIR", "")
    assert keep_in(tmp_path / "kept", [tmp_path]) is None, "beside the code, where that can be written"
    monkeypatch.setenv(FOLDER, "/set/by/the/operator")
    assert keep_in(tmp_path / "kept", [tmp_path / "missing"]) is None
    monkeypatch.delenv(FOLDER)
    assert keep_in(tmp_path / "kept", [tmp_path / "missing"]) == tmp_path / "kept"
    assert os.environ[FOLDER] == config.CACHE_DIR == str(tmp_path / "kept") == str(keeping.kept())
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0, (
        "what is read from there is run: nobody else writes there"
    )
    source = tmp_path / "loops.py"
    source.write_text("def f(values):\n    return values.sum()\n")
    space: dict[str, object] = {}
    exec(compile(source.read_text(), str(source), "exec"), space)
    assert jit(space["f"])(np.ones(3)) == 3.0
    assert list((tmp_path / "kept").rglob("*.nbi"))


def test_code_without_a_file_is_compiled_all_the_same() -> None:
    space: dict[str, object] = {}
    exec("def f(values):\n    return values.sum()\n", space)
    assert jit(space["f"])(np.ones(3)) == 3.0
