"""Starting, resuming and reading runs: what every door calls.

:func:`start` and :func:`resume` give a :class:`Performance`, which owns its run in this
process until it is over. Reading a run never needs to own it.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from memory.errors import BadInput, StaleClaim, StoreError, UnknownRun
from memory.journal import Claim, Journal, RunHead, RunRecord
from memory.log import Entry
from orchestrator import quiz
from orchestrator.answers import Budget, Kept, spent_on
from orchestrator.bench import Bench, sittings
from orchestrator.compose import assemble, located, policy_of, problems, seal
from orchestrator.engine import ENGINE, Durable, Engine, Listeners
from orchestrator.evaluate import Summary, cost_of, fork_report, references, summarise
from orchestrator.mail import Post
from orchestrator.stage import Stage
from orchestrator.tally import Tally
from scenarios.loader import load_scenario
from scenarios.spec import Scenario
from subagents.policy import Asking


def load(source: str, overrides: tuple[str, ...] = ()) -> Scenario:
    """Return a scenario, checked down to its policies' parameters.

    ``source`` is a name of the catalogue, a path, or ``package.module:name`` for the file
    ``name.yaml`` of a package of one's own.

    Raises
    ------
    ScenarioError
        With every problem at once, each at its file, line and column.
    """
    return load_scenario(located(source), overrides, checks=[problems])


OUTSIDE = "outside"
"""Under this key a fleet from elsewhere is described, where a run of ours has its scenario."""


@dataclass
class Performance:
    """A run that this process owns; ``beside`` holds its references once they are played."""

    journal: Journal
    claim: Claim
    stage: Stage
    beside: dict[str, Stage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let the run deal with the commons that it names, and no longer with one of its own."""
        if self.stage.exchange is not None:
            commons = self.stage.scenario.memory.commons
            self.stage.exchange = self.journal.exchange(self.run, commons)

    @property
    def run(self) -> str:
        """The run's id."""
        return self.stage.log.run

    async def play(
        self,
        listeners: Listeners | None = None,
        *,
        with_references: bool = True,
        budget: Budget | None = None,
    ) -> Summary:
        """Run to the end, play the references, and keep the summary with the run.

        ``budget`` bounds what its models may cost, all that was spent on it before included. When
        anything goes wrong the claim is given up and the run stays resumable from its
        last commit.
        """
        is_over = False
        try:
            answers = Kept(self.journal, self.claim, self.stage, budget)
            self.stage.spent = spent_on(self.journal, self.run)
            bench = Bench(self.journal, self.stage)
            await self._perform(answers, bench, listeners or Listeners())
            await quiz.take(self.stage, self.journal, answers)
            if with_references:
                history = shared_history(self.journal, self.run)
                self.beside = await references(self.stage.scenario, self.stage.seed, history)
            judges = bench.conclude()
            summary = conclude(self.journal, self.stage, "done", self.beside)
            summary = summary.model_copy(update={"judges": judges})
            self.journal.finish(self.claim, "done", summary.model_dump(mode="json"))
            is_over = True
            return summary
        finally:
            if not is_over:
                self.let_go()

    async def _perform(self, answers: Kept, bench: Bench, listeners: Listeners) -> None:
        """Play what is left of the run; its judges read along, and the run never waits for them."""
        if bench.is_empty:
            await self._go_on(answers, listeners)
            return
        judging = asyncio.ensure_future(bench.sit(answers))
        try:
            await self._go_on(answers, bench.heard(listeners))
            bench.close()
            await judging
        except Exception:
            # What was asked is paid for: its answer is awaited and kept, and nothing more is asked.
            bench.leave()
            await judging
            raise
        finally:
            judging.cancel()
            with suppress(asyncio.CancelledError):
                await judging

    async def _go_on(self, answers: Kept, listeners: Listeners) -> None:
        if not self.stage.is_finished:
            durable, mail = Durable(self.journal, self.claim), Post(self.journal, self.claim)
            await Engine(self.stage, durable, listeners, answers, mail).execute()

    def let_go(self) -> None:
        """Give up the claim, as far as that can still be done; the run stays resumable."""
        # A claim that was lost, or a disk that is full, must not hide the error on its way up.
        with suppress(StaleClaim, StoreError):
            self.journal.release(self.claim)


def new_run_id() -> str:
    """Return a run id that no other run has."""
    return f"r_{secrets.token_hex(4)}"


def start(
    journal: Journal, scenario: Scenario, seed: int | None = None, run: str | None = None
) -> Performance:
    """Begin a new run and own it.

    Raises
    ------
    BadInput
        If there is a run of that id already, or a model cannot be asked.
    """
    chosen = scenario.world.seed if seed is None else seed
    run = new_run_id() if run is None else run
    stage = assemble(scenario, chosen, run)
    check_ready(stage)
    head = RunHead(
        run=run,
        scenario=scenario.scenario,
        version=scenario.version,
        seed=chosen,
        engine=ENGINE,
    )
    return Performance(journal, journal.create(head, seal(scenario, chosen)), stage)


