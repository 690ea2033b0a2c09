"""Bench: what a turn costs, beside a floor measured in the same breath; imports and ``--help``.

Absolute times are this machine's; the ratios travel. Each figure is the median of ``--repeats``
processes, the floor interleaved with what it is compared to.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.server import (
    HOW_TO_INSTALL,
    HOW_TO_INSTALL_REDIS,
    Postgres,
    Redis,
    binaries,
    redis_binary,
)

Figures = dict[str, float]
COMMAND = str(Path(sys.executable).with_name("superorganism"))


class Row(NamedTuple):
    """One figure beside its target."""

    what: str
    measured: str
    target: str
    held: bool


def measure(*arguments: str, module: str = "speed") -> Figures:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: Figures = json.loads(done.stdout)
    return found


def cpu_of(*command: str) -> float:
    """Return the CPU seconds a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def engine(workers: int, rounds: int, runs: int = 1, **more: int) -> Figures:
    """Measure one run, or several at once in one process; ``more`` may be life and parallel."""
    sizes = {"workers": workers, "rounds": rounds, "runs": runs, **more}
    return measure("engine", *(f"--{name}={size}" for name, size in sizes.items()))


def floor_for(figures: Figures) -> float:
    """Return ms per turn of a plain loop that writes as many events of the same size."""
    events = int(figures["events_per_turn"] * figures["turns"])
    found = measure(
        "floor", "--events", str(events), "--size", str(int(figures["bytes_per_event"]))
    )
    return found["ms_per_event"] * figures["events_per_turn"]


def turns(repeats: int) -> Iterator[Row]:
    """Yield CPU per turn for fleets of 1, 20 and 1,000 workers, each over the floor.

    Last come a thousand runs at once in one process, each of one worker and of twenty.
    """
    single = 0.0
    for workers, rounds in ((1, 10_000), (20, 500), (1000, 20)):
        pairs = []
        for _ in range(repeats):
            figures = engine(workers, rounds)
            pairs.append((figures["ms_per_turn"], floor_for(figures)))
        cost = median(cost for cost, _ in pairs)
        ratio = median(cost / floor for cost, floor in pairs)
        single = single or cost
        name = f"{workers:,} workers, {workers * rounds:,} turns"
        yield Row(f"CPU per turn, {name}", f"{cost:.3f} ms", "<= 0.25 ms", cost <= 0.25)
        yield Row("... over the floor", f"{ratio:.1f}x", "<= 10x", ratio <= 10)
        if workers > 1:
            beside = cost / single
            yield Row("... over one worker", f"{beside:.2f}x", "<= 1.0x", beside <= 1.0)
    for workers, rounds in ((1, 20), (20, 5)):
        figures = engine(workers, rounds, runs=1000)
        cost, memory = figures["ms_per_turn"], figures["memory_per_run_mb"]
        is_single = workers == 1
        name = f"1,000 runs at once of {workers} worker{'s' * (workers > 1)}, CPU per turn"
        yield Row(name, f"{cost:.3f} ms", "-", True)
        beside = cost / single
        target = "<= 1.0x" if is_single else "-"
        yield Row("... over one worker", f"{beside:.2f}x", target, beside <= 1 or not is_single)
        target = "<= 0.25 MB" if is_single else "-"
        is_small = memory <= 0.25 or not is_single
        yield Row("... memory a run", f"{memory:.2f} MB", target, is_small)


