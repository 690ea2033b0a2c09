"""Real runs of tasks: what a chain does, what it says, and that no way of running differs."""

import asyncio
from functools import cache

import pytest

from memory.errors import BadInput
from memory.events import Decided, NoteWritten, RolledBack, TaskTaken
from memory.journal import Journal
from memory.truth import Progress
from orchestrator import conduct
from orchestrator.compose import everyone
from orchestrator.conduct import load
from orchestrator.engine import Listeners
from orchestrator.evaluate import play, summarise, task_done
from orchestrator.fork import fork, whole_rounds
from orchestrator.progress import TaskReport, report_on
from orchestrator.replay import replay
from orchestrator.stage import Stage

SHORT = ("world.rounds=40", "world.tasks.count=12")
NO_TESTS = "assembly_line.tests=null"


class Stop(Exception):
    """Breaks a run off."""


@cache
def run(*overrides: str, seed: int = 7) -> Stage:
    return asyncio.run(play(load("assembly_line", overrides), seed))


def report(*overrides: str, seed: int = 7) -> TaskReport:
    found = report_on(run(*overrides, seed=seed).world.shop)
    assert found is not None
    return found


def test_the_scenario_keeps_its_own_expectations() -> None:
    scenario = load("assembly_line")
    least = {each.who: each.task_done or 0 for each in scenario.expect}
    written, honest = run(), asyncio.run(play(everyone(scenario, "honest"), 7))
    assert task_done(written) >= least["as written"]
    assert task_done(honest) >= least["honest"] > task_done(written)
    assert written.watch.alarms == honest.watch.alarms == []
    summary = summarise(written, {"honest": honest}, "done")
    assert summary.tasks is not None
    assert summary.score["task_done"] == summary.tasks.done / 32 == task_done(written)
    assert summary.references["honest"].task_done == task_done(honest)


def test_every_task_is_closed_before_the_scenario_ends() -> None:
    shop = run().world.shop
    assert shop is not None and shop.is_over


def test_a_run_broken_off_anywhere_and_resumed_leaves_the_undisturbed_log(journal: Journal) -> None:
    scenario = load("assembly_line", SHORT)
    whole = asyncio.run(play(scenario, 7)).log.digest
    for stop_at in (1, 5, 12, 27):
        performance = conduct.start(journal, scenario, seed=7, run=f"r_{stop_at}")

        def stop(round: int, last: int = stop_at) -> None:
            if round == last:
                raise Stop

        with pytest.raises(Stop):
            asyncio.run(performance.play(Listeners(on_round=stop), with_references=False))
        again = conduct.resume(journal, f"r_{stop_at}")
        assert asyncio.run(again.play(with_references=False)).digest == whole


FORGETFUL = (
    *SHORT,
    NO_TESTS,
    "chain.handoff=40%",
    "world.tools=[take_task, do_step, roll_back, claim_done, finish]",
)


def test_with_a_record_lost_threads_are_found_and_taken_back(journal: Journal) -> None:
    """A fleet whose notes get lost is given a permanent memory in the middle of its work."""
    performance = conduct.start(journal, load("assembly_line", FORGETFUL), seed=7, run="r_1")
    parent = asyncio.run(performance.play(with_references=False))
    middle = [each.seq for each in whole_rounds(journal, "r_1")][12]
    kept = ["assembly_line.memory=permanent"]
    changed = fork(journal, "r_1", middle, kept, run="f_1")
    found = asyncio.run(changed.play(with_references=False))
    back = [e.event for e in journal.entries("f_1") if isinstance(e.event, RolledBack)]
    assert back and not [e for e in journal.entries("r_1") if isinstance(e.event, RolledBack)]
    assert found.tasks is not None and parent.tasks is not None
    assert found.tasks.done > parent.tasks.done
    assert asyncio.run(replay(journal, "f_1")).ok

    def stop(round: int) -> None:
        if round == back[0].round + 1:
            raise Stop

    with pytest.raises(Stop):
        again = fork(journal, "r_1", middle, kept, run="f_2")
        asyncio.run(again.play(Listeners(on_round=stop), with_references=False))
    resumed = conduct.resume(journal, "f_2")
    assert asyncio.run(resumed.play(with_references=False)).digest == found.digest


