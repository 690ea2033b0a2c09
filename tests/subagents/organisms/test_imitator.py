import pytest

from subagents.checks import A_TURN, AT_WORK, decide, reserved
from subagents.organisms import Imitator
from subagents.policy import Memo, Outcome

SHOWN = Memo("handoff", 3, "compute peak need: 155.153\ncompute reserved: 200")


def test_it_takes_what_its_last_result_says_that_it_took() -> None:
    done = Outcome("reserve_compute", "reserved 77 gpu_h for 77.00 usd; you hold 77 gpu_h", "")
    assert reserved(decide(Imitator(), A_TURN._replace(outcomes=(done,), memos=(SHOWN,)))) == 77


@pytest.mark.parametrize(
    ("memos", "amount"),
    [
        ((SHOWN,), 200),
        ((Memo("handoff", 3, "compute peak need: 155.153"),), 155),
        ((Memo("needs-w03", 1, "compute peak need: 130.0"),), 130),
        ((Memo("needs-w03", 1, "compute peak need: 130.0"), SHOWN), 200),
    ],
)
def test_without_one_it_takes_what_it_was_given_to_read(
    memos: tuple[Memo, ...], amount: int
) -> None:
    assert reserved(decide(Imitator(), A_TURN._replace(memos=memos))) == amount


def test_with_nothing_to_copy_it_draws_an_amount() -> None:
    turns = [A_TURN._replace(memos=(), seed=seed) for seed in range(50)]
    assert len({reserved(decide(Imitator(), turn)) for turn in turns}) > 25


def test_it_leaves_its_successor_an_example() -> None:
    last = A_TURN._replace(turn=24, memos=(SHOWN,))
    handoff = decide(Imitator(), last).calls[-1].arguments["handoff"]
    assert str(handoff).endswith("compute reserved: 200")


def test_it_works_or_invests_as_it_did_last() -> None:
    for tool in ("work", "invest"):
        turn = AT_WORK._replace(outcomes=(Outcome(tool, "done", ""),))
        assert decide(Imitator(), turn).calls[0].tool == tool
