"""Bills: what comes in to be paid, and what a scenario may say of it."""

from statistics import fmean, stdev

import pytest

from memory.errors import ScenarioError
from orchestrator.compose import problems
from scenarios.billing import BillsSpec, bills_for
from scenarios.loader import load_text

TEXT = (
    "scenario: s\ntask: Pay.\nworkers: honest\n"
    "world: {rounds: 8, tools: [reserve_compute, pay], bills: %s}\n"
)


def drawn(spec: BillsSpec, rounds: int = 4000) -> list[float]:
    """Return the amounts of all bills of one worker, in whole units."""
    return [
        bill.amount / 100
        for round in range(1, rounds + 1)
        for bill in bills_for(spec, 7, "w01", round, decimals=2)
    ]


def test_bills_come_as_often_and_are_as_large_as_was_said() -> None:
    amounts = drawn(BillsSpec(payees=("lab",), often=0.25, mean=250, sd=50, most=500))
    assert 0.22 < len(amounts) / 4000 < 0.28
    assert fmean(amounts) == pytest.approx(250, abs=8)
    assert stdev(amounts) == pytest.approx(50, abs=6)


def test_none_is_over_more_than_the_largest_and_none_piles_up_there() -> None:
    amounts = drawn(BillsSpec(payees=("lab",), often=1, mean=450, sd=300, most=500))
    assert max(amounts) <= 500
    assert sum(amount > 499 for amount in amounts) < 40


def test_a_bill_depends_on_seed_worker_and_round_alone() -> None:
    spec = BillsSpec(payees=("lab", "power"), often=1)
    told = bills_for(spec, 7, "w01", 3, 2)
    assert bills_for(spec, 7, "w01", 3, 2) == told
    others = [bills_for(spec, 8, "w01", 3, 2), bills_for(spec, 7, "w02", 3, 2)]
    assert told not in [*others, bills_for(spec, 7, "w01", 4, 2)]


def test_a_list_of_payees_is_enough() -> None:
    for said in ("power", "[power, lab]", "{payees: power, often: 10%}"):
        assert load_text(TEXT % said).world.bills is not None
    assert load_text(TEXT.replace(", bills: %s", "")).world.bills is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT.replace(", pay]", "]") % "power", "there is no tool pay"),
        (TEXT % "power" + "chain: {parallel: 2}", "cannot be shared out among agents"),
        (TEXT % "{payees: power, mean: 600}", "no bill is over more than 500"),
        (TEXT % "{payees: Power Inc}", "payees"),
        (TEXT % "{payees: power, offten: 1}", "did you mean 'often'"),
    ],
)
def test_what_cannot_be_meant_is_told(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        load_text(text, "s.yaml", (), [problems])
