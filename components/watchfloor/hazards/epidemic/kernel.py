"""One chance course of an epidemic in regions that visit each other, day by day, in whole people.

Susceptible, exposed, infectious, hospital, intensive care, recovered, dead: every stay ends with probability ``dt / D`` in
a step, so that its mean is D whatever the step (with ``1 - exp(-dt / D)`` stays would be longer: 5.5 instead of 5 days for
a step of a day, which shifts the final size by 3 %). Nobody appears or vanishes.
"""

import numpy as np
from numba import njit

__all__ = ["STATES", "course", "expected", "some"]

STATES = ("susceptible", "exposed", "infectious", "hospital", "intensive", "recovered", "dead")
"""Order of the states."""


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")  # type: ignore[misc]
def _mix(infectious, people, beta, factor, visits, leave, force):  # type: ignore[no-untyped-def]
    """Tell with what rate people of each region are infected, wherever they spend the day, 1/d."""
    regions = people.size
    push = np.zeros(regions)
    guests = np.empty(regions)
    for j in range(regions):
        guests[j] = people[j] * (1.0 - factor * leave[j])
        push[j] = infectious[j] * (1.0 - factor * leave[j])
    for i in range(regions):
        some = factor * people[i]
        ill = factor * infectious[i]
        for j in range(regions):
            guests[j] += some * visits[i, j]
            push[j] += ill * visits[i, j]
    for j in range(regions):
        push[j] = beta[j] * push[j] / guests[j] if guests[j] > 0.0 else 0.0
    for i in range(regions):
        met = 0.0
        for j in range(regions):
            met += visits[i, j] * push[j]
        force[i] = factor * met + (1.0 - factor * leave[i]) * push[i]


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def some(rng, count, chance, stays):  # type: ignore[no-untyped-def]
    """Draw how many of some people it happens to: binomial.

    By inversion, exactly, where fewer than 8 are expected on one side; else as a normal variate that is bent to the third
    moment of the binomial distribution and rounded (Cornish and Fisher 1938, doi:10.2307/1400905), which differs from it by
    less than 1 % anywhere and takes a fifth of the time. `stays` is the logarithm of the probability that it does not
    happen.
    """
    if count <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return count
    mirrored = chance > 0.5
    if mirrored:
        chance, stays = 1.0 - chance, np.log(chance)
    mean = count * chance
    if mean < 8.0:
        odds = chance / (1.0 - chance)
        share = np.exp(count * stays)
        left = rng.random()
        found = 0
        while left > share and found < count:
            left -= share
            found += 1
            share *= (count + 1.0) * odds / found - odds
    else:
        lean = 1.0 - 2.0 * chance
        z = rng.standard_normal()
        # what rounding and bending add to the variance is taken off first
        wide = np.sqrt(mean * (1.0 - chance) - 1.0 / 12.0 - lean * lean / 18.0)
        found = min(max(int(np.rint(mean + wide * z + lean * (z * z - 1.0) / 6.0)), 0), count)
    return count - found if mirrored else found


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[misc]
def course(rng, state, first, last, beta, travel, doses, visits, leave, ends, risks, beds, step, owed, out):  # type: ignore[no-untyped-def]
    """Bring an epidemic forward by some steps.

    Parameters
    ----------
    rng
        A NumPy generator.
    state
        People by state and region, int64, shape (7, region); changed.
    first, last
        Steps to take.
    beta
        Infections that one infectious person causes in a day among susceptible people, shape (step, region).
    travel
        Factor on visits, shape (step,).
    doses
        People made immune in a step, were all susceptible, shape (step, region).
    visits
        Part of a region's people who spend the day elsewhere, shape (region, region), diagonal 0.
    leave
        Row sums of `visits`.
    ends
        Probability that a stay ends in a step: exposed, infectious, hospital, intensive care.
    risks
        Of hospital among infected; of intensive care, and of death, among hospital patients; of death in intensive care;
        factor on death without a bed.
    beds
        Hospital and intensive care beds, shape (step, 2, region).
    step
        Days.
    owed
        Parts of doses that are carried over to the next step, shape (region,); changed.
    out
        New infections a day, hospital patients, intensive care patients, the days without enough beds, and who was
        susceptible at the beginning, shape (5, step, region).
    """
    regions = state.shape[1]
    people = np.zeros(regions)
    for i in range(regions):
        for k in range(6):
            people[i] += state[k, i]
    force = np.zeros(regions)
    ends_log = np.log1p(-np.minimum(ends, 1.0 - 1e-15))
    risks_log = np.log1p(-np.minimum(risks[:4], 1.0 - 1e-15))
    for t in range(first, last):
        _mix(state[2], people, beta[t], travel[t], visits, leave, force)
        for i in range(regions):
            s, e, c = state[0, i], state[1, i], state[2, i]
            caught = some(rng, s, -np.expm1(-force[i] * step), -force[i] * step)
            turned = some(rng, e, ends[0], ends_log[0])
            over = some(rng, c, ends[1], ends_log[1])
            taken = some(rng, over, risks[0], risks_log[0])
            h, u = state[3, i], state[4, i]
            left = some(rng, h, ends[2], ends_log[2])
            worse = some(rng, left, risks[1], risks_log[1])
            gone = some(rng, u, ends[3], ends_log[3])
            if h <= beds[t, 0, i]:
                dying = some(rng, left - worse, risks[2], risks_log[2])
            else:
                risk = min(1.0, risks[2] * (1.0 + (risks[4] - 1.0) * (1.0 - beds[t, 0, i] / h)))
                dying = some(rng, left - worse, risk, np.log1p(-risk) if risk < 1.0 else 0.0)
            if u <= beds[t, 1, i]:
                lost = some(rng, gone, risks[3], risks_log[3])
            else:
                risk = min(1.0, risks[3] * (1.0 + (risks[4] - 1.0) * (1.0 - beds[t, 1, i] / u)))
                lost = some(rng, gone, risk, np.log1p(-risk) if risk < 1.0 else 0.0)
            # a dose is given to anybody, and only those who are susceptible gain by it
            held = 0
            if doses[t, i] > 0.0 and people[i] > 0.0:
                owed[i] += doses[t, i] * (s - caught) / people[i]
                held = min(int(owed[i]), s - caught)
                owed[i] -= held
            state[0, i] += -caught - held
            state[1, i] += caught - turned
            state[2, i] += turned - over
            state[3, i] += taken - left
            state[4, i] += worse - gone
            state[5, i] += over - taken + left - worse - dying + gone - lost + held
            state[6, i] += dying + lost
            people[i] -= dying + lost
            out[0, t, i] = caught / step
            out[1, t, i] = state[3, i]
            out[2, t, i] = state[4, i]
            out[4, t, i] = s
            if state[3, i] > beds[t, 0, i] or state[4, i] > beds[t, 1, i]:
                out[3, t, i] = step


def expected(
    number: float, infectious: float, latent: float = 0.0, step: float = 1.0, seed: float = 1e-7
) -> tuple[float, float]:
    """Return the final size and the peak of the infectious share of one large region without chance.

    Parameters
    ----------
    number
        Reproduction number.
    infectious, latent
        Mean stays, days; a latent period of 0 is left out (SIR).
    step
        Days.
    seed
        Share that is infectious at first.

    Examples
    --------
    >>> round(expected(2.0, 5.0, 3.0)[0], 4)
    0.7968
    """
    s, e, i, peak = 1.0 - seed, 0.0, seed, seed
    beta = number / infectious
    for _ in range(int(4000 / step)):
        caught = s * -np.expm1(-beta * i * step)
        turned = e * step / latent if latent > 0 else caught
        over = i * step / infectious
        s, e, i = s - caught, (e + caught - turned if latent > 0 else 0.0), i + turned - over
        peak = max(peak, i)
        if e + i < 1e-12:
            break
    return float(1.0 - s), float(peak)
