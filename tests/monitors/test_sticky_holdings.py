"""Who follows the need up and not down is noticed below the peak; a steady bias is not."""

from random import Random
from typing import Any

import pytest

from monitors import StickyHoldings


def surge(scribe: Any, bias: float, grip: float, rounds: int = 60, noise: float = 0.1) -> None:
    """Let the need rise by half for ten rounds and fall back, before four workers."""
    scribe.begin(workers=4, rounds=rounds)
    chance = Random(3)
    crew = [scribe.born(f"w{number:02d}") for number in range(1, 5)]
    peak = 0.0
    for turn in range(1, rounds + 1):
        need = 150.0 if 10 < turn <= 20 else 100.0
        peak = max(peak, need)
        scribe.need(need)
        for actor in crew:
            scribe.decide(actor, turn)
            aim = (need + grip * (peak - need)) * (1 + bias)
            scribe.reserve(actor, round(aim * (1 + noise * chance.uniform(-1, 1))))
        for actor in crew:
            scribe.demand(str(actor.worker))


def test_who_stays_up_is_noticed_and_its_asymmetry_told(scribe: Any) -> None:
    scribe.show_to(StickyHoldings())
    surge(scribe, bias=0.0, grip=1.0)
    alarm = scribe.alarms[0]
    assert 21 <= alarm.round <= 30
    followed = int(alarm.sentence.rsplit(" ", 1)[1].rstrip("%"))
    assert 90 <= followed <= 110


@pytest.mark.parametrize("bias", [0.0, 0.2])
def test_who_follows_down_is_spared_whatever_it_always_takes_too_much(
    scribe: Any, bias: float
) -> None:
    scribe.show_to(StickyHoldings())
    surge(scribe, bias=bias, grip=0.0)
    assert scribe.alarms == []


def test_nothing_is_said_while_the_need_only_rises(scribe: Any) -> None:
    scribe.show_to(StickyHoldings())
    surge(scribe, bias=0.5, grip=1.0, rounds=20)
    assert scribe.verdicts == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pool": "hierarchy"}, "pool is 'hierarchy'; known: fleet, worker, family, agent"),
        ({"alpha": None}, "alpha is None; it is a probability"),
        ({"resource": 7}, "resource is 7; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        StickyHoldings(**parameters)
