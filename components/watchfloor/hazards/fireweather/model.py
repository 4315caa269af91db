"""Danger of fire, day by day, over a region."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert
from watchfloor.hazards.action import Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.fireweather.cases import REFERENCES
from watchfloor.hazards.fireweather.codes import (
    DROUGHT_DAYS,
    DUFF_DAYS,
    EXACT,
    PUBLISHED,
    bands,
    day,
    month_of,
    overwintered,
)
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import coarsen, conform, lasting, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["FireWeather"]

_GRID = ("y", "x")
_DRIVE = ("time", *_GRID)
DAY = 86_400.0
_WEATHER = ("temperature", "humidity", "wind_speed", "rain_day")
_TIMED = (
    "fine_fuel_code",
    "duff_code",
    "drought_code",
    "spread_index",
    "buildup_index",
    "fire_weather_index",
    "severity_rating",
)
_SCALES = {"published": PUBLISHED, "exact": EXACT}


class FireWeather(Hazard):
    """The Canadian Forest Fire Weather Index System: how dry fuels are, and how a fire would spread and burn."""

    kind: ClassVar[str] = "wildfire"
    title: ClassVar[Mapping[str, str]] = {"en": "Fire weather (FWI)", "zh": "森林火险天气（FWI）"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("fine_fuel_code", _GRID, default=85.0, doc="Of the day before the run (85 starts a season)."),
        Needs("duff_code", _GRID, default=6.0, doc="Of the day before the run (6 starts a season)."),
        Needs("drought_code", _GRID, default=15.0, doc="Of the day before the run (15 starts a season), or of last autumn."),
        Needs("winter_precipitation", _GRID, default=0.0, doc="Since last autumn; only where the drought code is overwintered."),
        Needs("temperature", _DRIVE, "forcing", doc="At noon, local standard time."),
        Needs("humidity", _DRIVE, "forcing", doc="At noon."),
        Needs("wind_speed", _DRIVE, "forcing", doc="At noon, 10 m above open ground, mean of 10 minutes."),
        Needs("rain_day", _DRIVE, "forcing", default=0.0, doc="Of the 24 hours before noon."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("fire_weather_index_max", _GRID, "Highest index of the run.", "time: maximum", intensity=True,
              levels=(5.2, 11.2, 21.3, 38.0, 50.0)),
        Gives("danger_days", _GRID, "Days with an index at or above the threshold.", "time: sum"),
        Gives("fire_weather_index", _DRIVE, "How intense a fire would be."),
        Gives("fine_fuel_code", _DRIVE, "How dry litter and grass are."),
        Gives("duff_code", _DRIVE, "How dry loose organic layers are."),
        Gives("drought_code", _DRIVE, "How dry deep layers are."),
        Gives("spread_index", _DRIVE, "How fast a fire would spread."),
        Gives("buildup_index", _DRIVE, "How much fuel there is to burn."),
        Gives("severity_rating", _DRIVE, "How hard a fire would be to control."),
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "An index of the weather alone: it knows neither fuel nor slope nor who lights a fire. It was made for pine stands "
        "in Canada and measures at noon; in grassland, in the tropics and where nights are dry it ranks days rather than "
        "predicts fires, and its classes must be set by the place's own record (the levels shown are those of EFFIS "
        "for Europe). Codes remember for weeks: a wrong start is felt for about three days in the fine fuel code, three weeks in the "
        "duff code and three months in the drought code. A missed shower is worse than a wrong temperature.",
        "zh": "仅由天气计算的指数，不含可燃物、坡度和火源。该系统针对加拿大松林建立，以正午观测为准；在草原、热带及夜间干燥地区只宜用于"
        "日间相对排序，等级应按当地历史资料确定（所示等级为欧洲 EFFIS 标准）。湿度码具有记忆：起始值有误时，细小可燃物码约影响三天，"
        "腐殖质码约三周，干旱码约三个月。漏测一场雨比气温误差影响更大。",
    }
    sources = (
        "Van Wagner and Pickett 1985, Equations and FORTRAN program for the Canadian Forest Fire Weather Index System, FTR 33",
        "Van Wagner 1987, Development and structure of the Canadian Forest Fire Weather Index System, FTR 35",
        "Lawson and Armitage 2008, Weather guide for the Canadian Forest Fire Danger Rating System",
        "EFFIS, Fire danger forecast: classes of the fire weather index (European Commission, JRC)",
    )
    references = REFERENCES

    first_day = param.Integer(
        103, bounds=(1, 366), doc="Day of the year on which the run starts (103 is 13 April)."
    )
    scale = param.Selector(
        default="published",
        objects=list(_SCALES),
        doc="Scale of the fine fuel code: as published in 1987 (147.2; British Columbia computes so), or exact at its wet end (cffdrs).",
    )
    overwinter = param.Boolean(
        default=False,
        doc="Whether the drought code given is that of last autumn, to be carried over the winter.",
    )
    carry = param.Number(
        0.75, bounds=(0, 1), doc="Share of autumn's moisture that is carried over (Lawson and Armitage 2008)."
    )
    wetting = param.Number(
        0.75, bounds=(0.1, 1), doc="Share of the winter's precipitation that wets deep layers (the same)."
    )
    danger = param.Number(
        38.0, bounds=(0, 200), doc="Index from which a day counts as one of high danger (EFFIS: very high)."
    )
    temperature_spread = param.Number(
        2.0,
        bounds=(0, 20),
        doc="Standard deviation of the temperature, degrees Celsius (Page et al. 2018: about 2).",
    )
    humidity_spread = param.Number(
        10.0,
        bounds=(0, 50),
        doc="Standard deviation of the humidity, percent (Page et al. 2018, doi:10.1175/WAF-D-17-0139.1: 10 to 11).",
    )
    wind_spread = param.Number(
        0.25,
        bounds=(0, 2),
        doc="Standard deviation of the logarithm of the wind (Page et al. 2018: good within 20 to 30 percent).",
    )
    rain_spread = param.Number(
        0.5,
        bounds=(0, 2),
        doc="Standard deviation of the logarithm of the rain; an assumption, set it from your own forecasts.",
    )

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a small region with a dry fortnight, broken by a shower in its west."""
        x, y = np.arange(8) * 5_000.0, np.arange(6)[::-1] * 5_000.0
        days = np.arange(14)
        site = xr.Dataset(coords={"y": 4_500_000.0 + y, "x": 500_000.0 + x}, attrs={"crs": "EPSG:32650"})
        rain = np.zeros((14, 6, 8))
        rain[7, :, :4] = 12.0
        forcing = xr.Dataset(
            {
                "temperature": ("time", 18.0 + 0.6 * days, {"units": "degC"}),
                "humidity": ("time", 55.0 - 1.8 * days, {"units": "percent"}),
                "wind_speed": ("time", 3.0 + 2.0 * (days % 5 == 4), {"units": "m/s"}),
                "rain_day": (_DRIVE, rain, {"units": "mm"}),
            },
            coords={"time": days * DAY},
        )
        return site, forcing, 14 * DAY

    @classmethod
    def warm(cls) -> None:
        """Compile the loops."""
        site, forcing, until = cls.example()
        cls().run(cls().prepare(site, forcing, until=until), cls().sample(Streams(0, 0)))

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has cells twice as wide; a run is of whole days."""
        grid = Grid.of(site)
        static, remarks = conform(site, [n for n in self.needs if n.role == "static"], "site")
        drive, more = conform(forcing, [n for n in self.needs if n.role == "forcing"], "forcing")
        count = int(lasting(until) / DAY + 1e-6)
        if count < 1:
            raise InvalidInputError("The run is shorter than a day, which is the step of this model.")
        if "time" in drive.coords:
            times = np.asarray(drive.time.values, float) / DAY
            if times[0] != 0.0 or np.any(np.abs(np.diff(times) - 1.0) > 1e-6):
                raise InvalidInputError(
                    "The weather is not one value a day from the run's start; take the values at noon of each day, and the rain since "
                    "the noon before (time 0, 86400, ... s)."
                )
            if times.size < count:
                raise InvalidInputError(
                    f"There is weather for {times.size} days, and the run has {count}; shorten the run, or bring more."
                )
        factor = 2 if fidelity == "preview" and min(grid.shape) >= 6 else 1
        for name in _WEATHER:
            grid.check(drive[name], name)
        grid = grid.coarse(factor) if factor > 1 else grid
        latitude = grid.degrees()[1].ravel()
        start = np.stack(
            [_flat(static[name], grid, factor) for name in ("fine_fuel_code", "duff_code", "drought_code")]
        )
        if self.overwinter:
            winter = _flat(static.winter_precipitation, grid, factor)
            start[2] = overwintered(start[2], winter, self.carry, self.wetting)
        arrays = {"start": start, "bands": bands(latitude), "count": count, "factor": factor}
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        said = telling((*remarks, *more), "Precipitation of the winter")
        return Prepared(empty, drive, until, arrays, said)

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the shifts of temperature and humidity and the factors of wind and rain."""
        return {
            "temperature": streams.shift("fireweather.temperature", self.temperature_spread),
            "humidity": streams.shift("fireweather.humidity", self.humidity_spread),
            "wind": streams.factor("fireweather.wind", self.wind_spread),
            "rain": streams.factor("fireweather.rain", self.rain_spread),
        }

    def run(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch] = (),  # noqa: ARG002  people cannot change the weather
        *,
        progress: Progress | None = None,
        times: bool = False,
    ) -> xr.Dataset:
        """See `Hazard.run`. Of runs of more than 60 days, 60 evenly spaced ones are kept."""
        a, site = prepared.arrays, prepared.site
        grid = Grid(site.x.values, site.y.values, str(site.attrs["crs"]))
        codes = np.array(a["start"])
        out = np.zeros((4, codes.shape[1]))
        most, days = np.zeros(codes.shape[1]), np.zeros(codes.shape[1])
        kept = np.unique(np.linspace(0, a["count"] - 1, min(a["count"], 60)).round().astype(int))
        frames: dict[str, list[np.ndarray]] = {name: [] for name in _TIMED}
        for number in range(a["count"]):
            if progress is not None:
                progress.at(number / a["count"])
            month = month_of(self.first_day + number)
            t, h, w, r = self._noon(prepared, theta, grid, number)
            day(
                t, h, w, r, DUFF_DAYS[a["bands"][0], month], DROUGHT_DAYS[a["bands"][1], month], codes, out,
                _SCALES[self.scale],
            )  # fmt: skip
            np.maximum(most, out[2], out=most)
            days += out[2] >= self.danger
            if times and number in kept:
                for name, values in zip(_TIMED, (*codes, *out), strict=True):
                    frames[name].append(values.astype(np.float32).reshape(grid.shape))
        found: dict[str, Any] = {
            "fire_weather_index_max": most.reshape(grid.shape),
            "danger_days": days.reshape(grid.shape),
        }
        coords: dict[str, Any] = {"y": grid.y, "x": grid.x}
        if times:
            found |= {name: np.stack(values) for name, values in frames.items()}
            coords["time"] = kept * DAY
        return self.result(found, coords, site.attrs)

    @staticmethod
    def _noon(prepared: Prepared, theta: Mapping[str, Any], grid: Grid, number: int) -> list[np.ndarray]:
        """Return temperature, humidity, wind (km/h) and rain of a day in this member."""
        drive, factor = prepared.forcing, prepared.arrays["factor"]
        t, h, w, r = (
            _flat(drive[name].isel(time=number, missing_dims="ignore"), grid, factor) for name in _WEATHER
        )
        wind = convert(w * theta["wind"], "m/s", "km/h")
        return [t + theta["temperature"], np.clip(h + theta["humidity"], 0.0, 100.0), wind, r * theta["rain"]]


def _flat(values: xr.DataArray, grid: Grid, factor: int) -> np.ndarray:
    """Return a map, or one value everywhere, as a flat array on the grid of the run."""
    if values.ndim and factor > 1:
        values = coarsen(values.to_dataset(name="v"), factor).v
    return np.array(np.broadcast_to(values.values, grid.shape), float).ravel()
