"""The assembly line: one LangGraph graph carries a worker from generation to generation.

The graph has one node a life, which awaits the steps brief, act and handoff. Its state holds
references only, so its cost does not grow with the horizon, and it has no checkpointer: the
journal is the checkpoint. Steps never write; they submit to the barrier, and the master writes.
"""

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from memory.envelope import Actor
from memory.errors import BudgetSpent, ModelError, PolicyFailed, StaleClaim, StoreError
from orchestrator.answers import Answers, Unkept
from orchestrator.barrier import Barrier, Brief, Submission
from orchestrator.briefing import brief_notes
from orchestrator.gate import waits
from orchestrator.lives import Life
from orchestrator.stage import Stage
from orchestrator.turn import observe
from subagents.policy import HANDOFF, Asking, Decision, Observation, Policy


class Generation(TypedDict):
    """The graph's state: which worker, and which generation of its chain."""

    worker: str
    generation: int


class Line:
    """Brings agents to life, one after the other, for every worker of one run.

    Parameters
    ----------
    stage
        The run's log and folds; only read here.
    barrier
        Where each turn is submitted.
    answers
        Brings what models answer; the journal's, where there is one.
    """

    def __init__(self, stage: Stage, barrier: Barrier, answers: Answers | None = None) -> None:
        self._stage = stage
        self._barrier = barrier
        self._answers = answers or Unkept()
        # Found out once: asking a protocol costs more than an organism's whole turn.
        self._asking = {
            worker: part.policy
            for worker, part in stage.cast.items()
            if isinstance(part.policy, Asking)
        }
        self.graph = self._compile()

    def _compile(self) -> "CompiledStateGraph[Generation, Any, Any, Any]":
        graph: StateGraph[Generation, Any, Any, Any] = StateGraph(Generation)
        graph.add_node("line", self.live)
        graph.add_edge(START, "line")
        graph.add_edge("line", END)
        return graph.compile()

    async def chain(self, worker: str) -> None:
        """Run a worker's chain of generations until the run has no further round."""
        newest = self._stage.lives.newest(worker)
        generation = int(newest.actor.generation or 0) if newest else 1
        if newest and newest.is_over:
            generation += 1
        while self._stage.round <= self._stage.rounds:
            try:
                await self.graph.ainvoke({"worker": worker, "generation": generation})
            except Exception as error:
                # LangGraph notes on it which of its tasks this was, under an id drawn at random.
                error.__notes__ = []
                raise
            generation += 1

    async def live(self, state: Generation) -> Generation:
        """One life: the graph's only node."""
        worker, generation = state["worker"], state["generation"]
        actor = Actor(worker, generation, f"{worker}.{generation}")
        life = self._stage.lives.newest(worker)
        if life is None or life.actor != actor:
            life = await self.begin(actor)
        await self.act(life)
        await self.handoff(life)
        return state

    async def begin(self, actor: Actor) -> Life:
        """Step one, brief: what the agent is given to read; it takes its first turn with it."""
        stage = self._stage
        handoff = stage.notes.latest(HANDOFF, "worker", actor)
        before = (actor.generation or 1) - 1
        brief = Brief(
            family=stage.cast[str(actor.worker)].family,
            life=min(stage.scenario.life, stage.rounds - stage.round + 1),
            parent=f"{actor.worker}.{before}" if before else None,
            notes=brief_notes(stage, actor, [handoff] if handoff else []),
        )
        await self._turn(Life(actor, brief.life), brief)
        life = stage.lives.newest(str(actor.worker))
        assert life is not None
        return life

    async def act(self, life: Life) -> None:
        """Step two, act: every turn but the last."""
        while not life.is_over and life.turn < life.life - 1:
            await self._turn(life)

    async def handoff(self, life: Life) -> None:
        """Step three, handoff: the last turn, in which the agent tells its successor."""
        if not life.is_over:
            await self._turn(life)

    async def _turn(self, life: Life, brief: Brief | None = None) -> None:
        observation = observe(self._stage, life, brief)
        worker = str(life.actor.worker)
        if rule := waits(self._stage, observation):
            decision = Decision(calls=())
        elif asking := self._asking.get(worker):
            decision = await ask(asking, observation, self._answers)
        else:
            decision = await decide(self._stage.cast[worker].policy, observation)
        await self._barrier.submit(Submission(life.actor, observation.turn, decision, brief, rule))


async def decide(policy: Policy, observation: Observation) -> Decision:
    """Return what a policy decides.

    Raises
    ------
    PolicyFailed
        If it raised, or answered with something that is no decision; it names agent and turn.
    """
    try:
        decision = await policy.act(observation)
    # A policy may be anyone's code: even its SystemExit must not end the process unexplained.
    except (Exception, SystemExit) as error:
        raise _failed(policy, observation, f": {type(error).__name__}: {error}") from error
    return _checked(policy, observation, decision)


async def ask(policy: Asking, observation: Observation, answers: Answers) -> Decision:
    """Return what a policy decides that is asked and read in two steps.

    Raises
    ------
    PolicyFailed
        As :func:`decide` does, and if its model gives no answer.
    BudgetSpent, StoreError, StaleClaim
        If it may not be asked, or its answer not be kept.
    """
    try:
        decision = policy.read(observation, await answers.of(policy, observation))
    except (BudgetSpent, StoreError, StaleClaim):
        raise
    except ModelError as error:
        raise _failed(policy, observation, f": {error}") from error
    except (Exception, SystemExit) as error:
        raise _failed(policy, observation, f": {type(error).__name__}: {error}") from error
    return _checked(policy, observation, decision)


def _checked(policy: Policy, observation: Observation, decision: object) -> Decision:
    if isinstance(decision, Decision):
        return decision
    said = type(decision).__name__
    raise _failed(policy, observation, f" answered {said}; it must be a Decision")


def _failed(policy: Policy, observation: Observation, why: str) -> PolicyFailed:
    who = f"policy '{policy.name}', {observation.actor.agent}, turn {observation.turn}"
    return PolicyFailed(f"{who}{why}")
