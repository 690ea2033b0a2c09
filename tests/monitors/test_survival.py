"""Kaplan and Meier against a published data set, and by simulation."""

from math import exp, inf
from random import Random

import pytest

from monitors.survival import Lapse, median, restricted_mean, share_by, survival

# Freireich et al. (1963): weeks in remission under 6-MP; 0 is censored.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
REMISSION = [Lapse(week, bool(ended)) for week, ended in zip(WEEKS, ENDED, strict=True)]


def test_silent_shares_are_those_of_the_textbook() -> None:
    steps = survival(REMISSION)
    assert [step.time for step in steps] == [6, 7, 10, 13, 16, 22, 23]
    assert [step.silent for step in steps] == pytest.approx(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=1e-4
    )
    assert [step.at_risk for step in steps] == [21, 17, 15, 12, 11, 7, 6]


def test_bands_are_those_of_r() -> None:
    """R's survfit(conf.type = "log-log")."""
    first, *_, last = survival(REMISSION)
    assert (first.low, first.high) == pytest.approx((0.6197, 0.9516), abs=1e-4)
    assert (last.low, last.high) == pytest.approx((0.1881, 0.6801), abs=1e-4)


def test_the_median_and_its_interval_are_those_of_r() -> None:
    assert median(survival(REMISSION)) == (23, 13, inf)


def test_the_restricted_mean_and_its_interval_are_those_of_r() -> None:
    """R's print(survfit(...), rmean = 35): 23.29 with standard error 2.83."""
    mean = restricted_mean(survival(REMISSION), 35)
    assert mean.value == pytest.approx(23.287, abs=1e-3)
    assert (mean.high - mean.low) / 2 / 1.959964 == pytest.approx(2.827, abs=1e-3)


def test_without_censoring_it_is_the_plain_mean() -> None:
    times = [3.0, 8.0, 1.0, 10.0, 7.0]
    assert restricted_mean(survival(Lapse(t, True) for t in times), 10).value == pytest.approx(5.8)


def test_a_monitor_that_never_alarms_has_no_median_and_the_whole_horizon() -> None:
    silent = survival([Lapse(240, False)] * 9)
    assert silent == []
    assert median(silent) == (inf, inf, inf)
    assert restricted_mean(silent, 240) == (240.0, 240.0, 240.0)
    assert share_by(silent, 100) == (0.0, (0.0, 0.0))


def test_runs_that_ended_early_do_not_make_a_monitor_look_faster() -> None:
    """Alarms exponential with mean 100, half of the runs cut at 30: the share by 60 is right."""
    luck, runs = Random(3), []
    for number in range(4_000):
        alarm, end = luck.expovariate(0.01), (30.0 if number % 2 else 240.0)
        runs.append(Lapse(min(alarm, end), alarm < end))
    share, band = share_by(survival(runs), 60)
    assert band.low < 1 - exp(-0.6) < band.high
    assert share == pytest.approx(1 - exp(-0.6), abs=0.03)


def test_intervals_of_the_restricted_mean_cover_as_often_as_they_say() -> None:
    luck, truth, covered = Random(5), 100 * (1 - exp(-1.0)), 0
    for _ in range(300):
        alarms = [luck.expovariate(0.01) for _ in range(40)]
        mean = restricted_mean(survival(Lapse(min(a, 100.0), a < 100) for a in alarms), 100)
        covered += mean.low <= truth <= mean.high
    assert 0.91 <= covered / 300 <= 0.99
