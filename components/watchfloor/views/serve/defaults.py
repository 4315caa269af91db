"""Bokeh works out which of a class's defaults are made anew for each model, again for each model; once is enough.

A page has about 200 models of 60 classes, each with 20 to 80 properties: a tenth of the time to build the page.
"""

from collections.abc import Callable
from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import ParameterizedProperty
from bokeh.core.property.descriptors import PropertyDescriptor
from panel.config import config
from panel.custom import ReactiveESM
from panel.util import classproperty

__all__ = ["remember_defaults"]

_KEPT = "_watchfloor_kept"
_BUNDLE = "_watchfloor_bundle"
_DEFAULT = "_watchfloor_default"
_FIXED = (str, int, float, bool, type(None))


def remember_defaults() -> None:
    """Have Bokeh remember, for each class, what follows from the class alone. Safe to call twice.

    Both answers depend on nothing that changes once a class is made: `HasProps._overridden_defaults` on the class,
    `PropertyDescriptor.has_unstable_default` on the property and the class of the model. Where a version of Bokeh
    has them no longer, nothing is done.
    """
    unstable = PropertyDescriptor.__dict__.get("has_unstable_default")
    overridden = HasProps.__dict__.get("_overridden_defaults")
    if callable(unstable) and not hasattr(unstable, _KEPT):
        kept: Any = _by_class(unstable)
        PropertyDescriptor.has_unstable_default = kept  # type: ignore[method-assign]
    if isinstance(overridden, classmethod) and not hasattr(overridden.__func__, _KEPT):
        own: Any = classmethod(_of_class(overridden.__func__))
        HasProps._overridden_defaults = own  # type: ignore[method-assign]
    default = PropertyDescriptor.__dict__.get("instance_default")
    if callable(default) and not hasattr(default, _KEPT):
        PropertyDescriptor.instance_default = _prepared(default)  # type: ignore[method-assign]
    themed = HasProps.__dict__.get("themed_values")
    if callable(themed) and not hasattr(themed, _KEPT):
        looked_up: Any = _looked_up(themed)
        HasProps.themed_values = looked_up  # type: ignore[method-assign]
    write = ParameterizedProperty.__dict__.get("__str__")
    if callable(write) and not hasattr(write, _KEPT):
        ParameterizedProperty.__str__ = _written(write)  # type: ignore[method-assign]
    bundle = ReactiveESM.__dict__.get("_bundle_path")
    look = getattr(bundle, "f", None)
    if callable(look) and not hasattr(look, _KEPT):
        ReactiveESM._bundle_path = classproperty(_found(look))


def _by_class(ask: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def has_unstable_default(self: Any, obj: Any) -> bool:
        known: dict[type, bool] = self.__dict__.setdefault(_KEPT, {})
        kind = type(obj)
        if kind not in known:
            known[kind] = ask(self, obj)
        return known[kind]

    setattr(has_unstable_default, _KEPT, ask)
    return has_unstable_default


def _prepared(ask: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Have Bokeh check a default once for each class: what cannot be changed is the same for each model."""

    def instance_default(self: Any, obj: Any) -> Any:
        themed = obj.themed_values()
        if themed is not None and self.name in themed:
            return ask(self, obj)
        known: dict[type, Any] = self.__dict__.setdefault(_DEFAULT, {})
        kind = type(obj)
        if kind not in known:
            made, again = ask(self, obj), ask(self, obj)
            # a default that is made by a function may differ each time, though it be a text
            fixed = isinstance(made, _FIXED) and made is again and not self.has_unstable_default(obj)
            known[kind] = (made,) if fixed else None
            return made
        kept = known[kind]
        return ask(self, obj) if kept is None else kept[0]

    setattr(instance_default, _KEPT, ask)
    return instance_default


def _looked_up(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Have Bokeh look where it keeps a model's theme: most have none, and that took it through its search for misspelt names."""

    def themed_values(self: Any) -> Any:
        return self.__dict__.get("__themed_values__")

    setattr(themed_values, _KEPT, ask)
    return themed_values


def _written(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Have Bokeh write the name of a property's type once: it does for each value that it checks, for an error that is none."""

    def __str__(self: Any) -> str:  # noqa: N807  it takes that one's place
        kept: str | None = self.__dict__.get(_KEPT)
        if kept is None:
            kept = self.__dict__[_KEPT] = write(self)
        return kept

    setattr(__str__, _KEPT, write)
    return __str__


def _found(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Have Panel look for the file of a component's module once, not five times for each page."""

    def _bundle_path(cls: Any) -> Any:
        if config.autoreload:
            return look(cls)
        if _BUNDLE not in cls.__dict__:
            setattr(cls, _BUNDLE, (look(cls), cls._esm, cls._bundle))
        found, *made_of = getattr(cls, _BUNDLE)
        # a class whose module was exchanged since, as tests do, is looked for anew
        return found if made_of == [cls._esm, cls._bundle] else look(cls)

    setattr(_bundle_path, _KEPT, look)
    return _bundle_path


def _of_class(ask: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def _overridden_defaults(cls: Any) -> dict[str, Any]:
        found: dict[str, Any] | None = cls.__dict__.get(_KEPT)
        if found is None:
            found = ask(cls)
            setattr(cls, _KEPT, found)
        return found

    setattr(_overridden_defaults, _KEPT, ask)
    return _overridden_defaults
