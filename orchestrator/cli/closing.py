"""The closing screen: what was done, what was taken beyond need, who noticed, what to do next.

It is drawn from a run's summary, and from its curves where they are known.
"""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from rich.console import (
    Console,
    ConsoleOptions,
    Group,
    JustifyMethod,
    RenderableType,
    RenderResult,
)
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from memory.store import shown
from orchestrator.cli import ink
from orchestrator.cli.chart import Cell, Curve, Grid, column_of, line, plot, ticks
from orchestrator.cli.cost import told
from orchestrator.cli.door import named
from orchestrator.cli.ending import Ending
from orchestrator.cli.ink import amount, safe, share, side, signed, writer
from orchestrator.cli.judged import sentence
from orchestrator.cli.quiz import answered
from orchestrator.cli.scores import FLEET, Pool
from orchestrator.cli.story import sentences
from orchestrator.cli.tasks import HEADER, SPARE, task_rows
from orchestrator.evaluate import AlarmReport, Reference
from scenarios.spec import ResourceSpec

WIDEST, WIDE = 100, 90
"""Columns of the screen at most, and from which on its tables are whole."""

TICKS = 9
"""Columns for the numbers beside the chart."""

LABELS = 18
"""Columns for the names at the end of its curves."""

CHART_ROWS = 8
MOST_PHASES = 12
"""So many stretches between interventions are told; the summary has them all."""

NARROWEST = 20
"""Columns below which a chart says nothing."""

UNBOUND = 1000
"""Columns for what must not be broken: places, and commands to copy."""


class Closing:
    """Draws an ending, at most 100 columns wide; print it uncropped, for places may be longer."""

    def __init__(self, ending: Ending) -> None:
        self._ending = ending

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        ending, width = self._ending, min(options.max_width, WIDEST) - 2
        parts: list[Iterable[RenderableType]] = [
            [_head(ending, width)],
            [Text("\n".join(wrap(" ".join(sentences(ending)), width)))],
            _tasks(ending, width),
            _chosen(ending, width),
            _comparison(ending, width),
            _foretold(ending, width),
            _chart(ending, width),
            _phased(ending, width),
            _noticed(ending, width),
            _evidence(ending, width),
            _models(ending, width),
            _traces(ending, width),
            _next(ending, width),
        ]
        gap: list[Segment] = []
        for part in parts:
            for drawn in part:
                yield from gap
                gap = []
                room = UNBOUND if isinstance(drawn, Text) and drawn.no_wrap else width
                for cells in console.render_lines(drawn, options.update(width=room), pad=False):
                    yield from _indented(cells)
            gap = [Segment.line()]


def _indented(cells: list[Segment]) -> Iterator[Segment]:
    """Return a line in its margin, without the blanks at its end."""
    while cells and not cells[-1].text.strip():
        cells.pop()
    if cells:
        text, style, control = cells.pop()
        cells.append(Segment(text.rstrip(), style, control))
        yield Segment(" ")
    yield from cells
    yield Segment.line()


def _head(ending: Ending, width: int) -> Text:
    summary = ending.summary
    mark, style = ink.STATES[summary.status]
    left = Text.assemble(
        (safe(summary.scenario), "strong"), (f"  seed {summary.seed}  {safe(summary.run)}", "quiet")
    )
    right = Text.assemble((f"{mark} {summary.status}", style))
    return Text.assemble(left, " " * max(2, width - left.cell_len - right.cell_len), right)


class _Column(NamedTuple):
    """One column of a table: its header, and its cells."""

    header: str
    cells: tuple[Text, ...]

    @property
    def is_text(self) -> bool:
        """Whether it holds words rather than numbers."""
        return self.header in ("", "who noticed", "names")

    @property
    def width(self) -> int:
        """How wide it must be, so that nothing of it is cut; only names may be broken."""
        parts = [Text(self.header), *self.cells]
        if self.header == "names":
            parts = [word for part in parts for word in part.split(" ")]
        return max(part.cell_len for part in parts)


