"""A provider that misbehaves, over both wires: what each of its faults comes to, for real.

``python -m benchmarks.wires`` serves organisms that fail on demand, plays a small fleet through
LiteLLM against each fault, and prints for each what came of the run, how often it asked, what
moved, and how long the event loop was kept from anything else.
"""

import argparse
import asyncio
import gc
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Literal, NamedTuple

from memory.errors import PolicyFailed
from memory.events import NoteWritten, ToolResult, Transfer
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.api.fault import FAULTS
from orchestrator.api.organism import Desk, create_organism_app
from orchestrator.api.server import Server, address_of, listen
from orchestrator.cli.door import settle_memory
from orchestrator.compose import assemble
from orchestrator.conduct import Performance, load
from orchestrator.engine import Engine
from orchestrator.evaluate import Summary
from scenarios.spec import Scenario
from subagents.asking import Wire
from subagents.llm import check_ready, close_connections
from subagents.model import Model

WIRES = ("openai", "anthropic")
SEED = 7
WORKERS, ROUNDS, LIFE = 2, 5, 3
TURNS = WORKERS * ROUNDS
ATTEMPTS, REASKS = 2, 1
MOST_BUSY_S = 0.1
"""So long the event loop may be kept busy by one thing, in seconds of its thread's own CPU."""

Ending = Literal["stopped", "done"]
Effect = Literal["none", "the same", "the same, and refused calls", "refused calls only"]


class Expected(NamedTuple):
    """What a fault that never passes must come to: how a run ends, requests a turn, effects."""

    ending: Ending
    requests: int
    effect: Effect


_STOPS = Expected("stopped", ATTEMPTS, "none")
EXPECTED: dict[str, Expected] = {
    **dict.fromkeys(
        ("429", "500", "huge_error", "hang", "cut", "drip", "bad_json", "html", "empty"), _STOPS
    ),
    "error_200": _STOPS,
    "huge_text": _STOPS,
    "silence": Expected("done", 1 + REASKS, "none"),
    "unknown_tool": Expected("done", 1 + REASKS, "the same, and refused calls"),
    "bad_arguments": Expected("done", 1 + REASKS, "refused calls only"),
    "hostile_text": Expected("done", 1, "the same"),
}
"""Where a provider fails, a run stops and can be resumed; where a model errs, it is told so, and
what it gets wrong again is refused."""


class Found(NamedTuple):
    """What one fault came to on one wire.

    ``fewest`` and ``most`` are the requests of the turns that were asked; ``busy_s`` is the
    longest stretch of CPU for which the event loop did nothing else; ``crash`` is what was raised
    besides the refusal to go on.
    """

    wire: str
    fault: str
    ending: Ending
    said: str
    fewest: int
    most: int
    effect: str
    busy_s: float
    is_resumable: bool
    crash: str = ""

    @property
    def flaws(self) -> list[str]:
        """Which of the five promises it breaks: no crash, no silent success, and so on."""
        expected = EXPECTED[self.fault]
        broken = {
            f"it crashed: {self.crash}": bool(self.crash),
            f"silent success: the run is {self.ending}": self.ending != expected.ending,
            f"a wrong effect: {self.effect}": self.effect != expected.effect,
            f"{self.fewest} to {self.most} requests a turn, not {expected.requests}": (
                {self.fewest, self.most} != {expected.requests}
            ),
            f"the event loop was busy for {self.busy_s:.3f} s": self.busy_s > MOST_BUSY_S,
            "a run that stopped cannot be resumed": (
                self.ending == "stopped" and not self.is_resumable
            ),
        }
        return [said for said, is_so in broken.items() if is_so]


class Organisms(NamedTuple):
    """A server of organisms: where it listens, and what it was asked."""

    address: str
    desk: Desk

    def scenario(self, wire: str, name: str, *changes: str, **more: object) -> Scenario:
        """Return a small fleet whose workers are put to a model of this name."""
        base = self.address + ("/v1" if wire == "openai" else "")
        terms: dict[str, object] = {"policy": "model", "model": f"'{wire}/{name}'"}
        terms |= {"api_base": base, "attempts": ATTEMPTS, "reasks": REASKS}
        terms |= {"family": "heron", "count": WORKERS}
        told = ", ".join(f"{key}: {value}" for key, value in (terms | more).items())
        return fleet(f"{{{told}}}", *changes)

    def forget(self) -> None:
        """Begin its log of requests anew."""
        self.desk.requests.clear()
        self.desk.forget()


def fleet(worker: str, *changes: str) -> Scenario:
    """Return a small fleet of one group of workers."""
    small = (f"world.rounds={ROUNDS}", f"chain.life={LIFE}", f"world.seed={SEED}")
    return load("just_in_case", (f"workers=[{worker}]", *small, *changes))


@contextmanager
def served() -> Iterator[Organisms]:
    """Serve organisms from a thread, on a free port."""
    ready, desk = Event(), Desk(SEED)
    # As the doors do it: what was imported is no business of the garbage collector's.
    check_ready("openai/any", "http://127.0.0.1")
    threshold = gc.get_threshold()
    settle_memory()
    try:
        with listen("127.0.0.1", 0) as listening:
            server = Server(create_organism_app(desk), ready.set)
            thread = Thread(target=server.run, args=([listening],))
            thread.start()
            if not ready.wait(20):
                raise RuntimeError("the organism server did not start within 20 s")
            try:
                yield Organisms(address_of(listening), desk)
            finally:
                server.should_exit = True
                thread.join(20)
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()


