"""One moment of a run as it is drawn on a terminal: a head, three panels and the workers.

The panels share one time axis, from the first round to the last: what the fleet took each
round against need, the excess so far, and how each monitor's suspicion grew until it alarmed.
"""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from rich.console import Group
from rich.text import Text

from orchestrator.cli import ink
from orchestrator.cli.chart import Curve, Grid, bars, column_of, lay, plot, ridge, ticks
from orchestrator.cli.controls import told_of_controls
from orchestrator.cli.cost import told
from orchestrator.cli.ink import amount, safe, share, short, side, signed, workers
from orchestrator.cli.scores import FLEET, Pool, Scores
from orchestrator.evaluate import cost_of
from orchestrator.stage import Alarm, Stage

NAMES, NUMBERS = 21, 8
GUTTER = NAMES + NUMBERS + 1
"""Columns to the left of the time axis: for names, then for numbers."""

NARROWEST = GUTTER + 24
ROOMY = 34
"""From this height on, panels stand apart."""

SAID_ROWS = 2
EXCESS_WIDE, TAKEN_WIDE = 9, 6
LEAST_EXCESS, MOST_EXCESS = 3, 8
"""Rows for the excess: what the height leaves over."""


class Size(NamedTuple):
    """Columns and rows to draw on."""

    width: int
    height: int

    @property
    def axis(self) -> int:
        """Columns of the time axis."""
        return max(self.width, NARROWEST) - GUTTER


def frame(stage: Stage, scores: Scores, size: Size, state: str = "running") -> Group:
    """Return a picture of where a run stands, no taller than ``size``."""
    gap = [Text()] if size.height >= ROOMY else []
    top = [head(stage, size.width, state), *_cost(stage, size.width)]
    top += [*_controls(stage, size.width), *gap]
    top += _beside([Text("Round", "quiet")], [Text(ink.axis(stage.rounds, size.axis), "quiet")])
    top += [*_fleet(stage, size.axis), *gap]
    strips = [*_strips(stage, scores, size.axis), *gap]
    said = [*gap, *_sentence(stage, size.width)]
    room = size.height - 1 - len(top) - len(strips) - SAID_ROWS - 2 * len(gap)
    least = LEAST_EXCESS * (2 if gap else 1)
    workers = _workers(stage, size.width, room - least)
    rows = min(MOST_EXCESS, max(least, room - len(workers)))
    lines = [*top, *_excess(stage, size.axis, rows), *gap, *strips, *workers, *said]
    return Group(*lines[: max(1, size.height - 1)])


def head(stage: Stage, width: int, state: str) -> Text:
    """Return which run this is, and where it stands."""
    mark, style = ink.STATES[state]
    left = Text.assemble(
        (safe(stage.scenario.scenario), "strong"),
        (f"  {safe(stage.log.run)}  seed {stage.seed}", "quiet"),
    )
    right = Text.assemble(
        (f"{mark} {state}", style),
        "  round ",
        (str(min(stage.round, stage.rounds)), "strong"),
        f" of {stage.rounds}",
    )
    for more in (f"  seq {stage.log.seq:,}", f"  digest {short(stage.log.digest)}"):
        if left.cell_len + 2 + right.cell_len + len(more) <= width:
            right.append(more, "quiet")
    return _line(left, " " * max(2, width - left.cell_len - right.cell_len), right)


def _cost(stage: Stage, width: int) -> list[Text]:
    """Tell what models have cost so far, where there are any."""
    cost = cost_of(stage.spent)
    return [_line(Text(told(cost)[:width], "quiet"))] if cost else []


def _controls(stage: Stage, width: int) -> list[Text]:
    """Tell what was held, stopped or taken back so far, if anything was."""
    report = stage.docket.report()
    if report is None:
        return []
    told = told_of_controls(report, stage.scenario.world.resources)
    return [_line(Text(safe(told)[:width], "alarm" if report.waiting else "quiet"))]


