"""The REST service under ``/v1``: its routes, its guard, and what they serve from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from memory.journal import Journal
from memory.redis_bus import bus_at
from orchestrator.api import (
    agent,
    alarm,
    approval,
    catalogue,
    event,
    health,
    ledger,
    note,
    openapi,
    page,
    problem,
    round,
    run,
    scenario,
)
from orchestrator.api.guard import Guard
from orchestrator.api.registry import RUNS_AT_ONCE, Registry
from orchestrator.api.service import Service
from orchestrator.engine import ENGINE
from orchestrator.feed import KEEP_ALIVE_S, Feed

ROUTERS = (
    health.router,
    scenario.router,
    catalogue.router,
    run.router,
    round.router,
    event.router,
    agent.router,
    note.router,
    ledger.router,
    alarm.router,
    approval.router,
    openapi.router,
    page.router,
)


def create_app(
    store: str,
    *,
    runs_at_once: int = RUNS_AT_ONCE,
    keep_alive_s: float = KEEP_ALIVE_S,
    redis: str | None = None,
) -> FastAPI:
    """Return the service over one store; it opens the journal when it starts.

    Runs are played in its event loop. When it stops they stop too, and stay resumable.

    Parameters
    ----------
    store
        The journal's place: a path or a URL.
    runs_at_once
        How many runs it plays at a time.
    keep_alive_s
        After so many silent seconds a follower is told that the connection still stands.
    redis
        The URL of the server through which other processes are told, and heard, at once.

    Examples
    --------
    >>> app = create_app("journal.db")
    >>> sorted(path for path in openapi.describe(app.routes)["paths"] if path.count("/") == 2)
    ['/v1/monitors', '/v1/openapi.json', '/v1/policies', '/v1/runs', '/v1/scenarios', '/v1/version']
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Journal.open(store, bus=bus_at(redis)) as journal:
            journal.publish()
            async with asyncio.TaskGroup() as tasks:
                registry = Registry(journal, tasks, runs_at_once)
                feed = Feed(journal, keep_alive_s, registry.is_live)
                app.state.service = Service(journal, feed, registry)
                try:
                    yield
                finally:
                    feed.close()
                    registry.close()

    app = FastAPI(
        title="superorganism",
        version=ENGINE,
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.add_middleware(Guard)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.append(page.built)
    problem.install(app)
    return app
