"""Plug-ins are found without being imported, and a broken one stops nothing."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from watchfloor.core import registry as module
from watchfloor.core.errors import UnknownNameError, WatchfloorError
from watchfloor.core.registry import BrokenPluginWarning, Registry
from watchfloor.feeds.base import Feed


class Base:
    """What the plug-ins of the made-up room extend."""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a room with two good plug-ins, one that offers two classes, and a base."""
    name = f"room_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "base.py").write_text("raise RuntimeError('the base is no plug-in')")
    good = "from tests_registry_base import Base\n__all__ = ['A']\nclass A(Base): pass\n"
    (folder / "alpha.py").write_text(good)
    (folder / "beta.py").write_text(good)
    (folder / "two.py").write_text(good + "class B(Base): pass\n__all__ = ['A', 'B']\n")
    (folder / "_hidden.py").write_text("raise RuntimeError")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "tests_registry_base", sys.modules[__name__])
    return name


def test_listing_imports_nothing_and_lookup_imports_one(room: str) -> None:
    plugins = Registry(room, Base)
    assert list(plugins) == ["alpha", "beta", "two"]
    assert len(plugins) == 3
    assert "alpha" in plugins
    assert not [name for name in sys.modules if name.startswith(f"{room}.")]
    assert issubclass(plugins["alpha"], Base)
    assert f"{room}.beta" not in sys.modules


def test_unknown_and_ambiguous_names_are_explained(room: str) -> None:
    plugins = Registry(room, Base)
    with pytest.raises(UnknownNameError, match="did you mean 'alpha'"):
        plugins["alfa"]
    with pytest.raises(WatchfloorError, match="exactly one Base"):
        plugins["two"]


def test_foreign_plugins_add_but_never_replace_or_break(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("alpha", "json:loads", room),
        EntryPoint("gamma", "tests_registry_base:Gamma", room),
        EntryPoint("broken", "no_such_module:Thing", room),
    ]
    monkeypatch.setattr(module, "entry_points", lambda group: [p for p in points if p.group == group])
    monkeypatch.setattr(sys.modules[__name__], "Gamma", type("Gamma", (Base,), {}), raising=False)
    plugins = Registry(room, Base, besides=("base", "two"))
    assert plugins["alpha"].__module__ == f"{room}.alpha"
    assert plugins["gamma"].__name__ == "Gamma"
    with pytest.warns(BrokenPluginWarning, match="broken"):
        found = plugins.usable()
    assert set(found) == {"alpha", "beta", "gamma"}
    assert "no_such_module" in plugins.broken["broken"]


def test_the_feeds_are_a_registry() -> None:
    from watchfloor.feeds import FEEDS

    assert all(issubclass(FEEDS[name], Feed) for name in FEEDS)
