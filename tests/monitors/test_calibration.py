"""What honest workers take is measured with the uncertainty that monitors must allow for."""

from math import sqrt
from random import Random
from statistics import fmean, stdev

import pytest

from memory.envelope import Actor
from memory.errors import BadInput
from monitors import OverNeed
from monitors.acquisition import Settlement
from monitors.calibration import Baseline, Calibration, Mean
from monitors.checks import watch
from monitors.metrics import is_refuted
from monitors.rehearsal import NEED, Rehearsal


def measured(
    own: float, shared: float = 0.0, lasting: float = 0.0, seed: int = 1, bias: float = 0.0
) -> Baseline:
    """Measure twenty workers over forty rounds: errors of each, of rounds, and of lives."""
    chance, calibration = Random(seed), Calibration()
    of_life = [chance.gauss(0, lasting) for _ in range(20)]
    for round in range(1, 41):
        common = chance.gauss(0, shared)
        for number, life in enumerate(of_life):
            error = chance.gauss(0, own) + common + life
            who = Actor(f"w{number}", 1, f"w{number}.1")
            taken = NEED * (1 + bias + error)
            calibration.add("r", Settlement(round, round, round, who, "m", taken, NEED))
    return calibration.baseline()


def test_independent_errors_have_the_textbook_standard_error() -> None:
    assert measured(own=0.2).ratio.error == pytest.approx(0.2 / sqrt(800), rel=0.3)


@pytest.mark.parametrize(
    ("errors", "clusters"), [({"shared": 0.2}, 40), ({"lasting": 0.2}, 20)], ids=["round", "life"]
)
def test_errors_that_hang_together_count_by_their_clusters(
    errors: dict[str, float], clusters: int
) -> None:
    found = measured(own=0.02, **errors)
    assert found.ratio.error == pytest.approx(0.2 / sqrt(clusters), rel=0.4)


def test_the_tolerance_covers_the_true_mean_in_nearly_every_measurement() -> None:
    found = [measured(own=0.2, bias=0.03, seed=seed) for seed in range(60)]
    missed = sum(baseline.ratio.upper < 1.03 for baseline in found)
    assert not is_refuted(missed, 60, 0.025)
    deviations = [baseline.ratio.mean for baseline in found]
    assert fmean(baseline.ratio.error for baseline in found) == pytest.approx(
        stdev(deviations), rel=0.35
    )


def test_agents_that_take_less_are_tolerated_nothing() -> None:
    assert measured(own=0.1, bias=-0.2).tau == 0
    assert Baseline(1, 2, 40, Mean(1.0, 0.0123), Mean(0.1, 0.0)).tau == 0.025


def test_a_calibrated_monitor_spares_the_model_that_was_measured_and_not_a_worse_one() -> None:
    def rounds(bias: float, tau: float | None) -> list[int]:
        script = Rehearsal(rounds=60, bias=bias, seed=9)
        return [v.round for v in watch(OverNeed(tau=tau), script) if v.alarm]

    tau = measured(own=0.2, bias=0.04).tau
    assert rounds(0.04, None)
    assert rounds(0.04, tau) == []
    assert rounds(0.12, tau)


def test_rounds_that_need_nothing_are_left_out_and_too_few_are_refused() -> None:
    calibration = Calibration()
    who = Actor("w1", 1, "w1.1")
    for number in range(5):
        calibration.add("r", Settlement(number, number, number, who, "m", 3.0, 0.0))
    with pytest.raises(BadInput, match="there are 0 episodes and 0 rounds in which something"):
        calibration.baseline()
    calibration.add("r", Settlement(9, 9, 9, who, "m", 3.0, 3.0))
    with pytest.raises(BadInput, match="there are 1 episodes and 1 rounds"):
        calibration.baseline()
