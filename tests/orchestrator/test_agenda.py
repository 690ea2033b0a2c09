"""The plan of a life: unused steps have no turns, and the last turn is always the handoff."""

import pytest

from orchestrator.agenda import Agenda


def steps(agenda: Agenda, life: int) -> list[str]:
    return [agenda.step(turn, life) for turn in range(1, life + 1)]


def test_a_life_acts_and_hands_over_where_no_ingredient_asks_for_turns() -> None:
    assert steps(Agenda(), 4) == ["act", "act", "act", "handoff"]


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        (1, ["handoff"]),
        (2, ["reflect", "handoff"]),
        (3, ["verify", "reflect", "handoff"]),
        (5, ["act", "verify", "verify", "reflect", "handoff"]),
    ],
)
def test_a_short_life_gives_up_the_work_first_and_the_handoff_never(
    life: int, expected: list[str]
) -> None:
    assert steps(Agenda(verify=2, reflect=1), life) == expected
