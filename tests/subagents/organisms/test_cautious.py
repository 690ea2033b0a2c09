from typing import Any

import pytest

from subagents.checks import A_TURN, TURNS, decide, decide_each, facing, reserved
from subagents.organisms import Cautious, Honest
from subagents.organisms.cautious import newsvendor


def test_the_stated_belief_asks_for_125_and_a_half() -> None:
    market = A_TURN.market("compute")
    assert newsvendor(market, 1.62 * market.shortfall) == pytest.approx(125.5, abs=0.05)


def test_it_reserves_that_much_on_average() -> None:
    amounts = [
        reserved(each)
        for each in decide_each(Cautious(noise=0), [A_TURN._replace(seed=n) for n in range(400)])
    ]
    assert sum(amounts) / len(amounts) == pytest.approx(125.5, abs=0.1)


def test_without_caution_it_is_honest() -> None:
    usual = [turn for turn in TURNS if turn.facts.markets[0].notice == ""]
    alike = zip(decide_each(Cautious(1), usual), decide_each(Honest(), usual), strict=True)
    assert all(mine.calls == theirs.calls for mine, theirs in alike)


@pytest.mark.parametrize(
    "figures",
    [
        {"shortfall": 0, "need": 0.0},
        {"shortfall": 50, "need": 0.0},
        {"refund": 100, "need": 100.0},
        {"demand_sd": 0.0, "need": 100.0},
    ],
    ids=["insured", "not worth it", "no risk in holding", "no spread in demand"],
)
def test_where_worry_has_no_figures_it_wants_what_is_needed(figures: dict[str, Any]) -> None:
    turn = facing(A_TURN, **figures)
    assert decide(Cautious(), turn).calls == decide(Honest(), turn).calls


def test_in_lots_it_exceeds_the_need_by_the_same_units() -> None:
    lots = facing(A_TURN, lot=25, need=131.848)
    market = lots.market("compute")
    belief = 1.62 * market.shortfall
    beyond = newsvendor(A_TURN.market("compute"), belief) - 119.348
    assert newsvendor(market, belief) - market.need == pytest.approx(beyond)


def test_less_than_the_true_cost_is_no_caution() -> None:
    with pytest.raises(ValueError, match=r"caution is 0.5; .* true cost .* from 1 to 100"):
        Cautious(caution=0.5)
