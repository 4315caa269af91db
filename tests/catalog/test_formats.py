"""Every format that a catalog may name is read, through Intake's own readers or ours, and is what it says."""

import sqlite3
from pathlib import Path

import geopandas as gpd
import intake
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  the accessor
import xarray as xr

from watchfloor.catalog import Policy, open_catalog
from watchfloor.core.errors import CatalogError, NotReadyError

OWN = "watchfloor.catalog.readers:"


@pytest.fixture
def site(tmp_path: Path, table: gpd.GeoDataFrame, grid: xr.Dataset) -> Path:
    """Return a folder with the same gauges and the same rain in every format."""
    site = tmp_path / "site"
    (site / "days").mkdir(parents=True)
    plain = pd.DataFrame(table.drop(columns="geometry"))
    plain.to_csv(site / "a.csv", index=False)
    plain.iloc[:2].to_csv(site / "days" / "1.csv", index=False)
    plain.iloc[2:].to_csv(site / "days" / "2.csv", index=False)
    plain.to_parquet(site / "a.parquet")
    table.to_parquet(site / "geo.parquet")
    table.to_file(site / "a.geojson")
    table.to_file(site / "a.gpkg", layer="gauges")
    table.to_file(site / "a.fgb")
    table.to_file(site / "a.shp")
    grid.to_netcdf(site / "a.nc", engine="h5netcdf")
    grid.to_netcdf(site / "classic.nc", engine="scipy", format="NETCDF3_64BIT")
    grid.to_zarr(site / "v3.zarr", zarr_format=3, consolidated=False)
    grid.to_zarr(site / "v2.zarr", zarr_format=2, consolidated=True)
    rain = grid["rain"].rio.write_crs("EPSG:32657").rio.write_nodata(-1)
    rain.rio.to_raster(site / "a.tif")
    xr.concat([rain, rain + 1], dim="band").rio.to_raster(site / "two.tif")
    with sqlite3.connect(site / "a.sqlite") as connection:
        plain.to_sql("gauges", connection, index=False)
    connection.close()
    return site


TABLES = [
    ("PandasCSV", "CSV", "a.csv", {}),
    ("DaskCSV", "CSV", "days/*.csv", {}),
    (f"{OWN}CSVReader", "CSV", "a.csv", {}),
    (f"{OWN}CSVReader", "CSV", "days/*.csv", {}),
    ("PandasParquet", "Parquet", "a.parquet", {}),
    ("DaskParquet", "Parquet", "a.parquet", {}),
    ("GeoPandasTabular", "Parquet", "geo.parquet", {}),
    ("GeoPandasReader", "GeoJSON", "a.geojson", {}),
    ("GeoPandasReader", "GeoPackage", "a.gpkg", {"layer": "gauges", "with_fsspec": False}),
    ("GeoPandasReader", "FlatGeoBuf", "a.fgb", {}),
    ("GeoPandasReader", "Shapefile", "a.shp", {"with_fsspec": False}),
]


@pytest.mark.parametrize(("reader", "datatype", "file", "kwargs"), TABLES)
def test_tables(write, make, site, table, reader, datatype, file, kwargs):
    path = write(make.single(reader, datatype, "{CATALOG_DIR}/" + file, **kwargs))
    entry = open_catalog(path, strict=True)["x"]
    found = entry.read()
    if hasattr(found, "compute"):
        found = found.compute()
    assert sorted(found["station"]) == ["A", "B", "C"]
    assert sorted(found["stage_m"]) == [1.5, 2.5, 3.5]
    if "Geo" in reader:
        assert isinstance(found, gpd.GeoDataFrame)
        assert found.crs == "EPSG:4326"
        assert set(found.geometry.to_wkt()) == set(table.geometry.to_wkt())


