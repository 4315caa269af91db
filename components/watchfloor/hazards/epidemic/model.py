"""The model of an epidemic: regions that visit each other, hospitals that fill, and what slows it down."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import param
import xarray as xr

from watchfloor.core.errors import InvalidInputError
from watchfloor.hazards.action import Action, Measure, Patch
from watchfloor.hazards.base import Fidelity, Hazard, Prepared
from watchfloor.hazards.epidemic.cases import REFERENCES
from watchfloor.hazards.epidemic.driver import DAY, drive
from watchfloor.hazards.epidemic.kernel import course
from watchfloor.hazards.epidemic.reproduction import reproduction, serial_interval
from watchfloor.hazards.progress import Progress
from watchfloor.hazards.reference import Reference
from watchfloor.hazards.site import conform, lasting, telling
from watchfloor.hazards.spec import Gives, Needs
from watchfloor.hazards.streams import Streams

__all__ = ["Epidemic"]

_CHUNK = 60
WINDOW = 7
"""Days over which the reproduction number is estimated."""
NO_END = 1e15
"""Beds where none are given: never too few."""


def _made(kind: Any, target: str, operation: Any, name: str, default: float) -> Any:
    """Return a function that compiles an action to one patch."""

    def compiled(action: Action) -> tuple[Patch, ...]:
        value = action.parameters.get(name, default)
        return (Patch(kind, target, operation, value, action.where, action.start, action.end),)

    return compiled


class Epidemic(Hazard):
    """A disease that passes from person to person (SEIR with hospitals), by chance, in regions that visit each other."""

    kind: ClassVar[str] = "epidemic"
    title: ClassVar[Mapping[str, str]] = {"en": "Epidemic", "zh": "疫情传播"}
    needs: ClassVar[tuple[Needs, ...]] = (
        Needs("population", ("region",), limits=(1, 2e9), doc="People who live in each region."),
        Needs("infectious_people", ("region",), default=0.0, limits=(0, 2e9), doc="At the start."),
        Needs("immune_share", ("region",), default=0.0, doc="Of the people, at the start."),
        Needs("mobility", ("region", "destination"), default=0.0,
              doc="Part of a region's people (rows) who spend the day in another one (columns)."),
        Needs("hospital_beds", ("region",), default=0.0, doc="Free for patients of this epidemic."),
        Needs("icu_beds", ("region",), default=0.0, doc="Free for patients of this epidemic."),
        Needs("contact_factor", ("time", "region"), "forcing", default=1.0,
              doc="Contacts as a part of what is usual (season, holidays); each value holds until the next."),
        Needs("reported_cases", ("time", "region"), "forcing", default=0.0,
              doc="By day before the start (negative times): they say how many are infected and, if wished, R."),
    )  # fmt: skip
    gives: ClassVar[tuple[Gives, ...]] = (
        Gives("attack_rate", ("region",), "Part of the people infected during the run.", intensity=True, levels=(0.01, 0.1, 0.3)),
        Gives("infections_total", ("region",), "People infected during the run.", "time: sum"),
        Gives("incidence_max", ("region",), "Most people infected in a day.", "time: maximum"),
        Gives("peak_time", ("region",), "When most people were infected in a day."),
        Gives("hospital_load_max", ("region",), "Most hospital patients at once.", "time: maximum", intensity=True,
              levels=(100.0, 1000.0)),
        Gives("icu_load_max", ("region",), "Most intensive care patients at once.", "time: maximum", levels=(10.0, 100.0)),
        Gives("bed_shortage", ("region",), "Days with fewer beds than patients.", "time: sum", levels=(1.0, 14.0)),
        Gives("epidemic_deaths", ("region",), "People who die during the run.", "time: sum", intensity=True),
        Gives("incidence", ("time", "region"), "People infected in a day."),
        Gives("hospital_load", ("time", "region"), "Hospital patients."),
        Gives("icu_load", ("time", "region"), "Intensive care patients."),
        Gives("reproduction_number", ("time",), "Of all regions: contacts, isolation and immunity taken into account."),
    )  # fmt: skip
    accepts = frozenset(
        {"contact_factor", "isolation", "mobility", "vaccination", "hospital_beds", "icu_beds"}
    )
    measures = (
        Measure("contacts", "Reduce contacts", "减少接触", {"factor": ("1", 0.6)},
                _made("schedule", "contact_factor", "multiply", "factor", 0.6), shape="area",
                source="Part of contacts that remain; it differs widely between measures and places: try low, central and high."),
        Measure("schools", "Close schools", "停课", {"factor": ("1", 0.8)},
                _made("schedule", "contact_factor", "multiply", "factor", 0.8), shape="area",
                source="Part of contacts that remain; set it from a contact survey of the place."),
        Measure("vaccinate", "Vaccinate", "接种疫苗", {"immune": ("1/d", 1000.0)},
                _made("source", "vaccination", "add", "immune", 1000.0), shape="area",
                source="People who become immune in a day: doses a day times efficacy; those immune already gain nothing."),
        Measure("trace", "Test, trace and isolate", "检测追踪隔离", {"share": ("1", 0.4)},
                _made("schedule", "isolation", "maximum", "share", 0.4), shape="area",
                source="Part of all transmission that is prevented: cases found, times how much of their infectious time is left."),
        Measure("travel", "Limit travel between regions", "限制区域间出行", {"factor": ("1", 0.2)},
                _made("field", "mobility", "multiply", "factor", 0.2), source="Part of the trips that remain."),
        Measure("surge-beds", "Add hospital beds", "增设床位", {"beds": ("1", 200.0)},
                _made("source", "hospital_beds", "add", "beds", 200.0), shape="area", source="Beds with staff, in all chosen regions."),
        Measure("surge-icu", "Add intensive care beds", "增设重症床位", {"beds": ("1", 20.0)},
                _made("source", "icu_beds", "add", "beds", 20.0), shape="area", source="Beds with staff, in all chosen regions."),
    )  # fmt: skip
    validity: ClassVar[Mapping[str, str]] = {
        "en": "What is put in decides: the reproduction number, how long people are infectious and how many need a hospital. "
        "People of a region mix evenly: no ages, no households, no events that spread the disease widely, no new variants, no "
        "waning immunity, and nobody changes behaviour but by what is said. Good for weeks, a scenario beyond. Small outbreaks "
        "vary more than shown, as a few people infect many. Reported cases are taken as a fixed part of all; nowcast them first. "
        "That people without a bed die more often is an assumption that you should set.",
        "zh": "结果取决于输入：再生数、传染期和住院比例。区域内人群均匀混合：不含年龄、家庭、超级传播、新变异株和免疫衰减，"
        "除所设措施外人群行为不变。适用于数周的推演，更长则仅为情景。小规模暴发的波动大于所示，因少数人可感染多人。"
        "报告病例视为实际病例的固定比例，请先做实时订正。缺床时死亡率升高为假设，应由用户设定。",
    }
    sources = (
        "Kermack and McKendrick 1927, doi:10.1098/rspa.1927.0118",
        "Cori, Ferguson, Fraser and Cauchemez 2013, doi:10.1093/aje/kwt133",
        "Keeling and Rohani 2008, Modeling Infectious Diseases in Humans and Animals, chapters 6 and 7",
        "Mack 1993, doi:10.2143/AST.23.2.2005092",
    )
    references: ClassVar[tuple[Reference, ...]] = REFERENCES

    reproduction = param.Number(
        2.0,
        bounds=(0, 20),
        doc="People whom one case infects where nobody is immune; 0 estimates it from the reported cases.",
    )
    latent = param.Number(3.0, bounds=(0.5, 30), doc="Mean time from infection until one is infectious, d.")
    infectious = param.Number(5.0, bounds=(0.5, 60), doc="Mean time for which one is infectious, d.")
    hospital_share = param.Number(0.03, bounds=(0, 1), doc="Part of the infected who need a hospital.")
    hospital_stay = param.Number(8.0, bounds=(1, 90), doc="Mean stay in the hospital, d.")
    icu_share = param.Number(0.2, bounds=(0, 1), doc="Part of hospital patients who need intensive care.")
    icu_stay = param.Number(10.0, bounds=(1, 90), doc="Mean stay in intensive care, d.")
    hospital_deaths = param.Number(0.05, bounds=(0, 1), doc="Part of other hospital patients who die.")
    icu_deaths = param.Number(0.35, bounds=(0, 1), doc="Part of intensive care patients who die.")
    crowding = param.Number(
        2.0, bounds=(1, 20), doc="Factor on the probability of death of those without a bed; an assumption."
    )
    reported_share = param.Number(0.5, bounds=(0.01, 1), doc="Part of infections that become reported cases.")
    serial_mean = param.Number(
        6.0, bounds=(1.1, 60), doc="Mean of the serial interval, d; to estimate the reproduction number."
    )
    serial_deviation = param.Number(
        3.0, bounds=(0.1, 30), doc="Standard deviation of the serial interval, d."
    )
    reproduction_spread = param.Number(
        0.15,
        bounds=(0, 1),
        doc="Standard deviation of the logarithm of the reproduction number, where it is not estimated.",
    )
    severity_spread = param.Number(
        0.3, bounds=(0, 2), doc="Standard deviation of the logarithm of the hospital share."
    )
    start_spread = param.Number(
        0.3, bounds=(0, 2), doc="Standard deviation of the logarithm of the infected at the start."
    )

    @classmethod
    def example(cls) -> tuple[xr.Dataset, xr.Dataset, float]:
        """Return a city and three towns that visit it; it begins in the city."""
        visits = np.array(
            [[0.0, 0.02, 0.02, 0.01], [0.15, 0.0, 0.02, 0.0], [0.12, 0.02, 0.0, 0.01], [0.08, 0.0, 0.01, 0.0]]
        )
        site = xr.Dataset(
            {
                "population": ("region", [200_000.0, 40_000.0, 30_000.0, 12_000.0], {"units": "1"}),
                "infectious_people": ("region", [60.0, 0.0, 0.0, 0.0], {"units": "1"}),
                "mobility": (("region", "destination"), visits, {"units": "1"}),
                "hospital_beds": ("region", [500.0, 60.0, 40.0, 0.0], {"units": "1"}),
                "icu_beds": ("region", [60.0, 4.0, 0.0, 0.0], {"units": "1"}),
            },
            coords={"region": ["city", "north town", "east town", "valley"]},
        )
        return site, xr.Dataset(), 120 * DAY

    def prepare(
        self, site: xr.Dataset, forcing: xr.Dataset, *, until: float, fidelity: Fidelity = "standard"
    ) -> Prepared:
        """See `Hazard.prepare`. Full takes steps of a quarter of a day instead of a day."""
        made, remarks = conform(site, [need for need in self.needs if need.role == "static"], "site")
        given, more = conform(forcing, [need for need in self.needs if need.role == "forcing"], "forcing")
        count = made.sizes.get("region", 0)
        if count == 0:
            raise InvalidInputError(
                "The site has no regions; expected the population of each, with the dimension region."
            )
        step = 0.25 if fidelity == "full" else 1.0
        steps = round(lasting(until) / DAY / step)
        if steps < 1:
            raise InvalidInputError(f"The run is shorter than a step of {step:g} d.")
        if min(self.latent, self.infectious) < step:
            raise InvalidInputError(
                f"A stay of {min(self.latent, self.infectious):g} d is shorter than the step of {step:g} d; choose the fidelity "
                "full, or a longer stay."
            )
        people = np.round(np.broadcast_to(made.population.values, (count,)))
        visits = np.zeros((count, count))
        if made.mobility.ndim:
            visits = np.array(made.mobility.values, float)
            if visits.shape != (count, count):
                raise InvalidInputError(
                    f"The mobility is {visits.shape[0]} by {visits.shape[1] if visits.ndim > 1 else 1}; expected {count} by {count}: "
                    "from each region to each."
                )
            np.fill_diagonal(visits, 0.0)
            worst = int(visits.sum(axis=1).argmax())
            if visits[worst].sum() > 1.0:
                raise InvalidInputError(
                    f"{visits[worst].sum():.0%} of the people of region {worst} spend the day elsewhere; the mobility is a part of "
                    "people, so a row adds up to 1 at most."
                )
        number, spread, recent = self._estimated(given, count)
        infectious = np.broadcast_to(made.infectious_people.values, (count,)).astype(float)
        start = np.stack([infectious * self.latent / self.infectious, infectious])
        if recent is not None and not np.any(infectious > 0):
            start = np.stack([recent * self.latent, recent * self.infectious]) / self.reported_share
        if not np.any(start > 0):
            raise InvalidInputError(
                "Nobody is infected; give infectious_people of at least one region, or reported cases before the start."
            )
        immune = np.broadcast_to(made.immune_share.values, (count,))
        if np.any(start.sum(axis=0) > people * (1.0 - immune)):
            worst = int(np.argmax(start.sum(axis=0) - people * (1.0 - immune)))
            raise InvalidInputError(
                f"Region {worst} begins with {start[:, worst].sum():.0f} infected among {people[worst] * (1 - immune[worst]):.0f} who "
                "are not immune; check both."
            )
        beds = np.stack(
            [
                np.broadcast_to(made[name].values, (count,)) if name in site else np.full(count, NO_END)
                for name in ("hospital_beds", "icu_beds")
            ]
        )
        names = (
            [str(v) for v in made.region.values]
            if "region" in made.coords
            else [str(k) for k in range(count)]
        )
        points = None
        if {"longitude", "latitude"} <= set(site.variables):
            points = np.stack(
                [np.asarray(site.longitude.values, float), np.asarray(site.latitude.values, float)], axis=1
            )
        arrays = {
            "people": people, "visits": visits, "start": start, "immune": immune, "beds": beds, "step": step, "steps": steps,
            "number": number, "spread": spread, "names": names, "points": points,
        }  # fmt: skip
        said = list(
            telling((*remarks, *more), "Reported", "Contacts", "Infectious", "Hospital beds", "Inten")
        )
        if "hospital_beds" not in site:
            said.append("Hospital beds are not given; there are never too few.")
        if self.reproduction == 0:
            said.append(
                f"The reproduction number is estimated at {number:.2f} from the last {WINDOW} days of cases."
            )
        return Prepared(made, given, until, arrays, tuple(said))

    def _estimated(self, given: xr.Dataset, count: int) -> tuple[float, float, np.ndarray | None]:
        """Return the reproduction number, the spread of its logarithm, and recent cases a day by region (None: not given)."""
        cases = given.reported_cases
        past = np.asarray(given.time.values) < 0 if "time" in given.coords else np.zeros(0, bool)
        if cases.ndim == 0 or "time" not in cases.dims or not past.any():
            if self.reproduction == 0:
                raise InvalidInputError(
                    "The reproduction number is to be estimated, but there are no reported cases before the start; give them, or a "
                    "number."
                )
            return float(self.reproduction), float(self.reproduction_spread), None
        days = np.asarray(given.time.values)[past] / DAY
        if np.any(np.abs(np.diff(days) - 1.0) > 1e-6):
            raise InvalidInputError(
                "The reported cases are not daily without gaps; fill days without a report with 0."
            )
        table = np.asarray(cases.values, float)[past].reshape(days.size, -1)
        if table.shape[1] != count:
            raise InvalidInputError("The reported cases must name the regions: dims time and region.")
        recent = table[-min(WINDOW, days.size) :].mean(axis=0)
        if self.reproduction > 0:
            return float(self.reproduction), float(self.reproduction_spread), recent
        found = reproduction(
            table.sum(axis=1), serial_interval(self.serial_mean, self.serial_deviation, 60), WINDOW
        )
        return float(found.mean[-1]), float(found.deviation[-1] / found.mean[-1]), recent

    def sample(self, streams: Streams) -> dict[str, Any]:
        """Draw the standard score of the reproduction number, factors of severity and start, and the seed of chance."""
        return {
            "reproduction": streams.shift("epidemic.reproduction", 1.0),
            "severity": streams.factor("epidemic.severity", self.severity_spread),
            "start": streams.factor("epidemic.start", self.start_spread),
            "chance": int(streams("epidemic.chance").integers(2**62)),
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
        """See `Hazard.run`. `balance_error` is of people; it is 0."""
        a = prepared.arrays
        step, steps, people = float(a["step"]), int(a["steps"]), a["people"]
        number = a["number"] * float(np.exp(a["spread"] * theta["reproduction"]))
        if self.reproduction == 0:
            # what is estimated holds among those who are immune already
            number /= max(1.0 - float(np.average(a["immune"], weights=people)), 1e-6)
        driven = drive(prepared, patches)
        beta = number / self.infectious * driven.contacts * (1.0 - driven.isolation)
        state = np.zeros((7, people.size), np.int64)
        room = np.floor(people * (1.0 - a["immune"]))
        wanted = np.round(a["start"] * theta["start"])
        state[1] = np.minimum(wanted[0], room)
        state[2] = np.minimum(wanted[1], room - state[1])
        state[5] = people - room
        state[0] = people - state[1] - state[2] - state[5]
        begun = int(state.sum())
        rng = np.random.Generator(np.random.Philox(int(theta["chance"])))
        ends = np.minimum(
            step / np.array([self.latent, self.infectious, self.hospital_stay, self.icu_stay]), 1.0
        )
        risks = np.array(
            [
                min(self.hospital_share * theta["severity"], 1.0),
                self.icu_share,
                self.hospital_deaths,
                self.icu_deaths,
                self.crowding,
            ]
        )
        out = np.zeros((5, steps, people.size))
        owed = np.zeros(people.size)
        leave = a["visits"].sum(axis=1)
        for first in range(0, steps, _CHUNK):
            if progress is not None:
                progress.at(first / steps)
            last = min(first + _CHUNK, steps)
            course(
                rng, state, first, last, beta, driven.travel, driven.doses * step, a["visits"], leave, ends, risks, driven.beds, step,
                owed, out,
            )  # fmt: skip
        infected = (out[0] * step).sum(axis=0)
        found = {
            "attack_rate": infected / people,
            "infections_total": infected,
            "incidence_max": out[0].max(axis=0),
            "peak_time": out[0].argmax(axis=0) * step * DAY,
            "hospital_load_max": out[1].max(axis=0),
            "icu_load_max": out[2].max(axis=0),
            "bed_shortage": out[3].sum(axis=0),
            "epidemic_deaths": state[6],
        }
        coords: dict[str, Any] = {"region": a["names"]}
        if times:
            every = max(1, round(1.0 / step)) * max(1, steps // 400)
            found |= {
                "incidence": out[0][::every],
                "hospital_load": out[1][::every],
                "icu_load": out[2][::every],
                "reproduction_number": _overall(beta * self.infectious, out[4], people)[::every],
            }
            coords["time"] = np.arange(0, steps, every) * step * DAY
        return self.result(
            found,
            coords,
            prepared.site.attrs,
            balance_error=(int(state.sum()) - begun) / begun,
            reproduction=number,
        )

    @classmethod
    def warm(cls) -> None:
        """Compile the loop."""
        site, forcing, _ = cls.example()
        model = cls()
        model.run(model.prepare(site, forcing, until=2 * DAY), model.sample(Streams(0, 0)))


def _overall(number: np.ndarray, susceptible: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Return the reproduction number of all regions by step, weighted by people."""
    return np.asarray(np.average(number * susceptible / people, axis=1, weights=people))
