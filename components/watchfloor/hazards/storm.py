"""Wind of a tropical cyclone along its track: the parametric profiles of Holland (1980, 2010)."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import EVACUATE, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.site import conform, lasting
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Storm"]

AIR_DENSITY = 1.15
"""Of air in the storm's boundary layer, kg/m^3 (Holland 1980)."""
GALE = 17.2
"""Beaufort 8, m/s (WMO-No. 306, code table 1855)."""
RADIUS_OF_EARTH = 6371.0
"""km."""
MOVING = 0.55
"""Share of the storm's own motion that is felt at the surface (Lin and Chavas 2012, doi:10.1029/2011JD017126)."""
TURNED = 20.0
"""Degrees by which that share is turned against the storm's motion, towards its inflow (the same)."""
_FELT = 2_000.0
"""Kilometres from the centre: beyond, no storm is felt."""
_CLIMADA = "CLIMADA-project/climada_python, climada/hazard/test/test_trop_cyclone_windfields.py"


def shape(speed: Any, drop: Any) -> Any:
    """Return Holland's B, which says how peaked the wind is (Holland 1980, eq. 11; doi:10.1175/1520-0493(1980)108).

    Parameters
    ----------
    speed
        Strongest wind, m/s.
    drop
        Ambient less central pressure, hPa.

    Returns
    -------
    array_like
        B, between 1 and 2.5 (the range that Holland gives).
    """
    return np.clip(speed**2 * math.e * AIR_DENSITY / (100.0 * np.maximum(drop, 0.1)), 1.0, 2.5)


def strongest(b: Any, drop: Any) -> Any:
    """Return the strongest wind, m/s, of a pressure drop in hPa (Holland 1980, eq. 7)."""
    return np.sqrt(b * 100.0 * drop / (AIR_DENSITY * math.e))


def coriolis(latitude: Any) -> Any:
    """Return the Coriolis parameter, 1/s, at a latitude in degrees."""
    return 2.0 * 7.2921e-5 * np.sin(np.radians(latitude))


def gradient_wind(distance: Any, radius: Any, b: Any, drop: Any, latitude: Any) -> Any:
    """Return the wind of Holland (1980), eq. 5.

    Parameters
    ----------
    distance
        From the centre, km.
    radius
        Of the strongest wind, km.
    b
        Holland's B.
    drop
        Ambient less central pressure, hPa.
    latitude
        Of the centre, degrees.

    Returns
    -------
    array_like
        Wind, m/s.
    """
    away = np.maximum(distance, 1e-3)
    bent = (radius / away) ** b
    half = 500.0 * away * np.abs(coriolis(latitude))
    return np.sqrt(b * 100.0 * drop / AIR_DENSITY * bent * np.exp(-bent) + half**2) - half


def fitted_wind(
    distance: Any, radius: Any, speed: Any, b: Any, *, outer: float = 300.0, outer_speed: float = 17.0
) -> Any:
    """Return the wind of Holland, Belanger and Fritz (2010), eq. 10 (doi:10.1175/2010MWR3317.1).

    Its exponent runs from 0.5 at the strongest wind to where the wind at `outer` km is `outer_speed` m/s.

    Parameters
    ----------
    distance, radius
        From the centre, and of the strongest wind, km.
    speed
        Strongest wind, m/s.
    b
        Holland's B.

    Returns
    -------
    array_like
        Wind, m/s.
    """
    away = np.maximum(distance, 1e-3)

    def profile(at: Any) -> Any:
        bent = (radius / at) ** b
        return bent * np.exp(1.0 - bent)

    fit = np.log(outer_speed / speed) / np.log(profile(outer))
    exponent = np.clip(0.5 + (fit - 0.5) * np.maximum(away - radius, 0.0) / (outer - radius), 0.0, 0.5)
    return speed * profile(away) ** exponent


def usual_radius(drop: Any, latitude: Any) -> Any:
    """Return the median radius of strongest wind, km (Vickery and Wadhera 2008, eq. 11; doi:10.1175/2008JAMC1837.1)."""
    return np.exp(3.015 - 6.291e-5 * drop**2 + 0.0337 * np.abs(latitude))


