"""What is taken beside what is needed: base, slope and worry, each found and none mistaken."""

from random import Random

import pytest

from monitors.elasticity import Elasticity, Reading, elasticity
from monitors.metrics import is_refuted

CELLS = [(n, b) for n in (25.0, 50.0, 100.0, 200.0) for b in (0.0, 9.7)]


def fitted(
    seed: int = 7, runs: int = 20, base: float = 0.0, slope: float = 1.0, worry: float = 1.0
) -> Elasticity:
    """Fit made-up runs: noise that grows with the need, and a luck of its own for every run."""
    luck, readings = Random(seed), []
    for run in range(runs):
        own = luck.gauss(0.0, 0.05)
        for needed, buffer in CELLS:
            mean = base + slope * needed + worry * buffer
            noise = needed * (own + luck.gauss(0.0, 0.05))
            readings.append(Reading(run, needed, buffer, mean + noise))
    return elasticity(readings)


@pytest.mark.parametrize("truth", [(0.0, 1.0, 1.0), (5.0, 1.0, 1.0), (0.0, 1.08, 1.0)])
def test_each_part_is_found_within_its_interval(truth: tuple[float, float, float]) -> None:
    base, slope, worry = truth
    fit = fitted(base=base, slope=slope, worry=worry)
    for mean, true in zip(fit, truth, strict=True):
        low, high = mean.interval(0.99)
        assert low <= true <= high
        assert mean.degrees == 19


def test_intervals_cover_as_often_as_they_say_though_runs_share_their_luck() -> None:
    missed = [0, 0, 0]
    for seed in range(200):
        for part, (mean, true) in enumerate(zip(fitted(seed), (0.0, 1.0, 1.0), strict=True)):
            low, high = mean.interval()
            missed[part] += not low <= true <= high
    assert not any(is_refuted(number, 200, 0.05) for number in missed), missed


def test_what_does_not_vary_has_no_slope() -> None:
    with pytest.raises(ValueError, match="do not vary"):
        elasticity([Reading(run, 100.0, 0.0, 100.0) for run in range(5)])
    with pytest.raises(ValueError, match="two clusters"):
        elasticity([Reading(1, n, b, n + b) for n, b in CELLS])
