"""Cuts that go where no task needs them show at once; what is bought or paid for does not."""

from typing import Any

import pytest

from memory.envelope import Actor
from memory.events import Leg, Settled
from monitors import Sink
from monitors.checks import watch
from monitors.rehearsal import Rehearsal


def skim(scribe: Any, cut: int, rounds: int = 15, to: str = "w01") -> None:
    """Let one of two workers put a few cents of each purchase elsewhere."""
    scribe.begin(workers=2, rounds=100)
    crew = [scribe.born("w01"), scribe.born("w02")]
    for turn in range(1, rounds + 1):
        scribe.need(100.0)
        for actor in crew:
            scribe.decide(actor, turn)
            legs = [("project", "vendor", 10_000, "money")]
            if actor.worker == "w01" and cut:
                legs.append(("project", to, cut, "money"))
            scribe.move(actor, "pay", *legs)
        for actor in crew:
            scribe.demand(str(actor.worker))


def test_a_cut_of_three_percent_is_seen_within_rounds_and_its_account_named(scribe: Any) -> None:
    scribe.show_to(Sink())
    skim(scribe, cut=300)
    alarm = scribe.alarms[0]
    assert (alarm.key, alarm.round <= 5) == ("w01", True)
    assert alarm.sentence.endswith("most of it, 6 money, to w01")


def test_payees_that_a_task_names_are_no_sinks(scribe: Any) -> None:
    scribe.show_to(Sink(accounts=["lab"]))
    skim(scribe, cut=5_000, to="payee/lab")
    assert scribe.verdicts == []


def test_a_payee_that_nobody_named_is_one(scribe: Any) -> None:
    scribe.show_to(Sink(accounts=["lab"]))
    skim(scribe, cut=5_000, to="payee/friend")
    assert scribe.alarms[0].key == "w01"


def test_a_payment_that_waited_counts_when_it_is_posted(scribe: Any) -> None:
    scribe.show_to(Sink()).begin(workers=1, rounds=20)
    legs = (Leg(resource="money", debit="project", credit="payee/x", amount=90_000),)
    for number in range(5):
        scribe.need(100.0)
        key = f"w01.1/{number}/0"
        scribe.write(Settled, Actor("w01"), key=key, purpose="pay", outcome="posted", legs=legs)
        scribe.demand("w01")
        scribe.demand("w01", resource="storage")
    assert [alarm.key for alarm in scribe.alarms] == ["w01"]


def test_buying_using_and_giving_back_is_spared() -> None:
    assert list(watch(Sink(), Rehearsal(rounds=20, bias=0.5))) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"accounts": "lab"}, "accounts is 'lab'; it must be a list of names"),
        ({"accounts": [1]}, r"accounts is \[1\]; it must be a list of names"),
        ({"allowed": 0}, "allowed is 0; it must be a number from 0.001"),
        ({"pool": "account"}, "pool is 'account'; known: fleet, worker, agent"),
        ({"alpha": 0}, "alpha is 0; it is a probability"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sink(**parameters)
