"""From rain over a basin to hydrographs at the nodes of its rivers."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import EVACUATE, Measure, Patch, named
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import from_start
from watchfloor.hazards.hydrology.cases import REFERENCES
from watchfloor.hazards.hydrology.losses import constant_loss, curve_number, green_ampt
from watchfloor.hazards.hydrology.routing import (
    OUTSIDE,
    Reach,
    cunge,
    later,
    order,
    recession,
    routed,
    slowed,
)
from watchfloor.hazards.hydrology.unit import clark, scs
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import conform, lasting
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Hydrology"]

_NODE = ("node",)
_STEPS = 20_000


class Hydrology(Hazard):
    """A basin cut into parts: each loses some of its rain, lets the rest run to its node, and the rivers carry it on."""

    kind: ClassVar[str] = "flood"
    title: ClassVar[Mapping[str, str]] = {"en": "Rain to rivers", "zh": "降雨径流与河道演算"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("basin_area", _NODE, doc="Of the part of the basin that runs to each node; 0 for a mere junction."),
        Needs("time_of_concentration", _NODE, limits=(0.02, 240), doc="From its farthest point to the node."),
        Needs("downstream", _NODE, default=-1.0, doc="Number of the node that each flows to; -1 is outside."),
        Needs("curve_number", _NODE, default=75.0, doc="Of soil and cover (TR-55, table 2-2)."),
        Needs("infiltration_rate", _NODE, default=5.0, doc="For Green-Ampt and as the constant loss."),
        Needs("suction_deficit", _NODE, default=50.0, doc="For Green-Ampt: how thirsty the soil is."),
        Needs("initial_loss", _NODE, default=10.0, doc="For the initial and constant loss."),
        Needs("baseflow", _NODE, default=0.0, doc="From its own part of the basin before the rain."),
        Needs("reach_length", _NODE, default=0.0, doc="River from this node to the next; 0 joins them at once."),
        Needs("channel_slope", _NODE, default=0.005, doc="Of that river."),
        Needs("channel_width", _NODE, default=20.0, doc="Of that river."),
        Needs("manning_roughness", _NODE, default=0.04, doc="Of that river's bed (Chow 1959, table 5-6)."),
        Needs("rain_rate", ("time", "node"), "forcing", limits=(0, 500), doc="Rain; each value holds until the next, the last to the end."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("discharge_max", _NODE, "Greatest discharge at each node.", "time: maximum", intensity=True,
              levels=(10.0, 50.0, 100.0, 500.0, 1000.0)),
        Gives("peak_time", _NODE, "When the crest passes each node."),
        Gives("runoff_depth", _NODE, "Rain that runs off from each part of the basin.", "time: sum"),
        Gives("discharge", ("time", "node"), "Discharge at each node."),
    )  # fmt: skip
    accepts = frozenset({"discharge", "diversion", "curve_number"})
    measures = (
        Measure(
            "gate", "Hold back at a gate or reservoir", "闸门或水库拦蓄", {"factor": ("1", 0.7)},
            lambda action: (Patch("source", "discharge", "multiply", action.parameters.get("factor", 0.7), action.where,
                                  action.start, action.end),),
            source="Share of the river that is let through, from the reservoir's rule curve; the rest stays behind it.",
        ),
        Measure(
            "divert", "Open a diversion channel", "开启分洪道", {"discharge": ("m^3/s", 20.0)},
            lambda action: (Patch("source", "diversion", "add", action.parameters.get("discharge", 20.0), action.where,
                                  action.start, action.end),),
            source="Capacity of the channel; it takes no more than comes.",
        ),
        Measure(
            "retain", "Retain rain where it falls", "就地滞蓄雨水", {"number": ("1", 5.0)},
            lambda action: (Patch("field", "curve_number", "add", -action.parameters.get("number", 5.0), action.where,
                                  action.start, action.end),),
            source="Difference of two rows of TR-55, table 2-2, such as bare fallow and contoured crops; for the curve number method.",
        ),
        EVACUATE,
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Good for storms over basins of some to some thousands of square kilometres, where parts of a few to a few hundred are "
        "given as nodes. Curve numbers are a regional mean: for a single storm runoff can be half or twice as much, which is why "
        "they vary in an ensemble. No snow, no groundwater but the base flow's recession, no evaporation between storms. Routing "
        "knows no backwater: where a tide, a bridge or a confluence holds the water up, use the flood model. Gates and "
        "reservoirs are only shares of the flow.",
        "zh": "适用于数平方千米至数千平方千米流域的暴雨洪水，应将流域划分为数至数百平方千米的单元。径流曲线数为区域平均值，"
        "单场暴雨的径流可能为计算值的一半或两倍，故集合计算中予以扰动。不含积雪、地下水（基流退水除外）与场次间蒸发。"
        "河道演算不计回水：受潮汐、桥梁或汇流顶托处请用洪水模型。闸门与水库仅按放流比例处理。",
    }
    sources = (
        "NRCS 1986, Urban Hydrology for Small Watersheds, TR-55",
        "NRCS 2007, National Engineering Handbook 630, chapter 16, Hydrographs",
        "Chow, Maidment and Mays 1988, Applied Hydrology",
        "Green and Ampt 1911, doi:10.1017/S0021859600001441",
        "Mein and Larson 1973, doi:10.1029/WR009i002p00384",
        "Clark 1945, Storage and the unit hydrograph, Transactions ASCE 110",
        "Cunge 1969, doi:10.1080/00221686909500264",
    )
    references = REFERENCES

    losses = param.Selector(
        default="curve-number",
        objects=["curve-number", "green-ampt", "initial-constant"],
        doc="What part of the rain runs off.",
    )
    unit = param.Selector(
        default="scs", objects=["scs", "clark"], doc="How it runs to the node: unit hydrograph."
    )
    routing = param.Selector(
        default="muskingum-cunge",
        objects=["muskingum-cunge", "muskingum", "lag"],
        doc="How the rivers carry it on.",
    )
    step = param.Number(600.0, bounds=(30, 7200), doc="Time step, s; shortened where a basin is quicker.")
    loss_ratio = param.Number(
        0.2, bounds=(0, 0.5), doc="Initial loss over S of the curve number method (TR-55: 0.2)."
    )
    clark_storage = param.Number(
        1.0, bounds=(0.05, 10), doc="Clark's storage over the time of concentration."
    )
    weight = param.Number(0.2, bounds=(0, 0.5), doc="Muskingum's X, for routing by Muskingum.")
    celerity = param.Number(
        1.5, bounds=(0.1, 10), doc="Speed of the wave, m/s, for routing by Muskingum and lag."
    )
    recession = param.Number(0.94, bounds=(0.5, 1), doc="Base flow that is left after a day, as a share.")
    rain_spread = param.Number(
        0.3, bounds=(0, 2), doc="Standard deviation of the logarithm of the rain over the whole basin."
    )
    local_spread = param.Number(0.2, bounds=(0, 2), doc="The same of each part of the basin by itself.")
    number_spread = param.Number(
        5.0, bounds=(0, 20), doc="Standard deviation of the curve numbers, from storm to storm."
    )
    soil_spread = param.Number(
        0.5, bounds=(0, 2), doc="Standard deviation of the logarithm of infiltration and losses."
    )
    time_spread = param.Number(
        0.25, bounds=(0, 1), doc="Standard deviation of the logarithm of times of concentration."
    )
    roughness_spread = param.Number(
        0.2,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the beds' roughness (Johnson 1996: about 20 to 35 %).",
    )

    @classmethod
    def warm(cls) -> None:
        """Compile the loops."""
        routed(np.zeros(3), Reach(60.0, 0.2), 60.0)

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return two upper basins that join above a town, and a storm of six hours."""
        names = ["west", "east", "fork", "town"]
        site = xr.Dataset(
            {
                "basin_area": ("node", [80.0, 50.0, 15.0, 30.0], {"units": "km^2"}),
                "time_of_concentration": ("node", [4.0, 2.5, 1.5, 2.0], {"units": "h"}),
                "downstream": ("node", [2.0, 2.0, 3.0, -1.0], {"units": "1"}),
                "curve_number": ("node", [70.0, 75.0, 80.0, 85.0], {"units": "1"}),
                "baseflow": ("node", [2.0, 1.0, 0.3, 0.5], {"units": "m^3/s"}),
                "reach_length": ("node", [9000.0, 6000.0, 12000.0, 0.0], {"units": "m"}),
                "channel_slope": ("node", [0.006, 0.008, 0.002, 0.002], {"units": "m/m"}),
                "channel_width": ("node", [15.0, 12.0, 30.0, 35.0], {"units": "m"}),
            },
            coords={"node": names},
        )
        rain = np.outer([8.0, 20.0, 35.0, 15.0, 6.0, 3.0, 0.0], [1.0, 1.1, 1.0, 0.9])
        forcing = xr.Dataset(
            {"rain_rate": (("time", "node"), rain, {"units": "mm/h"})},
            coords={"time": np.arange(7) * 3600.0, "node": names},
        )
        return site, forcing, 36 * 3600.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview takes steps twice as long, where basins allow it."""
        made, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        drive, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        count = made.sizes.get("node", 0)
        if not count:
            raise InvalidInputError("The site has no nodes; expected the dimension node.")
        flat = {
            str(name): np.broadcast_to(made[name].values, (count,)).astype(float) for name in made.data_vars
        }
        target = flat["downstream"]
        if np.any(target != np.round(target)) or target.max() >= count:
            raise InvalidInputError(
                f"downstream holds {target.min():g} to {target.max():g}; expected whole numbers from -1 to {count - 1}."
            )
        if not flat["basin_area"].any():
            raise InvalidInputError(
                "No node has a basin (basin_area); there is nothing that rain could fall on."
            )
        rain = drive.rain_rate
        if "node" in rain.dims and rain.sizes["node"] != count:
            raise InvalidInputError(
                f"The rain is for {rain.sizes['node']} nodes, but the site has {count}; give it for the same nodes."
            )
        if "time" in rain.dims:
            from_start(drive.time, "rain")
        wish = self.step * (2.0 if fidelity == "preview" else 1.0)
        quickest = float(flat["time_of_concentration"][flat["basin_area"] > 0].min()) * 3600.0 / 4.0
        if wish > quickest:
            remarks += (f"Steps of {quickest:.0f} s are taken, as the quickest basin needs them.",)
        steps = max(2, int(np.ceil(lasting(until) / min(wish, quickest))))
        if steps > _STEPS:
            raise InvalidInputError(
                f"The run would take {steps} steps; expected at most {_STEPS}: shorten it, take longer steps, or join the quickest basins."
            )
        edges = np.linspace(0.0, until, steps + 1)
        names = [str(v) for v in (made["node"].values if "node" in made.coords else range(count))]
        arrays = {
            **flat,
            "downstream": target.astype(int),
            "order": order(target.astype(int)),
            "edges": edges,
            "rain": _depths(rain, drive, edges, count),
            "names": names,
        }
        coords = {name: made.coords[name] for name in ("longitude", "latitude") if name in made.coords}
        return Prepared(xr.Dataset(coords=coords), drive, until, arrays, (*remarks, *more))

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw factors of rain, soil, times and roughness, the shift of the curve numbers, and the stream of the local rain."""
        return {
            "rain": streams.factor("hydrology.rain", self.rain_spread),
            "local": None
            if streams.control
            else streams("hydrology.local").normal(0.0, self.local_spread, 10_000),
            "number": streams.shift("hydrology.number", self.number_spread),
            "soil": streams.factor("hydrology.soil", self.soil_spread),
            "time": streams.factor("hydrology.time", self.time_spread),
            "roughness": streams.factor("hydrology.roughness", self.roughness_spread),
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
        """See `Hazard.run`. `balance_error` is of what runs off and the base flow, against what left, is on its way, and was taken."""
        a, names = prepared.arrays, prepared.arrays["names"]
        edges, count = a["edges"], len(prepared.arrays["names"])
        step = float(edges[1] - edges[0])
        excess = self._excess(a, theta, patches, step)
        base = recession(a["baseflow"], self.recession, edges)
        gates = [
            (patch, named(patch.where, names, "node"))
            for patch in patches
            if patch.target in {"discharge", "diversion"}
        ]
        flow = np.zeros((edges.size, count))
        inflow = np.zeros((edges.size, count))
        came = _volume(base.sum(axis=1), step)
        waiting = taken = 0.0
        for done, node in enumerate(a["order"]):
            if progress is not None:
                progress.at(done / count)
            local = np.zeros(edges.size)
            if a["basin_area"][node] > 0:
                unit = self._unit(
                    float(a["basin_area"][node]),
                    float(a["time_of_concentration"][node]) * theta["time"],
                    step,
                )
                whole = np.convolve(excess[:, node], unit)
                local[1:] = whole[: edges.size - 1]
                came += float(excess[:, node].sum()) * float(a["basin_area"][node]) * 1e3
                # still on its way to the node; half a step, as hydrographs are taken to be straight between their values
                waiting += step * (float(whole[edges.size - 1 :].sum()) + 0.5 * float(local[-1]))
            total = local + base[:, node] + inflow[:, node]
            kept = self._changed(total, [patch for patch, here in gates if here[node]], edges)
            taken += _volume(total - kept, step)
            flow[:, node] = kept
            below = int(a["downstream"][node])
            if below != OUTSIDE:
                reach = self._reach(a, int(node), kept, theta, step)
                passed, gained = (kept, 0.0) if reach is None else routed(kept, reach, step)
                inflow[:, below] += passed
                waiting += gained
        left = _volume(flow[:, a["downstream"] == OUTSIDE].sum(axis=1), step)
        balance = (left + waiting + taken - came) / max(came, 1e-9)
        if not np.isfinite(flow).all():
            raise InvalidInputError(
                "The run gave values that are no numbers; look for extreme slopes or widths of the rivers."
            )
        flow = np.maximum(flow, 0.0)
        found: dict[str, Any] = {
            "discharge_max": flow.max(axis=0),
            "peak_time": edges[flow.argmax(axis=0)],
            "runoff_depth": excess.sum(axis=0),
        }
        coords: dict[str, Any] = {
            "node": names,
            **{str(name): prepared.site.coords[name] for name in prepared.site.coords},
        }
        if times:
            found["discharge"] = flow
            coords["time"] = edges
        return self.result(found, coords, {}, balance_error=balance)

    def _excess(
        self, a: Mapping[str, Any], theta: Mapping[str, Any], patches: Sequence[Patch], step: float
    ) -> np.ndarray:
        """Return what runs off from each part of the basin in each step, mm."""
        count = len(a["names"])
        rain = a["rain"] * theta["rain"]
        if theta["local"] is not None:
            rain = rain * np.exp(np.resize(theta["local"], count))
        if self.losses == "curve-number":
            number = a["curve_number"] + theta["number"]
            for patch in patches:
                if patch.target == "curve_number":
                    number = np.where(named(patch.where, a["names"], "node"), patch.apply(number), number)
            total = curve_number(np.cumsum(rain, axis=0), np.clip(number, 5.0, 100.0), self.loss_ratio)
            return np.diff(total, axis=0, prepend=0.0)
        rate = a["infiltration_rate"] * theta["soil"]
        if self.losses == "green-ampt":
            return green_ampt(rain, rate, a["suction_deficit"] * theta["soil"], step)
        return constant_loss(rain, a["initial_loss"] * theta["soil"], rate, step)

    def _unit(self, area: float, concentration: float, step: float) -> np.ndarray:
        if self.unit == "scs":
            return scs(area, concentration, step)
        return clark(area, concentration, self.clark_storage * concentration, step)

    def _reach(
        self, a: Mapping[str, Any], node: int, inflow: np.ndarray, theta: Mapping[str, Any], step: float
    ) -> Reach | None:
        """Return how the river below a node is routed; None joins it to the next at once."""
        length = float(a["reach_length"][node])
        if length <= 0.0:
            return None
        if self.routing == "muskingum-cunge":
            reference = float(inflow[0] + 0.5 * (inflow.max() - inflow[0]))
            slope, width = float(a["channel_slope"][node]), float(a["channel_width"][node])
            return cunge(
                length,
                reference,
                slope,
                width,
                float(a["manning_roughness"][node]) * theta["roughness"],
                step,
            )
        storage = length / self.celerity * theta["roughness"]
        return later(storage, step) if self.routing == "lag" else slowed(storage, self.weight, step)

    @staticmethod
    def _changed(flow: np.ndarray, gates: Sequence[Patch], edges: np.ndarray) -> np.ndarray:
        """Return a node's hydrograph as gates and diversions leave it."""
        for patch in gates:
            on = (edges >= patch.start) & (edges < (np.inf if patch.end is None else patch.end))
            changed = flow - patch.value if patch.target == "diversion" else patch.apply(flow)
            flow = np.where(on, np.clip(changed, 0.0, None), flow)
        return flow


def _volume(flow: np.ndarray, step: float) -> float:
    """Return the volume under a hydrograph, m^3 (trapezoids)."""
    return float(step * (flow.sum() - 0.5 * (flow[0] + flow[-1])))


def _depths(rain: xr.DataArray, drive: xr.Dataset, edges: np.ndarray, count: int) -> np.ndarray:
    """Return the rain of each step, mm, shape (time, node): each value holds until the next."""
    if "time" not in rain.dims:
        return np.broadcast_to(rain.values * np.diff(edges)[:, None] / 3600.0, (edges.size - 1, count)).copy()
    times = np.asarray(drive.time.values, float)
    values = np.broadcast_to(
        rain.values if "node" in rain.dims else rain.values[:, None], (times.size, count)
    )
    times = np.append(times, max(edges[-1], times[-1] + 1.0))
    total = np.vstack([np.zeros(count), np.cumsum(values * np.diff(times)[:, None] / 3600.0, axis=0)])
    at = np.column_stack([np.interp(edges, times, total[:, node]) for node in range(count)])
    return np.diff(at, axis=0)
