"""The feed over all runs: what any process commits, in one order, under one cursor."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse
from pydantic import Field

from memory.commits import Cursor
from memory.envelope import Frozen
from memory.errors import BadInput
from memory.events import AnyEvent
from memory.verdicts import Verdict
from orchestrator.api.access import needs
from orchestrator.api.event import only_json
from orchestrator.api.service import Service, Serving
from orchestrator.api.strict import Strict
from orchestrator.feed import BATCH_EVENTS

router = APIRouter(prefix="/v1/feed", tags=["feed"], dependencies=[needs("read")])

LARGEST_PAGE = 1000


class From(Strict):
    """Where to begin, and whether to stay for what is to come.

    ``after`` is an id of the feed, or ``0`` for all that is there; by default it begins now. One
    that is none counts as not given: refusing it would end a client's reconnecting. ``alarms``
    leaves out everything but alarms.
    """

    after: str | None = Field(default=None, max_length=64)
    limit: int | None = Field(default=None, ge=1, le=LARGEST_PAGE)
    follow: bool = True
    alarms: bool = False


class RunPart(Frozen):
    """Some events of one run, and what monitors said with them."""

    run: str
    events: list[AnyEvent]
    verdicts: list[Verdict]


class FeedPage(Frozen):
    """Some of what is there; ``next_after`` asks for what comes behind it."""

    items: list[RunPart]
    next_after: str


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": FeedPage,
        "description": "The feed; or a page of it, with `follow=false` or if JSON is accepted.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'event: batch\nid: 7.1.2\ndata: {"run":"r_1","items":[...]}\n\n',
            }
        },
    }
}


@router.get("", response_class=Response, responses=_ANSWERS)
async def follow_all(
    place: Annotated[From, Query()],
    request: Request,
    at: Serving,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Follow all runs of the store, whichever process plays them, for ever.

    Frames are as those of one run, `verdicts` before the `batch` they point into, but `data` is
    an object of `run` and `items`, and an `id` is a cursor over all runs: whoever comes back
    with it as `Last-Event-ID` is sent everything once. Runs appear in the order of their
    commits, each run's events in their own.
    """
    after = (last_event_id and Cursor.read(last_event_id)) or _begins(place.after, at)
    if not place.follow or only_json(request.headers.get("accept", "")):
        page = await asyncio.to_thread(_page, at, after, place.limit or LARGEST_PAGE, place.alarms)
        return Response(page, media_type="application/json")
    if place.limit is not None:
        raise BadInput("limit is for pages; add follow=false")
    stream = at.feed.everything(after, only_alarms=place.alarms)
    return EventSourceResponse(stream, headers={"X-Accel-Buffering": "no"})


def _begins(given: str | None, at: Service) -> Cursor:
    if given == "0":
        return Cursor()
    return (given and Cursor.read(given)) or at.journal.commits.newest()


def _page(at: Service, cursor: Cursor, limit: int, alarms: bool) -> bytes:
    """Return parts with at most so many events in all."""
    told = []
    while limit > 0:
        part = at.journal.commits.after(cursor, min(limit, BATCH_EVENTS))
        if part is None:
            break
        cursor, limit = part.cursor, limit - len(part.slice.events)
        verdicts = [line.body for line in part.slice.verdicts]
        events = [line.body for line in part.slice.events]
        if alarms:
            verdicts, events = [body for body in verdicts if json.loads(body)["alarm"]], []
        if events or verdicts:
            arrays = (b",".join(events), b",".join(verdicts))
            told.append(
                b'{"run":"%b","events":[%b],"verdicts":[%b]}' % (part.run.encode(), *arrays)
            )
    return b'{"items":[%b],"next_after":"%b"}' % (b",".join(told), str(cursor).encode())
