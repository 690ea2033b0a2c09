"""The studies that this process has played: in processes of their own, one group for each.

Their runs would keep the server's event loop from everyone else. What they commit lies in the
journal, so a study that is broken off goes on where it was left when it is asked for again.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from multiprocessing import active_children
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException

from memory.errors import SuperorganismError
from memory.journal import Journal
from orchestrator.answers import Budget
from orchestrator.crew import crew
from orchestrator.discretion import discreet
from orchestrator.evaluation.question import Plan, answer
from orchestrator.evaluation.question import jobs_of as runs_of
from orchestrator.evaluation.trial import Trial, play_trial
from orchestrator.experiment.sweep import Sweep, jobs_of, play_job

STUDIES_AT_ONCE = 2
"""How many studies one server plays at a time."""

PATIENCE_S = 5
"""How long to wait, in seconds, for a process that was told to leave."""

log = logging.getLogger(__name__)


class Work(NamedTuple):
    """What a study takes: a function of a module, and the values it is called with."""

    do: Callable[[Any], Any]
    jobs: Sequence[Any]
    at_once: int


class Laboratory:
    """Plays studies, and knows which of them it plays.

    Parameters
    ----------
    journal, place
        Where their runs go down, and how another process finds it.
    tasks
        The group that the work belongs to; whoever opened it waits for it.
    """

    def __init__(self, journal: Journal, place: str, tasks: asyncio.TaskGroup) -> None:
        self._journal = journal
        self._place = place
        self._group = tasks
        self._playing: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, str] = {}

    def begin_sweep(self, sweep: Sweep, at_once: int, budget: Budget) -> None:
        """Play what is left of a sweep; one that is played here already goes on as it is."""
        name = sweep.study.name
        if name not in self._playing:
            self._check_room()
            jobs = list(jobs_of(sweep, self._place, budget))
            self._own(name, self._sweep(name, Work(play_job, jobs, at_once)))

    def begin_inquiry(self, name: str, planned: Plan, at_once: int) -> None:
        """Play the runs of an inquiry that is written down, and keep its answer."""
        jobs = list(runs_of(planned))
        self._own(name, self._inquire(name, planned, Work(play_trial, jobs, at_once)))

    def check_room(self) -> None:
        """Refuse another study while there are enough."""
        self._check_room()

    @property
    def playing(self) -> int:
        """How many studies are being played here."""
        return len(self._playing)

    def is_playing(self, study: str) -> bool:
        """Whether this process is at work on a study."""
        return study in self._playing

    def failure(self, study: str) -> str:
        """Return why a study was broken off here, if it was."""
        return self._failures.get(study, "")

    async def stop(self, study: str) -> None:
        """Play a study no further; what its runs committed stays."""
        if task := self._playing.get(study):
            task.cancel()
            await asyncio.wait([task])

    def close(self) -> None:
        """Stop every study where it stands."""
        for task in self._playing.values():
            task.cancel()

    def _check_room(self) -> None:
        if len(self._playing) >= STUDIES_AT_ONCE:
            raise HTTPException(
                429,
                f"{len(self._playing)} studies are being played; wait until one is over",
                {"Retry-After": "30"},
            )

    def _own(self, name: str, work: Any) -> None:
        self._failures.pop(name, None)
        self._playing[name] = self._group.create_task(self._guarded(name, work), name=name)

    async def _guarded(self, name: str, work: Any) -> None:
        try:
            await work
        except SuperorganismError as error:
            self._failed(name, str(error))
        except Exception as error:
            self._failed(name, f"{type(error).__name__}; the server's log says more")
        finally:
            del self._playing[name]

    def _failed(self, name: str, reason: str) -> None:
        log.exception("study %s was broken off", name)
        self._failures[name] = discreet(reason)

    async def _sweep(self, name: str, work: Work) -> None:
        await _done(work, lambda _: None)

    async def _inquire(self, name: str, planned: Plan, work: Work) -> None:
        inquiries, trials = self._journal.inquiries, list[Trial]()

        def keep(trial: Trial) -> None:
            trials.append(trial)
            inquiries.advance(name, len(trials))

        try:
            await _done(work, keep)
            found = await asyncio.to_thread(answer, planned, trials)
            inquiries.conclude(name, found.model_dump(mode="json"))
        except Exception as error:
            inquiries.break_off(name, discreet(f"{type(error).__name__}: {error}"))
            raise
        except BaseException:
            inquiries.break_off(name)
            raise


async def _done(work: Work, tell: Callable[[Any], None]) -> None:
    """Do all of a study's jobs in processes of their own, and tell what comes of each."""
    if not work.jobs:
        return
    before = set(active_children())
    pool = crew(min(work.at_once, len(work.jobs)))
    loop = asyncio.get_running_loop()
    futures = [loop.run_in_executor(pool, work.do, job) for job in work.jobs]
    ours = set(active_children()) - before
    try:
        for future in asyncio.as_completed(futures):
            tell(await future)
    except BaseException:
        # Whoever is in the middle of a job may go: what counts is committed.
        for process in ours:
            process.terminate()
        await asyncio.gather(*futures, return_exceptions=True)
        for process in ours:
            await asyncio.to_thread(process.join, PATIENCE_S)
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
