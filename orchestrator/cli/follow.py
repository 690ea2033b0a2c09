"""Following a run for the command line: its committed events, as they come, to its end."""

import asyncio
import sys
from collections.abc import AsyncIterator

import typer

from memory.journal import Journal
from memory.record import Slice
from orchestrator import conduct
from orchestrator.cli.closing import Closing
from orchestrator.cli.display import Display, display_of
from orchestrator.cli.door import bus_of, named, open_journal, place_of, settle_memory, terminal
from orchestrator.cli.ending import stored_ending
from orchestrator.cli.ink import safe
from orchestrator.stage import Stage

LOOK_S = 1.0
"""How often to ask whether the process that plays a run still lives, while nothing comes."""

SLICE = 1024
"""How many events are taken at a time; fewer mean that a commit, and so a round, is whole."""

INTERRUPTED = 130

DEGRADED = "Redis is down: what follows may come a moment later, and nothing is missed."
RECOVERED = "Redis is back."


def follow(run: str, store: str | None, redis: str | None, *, as_json: bool) -> None:
    """Follow a run to its end; what is still to be told afterwards is told here."""
    with open_journal(store, bus=bus_of(redis)) as journal:
        record = journal.run(run)
        try:
            if as_json:
                asyncio.run(_print(journal, run, store))
                return
            settle_memory()
            stage = conduct.restage(journal, record.run)
            with display_of(stage, terminal()) as display:
                asyncio.run(_show(journal, stage, display, store))
        except KeyboardInterrupt as error:
            raise typer.Exit(INTERRUPTED) from error
        ending = stored_ending(journal, journal.run(run))
    terminal().print(Closing(ending._replace(place=place_of(store), named=store)), crop=False)


async def slices(journal: Journal, run: str, store: str | None) -> AsyncIterator[Slice]:
    """Return a run's committed events as they come, also across interruptions, to its end."""
    after, has_waited, is_degraded = 0, False, False
    while True:
        following = journal.follow(run, after, SLICE)
        while (part := await _next(following)) is not None:
            if journal.is_degraded is not is_degraded:
                is_degraded = not is_degraded
                print(DEGRADED if is_degraded else RECOVERED, file=sys.stderr)
            has_waited = has_waited and not part.events
            after = part.events[-1].number if part.events else after
            yield part
        record = journal.run(run)
        if record.is_finished and record.seq == after:
            return
        if record.state == "interrupted":
            if not has_waited:
                _say_it_waits(run, record.round, store)
            has_waited = True
            await asyncio.sleep(LOOK_S)


async def _next(following: AsyncIterator[Slice]) -> Slice | None:
    """Return what comes next; nothing when the run stands still, or after a while."""
    try:
        async with asyncio.timeout(LOOK_S):
            return await anext(following, None)
    except TimeoutError:
        return None


async def _print(journal: Journal, run: str, store: str | None) -> None:
    """Print each event once, in order, as it was stored."""
    async for part in slices(journal, run, store):
        for line in part.events:
            sys.stdout.write(f"{line.body.decode()}\n")
        sys.stdout.flush()


async def _show(journal: Journal, stage: Stage, display: Display, store: str | None) -> None:
    """Let the stage, and the display of it, take up each event as it comes."""
    log = stage.log
    async for part in slices(journal, log.run, store):
        for entry in journal.entries(log.run, log.seq, len(part.events)):
            if entry.event.round > stage.round:
                display.round_done(stage.round)
            log.replay([entry])
        stage.watch.drain()
        if len(part.events) < SLICE:
            display.round_done(stage.round)


def _say_it_waits(run: str, round: int, store: str | None) -> None:
    print(
        f"{safe(run)} stands still after round {round}: no process plays it now.\n"
        f"To go on: superorganism run --run-id {safe(run)}{named(store)}\n"
        "This waits for it; Ctrl-C ends the waiting.",
        file=sys.stderr,
    )
