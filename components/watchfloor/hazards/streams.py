"""Randomness by name: one stream for each uncertain quantity and member, so that runs can be compared.

Two plans run with the same seed meet the same rain, the same soil and the same failures (common random numbers,
Law 2015, Simulation Modeling and Analysis, section 11.2), whatever else they draw and however many workers there are.
"""

import zlib
from dataclasses import dataclass

import numpy as np

__all__ = ["Streams"]


@dataclass(frozen=True)
class Streams:
    """The random streams of one member of an ensemble.

    Parameters
    ----------
    seed
        Of the whole ensemble.
    member
        Number of the member; 0 is the control, which models leave at their central values.

    Examples
    --------
    >>> first, again = Streams(1, 3)("flood.rain").normal(), Streams(1, 3)("flood.rain").normal()
    >>> first == again, first == Streams(1, 4)("flood.rain").normal()
    (True, False)
    """

    seed: int
    member: int

    @property
    def control(self) -> bool:
        """Whether this is the control: every uncertain quantity at its central value."""
        return self.member == 0

    def __call__(self, name: str) -> np.random.Generator:
        """Return a new generator at the beginning of the stream of a quantity, such as ``flood.rain``."""
        key = (self.member, zlib.crc32(name.encode("utf-8")))
        return np.random.Generator(np.random.Philox(np.random.SeedSequence(self.seed, spawn_key=key)))

    def factor(self, name: str, spread: float) -> float:
        """Return a log-normal factor with median 1; 1 for the control.

        Parameters
        ----------
        name
            Of the stream.
        spread
            Standard deviation of its logarithm.
        """
        return 1.0 if self.control else float(np.exp(self(name).normal(0.0, spread)))

    def shift(self, name: str, spread: float) -> float:
        """Return a normal shift with mean 0 and standard deviation `spread`; 0 for the control."""
        return 0.0 if self.control else float(self(name).normal(0.0, spread))
