"""Figures for Prometheus: what this server does, and how its store stands."""

from collections import Counter
from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from orchestrator.api.access import Door, needs
from orchestrator.api.service import Service, Serving
from orchestrator.engine import ENGINE

router = APIRouter(tags=["health"], dependencies=[needs("read")])

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def show_metrics(request: Request, at: Serving) -> PlainTextResponse:
    """Show figures as Prometheus reads them. Counters begin when the server does."""
    door: Door = request.app.state.door
    lines = [line for part in _parts(at, door) for line in part]
    return PlainTextResponse("\n".join(lines) + "\n", media_type=MEDIA_TYPE)


def _parts(at: Service, door: Door) -> Iterator[Iterator[str]]:
    records = at.journal.runs()
    states = Counter(record.status for record in records)
    yield _series("info", "gauge", "What this server is.", {f'version="{ENGINE}"': 1})
    yield _series(
        "runs", "gauge", "Runs of the store.", {f'status="{s}"': n for s, n in states.items()}
    )
    yield _one("events", "gauge", "Committed events.", sum(record.seq for record in records))
    yield _one("alarms", "gauge", "Alarms raised.", sum(record.alarms for record in records))
    yield _one("runs_playing", "gauge", "Runs that this server plays.", at.registry.playing)
    yield _one("studies_playing", "gauge", "Studies that it plays.", at.laboratory.playing)
    yield _one("followers", "gauge", "Clients that follow a feed.", at.feed.followers)
    yield _one("degraded", "gauge", "1 while Redis is down.", int(at.journal.is_degraded))
    answered = {f'status="{status}"': count for status, count in sorted(door.answered.items())}
    yield _series("requests_total", "counter", "Requests answered.", answered)


def _one(name: str, kind: str, about: str, value: int) -> Iterator[str]:
    return _series(name, kind, about, {"": value})


def _series(name: str, kind: str, about: str, values: Mapping[str, int]) -> Iterator[str]:
    """Return one metric in the text format: what it is, and a line for each of its labels.

    Examples
    --------
    >>> list(_series("runs", "gauge", "Runs.", {'status="done"': 3}))[2]
    'superorganism_runs{status="done"} 3'
    """
    yield f"# HELP superorganism_{name} {about}"
    yield f"# TYPE superorganism_{name} {kind}"
    for labels, value in values.items():
        yield (
            f"superorganism_{name}{{{labels}}} {value}"
            if labels
            else f"superorganism_{name} {value}"
        )
