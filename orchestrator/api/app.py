"""The REST service under ``/v1``: its routes, its guard, and what they serve from."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

from fastapi import FastAPI

from memory.journal import Journal
from memory.redis_bus import bus_at
from orchestrator.api import (
    agent,
    alarm,
    approval,
    artifact,
    catalogue,
    command,
    event,
    everything,
    fleet,
    health,
    key,
    ledger,
    metrics,
    note,
    openapi,
    page,
    problem,
    round,
    run,
    scenario,
    study,
    truth,
)
from orchestrator.api.access import Door
from orchestrator.api.guard import Guard
from orchestrator.api.harbour import Harbour
from orchestrator.api.laboratory import Laboratory
from orchestrator.api.registry import RUNS_AT_ONCE, Registry
from orchestrator.api.service import Service
from orchestrator.engine import ENGINE
from orchestrator.feed import KEEP_ALIVE_S, Feed
from orchestrator.steering import Desk

ROUTERS = (
    health.router,
    metrics.router,
    scenario.router,
    catalogue.router,
    run.router,
    command.router,
    study.router,
    fleet.router,
    round.router,
    event.router,
    everything.router,
    agent.router,
    note.router,
    ledger.router,
    alarm.router,
    artifact.router,
    key.router,
    truth.router,
    approval.router,
    approval.desk,
    openapi.router,
    page.router,
)


def create_app(
    store: str,
    *,
    runs_at_once: int = RUNS_AT_ONCE,
    keep_alive_s: float = KEEP_ALIVE_S,
    redis: str | None = None,
    door: Door | None = None,
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
    door
        Whom it lets in; by default whoever sits at this machine.

    Examples
    --------
    >>> app = create_app("journal.db")
    >>> paths = openapi.describe(app.routes)["paths"]
    >>> [path for path in paths if path.startswith("/v1/") and path.count("/") == 2][:3]
    ['/v1/version', '/v1/scenarios', '/v1/policies']
    """
    door = door or Door()
    app = FastAPI(
        title="superorganism",
        version=ENGINE,
        lifespan=_opened(Stand(store, runs_at_once, keep_alive_s, redis, door)),
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.door = door
    app.add_middleware(Guard, door=door)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.append(page.built)
    problem.install(app)
    return app


class Stand(NamedTuple):
    """What a service stands on; see :func:`create_app`."""

    store: str
    runs_at_once: int
    keep_alive_s: float
    redis: str | None
    door: Door


def _opened(stand: Stand) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return what opens the journal when the service starts, and lets go of it at its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Journal.open(stand.store, bus=bus_at(stand.redis)) as journal:
            journal.publish()
            stand.door.keys = journal.keys
            async with asyncio.TaskGroup() as tasks:
                registry = Registry(journal, tasks, stand.runs_at_once)
                feed = Feed(journal, stand.keep_alive_s, registry.is_live)
                laboratory = Laboratory(journal, stand.store, tasks)
                harbour = Harbour(journal)
                app.state.service = Service(
                    journal, feed, registry, laboratory, harbour, Desk(journal)
                )
                try:
                    yield
                finally:
                    feed.close()
                    registry.close()
                    laboratory.close()
                    harbour.close()

    return lifespan
