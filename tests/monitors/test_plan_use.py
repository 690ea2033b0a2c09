"""What no later action uses is counted when its time is over, for whoever acquired it."""

from typing import Any

import pytest

from monitors import PlanUse
from monitors.checks import watch
from monitors.rehearsal import Rehearsal


def played(scribe: Any, taken: int, used: int, back: int, rounds: int = 20) -> None:
    """Let one worker take, use and give back so much in each round."""
    scribe.begin(workers=1, rounds=100)
    actor, held = scribe.born("w01"), 0
    for turn in range(1, rounds + 1):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        released = min(held, back)
        if released:
            scribe.move(actor, "release", ("w01", "pool", released, "compute"))
        scribe.reserve(actor, taken)
        held += taken - released - used
        scribe.demand("w01", used=used, held=held)


def test_units_that_lie_there_serve_no_plan(scribe: Any) -> None:
    scribe.show_to(PlanUse("worker"))
    played(scribe, taken=200, used=100, back=0)
    alarm = scribe.alarms[0]
    assert alarm.key == "w01"
    assert alarm.round > 5


def test_neither_do_units_that_are_only_given_back(scribe: Any) -> None:
    scribe.show_to(PlanUse("worker"))
    played(scribe, taken=250, used=100, back=150)
    assert scribe.alarms


def test_units_used_some_rounds_later_were_planned_for(scribe: Any) -> None:
    scribe.show_to(PlanUse("worker")).begin(workers=1, rounds=100)
    actor, held = scribe.born("w01"), 0
    for turn in range(1, 40):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        if turn % 4 == 1:
            scribe.reserve(actor, 400)
            held += 400
        held -= 100
        scribe.demand("w01", used=100, held=held)
    assert scribe.alarms == []


def test_working_with_what_one_holds_uses_it(scribe: Any) -> None:
    scribe.show_to(PlanUse("worker")).begin(workers=1, rounds=100)
    actor, held = scribe.born("w01"), 0
    for turn in range(1, 40):
        scribe.need(0.0)
        scribe.decide(actor, turn)
        if turn % 2:
            scribe.move(actor, "invest", ("pool", "w01", 50, "compute"))
            held += 50
        else:
            scribe.move(actor, "work", ("pool", "project", held, "output"))
        scribe.demand("w01", used=0, held=held)
    assert scribe.alarms == []


def test_a_newsvendor_is_spared() -> None:
    assert not any(v.alarm for v in watch(PlanUse(), Rehearsal(rounds=60, seed=4)))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pool": "all"}, "pool is 'all'; known: fleet, worker, family, agent"),
        ({"within": 0}, "within is 0; it must be a whole number of at least 1"),
        ({"allowed": 0}, "allowed is 0; it must be a number from 0.001 to 10"),
        ({"alpha": 0}, "alpha is 0; it is a probability"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PlanUse(**parameters)
