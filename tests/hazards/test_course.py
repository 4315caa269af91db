"""What holds at a time of a run."""

import numpy as np
import pytest
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.course import from_start, held, holding


def test_a_value_holds_until_the_next_and_the_first_before_it():
    times = np.array([0.0, 60.0, 120.0])
    assert [holding(times, now) for now in (-5.0, 0.0, 59.0, 60.0, 1e9)] == [0, 0, 0, 1, 2]
    assert holding(times, np.arange(4) * 40.0).tolist() == [0, 0, 1, 2]
    assert holding(times, float(np.nextafter(60.0, 0.0))) == 1, "steps that are added up"


def test_what_does_not_change_always_holds():
    forcing = xr.Dataset({"rain": ("time", [1.0, 2.0]), "inflow": 3.0}, coords={"time": [0.0, 60.0]})
    assert float(held(forcing.rain, forcing, 61.0)) == 2.0
    assert float(held(forcing.inflow, forcing, 61.0)) == 3.0


def test_what_begins_after_the_run_is_refused():
    from_start([-3600.0, 0.0])
    with pytest.raises(InvalidInputError, match="The rain begins 30 s after the run; give a value at time 0"):
        from_start(np.array([30.0, 60.0]), "rain")
