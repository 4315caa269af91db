"""Growth of a wildfire: who burns when, how fast and how hot."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import from_start
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import coarsen, conform, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams
from watchfloor.hazards.wildfire import fuels
from watchfloor.hazards.wildfire.cases import REFERENCES
from watchfloor.hazards.wildfire.ignition import places, spots
from watchfloor.hazards.wildfire.landscape import MOISTURES, ground, weather
from watchfloor.hazards.wildfire.measures import ACCEPTS, MEASURES, breaks, cells, unlit
from watchfloor.hazards.wildfire.state import Fire
from watchfloor.hazards.wildfire.stencil import REACH, stencil

__all__ = ["Wildfire"]

_GRID = ("y", "x")
_DRIVE = ("time", *_GRID)
_PREVIEW = 120_000
"""Cells of a preview at most: a member then takes some hundredths of a second."""


class Wildfire(Hazard):
    """A fire that runs over the ground: fuels, slope, wind and moistures, firebreaks and backfires."""

    kind: ClassVar[str] = "wildfire"
    title: ClassVar[Mapping[str, str]] = {"en": "Wildfire growth", "zh": "野火蔓延"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("fuel_model", _GRID, limits=(0, 255), doc="Number of the fuel model; 91 to 99 do not burn, nor does what is not mapped."),
        Needs("elevation", _GRID, default=0.0, limits=(-500, 9000), doc="Height of the ground: fire runs uphill."),
        Needs("canopy_cover", _GRID, default=0.0, doc="Trees that shelter the fire from the wind."),
        Needs("canopy_height", _GRID, default=0.0, doc="Height of those trees."),
        Needs("burned", _GRID, default=0.0, doc="1 where it burns at the start already: a mapped perimeter."),
        Needs("wind_speed", _DRIVE, "forcing", doc="At 10 m over open ground; each value holds until the next."),
        Needs("wind_direction", _DRIVE, "forcing", limits=(-360, 360), doc="Where the wind comes from; each value holds until the next."),
        Needs("moisture_1h", _DRIVE, "forcing", default=6.0, doc="Dead grass, leaves, needles (default: low moisture, D2L2 of Scott and Burgan)."),
        Needs("moisture_10h", _DRIVE, "forcing", default=7.0, doc="Dead twigs."),
        Needs("moisture_100h", _DRIVE, "forcing", default=8.0, doc="Dead branches."),
        Needs("moisture_herb", _DRIVE, "forcing", default=60.0, doc="Living grass and herbs; as they cure, they join the dead fuel."),
        Needs("moisture_woody", _DRIVE, "forcing", default=90.0, doc="Living shrubs."),
        Needs("ignition_time", ("source",), "forcing", default=0.0, limits=(0, 1e7),
              doc="When it is lit, at places (coordinates longitude and latitude of source)."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("arrival_time", _GRID, "When the fire came; the run's length where it never did.", "time: minimum"),
        Gives("burned", _GRID, "1 where the fire came.", "time: maximum", levels=(0.5,)),
        Gives("spread_rate", _GRID, "How fast the front advanced where it came."),
        Gives("flame_length", _GRID, "Length of the flames where it came.", intensity=True, levels=(0.0, 1.2, 2.4, 3.4)),
        Gives("fireline_intensity", _GRID, "Heat of the front where it came."),
        Gives("burned_extent", _DRIVE, "1 where the fire had come by then."),
    )  # fmt: skip
    accepts = ACCEPTS
    measures = MEASURES
    validity: ClassVar[Mapping[str, str]] = {
        "en": "A surface fire in even fuel that has found its pace: no crown fire, no spotting over a gap or a line, no whirls, no "
        "wind that the fire makes itself, no slow start from a spark, no burning houses; forests in a dry storm burn faster "
        "than this. In half of all evaluations the rate of spread is off by more than half (Cruz and Alexander 2013); the "
        "members show that, one map does not. The wind is that of the forcing, not that of each valley. Gaps narrower than "
        "a cell are not there unless the fuel map has them. Where dead fuel is wetter than the fuel's moisture of extinction it "
        "stands still, and goes on when it dries.",
        "zh": "模拟均匀可燃物上已达稳定速度的地表火：不含树冠火、飞火越障、火旋风、火场自生风、起火初期的缓慢发展及房屋燃烧；"
        "干燥大风中的森林火蔓延更快。半数以上的检验中蔓延速度误差超过一半（Cruz 与 Alexander 2013），集合成员能反映这一点，"
        "单张图不能。风场取自驱动资料，不含山谷局地风。窄于格点的隔离带须在可燃物图中体现。死可燃物含水率超过熄灭含水率时火停滞，"
        "变干后继续。",
    }
    sources = (
        "Rothermel 1972, USDA INT-115; Albini 1976, INT-GTR-30; Andrews 2018, doi:10.2737/RMRS-GTR-371",
        "Scott and Burgan 2005, doi:10.2737/RMRS-GTR-153; Anderson 1982, USDA INT-GTR-122",
        "Anderson 1983, USDA INT-305 (ellipse); Catchpole, de Mestre and Gill 1982 (front along the ellipse)",
        "Albini and Baughman 1979, USDA INT-221 (wind at mid-flame)",
        "Byram 1959 (intensity, flame length)",
        "Finney 2002, doi:10.1139/x02-068 (minimum travel time)",
    )
    references = REFERENCES

    crown_ratio = param.Number(0.5, bounds=(0.1, 1), doc="Share of the trees' height that is crown.")
    spread_spread = param.Number(
        0.35,
        bounds=(0, 2),
        doc="Standard deviation of the logarithm of the rate of spread (Cruz and Alexander 2013, doi:10.1016/j.envsoft.2013.04.004: "
        "35 percent is about one, and a reasonable standard).",
    )
    wind_spread = param.Number(
        0.25,
        bounds=(0, 2),
        doc="Standard deviation of the logarithm of the wind (Page et al. 2018, doi:10.1175/WAF-D-17-0139.1: forecasts are good within 20 "
        "to 30 percent).",
    )
    direction_spread = param.Number(
        30.0,
        bounds=(0, 180),
        doc="Standard deviation of the wind's direction, degrees (Lavdas 1997: within 22.5 degrees in 38 percent of all forecasts, and "
        "in about 53 percent of those of strong winds, which is 31 degrees).",
    )
    moisture_spread = param.Number(
        1.5,
        bounds=(0, 20),
        doc="Standard deviation of dead fuel's moisture, percent (Miller 2019, doi:10.3390/fire2010002: mean absolute error 1.16 for "
        "dead grass, which is 1.45).",
    )
    own_fuels = param.Dict(
        default={},
        precedence=-1,
        doc="Fuel models of one's own by number: rows as fuels.Fuel.numbers() gives them.",
    )
    frames = param.Integer(25, bounds=(2, 240), doc="Times at which the extent is kept.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a ridge in grass and brush with a river behind it, and a wind that turns."""
        x, y = np.arange(60) * 30.0, np.arange(48)[::-1] * 30.0
        east, north = np.meshgrid(x, y)
        z = 200.0 + 120.0 * np.exp(-(((east - 900.0) / 400.0) ** 2))
        fuel = np.where(north > 900.0, 122.0, 102.0)
        fuel[:, 46:48] = 98.0
        fuel[30:33, 20:30] = 99.0
        site = xr.Dataset(
            {"fuel_model": (_GRID, fuel, {"units": "1"}), "elevation": (_GRID, z, {"units": "m"})},
            coords={"y": 3_000_000.0 + y, "x": 500_000.0 + x},
            attrs={"crs": "EPSG:32650"},
        )
        lon, lat = Grid.of(site).degrees()
        forcing = xr.Dataset(
            {
                "wind_speed": ("time", [6.0, 8.0], {"units": "m/s"}),
                "wind_direction": ("time", [260.0, 300.0], {"units": "degrees"}),
                "moisture_1h": ((), 5.0, {"units": "percent"}),
                "ignition_time": ("source", [0.0], {"units": "s"}),
            },
            coords={
                "time": [0.0, 3600.0],
                "source": ["spark"],
                "longitude": ("source", [float(lon[24, 8])]),
                "latitude": ("source", [float(lat[24, 8])]),
            },
        )
        return site, forcing, 5400.0

    @classmethod
    def warm(cls) -> None:
        """Compile the loops."""
        site, forcing, _ = cls.example()
        model = cls()
        model.run(model.prepare(site, forcing, until=60.0), model.sample(Streams(0, 0)))

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has cells so wide that there are at most 120,000: it is fast for that."""
        grid = Grid.of(site)
        rows = fuels.table({int(number): row for number, row in self.own_fuels.items()})
        site, holes = _mapped(site)
        static, remarks = conform(site, [n for n in self.needs if n.role == "static"], "site")
        drive, more = conform(forcing, [n for n in self.needs if n.role == "forcing"], "forcing")
        codes = static.fuel_model.broadcast_like(xr.Dataset(coords={"y": site.y, "x": site.x}))
        codes = codes.transpose(*_GRID).values
        fuels.check(codes, rows)
        if "time" in drive.coords:
            from_start(drive.time)
        for name in ("wind_speed", "wind_direction", *MOISTURES):
            grid.check(drive[name], name)
        lit = places(forcing, drive, grid, codes, rows)
        if not lit and not np.any(static.burned.values > 0.5):
            raise InvalidInputError(
                "Nothing is lit: give a place (ignition_time with longitude and latitude of source), or a map of what burns (burned)."
            )
        factor = max(1, int(np.ceil(np.sqrt(codes.size / _PREVIEW)))) if fidelity == "preview" else 1
        if factor > 1:
            grid = grid.coarse(factor)
            static, drive = _coarser(static, factor), _coarser(drive, factor)
        full = static.drop_vars(_GRID, errors="ignore").broadcast_like(
            xr.Dataset(coords={"y": grid.y, "x": grid.x})
        )
        full = full.transpose(*_GRID)
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        land = ground(full, grid, rows, self.crown_ratio)
        down = 1.0 if grid.y[1] > grid.y[0] else -1.0
        arrays = {
            "grid": grid,
            "rows": rows,
            "ground": land,
            "used": np.unique(land.fuel[land.fuel > 0]).astype(np.int64),
            "ways": stencil(grid.shape[1] + 2 * REACH, grid.dx, grid.dy, down),
            "lit": spots(lit, grid, land),
            "begun": np.flatnonzero(full.burned.values > 0.5),
        }
        said = telling((*holes, *remarks, *more), "Canopy", "Burned", "Time of ignition")
        return Prepared(empty, drive, until, arrays, said)

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the factors of spread and wind, the turn of its direction (degrees) and the shift of dead moisture (percent)."""
        return {
            "spread": streams.factor("wildfire.spread", self.spread_spread),
            "wind": streams.factor("wildfire.wind", self.wind_spread),
            "direction": streams.shift("wildfire.direction", self.direction_spread),
            "moisture": streams.shift("wildfire.moisture", self.moisture_spread),
        }

    def run(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch] = (),
        *,
        progress: Progress | None = None,
        times: bool = False,
    ) -> xr.Dataset:
        """See `Hazard.run`. `edge` tells whether the fire reached the edge of the site, beyond which nothing is known."""
        a, until = prepared.arrays, prepared.until
        grid: Grid = a["grid"]
        sky = weather(prepared.forcing, grid, a["rows"], a["used"], theta, patches, until)
        fire = Fire(
            a["ground"], sky, a["ways"], a["rows"], grid.shape, theta["spread"], breaks(patches, grid, REACH)
        )
        fire.light(a["begun"], np.zeros(a["begun"].size))
        where, when = a["lit"]
        happens = unlit(where, when, patches, grid)
        fire.light(where[happens], when[happens])
        for patch in patches:
            if patch.target == "ignition" and patch.operation == "set":
                where = cells(grid, patch.where)
                fire.light(where, np.full(where.size, patch.start))
        fire.grow(until, progress)
        arrival = fire.inner(fire.arrival)
        came = (arrival >= 0.0) & (arrival <= until)
        found: dict[str, Any] = {
            "arrival_time": np.where(came, arrival, until),
            "burned": came,
            "spread_rate": np.where(came, fire.inner(fire.found[0]), 0.0),
            "fireline_intensity": np.where(came, fire.inner(fire.found[1]), 0.0),
            "flame_length": np.where(came, fire.inner(fire.found[2]), 0.0),
        }
        coords: dict[str, Any] = {"y": grid.y, "x": grid.x}
        if times:
            moments = np.linspace(0.0, until, self.frames)
            found["burned_extent"] = came[None] & (arrival[None] <= moments[:, None, None])
            coords["time"] = moments
        rim = came[0].any() or came[-1].any() or came[:, 0].any() or came[:, -1].any()
        return self.result(found, coords, prepared.site.attrs, never=until, edge=int(rim))


