"""The project's own files say the same thing, everywhere."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GIVEN = {"apps", "components", "catalogs", "data_samples", "notebooks", "tests", "anaconda-project.yml", "pyproject.toml",
         "README.md", "LICENSE", "CHANGELOG.md", "Makefile"}  # fmt: skip


def tracked() -> list[Path]:
    """Return the files that git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_nothing_is_added_to_the_top_level() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= GIVEN


def test_anaconda_project_has_the_same_dependencies_and_commands() -> None:
    project = yaml.safe_load((ROOT / "anaconda-project.yml").read_text(encoding="utf-8"))
    pip = next(item["pip"] for item in project["env_specs"]["default"]["packages"] if isinstance(item, dict))
    theirs = {str(Requirement(item)) for item in pip if "@" not in item}
    environment = {"python_version": "3.12"}
    ours = set()
    for item in PYPROJECT["project"]["dependencies"]:
        requirement = Requirement(item)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            requirement.marker = None
            ours.add(str(requirement))
    assert theirs == ours
    for command in project["commands"].values():
        assert command["env_spec"] in project["env_specs"]
        if "notebook" in command:
            assert (ROOT / command["notebook"]).is_file()
        else:
            assert command["unix"].split()[0] in PYPROJECT["project"]["scripts"]


def test_each_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for item in PYPROJECT["project"]["dependencies"]:
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{item}"'))
        assert re.search(r",\s+# \S.{5,}", line), f"no reason beside {item}"


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_constraints_pin_every_dependency_without_an_address(version: str) -> None:
    text = (ROOT / f".ci/constraints-{version}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|@|file:", text)
    pins = {line.split("==")[0].lower().replace("_", "-"): line.split("==")[1] for line in text.splitlines()}
    wanted = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"]["dev"]]
    for item in wanted:
        requirement = Requirement(item)
        if requirement.marker is None or requirement.marker.evaluate({"python_version": version}):
            name = requirement.name.lower().replace("_", "-")
            assert name in pins, f"{name} is not pinned"
            assert requirement.specifier.contains(pins[name], prereleases=True), f"{name} {pins[name]}"


def test_files_stay_small() -> None:
    for path in (ROOT / "components").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= 450, (
            f"{path.relative_to(ROOT)} has {lines} lines; split it by the questions it answers"
        )


def test_raw_html_panes_are_nowhere() -> None:
    """Attribute access slips past the linter's import ban: look for it in the code itself."""
    panes = re.compile(
        r"(^|\.)pane\.(HTML|Markdown|Str|Alert)$|(^|\.)(StaticText|CustomJS|ReactiveHTML|Div)$|js_on_click|jslink"
    )
    factory = ROOT / "components/watchfloor/views/text.py"  # the one place that makes text safe
    for path in {*(ROOT / "components").rglob("*.py"), *(ROOT / "apps").rglob("*.py")} - {factory}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute | ast.Name):
                assert not panes.search(ast.unparse(node)), (
                    f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
                )
    sinks = re.compile(r"innerHTML|outerHTML|document\.write|insertAdjacentHTML|new Function\(|\beval\(")
    for path in (ROOT / "components").rglob("*.js"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not sinks.search(line.split("// ")[0]), (
                f"{path.relative_to(ROOT)}:{number} {line.strip()[:100]}"
            )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return next(out.glob("*.whl"))


def test_the_wheel_carries_everything(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "watchfloor/py.typed",
        "watchfloor/core/terms.csv",
        "watchfloor/share/apps/situation.py",
        "watchfloor/share/catalogs/demo/catalog.yml",
        "watchfloor/share/catalogs/world/catalog.yml",
        "watchfloor/share/notebooks/00_tour.ipynb",
    ):
        assert needed in names
    assert any(name.startswith("watchfloor/share/data_samples/demo/") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "components/"))]
    in_tree = [
        p for p in tracked() if p.is_relative_to(ROOT / "components/watchfloor") and p.suffix != ".pyc"
    ]
    missing = [p for p in in_tree if str(p.relative_to(ROOT / "components")) not in names]
    assert not missing
