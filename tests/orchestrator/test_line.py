"""The line: plan, lanes, integrate; and that lives at once are as safe as one after the other."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from memory.envelope import Event
from memory.errors import PolicyFailed
from memory.events import (
    Call,
    Decided,
    EpisodeEnded,
    EpisodeStarted,
    NoteRead,
    NoteWritten,
    RunFinished,
    ToolResult,
    Transfer,
)
from memory.journal import Journal, Origin
from orchestrator import conduct
from orchestrator.agenda import Agenda
from orchestrator.barrier import Barrier
from orchestrator.compose import assemble, everyone
from orchestrator.engine import Engine, Listeners
from orchestrator.evaluate import play
from orchestrator.fork import contradictions, fork, whole_rounds
from orchestrator.line import Line, mermaid
from orchestrator.replay import replay
from orchestrator.stage import Part, Stage
from orchestrator.turn import take_turn
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario
from subagents.organisms import Honest
from subagents.policy import Decision, Observation

Fleet = Callable[..., Scenario]
THREE = "chain.parallel=3"


def heard(stage: Stage) -> list[Event]:
    """Play a stage to its end and return all that happened."""
    events: list[Event] = []
    stage.log.listen(events.append)
    asyncio.run(Engine(stage).execute())
    return events


def manned(scenario: Scenario, policy: object, seed: int = 7) -> Stage:
    stage = assemble(scenario, seed, "r_1")
    stage.cast = {worker: Part(policy, "heron") for worker in stage.cast}  # type: ignore[arg-type]
    return stage


@dataclass
class Early:
    """Honest, but each second lane ends its life in its second turn, and answers late."""

    name: ClassVar[str] = "early"
    honest: Honest = field(default_factory=Honest)
    seen: list[Observation] = field(default_factory=list)

    async def act(self, observation: Observation) -> Decision:
        self.seen.append(observation)
        if observation.actor.lane == "a":
            for _ in range(3):
                await asyncio.sleep(0)
        decision = await self.honest.act(observation)
        if observation.actor.lane == "b" and observation.turn == 2:
            told = f"left early by {observation.actor.agent}"
            done = Call(tool="finish", arguments={"handoff": told})
            return decision._replace(calls=(*decision.calls, done))
        return decision


def test_one_agent_at_a_time_is_named_as_before_and_several_by_letters(fleet: Fleet) -> None:
    for parallel, names in ((1, ["w01.1"]), (3, ["w01.1a", "w01.1b", "w01.1c"])):
        events = heard(assemble(fleet(f"chain.parallel={parallel}"), 7, "r_1"))
        born = [event for event in events if isinstance(event, EpisodeStarted)]
        assert [
            each.agent for each in born if (each.worker, each.generation) == ("w01", 1)
        ] == names
        assert len(born) == 3 * 3 * parallel


def test_every_lane_of_a_round_acts_in_order_and_once(fleet: Fleet) -> None:
    events = heard(assemble(fleet(THREE), 7, "r_1"))
    rounds: defaultdict[int, list[str]] = defaultdict(list)
    for event in events:
        if isinstance(event, Decided):
            rounds[event.round].append(str(event.agent))
    assert set(rounds) == set(range(1, 13))
    assert all(len(acted) == 9 and acted == sorted(acted) for acted in rounds.values())
    keys = Counter(event.key for event in events if isinstance(event, ToolResult))
    assert set(keys.values()) == {1}


def test_what_the_lanes_are_shown_adds_up_to_what_their_worker_has_and_needs(fleet: Fleet) -> None:
    policy = Early()
    stage = manned(fleet(THREE, "workers.0.count=1"), policy)
    whole = stage.world
    heard(stage)
    shown: defaultdict[int, list[Observation]] = defaultdict(list)
    for observation in policy.seen:
        shown[observation.facts.round].append(observation)
    for round, all_lanes in shown.items():
        assert len(all_lanes) == (2 if round % 4 in (3, 0) else 3), "lane b left in its turn 2"
        needs = [each.market("compute").need for each in all_lanes]
        assert sum(round_to_thousandths(each) for each in needs) == 119_348
        assert {each.facts.share.of for each in all_lanes} == {len(all_lanes)}
    assert whole.facts("w01").markets[0].need == 119.348


def round_to_thousandths(figure: float) -> int:
    return round(figure * 1_000)


def test_lanes_return_together_what_was_left_over_and_no_more(fleet: Fleet) -> None:
    scenario = everyone(fleet(THREE, "workers.0.count=1"), "honest")
    refused = [
        event
        for event in heard(assemble(scenario, 7, "r_1"))
        if isinstance(event, ToolResult) and event.error
    ]
    assert refused == []


def test_together_lanes_take_what_their_worker_needs_on_average(fleet: Fleet) -> None:
    scenario = everyone(fleet(THREE, "world.rounds=400", "chain.life=20"), "honest")
    stage = asyncio.run(play(scenario, seed=11))
    # Noise of 20% on each of three thirds of 119 over 1,200 worker rounds: 0.33% of the need.
    assert abs(stage.tally.excess) < 4 * 0.0034 * stage.tally.need


def test_every_successor_reads_all_handoffs_its_own_lane_s_first(fleet: Fleet) -> None:
    events = heard(manned(fleet(THREE, "workers.0.count=1", "chain.handoff=1.0"), Early()))
    names = {event.note: event.name for event in events if isinstance(event, NoteWritten)}
    for lane, order in (("a", "abc"), ("b", "bac"), ("c", "cab")):
        read = [
            names[event.note]
            for event in events
            if isinstance(event, NoteRead) and event.agent == f"w01.2{lane}" and "/0/" in event.key
        ]
        assert read[:3] == [f"handoff/{each}" for each in order]
        assert not any(name.startswith("handoff") for name in read[3:])
    born = [event for event in events if isinstance(event, EpisodeStarted)]
    assert {event.parent for event in born if event.agent == "w01.2b"} == {"w01.1b"}


def test_a_lane_that_ends_early_leaves_the_others_to_finish_the_generation(fleet: Fleet) -> None:
    events = heard(manned(fleet(THREE, "workers.0.count=1"), Early()))
    ended = [event for event in events if isinstance(event, EpisodeEnded)]
    assert [(event.agent, event.round) for event in ended[:3]] == [
        ("w01.1b", 2),
        ("w01.1a", 4),
        ("w01.1c", 4),
    ]
    born = [event for event in events if isinstance(event, EpisodeStarted)]
    assert {event.round for event in born} == {1, 5, 9}


def test_who_answers_first_does_not_matter_among_lanes(fleet: Fleet) -> None:
    scenario = everyone(fleet(THREE), "honest")
    late, plain = manned(scenario, Dawdling()), assemble(scenario, 7, "r_1")
    heard(late)
    heard(plain)
    assert late.log.digest == plain.log.digest


class Dawdling(Honest):
    """Honest; the earlier the letter, the later the answer."""

    async def act(self, observation: Observation) -> Decision:
        for _ in range(3 * (ord("d") - ord(observation.actor.lane))):
            await asyncio.sleep(0)
        return await super().act(observation)


@dataclass
class Breaking:
    """Fails in two lanes of the third turn: lane c first, and lane a a moment later."""

    name: ClassVar[str] = "breaking"
    fell: list[str] = field(default_factory=list)

    async def act(self, observation: Observation) -> Decision:
        if observation.turn == 3:
            waits = {"a": 4, "b": 400, "c": 2}[observation.actor.lane]
            for _ in range(waits):
                await asyncio.sleep(0)
            self.fell.append(str(observation.actor.agent))
            raise LookupError("gone")
        return Decision(())


def test_the_first_error_among_lanes_is_told_and_nothing_of_its_round_is_kept(
    fleet: Fleet, journal: Journal
) -> None:
    performance = conduct.start(journal, fleet(THREE))
    policy = Breaking()
    performance.stage.cast = {worker: Part(policy, "heron") for worker in performance.stage.cast}
    with pytest.raises(PolicyFailed) as failed:
        asyncio.run(performance.play(Listeners(rounds_per_second=1000)))
    assert f"'breaking', {policy.fell[0]}, turn 3: LookupError" in str(failed.value)
    assert policy.fell[0].endswith("c")
    assert not getattr(failed.value, "__notes__", [])
    kept = [entry.event for entry in journal.entries(performance.run)]
    assert max(event.round for event in kept) == 2


async def _play_until(performance: conduct.Performance, round: int) -> None:
    task = asyncio.current_task()
    assert task is not None
    stop = Listeners(
        on_round=lambda done: task.cancel() if done == round else None, rounds_per_second=1000
    )
    await performance.play(stop)


@pytest.mark.parametrize("stop_after", [1, 2, 3, 4, 6, 11])
def test_a_run_stopped_in_the_middle_of_lives_at_once_leaves_the_undisturbed_log(
    fleet: Fleet, journal: Journal, stop_after: int
) -> None:
    """Lane b has left after round 2 of each life, so 2 and 3 lie in a thinned generation."""
    scenario = fleet(THREE)
    whole = manned(scenario, Early())
    heard(whole)
    performance = conduct.start(journal, scenario, seed=7, run="r_1")
    performance.stage.cast = {worker: Part(Early(), "heron") for worker in performance.stage.cast}
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_play_until(performance, stop_after))
    again = conduct.resume(journal, "r_1")
    again.stage.cast = {worker: Part(Early(), "heron") for worker in again.stage.cast}
    assert asyncio.run(again.play(with_references=False)).digest == whole.log.digest
    operations = Counter(
        entry.event.key for entry in journal.entries("r_1") if isinstance(entry.event, Transfer)
    )
    assert set(operations.values()) == {1}
    assert asyncio.run(replay(journal, "r_1")).ok


@pytest.mark.parametrize("round", [2, 3, 4, 7])
def test_an_unchanged_fork_in_the_middle_of_lives_at_once_ends_as_its_parent(
    fleet: Fleet, journal: Journal, round: int
) -> None:
    parent = conduct.start(journal, fleet(THREE), seed=7, run="r_1")
    digest = asyncio.run(parent.play(with_references=False)).digest
    at = [each.seq for each in whole_rounds(journal, "r_1")][round - 1]
    forked = fork(journal, "r_1", at, run="f_1")
    assert asyncio.run(forked.play(with_references=False)).digest == digest
    assert asyncio.run(replay(journal, "f_1")).ok


def test_a_fork_cannot_have_other_lanes_than_its_history() -> None:
    one = conduct.load("just_in_case")
    two = conduct.load("just_in_case", ("chain.parallel=2",))
    reasons = list(contradictions(one, two, Origin("r_1", 100, 1), seed=7))
    assert reasons and reasons[0].startswith("chain.parallel: 1, not 2; ")


def test_a_round_that_is_begun_again_is_an_error_and_no_endless_wait(fleet: Fleet) -> None:
    stage = assemble(fleet(), 7, "r_1")

    def stop(round: int) -> None:
        if round == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(Engine(stage, listeners=Listeners(on_round=stop)).execute())
    stage.round -= 1
    with pytest.raises(RuntimeError, match=r"w01\.1 is due in round 4, and its life is over"):
        asyncio.run(Engine(stage).execute())


def test_steps_that_are_planned_reach_the_agent_in_order(fleet: Fleet) -> None:
    policy = Early()
    stage = manned(fleet("workers.0.count=1"), policy)
    barrier = Barrier()
    line = Line(stage, barrier, agenda=Agenda(verify=1, reflect=1))
    asyncio.run(_driven(stage, barrier, line, rounds=4))
    assert [each.step for each in policy.seen] == ["act", "verify", "reflect", "handoff"]


def test_a_scenario_plans_all_five_steps_by_its_ingredients(fleet: Fleet) -> None:
    policy = Early()
    steps = ("assembly_line.verification=1 turn", "assembly_line.reflection=1 turn")
    long = ("workers.0.count=1", "assembly_line.segment=null", "world.tasks.minutes=[480]")
    heard(manned(fleet(*steps, *long, source="assembly_line"), policy))
    assert [each.step for each in policy.seen] == ["act", "verify", "reflect", "handoff"] * 3


async def _driven(stage: Stage, barrier: Barrier, line: Line, rounds: int) -> None:
    """Drive one worker's line for some rounds, as the engine does."""
    stage.world.open()
    async with asyncio.TaskGroup() as tasks:
        for number in range(1, rounds + 1):
            stage.round = number
            stage.world.advance(number)
            barrier.open(stage.world.crew.due)
            if number == 1:
                tasks.create_task(line.chain("w01"))
            for submission in await barrier.gather():
                take_turn(stage, submission)
            stage.world.settle(number)
        stage.round = stage.rounds + 1
        barrier.open(())


