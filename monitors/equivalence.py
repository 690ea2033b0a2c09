"""Whether there is an effect, whether there is none, and how many runs it takes to know.

That an effect is not significant is no evidence that there is none: with few runs nothing is. So
there are three answers. There is *more* (or *less*) than nothing, by a one-sided test; there is
*none* worth the name, by two one-sided tests against a margin (TOST); or the question is *open*,
and it can be said how many runs would close it. What is counted are clusters, which are runs:
decisions of one run share its luck, and counting them as independent makes every answer too sure.
"""

from collections.abc import Sequence
from math import ceil, inf, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Literal, NamedTuple

from monitors.metrics import Interval
from monitors.tail import beta_tail, inverse

Finding = Literal["more", "less", "none", "open"]

LEVEL = 0.05
"""Of each one-sided test."""

POWER = 0.8


class Mean(NamedTuple):
    """A mean over clusters, its standard error, and the degrees of freedom behind that."""

    value: float
    error: float
    degrees: int

    def interval(self, level: float = 0.95) -> Interval:
        """Return Student's interval; without a degree of freedom it is everything."""
        if self.degrees < 1:
            return Interval(-inf, inf)
        wide = student((1 + level) / 2, self.degrees) * self.error
        return Interval(self.value - wide, self.value + wide)


def mean_of(clusters: Sequence[float]) -> Mean:
    """Return the mean of one value a cluster; at least one cluster.

    Examples
    --------
    >>> low, high = mean_of([1.0, 2.0, 3.0, 4.0]).interval()
    >>> round(low, 3), round(high, 3)
    (0.446, 4.554)
    """
    if not clusters:
        raise ValueError("there is no cluster to average")
    number = len(clusters)
    error = stdev(clusters) / sqrt(number) if number > 1 else inf
    return Mean(fmean(clusters), error, number - 1)


def finding(mean: Mean, margin: float) -> Finding:
    """Return what may be said of a mean: none comes first, for a trifle may be significant.

    Parameters
    ----------
    mean
        What was measured.
    margin
        Up to here an effect is as good as none, above 0.

    Examples
    --------
    >>> [finding(Mean(value, 1.0, 30), margin=2.0) for value in (5.0, -5.0, 0.1, 1.0)]
    ['more', 'less', 'none', 'open']

    References
    ----------
    Schuirmann (1987), *A comparison of the two one-sided tests procedure*, J. Pharmacokinetics
    and Biopharmaceutics 15(6).
    """
    low, high = mean.interval(1 - 2 * LEVEL)
    if -margin <= low and high <= margin:
        return "none"
    if low > 0:
        return "more"
    return "less" if high < 0 else "open"


def clusters_to_clear(spread: float, margin: float) -> int:
    """Return how many clusters clear an effect that is nothing, four times out of five.

    Parameters
    ----------
    spread
        Standard deviation from cluster to cluster.
    margin
        Up to here an effect is as good as none, above 0.

    Examples
    --------
    >>> clusters_to_clear(spread=10.0, margin=5.0)
    35
    """
    normal = NormalDist()
    reach = normal.inv_cdf(1 - LEVEL) + normal.inv_cdf((1 + POWER) / 2)
    return max(2, ceil((reach * spread / margin) ** 2))


def decisions_to_part(distance: float) -> float:
    """Return how many decisions of each of two organisms part them, four times out of five.

    Parameters
    ----------
    distance
        Between their means, in standard deviations of one decision (d'), from 0.

    Examples
    --------
    >>> [round(decisions_to_part(d), 1) for d in (0.59, 1.79, 30.0)]
    [35.5, 3.9, 0.0]
    >>> decisions_to_part(0.0)
    inf
    """
    normal = NormalDist()
    reach = normal.inv_cdf(1 - LEVEL) + normal.inv_cdf(POWER)
    return 2 * (reach / distance) ** 2 if distance else inf


def student(level: float, degrees: int) -> float:
    """Return the quantile of Student's distribution, at a level of 0.5 or more.

    Examples
    --------
    >>> [round(student(0.975, degrees), 4) for degrees in (1, 4, 30)]
    [12.7062, 2.7764, 2.0423]
    """
    if not 0.5 <= level < 1 or degrees < 1:
        raise ValueError(f"there is no quantile at {level} with {degrees} degrees of freedom")

    def below(t: float) -> float:
        return 1 - beta_tail(degrees / (degrees + t * t), degrees / 2, 0.5) / 2

    return inverse(below, level, 0.0, inf)
