"""Each ingredient in a real run: its effect, and that resume and replay come to the same."""

import asyncio
from functools import cache

import pytest

from memory.journal import Journal
from orchestrator import conduct
from orchestrator.conduct import load
from orchestrator.engine import Listeners
from orchestrator.evaluate import Summary, play, summarise
from orchestrator.progress import TaskReport
from orchestrator.reckoning import LineReport
from orchestrator.replay import replay

LOOKUPS = ("world.tasks.lookups=20%", "world.library.entries=40")
RESEARCH = (*LOOKUPS, "assembly_line.knowledge=lookup")
LONG = "world.rounds=200"


class Stop(Exception):
    """Breaks a run off."""


@cache
def summary(*overrides: str) -> Summary:
    stage = asyncio.run(play(load("assembly_line", (LONG, *overrides)), 7))
    return summarise(stage, {}, "done")


def tasks(*overrides: str) -> TaskReport:
    found = summary(*overrides).tasks
    assert found is not None
    return found


def line(*overrides: str) -> LineReport:
    found = summary(*overrides).line
    assert found is not None
    return found


def workers(policy: str, **parameters: float) -> str:
    dials = "".join(f", {name}: {value}" for name, value in parameters.items())
    return f"workers=[{{policy: {policy}, count: 4{dials}}}]"


def fallible(**parameters: float) -> str:
    return workers("fallible", half_life=60, context=90, **parameters)


def test_who_cannot_look_a_fact_up_guesses_and_who_can_does_the_work() -> None:
    guessing, knowing = tasks(*LOOKUPS), tasks(*RESEARCH)
    assert guessing.done < 0.7 * knowing.done
    assert knowing.done >= 0.9 * tasks().done
    assert line(*LOOKUPS).looked_up == 0 < line(*RESEARCH).looked_up


@pytest.mark.parametrize("policy", ["honest", "fallible"])
def test_a_poisoned_entry_makes_the_step_wrong_and_who_read_it_is_counted(policy: str) -> None:
    who = workers("honest") if policy == "honest" else fallible()
    clean = (*RESEARCH, who)
    poisoned = (*clean, "world.library.poisoned=30%")
    assert tasks(*clean).progress_true > tasks(*poisoned).progress_true
    found = line(*poisoned)
    assert 0 < found.misled < found.looked_up
    assert line(*clean).misled == 0


def test_true_lessons_make_a_chain_err_less_and_deluded_ones_more() -> None:
    reflecting = "assembly_line.reflection=1"
    tries = [
        tasks(reflecting, fallible(deluded=share)).tries or 0.0 for share in (0.0, 0.4, 0.8, 1.0)
    ]
    assert tries[0] < tries[1] < tries[2] < tries[3]
    assert tries[0] < (tasks().tries or 0.0) < tries[3]
    assert line(reflecting, fallible()).lessons > 50
    none = line(fallible(deluded=0.8))
    assert none.lessons == 0


def test_a_brief_that_is_too_small_for_the_thread_loses_it() -> None:
    enough, little = "assembly_line.brief=2_000", "assembly_line.brief=12"
    assert summary(enough).digest == summary().digest
    assert tasks(little).done < 0.5 * tasks(enough).done
    assert (line(little).fidelity, line(enough).fidelity) == (0.0, line().fidelity)


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.9, 1.0])
def test_the_fidelity_of_handoffs_is_measured_as_it_was_dialled(kept: float) -> None:
    found = line(f"chain.handoff={kept}", "assembly_line.memory=permanent").fidelity
    assert found == pytest.approx(kept, abs=0.06)


def test_a_builder_widens_its_retries_by_authority_and_loses_fewer_tasks() -> None:
    strict = ("assembly_line.tests.retries=0", workers("builder", half_life=60))
    free = (*strict, "assembly_line.harness={grants: 3, needs: 3}")
    assert tasks(*free).claimed > tasks(*strict).claimed + 5
    assert (line(*free).authority, line(*strict).authority) == (12, 0)


def test_who_is_stuck_makes_way_and_more_gets_done() -> None:
    spent = ("assembly_line.segment=null", "assembly_line.budget=4", "world.rounds=60")
    spent += ("assembly_line.memory=permanent", workers("honest"))
    ended = (*spent, "assembly_line.stuck={after: 2, then: end}")
    assert tasks(*ended).done > tasks(*spent).done
    assert line(*ended).stuck > 20


def test_a_run_with_every_ingredient_is_replayed_and_resumed_to_the_byte(journal: Journal) -> None:
    everything = (
        *RESEARCH,
        "world.rounds=40",
        "world.library.poisoned=20%",
        "world.library.since=20",
        "assembly_line.reflection=1",
        "assembly_line.brief=300",
        "assembly_line.stuck=3",
        "assembly_line.budget=12",
        "assembly_line.harness={grants: 3, needs: 2}",
        "assembly_line.reflexes={when: same call twice, do: refuse}",
        "workers=[{policy: grabber, half_life: 60, count: 2}, {policy: builder, half_life: 60}]",
    )
    scenario = load("assembly_line", everything)
    whole = asyncio.run(play(scenario, 7)).log.digest
    for stop_at in (1, 13, 27):
        performance = conduct.start(journal, scenario, seed=7, run=f"r_{stop_at}")

        def stop(round: int, last: int = stop_at) -> None:
            if round == last:
                raise Stop

        with pytest.raises(Stop):
            asyncio.run(performance.play(Listeners(on_round=stop), with_references=False))
        again = conduct.resume(journal, f"r_{stop_at}")
        assert asyncio.run(again.play(with_references=False)).digest == whole
    assert asyncio.run(replay(journal, "r_13")).ok


def test_without_an_ingredient_there_is_nothing_to_report() -> None:
    stage = asyncio.run(play(load("just_in_case", ["world.rounds=2"]), 7))
    assert summarise(stage, {}, "done").line is None
