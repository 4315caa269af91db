"""Flood from rain and rivers on a raster of the ground."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.core.fields import convert
from watchfloor.hazards.action import EVACUATE, Measure, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import from_start, held
from watchfloor.hazards.flood.cases import REFERENCES
from watchfloor.hazards.flood.state import State, begin, crests
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import coarsen, conform, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams
from watchfloor.hazards.water import NEVER, levees, lowered, moments, places, stops

__all__ = ["Flood"]

_GRID = ("y", "x")
_CHUNK = 200_000_000
"""Cell updates between two looks at whether the run is still wanted: well under a second."""


class Flood(Hazard):
    """Water over the ground: rain, rivers that flow in, levels at the sea, soil that takes it up, levees and pumps."""

    kind: ClassVar[str] = "flood"
    version: ClassVar[str] = "3"
    title: ClassVar[Mapping[str, str]] = {"en": "Flood from rain and rivers", "zh": "降雨与河流洪水"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("elevation", _GRID, limits=(-500, 9000), doc="Height of the ground."),
        Needs("manning_roughness", _GRID, default=0.035, doc="Roughness of the ground (Chow 1959, table 5-6)."),
        Needs("infiltration_rate", _GRID, default=0.0, doc="What a soaked soil takes up."),
        Needs("suction_deficit", _GRID, default=0.0, doc="How thirsty the soil is at the start (Green-Ampt)."),
        Needs("water_depth", _GRID, default=0.0, limits=(0, 500), doc="Water that is there at the start."),
        Needs("sea_mask", _GRID, default=0.0, doc="Cells whose level is given by the forcing."),
        Needs("rain_rate", ("time", *_GRID), "forcing", default=0.0, limits=(0, 500), doc="Rain; each value holds until the next."),
        Needs("discharge", ("time", "source"), "forcing", default=0.0, limits=(-1e5, 3e5),
              doc="Water that flows in at places (coordinates longitude and latitude of source)."),
        Needs("sea_level", ("time",), "forcing", default=0.0, doc="Level at the cells of the mask; linear between times."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("water_depth_max", _GRID, "Greatest depth of water.", "time: maximum", intensity=True,
              levels=(0.05, 0.3, 0.5, 1.0, 2.0)),
        Gives("flow_speed_max", _GRID, "Greatest speed of the water.", "time: maximum"),
        Gives("arrival_time", _GRID, "When water first came; the run's length where it never did.", "time: minimum"),
        Gives("inundation_duration", _GRID, "Time under water.", "time: sum"),
        Gives("water_depth", ("time", *_GRID), "Depth of water."),
    )  # fmt: skip
    accepts = frozenset({"levee", "dike", "rain_rate", "discharge", "pump"})
    measures = (
        Measure(
            "levee", "Raise a levee or sandbags", "加高堤防或沙袋", {"height": ("m", 1.0)},
            lambda action: (Patch("field", "levee", "add", action.parameters.get("height", 1.0), action.where,
                                  action.start, action.end),),
            shape="line",
            source="About 12 bags filled and placed per person and hour (NDSU Extension, Hellevang); base 3 times the height "
            "(USACE).",
        ),
        Measure(
            "relief", "Cut a dike for relief", "破堤分洪", {"height": ("m", 3.0)},
            lambda action: (Patch("field", "dike", "add", -action.parameters.get("height", 3.0), action.where,
                                  action.start, action.end),),
            shape="line",
            source="Depth of the cut; it goes no deeper than the lowest ground within two cells. The water is let onto that land: who "
            "decides it, and who must have left before, the flood plan says.",
        ),
        Measure(
            "gate", "Hold back at a gate or reservoir", "闸门或水库拦蓄", {"factor": ("1", 0.7)},
            lambda action: (Patch("source", "discharge", "multiply", action.parameters.get("factor", 0.7), None,
                                  action.start, action.end),),
            source="Share of the inflow that is let through, from the reservoir's rule curve.",
        ),
        Measure(
            "pump", "Pump out", "抽排", {"discharge": ("m^3/s", 2.0)},
            lambda action: (Patch("source", "pump", "add", action.parameters.get("discharge", 2.0), action.where,
                                  action.start, action.end),),
            shape="area", source="Capacity of the pumps that are brought.",
        ),
        EVACUATE,
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Good for slow and fast floods on gentle ground. Not for dam or tailings breaks, steep torrents or anything "
        "faster than its own waves (Froude above 1): there the water is held at Froude 1, and the shock-capturing model "
        "is the one to use. Streets and walls narrower than a cell, culverts and drains are not there unless the ground "
        "is carved or raised for them; buildings are only rough ground. Depths depend on the elevation: an error of half "
        "a metre in it is an error of about half a metre in them.",
        "zh": "适用于缓坡地区的洪水。不适用于溃坝、尾矿溃决、陡峻山洪及任何急流（弗劳德数大于 1，模型将其限制为 1），"
        "此类情形应使用激波捕捉模型。小于格点的街道、墙体、涵洞和排水管网须在地形中体现，否则不存在；建筑仅表现为糙率。"
        "水深取决于高程资料：高程误差半米，水深误差亦约半米。",
    }
    sources = (
        "Bates, Horritt and Fewtrell 2010, doi:10.1016/j.jhydrol.2010.03.027",
        "de Almeida, Bates, Freer and Souvignet 2012, doi:10.1029/2011WR011570",
        "Hunter et al. 2005, doi:10.1016/j.advwatres.2005.02.005",
        "Green and Ampt 1911, doi:10.1017/S0021859600001441",
    )
    references = REFERENCES

    west = param.Boolean(default=True, doc="Whether water leaves over the western edge.")
    east = param.Boolean(default=True, doc="Whether water leaves over the eastern edge.")
    first_row = param.Boolean(default=True, doc="Whether water leaves over the edge of the first row.")
    last_row = param.Boolean(default=True, doc="Whether water leaves over the edge of the last row.")
    wet = param.Number(0.05, bounds=(0.001, 1), doc="Depth from which a cell counts as flooded, m.")
    courant = param.Number(
        0.7,
        bounds=(0.1, 0.7),
        doc="Share of the stable time step that is taken (Bates 2010: 0.2 to 0.7); on a grid 0.71 is the most that is stable.",
    )
    rain_spread = param.Number(0.3, bounds=(0, 2), doc="Standard deviation of the logarithm of the rain.")
    inflow_spread = param.Number(
        0.2, bounds=(0, 2), doc="Standard deviation of the logarithm of what flows in."
    )
    roughness_spread = param.Number(
        0.2,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the roughness (Johnson 1996: about 20 to 35 %).",
    )
    level_spread = param.Number(0.1, bounds=(0, 5), doc="Standard deviation of the level at the boundary, m.")
    frames = param.Integer(36, bounds=(2, 240), doc="Times at which the depth is kept.")

    @classmethod
    def warm(cls) -> None:
        """Compile the loops."""
        z = np.zeros((4, 4))
        none = np.zeros(0, np.int64)
        grid = Grid(np.arange(4) * 10.0, np.arange(4) * 10.0, "EPSG:32650")
        begin(grid, z, z, z + 0.03, z, z, (True,) * 4, (none, none)).forward(0.1, 0.5, 0.05, 1)

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a valley into which a river and a shower come."""
        x, y = np.arange(48) * 20.0, np.arange(40)[::-1] * 20.0
        east, north = np.meshgrid(x, y)
        z = 10.0 - east * 0.004 + np.abs(north - 390.0) * 0.012
        site = xr.Dataset(
            {"elevation": (_GRID, z, {"units": "m"})},
            coords={"y": 3_000_000.0 + y, "x": 500_000.0 + x},
            attrs={"crs": "EPSG:32650"},
        )
        lon, lat = Grid.of(site).degrees()
        forcing = xr.Dataset(
            {
                "rain_rate": ("time", [40.0, 0.0], {"units": "mm/h"}),
                "discharge": (("time", "source"), [[15.0], [40.0]], {"units": "m^3/s"}),
            },
            coords={
                "time": [0.0, 1200.0],
                "source": ["river"],
                "longitude": ("source", [float(lon[20, 1])]),
                "latitude": ("source", [float(lat[20, 1])]),
            },
        )
        return site, forcing, 2400.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has cells four times as wide (on small sites, twice)."""
        grid = Grid.of(site)
        static, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        drive, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        if any(
            name in forcing and "time" in drive[name].dims for name in ("rain_rate", "discharge", "sea_level")
        ):
            from_start(drive.time)
        factor = 1
        if fidelity == "preview":
            factor = 4 if min(grid.shape) >= 128 else 2 if min(grid.shape) >= 16 else 1
        full = static.broadcast_like(xr.Dataset(coords={"y": site.y, "x": site.x})).transpose(*_GRID)
        mask = coarsen(full[["sea_mask"]], factor, "max").sea_mask.values > 0.5
        full = coarsen(full, factor)
        rain = drive.rain_rate
        if "y" in rain.dims:
            grid.check(rain, "The rain")
            rain = coarsen(rain.to_dataset(name="r"), factor).r
        grid = grid.coarse(factor) if factor > 1 else grid
        if mask.any() and "sea_level" not in forcing:
            raise InvalidInputError(
                "Cells of a given level are marked (sea_mask), but the forcing has no sea_level."
            )
        stage_rows, stage_columns = np.nonzero(mask)
        cells = self._places(forcing, drive, grid)
        arrays = {
            "rain": rain,
            "cells": cells,
            "stage": (stage_rows, stage_columns),
            "z": full.elevation.values,
            "h": full.water_depth.values,
            "n": full.manning_roughness.values,
            "conductivity": convert(full.infiltration_rate.values, "mm/h", "m/s"),
            "suction": convert(full.suction_deficit.values, "mm", "m"),
            "grid": grid,
        }
        empty = xr.Dataset(coords={"y": grid.y, "x": grid.x}, attrs={"crs": grid.crs})
        said = telling((*remarks, *more), "Cells of", "Level at", "Discharge")
        return Prepared(empty, drive, until, arrays, said)

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the factors of rain, inflow and roughness, and the shift of the boundary's level, m."""
        return {
            "rain": streams.factor("flood.rain", self.rain_spread),
            "inflow": streams.factor("flood.inflow", self.inflow_spread),
            "roughness": streams.factor("flood.roughness", self.roughness_spread),
            "level": streams.shift("flood.level", self.level_spread),
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
        """See `Hazard.run`. `balance_error` is of water."""
        a, grid, until = prepared.arrays, prepared.arrays["grid"], prepared.until
        edges = (self.west, self.east, self.first_row, self.last_row)
        state = begin(
            grid,
            a["z"],
            a["h"],
            a["n"] * theta["roughness"],
            a["conductivity"],
            a["suction"],
            edges,
            a["stage"],
        )
        masks = {number: grid.mask(patch.where) for number, patch in enumerate(patches)}
        frames = np.linspace(0.0, until, self.frames) if times else np.array([0.0, until])
        ends = stops(
            frames,
            moments(patches, until),
            *(
                [t for t in prepared.forcing.time.values if 0.0 < t < until]
                for name in ("rain_rate", "discharge", "sea_level")
                if "time" in prepared.forcing[name].dims
            ),
        )
        depths = [state.arrays["h"].astype(np.float32)] if times else []
        chunk = max(1, _CHUNK // max(1, grid.shape[0] * grid.shape[1]) // 4)
        for end in ends:
            self._set(state, prepared, theta, patches, masks, end)
            while state.now < end:
                if progress is not None:
                    progress.at(state.now / until)
                state.forward(end, self.courant, self.wet, min(chunk, 500))
            if times and np.any(np.isclose(frames[1:], end, atol=1e-6, rtol=0)):
                depths.append(state.arrays["h"].astype(np.float32))
        arrays = state.arrays
        if not np.isfinite(arrays["h"]).all():
            raise InvalidInputError(
                f"The run became unstable after {state.steps} steps; take a smaller courant, or look for cliffs in the elevation."
            )
        found = {
            "water_depth_max": arrays["depth"],
            "flow_speed_max": 0.5 * np.sqrt(arrays["pace"]),
            "arrival_time": np.where(arrays["arrival"] < NEVER, arrays["arrival"], until),
            "inundation_duration": np.minimum(arrays["duration"], until),
        }
        coords: dict[str, Any] = {"y": grid.y, "x": grid.x}
        if times:
            found["water_depth"] = np.stack(depths)
            coords["time"] = frames
        return self.result(
            found, coords, prepared.site.attrs, balance_error=state.balance, steps=state.steps, never=until
        )

    def _set(
        self,
        state: State,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch],
        masks: dict[int, np.ndarray],
        end: float,
    ) -> None:
        """Set what drives the run from now to the next stop."""
        a, now, forcing = state.arrays, state.now, prepared.forcing
        rain = held(prepared.arrays["rain"], forcing, now) / 3.6e6 * theta["rain"]
        source = np.broadcast_to(rain, a["h"].shape).copy()
        flows = np.atleast_1d(held(forcing.discharge, forcing, now)) * theta["inflow"]
        for number, patch in enumerate(patches):
            if not patch.applies(now):
                continue
            if patch.target == "rain_rate":
                source[masks[number]] = np.maximum(patch.apply(source[masks[number]]), 0.0)
            elif patch.target == "discharge":
                flows = patch.apply(flows)
            elif patch.target == "pump" and masks[number].any():
                source[masks[number]] -= patch.value / (masks[number].sum() * state.grid.cell_area)
        a["z"][:] = lowered(prepared.arrays["z"], patches, now, masks)
        raised = levees(patches, now, masks)
        for (rows, columns), flow in zip(prepared.arrays["cells"], flows, strict=False):
            source[rows, columns] += flow / (len(rows) * state.grid.cell_area)
        a["source"][:] = source
        a["crest_x"], a["crest_y"] = crests(a["z"], raised)
        if a["stage"].size:
            ends = [
                float(np.interp(t, forcing.time.values, forcing.sea_level.values))
                if forcing.sea_level.ndim
                else float(forcing.sea_level)
                for t in (now, end)
            ]
            a["stage"][:] = np.array(ends)[:, None] + theta["level"]

    @staticmethod
    def _places(forcing: xr.Dataset, drive: xr.Dataset, grid: Grid) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return the cells at which each source flows in."""
        if "discharge" not in forcing:
            return []
        if "source" not in drive.discharge.dims or not {"longitude", "latitude"} <= set(forcing.coords):
            raise InvalidInputError(
                "The discharge does not say where it flows in; give it a dimension source with the coordinates longitude and "
                "latitude."
            )
        return [(np.array([row]), np.array([column])) for row, column in places(forcing, grid, "source")]