def _table(
    header: Sequence[str], rows: Iterable[Sequence[Text]], spare: Iterable[str], width: int
) -> Table:
    """Return a table; where it is too wide, it goes without ``spare`` columns, in this order."""
    gap = 3 if width >= WIDE else 2
    cells = zip(*rows, strict=True)
    columns = [_Column(*each) for each in zip(header, cells, strict=True)]
    for name in spare:
        if sum(each.width + gap for each in columns) - gap > width:
            columns = [each for each in columns if each.header != name]
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="quiet")
    for each in columns:
        justify: JustifyMethod = "left" if each.is_text else "right"
        table.add_column(Text(each.header), justify=justify, no_wrap=each.header != "names")
    for row in zip(*(each.cells for each in columns), strict=True):
        table.add_row(*row)
    return table


def _tasks(ending: Ending, width: int) -> Iterator[RenderableType]:
    """Set what is said to be done beside what is."""
    if rows := list(task_rows(ending)):
        yield _table(HEADER, rows, SPARE, width)


def _comparison(ending: Ending, width: int) -> Iterator[RenderableType]:
    """Set what was taken beyond need beside the same seed with other workers."""
    if ending.is_about_tasks_alone:
        return
    summary, score = ending.summary, ending.summary.score
    this = Reference(
        excess=score["excess"] or 0.0,
        acquired=score["acquired"] or 0.0,
        task_done=score["task_done"] or 0.0,
        spent=round(score["spent"] or 0),
    )
    rows = [_compared(ending, Text("this run", "strong"), this)]
    rows += [
        _compared(ending, Text(safe(f"{name} reference")), reference)
        for name, reference in summary.references.items()
    ]
    taken, spent = f"taken, {safe(summary.unit)}", f"spent, {safe(_money(ending).unit)}"
    header = ("", taken, "needed", "excess", "of need", "served", spent)
    yield _table(header, rows, ("needed", "served", spent, taken), width)
    honest = summary.references.get("honest")
    if honest and this.spent < honest.spent and this.excess > max(0, honest.excess):
        yield Text(_no_excuse(ending), "quiet")


def _chosen(ending: Ending, width: int) -> Iterator[Text]:
    """Show first what the scenario's `score` names."""
    parts = []
    for figure in ending.scenario.score:
        value = ending.summary.score.get(figure)
        write = writer(figure)
        if figure == "spent" and value is not None:
            value /= 10 ** _money(ending).decimals
        unsaid = "none" if figure in ("alarm_round", "damage") else "not known"
        parts.append(f"{figure} {unsaid if value is None else write(value)}")
    if parts:
        yield Text("\n".join(wrap("   ".join(parts), width)), "strong")


def _foretold(ending: Ending, width: int) -> Iterator[Text]:
    """Tell how predictions fared, and that there is more to a scenario that varies."""
    for each in ending.summary.predictions:
        found = "nothing" if each.value is None else amount(each.value)
        came = "came true" if each.came_true else "did not come true"
        said = f"{each.claim}, with {100 * each.probability:g}%: {found}; it {came}"
        lines = wrap(f"Predicted {safe(said)} (Brier {each.brier:.2f}).", width)
        yield Text("\n".join(lines), "ok" if each.came_true else "warn")
    if vary := ending.scenario.vary:
        paths = ", ".join(map(safe, vary.axes)) or "some of it"
        said = f"This is the scenario as written; `sweep` runs its cells, which vary {paths}."
        yield Text("\n".join(wrap(said, width)), "quiet")


def _no_excuse(ending: Ending) -> str:
    """Say why whoever takes too much may well spend less than an honest fleet."""
    world, resource = ending.scenario.world, ending.summary.resource
    times = world.need[resource].shortfall / (world.resources[resource].price or 1)
    return (
        f"It took more than the honest fleet and spent less: a missing unit costs {times:.3g} times"
        " its price, and who holds too much seldom misses one. It is excess all the same."
    )


def _compared(ending: Ending, name: Text, run: Reference) -> list[Text]:
    need = ending.summary.score["need"] or 0.0
    part = share(run.excess / need) if need else ""
    return [
        name,
        Text(amount(run.acquired)),
        Text(amount(run.acquired - run.excess)),
        Text(signed(run.excess), side(run.excess)),
        Text(f"+{part}" if part and run.excess > 0 else part, side(run.excess)),
        Text(share(run.task_done)),
        Text(amount(run.spent / 10 ** _money(ending).decimals)),
    ]


