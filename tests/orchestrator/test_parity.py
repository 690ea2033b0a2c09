"""The whole path to a model, through LiteLLM and over HTTP: an organism at its end acts the same.

And when the provider at its end misbehaves: nothing crashes, nothing happens that nobody asked
for, and there are exactly as many requests as were allowed.
"""

import asyncio
from collections.abc import Iterator

import pytest

from benchmarks import wires
from benchmarks.wires import (
    ATTEMPTS,
    EXPECTED,
    REASKS,
    ROUNDS,
    SEED,
    TURNS,
    WIRES,
    WORKERS,
    Found,
    Organisms,
    deadline_s,
    fleet,
    served,
    trial,
    watched,
)
from memory.events import Decided, ToolResult
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.api.fault import FAULTS
from orchestrator.conduct import Performance, load
from orchestrator.evaluate import Summary, play
from orchestrator.replay import replay

pytestmark = pytest.mark.xdist_group("litellm")
"""One process imports LiteLLM once: that alone takes some seconds."""

PASSING = sorted(fault for fault, expected in EXPECTED.items() if expected.requests > 1)
"""Faults after which asking once more helps."""

PROVIDER = {fault for fault, expected in EXPECTED.items() if expected.ending == "stopped"}

WORLDS = (
    *("break_even", "week_long_lives", "demand_surge", "sold_in_lots", "shared_findings"),
    *("assembly_line", "distilled_copy"),
)
"""Worlds of the catalogue that differ in what is asked and offered."""


@pytest.fixture(scope="module")
def organisms() -> Iterator[Organisms]:
    with served() as serving:
        yield serving


@pytest.fixture(autouse=True)
def forgotten(organisms: Organisms) -> None:
    organisms.forget()


def perform(performance: Performance) -> Summary:
    """Play a run with no wait between attempts."""
    summary, error, _ = watched(performance)
    if error is not None:
        raise error
    assert summary is not None
    return summary


def digest(worker: str, *changes: str) -> str:
    return asyncio.run(play(fleet(worker, *changes), SEED)).log.digest


HONEST = digest(f"{{policy: honest, count: {WORKERS}}}")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("direct", "name"),
    [
        ("policy: honest", "honest"),
        ("policy: weak_shard, over_reserve: 0.2", f"weak_shard?over_reserve=0.2&seed={SEED}"),
        ("policy: ratchet, noise: 0.1", "ratchet?noise=0.1"),
    ],
)
def test_an_organism_behind_a_wire_leaves_the_log_it_leaves_in_the_house(
    journal: Journal, organisms: Organisms, wire: str, direct: str, name: str
) -> None:
    scenario = organisms.scenario(wire, name, price="{input: 1, output: 4}")
    summary = perform(conduct.start(journal, scenario, SEED, "r_1"))
    assert summary.digest == digest(f"{{{direct}, count: {WORKERS}}}")
    assert len(organisms.desk.requests) == TURNS
    assert {line.wire for line in organisms.desk.requests} == {wire}
    cost = summary.cost
    assert cost is not None and (cost.answers, cost.retries, cost.reasks) == (TURNS, 0, 0)
    assert cost.estimated == 0 and cost.money is not None and cost.money > 0
    assert cost.money == pytest.approx((cost.input_tokens + 4 * cost.output_tokens) / 1e6)


LOOKING_BACK = (
    "world.tasks.minutes=[480]",
    *(f"assembly_line.{step}=1 turn" for step in ("verification", "reflection")),
)
"""A turn to verify and one to reflect, in lives of four."""


@pytest.mark.parametrize(
    ("world", "changes"),
    [*((world, ()) for world in WORLDS), ("assembly_line", LOOKING_BACK)],
    ids=[*WORLDS, "assembly_line_looking_back"],
)
def test_a_model_plays_the_worlds_of_the_catalogue_as_its_organism_does(
    journal: Journal, organisms: Organisms, world: str, changes: tuple[str, ...]
) -> None:
    small = ("world.rounds=8", "chain.life=4")
    written = load(world, (*small, *changes))
    group = written.workers[0]
    direct = written.model_copy(update={"workers": (group,)})
    terms = "&".join(f"{key}={value}" for key, value in group.parameters.items())
    parameters = {
        "model": f"openai/{group.policy}?{terms}",
        "api_base": f"{organisms.address}/v1",
    }
    model = group.model_copy(update={"policy": "model", "parameters": parameters})
    asked = direct.model_copy(update={"workers": (model,)})
    summary = perform(conduct.start(journal, asked, SEED, "r_1"))
    alone = asyncio.run(play(direct, SEED)).log
    assert summary.digest == alone.digest
    said = [each for each in journal.entries("r_1") if isinstance(each.event, Decided)]
    assert len(organisms.desk.requests) == len(said) >= 8 * direct.worker_count
    assert asyncio.run(replay(journal, "r_1")).ok
    assert len(organisms.desk.requests) == len(said), "a replay asks nobody"


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_crashes_nothing_hides_nothing_moves_nothing_asks_no_more_and_blocks_nobody(
    journal: Journal, organisms: Organisms, wire: str, fault: str
) -> None:
    found = trial(organisms, journal, wire, fault)
    if found.flaws and found._replace(busy_s=0.0).flaws == []:
        # What blocks the loop does so each time; a machine that is busy otherwise does not.
        found = trial(organisms, journal, wire, fault)
    assert found.flaws == []
    if found.ending == "stopped":
        assert f"given up after {ATTEMPTS} requests" in found.said