def check_ready(stage: Stage) -> None:
    """Make sure that every model can be asked, before anything is.

    Raises
    ------
    BadInput
        If one cannot; it names what is missing.
    """
    for policy in stage.policies:
        if isinstance(policy, Asking):
            policy.ready()
    for _, sitting in sittings(stage.scenario):
        sitting.ready()


def warm_up(scenario: Scenario) -> None:
    """Pave the way to a scenario's models, so that no event loop waits for what that imports.

    Takes seconds where a process asks a model for the first time: call it from a thread.

    Raises
    ------
    BadInput
        If a model cannot be asked; it names what is missing.
    """
    for group in scenario.workers:
        policy = policy_of(group)
        if isinstance(policy, Asking):
            policy.ready()
    for _, sitting in sittings(scenario):
        sitting.ready()


class Order(NamedTuple):
    """What a door is asked to play: a scenario, a run that stands already, or both.

    ``scenario`` and ``seed`` of None take what the run, or the scenario, has.
    """

    scenario: Scenario | None
    seed: int | None = None
    run: str | None = None


def find(journal: Journal, order: Order) -> RunRecord | None:
    """Return the stored run that an order names, or None where it is to be begun.

    Raises
    ------
    UnknownRun
        If the order names a run only, and there is none.
    BadInput
        If the run is there, and is not the one that was meant.
    """
    if order.run is None:
        return None
    try:
        record = journal.run(order.run)
    except UnknownRun:
        if order.scenario is None:
            raise
        return None
    if order.seed not in (None, record.seed):
        raise BadInput(f"run {record.run} has seed {record.seed}, not {order.seed}")
    if order.scenario not in (None, scenario_of(journal, record.run)):
        raise BadInput(
            f"run {record.run} is of {record.scenario}, which is not the scenario given here; "
            "leave the scenario out to go on with it, or choose another run id"
        )
    return record


def begin(journal: Journal, order: Order) -> Performance:
    """Own the run that an order means: a new one, or an unfinished one that goes on."""
    record = find(journal, order)
    if record is not None:
        return resume(journal, record.run)
    if order.scenario is None:
        raise BadInput("name a scenario, or a run to go on with")
    return start(journal, order.scenario, order.seed, order.run)


def scenario_of(journal: Journal, run: str) -> Scenario:
    """Return the full scenario that a stored run is of.

    Raises
    ------
    BadInput
        If it has none: it is the log of a fleet from elsewhere.
    """
    sealed = journal.sealed(run).scenario
    if OUTSIDE in sealed:
        raise BadInput(f"{run} is the log of a fleet from elsewhere, which nothing here can play")
    return Scenario.model_validate(sealed)


def stored_summary(journal: Journal, record: RunRecord) -> Summary:
    """Return the summary of a stored run; of one that is not over, as it stands."""
    if record.summary:
        return Summary.model_validate(record.summary)
    return conclude(journal, rebuild(journal, record.run), record.state)


def resume(journal: Journal, run: str) -> Performance:
    """Own an unfinished run again, standing where its last commit left it.

    Raises
    ------
    UnknownRun
        If there is no such run.
    RunInUse
        If another live process owns it; the message names its pid.
    CorruptJournal
        If its log is not what was written.
    """
    claim = journal.claim(run)
    try:
        stage = rebuild(journal, run)
    except BaseException:
        journal.release(claim)
        raise
    return Performance(journal, claim, stage)


def unfinished(journal: Journal) -> list[RunRecord]:
    """Return the runs that could go on and that nobody plays, the oldest first."""
    return [
        record for record in journal.runs()[::-1] if not record.is_finished and not record.is_live
    ]


def shared_history(journal: Journal, run: str) -> Callable[[], Iterator[Entry]]:
    """Return what reads the events that a fork shares with its parent; of others, none."""
    seq = journal.run(run).fork_seq
    return lambda: journal.entries(run, limit=seq)


def conclude(
    journal: Journal, stage: Stage, status: str, beside: dict[str, Stage] | None = None
) -> Summary:
    """Return the summary of a run as it stands; of a fork, beside its parent."""
    summary = summarise(stage, beside or {}, status)
    run = stage.log.run
    asked = quiz.report(journal, run, stage.seed)
    beside_log = {"cost": cost_of(spent_on(journal, run)), "quiz": asked}
    summary = summary.model_copy(update=beside_log)
    origin = journal.run(run).origin
    if origin is None:
        return summary
    tally = Tally(stage.tally.resource)
    for entry in journal.entries(origin.parent):
        tally.fold(entry.event)
    report = fork_report(origin, stage, beside or {}, tally.curve)
    return summary.model_copy(update={"fork": report})


def rebuild(journal: Journal, run: str) -> Stage:
    """Return the stage of a stored run, with every fold brought up to its last commit."""
    stage = restage(journal, run)
    stage.log.replay(journal.entries(run))
    stage.watch.drain()
    return stage


def restage(journal: Journal, run: str) -> Stage:
    """Return the stage of a stored run as it stood before its first event."""
    return assemble(scenario_of(journal, run), journal.run(run).seed, run)
