"""Aftershocks of one mainshock, by window and magnitude."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError, LimitError
from watchfloor.hazards.action import EVACUATE, Patch
from watchfloor.hazards.aftershock.cases import REFERENCES
from watchfloor.hazards.aftershock.catalogue import MOST, direct, draw
from watchfloor.hazards.aftershock.rates import (
    GENERIC,
    Belief,
    Law,
    expected,
    generic,
    probability,
    shared_time,
    typical_largest,
)
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.site import conform, lasting, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["WINDOWS", "Aftershock"]

WINDOWS = (1.0, 7.0, 30.0, 365.0)
"""Days for which forecasts are told, as those of the U.S. Geological Survey; those that fit into the run."""
_DAY = 86_400.0
_EVENTS = 100_000
_TABLE = ("window", "threshold")


class Aftershock(Hazard):
    """Number, probability and size of the aftershocks to come, learning from those that have been."""

    kind: ClassVar[str] = "earthquake"
    title: ClassVar[Mapping[str, str]] = {"en": "Aftershocks", "zh": "余震"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("magnitude", (), "forcing", limits=(3.0, 9.5), doc="Of the mainshock."),
        Needs("mainshock_age", (), "forcing", default=0.01, limits=(0.0, 3650.0), doc="When the forecast begins, after the mainshock."),
        Needs("aftershock_time", ("event",), "forcing", default=-1.0, limits=(-1.0, 3650.0), doc="Of each that was observed."),
        Needs("aftershock_magnitude", ("event",), "forcing", default=-1.0, limits=(-2.0, 10.0), doc="Of each that was observed."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("aftershock_probability", _TABLE, "One or more within a window; the members' mean is the forecast.", intensity=True,
              levels=(0.1, 0.5)),
        Gives("aftershock_expected", _TABLE, "How many are to be expected within a window."),
        Gives("aftershock_count", _TABLE, "How many there are in this member; expected number in the control.", levels=(0.5, 9.5)),
        Gives("aftershock_magnitude_max", ("window",), "Largest in this member, no less than the least that is told; in the control, that "
              "which is passed with even odds.", levels=(5.0, 6.0, 7.0)),
        Gives("aftershock_rate", ("time", "threshold"), "How many a day at each time."),
    )  # fmt: skip
    measures = (EVACUATE,)
    validity: ClassVar[Mapping[str, str]] = {
        "en": "All aftershocks are taken as those of the mainshock, unless aftershocks of aftershocks are asked for; swarms and "
        "sequences driven by fluids do not follow the law. In the first hours catalogues miss most small ones: what it learns "
        "then rests on the larger ones, and the generic law rules. It does not say where. The probability of an even larger "
        "earthquake is the least certain of all. It is no prediction, and no substitute for the national service's forecast.",
        "zh": "除非选择余震再触发，所有余震均视为主震的直接余震；震群及流体驱动序列不遵循该规律。最初数小时目录缺失大量小震，"
        "此时主要依据较大余震和区域通用参数。模型不给出余震位置；更大地震的概率最不确定。本结果不是地震预报，不能替代国家主管部门的意见。",
    }
    sources = (
        "Reasenberg and Jones 1989, doi:10.1126/science.243.4895.1173",
        "Page, van der Elst, Hardebeck, Felzer and Michael 2016, doi:10.1785/0120160073",
        "Hardebeck, Llenos, Michael, Page and van der Elst 2018, doi:10.1785/0220180240",
        "Ogata 1988, doi:10.1080/01621459.1988.10478560",
        "U.S. Geological Survey, Aftershock Forecast Scientific Background, earthquake.usgs.gov/data/oaf/background.php",
    )
    references = REFERENCES

    region = param.Selector(
        default="active shallow", objects=list(GENERIC), doc="Whose generic law is the beginning."
    )
    cascade = param.Boolean(
        default=False, doc="Whether members have aftershocks of aftershocks (ETAS); slower, and wider."
    )
    complete = param.Number(
        4.0,
        bounds=(0, 7),
        doc="Magnitude from which the list of observed aftershocks is whole in quiet times.",
    )
    least = param.Number(3.0, bounds=(2, 6), doc="Smallest magnitude that is told.")
    frames = param.Integer(48, bounds=(2, 240), doc="Times at which the rate is told.")

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return nothing of a site, a mainshock of M 6.8 two days ago with eight aftershocks, and 30 days."""
        days = [0.02, 0.05, 0.1, 0.3, 0.55, 0.9, 1.3, 1.9]
        sizes = [5.6, 4.9, 5.1, 4.4, 4.2, 4.8, 4.1, 4.3]
        forcing = xr.Dataset(
            {
                "magnitude": ((), 6.8, {"units": "1"}),
                "mainshock_age": ((), 2.0, {"units": "d"}),
                "aftershock_time": ("event", days, {"units": "d"}),
                "aftershock_magnitude": ("event", sizes, {"units": "1"}),
            }
        )
        return xr.Dataset(), forcing, 30.0 * _DAY

    def prepare(
        self,
        site: xr.Dataset,  # noqa: ARG002  the law knows no place
        forcing: xr.Dataset,
        *,
        until: float,
        fidelity: Fidelity = "standard",
    ) -> Prepared:
        """See `Hazard.prepare`. Preview draws no catalogues of small aftershocks."""
        drive, remarks = conform(forcing, self.needs, "forcing")
        mainshock, age = float(drive.magnitude), float(drive.mainshock_age)
        if lasting(until) < 3600.0:
            raise InvalidInputError(f"A forecast of {until:g} s is too short; expected an hour or more.")
        least = self.least + 1.0 if fidelity == "preview" else self.least
        thresholds = np.arange(least, max(mainshock, least) + 1.01, 1.0)
        length = until / _DAY
        windows = np.array([w for w in WINDOWS if w < length - 1e-9] + [length])
        days, sizes = self._observed(forcing, drive)
        belief = Belief.prior(generic(self.region))
        said = list(telling(remarks, "Time of the after", "Magnitude of the after"))
        if "aftershock_time" in forcing:
            belief = belief.learn(mainshock, days, sizes, age, self.complete)
            said.append(
                f"{belief.seen} of {days.size} aftershocks lie above the completeness at their time; they move the productivity "
                f"from {belief.law.a:.2f} to {belief.mean:.2f} (spread {belief.law.spread:.2f} to {belief.spread:.2f})."
            )
        if days.size and sizes.max() > mainshock:
            said.append(
                f"An aftershock of M {sizes.max():.1f} is larger than the mainshock: take it as the mainshock instead."
            )
        mean = float(expected(belief.law, mainshock, thresholds[0], age, age + length)) * 10.0 ** (
            belief.quantile(0.99) - belief.law.a
        )
        if mean > MOST / 2:
            raise LimitError(
                f"About {mean:,.0f} aftershocks of M {thresholds[0]:g} or more may come, too many to draw; raise the least magnitude."
            )
        arrays = {
            "belief": belief,
            "windows": windows,
            "thresholds": thresholds,
            "before": (days, sizes),
        }
        return Prepared(xr.Dataset(), drive, until, arrays, tuple(said))

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw which productivity it is, as a share of what is believed, and the seed of chance."""
        if streams.control:
            return {"productivity": 0.5, "seed": -1}
        return {
            "productivity": float(streams("aftershock.productivity").random()),
            "seed": int(streams("aftershock.catalogue").integers(2**62)),
        }

    def run(
        self,
        prepared: Prepared,
        theta: Mapping[str, Any],
        patches: Sequence[Patch] = (),  # noqa: ARG002  people cannot change them
        *,
        progress: Progress | None = None,
        times: bool = False,
    ) -> xr.Dataset:
        """See `Hazard.run`."""
        if progress is not None:
            progress.at(0.0)
        a, drive = prepared.arrays, prepared.forcing
        belief, windows, thresholds = a["belief"], a["windows"], a["thresholds"]
        mainshock, age = float(drive.magnitude), float(drive.mainshock_age)
        generic_law = belief.law
        productivity = belief.quantile(float(theta["productivity"]))
        law = Law(productivity, generic_law.b, generic_law.c, generic_law.p, 0.0)
        number = expected(law, mainshock, thresholds[None, :], age, age + windows[:, None])
        found: dict[str, Any] = {"aftershock_expected": number, "aftershock_probability": probability(number)}
        if theta["seed"] < 0:
            found["aftershock_count"] = number
            largest = [typical_largest(law, mainshock, age, age + window) for window in windows]
            found["aftershock_magnitude_max"] = np.maximum(largest, thresholds[0])
            cut = False
        else:
            catalogue = self._drawn(law, prepared, int(theta["seed"]), mainshock, age, float(thresholds[0]))
            inside = catalogue.day[None, :] < age + windows[:, None]
            above = catalogue.magnitude[None, :] >= thresholds[:, None]
            found["aftershock_count"] = inside.astype(float) @ above.T.astype(float)
            largest = [catalogue.magnitude[within].max(initial=thresholds[0]) for within in inside]
            found["aftershock_magnitude_max"] = np.array(largest)
            cut = catalogue.cut
        coords: dict[str, Any] = {
            "window": (
                "window",
                windows,
                {"units": "d", "long_name": "Days from the beginning of the forecast"},
            ),
            "threshold": ("threshold", thresholds, {"units": "1", "long_name": "Magnitude or more"}),
        }
        if times:
            # evenly by the number of aftershocks would crowd them at the start; a day's end each is what people ask
            moments = np.linspace(0.0, prepared.until, self.frames)
            step = moments[1] / _DAY
            part = shared_time(law, age + moments / _DAY, age + moments / _DAY + step) / step
            found["aftershock_rate"] = (
                part[:, None] * 10.0 ** (law.a + law.b * (mainshock - thresholds))[None, :]
            )
            coords["time"] = moments
        return self.result(
            found, coords, {}, never=float(thresholds[0]), productivity=productivity, cut=int(cut)
        )

    # ---- inside

    def _drawn(
        self, law: Law, prepared: Prepared, seed: int, mainshock: float, age: float, least: float
    ) -> Any:
        length = prepared.until / _DAY
        most = max(9.5 if "subduction" in self.region else 8.5, mainshock + 0.5)
        own = direct(law, least, most, length) if self.cascade else law
        random = np.random.Generator(np.random.Philox(seed))
        return draw(
            own,
            mainshock,
            least,
            age,
            age + length,
            random,
            most=most,
            cascade=self.cascade,
            before=prepared.arrays["before"],
        )

    @staticmethod
    def _observed(forcing: xr.Dataset, drive: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        known = {"aftershock_time", "aftershock_magnitude"} & set(map(str, forcing.data_vars))
        if len(known) == 1:
            raise InvalidInputError(
                f"Of the aftershocks only {known.pop()} is given; give both aftershock_time and aftershock_magnitude."
            )
        if not known:
            return np.zeros(0), np.zeros(0)
        days, sizes = (
            np.atleast_1d(drive.aftershock_time.values),
            np.atleast_1d(drive.aftershock_magnitude.values),
        )
        if days.size > _EVENTS:
            raise LimitError(
                f"{days.size:,} aftershocks were given; {_EVENTS:,} are read. Leave out the smallest."
            )
        if days.min() < 0.0:
            raise InvalidInputError(
                f"An aftershock lies {-days.min():g} days before the mainshock; give times after the mainshock."
            )
        return days, sizes
