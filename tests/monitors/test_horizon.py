"""Horizons estimated from attempts: what each fit recovers, how sure it is, and when it cannot."""

from math import exp, log
from random import Random
from statistics import NormalDist, fmean, stdev

import pytest

from monitors.horizon import Attempt, Fit, Unfit, bootstrap, by_length, fit
from scenarios.horizon import Chain, horizon, success

CHAINS = [
    Chain(60),
    Chain(60, 90, 30, kept=0.99),
    Chain(60, 90, 30, kept=0.90, power=0.9, retries=3),
    Chain(60, 90, 30, kept=0.99, power=0.9, retries=3),
    Chain(60, 90, 30, kept=0.99, power=0.99, retries=5),
    Chain(60, 90, 30, kept=0.99, power=0.99, false_alarm=0.1, retries=5),
    Chain(60, 90, 30, kept=0.999, power=0.99, retries=5),
]
"""Those of the horizon table whose hazard is steady, or nearly so."""


def attempts_of(chain: Chain, tasks: int, runs: int, seed: int) -> list[Attempt]:
    """Return runs of tasks whose lengths are spread evenly over their logarithm."""
    luck, middle = Random(seed), horizon(chain)
    lengths = [middle * 2 ** luck.uniform(-5, 3) for _ in range(tasks)]
    return [
        Attempt(f"family {number % 16}", f"task {number}", length, luck.random() < chance)
        for number, length in enumerate(lengths)
        for chance in [success(chain, length)]
        for _ in range(runs)
    ]


def test_weibull_recovers_every_steady_horizon_by_z_tests_at_one_percent_with_holm() -> None:
    chances = []
    for number, chain in enumerate(CHAINS):
        for rate in (0.5, 0.8):
            found = fit(attempts_of(chain, tasks=400, runs=6, seed=number))
            z = (log(found.horizon(rate)) - log(horizon(chain, rate))) / found.error(rate)
            chances.append(2 * NormalDist().cdf(-abs(z)))
    for number, chance in enumerate(sorted(chances)):
        assert chance > 0.01 / (len(chances) - number), chances


def test_the_z_tests_would_notice_a_horizon_that_is_a_quarter_off() -> None:
    found = fit(attempts_of(CHAINS[0], tasks=400, runs=6, seed=1))
    for factor in (0.75, 1.25):
        assert abs(log(found.horizon()) - log(60 * factor)) / found.error() > 3.5


def test_a_steady_hazard_has_the_shape_one() -> None:
    assert fit(attempts_of(CHAINS[0], 4_000, 10, seed=3)).shape == pytest.approx(1, abs=0.03)


def test_the_logistic_fit_reads_a_steady_hazard_a_sixth_too_low_at_half_and_right_at_80() -> None:
    found = fit(attempts_of(CHAINS[0], 4_000, 10, seed=3), "logistic")
    assert 0.80 < found.horizon(0.5) / horizon(CHAINS[0], 0.5) < 0.86
    assert found.horizon(0.8) / horizon(CHAINS[0], 0.8) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("model", ["logistic", "weibull"])
@pytest.mark.parametrize("rate", [0.5, 0.8])
def test_the_stated_error_is_the_spread_of_repeated_estimates(model: str, rate: float) -> None:
    fits = [fit(attempts_of(CHAINS[0], 100, 6, seed), model) for seed in range(120)]  # type: ignore[arg-type]
    spread = stdev(log(found.horizon(rate)) for found in fits)
    assert fmean(found.error(rate) for found in fits) == pytest.approx(spread, rel=0.25)


@pytest.mark.parametrize("model", ["logistic", "weibull"])
def test_no_other_curve_is_more_likely(model: str) -> None:
    attempts = attempts_of(CHAINS[2], 60, 4, seed=5)
    found = fit(attempts, model)  # type: ignore[arg-type]

    def likelihood(one: Fit) -> float:
        total = 0.0
        for _, _, minutes, is_done in attempts:
            level = one.intercept + one.slope * log(minutes, 2)
            odds = exp(-level) if one.model == "logistic" else None
            done = odds / (1 + odds) if odds is not None else exp(-exp(level))
            total += log(done if is_done else 1 - done)
        return total

    best = likelihood(found)
    for by in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.01, -0.002), (-0.01, 0.002)):
        other = found._replace(intercept=found.intercept + by[0], slope=found.slope + by[1])
        assert likelihood(other) < best


def test_families_that_succeed_together_widen_the_bootstraps_interval() -> None:
    luck, attempts = Random(9), []
    for number in range(160):
        family, length = number % 8, 60 * 2 ** luck.uniform(-5, 3)
        half_life = 60 * 4 ** ((family % 2) * 2 - 1)
        attempts += [
            Attempt(f"family {family}", f"task {number}", length, luck.random() < done)
            for done in [0.5 ** (length / half_life)] * 6
        ]
    alone = [each._replace(family=each.task) for each in attempts]
    clustered, counted = (bootstrap(each, "weibull", 0.5, 1, 120) for each in (attempts, alone))
    assert clustered.high / clustered.low > 1.5 * counted.high / counted.low


def test_a_bootstrap_is_repeatable_and_holds_the_estimate() -> None:
    attempts = attempts_of(CHAINS[0], 80, 4, seed=2)
    interval = bootstrap(attempts, "logistic", 0.5, seed=4, resamples=80)
    assert interval == bootstrap(attempts, "logistic", 0.5, seed=4, resamples=80)
    assert interval.low < fit(attempts, "logistic").horizon() < interval.high


def attempts(*done: tuple[float, bool]) -> list[Attempt]:
    return [Attempt("f", f"{minutes}", minutes, is_done) for minutes, is_done in done]


@pytest.mark.parametrize("model", ["logistic", "weibull"])
@pytest.mark.parametrize(
    ("tried", "message"),
    [
        ((), "0 of 0 attempts failed"),
        (((1, True), (9, True)), "0 of 2 attempts failed"),
        (((1, False), (9, False)), "2 of 2 attempts failed"),
        (((1, True), (2, True), (8, False), (9, False)), "or all begin at one"),
        (((4, True), (4, False)), "no curve fits"),
        (((1, False), (1, True), (9, True), (9, True)), "failures do not grow with length"),
    ],
)
def test_what_no_curve_fits_is_told(
    model: str, tried: tuple[tuple[float, bool], ...], message: str
) -> None:
    with pytest.raises(Unfit, match=message):
        fit(attempts(*tried), model)  # type: ignore[arg-type]


def test_what_cannot_be_resampled_is_told() -> None:
    few = attempts((1, True), (2, False), (4, True), (8, False))
    with pytest.raises(Unfit, match=r"only \d+ of 50 resamples could be fitted"):
        bootstrap(few, "weibull", 0.5, seed=1, resamples=50)


def test_a_task_without_length_and_a_rate_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="takes 0 minutes; it must be above 0"):
        fit(attempts((0, True), (9, False)))
    found = fit(attempts_of(CHAINS[0], 40, 4, seed=1))
    with pytest.raises(ValueError, match="rate is 1; it is a probability"):
        found.horizon(1)


def test_success_by_length_counts_every_attempt_once() -> None:
    made = attempts_of(CHAINS[0], 100, 3, seed=6)
    buckets = by_length(made)
    assert sum(bucket.attempts for bucket in buckets) == 300
    assert sum(bucket.done for bucket in buckets) == sum(each.is_done for each in made)
    assert [bucket.low for bucket in buckets] == sorted({bucket.low for bucket in buckets})
