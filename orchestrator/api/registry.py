"""The runs that this process plays: begun once, bounded in number, stopped without loss."""

import asyncio
import logging
from hashlib import sha256
from typing import NamedTuple

from starlette.exceptions import HTTPException

from memory.claim import this_process
from memory.errors import BudgetSpent, StaleClaim, SuperorganismError, UnknownRun
from memory.journal import Journal, RunRecord
from orchestrator import conduct, halt
from orchestrator.answers import Budget
from orchestrator.compose import seal
from orchestrator.conduct import Performance
from orchestrator.discretion import discreet
from orchestrator.engine import Listeners
from orchestrator.fork import cut, fork
from orchestrator.stage import Stage
from scenarios.spec import Scenario
from subagents.exchange import Spent

RUNS_AT_ONCE = 64
"""How many runs one server plays at a time; they share its event loop."""

FAILURES_KEPT = 1000

log = logging.getLogger(__name__)


class Manner(NamedTuple):
    """How to play a run: at what pace, beside what, and what its models may cost."""

    rounds_per_second: float | None = None
    with_references: bool = True
    budget: Budget = Budget()


class Order(NamedTuple):
    """What to play: a checked scenario and a seed; and how."""

    scenario: Scenario
    seed: int
    manner: Manner = Manner()


class Branch(NamedTuple):
    """A fork to begin: whom to leave, at which event, what differs then, and the new run's id."""

    parent: str
    at: int
    changes: tuple[str, ...] = ()
    run: str | None = None


