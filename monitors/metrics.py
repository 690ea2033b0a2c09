"""Figures of merit, as pure functions: what may be said of a monitor from so many runs."""

from math import exp, fsum, lgamma, log, log1p


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
    if not 0 <= successes <= trials:
        raise ValueError(f"successes is {successes}; it must lie between 0 and {trials}")
    if successes == 0 or rate in (0.0, 1.0):
        return float(successes == 0 or rate == 1.0)
    return min(
        1.0, fsum(exp(_log_pmf(each, trials, rate)) for each in range(successes, trials + 1))
    )


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
