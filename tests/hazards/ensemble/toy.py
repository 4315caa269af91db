"""A model that is as small as can be: a field that grows at an uncertain rate."""

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Measure, Patch
from watchfloor.hazards.base import Hazard, Prepared
from watchfloor.hazards.spec import Gives, Needs


class Toy(Hazard):
    """Depth grows with rain."""

    kind = "flood"
    title = {"en": "Toy", "zh": "玩具"}
    needs = (Needs("elevation", ("y", "x")),)
    gives = (Gives("water_depth", ("y", "x"), intensity=True), Gives("rain_rate", ("time",)))
    accepts = frozenset({"rain"})
    measures = (
        Measure("roof", "Roof", "屋顶", {"factor": ("1", 0.0)},
                lambda action: (Patch("source", "rain", "multiply", action.parameters["factor"]),)),
    )  # fmt: skip
    rate = param.Number(1.0, bounds=(0, 10), doc="Depth for each metre of height.")
    fails = param.Integer(-1, doc="Member that cannot be run.")
    ran: list[int] = []

    def prepare(self, site, forcing, *, until, fidelity="standard"):
        if "elevation" not in site:
            raise InvalidInputError("no elevation")
        return Prepared(site, forcing, until, remarks=("a remark",))

    def sample(self, streams):
        return {"member": streams.member, "factor": streams.factor("toy", 0.5)}

    def run(self, prepared, theta, patches=(), *, progress=None, times=False):
        Toy.ran.append(theta["member"])
        if theta["member"] == self.fails:
            raise ZeroDivisionError("broken")
        factor = theta["factor"]
        for patch in patches:
            factor = patch.apply(factor)
        for done in (0.0, 0.5):
            if progress is not None:
                progress.at(done)
        depth = (prepared.site.elevation * factor * self.rate).astype("float32")
        result = xr.Dataset({"water_depth": depth.assign_attrs(units="m")})
        if times:
            result["rain_rate"] = ("time", np.full(3, factor, "float32"), {"units": "mm/h"})
            result = result.assign_coords(time=[0.0, 1.0, 2.0])
        return result


def site(rows: int = 4, columns: int = 5) -> xr.Dataset:
    values = np.arange(float(rows * columns)).reshape(rows, columns)
    return xr.Dataset(
        {"elevation": (("y", "x"), values, {"units": "m"})},
        coords={"y": np.arange(rows) * 10.0, "x": np.arange(columns) * 10.0},
        attrs={"crs": "EPSG:32650"},
    )
