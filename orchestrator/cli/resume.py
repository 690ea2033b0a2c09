"""Letting unfinished runs go on, and telling of each as it ends."""

import asyncio
import sys
from typing import NamedTuple

import typer
from pydantic import JsonValue

from memory.errors import SuperorganismError
from memory.journal import Journal
from orchestrator.answers import Budget
from orchestrator.cli import ink
from orchestrator.cli.door import put, put_json, settle_memory
from orchestrator.cli.ink import safe
from orchestrator.conduct import unfinished
from orchestrator.recovery import Recovered, recover

INTERRUPTED = 130


class Way(NamedTuple):
    """How runs go on: so many side by side, with their references or without, at what cost."""

    at_once: int
    references: bool
    budget: Budget


def resume_runs(journal: Journal, run: str | None, way: Way, *, as_json: bool) -> bool:
    """Let one run go on, or all that nobody plays; return whether each of them could.

    Raises
    ------
    UnknownRun, BadInput, RunInUse
        If the one that was named cannot go on.
    """
    every = run is None
    runs = [record.run for record in unfinished(journal)] if run is None else [run]
    if not runs and not as_json:
        put("No run is left to go on: each one is finished, or a process plays it.")
    settle_memory()

    failed: list[Recovered] = []

    def tell(found: Recovered) -> None:
        if found.error and not (every and found.is_left_alone):
            failed.append(found)
        if every or not found.error:
            put_json(_record(found)) if as_json else put(_line(found))

    work = recover(
        journal,
        runs,
        tell,
        at_once=way.at_once,
        with_references=way.references,
        budget=way.budget,
    )
    try:
        asyncio.run(work)
    except KeyboardInterrupt as error:
        print("Interrupted. What was committed is safe, and can be resumed.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from error
    if failed and failed[0].error and not every:
        raise failed[0].error
    return not failed


def _record(found: Recovered) -> JsonValue:
    return {
        "run": found.run,
        "ok": found.error is None,
        "round": found.round,
        "problem": _problem(found.error) if found.error else "",
        "summary": found.summary.model_dump(mode="json") if found.summary else None,
    }


def _line(found: Recovered) -> str:
    """Say what came of one run."""
    run = safe(found.run)
    if found.is_left_alone:
        return f"{ink.WAITING} {run} is left alone: {safe(str(found.error))}"
    if found.error or found.summary is None:
        problem = _problem(found.error) if found.error else ""
        return f"{ink.BROKEN} {run} could not go on after round {found.round}: {safe(problem)}"
    summary = found.summary
    alarms = f"{len(summary.alarms)} alarm{'s' * (len(summary.alarms) != 1)}"
    return (
        f"{ink.DONE} {run} went on after round {found.round} to its end, round {summary.rounds}:"
        f" {alarms}, digest {ink.short(summary.digest)}"
    )


def _problem(error: Exception) -> str:
    return (
        str(error) if isinstance(error, SuperorganismError) else f"{type(error).__name__}: {error}"
    )
