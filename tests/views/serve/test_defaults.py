"""What is remembered of Bokeh's defaults is what Bokeh says."""

import bokeh.models
import panel as pn  # noqa: F401  its models count too
import pytest
from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import ParameterizedProperty
from bokeh.core.property.descriptors import PropertyDescriptor
from panel.custom import ReactiveESM

from watchfloor.views.map.frame import Frame
from watchfloor.views.serve.defaults import remember_defaults
from watchfloor.views.situation.keys import KeysPane
from watchfloor.views.situation.listing import ListPane


def test_what_is_remembered_is_what_bokeh_says(monkeypatch):
    monkeypatch.setattr(PropertyDescriptor, "has_unstable_default", PropertyDescriptor.has_unstable_default)
    monkeypatch.setattr(HasProps, "_overridden_defaults", HasProps.__dict__["_overridden_defaults"])
    monkeypatch.setattr(PropertyDescriptor, "instance_default", PropertyDescriptor.instance_default)
    monkeypatch.setattr(ParameterizedProperty, "__str__", ParameterizedProperty.__str__)
    monkeypatch.setattr(HasProps, "themed_values", HasProps.themed_values)
    remember_defaults()
    remember_defaults()  # twice changes nothing
    unstable = PropertyDescriptor.has_unstable_default
    overridden = HasProps.__dict__["_overridden_defaults"].__func__
    assert not hasattr(unstable._watchfloor_kept, "_watchfloor_kept")
    default = PropertyDescriptor.instance_default
    asked = kept = 0
    for kind in list(HasProps.model_class_reverse_map.values()):
        for _ in range(2):
            assert overridden(kind) == overridden._watchfloor_kept(kind), kind
        model = object.__new__(kind)
        for name in kind.properties():
            descriptor = kind.lookup(name)
            if type(descriptor).has_unstable_default is unstable:
                said = unstable._watchfloor_kept(descriptor, model)
                assert [unstable(descriptor, model) for _ in range(2)] == [said, said], (kind, name)
                asked += 1
            remembered = getattr(type(descriptor), "instance_default", None) is default
            if kind.__module__.startswith("bokeh.models") and remembered:
                said = default._watchfloor_kept(descriptor, model)
                if isinstance(said, str | int | float | None):
                    assert [default(descriptor, model) for _ in range(2)] == [said, said], (kind, name)
                    kept += 1
            if type(descriptor.property).__str__ is ParameterizedProperty.__str__:
                assert str(descriptor.property) == ParameterizedProperty.__str__._watchfloor_kept(
                    descriptor.property
                )
    assert kept > 5000
    assert asked > 5000


def test_models_share_nothing_that_changes():
    remember_defaults()
    one, other = bokeh.models.Scatter(), bokeh.models.Scatter()
    one.tags.append("mine")
    assert (one.tags, other.tags) == (["mine"], [])
    axis = bokeh.models.LinearAxis()
    assert axis.ticker is not bokeh.models.LinearAxis().ticker


def test_modules_are_found_where_panel_finds_them(monkeypatch):
    monkeypatch.setattr(ReactiveESM, "_bundle_path", ReactiveESM.__dict__["_bundle_path"])
    remember_defaults()
    look = ReactiveESM.__dict__["_bundle_path"].f._watchfloor_kept
    for kind in (ListPane, KeysPane, Frame):
        assert [kind._bundle_path, kind._bundle_path] == [look(kind)] * 2
    assert ListPane._bundle_path.name == "desk.bundle.js"

    class Other(ListPane):
        _bundle = "nothing.bundle.js"

    assert ListPane._bundle_path.name == "desk.bundle.js"
    with pytest.raises(ValueError, match="nothing"):
        Other._bundle_path  # noqa: B018


def test_a_theme_goes_before_what_is_remembered():
    remember_defaults()
    plain, themed = bokeh.models.Title(), bokeh.models.Title()
    assert themed.text_color == plain.text_color
    themed.apply_theme({"text_color": "#123456"})
    assert (themed.text_color, plain.text_color) != (plain.text_color, themed.text_color)
    assert themed.text_color == "#123456"
    assert bokeh.models.Title().text_color == plain.text_color
    look = HasProps.themed_values
    for model in (plain, themed):
        assert look(model) == look._watchfloor_kept(model)
    themed.unapply_theme()
    assert look(themed) is look._watchfloor_kept(themed) is None
    assert themed.text_color == plain.text_color
