"""What the routes serve from: one journal, its feed, and the runs this process plays."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from memory.journal import Journal
from orchestrator.api.registry import Registry
from orchestrator.feed import Feed


@dataclass(frozen=True)
class Service:
    """Made when the server starts, and closed when it stops."""

    journal: Journal
    feed: Feed
    registry: Registry


async def service(request: Request) -> Service:
    """Return what the application that was asked serves from."""
    serving: Service = request.app.state.service
    return serving


Serving = Annotated[Service, Depends(service)]
