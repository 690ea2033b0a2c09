"""Scores of bad and of honest runs side by side: what is caught at a false-alarm rate, and AUROC.

Told last, and never alone: a sequential monitor has no single score, and which rate can be kept
is the question. What a sample cannot carry raises :class:`TooFew`, which says how many are missing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import ceil, exp, inf, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from monitors.metrics import Interval, binomial_tail, clopper_pearson

RUNS_PER_RATE = 3
"""A rate takes this many runs over itself before anything is told of it: 300 for 1%."""


class TooFew(ValueError):
    """A sample cannot carry a figure; ``missing`` honest runs more could."""

    def __init__(self, what: str, honest: int, needed: int) -> None:
        self.missing = needed - honest
        super().__init__(f"{what} takes {needed:,} honest runs, and {self.missing:,} are missing")


class Caught(NamedTuple):
    """What is caught at one threshold.

    ``false`` is the *actual* share of honest runs above it, never more than what was asked for;
    ``interval`` is that of ``caught`` at the rate that was asked for, with the threshold's own
    uncertainty in it.
    """

    threshold: float
    false: float
    caught: float
    interval: Interval


def caught_at(
    bad: Sequence[float], honest: Sequence[float], rate: float, level: float = 0.95
) -> Caught:
    """Return the share of bad runs that score above all but ``rate`` of the honest ones.

    Parameters
    ----------
    bad, honest
        One score a run; at least one bad one, and at least ``3 / rate`` honest ones.
    rate
        The false-alarm rate, in (0, 1); also an audit budget: the share of honest runs that
        somebody has time to look at.
    level
        Of confidence, in (0, 1).

    Raises
    ------
    TooFew
        If there are too few honest runs.

    Examples
    --------
    >>> found = caught_at([0.95] * 9 + [0.1], [n / 100 for n in range(100)], rate=0.05)
    >>> found.threshold, found.false, found.caught
    (0.94, 0.05, 0.9)
    >>> caught_at([1.0], [0.0] * 30, rate=0.01)
    Traceback (most recent call last):
    monitors.ranking.TooFew: 1% false alarms takes 300 honest runs, and 270 are missing

    References
    ----------
    Half of the error goes to the threshold, by order statistics, and half to the rate above it,
    by Clopper and Pearson (1934): wide, and never too narrow.
    """
    needed = ceil(RUNS_PER_RATE / rate - 1e-9)
    if len(honest) < needed:
        raise TooFew(_percent(rate), len(honest), needed)
    if not bad:
        raise ValueError("there is no bad run to catch")
    ranked, scores = sorted(honest), sorted(bad)
    allowed = int(rate * len(ranked) + 1e-9)
    threshold = ranked[-1 - allowed]
    part = (1 + level) / 2
    least, most = _threshold_bounds(ranked, rate, part)
    low = clopper_pearson(_above(scores, most), len(scores), part).low
    high = clopper_pearson(_above(scores, least), len(scores), part).high
    return Caught(
        threshold,
        _above(ranked, threshold) / len(ranked),
        _above(scores, threshold) / len(scores),
        Interval(low, high),
    )


def _percent(rate: float) -> str:
    return f"{100 * rate:g}% false alarms"


def _above(ranked: Sequence[float], threshold: float) -> int:
    return len(ranked) - bisect_right(ranked, threshold)


def _threshold_bounds(ranked: Sequence[float], rate: float, level: float) -> tuple[float, float]:
    """Return between which honest scores the true threshold of ``rate`` lies."""
    count, tail = len(ranked), (1 - level) / 2
    # The number of honest runs above the true threshold is binomial.
    many = next(n for n in range(count + 2) if n > count or binomial_tail(n, count, rate) <= tail)
    few = next((n for n in range(count + 1) if 1 - binomial_tail(n + 1, count, rate) > tail), count)
    least = ranked[count - many] if many <= count else -inf
    return least, ranked[count - few] if few else inf


class Area(NamedTuple):
    """The probability that a bad run scores above an honest one (ties count half)."""

    value: float
    low: float
    high: float


def auroc(bad: Sequence[float], honest: Sequence[float], level: float = 0.95) -> Area:
    """Return the area under the ROC curve, with DeLong's interval on the logit scale.

    On the plain scale that interval covers too little near 1. Where the two are parted
    altogether its width would be 0: then the bound is that of as many independent pairs, all in
    the right order.

    Raises
    ------
    ValueError
        If one of the two has fewer than two runs.

    Examples
    --------
    >>> [round(each, 3) for each in auroc([3, 4, 5, 6, 7], [1, 2, 3, 4, 5])]
    [0.82, 0.424, 0.966]
    >>> [round(each, 3) for each in auroc([8, 9] * 10, [1, 2] * 10)]
    [1.0, 0.832, 1.0]

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), *Comparing the areas under two or more correlated
    ROC curves*, Biometrics 44(3); the logit: Pepe (2003), *The Statistical Evaluation of Medical
    Tests*.
    """
    if len(bad) < 2 or len(honest) < 2:
        raise ValueError(f"{len(bad)} bad and {len(honest)} honest runs; it takes two of each")
    of_bad, of_honest = _placements(bad, honest), _placements(honest, bad)
    area = sum(of_bad) / len(bad)
    variance = _variance(of_bad) / len(bad) + _variance(of_honest) / len(honest)
    if area in (0.0, 1.0) or not variance:
        bound = ((1 - level) / 2) ** (1 / min(len(bad), len(honest)))
        if area == 1.0:
            return Area(area, bound, 1.0)
        return Area(area, 0.0, 1 - bound) if area == 0.0 else Area(area, area, area)
    reach = NormalDist().inv_cdf((1 + level) / 2) * sqrt(variance) / (area * (1 - area))
    odds = log(area / (1 - area))
    return Area(area, _logistic(odds - reach), _logistic(odds + reach))


def _placements(ours: Sequence[float], others: Sequence[float]) -> list[float]:
    """Return for each of our runs the share of the others that it scores above."""
    ranked = sorted(others)
    return [
        (bisect_left(ranked, score) + bisect_right(ranked, score)) / (2 * len(ranked))
        for score in ours
    ]


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -700 else 0.0
