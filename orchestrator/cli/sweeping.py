"""Sweeping for the command line: say what it takes, play what is left, show what came of it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

import typer
from pydantic import JsonValue
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from orchestrator.answers import Budget
from orchestrator.cli.assess import confirm
from orchestrator.cli.door import open_journal, place_of, put, settle_memory, terminal
from orchestrator.cli.ink import safe, side, signed, writer
from orchestrator.cli.judging import NOT_REACHED
from orchestrator.cli.progress import Progress, duration
from orchestrator.evaluation.figures import Estimate
from orchestrator.experiment.outcome import CellReport, SweepReport, records, report
from orchestrator.experiment.sweep import Sweep, open_sweep, run_sweep, summaries
from orchestrator.table import check_file, save

INTERRUPTED = 130
BESIDE = "excess beside cell 1"


class Ways(NamedTuple):
    """How it is done, and what is made of it."""

    at_once: int
    reference: bool
    out: tuple[Path, ...]
    yes: bool
    json: bool
    budget: Budget


def perform_sweep(
    scenario: str, overrides: tuple[str, ...], repeats: int | None, store: str | None, ways: Ways
) -> None:
    """Play a sweep, or what is left of it, and tell what came of it."""
    for path in ways.out:
        check_file(path)
    with open_journal(store, create=True) as journal:
        sweep = open_sweep(journal, scenario, overrides, repeats, with_reference=ways.reference)
        print(_announced(sweep, ways.at_once), file=sys.stderr)
        confirm(len(sweep.trials) - len(sweep.done), sweep.model_calls, ways.yes)
        _play(sweep, place_of(store), ways)
        found = summaries(journal, sweep.trials)
    told = report(sweep.experiment, sweep.study, sweep.trials, found)
    for path in ways.out:
        rows = records(sweep.experiment, sweep.trials, found)
        save(rows, path)
        print(f"{len(rows):,} records lie in {safe(str(path))}.", file=sys.stderr)
    if ways.json:
        put(told.model_dump_json())
        return
    console = terminal()
    for part in tables(told, console.width):
        console.print(part)


def _play(sweep: Sweep, place: str, ways: Ways) -> None:
    progress = Progress(len(sweep.trials), len(sweep.done))
    try:
        with progress:
            run_sweep(sweep, place, ways.at_once, progress.done, settle_memory, ways.budget)
    except KeyboardInterrupt as error:
        print(
            "Interrupted. What was committed is safe; the same command goes on from there.",
            file=sys.stderr,
        )
        raise typer.Exit(INTERRUPTED) from error
    except Exception as error:
        error.add_note("What was committed is safe; the same command goes on from there.")
        raise


def _announced(sweep: Sweep, at_once: int) -> str:
    cells, repeats = len(sweep.experiment.cells), sweep.experiment.repeats
    there = f"; {len(sweep.done):,} of them are over already" if sweep.done else ""
    return (
        f"{safe(sweep.study.scenario)}: {cells:,} cell{'s' * (cells != 1)} x {repeats:,} = "
        f"{len(sweep.trials):,} runs of study {sweep.study.name}{there}; about "
        f"{duration(sweep.seconds(at_once))}, {sweep.model_calls:,} model calls."
    )


def tables(told: SweepReport, width: int) -> Iterator[RenderableType]:
    """Yield what to print, part by part."""
    yield Text.assemble(
        (safe(told.scenario), "strong"),
        (f"  study {told.study}, {len(told.seeds):,} equal seeds a cell\n", "quiet"),
    )
    yield _cells(told, width)
    said = (
        "Means over runs; alarm_round and damage are medians, runs without an alarm censored at "
        f"their end. Excess and damage are {safe(told.unit)} beyond need. 95% intervals in [ ]."
    )
    yield Text("\n" + "\n".join(wrap(said, min(width, 118))), "quiet")
    if told.predictions:
        yield Text()
        yield _predictions(told)
        scored = "" if told.brier is None else f" Brier score of all: {told.brier:.3f}."
        line = f"Registered before the first run as {told.predicted[:12]}.{scored}"
        yield Text("\n".join(wrap(f"{line} Always saying 50% scores 0.25.", width)), "quiet")
    for monitor, why in told.failed_monitors.items():
        yield Text(f"A monitor failed in {safe(monitor)}: {safe(why)}", "warn")


def _cells(told: SweepReport, width: int) -> Table:
    """Return the table of cells, with as many intervals as there is room for."""
    for with_beside, with_intervals in ((True, True), (False, True), (False, False)):
        headers, rows = _columns(told, with_beside, with_intervals)
        widths = [max(map(len, map(str, cells))) for cells in zip(headers, *rows, strict=True)]
        if sum(widths) + 2 * len(widths) <= width:
            break
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="quiet")
    for header in headers:
        is_path = header not in ("cell", "runs", "honest", BESIDE, *told.score)
        table.add_column(header, justify="left" if is_path else "right", no_wrap=not is_path)
    for row in rows:
        table.add_row(*row)
    return table


def _columns(
    told: SweepReport, with_beside: bool, with_intervals: bool
) -> tuple[list[str], list[list[Text]]]:
    paths = list(dict.fromkeys(path for cell in told.cells for path in cell.values))
    ends = [path.rpartition(".")[2] for path in paths]
    named = (end if ends.count(end) == 1 else p for p, end in zip(paths, ends, strict=True))
    has_honest = any(cell.honest is not None for cell in told.cells)
    has_beside = with_beside and any(cell.beside_first for cell in told.cells)
    headers = ["cell", *map(safe, named), "runs", *told.score]
    headers += ["honest"] * has_honest + [BESIDE] * has_beside
    rows = []
    for cell in told.cells:
        row = [Text(str(cell.cell), "strong"), *(_said(cell.values.get(p)) for p in paths)]
        row += [Text(str(cell.runs))]
        row += [_figure(name, cell, with_intervals) for name in told.score]
        if has_honest:
            row.append(Text("" if cell.honest is None else signed(cell.honest), "quiet"))
        if has_beside:
            beside = cell.beside_first
            row.append(_interval(beside, "excess", True) if beside else Text())
        rows.append(row)
    return headers, rows


def _said(value: JsonValue) -> Text:
    return Text("as written", "quiet") if value is None else Text(safe(str(value)))


def _figure(name: str, cell: CellReport, is_wide: bool) -> Text:
    shown = _interval(cell.figures[name], name, is_wide)
    if name == "alarm_round" and cell.runs:
        style = "alarm" if cell.alarmed else "quiet"
        shown = Text.assemble((f"{cell.alarmed}/{cell.runs} ", style), shown)
    return shown


def _interval(found: Estimate, name: str, is_wide: bool) -> Text:
    write = writer(name)
    if found.value is None:
        return Text(NOT_REACHED, "quiet")
    shown = Text(write(found.value), side(found.value) if write is signed else "")
    if is_wide and found.low is not None and (found.low, found.high) != (found.value, found.value):
        ends = (NOT_REACHED if end is None else write(end) for end in (found.low, found.high))
        shown.append(f" [{', '.join(ends)}]", "quiet")
    return shown


def _predictions(told: SweepReport) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="quiet")
    for number, name in enumerate(("predicted", "with", "came true", "Brier")):
        table.add_column(name, justify="right" if number else "left")
    for each in told.predictions:
        table.add_row(
            safe(each.claim),
            f"{100 * each.probability:g}%",
            f"{each.came_true} of {each.runs}",
            f"{each.brier:.3f}",
        )
    return table
