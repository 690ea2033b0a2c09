"""What is done with a run that is there: pause it, cancel it, fork it, check it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from memory.journal import Journal
from memory.record import RunRecord
from orchestrator import conduct
from orchestrator.api.access import needs
from orchestrator.api.guard import wants_json
from orchestrator.api.registry import Branch, run_id
from orchestrator.api.run import MADE, Allowance, KnownRun, Run, manner, told
from orchestrator.api.scenario import Override, over_rest
from orchestrator.api.service import CHECKS_AT_ONCE, Serving
from orchestrator.api.strict import Strict, Truth, Whole
from orchestrator.verify import Verified, verify
from scenarios.loader import amend
from scenarios.spec import Scenario

router = APIRouter(prefix="/v1/runs/{run}", tags=["runs"])

Changing = [needs("run"), Depends(wants_json)]


class Nothing(Strict):
    """Nothing is to be said: ``{}``."""


class Fork(Allowance):
    """Where to leave a run, and what differs from then on.

    ``at`` is an event's number: what is shared ends with the last whole round at or before it.
    ``set`` changes the scenario as ``--set`` does. The rest is as for a new run.
    """

    at: Whole
    overrides: list[Override] = Field(default=[], alias="set", max_length=100)


class Check(Strict):
    """How to check a run: ``replay`` computes it again from its decisions, too."""

    replay: Truth = False


@router.post("/pause", dependencies=Changing)
async def pause_run(record: KnownRun, nothing: Nothing, at: Serving) -> Run:
    """Let a run stand still after its last commit, whichever process plays it.

    It goes on with `/resume`, to the same bytes. One that stands still already stays so; one
    that is over is refused with 422. A process that is not this server learns of it at its next
    commit, which is refused.
    """
    return Run.model_validate(told(await at.registry.pause(record.run), at))


@router.post("/cancel", dependencies=Changing)
async def cancel_run(record: KnownRun, nothing: Nothing, at: Serving) -> Run:
    """End a run for good after its last commit, whichever process plays it.

    What came of it until then is its summary. It cannot be resumed, but forked. One that is
    over already is refused with 422.
    """
    return Run.model_validate(told(await at.registry.cancel(record.run), at))


@router.post("/fork", status_code=201, dependencies=Changing, responses=MADE)
async def fork_run(
    record: KnownRun,
    new: Fork,
    response: Response,
    at: Serving,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Run:
    """Start a run that shares this one's history, and goes another way from there.

    What would contradict the shared rounds is refused with 422. With an `Idempotency-Key` the
    same request starts one fork, as for a new run.
    """
    before = conduct.scenario_of(at.journal, record.run)
    after = await asyncio.to_thread(_changed, before, tuple(new.overrides))
    await asyncio.to_thread(conduct.warm_up, after)
    run = None if idempotency_key is None else run_id(idempotency_key)
    branch = Branch(record.run, new.at, tuple(new.overrides), run)
    known: RunRecord | None = None
    # One after the other: of two with one key the second finds what the first has made.
    async with at.forking:
        if idempotency_key is not None:
            known = await asyncio.to_thread(at.registry.forked, branch, after, idempotency_key)
        if known is not None:
            response.headers["Idempotency-Replayed"] = "true"
        else:
            known = await at.registry.fork(branch, manner(new))
    response.headers["Location"] = f"/v1/runs/{known.run}"
    return Run.model_validate(told(known, at))


@router.post("/verify", dependencies=[needs("read"), Depends(wants_json)])
async def verify_run(record: KnownRun, check: Check, at: Serving) -> Verified:
    """Check a run from end to end: its hash chain, its events, its books.

    With `replay` everything is computed again from its decisions and compared byte for byte.
    `ok` is the answer, and `problem` names the first event that does not fit.
    """
    if at.checking.locked():
        raise HTTPException(
            429, f"{CHECKS_AT_ONCE} runs are being checked; wait for one", {"Retry-After": "5"}
        )
    async with at.checking:
        return await asyncio.to_thread(_verified, at.journal, record.run, check.replay)


def _verified(journal: Journal, run: str, with_replay: bool) -> Verified:
    return asyncio.run(verify(journal, run, with_replay=with_replay))


def _changed(before: Scenario, changes: tuple[str, ...]) -> Scenario:
    return amend(before, changes, [over_rest]) if changes else before
