"""The verbs ``runs list | show | events | export | notes | note | transcript | verify | ...``."""

from pathlib import Path
from typing import Annotated

import typer

from memory.errors import BadInput, CorruptJournal
from orchestrator.cli.cost import MaxCost, MaxTokens, budget_of
from orchestrator.cli.door import (
    Json,
    Redis,
    Run,
    Set,
    Store,
    bus_of,
    named,
    open_journal,
    place_of,
    put,
    put_json,
    terminal,
)
from orchestrator.cli.run import Ack, FailOnAlarm, NoReference, Pace, Picture, Quiet
from orchestrator.cli.steering import approvals, approve, deny, intervene, orders, rule, stop

MOST_FOUND = 20
"""A search lists so many notes at most."""

At = Annotated[
    int | None,
    typer.Option("--at", min=1, metavar="SEQ", help="As it was once this event was written."),
]

app = typer.Typer(
    help="Look at the runs of a journal, fork them, let them go on.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


for _verb in (approvals, approve, deny, intervene, stop, rule, orders):
    app.command(_verb.__name__)(_verb)


@app.command("list")
def list_runs(
    study: Annotated[
        str | None, typer.Option(metavar="STUDY", help="Those of a study; see `studies list`.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those of studies, too.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """List the runs, the newest first; those of studies only where it is asked for."""
    from orchestrator.cli.listing import record_json, runs_table

    with open_journal(store) as journal:
        if study is not None:
            journal.studies.study(study)
        of = journal.studies.of_runs()
        records = [each for each in journal.runs() if every or of.get(each.run) == study]
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


@app.command("notes")
def notes(
    run: Run,
    search: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Only notes that fit, the best first.")
    ] = None,
    at: At = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """List the notes that a run's agents left: the newest version of each, last written first."""
    from orchestrator.cli.notebook import listed, note_json, notes_at

    with open_journal(store) as journal:
        journal.run(run)
        provenance = notes_at(journal, run, at)
    found = provenance.newest() if search is None else provenance.search(search, MOST_FOUND)
    if json:
        put(f"[{','.join(map(note_json, found))}]")
        return
    for line in listed(found):
        print(line)
    if not found:
        print("No note fits." if search else "No notes up to here.")


@app.command("note")
def note(  # noqa: PLR0913 - a verb's options are its signature
    run: Run,
    name: Annotated[str, typer.Argument(metavar="NOTE", help="A note's id, or its name.")],
    version: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="That version; the newest by default.")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="List all its versions.")] = False,
    diff: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="A B", help="Show what changed between two versions."),
    ] = None,
    at: At = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Show a note: who wrote it in which event, what it says, and who read it."""
    from orchestrator.cli import notebook
    from orchestrator.cli.ink import safe

    with open_journal(store) as journal:
        journal.run(run)
        provenance = notebook.notes_at(journal, run, at)
        if diff is not None:
            changes = provenance.diff(name, *diff)
            lines = changes or [f"versions {diff[0]} and {diff[1]} say the same"]
            put_json([*changes]) if json else print("\n".join(map(safe, lines)))
            return
        shown = provenance.history(name) if history else [provenance.version(name, version)]
        exchanges = [notebook.exchange_of(journal, run, each) for each in shown]
    if json:
        readings = [provenance.readings(each.note, each.version) for each in shown]
        put(f"[{','.join(map(notebook.note_json, shown, readings, exchanges))}]")
        return
    tell = notebook.versions(shown, provenance) if history else notebook.told(shown[0], provenance)
    for line in tell:
        print(line)
    if exchanges[0] and not history:
        whole = f"superorganism runs transcript {run} --event {shown[0].seq}{named(store)}"
        put(f"written in turn {exchanges[0].turn}; what its model was told and answered: {whole}")


@app.command("transcript")
def transcript(
    run: Run,
    agent: Annotated[
        str | None, typer.Option(metavar="AGENT", help="One agent's turns, as in w07.3.")
    ] = None,
    turn: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="That turn of each agent's life.")
    ] = None,
    event: Annotated[
        int | None, typer.Option(min=1, metavar="SEQ", help="The turn that brought this about.")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Show what models were told and what they answered, with every request that was made.

    What they were asked beside a turn follows it. With --json, one turn a line, whole.
    """
    from orchestrator.cli.transcript import place_of, turn_json, turn_lines, turns

    if event is not None and (agent, turn) != (None, None):
        raise BadInput("--event names an agent's turn already; leave --agent and --turn out")
    with open_journal(store) as journal:
        journal.run(run)
        found = 0
        if event is not None:
            agent, turn = place_of(journal, run, event)
        for answer in turns(journal, run, agent, turn):
            found += 1
            if json:
                put(turn_json(answer))
            else:
                put("\n".join(turn_lines(answer)))
    if not found and not json:
        put("No turn was put to a model here.")


