"""The verbs ``runs list | show | events | export | verify``: what lies in the journal."""

from pathlib import Path
from typing import Annotated

import typer

from memory.errors import BadInput, CorruptJournal
from orchestrator.cli.door import Json, Run, Store, open_journal, place_of, put, terminal

app = typer.Typer(
    help="Look at the runs of a journal.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_runs(store: Store = None, json: Json = False) -> None:
    """List all runs, the newest first."""
    from orchestrator.cli.listing import record_json, runs_table

    with open_journal(store) as journal:
        records = journal.runs()
    if json:
        put(f"[{','.join(map(record_json, records))}]")
        return
    console = terminal()
    if records:
        console.print(runs_table(records))
    else:
        console.print("No runs yet. Begin with: superorganism run just_in_case")


@app.command("show")
def show(run: Run, store: Store = None, json: Json = False) -> None:
    """Show what came of a run, or how it stands."""
    from orchestrator.cli.closing import Closing
    from orchestrator.cli.ending import stored_ending
    from orchestrator.conduct import stored_summary

    with open_journal(store) as journal:
        record = journal.run(run)
        if json:
            put(stored_summary(journal, record).model_dump_json())
            return
        ending = stored_ending(journal, record)
    terminal().print(Closing(ending._replace(place=place_of(store), named=store)), crop=False)


@app.command("events")
def events(
    run: Run,
    after: Annotated[
        int, typer.Option(min=0, metavar="N", help="Begin behind the event of this number.")
    ] = 0,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Print at most so many.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only events of this kind, as in transfer.")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Print a run's events, one a line.

    In words, or with --json as they were stored and hashed.
    """
    from orchestrator.cli.telling import Span, json_lines, lines

    with open_journal(store) as journal:
        journal.run(run)
        span = Span(run, after, limit, kind)
        for line in json_lines(journal, span) if json else lines(journal, span):
            print(line)


@app.command("export")
def export(
    run: Run,
    audit: Annotated[
        bool, typer.Option("--audit", help="What an outside auditor needs, with every balance.")
    ] = False,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="What the monitors answered, not what happened.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to a file, when complete.")
    ] = None,
    store: Store = None,
) -> None:
    """Write a run out as JSON lines: its events, to the byte as they were hashed.

    With --audit the first line says whether chain and books hold; if not, exit with 1.
    """
    from orchestrator.cli import export as lines

    if audit and verdicts:
        raise BadInput("--audit and --verdicts are two exports; ask for one at a time")
    with open_journal(store) as journal:
        if audit:
            found = lines.integrity(journal, run)
            lines.write(lines.audit_lines(journal, run, found), out)
            if found.problem:
                raise CorruptJournal(found.problem)
        else:
            lines.write((lines.verdict_lines if verdicts else lines.event_lines)(journal, run), out)


@app.command("verify")
def verify(run: Run, store: Store = None, json: Json = False) -> None:
    """Check a run from end to end.

    Recompute its hash chain, play its events back, and balance its books; exit with 1 and name
    the first event that does not fit.
    """
    from orchestrator.cli.verify import verified

    with open_journal(store) as journal:
        found = verified(journal, run)
    if json:
        put(found.model_dump_json())
    else:
        terminal().print(str(found), soft_wrap=True)
    if not found.ok:
        raise typer.Exit(1)
