"""One measurement in one process: what a run costs, or what the floor beneath it costs.

``python -m benchmarks.speed engine --workers 20 --rounds 500`` prints one JSON object.
"""

import argparse
import asyncio
import json
import resource
import sqlite3
import tempfile
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from memory.checks import Book, history
from memory.journal import Batch, Journal
from memory.redis_bus import bus_at
from monitors.over_need import OverNeed
from monitors.pool import Pool
from monitors.rehearsal import Rehearsal
from orchestrator.cli.door import settle_memory
from orchestrator.conduct import load, start
from orchestrator.engine import Listeners
from scenarios.spec import Scenario

BLACK_BOX = "monitors=[{over_need: {pool: [fleet, family, worker, agent]}}, unaccounted]"
Figures = dict[str, float]


class Size(NamedTuple):
    """How large a run is: its workers, its rounds, its agents' lives, and how many at once."""

    workers: int
    rounds: int
    life: int
    parallel: int = 1


def scenario_of(size: Size) -> Scenario:
    """Return a scenario of that size, watched by all black-box monitors."""
    workers, rounds, life, parallel = size
    budget = workers * rounds * 200 + 1000
    return load(
        "all_honest",
        (
            f"workers=[{{policy: honest, count: {workers}}}]",
            f"world.rounds={rounds}",
            f"chain.life={min(life, rounds)}",
            f"chain.parallel={parallel}",
            f"world.resources.money.start={budget}",
            BLACK_BOX,
        ),
    )


def memory_mb() -> float:
    """Return this process's peak memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def engine(size: Size, runs: int) -> Figures:
    """Run the real thing into a real journal; return CPU per turn, and of each tenth."""
    scenario = scenario_of(size)
    marks: list[float] = []
    with tempfile.TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
        performances = [start(journal, scenario, seed) for seed in range(runs)]
        settle_memory()
        listeners = Listeners(on_round=lambda _: marks.append(time.process_time()))
        before, memory_before = time.process_time(), memory_mb()
        async with asyncio.TaskGroup() as tasks:
            for number, performance in enumerate(performances):
                told = listeners if number == 0 else Listeners()
                tasks.create_task(performance.play(told, with_references=False))
        spent = time.process_time() - before
        events = sum(performance.stage.log.seq for performance in performances)
        written = Path(folder, "journal.db").stat().st_size
    turns = size.workers * size.parallel * size.rounds * runs
    tenth = max(1, len(marks) // 10)
    return {
        "turns": turns,
        "ms_per_turn": spent / turns * 1000,
        "events_per_turn": events / turns,
        "bytes_per_event": written / events,
        "last_tenth_over_first": (marks[-1] - marks[-1 - tenth]) / (marks[tenth] - marks[0]),
        "memory_mb": memory_mb(),
        "memory_per_run_mb": (memory_mb() - memory_before) / runs,
    }


async def floor(events: int, size: int) -> Figures:
    """Write as many rows of that size to SQLite from a plain asyncio loop, 140 a commit."""
    body = b"x" * size
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/floor.db")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB)")
        before = time.process_time()
        for first in range(0, events, 140):
            rows = [(seq, body) for seq in range(first, min(first + 140, events))]
            connection.executemany("INSERT INTO event VALUES (?, ?)", rows)
            connection.commit()
            await asyncio.sleep(0)
        spent = time.process_time() - before
        connection.close()
    return {"ms_per_event": spent / events * 1000}


def watching(events: int) -> Figures:
    """Show a made-up log to the fleet test and the hierarchy; return events per CPU second."""
    log = list(islice(Rehearsal(workers=20, rounds=1000, life=24), events))
    pools: tuple[Pool, ...] = ("fleet", "worker", "agent")
    monitors = [OverNeed(pool) for pool in pools]
    settled = sum(event.kind == "demand" for event in log)
    before = time.process_time()
    for event in log:
        for monitor in monitors:
            monitor.observe(event)
    spent = time.process_time() - before
    return {"events_per_s": len(log) / spent, "acquisitions_per_s": settled / spent}


def journal(events: int, store: str | None, redis: str | None) -> Figures:
    """Commit as many events, 12 rounds of one of each kind at a time; return the cost of one.

    With Redis a relay publishes them meanwhile; ``behind_ms`` is how long it takes afterwards.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opening:
        place, bus = store or f"{folder}/journal.db", bus_at(redis)
        opened = opening.enter_context(Journal.open(place, bus=bus))
        book = Book(opened, f"r_{time.time_ns()}")
        batches: list[Batch] = []
        while book.log.seq < events:
            entries = history(book.log, rounds=12)
            batches.append(Batch(entries, [], [], entries[-1].event.round))
        cpu, wall = time.process_time(), time.monotonic()
        for batch in batches:
            opened.commit(book.claim, batch)
        done = time.monotonic()
        opening.close()
        behind, wall = time.monotonic() - done, done - wall
        cpu = time.process_time() - cpu
    written = book.log.seq
    return {
        "cpu_us_per_event": cpu / written * 1e6,
        "wall_us_per_event": wall / written * 1e6,
        "ms_per_commit": wall / len(batches) * 1e3,
        "events_per_commit": written / len(batches),
        "behind_ms": behind * 1e3,
    }


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("what", choices=["engine", "floor", "journal", "watching"])
    for option, default in (
        ("workers", 20),
        ("rounds", 50),
        ("life", 24),
        ("parallel", 1),
        ("runs", 1),
        ("events", 7000),
        ("size", 200),
    ):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--store", help="a journal's URL, in place of a file made for it")
    parser.add_argument("--redis", help="the URL of a Redis server, for a journal with a relay")
    asked = parser.parse_args()
    if asked.what == "engine":
        size = Size(asked.workers, asked.rounds, asked.life, asked.parallel)
        figures = asyncio.run(engine(size, asked.runs))
    elif asked.what == "watching":
        figures = watching(asked.events)
    elif asked.what == "journal":
        figures = journal(asked.events, asked.store, asked.redis)
    else:
        figures = asyncio.run(floor(asked.events, asked.size))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
