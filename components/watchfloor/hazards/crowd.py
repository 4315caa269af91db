"""Crowds: how dense people stand in the places of a venue, and how long they need to leave it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Measure, Patch, named
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.course import CLOSE, held
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.site import conform
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Crowd"]

FREE_SPEED = 1.34
"""Of walkers in an empty place, m/s (Weidmann 1993, Transporttechnik der Fussgaenger, ETH IVT 90)."""
JAM = 5.4
"""Density at which nobody walks any more, 1/m^2 (the same)."""
STEEPNESS = 1.913
"""How fast speed falls with density, 1/m^2 (the same)."""
CRUSH = 5.0
"""Density above which a standing crowd is no longer in control of itself, 1/m^2 (Still 2014, Introduction to Crowd Science)."""
MOST = 10.0
"""Denser than any crowd that was seen, 1/m^2: nobody more is let in."""
OUTSIDE = -1
_WEIDMANN = "Weidmann 1993, ETH IVT Schriftenreihe 90, equation of the fundamental diagram"
_SFPE = "Gwynne and Rosenbaum, SFPE Handbook of Fire Protection Engineering, 5th ed., chapter 59"


def walking_speed(density: Any, free: float = FREE_SPEED) -> Any:
    """Return the speed of walkers, m/s, at a density in people per square metre (Weidmann 1993).

    Examples
    --------
    >>> round(float(walking_speed(2.0)), 3)
    0.606
    """
    thick = np.clip(density, 1e-6, JAM)
    return free * (1.0 - np.exp(-STEEPNESS * (1.0 / thick - 1.0 / JAM)))


def flow(density: Any, free: float = FREE_SPEED) -> Any:
    """Return how many people pass a metre of width in a second."""
    return np.clip(density, 0.0, JAM) * walking_speed(density, free)


def sfpe_speed(density: Any, k: float = 1.40) -> Any:
    """Return the speed on a level way, m/s, after the SFPE Handbook: ``k - 0.266 k D``, and 0.85 k below 0.54 /m^2."""
    return np.clip(k * (1.0 - 0.266 * np.asarray(density)), 0.0, 0.85 * k)


def _peak() -> tuple[float, float]:
    density = np.linspace(0.1, 5.0, 49_001)
    passing = flow(density)
    at = int(passing.argmax())
    return float(density[at]), float(passing[at])


def _sfpe_peak() -> tuple[float, float]:
    density = np.linspace(0.6, 3.5, 29_001)
    passing = density * sfpe_speed(density)
    at = int(passing.argmax())
    return float(density[at]), float(passing[at])


def _door() -> float:
    """Return the minutes that 1,000 people in a small hall need through a door of 2 m."""
    site = xr.Dataset(
        {
            "area": ("node", [400.0], {"units": "m^2"}),
            "people": ("node", [1000.0], {"units": "1"}),
            "way_from": ("way", [0.0], {"units": "1"}),
            "way_to": ("way", [-1.0], {"units": "1"}),
            "exit_width": ("way", [2.0], {"units": "m"}),
        }
    )
    model = Crowd()
    ready = model.prepare(site, xr.Dataset(), until=1200.0)
    return float(model.run(ready, {"free": 1.0, "people": 1.0, "width": 1.0}).egress_time[0])


def _count(name: str, doc: str) -> Needs:
    return Needs(name, ("way",), doc=doc)


class Crowd(Hazard):
    """People in places joined by ways of limited width, who arrive, queue and leave."""

    kind: ClassVar[str] = "crowd"
    title: ClassVar[Mapping[str, str]] = {"en": "Crowd density and egress", "zh": "人群密度与疏散"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("area", ("node",), limits=(1.0, 1e7), doc="Of each place."),
        Needs("people", ("node",), limits=(0, 1e6), doc="In each place at the start."),
        _count("way_from", "Number of the place that a way leads from."),
        _count("way_to", "Number of the place that a way leads to; -1 is outside."),
        Needs("exit_width", ("way",), limits=(0, 200), doc="Clear width of each way."),
        Needs("way_length", ("way",), default=10.0, limits=(0.1, 5000), doc="Walk through each way."),
        Needs("people_inflow", ("time", "node"), "forcing", default=0.0, limits=(0, 1000), doc="People arriving."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("crowd_density_max", ("node",), "Highest density of each place.", "time: maximum", intensity=True,
              levels=(2.0, 4.0, 5.0)),
        Gives("crush_duration", ("node",), "Time with more than 5 people on a square metre.", "time: sum"),
        Gives("egress_time", ("node",), "Time until 99 of 100 have left; the run's length where they have not."),
        Gives("crowd_density", ("time", "node"), "Density of each place."),
        Gives("people_left", ("time",), "People who have reached the outside."),
    )  # fmt: skip
    accepts = frozenset({"exit_width", "people_inflow"})
    measures = (
        Measure(
            "open-gate", "Open a gate", "打开出口", {"width": ("m", 4.0)},
            lambda action: (Patch("field", "exit_width", "add", action.parameters.get("width", 4.0), action.where,
                                  action.start, action.end),),
            source="Clear width of the gate, from the venue's plan.",
        ),
        Measure(
            "meter-inflow", "Meter the inflow", "限制进入", {"factor": ("1", 0.3)},
            lambda action: (Patch("source", "people_inflow", "multiply", action.parameters.get("factor", 0.3), action.where,
                                  action.start, action.end),),
            source="Share of arrivals that stewards let in.",
        ),
        Measure(
            "close-way", "Close a way, or one direction of it", "封闭通道或改为单向", {},
            lambda action: (Patch("field", "exit_width", "set", 0.0, action.where, action.start, action.end),),
        ),
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "People are a fluid: no groups, no panic, no falls, no fights, no choice of another way than the widest free one. "
        "A place is taken as evenly filled, so a crush at one barrier inside a large place is not seen: cut such a place into "
        "several. Above 5 people on a square metre the numbers only say that it is dangerous.",
        "zh": "人群被视为流体：不含结伴、恐慌、跌倒、冲突，也不含对非最宽畅通路线的选择。每个场所按均匀分布处理，"
        "大场所内某一护栏处的局部拥挤不会显现，应将其划分为多个场所。每平方米超过 5 人时，数值仅表示危险。",
    }
    sources = (
        "Weidmann 1993, Transporttechnik der Fussgaenger, ETH IVT Schriftenreihe 90",
        "Gwynne and Rosenbaum, SFPE Handbook of Fire Protection Engineering, 5th ed., chapter 59",
        "Still 2014, Introduction to Crowd Science",
    )
    references = (
        Reference("Walking speed at 0.5, 1, 2, 3, 4 and 5 people/m^2", (1.298, 1.058, 0.606, 0.331, 0.156, 0.037),
                  lambda: walking_speed(np.array([0.5, 1, 2, 3, 4, 5.0])), _WEIDMANN, rtol=0, atol=6e-4, units="m/s"),
        Reference("Density of the greatest flow", 1.75, lambda: _peak()[0], _WEIDMANN, rtol=0, atol=0.01, units="1/m^2"),
        Reference("Greatest flow", 1.225, lambda: _peak()[1], _WEIDMANN, rtol=0, atol=5e-4, units="1/m/s"),
        Reference("Density of the greatest flow, SFPE", 1.88, lambda: _sfpe_peak()[0], _SFPE, rtol=0, atol=0.005,
                  units="1/m^2"),
        Reference("Greatest flow on a level way, SFPE", 1.316, lambda: _sfpe_peak()[1], _SFPE, rtol=0, atol=5e-4,
                  units="1/m/s"),
        Reference("1,000 people through 2 m at the greatest flow", 1000 / (2 * 1.225) / 60, _door,
                  "Hydraulic model: people over flow times width", rtol=0.12, units="min",
                  note="The last ones walk freely, so that the door is not full to the end."),
    )  # fmt: skip

    speed_spread = param.Number(
        0.12,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of walking speed (Weidmann 1993: 0.26 of 1.34 m/s between persons).",
    )
    people_spread = param.Number(
        0.1, bounds=(0, 2), doc="Standard deviation of the logarithm of the number of people."
    )
    width_spread = param.Number(
        0.1,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of usable width: things stand in the way.",
    )
    step = param.Number(1.0, bounds=(0.1, 10), doc="Time step, s.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a stand and a concourse that empty through two gates while people still arrive."""
        site = xr.Dataset(
            {
                "area": ("node", [1500.0, 600.0], {"units": "m^2"}),
                "people": ("node", [4000.0, 200.0], {"units": "1"}),
                "way_from": ("way", [0.0, 1.0, 1.0], {"units": "1"}),
                "way_to": ("way", [1.0, -1.0, -1.0], {"units": "1"}),
                "exit_width": ("way", [9.0, 3.0, 2.0], {"units": "m"}),
                "way_length": ("way", [15.0, 5.0, 5.0], {"units": "m"}),
            },
            coords={"node": ["stand", "concourse"], "way": ["stairs", "north gate", "south gate"]},
        )
        forcing = xr.Dataset(
            {"people_inflow": (("time", "node"), [[0.0, 1.0], [0.0, 0.0]], {"units": "1/s"})},
            coords={"time": [0.0, 300.0], "node": ["stand", "concourse"]},
        )
        return site, forcing, 2400.0

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Preview takes steps of 5 s where ways allow it."""
        static = [need for need in self.needs if need.role == "static"]
        made, remarks = conform(site, static, "site")
        drive, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        nodes = made.sizes.get("node", 0)
        ways = made.sizes.get("way", 0)
        if not nodes or not ways:
            raise InvalidInputError(
                "The site has no places or no ways; expected the dimensions node and way."
            )
        ends = {name: np.asarray(made[name].values) for name in ("way_from", "way_to")}
        for name, values in ends.items():
            low = OUTSIDE if name == "way_to" else 0
            if np.any(values != np.round(values)) or values.min() < low or values.max() >= nodes:
                raise InvalidInputError(
                    f"{name} holds {values.min():g} to {values.max():g}; expected whole numbers from {low} to {nodes - 1}."
                )
        if np.any(made.people.values / made.area.values > MOST):
            worst = int(np.argmax(made.people.values / made.area.values))
            raise InvalidInputError(
                f"Place {worst} begins with {float(made.people[worst] / made.area[worst]):.1f} people on a square metre, "
                f"which is more than {MOST:g}; check its area and its count."
            )
        if not np.any(ends["way_to"] == OUTSIDE):
            raise InvalidInputError("No way leads outside (way_to -1); nobody could ever leave.")
        length = np.broadcast_to(made.way_length.values, (ways,)).astype(float)
        step = self.step * (5.0 if fidelity == "preview" else 1.0)
        limit = float(
            np.min(made.area.values[ends["way_from"].astype(int)] / np.maximum(made.exit_width.values, 0.1))
        )
        if step * FREE_SPEED * 2 > limit:
            step = limit / (FREE_SPEED * 2)
            remarks += (
                f"Steps of {step:.2f} s are taken, as a place empties faster than the step asked for.",
            )
        names = {
            dim: [str(v) for v in (made[dim].values if dim in made.coords else range(made.sizes[dim]))]
            for dim in ("node", "way")
        }
        if "time" in drive.people_inflow.dims and float(drive.time[0]) > 0.0:
            raise InvalidInputError(
                f"People arrive from {float(drive.time[0]):g} s after the run's start; give a value at time 0."
            )
        inflow = drive.people_inflow
        if inflow.ndim and "node" not in inflow.dims:
            raise InvalidInputError(
                "People arriving (people_inflow) must name the places: dims time and node."
            )
        return Prepared(
            made, drive, until, {**ends, "length": length, "step": step, "names": names}, (*remarks, *more)
        )

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the factors of walking speed, of people and of usable width."""
        return {
            "free": streams.factor("crowd.speed", self.speed_spread),
            "people": streams.factor("crowd.people", self.people_spread),
            "width": streams.factor("crowd.width", self.width_spread),
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
        """See `Hazard.run`. `balance_error` is of people."""
        site, names = prepared.site, prepared.arrays["names"]
        area = site.area.values
        people = site.people.values * theta["people"]
        source = prepared.arrays["way_from"].astype(int)
        target = prepared.arrays["way_to"].astype(int)
        step = float(prepared.arrays["step"])
        steps = max(1, int(np.ceil(prepared.until / step)))
        every = max(1, steps // 240)
        free = FREE_SPEED * theta["free"]
        most, crush = people / area, np.zeros(area.size)
        came, left, start = 0.0, 0.0, float(people.sum())
        entered = people.copy()
        gone = np.zeros(area.size)
        out = np.full(area.size, prepared.until)
        frames, lefts, moments = [], [], []
        turns, turn = self._turns(prepared, patches), -np.inf
        for number in range(steps):
            now = number * step
            if progress is not None and number % 50 == 0:
                progress.at(number / steps)
            if number % every == 0:
                frames.append(people / area)
                lefts.append(left)
                moments.append(now)
            if now >= turn:  # ways and arrivals stay as they are until then
                width, arriving = self._changed(prepared, theta, patches, now)
                turn = min((at for at in turns if at > now), default=np.inf)
            moved = self._moved(people, area, source, target, width, free, step)
            people = people - np.bincount(source, moved, area.size)
            gone += np.bincount(source, moved, area.size)
            inside = target >= 0
            into = np.bincount(target[inside], moved[inside], area.size)
            room = np.maximum(MOST * area - people - into, 0.0)
            fresh = np.minimum(arriving * step, room)
            people = people + into + fresh
            entered += into + fresh
            came += float(fresh.sum())
            left += float(moved[~inside].sum())
            density = people / area
            most = np.maximum(most, density)
            crush += (density > CRUSH) * step / 60.0
            out = np.where(gone < 0.99 * entered, now + step, np.minimum(out, now + step))
        balance = (float(people.sum()) + left - came - start) / max(start + came, 1.0)
        # a place that nobody was in is empty from the start
        out = np.where(entered > 0, np.where(gone < 0.99 * entered, prepared.until, out), 0.0)
        found = {"crowd_density_max": most, "crush_duration": crush, "egress_time": out / 60.0}
        if times:
            found |= {"crowd_density": np.stack(frames), "people_left": np.array(lefts)}
        coords: dict[str, Any] = {"node": names["node"]} | ({"time": moments} if times else {})
        return self.result(found, coords, site.attrs, balance_error=balance)

    @staticmethod
    def _turns(prepared: Prepared, patches: Sequence[Patch]) -> list[float]:
        """Return the times at which other people arrive, or a patch begins or ends."""
        drive = prepared.forcing
        times = [float(at) - CLOSE for at in drive.time.values] if "time" in drive.people_inflow.dims else []
        return [
            *times,
            *(patch.start for patch in patches),
            *(patch.end for patch in patches if patch.end is not None),
        ]

    def _changed(
        self, prepared: Prepared, theta: Mapping[str, Any], patches: Sequence[Patch], now: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the ways' widths and the people arriving, as they are at a time."""
        names = prepared.arrays["names"]
        width = prepared.site.exit_width.values * theta["width"]
        arriving = self._inflow(prepared, now) * theta["people"]
        for patch in patches:
            if patch.applies(now):
                if patch.target == "exit_width":
                    chosen = named(patch.where, names["way"], "way")
                    width = np.where(chosen, np.maximum(patch.apply(width), 0.0), width)
                else:
                    chosen = named(patch.where, names["node"], "place")
                    arriving = np.where(chosen, np.maximum(patch.apply(arriving), 0.0), arriving)
        return width, arriving

    @staticmethod
    def _inflow(prepared: Prepared, now: float) -> np.ndarray:
        inflow = held(prepared.forcing.people_inflow, prepared.forcing, now)
        return np.broadcast_to(inflow, (prepared.site.sizes["node"],)).astype(float)

    @staticmethod
    def _moved(
        people: np.ndarray,
        area: np.ndarray,
        source: np.ndarray,
        target: np.ndarray,
        width: np.ndarray,
        free: float,
        step: float,
    ) -> np.ndarray:
        """Return how many people go each way in a step: what the way passes, what is there, and what has room."""
        density = people / area
        # at the mouth of a way people queue: there it is as dense as passes most, once enough of them are there
        waiting = people[source] / np.maximum(width * 2.0, 0.1)
        mouth = np.minimum(np.maximum(density[source], np.minimum(waiting, 1.75)), 1.75)
        wanted = width * flow(mouth, free) * step
        total = np.bincount(source, wanted, area.size)
        share = np.minimum(1.0, people / np.maximum(total, 1e-12))
        wanted = wanted * share[source]
        inside = target >= 0
        room = np.maximum(MOST / 2 * area - people, 0.0)
        coming = np.bincount(target[inside], wanted[inside], area.size)
        fits = np.minimum(1.0, room / np.maximum(coming, 1e-12))
        return np.asarray(np.where(inside, wanted * fits[np.maximum(target, 0)], wanted))
