"""The flood of a dam or a tailings pond that breaks."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import EVACUATE, Measure, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import from_start, held
from watchfloor.hazards.dambreak.breach import Breach, drawdown, froehlich
from watchfloor.hazards.dambreak.cases import REFERENCES
from watchfloor.hazards.dambreak.outlet import outlet
from watchfloor.hazards.dambreak.state import State, begin
from watchfloor.hazards.grid import Grid
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import coarsen, conform, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams
from watchfloor.hazards.water import NEVER, levees, moments, places, stops

__all__ = ["DamBreak"]

_GRID = ("y", "x")
_CHUNK = 3_000_000
"""Cell updates between two looks at whether the run is still wanted: a tenth of a second."""
_PREVIEW = 2500
"""Most cells of a preview."""
_PARTS = 120
"""Intervals of the hydrograph of a breach."""


class DamBreak(Hazard):
    """Water or tailings that break out: at once, or through a breach that grows while the reservoir falls."""

    kind: ClassVar[str] = "flood"
    title: ClassVar[Mapping[str, str]] = {"en": "Dam or tailings break", "zh": "溃坝与尾矿库溃决"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("elevation", _GRID, limits=(-500, 9000), doc="Height of the bare ground."),
        Needs("barrier_height", _GRID, default=0.0, doc="Dams and walls upon it, which stand."),
        Needs("manning_roughness", _GRID, default=0.04, doc="Roughness of the ground (Chow 1959, table 5-6)."),
        Needs("water_depth", _GRID, default=0.0, limits=(0, 500),
              doc="Water that is there at the start; a wall of it breaks at once."),
        Needs("reservoir_volume", ("dam",), default=0.0,
              doc="Of each reservoir that breaks; the coordinates longitude and latitude of dam are at its downstream foot."),
        Needs("reservoir_depth", ("dam",), default=0.0, doc="Water over the bottom that the breach will have."),
        Needs("discharge", ("time", "source"), "forcing", default=0.0, limits=(0, 2e6),
              doc="Other water that flows in at places (coordinates longitude and latitude of source)."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("water_depth_max", _GRID, "Greatest depth.", "time: maximum", intensity=True, levels=(0.3, 0.5, 1.0, 2.0, 4.0)),
        Gives("flow_speed_max", _GRID, "Greatest speed.", "time: maximum", levels=(1.0, 2.0)),
        Gives("flood_hazard", _GRID,
              "Greatest depth times speed; 0.6 topples adults and cars, 1 most houses, 4 all (AIDR 2017, Guideline 7-3).",
              "time: maximum", levels=(0.3, 0.6, 1.0, 4.0)),
        Gives("arrival_time", _GRID, "When it first came; the run's length where it never did.", "time: minimum"),
        Gives("inundation_duration", _GRID, "Time under water.", "time: sum"),
        Gives("water_depth", ("time", *_GRID), "Depth."),
    )  # fmt: skip
    accepts = frozenset({"levee", "reservoir_depth", "breach_time", "discharge"})
    measures = (
        Measure(
            "lower-reservoir", "Lower the reservoir before it breaks", "提前降低库水位", {"depth": ("m", 3.0)},
            lambda action: (Patch("source", "reservoir_depth", "add", -action.parameters.get("depth", 3.0), action.where,
                                  action.start, action.end),),
            source="What the outlets let out until the dam breaks, from the reservoir's rule curve. It counts if it begins before.",
        ),
        Measure(
            "hold-breach", "Hold the dam longer", "抢险延缓溃口", {"delay": ("h", 2.0)},
            lambda action: (Patch("schedule", "breach_time", "add", action.parameters.get("delay", 2.0) * 3600.0, action.where,
                                  action.start, action.end),),
            source="Sandbags on the crest, filters at a seep: how long they hold is a judgement of the dam's engineer.",
        ),
        Measure(
            "levee", "Raise a levee or sandbags", "加高堤防或沙袋", {"height": ("m", 1.0)},
            lambda action: (Patch("field", "levee", "add", action.parameters.get("height", 1.0), action.where,
                                  action.start, action.end),),
            shape="line",
            source="About 12 bags filled and placed per person and hour (NDSU Extension, Hellevang); base 3 times the height "
            "(USACE).",
        ),
        EVACUATE,
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Good for the wave of a break, in valleys and on plains, also where it is faster than its own waves. How wide and "
        "how fast a dam breaks is the most uncertain of all: the default spreads of width and time are those of past failures, "
        "and a single run is one of many possible ones. The bed does not move, no debris is carried, and air and splashing are "
        "left out. With a yield stress and a viscosity from the laboratory it runs as a mudflow; with none, tailings run like "
        "water, which is farther and faster than they do. Not for thin rain on slopes: the flood model does that better.",
        "zh": "适用于山谷与平原上的溃决波，包括急流。溃口的宽度与发展速度最不确定：默认离散度取自历史溃坝统计，单次计算仅为众多可能之一。"
        "河床不冲淤，不计漂浮物、掺气与飞溅。给定实验室测得的屈服应力与黏度时按泥流计算；未给定时尾矿按水流计算，其到达更远、更快。"
        "不适用于坡面薄层降雨径流，该情形请用洪水模型。",
    }
    sources = (
        "Audusse, Bouchut, Bristeau, Klein and Perthame 2004, doi:10.1137/S1064827503431090",
        "Toro 2001, Shock-Capturing Methods for Free-Surface Shallow Flows",
        "Froehlich 2008, doi:10.1061/(ASCE)0733-9429(2008)134:12(1708)",
        "Wahl 2004, doi:10.1061/(ASCE)0733-9429(2004)130:5(389)",
        "O'Brien, Julien and Fullerton 1993, doi:10.1061/(ASCE)0733-9429(1993)119:2(244)",
        "Australian Institute for Disaster Resilience 2017, Guideline 7-3 Flood Hazard",
    )
    references = REFERENCES

    overtopped = param.Boolean(
        default=False, doc="Whether the dam is overtopped; otherwise water pipes through it."
    )
    breach_start = param.Number(0.0, bounds=(0, 864000), doc="When the breach begins, s.")
    shape = param.Number(
        2.5, bounds=(1, 5), doc="Power of storage against depth: 1 upright walls, about 2 to 3 valleys."
    )
    released = param.Number(
        1.0,
        bounds=(0.01, 1),
        doc="Share that runs out; of tailings about 0.35 (Rico 2008, doi:10.1016/j.jhazmat.2007.09.110).",
    )
    yield_stress = param.Number(0.0, bounds=(0, 20000), doc="Yield stress of tailings, Pa; 0 is water.")
    viscosity = param.Number(
        0.0, bounds=(0, 1000), doc="Viscosity of tailings, Pa s; 0 is water, whose friction is the bed's."
    )
    density = param.Number(1000.0, bounds=(900, 2600), doc="Density of what flows, kg/m^3.")
    west = param.Boolean(default=True, doc="Whether water leaves over the western edge.")
    east = param.Boolean(default=True, doc="Whether water leaves over the eastern edge.")
    first_row = param.Boolean(default=True, doc="Whether water leaves over the edge of the first row.")
    last_row = param.Boolean(default=True, doc="Whether water leaves over the edge of the last row.")
    wet = param.Number(0.05, bounds=(0.001, 1), doc="Depth from which a cell counts as flooded, m.")
    courant = param.Number(
        0.7,
        bounds=(0.1, 0.9),
        doc="Part of a cell, in both directions together, that the fastest wave crosses in a step; 1 is unstable.",
    )
    width_spread = param.Number(
        0.45,
        bounds=(0, 2),
        doc="Standard deviation of the logarithm of the breach's width (Wahl 2004: 95 % within 10^0.39).",
    )
    time_spread = param.Number(
        0.74,
        bounds=(0, 2),
        doc="Standard deviation of the logarithm of its time (Wahl 2004: 95 % within 10^0.64).",
    )
    volume_spread = param.Number(
        0.1, bounds=(0, 1), doc="Standard deviation of the logarithm of what is stored."
    )
    roughness_spread = param.Number(
        0.2,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the roughness (Johnson 1996: about 20 to 35 %).",
    )
    frames = param.Integer(36, bounds=(2, 240), doc="Times at which the depth is kept.")

    @classmethod
    def warm(cls) -> None:
        """Compile the loops."""
        z = np.zeros((4, 4))
        begin(z, z + 0.1, z + 0.03, (10.0, 10.0)).forward(0.1, most=1)

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a valley below a dam, and a plain on which it ends."""
        x, y = np.arange(64) * 25.0, np.arange(40)[::-1] * 25.0
        east, north = np.meshgrid(x, y)
        z = 60.0 - np.minimum(east, 1000.0) * 0.015 - np.maximum(east - 1000.0, 0) * 0.004
        z = z + np.abs(north - 487.5) * np.clip(0.12 - east * 1e-4, 0.015, 1)
        site = xr.Dataset(
            {
                "elevation": (_GRID, z, {"units": "m"}),
                "reservoir_volume": ("dam", [1.5e6], {"units": "m^3"}),
                "reservoir_depth": ("dam", [16.0], {"units": "m"}),
            },
            coords={"y": 3_000_000.0 + y, "x": 500_000.0 + x, "dam": ["upper"]},
            attrs={"crs": "EPSG:32650"},
        )
        lon, lat = Grid.of(site).degrees()
        where = {"longitude": ("dam", [float(lon[20, 2])]), "latitude": ("dam", [float(lat[20, 2])])}
        return site.assign_coords(where), xr.Dataset(), 1500.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview has at most 2,500 cells."""
        grid = Grid.of(site)
        static, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        drive, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        reservoirs = self._reservoirs(site, static, grid)
        sources = self._sources(forcing, drive, grid)
        empty = not reservoirs and not sources and float(static.water_depth.max()) == 0.0
        if empty:
            raise InvalidInputError(
                "There is nothing to flow: give a reservoir (reservoir_volume and reservoir_depth of a dam), water on the ground "
                "(water_depth) or a discharge."
            )
        factor = 1
        if fidelity == "preview":
            factor = max(
                1, min(int(np.ceil(np.sqrt(grid.shape[0] * grid.shape[1] / _PREVIEW))), min(grid.shape) // 3)
            )
        full = static.drop_dims("dam", errors="ignore")[
            ["elevation", "barrier_height", "manning_roughness", "water_depth"]
        ]
        full = full.broadcast_like(xr.Dataset(coords={"y": site.y, "x": site.x})).transpose(*_GRID)
        wall = coarsen(full[["barrier_height"]], factor, "max").barrier_height.values
        ground = coarsen(full, factor)
        run = grid.coarse(factor) if factor > 1 else grid

        def coarse(place: tuple[int, int]) -> tuple[int, int]:
            return min(place[0] // factor, run.shape[0] - 1), min(place[1] // factor, run.shape[1] - 1)

        arrays = {
            "z": ground.elevation.values + wall,
            "wall": wall > 0,
            "ground": ground.elevation.values,
            "h": ground.water_depth.values,
            "n": ground.manning_roughness.values,
            "reservoirs": [(name, volume, depth, coarse(place)) for name, volume, depth, place in reservoirs],
            "sources": [coarse(place) for place in sources],
            "grid": run,
        }
        shell = xr.Dataset(coords={"y": run.y, "x": run.x}, attrs={"crs": run.crs})
        said = telling((*remarks, *more), "Water", "Depth at", "Discharge")
        return Prepared(shell, drive, until, arrays, said)

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the factors of the breach's width and time, of what is stored, and of the roughness."""
        return {
            "width": streams.factor("dambreak.width", self.width_spread),
            "time": streams.factor("dambreak.time", self.time_spread),
            "volume": streams.factor("dambreak.volume", self.volume_spread),
            "roughness": streams.factor("dambreak.roughness", self.roughness_spread),
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
        """See `Hazard.run`. `balance_error` is of what flows."""
        a, grid, until = prepared.arrays, prepared.arrays["grid"], prepared.until
        state = begin(
            a["z"], a["h"], a["n"] * theta["roughness"], (grid.dx, grid.dy),
            (self.west, self.east, self.first_row, self.last_row),
            self.yield_stress / self.density,
            3.0 * self.viscosity / self.density,  # a laminar sheet: tau = 3 mu u / h
        )  # fmt: skip
        flows = self._breaches(prepared, theta, patches)
        masks = {
            number: grid.mask(patch.where) for number, patch in enumerate(patches) if patch.target == "levee"
        }
        frames = np.linspace(0.0, until, self.frames) if times else np.array([0.0, until])
        given = prepared.forcing.time.values if "time" in prepared.forcing.discharge.dims else []
        breaks = [edges for edges, _, _ in flows]
        ends = stops(frames, moments(patches, until), [t for t in given if t < until], *breaks)
        depths = [state.inner("h").astype(np.float32)] if times else []
        chunk = max(1, _CHUNK // (grid.shape[0] * grid.shape[1]))
        for end in ends:
            self._set(state, prepared, patches, masks, flows)
            while state.now < end:
                if progress is not None:
                    progress.at(state.now / until)
                state.forward(end, self.courant, self.wet, chunk)
            if times and np.any(np.isclose(frames[1:], end, atol=1e-6, rtol=0)):
                depths.append(state.inner("h").astype(np.float32))
        if not np.isfinite(state.inner("h")).all():
            raise InvalidInputError(
                f"The run became unstable after {state.steps} steps; take a smaller courant, or look for cliffs in the elevation."
            )
        arrival = state.inner("arrival")
        found = {
            "water_depth_max": state.inner("depth"),
            "flow_speed_max": state.inner("speed"),
            "flood_hazard": state.inner("hazard"),
            "arrival_time": np.where(arrival < NEVER, arrival, until),
            "inundation_duration": np.minimum(state.inner("duration"), until),
        }
        coords: dict[str, Any] = {"y": grid.y, "x": grid.x}
        if times:
            found["water_depth"] = np.stack(depths)
            coords["time"] = frames
        peak = max((float(flow.max()) for _, flow, _ in flows if flow.size), default=0.0)
        return self.result(
            found, coords, prepared.site.attrs,
            balance_error=state.balance, steps=state.steps, never=until, peak_outflow=peak,
        )  # fmt: skip

    def _breaches(
        self, prepared: Prepared, theta: Mapping[str, Any], patches: Sequence[Patch]
    ) -> list[tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]]:
        """Return for each dam the edges of intervals, s, what runs out in each, m^3/s, and through which cells."""
        a, grid, until = prepared.arrays, prepared.arrays["grid"], prepared.until
        found = []
        for name, volume, depth, place in a["reservoirs"]:
            mine = [patch for patch in patches if patch.where is None or name in np.atleast_1d(patch.where)]
            begins = self.breach_start
            for patch in mine:
                begins = patch.apply(begins) if patch.target == "breach_time" else begins
            level = depth
            for patch in mine:
                if patch.target == "reservoir_depth" and patch.applies(begins):
                    level = patch.apply(level)
            level = min(max(level, 0.0), depth)
            stored = volume * theta["volume"] * self.released * (level / depth) ** self.shape
            if begins >= until or stored <= 0.0:
                continue
            breach = froehlich(stored, level, overtopped=self.overtopped)
            breach = Breach(breach.width * theta["width"], breach.time * theta["time"], breach.side)
            edges = np.linspace(0.0, until - begins, _PARTS + 1)
            flow = drawdown(stored, level, breach, shape=self.shape, edges=edges)
            cells = outlet(a["ground"], a["wall"], place, breach.width, (grid.dx, grid.dy))
            found.append((edges + begins, flow, cells))
        return found

    def _set(
        self,
        state: State,
        prepared: Prepared,
        patches: Sequence[Patch],
        masks: Mapping[int, np.ndarray],
        flows: Sequence[tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]],
    ) -> None:
        """Set what drives the run from now to the next stop."""
        a, now, area = prepared.arrays, state.now, prepared.arrays["grid"].cell_area
        source = np.zeros_like(a["z"])
        for edges, flow, (rows, columns) in flows:
            at = int(np.searchsorted(edges, now + 1e-6, "right")) - 1
            if 0 <= at < flow.size:
                source[rows, columns] += flow[at] / (rows.size * area)
        given = np.atleast_1d(held(prepared.forcing.discharge, prepared.forcing, now))
        for patch in patches:
            if patch.target == "discharge" and patch.applies(now):
                given = np.maximum(patch.apply(given), 0.0)
        for (row, column), flow in zip(a["sources"], given, strict=False):
            source[row, column] += flow / area
        state.inner("source")[:] = source
        if masks:
            z = a["z"].copy()
            for cells, height in levees(patches, now, masks):
                z = np.where(cells, np.maximum(z, a["z"] + height), z)
            state.inner("z")[:] = z

    @staticmethod
    def _reservoirs(
        site: xr.Dataset, static: xr.Dataset, grid: Grid
    ) -> list[tuple[str, float, float, tuple[int, int]]]:
        """Return name, volume, depth and place of each reservoir that holds water."""
        volumes = np.atleast_1d(static.reservoir_volume.values)
        depths = np.broadcast_to(np.atleast_1d(static.reservoir_depth.values), volumes.shape)
        if not (volumes > 0).any():
            return []
        if "dam" not in static.reservoir_volume.dims or not {"longitude", "latitude"} <= set(site.coords):
            raise InvalidInputError(
                "The reservoir does not say where its dam is; give it a dimension dam with the coordinates longitude and latitude "
                "of the dam's downstream foot."
            )
        if np.any((volumes > 0) & (depths <= 0)):
            raise InvalidInputError(
                "A reservoir holds water but has no depth at its dam; give reservoir_depth, the height of the water over the bottom "
                "of the breach."
            )
        names = [str(v) for v in (site["dam"].values if "dam" in site.coords else range(volumes.size))]
        spots = places(site, grid, "dam")
        return [
            (name, float(volume), float(depth), spot)
            for name, volume, depth, spot in zip(names, volumes, depths, spots, strict=True)
            if volume > 0
        ]

    @staticmethod
    def _sources(forcing: xr.Dataset, drive: xr.Dataset, grid: Grid) -> list[tuple[int, int]]:
        """Return where other water flows in."""
        if "discharge" not in forcing:
            return []
        if "source" not in drive.discharge.dims or not {"longitude", "latitude"} <= set(forcing.coords):
            raise InvalidInputError(
                "The discharge does not say where it flows in; give it a dimension source with the coordinates longitude and "
                "latitude."
            )
        if "time" in drive.discharge.dims:
            from_start(drive.time, "discharge")
        return places(forcing, grid, "source")
