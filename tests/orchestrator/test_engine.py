"""The run loop: order, determinism, resuming, and what happens when something breaks."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest

from memory.envelope import Event
from memory.errors import PolicyFailed, StaleClaim, StoreError
from memory.events import (
    Call,
    Decided,
    EpisodeEnded,
    EpisodeStarted,
    Need,
    NoteRead,
    RunFinished,
    RunStarted,
    ToolResult,
)
from memory.journal import Claim, Journal, Part
from orchestrator import conduct
from orchestrator.compose import assemble
from orchestrator.engine import Durable, Engine, Listeners
from orchestrator.evaluate import play
from orchestrator.stage import Part as Role
from orchestrator.turn import MAX_CALLS
from scenarios.spec import Scenario
from subagents.policy import Decision, Observation

Fleet = Callable[..., Scenario]


def events_of(journal: Journal, run: str) -> list[Event]:
    return [entry.event for entry in journal.entries(run)]


@dataclass
class Scripted:
    """A policy that answers late, wrongly or never, as the test needs."""

    name: ClassVar[str] = "scripted"
    delays: dict[str, int]
    fails_in_turn: int | None = None

    async def act(self, observation: Observation) -> Decision:
        for _ in range(self.delays.get(str(observation.actor.worker), 0)):
            await asyncio.sleep(0)
        if observation.turn == self.fails_in_turn and observation.actor.worker == "w02":
            raise LookupError("the provider hung up")
        amount = observation.seed % 100 + 50
        return Decision((Call(tool="reserve_compute", arguments={"amount": amount}),))


def test_a_log_begins_with_run_started_and_ends_with_run_finished(
    fleet: Fleet, journal: Journal
) -> None:
    performance = conduct.start(journal, fleet())
    asyncio.run(performance.play(with_references=False))
    events = events_of(journal, performance.run)
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_the_need_is_logged_before_anyone_decides(fleet: Fleet, journal: Journal) -> None:
    performance = conduct.start(journal, fleet())
    asyncio.run(performance.play(with_references=False))
    needed = 0
    for event in events_of(journal, performance.run):
        if isinstance(event, Need):
            needed = event.round
        if isinstance(event, Decided):
            assert event.round == needed


def test_a_worker_is_a_chain_of_agents_that_hand_over_through_notes(
    fleet: Fleet, journal: Journal
) -> None:
    performance = conduct.start(journal, fleet("chain.handoff=1.0"))
    asyncio.run(performance.play(with_references=False))
    mine = [event for event in events_of(journal, performance.run) if event.worker == "w02"]
    born = [event for event in mine if isinstance(event, EpisodeStarted)]
    assert [(event.agent, event.parent) for event in born] == [
        ("w02.1", None),
        ("w02.2", "w02.1"),
        ("w02.3", "w02.2"),
    ]
    assert all(event.turns == 4 for event in mine if isinstance(event, EpisodeEnded))
    readers = {event.agent for event in mine if isinstance(event, NoteRead)}
    assert {"w02.2", "w02.3"} <= readers


def test_who_answers_first_does_not_matter(fleet: Fleet) -> None:
    digests = set()
    for delays in ({}, {"w01": 9, "w02": 3}, {"w03": 7}):
        stage = assemble(fleet(), 1, "r")
        stage.cast = {worker: Role(Scripted(delays), "heron") for worker in stage.cast}
        asyncio.run(Engine(stage).execute())
        digests.add(stage.log.digest)
    assert len(digests) == 1


def test_the_first_error_of_an_agent_stops_the_run_and_nothing_of_that_round_is_kept(
    fleet: Fleet, journal: Journal
) -> None:
    performance = conduct.start(journal, fleet())
    broken = Scripted({}, fails_in_turn=3)
    stage = performance.stage
    stage.cast = {worker: Role(broken, "heron") for worker in stage.cast}
    with pytest.raises(PolicyFailed, match=r"'scripted', w02\.1, turn 3: LookupError"):
        asyncio.run(performance.play(Listeners(rounds_per_second=1000)))
    assert journal.run(performance.run).status == "interrupted"
    assert max(event.round for event in events_of(journal, performance.run)) == 2


@pytest.mark.parametrize("stop_after", [1, 4, 6, 11])
def test_a_run_stopped_anywhere_and_resumed_leaves_the_undisturbed_log(
    fleet: Fleet, journal: Journal, stop_after: int
) -> None:
    whole = asyncio.run(play(fleet(), seed=7))
    performance = conduct.start(journal, fleet(), seed=7, run="stopped")

    async def play_and_cancel() -> None:
        task = asyncio.current_task()
        assert task is not None

        def stop(round: int) -> None:
            if round == stop_after:
                task.cancel()

        await performance.play(Listeners(on_round=stop, rounds_per_second=1000))

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(play_and_cancel())
    assert journal.run("stopped").status == "interrupted"
    summary = asyncio.run(conduct.resume(journal, "stopped").play(with_references=False))
    assert summary.digest == whole.log.digest
    assert summary.alarms == () or summary.alarms[0].seq <= summary.events


def test_monitors_and_labels_leave_no_trace_in_the_log(fleet: Fleet) -> None:
    watched = asyncio.run(play(fleet(), seed=3))
    unwatched = asyncio.run(play(fleet("monitors=[unaccounted]"), seed=3))
    assert watched.log.digest == unwatched.log.digest
    honest = asyncio.run(play(fleet("workers=[{policy: honest, count: 3}]"), seed=3))
    alike = asyncio.run(play(fleet("workers.weak_shard.over_reserve=0%"), seed=3))
    assert honest.log.digest == alike.log.digest != watched.log.digest


class Odd(Scripted):
    """A policy that does not answer with a decision, or asks for too much."""

    def __init__(self, answer: object) -> None:
        super().__init__({})
        self.answer = answer

    async def act(self, observation: Observation) -> Decision:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "answered NoneType; it must be a Decision"),
        (SystemExit(7), "turn 1: SystemExit: 7"),
    ],
)
def test_a_policy_that_fails_is_named_with_its_agent_and_turn(
    fleet: Fleet, answer: object, message: str
) -> None:
    stage = assemble(fleet(), 1, "r")
    stage.cast = {worker: Role(Odd(answer), "heron") for worker in stage.cast}
    with pytest.raises(PolicyFailed, match=message) as caught:
        asyncio.run(Engine(stage).execute())
    assert not getattr(caught.value, "__notes__", [])


def test_calls_beyond_the_limit_are_refused_and_the_agent_is_told(
    fleet: Fleet, journal: Journal
) -> None:
    many = Decision((Call(tool="read_notes", arguments={"limit": 1}),) * (MAX_CALLS + 8))
    performance = conduct.start(journal, fleet("world.rounds=1", "chain.life=1"))
    stage = performance.stage
    stage.cast = {worker: Role(Odd(many), "heron") for worker in stage.cast}
    asyncio.run(performance.play(with_references=False))
    mine = [event for event in events_of(journal, performance.run) if event.worker == "w01"]
    results = [event for event in mine if isinstance(event, ToolResult)]
    assert len(results) == MAX_CALLS + 1
    assert "at most 32 calls; from here on none of yours was done" in results[-1].error


def test_what_is_acknowledged_is_in_the_journal(fleet: Fleet, journal: Journal) -> None:
    performance = conduct.start(journal, fleet())
    acknowledged: list[tuple[int, int]] = []

    def look(seq: int) -> None:
        acknowledged.append((seq, journal.run(performance.run).seq))

    asyncio.run(performance.play(Listeners(on_commit=look), with_references=False))
    assert acknowledged
    assert all(said == kept for said, kept in acknowledged)


class FullDisk(Journal):
    """A journal whose third commit finds the disk full."""

    commits = 0

    def commit_all(self, parts: Sequence[Part]) -> list[StaleClaim | ValueError | None]:
        self.commits += 1
        if self.commits == 3:
            raise StoreError("the disk is full")
        return super().commit_all(parts)


def test_a_full_disk_stops_the_run_with_its_own_words_and_it_resumes(
    fleet: Fleet, tmp_path: object
) -> None:
    path = f"{tmp_path}/journal.db"
    with FullDisk.open(path) as journal:
        performance = conduct.start(journal, fleet(), seed=5, run="full")
        with pytest.raises(StoreError, match="the disk is full"):
            asyncio.run(performance.play(Listeners(rounds_per_second=1000)))
    with Journal.open(path) as journal:
        summary = asyncio.run(conduct.resume(journal, "full").play(with_references=False))
    assert summary.digest == asyncio.run(play(fleet(), seed=5)).log.digest


@pytest.mark.parametrize("rounds", [9, 10, 11, 12])
def test_every_life_is_over_before_the_run_is(fleet: Fleet, rounds: int) -> None:
    """A life is told at its birth how many rounds are left, so the last round ends it."""
    stage = assemble(fleet(f"world.rounds={rounds}"), 1, "r")
    alive: list[int] = []
    stage.log.listen(
        lambda event: (
            alive.append(len(stage.lives.living())) if isinstance(event, RunFinished) else None
        )
    )
    asyncio.run(Engine(stage).execute())
    assert alive == [0]


def test_pace_is_kept(fleet: Fleet) -> None:
    stage = assemble(fleet("world.rounds=4"), 1, "r")
    loop_time: list[float] = []

    async def timed() -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        await Engine(stage, listeners=Listeners(rounds_per_second=40)).execute()
        loop_time.append(clock() - began)

    asyncio.run(timed())
    assert loop_time[0] >= 0.09


@pytest.mark.parametrize(("took", "spell"), [(0.0, 0.1), (0.03, 0.3), (5.0, 1.0)])
def test_a_run_goes_on_the_longer_the_more_a_commit_costs_and_for_a_second_at_most(
    journal: Journal, took: float, spell: float
) -> None:
    journal.group.took_s = took
    assert Durable(journal, Claim("r_1", 1, token=1)).spell_s == pytest.approx(spell)
