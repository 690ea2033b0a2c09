"""The verbs ``studies list | show``: experiments of a journal, whoever plays them."""

from typing import Annotated

import typer

from orchestrator.cli.door import Json, Store, open_journal, put, terminal

app = typer.Typer(
    help="Look at the experiments of a journal.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_studies(store: Store = None, json: Json = False) -> None:
    """List sweeps, and judgements of monitors that were asked for over REST."""
    from rich.table import Table

    from orchestrator.cli.ink import safe
    from orchestrator.experiment.catalogue import studies

    with open_journal(store) as journal:
        lines = studies(journal)
    if json:
        put(f"[{','.join(line.model_dump_json() for line in lines)}]")
        return
    if not lines:
        put("No studies yet. Begin with: superorganism sweep over_reserve")
        return
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    for column in ("study", "kind", "scenario", "runs", "over", "state"):
        table.add_column(column, justify="right" if column in ("runs", "over") else "left")
    for line in lines:
        counts = (f"{line.runs:,}", f"{line.done:,}")
        table.add_row(line.study, line.kind, safe(line.scenario), *counts, line.state)
    terminal().print(table)


@app.command("show")
def show(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Its id, from `studies list`.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Show what came of a study, as far as its runs are over."""
    from orchestrator.cli.judging import tables as figures
    from orchestrator.cli.sweeping import tables
    from orchestrator.evaluation.figures import Evaluation
    from orchestrator.experiment.catalogue import study_in_full

    with open_journal(store) as journal:
        found = study_in_full(journal, study)
    if json:
        put(found.model_dump_json())
        return
    console = terminal()
    put(f"{found.study} ({found.kind}): {found.done:,} of {found.runs:,} runs, {found.state}")
    if found.report is not None:
        for part in tables(found.report, console.width):
            console.print(part)
    if found.answer is not None:
        for part in figures(Evaluation.model_validate(found.answer), console.width):
            console.print(part)
