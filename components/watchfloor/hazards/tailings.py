"""Tailings ponds: rain and inflow against freeboard, and the levels of a trigger action response plan."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import EVACUATE, Measure, Patch, named
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import from_start, holding
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.site import conform, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Tailings"]

GRAVITY = 9.80665
WEIR = (2.0 / 3.0) ** 1.5 * GRAVITY**0.5
"""Of a broad-crested weir with critical flow, m^0.5/s: 1.705 (Chow 1959, Open-Channel Hydraulics, section 3.7)."""
_CRITICAL = "Critical flow over a broad crest: q = (2/3)^1.5 g^0.5 b H^1.5 (Chow 1959, section 3.7)"
_STORE = "Water balance: A dh/dt = inflow - outflow"


def weir(head: Any, width: Any) -> Any:
    """Return the flow over a broad crest, m^3/s.

    Parameters
    ----------
    head
        Height of the still water above the crest, metres.
    width
        Of the crest, metres.

    Examples
    --------
    >>> round(float(weir(1.0, 10.0)), 2)
    17.05
    """
    return WEIR * np.asarray(width) * np.maximum(head, 0.0) ** 1.5


def fill(
    level: np.ndarray,
    area: np.ndarray,
    inflow: np.ndarray,
    sill: np.ndarray,
    width: np.ndarray,
    crest: np.ndarray,
    length: np.ndarray,
    seconds: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the level after some seconds and the mean outflow: implicit, so that no step is too long.

    Parameters
    ----------
    level
        Of the water, metres, shape (node,).
    area
        Of the pond, m^2.
    inflow
        Less what is pumped out, m^3/s.
    sill, width
        Of the spillway, metres.
    crest, length
        Of the dam, metres: over it the water flows as over a weir too, as long as the dam holds.
    seconds
        Length of the step.

    Returns
    -------
    tuple of numpy.ndarray
        Level, metres, and outflow over spillway and crest, m^3/s.
    """
    free = level + inflow * seconds / area
    found = free.copy()
    part = seconds / area
    # the sum of level and outflow is convex and rises with the level: Newton's steps from above never pass the root
    for _ in range(60):
        over, top = np.maximum(found - sill, 0.0), np.maximum(found - crest, 0.0)
        if not np.any(over > 0) and not np.any(top > 0):
            break
        excess = found - free + part * (weir(over, width) + weir(top, length))
        slope = 1.0 + part * 1.5 * WEIR * (width * np.sqrt(over) + length * np.sqrt(top))
        move = excess / slope
        found -= move
        if np.abs(move).max() < 1e-10:
            break
    return found, (free - found) * area / seconds


def _filled(
    inflow: float, seconds: float, area: float = 1e5, sill: float = 90.0, start: float = 100.0, steps: int = 1
) -> float:
    level = np.array([start])
    for _ in range(steps):
        level, _ = fill(
            level, np.array([area]), np.array([inflow]), np.array([sill]), np.array([10.0]), np.array([200.0]), np.array([100.0]),
            seconds / steps,
        )  # fmt: skip
    return float(level[0])