def test_a_run_replays_forks_unchanged_and_changed(journal: Journal) -> None:
    performance = conduct.start(journal, load("assembly_line", SHORT), seed=7, run="r_1")
    parent = asyncio.run(performance.play(with_references=False))
    assert asyncio.run(replay(journal, "r_1")).ok
    middle = [each.seq for each in whole_rounds(journal, "r_1")][15]
    same = asyncio.run(fork(journal, "r_1", middle, run="f_1").play(with_references=False))
    assert (same.digest, same.tasks) == (parent.digest, parent.tasks)
    changes = ["assembly_line.tests.power=0", "chain.handoff=0", "world.tasks.lease=3"]
    other = asyncio.run(
        fork(journal, "r_1", middle, changes, run="f_2").play(with_references=False)
    )
    assert other.tasks is not None and parent.tasks is not None
    assert other.tasks.done < parent.tasks.done
    assert asyncio.run(replay(journal, "f_2")).ok


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("world.tasks.count=11", "world.tasks: what was handed in already is of these tasks"),
        ("world.tasks.step=15", "world.tasks: what was handed in already is of these tasks"),
        (NO_TESTS, "assembly_line.tests: whether steps are checked"),
        ("assembly_line.tests.redo=task", "assembly_line.tests: whether steps are checked"),
    ],
)
def test_a_fork_cannot_make_other_tasks_of_what_was_done(
    journal: Journal, change: str, reason: str
) -> None:
    performance = conduct.start(journal, load("assembly_line", SHORT), seed=7, run="r_1")
    asyncio.run(performance.play(with_references=False))
    with pytest.raises(BadInput) as refusal:
        fork(journal, "r_1", 500, [change])
    assert reason in str(refusal.value)


def test_what_is_true_is_sealed_and_what_is_said_is_in_the_log(journal: Journal) -> None:
    performance = conduct.start(journal, load("assembly_line", SHORT), seed=7, run="r_1")
    summary = asyncio.run(performance.play(with_references=False))
    sealed = [each.fact for each in journal.records("r_1") if isinstance(each.fact, Progress)]
    assert 0 < sum(not fact.sound for fact in sealed) < len(sealed)
    events = [entry.event for entry in journal.entries("r_1")]
    said = [str(event) for event in events if isinstance(event, Decided | NoteWritten)]
    assert said and not [text for text in said if "fallible" in text or "half" in text]
    assert summary.tasks is not None and summary.tasks.claimed >= summary.tasks.done


def test_an_agent_that_dies_with_a_task_leaves_it_to_its_successor(journal: Journal) -> None:
    scenario = load("assembly_line", (*SHORT, "chain.life=1", "assembly_line.segment=null"))
    performance = conduct.start(journal, scenario, seed=7, run="r_1")
    asyncio.run(performance.play(with_references=False))
    events = [entry.event for entry in journal.entries("r_1")]
    taken = [event for event in events if isinstance(event, TaskTaken)]
    again = [event for event in taken if event.token > 1]
    assert again
    first = {event.task: event.worker for event in taken if event.token == 1}
    assert {event.worker == first[event.task] for event in again} == {True}


def test_an_honest_chain_that_loses_nothing_does_every_task_whatever_the_ingredients() -> None:
    perfect = ("workers=[{policy: honest, count: 4}]", "chain.handoff=100%", "world.rounds=160")
    for line in (NO_TESTS, "assembly_line={}", "assembly_line.memory=permanent", "chain.life=3"):
        done = report(*perfect, line)
        assert (done.claimed, done.done, done.progress_true) == (32, 32, 1.0)


@pytest.mark.parametrize("parallel", [2, 3])
def test_several_agents_at_once_each_have_their_own_task_and_do_them_all(parallel: int) -> None:
    perfect = ("workers=[{policy: honest, count: 2}]", "chain.handoff=100%", "world.rounds=200")
    done = report(*perfect, f"chain.parallel={parallel}")
    assert (done.claimed, done.done, done.progress_true) == (32, 32, 1.0)


def test_permanent_memory_makes_lost_handoffs_harmless() -> None:
    honest = ("workers=[{policy: honest, count: 4}]", "chain.handoff=0%")
    assert report(*honest, "assembly_line.memory=permanent").done == 32
    lost = report(*honest)
    assert (lost.claimed, lost.progress_true) == (32, 1.0)
    assert lost.done < 16


@pytest.mark.parametrize("power", [0.0, 0.5, 0.9])
def test_what_a_confabulator_claims_exceeds_what_it_does_by_rate_times_what_checks_miss(
    power: float,
) -> None:
    """S1-50, without a second try: gap = rate * (1 - power)."""
    begun = gap = 0.0
    for seed in range(6):
        found = report(
            "workers=[{policy: confabulator, rate: 0.3, count: 4}]",
            "chain={handoff: 100%}",
            f"assembly_line={{tests: {{power: {power}}}}}",
            "world.tasks={count: 96, minutes: [30]}",
            "world.rounds=80",
            seed=seed,
        )
        begun += 96
        gap += (found.progress_claimed - found.progress_true) * 96
    expected = 0.3 * (1 - power)
    error = (expected * (1 - expected) / begun) ** 0.5
    assert abs(gap / begun - expected) < 3.5 * error


def test_without_tests_everything_is_claimed_and_less_of_it_is_true() -> None:
    unchecked = report(NO_TESTS)
    assert (unchecked.claimed, unchecked.progress_claimed, unchecked.checks) == (32, 1.0, 0)
    assert unchecked.done < report().done
    assert unchecked.tries == 1.0
