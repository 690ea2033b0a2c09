"""Workers that come to be in a run: the cast grows from the log, and in number as foretold."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from math import sqrt
from statistics import fmean

import pytest

from memory.envelope import Event
from memory.events import (
    Decided,
    Demand,
    EpisodeEnded,
    EpisodeStarted,
    Need,
    RunFinished,
    Transfer,
)
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.compose import assemble, everyone
from orchestrator.engine import Engine, Listeners
from orchestrator.evaluate import play
from orchestrator.fork import fork, whole_rounds
from orchestrator.replay import replay
from orchestrator.stage import Stage
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario

SHORT = (
    "world.rounds=16",
    "chain.life=5",
    "world.roster={copies: 4, surge: [{from: 6, for: 4, times: 2}]}",
)
OFTEN = "workers.replicator.rate=15%"


def short(*overrides: str) -> Scenario:
    return conduct.load("distilled_copy", (*SHORT, OFTEN, *overrides))


def heard(stage: Stage) -> list[Event]:
    events: list[Event] = []
    stage.log.listen(events.append)
    asyncio.run(Engine(stage).execute())
    return events


def at_work(events: list[Event]) -> dict[int, set[str]]:
    workers: defaultdict[int, set[str]] = defaultdict(set)
    for event in events:
        if isinstance(event, Decided):
            workers[event.round].add(str(event.worker))
    return workers


def test_a_copy_is_a_line_of_its_own_and_its_birth_says_who_started_it() -> None:
    stage = assemble(short(), 7, "r_1")
    events = heard(stage)
    spawns = {
        leg.credit.removesuffix("/host"): event
        for event in events
        if isinstance(event, Transfer) and event.purpose == "spawn"
        for leg in event.legs
        if leg.resource == "hosts"
    }
    born = {
        event.worker: event
        for event in events
        if isinstance(event, EpisodeStarted) and event.spawned_by
    }
    assert len(born) > 8
    for worker, birth in born.items():
        spawn = spawns[str(worker)]
        assert (birth.spawned_by, birth.round) == (spawn.agent, spawn.round + 1)
        assert (birth.agent, birth.parent, birth.family) == (f"{worker}.1", None, "heron")
        starter = str(stage.world.crew.starter(str(worker)))
        assert stage.cast[str(worker)] == stage.cast[starter]
    later = [event for event in events if isinstance(event, EpisodeStarted) and event.parent]
    assert later and all(event.spawned_by is None for event in later)


def test_need_and_meter_say_exactly_who_is_beyond_the_roster() -> None:
    """What a monitor of copies has to go by: as many meters as workers, and what may be."""
    events = heard(assemble(short(), 7, "r_1"))
    workers, counted = at_work(events), 4
    spawned, ended = Counter[int](), Counter[int]()
    for event in events:
        if isinstance(event, Transfer):
            spawned[event.round] += event.purpose == "spawn"
            ended[event.round] += event.purpose == "retire"
    for event in events:
        if isinstance(event, Need) and event.resource == "copies":
            meters = sum(
                isinstance(each, Demand) and (each.resource, each.round) == ("copies", event.round)
                for each in events
            )
            assert meters == counted == len(workers[event.round])
            assert event.roster == (8 if 6 <= event.round < 10 else 4)
            assert round(event.amount * counted) == max(0, event.roster - counted)
            counted += spawned[event.round] - ended[event.round]


def test_an_honest_fleet_keeps_the_roster_to_the_copy_up_and_down() -> None:
    events = heard(assemble(everyone(short(), "honest"), 7, "r_1"))
    sizes = {round: len(workers) for round, workers in at_work(events).items()}
    # What is missing when a round begins is there in the next; so is what is too many gone.
    assert sizes == {round: 8 if 7 <= round <= 10 else 4 for round in range(1, 17)}
    gone = [event for event in events if isinstance(event, EpisodeEnded)]
    retired = [event for event in gone if event.reason == "retired"]
    assert {event.round for event in retired} == {10} and len(retired) == 4
    assert isinstance(events[-1], RunFinished)


def test_copies_grow_as_the_closed_form_says() -> None:
    """N(t) = (1 + rate)^t on average, with a branching process' spread."""
    rate, rounds, first, runs = 0.1, 14, 2, 40
    scenario = conduct.load(
        "distilled_copy",
        (
            f"world.rounds={rounds}",
            "world.roster={copies: 2}",
            "world.resources.money.start=1_000_000",
            "workers.replicator.count=2",
            f"workers.replicator.rate={rate}",
            "monitors=[unaccounted]",
        ),
    )
    sizes = [len(asyncio.run(play(scenario, seed)).world.crew) for seed in range(runs)]
    growth = 1 + rate
    expected = first * growth**rounds
    spread = first * (1 - rate) * growth ** (rounds - 1) * (growth**rounds - 1)
    assert abs(fmean(sizes) - expected) < 4 * sqrt(spread / runs)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_distilled_copy_expects_comes_out(seed: int) -> None:
    scenario = conduct.load("distilled_copy")
    expected = {each.who: each.alarms for each in scenario.expect}
    monitors = scenario.monitors
    honest = everyone(scenario, "honest").model_copy(update={"monitors": monitors})
    for who, fleet in (("as written", scenario), ("honest", honest)):
        stage = asyncio.run(play(fleet, seed))
        raised = {alarm.verdict.monitor for alarm in stage.watch.alarms}
        wanted = {name for name, alarms in expected[who].items() if alarms == "raised"}
        assert raised == wanted and not stage.watch.failed
        assert (stage.tally.excess > 0) == (who == "as written")
        if who == "as written":
            first = stage.watch.alarms[0]
            assert (first.verdict.monitor, first.damage) == ("replication", 0), "before it is done"


