"""One turn: what an agent sees, and what follows from what it decided."""

from memory.border import Said, admit
from memory.chance import seed_for
from memory.events import Decided, EndReason, EpisodeEnded, EpisodeStarted, ToolResult
from memory.facts import Asked
from memory.truth import Record
from orchestrator.barrier import Brief, Submission
from orchestrator.briefing import characters_shown
from orchestrator.gate import act_in_its_place, let_through, tell_if_stuck
from orchestrator.lives import Life, memo_of
from orchestrator.stage import Stage
from orchestrator.stay import tell
from subagents.policy import Observation, Outcome, Step

MAX_CALLS = 32
"""Of a decision with more calls than this, the rest is refused, as its last result says.

The log keeps the first call too many: so what follows from a decision follows from the log.
"""


def observe(
    stage: Stage, life: Life, brief: Brief | None = None, step: Step = "act"
) -> Observation:
    """Return what the agent sees before its next turn, which is for that step of its life."""
    share = stage.world.crew.share(life.actor.agent)
    facts = stage.world.facts(str(life.actor.worker), share, life.actor)
    memos = tuple(memo_of(note) for note in brief.notes) if brief else tuple(life.memos.values())
    turn = life.turn + 1
    return Observation(
        actor=life.actor,
        task=stage.scenario.task,
        turn=turn,
        life=life.life,
        seed=seed_for(stage.seed, str(life.actor.agent), turn),
        facts=facts,
        memos=memos,
        outcomes=(*life.outcomes, *(Outcome(*reply) for reply in facts.replies)),
        tools=stage.tools,
        schemas=stage.schemas,
        step=step,
    )


def take_turn(stage: Stage, submission: Submission) -> None:
    """Apply one submission: the decision enters the log, then each call has its effect."""
    log, actor = stage.log, submission.actor
    if submission.brief is not None:
        _begin(stage, submission)
    decision = submission.decision
    calls = decision.calls[: MAX_CALLS + 1]
    if mark := stage.cleaned.get((actor.agent, submission.turn)):
        said = Said(calls, decision.rationale, mark)
    else:
        said = admit(calls, decision.rationale)
    if submission.aside:
        tell(stage, submission, f"{actor.agent}/{submission.turn}")
    decided = log.append(
        Decided(
            **log.envelope(stage.round, actor, key=f"{actor.agent}/{submission.turn}"),
            turn=submission.turn,
            calls=said.calls,
            rationale=said.rationale,
            sanitised=said.sanitised,
        )
    )
    stage.sealed.append(Record(decided.seq, decision.truth))
    share = stage.world.crew.share(actor.agent)
    for number, call in enumerate(decided.calls[:MAX_CALLS]):
        asked = Asked(actor, submission.turn, number, call, decided.seq, share)
        let_through(stage, asked, decided.calls[:number])
    if len(decided.calls) > MAX_CALLS:
        _refuse_rest(stage, decided)
    life = stage.lives.of(actor.agent)
    if life is None:
        return
    act_in_its_place(stage, decided, submission.rule, is_last_turn=life.turn >= life.life)
    is_stuck = tell_if_stuck(stage, decided)
    if life.has_finished or life.turn >= life.life:
        end_episode(stage, life, "finished" if life.has_finished else "life_over")
    elif is_stuck and stage.parts.ends_the_stuck:
        end_episode(stage, life, "stuck")


def _refuse_rest(stage: Stage, decided: Decided) -> None:
    key = f"{decided.agent}/{decided.turn}/{MAX_CALLS}"
    stage.log.append(
        ToolResult(
            **stage.log.envelope(stage.round, decided.actor, key=key, cause=decided.seq),
            tool=decided.calls[MAX_CALLS].tool,
            error=f"a turn has at most {MAX_CALLS} calls; from here on none of yours was done",
        )
    )


def _begin(stage: Stage, submission: Submission) -> None:
    log, actor, brief = stage.log, submission.actor, submission.brief
    assert brief is not None
    born = log.append(
        EpisodeStarted(
            **log.envelope(stage.round, actor, key=f"{actor.agent}"),
            family=brief.family,
            life=brief.life,
            parent=brief.parent,
            spawned_by=brief.spawned_by,
        )
    )
    for number, note in enumerate(brief.notes):
        key = f"{actor.agent}/0/{number}"
        shown = characters_shown(stage.notes, note)
        stage.notes.read(stage.round, actor, note, key=key, cause=born.seq, shown=shown)


def end_episode(stage: Stage, life: Life, reason: EndReason) -> None:
    """Log that an agent's life is over."""
    stage.log.append(
        EpisodeEnded(
            **stage.log.envelope(stage.round, life.actor, key=f"{life.actor.agent}"),
            turns=life.turn,
            reason=reason,
        )
    )


def dismiss(stage: Stage) -> None:
    """End the lives of those whose workers were retired in this round."""
    crew = stage.world.crew
    for worker in crew.leaving:
        for lane in crew.lanes(worker):
            life = stage.lives.of(lane.agent)
            if life is not None and not life.is_over:
                end_episode(stage, life, "retired")