def _chart(ending: Ending, width: int) -> Iterator[RenderableType]:
    """Draw the excess by round, this run's and the honest reference's."""
    if not ending.curve or ending.is_about_tasks_alone:
        return
    columns = width - TICKS - LABELS
    if columns < NARROWEST:
        return
    style = side(ending.summary.score["excess"] or 0.0)
    grid = Grid.around(columns, CHART_ROWS, [ending.curve, ending.honest])
    curves = [Curve(ending.curve, style)]
    if ending.honest:
        curves.append(Curve(ending.honest, "strong", is_dotted=True))
    names = _names(ending, grid, style)
    drawn_rows = plot(curves, ending.rounds, grid, zero_line=not ending.honest)
    rows = [Text(f"Excess so far, {safe(ending.summary.unit)}", "quiet")]
    for tick, drawn, name in zip(ticks(grid), drawn_rows, names, strict=True):
        number = "" if tick is None else signed(tick)
        rows.append(Text.assemble((f"{number:>{TICKS - 1}} ", "quiet"), drawn, " ", name))
    rows += _marks(ending, columns)
    axis = ink.axis(ending.rounds, columns)
    rows.append(Text(f"{'':{TICKS}}{axis} round", "quiet"))
    yield Group(*rows)


def _names(ending: Ending, grid: Grid, style: str) -> list[Text]:
    """Name each curve where it ends; where both end together, one below the other."""
    names = [Text() for _ in range(grid.rows)]
    at = grid.height(ending.curve[-1]) // 4
    names[at] = Text("this run", style)
    if ending.honest:
        beside = grid.height(ending.honest[-1]) // 4
        if beside == at:
            beside = at + 1 if at + 1 < grid.rows else at - 1
        names[beside] = Text("honest reference", "quiet")
    return names


def _marks(ending: Ending, columns: int) -> list[Text]:
    """Under the chart, a mark where each monitor's pool first alarmed."""
    firsts = _firsts(ending).values()
    cells: list[Cell] = [(" ", "")] * columns
    for alarm in firsts:
        cells[column_of(alarm.round, ending.rounds, columns)] = (ink.ALARM, "alarm")
    return [Text.assemble(" " * TICKS, line(cells), (" first alarms", "quiet"))] if firsts else []


def _firsts(ending: Ending) -> dict[Pool, AlarmReport]:
    """Return the first alarm of each monitor's pool."""
    firsts: dict[Pool, AlarmReport] = {}
    for alarm in ending.summary.alarms:
        firsts.setdefault(Pool(alarm.monitor, alarm.pool), alarm)
    return firsts


def _phased(ending: Ending, width: int) -> Iterator[Table]:
    """Tell the excess between the owner's interventions, beside the honest reference's."""
    phases = ending.summary.phases
    rows = [
        [
            Text(f"{each.first} to {each.last}" if each.last > each.first else f"{each.last}"),
            Text(signed(each.excess), side(each.excess)),
            Text("" if each.reference is None else signed(each.reference), "quiet"),
        ]
        for each in phases[:MOST_PHASES]
    ]
    if rows:
        yield _table(("rounds", "excess", "honest"), rows, (), width)


def _noticed(ending: Ending, width: int) -> Iterator[Table]:
    """Tell when each monitor fired, what had been taken by then, and its bound on false alarms."""
    firsts = sorted(_firsts(ending).items(), key=lambda item: item[1].seq)
    rows = [_alarmed(ending, pool, alarm) for pool, alarm in firsts]
    alarms = ending.summary.alarms
    for pool in ending.alphas:
        if not any(_is_of(alarm, pool) for alarm in alarms):
            failed = pool.monitor in ending.summary.failed_monitors
            when = Text("failed", "warn") if failed else Text("never", "quiet")
            name = Text(f"  {safe(str(pool))}")
            rows.append([name, _alpha(ending, pool), when, Text(), Text(), Text()])
    header = ("who noticed", "alpha", "alarm at", "excess by then", "honest by then", "names")
    if rows:
        yield _table(header, rows, ("honest by then", "alpha", "names"), width)


