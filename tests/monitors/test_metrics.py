"""Rates, their exact intervals, comparisons and forecasts, against values known from elsewhere."""

from math import comb, inf, log

import pytest

from monitors.metrics import (
    binomial_tail,
    brier,
    clopper_pearson,
    holm,
    is_refuted,
    mcnemar,
    most_allowed,
    precision,
    run_length,
    silent_runs_for,
)


@pytest.mark.parametrize(("trials", "rate"), [(1, 0.3), (17, 0.05), (200, 0.05)])
def test_a_binomial_tail_is_the_sum_of_its_terms(trials: int, rate: float) -> None:
    for successes in range(trials + 1):
        terms = (
            comb(trials, k) * rate**k * (1 - rate) ** (trials - k)
            for k in range(successes, trials + 1)
        )
        assert binomial_tail(successes, trials, rate) == pytest.approx(sum(terms), rel=1e-9)


def test_a_rate_is_refuted_where_an_exact_test_refutes_it() -> None:
    assert [most_allowed(runs, 0.05) for runs in (20, 200, 2000)] == [4, 18, 123]
    assert not is_refuted(18, 200, 0.05)
    assert is_refuted(19, 200, 0.05)


def test_an_exact_interval_is_that_of_the_tables() -> None:
    # Clopper and Pearson's own, as SciPy 1.17 gives it.
    assert clopper_pearson(10, 200) == pytest.approx((0.024234165472, 0.090027537702), abs=1e-10)
    assert clopper_pearson(1, 3) == pytest.approx((0.008403759, 0.905700675), abs=1e-8)
    assert clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025 ** (1 / 10)))
    assert clopper_pearson(10, 10) == (pytest.approx(0.025 ** (1 / 10)), 1.0)
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3, 0.5])
@pytest.mark.parametrize("trials", [5, 40])
def test_an_exact_interval_covers_a_rate_as_often_as_it_says(trials: int, rate: float) -> None:
    """No simulation: every outcome is gone through, with its probability."""
    covered = 0.0
    for successes in range(trials + 1):
        low, high = clopper_pearson(successes, trials)
        if low <= rate <= high:
            covered += (
                comb(trials, successes) * rate**successes * (1 - rate) ** (trials - successes)
            )
    assert covered >= 0.95


def test_runs_without_alarm_bound_a_rate_only_if_there_are_enough() -> None:
    assert [silent_runs_for(rate) for rate in (0.05, 0.01, 0.001)] == [59, 299, 2995]
    assert clopper_pearson(0, 299, level=0.9).high <= 0.01 < clopper_pearson(0, 298, 0.9).high


def test_a_run_length_has_the_exact_interval_of_a_poisson_count() -> None:
    # 2E/chi2(2k + 2, 97.5%) and 2E/chi2(2k, 2.5%), as SciPy 1.17 gives them.
    assert run_length(4, 400_000) == pytest.approx((1e5, 39056.440624, 367017.807593))
    silent = run_length(0, 300)
    assert (silent.mean, silent.high) == (inf, inf)
    assert silent.low == pytest.approx(300 / -log(0.05))


def test_a_run_length_needs_something_that_was_watched() -> None:
    with pytest.raises(ValueError, match="exposure above 0"):
        run_length(0, 0)


def test_few_alarms_are_right_where_little_is_bad() -> None:
    assert precision(0.001, 0.9, 0.01) == pytest.approx(0.0826, abs=1e-4)
    assert precision(0.5, 0.9, 0.0) == 1.0
    assert precision(0.5, 0.0, 0.0) == 0.0


def test_monitors_that_differ_by_luck_are_not_told_apart() -> None:
    assert mcnemar(0, 0) == mcnemar(1, 0) == 1.0
    assert mcnemar(10, 2) == pytest.approx(0.03857421875)
    assert mcnemar(2, 10) == mcnemar(10, 2)


def test_several_comparisons_are_paid_for() -> None:
    # R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.9, 0.001]) == pytest.approx([0.9, 0.002])
    assert holm([]) == []


def test_a_forecast_is_scored_by_its_squared_error() -> None:
    assert brier([(1.0, True), (0.0, False)]) == 0.0
    assert brier([(0.5, True), (0.5, False)]) == 0.25
    with pytest.raises(ValueError, match="no forecast"):
        brier([])
