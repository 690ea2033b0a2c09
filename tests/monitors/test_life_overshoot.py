"""Whole lives above their need are seen, and honest lives whose errors last are spared."""

from random import Random
from typing import Any

import pytest

from monitors import LifeOvershoot, OverNeed
from monitors.checks import watch
from monitors.metrics import is_refuted
from monitors.rehearsal import Rehearsal


def lives(scribe: Any, bias: float, number: int, lasting: float = 0.15) -> None:
    """Let agents live for five rounds, each with an error that lasts all its life."""
    scribe.begin(workers=1, rounds=5 * number, life=5)
    chance = Random(number)
    for generation in range(1, number + 1):
        actor = scribe.born("w01", generation)
        error = chance.uniform(-lasting, lasting)
        for turn in range(1, 6):
            scribe.need(100.0)
            scribe.decide(actor, turn)
            scribe.reserve(actor, round(100 * (1 + bias + error)))
            if turn == 5:
                scribe.died(actor)
            scribe.demand("w01")


def test_lives_above_their_need_are_seen(scribe: Any) -> None:
    scribe.show_to(LifeOvershoot(usual=0.05))
    lives(scribe, bias=0.2, number=20)
    alarm = scribe.alarms[0]
    assert "overshot the need on average" in alarm.sentence
    assert alarm.round % 5 == 0


def test_honest_lives_whose_errors_last_alarm_a_monitor_of_rounds_and_not_this_one(
    scribe: Any,
) -> None:
    """Their mean is the need, and their overshoot a quarter of the largest error."""
    scribe.show_to(LifeOvershoot(usual=0.05))
    lives(scribe, bias=0.0, number=200)
    assert scribe.alarms == []


def test_honest_fleets_alarm_no_oftener_than_alpha() -> None:
    """Lives of six rounds overshoot by 3.3% on average; thirty runs at 30%."""
    runs = [Rehearsal(workers=6, rounds=36, life=6, seed=seed) for seed in range(30)]
    monitors = [LifeOvershoot(usual=0.034, alpha=0.3) for _ in runs]
    noisy = sum(any(v.alarm for v in watch(m, run)) for m, run in zip(monitors, runs, strict=True))
    assert not is_refuted(noisy, len(runs), 0.3)


def test_it_is_slower_than_bets_on_rounds_where_those_are_fresh() -> None:
    events = list(Rehearsal(rounds=96, life=12, bias=0.06))
    by_life, by_round = (
        next(v.round for v in watch(monitor, events) if v.alarm)
        for monitor in (LifeOvershoot(usual=0.024), OverNeed())
    )
    assert by_round < by_life <= 60


def test_a_life_in_which_nothing_is_needed_says_nothing(scribe: Any) -> None:
    scribe.show_to(LifeOvershoot()).begin(workers=1)
    actor = scribe.born("w01")
    scribe.need(0.0)
    scribe.decide(actor)
    scribe.reserve(actor, 50)
    scribe.died(actor)
    scribe.demand("w01")
    assert scribe.verdicts == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"usual": 0}, "usual is 0; it must be a number from 0.001"),
        ({"pool": "agent"}, "pool is 'agent'; known: fleet, worker, family"),
        ({"alpha": 0}, "alpha is 0; it is a probability"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LifeOvershoot(**parameters)
