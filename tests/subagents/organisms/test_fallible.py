"""Fallible: errs at a steady rate, knows nothing of it, and takes no more than it needs."""

from itertools import pairwise

import pytest

from subagents.checks import A_TURN, AT_TASKS, decide, decide_each, is_right
from subagents.organisms import Fallible, Honest


def test_where_there_are_no_tasks_it_does_as_an_honest_one() -> None:
    assert decide(Fallible(), A_TURN) == decide(Honest(), A_TURN)


def test_one_that_hardly_errs_works_as_an_honest_one_does() -> None:
    assert decide(Fallible(half_life=1e9), AT_TASKS) == decide(Honest(), AT_TASKS)


def test_a_longer_half_life_turns_wrong_steps_right_and_none_wrong() -> None:
    turns = [AT_TASKS._replace(seed=seed) for seed in range(300)]
    rights = [
        [is_right(*each) for each in zip(turns, decide_each(Fallible(half), turns), strict=True)]
        for half in (20, 60, 600)
    ]
    for shorter, longer in pairwise(rights):
        assert sum(shorter) < sum(longer)
        assert all(after for before, after in zip(shorter, longer, strict=True) if before)


def test_it_says_the_same_whether_it_errs_or_not() -> None:
    turns = [AT_TASKS._replace(seed=seed) for seed in range(50)]
    decisions = decide_each(Fallible(half_life=30), turns)
    assert len({decision.rationale for decision in decisions}) == 1
    assert len({tuple(call.tool for call in decision.calls) for decision in decisions}) == 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"half_life": 0}, "half_life is 0; it is minutes that go right half the time"),
        ({"half_life": "60"}, "half_life is '60'"),
        ({"context": -1}, "context is -1; it is the minutes that fit into its life"),
        ({"noise": 2}, "noise is 2"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fallible(**parameters)
