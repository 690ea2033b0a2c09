"""The runs that this process plays: begun once, bounded in number, stopped without loss."""

import asyncio
import logging
from dataclasses import dataclass
from hashlib import sha256

from starlette.exceptions import HTTPException

from memory.claim import this_process
from memory.errors import SuperorganismError, UnknownRun
from memory.journal import Journal, RunRecord
from orchestrator import conduct
from orchestrator.compose import seal
from orchestrator.conduct import Performance
from orchestrator.discretion import discreet
from orchestrator.engine import Listeners
from scenarios.spec import Scenario

RUNS_AT_ONCE = 64
"""How many runs one server plays at a time; they share its event loop."""

FAILURES_KEPT = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What to play: a checked scenario and a seed; and how: at what pace, beside what."""

    scenario: Scenario
    seed: int
    rounds_per_second: float | None = None
    with_references: bool = True


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
        self._failures: dict[str, str] = {}

    def begin(self, order: Order, key: str | None = None) -> RunRecord:
        """Start a new run, under an idempotency key if there is one; return it as it stands."""
        if len(self._playing) >= self._runs_at_once:
            raise HTTPException(
                429,
                f"{len(self._playing)} runs are being played; wait until one is over",
                {"Retry-After": "5"},
            )
        run = None if key is None else run_id(key)
        performance = conduct.start(self._journal, order.scenario, order.seed, run)
        name = performance.run
        self._playing[name] = self._group.create_task(self._play(performance, order), name=name)
        return self._journal.run(name)

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
            raise HTTPException(
                409,
                f"this Idempotency-Key began {record.run}, which has another scenario or seed; "
                "use a new key for a new run",
            )
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

    async def _play(self, performance: Performance, order: Order) -> None:
        pace = Listeners(rounds_per_second=order.rounds_per_second)
        try:
            await performance.play(pace, with_references=order.with_references)
        except SuperorganismError as error:
            self._failed(performance.run, str(error))
        except Exception as error:
            # Its text may quote what a policy or a model was told: that stays in the log.
            self._failed(performance.run, f"{type(error).__name__}; the server's log says more")
        finally:
            del self._playing[performance.run]

    def _failed(self, run: str, reason: str) -> None:
        log.exception("run %s was broken off", run)
        self._failures[run] = discreet(reason)
        if len(self._failures) > FAILURES_KEPT:
            del self._failures[next(iter(self._failures))]


def run_id(key: str) -> str:
    """Return the id of the run that an idempotency key stands for.

    Examples
    --------
    >>> run_id("nightly-2026-11-20") == run_id("nightly-2026-11-20") != run_id("another")
    True
    """
    return f"r_{sha256(key.encode()).hexdigest()[:16]}"
