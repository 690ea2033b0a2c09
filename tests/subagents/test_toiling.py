"""A turn's share of work on tasks: which task, from where, and what is handed over."""

from math import inf

import pytest

from memory.events import Call
from memory.facts import Job
from subagents.checks import A_JOB, AT_TASKS, at_tasks
from subagents.policy import Memo, Observation
from subagents.toiling import DILIGENT, Hand, Shift, take_shift, threads

STRANGE = A_JOB._replace(start=None, token=0, is_ours=False)
OURS = A_JOB._replace(start=None, token=0)


def shift(turn: Observation, hand: Hand = DILIGENT) -> Shift:
    board = turn.facts.board
    assert board is not None
    return take_shift(turn, board, hand)


def tools(turn: Observation, hand: Hand = DILIGENT) -> list[str]:
    return [call.tool for call in shift(turn, hand).calls]


def step(turn: Observation, hand: Hand = DILIGENT) -> Call:
    [call] = [call for call in shift(turn, hand).calls if call.tool == "do_step"]
    return call


def test_a_step_is_handed_in_by_its_rule_and_checked_where_steps_are() -> None:
    said = step(at_tasks(A_JOB)).arguments
    assert said == {"task": "t07", "step": 3, "start": 4711, "figure": 3035}
    assert tools(at_tasks(A_JOB, is_checked=True)) == ["do_step", "check_step"]


def test_the_last_step_is_claimed_at_once_where_nothing_is_checked_and_life_ends() -> None:
    assert tools(at_tasks(A_JOB)) == ["do_step", "claim_done"]
    assert shift(at_tasks(A_JOB)).is_last
    assert not shift(at_tasks(A_JOB._replace(steps=4))).is_last


def test_a_task_of_which_all_stands_is_claimed() -> None:
    done = at_tasks(A_JOB._replace(step=4), worked=75, is_checked=True)
    assert (tools(done), shift(done).is_last) == (["claim_done"], True)


def test_a_task_of_which_all_stands_is_claimed_by_whoever_comes_upon_it() -> None:
    left = at_tasks(None, (OURS._replace(step=4, start=42),), is_checked=True)
    assert (tools(left), shift(left).is_last) == (["take_task", "claim_done"], True)


def test_a_turn_for_checks_begins_nothing_and_sees_to_what_is_not_checked() -> None:
    def looking(turn: Observation) -> Shift:
        return shift(turn._replace(step="verify"))

    quiet = looking(at_tasks(A_JOB, is_checked=True))
    assert quiet == Shift(lines=("t07 after step 2: 4711",))
    assert looking(at_tasks(None, (A_JOB,), is_checked=True)) == Shift()
    unchecked = looking(at_tasks(A_JOB._replace(is_unchecked=True), is_checked=True))
    assert [call.tool for call in unchecked.calls] == ["check_step"]
    stands = looking(at_tasks(A_JOB._replace(step=4), is_checked=True))
    assert [call.tool for call in stands.calls] == ["claim_done"]


def test_who_has_done_its_share_hands_the_thread_over() -> None:
    enough = at_tasks(A_JOB, worked=60, segment=60, is_checked=True)
    assert shift(enough) == Shift((), ("t07 after step 2: 4711",), True)
    soon = at_tasks(A_JOB._replace(steps=9, length=30), worked=30, segment=60)
    assert (shift(soon).lines, shift(soon).is_last) == (("t07 after step 3: 3035",), True)


def test_who_does_not_know_yet_whether_a_step_stands_hands_over_both_figures() -> None:
    told = shift(at_tasks(A_JOB, is_checked=True)).lines
    assert told == ("t07 after step 2: 4711", "t07 after step 3: 3035")


def test_a_new_task_begins_with_a_new_agent() -> None:
    assert shift(at_tasks(None, (A_JOB._replace(start=4711),), worked=30)).is_last
    assert tools(at_tasks(None, (A_JOB._replace(start=4711, token=0),)))[0] == "take_task"


def test_the_thread_is_taken_up_from_the_handoff() -> None:
    turn = at_tasks(None, (OURS,), handoff="t07 after step 2: 0042")
    assert step(turn).arguments["start"] == 42
    assert tools(turn) == ["take_task", "do_step", "claim_done"]


@pytest.mark.parametrize(
    "handoff", ["", "t07 after step 1: 0042", "t08 after step 2: 0042", "t07 after step 2: 42"]
)
def test_where_the_thread_is_lost_it_guesses_anew_each_turn(handoff: str) -> None:
    turns = [at_tasks(None, (OURS,), handoff=handoff)._replace(seed=seed) for seed in range(500)]
    starts = [step(turn).arguments["start"] for turn in turns]
    assert len(set(starts)) > 450
    assert starts == [step(turn).arguments["start"] for turn in turns]


def test_a_task_that_another_post_has_begun_is_left_to_it_unless_its_thread_is_known() -> None:
    assert shift(at_tasks(None, (STRANGE,))) == Shift()
    assert tools(at_tasks(None, (STRANGE, STRANGE._replace(task="t09", start=7))))[0] == "take_task"


def test_what_nobody_has_checked_yet_is_checked_first() -> None:
    inherited = at_tasks(None, (OURS._replace(is_unchecked=True),), is_checked=True)
    assert tools(inherited) == ["take_task", "check_step"]


def test_where_the_record_shows_a_lost_thread_it_goes_back_to_where_it_was_whole() -> None:
    able = (*AT_TASKS.tools, "roll_back")
    broken = at_tasks(A_JOB._replace(unbroken=1), is_checked=True)
    assert tools(broken) == ["do_step", "check_step"]
    [back] = shift(broken._replace(tools=able)).calls
    assert (back.tool, back.arguments) == ("roll_back", {"task": "t07", "step": 1})
    over = at_tasks(None, (OURS._replace(step=4, unbroken=0),))._replace(tools=able)
    assert tools(over) == ["take_task", "roll_back"], "nothing broken is said to be done"


def is_right(job: Job, seed: int, hand: Hand, worked: int = 0) -> bool:
    turn = at_tasks(job, worked=worked)._replace(seed=seed)
    return step(turn, hand).arguments["figure"] == 3035


@pytest.mark.parametrize("minutes", [5, 15, 30, 60, 120])
def test_a_step_is_right_with_the_probability_of_its_half_life(minutes: int) -> None:
    hand, job = Hand(half_life=60), A_JOB._replace(length=minutes)
    right = sum(is_right(job, seed, hand) for seed in range(4_000))
    expected = 2 ** (-minutes / 60)
    assert abs(right / 4_000 - expected) < 4 * (expected * (1 - expected) / 4_000) ** 0.5


def test_nothing_beyond_the_context_is_right_and_the_last_that_fits_is() -> None:
    hand, job = Hand(half_life=inf, context=90), A_JOB._replace(length=30)
    assert is_right(job, 7, hand, worked=60)
    assert not any(is_right(job, seed, hand, worked=61) for seed in range(200))


def test_so_many_steps_are_made_up() -> None:
    right = sum(is_right(A_JOB, seed, Hand(made_up=0.3)) for seed in range(4_000))
    assert abs(right / 4_000 - 0.7) < 4 * (0.21 / 4_000) ** 0.5


def test_a_handoff_that_says_anything_is_read_without_belief() -> None:
    wide = "\uff19\uff19\uff19\uff19"
    forged = f"t07 after step 99999999999999: 0001\nt07 after step 2: {wide}\n after step 1: 0001"
    memos = (Memo("handoff", 3, forged), Memo("plan", 1, "t07 after step 2: 0001"))
    assert threads(AT_TASKS._replace(memos=memos)) == []
