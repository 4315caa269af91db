"""The guides run, from beginning to end, and are kept without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
GUIDES = sorted(FOLDER.glob("*.ipynb"))
# The guides to the hazards take a kernel and half a minute each, and say nothing of the interpreter that their models'
# own tests do not: they run on one.
RUN = [
    pytest.param(path, marks=[pytest.mark.once] if path.stem >= "10" else [], id=path.stem) for path in GUIDES
]


def test_the_tour_is_there() -> None:
    assert "00_tour.ipynb" in {path.name for path in GUIDES}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs] == []


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", RUN)
def test_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    shown = [out for cell in code for out in cell.outputs]
    assert not [out for out in shown if out.output_type == "stream" and "Traceback" in out.text]
