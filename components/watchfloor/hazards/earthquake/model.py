"""Shaking of an earthquake on a map."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr
from pyproj import Transformer

from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.hazards.action import EVACUATE, Measure, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.earthquake.blending import COUPLING, Blend, correlation_range
from watchfloor.hazards.earthquake.cases import REFERENCES
from watchfloor.hazards.earthquake.ground import WATER, from_slope, ground_slope
from watchfloor.hazards.earthquake.mapped import SPREAD, given, moved
from watchfloor.hazards.earthquake.motion import ROCK
from watchfloor.hazards.earthquake.prediction import Predicted, Source, observations, predict, told
from watchfloor.hazards.earthquake.rupture import Rupture, rupture_length, rupture_width
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.noise import Waves
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import coarsen, conform
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Earthquake"]

_GRID = ("y", "x")
_CELLS: dict[str, int] = {"preview": 25_000, "standard": 250_000}
"""Shaking is smooth: finer cells tell nothing that the ground below them does not."""
_STATIONS = 2_000
_FAR = 2_000.0
"""Kilometres from the epicentre: no instrument farther away says anything about the shaking here."""
_SHEAR = 3.5
"""Speed of shear waves in the crust, km/s (Dziewonski and Anderson 1981, doi:10.1016/0031-9201(81)90046-7: 3.2 to 3.9)."""
_STATION = ("station_longitude", "station_latitude", "station_acceleration", "station_velocity", "station_vs30",
            "station_intensity")  # fmt: skip


LEAVE = Measure(
    "leave-buildings",
    "Leave weak buildings",
    "撤离危房",
    {"fraction": ("1", 0.8)},
    lambda action: (
        Patch(
            "exposure",
            "indoor_fraction",
            "multiply",
            1.0 - action.parameters.get("fraction", 0.8),
            action.where,
            action.start,
            action.end,
        ),
    ),
    shape="area",
    source="Share of those indoors who go out when told to, as before expected aftershocks; set it from local drills.",
)
"""People go out of buildings that may fall: it changes who is exposed, never the shaking."""

BRIDGES = Measure(
    "close-bridge",
    "Close bridges until they are checked",
    "检查前封闭桥梁",
    {"fraction": ("1", 0.95)},
    lambda action: (
        Patch(
            "exposure",
            "population",
            "multiply",
            1.0 - action.parameters.get("fraction", 0.95),
            action.where,
            action.start,
            action.end,
        ),
    ),
    shape="area",
    source="Share of those on it who stay away, before an aftershock. Which bridges are checked first, the highway authority's plan says.",
)
"""People stay off what the next shock may bring down."""


class Earthquake(Hazard):
    """Intensity, acceleration and velocity of one earthquake."""

    kind: ClassVar[str] = "earthquake"
    title: ClassVar[Mapping[str, str]] = {"en": "Earthquake shaking", "zh": "地震动"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("vs30", _GRID, default=0.0, limits=(0, 2500), doc="Stiffness of the ground; else it is taken from the slope of the elevation."),
        Needs("elevation", _GRID, default=0.0, limits=(-500, 9000), doc="Height of the ground, for the stiffness where it is not given."),
        Needs("magnitude", (), "forcing", limits=(4.0, 9.0), doc="Moment magnitude."),
        Needs("longitude", (), "forcing", doc="Of the epicentre."),
        Needs("latitude", (), "forcing", doc="Of the epicentre."),
        Needs("depth", (), "forcing", limits=(0.0, 70.0), doc="Of the focus."),
        Needs("strike", (), "forcing", default=-1.0, limits=(-1.0, 360.0), doc="Of the fault; -1 is unknown: then it is a point."),
        Needs("dip", (), "forcing", default=90.0, limits=(10.0, 90.0), doc="Of the fault."),
        Needs("rake", (), "forcing", default=-999.0, limits=(-999.0, 180.0), doc="Direction of slip; below -180 is unknown."),
        Needs("mmi", _GRID, "forcing", default=0.0, limits=(0, 12), doc="A ShakeMap's intensity, in place of the prediction; 0 is none."),
        Needs("ground_acceleration", _GRID, "forcing", default=0.0, limits=(0, 60), doc="A ShakeMap's acceleration."),
        Needs("ground_velocity", _GRID, "forcing", default=0.0, limits=(0, 800), doc="A ShakeMap's velocity."),
        Needs("acceleration_spread", _GRID, "forcing", default=SPREAD, doc="A ShakeMap's spread of the acceleration."),
        Needs("station_longitude", ("station",), "forcing", default=0.0, doc="Of each instrument."),
        Needs("station_latitude", ("station",), "forcing", default=0.0, doc="Of each instrument."),
        Needs("station_acceleration", ("station",), "forcing", default=0.0, doc="What it measured; 0 is nothing."),
        Needs("station_velocity", ("station",), "forcing", default=0.0, doc="What it measured; 0 is nothing."),
        Needs("station_vs30", ("station",), "forcing", default=ROCK, doc="Stiffness of the ground below it."),
        Needs("station_intensity", ("station",), "forcing", default=0.0, doc="What people there reported; 0 is nothing."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("mmi", _GRID, "Intensity of the shaking.", "time: maximum", intensity=True, levels=(5.0, 6.0, 7.0, 8.0, 9.0)),
        Gives("ground_acceleration", _GRID, "Peak acceleration.", "time: maximum", levels=(0.5, 1.0, 2.0, 4.0)),
        Gives("ground_velocity", _GRID, "Peak velocity.", "time: maximum", levels=(5.0, 20.0, 50.0)),
        Gives("arrival_time", _GRID, "When the shear waves come, from the origin time.", "time: minimum"),
    )  # fmt: skip
    measures = (EVACUATE, LEAVE, BRIDGES)
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Medians of many earthquakes in active, shallow crust, M 5 to 8, within 300 km: a single one differs by a factor "
        "of two either way, which the ensemble shows. Not for subduction zones, stable continents, foci below 70 km or volcanoes; "
        "use a ShakeMap there. Without a strike it is a circle around a point, too weak along a long fault. No basins, no "
        "directivity, no liquefaction, no tsunami. The ground from the slope is right on average, not at a place.",
        "zh": "为活动浅层地壳多次地震的中位值（5 至 8 级，300 公里以内）：单次地震可偏差约两倍，集合结果体现此点。不适用于俯冲带、"
        "稳定大陆、深于 70 公里的震源及火山地震，应改用 ShakeMap。未给走向时为以震源为中心的圆，沿长断层偏弱。不含盆地效应、"
        "方向性效应、液化和海啸。由坡度推算的场地条件仅在平均意义上成立。",
    }
    sources = (
        "Allen, Wald and Worden 2012, doi:10.1007/s10950-012-9278-7",
        "Boore, Stewart, Seyhan and Atkinson 2014, doi:10.1193/070113EQS184M",
        "Worden, Gerstenberger, Rhoades and Wald 2012, doi:10.1785/0120110156",
        "Worden, Thompson, Baker et al. 2018, doi:10.1785/0120170201",
        "Jayaram and Baker 2009, doi:10.1002/eqe.922",
        "Allen and Wald 2009, doi:10.1785/0120080255",
        "Wells and Coppersmith 1994, doi:10.1785/BSSA0840040974",
    )
    references = REFERENCES

    equation = param.Selector(
        default="allen 2012",
        objects=["allen 2012", "boore 2014"],
        doc="Intensity as such, or acceleration and velocity with the ground's own response.",
    )
    stable = param.Boolean(
        default=False, doc="Whether slopes are those of a stable continent (Wald and Allen 2007)."
    )
    reference_vs30 = param.Number(
        400.0,
        bounds=(180, 1500),
        doc="Vs30 that the intensity equation stands for, m/s: it has no term for the ground and means the usual one "
        "where people live.",
    )
    between_share = param.Number(
        0.33,
        bounds=(0, 0.9),
        doc="Part of the intensity's variance that a whole event has in common (of Boore et al. 2014 from M 5.5: "
        "0.348^2 of 0.348^2 + 0.495^2).",
    )
    correlation = param.Number(
        correlation_range(1.0, clustered=True),
        bounds=(1, 100),
        doc="Range of the correlation, km (Jayaram and Baker 2009 at 1 s, which stands for velocity and intensity; "
        "the acceleration alone has 8.5 to 40.7).",
    )
    magnitude_spread = param.Number(
        0.1,
        bounds=(0, 1),
        doc="Standard deviation of the magnitude (Kagan 2003, doi:10.1016/S0031-9201(02)00214-5).",
    )
    location_spread = param.Number(
        3.0,
        bounds=(0, 50),
        doc="Standard deviation of the epicentre eastward and northward, km; from the agency's bulletin.",
    )
    depth_spread = param.Number(0.2, bounds=(0, 1), doc="Standard deviation of the logarithm of the depth.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a plain between hills, 80 km wide, and an earthquake of M 6.4 beside it."""
        x, y = np.arange(48) * 1700.0, np.arange(40)[::-1] * 1700.0
        east, north = np.meshgrid(x, y)
        height = 60.0 + np.maximum(np.abs(north - 34_000.0) - 12_000.0, 0.0) * 0.06 + east * 1e-3
        site = xr.Dataset(
            {"elevation": (_GRID, height, {"units": "m"})},
            coords={"y": 3_000_000.0 + y, "x": 500_000.0 + x},
            attrs={"crs": "EPSG:32650"},
        )
        lon, lat = Grid.of(site).degrees()
        said = {
            "magnitude": (6.4, "1"),
            "longitude": (float(lon[16, 18]), "degrees"),
            "latitude": (float(lat[16, 18]), "degrees"),
            "depth": (10.0, "km"),
            "strike": (70.0, "degrees"),
            "dip": (60.0, "degrees"),
            "rake": (90.0, "degrees"),
        }
        forcing = xr.Dataset({name: ((), value, {"units": unit}) for name, (value, unit) in said.items()})
        return site, forcing, 120.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has at most 25,000 cells, standard 250,000."""
        native = Grid.of(site)
        most = _CELLS.get(fidelity, native.shape[0] * native.shape[1])
        factor = max(1, int(np.ceil(np.sqrt(native.shape[0] * native.shape[1] / most))))
        factor = min(factor, min(native.shape) // 3)
        static, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        drive, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        grid = native.coarse(factor) if factor > 1 else native
        arrays: dict[str, Any] = {"grid": grid, "map": given(drive, native.shape, factor)}
        said = [line for line in (*remarks, *more) if not line.startswith(_silent(self.needs))]
        arrays["vs30"], sentence = self._ground(site, static, native, factor)
        said.append(sentence)
        to_metres = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
        x, y = to_metres.transform(float(drive.longitude), float(drive.latitude))
        away = max(float(np.abs(grid.x - x).min()), float(np.abs(grid.y - y).min())) / 1000.0
        if not away <= 600.0:
            raise InvalidInputError(
                f"The epicentre lies {away:.0f} km from the site, where nothing is felt; check its longitude and latitude."
            )
        arrays["focus"] = (float(x), float(y))
        if not 5.0 <= float(drive.magnitude) <= 7.9:
            said.append(
                f"The equations were fitted for M 5.0 to 7.9; M {float(drive.magnitude):.1f} is beyond."
            )
        if arrays["map"]:
            said.append(
                "The shaking is that of the ShakeMap; magnitude and depth only set when the waves come."
            )
        elif "station" in drive.dims:
            arrays |= self._instruments(drive, grid, to_metres, arrays["vs30"], float(x), float(y))
            said.append(
                f"{arrays['number']} observations at {drive.sizes['station']} instruments move the map."
            )
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        return Prepared(empty, drive, until, arrays, tuple(said))

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the deviations of the event, the seeds of the fields, and the errors of magnitude and place."""

        def seed(name: str) -> int:
            return -1 if streams.control else int(streams(name).integers(2**62))

        return {
            "between": streams.shift("earthquake.between", 1.0),
            "between_velocity": streams.shift("earthquake.between_velocity", 1.0),
            "within": seed("earthquake.within"),
            "within_velocity": seed("earthquake.within_velocity"),
            "noise": seed("earthquake.noise"),
            "magnitude": streams.shift("earthquake.magnitude", self.magnitude_spread),
            "east": streams.shift("earthquake.east", self.location_spread),
            "north": streams.shift("earthquake.north", self.location_spread),
            "depth": streams.factor("earthquake.depth", self.depth_spread),
        }

    def run(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch] = (),  # noqa: ARG002  people cannot change an earthquake
        *,
        progress: Progress | None = None,
        times: bool = False,  # noqa: ARG002  the largest shaking is all there is
    ) -> xr.Dataset:
        """See `Hazard.run`."""
        a, grid = prepared.arrays, prepared.arrays["grid"]
        if progress is not None:
            progress.at(0.0)
        source = self._source(prepared, theta)
        first, second = self._fields(theta, lambda waves: waves.on(grid.x, grid.y))
        if progress is not None:
            progress.at(0.3)
        if a["map"]:
            found = moved(a["map"], first)
        else:
            places = grid.x[None, :], grid.y[:, None]
            medians = predict(
                self.equation, source, *places, a["vs30"], self.between_share, self.reference_vs30
            )
            values = _simulated(medians, theta, first, second)
            if progress is not None:
                progress.at(0.6)
            if "blend" in a:
                deviations = self._deviations(a, source, theta)
                values = {name: value + a["blend"].move(name, deviations) for name, value in values.items()}
            found = told(values)
        _, _, focus = source.rupture.distances(grid.x[None, :], grid.y[:, None])
        found["arrival_time"] = np.minimum(focus / _SHEAR, prepared.until)
        found["ground_acceleration"] = np.minimum(found["ground_acceleration"], 60.0)
        return self.result(found, {"y": grid.y, "x": grid.x}, prepared.site.attrs, never=prepared.until)

    @classmethod
    def warm(cls) -> None:
        """Compile the loops."""
        Waves(0, 1.0).on(np.zeros(2), np.zeros(2))

    # ---- inside

    def _source(self, prepared: Prepared, theta: Mapping[str, Any]) -> Source:
        drive, (x, y) = prepared.forcing, prepared.arrays["focus"]
        magnitude = float(np.clip(float(drive.magnitude) + theta["magnitude"], 3.0, 9.5))
        depth = float(np.clip(float(drive.depth) * theta["depth"], 0.5, 80.0))
        place = (x + 1000.0 * theta["east"], y + 1000.0 * theta["north"], depth)
        strike, rake = float(drive.strike), float(drive.rake)
        if strike < 0.0:
            return Source(magnitude, Rupture(*place), rake if rake >= -180.0 else float("nan"))
        length, width = float(rupture_length(magnitude)), float(rupture_width(magnitude))
        plane = Rupture(*place, length, width, strike, float(drive.dip))
        return Source(magnitude, plane, rake if rake >= -180.0 else float("nan"))

    def _fields(self, theta: Mapping[str, Any], ask: Any) -> tuple[Any, Any]:
        """Return the two normal fields where they are asked; 0 for the control."""
        if theta["within"] < 0:
            return 0.0, 0.0
        length = self.correlation * 1000.0 / 3.0
        return ask(Waves(theta["within"], length)), ask(Waves(theta["within_velocity"], length))

    def _ground(
        self, site: xr.Dataset, static: xr.Dataset, native: Grid, factor: int
    ) -> tuple[np.ndarray, str]:
        whole = xr.Dataset(coords={"y": native.y, "x": native.x})
        if "vs30" in site and float(static.vs30.max()) > 0.0:
            values = coarsen(static[["vs30"]].broadcast_like(whole).transpose(*_GRID), factor).vs30.values
            return np.maximum(values, 90.0), "The stiffness of the ground is given."
        if "elevation" not in site:
            shape = native.coarse(factor).shape
            return np.full(shape, self.reference_vs30), (
                f"Neither Vs30 nor elevation is given; the ground is taken alike everywhere, {self.reference_vs30:g} m/s."
            )
        height = static.elevation.broadcast_like(whole).transpose(*_GRID).values
        fine = np.where(height <= 0.0, WATER, from_slope(ground_slope(height, native), stable=self.stable))
        array = xr.Dataset({"v": (_GRID, fine)}, coords={"y": native.y, "x": native.x})
        table = "Wald and Allen 2007" if self.stable else "Allen and Wald 2009"
        return coarsen(
            array, factor
        ).v.values, f"The stiffness of the ground is taken from its slope ({table})."

    def _instruments(
        self, drive: xr.Dataset, grid: Grid, to_metres: Transformer, vs30: np.ndarray, x: float, y: float
    ) -> dict[str, Any]:
        stations = drive.sizes["station"]
        if stations > _STATIONS:
            raise LimitError(
                f"There are {stations} instruments; at most {_STATIONS} are blended. Leave out the farthest."
            )
        values = {name: np.broadcast_to(drive[name].values, (stations,)).astype(float) for name in _STATION}
        found = observations(
            self.equation,
            values["station_acceleration"],
            values["station_velocity"],
            values["station_intensity"],
        )
        if not found:
            raise InvalidInputError(
                "None of the instruments measured anything (0 is not measured); leave them out, or give their values."
            )
        own_x, own_y = (
            np.asarray(v)
            for v in to_metres.transform(values["station_longitude"], values["station_latitude"])
        )
        away = np.hypot(own_x - x, own_y - y) / 1000.0
        if not np.all(away <= _FAR):
            worst = int(np.argmax(np.where(np.isfinite(away), away, np.inf)))
            raise InvalidInputError(
                f"The instrument at {values['station_longitude'][worst]:g}, {values['station_latitude'][worst]:g} lies "
                f"{away[worst]:.0f} km from the epicentre; check whether its longitude and latitude are swapped, or leave it out."
            )
        which = np.array([item.station for item in found])
        known = {
            "x": own_x[which],
            "y": own_y[which],
            "vs30": np.maximum(values["station_vs30"][which], 90.0),
        }
        control = Prepared(xr.Dataset(), drive, 1.0, {"focus": (x, y)})
        source = self._source(control, {"magnitude": 0.0, "depth": 1.0, "east": 0.0, "north": 0.0})
        options = (self.between_share, self.reference_vs30)
        there = predict(self.equation, source, known["x"], known["y"], known["vs30"], *options)
        here = predict(self.equation, source, grid.x[None, :], grid.y[:, None], vs30, *options)
        at = []
        for number, item in enumerate(found):
            _, between, within = there[item.measure]
            at.append((float(between), float(np.broadcast_to(within, which.shape)[number])))
        spreads = {
            name: (float(tau), np.broadcast_to(phi, grid.shape)) for name, (_, tau, phi) in here.items()
        }
        kinds, noise = [item.measure for item in found], np.array([item.noise for item in found])
        far = self.correlation * 1000.0
        blend = Blend.of(grid, spreads, known["x"], known["y"], kinds, at, noise, far)
        return {"blend": blend, "observed": found, "known": known, "number": len(found)}

    def _deviations(self, a: Mapping[str, Any], source: Source, theta: Mapping[str, Any]) -> np.ndarray:
        """Return by how much each observation differs from what this member would have there."""
        known = a["known"]
        there = predict(
            self.equation,
            source,
            known["x"],
            known["y"],
            known["vs30"],
            self.between_share,
            self.reference_vs30,
        )
        first, second = self._fields(theta, lambda waves: waves.at(known["x"], known["y"]))
        values = _simulated(there, theta, first, second)
        found = a["observed"]
        errors = np.zeros(len(found))
        if theta["noise"] >= 0:
            errors = np.random.Generator(np.random.Philox(theta["noise"])).normal(size=len(found))
        return np.array(
            [
                item.value - (values[item.measure][number] + item.noise * errors[number])
                for number, item in enumerate(found)
            ]
        )


def _silent(needs: Sequence[Needs]) -> tuple[str, ...]:
    """Return the beginnings of sentences about inputs that are seldom given."""
    return tuple(f"{need.spec.en} is not given" for need in needs)


def _simulated(
    medians: Predicted, theta: Mapping[str, Any], first: Any, second: Any
) -> dict[str, np.ndarray]:
    """Return median and deviations of this member; velocity and acceleration deviate together, but not as one."""
    made = {}
    for name, (median, between, within) in medians.items():
        event, place = theta["between"], first
        if name == "pgv":
            rest = np.sqrt(1.0 - COUPLING**2)
            event = COUPLING * event + rest * theta["between_velocity"]
            place = COUPLING * first + rest * second
        made[name] = median + between * event + within * place
    return made
