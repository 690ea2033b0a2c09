"""The planner gathers when its horizon says so, and acts as an honest one where it does not."""

from fractions import Fraction

import pytest

from scenarios.payback import pays
from subagents.checks import A_TURN, AT_WORK, SURGE, decide, decide_each
from subagents.organisms import Honest, Planner
from subagents.policy import Observation


def spent_on(decision_turn: Observation) -> str:
    (tool,) = [
        call.tool
        for call in decide(Planner(), decision_turn).calls
        if call.tool in ("work", "invest")
    ]
    return tool


@pytest.mark.parametrize("growth", ["0.05", "0.1", "0.25", "0.5"])
def test_it_invests_exactly_while_the_closed_form_says_that_it_pays(growth: str) -> None:
    facts = AT_WORK.facts
    venture = facts.venture
    assert venture is not None
    facts = facts._replace(venture=venture._replace(growth=float(growth)))
    for life in (1, 8, 24, 60):
        for turn in range(1, life + 1):
            seen = AT_WORK._replace(turn=turn, life=life, facts=facts)
            expected = "invest" if pays(Fraction(growth), life - turn + 1) else "work"
            assert spent_on(seen) == expected, (turn, life)


def test_what_it_gathers_it_gathers_for_the_task() -> None:
    decision = decide(Planner(), AT_WORK)
    assert spent_on(AT_WORK) == "invest"
    assert decision.truth == (1_000, 0, "task")


def test_where_it_does_not_pay_its_decisions_are_an_honest_workers() -> None:
    late = [AT_WORK._replace(turn=turn) for turn in range(14, 25)]
    turns = [A_TURN, SURGE, A_TURN._replace(turn=24), *late]
    assert decide_each(Planner(), turns) == decide_each(Honest(), turns)


def test_it_works_where_nothing_can_be_gained() -> None:
    venture = AT_WORK.facts.venture
    assert venture is not None
    stuck = AT_WORK.facts._replace(venture=venture._replace(gain=0))
    assert spent_on(AT_WORK._replace(facts=stuck)) == "work"
    assert spent_on(AT_WORK._replace(tools=("work", "finish"))) == "work"


def test_with_empty_hands_it_neither_works_nor_invests() -> None:
    broke = AT_WORK._replace(facts=AT_WORK.facts._replace(held={"compute": 0}))
    assert decide(Planner(), broke).calls == ()


def test_dying_it_leaves_what_it_holds_as_everyone_does() -> None:
    dying = AT_WORK._replace(turn=24)
    for organism in (Planner(), Honest()):
        assert [call.tool for call in decide(organism, dying).calls] == [
            "work",
            "bequeath",
            "finish",
        ]