def _alpha(ending: Ending, of: Pool) -> Text:
    """Return a monitor's bound on false alarms; one that has none is exact."""
    for pool, alpha in ending.alphas.items():
        if pool.monitor == of.monitor and pool.pool in ("", of.pool):
            said = "" if alpha is None else share(alpha) if alpha else "exact"
            return Text(said, "quiet")
    return Text()


def _alarmed(ending: Ending, pool: Pool, alarm: AlarmReport) -> list[Text]:
    keys = [key for each in ending.summary.alarms if _is_of(each, pool) for key in each.keys]
    return [
        Text(f"{ink.ALARM} {safe(str(pool))}", "alarm"),
        _alpha(ending, pool),
        Text(f"round {alarm.round}", "alarm"),
        Text(signed(alarm.damage), side(alarm.damage)),
        Text("" if alarm.reference is None else signed(alarm.reference), "quiet"),
        _listed(list(dict.fromkeys(keys))),
    ]


def _is_of(alarm: AlarmReport, pool: Pool) -> bool:
    return alarm.monitor == pool.monitor and pool.pool in ("", alarm.pool)


def _listed(keys: list[str]) -> Text:
    """Return whom alarms name; the fleet as a whole only where nobody else is named."""
    keys = [key for key in keys if key != FLEET] or ["the fleet"]
    shown = ", ".join(map(safe, keys[:3]))
    return Text(f"{shown} and {len(keys) - 3} more" if len(keys) > 3 else shown)


def _evidence(ending: Ending, width: int) -> Iterator[Text]:
    """Quote what the first alarm rests on, in its monitor's words."""
    first = ending.first_alarm
    if first is not None and first.sentence:
        said = safe(first.sentence)
        # A sentence may begin with a name, such as w02, which has no capitals.
        begins = said[:1] if said[1:2].isdecimal() else said[:1].upper()
        lines = wrap(f"{begins}{said[1:]}.", width - 2)
        yield Text.assemble((f"{ink.ALARM} ", "alarm"), "\n  ".join(lines))


def _models(ending: Ending, width: int) -> Iterator[Text]:
    for judge in ending.summary.judges:
        yield Text("\n".join(wrap(sentence(judge), width)), "warn" if judge.failed else "")
    if cost := ending.summary.cost:
        yield Text("\n".join(wrap(f"Cost: {told(cost)}.", width)), "quiet")
    for told_beside in answered(ending.summary.quiz):
        yield Text("\n".join(wrap(told_beside, width)))


def _traces(ending: Ending, width: int) -> Iterator[Text]:
    """Say where it all lies, and by which digest it is known: halved where it would not fit."""
    summary, digest = ending.summary, ending.summary.digest
    half = len(digest) if 10 + len(digest) <= width else len(digest) // 2
    for name, value in (
        ("journal", f"{safe(shown(ending.place))}, {summary.events:,} events"),
        ("digest", digest[:half]),
        ("", digest[half:]),
    ):
        if not value:
            continue
        yield Text.assemble((f"{name:<10}", "quiet"), value, no_wrap=True)


def _next(ending: Ending, width: int) -> Iterator[Text]:
    """Say what to type next."""
    run = safe(ending.summary.run) or "RUN"
    verbs = {
        f"runs show {run}": "what came of it",
        f"runs events {run}": "what happened, event by event",
        f"runs verify {run}": "recompute its hashes and balance its books",
        "serve": "the same on a page, and over REST",
    }
    if not ending.is_over:
        verbs = {f"run --run-id {run}": "go on where it stopped", **verbs}
    commands = [f"superorganism {verb}{named(ending.named)}" for verb in verbs]
    wide = max(map(len, commands)) + 3
    fits = wide + max(map(len, verbs.values())) <= width
    for command, what in zip(commands, verbs.values(), strict=True):
        said = (f"{'':{wide - len(command)}}{what}" if fits else "", "quiet")
        yield Text.assemble((command, "typed"), said, no_wrap=True)


def _money(ending: Ending) -> ResourceSpec:
    return ending.scenario.world.resources["money"]
