"""The commands do what they say, and say what is wrong."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from watchfloor.cli import app
from watchfloor.core.settings import load
from watchfloor.security.accounts import Accounts

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder and return what it prints; `code` is the exit code that is expected."""
    monkeypatch.chdir(tmp_path)

    def command(*words: str | Path, code: int = 0, given: str | None = None) -> str:
        result = CliRunner().invoke(app, [str(word) for word in words], input=given)
        assert result.exit_code == code, result.output + repr(result.exception)
        return result.output

    return command


def usgs(*ids: str) -> str:
    """Write a USGS summary with one event for each id."""
    features = [
        {
            "type": "Feature",
            "id": name,
            "properties": {"mag": 5.1, "place": "10 km N of Nowhere", "time": 1780000000000, "updated": 1780000100000,
                           "ids": f",{name},", "magType": "mww", "status": "reviewed", "type": "earthquake", "title": f"M 5.1 - {name}"},
            "geometry": {"type": "Point", "coordinates": [10.0, 20.0, 5.0]},
        }
        for name in ids
    ]  # fmt: skip
    return json.dumps(
        {
            "type": "FeatureCollection",
            "metadata": {
                "generated": 1780000200000,
                "api": "1.10.3",
                "url": "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_day.geojson",
            },
            "features": features,
        }
    )


def test_help_is_quick_and_names_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "watchfloor.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for name in ("serve", "collect", "import", "export", "replay", "backup", "restore", "check", "account"):
        assert name in done.stdout
    assert not re.search(r"\| (panel|bokeh|pandas|intake)$", done.stderr, re.MULTILINE), (
        "a heavy import before a command"
    )


def test_import_then_export_backup_and_restore(run: Run, tmp_path: Path) -> None:
    (tmp_path / "quakes.json").write_text(usgs("us1", "us2"))
    assert "usgs, 2 new" in run("import", "--floor", "world", "quakes.json")
    assert "0 new, 2 known already" in run("import", "--floor", "world", "quakes.json")
    run("export", "--floor", "world", "live/events", "events.csv")
    text = (tmp_path / "events.csv").read_text(encoding="utf-8-sig")
    assert "us1" in text
    assert "us2" in text
    assert "already" in run("export", "--floor", "world", "live/events", "events.csv", code=1)
    run("export", "--floor", "world", "live/events", "events.geojson", "--as-of", "2000-01-01T00:00:00Z")
    assert json.loads((tmp_path / "events.geojson").read_text())["features"] == []

    assert "verified" in run("backup", "--floor", "world", "copy.sqlite")
    (tmp_path / "more.json").write_text(usgs("us3"))
    run("import", "--floor", "world", "more.json")
    assert "overwritten" in run("restore", "--floor", "world", "copy.sqlite", code=1)
    run("restore", "--floor", "world", "copy.sqlite", "--overwrite")
    assert "1 new" in run("import", "--floor", "world", "more.json")


def test_import_keeps_going_and_says_what_it_could_not_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"type": "FeatureCollection", "features": [')
    (tmp_path / "good.json").write_text(usgs("us9"))
    output = run("import", "--floor", "world", "bad.json", "missing.json", "good.json", code=1)
    assert "usgs, 1 new" in output
    assert "quarantine" in output
    assert "missing.json" in output


def test_a_real_alert_is_kept_out_of_the_demo(run: Run, tmp_path: Path) -> None:
    (tmp_path / "quakes.json").write_text(usgs("us1"))
    assert "--floor world" in run("import", "--floor", "demo", "quakes.json", code=1)


def test_unknown_names_are_explained(run: Run) -> None:
    assert "did you mean 'world'" in run("check", "--floor", "wrold", code=1)
    assert "did you mean" in run("export", "--floor", "world", "live/event", "out.csv", code=1)


def test_check_says_that_nothing_is_wrong_and_what_is(run: Run, tmp_path: Path) -> None:
    assert "Nothing is wrong." in run("check", "--floor", "world")
    (tmp_path / "watchfloor.toml").write_text("prot = 5")
    assert "prot" in run("check", "--floor", "world", code=1)


def test_accounts(run: Run, tmp_path: Path) -> None:
    assert "no local accounts" in run("account", "list")
    run("account", "add", "anna", "--role", "duty", given="a long enough passphrase\n")
    assert "anna: duty" in run("account", "list")
    path = load().data / "accounts.toml"
    assert "passphrase" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert Accounts(path).verify("anna", "a long enough passphrase") is not None
    assert "rule" in run(
        "account", "add", "bob", "--role", "rule", given="a long enough passphrase\n", code=1
    )
    run("account", "remove", "anna")
    assert "no local accounts" in run("account", "list")


def test_serving_to_the_network_without_sign_in_is_refused(run: Run) -> None:
    assert "account add" in run("serve", "--address", "0.0.0.0", "--floor", "world", code=1)
