"""What came of tasks, on the closing screen and in the list of events."""

import asyncio
import io

import pytest
from rich.console import Console

from memory.events import StepChecked, StepDone, TaskClosed, TaskTaken
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.cli import ink
from orchestrator.cli.closing import Closing
from orchestrator.cli.ending import stored_ending
from orchestrator.cli.telling import Span, lines, tell
from orchestrator.conduct import load


@pytest.fixture
def journal(tmp_path: object) -> Journal:
    """Return a journal with one finished run of tasks, ``r_1``."""
    journal = Journal.open(f"{tmp_path}/journal.db")
    changes = ("world.rounds=40", "world.tasks.count=8", "assembly_line.tests=null")
    performance = conduct.start(journal, load("assembly_line", changes), seed=7, run="r_1")
    asyncio.run(performance.play())
    return journal


def shown(journal: Journal, width: int = 100) -> str:
    console = Console(theme=ink.TERMINAL, file=io.StringIO(), width=width, _environ={})
    console.print(Closing(stored_ending(journal, journal.run("r_1"))), crop=False)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_closing_screen_sets_what_is_said_beside_what_is_done(journal: Journal) -> None:
    summary = conduct.stored_summary(journal, journal.run("r_1"))
    tasks = summary.tasks
    assert tasks is not None and tasks.claimed > tasks.done
    with journal:
        text = shown(journal)
        narrow = shown(journal, width=60)
    said = f"did {tasks.done} of 8 tasks, though they say {tasks.claimed}"
    assert said in " ".join(text.split())
    assert "minutes of work for each" in " ".join(text.split())
    for name in ("this run", "honest reference", "said done", "steps true", "a task done"):
        assert name in text
    assert "Excess so far" not in text and "taken, gpu_h" not in text
    assert "said done" in narrow and max(map(len, narrow.splitlines()[:12])) <= 60


def test_events_of_tasks_are_told_in_words(journal: Journal) -> None:
    with journal:
        text = "\n".join(lines(journal, Span("r_1")))
    for part in ("takes t", "under token 1, until round", "handed in, from", "is closed: done"):
        assert part in text
    checked = StepChecked(seq=1, round=1, key="k", task="t1", step=2, accepted=False)
    assert tell(checked, {}) == "step 2 of t1 checked: not accepted"
    assert {each.model_fields["kind"].default for each in (TaskTaken, StepDone, TaskClosed)} == {
        "task_taken",
        "step_done",
        "task_closed",
    }
