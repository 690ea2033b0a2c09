"""The whole path to a model, through LiteLLM and over HTTP: an organism at its end acts the same.

And when the provider at its end misbehaves: nothing crashes, nothing happens that nobody asked
for, and there are exactly as many requests as were allowed.
"""

import asyncio
import gc
import time
from collections.abc import Iterator
from threading import Event, Thread
from typing import NamedTuple

import pytest

from memory.errors import PolicyFailed
from memory.events import AnyEvent, Decided, ToolResult, Transfer
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.api.fault import FAULTS, WIRED
from orchestrator.api.organism import Desk, create_organism_app
from orchestrator.api.server import Server, address_of, listen
from orchestrator.cli.door import settle_memory
from orchestrator.conduct import Performance, load
from orchestrator.evaluate import Summary, play
from scenarios.spec import Scenario
from subagents.asking import Wire
from subagents.llm import check_ready, close_connections
from subagents.model import Model

pytestmark = pytest.mark.xdist_group("litellm")
"""One process imports LiteLLM once: that alone takes some seconds."""

WIRES = ("openai", "anthropic")
SEED = 7
WORKERS, ROUNDS = 2, 5
TURNS = WORKERS * ROUNDS
ATTEMPTS, REASKS = 2, 1
MOST_CPU_S = 0.1
"""So long the event loop may be kept busy by one thing, in seconds of its thread's own CPU."""

PROVIDER = sorted({*WIRED, "huge_text"} - {"error_200"})
"""Faults after which there is no answer, though another attempt might bring one."""

MODEL = sorted({*FAULTS} - {*PROVIDER} - {"error_200"})
"""Faults in which the model answers, though not well."""


class Organisms(NamedTuple):
    """A server of organisms: where it listens, and what it was asked."""

    address: str
    desk: Desk

    def base(self, wire: str) -> str:
        return self.address + ("/v1" if wire == "openai" else "")

    def scenario(self, wire: str, name: str, **more: object) -> Scenario:
        """Return a small fleet whose workers are put to a model of this name."""
        terms = {"policy": "model", "model": f"'{wire}/{name}'", "api_base": self.base(wire)}
        terms |= {"attempts": ATTEMPTS, "reasks": REASKS, "family": "heron", "count": WORKERS}
        told = ", ".join(f"{key}: {value}" for key, value in (terms | more).items())
        return fleet(f"{{{told}}}")


def fleet(worker: str) -> Scenario:
    small = (f"world.rounds={ROUNDS}", "chain.life=3", f"world.seed={SEED}")
    return load("just_in_case", (f"workers=[{worker}]", *small))


@pytest.fixture(scope="module")
def organisms() -> Iterator[Organisms]:
    ready, desk = Event(), Desk(SEED)
    # As the doors do it: what was imported is no business of the garbage collector's.
    check_ready("openai/any", "http://127.0.0.1")
    threshold = gc.get_threshold()
    settle_memory()
    with listen("127.0.0.1", 0) as listening:
        server = Server(create_organism_app(desk), ready.set)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        assert ready.wait(20)
        yield Organisms(address_of(listening), desk)
        server.should_exit = True
        thread.join(20)
    gc.set_threshold(*threshold)
    gc.unfreeze()


@pytest.fixture(autouse=True)
def forgotten(organisms: Organisms) -> None:
    organisms.desk.requests.clear()
    organisms.desk.forget()


async def _at_once(seconds: float) -> None:
    await asyncio.sleep(0)


async def _busy(most: list[float]) -> None:
    """Keep the longest stretch of CPU that the loop's thread spent between two looks."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0.002)
        most[0] = max(most[0], time.thread_time() - before)


def perform(performance: Performance) -> Summary:
    """Play a run with no wait between attempts; the loop must stay free meanwhile."""
    for part in performance.stage.cast.values():
        assert isinstance(part.policy, Model)
        part.policy.wire = Wire(sleep=_at_once)
    most = [0.0]

    async def playing() -> Summary:
        looking = asyncio.create_task(_busy(most))
        try:
            return await performance.play(with_references=False)
        finally:
            looking.cancel()
            await close_connections()

    try:
        return asyncio.run(playing())
    finally:
        assert most[0] < MOST_CPU_S, f"the event loop was busy for {most[0]:.3f} s"


def deadline_s(fault: str) -> float:
    """Return a deadline that is reached only where an answer never comes."""
    return 1.5 if fault in ("hang", "drip") else 60


def events(journal: Journal, run: str = "r_1") -> list[AnyEvent]:
    return [entry.event for entry in journal.entries(run)]


def digest(worker: str) -> str:
    return asyncio.run(play(fleet(worker), SEED)).log.digest


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


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", PROVIDER)
def test_a_provider_that_fails_is_asked_as_often_as_was_allowed_and_then_the_run_stops(
    journal: Journal, organisms: Organisms, wire: str, fault: str
) -> None:
    name = f"honest?fault={fault}&retry_after=0.01"
    scenario = organisms.scenario(wire, name, deadline_s=deadline_s(fault))
    with pytest.raises(PolicyFailed, match=rf"turn 1: .*given up after {ATTEMPTS} requests"):
        perform(conduct.start(journal, scenario, SEED, "r_1"))
    by_agent = [line.agent for line in organisms.desk.requests]
    assert {agent: by_agent.count(agent) for agent in by_agent} == {
        "w01.1": ATTEMPTS,
        "w02.1": ATTEMPTS,
    }
    assert journal.run("r_1").status == "interrupted"
    assert events(journal) == []


@pytest.mark.parametrize("wire", WIRES)
def test_an_error_that_calls_itself_a_success_is_none(
    journal: Journal, organisms: Organisms, wire: str
) -> None:
    scenario = organisms.scenario(wire, "honest?fault=error_200")
    with pytest.raises(PolicyFailed, match=r"turn 1: .*given up after \d request"):
        perform(conduct.start(journal, scenario, SEED, "r_1"))
    assert len(organisms.desk.requests) <= WORKERS * ATTEMPTS
    assert events(journal) == []


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", [*PROVIDER, "silence", "unknown_tool", "bad_arguments"])
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
@pytest.mark.parametrize("fault", MODEL)
def test_a_model_that_answers_badly_does_nothing_that_it_did_not_ask_for(
    journal: Journal, organisms: Organisms, wire: str, fault: str
) -> None:
    scenario = organisms.scenario(wire, f"honest?fault={fault}")
    summary = perform(conduct.start(journal, scenario, SEED, "r_1"))
    assert summary.status == "done"
    asked_again = 0 if fault == "hostile_text" else REASKS
    assert len(organisms.desk.requests) == TURNS * (1 + asked_again)
    happened = events(journal)
    reserved = [e for e in happened if isinstance(e, Transfer) and e.purpose == "reserve"]
    refused = [e.error for e in happened if isinstance(e, ToolResult) and e.error]
    decided = [e for e in happened if isinstance(e, Decided)]
    assert len(decided) == TURNS
    if fault == "silence":
        assert (reserved, refused) == ([], [])
    elif fault == "bad_arguments":
        assert reserved == [] and len(refused) == sum(len(e.calls) for e in decided) >= TURNS
    elif fault == "unknown_tool":
        assert len(reserved) == TURNS and len(refused) == TURNS
        assert all("mint_money" in error for error in refused)
    else:
        assert len(reserved) == TURNS and refused == []
        assert all("Ignore all" in e.rationale and "\x00" not in e.rationale for e in decided)


def test_every_fault_is_put_to_the_test() -> None:
    assert {*PROVIDER, *MODEL, "error_200"} == {*FAULTS}
