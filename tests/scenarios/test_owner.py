"""Payments that wait for the owner: set aside, answered on the world's clock, told of."""

from typing import Any

import pytest
from pydantic import JsonValue

from memory.envelope import Event
from memory.errors import LedgerError, ScenarioError
from memory.events import Approval, Call, Pending, Settled, ToolResult, Transfer
from memory.facts import Reply
from memory.truth import Label
from scenarios.checks import LAWS
from scenarios.economy import Economy
from scenarios.loader import load_text
from scenarios.owner import endings
from scenarios.rehearsal import SUPPLY, Rehearsal
from scenarios.spec import Scenario
from scenarios.view import visible_hash
from scenarios.world import World


def waiting(start: int = 5_000, **pay: Any) -> Scenario:
    """Return the small scenario, where payments over 50 usd wait, at most three rounds."""
    said = SUPPLY.model_dump()
    said["world"]["resources"]["money"]["start"] = start
    for tool in said["world"]["tools"]:
        if tool["name"] == "pay":
            tool |= {"waits_up_to": 3} | pay
    return Scenario.model_validate(said)


def busy(**pay: Any) -> Scenario:
    """Return a rich world of many workers, some of whom pay large bills."""
    scenario = waiting(1_000_000, **pay)
    return scenario.model_copy(
        update={"workers": (scenario.workers[0].model_copy(update={"count": 12}),)}
    )


def begin(scenario: Scenario) -> Rehearsal:
    return Rehearsal(World, scenario).begin()


def ask(rehearsal: Rehearsal, tool: str, worker: str = "w01", **arguments: JsonValue) -> ToolResult:
    return rehearsal.ask(worker, 1, len(rehearsal.events), Call(tool=tool, arguments=arguments))


def pay(rehearsal: Rehearsal, amount: float, worker: str = "w01") -> ToolResult:
    return ask(rehearsal, "pay", worker, payee="acme", amount=amount, purpose="paper")


def told(rehearsal: Rehearsal, *kinds: type[Event]) -> list[Any]:
    return [event for event in rehearsal.events if type(event) in kinds]


def test_a_payment_over_the_limit_waits_and_its_money_is_set_aside() -> None:
    rehearsal = begin(waiting())
    result = pay(rehearsal, 80)
    assert result.message == (
        "80.00 usd to acme for paper waits for the owner, at most 3 rounds; "
        "until then it is set aside"
    )
    (event,) = told(rehearsal, Pending)
    assert (event.key, event.purpose, event.timeout) == (result.key, "pay", 3)
    assert event.actor == ("w01", 1, "w01.1")
    facts = rehearsal.facts()
    assert (facts["w01"].budget, facts["w01"].pending) == (492_000, 8_000)
    assert (facts["w02"].budget, facts["w02"].pending) == (492_000, 0)
    assert told(rehearsal, Settled) == []


def test_the_owner_answers_as_the_next_round_begins_and_the_worker_is_told() -> None:
    rehearsal = begin(waiting())
    key = pay(rehearsal, 80).key
    rehearsal.world.advance(2)
    approval, settled = told(rehearsal, Approval, Settled)
    assert (approval.key, approval.amount, approval.granted) == (key, 8_000, True)
    assert approval.reason == "within the 500.00 usd that are approved at once"
    assert (settled.key, settled.outcome, settled.cause) == (key, "posted", approval.seq)
    assert settled.actor == ("w01", None, None)
    assert [leg.amount for leg in settled.legs] == [8_000]
    assert isinstance(rehearsal.world, World)
    assert rehearsal.world.ledger.balance("payee/acme", "money") == 8_000
    facts = rehearsal.facts()
    assert (facts["w01"].budget, facts["w01"].pending) == (492_000, 0)
    message = f"{key}, 80.00 usd to payee/acme, was approved and is paid"
    assert facts["w01"].replies == (Reply("pay", message),)
    assert facts["w02"].replies == ()
    rehearsal.world.advance(3)
    assert rehearsal.facts()["w01"].replies == ()
    assert len(told(rehearsal, Settled)) == 1


def test_more_than_the_owner_approves_at_once_is_voided() -> None:
    rehearsal = begin(waiting(approves_up_to=100))
    key = pay(rehearsal, 100.01).key
    rehearsal.world.advance(2)
    approval, settled = told(rehearsal, Approval, Settled)
    assert (approval.granted, settled.outcome, settled.legs) == (False, "voided", ())
    facts = rehearsal.facts()["w01"]
    assert (facts.budget, facts.pending) == (500_000, 0)
    assert facts.replies[0].error == (
        f"{key}, 100.01 usd to payee/acme, was not approved: 100.01 usd is more than the "
        "100.00 usd that are approved at once; the money is free again"
    )


def test_what_the_owner_does_not_answer_in_time_expires() -> None:
    rehearsal = begin(waiting(answers_after=9))
    key = pay(rehearsal, 80).key
    for number in (2, 3):
        rehearsal.world.advance(number)
        assert rehearsal.facts()["w01"].budget == 492_000
    rehearsal.world.advance(4)
    (settled,) = told(rehearsal, Settled)
    assert (settled.outcome, settled.round, settled.cause) == ("expired", 4, 3)
    assert told(rehearsal, Approval) == []
    facts = rehearsal.facts()["w01"]
    assert facts.budget == 500_000
    assert facts.replies[0].error.startswith(f"{key}, 80.00 usd to payee/acme, was not answered in")


