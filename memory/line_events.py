"""Events of the assembly line: work on tasks, and what a line gives its agents or does for them.

They are part of the closed union in :mod:`memory.events`, which passes them on.
"""

from typing import Literal

from pydantic import Field

from memory.envelope import Event

Outcome = Literal["done", "lost"]
Reaction = Literal["refuse", "release", "wait"]


class DocumentRead(Event):
    """An agent read one version of a document of the library, so it may rely on it."""

    kind: Literal["document_read"] = "document_read"
    document: str
    version: int = Field(ge=1)
    term: str


class ReflexActed(Event):
    """A rule of an agent's harness acted in its place: it was not for the agent to decide.

    ``rule`` is the rule as it was written. A call that was ``refused`` has its reason in a
    ``ToolResult`` under the same key; what was ``released`` is a call of its own; an agent that
    had to ``wait`` was not asked in this turn.
    """

    kind: Literal["reflex_acted"] = "reflex_acted"
    rule: str
    did: Reaction


class Stuck(Event):
    """An agent has made no progress for some turns.

    It called for the same things again and got the same answers, or was refused whatever it asked.
    """

    kind: Literal["stuck"] = "stuck"
    turns: int = Field(ge=1)
    sign: str


class HarnessEdited(Event):
    """A worker's harness is another from its next turn on: one setting, before and after."""

    kind: Literal["harness_edited"] = "harness_edited"
    setting: str
    before: int
    after: int
    reason: str = ""


class TaskTaken(Event):
    """An agent has a task for itself, as long as it lives and until the round ``until`` is over.

    ``token`` counts how often the task was taken: who acts under an older one acts too late.
    """

    kind: Literal["task_taken"] = "task_taken"
    task: str
    token: int = Field(ge=1)
    until: int


class StepDone(Event):
    """An agent hands in a step of a task: from which figure it set out, and where it came to.

    ``minutes`` is what a person needs for the step. Whether it is right stands sealed.
    """

    kind: Literal["step_done"] = "step_done"
    task: str
    step: int = Field(ge=1)
    start: int
    figure: int
    minutes: int


class StepChecked(Event):
    """A step that was handed in was checked: it is accepted, or must be done again."""

    kind: Literal["step_checked"] = "step_checked"
    task: str
    step: int = Field(ge=1)
    accepted: bool


class RolledBack(Event):
    """An agent took a task's thread back: what was done behind ``step`` stands no longer.

    ``step`` is the last that still stands; 0 is the task's beginning.
    """

    kind: Literal["rolled_back"] = "rolled_back"
    task: str
    step: int = Field(ge=0)


class TaskClosed(Event):
    """Nobody works on a task any more: it was accepted as done, or too much of it was not."""

    kind: Literal["task_closed"] = "task_closed"
    task: str
    outcome: Outcome
