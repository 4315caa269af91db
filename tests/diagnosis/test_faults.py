"""Faults put into the story are found, at a price that is counted: precision and recall of the checks."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "bench" / "detectors.py"
    spec = importlib.util.spec_from_file_location("tests_bench_detectors", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("kind", "recall", "precision"),
    [
        ("spike", 0.93, 0.95),
        ("spike of two", 0.9, 0.95),
        ("small spike", 0.85, 0.95),
        ("stuck 12 h", 0.95, 0.98),
        ("impossible", 0.98, 0.95),
        ("off by 3 h", 1.0, 0.9),
        ("lost 2 h", 1.0, 0.0),
    ],
)
def test_faults_are_found_and_little_else(
    bench: ModuleType, kind: str, recall: float, precision: float
) -> None:
    found = bench.detected(kind, rounds=2, seed=1)
    assert found["faults"] >= 3
    assert found["recall"] >= recall
    assert found["precision"] >= precision
    assert found["false"] <= 4, "samples a story of 64,949 values"
