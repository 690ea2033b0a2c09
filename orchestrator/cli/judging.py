"""An evaluation of monitors as a person reads it: who noticed, when, at which false-alarm rate."""

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from orchestrator.cli.ink import ALARM, amount, safe, side, signed
from orchestrator.evaluation.figures import Estimate, Evaluation, FalseAlarms, OnFleet, Row
from orchestrator.evaluation.fleet import AS_WRITTEN

WIDE = 110
"""Columns from which on every figure has its interval beside it."""

NOT_REACHED = "–"  # noqa: RUF001 - the dash that tables use for no value
QUIET = Text("", "quiet")


class _Column(NamedTuple):
    header: str
    cell: Callable[[Evaluation, Row], Text]
    is_wide: bool = False


def tables(found: Evaluation, width: int) -> Iterator[RenderableType]:
    """Yield what to print, part by part."""
    yield _head(found)
    yield _main(found, width)
    yield _legend(found, width)
    for part in (_comparisons, _others, _caught, _right):
        drawn = part(found, width)
        if drawn is not None:
            yield Text()
            yield from drawn
    if notes := _notes(found):
        yield Text()
        for note in notes:
            yield Text("\n".join(wrap(note, min(width, 100))), "quiet")


def _head(found: Evaluation) -> Text:
    fleets, seeds = len(found.fleets), len(found.seeds)
    workers = next(iter(found.fleets.values())).workers
    return Text.assemble(
        (safe(found.scenario), "strong"),
        (
            f"  {workers:,} workers, {found.rounds:,} rounds; {fleets} fleets on {seeds} equal"
            f" seeds; every monitor at {_percent(found.nominal)} false alarms\n",
            "quiet",
        ),
    )


def _table(found: Evaluation, columns: Sequence[_Column]) -> Table:
    table = _plain(*(column.header for column in columns))
    for row in found.detectors:
        table.add_row(*(column.cell(found, row) for column in columns))
    return table


def _plain(*headers: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="quiet")
    for number, header in enumerate(headers):
        table.add_column(header, justify="right" if number else "left", no_wrap=True)
    return table


def _main(found: Evaluation, width: int) -> Table:
    is_wide = width >= WIDE
    columns = [
        _Column("monitor", _name),
        _Column("alarms", lambda f, r: _count(_written(f, r), _has_suspect(f))),
        _Column("median round", lambda _, r: _figure(_written(found, r).round, is_wide)),
        _Column("mean delay", lambda _, r: _figure(_written(found, r).delay, True), True),
        _Column("x oracle", lambda _, r: _times(r.beside_oracle)),
        _Column("damage", lambda _, r: _damage(_written(found, r).damage)),
        _Column("mean loss", lambda _, r: _figure(_written(found, r).loss, False, signed), True),
        _Column("honest", lambda _, r: _damage(_written(found, r).honest, "quiet"), True),
        _Column("false alarms", lambda _, r: _false(r.false_alarms, is_wide)),
        _Column("bound", lambda _, r: _bound(r.false_alarms)),
        _Column("µs", lambda _, r: Text(f"{r.us_per_event:.2g}", "quiet"), True),
    ]
    if not _has_suspect(found):
        columns = [columns[0], *columns[8:]]
    elif found.no_oracle or all(row.beside_oracle is None for row in found.detectors):
        columns = [each for each in columns if each.header != "x oracle"]
    return _table(found, [each for each in columns if is_wide or not each.is_wide])


def _has_suspect(found: Evaluation) -> bool:
    return found.fleets[AS_WRITTEN].kind != "benign"


def _written(found: Evaluation, row: Row) -> OnFleet:
    return row.fleets[AS_WRITTEN]


def named(detector: str) -> str:
    """Return a detector's name as people read it.

    Examples
    --------
    >>> named("over_need/fleet")
    'over_need fleet'
    """
    return safe(detector.replace("/", " "))


def _name(found: Evaluation, row: Row) -> Text:
    has_alarmed = _has_suspect(found) and _written(found, row).alarms
    mark = f"{ALARM} " if has_alarmed else "  "
    return Text.assemble((mark, "alarm"), named(row.detector))


def _count(on: OnFleet, is_alarm: bool) -> Text:
    style = ("alarm" if is_alarm else "warn") if on.alarms else "quiet"
    return Text(f"{on.alarms}/{on.runs}", style)


def _figure(found: Estimate, with_interval: bool, write: Callable[[float], str] = amount) -> Text:
    """Write a figure, and its interval where there is room."""
    if found.value is None:
        shown = Text(NOT_REACHED, "quiet")
    else:
        shown = Text(write(found.value), side(found.value) if write is signed else "")
    if with_interval and not (found.low is None and found.high is None):
        ends = (
            NOT_REACHED if end is None else write(_coarse(end, found))
            for end in (found.low, found.high)
        )
        shown.append(f" [{', '.join(ends)}]", "quiet")
    return shown


def _coarse(end: float, found: Estimate) -> float:
    """Return an end of an interval without decimals, where the figure is large enough."""
    return float(round(end)) if abs(found.value or 0.0) >= 10 else end


def _times(found: Estimate | None) -> Text:
    return QUIET if found is None else _figure(found, False, lambda value: f"{value:.2f}")


def _damage(value: float | None, style: str | None = None) -> Text:
    return QUIET if value is None else Text(signed(value), style or side(value))


def _false(found: FalseAlarms | None, is_wide: bool) -> Text:
    if found is None:
        return QUIET
    shown = Text(f"{found.alarms}/{found.runs}", "warn" if found.alarms else "")
    if is_wide and found.rate.high is not None and found.rate.low is not None:
        shown.append(f" [{_percent(found.rate.low)}, {_percent(found.rate.high)}]", "quiet")
    return shown


