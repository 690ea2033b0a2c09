"""Runs: start one, list them, look at one."""

import asyncio
import re
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import Field, model_validator

from memory.envelope import Frozen
from memory.errors import UnknownRun
from memory.record import RunRecord, Status
from orchestrator.api.guard import wants_json
from orchestrator.api.registry import Order
from orchestrator.api.scenario import NAME, Override, load
from orchestrator.api.service import Service, Serving
from orchestrator.api.strict import Pace, Strict, Truth, Whole
from orchestrator.evaluate import Summary

router = APIRouter(prefix="/v1/runs", tags=["runs"])

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_MADE: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The run, made now or by an earlier request with the same key.",
        "headers": {
            "Location": {"schema": {"type": "string"}},
            "Idempotency-Replayed": {"schema": {"type": "string", "enum": ["true"]}},
        },
    }
}


class NewRun(Strict):
    """What to run: a scenario of the catalogue by name, or its whole text; and how.

    ``set`` changes the scenario as ``--set`` does (``"world.rounds=50"``). ``seed`` is the
    scenario's own by default. ``rounds_per_second`` slows a run down for watching.
    ``references`` plays the same seed with honest and cautious workers for the summary.
    """

    scenario: Annotated[str, Field(pattern=NAME)] | None = None
    yaml: str | None = None
    overrides: list[Override] = Field(default=[], alias="set", max_length=100)
    seed: Whole | None = None
    rounds_per_second: Pace | None = None
    references: Truth = True

    @model_validator(mode="after")
    def _one_scenario(self) -> Self:
        if (self.scenario is None) == (self.yaml is None):
            raise ValueError("give either scenario, a name of the catalogue, or yaml, its text")
        return self


class Run(Frozen):
    """How far a run has come; ``events`` and ``digest`` are those of its last commit.

    A run is live while some process plays it. One that is ``running`` and not live has lost
    its process and can be resumed. ``failure`` says why this server broke it off. A fork
    shares its ``parent``'s events up to ``fork_seq``, which ends the round ``fork_round``.
    """

    run: str
    scenario: str
    version: int
    seed: int
    engine: str
    status: Status
    is_live: bool
    round: int
    events: int
    verdicts: int
    alarms: int
    digest: str
    created_at: datetime
    updated_at: datetime
    parent: str | None = None
    fork_seq: int = 0
    fork_round: int = 0
    failure: str | None = None


class RunInFull(Run):
    """A run, and what came of it once it is done."""

    summary: Summary | None = None


class RunPage(Frozen):
    """Some runs, the newest first; ``next_cursor`` asks for those before them."""

    items: list[Run]
    next_cursor: str | None


class Cursor(Strict):
    """Where to go on in a list, and how far. There is no cursor that fails."""

    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=1000)


async def known_run(run: Annotated[str, Path(description="A run's id.")], at: Serving) -> RunRecord:
    """Return the record of the run that a path names."""
    if not _RUN.fullmatch(run):
        raise UnknownRun("there is no run with such an id")
    return at.journal.run(run)


KnownRun = Annotated[RunRecord, Depends(known_run)]


@router.post("", status_code=201, dependencies=[Depends(wants_json)], responses=_MADE)
async def start_run(
    new: NewRun,
    response: Response,
    at: Serving,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Run:
    """Start a run; it goes on in the server whether or not anyone follows it.

    With an `Idempotency-Key` the same request starts one run however often it is sent, also
    after a restart: repeats answer with that run and `Idempotency-Replayed: true`. The same
    key with another scenario or seed is refused with 409.
    """
    scenario = await asyncio.to_thread(load, new.scenario, new.yaml, tuple(new.overrides))
    seed = scenario.world.seed if new.seed is None else new.seed
    order = Order(scenario, seed, new.rounds_per_second, new.references)
    record = at.registry.begun(order, idempotency_key) if idempotency_key else None
    if record is not None:
        response.headers["Idempotency-Replayed"] = "true"
    else:
        record = at.registry.begin(order, idempotency_key)
    response.headers["Location"] = f"/v1/runs/{record.run}"
    return Run.model_validate(_told(record, at))


@router.get("")
def list_runs(page: Annotated[Cursor, Query()], at: Serving) -> RunPage:
    """List the runs of the store, the newest first, also those of other processes."""
    records = sorted(at.journal.runs(), key=_key, reverse=True)
    # Keyset, not offset: a cursor is the last key shown, and the list goes on below it.
    rest = [record for record in records if page.cursor is None or _key(record) < page.cursor]
    shown = rest[: page.limit]
    more = _key(shown[-1]) if len(rest) > len(shown) else None
    items = [Run.model_validate(_told(record, at)) for record in shown]
    return RunPage(items=items, next_cursor=more)


@router.get("/{run}")
async def show_run(record: KnownRun, at: Serving) -> RunInFull:
    """Show how far a run has come, and what came of it once it is done."""
    return RunInFull.model_validate(_told(record, at) | {"summary": record.summary or None})


def _key(record: RunRecord) -> str:
    """Return what orders runs: of one width, so that it sorts as text."""
    return f"{record.created_at.isoformat(timespec='microseconds')}_{record.run}"


def _told(record: RunRecord, at: Service) -> dict[str, object]:
    kept = record.model_dump(exclude={"seq", "summary", "owner"})
    return {
        **kept,
        "events": record.seq,
        "is_live": record.status == "running" and at.registry.is_live(record),
        "failure": at.registry.failure(record.run),
    }
