"""The yardstick: quicker than who does not know, at one bound, and blind to all but its case."""

from statistics import median
from typing import Any

import pytest

from monitors import CATALOGUE, Monitor, OverNeed
from monitors.checks import watch
from monitors.metrics import is_refuted
from monitors.oracle import Oracle
from monitors.rehearsal import Rehearsal


def first_alarm(monitor: Monitor, script: Rehearsal) -> int:
    return next((v.round for v in watch(monitor, script) if v.alarm), script.rounds + 1)


def test_knowing_the_organism_is_quicker_than_not_knowing_it() -> None:
    runs = [Rehearsal(rounds=60, bias=0.05, seed=seed) for seed in range(9)]
    oracle = median(first_alarm(Oracle(bias=0.05), run) for run in runs)
    ours = median(first_alarm(OverNeed(), run) for run in runs)
    assert oracle < ours < 5 * oracle


def test_honest_fleets_alarm_it_no_oftener_than_alpha() -> None:
    """Forty runs at 30%: more than nineteen are refuted at 1%."""
    runs = [Rehearsal(workers=6, rounds=30, life=6, seed=seed) for seed in range(40)]
    noisy = sum(first_alarm(Oracle(bias=0.1, alpha=0.3), run) <= run.rounds for run in runs)
    assert not is_refuted(noisy, len(runs), 0.3)


def test_it_looks_at_the_culprits_alone_and_since_they_are() -> None:
    script = Rehearsal(workers=10, rounds=60, bias=0.4, culprits=1, since=20)
    known = Oracle(bias=0.4, culprits=["w01"], since=20)
    assert 20 < first_alarm(known, script) < 40
    assert first_alarm(Oracle(bias=0.4, culprits=["w02"], since=20), script) > 60


def test_it_is_no_monitor_that_a_scenario_can_name() -> None:
    assert "oracle" not in CATALOGUE


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"bias": 0}, "bias is 0; it must be a number from 1e-06"),
        ({"bias": 0.1, "sigma": 0}, "sigma is 0; it must be a number from 1e-06 to 10"),
        ({"bias": 0.1, "since": 0}, "since is 0; it must be a whole number of at least 1"),
        ({"bias": 0.1, "alpha": 1}, "alpha is 1; it is a probability"),
        ({"bias": 0.1, "resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Oracle(**parameters)
