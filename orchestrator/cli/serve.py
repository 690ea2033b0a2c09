"""The verb ``serve``: the page, REST and the feed of one journal."""

from typing import Annotated

import typer

from orchestrator.cli.door import Redis, Store, put


def serve(
    host: Annotated[
        str, typer.Option(help="Where to listen; beyond this machine with keys.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="N", help="The port; 0 for any that is free.")
    ] = 8321,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="HOST",
            help="Another name it is called by, as by a proxy; repeatable.",
        ),
    ] = None,
    keys: Annotated[
        bool, typer.Option("--keys", help="Ask for a key on this machine, too.")
    ] = False,
    store: Store = None,
    redis: Redis = None,
) -> None:
    """Serve a page to look through runs, REST and a live feed, until Ctrl-C.

    On this machine no key is asked for. Beyond it everyone needs one (`keys new`), over a
    connection that you encrypt: put a proxy with TLS before it. Runs begun here stop with it,
    and stay resumable.
    """
    from orchestrator.api.server import Place
    from orchestrator.api.server import serve as serve_store
    from orchestrator.cli.door import settle_memory
    from orchestrator.discretion import log_discreetly
    from orchestrator.settings import read_settings

    log_discreetly()
    settle_memory()
    settings = read_settings(store, redis)
    serve_store(
        Place(host, port, frozenset(each.lower() for each in name or ()), keys),
        settings.store,
        lambda address: put(f"Serving {address}/v1; the page is at {address}. Ctrl-C stops it."),
        redis=settings.redis,
    )
