"""A run round by round: what the fleet took, needed and exceeded, how suspicious it was."""

import asyncio
from bisect import bisect_right
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from memory.envelope import Event, Frozen
from memory.events import Need, RunStarted
from orchestrator.api.access import needs
from orchestrator.api.moment import Moment
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Service, Serving
from orchestrator.api.strict import Strict
from orchestrator.compose import everyone
from orchestrator.conduct import scenario_of, shared_history
from orchestrator.evaluate import play
from orchestrator.tally import Tally

router = APIRouter(prefix="/v1/runs/{run}", tags=["rounds"], dependencies=[needs("read")])


class Rounds(Frozen):
    """The fleet's figures, one a round from the first; amounts are in the resource's units.

    Attributes
    ----------
    resource, unit
        Which resource is counted, in what; empty before the first need is told.
    rounds, workers
        How many rounds the run will have, and how many workers.
    acquired, need
        What the fleet took in each round, and what its work needed.
    excess
        The sum of both differences up to the end of each round.
    score
        The highest score of any monitor at the end of each round, in [0, 1].
    """

    resource: str
    unit: str
    rounds: int
    workers: int
    acquired: list[float]
    need: list[float]
    excess: list[float]
    score: list[float]


class Twin(Strict):
    """Which reference: every worker honest, or every worker cautious."""

    policy: Literal["honest", "cautious"] = "honest"


class ReferenceCurve(Frozen):
    """What the same scenario and seed came to, round by round, with every worker of one policy."""

    policy: str
    acquired: list[float]
    excess: list[float]


class _Sums:
    """The tally of the first resource that is needed, with its unit; a fold of the log."""

    def __init__(self) -> None:
        self.tally: Tally | None = None
        self.started: RunStarted | None = None

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if isinstance(event, RunStarted):
            self.started = event
        elif isinstance(event, Need) and self.tally is None:
            self.tally = Tally(event.resource)
        if self.tally is not None:
            self.tally.fold(event)


@router.get("/rounds")
def show_rounds(record: KnownRun, moment: Annotated[Moment, Query()], at: Serving) -> Rounds:
    """Show what the fleet took, needed and exceeded, round by round."""
    sums = at.folded(_Sums, record, moment.at)
    tally, started = sums.tally or Tally(""), sums.started
    terms = started.resources if started else ()
    return Rounds(
        resource=tally.resource,
        unit=next((each.unit for each in terms if each.name == tally.resource), ""),
        rounds=started.rounds if started else 0,
        workers=started.workers if started else 0,
        acquired=list(tally.acquired_by_round),
        need=list(tally.need_by_round),
        excess=list(tally.curve),
        score=_highest(at, record.run, len(tally.curve)),
    )


@router.get("/reference")
def show_reference(record: KnownRun, twin: Annotated[Twin, Query()], at: Serving) -> ReferenceCurve:
    """Show the run's twin: the same scenario and seed, with every worker honest, or cautious.

    It is played when it is asked for, in memory, which takes about as long as the run did.
    """
    return at.remembered(
        ("reference", record.run, twin.policy), partial(_twin, at, record.run, twin)
    )


def _twin(at: Service, run: str, twin: Twin) -> ReferenceCurve:
    scenario, seed = scenario_of(at.journal, run), at.journal.run(run).seed
    history = shared_history(at.journal, run)()
    stage = asyncio.run(play(everyone(scenario, twin.policy), seed, history=history))
    tally = stage.tally
    return ReferenceCurve(
        policy=twin.policy, acquired=list(tally.acquired_by_round), excess=list(tally.curve)
    )


def _highest(at: Service, run: str, rounds: int) -> list[float]:
    """Return the highest score of all monitors and keys at the end of each round."""
    standing: dict[tuple[str, str, str], float] = {}
    rising: list[tuple[int, float]] = []
    for _, verdict in at.journal.verdicts(run):
        standing[verdict.monitor, verdict.pool, verdict.key] = verdict.score
        rising.append((verdict.round, max(standing.values())))
    rounds_told = [round for round, _ in rising]
    ends = (bisect_right(rounds_told, number) for number in range(1, rounds + 1))
    return [rising[end - 1][1] if end else 0.0 for end in ends]