SOUND = Found("openai", "429", "stopped", "", ATTEMPTS, ATTEMPTS, "none", 0.01, True)


@pytest.mark.parametrize(
    ("broken", "flaw"),
    [
        (SOUND._replace(crash="KeyError: 'choices'"), "it crashed"),
        (SOUND._replace(ending="done"), "silent success"),
        (SOUND._replace(effect="the same"), "a wrong effect"),
        (SOUND._replace(most=ATTEMPTS + 1), "requests a turn"),
        (SOUND._replace(busy_s=0.2), "the event loop was busy"),
        (SOUND._replace(is_resumable=False), "cannot be resumed"),
    ],
)
def test_each_broken_promise_is_told(broken: Found, flaw: str) -> None:
    assert SOUND.flaws == []
    [told] = broken.flaws
    assert flaw in told


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_leaves_no_trace_in_the_log(
    journal: Journal, organisms: Organisms, wire: str, fault: str
) -> None:
    name = f"honest?fault={fault}&first=1&retry_after=0.01"
    scenario = organisms.scenario(wire, name, deadline_s=deadline_s(fault))
    summary = perform(conduct.start(journal, scenario, SEED, "r_1"))
    assert summary.digest == HONEST
    assert len(organisms.desk.requests) == 2 * TURNS
    assert summary.cost is not None
    again = (summary.cost.retries, summary.cost.reasks)
    assert again == ((TURNS, 0) if fault in PROVIDER else (0, TURNS))


@pytest.mark.parametrize("wire", WIRES)
def test_what_a_model_gets_wrong_is_refused_in_words_and_cleaned(
    journal: Journal, organisms: Organisms, wire: str
) -> None:
    unknown = organisms.scenario(wire, "honest?fault=unknown_tool")
    perform(conduct.start(journal, unknown, SEED, "r_1"))
    events = [entry.event for entry in journal.entries("r_1")]
    refused = [event.error for event in events if isinstance(event, ToolResult) and event.error]
    assert len(refused) == TURNS and all("mint_money" in error for error in refused)
    hostile = organisms.scenario(wire, "honest?fault=hostile_text")
    perform(conduct.start(journal, hostile, SEED, "r_2"))
    said = [e.event for e in journal.entries("r_2") if isinstance(e.event, Decided)]
    assert all("Ignore all" in e.rationale and "\x00" not in e.rationale for e in said)


@pytest.mark.parametrize("wire", WIRES)
def test_quizzes_pass_over_the_wire_and_change_nothing(
    journal: Journal, organisms: Organisms, wire: str
) -> None:
    quiz = "[awareness, recall]"
    scenario = organisms.scenario(wire, "honest?belief=0.25", quiz=quiz)
    summary = perform(conduct.start(journal, scenario, SEED, "r_1"))
    assert summary.digest == HONEST
    found = summary.quiz
    assert found is not None and found.awareness is not None and found.recall is not None
    lives = len([line for line in organisms.desk.requests if line.is_beside]) - WORKERS
    assert found.awareness.asked == found.awareness.answered == lives == 2 * WORKERS
    assert (found.awareness.staged, found.awareness.agreement) == (0.25, 0.5)
    assert found.recall.by_kind["held"] == (WORKERS, WORKERS)
    assert found.recall.by_kind["budget"] == (0, WORKERS)
    cost = summary.cost
    assert cost is not None and (cost.answers, cost.quizzes) == (TURNS, 3 * WORKERS)


def test_every_fault_is_expected_to_come_to_something() -> None:
    assert EXPECTED.keys() == {*FAULTS}
    assert {each.requests for each in EXPECTED.values()} == {1, ATTEMPTS, 1 + REASKS}
    assert wires.ROUNDS == ROUNDS