@app.command("verify")
def verify_run(
    run: Run,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay",
            help="Feed the log's decisions back and compute all else again: events and "
            "verdicts must come out byte for byte.",
        ),
    ] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Check a run from end to end.

    Recompute its hash chain, play its events back, and balance its books; exit with 1 and name
    the first event that does not fit.
    """
    import asyncio

    from orchestrator.cli.verify import told
    from orchestrator.verify import verify

    with open_journal(store) as journal:
        found = asyncio.run(verify(journal, run, with_replay=replay))
    if json:
        put(found.model_dump_json())
    else:
        terminal().print(told(found), soft_wrap=True)
    if not found.ok:
        raise typer.Exit(1)


@app.command("fork")
def fork(  # noqa: PLR0913 - a verb's options are its signature
    run: Run,
    at: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="SEQ",
            help="Share what lies up to the last whole round at or before this event; "
            "`runs events` tells their numbers.",
        ),
    ],
    overrides: Set = None,
    run_id: Annotated[str | None, typer.Option(metavar="RUN", help="The new run's id.")] = None,
    store: Store = None,
    json: Json = False,
    ack: Ack = False,
    rounds_per_second: Pace = None,
    no_reference: NoReference = False,
    fail_on_alarm: FailOnAlarm = False,
    quiet: Quiet = False,
    picture: Picture = None,
    redis: Redis = None,
    max_tokens: MaxTokens = None,
    max_cost: MaxCost = None,
) -> None:
    """Leave a run where a round of it ended, and go another way from there.

    The new run begins with a copy of the shared history, and goes on under what --set changes:
    who decides, who looks on, tools and limits, surges to come. What would contradict the
    shared rounds is refused. The summary sets its excess since the fork beside its parent's.
    """
    from orchestrator.cli.perform import Branch, Wanted, perform_fork

    branch = Branch(run, at, tuple(overrides or ()), run_id, store, redis)
    budget = budget_of(max_tokens, max_cost)
    wanted = Wanted(json, ack, quiet, rounds_per_second, not no_reference, picture, budget)
    summary = perform_fork(branch, wanted)
    if fail_on_alarm and summary.alarms:
        raise typer.Exit(3)


@app.command("resume")
def resume(  # noqa: PLR0913 - a verb's options are its signature
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="An unfinished run.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every unfinished run that no process plays.")
    ] = False,
    at_once: Annotated[
        int, typer.Option(min=1, max=64, metavar="N", help="Play up to so many side by side.")
    ] = 1,
    no_reference: NoReference = False,
    max_tokens: MaxTokens = None,
    max_cost: MaxCost = None,
    store: Store = None,
    json: Json = False,
    redis: Redis = None,
) -> None:
    """Let unfinished runs go on to their end, from their last commits.

    Tells of each run as it ends; with --json, one object a line. Exits with 1 if any of them
    could not go on; the others do.
    """
    from orchestrator.cli.resume import Way, resume_runs

    if (run is None) != every:
        raise typer.BadParameter("name one run, or say --all")
    way = Way(at_once, not no_reference, budget_of(max_tokens, max_cost))
    with open_journal(store, bus=bus_of(redis)) as journal:
        if not resume_runs(journal, run, way, as_json=json):
            raise typer.Exit(1)


@app.command("pause")
def pause(run: Run, store: Store = None, json: Json = False) -> None:
    """Let a run stand still after its last commit, whichever process plays it.

    `runs resume` lets it go on, to the same bytes.
    """
    from orchestrator import halt
    from orchestrator.cli.listing import record_json

    with open_journal(store) as journal:
        record = halt.pause(journal, run)
    if json:
        put(record_json(record))
    else:
        put(f"{run} stands still after round {record.round:,}.")
        put(f"To go on: superorganism runs resume {run}{named(store)}")


@app.command("cancel")
def cancel(run: Run, store: Store = None, json: Json = False) -> None:
    """End a run for good after its last commit, whichever process plays it.

    It cannot be resumed, but forked.
    """
    from orchestrator import halt
    from orchestrator.cli.listing import record_json

    with open_journal(store) as journal:
        record = halt.cancel(journal, run)
    if json:
        put(record_json(record))
    else:
        put(f"{run} is cancelled after round {record.round:,}; its events and summary stay.")
