"""Streams of an honest or biased fleet, and detectors run over many of them at once, in numpy.

Arrays have events first and streams last; with instances, (turns, instances, streams): in each
sweep every instance acts once. The recursions are the definitions, written as sums and products
along the first axis; a test holds them against the monitors' own engine, event by event.

The honest draw is a need times lognormal noise of mean 1: x = exp(s Z - s*s/2) with s = 0.3.
"""

from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from monitors.betting import STAKES

Array = NDArray[np.float64]
Times = NDArray[np.int64]

NOISE = 0.3
"""The standard deviation of log(taken / needed)."""

OVERSHOOT = erf(NOISE / 2 / sqrt(2))
"""The honest mean of what is taken above the need, as a share of it."""


def drawn(chance: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw what honest agents take, as a share of what they need."""
    return np.exp(NOISE * chance.standard_normal(shape) - NOISE**2 / 2)


def cusum(before: Array, steps: Array) -> Array:
    """Return the path of CUSUM, max(0, W + step), from where it stood."""
    walk = np.cumsum(steps, axis=0) + before
    return np.asarray(walk - np.minimum(np.minimum.accumulate(walk, axis=0), 0))


def shiryaev_roberts(before: Array, bets: Array) -> Array:
    """Return the path of M = (M + 1) e, from where it stood."""
    product = np.cumprod(bets, axis=0)
    earlier = np.ones_like(product)
    earlier[1:] = 1 / product[:-1]
    return np.asarray(product * (before + np.cumsum(earlier, axis=0)))


def summed(before: Array, path: Array) -> Array:
    """Return, event by event, the sum over instances of a statistic that each has of its own.

    ``path`` is (turns, instances, streams); only the acting instance's part moves.
    """
    earlier = np.concatenate([before[None], path[:-1]])
    events = (path - earlier).reshape(-1, path.shape[-1])
    return np.asarray(np.cumsum(events, axis=0) + before.sum(axis=0))


def mixed(logs: list[Array]) -> Array:
    """Return the log of the mean of statistics that are given by their logs."""
    total = logs[0]
    for each in logs[1:]:
        total = np.logaddexp(total, each)
    return np.asarray(total - np.log(len(logs)))


def bets_of(taken: Array) -> list[Array]:
    """Return, for each stake, what it multiplies wealth by."""
    return [1 + stake * (taken - 1) for stake in STAKES]


class FirstTimes:
    """When each stream first reaches a threshold, in events; ``horizon`` where it never does."""

    def __init__(self, streams: int, horizon: int) -> None:
        self.horizon = horizon
        self.times: Times = np.full(streams, horizon, dtype=np.int64)
        self.damage = np.full(streams, np.nan)

    def look(self, path: Array, threshold: float, seen: int, excess: Array) -> None:
        """Take up a block of a path; ``seen`` events came before it."""
        hit = path >= threshold
        fresh = hit.any(axis=0) & (self.times == self.horizon)
        if fresh.any():
            at = hit.argmax(axis=0)[fresh]
            self.times[fresh] = seen + at + 1
            self.damage[fresh] = excess[at, np.flatnonzero(fresh)]

    @property
    def rate(self) -> float:
        """Share of streams that reached it."""
        return float((self.times < self.horizon).mean())

    @property
    def is_over(self) -> bool:
        """Whether all did."""
        return bool((self.times < self.horizon).all())
