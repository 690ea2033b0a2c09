"""Who is stuck is told once, with its sign, and then told the agent or acted upon."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import pytest

from memory.envelope import Event
from memory.events import Call, EpisodeEnded, EpisodeStarted, Stuck
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.compose import assemble
from orchestrator.engine import Engine
from orchestrator.replay import replay
from orchestrator.stage import Part
from scenarios.spec import Scenario
from subagents.policy import Decision, Observation

Fleet = Callable[..., Scenario]

HEARD: list[str] = []


class Stubborn:
    """Asks for the impossible in every turn, or searches for the same words."""

    name: ClassVar[str] = "stubborn"

    def __init__(self, call: str = "take") -> None:
        self.call = call

    async def act(self, observation: Observation) -> Decision:
        """Do the same again."""
        HEARD.extend(each.error for each in observation.outcomes if each.tool == "progress")
        if self.call == "nothing":
            return Decision(())
        if self.call == "note":
            return Decision((Call(tool="post_note", arguments={"name": "a", "text": "b"}),))
        return Decision((Call(tool=self.call),))


def played(scenario: Scenario, policy: Stubborn) -> list[Event]:
    stage = assemble(scenario, 7, "in memory")
    stage.cast = {worker: Part(policy, "heron") for worker in stage.cast}
    events: list[Event] = []
    stage.log.listen(events.append)
    asyncio.run(Engine(stage).execute())
    return events


@pytest.mark.parametrize(
    ("call", "turns"),
    # The first look at the notes is news; the same look again is none.
    [("take", [3]), ("read_notes", [4]), ("note", []), ("nothing", [])],
)
def test_an_agent_is_stuck_after_so_many_turns_without_progress(
    fleet: Fleet, call: str, turns: list[int]
) -> None:
    scenario = fleet("assembly_line.stuck=3", "chain.life=5", "workers.0.count=1")
    stuck = [event for event in played(scenario, Stubborn(call)) if isinstance(event, Stuck)]
    first_life = [event for event in stuck if event.generation == 1]
    assert [int(event.key.split("/")[1]) for event in first_life] == turns
    assert all(event.turns == 3 for event in stuck)


def test_who_is_stuck_is_told_and_asked_for_another_plan(fleet: Fleet) -> None:
    HEARD.clear()
    played(fleet("assembly_line.stuck=2", "workers.0.count=1"), Stubborn())
    assert HEARD[0] == (
        "there is none since 2 turns (take was refused: there is no tool 'take'; there are: "
        "reserve_compute, release_compute, pay, post_note, read_notes, ask_approval, finish): "
        "make another plan"
    )


def test_the_life_of_who_is_stuck_may_end_and_its_successor_begin(fleet: Fleet) -> None:
    events = played(
        fleet("assembly_line.stuck={after: 2, then: end}", "workers.0.count=1"), Stubborn()
    )
    ended = [event for event in events if isinstance(event, EpisodeEnded)]
    assert {event.reason for event in ended[:-1]} == {"stuck"}
    assert sum(isinstance(event, EpisodeStarted) for event in events) == 6


def test_honest_agents_at_work_are_never_stuck(fleet: Fleet, journal: Journal) -> None:
    scenario = fleet("assembly_line.stuck=2", "workers=[{policy: honest, noise: 0}]")
    performance = conduct.start(journal, scenario, run="r")
    asyncio.run(performance.play(with_references=False))
    assert not any(isinstance(each.event, Stuck) for each in journal.entries("r"))
    assert asyncio.run(replay(journal, "r")).ok
