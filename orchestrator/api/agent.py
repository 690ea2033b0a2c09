"""Who lived in a run, and what each agent asked for and was told."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.exceptions import HTTPException

from memory.envelope import Frozen
from memory.errors import did_you_mean
from memory.record import RunRecord
from orchestrator.api.access import needs
from orchestrator.api.moment import Moment, Span, page_of
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Service, Serving
from orchestrator.roll import Asking, Biography, Roll, askings, up_to

router = APIRouter(prefix="/v1/runs/{run}", tags=["agents"], dependencies=[needs("read")])


class Choice(Span):
    """Which agents: of one worker, or only those alive at the moment."""

    worker: str | None = Field(default=None, max_length=200)
    is_alive: bool | None = None


class AgentPage(Frozen):
    """Some agents in the order of birth; ``next_after`` asks for the next ones."""

    items: list[Biography]
    next_after: int | None


class AskingChoice(Span):
    """Which calls: of one agent, of one tool, or only those that had no effect, or had one."""

    agent: str | None = Field(default=None, max_length=200)
    tool: str | None = Field(default=None, max_length=200)
    is_refused: bool | None = None


class AskingPage(Frozen):
    """Some calls in the order of asking; ``next_after`` asks for those of later decisions."""

    items: list[Asking]
    next_after: int | None


@router.get("/agents")
def list_agents(record: KnownRun, choice: Annotated[Choice, Query()], at: Serving) -> AgentPage:
    """List every agent that has lived by then, its life, and what it took."""
    agents = [
        each
        for each in _roll(at, record, choice.at).agents()
        if choice.worker in (None, each.worker) and choice.is_alive in (None, each.died is None)
    ]
    items, more = page_of(agents, [each.seq for each in agents], choice)
    return AgentPage(items=items, next_after=more)


@router.get("/agents/{agent}")
def show_agent(
    record: KnownRun,
    agent: Annotated[str, Path(description="An agent's id.")],
    moment: Annotated[Moment, Query()],
    at: Serving,
) -> Biography:
    """Show one agent's life."""
    roll = _roll(at, record, moment.at)
    life = roll.get(agent)
    if life is None:
        nearest = did_you_mean(agent[:64], [each.agent for each in roll.agents()])
        raise HTTPException(404, f"{record.run} has had no such agent by then{nearest}")
    return life


@router.get("/tool-calls")
def list_calls(
    record: KnownRun, choice: Annotated[AskingChoice, Query()], at: Serving
) -> AskingPage:
    """List the calls that agents asked for, with their arguments, and what came of each."""
    calls = (
        each
        for each in askings(up_to(at.journal, record.run, choice.at, choice.after))
        if choice.agent in (None, each.agent)
        and choice.tool in (None, each.tool)
        and choice.is_refused in (None, bool(each.error))
    )
    items: list[Asking] = []
    for call in calls:
        # A page ends with a whole decision, for its calls share one number.
        if len(items) >= choice.limit and call.seq != items[-1].seq:
            return AskingPage(items=items, next_after=items[-1].seq)
        items.append(call)
    return AskingPage(items=items, next_after=None)


def _roll(at: Service, record: RunRecord, round: int | None) -> Roll:
    return at.folded(Roll, record, round)
