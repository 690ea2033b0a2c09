"""Judging monitors for the command line: say what it takes, play it, show what came of it."""

import sys
from pathlib import Path
from typing import NamedTuple

import typer

from memory.errors import BadInput
from orchestrator.cli.door import put, settle_memory, terminal
from orchestrator.cli.ink import safe
from orchestrator.cli.judging import tables
from orchestrator.cli.progress import Progress, duration
from orchestrator.evaluation.figures import Evaluation
from orchestrator.evaluation.plots import check_plots, draw
from orchestrator.evaluation.question import Plan, Question, answer, plan, play
from orchestrator.evaluation.record import records
from orchestrator.evaluation.trial import Trial
from orchestrator.table import check_file, save

MOST_RUNS = 10_000
"""More runs than this are played only for who says --yes."""

INTERRUPTED = 130


class Ways(NamedTuple):
    """How it is done, and what is made of it."""

    at_once: int
    plots: Path | None
    out: tuple[Path, ...]
    yes: bool
    json: bool


def assess(question: Question, ways: Ways) -> None:
    """Judge monitors, and tell what came of it."""
    for path in ways.out:
        check_file(path)
    if ways.plots:
        check_plots(ways.plots)
    planned = plan(question)
    print(_announced(planned, ways.at_once), file=sys.stderr)
    confirm(planned.runs, planned.model_calls, ways.yes)
    progress = Progress(planned.runs)
    try:
        with progress:
            trials = play(planned, ways.at_once, progress.done, settle_memory)
    except KeyboardInterrupt as error:
        print("Interrupted. Nothing is kept of an evaluation that is not over.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from error
    found = answer(planned, trials)
    _keep(planned, trials, found, ways)
    if ways.json:
        put(found.model_dump_json())
        return
    console = terminal()
    for part in tables(found, console.width):
        console.print(part)


def _keep(planned: Plan, trials: list[Trial], found: Evaluation, ways: Ways) -> None:
    """Write what was asked for, before anything is shown: a reader may leave."""
    rows = list(records(planned, trials)) if ways.out else []
    for path in ways.out:
        save(rows, path)
        print(f"{len(rows):,} records lie in {safe(str(path))}.", file=sys.stderr)
    if ways.plots:
        drawn = draw(found, trials, ways.plots)
        names = ", ".join(path.name for path in drawn)
        print(f"In {safe(str(ways.plots))}: {names}.", file=sys.stderr)


def _announced(planned: Plan, at_once: int) -> str:
    setting, fleets = planned.setting, len(planned.fleets)
    return (
        f"{safe(setting.scenario)}: {fleets} fleets x {len(setting.seeds)} seeds = "
        f"{planned.runs:,} runs, about {duration(planned.seconds(at_once))}, "
        f"{planned.model_calls:,} model calls."
    )


def confirm(runs: int, model_calls: int, yes: bool) -> None:
    """Refuse what is long or paid for, unless it was said that it is meant.

    Raises
    ------
    BadInput
        If it was not.
    """
    if yes:
        return
    if runs > MOST_RUNS:
        raise BadInput(f"{runs:,} runs are more than {MOST_RUNS:,}; add --yes if that is meant")
    if model_calls:
        raise BadInput(f"{model_calls:,} calls of real models are paid for; add --yes to make them")
