"""Slopes that slide in rain, on a map."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.hazards.action import EVACUATE, Measure, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.derived import slope as slope_of
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.landslide.cases import REFERENCES
from watchfloor.hazards.landslide.drainage import fed, gathered, order, reach_slope, reached, wetness
from watchfloor.hazards.landslide.inputs import peak, rain_steps, watched
from watchfloor.hazards.landslide.shaking import SPREAD, critical_acceleration, displacement
from watchfloor.hazards.landslide.soak import Soak
from watchfloor.hazards.landslide.stability import critical_wetness, instability, needed_cohesion
from watchfloor.hazards.landslide.threshold import THRESHOLDS, ratio, threshold
from watchfloor.hazards.noise import Waves
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import coarsen, conform, lasting, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Landslide"]

_GRID = ("y", "x")
_CELLS: dict[str, int] = {"preview": 25_000, "standard": 400_000}
_SOIL = ("soil_depth", "cohesion", "friction_angle")
_WIDE = 50.0
"""Cells from which slopes are so smooth that it is said, m."""


class Landslide(Hazard):
    """Shallow slides in rain and earthquakes: thresholds, stability of the soil, how far slides reach, and slopes that are watched."""

    kind: ClassVar[str] = "landslide"
    title: ClassVar[Mapping[str, str]] = {"en": "Landslides in rain and earthquakes", "zh": "降雨与地震滑坡"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("elevation", _GRID, limits=(-500, 9000), doc="Height of the ground."),
        Needs("soil_depth", _GRID, default=1.5, doc="Of loose ground over firm."),
        Needs("cohesion", _GRID, default=5.0, doc="Of soil and roots."),
        Needs("friction_angle", _GRID, default=33.0, doc="Of the soil."),
        Needs("soil_weight", _GRID, default=18.0, doc="Of the wet soil."),
        Needs("transmissivity", _GRID, default=20.0, doc="What a saturated soil lets down the slope."),
        Needs("antecedent_rain", _GRID, default=2.0, doc="That feeds the soil's water at the start."),
        Needs("rain_rate", ("time", *_GRID), "forcing", default=0.0, limits=(0, 500), doc="Rain; each value holds until the next."),
        Needs("ground_acceleration", _GRID, "forcing", default=0.0, limits=(0, 60), doc="Of an earthquake as the run begins; 0 is none."),
        Needs("reading_time", ("reading",), "forcing", default=0.0, doc="When a moving slope was read, before the start."),
        Needs("displacement", ("reading", "station"), "forcing", default=0.0, limits=(-1e5, 1e6), doc="How far it had moved."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("landslide_reach", _GRID, "Where a slope slides or a slide comes.", "time: maximum", intensity=True, levels=(0.5,)),
        Gives("slope_failure", _GRID, "Where a slope slides; the members' mean is its probability.", "time: maximum", levels=(0.5,)),
        Gives("instability", _GRID, "Pull over strength at its wettest, without shaking.", "time: maximum", levels=(0.8, 1.0)),
        Gives("arrival_time", _GRID, "When it first slides or a slide first comes; the run's length where none does.", "time: minimum"),
        Gives("landslide_energy", _GRID, "Height of the energy line of slides over the ground.", "time: maximum", levels=(1.0, 10.0)),
        Gives("soil_wetness", _GRID, "Saturated share of the soil at its wettest.", "time: maximum", levels=(0.5, 0.99)),
        Gives("rain_threshold_ratio", _GRID, "Mean rain of any duration over the threshold for it.", "time: maximum", levels=(1.0,)),
        Gives("failure_time", ("station",), "When a watched slope fails by its inverse velocity."),
        Gives("factor_of_safety", ("time", *_GRID), "Strength over pull, at most 10."),
    )  # fmt: skip
    accepts = frozenset({"wetness_cap", "rain_rate"})
    measures = (
        Measure(
            "drain", "Drain the slope", "边坡排水", {"wetness": ("1", 0.5)},
            lambda action: (Patch("field", "wetness_cap", "multiply", action.parameters.get("wetness", 0.5), action.where,
                                  action.start, action.end),),
            shape="area", source="Saturated share that drains leave; from the drains' design (FHWA NHI-05-123, chapter 7).",
        ),
        Measure(
            "close-road", "Close the road below", "封闭下方道路", {"fraction": ("1", 0.95)},
            lambda action: (Patch("exposure", "population", "multiply", 1.0 - action.parameters.get("fraction", 0.95), action.where,
                                  action.start, action.end),),
            shape="area", source="Share of those on it who stay away.",
        ),
        EVACUATE,
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Shallow slides of soil in rain or an earthquake, a metre or two deep; not deep ones, not rockfall, not cut or loaded slopes. "
        "Soil is seldom known: the numbers rank slopes and say how sure that is, they do not foretell one slide. The water is "
        "that of the last days' rain, spread over the soil's depth: the pressure of a cloudburst's front is not there. Elevation of 5 to 30 m is "
        "needed; wider cells smooth steep slopes away. The reach is the mean of many slides; it does not know walls, bends or "
        "debris that turns to mud in a channel. Thresholds of the whole world pass far too often where it always rains.",
        "zh": "适用于降雨或地震诱发的浅层（一至两米）土质滑坡；不适用于深层滑坡、崩塌及开挖或加载边坡。土性参数很少已知：结果用于斜坡排序并"
        "给出把握程度，不能预报某一次滑坡。地下水按近几日降雨充填土层孔隙处理，不计短时暴雨入渗锋面的压力。高程格网宜为 5 至 30 米，更粗则陡坡被平滑。"
        "影响距离为大量滑坡的平均，不考虑挡墙、弯道及沟道泥石流。全球阈值在多雨地区会过于频繁地超过。",
    }
    sources = (
        "Montgomery and Dietrich 1994, doi:10.1029/93WR02979",
        "Caine 1980, doi:10.1080/04353676.1980.11879996",
        "Guzzetti, Peruccacci, Rossi and Stark 2008, doi:10.1007/s10346-007-0112-1",
        "Barling, Moore and Grayson 1994, doi:10.1029/93WR03346",
        "Freeman 1991, doi:10.1016/0098-3004(91)90048-I",
        "Corominas 1996, doi:10.1139/t96-005",
        "Phoon and Kulhawy 1999, doi:10.1139/t99-038 (ranges not compared with the paper; Cherubini, in its discussion, has 5 to "
        "50 % for friction angles by soil)",
        "Newmark 1965, doi:10.1680/geot.1965.15.2.139; Jibson 2007, doi:10.1016/j.enggeo.2007.01.013",
        "Fukuzono 1985; Voight 1989, doi:10.1126/science.243.4888.200",
    )
    references = REFERENCES

    line = param.Selector(
        default="caine 1980", objects=list(THRESHOLDS), doc="Threshold of rain by duration."
    )
    memory = param.Number(
        48.0,
        bounds=(1, 720),
        doc="After how long the soil has let go of all but 1/e of its water, h; from a local recession.",
    )
    slip = param.Number(
        5.0,
        bounds=(0.1, 100),
        doc="How far a slope slides in an earthquake before it goes, cm (Wieczorek et al. 1985: 5 cm).",
    )
    drainable = param.Number(
        0.15,
        bounds=(0.02, 0.5),
        doc="Share of the soil that water fills and leaves (specific yield: 0.08 silt, 0.21 fine sand; Johnson 1967, USGS WSP 1662-D).",
    )
    volume = param.Number(1_000.0, bounds=(1, 1e8), doc="Volume of a slide, m^3: it sets the angle of reach.")
    stands = param.Number(
        0.1, bounds=(-1, 1), doc="A slope that stands now has at least this margin over a factor of safety of 1: where soil "
        "numbers say less, they are wrong, and cohesion is raised. -1 believes them.",
    )  # fmt: skip
    cohesion_spread = param.Number(
        0.4,
        bounds=(0, 2),
        doc="Standard deviation of the logarithm of cohesion (Phoon and Kulhawy 1999: 0.1 to 0.5).",
    )
    friction_spread = param.Number(
        0.1,
        bounds=(0, 0.5),
        doc="Standard deviation of the logarithm of tan friction (the same: 0.05 to 0.15).",
    )
    depth_spread = param.Number(
        0.3, bounds=(0, 1), doc="Standard deviation of the logarithm of the soil's depth."
    )
    transmissivity_spread = param.Number(
        0.7, bounds=(0, 2), doc="Standard deviation of the logarithm of the transmissivity (a factor of two)."
    )
    rain_spread = param.Number(0.3, bounds=(0, 2), doc="Standard deviation of the logarithm of the rain.")
    reach_spread = param.Number(
        0.3,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the tangent of the angle of reach (Corominas 1996, figure 5).",
    )
    shared = param.Number(
        0.5, bounds=(0, 1), doc="Part of the soil's variance that the whole site has in common."
    )
    correlation = param.Number(
        100.0,
        bounds=(5, 5000),
        doc="Distance at which the rest has fallen to 1/e, m (the same: 40 to 60 m within one soil).",
    )
    frames = param.Integer(24, bounds=(2, 120), doc="Times at which slopes are looked at.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a valley with steep sides, a day of heavy rain, and a slope that speeds up."""
        x, y = np.arange(48) * 20.0, np.arange(40)[::-1] * 20.0
        east, north = np.meshgrid(x, y)
        side = np.abs(north - 390.0)
        z = 100.0 - east * 0.03 + 0.25 * side + 0.0006 * side**2 + 12.0 * np.sin(east / 90.0) * side / 400.0
        site = xr.Dataset(
            {"elevation": (_GRID, z, {"units": "m"})},
            coords={"y": 3_000_000.0 + y, "x": 500_000.0 + x},
            attrs={"crs": "EPSG:32650"},
        )
        hours = np.arange(-36.0, 0.01, 0.5)
        forcing = xr.Dataset(
            {
                "rain_rate": ("time", [6.0, 18.0, 10.0, 0.0], {"units": "mm/h"}),
                "reading_time": ("reading", hours * 3600.0, {"units": "s"}),
                "displacement": (
                    ("reading", "station"),
                    np.stack([-25.0 * np.log((9.0 - hours) / 45.0), 2.0 + 0.01 * hours], axis=1),
                    {"units": "mm"},
                ),
            },
            coords={"time": [0.0, 21_600.0, 43_200.0, 64_800.0], "station": ["prism 1", "prism 2"]},
        )
        return site, forcing, 86_400.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has at most 25,000 cells, standard 400,000; slopes are those of the fine cells."""
        native = Grid.of(site)
        static, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        drive, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        most = _CELLS.get(fidelity, native.shape[0] * native.shape[1])
        factor = max(1, int(np.ceil(np.sqrt(native.shape[0] * native.shape[1] / most))))
        factor = min(factor, min(native.shape) // 3)
        grid = native.coarse(factor) if factor > 1 else native
        full = static.broadcast_like(xr.Dataset(coords={"y": native.y, "x": native.x})).transpose(*_GRID)
        full = full.assign(slope=(_GRID, slope_of(full.elevation.values, native)))
        full = coarsen(full, factor)
        edges, rain = rain_steps(drive, forcing, native, factor, lasting(until))
        height = np.ascontiguousarray(full.elevation.values)
        cells = order(height)
        water = fed(edges, rain, self.memory)
        told = np.unique(np.linspace(0, water.shape[0] - 1, self.frames).round().astype(int))
        arrays: dict[str, Any] = {
            "grid": grid,
            "cells": cells,
            "peak": peak(drive, native, factor),
            "ratio": np.broadcast_to(ratio(edges, rain, threshold(self.line)), grid.shape),
            **{
                name: full[name].values
                for name in ("elevation", "slope", *_SOIL, "soil_weight", "transmissivity")
            },
        }
        arrays["soak"] = Soak.of(edges[1:][told], water[told], self.memory, height, cells, grid.dx, grid.dy)
        before = gathered(height, full.antecedent_rain.values, cells, grid.dx, grid.dy)
        arrays["before"] = before * np.sqrt(grid.cell_area) / 1000.0  # m^2/d through a metre of contour
        said = list(telling((*remarks, *more), "Time of the reading", "Slope displacement"))
        if native.dx > _WIDE:
            said.append(
                f"Cells of {native.dx:.0f} m smooth steep slopes away; elevation of 5 to 30 m sees more of them."
            )
        if "displacement" in forcing:
            arrays["failures"], sentences = watched(forcing, drive)
            said += sentences
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        return Prepared(empty, drive, until, arrays, tuple(said))

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw factors of rain, transmissivity and reach, the soil's common part, and the seeds of its fields."""
        made: dict[str, Any] = {
            "rain": streams.factor("landslide.rain", self.rain_spread),
            "transmissivity": streams.factor("landslide.transmissivity", self.transmissivity_spread),
            "reach": streams.factor("landslide.reach", self.reach_spread),
            "failure": streams.shift("landslide.failure", 1.0),
            "shaking": streams.shift("landslide.shaking", SPREAD),
        }
        for name in _SOIL:
            made[name] = streams.shift(f"landslide.{name}", 1.0)
            made[f"{name}_seed"] = (
                -1 if streams.control else int(streams(f"landslide.{name}.field").integers(2**62))
            )
        return made

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
        a, grid, until = prepared.arrays, prepared.arrays["grid"], prepared.until
        masks = {number: grid.mask(patch.where) for number, patch in enumerate(patches)}
        soil = {name: self._soil(a, theta, name, grid) for name in _SOIL}
        slope, weight = a["slope"], a["soil_weight"]
        # what the ground lets down its slope: once for all times, and then as of a wall
        conducts = a["transmissivity"] * theta["transmissivity"] * np.maximum(np.sin(np.radians(slope)), 1e-3)
        first = wetness(a["before"], conducts, 90.0)
        if self.stands > -1.0:
            least = needed_cohesion(
                soil["friction_angle"], soil["soil_depth"], slope, first, 1.0 + self.stands, weight
            )
            soil["cohesion"] = np.maximum(soil["cohesion"], least)
        hold = soil["cohesion"], soil["friction_angle"], soil["soil_depth"], slope
        most = critical_wetness(*hold, weight)
        soak, store = a["soak"], self.drainable * soil["soil_depth"]
        rain, caps = _altered(patches, masks, soak.moments, float(theta["rain"]), grid)
        told = None if progress is None else (lambda done: progress.at(0.2 + 0.7 * done))
        wettest, arrival = soak.rise(
            first, conducts, store, most, rain=rain, caps=caps, until=until, told=told
        )
        worst = instability(*hold, wettest, weight)
        shaken = self._shaken(
            a, 1.0 / np.maximum(instability(*hold, first, weight), 0.1), float(theta["shaking"])
        )
        slides = (worst >= 1.0) | shaken
        arrival = np.where(shaken, 0.0, arrival)
        tangent = float(reach_slope(self.volume)) * theta["reach"]
        energy, first_time = reached(a["elevation"], slides, a["cells"], grid.dx, grid.dy, tangent, arrival)
        found: dict[str, Any] = {
            "landslide_reach": (slides | (energy > 0.0)).astype(float),
            "slope_failure": slides.astype(float),
            "instability": worst,
            "arrival_time": np.minimum(first_time, until),
            "landslide_energy": energy,
            "soil_wetness": wettest,
            "rain_threshold_ratio": a["ratio"] * theta["rain"],
        }
        coords: dict[str, Any] = {"y": grid.y, "x": grid.x}
        if "failures" in a:
            shifted = [
                f.time + theta["failure"] * f.spread if f is not None else until for f in a["failures"]
            ]
            found["failure_time"] = np.clip(shifted, 0.0, until)
            if "station" in prepared.forcing.coords:
                coords["station"] = prepared.forcing.station.values
        if times:
            courses = []
            for number in range(soak.moments.size):
                wet = soak.wetness(number, first, conducts, store, float(rain[number]), caps)
                courses.append(np.minimum(1.0 / np.maximum(instability(*hold, wet, weight), 0.1), 10.0))
            found["factor_of_safety"] = np.stack(courses)
            coords["time"] = soak.moments
        return self.result(found, coords, prepared.site.attrs, never=until)

    @classmethod
    def warm(cls) -> None:
        """Compile the loops."""
        ground = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
        cells, ones = order(ground), np.ones(ground.shape)
        soak = Soak.of(np.ones(2), np.ones(2), 48.0, ground, cells, 1.0, 1.0)
        soak.rise(ones, ones, ones, ones, rain=np.ones(2), caps=np.ones((1, 1, 3)), until=1.0)
        reached(ground, ground > 2.0, cells, 1.0, 1.0, 0.5)
        ratio(np.array([0.0, 3600.0]), np.ones((1, 2)), threshold("caine 1980"))
        Waves(0, 1.0).on(np.zeros(2), np.zeros(2))

    # ---- inside

    def _shaken(self, a: Mapping[str, Any], safety: np.ndarray, error: float) -> np.ndarray:
        """Return which cells the earthquake at the start sets sliding."""
        if a["peak"] is None:
            return np.zeros(safety.shape, bool)
        moved = displacement(critical_acceleration(safety, a["slope"]), a["peak"]) * 10.0**error
        return np.asarray((moved > self.slip) & (a["slope"] > 1.0))

    def _soil(self, a: Mapping[str, Any], theta: Mapping[str, Any], name: str, grid: Grid) -> np.ndarray:
        """Return a property of the soil in this member."""
        spread = {
            "soil_depth": self.depth_spread,
            "cohesion": self.cohesion_spread,
            "friction_angle": self.friction_spread,
        }[name]
        central = np.asarray(a[name])
        seed = int(theta[f"{name}_seed"])
        if seed < 0 or spread == 0.0:
            return central.copy()
        own = Waves(seed, self.correlation).on(grid.x, grid.y)
        factor = np.exp(spread * (np.sqrt(self.shared) * theta[name] + np.sqrt(1.0 - self.shared) * own))
        if name == "friction_angle":
            return np.asarray(np.degrees(np.arctan(np.tan(np.radians(central)) * factor)))
        return np.asarray(central * factor)


def _altered(
    patches: Sequence[Patch], masks: Mapping[int, np.ndarray], moments: np.ndarray, rain: float, grid: Grid
) -> tuple[np.ndarray, np.ndarray]:
    """Return the factor of the rain at each moment, and the caps of the wetness, (moments, y, x) or (1, 1, x)."""
    rains = np.full(moments.size, rain)
    caps = np.ones((1, 1, grid.shape[1]))
    for number, patch in enumerate(patches):
        if patch.target == "wetness_cap" and caps.shape[0] != moments.size:
            caps = np.ones((moments.size, *grid.shape))
        for k, moment in enumerate(moments):
            if not patch.applies(float(moment)):
                continue
            if patch.target == "wetness_cap":
                cap = caps[k]
                cap[masks[number]] = np.clip(patch.apply(cap[masks[number]]), 0.0, 1.0)
            elif patch.target == "rain_rate":
                rains[k] = max(float(patch.apply(float(rains[k]))), 0.0)
    return rains, caps
