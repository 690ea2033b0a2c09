"""Whether the server is alive, whether it can work, and what it is."""

from contextlib import suppress
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from memory.envelope import Frozen
from memory.errors import UnknownRun
from memory.tables import SCHEMA
from orchestrator.api.access import needs
from orchestrator.api.service import Serving
from orchestrator.engine import ENGINE

router = APIRouter(tags=["health"])


class Health(Frozen):
    """A yes; a no is a problem.

    It is ``degraded`` while Redis is down: everything works, and news come a moment later.
    """

    status: Literal["ok", "degraded"] = "ok"


class Version(Frozen):
    """What this server is: the release, the version of its paths, and of its journal."""

    name: str = "superorganism"
    version: str = ENGINE
    api: str = "v1"
    journal: int = Field(default=SCHEMA, description="The schema of the journal it reads.")


@router.get("/healthz")
async def live() -> Health:
    """Answer while the event loop turns."""
    return Health()


@router.get("/readyz")
def ready(at: Serving) -> Health:
    """Answer while the journal can be read; a problem with 503 says why it cannot."""
    with suppress(UnknownRun):
        at.journal.run("any question will do")
    return Health(status="degraded" if at.journal.is_degraded else "ok")


@router.get("/v1/version", dependencies=[needs("read")])
async def version() -> Version:
    """Say what this server is."""
    return Version()
