"""What a world promises, executable: small functions, each one law, each named for it.

Ours is put to them over every scenario of the catalogue. Put your own to them with ``obeys``:

>>> from scenarios.world import World
>>> obeys(World)
"""

from collections.abc import Callable

from memory.events import (
    Approval,
    Demand,
    Intervened,
    Need,
    Pending,
    Settled,
    StepDone,
    TaskClosed,
    Transfer,
)
from scenarios.economy import APPROVAL, MONEY
from scenarios.harness import AUTHORITY, SCOPE
from scenarios.label import LABELLED
from scenarios.ledger import Account, Entries, recompute
from scenarios.rehearsal import BAD_CALLS, SUPPLY, Make, Rehearsal, good_calls
from scenarios.roster import COPIES
from scenarios.spec import Scenario


def the_books_balance_after_every_call(make: Make, scenario: Scenario) -> None:
    """No one is below zero, and facts show what the transfers add up to."""
    rehearsal = Rehearsal(make, scenario).begin()
    for result in rehearsal.take_turns(1):
        _assert_balanced(rehearsal, f"after {result.key}")
    rehearsal.world.settle(1)
    _assert_balanced(rehearsal, "after round 1")


def a_bad_call_has_no_effect(make: Make, scenario: Scenario) -> None:
    """Answer a bad call with a reason, and let nothing else be told or changed."""
    rehearsal = Rehearsal(make, scenario).begin()
    worker = scenario.worker_names[0]
    for number, call in enumerate(BAD_CALLS):
        facts, told = rehearsal.facts(), len(rehearsal.events)
        result = rehearsal.ask(worker, 1, number, call)
        assert result.error and not result.message, f"{call} was followed: {result.message}"
        assert rehearsal.events[told:] == [result], f"{call} left more than its refusal"
        assert rehearsal.facts() == facts, f"{call} changed the world"


def an_operation_happens_once(make: Make, scenario: Scenario) -> None:
    """Asked again under the same key, a call is answered alike and nothing more happens."""
    rehearsal = Rehearsal(make, scenario).begin()
    worker = scenario.worker_names[0]
    for number, call in enumerate(good_calls(5)):
        result = rehearsal.ask(worker, 1, number, call)
        told = rehearsal.log.digest
        assert rehearsal.ask(worker, 1, number, call) == result, f"{call} is answered otherwise"
        assert rehearsal.log.digest == told, f"{call} happened twice"


def needs_are_told_before_anyone_decides(make: Make, scenario: Scenario) -> None:
    """In every round each need comes first, once, and facts show the same figure.

    Behind the needs there is nothing but what the owner does, and its answers to what waited.
    """
    rehearsal = Rehearsal(make, scenario).begin()
    for number in range(1, 4):
        if number > 1:
            rehearsal.world.advance(number)
        told = [event for event in rehearsal.events if event.round == number]
        needs = {event.resource: event.amount for event in told if isinstance(event, Need)}
        owners = (Intervened, Transfer, Approval, Settled)
        rest = [event for event in told[len(needs) :] if not isinstance(event, owners)]
        assert not rest, f"round {number} begins with more than its needs"
        authority = [AUTHORITY] if scenario.assembly_line.harness else []
        meant = [*scenario.world.need, *authority, *([COPIES] if scenario.world.roster else [])]
        assert list(needs) == meant, f"needs of {list(needs)}"
        needs.pop(COPIES, None)
        for facts in rehearsal.facts().values():
            shown: dict[str, float] = {market.resource: market.need for market in facts.markets}
            if facts.harness:
                shown[AUTHORITY] = facts.harness.need
            assert shown == needs and facts.round == number, f"{facts} where {needs} was told"
        list(rehearsal.take_turns(number))
        rehearsal.world.settle(number)


def a_replayed_log_brings_back_the_world(make: Make, scenario: Scenario) -> None:
    """Show the same facts, and go on alike, when told the same log."""
    live = Rehearsal(make, scenario).begin()
    list(live.take_turns(1))
    again = Rehearsal(make, scenario)
    stored = live.log.drain()
    again.log.replay(stored)
    assert again.facts() == live.facts(), "the replayed world shows other facts"
    for rehearsal in (live, again):
        rehearsal.world.settle(1)
        rehearsal.world.advance(2)
        list(rehearsal.take_turns(2))
    assert again.log.digest == live.log.digest, "the replayed world goes on otherwise"


def the_same_seed_tells_the_same_log(make: Make, scenario: Scenario) -> None:
    """Two worlds of one scenario and seed that are asked the same tell the same bytes."""
    first, second = (Rehearsal(make, scenario).play() for _ in range(2))
    assert first.log.digest == second.log.digest, "two logs of one seed differ"
    assert first.sealed == second.sealed, "two seals of one seed differ"


