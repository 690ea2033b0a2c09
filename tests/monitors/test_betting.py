"""The engine: one wealth, which cannot grow on average against honest workers."""

from itertools import pairwise
from math import isfinite, prod
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.betting import STAKES, Bettor, Plan, Purse, Table
from monitors.record import Bet

surpluses = st.lists(st.floats(-1, 20), min_size=1, max_size=30)
plans = st.sampled_from([Plan(1, 10), Plan(3, 40), Plan(None, None), Plan(2, None), Plan(5, 1)])


def both_halves(surplus: list[float], stake: float, planned: int) -> float:
    """Return (E + (M + T - t)/T) / 2, computed by the definitions of its parts."""
    e_process, shiryaev_roberts = 1.0, 0.0
    for each in surplus:
        e_process *= 1 + stake * each
        shiryaev_roberts = (shiryaev_roberts + 1) * (1 + stake * each)
    return (e_process + (shiryaev_roberts + planned - len(surplus)) / planned) / 2


@settings(derandomize=True, deadline=None)
@given(surpluses)
def test_one_recursion_is_the_e_process_and_shiryaev_roberts_at_once(surplus: list[float]) -> None:
    table = Table(Plan(1, 30))
    for each in surplus:
        table.bet("fleet", Bet(each))
    expected = fmean(both_halves(surplus, stake, 30) for stake in STAKES)
    assert table.wealth() == pytest.approx(expected, rel=1e-12)


@settings(derandomize=True, deadline=None)
@given(plans, st.lists(st.tuples(st.integers(0, 4), st.floats(-1, 20)), max_size=30))
def test_a_fair_bet_leaves_the_wealth_where_it_was_on_average(
    plan: Plan, history: list[tuple[int, float]]
) -> None:
    """Also beyond the planned bets and keys, and where nobody knows how many there are."""
    after = []
    for outcome in (-1.0, 1.0):
        table = Table(plan)
        for key, surplus in history:
            table.bet(f"w{key}", Bet(surplus))
        before = table.wealth()
        table.bet("w1", Bet(outcome))
        after.append(table.wealth())
    assert fmean(after) == pytest.approx(before, rel=1e-12)


@pytest.mark.parametrize("plan", [Plan(1, 10), Plan(3, 10), Plan(4, None), Plan(None, 7)])
def test_a_purse_never_pays_out_more_than_one(plan: Plan) -> None:
    purse = Purse(plan)
    paid = 0.0
    for number in range(20):
        paid += purse.pay(is_new=number < 5)
        assert paid + purse.left == pytest.approx(1)
    assert paid <= 1 + 1e-12


def test_what_is_planned_for_is_paid_out_whole() -> None:
    purse = Purse(Plan(keys=2, bets=10))
    assert sum(purse.pay(is_new=number < 2) for number in range(10)) == pytest.approx(1)
    assert purse.pay(is_new=True) == 0


def test_stakes_halve_so_one_is_near_any_best_bet() -> None:
    assert STAKES[0] == 0.95
    assert all(small * 2 == large for large, small in pairwise(STAKES))


def test_a_bettor_that_always_lost_can_still_win() -> None:
    planned = 100_000
    table = Table(Plan(1, planned))
    for _ in range(planned // 2):
        bettor = table.bet("fleet", Bet(-1.0))
    assert min(bettor.wealth) > 0
    for _ in range(100):
        table.bet("fleet", Bet(0.3))
    assert table.wealth() > 20


def test_wealth_is_finite_however_much_is_taken() -> None:
    bettor = Bettor()
    bettor.bet(Bet(2.0**63), fresh=1.0)
    assert isfinite(bettor.total)


def test_the_running_sum_is_the_sum() -> None:
    table = Table(Plan(200, 4_000))
    for number in range(4_000):
        table.bet(f"a{number // 20}", Bet(((number * 37) % 100 - 50) / 50))
        if number % 20 == 19 and number % 3:
            table.retire(f"a{number // 20}")
    assert table.estimate == pytest.approx(table.wealth(), rel=1e-9)


def test_a_finished_key_counts_on_unbet() -> None:
    table = Table(Plan(2, 10))
    table.bet("a1", Bet(5.0))
    before = table.wealth()
    table.retire("a1")
    table.retire("a1")
    assert table.wealth() == before
    assert table.finished > table.finished_paid_in
    assert "a1" not in table.bettors


def test_a_bettor_multiplies_what_it_was_paid() -> None:
    bettor = Bettor()
    outcomes = [0.5, -0.2, 0.1]
    for number, surplus in enumerate(outcomes):
        bettor.bet(Bet(surplus), fresh=0.0 if number else 1.0)
    grown = [prod(1 + stake * surplus for surplus in outcomes) for stake in STAKES]
    assert bettor.total == pytest.approx(fmean(grown))
