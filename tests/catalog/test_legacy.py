"""Catalogs of Intake 1: read through the same checks, by the same readers."""

from pathlib import Path

import pytest

from watchfloor.catalog import open_catalog
from watchfloor.core.errors import InvalidInputError, UnsafeError

CATALOG = """\
metadata:
  version: 1
sources:
  Station Levels:
    description: Levels at three gauges
    driver: csv
    args:
      urlpath: "{{ CATALOG_DIR }}/days/{{ day }}.csv"
      csv_kwargs: {usecols: [station, stage_m]}
    parameters:
      day: {description: Day, type: str, default: mon, allowed: [mon, tue]}
    metadata: {provider: Survey, licence: CC0-1.0, hazard: [flood], cadence: static, classification: public}
  all_days:
    driver: intake.source.csv.CSVSource
    args: {urlpath: "{{CATALOG_DIR}}/days/*.csv"}
  rain:
    description: Rain
    driver: netcdf
    args:
      urlpath: "{{ CATALOG_DIR }}/rain.nc"
      xarray_kwargs: {engine: h5netcdf, decode_times: false}
  more:
    driver: yaml_file_cat
    args: {path: "{{ CATALOG_DIR }}/more.yml"}
  sheet:
    driver: excel
    args: {urlpath: "{{ CATALOG_DIR }}/a.xlsx"}
"""
MORE = "sources:\n  gauges:\n    driver: geojson\n    args: {urlpath: '{{ CATALOG_DIR }}/gauges.geojson'}\n"


@pytest.fixture
def path(write, tmp_path: Path, table, grid) -> Path:
    write(MORE, "more.yml")
    found = write(CATALOG)
    site = tmp_path / "site"
    (site / "days").mkdir()
    for number, day in enumerate(("mon", "tue")):
        table.drop(columns="geometry").assign(stage_m=float(number)).to_csv(
            site / "days" / f"{day}.csv", index=False
        )
    grid.to_netcdf(site / "rain.nc", engine="h5netcdf")
    table.to_file(site / "gauges.geojson")
    return found


def test_listed_and_read(path):
    catalog = open_catalog(path)
    assert list(catalog) == ["station-levels", "all-days", "rain", "sheet", "more/gauges"]
    levels = catalog["station-levels"]
    assert levels.title() == "Levels at three gauges"
    assert list(levels.read().columns) == ["station", "stage_m"]
    assert levels.read()["stage_m"].tolist() == [0, 0, 0]
    assert levels.read(day="tue")["stage_m"].tolist() == [1, 1, 1]
    with pytest.raises(InvalidInputError, match="not one of mon, tue"):
        levels.read(day="../../etc/passwd")
    assert len(catalog["all-days"].read()) == 6
    assert catalog["rain"].read()["rain"].attrs["units"] == "mm/h"
    assert len(catalog["more/gauges"].read()) == 3


def test_what_is_not_read_is_named_with_its_line(path):
    catalog = open_catalog(path)
    assert any(
        line.startswith(f"{path}:26:13: sources.sheet.driver: 'excel' is not a driver")
        for line in catalog.problems
    ), catalog.problems
    with pytest.raises(UnsafeError):
        catalog["sheet"].read()


def test_missing_metadata_is_named_at_the_source(path):
    catalog = open_catalog(path)
    assert any(
        ":14:5: entries.all-days.metadata.provider: is missing" in line for line in catalog.problems
    ), catalog.problems
    assert not any("station-levels" in line for line in catalog.problems)
    assert catalog["all-days"].metadata.classification == "restricted"
