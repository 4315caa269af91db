"""A result as a file: NetCDF and GeoTIFF of what is shown, CSV of places, and the notebook cell that makes it again."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from watchfloor.core.clock import format_time
from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.floor.export import to_csv
from watchfloor.views.recipe import comments
from watchfloor.views.twin.layers import HOWS, Shown, fields, layer
from watchfloor.views.twin.runs import Answer

__all__ = ["file", "recipe"]

_FORMS = ("netcdf", "geotiff", "csv", "recipe")


def file(form: str, floor: Any, answer: Answer, shown: Shown) -> tuple[bytes, str, str]:
    """Return bytes, media type and ending of a file.

    Parameters
    ----------
    form
        ``netcdf``, ``geotiff``, ``csv`` or ``recipe``.
    floor
        Whose mark the file carries.
    answer, shown
        The result, and what of it is looked at.

    Raises
    ------
    InvalidInputError
        If this result has no such form.
    """
    if form not in _FORMS:
        raise UnknownNameError("form of a file", form[:40], _FORMS)
    if form == "recipe":
        return recipe(floor, answer, shown).encode("utf-8"), "text/x-python", "py"
    ensemble = answer.ensemble
    assert ensemble is not None
    made = layer(ensemble, shown)
    about = _about(floor, answer) | {
        "shown": made.how,
        **{f"shown_{key}": str(value) for key, value in made.note.items()},
    }
    gridded = {"y", "x"} <= set(made.values.dims)
    if form == "netcdf":
        known = fields(ensemble)
        name = shown.field if any(one.field == shown.field for one in known) else known[0].field
        products = {
            f"{name}_median": ensemble.quantile(name, 0.5),
            f"{name}_p90": ensemble.quantile(name, 0.9),
            f"{name}_spread": ensemble.spread(name),
        }
        products[f"{name}_worst_credible"] = ensemble.member(ensemble.worst_credible(name))[name]
        level = made.note.get("level")
        if level is not None:
            products[f"{name}_probability"] = ensemble.probability(name, float(level))
        whole = xr.Dataset({key: one.drop_vars("member", errors="ignore") for key, one in products.items()})
        crs = str(ensemble.request.site.attrs.get("crs", ""))
        whole = whole.assign_attrs(Conventions="CF-1.11", crs=crs, **about)
        packed = {str(key): {"zlib": True, "complevel": 4} for key in whole.data_vars}
        data = whole.to_netcdf(engine="h5netcdf", encoding=packed if gridded else None)
        return bytes(data), "application/x-netcdf", "nc"
    if form == "geotiff":
        if not gridded:
            raise InvalidInputError("This result lies at places, not on a grid; take it as CSV.")
        return _tiff(made.values, made.factor, about), "image/tiff", "tif"
    if gridded:
        raise InvalidInputError("This result is a grid; take it as GeoTIFF or NetCDF.")
    dim = str(made.values.dims[0])
    names = made.values[dim].values if dim in made.values.coords else np.arange(made.values.size)
    table = pd.DataFrame(
        {
            dim: [str(one) for one in names],
            made.units or "value": np.asarray(made.values.values, float) / made.factor,
        }
    )
    return to_csv(table, about), "text/csv", "csv"


def recipe(floor: Any, answer: Answer, shown: Shown) -> str:
    """Return the notebook cell that makes the result again; all that was typed stands in it as literals."""
    how = {
        "probability": "ensemble.probability(field, {level!r})",
        "p90": "ensemble.quantile(field, 0.9)",
        "spread": "ensemble.spread(field)",
        "worst": "ensemble.member(ensemble.worst_credible(field))[field]",
        "member": "ensemble.member({member!r})[field]",
        "time": "ensemble.course(0)",
    }.get(shown.how if shown.how in HOWS else "median", "ensemble.quantile(field, 0.5)")
    ensemble = answer.ensemble
    assert ensemble is not None
    made = layer(ensemble, shown)
    known = fields(ensemble)
    name = shown.field if any(one.field == shown.field for one in known) else known[0].field
    lines = [
        *comments(_about(floor, answer)),
        "import watchfloor",
        "from watchfloor.hazards.ensemble import run",
        "from watchfloor.hazards.scenario import Scenario",
        "",
        f"floor = watchfloor.open({floor.name!r})",
        f"scenario = Scenario.of({answer.scenario.body()!r})",
        f"ensemble = run(scenario.request(floor, {answer.fidelity!r}))",
        f"field = {name!r}",
        how.format(level=made.note.get("level"), member=made.note.get("member", 0)),
        "",
    ]
    return "\n".join(lines)


def _about(floor: Any, answer: Answer) -> dict[str, str]:
    """Return the marks that every file carries."""
    ensemble = answer.ensemble
    assert ensemble is not None
    return {
        "floor": f"{floor.name} ({floor.status.value})",
        "mark": str(floor.mark),
        "title": answer.scenario.title,
        "model": f"{answer.scenario.model} {ensemble.request.model.version}",
        "fidelity": answer.fidelity,
        "members": f"{ensemble.members} of {ensemble.request.size}",
        "run": ensemble.request.key,
        "written": format_time(floor.now()),
        "validity": ensemble.request.model.validity["en"],
    }


def _tiff(values: xr.DataArray, factor: float, about: dict[str, str]) -> bytes:
    """Return a GeoTIFF, north up, NaN where nothing is drawn."""
    from affine import Affine
    from rasterio.io import MemoryFile

    data = values.sortby("y", ascending=False).sortby("x")
    x, y = np.asarray(data.x.values, float), np.asarray(data.y.values, float)
    dx, dy = float(x[1] - x[0]), float(y[1] - y[0])
    affine = Affine(dx, 0, x[0] - dx / 2, 0, dy, y[0] - dy / 2)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=x.size, height=y.size, count=1, dtype="float32", crs=str(values.attrs["crs"]), transform=affine,
            nodata=float("nan"), compress="deflate",
        ) as sink:  # fmt: skip
            sink.write((np.asarray(data.values, np.float32) / np.float32(factor)), 1)
            sink.update_tags(**about)
        return bytes(memory.read())
