"""Bundles: the terms that code names, and scopes that do not meet."""

import pytest

from watchfloor.core.errors import UnknownNameError
from watchfloor.core.scales import Certainty
from watchfloor.views import bundling


def test_a_term_that_the_table_lacks_is_told():
    with pytest.raises(UnknownNameError, match=r"no\.such\.word"):
        bundling.words('phrase("no.such.word")', ())


def test_terms_come_by_name_by_group_and_by_scale():
    table = bundling.words('t("wall.span"), t("twin.how." + how)', ("time",), (Certainty,))
    assert {"hazard.flood", *map(str, Certainty)} <= set(table)
    assert any(key.startswith("time.") for key in table)
    assert not any(key.startswith("twin.") for key in table), "a key that is put together is no key"
    assert all(row.keys() == {"en", "zh"} for row in table.values())


def test_each_scope_stands_by_itself_and_gives_its_panes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.js").write_text(f"const own = 1;\nconst {name.title()}Pane = pane(() => own);\n")
    (tmp_path / "core.js").write_text("const pane = (made) => made;\n")
    scopes = [[tmp_path / "one.js"], [tmp_path / "two.js"]]
    text = bundling.scoped("here", [tmp_path / "core.js"], scopes, [], ())
    assert text.startswith("// Made by here;")
    assert text.count("\n{\nconst own") == 2
    assert text.index("PANES.OnePane = OnePane;\n}") < text.index("PANES.TwoPane = TwoPane;\n}")
