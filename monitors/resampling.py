"""Drawing runs again: intervals for figures that have no formula, by run and by pairs of runs.

What is drawn is a whole run, with everything in it: events of one run stand and fall together,
and counting them as independent makes every interval too narrow. Chance comes from a seed.
"""

from collections.abc import Callable, Sequence
from math import fsum
from random import Random
from typing import NamedTuple, TypeVar

from monitors.metrics import Interval

T = TypeVar("T")

RESAMPLES = 2_000


def bootstrap(
    runs: Sequence[T],
    statistic: Callable[[Sequence[T]], float],
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """Return the percentile interval of a statistic, whole runs drawn again.

    Parameters
    ----------
    runs
        One value a run, of any kind; at least one. A cluster is a run: hand all of it over.
    statistic
        What is computed of them.
    seed
        The source of all chance.
    resamples
        How often runs are drawn.
    level
        Of confidence, in (0, 1).

    Examples
    --------
    >>> low, high = bootstrap([0.0, 1.0] * 50, lambda runs: sum(runs) / len(runs))
    >>> low < 0.5 < high and high - low < 0.25
    True

    References
    ----------
    Efron, Tibshirani (1993), *An Introduction to the Bootstrap*; Field, Welsh (2007),
    *Bootstrapping clustered data*, JRSS B 69(3).
    """
    if not runs:
        raise ValueError("there is no run to draw from")
    luck = Random(seed)
    drawn = sorted(statistic(luck.choices(runs, k=len(runs))) for _ in range(resamples))
    outside = int((1 - level) / 2 * resamples)
    return Interval(drawn[outside], drawn[-1 - outside])


class Gap(NamedTuple):
    """A mean difference, and its interval."""

    mean: float
    low: float
    high: float


def paired(
    first: Sequence[float],
    second: Sequence[float],
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Gap:
    """Return the mean of ``first - second`` over equal seeds, pairs drawn again together.

    With times cut at the end of the run it is the difference of two restricted means. Pairing
    is what makes it sharp: both monitors looked at the very same runs.

    Examples
    --------
    >>> paired([10.0, 12.0, 11.0], [5.0, 7.0, 6.0])
    Gap(mean=5.0, low=5.0, high=5.0)
    """
    gaps = [one - other for one, other in zip(first, second, strict=True)]

    def mean(values: Sequence[float]) -> float:
        return fsum(values) / len(values)

    return Gap(mean(gaps), *bootstrap(gaps, mean, seed, resamples))
