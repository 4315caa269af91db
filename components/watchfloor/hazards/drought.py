"""Drought: how unusual the rain of the last months is, and what the coming months may make of it (SPI and SPEI)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr
from scipy.special import gamma as gamma_function
from scipy.special import gammainc, ndtri

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Measure, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.site import coarsen, conform, lasting, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Drought"]

LIMIT = 3.09
"""The index is cut here: a chance of 1 in 1,000 (climate-indices does the same)."""
MONTH = 365.25 / 12 * 86_400.0
"""Length of a step, seconds."""
YEARS = 10
"""Fewest years that say what is usual; the WMO (2012) asks for 30 and says 20 to 30 at least."""
_FAO = "Allen et al. 1998, FAO Irrigation and Drainage Paper 56, example 8 (20 S, 3 September)"
_INDICES = "climate-indices 3.1.0, gamma, calibrated on 30 years from the second of 60"


def sums(values: np.ndarray, months: int) -> np.ndarray:
    """Return the sum of each month and those before it; the first `months - 1` are NaN.

    Parameters
    ----------
    values
        Monthly amounts, shape (time, ...).
    months
        How many months are summed.
    """
    total = np.cumsum(values, axis=0)
    made = np.full_like(total, np.nan)
    made[months - 1] = total[months - 1]
    made[months:] = total[months:] - total[:-months]
    return made


def gamma_fit(sample: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit a gamma distribution with a share of zeros (Thom 1958; McKee et al. 1993).

    Parameters
    ----------
    sample
        Amounts, shape (years, ...); NaN is left out.

    Returns
    -------
    tuple of numpy.ndarray
        Shape and scale of what is above zero, and the share of zeros. Where fewer than two differ, shape is NaN.
    """
    known = np.isfinite(sample)
    wet = known & (sample > 0)
    count = wet.sum(axis=0)
    safe = np.where(wet, sample, 1.0)
    some = np.maximum(count, 1)
    mean = np.where(wet, sample, 0.0).sum(axis=0) / some
    mean_log = np.log(safe).sum(axis=0) / some
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.log(mean) - mean_log
        form = np.where((count > 1) & (a > 1e-12), (1.0 + np.sqrt(1.0 + 4.0 * a / 3.0)) / (4.0 * a), np.nan)
        scale = mean / form
    zeros = 1.0 - count / np.maximum(known.sum(axis=0), 1)
    return form, scale, zeros