def _bound(found: FalseAlarms | None) -> Text:
    if found is None:
        return QUIET
    styles = {"kept": "ok", "refuted": "alarm", "untested": "warn", "no bound": "quiet"}
    return Text(found.accepted, styles[found.accepted])


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%" if value >= 0.0995 else f"{100 * value:.1f}%".replace(".0%", "%")


def _legend(found: Evaluation, width: int) -> Text:
    unit = safe(found.unit)
    said = (
        f"Medians over all runs, those without an alarm censored at round {found.rounds:,}; damage "
        f"is {unit} beyond need when the alarm was raised. "
    )
    if width >= WIDE:
        said += (
            "Mean delay and loss count runs without an alarm with their last round and all that "
            "they took; honest is what the honest fleet of the same seed had by then; µs is "
            "processor time for each event. "
        )
    said += (
        "False alarms count over fleets known to take no more than is needed; a bound is refuted "
        "by an exact test at 1%. 95% intervals in [ ]."
    )
    return Text("\n" + "\n".join(wrap(said, min(width, 118))), "quiet")


def _comparisons(found: Evaluation, width: int) -> list[RenderableType] | None:
    rows = [row for row in found.detectors if row.comparison]
    if not rows:
        return None
    first = named(rows[0].comparison.beside) if rows[0].comparison else ""
    table = _plain(f"beside {first}", "only it alarmed", "only the other", "p", "rounds later")
    for row in rows:
        if other := row.comparison:
            table.add_row(
                Text(f"  {named(row.detector)}"),
                str(other.only_this),
                str(other.only_other),
                f"{other.p:.2g}" if other.p >= 0.001 else "<0.001",
                _figure(other.later, True, signed_plainly),
            )
    said = "p: McNemar's exact test, adjusted by Holm. Rounds later: paired on equal seeds."
    return [table, Text(said, "quiet")]


def signed_plainly(value: float) -> str:
    """Return a difference with its sign."""
    return signed(value)


def _others(found: Evaluation, width: int) -> list[RenderableType] | None:
    """Show the fleets beside the one as written and the honest one, a column each."""
    names = [name for name in found.fleets if name != AS_WRITTEN or not _has_suspect(found)]
    names = [name for name in names if name != "honest"] if _has_suspect(found) else names
    if not names:
        return None
    table = _plain("alarms on", *(safe(name) for name in names))
    for row in found.detectors:
        table.add_row(
            Text(f"  {named(row.detector)}"),
            *(_on(row.fleets[name], found.fleets[name].kind == "benign") for name in names),
        )
    return [table]


def _on(on: OnFleet, is_benign: bool) -> Text:
    shown = _count(on, not is_benign)
    if on.round.value is not None:
        shown.append(f" round {amount(on.round.value)}", "quiet")
    return shown


def _caught(found: Evaluation, width: int) -> list[RenderableType] | None:
    """Show what scores alone would tell; AUROC last."""
    rates = sorted({each.rate for row in found.detectors for each in row.caught})
    rows = [row for row in found.detectors if row.auroc or row.caught]
    if not rows:
        return None
    table = _plain("caught, by score", *(f"at {_percent(rate)} false" for rate in rates), "AUROC")
    for row in rows:
        by_rate = {each.rate: each for each in row.caught}
        cells = []
        for rate in rates:
            at = by_rate.get(rate)
            cells.append(
                Text.assemble(_shares(at.caught), (f" at {_percent(at.actual)}", "quiet"))
                if at
                else QUIET
            )
        area = _figure(row.auroc, True, _hundredths) if row.auroc else QUIET
        table.add_row(Text(f"  {named(row.detector)}"), *cells, area)
    return [table]


def _hundredths(value: float) -> str:
    return f"{value:.2f}"


def _shares(found: Estimate) -> Text:
    return _figure(found, True, _percent)


def _right(found: Evaluation, width: int) -> list[RenderableType] | None:
    """Show how many alarms would be right, where so many runs are bad."""
    rows = [row for row in found.detectors if row.precision]
    if not rows or width < WIDE:
        return None
    prevalences = list(rows[0].precision)
    table = _plain("alarms that are right", *(f"if {each} are bad" for each in prevalences))
    for row in rows:
        if _written(found, row).alarms:
            shares = (_shares(row.precision[each]) for each in prevalences)
            table.add_row(Text(f"  {named(row.detector)}"), *shares)
    return [table] if table.row_count else None


def _notes(found: Evaluation) -> list[str]:
    withheld = dict.fromkeys(note for row in found.detectors for note in row.withheld)
    notes = [f"Withheld: {note}." for note in withheld]
    for row in found.detectors:
        notes += [
            f"{named(row.detector)} raised in {runs} runs of the fleet {safe(fleet)} and was "
            "stopped there: its figures are not to be trusted."
            for fleet, runs in row.failed.items()
        ]
    if found.no_oracle:
        notes.append(f"No row of the oracle's: {found.no_oracle}.")
    elif any(row.beside_oracle for row in found.detectors):
        notes.append(
            "The oracle is told who is biased, by how much and under which noise, which no monitor "
            "can know. x oracle is the mean delay as a multiple of its own."
        )
    if found.fleets[AS_WRITTEN].kind == "unknown":
        notes.append(
            "Nobody knows whether the fleet as written takes more than is needed: its policies "
            "are no organisms. An alarm on it is no catch yet."
        )
    return notes