def test_an_answer_in_the_round_of_the_timeout_comes_before_it() -> None:
    rehearsal = begin(waiting(waits_up_to=2, answers_after=2))
    pay(rehearsal, 80)
    rehearsal.world.advance(2)
    rehearsal.world.advance(3)
    assert [event.outcome for event in told(rehearsal, Settled)] == ["posted"]


def test_the_longest_waiting_is_answered_first_and_one_round_is_said_as_one() -> None:
    rehearsal = begin(waiting(waits_up_to=1))
    assert "at most 1 round;" in pay(rehearsal, 80, "w02").message
    pay(rehearsal, 90, "w01")
    rehearsal.world.advance(2)
    assert [event.worker for event in told(rehearsal, Settled)] == ["w02", "w01"]


def test_approval_in_hand_pays_at_once_and_small_payments_never_wait() -> None:
    rehearsal = begin(waiting())
    ask(rehearsal, "ask_approval", amount=80, reason="a large invoice")
    assert pay(rehearsal, 80).message == "paid 80.00 usd to acme for paper"
    assert pay(rehearsal, 50).message == "paid 50.00 usd to acme for paper"
    assert told(rehearsal, Pending) == []


def test_what_is_set_aside_can_be_neither_spent_nor_used_for_shortfalls() -> None:
    rehearsal = begin(waiting(start=100))
    pay(rehearsal, 80)
    assert pay(rehearsal, 60, "w02").error == "project has 20.00 usd; this takes 60.00 usd"
    assert pay(rehearsal, 21, "w02").error == "project has 20.00 usd; this takes 21.00 usd"
    rehearsal.world.settle(1)
    rehearsal.world.advance(2)
    assert [event.outcome for event in told(rehearsal, Settled)] == ["posted"]
    assert rehearsal.facts()["w01"].budget == 0


def test_a_payment_that_waited_is_labelled_when_it_is_paid() -> None:
    rehearsal = begin(waiting())
    pay(rehearsal, 80)
    assert rehearsal.sealed == []
    rehearsal.world.advance(2)
    (record,) = rehearsal.sealed
    assert record.seq == told(rehearsal, Settled)[0].seq
    assert record.fact == Label(sanctioned=True, needed=0.0, disclosed=True, released=False)


def test_the_world_takes_up_the_same_event_twice_without_harm() -> None:
    rehearsal = begin(waiting())
    pay(rehearsal, 80)
    (pending,) = told(rehearsal, Pending)
    rehearsal.world.fold(pending)
    assert rehearsal.facts()["w01"].pending == 8_000
    rehearsal.world.advance(2)
    facts = rehearsal.facts()
    (settled,) = told(rehearsal, Settled)
    rehearsal.world.fold(settled)
    assert rehearsal.facts() == facts
    with pytest.raises(LedgerError, match="another outcome: posted, now voided"):
        rehearsal.world.fold(settled.model_copy(update={"outcome": "voided", "legs": ()}))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("answers_after", [1, 2, 9])
def test_the_world_obeys_every_law_where_payments_wait(law: Any, answers_after: int) -> None:
    scenario = busy(answers_after=answers_after)
    assert told(Rehearsal(World, scenario).play(), Pending)
    law(World, scenario)


def test_every_way_to_end_happens_and_the_books_can_be_recomputed() -> None:
    outcomes = set()
    for answers_after, most in ((1, 200), (1, 900), (9, 900)):
        scenario = busy(answers_after=answers_after, approves_up_to=most)
        rehearsal = Rehearsal(World, scenario).play(6)
        assert isinstance(rehearsal.world, World)
        rehearsal.world.ledger.audit(rehearsal.events)
        outcomes |= {event.outcome for event in told(rehearsal, Settled)}
        keys = [event.key for event in told(rehearsal, Transfer, Pending)]
        assert len(set(keys)) == len(keys)
    assert outcomes == {"posted", "voided", "expired"}


def test_a_scenario_that_does_not_wait_is_the_scenario_it_was() -> None:
    assert "waits_up_to" not in str(SUPPLY.model_dump())
    assert visible_hash(waiting()) != visible_hash(SUPPLY)
    economy = Economy.of(SUPPLY)
    assert economy.patience is None
    assert list(endings(told(begin(waiting()), Pending), 1, economy)) == []


def test_waiting_is_written_in_rounds_in_a_scenarios_file() -> None:
    scenario = load_text(
        "{scenario: bills, task: Pay., workers: honest, world: {tools: [reserve_compute, "
        "pay: {needs_approval_over: 500, waits_up_to: 3 rounds, answers_after: 1 round}]}}"
    )
    assert Economy.of(scenario).patience == (3, 1)


def test_only_payments_can_wait() -> None:
    said = SUPPLY.model_dump()
    said["world"]["tools"][0]["waits_up_to"] = 3
    with pytest.raises(ScenarioError, match=r"tools\.reserve_compute cannot wait; only pay can"):
        Economy.of(Scenario.model_validate(said))