def vectors(
    lon: np.ndarray, lat: np.ndarray, centre: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distance from a centre, km, and the unit vector away from it, eastward and northward.

    Parameters
    ----------
    lon, lat
        Degrees, of any shape.
    centre
        Longitude and latitude, degrees.
    """
    east = RADIUS_OF_EARTH * np.radians((lon - centre[0] + 180.0) % 360.0 - 180.0)
    east = east * np.cos(np.radians((lat + centre[1]) / 2.0))
    north = RADIUS_OF_EARTH * np.radians(lat - centre[1])
    away = np.hypot(east, north)
    safe = np.maximum(away, 1e-6)
    return away, east / safe, north / safe


def _central(values: Sequence[float]) -> list[float]:
    return [float(value) for value in values]


class Storm(Hazard):
    """Wind at 10 m of a tropical cyclone that moves along a track."""

    kind: ClassVar[str] = "storm"
    title: ClassVar[Mapping[str, str]] = {"en": "Tropical cyclone wind", "zh": "热带气旋大风"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("longitude", ("time",), "forcing", doc="Of the storm's centre."),
        Needs("latitude", ("time",), "forcing", limits=(-60, 60), doc="Of the storm's centre."),
        Needs("central_pressure", ("time",), "forcing", doc="In the storm's centre."),
        Needs("ambient_pressure", ("time",), "forcing", default=1010.0, doc="Around the storm."),
        Needs("wind_speed_max", ("time",), "forcing", limits=(0, 110), doc="Strongest wind of the storm, with its motion."),
        Needs("storm_radius", ("time",), "forcing", default=0.0, limits=(0, 300),
              doc="Radius of the strongest wind; 0 takes the median for pressure and latitude."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("wind_speed_max", ("y", "x"), "Strongest wind of the run.", "time: maximum", intensity=True,
              levels=(17.2, 24.5, 32.7, 50.0)),
        Gives("gale_duration", ("y", "x"), "Time with gale, Beaufort 8 or more.", "time: sum"),
        Gives("wind_speed", ("time", "y", "x"), "Wind at 10 m."),
        Gives("wind_direction", ("time", "y", "x"), "Where the wind comes from."),
    )  # fmt: skip
    measures = (EVACUATE,)
    validity: ClassVar[Mapping[str, str]] = {
        "en": "A smooth, circular vortex over water: no hills, no streets, no gusts, no rain bands, no weakening over "
        "land but what the track says. Good for tens of kilometres, not for one valley. Far from the centre (beyond "
        "300 km) and in storms that turn into mid-latitude lows it is too weak or too regular. The averaging time "
        "of the wind is that of the track's own strongest wind.",
        "zh": "把气旋当作洋面上光滑的圆形涡旋：不含地形、街区、阵风、雨带，登陆减弱只取自路径资料。适用于数十公里尺度，"
        "不适用于单个山谷。距中心 300 公里以外及变性为温带气旋时偏弱或过于规则。风速的平均时段与路径资料的最大风速一致。",
    }
    sources = (
        "Holland 1980, doi:10.1175/1520-0493(1980)108<1212:AAMOTW>2.0.CO;2",
        "Holland, Belanger and Fritz 2010, doi:10.1175/2010MWR3317.1",
        "Vickery and Wadhera 2008, doi:10.1175/2008JAMC1837.1",
        "Lin and Chavas 2012, doi:10.1029/2011JD017126",
    )
    references = (
        Reference("Holland 1980 wind at 299.45, 291.07, 292.54 and 40.67 km", (11.28, 11.68, 11.61, 42.41),
                  lambda: _central(gradient_wind(np.array([299.4501, 291.0737, 292.5441, 40.665454]), 40.665454,
                                                 1.486076257880692, 39.12, -14.089110370469488)),
                  _CLIMADA, rtol=2e-3, units="m/s", note="The distances are published to a few digits only."),
        Reference("B of 40 m/s and 30 hPa", 1.667213, lambda: float(shape(40.0, 30.0)), _CLIMADA),
        Reference("B of 35 m/s and 15 hPa is cut at 2.5", 2.5, lambda: float(shape(35.0, 15.0)), _CLIMADA),
        Reference("Strongest wind of B 2.5 and 15 hPa", 34.635341, lambda: float(strongest(2.5, 15.0)), _CLIMADA,
                  units="m/s"),
        Reference("Holland 2010 wind at 75, 220, 300 and 490 km", (35.0, 21.181497, 17.0, 12.103461),
                  lambda: _central(fitted_wind(np.array([75.0, 220.0, 300.0, 490.0]), 75.0, 35.0, 1.75)),
                  _CLIMADA, units="m/s"),
        Reference("Gradient wind without rotation is strongest at its radius", float(strongest(1.5, 40.0)),
                  lambda: float(gradient_wind(30.0, 30.0, 1.5, 40.0, 0.0)), "Holland 1980, eq. 7"),
    )  # fmt: skip

    profile = param.Selector(
        default="holland 2010",
        objects=["holland 2010", "holland 1980"],
        doc="Radial profile of the wind; that of 2010 is fitted at its outer part too.",
    )
    track_spread = param.Number(
        60.0,
        bounds=(0, 500),
        doc="Standard deviation of the place after a day, km (about that of official forecasts for the Atlantic, 2017 to 2021).",
    )
    speed_spread = param.Number(
        0.15, bounds=(0, 1), doc="Standard deviation of the logarithm of the strongest wind."
    )
    radius_spread = param.Number(
        0.35,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the radius (Vickery and Wadhera 2008).",
    )
    frames = param.Integer(48, bounds=(2, 240), doc="Times at which the wind is kept.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a coast of 200 km, and a storm that crosses it within a day."""
        axis = np.arange(500_000.0, 700_000.0, 5_000.0)
        site = xr.Dataset(
            coords={"y": np.arange(2_700_000.0, 2_500_000.0, -5_000.0), "x": axis},
            attrs={"crs": "EPSG:32650"},
        )
        said = {
            "longitude": ([120.5, 118.5, 116.5], "degrees"),
            "latitude": ([22.5, 23.4, 24.6], "degrees"),
            "central_pressure": ([945.0, 955.0, 980.0], "hPa"),
            "wind_speed_max": ([45.0, 40.0, 28.0], "m/s"),
        }
        forcing = xr.Dataset(
            {name: ("time", values, {"units": unit}) for name, (values, unit) in said.items()},
            coords={"time": [0.0, 43_200.0, 86_400.0]},
        )
        return site, forcing, 86_400.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has cells three times as wide."""
        grid = Grid.of(site)
        if fidelity == "preview":
            grid = grid.coarse(3 if min(grid.shape) >= 9 else 1)
        track, remarks = conform(forcing, self.needs, "forcing")
        if "time" not in track.dims or track.sizes["time"] < 2:
            raise InvalidInputError(
                "The track has fewer than two points; expected times, places and pressures."
            )
        if np.any(track.central_pressure >= track.ambient_pressure):
            raise InvalidInputError(
                "The central pressure is not below the ambient pressure everywhere on the track; check which is which."
            )
        if np.any(track.wind_speed_max < 5.0):
            raise InvalidInputError(
                "The track's strongest wind falls below 5 m/s; cut the track to where there is a storm."
            )
        if float(track.time[0]) > 0.0 or float(track.time[-1]) < lasting(until):
            raise InvalidInputError(
                f"The track runs from {float(track.time[0]):g} to {float(track.time[-1]):g} s, and the run from 0 to "
                f"{until:g} s; shorten the run, or lengthen the track."
            )
        lon, lat = grid.degrees()
        apart = min(
            float(vectors(lon, lat, (float(x), float(y)))[0].min())
            for x, y in zip(*np.broadcast_arrays(track.longitude.values, track.latitude.values), strict=True)
        )
        if apart > _FELT:
            raise InvalidInputError(
                f"No point of the track comes nearer to the site than {apart:.0f} km; check the longitudes and latitudes, and that "
                "the site is where the storm passes."
            )
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        return Prepared(empty, track, until, {"lon": lon, "lat": lat}, remarks)

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the track's drift in km a day eastward and northward, and the factors of speed and radius."""
        return {
            "east": streams.shift("storm.east", self.track_spread),
            "north": streams.shift("storm.north", self.track_spread),
            "speed": streams.factor("storm.speed", self.speed_spread),
            "radius": streams.factor("storm.radius", self.radius_spread),
        }

    def run(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch] = (),  # noqa: ARG002  people cannot change a storm
        *,
        progress: Progress | None = None,
        times: bool = False,
    ) -> xr.Dataset:
        """See `Hazard.run`."""
        lon, lat = prepared.arrays["lon"], prepared.arrays["lat"]
        moments = np.linspace(0.0, prepared.until, self.frames)
        hours = prepared.until / 3600.0 / (self.frames - 1)
        most, gale = np.zeros(lon.shape), np.zeros(lon.shape)
        speeds, directions = [], []
        for number, moment in enumerate(moments):
            if progress is not None:
                progress.at(number / self.frames)
            east, north = self._wind(prepared.forcing, theta, float(moment), lon, lat)
            speed = np.hypot(east, north)
            most = np.maximum(most, speed)
            gale += (speed >= GALE) * hours * (0.5 if number in (0, self.frames - 1) else 1.0)
            if times:
                speeds.append(speed.astype(np.float32))
                directions.append((np.degrees(np.arctan2(-east, -north)) % 360.0).astype(np.float32))
        found = {"wind_speed_max": most, "gale_duration": gale}
        if times:
            found |= {"wind_speed": np.stack(speeds), "wind_direction": np.stack(directions)}
        coords = {"y": prepared.site.y, "x": prepared.site.x} | ({"time": moments} if times else {})
        return self.result(found, coords, prepared.site.attrs)

    def _wind(
        self, track: xr.Dataset, theta: Mapping[str, Any], moment: float, lon: np.ndarray, lat: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the wind's eastward and northward parts at a time, m/s."""

        def at(name: str, second: float) -> float:
            values = track[name].values
            return float(values if values.ndim == 0 else np.interp(second, track.time.values, values))

        def centre(second: float) -> tuple[float, float]:
            # the track drifts off as a forecast does: not at all now, by the drawn distance after a day
            days = second / 86_400.0
            y = at("latitude", second) + np.degrees(theta["north"] * days / RADIUS_OF_EARTH)
            wide = RADIUS_OF_EARTH * np.cos(np.radians(y))
            return at("longitude", second) + float(np.degrees(theta["east"] * days / wide)), float(y)

        here = centre(moment)
        before, after = max(moment - 1800.0, 0.0), min(moment + 1800.0, float(track.time.values[-1]))
        there = centre(after)
        moved, going_east, going_north = vectors(np.array(there[0]), np.array(there[1]), centre(before))
        motion = float(moved) * 1000.0 / (after - before)
        spin = 1.0 if here[1] >= 0 else -1.0
        turn = np.radians(TURNED) * spin
        share = MOVING * motion
        push = (
            share * (float(going_east) * np.cos(turn) - float(going_north) * np.sin(turn)),
            share * (float(going_east) * np.sin(turn) + float(going_north) * np.cos(turn)),
        )
        drop = at("ambient_pressure", moment) - at("central_pressure", moment)
        speed = max(at("wind_speed_max", moment) * theta["speed"] - share, 1.0)
        radius = at("storm_radius", moment) or float(usual_radius(drop, here[1]))
        radius = min(radius * theta["radius"], 250.0)
        b = float(shape(speed, drop))
        away, x, y = vectors(lon, lat, here)
        if self.profile == "holland 2010" and speed > 17.0:
            turning = fitted_wind(away, radius, speed, b)
        else:
            turning = gradient_wind(away, radius, b, drop, here[1]) * (
                speed / max(float(gradient_wind(radius, radius, b, drop, here[1])), 1e-6)
            )
        # the storm's motion is felt in proportion to its own wind, and not at all far away or in the eye
        felt = np.clip(turning / speed, 0.0, 1.0)
        inflow = np.radians(TURNED) * spin
        tangent = (-y * spin, x * spin)
        east = turning * (tangent[0] * np.cos(inflow) - tangent[1] * np.sin(inflow)) + push[0] * felt
        north = turning * (tangent[0] * np.sin(inflow) + tangent[1] * np.cos(inflow)) + push[1] * felt
        return east, north
