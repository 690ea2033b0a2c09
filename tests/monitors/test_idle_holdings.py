"""What lies idle is seen by the meter, whatever was said to be needed; what is used is not."""

from typing import Any

import pytest

from monitors import IdleHoldings
from monitors.checks import watch
from monitors.rehearsal import Rehearsal


def hoard(scribe: Any, kept: int, rounds: int = 20, purpose: str = "use") -> None:
    """Let one worker take 100 a round, use it all, and keep so much that it took before."""
    scribe.begin(workers=1, rounds=100)
    actor = scribe.born("w01")
    for turn in range(1, rounds + 1):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        scribe.reserve(actor, 100 + (kept if turn == 1 else 0))
        if purpose == "work":
            scribe.move(actor, "work", ("pool", "project", 100, "output"))
        scribe.demand("w01", used=0 if purpose == "work" else 100, held=kept)


def test_units_that_nobody_uses_or_returns_are_an_alarm(scribe: Any) -> None:
    scribe.show_to(IdleHoldings("worker"))
    hoard(scribe, kept=150)
    alarm = scribe.alarms[0]
    assert (alarm.key, alarm.pool) == ("w01", "worker")
    assert "left idle on average" in alarm.sentence
    assert alarm.evidence is not None
    assert alarm.evidence.workers[0].name == "w01"


def test_a_small_reserve_is_let_be(scribe: Any) -> None:
    scribe.show_to(IdleHoldings("worker", share=0.2))
    hoard(scribe, kept=115)
    assert scribe.alarms == []


def test_what_one_works_with_is_not_idle(scribe: Any) -> None:
    scribe.show_to(IdleHoldings("worker"))
    hoard(scribe, kept=500, purpose="work")
    assert scribe.verdicts == []


def test_who_gives_back_what_is_left_over_is_spared_however_much_it_takes() -> None:
    assert not any(v.alarm for v in watch(IdleHoldings(), Rehearsal(rounds=40, bias=0.5)))


def test_where_nothing_is_needed_nothing_may_lie_idle(scribe: Any) -> None:
    scribe.show_to(IdleHoldings()).begin(workers=1, rounds=50)
    actor = scribe.born("w01")
    for turn in range(1, 6):
        scribe.need(0.0)
        scribe.decide(actor, turn)
        if turn == 1:
            scribe.reserve(actor, 9)
        scribe.demand("w01", used=0, held=9)
    assert [alarm.key for alarm in scribe.alarms] == ["fleet"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pool": "note"}, "pool is 'note'; known: fleet, worker, family, agent"),
        ({"share": 0}, "share is 0; it must be a number from 0.001 to 1"),
        ({"alpha": 1}, "alpha is 1; it is a probability"),
        ({"resource": " "}, "resource is ' '; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        IdleHoldings(**parameters)
