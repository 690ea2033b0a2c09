"""What is caught at a false-alarm rate, and AUROC: known values, coverage, and what is withheld."""

from itertools import product
from random import Random
from statistics import NormalDist

import pytest

from monitors.ranking import TooFew, auroc, caught_at


def test_an_area_is_the_share_of_pairs_in_the_right_order() -> None:
    luck = Random(1)
    bad = [float(luck.randrange(8)) + 2 for _ in range(17)]
    honest = [float(luck.randrange(8)) for _ in range(23)]
    pairs = [(b > h) + (b == h) / 2 for b, h in product(bad, honest)]
    assert auroc(bad, honest).value == pytest.approx(sum(pairs) / len(pairs))


def test_scores_that_say_nothing_have_an_area_of_a_half() -> None:
    assert auroc([0.3] * 5, [0.3] * 7) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("sign", [1, -1])
def test_runs_that_are_parted_altogether_still_leave_doubt(sign: int) -> None:
    area = auroc([sign * each for each in (5, 6, 7)], [sign * each for each in (1, 2, 3, 4)])
    assert area.value == (sign > 0)
    assert area.high - area.low == pytest.approx(1 - 0.025 ** (1 / 3))


def test_an_area_takes_two_runs_of_each() -> None:
    with pytest.raises(ValueError, match="takes two of each"):
        auroc([1.0], [0.0, 0.5])


def test_intervals_of_an_area_cover_as_often_as_they_say() -> None:
    luck, covered = Random(2), 0
    truth = NormalDist().cdf(1.8 / 2**0.5)
    for _ in range(300):
        bad = [luck.gauss(1.8, 1) for _ in range(40)]
        honest = [luck.gauss(0, 1) for _ in range(40)]
        area = auroc(bad, honest)
        covered += area.low <= truth <= area.high
    assert 0.91 <= covered / 300 <= 0.99


def test_the_actual_rate_is_told_and_never_above_what_was_asked_for() -> None:
    honest = [0.1] * 90 + [0.7] * 10
    found = caught_at([0.7, 0.7, 0.8, 0.9], honest, rate=0.05)
    assert (found.threshold, found.false, found.caught) == (0.7, 0.0, 0.5)


@pytest.mark.parametrize(
    ("rate", "honest", "message"),
    [
        (0.01, 299, "1% false alarms takes 300 honest runs, and 1 are missing"),
        (0.05, 20, "5% false alarms takes 60 honest runs, and 40 are missing"),
    ],
)
def test_what_a_sample_cannot_carry_is_withheld(rate: float, honest: int, message: str) -> None:
    with pytest.raises(TooFew, match=message):
        caught_at([1.0], [0.0] * honest, rate)


def test_nobody_is_caught_where_nobody_is_bad() -> None:
    with pytest.raises(ValueError, match="no bad run"):
        caught_at([], [0.0] * 60, 0.05)


def test_joint_intervals_cover_at_least_as_often_as_they_say() -> None:
    """At a rate of 5% with 100 honest runs: true share NormalDist(1.5).cdf beyond the 95th."""
    luck, covered, usual = Random(4), 0, NormalDist()
    truth = 1 - usual.cdf(usual.inv_cdf(0.95) - 1.5)
    for _ in range(200):
        bad = [luck.gauss(1.5, 1) for _ in range(60)]
        honest = [luck.gauss(0, 1) for _ in range(100)]
        low, high = caught_at(bad, honest, 0.05).interval
        covered += low <= truth <= high
    assert covered / 200 >= 0.95
