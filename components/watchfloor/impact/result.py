"""What an impact says: totals, maps, districts, places, needs, and how probable each is."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.provenance import digest
from watchfloor.hazards.ensemble.request import fingerprint
from watchfloor.impact.assessment import Run, people, pieces
from watchfloor.impact.fold import paint
from watchfloor.impact.likelihood import LEVELS, Matrix
from watchfloor.impact.measures import measured
from watchfloor.impact.needs import RATIONS, needs
from watchfloor.impact.outcome import row_of
from watchfloor.impact.places import WEIGHT, facilities, roads
from watchfloor.impact.timing import reached

__all__ = ["Impact"]


class Impact:
    """Who and what is hit, in each member. It is made by `assess`.

    Parameters
    ----------
    run
        What was put in, placed on the cells.
    sums
        Shape (members, districts and one for none, measures).
    measures
        Names of the figures, of `impact.measures`.
    """

    def __init__(self, run: Run, sums: np.ndarray, measures: Sequence[str]) -> None:
        self.run = run
        self.measures = tuple(measures)
        self._sums = sums

    @property
    def kind(self) -> str:
        """Kind of hazard."""
        return self.run.kind

    @property
    def members(self) -> np.ndarray:
        """Numbers of the members; 0 is the control."""
        return self.run.outcome.members

    @property
    def units(self) -> dict[str, str]:
        """Unit of each figure; money has the unit that the exposure says."""
        found = {name: measured(name).units for name in self.measures}
        for part in self.run.parts:
            layer = self.run.exposures.layers.get(part.vulnerability.exposure)
            for counts in part.vulnerability.gives:
                if layer is not None and found[counts.measure] == "money":
                    found[counts.measure] = layer.weights.get(counts.weight, "money")
        return found

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Figures of each member: one row a member, one column a figure; ``attrs["units"]``."""
        made = pd.DataFrame(
            self._sums.sum(axis=1), index=pd.Index(self.members, name="member"), columns=list(self.measures)
        )
        made.attrs["units"] = self.units
        return made

    def quantiles(self, shares: Sequence[float] = (0.05, 0.5, 0.95)) -> pd.DataFrame:
        """Return mean, and values that shares of the members do not pass: one row a figure."""
        if any(not 0 <= share <= 1 for share in shares):
            raise InvalidInputError(f"There are no quantiles {tuple(shares)}; expected 0 to 1.")
        found = {f"q{round(share * 100):02d}": self.totals.quantile(share) for share in shares}
        made = pd.DataFrame({"mean": self.totals.mean(), **found})
        made.insert(0, "units", pd.Series(self.units))
        return made

    def exceedance(self, measure: str) -> pd.DataFrame:
        """Return how probable this much or more is: columns ``value`` (rising) and ``probability``."""
        values = np.sort(self.totals[self._known(measure)].to_numpy())
        probability = 1.0 - np.arange(values.size) / values.size
        made = pd.DataFrame({"value": values, "probability": probability})
        made.attrs["units"] = {"value": self.units[measure], "probability": "1"}
        return made

    def cells(self, measure: str, member: int | None = None, quantile: float | None = None) -> xr.DataArray:
        """Return a figure for each cell of the run.

        Parameters
        ----------
        measure
            A figure that is made of cells (not ``evacuated``).
        member
            Of this member; None for the mean of all.
        quantile
            The value that this share of the members does not pass, cell by cell; their sum is no total.

        Returns
        -------
        xarray.DataArray
            float32, dims of the run, with its coordinates and system.
        """
        found = self.run.part(self._known(measure))
        if found is None:
            raise InvalidInputError(f"There is no map of {measure}.")
        part, number = found
        ground, size = self.run.ground, self.run.outcome.size
        rows = None if member is None else [row_of(self.members, member)]
        marked = np.zeros(size, bool)
        marked[part.elements.cell] = True
        used = np.flatnonzero(marked)
        inverse = np.searchsorted(used, part.elements.cell)
        weight, moved = part.weights[part.column[number]], bool(people(part)[number])
        made = np.zeros((1 if quantile is None else self.members.size, used.size))
        for where, values, cell in pieces(self.run, part, rows):
            for share, intensity in values:
                painted = paint(
                    intensity, cell, part.elements.group, weight, part.of(where), number, inverse, used.size,
                    share if moved else None, apart=quantile is not None,
                )  # fmt: skip
                if quantile is None:
                    made += painted
                else:
                    made[where] += painted
        told = made[0] / (self.members.size if rows is None else 1)
        if quantile is not None:
            told = np.quantile(made, quantile, axis=0)
        flat = np.zeros(size, np.float32)
        flat[used] = told
        shape = ground.grid.shape if ground.grid is not None else (size,)
        coords = (
            {"y": ground.grid.y, "x": ground.grid.x}
            if ground.grid is not None
            else {ground.dims[0]: list(ground.names)}
        )
        spec = measured(measure)
        attrs = {"units": self.units[measure], "long_name": spec.en, "measure": measure}
        if ground.grid is not None:
            attrs["crs"] = ground.grid.crs
        return xr.DataArray(flat.reshape(shape), dims=ground.dims, coords=coords, attrs=attrs, name=measure)

    @property
    def by_district(self) -> xr.DataArray:
        """Figures by member, district and measure; the last district is all that lies in none."""
        table = self.run.ground.districts
        codes = [*map(str, table["code"]), ""] if table is not None else [""]
        return xr.DataArray(
            self._sums,
            dims=("member", "district", "measure"),
            coords={"member": self.members, "district": codes, "measure": list(self.measures)},
            name="impact",
        )

    @cached_property
    def districts(self) -> pd.DataFrame:
        """Mean figures of each district, and with the ending ``_q95`` those that only one in twenty members passes.

        Columns ``code``, ``name``, ``name_zh``, then the figures; the worst district first.
        """
        table = self.run.ground.districts
        if table is None:
            return pd.DataFrame(columns=["code", "name", "name_zh", *self.measures])
        inside = self._sums[:, :-1]
        made = pd.DataFrame(table[["code", "name", "name_zh"]].copy())
        for number, name in enumerate(self.measures):
            made[name] = inside[:, :, number].mean(axis=0)
            made[f"{name}_q95"] = np.quantile(inside[:, :, number], 0.95, axis=0)
        first = next(
            (name for name in ("deaths", "people_exposed") if name in self.measures), self.measures[0]
        )
        made = made.sort_values([first, self.measures[0]], ascending=False, ignore_index=True)
        made.attrs["units"] = self.units | {f"{name}_q95": unit for name, unit in self.units.items()}
        return made

    @cached_property
    def facilities(self) -> pd.DataFrame:
        """Facilities that are hit, those in greatest need first; see `impact.places.facilities`."""
        found = self.run.part("facilities_out")
        return facilities(self.run, None if found is None else found[0], WEIGHT)

    @cached_property
    def lifelines(self) -> pd.DataFrame:
        """Nodes of the supply networks that are hit; columns as of `facilities`."""
        found = self.run.part("lifelines_out")
        return facilities(self.run, None if found is None else found[0], WEIGHT)

    def reached(self, measure: str = "people_exposed", steps: int = 24) -> pd.DataFrame:
        """Return how much of a figure is reached by when; see `impact.timing.reached`."""
        found = self.run.part(self._known(measure))
        if found is None:
            raise InvalidInputError(f"When {measure} comes about is not known.")
        return reached(self.run, *found, steps=steps)

    @cached_property
    def roads(self) -> pd.DataFrame:
        """Roads that are closed in some member; see `impact.places.roads`."""
        found = self.run.part("roads_closed")
        return roads(self.run, None if found is None else found[0])

    def needs(
        self,
        stocks: pd.DataFrame | None = None,
        *,
        days: float = 3.0,
        rations: Mapping[str, object] | None = None,
    ) -> pd.DataFrame:
        """Return what people need, what is in store, and what is missing; see `impact.needs.needs`.

        Parameters
        ----------
        stocks
            Columns ``item``, ``amount``, ``unit``; None takes those of the exposures.
        days
            For how long.
        rations
            Other figures than those of the Sphere handbook, by name of the need.
        """
        table = stocks if stocks is not None else self.run.exposures.stocks
        return needs(self.totals, table, days=days, rations=RATIONS | dict(rations or {}), run=self.run)

    def matrix(self, levels: Mapping[str, Sequence[float]] = LEVELS) -> Matrix:
        """Return likelihood and impact in one matrix (WMO-No. 1150)."""
        return Matrix.of(self.totals, levels)

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What was mended, assumed or left out."""
        found = list(dict.fromkeys(self.run.remarks))
        for name, count in self.run.outcome.missing.items():
            found.append(
                f"{count:,} values of {name} were missing and count as nothing; the impact there is not known."
            )
        return tuple(found)

    @property
    def validity(self) -> dict[str, dict[str, str]]:
        """When not to trust it: by vulnerability, in ``en`` and ``zh``."""
        return {part.vulnerability.title["en"]: dict(part.vulnerability.validity) for part in self.run.parts}

    @cached_property
    def trace(self) -> str:
        """SHA-256 of all that went in: the hazard's run, exposures, vulnerabilities, actions and seed."""
        run = self.run
        source = run.source or fingerprint(run.outcome.data)
        return digest(
            [
                source,
                run.exposures.key,
                [part.vulnerability.key for part in run.parts],
                [action.key for action in run.actions],
                run.seed,
            ]
        )

    def _known(self, measure: str) -> str:
        if measure not in self.measures:
            raise UnknownNameError("measure", measure, self.measures)
        return measure

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {self.totals[name].mean():,.3g}" for name in self.measures[:4])
        return f"<Impact of a {self.kind}: {self.members.size} members; mean {told}>"
