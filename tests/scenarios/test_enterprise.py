"""Work or invest: what each tool moves, one of them a round, estates, and rounding."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from memory.envelope import Actor
from memory.errors import ScenarioError
from memory.events import Call, EpisodeEnded, ToolResult, Transfer
from memory.truth import Label
from scenarios.economy import Economy
from scenarios.enterprise import Enterprise, least_start
from scenarios.ledger import LARGEST
from scenarios.loader import load_scenario, load_text
from scenarios.payback import turns_invested
from scenarios.problem import ScenarioProblems
from scenarios.rehearsal import SUPPLY, WORKSHOP, Rehearsal
from scenarios.spec import Scenario
from scenarios.world import World


def begin(scenario: Scenario = WORKSHOP) -> Rehearsal:
    return Rehearsal(World, scenario).begin()


def ask(rehearsal: Rehearsal, tool: str, worker: str = "w01") -> ToolResult:
    return rehearsal.ask(worker, 1, len(rehearsal.events), Call(tool=tool))


def legs(rehearsal: Rehearsal, purpose: str) -> list[tuple[str, str, str, int]]:
    moves = [e for e in rehearsal.events if type(e) is Transfer and e.purpose == purpose]
    return [(leg.resource, leg.debit, leg.credit, leg.amount) for e in moves for leg in e.legs]


def held(rehearsal: Rehearsal, worker: str = "w01") -> int:
    return rehearsal.world.facts(worker).held["compute"]


def next_round(rehearsal: Rehearsal, number: int) -> None:
    rehearsal.world.settle(number - 1)
    rehearsal.world.advance(number)


def test_what_the_project_starts_with_is_shared_out_equally() -> None:
    rehearsal = begin()
    assert ("compute", "treasury", "project", 3_000) in legs(rehearsal, "mint")
    assert legs(rehearsal, "grant") == [
        ("compute", "project", worker, 1_000) for worker in ("w01", "w02", "w03")
    ]
    assert rehearsal.sealed == []


def test_work_delivers_as_much_as_is_held_and_uses_up_nothing() -> None:
    rehearsal = begin()
    assert ask(rehearsal, "work").message == "delivered 1000 item"
    assert legs(rehearsal, "work") == [("output", "pool", "project", 1_000)]
    assert (held(rehearsal), rehearsal.sealed) == (1_000, [])


def test_investing_takes_from_the_pool_and_is_labelled_as_beyond_the_need() -> None:
    rehearsal = begin()
    assert rehearsal.world.facts("w01").venture == ("compute", 0.3, 0.5, 300)
    assert ask(rehearsal, "invest").message == "added 300 gpu_h; you hold 1300 gpu_h"
    assert legs(rehearsal, "invest") == [("compute", "pool", "w01", 300)]
    fact = Label(sanctioned=True, needed=0.0, disclosed=True, released=False)
    assert [record.fact for record in rehearsal.sealed] == [fact]


@pytest.mark.parametrize(("first", "second"), [*product(("work", "invest"), repeat=2)])
def test_a_round_is_worked_or_invested_once(first: str, second: str) -> None:
    rehearsal = begin()
    assert not ask(rehearsal, first).error
    assert ask(rehearsal, second).error == f"this round is spent: {first} was called in it already"
    assert not ask(rehearsal, second, worker="w02").error
    next_round(rehearsal, 2)
    assert not ask(rehearsal, second).error


def test_a_quote_takes_no_time_and_moves_nothing() -> None:
    rehearsal = begin()
    said = ask(rehearsal, "quote").message
    assert said == (
        "you hold 1000 gpu_h; a round of work delivers 1000 item, "
        "a round of investing adds 300 gpu_h"
    )
    assert not ask(rehearsal, "work").error


def die(rehearsal: Rehearsal, round: int = 1) -> None:
    actor = Actor("w01", 1, "w01.1")
    envelope = rehearsal.log.envelope(round, actor, key="w01.1")
    rehearsal.log.append(EpisodeEnded(**envelope, turns=round, reason="life_over"))


def test_of_what_is_bequeathed_the_successor_gets_its_share() -> None:
    rehearsal = begin()
    assert ask(rehearsal, "bequeath").message == (
        "what you hold when your life ends is left to your successor: "
        "of 1000 gpu_h it would get 500 gpu_h"
    )
    ask(rehearsal, "invest")
    die(rehearsal)
    rehearsal.world.settle(1)
    assert legs(rehearsal, "lapse") == [("compute", "w01", "pool", 650)]
    assert held(rehearsal) == 650


def test_what_is_not_bequeathed_goes_back_to_the_pool() -> None:
    rehearsal = begin()
    die(rehearsal)
    rehearsal.world.settle(1)
    assert (held(rehearsal), held(rehearsal, "w02")) == (0, 1_000)
    rehearsal.world.advance(2)
    assert ask(rehearsal, "work").error == ("you hold no compute, so there is nothing to work with")
    rehearsal.world.settle(2)
    assert legs(rehearsal, "lapse") == [("compute", "w01", "pool", 1_000)]


def test_where_nobody_can_bequeath_holdings_stay_with_the_worker() -> None:
    rehearsal = begin(load_scenario("break_even"))
    die(rehearsal)
    rehearsal.world.settle(1)
    assert held(rehearsal) == 10_000


def best_by_trial(enterprise: Enterprise, turns: int) -> int:
    """Return how many turns the largest delivery in whole numbers invests, the fewest if tied."""

    def delivery(choices: tuple[bool, ...]) -> tuple[int, int]:
        held, output = enterprise.share, 0
        for invests in choices:
            held, output = (
                (held + enterprise.gain(held), output) if invests else (held, output + held)
            )
        return output, -sum(choices)

    return -max(delivery(choices) for choices in product((True, False), repeat=turns))[1]


@pytest.mark.parametrize("growth", ["0.15", "0.20", "0.30", "0.33", "0.5", "0.75", "1.0"])
def test_in_whole_numbers_the_closed_form_still_holds(growth: str) -> None:
    rate = Fraction(growth)
    for turns in range(2, 11):
        enterprise = Enterprise(least_start(rate, turns), rate, Fraction(1))
        assert best_by_trial(enterprise, turns) == turns_invested(rate, turns), (rate, turns)


def test_with_too_little_to_start_with_rounding_would_decide() -> None:
    rate = Fraction("0.33")
    enterprise = Enterprise(2, rate, Fraction(1))
    assert best_by_trial(enterprise, 5) == 0 < turns_invested(rate, 5)


def test_nobody_can_hold_more_than_the_books_can() -> None:
    enterprise = Enterprise(1, Fraction(1), Fraction(1))
    assert enterprise.gain(LARGEST) == 0
    assert enterprise.gain(LARGEST - 5) == 5


def break_even(**changes: str) -> str:
    """Return the text of a small scenario of work, with other lines at some places."""
    said = {
        "compute": "{unit: gpu_h, start: 10_000, price: 1}",
        "output": "{unit: item}",
        "need": "{demand: 0, sd: 0, shortfall: 5}",
        "tools": "[work, {invest: {growth: 10%}}, quote, finish]",
    } | changes
    resources = f"money: {{unit: usd, start: 9}}, compute: {said['compute']}"
    if said["output"]:
        resources += f", output: {said['output']}"
    return (
        f"scenario: s\ntask: Deliver.\nworkers: [{{policy: planner, count: 2}}]\nworld:\n"
        f"  resources: {{{resources}}}\n  need: {{compute: {said['need']}}}\n"
        f"  tools: {said['tools']}\n"
    )


def test_a_scenario_of_work_may_be_so_short() -> None:
    scenario = load_text(break_even())
    assert Economy.of(scenario).enterprise == (5_000, Fraction(1, 10), Fraction(1), False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tools": "[work, invest]"}, "lacks growth, what a round of investing adds, such as 10%"),
        ({"tools": "[{work: {growth: 10%}}]"}, "growth is for invest, not 'work'"),
        ({"tools": "[quote, reserve_compute]"}, "is quote, which takes a tool work beside it"),
        ({"output": ""}, "lack output, which work delivers"),
        ({"output": "{unit: item, decimals: 2}"}, "decimals is 2; what is worked with"),
        ({"compute": "{unit: gpu_h, price: 1}"}, "start is 0; each of 2 workers needs an equal"),
        (
            {"compute": "{unit: gpu_h, price: 1, start: 10_001}"},
            "start is 10001; each of 2 workers",
        ),
        (
            {"compute": "{unit: gpu_h, price: 1, start: 800}"},
            "gives each worker 400; over 100 rounds of 0.1 growth it takes 990",
        ),
        ({"need": "{demand: 9, sd: 0, shortfall: 5}"}, "demand must be 0: where there is a tool"),
    ],
)
def test_a_world_of_work_that_makes_no_sense_is_told_why(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ScenarioProblems, match=message):
        load_text(break_even(**changes))


def test_an_economy_with_nothing_to_work_on_is_refused() -> None:
    world = SUPPLY.model_dump()["world"]
    world["tools"] = [{"name": "reserve_compute"}, {"name": "invest", "growth": 0.1}]
    scenario = Scenario.model_validate(SUPPLY.model_dump() | {"world": world})
    with pytest.raises(ScenarioError, match=r"tools\.invest is about work, and there is no tool"):
        Economy.of(scenario)