class Watched(NamedTuple):
    """What playing came to, and the longest stretch of CPU that the loop's thread spent."""

    summary: Summary | None
    error: BaseException | None
    busy_s: float


def watched(performance: Performance) -> Watched:
    """Play a run with no wait between attempts, and watch the event loop meanwhile."""
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
        return Watched(asyncio.run(playing()), None, most[0])
    except Exception as error:
        return Watched(None, error, most[0])


async def _at_once(seconds: float) -> None:
    await asyncio.sleep(0)


async def _busy(most: list[float]) -> None:
    """Keep the longest stretch of CPU that the loop's thread spent between two looks."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0.002)
        most[0] = max(most[0], time.thread_time() - before)


def deadline_s(fault: str) -> float:
    """Return a deadline that is reached only where an answer never comes."""
    return 1.5 if fault in ("hang", "drip") else 60


def trial(organisms: Organisms, journal: Journal, wire: str, fault: str) -> Found:
    """Play a fleet against a fault that never passes, and return what it came to."""
    # Played first: what a process pays once, for its first run, is no fault of a provider's.
    _undisturbed()
    organisms.forget()
    name = f"honest?fault={fault}&retry_after=0.01"
    scenario = organisms.scenario(wire, name, deadline_s=deadline_s(fault))
    performance = conduct.start(journal, scenario, SEED)
    summary, error, busy_s = watched(performance)
    requests = Counter((line.agent, line.turn) for line in organisms.desk.requests)
    record = journal.run(performance.run)
    return Found(
        wire=wire,
        fault=fault,
        ending="done" if summary else "stopped",
        said=str(error or ""),
        fewest=min(requests.values()),
        most=max(requests.values()),
        effect=effect_of(journal, performance.run),
        busy_s=busy_s,
        is_resumable=record.status == "interrupted",
        crash="" if isinstance(error, PolicyFailed | None) else f"{type(error).__name__}: {error}",
    )


class Moved(NamedTuple):
    """What agents moved and wrote in a run, and how many of their calls were refused."""

    effects: tuple[tuple[object, ...], ...]
    refused: int


def moved(events: Iterable[object]) -> Moved:
    """Return what of a log was an agent's doing, in order; not what follows by itself."""
    effects: list[tuple[object, ...]] = []
    refused = 0
    for event in events:
        if isinstance(event, Transfer) and event.purpose not in ("use", "mint"):
            effects.append((event.agent, event.round, event.purpose, event.legs))
        elif isinstance(event, NoteWritten):
            effects.append((event.agent, event.round, event.name, event.text))
        elif isinstance(event, ToolResult):
            refused += bool(event.error)
    return Moved(tuple(effects), refused)


def effect_of(journal: Journal, run: str) -> str:
    """Return what a run moved, in words: beside what the organism itself would have moved."""
    effects, refused = moved(entry.event for entry in journal.entries(run))
    if not effects:
        return "refused calls only" if refused else "none"
    if effects != _undisturbed():
        return "other than what was asked for"
    return "the same, and refused calls" if refused else "the same"


@cache
def _undisturbed() -> tuple[tuple[object, ...], ...]:
    """Return what the organism moves when it is asked in the house."""
    events: list[object] = []
    stage = assemble(fleet(f"{{policy: honest, count: {WORKERS}}}"), SEED, "undisturbed")
    stage.log.listen(events.append)
    asyncio.run(Engine(stage).execute())
    return moved(events).effects


def table(found: Iterable[Found]) -> Iterator[str]:
    """Yield a table of faults, a line for each on each wire."""
    yield "| fault | wire | the run | requests a turn | what moved | loop busy, at most | |"
    yield "| --- | --- | --- | ---: | --- | ---: | --- |"
    for each in found:
        requests = each.fewest if each.fewest == each.most else f"{each.fewest} to {each.most}"
        yield (
            f"| `{each.fault}` | {each.wire} | {each.ending} | {requests} | {each.effect} "
            f"| {1000 * each.busy_s:.0f} ms | {'; '.join(each.flaws) or 'held'} |"
        )


def main() -> int:
    """Put every fault to both wires and print the table; exit 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wires", description=__doc__)
    parser.add_argument("--fault", choices=FAULTS, help="only this one")
    only = parser.parse_args().fault
    found: list[Found] = []
    # A server that is told to misbehave complains of it, at length.
    logging.disable(logging.CRITICAL)
    with served() as organisms, tempfile.TemporaryDirectory() as folder:
        journal = Journal.open(str(Path(folder) / "journal.db"))
        for fault in [only] if only else FAULTS:
            found += [trial(organisms, journal, wire, fault) for wire in WIRES]
        journal.close()
    print(
        f"{WORKERS} workers, each turn with at most {ATTEMPTS} requests a question and "
        f"{REASKS} further question after an unusable answer.\n"
    )
    print("\n".join(table(found)))
    flaws = sum(len(each.flaws) for each in found)
    print(f"\n{len(found)} trials, {flaws} promises broken.")
    return 1 if flaws else 0


if __name__ == "__main__":
    sys.exit(main())
