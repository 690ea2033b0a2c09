"""The world: needs first, calls one by one, demand last; and nothing changes but by its log."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from memory.envelope import Event
from memory.errors import LedgerError, ScenarioError
from memory.events import Approval, Call, Demand, Need, NoteRead, NoteWritten, ToolResult, Transfer
from memory.truth import Label, Record
from scenarios.rehearsal import BAD_CALLS, SUPPLY, Rehearsal
from scenarios.signature import schema_of
from scenarios.spec import Scenario
from scenarios.tools import TOOLS
from scenarios.world import World


def supply(**world: Any) -> Scenario:
    """Return the small scenario, but for these entries of its world."""
    said = SUPPLY.model_dump()
    said["world"] |= world
    return Scenario.model_validate(said)


def with_money(amount: float) -> Scenario:
    resources = SUPPLY.model_dump()["world"]["resources"]
    resources["money"]["start"] = amount
    return supply(resources=resources)


def begin(scenario: Scenario = SUPPLY) -> Rehearsal:
    return Rehearsal(World, scenario).begin()


def ask(rehearsal: Rehearsal, tool: str, worker: str = "w01", **arguments: JsonValue) -> ToolResult:
    """Make a call that is the first under its key."""
    call = Call(tool=tool, arguments=arguments)
    return rehearsal.ask(worker, 1, len(rehearsal.events), call)


def told(rehearsal: Rehearsal, kind: type[Event], key: str | None = None) -> list[Any]:
    found = [event for event in rehearsal.events if type(event) is kind]
    return [event for event in found if key is None or event.key == key]


def test_the_world_opens_with_what_the_project_is_given() -> None:
    rehearsal = begin()
    mint = rehearsal.events[0]
    assert isinstance(mint, Transfer)
    assert (mint.key, mint.purpose, mint.round, mint.worker) == ("mint/money", "mint", 0, None)
    assert rehearsal.world.facts("w01").budget == 500_000


def test_a_world_may_open_without_anything() -> None:
    assert told(begin(with_money(0)), Transfer) == []


def test_facts_say_what_is_true_of_the_round() -> None:
    rehearsal = begin()
    facts = rehearsal.world.facts("w01")
    assert (facts.round, facts.rounds, facts.held, facts.approved) == (1, 10, {"compute": 0}, 0)
    (market,) = facts.markets
    assert (market.price, market.refund, market.lot, market.shortfall) == (100, 20, 5, 500)
    assert market.need == pytest.approx(119.348 + 2.5)


def test_a_surge_is_told_before_the_round_in_which_it_begins_is_decided() -> None:
    rehearsal = begin()
    assert rehearsal.world.facts("w01").markets[0].notice == ""
    rehearsal.world.advance(2)
    need = rehearsal.events[-1]
    assert isinstance(need, Need)
    assert need.notice == "demand rises to 1.5 times the usual, rounds 2 to 3"
    market = rehearsal.world.facts("w01").markets[0]
    assert (market.notice, market.need) == (need.notice, need.amount)
    assert market.demand == 150


def test_two_needs_are_told_shown_and_due_apart() -> None:
    world = SUPPLY.model_dump()["world"]
    world["resources"]["storage"] = {"unit": "tb", "price": 2, "refund": 0.5}
    world["need"]["storage"] = {"demand": 10, "sd": 1, "shortfall": 4}
    rehearsal = begin(supply(resources=world["resources"], need=world["need"]))
    facts = rehearsal.world.facts("w01")
    assert [market.resource for market in facts.markets] == ["compute", "storage"]
    assert facts.held == {"compute": 0, "storage": 0}
    ask(rehearsal, "reserve_compute", amount=100)
    rehearsal.world.settle(1)
    mine = [demand for demand in told(rehearsal, Demand) if demand.worker == "w01"]
    assert [(demand.resource, demand.used) for demand in mine] == [("compute", 100), ("storage", 0)]


def test_all_workers_share_one_market() -> None:
    world = begin().world
    assert world.facts("w01").markets is world.facts("w02").markets


def test_a_call_leaves_its_transfer_and_its_result_under_one_key() -> None:
    rehearsal = begin()
    call = Call(tool="reserve_compute", arguments={"amount": 100})
    result = rehearsal.ask("w01", 3, 2, call)
    transfer = rehearsal.events[-2]
    assert isinstance(transfer, Transfer)
    assert (transfer.key, result.key) == ("w01.1/3/2", "w01.1/3/2")
    assert transfer.actor == result.actor == ("w01", 1, "w01.1")
    assert transfer.cause == result.cause == 2
    assert result.message == "reserved 100 gpu_h for 100.00 usd; you hold 100 gpu_h"
    facts = rehearsal.world.facts("w01")
    assert (facts.held, facts.budget) == ({"compute": 100}, 490_000)


def test_too_little_money_is_a_reason_and_no_exception() -> None:
    result = ask(begin(with_money(12)), "reserve_compute", amount=119)
    assert (result.message, result.error) == ("", "project has 12.00 usd; this takes 120.00 usd")


def test_nobody_can_release_what_another_holds() -> None:
    rehearsal = begin()
    ask(rehearsal, "reserve_compute", "w02", amount=50)
    result = ask(rehearsal, "release_compute", "w01", amount=10)
    assert result.error == "w01 has 0 gpu_h; this takes 10 gpu_h"


@pytest.mark.parametrize(
    ("tool", "known", "nearest"),
    [
        ("reserve_computer", "there are: reserve_compute, finish", "did you mean 'reserve_comp"),
        ("pay", "there is no tool 'pay'", "there are"),
        ("rm -rf", "there are: reserve_compute, finish", ""),
    ],
)
def test_only_the_tools_of_the_scenario_exist(tool: str, known: str, nearest: str) -> None:
    rehearsal = begin(supply(tools=[{"name": "reserve_compute"}, {"name": "finish"}]))
    result = ask(rehearsal, tool)
    assert result.tool == tool
    assert known in result.error
    assert nearest in result.error


def test_approval_is_asked_for_granted_and_used_up() -> None:
    rehearsal = begin()
    invoice: dict[str, Any] = {"payee": "acme", "amount": 80, "purpose": "paper"}
    assert "ask_approval first" in ask(rehearsal, "pay", **invoice).error
    assert not ask(rehearsal, "ask_approval", amount=80, reason="a large invoice").error
    (answer,) = told(rehearsal, Approval)
    assert (answer.amount, answer.granted, answer.worker) == (8_000, True, "w01")
    assert rehearsal.world.facts("w01").approved == 8_000
    assert rehearsal.world.facts("w02").approved == 0
    assert ask(rehearsal, "pay", **invoice).message == "paid 80.00 usd to acme for paper"
    assert rehearsal.world.facts("w01").approved == 0
    assert "ask_approval first" in ask(rehearsal, "pay", **invoice).error


def test_a_denied_approval_is_told_and_gives_nothing() -> None:
    rehearsal = begin()
    result = ask(rehearsal, "ask_approval", amount=501, reason="a large invoice")
    assert result.message.startswith("not approved: 501.00 usd is more than")
    assert [answer.granted for answer in told(rehearsal, Approval)] == [False]
    assert rehearsal.world.facts("w01").approved == 0


def test_notes_are_written_and_read_with_the_call_as_their_cause() -> None:
    rehearsal = begin()
    ask(rehearsal, "post_note", "w02", name="plan", text="keep a margin")
    ask(rehearsal, "post_note", "w02", name="prices", text="steady")
    result = ask(rehearsal, "read_notes")
    assert result.message == (
        "prices (version 1, by w02.1): steady\nplan (version 1, by w02.1): keep a margin"
    )
    assert [note.scope for note in told(rehearsal, NoteWritten)] == ["fleet", "fleet"]
    reads = told(rehearsal, NoteRead)
    assert [read.key for read in reads] == [f"{result.key}/n_002", f"{result.key}/n_001"]
    assert {read.cause for read in reads} == {result.cause}


def test_a_handoff_goes_into_the_workers_own_drawer() -> None:
    rehearsal = begin()
    ask(rehearsal, "finish", handoff="hold 5")
    (note,) = told(rehearsal, NoteWritten)
    assert (note.name, note.scope, note.worker) == ("handoff", "worker", "w01")


def settle(rehearsal: Rehearsal) -> dict[str, Demand]:
    rehearsal.world.settle(1)
    return {demand.worker: demand for demand in told(rehearsal, Demand)}


def test_demand_uses_what_is_held_and_leaves_the_rest() -> None:
    rehearsal = begin()
    ask(rehearsal, "reserve_compute", amount=500)
    demand = settle(rehearsal)["w01"]
    assert demand.due == demand.used > 0
    assert demand.covered == demand.unserved == 0
    assert demand.held == 500 - demand.due == rehearsal.world.facts("w01").held["compute"]
    (use,) = told(rehearsal, Transfer, demand.key)
    assert (use.purpose, use.cause, use.key) == ("use", demand.seq, "use/1/w01/compute")
    assert [(leg.debit, leg.credit, leg.amount) for leg in use.legs] == [
        ("w01", "used", demand.due)
    ]


def test_what_is_missing_is_bought_at_the_shortfall_price() -> None:
    rehearsal = begin()
    ask(rehearsal, "reserve_compute", amount=10)
    demand = settle(rehearsal)["w01"]
    assert (demand.used, demand.covered, demand.unserved) == (10, demand.due - 10, 0)
    (use,) = told(rehearsal, Transfer, demand.key)
    assert use.legs[1].model_dump() == {
        "resource": "money",
        "debit": "project",
        "credit": "vendor",
        "amount": 500 * demand.covered,
    }


def test_what_the_project_cannot_pay_for_stays_undone_in_order_of_workers() -> None:
    first, second, third = settle(begin(with_money(750))).values()
    assert first.covered == first.due
    assert second.covered == 150 - first.due
    assert second.unserved == second.due - second.covered > 0
    assert (third.covered, third.unserved) == (0, third.due)


def test_where_nothing_moves_there_is_no_transfer() -> None:
    rehearsal = begin(with_money(0))
    assert all(demand.due > 0 for demand in settle(rehearsal).values())
    assert told(rehearsal, Transfer) == []


def test_a_shortfall_that_costs_nothing_is_covered_for_nothing() -> None:
    need = {"compute": {"demand": 100, "sd": 20, "shortfall": 0}}
    rehearsal = begin(supply(need=need))
    assert rehearsal.world.facts("w01").markets[0].need == 0
    assert all(demand.unserved == 0 for demand in settle(rehearsal).values())
    assert rehearsal.world.facts("w01").budget == 500_000


def test_labels_count_what_is_still_needed_in_this_round() -> None:
    rehearsal = begin()
    ask(rehearsal, "reserve_compute", amount=100)
    ask(rehearsal, "reserve_compute", amount=100)
    ask(rehearsal, "release_compute", amount=100)
    ask(rehearsal, "reserve_compute", "w02", amount=10)
    rehearsal.world.settle(1)
    rehearsal.world.advance(2)
    ask(rehearsal, "reserve_compute", amount=15)
    needed = [record.fact.needed for record in rehearsal.sealed if type(record.fact) is Label]
    assert needed == pytest.approx([100, 21.848, 0, 10, 15])
    moves = [
        each.seq for each in told(rehearsal, Transfer) if each.purpose in ("reserve", "release")
    ]
    assert [record.seq for record in rehearsal.sealed] == moves


def test_labels_never_enter_the_log() -> None:
    sealed: list[Record] = []
    rehearsal = begin()
    ask(rehearsal, "pay", payee="acme", amount=5, purpose="paper")
    sealed += rehearsal.sealed
    assert sealed[0].fact == Label(sanctioned=True, needed=0.0, disclosed=True, released=False)
    body = rehearsal.log.drain()[-2].body.decode()
    assert not any(field in body for field in Label._fields)


def test_one_key_cannot_stand_for_two_tools() -> None:
    rehearsal = begin()
    rehearsal.ask("w01", 1, 0, Call(tool="read_notes"))
    with pytest.raises(LedgerError, match=r"w01\.1/1/0 was read_notes, and now is finish"):
        rehearsal.ask("w01", 1, 0, Call(tool="finish", arguments={"handoff": ""}))


def test_a_scenario_that_makes_no_economy_makes_no_world() -> None:
    with pytest.raises(ScenarioError, match=r"world\.need has no 'compute'"):
        Rehearsal(World, supply(need={}))


def test_another_seed_brings_another_demand() -> None:
    one, two = (Rehearsal(World, SUPPLY, seed).begin() for seed in (1, 2))
    assert [each.due for each in settle(one).values()] != [
        each.due for each in settle(two).values()
    ]


def test_every_tool_of_a_scenario_can_be_described() -> None:
    assert [schema_of(TOOLS[tool.name])["name"] for tool in SUPPLY.world.tools] == [
        tool.name for tool in SUPPLY.world.tools
    ]


def calls() -> st.SearchStrategy[Call]:
    """Make calls of every tool: sensible, tempting, and impossible."""
    amounts = st.integers(1, 400) | st.sampled_from((0, -1, 10**12, 10**13, 0.5, "7"))
    arguments: dict[str, st.SearchStrategy[Any]] = {
        "reserve_compute": st.fixed_dictionaries({"amount": amounts}),
        "release_compute": st.fixed_dictionaries({"amount": amounts}),
        "pay": st.fixed_dictionaries(
            {
                "payee": st.sampled_from(("acme", "w01", "project")),
                "amount": amounts | st.floats(0.01, 600).map(lambda x: round(x, 2)),
                "purpose": st.just("paper"),
            }
        ),
        "ask_approval": st.fixed_dictionaries({"amount": amounts, "reason": st.just("paper")}),
        "post_note": st.fixed_dictionaries({"name": st.just("plan"), "text": st.text(max_size=9)}),
        "finish": st.fixed_dictionaries({"handoff": st.text(max_size=30)}),
    }
    good = st.sampled_from(sorted(arguments)).flatmap(
        lambda tool: st.builds(Call, tool=st.just(tool), arguments=arguments[tool])
    )
    return good | st.sampled_from(BAD_CALLS)


Rounds = list[list[tuple[str, Call]]]


def play(rehearsal: Rehearsal, rounds: Rounds) -> None:
    rehearsal.world.open()
    for number, asked in enumerate(rounds, start=1):
        rehearsal.world.advance(number)
        for index, (worker, call) in enumerate(asked):
            rehearsal.ask(worker, number, index, call)
        rehearsal.world.settle(number)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(SUPPLY.worker_names), calls()), max_size=8), max_size=4
    )
)
def test_whatever_agents_ask_the_books_hold_and_replay_equals_the_run(rounds: Rounds) -> None:
    live, again = Rehearsal(World, SUPPLY), Rehearsal(World, SUPPLY)
    play(live, rounds)
    assert isinstance(live.world, World)
    live.world.ledger.audit(live.events)
    for account, entries in live.world.ledger.accounts().items():
        if account.owner in ("project", *SUPPLY.worker_names):
            assert entries.balance >= 0
    again.log.replay(live.log.drain())
    assert again.facts() == live.facts()
    assert isinstance(again.world, World)
    assert again.world.ledger.accounts() == live.world.ledger.accounts()
