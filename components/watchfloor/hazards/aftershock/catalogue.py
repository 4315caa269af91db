"""Possible catalogues of aftershocks, drawn from the law; with aftershocks of aftershocks if wanted."""

from dataclasses import dataclass

import numpy as np

from watchfloor.hazards.aftershock.rates import Law, expected, shared_time

__all__ = ["MOST", "Catalogue", "branching", "direct", "draw"]

MOST = 200_000
"""Events of one catalogue; a sequence that would have more is cut, and it is said."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Aftershocks.

    Parameters
    ----------
    day
        After the mainshock, rising.
    magnitude
        Of each.
    cut
        Whether there would have been more.
    """

    day: np.ndarray
    magnitude: np.ndarray
    cut: bool = False


def branching(law: Law, least: float, most: float, lasting: float) -> float:
    """Return how many aftershocks an aftershock has by itself within a time, days, on average.

    Magnitudes are those of Gutenberg and Richter between `least` and `most`, and the productivity grows with magnitude as
    fast as the numbers fall, as the law of Reasenberg and Jones has it: ``b ln 10 (most - least) / (1 - 10^(-b (most -
    least)))`` times that of an event of the least magnitude.
    """
    width = law.b * (most - least)
    each = float(expected(law, least, least, 0.0, lasting))
    return float(each * width * np.log(10.0) / (1.0 - 10.0**-width))


def direct(law: Law, least: float, most: float, lasting: float) -> Law:
    """Return the law of direct aftershocks that makes as many in all as a law that counts those of aftershocks too.

    In sum there are 1 / (1 - n) as many as direct ones, n being the branching ratio (Ogata 1988,
    doi:10.1080/01621459.1988.10478560; Sornette and Werner 2005, doi:10.1029/2004JB003535); n depends on the productivity,
    so that ``n / (1 - n)`` is that of the law given.
    """
    whole = branching(law, least, most, lasting)
    n = whole / (1.0 + whole)
    return Law(law.a + float(np.log10(1.0 - n)), law.b, law.c, law.p, law.spread)


def draw(
    law: Law,
    mainshock: float,
    least: float,
    start: float,
    end: float,
    random: np.random.Generator,
    *,
    most: float = 9.5,
    cascade: bool = False,
    before: tuple[np.ndarray, np.ndarray] | None = None,
) -> Catalogue:
    """Return one possible catalogue.

    Parameters
    ----------
    law
        Of the sequence; of direct aftershocks only, if `cascade`.
    mainshock
        Magnitude.
    least, most
        Magnitudes drawn.
    start, end
        Days after the mainshock.
    random
        Of chance.
    cascade
        Whether aftershocks have aftershocks of their own (ETAS: Ogata 1988).
    before
        Days and magnitudes of aftershocks that have been; with `cascade` they have aftershocks too.
    """
    seeds_day, seeds_size = np.zeros(1), np.array([mainshock])
    if cascade and before is not None:
        kept = before[1] >= least
        seeds_day, seeds_size = np.r_[0.0, before[0][kept]], np.r_[mainshock, before[1][kept]]
    days, sizes, total, cut = [np.zeros(0)], [np.zeros(0)], 0, False
    while seeds_day.size:
        since = np.maximum(start - seeds_day, 0.0)
        rate = 10.0 ** (law.a + law.b * (seeds_size - least)) * shared_time(
            law, since, np.maximum(end - seeds_day, since)
        )
        number = random.poisson(np.minimum(rate, MOST))
        if total + int(number.sum()) > MOST:
            cut = True
            number = np.minimum(number, max(0, MOST - total) // max(1, number.size))
        count = int(number.sum())
        if count == 0:
            break
        parent = np.repeat(np.arange(seeds_day.size), number)
        day = seeds_day[parent] + _times(law, since[parent], end - seeds_day[parent], random.random(count))
        size = _sizes(law.b, least, most, random.random(count))
        days.append(day)
        sizes.append(size)
        total += count
        if not cascade or cut:
            break
        seeds_day, seeds_size = day, size
    day, size = np.concatenate(days), np.concatenate(sizes)
    order = np.argsort(day, kind="stable")
    return Catalogue(day[order], size[order], cut)


def _times(law: Law, start: np.ndarray, end: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return times between starts and ends at which shares of the law's integral have passed."""
    begin, finish = start + law.c, end + law.c
    if abs(law.p - 1.0) < 1e-6:
        return np.asarray(begin * (finish / begin) ** share - law.c)
    power = 1.0 - law.p
    return np.asarray((begin**power + share * (finish**power - begin**power)) ** (1.0 / power) - law.c)


def _sizes(b: float, least: float, most: float, share: np.ndarray) -> np.ndarray:
    """Return magnitudes of Gutenberg and Richter between two ends."""
    return np.asarray(least - np.log10(1.0 - share * (1.0 - 10.0 ** (-b * (most - least)))) / b)
