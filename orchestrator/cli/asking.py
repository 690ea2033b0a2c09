"""Asking a fleet for the command line: say what it takes, play it, show what was answered."""

import sys
from pathlib import Path

import typer

from orchestrator.cli.assess import INTERRUPTED, confirm
from orchestrator.cli.door import put, settle_memory, terminal
from orchestrator.cli.ink import safe
from orchestrator.cli.probing import tables
from orchestrator.cli.progress import Progress
from orchestrator.evaluation.plots import check_plots
from orchestrator.pace import model_calls_of
from orchestrator.probing.answers import answer, play
from orchestrator.probing.arms import Question, plan
from orchestrator.probing.forest import draw_forest


def ask(question: Question, at_once: int, plots: Path | None, *, yes: bool, as_json: bool) -> None:
    """Play every arm, and tell what each group answered."""
    if plots:
        check_plots(plots)
    planned = plan(question)
    print(
        f"{safe(planned.scenario.scenario)}: {len(planned.arms)} arms x {len(planned.seeds)} seeds "
        f"= {planned.runs:,} runs, each up to the end of its question.",
        file=sys.stderr,
    )
    calls = sum(model_calls_of(arm.scenario) for arm in planned.arms) * len(planned.seeds)
    confirm(planned.runs, calls, yes)
    progress = Progress(planned.runs)
    try:
        with progress:
            told = play(planned, at_once, progress.done, settle_memory)
    except KeyboardInterrupt as error:
        print("Interrupted. Nothing is kept of answers that are not all there.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from error
    found = answer(planned, told)
    if plots:
        drawn = draw_forest(found, plots)
        print(f"In {safe(str(plots))}: {drawn.name}.", file=sys.stderr)
    if as_json:
        put(found.model_dump_json())
        return
    console = terminal()
    for part in tables(found, console.width):
        console.print(part)
