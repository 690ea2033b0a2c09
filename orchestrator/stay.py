"""What a standing ruling does to one call, before it is applied, and to one decision.

The agent is told one sentence, the same whatever was ruled and why, and the same that stands for
any refusal without a reason of its own making.
"""

from typing import NamedTuple, Protocol

from memory.border import admit
from memory.chance import seed_for
from memory.control_events import Call, CallRuled, CallRuling
from memory.events import ToolResult
from memory.facts import Asked
from orchestrator.barrier import Submission
from orchestrator.stage import Stage
from scenarios.control import MOVING
from scenarios.economy import COMPUTE
from scenarios.ledger import REFUSAL
from subagents.policy import Decision, Observation

MOST_CALLS = 33
"""Of a decision that is set aside so many calls are kept, as of one that is carried out."""


class Again(Protocol):
    """Asks for another decision: of a control's trusted policy, or of the same policy again."""

    async def __call__(self, observation: Observation, control: int, number: int) -> Decision:
        """Ask the trusted policy of ``control``, or where it is 0 the same for the n-th time."""
        ...


def met(stage: Stage, asked: Asked) -> Asked | None:
    """Return a call as it may be carried out under what stands, or None where it may not.

    Then it has been refused, and the log says by which ruling.
    """
    worker, round = str(asked.actor.worker), stage.round
    ruled = stage.standing.on_call(worker, asked.call.tool, round)
    if ruled is None:
        return asked
    if ruled.act == "cap":
        most = _room(stage, asked, ruled.times)
        amount = asked.call.arguments.get("amount")
        if not isinstance(amount, int) or isinstance(amount, bool):
            return asked
        if amount <= most:
            stage.standing.let_pass(worker, round, max(amount, 0))
            return asked
        _log(stage, asked, "cap", ruled.seq)
        if most > 0:
            stage.standing.let_pass(worker, round, most)
            arguments = {**asked.call.arguments, "amount": most}
            return asked._replace(call=Call(tool=asked.call.tool, arguments=arguments))
    elif ruled.act == "hold":
        _log(stage, asked, "hold", ruled.seq, round + ruled.deadline, ruled.parks)
    else:
        _log(stage, asked, "deny", ruled.seq)
    envelope = stage.log.envelope(round, asked.actor, key=asked.key, cause=asked.cause)
    stage.log.append(ToolResult(**envelope, tool=asked.call.tool, error=REFUSAL))
    return None


def _room(stage: Stage, asked: Asked, times: float) -> int:
    """Return how many units a capped worker's agent may still take in this round, in whole lots."""
    worker = str(asked.actor.worker)
    markets = stage.world.facts(worker).markets
    need = next((market.need for market in markets if market.resource == COMPUTE), 0.0)
    left = int(times * need) - stage.standing.passed(worker, stage.round)
    lot = stage.scenario.world.resources[COMPUTE].lot
    return max(0, left) // lot * lot


def _log(
    stage: Stage, asked: Asked, act: CallRuling, ruling: int, until: int = 0, parks: bool = False
) -> None:
    envelope = stage.log.envelope(stage.round, asked.actor, key=asked.key, cause=asked.cause)
    said = CallRuled(**envelope, act=act, call=asked.call, until=until, parks=parks, ruling=ruling)
    stage.log.append(said)


class Reconsidered(NamedTuple):
    """A decision to be carried out, those that were set aside for it, and by which ruling."""

    decision: Decision
    aside: tuple[tuple[Call, ...], ...] = ()
    ruling: int = 0


async def reconsider(
    stage: Stage, observation: Observation, decision: Decision, again: Again
) -> Reconsidered:
    """Return what is carried out in place of a decision, if a ruling says that it be looked at.

    Deferred: what the trusted policy decides. Resampled: of several decisions of the same policy,
    each from a chance of its own, the one that takes least; the first of those that take the same.
    """
    worker, round = str(observation.actor.worker), observation.facts.round
    ruled = stage.standing.on_decision(worker, round)
    if ruled is None:
        return Reconsidered(decision)
    if ruled.act == "defer":
        trusted = await again(observation, ruled.control, 0)
        return Reconsidered(trusted, (decision.calls,), ruled.seq)
    aside: list[tuple[Call, ...]] = []
    for number in range(2, ruled.samples + 1):
        agent, turn = str(observation.actor.agent), observation.turn
        seed = seed_for(stage.seed, agent, turn, f"again/{number}")
        other = await again(observation._replace(seed=seed), 0, number)
        if _takes(other) < _takes(decision):
            aside.append(decision.calls)
            decision = other
    return Reconsidered(decision, tuple(aside), ruled.seq)


def tell(stage: Stage, submission: Submission, key: str) -> None:
    """Log the decisions that were set aside, in front of the one that is carried out."""
    envelope = stage.log.envelope(stage.round, submission.actor, key=key)
    act: CallRuling = "defer" if _is_deferred(stage, submission) else "resample"
    aside = tuple(admit(calls[:MOST_CALLS], "").calls for calls in submission.aside)
    stage.log.append(CallRuled(**envelope, act=act, aside=aside, ruling=submission.ruling))


def _is_deferred(stage: Stage, submission: Submission) -> bool:
    made = (each.act for each in stage.standing.rulings if each.seq == submission.ruling)
    return next(made, None) == "defer"


def _takes(decision: Decision) -> int:
    """Return how much a decision asks for, in all the calls that take something."""
    amounts = (call.arguments.get("amount") for call in decision.calls if call.tool in MOVING)
    return sum(amount for amount in amounts if isinstance(amount, int))