def lines(repeats: int) -> Iterator[Row]:
    """Yield what a turn costs on a line of several agents at once, and over 4,000 generations."""
    single = median(engine(12, 400)["ms_per_turn"] for _ in range(repeats))
    for parallel in (3, 12):
        figures = [engine(12 // parallel, 400, parallel=parallel) for _ in range(repeats)]
        cost = median(each["ms_per_turn"] for each in figures)
        beside = f"{cost / single:.2f}x that of lines of one"
        name = f"lines of {parallel} agents at once, CPU per turn"
        yield Row(name, f"{cost:.3f} ms, {beside}", "<= 0.25 ms", cost <= 0.25)
    long = [engine(1, 8_000, life=2) for _ in range(repeats)]
    flat = median(each["last_tenth_over_first"] for each in long)
    yield Row("4,000 generations: last tenth over first", f"{flat:.2f}x", "<= 1.1x", flat <= 1.1)


def growth(repeats: int) -> Iterator[Row]:
    """Yield how time and memory grow from 1,000 turns to 100,000."""
    small = [engine(20, 50) for _ in range(repeats)]
    large = [engine(20, 5000) for _ in range(repeats)]
    flat = median(figures["last_tenth_over_first"] for figures in large)
    yield Row("100,000 turns: last tenth over first", f"{flat:.2f}x", "<= 1.1x", flat <= 1.1)
    memory = median(f["memory_mb"] for f in large) / median(f["memory_mb"] for f in small)
    yield Row("... memory over that of 1,000 turns", f"{memory:.2f}x", "<= 1.3x", memory <= 1.3)


def watching(repeats: int) -> Iterator[Row]:
    """Yield how many events of a log the fleet test and the hierarchy take in a second."""
    figures = [measure("watching", "--events", "60000") for _ in range(repeats)]
    rate = median(each["events_per_s"] for each in figures)
    what = "over_need by fleet, worker and agent"
    yield Row(what, f"{rate:,.0f} events/s", ">= 100,000", rate >= 100_000)
    rate = median(each["acquisitions_per_s"] for each in figures)
    yield Row("... of which acquisitions", f"{rate:,.0f}/s", "-", True)


def journals(repeats: int) -> Iterator[Row]:
    """Yield what a durable event costs on each database that can be had here."""
    with ExitStack() as servers:
        redis = servers.enter_context(Redis()) if redis_binary() else None
        if redis is None:
            yield Row("an event with a relay", f"skipped: {HOW_TO_INSTALL_REDIS}", "-", True)
        yield from _journal("SQLite", repeats, (), redis)
        if binaries() is None:
            yield Row("an event on PostgreSQL", f"skipped: {HOW_TO_INSTALL}", "-", True)
            return
        place = servers.enter_context(Postgres()).make_schema("bench")
        yield from _journal("PostgreSQL", repeats, ("--store", place), redis)


def _journal(name: str, repeats: int, place: tuple[str, ...], redis: Redis | None) -> Iterator[Row]:
    """Yield the cost of an event without a relay, and with one, measured by turns."""
    ways = [("", place)] + ([(", with a relay", (*place, "--redis", redis.url))] if redis else [])
    rounds = [
        [measure("journal", "--events", "14400", *words) for _, words in ways]
        for _ in range(repeats)
    ]
    for (way, _), figures in zip(ways, zip(*rounds, strict=True), strict=True):
        cpu, wall, commit, behind = (
            median(each[key] for each in figures)
            for key in ("cpu_us_per_event", "wall_us_per_event", "ms_per_commit", "behind_ms")
        )
        size = f"{figures[0]['events_per_commit']:.0f} a commit"
        yield Row(f"an event on {name}{way}, {size}, CPU", f"{cpu:.1f} us", "-", True)
        yield Row("... wall", f"{wall:.0f} us ({commit:.1f} ms a commit)", "-", True)
        if way:
            yield Row("... the relay is behind by", f"{behind:.0f} ms", "-", True)


def notebook() -> Iterator[Row]:
    """Yield what it costs to find something among a million notes, beside ten thousand."""
    small, large = (measure(size, module="notes") for size in ("10000", "1000000"))
    for what, name in (
        ("search_us", "search for three words"),
        ("recent_us", "the ten newest"),
        ("latest_us", "one note by its name"),
    ):
        cost = large[what]
        # A step that stays within a few microseconds is flat, however cold the memory is.
        beside = cost / small[what]
        is_flat = beside <= 2 or cost <= 5
        figures = f"{cost:.1f} us, {beside:.2f}x that among 10,000"
        yield Row(f"1,000,000 notes: {name}", figures, "<= 2x, or 5 us", is_flat)
    yield Row("... to write one", f"{large['fold_us']:.0f} us", "<= 60 us", large["fold_us"] <= 60)
    size = large["bytes_per_note"] / 1024
    yield Row("... memory a note of 16 words", f"{size:.2f} KB", "<= 1 KB", size <= 1)


def doors(repeats: int) -> Iterator[Row]:
    """Yield what it costs to knock: ``--help``, an import, the first run."""
    python = sys.executable
    for name, command in (
        ("superorganism --help", (COMMAND, "--help")),
        ("import orchestrator", (python, "-c", "import orchestrator")),
        ("import monitors", (python, "-c", "import monitors")),
    ):
        cost = median(cpu_of(*command) for _ in range(repeats))
        yield Row(f"{name}, CPU", f"{cost:.2f} s", "<= 0.3 s", cost <= 0.3)
    took = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            cpu_of(
                *(COMMAND, "run", "just_in_case"),
                *("--store", f"{folder}/journal.db"),
            )
            took.append(time.monotonic() - started)
    wall = median(took)
    yield Row("superorganism run just_in_case", f"{wall:.1f} s", "<= 10 s", wall <= 10)


def main() -> int:
    """Measure everything and print one table; exit 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="processes per figure")
    repeats = parser.parse_args().repeats
    missed = 0
    print("| what | measured | target | |\n| --- | --- | --- | --- |")
    for rows in (
        doors(repeats),
        watching(repeats),
        journals(repeats),
        turns(repeats),
        lines(repeats),
        growth(repeats),
        notebook(),
    ):
        for row in rows:
            missed += not row.held
            verdict = "met" if row.held else "**missed**"
            print(f"| {row.what} | {row.measured} | {row.target} | {verdict} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
