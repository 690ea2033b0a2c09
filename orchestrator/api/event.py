"""A run's events: its log, tailed as server-sent events, or page by page as JSON."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse
from pydantic import Field

from memory.envelope import Frozen
from memory.errors import BadInput
from memory.events import AnyEvent
from memory.verdicts import Verdict
from orchestrator.api.access import needs
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Serving
from orchestrator.api.strict import LARGEST, Strict

router = APIRouter(prefix="/v1/runs/{run}/events", tags=["events"], dependencies=[needs("read")])

LARGEST_PAGE = 1000


class Place(Strict):
    """Where to begin, behind which event; and whether to stay for those to come."""

    after: int = Field(default=0, ge=0, le=LARGEST)
    limit: int | None = Field(default=None, ge=1, le=LARGEST_PAGE)
    follow: bool = True


class EventPage(Frozen):
    """Some events, and what monitors said of them.

    ``next_after`` asks for the next ones; ``is_over`` says that none will come.
    """

    items: list[AnyEvent]
    verdicts: list[Verdict]
    next_after: int
    is_over: bool


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": EventPage,
        "description": "The log, tailed; or a page of it, with `follow=false` or if JSON is "
        "what is accepted.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'event: batch\nid: 2\ndata: [{"seq":1,...},{"seq":2,...}]\n\n',
            }
        },
    }
}


@router.get("", response_class=Response, responses=_ANSWERS)
async def read_events(
    record: KnownRun,
    place: Annotated[Place, Query()],
    request: Request,
    at: Serving,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Follow a run's events to its end, wherever it is played.

    Frames are `batch` (a JSON array of events; its `id` is the last one's `seq`), `verdicts`
    (a JSON array; they come before the batch they point into, and take effect with it) and at
    last `end`. `degraded` says that Redis is down, so that news may come a moment later, and
    `recovered` that it is back. A reader that was cut off comes back with `Last-Event-ID`, or
    `after`, and gets everything once. The page is for scripts: `limit` events (at most 1000)
    behind `after`.
    """
    if not place.follow or only_json(request.headers.get("accept", "")):
        page = await at.feed.page(record.run, place.after, place.limit or LARGEST_PAGE)
        return Response(page, media_type="application/json")
    if place.limit is not None:
        raise BadInput("limit is for pages; add follow=false")
    after = place.after if last_event_id is None else _seen(last_event_id, place.after)
    return EventSourceResponse(
        at.feed.stream(record.run, after), headers={"X-Accel-Buffering": "no"}
    )


def only_json(accept: str) -> bool:
    """Return whether a client takes JSON, and no stream."""
    return "application/json" in accept and "text/event-stream" not in accept


def _seen(last_event_id: str, otherwise: int) -> int:
    """Return the id a reader came back with. Refusing a bad one would end its reconnecting.

    Examples
    --------
    >>> [_seen(given, 0) for given in ("812", "", "-1", "8e2", "9" * 5000)]
    [812, 0, 0, 0, 0]
    """
    return int(last_event_id) if re.fullmatch("[0-9]{1,18}", last_event_id) else otherwise
