"""Recovery: after a crash, every run that nobody plays goes on from its last commit."""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from memory.errors import RunInUse
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.answers import Budget
from orchestrator.evaluate import Summary


class Recovered(NamedTuple):
    """What came of letting one run go on: its summary, or the error that kept it from its end.

    ``round`` is the one after which it went on. A run that some other process plays by now is
    left alone: its error is :class:`~memory.errors.RunInUse`.
    """

    run: str
    round: int
    summary: Summary | None = None
    error: Exception | None = None

    @property
    def is_left_alone(self) -> bool:
        """Whether another process plays it."""
        return isinstance(self.error, RunInUse)


async def recover(
    journal: Journal,
    runs: Iterable[str],
    tell: Callable[[Recovered], None],
    *,
    at_once: int = 1,
    with_references: bool = True,
    budget: Budget | None = None,
) -> None:
    """Let runs go on to their ends, and tell of each as it ends.

    One that fails keeps no other from going on. When this is cancelled, every run gives up its
    claim and can be resumed again.

    Parameters
    ----------
    journal
        Where the runs lie.
    runs
        Their ids; see :func:`orchestrator.conduct.unfinished`.
    tell
        Called with what came of each, when it has ended.
    at_once
        How many are played side by side, in this event loop.
    with_references
        Whether to play each run's references, too.
    budget
        What the models of each run may cost.
    """
    waiting = iter(list(runs))

    async def play() -> None:
        for run in waiting:
            tell(await _recover(journal, run, with_references, budget))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(play())


async def _recover(
    journal: Journal, run: str, with_references: bool, budget: Budget | None
) -> Recovered:
    round = 0
    try:
        round = journal.run(run).round
        performance = conduct.resume(journal, run)
        summary = await performance.play(with_references=with_references, budget=budget)
    except Exception as error:
        # Whatever it is, it is told; the other runs are not to blame for it.
        return Recovered(run, round, error=error)
    return Recovered(run, round, summary)
