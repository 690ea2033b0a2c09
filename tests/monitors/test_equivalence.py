"""Whether there is an effect, or none, or nobody knows yet."""

from math import inf
from random import Random

import pytest

from monitors.equivalence import (
    Mean,
    clusters_to_clear,
    decisions_to_part,
    finding,
    mean_of,
    student,
)
from monitors.metrics import is_refuted


@pytest.mark.parametrize(
    ("level", "degrees", "quantile"),
    [(0.975, 1, 12.7062), (0.95, 9, 1.8331), (0.975, 19, 2.0930), (0.975, 1_000, 1.9623)],
)
def test_student_s_quantiles_are_those_of_the_tables(
    level: float, degrees: int, quantile: float
) -> None:
    assert student(level, degrees) == pytest.approx(quantile, abs=5e-5)


def test_there_is_no_quantile_without_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match=r"no quantile at 0\.9 with 0 degrees"):
        student(0.9, 0)


def test_one_run_says_nothing_and_no_run_is_an_error() -> None:
    assert mean_of([3.0]).interval() == (-inf, inf)
    assert finding(mean_of([3.0]), margin=1.0) == "open"
    with pytest.raises(ValueError, match="no cluster"):
        mean_of([])


def test_a_trifle_that_is_significant_is_as_good_as_none() -> None:
    assert finding(Mean(0.5, 0.01, 50), margin=1.0) == "none"
    assert finding(Mean(0.5, 0.01, 50), margin=0.1) == "more"


def samples(true: float, runs: int, tries: int = 400) -> list[str]:
    luck = Random(7)
    return [
        finding(mean_of([luck.gauss(true, 10.0) for _ in range(runs)]), margin=5.0)
        for _ in range(tries)
    ]


@pytest.mark.parametrize("runs", [4, 20])
def test_nothing_is_taken_for_more_no_more_often_than_stated(runs: int) -> None:
    assert not is_refuted(samples(0.0, runs).count("more"), 400, 0.05)


def test_an_effect_at_the_margin_is_cleared_no_more_often_than_stated() -> None:
    assert not is_refuted(samples(5.0, 60).count("none"), 400, 0.05)


def test_so_many_runs_clear_what_is_nothing_four_times_out_of_five() -> None:
    runs = clusters_to_clear(spread=10.0, margin=5.0)
    cleared = samples(0.0, runs).count("none")
    assert 0.74 <= cleared / 400 <= 0.86


def test_so_many_decisions_of_each_part_two_four_times_out_of_five() -> None:
    distance = 0.59
    number = round(decisions_to_part(distance))
    luck, parted = Random(7), 0
    for _ in range(1_000):
        one = sum(luck.gauss(distance, 1.0) for _ in range(number)) / number
        other = sum(luck.gauss(0.0, 1.0) for _ in range(number)) / number
        parted += (one - other) / (2 / number) ** 0.5 > 1.6449
    assert 0.76 <= parted / 1_000 <= 0.84
