"""The gate between what an agent decides and the world: budgets, reflexes, and who is stuck.

A call goes out unless a budget is spent or a reflex refuses it; then the agent is told so, as of
any refusal. A scenario without these ingredients has an open gate, and leaves no mark of it.
"""

from collections.abc import Sequence

from memory.envelope import Actor, Envelope
from memory.events import Call, Decided, ReflexActed, Stuck, ToolResult
from memory.facts import Asked, Facts
from orchestrator.stage import Stage
from orchestrator.stay import met
from scenarios.ingredient import ReflexSpec
from subagents.policy import Observation


def waits(stage: Stage, observation: Observation) -> str:
    """Return the reflex by which an agent is not asked in this turn, or nothing.

    In its last turn it is always asked: what it knows would be lost.
    """
    reflexes = stage.parts.reflexes
    if reflexes is None or observation.is_last_turn:
        return ""
    rule = reflexes.waiting(observation.facts, stage.parts.off(str(observation.actor.worker)))
    return rule.rule if rule else ""


def let_through(stage: Stage, asked: Asked, before: Sequence[Call]) -> None:
    """Carry out one call, or tell the agent what stands against it; ``before`` came before it."""
    parts, worker = stage.parts, str(asked.actor.worker)
    if parts.allowance:
        more = parts.more_calls(worker)
        if reason := parts.allowance.refusal(asked.actor, asked.call.tool, more):
            _refuse(stage, asked, reason)
            return
    if parts.reflexes:
        facts = _facts(stage, asked.actor)
        if rule := parts.reflexes.refusing(asked.call, before, facts, parts.off(worker)):
            _tell(stage, _envelope(stage, asked), rule)
            _refuse(stage, asked, f"a rule of your post stands against it: {rule.when}")
            return
    if stage.standing.rulings:
        allowed = met(stage, asked)
        if allowed is None:
            return
        asked = allowed
    stage.world.apply(asked)


def act_in_its_place(stage: Stage, decided: Decided, waited_by: str, is_last_turn: bool) -> None:
    """Tell of an agent that was not asked; give back what a reflex gives back at a life's end."""
    reflexes = stage.parts.reflexes
    if reflexes is None:
        return
    key = f"{decided.agent}/{decided.turn}/{len(decided.calls)}"
    envelope = stage.log.envelope(stage.round, decided.actor, key=key, cause=decided.seq)
    if waited_by:
        stage.log.append(ReflexActed(**envelope, rule=waited_by, did="wait"))
    facts, off = _facts(stage, decided.actor), stage.parts.off(str(decided.worker))
    release = reflexes.releasing(facts, is_last_turn, off)
    if release:
        rule, call = release
        _tell(stage, envelope, rule)
        asked = Asked(
            decided.actor, decided.turn, len(decided.calls), call, decided.seq, facts.share
        )
        stage.world.apply(asked)


def tell_if_stuck(stage: Stage, decided: Decided) -> bool:
    """Tell that an agent has made no progress for as long as the scenario says; whether it did."""
    standstill, spec, agent = stage.parts.standstill, stage.parts.line.stuck, str(decided.agent)
    if standstill is None or spec is None or standstill.fruitless(agent) < spec.after:
        return False
    key = f"{agent}/{decided.turn}"
    envelope = stage.log.envelope(stage.round, decided.actor, key=key, cause=decided.seq)
    stage.log.append(
        Stuck(**envelope, turns=standstill.fruitless(agent), sign=standstill.sign(agent))
    )
    return True


def _facts(stage: Stage, actor: Actor) -> Facts:
    """Return what the world shows an agent now."""
    share = stage.world.crew.share(actor.agent)
    return stage.world.facts(str(actor.worker), share, actor)


def _tell(stage: Stage, envelope: Envelope, rule: ReflexSpec) -> None:
    stage.log.append(ReflexActed(**envelope, rule=rule.rule, did=rule.do))


def _refuse(stage: Stage, asked: Asked, reason: str) -> None:
    stage.log.append(ToolResult(**_envelope(stage, asked), tool=asked.call.tool, error=reason))


def _envelope(stage: Stage, asked: Asked) -> Envelope:
    return stage.log.envelope(stage.round, asked.actor, key=asked.key, cause=asked.cause)