@pytest.mark.parametrize(
    ("reader", "datatype", "args"),
    [
        ("XArrayDatasetReader", "HDF5", {"url": "{CATALOG_DIR}/a.nc"}),
        (f"{OWN}GridReader", "HDF5", {"url": "{CATALOG_DIR}/a.nc"}),
        (f"{OWN}GridReader", "NetCDF3", {"url": "{CATALOG_DIR}/classic.nc"}),
        ("XArrayDatasetReader", "Zarr", {"url": "{CATALOG_DIR}/v2.zarr", "root": ""}),
        (f"{OWN}GridReader", "Zarr", {"url": "{CATALOG_DIR}/v2.zarr", "root": ""}),
        (f"{OWN}GridReader", "Zarr", {"url": "{CATALOG_DIR}/v3.zarr", "root": ""}),
    ],
)
def test_grids_keep_cf_units(write, make, site, grid, reader, datatype, args):
    found = open_catalog(write(make.single(reader, datatype, args=args)), strict=True)["x"].read()
    xr.testing.assert_equal(found["rain"].drop_attrs(), grid["rain"].drop_attrs())
    assert found["rain"].attrs["units"] == "mm/h"
    assert found["rain"].attrs["standard_name"] == "rainfall_rate"


def test_one_variable(write, make, site):
    path = write(make.single(f"{OWN}GridReader", "HDF5", "{CATALOG_DIR}/a.nc", variable="rain"))
    assert open_catalog(path)["x"].read().name == "rain"
    path = write(make.single(f"{OWN}GridReader", "HDF5", "{CATALOG_DIR}/a.nc", variable="ran"))
    with pytest.raises(CatalogError, match="no variable 'ran'; known: rain"):
        open_catalog(path)["x"].read()


def test_geotiff_is_one_array_with_its_crs(write, make, site, grid):
    entry = open_catalog(
        write(make.single(f"{OWN}GeoTIFFReader", "TIFF", "{CATALOG_DIR}/a.tif", name="rain"))
    )["x"]
    found = entry.read()
    assert isinstance(found, xr.DataArray)
    assert found.dims == ("y", "x")
    assert found.rio.crs.to_epsg() == 32657
    assert found.attrs["units"] == "mm/h"
    np.testing.assert_allclose(found.x, grid.x)
    np.testing.assert_allclose(found.y, grid.y)
    np.testing.assert_allclose(found.values, grid["rain"].values)


def test_geotiff_with_bands(write, make, site):
    path = write(make.single(f"{OWN}GeoTIFFReader", "TIFF", "{CATALOG_DIR}/two.tif", name="rain"))
    assert open_catalog(path)["x"].read().sizes == {"band": 2, "y": 3, "x": 4}
    path = write(make.single(f"{OWN}GeoTIFFReader", "TIFF", "{CATALOG_DIR}/two.tif", band=2))
    assert float(open_catalog(path)["x"].read()[0, 0]) == 1.0


def test_a_copy_of_a_grid_outlives_its_file(write, make, site):
    entry = open_catalog(write(make.single(f"{OWN}GeoTIFFReader", "TIFF", "{CATALOG_DIR}/a.tif")))["x"]
    entry.read()
    (site / "a.tif").unlink()
    found = entry.read()
    assert entry.state.kind == "last-good"
    assert float(found.sum()) == 66.0


def test_a_grid_that_a_caller_changes_is_its_own(write, make, site):
    entry = open_catalog(write(make.single(f"{OWN}GeoTIFFReader", "TIFF", "{CATALOG_DIR}/a.tif")))["x"]
    first = entry.read()
    first.values[:] = 99
    first.attrs["units"] = "changed"
    assert float(entry.read().max()) == 11.0
    assert entry.read().attrs["units"] == "mm/h"


def test_chunks_stay_lazy(write, make, site):
    entry = open_catalog(write(make.single(f"{OWN}GridReader", "HDF5", "{CATALOG_DIR}/a.nc", chunks={})))["x"]
    assert entry.read()["rain"].chunks is not None


def test_sql(write, make, site):
    args = {"conn": "sqlite:///{CATALOG_DIR}/a.sqlite", "query": "select * from gauges order by station"}
    found = open_catalog(write(make.single(f"{OWN}SQLReader", "SQLQuery", args=args)), strict=True)[
        "x"
    ].read()
    assert found["station"].tolist() == ["A", "B", "C"]


