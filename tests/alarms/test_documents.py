"""Documents: problems with file, line and column; stored revisions with who, when and why."""

from datetime import timedelta

import pytest

import watchfloor
from watchfloor.alarms.documents import read_folder, save
from watchfloor.alarms.ruleset import Rules
from watchfloor.cli.base import app
from watchfloor.core.clock import parse_time
from watchfloor.core.errors import ForbiddenError, InvalidInputError
from watchfloor.core.settings import load
from watchfloor.core.share import folder
from watchfloor.security.roles import Actor
from watchfloor.store import Observation, Series, Store

AT = parse_time("2026-06-01T12:00:00Z")
ADMIN, DUTY = Actor("ada", frozenset({"admin"})), Actor("dan", frozenset({"duty"}))


def problems(tmp_path, text):
    (tmp_path / "a.yml").write_text(text)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in read_folder(tmp_path).problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: {r: {kind: levle, title: R}}", "a.yml:1:19: rules.r.kind: 'levle' is not a kind of rule; did you mean 'level'?"),
        ("rules: {r: {title: R}}", "a.yml:1:12: rules.r: has no `kind`; known: combination, detector,"),
        ("rules:\n  r:\n    kind: level\n    title: R\n    dedband: 3", "a.yml:5:5: rules.r.dedband: is not a known key; did you mean 'deadband'?"),
        ("rules:\n  r:\n    kind: level\n    title: R\n    deadband: lots", "a.yml:5:15: rules.r.deadband: 'lots' is not an amount"),
        ("rules:\n  r:\n    kind: level\n    title: R\n    on_after: 5", "a.yml:5:15: rules.r.on_after: 5 is not a length of time"),
        ("rules:\n  r:\n    kind: level\n    title: R\n    series:\n      field: water_levl", "a.yml:6:14: rules.r.series.field: 'water_levl' is not a quantity; did you mean 'water_level'?"),
        ("rules:\n  r:\n    kind: level\n    title: R\n    series:\n      feild: x", "a.yml:6:7: rules.r.series.feild: is not a known key; did you mean 'field'?"),
        ("rules:\n  r:\n    kind: level\n    title: R\n    units: metres per fortnite", "a.yml:5:12: rules.r.units: 'metres per fortnite' is not a unit"),
        ("rules:\n  r:\n    kind: rate\n    title: R\n    over: 1 h", "a.yml:3:5: rules.r: `limits` is missing"),
        ("rules:\n  r: {kind: combination, title: R, when: {most: [a]}}", "is no condition"),
        ("rules:\n  r: {kind: combination, title: R, when: {all: [a, b]}}\n  a: {kind: level, title: A}", "there is no rule 'b'"),
        ("rulez: {}", "a.yml:1:1: rulez: is not a known key; did you mean 'rules'?"),
        ("thresholds: {t: {series: {}, levels: {red: x}, source: S}}", "`levels`: The level 'red' has the limit 'x'"),
        ("thresholds: {t: {series: {}, levels: {red: 1}}}", "thresholds.t.source: is missing"),
        ("rules: {r: !!python/object:os.system {}}", "is refused"),
        ("rules: {r: {kind: level", "not YAML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_line_and_column(tmp_path, text, said):
    found = problems(tmp_path, text)
    assert any(said in line for line in found), found


def test_one_wrong_rule_costs_no_other(tmp_path):
    (tmp_path / "a.yml").write_text("rules:\n  bad: {kind: level}\n  good: {kind: level, title: G}")
    book = read_folder(tmp_path)
    assert list(book.rules) == ["good"]
    assert len(book.problems) == 1


@pytest.mark.parametrize("floor", ["demo", "world"])
def test_shipped_rules_are_sound_and_say_what_to_do(floor):
    book = read_folder(folder("catalogs") / floor / "rules")
    assert not book.problems
    assert len(book.rules) >= 6
    for rule in book.rules.values():
        assert rule.title.zh
        assert rule.source
        assert rule.response or not rule.raises


class TestRevisions:
    @pytest.fixture
    def floor(self, tmp_path, clock):
        with Store.open(":memory:", clock=clock) as store, watchfloor.open("demo", store=store) as found:
            yield found

    DOCUMENT = {
        "kind": "level",
        "title": "Mine",
        "series": {"kind": "gauge"},
        "limits": {"red": 1.0},
        "units": "m",
    }

    def test_an_edit_is_a_revision_and_a_journal_entry(self, floor, clock):
        before = Rules.of(floor)
        assert "mine" not in before.rules
        assert save(floor, ADMIN, "mine", self.DOCUMENT, "a new gauge") == "r1"
        between = clock.now()
        clock.move(parse_time("2026-06-02T12:00:00Z"))
        assert save(floor, ADMIN, "mine", self.DOCUMENT | {"deadband": "5 %"}, "it chattered") == "r2"
        now = Rules.of(floor)
        assert (now.rules["mine"].version, now.rules["mine"].deadband.value) == ("r2", 5.0)
        then = Rules.of(floor, as_of=between)
        assert (then.rules["mine"].version, then.rules["mine"].deadband.value) == ("r1", 0.0)
        last = floor.store.journal.entries()[-1]
        assert (last.actor, last.action, last.subject, last.detail["why"]) == (
            "ada",
            "change rule",
            "mine",
            "it chattered",
        )

    def test_a_shipped_rule_is_overridden_and_removed(self, floor):
        shipped = Rules.of(floor).rules["river-level"]
        save(floor, ADMIN, "river-level", self.DOCUMENT, "trial")
        assert Rules.of(floor).rules["river-level"].title.en == "Mine"
        save(floor, ADMIN, "river-level", None, "not needed", remove=True)
        assert "river-level" not in Rules.of(floor).rules
        assert shipped.version == "1"

    def test_rules_in_use_take_an_edit_in(self, floor):
        from watchfloor.store.cube import Cube

        rules, cube = Rules.of(floor), Cube.of(floor.store)
        cube.catch_up()
        rules.evaluate(cube, AT)
        save(floor, ADMIN, "mine", self.DOCUMENT, "a new gauge")
        rules.evaluate(cube, AT)
        assert "mine" in rules.rules

    def test_thresholds_are_kept_too(self, floor):
        sets = [
            {
                "series": {"kind": "gauge"},
                "levels": {"red": 1},
                "source": "S",
                "version": "2026",
                "valid_from": "2026-01-01T00:00:00Z",
            }
        ]
        save(floor, ADMIN, "new", sets, "surveyed", what="thresholds")
        (dated,) = Rules.of(floor)._thresholds
        assert (dated.set.id, dated.set.version, dated.set.source) == ("new", "2026", "S")

    def test_not_everybody_may_and_nobody_without_a_reason(self, floor):
        with pytest.raises(ForbiddenError):
            save(floor, DUTY, "mine", self.DOCUMENT, "why not")
        with pytest.raises(InvalidInputError, match="needs a reason"):
            save(floor, ADMIN, "mine", self.DOCUMENT, "  ")
        with pytest.raises(InvalidInputError, match="did you mean 'level'"):
            save(floor, ADMIN, "mine", self.DOCUMENT | {"kind": "levels"}, "typo")
        assert not floor.store.records("rule")


class TestCommands:
    def run(self, *arguments, monkeypatch, tmp_path):
        from typer.testing import CliRunner

        monkeypatch.chdir(tmp_path)
        return CliRunner().invoke(app, ["rules", *arguments, "--data", str(tmp_path)])

    def test_check_and_list(self, monkeypatch, tmp_path):
        found = self.run("check", monkeypatch=monkeypatch, tmp_path=tmp_path)
        assert found.exit_code == 0
        assert "0 problems" in found.output
        assert "river-level" in self.run("list", monkeypatch=monkeypatch, tmp_path=tmp_path).output

    def test_try_a_file(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        with watchfloor.open("world", settings=load(floor="world", data=tmp_path)) as floor:
            floor.store.describe(
                [Series("g", "Gauge", "water_level", "m", attrs={"thresholds": {"red": 2.0}})]
            )
            now = floor.now()
            values = enumerate([1.0, 1.0, 2.5, 2.5, 1.0])
            floor.store.observe(
                [Observation("g", now - timedelta(hours=5 - hour), value) for hour, value in values]
            )
        (tmp_path / "mine.yml").write_text("rules: {mine: {kind: level, title: M, series: {name: g}}}")
        found = self.run(
            "try", "mine.yml", "--days", "2", "--floor", "world", monkeypatch=monkeypatch, tmp_path=tmp_path
        )
        assert found.exit_code == 0, found.output
        assert found.output.startswith(
            "mine would have fired once in 2 d, at 1 of 1 places (0.5 a day); no chattering."
        )
        assert found.output.rstrip().endswith("red      g")
        (tmp_path / "bad.yml").write_text("rules: {mine: {kind: lvl}}")
        wrong = self.run("try", "bad.yml", "--floor", "world", monkeypatch=monkeypatch, tmp_path=tmp_path)
        assert wrong.exit_code == 1
        assert "did you mean 'level'" in wrong.output
