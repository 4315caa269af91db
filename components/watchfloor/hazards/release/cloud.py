"""One cloud, told as maps: by tables along the axis of a steady plume, or by slugs that the wind carries about."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from watchfloor.hazards.grid import Grid
from watchfloor.hazards.release.dense import HEAVY, Dense, dense_number
from watchfloor.hazards.release.outflow import AIR, GAS, ambient_density, from_mass
from watchfloor.hazards.release.plume import axis, indoors, strength, sweep, vertical
from watchfloor.hazards.release.slug import Train, lay, tally
from watchfloor.hazards.release.stability import sigma
from watchfloor.hazards.release.substance import Substance

__all__ = ["Cloud", "drifting", "lethality", "steady"]

BREEZE = 1.0
"""Least wind in which a plume is one, m/s (EPA-454/B-95-003b, section 1.1.3)."""
Tell = Callable[[float], object]


@dataclass(frozen=True)
class Cloud:
    """Everything that one run needs to know.

    Parameters
    ----------
    grid
        Of the maps.
    places
        Row and column of each source.
    times
        Of the run's steps, seconds, shape (step + 1).
    rates
        Of release, kg/s, shape (step, source).
    changes
        Of indoor air, 1/h, shape (step).
    wind, aloft
        That carries the release, and at 10 m, m/s, shape (step).
    direction
        From which it blows, degrees, shape (step).
    number
        Of the stability class, shape (step).
    warm
        Temperature of the air, K.
    what
        The substance.
    cold
        Whether it comes out at its boiling point.
    height, receptor
        Of the release and of the nose, metres.
    terrain
        ``rural`` or ``urban``.
    spread
        Factor on the plume's spread.
    buoyancy
        ``automatic``, ``passive`` or ``dense``.
    threshold
        Concentration at which it has arrived, ppm.
    minutes
        Reference duration of the toxic load.
    """

    grid: Grid
    places: tuple[tuple[int, int], ...]
    times: np.ndarray
    rates: np.ndarray
    changes: np.ndarray
    wind: np.ndarray
    aloft: np.ndarray
    direction: np.ndarray
    number: np.ndarray
    warm: float
    what: Substance
    cold: bool
    height: float
    receptor: float
    terrain: str
    spread: float
    buoyancy: str
    threshold: float
    minutes: float

    @property
    def steady(self) -> bool:
        """Whether it is one source in a wind that neither turns nor falls calm."""
        return bool(
            len(self.places) == 1
            and self.wind.min() >= BREEZE
            and np.ptp(self.direction) < 1.0
            and np.ptp(self.wind) < 0.05 * self.wind.mean()
            and np.ptp(self.number) == 0
        )

    @cached_property
    def dense(self) -> Dense | None:
        """The dense cloud, where it is one."""
        rate = float(self.rates.max())
        if not self.steady or rate <= 0.0 or self.height > 5.0 or self.buoyancy == "passive":
            return None
        warm = min(self.warm, self.what.boiling) if self.cold else self.warm
        density = AIR * self.what.molar / (GAS * warm)
        air = ambient_density(self.warm)
        wind = float(self.aloft.mean())
        flow = rate / density
        if density <= air or (
            self.buoyancy == "automatic" and dense_number(flow, density, air, wind) < HEAVY
        ):
            return None
        return Dense(flow, density, air, wind, warm / self.warm)

    @property
    def lethal_exponent(self) -> float:
        """The n of the lethality, or 1."""
        return self.what.probit.n if self.what.probit is not None else 1.0


def lethality(load: np.ndarray, what: Substance) -> np.ndarray:
    """Return the probability of death of a load ``C^n t`` in ppm^n min; 0 where nothing is known of it.

    Examples
    --------
    >>> from watchfloor.hazards.release.substance import substance
    >>> round(float(lethality(np.array([250.0**2 * 30]), substance("chlorine"))[0]), 3)
    0.499
    """
    found = np.zeros_like(load)
    if what.probit is not None:
        some = load > 1e-12
        found[some] = ndtr(what.probit.a + what.probit.b * np.log(load[some]) - 5.0)
    return found


def steady(cloud: Cloud, frames: np.ndarray | None, tell: Tell) -> dict[str, np.ndarray]:
    """Return the maps of a plume in a steady wind."""
    grid, what, times = cloud.grid, cloud.what, cloud.times
    row, column = cloud.places[0]
    east, north = grid.x - grid.x[column], grid.y - grid.y[row]
    wind, number = float(cloud.wind.mean()), int(cloud.number[0])
    far = float(np.hypot(np.abs(east).max(), np.abs(north).max()))
    x = axis(far)
    side, up = (cloud.spread * value for value in sigma(x, number, cloud.terrain))
    dense = cloud.dense
    upwind, per = 0.0, from_mass(what.molar, cloud.warm)
    if dense is None:
        factor = per / wind / (np.sqrt(2 * np.pi) * side) * vertical(cloud.height, cloud.receptor, up)
        width = side
    else:
        # the spread that chance makes wider makes the dense cloud thinner too
        upwind = dense.upwind
        width = dense.half_width(x) * cloud.spread
        factor = 1e6 * dense.centre(x) / float(cloud.rates.max()) / cloud.spread**2
        wind = float(cloud.aloft.mean())
    table = np.stack([np.log(x), np.log(np.maximum(factor, 1e-300)), width])
    q = strength(x, side, wind, times, times, cloud.rates[:, 0])
    tell(0.1)
    inside = indoors(q, times, cloud.changes)
    minutes = times / 60.0
    n, lethal = what.exponent, cloud.lethal_exponent
    # a mean over time of the n-th power, and its n-th root: linear in the coefficient of a place
    tables = np.stack(
        [
            q.max(axis=1),
            np.trapezoid(q, minutes, axis=1),
            (np.trapezoid(q**n, minutes, axis=1) / cloud.minutes) ** (1.0 / n),
            np.trapezoid(q**lethal, minutes, axis=1) ** (1.0 / lethal),
            inside.max(axis=1),
            np.trapezoid(inside**lethal, minutes, axis=1) ** (1.0 / lethal),
        ]
    )
    front = np.maximum.accumulate(q, axis=1)
    maps, arrival, place, value = sweep(
        east, north, float(cloud.direction.mean()), table, {"hat": dense is not None, "upwind": upwind}, tables, front,
        float(times[1] - times[0]), cloud.threshold, float(times[-1]), lambda part: tell(0.1 + 0.8 * part),
    )  # fmt: skip
    # the source's own cell has what is half a cell away from it
    half = np.array([[0.5 * min(grid.dx, grid.dy)]])
    at = np.clip(
        (np.log(np.maximum(half, x[0])) - np.log(x[0])) / (np.log(x[1]) - np.log(x[0])), 0, x.size - 1
    )
    node = int(at[0, 0])
    peak = float(np.exp(table[1, node]) * tables[0, node])
    scale = min(1.0, 1e6 / peak) if peak > 0 else 0.0
    maps[:, row, column] = np.exp(table[1, node]) * scale * tables[:, node]
    place[row, column], value[row, column] = node, np.exp(table[1, node])
    if peak >= cloud.threshold:
        arrival[row, column] = times[int(np.argmax(cloud.rates[:, 0] > 0))]
    found = {
        "gas_concentration_max": maps[0],
        "gas_dose": maps[1],
        "toxic_exposure": maps[2],
        "arrival_time": arrival,
        "indoor_concentration_max": maps[4],
        "fatality_probability": lethality(maps[3] ** lethal, what),
        "indoor_fatality_probability": lethality(maps[5] ** lethal, what),
    }
    tell(0.95)
    if frames is not None:
        node_of = np.clip(np.round(place), 0, x.size - 1).astype(int)
        found["gas_concentration"] = np.stack(
            [np.minimum(value * q[:, k][node_of], 1e6).astype(np.float32) for k in frames]
        )
    return found


def drifting(cloud: Cloud, frames: np.ndarray | None, tell: Tell) -> dict[str, np.ndarray]:
    """Return the maps of slugs in a wind that turns or falls calm, or of several sources."""
    grid, what, times = cloud.grid, cloud.what, cloud.times
    trains = [Train(float(grid.x[c]), float(grid.y[r]), cloud.terrain, cloud.spread) for r, c in cloud.places]
    kept = np.zeros((8, *grid.shape))
    kept[7] = times[-1]
    before, now = np.zeros(grid.shape), np.zeros(grid.shape)
    per = from_mass(what.molar, cloud.warm)
    exponents = (float(what.exponent), float(cloud.lethal_exponent))
    shown = [before.astype(np.float32)] if frames is not None and 0 in frames else []
    for k in range(times.size - 1):
        tell(k / (times.size - 1))
        seconds = float(times[k + 1] - times[k])
        now[:] = 0.0
        for source, train in enumerate(trains):
            train.step(
                seconds, float(cloud.wind[k]), float(cloud.direction[k]), int(cloud.number[k]),
                float(cloud.rates[k, source]),
            )  # fmt: skip
            lay(grid.x, grid.y, train.nodes, train.mass, cloud.height, cloud.receptor, per, now)
        keep = float(np.exp(-cloud.changes[k] * seconds / 3600.0))
        tally(now, before, seconds / 60.0, float(times[k + 1]), keep, exponents, cloud.threshold, kept)
        if frames is not None and k + 1 in frames:
            shown.append(np.minimum(now, 1e6).astype(np.float32))
        before, now = now, before
    found = {
        "gas_concentration_max": kept[0],
        "gas_dose": kept[1],
        "toxic_exposure": (kept[2] / cloud.minutes) ** (1.0 / what.exponent),
        "arrival_time": kept[7],
        "indoor_concentration_max": kept[5],
        "fatality_probability": lethality(kept[3], what),
        "indoor_fatality_probability": lethality(kept[6], what),
    }
    if frames is not None:
        found["gas_concentration"] = np.stack(shown)
    return found
