"""The model of gas in a mine: workings in a row of air, gas that comes out, and the limits of the law."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import EVACUATE, Action, Measure, Patch, named
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import held
from watchfloor.hazards.mine.air import advance, needed_air, steady, trend
from watchfloor.hazards.mine.limits import LIMITS, limit
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.site import conform, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Mine"]

FRESH = -1
"""Number of the working that fresh air comes from."""
_MCPHERSON = "McPherson 1993, Subsurface Ventilation and Environmental Engineering, section 12.4"
_BALANCE = "Mass balance: V dc/dt = q (1 - c) + Q (c_up - c)"


def _one(volume: float, inflow: float, airflow: float, start: float, seconds: float) -> float:
    """Return the fraction in one working after some seconds."""
    made = advance(
        np.array([start]), np.array([volume]), np.array([inflow]), np.array([airflow]), np.zeros(1), seconds
    )
    return float(made[0][0])


def _power_cut(action: Action) -> tuple[Patch, ...]:
    return (Patch("exposure", "ignition_sources", "set", 0.0, action.where, action.start, action.end),)


class Mine(Hazard):
    """Methane in the workings of a mine, told from where readings, gas and air are heading."""

    kind: ClassVar[str] = "mine"
    title: ClassVar[Mapping[str, str]] = {"en": "Gas in a mine", "zh": "矿井瓦斯"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("room_volume", ("node",), limits=(1, 1e8), doc="Of each working."),
        Needs("airflow", ("node",), limits=(0, 2000), doc="Of each working, at the start."),
        Needs("air_from", ("node",), default=-1.0, doc="Number of the working whose air comes here; -1 is fresh air."),
        Needs("methane_fraction", ("node",), default=0.0, limits=(0, 100), doc="In each working, at the start."),
        Needs("gas_inflow", ("time", "node"), "forcing", default=0.0,
              doc="Methane that comes out, on top of what the readings tell; each value holds until the next."),
        Needs("methane_fraction", ("time", "node"), "forcing", default=0.0, limits=(0, 100),
              doc="Readings before the start (negative times): they tell inflow and trend."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("methane_fraction_max", ("node",), "Greatest share of methane.", "time: maximum", intensity=True,
              levels=(0.5, 1.0, 1.5, 5.0)),
        Gives("time_to_limit", ("node",), "When the limit for withdrawing people is passed; the run's length where it never is.",
              "time: minimum"),
        Gives("limit_duration", ("node",), "Time above the limit for withdrawing people.", "time: sum"),
        Gives("trigger_level", ("node",), "0 normal, 1 half of the limit for acting, 2 act, 3 withdraw.", "time: maximum",
              intensity=True, levels=(0.5, 1.5, 2.5)),
        Gives("methane_fraction", ("time", "node"), "Share of methane."),
    )  # fmt: skip
    accepts = frozenset({"airflow", "gas_inflow"})
    measures = (
        Measure(
            "ventilate", "More air", "增加风量", {"airflow": ("m^3/s", 10.0)},
            lambda action: (Patch("source", "airflow", "add", action.parameters.get("airflow", 10.0), action.where,
                                  action.start, action.end),),
            source="What the auxiliary fans and regulators can give to the working.",
        ),
        Measure(
            "fan-stop", "Main fan stops", "主扇停风", {"factor": ("1", 0.1)},
            lambda action: (Patch("source", "airflow", "multiply", action.parameters.get("factor", 0.1), action.where,
                                  action.start, action.end),),
            source="Share of the air that natural draught keeps up: a failure to try out, no remedy.",
        ),
        Measure(
            "drain", "Drain gas, stop cutting", "抽采瓦斯、停止采掘", {"factor": ("1", 0.5)},
            lambda action: (Patch("source", "gas_inflow", "multiply", action.parameters.get("factor", 0.5), action.where,
                                  action.start, action.end),),
            source="Share of the inflow that remains, from the drainage records of the panel.",
        ),
        Measure("power-cut", "Cut the power", "切断电源", {}, _power_cut,
                source="It takes ignition away; the gas stays as it is."),
        EVACUATE,
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "Each working is taken as well mixed: layers of gas under the roof, and dead ends behind a brattice, hold more than "
        "is told. Air flows as it is said to flow; doors, fans and fires that turn it are not reckoned. A trend is good for "
        "about as long as it was seen; sudden outbursts have none. A sensor that drifts, or was set to another gas, misleads. "
        "The law of the place and its competent person decide, not this number.",
        "zh": "各工作地点按充分混合计：顶板瓦斯层和盲巷实际浓度高于所示。风流方向和风量按给定值，不计算风门、风机和火灾引起的风流变化。"
        "趋势外推时长不宜超过其观测时长；突出没有先兆趋势。传感器漂移会误导。以当地法规和专职人员判断为准，而非本数值。",
    }
    sources = (
        "McPherson 1993, Subsurface Ventilation and Environmental Engineering, doi:10.1007/978-94-011-1550-6",
        "Sen 1968, doi:10.1080/01621459.1968.10480934",
        "30 CFR parts 57 and 77; West Virginia Code 22A-2-43",
    )
    references = (
        Reference("0.1 m^3/s of gas in 9.9 m^3/s of air", 1.0, lambda: 100.0 * float(steady(0.1, 9.9)), _MCPHERSON, rtol=1e-12,
                  units="percent"),
        Reference("Air that dilutes 0.1 m^3/s of gas to 1 %", 9.9, lambda: needed_air(0.1, 0.01), _MCPHERSON, rtol=1e-12,
                  units="m^3/s"),
        Reference("What is left of 2 % after one change of air", 2.0 * np.exp(-1.0), lambda: 100 * _one(600.0, 0.0, 10.0, 0.02, 60.0),
                  _BALANCE + ": c = c0 exp(-Q t / V)", rtol=1e-12, units="percent"),
        Reference("Still air in 1,000 m^3, 0.05 m^3/s of gas, after 1,000 s", 100 * (1 - np.exp(-0.05)),
                  lambda: 100 * _one(1000.0, 0.05, 0.0, 0.0, 1000.0), _BALANCE + ": c = 1 - exp(-q t / V)", rtol=1e-12,
                  units="percent"),
        Reference("Slope of Sen's example", 4.0,
                  lambda: trend([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78]).slope, "Sen 1968, section 6: median of 21 slopes",
                  rtol=1e-12),
        Reference("Gassy metal and nonmetal mines of the United States: act, withdraw", (0.5, 1.0),
                  lambda: (LIMITS["us-metal-nonmetal"].act, LIMITS["us-metal-nonmetal"].withdraw), "30 CFR 57.22232 and 57.22235",
                  units="percent"),
    )  # fmt: skip

    rule = param.Selector(
        default="us-wv-coal", objects=list(LIMITS), doc="Whose limits hold; see the table of rules."
    )
    act = param.Number(0.0, bounds=(0, 5), doc="Limit for acting, percent; 0 takes that of the rule.")
    withdraw = param.Number(
        0.0, bounds=(0, 5), doc="Limit for withdrawing people, percent; 0 takes that of the rule."
    )
    trend_hours = param.Number(
        6.0, bounds=(0.1, 240), doc="For how long a trend of the inflow goes on, h; then it stays."
    )
    inflow_spread = param.Number(
        0.2, bounds=(0, 2), doc="Standard deviation of the logarithm of the gas inflow."
    )
    airflow_spread = param.Number(
        0.05,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the airflow: about what a traverse is good to.",
    )
    step = param.Number(120.0, bounds=(1, 3600), doc="Time step, s; each step is solved exactly.")
    frames = param.Integer(120, bounds=(2, 400), doc="Times at which the share of methane is kept.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a face, its return roadway and a heading; the readings at the face have been rising for three hours."""
        site = xr.Dataset(
            {
                "room_volume": ("node", [3000.0, 12_000.0, 2000.0], {"units": "m^3"}),
                "airflow": ("node", [20.0, 20.0, 6.0], {"units": "m^3/s"}),
                "air_from": ("node", [-1.0, 0.0, -1.0], {"units": "1"}),
            },
            coords={"node": ["face", "return", "heading"]},
        )
        past = np.arange(-36, 1) * 300.0
        rising = 0.6 + 0.15 * (past / 3600.0 + 3.0)
        readings = np.stack([rising, rising + 0.1, np.full(past.size, 0.25)], axis=1)
        readings += 0.02 * np.sin(np.arange(past.size))[:, None]
        forcing = xr.Dataset(
            {"methane_fraction": (("time", "node"), readings, {"units": "percent"})},
            coords={"time": past, "node": ["face", "return", "heading"]},
        )
        return site, forcing, 8 * 3600.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview takes steps four times as long."""
        made, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        given, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        count = made.sizes.get("node", 0)
        if count == 0:
            raise InvalidInputError(
                "The site has no workings; expected volume and airflow of each, with the dimension node."
            )

        def each(name: str) -> np.ndarray:
            return np.broadcast_to(np.asarray(made[name].values, float), (count,)).copy()

        source = each("air_from")
        if np.any(source != np.round(source)) or source.min() < FRESH or source.max() >= count:
            raise InvalidInputError(
                f"air_from holds {source.min():g} to {source.max():g}; expected whole numbers from -1 to {count - 1}."
            )
        order = _order(source.astype(int))
        volume, airflow, start = each("room_volume"), each("airflow"), each("methane_fraction") / 100.0
        step = min(self.step * (4.0 if fidelity == "preview" else 1.0), until)
        extra = given.gas_inflow
        if extra.ndim and "node" not in extra.dims:
            raise InvalidInputError("The gas inflow (gas_inflow) must name the workings: dims time and node.")
        base, slope, error = np.zeros(count), np.zeros(count), np.zeros(count)
        readings = given.methane_fraction
        said = list(telling((*remarks, *more), "Methane", "Gas inflow"))
        if "time" in readings.dims:
            base, slope, error, now = _told(readings, given, volume, airflow, source.astype(int), count)
            if "methane_fraction" not in site:
                start = now
        elif extra.ndim == 0 and float(extra) == 0.0:
            raise InvalidInputError(
                "No gas comes in: give readings before the start (methane_fraction), or the inflow of gas (gas_inflow)."
            )
        names = (
            [str(v) for v in made.node.values] if "node" in made.coords else [str(k) for k in range(count)]
        )
        arrays = {
            "volume": volume, "airflow": airflow, "source": source.astype(int), "order": order, "start": start, "base": base,
            "slope": slope, "error": error, "step": step, "names": names,
        }  # fmt: skip
        return Prepared(made, given, until, arrays, tuple(said))

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw factors of inflow and airflow, and the standard score of the trend."""
        return {
            "inflow": streams.factor("mine.inflow", self.inflow_spread),
            "airflow": streams.factor("mine.airflow", self.airflow_spread),
            "trend": streams.shift("mine.trend", 1.0),
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
        """See `Hazard.run`. `balance_error` is of methane."""
        a, until = prepared.arrays, prepared.until
        chosen = limit(self.rule)
        withdraw = (self.withdraw or chosen.withdraw) / 100.0
        act = min((self.act or chosen.act) / 100.0, withdraw)
        patches = [patch for patch in patches if patch.kind != "exposure"]
        wheres = {number: named(patch.where, a["names"], "working") for number, patch in enumerate(patches)}
        steps = max(1, int(np.ceil(until / a["step"])))
        seconds = until / steps
        fraction = a["start"].copy()
        begun = float((fraction * a["volume"]).sum())
        most, above = fraction.copy(), np.zeros(fraction.size)
        passed = np.where(fraction >= withdraw, 0.0, until)
        course = [fraction * 100.0]
        came = went = 0.0
        every = max(1, steps // self.frames)
        moments = [0.0]
        for number in range(steps):
            now = number * seconds
            if progress is not None and number % 50 == 0:
                progress.at(number / steps)
            inflow, airflow = self._driven(prepared, theta, patches, wheres, now)
            before = fraction
            fraction, mean = fraction.copy(), np.zeros(fraction.size)
            fresh = np.zeros(fraction.size)
            for node in a["order"]:
                if a["source"][node] >= 0:
                    fresh[node] = mean[a["source"][node]]
                one = slice(node, node + 1)
                fraction[one], mean[one] = advance(
                    before[one], a["volume"][one], inflow[one], airflow[one], fresh[one], seconds
                )
            came += float((inflow + airflow * fresh).sum()) * seconds
            went += float(((inflow + airflow) * mean).sum()) * seconds
            rises = (before < withdraw) & (fraction >= withdraw)
            # within the step it rises nearly straight
            part = (withdraw - before) / np.where(rises, fraction - before, 1.0)
            passed = np.where(rises & (passed >= until), now + part * seconds, passed)
            above += seconds * (fraction >= withdraw)
            most = np.maximum(most, fraction)
            if (number + 1) % every == 0:
                course.append(fraction * 100.0)
                moments.append(now + seconds)
        left = float((fraction * a["volume"]).sum())
        found = {
            "methane_fraction_max": most * 100.0,
            "time_to_limit": passed,
            "limit_duration": above,
            "trigger_level": (most >= act / 2).astype(float) + (most >= act) + (most >= withdraw),
        }
        coords: dict[str, Any] = {"node": a["names"]}
        if times:
            found["methane_fraction"] = np.stack(course)
            coords["time"] = moments
        return self.result(
            found, coords, prepared.site.attrs, never=until, balance_error=(begun + came - went - left) / max(begun + came, 1e-9),
            act=act * 100.0, withdraw=withdraw * 100.0, rule=chosen.source,
        )  # fmt: skip

    def _driven(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch],
        wheres: Mapping[int, np.ndarray],
        now: float,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the inflow of gas and of air into each working at a time, m^3/s."""
        a = prepared.arrays
        ahead = min(now, self.trend_hours * 3600.0)
        told = np.maximum(a["base"] + (a["slope"] + theta["trend"] * a["error"]) * ahead, 0.0)
        extra = held(prepared.forcing.gas_inflow, prepared.forcing, now)
        inflow = (told + extra) * theta["inflow"]
        airflow = a["airflow"] * theta["airflow"]
        for number, patch in enumerate(patches):
            if not patch.applies(now):
                continue
            here = wheres[number]
            target = (
                inflow if patch.target == "gas_inflow" else airflow if patch.target == "airflow" else None
            )
            if target is not None:
                target[here] = np.maximum(patch.apply(target[here]), 0.0)
        return inflow, airflow


def _order(source: np.ndarray) -> list[int]:
    """Return the workings so that each comes after the one that its air comes from."""
    order: list[int] = []
    waiting = list(range(source.size))
    while waiting:
        ready = [node for node in waiting if source[node] == FRESH or source[node] in order]
        if not ready:
            raise InvalidInputError(
                f"The air of working {waiting[0]} comes from itself in a ring; fresh air (-1) must come in somewhere."
            )
        order.extend(ready)
        waiting = [node for node in waiting if node not in ready]
    return order


def _told(
    readings: xr.DataArray,
    given: xr.Dataset,
    volume: np.ndarray,
    airflow: np.ndarray,
    source: np.ndarray,
    count: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return what readings tell of each working: inflow now, its trend and the trend's error, and the fraction now."""
    past = np.asarray(given.time.values) <= 0.0
    if "node" not in readings.dims or readings.sizes["node"] != count:
        raise InvalidInputError("The readings (methane_fraction) must name the workings: dims time and node.")
    if past.sum() < 4:
        raise InvalidInputError(
            f"There are {int(past.sum())} readings before the start; a trend needs at least 4: give more, at negative times."
        )
    t, c = np.asarray(given.time.values, float)[past], np.asarray(readings.values, float)[past] / 100.0
    lines = [trend(t, c[:, node]) for node in range(count)]
    level = np.array([line.level for line in lines])
    slope = np.array([line.slope for line in lines])
    error = np.array([line.error for line in lines])
    fed, fed_slope = np.zeros(count), np.zeros(count)
    for node in range(count):
        if source[node] >= 0:
            fed[node], fed_slope[node] = level[source[node]], slope[source[node]]
    # the balance solved for the inflow: q (1 - c) = V dc/dt + Q (c - c_up)
    free = 1.0 - np.clip(level, 0.0, 0.99)
    base = (volume * slope + airflow * (level - fed)) / free
    climb = airflow * (slope - fed_slope) / free + base * slope / free
    return np.maximum(base, 0.0), climb, airflow * error / free, np.clip(level, 0.0, 1.0)