class Tailings(Hazard):
    """The water on a tailings dam: rises with rain and inflow, falls by pumps and spillway."""

    kind: ClassVar[str] = "mine"
    title: ClassVar[Mapping[str, str]] = {"en": "Tailings pond", "zh": "尾矿库水位"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("pond_area", ("node",), limits=(100, 1e9), doc="Surface of the water."),
        Needs("catchment_area", ("node",), limits=(100, 1e10), doc="Land that drains to the pond, the pond included."),
        Needs("pond_level", ("node",), doc="At the start."),
        Needs("crest_level", ("node",), doc="Lowest crest of the dam."),
        Needs("spillway_level", ("node",), default=9000.0, doc="Sill of the spillway; above the crest where there is none."),
        Needs("exit_width", ("node",), default=0.0, doc="Width of the spillway."),
        Needs("rain_rate", ("time", "node"), "forcing", default=0.0, limits=(0, 500), doc="Rain; each value holds until the next."),
        Needs("discharge", ("time", "node"), "forcing", default=0.0, limits=(-1000, 1000),
              doc="Slurry water and streams that come in, less what is pumped out."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("pond_level_max", ("node",), "Highest level of the water.", "time: maximum"),
        Gives("freeboard_min", ("node",), "Least height of the crest above the water; negative where it is overtopped.",
              "time: minimum", intensity=True, levels=(0.0, 0.5, 1.0)),
        Gives("trigger_level", ("node",), "0 normal, 1 watch, 2 act, 3 withdraw.", "time: maximum", intensity=True,
              levels=(0.5, 1.5, 2.5)),
        Gives("time_to_limit", ("node",), "When the freeboard for withdrawing people is passed; the run's length where it never is.",
              "time: minimum"),
        Gives("pond_level", ("time", "node"), "Level of the water."),
    )  # fmt: skip
    accepts = frozenset({"discharge", "crest_level", "catchment_area", "spillway_level"})
    measures = (
        Measure(
            "lower-pond", "Lower the pond by pumps", "抽排降低库水位", {"discharge": ("m^3/s", 0.5)},
            lambda action: (Patch("source", "discharge", "add", -action.parameters.get("discharge", 0.5), action.where,
                                  action.start, action.end),),
            source="Capacity of pumps and decant; where the water may go must be known first.",
        ),
        Measure(
            "stop-slurry", "Stop depositing", "停止排矿", {"discharge": ("m^3/s", 0.3)},
            lambda action: (Patch("source", "discharge", "add", -action.parameters.get("discharge", 0.3), action.where,
                                  action.start, action.end),),
            source="Water that comes with the slurry, from the plant.",
        ),
        Measure(
            "divert", "Divert runoff", "截洪分流", {"factor": ("1", 0.6)},
            lambda action: (Patch("field", "catchment_area", "multiply", action.parameters.get("factor", 0.6), action.where,
                                  action.start, action.end),),
            source="Part of the catchment that still drains to the pond, from the drainage plan.",
        ),
        Measure(
            "raise-crest", "Raise the crest", "加高坝顶", {"height": ("m", 0.5)},
            lambda action: (Patch("field", "crest_level", "add", action.parameters.get("height", 0.5), action.where,
                                  action.start, action.end),),
            source="Height of fill or bags; the dam's stability under it must be checked first.",
        ),
        Measure(
            "open-spillway", "Lower the spillway's sill", "降低溢洪道底坎", {"height": ("m", 0.5)},
            lambda action: (Patch("field", "spillway_level", "add", -action.parameters.get("height", 0.5), action.where,
                                  action.start, action.end),),
            source="Stop logs or fill that can be taken out.",
        ),
        EVACUATE,
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Only water levels: a tailings dam can fail with all its freeboard, by seepage, liquefaction or its foundation, and "
        "most failures do. The pond's surface stays as it is while the water rises (it widens in truth, so levels are on the "
        "high side). Rain runs off at once by a constant part. No waves, no wind set-up, no breach: see the dam break "
        "model. The trigger levels are those of your own plan.",
        "zh": "仅计算水位：尾矿坝可能在超高充足时因渗流、液化或坝基失稳而溃决，多数事故即如此。水位上升时库面面积取常数（实际会扩大，"
        "故水位偏高）。降雨按固定系数即时产流。不含波浪、风壅高和溃决，溃决见溃坝模型。触发级别应取自本库的应急响应计划。",
    }
    sources = (
        "Chow 1959, Open-Channel Hydraulics, section 3.7",
        "Global Industry Standard on Tailings Management 2020, requirements 7.1 to 7.5 (monitoring and trigger action response plans)",
    )
    references = (
        Reference("Flow over 10 m of crest under 1 m of water", 17.05, lambda: float(weir(1.0, 10.0)), _CRITICAL, rtol=1e-3,
                  units="m^3/s"),
        Reference("100 mm of rain on 1 km^2 that drains to 0.1 km^2", 101.0, lambda: _filled(100 / 3.6e6 * 1e6, 3600.0, sill=300.0),
                  _STORE, rtol=1e-9, units="m"),
        Reference("A pump of 1 m^3/s for 10 hours from 0.1 km^2", 99.64, lambda: _filled(-1.0, 36_000.0, sill=300.0), _STORE,
                  rtol=1e-9, units="m"),
        Reference("Level at which 17.05 m^3/s flow off over 10 m", 101.0,
                  lambda: _filled(WEIR * 10.0, 1e6, sill=100.0, steps=200), _CRITICAL + ": it stays 1 m above the sill", rtol=1e-6, units="m"),
        Reference("Emptying over 10 m from 1 m, 0.1 km^2, after an hour", 100.0 + (1.0 + WEIR * 10.0 * 3600.0 / 2e5) ** -2,
                  lambda: _filled(0.0, 3600.0, sill=100.0, start=101.0, steps=2000), _STORE + ": H = (H0^-0.5 + C b t / 2 A)^-2",
                  rtol=1e-5, units="m"),
    )  # fmt: skip

    runoff = param.Number(0.8, bounds=(0, 1), doc="Part of the rain on the land that reaches the pond.")
    crest_length = param.Number(200.0, bounds=(1, 20_000), doc="Length of the lowest crest, m.")
    watch = param.Number(
        2.0, bounds=(0, 100), doc="Freeboard below which one watches, m; from the response plan."
    )
    act = param.Number(1.0, bounds=(0, 100), doc="Freeboard below which one acts, m.")
    withdraw = param.Number(0.5, bounds=(0, 100), doc="Freeboard below which people leave, m.")
    rain_spread = param.Number(0.3, bounds=(0, 2), doc="Standard deviation of the logarithm of the rain.")
    runoff_spread = param.Number(
        0.15, bounds=(0, 1), doc="Standard deviation of the logarithm of the runoff."
    )
    inflow_spread = param.Number(
        0.1, bounds=(0, 2), doc="Standard deviation of the logarithm of other inflow."
    )
    step = param.Number(600.0, bounds=(1, 86_400), doc="Time step, s.")
    frames = param.Integer(120, bounds=(2, 400), doc="Times at which the level is kept.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return two ponds under two days of heavy rain; only one has a spillway."""
        site = xr.Dataset(
            {
                "pond_area": ("node", [150_000.0, 80_000.0], {"units": "m^2"}),
                "catchment_area": ("node", [1_200_000.0, 500_000.0], {"units": "m^2"}),
                "pond_level": ("node", [412.0, 388.5], {"units": "m"}),
                "crest_level": ("node", [415.0, 391.0], {"units": "m"}),
                "spillway_level": ("node", [9000.0, 389.5], {"units": "m"}),
                "exit_width": ("node", [0.0, 6.0], {"units": "m"}),
            },
            coords={"node": ["upper dam", "lower dam"]},
        )
        forcing = xr.Dataset(
            {
                "rain_rate": ("time", [4.0, 18.0, 9.0, 0.0], {"units": "mm/h"}),
                "discharge": ("time", [0.25, 0.25, 0.25, 0.25], {"units": "m^3/s"}),
            },
            coords={"time": [0.0, 6 * 3600.0, 20 * 3600.0, 40 * 3600.0]},
        )
        return site, forcing, 48 * 3600.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview takes steps four times as long."""
        made, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        given, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        count = made.sizes.get("node", 0)
        if count == 0:
            raise InvalidInputError(
                "The site has no ponds; expected area, catchment and levels of each, with the dimension node."
            )
        if not self.withdraw <= self.act <= self.watch:
            raise InvalidInputError(
                f"The trigger levels are {self.watch:g}, {self.act:g} and {self.withdraw:g} m of freeboard; expected them to fall from "
                "watching over acting to withdrawing."
            )
        each = {
            need.field: np.broadcast_to(np.asarray(made[need.field].values, float), (count,)).copy()
            for need in self.needs
            if need.role == "static"
        }
        names = (
            [str(v) for v in made.node.values] if "node" in made.coords else [str(k) for k in range(count)]
        )
        for number, name in enumerate(names):
            if each["pond_level"][number] >= each["crest_level"][number]:
                raise InvalidInputError(
                    f"The water of {name} stands at {each['pond_level'][number]:g} m, not below the crest of "
                    f"{each['crest_level'][number]:g} m; check the datum of both."
                )
            if each["catchment_area"][number] < each["pond_area"][number]:
                raise InvalidInputError(
                    f"The catchment of {name} is smaller than its pond; the catchment includes the pond."
                )
        if any("time" in given[field].dims for field in ("rain_rate", "discharge")):
            from_start(given.time)
        step = min(self.step * (4.0 if fidelity == "preview" else 1.0), until)
        said = telling((*remarks, *more), "Sill", "Width")
        return Prepared(
            made,
            given,
            until,
            {
                **each,
                "names": names,
                "step": step,
                "rain": _holder(given, "rain_rate"),
                "flow": _holder(given, "discharge"),
            },
            said,
        )

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the factors of rain, runoff and other inflow."""
        return {
            "rain": streams.factor("tailings.rain", self.rain_spread),
            "runoff": streams.factor("tailings.runoff", self.runoff_spread),
            "inflow": streams.factor("tailings.inflow", self.inflow_spread),
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
        a, until = prepared.arrays, prepared.until
        patches = [patch for patch in patches if patch.kind != "exposure"]
        wheres = [named(patch.where, a["names"], "pond") for patch in patches]
        steps = max(1, int(np.ceil(until / a["step"])))
        seconds = until / steps
        level = a["pond_level"].copy()
        most, least = level.copy(), a["crest_level"] - level
        passed = np.where(least <= self.withdraw, 0.0, until)
        came = went = 0.0
        every = max(1, steps // self.frames)
        course, moments = [level], [0.0]
        runoff = min(self.runoff * theta["runoff"], 1.0)
        for number in range(steps):
            now = number * seconds
            if progress is not None and number % 20 == 0:
                progress.at(number / steps)
            rain = a["rain"](now) / 3.6e6 * theta["rain"]
            held = {name: a[name].copy() for name in ("catchment_area", "crest_level", "spillway_level")}
            held["discharge"] = np.zeros(level.size) + a["flow"](now) * theta["inflow"]
            for here, patch in zip(wheres, patches, strict=True):
                if patch.applies(now) and patch.target in held:
                    held[patch.target][here] = patch.apply(held[patch.target][here])
            land = np.maximum(held["catchment_area"] - a["pond_area"], 0.0)
            inflow = rain * (a["pond_area"] + runoff * land) + held["discharge"]
            level, out = fill(
                level, a["pond_area"], inflow, held["spillway_level"], a["exit_width"], held["crest_level"],
                np.full(level.size, self.crest_length), seconds,
            )  # fmt: skip
            came += float(inflow.sum()) * seconds
            went += float(out.sum()) * seconds
            free = held["crest_level"] - level
            passed = np.where((free <= self.withdraw) & (passed >= until), now + seconds, passed)
            most, least = np.maximum(most, level), np.minimum(least, free)
            if (number + 1) % every == 0:
                course.append(level)
                moments.append(now + seconds)
        stored = float(((level - a["pond_level"]) * a["pond_area"]).sum())
        found = {
            "pond_level_max": most,
            "freeboard_min": least,
            "trigger_level": (least <= self.watch).astype(float)
            + (least <= self.act)
            + (least <= self.withdraw),
            "time_to_limit": passed,
        }
        coords: dict[str, Any] = {"node": a["names"]}
        if times:
            found["pond_level"] = np.stack(course)
            coords["time"] = moments
        scale = max(abs(came), abs(went), 1.0)
        return self.result(
            found, coords, prepared.site.attrs, never=until, balance_error=(came - went - stored) / scale
        )


def _holder(forcing: xr.Dataset, name: str) -> Callable[[float], np.ndarray]:
    """Return a function that tells the values that hold at a time: those of the last time that is not later."""
    values = np.asarray(forcing[name].values, float)
    if "time" not in forcing[name].dims:
        return lambda _: values
    times = np.asarray(forcing.time.values, float)
    return lambda now: np.asarray(values[holding(times, now)])
