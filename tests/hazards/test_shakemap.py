"""ShakeMap grids: what is read, and what is refused."""

import numpy as np
import pytest

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError
from watchfloor.hazards.earthquake.shakemap import read
from watchfloor.hazards.grid import Grid

_ROWS = "100.0 30.1 10 5 6.0\n100.1 30.1 20 9 7.0\n100.0 30.0 5 2 5.0\n100.1 30.0 8 4 5.5"


def grid(
    rows=_ROWS,
    fields=("LON", "LAT", "PGA", "PGV", "MMI"),
    units="pctg",
    nlon="2",
    nlat="2",
    magnitude="6.1",
    head="",
):
    told = {"LON": "dd", "LAT": "dd", "PGA": units, "PGV": "cms", "MMI": "intensity"}
    listed = "".join(
        f'<grid_field index="{n}" name="{f}" units="{told[f]}"/>' for n, f in enumerate(fields, 1)
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<shakemap_grid xmlns="http://earthquake.usgs.gov/eqcenter/shakemap" '
        f'event_id="us1" shakemap_version="3"><event magnitude="{magnitude}" depth="12" lat="30.05" lon="100.05" '
        f'event_timestamp="2026-06-01T00:00:00UTC" event_description="Somewhere"/>'
        f'<grid_specification nlon="{nlon}" nlat="{nlat}"/>{listed}<grid_data>\n{rows}\n</grid_data></shakemap_grid>'
    )
    return text.encode()


def test_values_are_in_our_units_and_rows_run_from_the_north():
    shake = read(grid())
    assert (shake.event, shake.version, shake.magnitude, shake.depth) == ("us1", "3", 6.1, 12.0)
    assert shake.data.latitude.values.tolist() == [30.1, 30.0]
    assert shake.data.mmi.sel(latitude=30.0).values.tolist() == [5.0, 5.5]
    assert float(shake.data.ground_acceleration[0, 0]) == pytest.approx(0.980665)


def test_it_is_interpolated_onto_a_grid_and_refused_where_it_ends():
    shake = read(grid())
    centre = Grid(
        np.array([599_000.0, 600_000.0, 601_000.0]),
        np.array([3_325_500.0, 3_324_500.0, 3_323_500.0]),
        "EPSG:32647",
    )
    lon, lat = centre.degrees()
    expected = 6.0 + (lon - 100.0) * 10.0
    found = shake.onto(centre)
    row = (30.1 - lat) / 0.1
    assert found.mmi.values == pytest.approx(
        expected * (1 - row) + (5.0 + (lon - 100.0) * 5.0) * row, abs=1e-3
    )
    far = Grid(centre.x + 50_000.0, centre.y, "EPSG:32647")
    with pytest.raises(InvalidInputError, match="cut the site"):
        shake.onto(far)


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"<a/>", InvalidInputError, "not a ShakeMap grid"),
        (b"<shakemap_grid/>", InvalidInputError, "has no event"),
        (grid(head='<!DOCTYPE a [<!ENTITY b "c">]>'), UnsafeError, "DOCTYPE"),
        (grid(units="m/s2"), InvalidInputError, "expected %g or pctg"),
        (grid(fields=("LON", "LAT", "PGA", "PGV", "PGV")), InvalidInputError, "has no MMI"),
        (grid(rows=_ROWS[:-4]), InvalidInputError, "it is not whole"),
        (grid(rows=_ROWS.replace("7.0", "x")), InvalidInputError, "no number"),
        (grid(rows=_ROWS.replace("100.1 30.1", "99.9 30.1")), InvalidInputError, "even grid"),
        (grid(nlon="100000", nlat="100000"), LimitError, "points"),
        (grid(nlon="two"), InvalidInputError, "expected a number"),
        (grid(magnitude="11"), InvalidInputError, "magnitude is 11"),
        (grid(magnitude="nan"), InvalidInputError, "expected a number"),
        (b"x" * 60_000_000, LimitError, "bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(data, error, said):
    with pytest.raises(error, match=said):
        read(data)