def test_the_same_file_is_read_by_intake_itself(write, make, site):
    content = {"data": {}, "entries": {}}
    for number, (reader, datatype, file, kwargs) in enumerate(TABLES):
        one = make.single(reader, datatype, "{CATALOG_DIR}/" + file, **kwargs)
        content["data"][f"d{number}-file"] = one["data"]["x-file"]
        content["entries"][f"d{number}"] = one["entries"]["x"]
        content["entries"][f"d{number}"]["kwargs"]["data"] = f"{{data(d{number}-file)}}"
    args = {"conn": "{CATALOG_DIR}/a.sqlite", "query": "select * from gauges"}
    one = make.single(f"{OWN}SQLReader", "SQLQuery", args=args)
    content["data"]["sql-file"], content["entries"]["sql"] = one["data"]["x-file"], one["entries"]["x"]
    content["entries"]["sql"]["kwargs"]["data"] = "{data(sql-file)}"
    path = write(content)
    ours, theirs = open_catalog(path, strict=True), intake.open_catalog(str(path))
    assert set(ours) == set(theirs.entries)
    for name in ours:
        if name == "d3":  # several files: ours expands the pattern, so that each is checked
            continue
        assert len(theirs[name].read()) == len(ours[name].read()) == 3, name


def test_a_file_that_is_not_there(write, make, site):
    entry = open_catalog(write(make.single("PandasCSV", "CSV", "{CATALOG_DIR}/none.csv")))["x"]
    with pytest.raises(NotReadyError, match=r"There is no file .*none\.csv"):
        entry.read()
    assert entry.state.kind == "failed"


def test_a_file_that_is_broken(write, make, site):
    (site / "a.parquet").write_bytes(b"PAR1 but not really")
    entry = open_catalog(write(make.single("PandasParquet", "Parquet", "{CATALOG_DIR}/a.parquet")))["x"]
    with pytest.raises(NotReadyError, match="x cannot be read: "):
        entry.read()


def test_units_stay_with_the_columns(write, make, site):
    content = make.single("PandasCSV", "CSV", "{CATALOG_DIR}/a.csv")
    content["entries"]["x"]["metadata"] = make.META | {"units": {"stage_m": "m"}}
    found = open_catalog(write(content))["x"].read()
    assert found.attrs["units"] == {"stage_m": "m"}
    assert found.query("stage_m > 2").attrs["units"] == {"stage_m": "m"}


@pytest.mark.parametrize(
    ("reader", "datatype", "file"),
    [
        (f"{OWN}GeoTIFFReader", "TIFF", "floods/NOAA-OWP__gval/notebooks/benchmark_continuous_1.tif"),
        (
            f"{OWN}GridReader",
            "HDF5",
            "floods/Deltares__hydromt_wflow/examples/linux64/wflow_piave_clip/inmaps.nc",
        ),
        (
            "GeoPandasReader",
            "GeoJSON",
            "floods/Deltares__hydromt_sfincs/examples/sfincs_compound/gis/region.geojson",
        ),
        (
            "PandasParquet",
            "Parquet",
            "rivers_weather/mroberge__hydrofunctions/docs/notebooks/virginia.parquet",
        ),
    ],
)
def test_real_files(write, make, realdata, reader, datatype, file):
    path = realdata(file)
    catalog = open_catalog(
        write(make.single(reader, datatype, str(path))), policy=Policy(roots=(path.parent,))
    )
    found = catalog["x"].read()
    assert found.shape if hasattr(found, "shape") else found.sizes
    if datatype == "TIFF":
        assert found.rio.crs is not None
    if datatype == "HDF5":
        assert any("units" in found[name].attrs for name in found.data_vars)


def test_a_turned_grid_is_named_as_such(write, make, realdata):
    path = realdata("floods/Deltares__hydromt_sfincs/examples/sfincs_compound/gis/dep.tif")
    content = make.single(f"{OWN}GeoTIFFReader", "TIFF", str(path))
    catalog = open_catalog(write(content), policy=Policy(roots=(path.parent,)))
    with pytest.raises(CatalogError, match=r"dep\.tif is a turned grid"):
        catalog["x"].read()