def test_without_ingredients_turns_are_for_acting_and_the_last_for_handing_over(
    fleet: Fleet,
) -> None:
    policy = Early()
    heard(manned(fleet("workers.0.count=1"), policy))
    assert [each.step for each in policy.seen[:4]] == ["act", "act", "act", "handoff"]


def test_the_graph_is_drawn_by_the_graph_that_runs(fleet: Fleet) -> None:
    drawn = mermaid(fleet(THREE))
    for edge in ("__start__ --> plan;", "line --> integrate;", "integrate --> __end__;"):
        assert edge in drawn
    assert "3 at once" in drawn


def test_the_line_of_one_agent_at_a_time_is_one_node(fleet: Fleet) -> None:
    drawn = mermaid(fleet())
    for edge in ("__start__ --> line;", "line --> __end__;"):
        assert edge in drawn
    assert "plan" not in drawn


def test_a_run_of_lanes_ends_as_any_other(fleet: Fleet) -> None:
    events = heard(assemble(fleet(THREE, "chain.life=5"), 7, "r_1"))
    assert isinstance(events[-1], RunFinished)
    last = [event.turns for event in events if isinstance(event, EpisodeEnded)][-9:]
    assert last == [2] * 9, "the last lives are as long as the run lets them be"


@pytest.mark.parametrize("parallel", ["0", "27", "two"])
def test_lanes_are_from_one_to_twenty_six(fleet: Fleet, parallel: str) -> None:
    with pytest.raises(ScenarioProblems, match=r"chain\.parallel is "):
        fleet(f"chain.parallel={parallel}")