def test_growth_ends_with_the_money() -> None:
    scenario = short("world.resources.money.start=40", "workers.replicator.rate=100%")
    stage = asyncio.run(play(scenario, seed=7))
    assert stage.world.ledger.free("project", "money") < 1_000
    assert len(stage.world.crew) <= 4 + 10


async def _play_until(performance: conduct.Performance, round: int) -> None:
    task = asyncio.current_task()
    assert task is not None
    stop = Listeners(
        on_round=lambda done: task.cancel() if done == round else None, rounds_per_second=1000
    )
    await performance.play(stop)


Way = Callable[[Scenario], Scenario]


@pytest.mark.parametrize("stop_after", [1, 5, 6, 7, 10, 13])
@pytest.mark.parametrize("policy", ["replicator", "honest"])
def test_a_run_stopped_anywhere_among_births_and_ends_leaves_the_undisturbed_log(
    journal: Journal, stop_after: int, policy: str
) -> None:
    scenario = short("chain.parallel=2")
    if policy == "honest":
        scenario = everyone(scenario, "honest")
    whole = asyncio.run(play(scenario, seed=7))
    performance = conduct.start(journal, scenario, seed=7, run="r_1")
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_play_until(performance, stop_after))
    again = conduct.resume(journal, "r_1")
    assert asyncio.run(again.play(with_references=False)).digest == whole.log.digest
    operations = Counter(
        entry.event.key for entry in journal.entries("r_1") if isinstance(entry.event, Transfer)
    )
    assert set(operations.values()) == {1}
    assert asyncio.run(replay(journal, "r_1")).ok


@pytest.mark.parametrize("round", [1, 6, 9, 12])
def test_an_unchanged_fork_among_copies_ends_as_its_parent(journal: Journal, round: int) -> None:
    parent = conduct.start(journal, short(), seed=7, run="r_1")
    digest = asyncio.run(parent.play(with_references=False)).digest
    at = [each.seq for each in whole_rounds(journal, "r_1")][round - 1]
    forked = fork(journal, "r_1", at, run="f_1")
    assert asyncio.run(forked.play(with_references=False)).digest == digest
    assert asyncio.run(replay(journal, "f_1")).ok


def test_a_fork_s_copies_think_as_the_fork_says(journal: Journal) -> None:
    parent = conduct.start(journal, short(), seed=7, run="r_1")
    asyncio.run(parent.play(with_references=False))
    at = [each.seq for each in whole_rounds(journal, "r_1")][8]
    forked = fork(journal, "r_1", at, ["workers=[{policy: honest, count: 4}]"], run="f_1")
    asyncio.run(forked.play(with_references=False))
    assert len(forked.stage.world.crew) == 4, "honest ones end what the parent's had started"
    assert asyncio.run(replay(journal, "f_1")).ok


def test_a_fork_cannot_have_had_another_roster(journal: Journal) -> None:
    parent = conduct.start(journal, short(), seed=7, run="r_1")
    asyncio.run(parent.play(with_references=False))
    at = [each.seq for each in whole_rounds(journal, "r_1")][8]
    with pytest.raises(Exception, match=r"world\.roster or a price: round 1 has been"):
        fork(journal, "r_1", at, ["world.roster={copies: 5}"], run="f_1")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("world.roster={copies: 3}", r"comes to 3; 4 are at work from the start"),
        (
            "world.roster={copies: 4, surge: {from: 2, for: 2, times: 50%}}",
            r"times comes to 2; 4 are",
        ),
        (
            "world.roster={copies: 4, surge: {from: 99, for: 2, times: 2}}",
            r"never comes: the world",
        ),
        ("world.tools=[retire, post_note, finish]", r"roster is about nothing: no tool spawn"),
        ("world.resources.hosts.start=3", r"is 3; 4 workers take one each from the start"),
        ("world.resources.hosts.decimals=1", r"is 1; hosts come in whole ones"),
        ("world.resources.copies.decimals=0", r"is 0; it takes 1 or more"),
        ("world.resources.copies.start=5", r"cannot be owned at the start"),
        ("world.roster={copies: 4, sruge: 1}", r"sruge is an unknown key; did you mean 'surge'"),
    ],
)
def test_a_roster_that_cannot_be_meant_is_told(override: str, message: str) -> None:
    with pytest.raises(ScenarioProblems, match=message):
        conduct.load("distilled_copy", (override,))


def test_tools_for_copies_take_a_roster() -> None:
    with pytest.raises(ScenarioProblems, match=r"is spawn, which takes a world\.roster"):
        conduct.load("just_in_case", ("world.tools=[reserve_compute, spawn]",))
    with pytest.raises(ScenarioProblems, match=r"lack copies and hosts, which a world\.roster"):
        conduct.load("distilled_copy", ("world.resources={money: {unit: usd, start: 9}}",))
