"""What monitors said of a run: its alarms with their evidence, and every score over time."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.exceptions import HTTPException

from memory.acknowledged import Seen
from memory.envelope import Frozen
from memory.events import Need
from memory.record import Numbered
from memory.verdicts import Evidence
from orchestrator.api.access import needs
from orchestrator.api.guard import wants_json
from orchestrator.api.moment import Moment, Span, page_of
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Service, Serving
from orchestrator.api.strict import Strict
from orchestrator.roll import up_to
from orchestrator.tally import Tally

router = APIRouter(prefix="/v1/runs/{run}", tags=["alarms"])

Reading = [needs("read")]


class AlarmLine(Frozen):
    """One alarm: who raised it, about whom, in which event, and the damage by then.

    ``number`` is the verdict's own within the run. ``damage`` is what the fleet had taken
    beyond need by the alarm, in the resource's units; ``sentence`` says it to a person.
    ``uncalibrated`` where models work and the monitor was never measured on them.
    """

    number: int
    monitor: str
    pool: str
    key: str
    seq: int
    round: int
    wealth: float | None
    damage: float
    sentence: str
    uncalibrated: bool = False
    acknowledged: Seen | None = None


class Acknowledgement(Strict):
    """What whoever has seen an alarm has to say of it; nothing is enough."""

    note: str = Field(default="", max_length=2000)


class AlarmInFull(AlarmLine):
    """An alarm with the evidence it rests on: events, agents and workers, with their shares."""

    evidence: Evidence | None


class AlarmPage(Frozen):
    """Some alarms in the order in which they were raised."""

    items: list[AlarmLine]
    next_after: int | None


class Point(Frozen):
    """A monitor's answer at one event: its score in [0, 1], and its wealth where it bets."""

    seq: int
    round: int
    score: float
    wealth: float | None
    alarm: bool


class Series(Frozen):
    """All answers of one monitor about one key, in the order of the log.

    A monitor answers when its score has moved; between two points it stood at the first.
    """

    monitor: str
    pool: str
    key: str
    points: list[Point]


class Scores(Frozen):
    """Every series of a run, or of one monitor."""

    items: list[Series]


class Watched(Moment):
    """Whose scores: of every monitor, or of one."""

    monitor: str | None = Field(default=None, max_length=256)


@router.get("/alarms", dependencies=Reading)
def list_alarms(record: KnownRun, span: Annotated[Span, Query()], at: Serving) -> AlarmPage:
    """List a run's alarms, each with the damage by then."""
    found = list(_alarms(at, record.run, span.at))
    items, more = page_of(found, [each.number for each in found], span)
    shown = [AlarmLine(**each.model_dump(exclude={"evidence"})) for each in items]
    return AlarmPage(items=shown, next_after=more)


@router.get("/alarms/{number}", dependencies=Reading)
def show_alarm(
    record: KnownRun,
    number: Annotated[int, Path(description="The alarm's number in its run.", ge=1, le=2**53 - 1)],
    at: Serving,
) -> AlarmInFull:
    """Show one alarm with its evidence."""
    for alarm in _alarms(at, record.run, None):
        if alarm.number == number:
            return alarm
    raise HTTPException(404, f"{record.run} has no alarm {number}; /alarms lists those it has")


@router.put("/alarms/{number}/acknowledgement", dependencies=[needs("act"), Depends(wants_json)])
def acknowledge_alarm(
    record: KnownRun,
    number: Annotated[int, Path(description="The alarm's number in its run.", ge=1, le=2**53 - 1)],
    said: Acknowledgement,
    request: Request,
    at: Serving,
) -> AlarmInFull:
    """Say that an alarm was seen. It changes nothing in the run, and lies beside its log."""
    alarm = show_alarm(record, number, at)
    seen = at.journal.acknowledged.put(record.run, number, request.scope["caller"], said.note)
    return alarm.model_copy(update={"acknowledged": seen})


@router.get("/scores", dependencies=Reading)
def show_scores(record: KnownRun, watched: Annotated[Watched, Query()], at: Serving) -> Scores:
    """Show how suspicious each monitor was of whom, over time."""
    series: dict[tuple[str, str, str], list[Point]] = {}
    for _, verdict in _said(at, record.run, watched.at):
        if watched.monitor in (None, verdict.monitor):
            name = (verdict.monitor, verdict.pool, verdict.key)
            fields = verdict.model_dump(include=set(Point.model_fields))
            series.setdefault(name, []).append(Point(**fields))
    return Scores(
        items=[
            Series(monitor=monitor, pool=pool, key=key, points=points)
            for (monitor, pool, key), points in series.items()
        ]
    )


def _said(at: Service, run: str, round: int | None) -> Iterator[Numbered]:
    """Return the verdicts up to the end of a round."""
    verdicts = at.journal.verdicts(run)
    return (each for each in verdicts if round is None or each.verdict.round <= round)


def _alarms(at: Service, run: str, round: int | None) -> Iterator[AlarmInFull]:
    """Return the alarms, with the damage that the log shows by then."""
    raised = [each for each in _said(at, run, round) if each.verdict.alarm]
    if not raised:
        return
    seen = at.journal.acknowledged.of(run)
    tally: Tally | None = None
    waiting = iter(raised)
    due = next(waiting, None)
    for event in up_to(at.journal, run):
        if tally is None and isinstance(event, Need):
            tally = Tally(event.resource)
        if tally is not None:
            tally.fold(event)
        while due is not None and due.verdict.seq <= event.seq:
            yield _alarm(due, tally.excess if tally else 0.0, seen.get(due.number))
            due = next(waiting, None)
        if due is None:
            return


def _alarm(said: Numbered, damage: float, seen: Seen | None) -> AlarmInFull:
    verdict = said.verdict
    return AlarmInFull(
        number=said.number,
        damage=damage,
        **verdict.model_dump(
            include={"monitor", "pool", "key", "seq", "round", "wealth", "sentence"}
        ),
        uncalibrated=verdict.uncalibrated,
        evidence=verdict.evidence,
        acknowledged=seen,
    )
