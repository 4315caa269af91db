"""The model of a chemical release: who is breathing what, for how long, and what it does to them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import EVACUATE, SHELTER, Measure, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import from_start
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.release.cases import REFERENCES
from watchfloor.hazards.release.cloud import Cloud, drifting, steady
from watchfloor.hazards.release.outflow import boiling_pressure, gas_jet, liquid_jet, pool
from watchfloor.hazards.release.stability import CLASSES, TERRAINS, night_or_day, wind_at
from watchfloor.hazards.release.substance import DURATIONS, SUBSTANCES, Probit, Substance, substance
from watchfloor.hazards.site import conform, lasting
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Release"]

_GRID = ("y", "x")
KELVIN = 273.15
MOST_SPEED = 50.0
"""Faster winds are refused: no plume is seen in them, and a number in km/h is the usual reason."""
FINE = 100_000
"""Cells that a preview takes as they are."""
LEAST = 2.0
"""Lowest height whose wind carries a release, metres."""


class Release(Hazard):
    """A gas that escapes: Gaussian plume, slugs where the wind turns or falls calm, or a dense cloud at the ground."""

    kind: ClassVar[str] = "chemical"
    title: ClassVar[Mapping[str, str]] = {"en": "Chemical release", "zh": "危化品泄漏扩散"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("longitude", ("source",), "forcing", doc="Of each source."),
        Needs("latitude", ("source",), "forcing", doc="Of each source."),
        Needs("emission_rate", ("time", "source"), "forcing", default=0.0,
              doc="Released mass; each value holds until the next. Not needed where it is computed from a hole or a pool."),
        Needs("wind_speed", ("time",), "forcing", limits=(0, MOST_SPEED), doc="At 10 m; linear between times."),
        Needs("wind_direction", ("time",), "forcing", doc="From which it blows; turned the shorter way between times."),
        Needs("solar_radiation", ("time",), "forcing", default=400.0, doc="Says the stability by day; 0 is night."),
        Needs("cloud_cover", ("time",), "forcing", default=0.5, doc="Says the stability by night."),
        Needs("temperature", ("time",), "forcing", default=15.0, limits=(-60, 60), doc="Of the air."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("gas_concentration_max", _GRID, "Greatest concentration at 1.5 m.", "time: maximum", intensity=True,
              levels=(1.0, 10.0, 100.0, 1000.0)),
        Gives("gas_dose", _GRID, "Concentration summed over the run.", "time: sum"),
        Gives("toxic_exposure", _GRID, "Toxic load as a constant concentration of the reference duration."),
        Gives("toxic_zone", _GRID, "Highest guideline level reached: 0 none to 3 danger to life.", "time: maximum",
              intensity=True, levels=(0.5, 1.5, 2.5)),
        Gives("arrival_time", _GRID, "When the lowest guideline level was first passed; the run's length where it never was.",
              "time: minimum"),
        Gives("indoor_concentration_max", _GRID, "Greatest concentration in houses with closed windows.", "time: maximum"),
        Gives("fatality_probability", _GRID, "Of somebody outdoors all the time.", intensity=True, levels=(0.01, 0.1, 0.5)),
        Gives("indoor_fatality_probability", _GRID, "Of somebody indoors all the time."),
        Gives("gas_concentration", ("time", *_GRID), "Concentration at 1.5 m."),
    )  # fmt: skip
    accepts = frozenset({"emission_rate", "air_exchange"})
    measures = (
        Measure(
            "shut-off", "Shut off the source", "切断泄漏源", {"factor": ("1", 0.0)},
            lambda action: (Patch("source", "emission_rate", "multiply", action.parameters.get("factor", 0.0), action.where,
                                  action.start, action.end),),
            source="What still comes after the valve is closed, from the plant's isolation plan; start it when it can be shut.",
        ),
        Measure(
            "curtain", "Water curtain", "水幕稀释吸收", {"factor": ("1", 0.5)},
            lambda action: (Patch("source", "emission_rate", "multiply", action.parameters.get("factor", 0.5), action.where,
                                  action.start, action.end),),
            source="Share that passes the curtain; it takes up gases that dissolve (ammonia, hydrogen fluoride), hardly others. "
            "Set it from trials with the brigade's equipment.",
        ),
        Measure(
            "foam", "Cover the pool with foam", "泡沫覆盖液池", {"factor": ("1", 0.3)},
            lambda action: (Patch("source", "emission_rate", "multiply", action.parameters.get("factor", 0.3), action.where,
                                  action.start, action.end),),
            source="Share that still evaporates; set it from the foam's data sheet for the substance.",
        ),
        Measure(
            "ventilation-off", "Ventilation off, windows shut", "关闭通风与门窗", {"factor": ("1", 0.4)},
            lambda action: (Patch("schedule", "air_exchange", "multiply", action.parameters.get("factor", 0.4), None,
                                  action.start, action.end),),
            source="Air change of a shut house over that of one as it is lived in.",
        ),
        SHELTER,
        EVACUATE,
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Flat, open or evenly built ground, from about 50 m to 10 km: no hills, no streets, no courtyards, no sea breeze. "
        "A concentration is good to a factor of two at best, and only on the axis of a plume whose wind is known; the axis "
        "itself may lie 10 degrees elsewhere. Nearest to the source, and for jets, fires and explosions, use another model. "
        "The dense cloud is one for a steady wind over level ground; aerosol that makes ammonia heavy is not in it. All that "
        "comes out is taken as airborne. Nothing rains out, reacts or settles. Guideline levels are for the general public "
        "and are no line between safe and unsafe; lethality functions of different authors differ by a factor of two.",
        "zh": "适用于平坦、开阔或建筑均匀的地面，约 50 米至 10 公里；不含山地、街道、庭院和海陆风。浓度最多准确到两倍以内，且仅限于风况已知"
        "时的烟羽轴线；轴线本身可能偏差 10 度。紧邻泄漏点、喷射、火灾和爆炸请用其他模型。重气云适用于稳定风和平坦地面，不含使氨变重的"
        "气溶胶。泄漏物全部按气态计，不考虑雨洗、反应与沉降。指导值针对一般公众，并非安全与不安全的界线；不同作者的致死函数相差可达两倍。",
    }
    sources = (
        "Briggs 1973, ATDL-79; Hanna, Briggs and Hosker 1982, doi:10.2172/5591108",
        "CCPS 1999, Guidelines for Consequence Analysis of Chemical Releases",
        "Britter and McQuaid 1988, HSE contract research report 17/1988",
        "Palazzi, De Faveri, Fumarola and Ferraiolo 1982, Atmospheric Environment 16, 2785-2790",
        "EPA 1999, Risk Management Program Guidance for Offsite Consequence Analysis, EPA 550-B-99-009",
        "National Research Council, Acute Exposure Guideline Levels for Selected Airborne Chemicals",
    )
    references = REFERENCES

    substance = param.Selector(default="chlorine", objects=list(SUBSTANCES), doc="What is released.")
    origin = param.Selector(
        default="given rate",
        objects=["given rate", "liquid from a hole", "gas from a hole", "pool"],
        doc="Where the rate is from: the forcing, or one of the source terms below.",
    )
    hole_diameter = param.Number(0.02, bounds=(0.001, 1.0), doc="Of the hole, m.")
    vessel_pressure = param.Number(600.0, bounds=(0, 30_000), doc="In the vessel, above that outside, kPa.")
    vessel_temperature = param.Number(15.0, bounds=(-200, 300), doc="In the vessel, degrees Celsius.")
    liquid_head = param.Number(1.0, bounds=(0, 50), doc="Height of the liquid above the hole, m.")
    pool_area = param.Number(100.0, bounds=(1, 1e6), doc="Of the pool, m^2.")
    inventory = param.Number(10.0, bounds=(0.001, 1e5), doc="What can come out of a vessel or a pool, t.")
    height = param.Number(0.0, bounds=(0, 300), doc="Of the release above the ground, m.")
    receptor = param.Number(1.5, bounds=(0, 100), doc="Height at which people breathe, m.")
    terrain = param.Selector(
        default="rural", objects=list(TERRAINS), doc="Open country or city: how rough the ground is."
    )
    stability = param.Selector(
        default="derived",
        objects=["derived", *CLASSES],
        doc="Pasquill's class, or derived from wind, sun and clouds.",
    )
    buoyancy = param.Selector(
        default="automatic",
        objects=["automatic", "passive", "dense"],
        doc="Whether the cloud is treated as heavier than air.",
    )
    levels = param.Selector(default="AEGL", objects=["AEGL", "ERPG"], doc="Guideline levels of the zones.")
    duration = param.Selector(
        default=60,
        objects=[int(v) for v in DURATIONS],
        doc="Reference duration of the guideline levels, min.",
    )
    probit_a = param.Number(
        0.0, bounds=(-200, 50), doc="Constant a of your own lethality, probit = a + b ln(C^n t), ppm and min."
    )
    probit_b = param.Number(
        0.0, bounds=(0, 50), doc="Constant b of it; 0 takes the substance's own, where one is known."
    )
    probit_n = param.Number(1.0, bounds=(0.1, 6), doc="Exponent n of it.")
    air_changes = param.Number(
        1.0,
        bounds=(0.01, 30),
        doc="Of houses, 1/h; 0.5 or so for shut modern ones, several with open windows.",
    )
    rate_spread = param.Number(0.3, bounds=(0, 3), doc="Standard deviation of the logarithm of the rate.")
    direction_spread = param.Number(
        10.0, bounds=(0, 90), doc="Standard deviation of the wind's direction, degrees."
    )
    speed_spread = param.Number(
        0.2, bounds=(0, 1), doc="Standard deviation of the logarithm of the wind's speed."
    )
    dispersion_spread = param.Number(
        0.3,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the plume's spread: about that of a concentration good to a factor of two.",
    )
    exchange_spread = param.Number(
        0.4, bounds=(0, 2), doc="Standard deviation of the logarithm of the air change."
    )
    frames = param.Integer(48, bounds=(2, 120), doc="Times at which the concentration is kept.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a plain of 3 by 2 km on which chlorine escapes for twenty minutes."""
        axis = 500_000.0 + np.arange(75) * 40.0
        site = xr.Dataset(
            coords={"y": 3_000_000.0 + np.arange(50)[::-1] * 40.0, "x": axis}, attrs={"crs": "EPSG:32650"}
        )
        lon, lat = Grid.of(site).degrees()
        forcing = xr.Dataset(
            {
                "emission_rate": (("time", "source"), [[3.0], [0.0]], {"units": "kg/s"}),
                "wind_speed": ("time", [3.0, 3.0], {"units": "m/s"}),
                "wind_direction": ("time", [265.0, 265.0], {"units": "degrees"}),
                "longitude": ("source", [float(lon[25, 5])], {"units": "degrees"}),
                "latitude": ("source", [float(lat[25, 5])], {"units": "degrees"}),
            },
            coords={"time": [0.0, 1200.0], "source": ["tank"]},
        )
        return site, forcing, 3600.0

    @classmethod
    def warm(cls) -> None:
        """Compile the loops of the plume and of the puffs."""
        site, forcing, until = cls.example()
        turning = forcing.assign(wind_direction=("time", [265.0, 295.0], {"units": "degrees"}))
        for drive in (forcing, turning):
            model = cls()
            model.run(
                model.prepare(site, drive, until=until, fidelity="preview"), model.sample(Streams(0, 0))
            )

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has half of the steps, and wider cells on large sites; full has twice as many steps."""
        grid = Grid.of(site)
        if fidelity == "preview":
            cells = grid.shape[0] * grid.shape[1]
            grid = grid.coarse(4 if cells > 4 * FINE else 2 if cells > FINE else 1)
        given = forcing.reset_coords([name for name in ("longitude", "latitude") if name in forcing.coords])
        drive, remarks = conform(_degrees(given), self.needs, "forcing")
        if drive.longitude.ndim != 1 or drive.longitude.shape != drive.latitude.shape:
            raise InvalidInputError(
                "The sources do not say where they are; give longitude and latitude with the dimension source."
            )
        if "time" in drive.coords:
            from_start(drive.time)
        what = self.known
        if self.buoyancy == "dense" and float(np.max(drive.wind_speed)) <= 0.0:
            raise InvalidInputError("The dense cloud needs wind; with none at all, choose the passive one.")
        places = []
        for lon, lat in zip(drive.longitude.values, drive.latitude.values, strict=True):
            place = grid.place(float(lon), float(lat))
            if place is None:
                raise InvalidInputError(
                    f"A source at {float(lon):.5f}, {float(lat):.5f} lies outside of the site; move it, or widen the site."
                )
            places.append(place)
        steps = {"preview": 60, "standard": 120, "full": 240}[fidelity]
        times = np.linspace(0.0, lasting(until), steps + 1)
        middle = 0.5 * (times[1:] + times[:-1])
        rates = self._rates(drive, what, times, len(places))
        if not np.any(rates > 0):
            raise InvalidInputError(
                "Nothing is released during the run; give emission_rate, or choose a hole or a pool as the origin."
            )
        speed, direction = _course(drive, middle)
        number = (
            np.full(steps, CLASSES.index(self.stability))
            if self.stability in CLASSES
            else night_or_day(
                speed, _at(drive.solar_radiation, drive, middle), _at(drive.cloud_cover, drive, middle)
            )
        )
        said = [line for line in remarks if not self._idle(line)]
        if float(speed.min()) < 1.0:
            said.append(
                "The wind falls below 1 m/s: the cloud drifts as puffs, and where it goes is hardly known."
            )
        if what.toxic and what.probit is None:
            said.append(
                f"No lethality of {what.en.lower()} is known here; its probability of death is told as 0 unless you set probit_b."
            )
        arrays = {
            "grid": grid, "places": places, "times": times, "rates": rates, "speed": speed, "direction": direction,
            "number": number, "warm": float(np.mean(drive.temperature)) + KELVIN,
        }  # fmt: skip
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        return Prepared(empty, drive, until, arrays, tuple(said))

    @property
    def known(self) -> Substance:
        """The substance, with the user's own lethality where one is set."""
        what = substance(self.substance)
        if self.probit_b <= 0:
            return what
        return replace(what, probit=Probit(self.probit_a, self.probit_b, self.probit_n, "set by the user"))

    def _idle(self, line: str) -> bool:
        """Tell whether a remark is about what this configuration does not use."""
        used = {"Emission": False, "Solar": self.stability == "derived", "Cloud": self.stability == "derived"}
        return any(line.startswith(word) and not wanted for word, wanted in used.items())

    def _rates(self, drive: xr.Dataset, what: Substance, times: np.ndarray, sources: int) -> np.ndarray:
        """Return the mean rate of each source over each step, kg/s, shape (step, source)."""
        if self.origin == "given rate":
            rate = np.atleast_1d(drive.emission_rate.values)
            if "time" not in drive.emission_rate.dims:
                return np.broadcast_to(rate, (times.size - 1, sources)).copy()
            rate = rate.reshape(rate.shape[0], -1) * np.ones(sources)
            # what has come out until each time is linear between the times given, so that its steps are exact
            given = np.append(
                np.asarray(drive.time.values, float), max(times[-1], float(drive.time[-1])) + 1.0
            )
            total = np.concatenate(
                [np.zeros((1, sources)), np.cumsum(rate * np.diff(given)[:, None], axis=0)]
            )
            out = np.stack([np.interp(times, given, total[:, k]) for k in range(sources)], axis=1)
            return np.asarray(np.diff(out, axis=0) / np.diff(times)[:, None])
        warm = self.vessel_temperature + KELVIN
        if self.origin == "liquid from a hole":
            flow = liquid_jet(self.hole_diameter, what.liquid, self.vessel_pressure * 1e3, self.liquid_head)
        elif self.origin == "gas from a hole":
            flow = gas_jet(
                self.hole_diameter, self.vessel_pressure * 1e3 + 101_325.0, warm, what.molar, what.ratio
            )
        else:
            air = float(np.mean(drive.temperature)) + KELVIN
            cool = min(air, what.boiling)
            pressure = boiling_pressure(what.boiling, what.latent, what.molar, cool)
            flow = pool(
                self.pool_area, max(float(np.mean(drive.wind_speed)), 0.5), what.molar, pressure, cool
            )
        if flow <= 0.0:
            raise InvalidInputError(
                f"Nothing comes out: the vessel's pressure is {self.vessel_pressure:g} kPa above that outside; expected more."
            )
        out = np.minimum(flow * times, self.inventory * 1e3)
        return np.repeat((np.diff(out) / np.diff(times))[:, None], sources, axis=1)

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the factors of rate, speed, spread and air change, and the shift of the wind's direction in degrees."""
        return {
            "rate": streams.factor("release.rate", self.rate_spread),
            "direction": streams.shift("release.direction", self.direction_spread),
            "speed": streams.factor("release.speed", self.speed_spread),
            "dispersion": streams.factor("release.dispersion", self.dispersion_spread),
            "exchange": streams.factor("release.exchange", self.exchange_spread),
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
        """See `Hazard.run`."""
        a, grid, what = prepared.arrays, prepared.arrays["grid"], self.known
        rates, changes = self._driven(prepared, theta, patches)
        carried = wind_at(a["speed"], max(self.height, LEAST), a["number"], self.terrain) * theta["speed"]
        levels = what.levels(float(self.duration), self.levels)
        cloud = Cloud(
            grid=grid,
            places=tuple(a["places"]),
            times=a["times"],
            rates=rates,
            changes=changes,
            wind=np.asarray(carried),
            aloft=np.asarray(a["speed"]) * theta["speed"],
            direction=np.asarray(a["direction"]) + theta["direction"],
            number=np.asarray(a["number"]),
            warm=a["warm"],
            what=what,
            cold=self.origin == "liquid from a hole",
            height=self.height,
            receptor=self.receptor,
            terrain=self.terrain,
            spread=theta["dispersion"],
            buoyancy=self.buoyancy,
            threshold=levels[0],
            minutes=float(self.duration),
        )
        frames = (
            np.unique(np.round(np.linspace(0, a["times"].size - 1, self.frames)).astype(int))
            if times
            else None
        )
        tell = progress.at if progress is not None else _silent
        tell(0.0)
        found = (steady if cloud.steady else drifting)(cloud, frames, tell)
        measure = found["gas_concentration_max"] if not what.toxic else found["toxic_exposure"]
        found["toxic_zone"] = np.sum([measure >= level for level in levels], axis=0)
        coords: dict[str, Any] = {"y": grid.y, "x": grid.x}
        if frames is not None:
            coords["time"] = a["times"][frames]
        released = float((rates * np.diff(a["times"])[:, None]).sum())
        return self.result(
            found,
            coords,
            prepared.site.attrs,
            never=prepared.until,
            released=released,
            treated_as="dense" if cloud.dense is not None else "plume" if cloud.steady else "puffs",
        )

    def _driven(
        self, prepared: Prepared, theta: Mapping[str, Any], patches: Sequence[Patch]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return rates (step, source) in kg/s and air changes (step) in 1/h as people and chance have changed them."""
        a = prepared.arrays
        times = a["times"]
        rates = a["rates"] * theta["rate"]
        changes = np.full(times.size - 1, self.air_changes * theta["exchange"])
        for patch in patches:
            # the part of each step in which it is in force
            end = times[-1] if patch.end is None else patch.end
            overlap = np.minimum(times[1:], end) - np.maximum(times[:-1], patch.start)
            part = np.clip(overlap / np.diff(times), 0.0, 1.0)
            if patch.target == "air_exchange":
                changes = changes + part * (np.maximum(patch.apply(changes), 0.0) - changes)
            elif patch.target == "emission_rate":
                mask = a["grid"].mask(patch.where)
                touched = np.array([mask[place] for place in a["places"]])
                wanted = np.maximum(patch.apply(rates), 0.0)
                rates = rates + part[:, None] * touched * (wanted - rates)
        return rates, changes


def _silent(_: float) -> None:
    """Tell nobody."""


def _degrees(data: xr.Dataset) -> xr.Dataset:
    """Let places that do not say their unit be degrees, as coordinates of places do in this room."""
    for name in ("longitude", "latitude"):
        if name in data and not data[name].attrs.get("units"):
            data = data.assign({name: data[name].assign_attrs(units="degrees")})
    return data


def _at(values: xr.DataArray, drive: xr.Dataset, times: np.ndarray) -> np.ndarray:
    """Return values at times: linear between those given, constant before and after."""
    if "time" not in values.dims:
        return np.full(times.size, float(values))
    return np.asarray(
        np.interp(times, np.asarray(drive.time.values, float), np.asarray(values.values, float))
    )


def _course(drive: xr.Dataset, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return speed and direction of the wind at times; it turns the shorter way."""
    direction = drive.wind_direction
    if "time" in direction.dims:
        whole = direction.copy(data=np.degrees(np.unwrap(np.radians(direction.values))))
        return _at(drive.wind_speed, drive, times), _at(whole, drive, times)
    return _at(drive.wind_speed, drive, times), _at(direction, drive, times)
