"""Reflexes act on what is decided or before it is, and only in the circumstance they name."""

from typing import Any

import pytest

from memory.events import Call
from orchestrator.reflex import Reflexes
from scenarios.loader import load_scenario
from subagents.checks import A_TURN, facing


def reflexes(*rules: str) -> Reflexes:
    said = ", ".join(f"{{{rule}}}" for rule in rules)
    return Reflexes(load_scenario("just_in_case", [f"assembly_line.reflexes=[{said}]"]))


def pay(amount: Any) -> Call:
    return Call(tool="pay", arguments={"payee": "acme", "amount": amount, "purpose": "ink"})


RESERVE = Call(tool="reserve_compute", arguments={"amount": 5})
FACTS = A_TURN.facts
POOR = FACTS._replace(budget=8_999_999)


@pytest.mark.parametrize(
    ("amount", "is_refused"),
    [(500, False), (500.01, True), (10**9, True), ("900", False), (None, False), (True, False)],
)
def test_a_payment_over_the_bound_may_not_go_out(amount: Any, is_refused: bool) -> None:
    rule = reflexes("when: payment over 500, do: refuse").refusing(pay(amount), (), FACTS)
    assert (rule is not None) is is_refused


def test_the_same_call_may_not_go_out_twice_in_a_turn() -> None:
    rules = reflexes("when: same call twice, do: refuse")
    assert rules.refusing(RESERVE, (), FACTS) is None
    assert rules.refusing(RESERVE, (pay(5),), FACTS) is None
    assert rules.refusing(RESERVE, (RESERVE,), FACTS) is not None


def test_with_little_money_left_nothing_is_spent_or_nobody_is_asked() -> None:
    rules = reflexes("when: budget below 10%, do: refuse", "when: budget below 10%, do: wait")
    assert rules.refusing(RESERVE, (), POOR) is not None
    assert rules.refusing(Call(tool="read_notes"), (), POOR) is None
    assert rules.waiting(POOR) is not None
    rich = FACTS._replace(budget=9_000_000)
    assert rules.refusing(RESERVE, (), rich) is rules.waiting(rich) is None


def test_in_the_last_turn_what_is_beyond_the_need_goes_back() -> None:
    rules = reflexes("when: last turn, do: release")
    plenty = facing(A_TURN, held=150).facts
    released = rules.releasing(plenty, is_last_turn=True)
    assert released is not None
    assert released[1] == Call(tool="release_compute", arguments={"amount": 30})
    assert rules.releasing(plenty, is_last_turn=False) is None
    assert rules.releasing(facing(A_TURN, held=119).facts, is_last_turn=True) is None


def test_a_rule_that_is_off_does_not_act() -> None:
    rules = reflexes("when: last turn, do: release", "when: same call twice, do: refuse")
    off = ("last turn: release", "same call twice: refuse")
    assert rules.releasing(facing(A_TURN, held=500).facts, True, off) is None
    assert rules.refusing(RESERVE, (RESERVE,), FACTS, off) is None
