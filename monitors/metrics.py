"""Figures of merit as pure functions: rates and their exact intervals, comparisons, forecasts.

Times and damage are in :mod:`monitors.survival`, scores in :mod:`monitors.ranking`, what is
drawn again in :mod:`monitors.resampling`. The unit is everywhere one independent *run*.
"""

from collections.abc import Iterable, Sequence
from math import ceil, exp, fsum, inf, lgamma, log, log1p
from typing import NamedTuple

from monitors.tail import beta_tail, gamma_tail, inverse


class Interval(NamedTuple):
    """A confidence interval, its ends included."""

    low: float
    high: float


def binomial_tail(successes: int, trials: int, rate: float) -> float:
    """Return the probability of at least so many successes.

    Parameters
    ----------
    successes, trials
        Counts, from 0.
    rate
        The probability of one success, in [0, 1].

    Examples
    --------
    >>> binomial_tail(0, 10, 0.5), round(binomial_tail(9, 10, 0.5), 6)
    (1.0, 0.010742)
    """
    _check_counts(successes, trials)
    if successes == 0 or rate in (0.0, 1.0):
        return float(successes == 0 or rate == 1.0)
    return min(
        1.0, fsum(exp(_log_pmf(each, trials, rate)) for each in range(successes, trials + 1))
    )


def _check_counts(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(f"successes is {successes}; it must lie between 0 and {trials}")


def _log_pmf(successes: int, trials: int, rate: float) -> float:
    failures = trials - successes
    ways = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(failures + 1)
    return ways + successes * log(rate) + failures * log1p(-rate)


def is_refuted(alarms: int, runs: int, nominal: float, level: float = 0.01) -> bool:
    """Return whether so many false alarms refute a nominal rate.

    An exact one-sided binomial test, so that a bound is not called broken for bad luck, nor
    kept for want of runs: at 5% and a level of 1%, more than 18 of 200 refute, or more than 123
    of 2,000.

    Parameters
    ----------
    alarms, runs
        Runs of honest fleets with a false alarm, of all such runs.
    nominal
        The rate that is claimed, in (0, 1).
    level
        The probability of refuting a true claim, in (0, 1).

    Examples
    --------
    >>> is_refuted(18, 200, 0.05), is_refuted(19, 200, 0.05)
    (False, True)
    >>> is_refuted(123, 2000, 0.05), is_refuted(124, 2000, 0.05)
    (False, True)

    References
    ----------
    Clopper, Pearson (1934), *The use of confidence or fiducial limits*, Biometrika 26(4).
    """
    return binomial_tail(alarms, runs, nominal) < level


def most_allowed(runs: int, nominal: float, level: float = 0.01) -> int:
    """Return how many false alarms a nominal rate survives in so many runs.

    Examples
    --------
    >>> most_allowed(200, 0.05), most_allowed(2000, 0.05), most_allowed(1, 0.05)
    (18, 123, 1)
    """
    return next(n for n in range(runs + 1) if n == runs or is_refuted(n + 1, runs, nominal, level))


def clopper_pearson(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Return the exact interval of a rate; without any trial it is everything.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 59)
    >>> low, round(high, 4)
    (0.0, 0.0606)
    >>> [round(end, 4) for end in clopper_pearson(10, 200)]
    [0.0242, 0.09]

    References
    ----------
    Clopper, Pearson (1934), *The use of confidence or fiducial limits*, Biometrika 26(4).
    """
    _check_counts(successes, trials)
    tail, failures = (1 - level) / 2, trials - successes
    low = high = 0.0
    if successes:
        low = inverse(lambda p: beta_tail(p, successes, failures + 1), tail, 0.0, 1.0)
    if failures:
        high = inverse(lambda p: beta_tail(p, successes + 1, failures), 1 - tail, 0.0, 1.0)
    return Interval(low, high if failures else 1.0)


def silent_runs_for(rate: float, level: float = 0.95) -> int:
    """Return how many runs without any alarm bound the false alarm rate by ``rate``.

    Examples
    --------
    >>> silent_runs_for(0.05), silent_runs_for(0.01), silent_runs_for(0.001)
    (59, 299, 2995)
    """
    return ceil(log(1 - level) / log1p(-rate))


class RunLength(NamedTuple):
    """An average run length between false alarms, and its exact interval; infinite for none."""

    mean: float
    low: float
    high: float


def run_length(alarms: int, exposure: float, level: float = 0.95) -> RunLength:
    """Return the average run length: how much is watched between two false alarms.

    Alarms are taken as Poisson. Where there was none, only a lower bound can be told, and it is
    one-sided: ``exposure / 3`` at 95%.

    Parameters
    ----------
    alarms
        How many there were on honest fleets.
    exposure
        How much was watched, such as events or rounds; above 0.
    level
        Of confidence, in (0, 1).

    Examples
    --------
    >>> [round(each) for each in run_length(4, 400_000)]
    [100000, 39056, 367018]
    >>> round(run_length(0, 300).low), run_length(0, 300).mean
    (100, inf)

    References
    ----------
    Garwood (1936), *Fiducial limits for the Poisson distribution*, Biometrika 28(3/4).
    """
    if alarms < 0 or exposure <= 0:
        raise ValueError(f"{alarms} alarms in {exposure}: counts are from 0, exposure above 0")
    if not alarms:
        return RunLength(inf, exposure / -log(1 - level), inf)
    tail = (1 - level) / 2
    most = inverse(lambda x: gamma_tail(x, alarms + 1), 1 - tail, 0.0, inf)
    least = inverse(lambda x: gamma_tail(x, alarms), tail, 0.0, inf)
    return RunLength(exposure / alarms, exposure / most, exposure / least)


def precision(prevalence: float, caught: float, false: float) -> float:
    """Return the share of alarms that are right (the PPV), where ``prevalence`` runs are bad.

    Parameters
    ----------
    prevalence
        Share of bad runs, in [0, 1].
    caught, false
        Share of bad and of honest runs that alarm.

    Examples
    --------
    >>> round(precision(0.001, 0.9, 0.01), 3)
    0.083
    """
    right, wrong = prevalence * caught, (1 - prevalence) * false
    return right / (right + wrong) if right + wrong else 0.0


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided exact p value of two monitors alarming equally often on equal seeds.

    Parameters
    ----------
    only_first, only_second
        Runs in which only the one, or only the other, alarmed.

    Examples
    --------
    >>> mcnemar(0, 0), round(mcnemar(9, 1), 4)
    (1.0, 0.0215)

    References
    ----------
    McNemar (1947), *Note on the sampling error of the difference between correlated
    proportions*, Psychometrika 12(2); in its exact, binomial form.
    """
    either = only_first + only_second
    return min(1.0, 2 * binomial_tail(max(only_first, only_second), either, 0.5))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for how many there are, in the order given.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]

    References
    ----------
    Holm (1979), *A simple sequentially rejective multiple test procedure*, Scand. J. Stat. 6(2).
    """
    adjusted, least = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = least
    return adjusted


def brier(forecasts: Iterable[tuple[float, bool]]) -> float:
    """Return the mean squared error of probabilities: 0 is perfect, always saying 50% is 0.25.

    Examples
    --------
    >>> round(brier([(0.8, True), (0.8, False)]), 2)
    0.34

    References
    ----------
    Brier (1950), *Verification of forecasts expressed in terms of probability*, MWR 78(1).
    """
    errors = [(probability - came_true) ** 2 for probability, came_true in forecasts]
    if not errors:
        raise ValueError("there is no forecast to score")
    return fsum(errors) / len(errors)
