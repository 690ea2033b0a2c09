"""The verb ``serve``: the page, REST and the feed of one journal, on this machine."""

from typing import Annotated

import typer

from orchestrator.cli.door import Redis, Store, put


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; this machine only.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="N", help="The port; 0 for any that is free.")
    ] = 8321,
    store: Store = None,
    redis: Redis = None,
) -> None:
    """Serve a page to look through runs, REST and a live feed.

    On this machine only, until Ctrl-C. Runs begun here then stop, and stay resumable.
    """
    from orchestrator.api.server import serve as serve_store
    from orchestrator.cli.door import settle_memory
    from orchestrator.discretion import log_discreetly
    from orchestrator.settings import read_settings

    log_discreetly()
    settle_memory()
    place, url = read_settings(store, redis)
    serve_store(
        host,
        port,
        place,
        lambda address: put(f"Serving {address}/v1; the page is at {address}. Ctrl-C stops it."),
        redis=url,
    )