def gamma_index(values: np.ndarray, fit: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the standard normal value of the chance of no more than `values` (SPI), cut at `LIMIT`."""
    form, scale, zeros = fit
    with np.errstate(invalid="ignore"):
        chance = zeros + (1.0 - zeros) * gammainc(form, np.maximum(values, 0.0) / scale)
    # where it hardly ever differs, nothing is unusual
    chance = np.where(np.isfinite(form), chance, 0.5)
    return np.asarray(np.clip(ndtri(np.clip(chance, 1e-9, 1 - 1e-9)), -LIMIT, LIMIT))


def loglogistic_fit(sample: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit a log-logistic distribution by unbiased probability-weighted moments.

    After Vicente-Serrano, Begueria and Lopez-Moreno 2010, eq. 6 to 9 (doi:10.1175/2009JCLI2909.1), and, for unbiased
    moments, Begueria et al. 2014 (doi:10.1002/joc.3887).

    Parameters
    ----------
    sample
        Water balances, shape (years, ...), without NaN.

    Returns
    -------
    tuple of numpy.ndarray
        Scale, shape and origin.
    """
    ordered = np.sort(sample, axis=0)
    n = ordered.shape[0]
    rank = np.arange(1, n + 1).reshape(-1, *([1] * (ordered.ndim - 1)))
    w0 = ordered.mean(axis=0)
    w1 = (ordered * (n - rank)).sum(axis=0) / (n * (n - 1))
    w2 = (ordered * (n - rank) * (n - rank - 1)).sum(axis=0) / (n * (n - 1) * (n - 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        form = (2 * w1 - w0) / (6 * w1 - w0 - 6 * w2)
        product = gamma_function(1 + 1 / form) * gamma_function(1 - 1 / form)
        scale = (w0 - 2 * w1) * form / product
    return scale, form, w0 - scale * product


def loglogistic_index(values: np.ndarray, fit: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the standard normal value of the chance of no more than `values` (SPEI), cut at `LIMIT`."""
    scale, form, origin = fit
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        above = np.maximum((values - origin) / scale, 0.0)
        chance = 1.0 / (1.0 + above ** (-form))
    chance = np.where(np.isfinite(chance), chance, 0.5)
    return np.asarray(np.clip(ndtri(np.clip(chance, 1e-9, 1 - 1e-9)), -LIMIT, LIMIT))


def standardised(
    amounts: np.ndarray, months: int, first: int, known: slice, *, balance: bool = False
) -> np.ndarray:
    """Return the standardised index of every month.

    Parameters
    ----------
    amounts
        Monthly precipitation, or precipitation less evapotranspiration, mm, shape (time, ...).
    months
        How many months are summed.
    first
        Calendar month of the first step, 1 to 12.
    known
        Steps that say what is usual.
    balance
        Whether amounts may be negative: SPEI instead of SPI.

    Returns
    -------
    numpy.ndarray
        Of the same shape; NaN for the first `months - 1`.
    """
    total = sums(amounts, months)
    made = np.full_like(total, np.nan)
    steps = np.arange(total.shape[0])
    usual = np.zeros(total.shape[0], bool)
    usual[known] = True
    usual[: months - 1] = False
    for month in range(12):
        these = (steps + first - 1) % 12 == month
        sample = total[these & usual]
        here = these & (steps >= months - 1)
        if balance:
            made[here] = loglogistic_index(total[here], loglogistic_fit(sample))
        else:
            made[here] = gamma_index(total[here], gamma_fit(sample))
    return made


def sun(latitude: float, day: int) -> tuple[float, float, float, float, float]:
    """Return what the sun gives a place on a day (FAO 56, eq. 21 to 25 and 34).

    Parameters
    ----------
    latitude
        Degrees.
    day
        Of the year, 1 to 366.

    Returns
    -------
    tuple of float
        Inverse relative distance, declination (rad), sunset hour angle (rad), radiation at the top of the atmosphere
        (MJ/m^2 a day), daylight (h).
    """
    turn = 2 * np.pi * day / 365
    distance = 1 + 0.033 * np.cos(turn)
    declination = 0.409 * np.sin(turn - 1.39)
    phi = np.radians(latitude)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    bright = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    radiation = 24 * 60 / np.pi * 0.0820 * distance * bright
    return float(distance), float(declination), float(sunset), float(radiation), float(24 / np.pi * sunset)


def hargreaves(coldest: Any, warmest: Any, radiation: Any) -> Any:
    """Return reference evapotranspiration, mm a day (Hargreaves and Samani 1985; FAO 56, eq. 52).

    Parameters
    ----------
    coldest, warmest
        Daily extremes of the air's temperature, degrees Celsius.
    radiation
        At the top of the atmosphere, MJ/m^2 a day.
    """
    mean = (np.asarray(coldest) + np.asarray(warmest)) / 2
    return (
        0.0023 * (mean + 17.8) * np.sqrt(np.maximum(np.subtract(warmest, coldest), 0.0)) * 0.408 * radiation
    )


def _published() -> np.ndarray:
    rain = np.random.default_rng(0).gamma(2.0, 40.0, 720)
    return standardised(rain, 3, 1, slice(12, 372))[2:8]


class Drought(Hazard):
    """SPI or SPEI of the past, carried on by what the same season brought in other years."""

    kind: ClassVar[str] = "drought"
    title: ClassVar[Mapping[str, str]] = {"en": "Drought outlook", "zh": "干旱展望"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("precipitation", ("time", "y", "x"), "forcing", doc="Of each month; times before the start are the past."),
        Needs("evapotranspiration", ("time", "y", "x"), "forcing", default=0.0,
              doc="Of each month; where it is given, the index is the SPEI."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("drought_intensity", ("y", "x"), "How far the index falls below zero at its lowest.", "time: maximum",
              intensity=True, levels=(1.0, 1.5, 2.0)),
        Gives("drought_index_min", ("y", "x"), "Lowest index of the run.", "time: minimum"),
        Gives("drought_months", ("y", "x"), "Months of the run with an index below -1.", "time: sum"),
        Gives("drought_index", ("time", "y", "x"), "SPI or SPEI of each month of the run."),
    )  # fmt: skip
    accepts = frozenset({"evapotranspiration", "precipitation"})
    measures = (
        Measure(
            "irrigate", "Irrigate", "灌溉", {"depth": ("mm", 20.0)},
            lambda action: (Patch("source", "precipitation", "add", action.parameters.get("depth", 20.0),
                                  action.where, action.start, action.end),),
            shape="area", source="Depth of water brought to the land in a month; set it from what pumps and canals can give.",
        ),
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "An index says how unusual the rain is for the place and the season, not how much water there is in rivers, "
        "soil or wells. It needs decades of months that were measured alike; a climate that changes makes old years a poor "
        "guide. The outlook takes the coming months from other years at random: it knows no forecast of the weather. "
        "Where a month is nearly always dry the index says little.",
        "zh": "指数反映降水相对当地同期常年的异常程度，并不表示河流、土壤或水井的实际水量。它需要数十年口径一致的月资料；"
        "气候变化会使早年资料失去代表性。展望以历史同期年份随机外推，不含天气预报信息。常年少雨的月份指数意义有限。",
    }
    sources = (
        "McKee, Doesken and Kleist 1993, 8th Conference on Applied Climatology",
        "WMO-No. 1090, Standardized Precipitation Index User Guide, 2012",
        "Vicente-Serrano, Begueria and Lopez-Moreno 2010, doi:10.1175/2009JCLI2909.1",
        "Allen et al. 1998, FAO Irrigation and Drainage Paper 56",
    )
    references = (
        Reference("SPI-3, months 3 to 8 of a seeded gamma sample", (0.0634, 1.0745, 0.4096, 0.5398, -2.3460, -2.4236),
                  _published, _INDICES, rtol=0, atol=1e-4),
        Reference("Inverse relative distance of the sun", 0.985, lambda: sun(-20.0, 246)[0], _FAO, rtol=0, atol=5e-4),
        Reference("Declination of the sun", 0.120, lambda: sun(-20.0, 246)[1], _FAO, rtol=0, atol=5e-4, units="rad"),
        Reference("Sunset hour angle", 1.527, lambda: sun(-20.0, 246)[2], _FAO, rtol=0, atol=5e-4, units="rad"),
        Reference("Radiation at the top of the atmosphere", 32.2, lambda: sun(-20.0, 246)[3], _FAO, rtol=0, atol=0.05,
                  units="MJ/m^2/d"),
        Reference("Daylight", 11.7, lambda: sun(-20.0, 246)[4], "FAO 56, example 9", rtol=0, atol=0.05, units="h"),
    )  # fmt: skip

    months = param.Integer(
        3,
        bounds=(1, 48),
        doc="Months that are summed: 1 to 3 for crops, 6 to 12 for rivers, 24 for groundwater.",
    )
    first_month = param.Integer(1, bounds=(1, 12), doc="Calendar month in which the run starts.")
    memory = param.Number(
        0.2,
        bounds=(0, 0.95),
        doc="How much of a dry or wet departure the next month keeps (0: months are drawn independently of the last).",
    )

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a few cells with 30 years of rain, the last months of them dry, and an outlook of a year."""
        rng = np.random.default_rng(4)
        season = 60.0 + 45.0 * np.cos(2 * np.pi * (np.arange(360) % 12) / 12)
        rain = rng.gamma(2.0, season[:, None, None] / 2.0, (360, 4, 5))
        rain[-5:] *= 0.25
        site = xr.Dataset(
            coords={"y": np.arange(4)[::-1] * 10_000.0, "x": np.arange(5) * 10_000.0},
            attrs={"crs": "EPSG:32650"},
        )
        forcing = xr.Dataset(
            {"precipitation": (("time", "y", "x"), rain, {"units": "mm"})},
            coords={"time": np.arange(-360, 0) * MONTH},
        )
        return site, forcing, 12 * MONTH

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has cells twice as wide."""
        grid = Grid.of(site)
        data, remarks = conform(forcing, self.needs, "forcing")
        if "time" not in data.precipitation.dims:
            raise InvalidInputError("The precipitation has no time; expected the amount of each month.")
        steps = np.round(np.asarray(data.time.values) / MONTH).astype(int)
        if np.any(np.diff(steps) != 1):
            raise InvalidInputError(
                "The precipitation is not monthly without gaps; sum it by month, and fill what is missing."
            )
        if steps[-1] != -1:
            off = -1 - int(steps[-1])
            raise InvalidInputError(
                f"The precipitation ends {abs(off)} months {'before' if off > 0 else 'after'} the run's start; expected it "
                "to end with the month just before (time -1 month)."
            )
        if steps.size < YEARS * 12 + self.months:
            raise InvalidInputError(
                f"There are {steps.size} months of precipitation; what is usual needs at least {YEARS} years, and {self.months} "
                "months before."
            )
        if lasting(until) < MONTH * 0.99:
            raise InvalidInputError("The run is shorter than a month, which is the step of this model.")
        factor = 2 if fidelity == "preview" and min(grid.shape) >= 6 else 1
        grid = grid.coarse(factor) if factor > 1 else grid
        rain = data.precipitation.broadcast_like(xr.Dataset(coords={"y": site.y, "x": site.x}))
        rain = coarsen(rain.to_dataset(name="p"), factor).p.transpose("time", "y", "x")
        spei = data.evapotranspiration.ndim > 0
        need = data.evapotranspiration.broadcast_like(data.precipitation)
        if spei:
            need = need.broadcast_like(xr.Dataset(coords={"y": site.y, "x": site.x}))
            need = coarsen(need.to_dataset(name="e"), factor).e.transpose("time", "y", "x")
        arrays = {
            "rain": rain.values,
            "need": need.values if spei else np.zeros_like(rain.values),
            "spei": spei,
        }
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        return Prepared(empty, data, until, arrays, telling(remarks, "Potential"))

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the years that the coming months are taken from, as shares of the years there are; the control takes means."""
        if streams.control:
            return {"years": None}
        return {"years": streams("drought.years").random(480)}

    def run(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch] = (),
        *,
        progress: Progress | None = None,
        times: bool = False,
    ) -> xr.Dataset:
        """See `Hazard.run`."""
        if progress is not None:
            progress.at(0.0)
        ahead = round(prepared.until / MONTH)
        grid = Grid(prepared.site.x.values, prepared.site.y.values, str(prepared.site.attrs["crs"]))
        rain = self._ahead(prepared.arrays["rain"], theta["years"], ahead)
        need = self._ahead(prepared.arrays["need"], theta["years"], ahead)
        past = prepared.arrays["rain"].shape[0]
        rain, need = self._changed(rain, need, past, patches, grid)
        spei = bool(prepared.arrays["spei"])
        first = (self.first_month - 1 - past) % 12 + 1
        index = standardised(rain - need if spei else rain, self.months, first, slice(0, past), balance=spei)[
            past:
        ]
        if progress is not None:
            progress.at(0.9)
        lowest = index.min(axis=0)
        found = {
            "drought_intensity": np.maximum(-lowest, 0.0),
            "drought_index_min": lowest,
            "drought_months": (index < -1.0).sum(axis=0),
        }
        if times:
            found["drought_index"] = index
        coords = {"y": grid.y, "x": grid.x} | ({"time": np.arange(ahead) * MONTH} if times else {})
        return self.result(found, coords, prepared.site.attrs)

    def _ahead(self, past: np.ndarray, years: np.ndarray | None, ahead: int) -> np.ndarray:
        """Return the past with `ahead` months more, each from the same month of another year."""
        steps = past.shape[0]
        made = np.concatenate([past, np.empty((ahead, *past.shape[1:]))])
        keep = self.memory
        for month in range(ahead):
            same = past[(steps + month) % 12 :: 12]
            usual = same.mean(axis=0)
            drawn = usual if years is None else same[int(years[month % years.size] * same.shape[0])]
            before = past[(steps + month - 1) % 12 :: 12].mean(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                departure = np.where(before > 0, made[steps + month - 1] / before, 1.0)
            made[steps + month] = drawn * np.clip(1.0 + keep * (departure - 1.0), 0.0, 3.0)
        return made

    @staticmethod
    def _changed(
        rain: np.ndarray, need: np.ndarray, past: int, patches: Sequence[Patch], grid: Grid
    ) -> tuple[np.ndarray, np.ndarray]:
        for patch in patches:
            where = grid.mask(patch.where)
            target = rain if patch.target == "precipitation" else need
            for step in range(past, target.shape[0]):
                if patch.applies((step - past) * MONTH):
                    target[step][where] = np.maximum(patch.apply(target[step][where]), 0.0)
        return rain, need
