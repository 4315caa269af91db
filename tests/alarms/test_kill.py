"""Killed at any moment, and several at once: no acknowledged step is lost, no alarm vanishes or doubles."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("stepper.py")


def run(path, rounds, watchers, seed):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(SCRIPT), str(path / "store.sqlite"), str(rounds), str(watchers), str(seed)],
        capture_output=True, text=True, timeout=1200, check=False, cwd=path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.timeout(300)
def test_killed_twenty_times_within_a_step(tmp_path):
    found = run(tmp_path, 20, 1, 1)
    assert found["wrong"] == []
    assert found["steps"] >= 16, "one in five dies before it has done anything"
    assert found["alarms"] >= 6


@pytest.mark.timeout(300)
def test_two_processes_step_at_once_and_are_killed(tmp_path):
    found = run(tmp_path, 6, 2, 2)
    assert found["wrong"] == []
    assert found["steps"] > 3


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_killed_five_hundred_times(tmp_path):
    found = run(tmp_path, 500, 1, 3)
    assert found["wrong"] == []


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_four_processes_at_once(tmp_path):
    found = run(tmp_path, 100, 4, 4)
    assert found["wrong"] == []
