"""Flood against another model's run of a real place, and maps against maps by the scores of the field."""

import numpy as np
import pytest
import xarray as xr
from pyproj import Transformer

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.agreement import agreement
from watchfloor.hazards.flood import Flood
from watchfloor.hazards.streams import Streams

PIAVE = "floods/Deltares__hydromt_sfincs/examples/sfincs_compound/"
NMAX, MMAX, CELL, X0, Y0 = 107, 251, 50.0, 318650.0, 5040000.0
TURN = np.radians(27.0)


def straight(x, y):
    """Turn places into the grid's own axes: metres along its columns and rows."""
    east, north = np.asarray(x) - X0, np.asarray(y) - Y0
    return east * np.cos(TURN) + north * np.sin(TURN), north * np.cos(TURN) - east * np.sin(TURN)


@pytest.fixture(scope="module")
def piave(realdata):
    """Run the Piave's mouth for a day of tide and river, as SFINCS 2.0.2 (Blockhaus) did; return levels, ours and theirs."""
    theirs = xr.open_dataset(realdata(PIAVE + "sfincs_his.nc"), engine="scipy").load()
    cells = np.fromfile(realdata(PIAVE + "sfincs.ind"), np.int32)[1:] - 1
    z, kind = np.full(NMAX * MMAX, 60.0), np.zeros(NMAX * MMAX)
    z[cells] = np.fromfile(realdata(PIAVE + "sfincs.dep"), np.float32)
    kind[cells] = np.fromfile(realdata(PIAVE + "sfincs.msk"), np.uint8)[-cells.size :]
    # their cells are counted down the columns; what is not active is a wall
    z, kind = z.reshape(MMAX, NMAX).T, kind.reshape(MMAX, NMAX).T
    tide = np.loadtxt(realdata(PIAVE + "sfincs.bzs"))
    river = np.loadtxt(realdata(PIAVE + "sfincs.dis"))
    mouth = np.array(straight(*np.loadtxt(realdata(PIAVE + "sfincs.src"))))
    lon, lat = Transformer.from_crs("EPSG:32633", "EPSG:4326", always_xy=True).transform(
        mouth[0] + X0, mouth[1] + Y0
    )
    times = np.unique(np.concatenate([tide[:, 0], np.arange(0.0, 86400.0, 1800.0)]))
    site = xr.Dataset(
        {
            "elevation": (("y", "x"), z, {"units": "m"}),
            # Manning's n is theirs: 0.04 on land, 0.02 below the datum
            "manning_roughness": (("y", "x"), np.where(z >= 0.0, 0.04, 0.02), {"units": "s/m^(1/3)"}),
            "water_depth": (("y", "x"), np.maximum(-z, 0.0), {"units": "m"}),
            "sea_mask": (("y", "x"), (kind == 2).astype(float), {"units": "1"}),
        },
        coords={"y": Y0 + (np.arange(NMAX) + 0.5) * CELL, "x": X0 + (np.arange(MMAX) + 0.5) * CELL},
        attrs={"crs": "EPSG:32633"},
    )
    drive = xr.Dataset(
        {
            "sea_level": ("time", np.interp(times, tide[:, 0], tide[:, 1:].mean(axis=1)), {"units": "m"}),
            "discharge": (("time", "source"), np.interp(times, *river.T)[:, None], {"units": "m^3/s"}),
        },
        coords={"time": times, "longitude": ("source", [lon]), "latitude": ("source", [lat])},
    )
    model = Flood(west=False, east=False, first_row=False, last_row=False, frames=145)
    ready = model.prepare(site, drive, until=86400.0)
    result = model.run(ready, model.sample(Streams(1, 0)), times=True)
    along, up = straight(theirs.point_x.values, theirs.point_y.values)
    rows, columns = (up // CELL).astype(int), (along // CELL).astype(int)
    levels = np.stack(
        [result.water_depth.values[:, r, c] + z[r, c] for r, c in zip(rows, columns, strict=True)], axis=1
    )
    assert np.allclose(z[rows, columns], theirs.point_zb.values, atol=1e-4)
    return levels, theirs.point_zs.values, result


def test_the_piave_has_the_levels_that_sfincs_gives(piave):
    ours, theirs, result = piave
    late = slice(12, None)  # both begin from rest: the first two hours are their own
    error = np.sqrt(np.nanmean((ours - theirs)[late] ** 2, axis=0))
    assert (error < 0.015).all(), error
    assert abs(result.attrs["balance_error"]) < 1e-9


GVAL = "floods/NOAA-OWP__gval/notebooks/"


def test_the_scores_of_two_maps_are_those_that_gval_publishes(realdata):
    import rioxarray

    maps = [
        rioxarray.open_rasterio(
            realdata(f"{GVAL}{name}_map_two_class_categorical.tif"), masked=True
        ).squeeze()
        for name in ("candidate", "benchmark")
    ]
    candidate = maps[0].rio.reproject_match(maps[1])  # nearest, onto the benchmark's cells, as gval does
    found = agreement(candidate.values, maps[1].values, threshold=1.5)  # 2 is wet; 0 and 1 are dry
    published = {"hits": 2473405, "misses": 639227, "false_alarms": 512277, "correct_negatives": 10345720}
    for name, value in published.items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-5), name
    assert found.csi == pytest.approx(0.682336, abs=2e-6)
    assert found.pod == pytest.approx(0.794635, abs=2e-6)
    assert found.far == pytest.approx(0.171578, abs=2e-6)
    assert found.bias == pytest.approx(0.959215, abs=2e-6)
    assert found.accuracy == pytest.approx(0.917577, abs=2e-6)


def test_the_scores_are_those_of_the_package_scores():
    from scores.categorical import BinaryContingencyManager

    rng = np.random.default_rng(3)
    found, seen = rng.random((40, 50)), rng.random((40, 50))
    ours = agreement(found, seen, 0.6)
    theirs = BinaryContingencyManager(
        xr.DataArray((found > 0.6).astype(float)), xr.DataArray((seen > 0.6).astype(float))
    )
    assert ours.csi == pytest.approx(float(theirs.critical_success_index()))
    assert ours.pod == pytest.approx(float(theirs.probability_of_detection()))
    assert ours.far == pytest.approx(float(theirs.false_alarm_ratio()))
    assert ours.bias == pytest.approx(float(theirs.frequency_bias()))


def test_scores_of_nothing_are_no_numbers_and_other_grids_are_refused():
    empty = agreement(np.zeros(4), np.zeros(4))
    assert np.isnan([empty.csi, empty.pod, empty.far]).all()
    assert empty.accuracy == 1.0
    with pytest.raises(InvalidInputError, match="one grid first"):
        agreement(np.zeros(4), np.zeros(5))


def test_a_coarser_run_of_the_same_flood_agrees_with_the_finer():
    site, forcing, until = Flood.example()
    model = Flood()
    fine, coarse = (
        model.run(model.prepare(site, forcing, until=until, fidelity=fidelity), model.sample(Streams(1, 0)))
        for fidelity in ("standard", "preview")
    )
    blown = np.kron(coarse.water_depth_max.values, np.ones((2, 2)))
    assert agreement(blown, fine.water_depth_max.values, 0.1).csi > 0.6
