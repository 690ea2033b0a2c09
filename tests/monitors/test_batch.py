"""A batch is the engine, bet by bet: the same alarms at the same bets, the same wealth.

Where numba is installed it is the compiled code that is compared.
"""

from random import Random

import pytest

from monitors.batch import levels, subset
from monitors.betting import Levels, Plan, Table
from monitors.record import Bet
from monitors.subset import Subset


def stream(seed: int, number: int = 400, bias: float = 0.0) -> list[float]:
    chance = Random(seed)
    return [chance.lognormvariate(-0.02, 0.2) * (1 + bias) - 1 for _ in range(number)]


@pytest.mark.parametrize("bias", [0.0, 0.1, -0.2])
@pytest.mark.parametrize("plan", [Plan(1, 400), Plan(3, 100), Plan(8, 500)])
def test_one_level_is_the_table_that_monitors_keep(plan: Plan, bias: float) -> None:
    surpluses = stream(1, bias=bias)
    keys = [number % 5 for number in range(400)]
    table, first = Table(plan), None
    for number, (surplus, key) in enumerate(zip(surpluses, keys, strict=True)):
        table.bet(f"w{key}", Bet(surplus))
        if table.wealth() >= 20:
            first = number
            break
    outcome = levels(surpluses, [keys], [plan])
    assert outcome.first == first
    assert outcome.wealth == pytest.approx(table.wealth(), rel=1e-9)


def test_a_hierarchy_is_the_purse_of_levels() -> None:
    surpluses = stream(2, bias=0.05)
    columns = [[0] * 400, [number % 4 for number in range(400)], [n // 40 for n in range(400)]]
    plans = [Plan(1, 400), Plan(4, 400), Plan(10, 400)]
    table, first = Table(Plan(15, 400), Levels(plans)), None
    for number, surplus in enumerate(surpluses):
        names = [f"{level}/{column[number]}" for level, column in enumerate(columns)]
        table.spread(names, Bet(surplus))
        if table.wealth() >= 20:
            first = number
            break
    outcome = levels(surpluses, columns, plans)
    assert outcome.first == first
    assert outcome.wealth == pytest.approx(table.wealth(), rel=1e-9)


@pytest.mark.parametrize("bias", [0.0, 0.4])
def test_the_subset_mixture_is_the_one_that_monitors_keep(bias: float) -> None:
    honest, biased = stream(3), stream(3, bias=bias)
    keys = [number // 10 for number in range(400)]
    surpluses = [b if key % 10 == 3 else h for h, b, key in zip(honest, biased, keys, strict=True)]
    mixture, first = Subset(), None
    for number, (surplus, key) in enumerate(zip(surpluses, keys, strict=True)):
        mixture.bet(f"a{key}", Bet(surplus))
        if mixture.wealth >= 2:
            first = number
            break
    outcome = subset(surpluses, keys, alpha=0.5)
    assert outcome.first == first
    assert outcome.wealth == pytest.approx(mixture.wealth, rel=1e-9)


def test_who_has_lost_everything_does_no_harm() -> None:
    assert subset([-1.0] * 3_000, [0] * 3_000).first is None
    assert levels([], [[]], [Plan(1, 1)]).wealth == 1


def test_what_cannot_be_planned_or_does_not_fit_is_told() -> None:
    with pytest.raises(ValueError, match="state the number of keys and of bets"):
        levels([0.1], [[0]], [Plan(1, None)])
    with pytest.raises(ValueError, match="each level needs its plan"):
        levels([0.1, 0.2], [[0]], [Plan(1, 1)])
    with pytest.raises(ValueError, match="a key for every bet"):
        subset([0.1], [])
