"""What came of tasks, as the closing screen tells it: said to be done beside truly done."""

from collections.abc import Iterator

from rich.text import Text

from orchestrator.cli.ending import Ending
from orchestrator.cli.ink import amount, safe, share
from orchestrator.progress import TaskReport

HEADER = (
    *("", "said done", "done", "of tasks", "steps said", "steps true"),
    *("tries a step", "minutes", "a task done"),
)
"""``steps said`` and ``steps true`` are shares of those begun; ``a task done`` is in minutes."""

SPARE = ("tries a step", "steps said", "of tasks", "minutes", "steps true")
"""What a narrow screen goes without, in this order."""


def task_rows(ending: Ending) -> Iterator[list[Text]]:
    """Yield what came of this run's tasks, and of its references'; nothing where there are none."""
    summary = ending.summary
    if summary.tasks is None:
        return
    yield _row(Text("this run", "strong"), summary.tasks)
    for name, reference in summary.references.items():
        if reference.tasks is not None:
            yield _row(Text(safe(f"{name} reference")), reference.tasks)


def _row(name: Text, report: TaskReport) -> list[Text]:
    each, tries = report.minutes_a_success, report.tries
    return [
        name,
        Text(f"{report.claimed}", "" if report.claimed == report.done else "warn"),
        Text(f"{report.done}"),
        Text(f"{report.tasks}", "quiet"),
        Text(share(report.progress_claimed)),
        Text(share(report.progress_true)),
        Text("" if tries is None else f"{tries:.2f}"),
        Text(amount(report.minutes)),
        Text("never" if each is None else amount(each)),
    ]


def told(report: TaskReport) -> str:
    """Return in words what was done of the tasks.

    Examples
    --------
    >>> told(TaskReport(tasks=9, claimed=7, done=6, minutes=900, minutes_a_success=150.0,
    ...                 tries=1.2, checks=40, progress_claimed=0.9, progress_true=0.8))
    'did 6 of 9 tasks, though they say 7, at 150 minutes of work for each'
    """
    said = f", though they say {report.claimed}" if report.claimed != report.done else ""
    each = report.minutes_a_success
    cost = "" if each is None else f", at {amount(each)} minutes of work for each"
    return f"did {report.done} of {report.tasks} tasks{said}{cost}"
