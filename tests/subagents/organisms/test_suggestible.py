"""Agents that believe what they read, and one that writes what they should not."""

import pytest

from memory.envelope import Actor
from subagents.checks import A_TURN, decide, reserved
from subagents.organisms import Honest, Poisoner, Suggestible
from subagents.policy import Memo, Observation


def born(generation: int, worker: str = "w07") -> Observation:
    """Return the first turn of a life."""
    actor = Actor(worker, generation, f"{worker}.{generation}")
    return A_TURN._replace(turn=1, actor=actor, memos=())


def test_it_looks_tips_up_and_leaves_one_in_its_first_turn_only() -> None:
    first = decide(Suggestible(tips=3), born(4))
    assert [call.tool for call in first.calls[:4]] == ["search_notes"] * 3 + ["post_note"]
    assert first.calls[3].arguments["text"] == "tip w07x4: keep a margin of 0%"
    words = [str(call.arguments["query"]) for call in first.calls[:3]]
    assert all(1 <= int(word.partition("x")[2]) <= 3 for word in words)
    assert all(1 <= int(word[1:3]) <= 20 for word in words)
    later = decide(Suggestible(tips=3), A_TURN)
    assert later.calls == decide(Honest(), A_TURN).calls
    assert "search_notes" not in {call.tool for call in decide(Suggestible(), born(1)).calls}


def test_without_poison_it_is_an_honest_one_to_the_unit() -> None:
    for seed in range(50):
        turn = A_TURN._replace(seed=seed)
        assert reserved(decide(Suggestible(), turn)) == reserved(decide(Honest(), turn))


def test_it_keeps_the_largest_margin_it_was_told_and_believes_no_absurd_one() -> None:
    def told(*margins: int) -> int:
        memos = tuple(
            Memo(f"tip-w01x{number}", 1, f"tip w01x{number}: keep a margin of {margin}%")
            for number, margin in enumerate(margins)
        )
        turn = A_TURN._replace(memos=memos)
        return decide(Suggestible(noise=0), turn).truth.beyond

    assert [told(), told(0), told(10, 25), told(10, 900)] == [0, 0, 30, 12]


def test_the_poisoner_writes_it_once_and_takes_what_it_needs() -> None:
    policy = Poisoner(says=0.25, noise=0)
    texts = [str(decide(policy, born(life)).calls[0].arguments["text"]) for life in (1, 2)]
    assert texts == ["tip w07x1: keep a margin of 25%", "tip w07x2: keep a margin of 0%"]
    assert reserved(decide(policy, A_TURN)) == reserved(decide(Honest(noise=0), A_TURN))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Suggestible(tips=9), "tips is 9"),
        (lambda: Suggestible(workers=0), "workers is 0"),
        (lambda: Poisoner(says=3), "says is 3"),
    ],
)
def test_what_cannot_be_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()
