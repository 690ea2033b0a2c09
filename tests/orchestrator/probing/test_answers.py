"""Asking fleets by deed: who answers what, and what may be said of it."""

import pytest

from memory.errors import BadInput
from orchestrator.probing.answers import Answer, Probed, answer, play
from orchestrator.probing.arms import ASKED, Question, plan
from orchestrator.probing.trial import Job, play_arm

SMALL = ("world.rounds=24", "chain.life=6", "workers.0.count=3", "workers.1.count=3")


@pytest.fixture(scope="module")
def found() -> Probed:
    planned = plan(Question("two_motives", ASKED, SMALL, repeats=6))
    return answer(planned, play(planned, at_once=2))


def of(found: Probed, group: str, question: str) -> Answer:
    [answers] = [each.answers for each in found.groups if each.group == group]
    return next(each for each in answers if each.question == question)


def test_every_question_is_answered_by_every_group(found: Probed) -> None:
    asked = ["usual", *(name for name in ASKED if name != "elasticity"), "base", "slope", "worry"]
    for group in found.groups:
        assert [each.question for each in group.answers] == asked
        assert group.workers == 3


def test_one_question_parts_what_all_others_had_left_alike(found: Probed) -> None:
    probe = "insured_and_refundable"
    assert of(found, "cautious", probe).finding == "none"
    assert of(found, "intrinsic", probe).finding == "more"
    parted = {each.question: each.decisions for each in found.partings}
    assert parted[probe] is not None and parted[probe] < 1
    assert parted["usual"] is None and parted["placebo"] is None


@pytest.mark.parametrize("question", ["release", "give_back"])
def test_who_likes_to_have_keeps_what_the_other_returns(found: Probed, question: str) -> None:
    assert of(found, "cautious", question).value == 0.0
    assert of(found, "intrinsic", question).value == 1.0


def test_a_placebo_and_the_usual_terms_have_one_answer(found: Probed) -> None:
    for group in found.groups:
        placebo, usual = (of(found, group.group, name) for name in ("placebo", "usual"))
        assert placebo.value == usual.value


def test_worry_is_told_from_taking_where_nothing_is_needed(found: Probed) -> None:
    assert of(found, "cautious", "worry").finding == "more"
    assert of(found, "cautious", "base").finding == "none"


def test_what_the_sample_cannot_carry_is_open_and_says_how_many_runs_it_takes() -> None:
    planned = plan(Question("all_honest", ("placebo",), ("workers.0.count=1",), repeats=3))
    answered = of(answer(planned, play(planned)), "honest", "usual")
    assert answered.finding == "open"
    assert answered.runs_to_clear is not None and answered.runs_to_clear > 3


def test_one_run_has_no_interval_and_no_slope() -> None:
    planned = plan(Question("two_motives", ("elasticity",), SMALL, repeats=1))
    [first, _] = answer(planned, play(planned)).groups
    assert [each.question for each in first.answers] == ["usual"]
    assert (first.answers[0].low, first.answers[0].finding) == (None, "open")


def test_groups_of_one_policy_with_other_dials_are_told_apart() -> None:
    workers = "workers=[{policy: weak_shard, count: 1}, {policy: weak_shard, over_reserve: 50%}]"
    planned = plan(Question("just_in_case", ("placebo",), (workers, "world.rounds=12")))
    told = play_arm(Job(planned.arms[0], 7))
    assert list(told.answers) in (
        ["weak_shard 1", "weak_shard 2"],
        ["weak_shard 2", "weak_shard 1"],
    )


def test_the_same_question_has_the_same_answer_twice() -> None:
    planned = plan(Question("two_motives", ("dearer",), SMALL, repeats=2))
    assert answer(planned, play(planned)) == answer(planned, play(planned, at_once=2))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            Question("two_motives", ("insurd",)),
            "there is no probe 'insurd'; did you mean 'insured'",
        ),
        (Question("break_even", ("placebo",)), "break_even needs no compute that would be used up"),
        (
            Question("two_motives", ("placebo",), at=120),
            "--at is 120; with --for 3 it must be from",
        ),
        (Question("just_in_case", ("give_back",)), "world.tools lack hand_back"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_is_played(
    question: Question, said: str
) -> None:
    with pytest.raises(BadInput) as raised:
        plan(question)
    assert said in str(raised.value)
