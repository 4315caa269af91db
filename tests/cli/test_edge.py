"""The command that loads a floor: invented readings only, and only where they may go."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from watchfloor.cli import app
from watchfloor.store import Store


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["edge", *words])
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_floor_in_earnest_is_refused() -> None:
    assert "in earnest" in run("--direct", "--floor", "world", "--seconds", "1", code=1)
    [path] = Path("var").rglob("*.sqlite")
    with Store.open(path) as store:
        assert store.series().empty


def test_one_way_only() -> None:
    assert "one of --mqtt" in run(code=1)
    assert "one of --mqtt" in run("--direct", "--inbox", ".", code=1)
    assert "--direct only" in run("--inbox", ".", "--past", "P1D", code=1)


def test_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    assert "were sent" in run("--inbox", str(folder), "--stations", "8", "--rate", "40", "--seconds", "0.5")
    names = sorted(path.suffix for path in folder.iterdir())
    assert ".csv" in names
    assert names.count(".geojson") == 1
    [path] = Path("var").rglob("*.sqlite")
    with Store.open(path) as store:
        assert [entry.action for entry in store.journal.entries()] == ["edge"]