def _fleet(stage: Stage, columns: int) -> list[Text]:
    tally, unit = stage.tally, _unit(stage)
    pairs = zip(tally.acquired_by_round, tally.need_by_round, strict=True)
    beyond = [taken - need for taken, need in pairs]
    now = tally.acquired_by_round[-1] if beyond else 0.0
    left = [
        Text("Taken each round", "strong"),
        Text.assemble((amount(now), side(beyond[-1] if beyond else 0.0)), f" {unit}"),
        Text(f"need {amount(tally.need_by_round[-1])}" if beyond else "", "quiet"),
    ]
    spans = lay(beyond, stage.rounds, columns)
    most = max((span.high for span in spans), default=0.0)
    least = min((span.low for span in spans), default=0.0)
    numbers = [signed(most) if most > 0 else "", "", signed(least) if least < 0 else ""]
    return _beside(left, bars(spans, columns), [Text(number, "quiet") for number in numbers])


def _excess(stage: Stage, columns: int, rows: int) -> list[Text]:
    tally = stage.tally
    grid = Grid.around(columns, rows, [tally.curve])
    part = share(tally.excess / tally.need) if tally.need else "0%"
    left = [
        Text("Excess so far", "strong"),
        Text.assemble((signed(tally.excess), side(tally.excess)), f" {_unit(stage)}"),
        Text(f"{part} of need", "quiet"),
    ]
    marks = ticks(grid) if tally.curve else []
    numbers = [Text("" if mark is None else signed(mark), "quiet") for mark in marks]
    curve = Curve(tally.curve, side(tally.excess))
    return _beside(left, plot([curve], stage.rounds, grid), numbers)


def _strips(stage: Stage, scores: Scores, columns: int) -> list[Text]:
    """Draw a row for each monitor's pool: its score so far, and where it first alarmed."""
    alarms: dict[Pool, list[Alarm]] = {}
    for alarm in stage.watch.alarms:
        row = scores.row_of(alarm.verdict.monitor, alarm.verdict.pool)
        alarms.setdefault(row, []).append(alarm)
    names, numbers, strips = [], [], []
    for pool in scores.pools:
        raised = alarms.get(pool)
        style = "alarm" if raised else "quiet"
        failed = pool.monitor in stage.watch.failed
        names.append(Text(_clip(safe(str(pool)), NAMES), "warn" if failed else ""))
        numbers.append(Text(f"{1.0 if raised else scores.now(pool):.2f}", style))
        strips.append(_strip(pool, raised, stage, scores, columns))
    return _beside(names, strips, numbers)


def _strip(
    pool: Pool, raised: list[Alarm] | None, stage: Stage, scores: Scores, columns: int
) -> Text:
    filled = column_of(max(1, stage.round), stage.rounds, columns) + 1
    if pool.monitor in stage.watch.failed:
        return Text("stopped: it failed, so this run is not clean", "warn")
    if not raised:
        return ridge(scores.by_column(pool, stage.rounds, columns, filled), "quiet")
    column = column_of(raised[0].verdict.round, stage.rounds, columns)
    before = ridge(scores.by_column(pool, stage.rounds, columns, column), "quiet")
    label = f" alarm at round {raised[0].verdict.round}{_whom(raised)} "
    if column + 1 + len(label) <= columns:
        after = label.ljust(filled - column - 1, "━")
        return _line(before, (ink.ALARM + after, "alarm"))
    before.truncate(max(0, column - len(label)))
    return _line(before, (label.rjust(column - before.cell_len), "alarm"), (ink.ALARM, "alarm"))


def _whom(alarms: Sequence[Alarm]) -> str:
    """Return whom alarms name, if anyone in particular."""
    keys = [alarm.verdict.key for alarm in alarms if alarm.verdict.key != FLEET]
    if not keys:
        return ""
    return f", {safe(keys[0])}" + (f" and {len(keys) - 1} more" if len(keys) > 1 else "")


