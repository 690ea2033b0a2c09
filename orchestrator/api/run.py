"""Runs: start one, list them, look at one."""

import asyncio
import re
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import Field, model_validator

from memory.envelope import Frozen
from memory.errors import BudgetSpent, UnknownRun
from memory.record import RunRecord, Status
from orchestrator import conduct
from orchestrator.answers import Budget, spent_on
from orchestrator.api.access import needs
from orchestrator.api.guard import wants_json
from orchestrator.api.registry import Manner, Order
from orchestrator.api.scenario import NAME, Override, load
from orchestrator.api.service import Service, Serving
from orchestrator.api.strict import Money, Pace, Strict, Tokens, Truth, Whole
from orchestrator.evaluate import Cost, Summary, cost_of

router = APIRouter(prefix="/v1/runs", tags=["runs"])

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
MADE: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The run, made now or by an earlier request with the same key.",
        "headers": {
            "Location": {"schema": {"type": "string"}},
            "Idempotency-Replayed": {"schema": {"type": "string", "enum": ["true"]}},
        },
    }
}


class Allowance(Strict):
    """What the models of a run may cost, from its first turn on, and how it is played on.

    When ``max_tokens`` or ``max_cost`` (by the stated prices) is reached, the run is broken off
    where it stands, and goes on under a larger one.
    """

    max_tokens: Tokens | None = None
    max_cost: Money | None = None
    rounds_per_second: Pace | None = None
    references: Truth = True

    @property
    def budget(self) -> Budget:
        """The same as a budget."""
        return Budget(self.max_tokens, self.max_cost)


class NewRun(Allowance):
    """What to run: a scenario of the catalogue by name, or its whole text; and how.

    ``set`` changes the scenario as ``--set`` does (``"world.rounds=50"``). ``seed`` is the
    scenario's own by default. ``rounds_per_second`` slows a run down for watching.
    ``references`` plays the same seed with honest and cautious workers for the summary.
    ``max_tokens`` and ``max_cost`` bound what its models may cost: then it is broken off, to be
    resumed under a larger allowance.
    """

    scenario: Annotated[str, Field(pattern=NAME)] | None = None
    yaml: str | None = None
    overrides: list[Override] = Field(default=[], alias="set", max_length=100)
    seed: Whole | None = None

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


class Limits(Frozen):
    """What the models of a run may cost, as whoever began or resumed it here has said."""

    max_tokens: int | None = None
    max_cost: float | None = None


class RunInFull(Run):
    """A run, what its models have cost so far, and what came of it once it is done.

    ``budget`` is what this server lets it cost, if it is bounded. ``is_budget_spent`` says that
    this is why it was broken off: it goes on under a larger one.
    """

    summary: Summary | None = None
    cost: Cost | None = None
    budget: Limits | None = None
    is_budget_spent: bool = False


class RunPage(Frozen):
    """Some runs, the newest first; ``next_cursor`` asks for those before them."""

    items: list[Run]
    next_cursor: str | None


class Listed(Strict):
    """Which runs, where to go on, and how far. There is no cursor that fails.

    Runs of a ``study`` are listed where it is named, and otherwise only with ``all``.
    """

    study: str | None = Field(default=None, max_length=64)
    all: bool = False
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=1000)


async def known_run(run: Annotated[str, Path(description="A run's id.")], at: Serving) -> RunRecord:
    """Return the record of the run that a path names."""
    if not _RUN.fullmatch(run):
        raise UnknownRun("there is no run with such an id")
    return at.journal.run(run)


KnownRun = Annotated[RunRecord, Depends(known_run)]


@router.post(
    "",
    status_code=201,
    dependencies=[needs("run"), Depends(wants_json)],
    responses=MADE,
)
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
    # In a thread, too: importing LiteLLM takes seconds. From here on nothing is waited for.
    await asyncio.to_thread(conduct.warm_up, scenario)
    seed = scenario.world.seed if new.seed is None else new.seed
    order = Order(scenario, seed, manner(new))
    record = at.registry.begun(order, idempotency_key) if idempotency_key else None
    if record is not None:
        response.headers["Idempotency-Replayed"] = "true"
    else:
        record = at.registry.begin(order, idempotency_key)
    response.headers["Location"] = f"/v1/runs/{record.run}"
    return Run.model_validate(told(record, at))


@router.post("/{run}/resume", status_code=202, dependencies=[needs("run"), Depends(wants_json)])
async def resume_run(record: KnownRun, allowance: Allowance, at: Serving) -> Run:
    """Let an unfinished run go on from its last commit, under a new allowance.

    One that is finished is refused with 422, one that a process plays with 409, and so is one
    whose models have used up as much as they may cost.
    """
    await asyncio.to_thread(_check_budget, record.run, allowance.budget, at)
    scenario = conduct.scenario_of(at.journal, record.run)
    await asyncio.to_thread(conduct.warm_up, scenario)
    resumed = await at.registry.resume(record.run, manner(allowance))
    return Run.model_validate(told(resumed, at))


@router.get("", dependencies=[needs("read")])
def list_runs(page: Annotated[Listed, Query()], at: Serving) -> RunPage:
    """List the runs of the store, the newest first, also those of other processes."""
    of = at.journal.studies.of_runs()
    meant = (r for r in at.journal.runs() if page.all or of.get(r.run) == page.study)
    records = sorted(meant, key=_key, reverse=True)
    # Keyset, not offset: a cursor is the last key shown, and the list goes on below it.
    rest = [record for record in records if page.cursor is None or _key(record) < page.cursor]
    shown = rest[: page.limit]
    more = _key(shown[-1]) if len(rest) > len(shown) else None
    items = [Run.model_validate(told(record, at)) for record in shown]
    return RunPage(items=items, next_cursor=more)


@router.get("/{run}", dependencies=[needs("read")])
async def show_run(record: KnownRun, at: Serving) -> RunInFull:
    """Show how far a run has come, what its models cost, and what came of it once it is done."""
    budget = at.registry.budget(record.run)
    is_bounded = budget.tokens is not None or budget.money is not None
    limits = Limits(max_tokens=budget.tokens, max_cost=budget.money) if is_bounded else None
    spent = at.registry.spent(record.run)
    if spent is None:
        spent = await asyncio.to_thread(spent_on, at.journal, record.run)
    more = {
        "summary": record.summary or None,
        "cost": cost_of(spent),
        "budget": limits,
        "is_budget_spent": at.registry.has_spent(record.run),
    }
    return RunInFull.model_validate(told(record, at) | more)


def manner(allowance: Allowance) -> Manner:
    """Return how a run is to be played."""
    return Manner(allowance.rounds_per_second, allowance.references, allowance.budget)


def _check_budget(run: str, budget: Budget, at: Service) -> None:
    if refusal := budget.refusal(spent_on(at.journal, run)):
        raise BudgetSpent(f"{run} would stop at once: {refusal}; allow it more")


def _key(record: RunRecord) -> str:
    """Return what orders runs: of one width, so that it sorts as text."""
    return f"{record.created_at.isoformat(timespec='microseconds')}_{record.run}"


def told(record: RunRecord, at: Service) -> dict[str, object]:
    """Return what a list tells of a run."""
    kept = record.model_dump(exclude={"seq", "summary", "owner"})
    return {
        **kept,
        "events": record.seq,
        "is_live": record.status == "running" and at.registry.is_live(record),
        "failure": at.registry.failure(record.run),
    }
