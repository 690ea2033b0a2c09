"""The verbs ``organisms list | serve``: who they are, and as models over HTTP."""

import inspect
from typing import Annotated

import typer

from orchestrator.cli.door import Json, put, put_json, terminal

app = typer.Typer(
    help="Look at organisms, and serve them as models.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_organisms(json: Json = False) -> None:
    """List the organisms: policies whose disposition is known."""
    from rich.table import Table
    from rich.text import Text

    from subagents.organisms import CATALOGUE

    if json:
        put_json(
            [
                {
                    "organism": name,
                    "motive": kind.motive,
                    "excess": kind.excess,
                    "parameters": [*_parameters(kind)],
                    "about": _about(kind),
                }
                for name, kind in CATALOGUE.items()
            ]
        )
        return
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    for header in ("organism", "motive", "takes too much", "parameters", "about"):
        table.add_column(header)
    for name, kind in CATALOGUE.items():
        excess, parameters = "yes" if kind.excess else "no", ", ".join(_parameters(kind))
        table.add_row(Text(name, "strong"), kind.motive, excess, parameters, _about(kind))
    terminal().print(table)


def _parameters(kind: type) -> list[str]:
    return [*inspect.signature(kind).parameters]


def _about(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option(help="Where to listen; this machine only.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="N", help="The port; 0 for any that is free.")
    ] = 8322,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="The seed of the runs that will ask.")
    ] = 0,
) -> None:
    """Serve organisms as models, over the wires of OpenAI and of Anthropic.

    A model's name is an organism's, and may say more: weak_shard?over_reserve=0.1&seed=7, or
    honest?fault=429&first=2 to have the first two requests of each turn refused. What was
    asked is told under /v1/requests. On this machine only, until Ctrl-C.
    """
    from orchestrator.api.server import serve_organisms
    from orchestrator.discretion import log_discreetly

    log_discreetly()
    serve_organisms(
        host,
        port,
        seed,
        lambda address: put(f"Serving organisms at {address}/v1; Ctrl-C stops it."),
    )
