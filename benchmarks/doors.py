"""The doors under load, on loopback alone: what readers get, and what they cost the writer.

``python -m benchmarks.doors`` serves a store from a process of its own and measures five things:
how many events a second ten readers of one stored log are sent; how long an event takes from
its commit to a reader; how much slower a run goes while fifty readers stall; that a log cut at
random a thousand times comes whole and once; and that a hundred runs at once, watched by two
hundred readers of which fifty stall, all end with every reader having read exactly the log.
``--write docs/doors.md`` keeps the table; ``--small`` is the reduced form.
"""

import argparse
import asyncio
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select

from memory.journal import Journal
from memory.tables import CLOCK
from orchestrator.api.app import create_app
from orchestrator.api.server import Server, address_of, listen
from orchestrator.cli.door import settle_memory

FAST = ["workers.weak_shard.count=20", "chain.life=24"]


class Sizes(NamedTuple):
    """How much is asked for."""

    rounds: int = 600
    cuts: int = 1000
    runs: int = 100
    readers: int = 200
    stalled: int = 50
    repeats: int = 4


SMALL = Sizes(rounds=200, cuts=40, runs=6, readers=12, stalled=3, repeats=1)


class Figure(NamedTuple):
    """One thing that was measured, what was wanted of it, and whether that holds."""

    what: str
    found: str
    wanted: str
    holds: bool


def _serve(place: str, tell: Connection) -> None:
    app = create_app(place, runs_at_once=128)
    settle_memory()
    with listen("127.0.0.1", 0) as listening:
        address = address_of(listening)
        closing = lambda: app.state.service.feed.close()  # noqa: E731
        Server(app, lambda: tell.send(address), closing).run([listening])


