"""The verbs ``keys new | list | revoke``: who may reach the service from elsewhere."""

from typing import Annotated

import typer

from orchestrator.cli.door import Json, Store, open_journal, put, terminal

app = typer.Typer(
    help="Make, list and revoke keys to the service.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who or what will hold it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="What it opens: read, run, act, truth or admin; repeatable. Else read.",
        ),
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Make a key, and print it: once, for only its hash is kept.

    `serve --host` beyond this machine asks everyone for one.
    """
    with open_journal(store, create=True) as journal:
        made = journal.keys.make(name, scope or ["read"])
    if json:
        put(made.record.model_dump_json()[:-1] + f',"key":"{made.secret}"}}')
        return
    opens = ", ".join(made.record.scopes)
    typer.echo(f"{made.record.id} opens {opens}. Keep this, it is not shown again:", err=True)
    put(made.secret)


@app.command("list")
def list_keys(store: Store = None, json: Json = False) -> None:
    """List the keys, without their secrets."""
    from rich.table import Table

    from orchestrator.cli.ink import safe

    with open_journal(store) as journal:
        records = journal.keys.all()
    if json:
        put(f"[{','.join(record.model_dump_json() for record in records)}]")
        return
    if not records:
        put("No keys. Make one with: superorganism keys new NAME --scope read")
        return
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    for column in ("key", "name", "opens", "made", "revoked"):
        table.add_column(column, overflow="fold")
    for each in records:
        made, revoked = f"{each.created_at:%Y-%m-%d}", each.revoked_at
        gone = f"{revoked:%Y-%m-%d}" if revoked else ""
        table.add_row(each.id, safe(each.name), " ".join(each.scopes), made, gone)
    terminal().print(table)


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="A key's id, from `keys list`.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Let a key open nothing from now on, also in a service that runs already."""
    with open_journal(store) as journal:
        record = journal.keys.revoke(key)
    put(record.model_dump_json() if json else f"{record.id} opens nothing any more.")
