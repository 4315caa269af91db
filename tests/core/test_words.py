"""Scales, kinds, fields, terms, provenance, errors, settings: words mean one thing."""

import csv
import math
from pathlib import Path

import pytest
from bokeh import palettes

from watchfloor.core import kinds, scales
from watchfloor.core.errors import InvalidInputError, SettingsError, UnknownNameError
from watchfloor.core.fields import FIELDS, convert, units
from watchfloor.core.provenance import canonical, digest
from watchfloor.core.settings import load
from watchfloor.core.share import FOLDERS, folder
from watchfloor.core.terms import LANGUAGES, term, terms


def test_every_severity_has_its_own_colour_and_shape() -> None:
    assert len(set(scales.COLOUR.values())) == len(scales.Severity) == len(set(scales.SHAPE.values()))
    assert [scales.rank(word) for word in scales.Severity] == [0, 1, 2, 3, 4]
    assert scales.rank("<script>") == scales.rank("Unknown")


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2 contrast ratio of two #RRGGBB colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("severity", list(scales.Severity))
def test_severity_colours_are_readable(severity: scales.Severity) -> None:
    assert contrast(scales.COLOUR[severity], "#0F141A") >= 4.5
    assert contrast(scales.COLOUR[severity], "#111111") >= 4.5


@pytest.mark.parametrize("table", scales.CROSSWALKS.values(), ids=lambda table: table.name)
def test_crosswalks_are_cited_and_lead_to_cap_severity(table: scales.Crosswalk) -> None:
    assert len(table.citation) > 20
    assert {step.target for step in table.steps} <= set(scales.Severity)
    ranks = [scales.rank(step.target) for step in table.steps]
    assert ranks == sorted(ranks)
    with pytest.raises(UnknownNameError):
        table("no such word")


@pytest.mark.parametrize(
    ("event", "category", "expected"),
    [
        ("Winter Storm Warning", "Met", "storm"),
        ("Fire Weather Watch", "Met", "wildfire"),
        ("Red Flag Warning", "Met", "wildfire"),
        ("Coastal Flood Advisory", "Met", "flood"),
        ("Earthquake", "Geo", "earthquake"),
        ("Excessive Heat Warning", "Met", "drought"),
        ("Hazardous Materials Warning", "CBRNE", "chemical"),
        ("Something", "CBRNE", "chemical"),
        ("Something", "Met", "other"),
        ("Drinking water notice", "Health", "epidemic"),
        ("Bushfire near the town", "Met", "wildfire"),
        ("", "", "other"),
    ],
)
def test_event_names_are_recognised(event: str, category: str, expected: str) -> None:
    assert kinds.guess(event, category) == expected


def test_every_family_and_language_is_there() -> None:
    assert {kind.family for kind in kinds.KINDS.values()} == {"nature", "industry", "society"}
    assert len({kind.zh for kind in kinds.KINDS.values()}) == len(kinds.KINDS) == 10
    with pytest.raises(UnknownNameError, match="did you mean 'flood'"):
        kinds.kind("flod")


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_fields_have_units_ranges_and_palettes(field) -> None:
    assert units().Unit(field.units) is not None
    assert field.limits[0] < field.limits[1]
    assert len(getattr(palettes, field.cmap)) == 256
    assert field.doc.endswith(".")
    assert field.zh != field.en


def test_conversion_says_what_cannot_be() -> None:
    assert convert(32.0, "degF", "degC") == pytest.approx(0, abs=1e-9)
    assert convert(35.3146667, "ft^3/s", "m^3/s") == pytest.approx(1.0, rel=1e-6)
    with pytest.raises(InvalidInputError, match="'m' cannot be turned into 'm/s'"):
        convert(1.0, "m", "m/s")
    with pytest.raises(InvalidInputError):
        convert(1.0, "no such unit", "m")


def test_terms_have_every_language_once() -> None:
    path = Path(__file__).parents[2] / "components/watchfloor/core/terms.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [row["key"] for row in rows]
    assert len(keys) == len(set(keys)) == len(terms())
    assert all(row[language].strip() for row in rows for language in LANGUAGES)
    with pytest.raises(UnknownNameError):
        term("no such term")


def test_equal_values_have_equal_digests() -> None:
    assert digest({"a": 1, "b": (1, 2)}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 1.5})
    assert canonical("洪") == '"洪"'
    with pytest.raises(InvalidInputError):
        canonical(math.nan)
    with pytest.raises(InvalidInputError):
        canonical(object())


def test_settings_come_from_flag_environment_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchfloor.toml").write_text('port = 6001\nlanguage = "zh"\nhosts = ["a.example"]\n')
    assert (load().port, load().language, load().hosts) == (6001, "zh", ["a.example"])
    monkeypatch.setenv("WATCHFLOOR_PORT", "6002")
    assert load().port == 6002
    assert load(port=6003, language=None).port == 6003
    assert load(port=6003, language=None).language == "zh"


@pytest.mark.parametrize(
    ("text", "name"), [("prot = 1", "prot"), ("port = 70000", "port"), ('language = "xx"', "language")]
)
def test_wrong_settings_are_named(
    text: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchfloor.toml").write_text(text)
    with pytest.raises(SettingsError, match=name):
        load()


def test_secrets_are_not_shown() -> None:
    assert "hush" not in repr(load(oauth_secret="hush"))


def test_share_finds_every_folder() -> None:
    assert all(folder(name).is_dir() for name in FOLDERS)
    with pytest.raises(UnknownNameError):
        folder("etc")
