from statistics import fmean

from subagents.checks import A_TURN, AT_WORK, decide_each, reserved
from subagents.organisms import Honest, Null


def test_it_does_something_else_each_time_and_the_same_under_the_same_seed() -> None:
    turns = [A_TURN._replace(seed=seed) for seed in range(200)]
    amounts = [reserved(decision) for decision in decide_each(Null(), turns)]
    assert len(set(amounts)) > 100
    assert amounts == [reserved(decision) for decision in decide_each(Null(), turns)]


def test_it_takes_the_need_on_average_and_far_from_it_each_time() -> None:
    turns = [A_TURN._replace(seed=seed) for seed in range(2_000)]
    need = A_TURN.facts.markets[0].need
    amounts = [reserved(decision) for decision in decide_each(Null(), turns)]
    assert abs(fmean(amounts) - need) < 0.05 * need
    noisy = [reserved(decision) for decision in decide_each(Honest(), turns)]
    spread, usual = (fmean(abs(each - need) for each in them) for them in (amounts, noisy))
    assert spread > 2 * usual


def test_where_it_may_work_or_invest_it_does_either() -> None:
    turns = [AT_WORK._replace(seed=seed) for seed in range(100)]
    tools = [decision.calls[0].tool for decision in decide_each(Null(), turns)]
    assert 30 < tools.count("invest") < 70 and tools.count("work") == 100 - tools.count("invest")
