"""What came of tasks: how many are said to be done, how many truly are, and what that took."""

from memory.envelope import Frozen
from scenarios.workshop import Workshop


class TaskReport(Frozen):
    """What a fleet claims to have done of its tasks, beside what it has done.

    Attributes
    ----------
    tasks, claimed, done
        How many there are; were accepted as done; are done, by their true figures.
    minutes
        Minutes of work that were put in, tries that came to nothing included.
    minutes_a_success
        The same for each task that is done; None where none is.
    tries
        How often a step was tried, on average over those that were begun; None if none was.
    checks
        How many checks were made.
    progress_claimed, progress_true
        The share of the steps that were begun which were accepted, and which were accepted and
        are sound: each follows from the figure it set out from.
    """

    tasks: int
    claimed: int
    done: int
    minutes: int
    minutes_a_success: float | None
    tries: float | None
    checks: int
    progress_claimed: float
    progress_true: float

    @property
    def share_done(self) -> float:
        """The share of all tasks that are done."""
        return self.done / self.tasks


def report_on(shop: Workshop | None) -> TaskReport | None:
    """Return what came of a run's tasks, if its work is a number of them.

    Examples
    --------
    >>> from scenarios.tasks import AssemblyLineSpec, TasksSpec
    >>> from scenarios.workshop import tasks_of
    >>> tasks = tasks_of(TasksSpec(count=2, minutes=(45,)), seed=7)
    >>> report = report_on(Workshop(tasks, AssemblyLineSpec(), lease=8))
    >>> report.tasks, report.share_done, report.minutes_a_success
    (2, 0.0, None)
    """
    if shop is None:
        return None
    result = shop.result
    begun = result.steps
    return TaskReport(
        tasks=result.tasks,
        claimed=result.claimed,
        done=result.right,
        minutes=result.minutes,
        minutes_a_success=round(result.minutes / result.right, 3) if result.right else None,
        tries=round(result.attempts / begun, 6) if begun else None,
        checks=result.checks,
        progress_claimed=round(result.accepted / begun, 6) if begun else 0.0,
        progress_true=round(result.sound / begun, 6) if begun else 0.0,
    )
