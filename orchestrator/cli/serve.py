"""The verb ``serve``: the REST service of one journal, on this machine."""

from typing import Annotated

import typer

from orchestrator.cli.door import Store, place_of, put


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; this machine only.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="N", help="The port; 0 for any that is free.")
    ] = 8321,
    store: Store = None,
) -> None:
    """Serve runs and their live events over REST.

    On this machine only, until Ctrl-C. Runs begun here then stop, and stay resumable.
    """
    from orchestrator.api.server import serve as serve_store
    from orchestrator.cli.door import settle_memory
    from orchestrator.discretion import log_discreetly

    log_discreetly()
    settle_memory()
    serve_store(
        host, port, place_of(store), lambda address: put(f"Serving {address}/v1; Ctrl-C stops it.")
    )