def demand_is_nobodys_doing(make: Make, scenario: Scenario) -> None:
    """Let demand depend on the seed, and not on what anyone did."""
    busy, idle = Rehearsal(make, scenario).play(2), Rehearsal(make, scenario).begin()
    idle.world.settle(1)
    idle.world.advance(2)
    idle.world.settle(2)
    due = [
        [
            (e.round, e.worker, e.resource, e.due)
            for e in rehearsal.events
            # Of copies and authority there are meter readings, and no demand: there agents decide.
            if isinstance(e, Demand) and e.resource in scenario.world.need
        ]
        for rehearsal in (busy, idle)
    ]
    workers = set(scenario.worker_names)
    due = [[each for each in one if each[1] in workers] for one in due]
    assert due[0] == due[1], "what agents did moved demand"
    resources = len(scenario.world.need)
    assert len(due[0]) == 2 * len(workers) * resources, "demand did not fall due on everyone"


def amounts_are_whole_numbers(make: Make, scenario: Scenario) -> None:
    """No float, and no true or false, is ever moved or measured."""
    for event in Rehearsal(make, scenario).play().events:
        amounts: list[object] = []
        if isinstance(event, Transfer | Pending | Settled):
            amounts = [leg.amount for leg in event.legs]
        elif isinstance(event, Demand):
            amounts = [event.due, event.used, event.covered, event.unserved, event.held]
        elif isinstance(event, Approval):
            amounts = [event.amount]
        assert all(type(amount) is int for amount in amounts), f"{event} has {amounts}"


def the_meter_agrees_with_the_books(make: Make, scenario: Scenario) -> None:
    """Demand is met, paid for or left undone; what it leaves is what the accounts hold."""
    rehearsal = Rehearsal(make, scenario).begin()
    list(rehearsal.take_turns(1))
    rehearsal.world.settle(1)
    facts = rehearsal.facts()
    for event in rehearsal.events:
        if isinstance(event, Demand) and event.worker in facts:
            assert event.due == event.used + event.covered + event.unserved, f"{event}"
            shown = facts[event.worker]
            held = shown.held.get(event.resource, 0)
            if shown.harness and event.resource == AUTHORITY:
                held = shown.harness.has * SCOPE
            assert event.held == held, f"{event} where the accounts hold {held}"


def every_movement_by_an_agent_is_labelled_once(make: Make, scenario: Scenario) -> None:
    """Seal one label of what is acquired, paid or returned, or done of a task, and no other."""
    rehearsal = Rehearsal(make, scenario).play()
    moved = [
        event.seq
        for event in rehearsal.events
        if (isinstance(event, Transfer) and event.purpose in LABELLED)
        or (isinstance(event, Settled) and event.outcome == "posted")
        or isinstance(event, StepDone | TaskClosed)
    ]
    assert [record.seq for record in rehearsal.sealed] == moved, "labels and movements differ"


def all_authority_has_a_grantor(make: Make, scenario: Scenario) -> None:
    """Let authority come from the owner alone, by way of a pool that never lends what it lacks."""
    pool = granted = held = 0
    for event in Rehearsal(make, scenario).play().events:
        legs = event.legs if isinstance(event, Transfer | Settled) else ()
        for leg in (each for each in legs if each.resource == AUTHORITY):
            assert "pool" in (leg.debit, leg.credit), f"{leg} has no part in the pool"
            granted += leg.amount * (leg.debit == "owner")
            held += leg.amount * ((leg.debit == "pool") - (leg.debit not in ("owner", "pool")))
            pool += leg.amount * ((leg.credit == "pool") - (leg.debit == "pool"))
            assert pool >= 0 and held >= 0, f"{leg} takes what nobody granted"
            assert pool + held == granted, f"{leg} breaks the sum of what was granted"


LAWS: tuple[Callable[[Make, Scenario], None], ...] = (
    the_books_balance_after_every_call,
    a_bad_call_has_no_effect,
    an_operation_happens_once,
    needs_are_told_before_anyone_decides,
    a_replayed_log_brings_back_the_world,
    the_same_seed_tells_the_same_log,
    demand_is_nobodys_doing,
    amounts_are_whole_numbers,
    the_meter_agrees_with_the_books,
    every_movement_by_an_agent_is_labelled_once,
    all_authority_has_a_grantor,
)


def obeys(make: Make, scenario: Scenario = SUPPLY) -> None:
    """Put a world to every law.

    Raises
    ------
    AssertionError
        At the first law it breaks, saying how.
    """
    for law in LAWS:
        law(make, scenario)


def _assert_balanced(rehearsal: Rehearsal, when: str) -> None:
    books = recompute(rehearsal.events)
    for worker, facts in rehearsal.facts().items():
        shown = {Account("project", MONEY): facts.budget, Account(worker, APPROVAL): facts.approved}
        shown |= {Account(worker, name): amount for name, amount in facts.held.items()}
        for account, amount in shown.items():
            kept = books.get(account, Entries()).free
            assert amount == kept >= 0, (
                f"{when}, {'/'.join(account)} shows {amount} and holds {kept}"
            )
