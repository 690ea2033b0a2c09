"""A fleet that works with its notebook: all it does with notes is in the log, and resumes."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import pytest

from memory.events import Call, NoteRead, NoteSearched, NoteWritten, ToolResult
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.compose import assemble
from orchestrator.engine import Engine, Listeners
from orchestrator.stage import Part, Stage
from scenarios.spec import Scenario
from subagents.policy import Decision, Observation

Fleet = Callable[..., Scenario]
TOOLS = "world.tools=[reserve_compute, post_note, search_notes, rollback_note, finish]"


class Librarian:
    """Searches, writes upon what it expects, and takes back what was written."""

    name: ClassVar[str] = "librarian"

    async def act(self, observation: Observation) -> Decision:
        worker, round = observation.actor.worker, observation.facts.round
        plan = {"name": "plan", "text": f"hold {observation.seed % 7} says {worker}"}
        by_turn = (
            Call(tool="post_note", arguments={**plan, "expected_version": round // 4 - 1}),
            Call(tool="search_notes", arguments={"query": f"hold {observation.seed % 7}"}),
            Call(tool="rollback_note", arguments={"name": "plan", "version": 1}),
            Call(tool="post_note", arguments={**plan, "parents": ["plan@1"], "claim": "inference"}),
        )
        return Decision((by_turn[observation.turn % 4], by_turn[1]))


def with_librarians(stage: Stage) -> Stage:
    stage.cast = {worker: Part(Librarian(), "heron") for worker in stage.cast}
    return stage


def told(stage: Stage) -> list[object]:
    events: list[object] = []
    stage.log.listen(events.append)
    asyncio.run(Engine(stage).execute())
    return events


def test_all_that_is_done_with_notes_is_in_the_log(fleet: Fleet) -> None:
    events = told(with_librarians(assemble(fleet(TOOLS), 7, "r")))
    searches = [each for each in events if isinstance(each, NoteSearched)]
    reads = {(e.cause, e.note, e.version) for e in events if isinstance(e, NoteRead)}
    assert any(search.found for search in searches)
    for search in searches:
        for found in search.found:
            assert (search.cause, found.note, found.version) in reads, "found, shown, not read"
    written = [each for each in events if isinstance(each, NoteWritten)]
    assert any(each.restored for each in written)
    assert any(each.parents and each.claim == "inference" for each in written)
    refusals = [each.error for each in events if isinstance(each, ToolResult) and each.error]
    assert any("you expected" in error for error in refusals)


@pytest.mark.parametrize("stop_after", [1, 6, 11])
def test_a_run_resumed_in_the_middle_has_the_notebook_it_had(
    fleet: Fleet, journal: Journal, stop_after: int
) -> None:
    whole = with_librarians(assemble(fleet(TOOLS), 7, "whole"))
    asyncio.run(Engine(whole).execute())
    performance = conduct.start(journal, fleet(TOOLS), seed=7, run="stopped")
    with_librarians(performance.stage)

    async def play_and_cancel() -> None:
        task = asyncio.current_task()
        assert task is not None
        stop = lambda round: task.cancel() if round == stop_after else None  # noqa: E731
        await performance.play(Listeners(on_round=stop, rounds_per_second=1000))

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(play_and_cancel())
    again = conduct.resume(journal, "stopped")
    with_librarians(again.stage)
    summary = asyncio.run(again.play(with_references=False))
    assert summary.digest == whole.log.digest
