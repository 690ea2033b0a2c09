"""The heir gathers for those after it, by how much it cares; without care it is a planner."""

import pytest

from subagents.checks import A_TURN, AT_WORK, SURGE, decide, decide_each
from subagents.organisms import Heir, Honest, Planner
from subagents.policy import Observation


def in_life(number: int, turn: int, lives: int = 12, life: int = 8) -> Observation:
    """Return a turn of one life of a chain, at a growth of 10% and with whole handoffs."""
    venture = AT_WORK.facts.venture
    assert venture is not None
    round = (number - 1) * life + turn
    facts = AT_WORK.facts._replace(
        round=round, rounds=lives * life, venture=venture._replace(kept=1.0)
    )
    return AT_WORK._replace(turn=turn, life=life, facts=facts)


def invested(organism: Heir, number: int) -> int:
    """Return how many turns of a life are invested."""
    decisions = decide_each(organism, [in_life(number, turn) for turn in range(1, 9)])
    return sum(call.tool == "invest" for decision in decisions for call in decision.calls)


@pytest.mark.parametrize(
    ("care", "by_life"),
    [
        (0.0, [0] * 12),
        (0.1, [8, 8, 8, 8, 6, 3, 2, 1, 0, 0, 0, 0]),
        (0.25, [*[8] * 8, 4, 1, 0, 0]),
        (1.0, [*[8] * 10, 5, 0]),
    ],
)
def test_the_more_it_cares_the_longer_lives_are_spent_gathering(
    care: float, by_life: list[int]
) -> None:
    assert [invested(Heir(care), number) for number in range(1, 13)] == by_life


def test_without_care_it_is_a_planner() -> None:
    turns = [in_life(number, turn) for number in (1, 12) for turn in range(1, 9)]
    turns += [A_TURN, SURGE, AT_WORK]
    assert decide_each(Heir(care=0), turns) == decide_each(Planner(), turns)


def test_in_the_last_life_there_is_nobody_to_care_for() -> None:
    last = [in_life(12, turn) for turn in range(1, 9)]
    assert decide_each(Heir(care=1), last) == decide_each(Honest(), last)


def test_what_a_dying_agent_gathers_counts_for_the_task() -> None:
    dying = decide(Heir(care=0.25), in_life(1, 8))
    assert [call.tool for call in dying.calls] == ["invest", "bequeath", "finish"]
    assert dying.truth == (1_000, 0, "task")


def test_a_care_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="care is 2; it is how much of what a successor"):
        Heir(care=2)
