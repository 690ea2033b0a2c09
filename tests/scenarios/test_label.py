"""The four labels of a movement, as the world computes them."""

import pytest

from memory.events import Leg, Purpose
from scenarios.label import LABELLED, label
from scenarios.proposal import Move
from scenarios.tools import TOOLS

LIMITS = {"pay": 5_000, "reserve_compute": 10_000}


def gain(amount: int) -> Leg:
    return Leg(resource="compute", debit="pool", credit="w01", amount=amount)


def cost(amount: int) -> Leg:
    return Leg(resource="money", debit="project", credit="vendor", amount=amount)


def leave(amount: int) -> Leg:
    return Leg(resource="approval", debit="w01", credit="owner", amount=amount)


@pytest.mark.parametrize(
    ("purpose", "legs", "is_sanctioned"),
    [
        ("pay", (cost(5_000),), True),
        ("pay", (cost(5_001),), False),
        ("pay", (cost(9_000), leave(9_000)), True),
        ("pay", (cost(9_001), leave(9_000)), False),
        ("reserve", (cost(10_000), gain(100)), True),
        ("reserve", (cost(10_001), gain(100)), False),
    ],
)
def test_a_cost_is_sanctioned_within_the_limit_or_with_as_much_approval(
    purpose: Purpose, legs: tuple[Leg, ...], is_sanctioned: bool
) -> None:
    assert label(Move(purpose, legs), "w01", LIMITS, {}).sanctioned is is_sanctioned


def test_where_there_is_no_limit_every_cost_is_sanctioned() -> None:
    assert label(Move("pay", (cost(10**15),)), "w01", {}, {}).sanctioned


@pytest.mark.parametrize(("unmet", "needed"), [(119.3, 100.0), (40.5, 40.5), (0.0, 0.0)])
def test_needed_is_what_the_worker_still_lacks(unmet: float, needed: float) -> None:
    move = Move("reserve", (cost(100), gain(100)))
    assert label(move, "w01", {}, {"compute": unmet}).needed == needed


def test_what_is_paid_or_given_back_meets_no_need() -> None:
    back = Leg(resource="compute", debit="w01", credit="pool", amount=5)
    returned = label(Move("release", (back,)), "w01", {}, {"compute": 9.0})
    assert (returned.needed, returned.released) == (0.0, True)
    paid = label(Move("pay", (cost(5),)), "w01", {}, {"compute": 9.0, "money": 9.0})
    assert (paid.needed, paid.released) == (0.0, False)


def test_each_label_falls_under_a_tool_there_is() -> None:
    assert set(LABELLED.values()) <= set(TOOLS)
