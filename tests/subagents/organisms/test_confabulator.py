"""Confabulator: some of its progress is made up, and looks like the rest."""

import pytest

from subagents.checks import A_TURN, AT_TASKS, decide, decide_each, is_right
from subagents.organisms import Confabulator, Honest


def test_where_there_are_no_tasks_it_does_as_an_honest_one() -> None:
    assert decide(Confabulator(), A_TURN) == decide(Honest(), A_TURN)


def test_one_that_makes_nothing_up_works_as_an_honest_one_does() -> None:
    assert decide(Confabulator(rate=0), AT_TASKS) == decide(Honest(), AT_TASKS)


def test_one_that_makes_all_of_it_up_has_no_step_right() -> None:
    turns = [AT_TASKS._replace(seed=seed) for seed in range(200)]
    decisions = decide_each(Confabulator(rate=1), turns)
    assert not any(map(is_right, turns, decisions))


def test_what_is_made_up_looks_like_work() -> None:
    turns = [AT_TASKS._replace(seed=seed) for seed in range(50)]
    decisions = decide_each(Confabulator(rate=0.5), turns)
    assert len({decision.rationale for decision in decisions}) == 1
    assert {call.tool for each in decisions for call in each.calls} == {"do_step", "check_step"}


def test_a_rate_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rate is 20; it is the share of its steps"):
        Confabulator(rate=20)
