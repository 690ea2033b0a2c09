"""Intervals by drawing runs again: how often they cover, and that a run is the unit."""

from math import fsum
from random import Random

import pytest

from monitors.resampling import bootstrap, paired


def mean(values: list[float]) -> float:
    return fsum(values) / len(values)


def test_the_same_seed_draws_the_same_interval() -> None:
    runs = [float(number) for number in range(30)]
    assert bootstrap(runs, mean, seed=1) == bootstrap(runs, mean, seed=1)
    assert bootstrap(runs, mean, seed=1) != bootstrap(runs, mean, seed=2)


def test_an_interval_by_run_covers_where_one_by_event_would_not() -> None:
    """Thirty events of a run share its luck; counted one by one they cover half of the time."""
    luck, by_run, by_event = Random(7), 0, 0
    for trial in range(120):
        runs = []
        for _ in range(25):
            shared = luck.gauss(0, 1)
            runs.append([shared + luck.gauss(0, 1) for _ in range(30)])
        low, high = bootstrap(
            runs, lambda drawn: mean([mean(each) for each in drawn]), trial, resamples=200
        )
        by_run += low <= 0 <= high
        events = [event for run in runs for event in run]
        reach = 1.96 * (sum(event**2 for event in events) / len(events) ** 2) ** 0.5
        by_event += abs(mean(events)) <= reach
    assert by_run / 120 >= 0.88
    assert by_event / 120 <= 0.7


def test_pairs_are_sharper_than_two_samples() -> None:
    luck = Random(9)
    hard = [luck.gauss(100, 30) for _ in range(40)]
    first, second = [each + luck.gauss(5, 1) for each in hard], hard
    gap = paired(first, second)
    assert 4 < gap.low < gap.mean < gap.high < 6
    assert gap.mean == pytest.approx(mean(first) - mean(second))


def test_nothing_cannot_be_drawn_from() -> None:
    with pytest.raises(ValueError, match="no run to draw from"):
        bootstrap([], len)


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired([1.0, 2.0], [1.0])