class Registry:
    """Plays runs in the server's own event loop, each as a task of one group.

    Parameters
    ----------
    journal
        Where the runs go down. Other processes may use it at the same time.
    tasks
        The group the runs belong to; whoever opened it waits for them.
    runs_at_once
        Beyond so many, :meth:`begin` refuses with 429.
    """

    def __init__(
        self, journal: Journal, tasks: asyncio.TaskGroup, runs_at_once: int = RUNS_AT_ONCE
    ) -> None:
        self._journal = journal
        self._group = tasks
        self._runs_at_once = runs_at_once
        self._playing: dict[str, asyncio.Task[None]] = {}
        self._stages: dict[str, Stage] = {}
        self._failures: dict[str, str] = {}
        self._budgets: dict[str, Budget] = {}
        self._spent: set[str] = set()

    def begin(self, order: Order, key: str | None = None) -> RunRecord:
        """Start a new run, under an idempotency key if there is one; return it as it stands."""
        self._check_room()
        run = None if key is None else run_id(key)
        performance = conduct.start(self._journal, order.scenario, order.seed, run)
        return self._own(performance, order.manner)

    async def resume(self, run: str, manner: Manner) -> RunRecord:
        """Let an unfinished run go on from its last commit; return it as it stands."""
        self._check_room()
        # Reading a long log again takes its time, which the event loop is spared.
        performance = await asyncio.to_thread(conduct.resume, self._journal, run)
        self._failures.pop(run, None)
        self._spent.discard(run)
        return self._own(performance, manner)

    async def fork(self, branch: Branch, manner: Manner) -> RunRecord:
        """Let a new run leave another where a round of it ended; return it as it stands."""
        self._check_room()
        performance = await asyncio.to_thread(
            fork, self._journal, branch.parent, branch.at, branch.changes, branch.run
        )
        return self._own(performance, manner)

    async def pause(self, run: str) -> RunRecord:
        """Let a run stand still, whoever plays it; return it as it then stands."""
        await self._stop(run)
        return await asyncio.to_thread(halt.pause, self._journal, run)

    async def cancel(self, run: str) -> RunRecord:
        """End a run for good, whoever plays it; return it as it then stands."""
        await self._stop(run)
        return await asyncio.to_thread(halt.cancel, self._journal, run)

    async def _stop(self, run: str) -> None:
        """Play a run no further that is played here; it gives its claim up by itself."""
        if task := self._playing.get(run):
            task.cancel()
            await asyncio.wait([task])

    def _check_room(self) -> None:
        if len(self._playing) >= self._runs_at_once:
            raise HTTPException(
                429,
                f"{len(self._playing)} runs are being played; wait until one is over",
                {"Retry-After": "5"},
            )

    def _own(self, performance: Performance, manner: Manner) -> RunRecord:
        name = performance.run
        self._stages[name] = performance.stage
        self._budgets[name] = manner.budget
        self._playing[name] = self._group.create_task(self._play(performance, manner), name=name)
        return self._journal.run(name)

    @property
    def playing(self) -> int:
        """How many runs are being played here."""
        return len(self._playing)

    def spent(self, run: str) -> Spent | None:
        """Return what the models of a run have cost so far, where it is played here."""
        stage = self._stages.get(run)
        return stage.spent if stage else None

    def budget(self, run: str) -> Budget:
        """Return what the models of a run may cost, as this server was told."""
        return self._budgets.get(run, Budget())

    def has_spent(self, run: str) -> bool:
        """Whether a run was broken off here because its budget was used up."""
        return run in self._spent

    def begun(self, order: Order, key: str) -> RunRecord | None:
        """Return the run that was begun under an idempotency key, by any server on this store.

        The run's id follows from the key and what it plays lies in the journal, so a key holds
        for as long as its run does.
        """
        try:
            record = self._journal.run(run_id(key))
        except UnknownRun:
            return None
        ordered = seal(order.scenario, order.seed)
        if record.seed != order.seed or self._journal.sealed(record.run) != ordered:
            raise _other(record, "which has another scenario or seed")
        return record

    def forked(self, branch: Branch, after: Scenario, key: str) -> RunRecord | None:
        """Return the fork that was begun under an idempotency key, by any server on this store."""
        try:
            record = self._journal.run(run_id(key))
        except UnknownRun:
            return None
        is_same = record.parent == branch.parent
        if not is_same or record.origin != cut(self._journal, branch.parent, branch.at):
            raise _other(record, "which is no such fork")
        if self._journal.sealed(record.run).scenario != seal(after, record.seed).scenario:
            raise _other(record, "which is a fork with other changes")
        return record

    def failure(self, run: str) -> str | None:
        """Return why a run that this process played was broken off, if it was."""
        return self._failures.get(run)

    def is_live(self, record: RunRecord) -> bool:
        """Whether a process is at work on a run.

        Of a run that was broken off because its journal could not be written, the journal still
        names this process.
        """
        is_broken_off = record.run in self._failures and record.owner == this_process()
        return record.is_live and not is_broken_off

    def close(self) -> None:
        """Stop every run where it stands; each can be resumed from its last commit."""
        for task in self._playing.values():
            task.cancel()

    async def _play(self, performance: Performance, manner: Manner) -> None:
        pace = Listeners(rounds_per_second=manner.rounds_per_second)
        try:
            await performance.play(
                pace, with_references=manner.with_references, budget=manner.budget
            )
        except BudgetSpent as error:
            self._spent.add(performance.run)
            self._failed(performance.run, f"{error}; resume it under a larger budget")
        except StaleClaim as error:
            # Stopped or taken over by somebody, which is no fault: it is said, and that is all.
            log.info("%s", error)
            self._keep(performance.run, str(error))
        except SuperorganismError as error:
            self._failed(performance.run, str(error))
        except Exception as error:
            # Its text may quote what a policy or a model was told: that stays in the log.
            self._failed(performance.run, f"{type(error).__name__}; the server's log says more")
        finally:
            del self._playing[performance.run]
            del self._stages[performance.run]

    def _failed(self, run: str, reason: str) -> None:
        log.exception("run %s was broken off", run)
        self._keep(run, reason)

    def _keep(self, run: str, reason: str) -> None:
        self._failures[run] = discreet(reason)
        if len(self._failures) > FAILURES_KEPT:
            oldest = next(iter(self._failures))
            del self._failures[oldest]
            self._spent.discard(oldest)


def _other(record: RunRecord, why: str) -> HTTPException:
    return HTTPException(
        409, f"this Idempotency-Key began {record.run}, {why}; use a new key for a new run"
    )


def run_id(key: str) -> str:
    """Return the id of the run that an idempotency key stands for.

    Examples
    --------
    >>> run_id("nightly-2026-11-20") == run_id("nightly-2026-11-20") != run_id("another")
    True
    """
    return f"r_{sha256(key.encode()).hexdigest()[:16]}"
