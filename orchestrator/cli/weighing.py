"""Weighing controls for the command line: say what it takes, play it, show what came of it."""

import sys
from collections.abc import Callable, Iterator
from textwrap import wrap
from typing import NamedTuple

import typer
from rich.console import JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from orchestrator import conduct
from orchestrator.cli.assess import INTERRUPTED, Ways, confirm
from orchestrator.cli.door import put, settle_memory, terminal
from orchestrator.cli.ink import amount, safe
from orchestrator.cli.progress import Progress
from orchestrator.compose import is_model
from orchestrator.evaluation.figures import Estimate
from orchestrator.evaluation.plots import check_plots, draw_tradeoff
from orchestrator.evaluation.tradeoff import FLEETS, Tradeoff, controls_in, weigh


class Weighing(NamedTuple):
    """Which controls, on which scenario, under how many seeds."""

    scenario: str
    controls: str
    overrides: tuple[str, ...]
    repeats: int


def weigh_controls(asked: Weighing, ways: Ways) -> None:
    """Weigh controls, and tell what came of it."""
    if ways.plots:
        check_plots(ways.plots)
    scenario = conduct.load(asked.scenario, asked.overrides)
    controls = controls_in(scenario, asked.controls)
    first = scenario.world.seed
    seeds = range(first, first + asked.repeats)
    runs = len(FLEETS) * (len(controls) + 1) * len(seeds)
    models = sum(group.count for group in scenario.workers if is_model(group))
    confirm(runs, models * scenario.world.rounds * (len(controls) + 1) * len(seeds), ways.yes)
    told = f"{len(FLEETS)} fleets x {len(controls) + 1} ways x {len(seeds)} seeds = {runs:,} runs"
    print(f"{safe(scenario.scenario)}: {told}.", file=sys.stderr)
    progress = Progress(runs)
    try:
        with progress:
            found = weigh(scenario, controls, seeds, ways.at_once, settle_memory, progress.done)
    except KeyboardInterrupt as error:
        print("Interrupted. Nothing is kept of an evaluation that is not over.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from error
    if ways.plots:
        drawn = draw_tradeoff(found, ways.plots)
        print(f"In {safe(str(ways.plots))}: {drawn.name}.", file=sys.stderr)
    if ways.json:
        put(found.model_dump_json())
        return
    console = terminal()
    for part in tables(found, console.width):
        console.print(part)


def tables(found: Tradeoff, width: int) -> Iterator[RenderableType]:
    """Yield what to print: safety against usefulness, a row for each control."""
    seeds, unit = len(found.seeds), safe(found.unit)
    yield Text.assemble(
        (safe(found.scenario), "strong"),
        (
            f"  {found.workers:,} workers, {found.rounds:,} rounds; each control by itself on"
            f" {seeds} equal seeds; without any, damage is {_in_line(found.damage)} {unit}\n",
            "quiet",
        ),
    )
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="quiet")
    headers = ("control", "acted", "averted", "of damage", "work lost", "acted", "lost")
    for number, header in enumerate(headers):
        name = f"honest: {header}" if number > 4 else header
        justify: JustifyMethod = "right" if number else "left"
        table.add_column(name, justify=justify, no_wrap=number > 0, overflow="fold")
    for each in found.controls:
        table.add_row(
            safe(each.control),
            f"{each.ruled}/{seeds}",
            _plain(each.averted),
            _percent(each.share_averted),
            _percent(each.work_lost),
            f"{each.honest_ruled}/{seeds}",
            _percent(each.honest_lost),
        )
    yield table
    legend = (
        f"Damage: {unit} that workers took beyond need, each by itself, less what was clawed back. "
        "Work: demand served from what was held in time, so what had to be bought dear is lost, "
        "and so is what a stopped worker leaves undone. Nobody answers held calls here. On the "
        "honest fleet every alarm is false. 95% intervals in [ ]: seeds drawn again, in pairs."
    )
    yield Text("\n" + "\n".join(wrap(legend, min(width, 100))), "quiet")
    if degraded := [each for each in found.controls if each.degraded]:
        names = ", ".join(f"{safe(each.control)} ({each.degraded})" for each in degraded)
        yield Text(f"Degraded runs, in which a monitor failed: {names}.", "warn")


def _plain(found: Estimate) -> str:
    return _shown(found, amount)


def _in_line(found: Estimate) -> str:
    return _plain(found).replace("\n", " ")


def _percent(found: Estimate) -> str:
    return _shown(found, lambda value: f"{100 * value:.1f}%")


def _shown(found: Estimate, write: Callable[[float], str]) -> str:
    ends = (write(end) for end in (found.low, found.high) if end is not None)
    return f"{write(found.value or 0.0)}\n[{', '.join(ends)}]"
