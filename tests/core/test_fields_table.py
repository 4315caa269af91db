"""Every quantity can be drawn, converted and named in both languages."""

import bokeh.palettes
import pytest

from watchfloor.core.fields import FIELDS, convert


@pytest.mark.parametrize("field", FIELDS.values(), ids=list(FIELDS))
def test_a_field_is_whole(field):
    assert len(getattr(bokeh.palettes, field.cmap)) == 256
    assert convert(1.0, field.units, field.units) == 1.0
    assert field.limits[0] < field.limits[1]
    assert field.en
    assert field.zh
    assert field.doc.endswith(".")


def test_units_are_known_to_the_registry():
    from watchfloor.core.fields import units

    for field in FIELDS.values():
        units().Unit(field.units)
