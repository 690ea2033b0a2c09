"""Tails of the binomial and the Poisson distribution, and their inverses, exact and without numpy.

Both are special functions: the binomial tail is a regularised incomplete beta, the Poisson tail
a regularised incomplete gamma. Their inverses are found by bisection, to the last digit.
"""

from collections.abc import Callable
from math import exp, inf, lgamma, log, log1p

_MOST_STEPS = 10_000
_TINY = 1e-300
_EPSILON = 3e-16


def beta_tail(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function: P(Beta(a, b) <= x).

    It is also the probability of at least ``a`` successes in ``a + b - 1`` trials of rate ``x``.

    Parameters
    ----------
    x
        In [0, 1].
    a, b
        Above 0.

    Examples
    --------
    >>> round(beta_tail(0.5, 9, 2), 6)
    0.010742

    References
    ----------
    Press et al. (2007), *Numerical Recipes*, 6.4: the continued fraction, by Lentz's method.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_tail(1 - x, b, a)
    front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(front) * _beta_fraction(x, a, b) / a


def _beta_fraction(x: float, a: float, b: float) -> float:
    last, ratio = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = ratio
    for m in range(1, _MOST_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            ratio = 1 / _away(1 + term * ratio)
            last = _away(1 + term / last)
            value *= ratio * last
        if abs(ratio * last - 1) < _EPSILON:
            break
    return value


def gamma_tail(x: float, a: float) -> float:
    """Return the regularised lower incomplete gamma function: P(Gamma(a) <= x).

    It is also the probability of at least ``a`` events where ``x`` are expected.

    Examples
    --------
    >>> round(gamma_tail(3.0, 1), 6) == round(1 - exp(-3.0), 6)
    True
    """
    if x <= 0:
        return 0.0
    front = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, _MOST_STEPS):
            term *= x / (a + step)
            total += term
            if term < total * _EPSILON:
                break
        return front * total
    return 1 - front * _gamma_fraction(x, a)


def _gamma_fraction(x: float, a: float) -> float:
    base = x + 1 - a
    last, ratio = 1 / _TINY, 1 / _away(base)
    value = ratio
    for step in range(1, _MOST_STEPS):
        term = -step * (step - a)
        base += 2
        ratio = 1 / _away(base + term * ratio)
        last = _away(base + term / last)
        value *= ratio * last
        if abs(ratio * last - 1) < _EPSILON:
            break
    return value


def _away(value: float) -> float:
    """Keep a denominator from being zero."""
    return value if abs(value) > _TINY else _TINY


def inverse(rising: Callable[[float], float], level: float, low: float, high: float) -> float:
    """Return where a rising function reaches ``level``, between ``low`` and ``high``.

    An infinite ``high`` is looked for by doubling.

    Examples
    --------
    >>> round(inverse(lambda x: x * x, 2.0, 0.0, inf), 9)
    1.414213562
    """
    if high == inf:
        high = max(1.0, 2 * low)
        while rising(high) < level:
            high *= 2
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        if rising(middle) < level:
            low = middle
        else:
            high = middle
