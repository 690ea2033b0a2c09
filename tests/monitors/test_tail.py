"""Incomplete beta and gamma functions against sums of their terms."""

from math import comb, exp, factorial, inf

import pytest

from monitors.tail import beta_tail, gamma_tail, inverse


@pytest.mark.parametrize("rate", [0.0, 1e-6, 0.05, 0.5, 0.97, 1.0])
@pytest.mark.parametrize("trials", [1, 12, 150])
def test_the_incomplete_beta_is_a_binomial_tail(trials: int, rate: float) -> None:
    for least in {1, 1 + trials // 20, trials}:
        terms = (
            comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(least, trials + 1)
        )
        found = beta_tail(rate, least, trials - least + 1)
        assert found == pytest.approx(sum(terms), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("mean", [0.0, 0.1, 3.0, 40.0])
def test_the_incomplete_gamma_is_a_poisson_tail(mean: float) -> None:
    for least in (1, 4, 30):
        below = sum(exp(-mean) * mean**k / factorial(k) for k in range(least))
        assert gamma_tail(mean, least) == pytest.approx(1 - below, rel=1e-7, abs=1e-13)


def test_an_inverse_is_found_to_the_last_digit() -> None:
    assert inverse(lambda x: x**3, 27.0, 0.0, inf) == pytest.approx(3.0, abs=1e-15)
    assert beta_tail(inverse(lambda p: beta_tail(p, 3, 8), 0.025, 0.0, 1.0), 3, 8) == (
        pytest.approx(0.025, abs=1e-14)
    )
