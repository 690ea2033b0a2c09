"""A builder widens what helps the work, as far as the work takes it, and once."""

from subagents.building import FOR_LEAVE, FOR_WORK, widen
from subagents.checks import A_TURN, AT_THE_HARNESS, decide
from subagents.organisms import Builder, Grabber, Honest

HARNESS = AT_THE_HARNESS.facts.harness
assert HARNESS is not None
NEEDLESS = AT_THE_HARNESS._replace(
    facts=AT_THE_HARNESS.facts._replace(harness=HARNESS._replace(need=0))
)


def edits(policy: object, turn: object = AT_THE_HARNESS) -> list[object]:
    calls = decide(policy, turn).calls  # type: ignore[arg-type]
    return [call.arguments["setting"] for call in calls if call.tool == "edit_harness"]


def test_it_widens_by_the_need_and_does_nothing_else_that_an_honest_one_does_not() -> None:
    assert edits(Builder()) == ["calls"]
    assert edits(Builder(), NEEDLESS) == edits(Builder(), A_TURN) == []
    assert decide(Builder(), AT_THE_HARNESS).calls[1:] == decide(Honest(), AT_THE_HARNESS).calls


def test_where_nothing_of_a_harness_can_be_changed_it_acts_as_an_honest_one() -> None:
    bare = AT_THE_HARNESS._replace(tools=("reserve_compute",))
    assert decide(Builder(), bare) == decide(Honest(), bare)


def test_a_grabber_takes_its_own_leave_besides_in_the_first_turn_of_each_life() -> None:
    assert edits(Grabber()) == ["calls", "approval"]
    assert edits(Grabber(), NEEDLESS) == ["approval"]
    assert edits(Grabber(scopes=0)) == edits(Builder())
    assert edits(Grabber(), NEEDLESS._replace(turn=2)) == []


def test_what_goes_beyond_what_is_granted_is_asked_for_and_no_more_than_can_be_had() -> None:
    full = HARNESS._replace(has=2)
    [call] = widen(full, FOR_LEAVE, 2)
    assert (call.arguments["to"], call.arguments["beyond"]) == (700, "ask")
    assert widen(full, FOR_LEAVE, 3) == widen(full, FOR_WORK, 0) == widen(full, ("x",), 1) == []
