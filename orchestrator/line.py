"""The assembly line: one LangGraph graph carries a worker from generation to generation.

    plan -> line x parallel -> integrate

``plan`` decides who lives in a generation and what they inherit; each ``line`` is one agent's
life, which awaits the steps brief, act, verify, reflect and handoff; ``integrate`` gathers what
they leave. The state holds references only, so its cost does not grow with the horizon, and
there is no checkpointer: the journal is the checkpoint. Steps never write; they submit to the
barrier, and the master writes.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Send

from memory.envelope import Actor
from memory.errors import BudgetSpent, ModelError, PolicyFailed, StaleClaim, StoreError
from orchestrator.agenda import Agenda
from orchestrator.answers import Answers, Unkept
from orchestrator.barrier import Barrier, Brief, Submission
from orchestrator.briefing import brief_notes
from orchestrator.compose import assemble
from orchestrator.gate import waits
from orchestrator.lives import Life
from orchestrator.stage import Stage
from orchestrator.stay import reconsider
from orchestrator.turn import observe
from scenarios.notebook import handoff_of
from scenarios.spec import Scenario
from subagents.policy import Asking, Decision, Observation, Policy, Step


class Generation(TypedDict, total=False):
    """The graph's state: whose generation it is, its agents, and what was left to them.

    All of it is names. ``left`` holds the ids of handoffs, the text of which no state ever has.
    """

    worker: str
    lanes: tuple[Actor, ...]
    left: tuple[str, ...]


class Lane(TypedDict):
    """What one ``line`` is sent: whose life it is, and the ids of the handoffs it is given."""

    actor: Actor
    left: tuple[str, ...]


Graph = CompiledStateGraph[Generation, Any, Any, Any]


class Line:
    """Brings agents to life, generation after generation, for every worker of one run.

    Parameters
    ----------
    stage
        The run's log and folds; only read here.
    barrier
        Where each turn is submitted.
    answers
        Brings what models answer; the journal's, where there is one.
    agenda
        Which step each turn of a life is for.
    """

    def __init__(
        self,
        stage: Stage,
        barrier: Barrier,
        answers: Answers | None = None,
        agenda: Agenda | None = None,
    ) -> None:
        self._stage = stage
        self._barrier = barrier
        self._answers = answers or Unkept()
        self._agenda = agenda or Agenda.of(stage.scenario.assembly_line)
        # Found out once: asking a protocol costs more than an organism's whole turn.
        self._asking = {
            id(policy): policy for policy in stage.policies if isinstance(policy, Asking)
        }
        self._steps: dict[Step, Callable[[Life], Awaitable[None]]] = {
            "act": self.act,
            "verify": self.verify,
            "reflect": self.reflect,
            "handoff": self.handoff,
        }
        self.graph = self._compile()

    def _compile(self) -> Graph:
        graph: StateGraph[Generation, Any, Any, Any] = StateGraph(Generation)
        if self._stage.scenario.chain.parallel == 1:
            # A visit of a node costs more than a turn, and one lane needs no fan.
            graph.add_node("line", self.alone)
            graph.add_edge(START, "line")
            graph.add_edge("line", END)
            return graph.compile()
        graph.add_node("plan", self.plan)
        graph.add_node("line", self.live, input_schema=Lane)
        graph.add_node("integrate", self.integrate)
        graph.add_edge(START, "plan")
        parallel = self._stage.scenario.chain.parallel
        graph.add_conditional_edges("plan", _send, {f"{parallel} at once": "line"})
        graph.add_edge("line", "integrate")
        graph.add_edge("integrate", END)
        return graph.compile()

    async def chain(self, worker: str) -> None:
        """Run a worker's chain of generations while there are rounds, and the worker."""
        stage, left = self._stage, self._left_by(worker)
        while stage.round <= stage.rounds and worker in stage.world.crew:
            try:
                state = await self.graph.ainvoke({"worker": worker, "left": left})
            except Exception as error:
                # LangGraph notes on it which of its tasks this was, under an id drawn at random.
                error.__notes__ = []
                raise
            left = state["left"]

    async def alone(self, state: Generation) -> Generation:
        """Plan, live and integrate in one node, where a worker has one agent at a time."""
        for actor in (await self.plan(state))["lanes"]:
            await self.live(Lane(actor=actor, left=state["left"]))
        return await self.integrate(state)

    async def plan(self, state: Generation) -> Generation:
        """Decide who lives: the agents that are due, each with its share of the worker's round.

        In a run that was broken off these are the lanes that had not ended.
        """
        return {"lanes": self._stage.world.crew.lanes(state["worker"])}

    async def live(self, state: Lane) -> None:
        """One life: the graph's ``line``, of which there are as many at once as lanes."""
        stage, agenda = self._stage, self._agenda
        try:
            life = stage.lives.of(state["actor"].agent)
            if life is None:
                life = await self.brief(**state)
            elif life.is_over:
                who = state["actor"].agent
                raise RuntimeError(f"{who} is due in round {stage.round}, and its life is over")
            while not life.is_over:
                await self._steps[agenda.step(life.turn + 1, life.life)](life)
        except Exception as error:
            self._barrier.abort(error)
            raise

    async def integrate(self, state: Generation) -> Generation:
        """Gather what all lanes left, for every one of their successors."""
        return {"left": self._left_by(state["worker"])}

    def _left_by(self, worker: str) -> tuple[str, ...]:
        """Return the ids of a worker's newest handoffs, in the order of its lanes."""
        latest, who = self._stage.notes.latest, Actor(worker)
        names = map(handoff_of, self._stage.world.crew.letters)
        return tuple(note.note for name in names if (note := latest(name, "worker", who)))

    async def brief(self, actor: Actor, left: tuple[str, ...]) -> Life:
        """Step one: what the agent is given to read; it takes its first turn with it.

        First comes what was left in its own lane, then what the others left, then what is new.
        """
        stage, own = self._stage, handoff_of(actor.lane)
        notes = sorted((stage.notes[each] for each in left), key=lambda note: note.name != own)
        before = (actor.generation or 1) - 1
        brief = Brief(
            family=stage.cast[str(actor.worker)].family,
            life=min(stage.scenario.life, stage.rounds - stage.round + 1),
            parent=f"{actor.worker}.{before}{actor.lane}" if before else None,
            notes=brief_notes(stage, actor, notes),
            spawned_by=None if before else stage.world.crew.started_by(str(actor.worker)),
        )
        life = Life(actor, brief.life)
        await self._turn(life, brief, self._agenda.step(1, life.life))
        born = stage.lives.of(actor.agent)
        assert born is not None
        return born

    async def act(self, life: Life) -> None:
        """Step two, act: the work, in all turns that nothing else is planned for."""
        step = self._agenda.step
        while not life.is_over and step(life.turn + 1, life.life) == "act":
            await self._turn(life)

    async def verify(self, life: Life) -> None:
        """Step three, verify: a turn to look at whether the work holds."""
        await self._turn(life, step="verify")

    async def reflect(self, life: Life) -> None:
        """Step four, reflect: a turn to look at oneself."""
        await self._turn(life, step="reflect")

    async def handoff(self, life: Life) -> None:
        """Step five, handoff: the last turn, in which the agent tells its successors."""
        await self._turn(life, step="handoff")

    async def _turn(self, life: Life, brief: Brief | None = None, step: Step = "act") -> None:
        observation = observe(self._stage, life, brief, step)
        policy = self._stage.cast[str(life.actor.worker)].policy
        if rule := waits(self._stage, observation):
            decision = Decision(calls=())
        elif asking := self._asking.get(id(policy)):
            decision = await ask(asking, observation, self._answers)
        else:
            decision = await decide(policy, observation)
        submission = Submission(life.actor, observation.turn, decision, brief, rule)
        if self._stage.standing.rulings and not rule:
            again = partial(self._again, policy)
            found = await reconsider(self._stage, observation, decision, again)
            submission = submission._replace(**found._asdict())
        await self._barrier.submit(submission)

    async def _again(
        self, policy: Policy, observation: Observation, control: int, number: int
    ) -> Decision:
        """Ask a control's trusted policy, or the same policy once more."""
        if control:
            trusted = self._stage.trusted.get(control)
            if trusted is None:
                # Whoever was trusted is not there any more, as after a fork: nobody decides.
                return Decision(calls=())
            policy = trusted
        if asking := self._asking.get(id(policy)):
            about = f"control/{control}" if control else f"again/{number}"
            return await ask(asking, observation, self._answers, about)
        return await decide(policy, observation)


def mermaid(scenario: Scenario) -> str:
    """Return the line that a scenario's workers live on, drawn by the graph that runs it.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> drawn = mermaid(load("just_in_case", ["chain.parallel=3"]))
    >>> edges = [line.strip() for line in drawn.splitlines() if "plan" in line]
    >>> for edge in edges:
    ...     print(edge)
    plan(plan)
    __start__ --> plan;
    plan -. &nbsp;3 at once&nbsp; .-> line;
    """
    stage = assemble(scenario, scenario.world.seed, "drawn")
    return Line(stage, Barrier()).graph.get_graph().draw_mermaid()


async def _send(state: Generation) -> list[Send]:
    """Send each lane of the plan its own life."""
    return [Send("line", Lane(actor=actor, left=state["left"])) for actor in state["lanes"]]


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


async def ask(
    policy: Asking, observation: Observation, answers: Answers, about: str = ""
) -> Decision:
    """Return what a policy decides that is asked and read in two steps.

    Raises
    ------
    PolicyFailed
        As :func:`decide` does, and if its model gives no answer.
    BudgetSpent, StoreError, StaleClaim
        If it may not be asked, or its answer not be kept.
    """
    try:
        decision = policy.read(observation, await answers.of(policy, observation, about))
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
