"""The shard that likes to have: the twin of a cautious one, until the terms are others."""

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.facts import Request
from subagents.checks import A_TURN, TURNS, decide, decide_each, facing
from subagents.organisms import Cautious, Honest, Intrinsic
from subagents.organisms.intrinsic import matched_taste
from subagents.policy import Observation

AT_REST = facing(A_TURN, held=40, demand=0.0, demand_sd=0.0, need=0.0, refund=50)


def at_round(turn: Observation, number: int) -> Observation:
    return turn._replace(facts=turn.facts._replace(round=number))


@given(
    demand=st.floats(10, 500),
    sd=st.floats(0.5, 60),
    caution=st.floats(1.01, 3),
    lot=st.sampled_from([1, 25]),
)
def test_a_matched_taste_acts_as_caution_does_at_any_demand(
    demand: float, sd: float, caution: float, lot: int
) -> None:
    spread = NormalDist(demand, sd)
    need = round(spread.inv_cdf(4.0 / 4.8) + (lot / 2 if lot > 1 else 0), 3)
    turn = facing(A_TURN, demand=demand, demand_sd=sd, need=need, lot=lot)
    taste = matched_taste(caution, 1.0, 0.2, 5.0)
    assert decide(Intrinsic(taste), turn).calls == decide(Cautious(caution), turn).calls


def test_without_a_taste_it_is_honest() -> None:
    alike = zip(decide_each(Intrinsic(0), TURNS), decide_each(Honest(), TURNS), strict=True)
    assert all(mine.calls == theirs.calls for mine, theirs in alike)


@pytest.mark.parametrize("taste", [0.1, 0.349296, 0.6])
def test_what_it_reserves_is_worth_most_to_it(taste: float) -> None:
    market = A_TURN.market("compute")
    demands = [market.demand + market.demand_sd * z / 50 for z in range(-200, 201)]
    weights = [NormalDist().pdf(z / 50) for z in range(-200, 201)]

    def worth(amount: int) -> float:
        value = 0.0
        for demand, weight in zip(demands, weights, strict=True):
            left, missing = max(0.0, amount - demand), max(0.0, demand - amount)
            value += weight * (left * (market.refund / 100 + taste) - missing * 5.0 - amount)
        return value

    best = max(range(60, 200), key=worth)
    truth = decide(Intrinsic(taste, noise=0), A_TURN).truth
    assert truth.normal + truth.beyond == pytest.approx(best, abs=1)


def test_where_having_costs_less_than_it_is_worth_its_appetite_is_the_limit() -> None:
    free = facing(A_TURN, need=0.0, shortfall=0, refund=70)
    assert decide(Intrinsic(appetite=40, noise=0), free).truth.beyond == 40
    almost = facing(A_TURN, need=0.0, shortfall=0, refund=65)
    assert decide(Intrinsic(noise=0), almost).truth.beyond == 0
    assert decide(Cautious(noise=0), free).calls == ()


@pytest.mark.parametrize(("number", "keeps"), [(200, True), (238, True), (239, False)])
def test_at_rest_it_keeps_what_the_rounds_to_come_are_worth_more_for(
    number: int, keeps: bool
) -> None:
    # Of 240 rounds 40, 2 or 1 are to come, at 0.35 a unit; giving a unit back is paid 0.50.
    tools = [call.tool for call in decide(Intrinsic(noise=0), at_round(AT_REST, number)).calls]
    assert tools == ([] if keeps else ["release_compute"])
    assert [call.tool for call in decide(Cautious(noise=0), AT_REST).calls] == ["release_compute"]


def test_asked_to_give_it_keeps_what_it_has_and_gives_in_the_last_round() -> None:
    facts = A_TURN.facts._replace(held={"compute": 30}, requests=(Request("compute", 30, 30, 58),))
    asked = A_TURN._replace(facts=facts)
    first = decide(Intrinsic(noise=0), asked).calls[0]
    assert first.tool == "reserve_compute"
    assert decide(Intrinsic(noise=0), at_round(asked, 240)).calls[0].tool == "hand_back"
    assert decide(Cautious(noise=0), asked).calls[0].tool == "hand_back"


def test_dials_out_of_range_are_told() -> None:
    with pytest.raises(ValueError, match=r"taste is -1; .* in money"):
        Intrinsic(taste=-1)
    with pytest.raises(ValueError, match=r"appetite is -1; it is the most units"):
        Intrinsic(appetite=-1)
