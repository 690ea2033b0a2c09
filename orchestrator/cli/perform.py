"""Playing a run for the command line: begin it or find it, show it, and tell how it ended."""

import asyncio
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import typer

from memory.errors import BadInput, BudgetSpent, StaleClaim
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.answers import Budget
from orchestrator.cli.closing import Closing
from orchestrator.cli.display import Display, Silence, WhileHeard, display_of
from orchestrator.cli.door import (
    bus_of,
    named,
    open_journal,
    place_of,
    put,
    settle_memory,
    terminal,
)
from orchestrator.cli.ending import Ending, ending_of, stored_ending
from orchestrator.cli.ink import safe
from orchestrator.cli.picture import check_place, save_picture
from orchestrator.compose import everyone
from orchestrator.conduct import Performance
from orchestrator.engine import Listeners
from orchestrator.evaluate import Summary, play
from orchestrator.fork import fork
from scenarios.catalogue import catalogue

INTERRUPTED = 130

DEGRADED = (
    "Redis is down, so other processes hear of this run a little later; nothing is lost, and "
    "what it is lacking is published by the next process that owns a run here."
)


class Order(NamedTuple):
    """Which run to play."""

    scenario: str | None
    overrides: tuple[str, ...]
    seed: int | None
    run: str | None
    store: str | None
    redis: str | None


class Branch(NamedTuple):
    """Which run to leave, behind which event, and for what."""

    parent: str
    at: int
    changes: tuple[str, ...]
    run: str | None
    store: str | None
    redis: str | None


class Wanted(NamedTuple):
    """How to show it, and what goes with it."""

    json: bool
    ack: bool
    quiet: bool
    rounds_per_second: float | None
    references: bool
    picture: Path | None
    budget: Budget = Budget()

    @property
    def shows_nothing(self) -> bool:
        """Whether nothing is shown before the run is over."""
        return self.json or self.ack or self.quiet


def perform(order: Order, wanted: Wanted) -> Summary:
    """Play a run to its end, or find it finished, and tell what came of it."""
    if wanted.picture:
        check_place(wanted.picture)
    if order.scenario is None and order.run is None:
        raise BadInput(f"name a scenario, one of {', '.join(catalogue())}, or a --run-id")
    if order.scenario is None and order.overrides:
        raise BadInput(f"run {order.run} has its scenario already; --set cannot change it now")
    scenario = None
    if order.scenario is not None:
        scenario = conduct.load(order.scenario, order.overrides)
    bus = bus_of(order.redis)
    with open_journal(order.store, create=scenario is not None, bus=bus) as journal:
        meant = conduct.Order(scenario, order.seed, order.run)
        record = conduct.find(journal, meant)
        if record is not None and record.is_finished:
            ending = stored_ending(journal, record)
            if wanted.picture and "honest" in ending.summary.references:
                ending = ending._replace(honest=asyncio.run(_honest_curve(journal, ending)))
        else:
            how = named(order.store, order.redis)
            ending = _play(conduct.begin(journal, meant), how, wanted)
    _tell(ending._replace(place=place_of(order.store), named=order.store), wanted)
    return ending.summary


def perform_fork(branch: Branch, wanted: Wanted) -> Summary:
    """Leave a run where a round of it ended, play the fork to its end, and tell how it went."""
    if wanted.picture:
        check_place(wanted.picture)
    with open_journal(branch.store, bus=bus_of(branch.redis)) as journal:
        performance = fork(journal, branch.parent, branch.at, branch.changes, branch.run)
        origin = journal.run(performance.run).origin
        if origin and not wanted.shows_nothing:
            terminal().print(
                f"{safe(performance.run)} shares its rounds up to {origin.round} with "
                f"{safe(origin.parent)}: events 1 to {origin.seq:,}",
                soft_wrap=True,
            )
        ending = _play(performance, named(branch.store, branch.redis), wanted)
    _tell(ending._replace(place=place_of(branch.store), named=branch.store), wanted)
    return ending.summary


def _play(performance: Performance, places: str, wanted: Wanted) -> Ending:
    """Play a run to its end; ``places`` is how a command that goes on names them."""
    stage = performance.stage
    at_end = "references" if wanted.references else "done"
    past = (each.verdict for each in performance.journal.verdicts(performance.run))
    display: Display = Silence()
    if not wanted.shows_nothing:
        display = display_of(stage, terminal(), past=past, at_end=at_end)
    heard = WhileHeard(display)
    listeners = Listeners(on_round=heard.round_done, rounds_per_second=wanted.rounds_per_second)
    listeners.on_wait = partial(_say_waiting, f"{safe(performance.run)}{places}")
    if wanted.ack:
        listeners.on_commit = partial(heard.tell, _acknowledge)
    how = f"To go on: superorganism run --run-id {safe(performance.run)}{places}"
    settle_memory()
    try:
        with heard:
            play = performance.play(
                listeners, with_references=wanted.references, budget=wanted.budget
            )
            summary = asyncio.run(play)
    except KeyboardInterrupt as error:
        where = f"Interrupted in round {stage.round} of {stage.rounds}."
        print(f"{where} What was committed is safe, and nothing will differ.", file=sys.stderr)
        print(how, file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from error
    except StaleClaim:
        raise
    except BudgetSpent as error:
        error.add_note(f"{how} with a larger --max-tokens or --max-cost, or none")
        raise
    except Exception as error:
        error.add_note(how)
        raise
    if performance.journal.is_degraded:
        print(DEGRADED, file=sys.stderr)
    return ending_of(stage, summary, performance.beside.get("honest"))


async def _honest_curve(journal: Journal, ending: Ending) -> Sequence[float]:
    """Play the honest reference of a stored run once more: only its sums were kept."""
    scenario, summary = everyone(ending.scenario, "honest"), ending.summary
    history = conduct.shared_history(journal, summary.run)
    honest = await play(scenario, summary.seed, history=history())
    return honest.tally.curve


def _acknowledge(seq: int) -> None:
    put(f"ACK {seq}")


def _say_waiting(run: str, round: int) -> None:
    """Say once more, whenever it waits, that the run waits for a person, and what to do."""
    told = f"Round {round}: calls wait for a person, and the run with them; see them with"
    print(f"{told}: superorganism runs approvals {run}", file=sys.stderr)


def _tell(ending: Ending, wanted: Wanted) -> None:
    """Tell how a run ended, to a program or to a person; and draw it, if that is wanted."""
    if wanted.picture:
        save_picture(wanted.picture, ending)
    if wanted.json:
        put(ending.summary.model_dump_json())
        return
    console = terminal()
    console.print(Closing(ending), crop=False)
    if wanted.picture:
        console.print(f"\n The picture lies in {safe(str(wanted.picture))}.", soft_wrap=True)
