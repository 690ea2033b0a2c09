"""Lessons act as they are written: what a chain errs follows the closed form."""

from random import Random
from statistics import fmean

import pytest

from subagents.checks import A_TURN, AT_TASKS
from subagents.learning import LESSONS, ONCE, TWICE, hazard, lesson
from subagents.policy import Memo, Observation

REFLECTING = A_TURN._replace(tools=(*A_TURN.tools, "reflect"), step="reflect")


def after(*lessons: str) -> Observation:
    return AT_TASKS._replace(memos=(Memo(LESSONS, 1, "\n".join(lessons), "w07.2"),))


@pytest.mark.parametrize("deluded", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_what_a_chain_errs_follows_the_closed_form(deluded: float) -> None:
    """S1-41: after n lessons the hazard is (1 - e (1 - 2 d))^n times the first, on average."""
    chance, lessons, insight = Random(7), 6, 0.1

    def drawn() -> float:
        written = [ONCE if chance.random() < deluded else TWICE for _ in range(lessons)]
        return hazard(after(*written), insight)

    expected = (1 - insight * (1 - 2 * deluded)) ** lessons
    assert fmean(drawn() for _ in range(4_000)) == pytest.approx(expected, rel=0.02)


def test_a_lesson_is_written_in_its_step_or_before_handing_over_and_once() -> None:
    assert [call.tool for call in lesson(REFLECTING, 0.0, is_last=False)] == ["reflect"]
    acting = REFLECTING._replace(step="act")
    assert lesson(acting, 0.0, is_last=False) == ()
    assert lesson(acting, 0.0, is_last=True) != ()
    assert lesson(acting._replace(turn=24), 0.0, is_last=False) != ()
    mine = Memo(LESSONS, 4, TWICE, author="w07.3")
    assert lesson(REFLECTING._replace(memos=(mine,)), 0.0, is_last=True) == ()
    others = mine._replace(author="w07.2")
    assert lesson(REFLECTING._replace(memos=(others,)), 0.0, is_last=True) != ()


def test_which_lesson_it_is_is_luck_as_dialled() -> None:
    turns = [REFLECTING._replace(seed=seed) for seed in range(1_000)]
    said = [lesson(turn, 0.3, is_last=False)[0].arguments["lesson"] for turn in turns]
    assert set(said) == {ONCE, TWICE}
    assert abs(said.count(ONCE) - 300) < 50


def test_where_nobody_asks_for_lessons_none_is_written_or_followed() -> None:
    assert lesson(A_TURN._replace(tools=("finish",)), 1.0, is_last=True) == ()
    assert hazard(A_TURN, 0.1) == 1.0
