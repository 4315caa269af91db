"""`watchfloor verify` recomputes, and fails when a value is not reproduced."""

from typer.testing import CliRunner

from watchfloor.cli import app
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.storm import Storm


def test_a_model_is_recomputed_value_by_value():
    result = CliRunner().invoke(app, ["verify", "storm"])
    assert result.exit_code == 0, result.output
    assert result.output.count("ok storm:") == len(Storm.references)
    assert f"{len(Storm.references)} of {len(Storm.references)} published values" in result.output


def test_a_wrong_value_is_said_and_fails(monkeypatch):
    monkeypatch.setattr(Storm, "references", (Reference("two", 2.0, lambda: 2.1, "nobody", units="m/s"),))
    result = CliRunner().invoke(app, ["verify", "storm", "--quiet"])
    assert result.exit_code == 1
    assert "WRONG storm: two: 2.1 m/s (published 2; nobody)" in result.output


def test_an_unknown_model_is_answered_with_a_guess():
    result = CliRunner().invoke(app, ["verify", "strom"])
    assert result.exit_code == 1
    assert "did you mean 'storm'" in result.output