def _mapped(site: xr.Dataset) -> tuple[xr.Dataset, tuple[str, ...]]:
    """Let cells without a fuel model be such as do not burn, and give them a height."""
    if "fuel_model" not in site:
        return site, ()
    if site.fuel_model.dtype.kind not in "biuf":
        return site, ()
    codes = np.asarray(site.fuel_model.values, float)
    holes = int((~np.isfinite(codes)).sum())
    site = site.assign(
        fuel_model=(site.fuel_model.dims, np.where(np.isfinite(codes), codes, 0.0), site.fuel_model.attrs)
    )
    if (
        "elevation" in site
        and site.elevation.dims == site.fuel_model.dims
        and site.elevation.dtype.kind in "biuf"
    ):
        z = np.asarray(site.elevation.values, float)
        bare = np.isnan(z) & np.isin(site.fuel_model.values, (0, 98))
        if bare.any() and not np.isnan(z).all():
            site = site.assign(
                elevation=(site.elevation.dims, np.where(bare, np.nanmin(z), z), site.elevation.attrs)
            )
    return site, (f"{holes} cells have no fuel model; they do not burn.",) if holes else ()


def _coarser(data: xr.Dataset, factor: int) -> xr.Dataset:
    """Return all maps of a dataset on cells larger by a whole factor: classes of the middle cell, a fire of any, else means."""
    how = {"fuel_model": "nearest", "burned": "max"}
    made = {}
    for name, array in data.data_vars.items():
        if "y" in array.dims:
            one = coarsen(array.to_dataset(name="v"), factor, how.get(str(name), "mean")).v
            made[str(name)] = xr.DataArray(one.values, dims=one.dims)
        else:
            made[str(name)] = xr.DataArray(array.values, dims=array.dims)
    times = {"time": data.time.values} if "time" in data.coords else {}
    return xr.Dataset(made, coords=times)
