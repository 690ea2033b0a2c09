"""The verb ``ingest``: take the log of a fleet from elsewhere down, and let monitors look on."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from memory.errors import BadInput
from orchestrator.cli.door import Json, Redis, Store, bus_of, named, open_journal, put

if TYPE_CHECKING:
    from orchestrator.outside import Described

LINES_AT_ONCE = 500


def ingest(  # noqa: PLR0913 - a verb's options are its signature
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="A neutral log, or - for standard input.")
    ],
    name: Annotated[
        str, typer.Option("--as", metavar="NAME", help="The fleet's name; its run's id.")
    ],
    need: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What its work takes; see docs/neutral_log.md."),
    ] = None,
    monitors: Annotated[
        str, typer.Option(metavar="NAMES", help="Who looks on, as in over_need,unaccounted.")
    ] = "",
    keep_open: Annotated[
        bool, typer.Option("--keep-open", help="More will come: do not end the log.")
    ] = False,
    store: Store = None,
    json: Json = False,
    redis: Redis = None,
) -> None:
    """Take the log of a fleet from elsewhere down as a run, while it grows or afterwards.

    Lines that are known already, by their ids, change nothing, so the same command again goes on
    where it was left. Without --need only monitors that do without it look on.
    """
    from orchestrator.cli.listing import record_json
    from orchestrator.outside import Outside

    with ExitStack() as opened:
        lines: Iterable[str] = sys.stdin
        if file != "-":
            if not Path(file).is_file():
                raise BadInput(f"{file}: there is no such file")
            lines = opened.enter_context(Path(file).open(encoding="utf-8"))
        told = _parsed(file, lines)
        first = list(islice(told, 1))
        is_header = bool(first) and "neutral_log" in first[0]
        described = _described(first[0] if is_header else None, need, monitors)
        journal = opened.enter_context(open_journal(store, create=True, bus=bus_of(redis)))
        fleet = Outside(journal, name, described)
        try:
            fleet.take([] if is_header else first)
            while some := list(islice(told, LINES_AT_ONCE if file != "-" else 1)):
                fleet.take(some)
            record = fleet.finish() if not keep_open else journal.run(name)
        finally:
            if keep_open or not journal.run(name).is_finished:
                fleet.let_go()
    if json:
        put(record_json(record))
        return
    put(f"{name}: {fleet.lines:,} lines, {record.seq:,} events, {record.alarms:,} alarms.")
    put(f"To look at them: superorganism runs events {name}{named(store)}, or serve")


def _parsed(name: str, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    from memory.neutral import parsed

    for number, line in enumerate(lines, 1):
        if line.strip():
            yield parsed(line, f"{name}:{number}")


def _described(header: dict[str, Any] | None, need: Path | None, monitors: str) -> "Described":
    from memory.neutral import Header, read_needs
    from orchestrator.evaluation.panel import monitors_in
    from orchestrator.outside import Described

    try:
        needs = read_needs(str(need), need.read_text(encoding="utf-8")) if need else None
    except OSError as error:
        raise BadInput(f"{need} cannot be read: {error.strerror}") from error
    return Described(
        header=Header.model_validate(header) if header else None,
        need=None if needs is None else needs.lines,
        monitors=monitors_in(monitors) if monitors else (),
    )