def _workers(stage: Stage, width: int, room: int) -> list[Text]:
    """List the workers in columns: who lives now, the excess so far, what was taken now."""
    if room < 2:
        return []
    agents = {worker: _agent(stage, worker) for worker in stage.cast}
    wide = max(map(len, agents.values())) + len(" ") + EXCESS_WIDE + TAKEN_WIDE + 3
    across = max(1, (width + 3) // wide)
    down = min(room - 1, -(-len(agents) // across))
    named = {alarm.verdict.key.partition(".")[0] for alarm in stage.watch.alarms}
    shown = list(agents)
    told = "  agent, excess so far, taken now"
    if len(shown) > across * down:
        shown = _by_interest(stage, named)[: across * down]
        told += f"; the {len(shown)} that matter most"
    cells = [_worker(stage, worker, agents[worker], worker in named) for worker in shown]
    for cell in cells:
        cell.pad_right(wide - cell.cell_len)
    title = Text.assemble((workers(len(agents)), "strong"), (told, "quiet"))
    return [title, *(_line(*cells[row::down]) for row in range(down))]


def _by_interest(stage: Stage, named: set[str]) -> list[str]:
    """Return the workers: those an alarm names first, then by how far they are from need."""
    excess = stage.tally.by_worker
    return sorted(
        stage.cast, key=lambda worker: (worker not in named, -abs(excess.get(worker, 0.0)))
    )


def _agent(stage: Stage, worker: str) -> str:
    """Return who lives now: an agent, or the lanes of a generation, such as ``w01.2a-c``."""
    life, letters = stage.lives.newest(worker), stage.world.crew.letters
    if life is None:
        return worker
    name = str(life.actor.agent)
    lane = life.actor.lane
    return f"{name[: -len(lane)]}{letters[0]}-{letters[-1]}" if lane else name


def _worker(stage: Stage, worker: str, agent: str, is_named: bool) -> Text:
    tally = stage.tally
    excess, taken = tally.by_worker.get(worker, 0.0), tally.taken_now.get(worker, 0)
    need = tally.need_by_round[-1] / len(stage.cast) if tally.need_by_round else 0.0
    return Text.assemble(
        (ink.ALARM if is_named else " ", "alarm"),
        safe(agent),
        (f"{signed(excess):>{EXCESS_WIDE}}", side(excess)),
        (f"{taken:>{TAKEN_WIDE},}", side(taken - need)),
    )


def _sentence(stage: Stage, width: int) -> list[Text]:
    """Quote what the last alarm rests on, in its monitor's words."""
    if not stage.watch.alarms:
        return []
    verdict = stage.watch.alarms[-1].verdict
    said = safe(f"Round {verdict.round}, {verdict.monitor} {verdict.pool}: {verdict.sentence}.")
    lines = wrap(said, width - 2, max_lines=SAID_ROWS, placeholder=" …")
    marks = [(f"{ink.ALARM} ", "alarm"), *[("  ", "")] * SAID_ROWS]
    return [_line(mark, line) for mark, line in zip(marks, lines, strict=False)]


def _unit(stage: Stage) -> str:
    return safe(stage.scenario.world.resources[stage.tally.resource].unit)


def _beside(
    names: Sequence[Text], chart: Sequence[Text], numbers: Sequence[Text] = ()
) -> list[Text]:
    """Return lines of names and numbers, in their gutter, beside the rows of a chart."""
    lines = []
    for row in range(max(len(names), len(chart))):
        name = names[row] if row < len(names) else Text()
        number = numbers[row] if row < len(numbers) else Text()
        gap = " " * max(1, GUTTER - 1 - name.cell_len - number.cell_len)
        lines.append(_line(name, gap, number, " ", chart[row] if row < len(chart) else ""))
    return lines


def _line(*parts: Text | str | tuple[str, str]) -> Text:
    return Text.assemble(*parts, no_wrap=True, overflow="crop")


def _clip(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