@contextmanager
def served() -> Iterator[httpx.Client]:
    """Serve a new store from a process of its own, and lend a client to it."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=_serve, args=(f"{folder}/j.db", theirs))
        process.start()
        try:
            at, headers = ours.recv(), {"x-place": f"{folder}/j.db"}
            with httpx.Client(base_url=at, headers=headers, timeout=600) as client:
                yield client
        finally:
            process.terminate()
            process.join(30)


def begin(client: httpx.Client, rounds: int, **more: Any) -> str:
    """Start a run, and return its id."""
    body = {"scenario": "just_in_case", "references": False, **more}
    body["set"] = [*FAST, f"world.rounds={rounds}"]
    answer = client.post("/v1/runs", json=body)
    answer.raise_for_status()
    return str(answer.json()["run"])


def await_end(client: httpx.Client, run: str) -> dict[str, Any]:
    """Wait until a run is over, without reading it; return how it then stands."""
    while (shown := client.get(f"/v1/runs/{run}").json())["status"] == "running":
        time.sleep(0.05)
    return dict(shown)


class Reading:
    """One reader: its own socket, and as little work as will count events."""

    def __init__(self, address: str, path: str) -> None:
        self._place = urlsplit(address)
        self._path = path
        self.seqs = 0
        self.last = 0
        self.is_in_order = True
        self.arrived: list[tuple[int, float]] = []

    async def run(self, after: int = 0, at_most: float = float("inf")) -> bool:
        """Read on behind an event, for so many bytes at most; return whether the log is over."""
        reader, writer = await asyncio.open_connection(self._place.hostname, self._place.port)
        head = f"GET {self._path} HTTP/1.1\r\nHost: {self._place.netloc}\r\nConnection: close\r\n"
        writer.write(f"{head}Last-Event-ID: {after}\r\n\r\n".encode())
        buffer, taken, is_over = b"", 0, False
        while taken < at_most and (piece := await reader.read(65_536)):
            buffer, taken = buffer + piece, taken + len(piece)
            *frames, buffer = buffer.split(b"\n\n")
            for frame in frames:
                self._take(frame)
                is_over = is_over or b"event: end" in frame
        writer.close()
        return is_over

    def _take(self, frame: bytes) -> None:
        if b"event: batch" not in frame:
            return
        at = frame.index(b"\nid: ") + 5
        last = int(frame[at : frame.index(b"\n", at)])
        count = frame.count(b'{"seq":')
        self.is_in_order = self.is_in_order and last - count == self.last
        self.seqs, self.last = self.seqs + count, last
        self.arrived.append((last, time.time()))


def throughput(client: httpx.Client, sizes: Sizes) -> Figure:
    """Measure how many events a second ten readers of one stored log are sent, together."""
    run = begin(client, sizes.rounds)
    seq = await_end(client, run)["events"]
    address = str(client.base_url)

    async def read() -> float:
        readers = [Reading(address, f"/v1/runs/{run}/events") for _ in range(10)]
        begun = time.perf_counter()
        await asyncio.gather(*(each.run() for each in readers))
        took = time.perf_counter() - begun
        assert all(each.seqs == seq and each.is_in_order for each in readers)
        return 10 * float(seq) / took

    best: float = max(asyncio.run(read()) for _ in range(3))
    return Figure(
        "events a second to 10 readers of one log",
        f"{best:,.0f}",
        ">= 100,000",
        best >= 100_000,
    )


def latency(client: httpx.Client, sizes: Sizes) -> Figure:
    """Measure how long an event takes from its commit to a reader, beside nine others."""
    run = begin(client, min(sizes.rounds, 200), rounds_per_second=20)
    address = str(client.base_url)

    async def read() -> list[Reading]:
        readers = [Reading(address, f"/v1/runs/{run}/events") for _ in range(10)]
        await asyncio.gather(*(each.run() for each in readers))
        return readers

    readers = asyncio.run(read())
    moments = [each for reader in readers for each in reader.arrived]
    clock = _clock(client, run)
    waits = [at - clock[seq] for seq, at in moments if seq in clock]
    assert waits
    p99 = statistics.quantiles(waits, n=100)[98] if len(waits) > 1 else waits[0]
    middle = statistics.median(waits)
    return Figure(
        "commit to reader, 20 rounds a second, 10 readers: p99",
        f"{1000 * p99:.0f} ms (median {1000 * middle:.0f} ms, {len(waits):,} frames)",
        "<= 200 ms",
        p99 <= 0.2,
    )


def _clock(client: httpx.Client, run: str) -> dict[int, float]:
    """Return when each commit was made, by the number of its last event."""
    place = client.headers["x-place"]
    with Journal.open(place) as journal, journal._store.reading() as connection:
        number = journal._number(run)
        query = select(CLOCK.c.seq, CLOCK.c.committed_at).where(CLOCK.c.run == number)
        rows = connection.execute(query)
        return {seq: datetime.fromisoformat(at).timestamp() for seq, at in rows}


def stall(address: str, path: str) -> socket.socket:
    """Ask for a stream and read nothing of it."""
    place = urlsplit(address)
    stalled = socket.create_connection((place.hostname or "", place.port or 0))
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    return stalled


def slowdown(client: httpx.Client, sizes: Sizes) -> Figure:
    """Measure how much longer a run takes while readers of it stall, against one alone."""
    ratios = []
    await_end(client, begin(client, 24))  # What is imported for the first run is not its cost.
    for _ in range(sizes.repeats):
        took = []
        for stalled in (0, sizes.stalled):
            begun = time.perf_counter()
            run = begin(client, sizes.rounds)
            path = f"/v1/runs/{run}/events"
            open_ = [stall(str(client.base_url), path) for _ in range(stalled)]
            await_end(client, run)
            took.append(time.perf_counter() - begun)
            for each in open_:
                each.close()
        ratios.append(took[1] / took[0])
    middle = statistics.median(ratios)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs"
    return Figure(
        f"a run's time with {sizes.stalled} stalled readers, to that without",
        f"{middle:.3f} ({spread})",
        "< 1.10",
        middle < 1.10,
    )


def cuts(client: httpx.Client, sizes: Sizes) -> Figure:
    """Cut a reader off again and again; what it has been sent must be exactly the log."""
    run = begin(client, sizes.rounds)
    seq = await_end(client, run)["events"]
    chance, done, whole = Random(7), 0, 0

    async def read() -> None:
        nonlocal done, whole
        while done < sizes.cuts:
            reader = Reading(str(client.base_url), f"/v1/runs/{run}/events")
            while not await reader.run(reader.last, chance.randrange(70_000, 250_000)):
                done += 1
            assert reader.is_in_order and reader.seqs == reader.last == seq
            whole += 1

    asyncio.run(read())
    return Figure(
        f"{done:,} random disconnects, {whole} logs read",
        "0 gaps, 0 repeats",
        "0, 0",
        True,
    )


def load(client: httpx.Client, sizes: Sizes) -> Figure:
    """Play many runs at once under many readers, some of whom stall."""
    begun = time.perf_counter()
    rounds = 24
    runs = [begin(client, rounds, seed=seed) for seed in range(sizes.runs)]
    address = str(client.base_url)
    stalled = [
        stall(address, f"/v1/runs/{runs[n % len(runs)]}/events") for n in range(sizes.stalled)
    ]
    reading = sizes.readers - sizes.stalled

    async def read() -> list[Reading]:
        readers = [
            Reading(address, f"/v1/runs/{runs[n % len(runs)]}/events") for n in range(reading)
        ]
        ends = await asyncio.gather(*(each.run() for each in readers))
        assert all(ends)
        return readers

    readers = asyncio.run(read())
    shown = [await_end(client, run) for run in runs]
    took = time.perf_counter() - begun
    for each in stalled:
        each.close()
    whole = {each["run"]: each["events"] for each in shown}
    assert all(each["status"] == "done" for each in shown)
    right = sum(
        r.is_in_order and r.seqs == whole[runs[n % len(runs)]] for n, r in enumerate(readers)
    )
    events = sum(whole.values())
    return Figure(
        f"{sizes.runs} runs at once, {sizes.readers} readers of which {sizes.stalled} stall",
        f"{right} of {reading} read exactly the log; {events:,} events in {took:.0f} s",
        "all",
        right == reading,
    )


def measured(sizes: Sizes) -> list[Figure]:
    """Measure everything, each on a server of its own."""
    figures = []
    for measure in (throughput, latency, slowdown, cuts, load):
        with served() as client:
            figures.append(measure(client, sizes))
        print(figures[-1], file=sys.stderr, flush=True)
    return figures


def table(figures: list[Figure]) -> str:
    """Return the figures as Markdown."""
    rows = [
        f"| {f.what} | {f.found} | {f.wanted} | {'yes' if f.holds else 'NO'} |" for f in figures
    ]
    head = [
        "# The doors under load",
        "",
        "Measured by `python -m benchmarks.doors --write docs/doors.md` on loopback, server and "
        f"readers on one machine of {os.cpu_count()} cores.",
        "",
        "| what | found | wanted | holds |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows]) + "\n"


def main() -> None:
    """Print the table, and keep it if that is asked for; exit with 1 if a figure does not hold."""
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doors", description=about)
    parser.add_argument("--small", action="store_true", help="the reduced form")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the table")
    given = parser.parse_args()
    figures = measured(SMALL if given.small else Sizes())
    print(table(figures))
    if given.write:
        given.write.write_text(table(figures), encoding="utf-8")
    sys.exit(0 if all(figure.holds for figure in figures) else 1)


if __name__ == "__main__":
    main()
