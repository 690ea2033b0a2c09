"""Fleets from elsewhere: described once, told line by line, watched live as a run is."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import Field, JsonValue

from memory.envelope import Frozen
from memory.neutral import Name
from memory.record import RunRecord
from orchestrator.api.access import needs
from orchestrator.api.command import Nothing
from orchestrator.api.guard import wants_json
from orchestrator.api.run import Run, told
from orchestrator.api.scenario import NAME, over_rest
from orchestrator.api.service import Serving
from orchestrator.api.strict import Money, Strict, Whole
from orchestrator.evaluation.panel import monitors_in
from orchestrator.outside import Described

LINES_AT_ONCE = 1000
"""So many lines come in one request at most."""

router = APIRouter(
    prefix="/v1/fleets/{fleet}",
    tags=["fleets"],
    dependencies=[needs("run"), Depends(wants_json)],
)

Fleet = Annotated[str, Path(description="The fleet's name; its run's id.", pattern=NAME)]


class Unit(Strict):
    """A resource: its unit, and how many decimals its smallest unit has."""

    unit: str = Field(default="unit", max_length=64)
    decimals: Annotated[Whole, Field(le=9)] = 0


class Planned(Strict):
    """What is planned, as a neutral log's first line says it: bounds are sharper then."""

    neutral_log: Literal[1]
    rounds: Annotated[Whole, Field(ge=1)]
    workers: Annotated[Whole, Field(ge=1)]
    life: Annotated[Whole, Field(ge=1)] | None = None
    resources: dict[Name, Unit] = Field(min_length=1, max_length=1000)


class Needed(Strict):
    """What the work takes of a resource: of whom and in which round, or of all, or in any."""

    resource: Name
    amount: Money
    worker: Name | None = None
    round: Annotated[Whole, Field(ge=1)] | None = None


class Description(Strict):
    """A fleet: what is planned, what its work takes, and which monitors look on.

    ``header`` and ``need`` are as in a neutral log; ``monitors`` as in YAML. Without a need only
    monitors that do without it look on.
    """

    header: Planned | None = None
    need: list[Needed] | None = Field(default=None, max_length=10_000)
    monitors: str = Field(default="", max_length=2000)


class Lines(Strict):
    """Lines of a neutral log, in their order, without a header.

    ``first`` is the number of the first of them among all of the fleet's, from 1, for a sender
    that counts: a gap is then refused with 409, and the line expected is told.
    """

    events: list[dict[str, JsonValue]] = Field(max_length=LINES_AT_ONCE)
    first: Annotated[Whole, Field(ge=1)] | None = None


class Told(Frozen):
    """What came of some lines: how many were new, and how the fleet's run then stands."""

    new: int
    known: int
    lines: int
    run: Run


@router.put("")
async def describe_fleet(fleet: Fleet, described: Description, at: Serving) -> Run:
    """Describe a fleet, before anything is told of it; the same description again changes nothing.

    It is a run from then on: in lists, feeds, alarms and on the page.
    """
    return Run.model_validate(told(await at.fleets.describe(fleet, await _read(described)), at))


@router.post("/events")
async def tell_fleet(fleet: Fleet, lines: Lines, at: Serving) -> Told:
    """Tell what a fleet did. All of it takes effect, durably, or nothing does.

    A line is known by its `id`: told again it changes nothing, so a request may be repeated;
    told otherwise it is refused with 409. One that comes after its round is over is refused
    with 422.
    """
    given: list[dict[str, Any]] = list(lines.events)
    took = await at.fleets.tell(fleet, given, lines.first)
    run = Run.model_validate(told(took.record, at))
    return Told(new=took.new, known=took.known, lines=took.lines, run=run)


@router.post("/finish")
async def finish_fleet(fleet: Fleet, nothing: Nothing, at: Serving) -> Run:
    """Say that nothing more will come."""
    record: RunRecord = await at.fleets.finish(fleet)
    return Run.model_validate(told(record, at))


async def _read(given: Description) -> Described:
    specs = (
        await asyncio.to_thread(monitors_in, given.monitors, over_rest) if given.monitors else ()
    )
    said = given.model_dump(include={"header", "need"})
    return Described.model_validate({**said, "monitors": specs})
