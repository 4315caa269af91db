"""What is remembered of Bokeh's defaults is what Bokeh says."""

import bokeh.models
import panel as pn  # noqa: F401  its models count too
from bokeh.core.has_props import HasProps
from bokeh.core.property.descriptors import PropertyDescriptor

from watchfloor.views.serve.defaults import remember_defaults


def test_what_is_remembered_is_what_bokeh_says(monkeypatch):
    monkeypatch.setattr(PropertyDescriptor, "has_unstable_default", PropertyDescriptor.has_unstable_default)
    monkeypatch.setattr(HasProps, "_overridden_defaults", HasProps.__dict__["_overridden_defaults"])
    remember_defaults()
    remember_defaults()  # twice changes nothing
    unstable = PropertyDescriptor.has_unstable_default
    overridden = HasProps.__dict__["_overridden_defaults"].__func__
    assert not hasattr(unstable._watchfloor_kept, "_watchfloor_kept")
    asked = 0
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
    assert asked > 5000


def test_models_share_nothing_that_changes():
    remember_defaults()
    one, other = bokeh.models.Scatter(), bokeh.models.Scatter()
    one.tags.append("mine")
    assert (one.tags, other.tags) == (["mine"], [])
    axis = bokeh.models.LinearAxis()
    assert axis.ticker is not bokeh.models.LinearAxis().ticker
