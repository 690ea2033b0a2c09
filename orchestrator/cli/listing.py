"""The list of runs: a table for a person, records for a program."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from memory.record import RunRecord
from orchestrator.cli import ink
from orchestrator.cli.ink import safe


def runs_table(records: Sequence[RunRecord]) -> Table:
    """Return the table of runs."""
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    numbers = {"seed", "round", "events", "alarms"}
    with_forks = any(record.parent for record in records)
    names = ["run", "scenario", "seed", "state", "round", "events", "alarms", "last commit"]
    for name in names + ["fork of"] * with_forks:
        right = name in numbers
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for record in records:
        state = record.state
        mark, style = ink.STATES[state]
        table.add_row(
            safe(record.run),
            safe(record.scenario),
            str(record.seed),
            Text(f"{mark} {state}", style),
            f"{record.round:,}",
            f"{record.seq:,}",
            Text(f"{ink.ALARM} {record.alarms}" if record.alarms else "0", _style(record.alarms)),
            Text(f"{ago(record.updated_at, datetime.now(UTC))} ago", "quiet"),
            *[_origin(record)] * with_forks,
        )
    return table


def _origin(record: RunRecord) -> str:
    origin = record.origin
    return f"{safe(origin.parent)} after round {origin.round:,}" if origin else ""


def _style(alarms: int) -> str:
    return "alarm" if alarms else "quiet"


def record_json(record: RunRecord) -> str:
    """Return a run as one JSON object, without its summary."""
    stands = record.model_copy(update={"status": record.state})
    return stands.model_dump_json(exclude={"summary", "owner"})


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago a moment was, as coarse as a person would say it.

    Examples
    --------
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> ago(noon, noon.replace(second=9)), ago(noon, noon.replace(day=4))
    ('9 s', '3 d')
    """
    seconds = max(0, round((now - then).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
