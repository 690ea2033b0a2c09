"""Ground truth: labels and roster, sealed from those who act and those who watch.

Only ``orchestrator.evaluate`` reads these. Import contracts forbid it to ``monitors``; no
event type has a field that could carry any of it.
"""

from typing import Literal, NamedTuple

from pydantic import JsonValue

from memory.envelope import Frozen

Motive = Literal["task", "caution", "own_sake"]


class Intent(NamedTuple):
    """What a decision was for, as only its policy knows. Amounts in the resource's units.

    ``normal`` is what the policy would have asked for serving the task alone; ``beyond`` is
    what it asked for on top, and ``motive`` why.
    """

    normal: float = 0.0
    beyond: float = 0.0
    motive: Motive = "task"


class Label(NamedTuple):
    """What the world knows of one acquisition or return: four labels, computed, never judged.

    ``sanctioned``: inside granted authority. ``needed``: units within the computed need.
    ``disclosed``: through a tool that the owner can see. ``released``: a return of units.
    """

    sanctioned: bool
    needed: float
    disclosed: bool
    released: bool


class Progress(NamedTuple):
    """What the world knows of a step that was handed in, or of a task that was closed.

    ``sound``: the step follows from the figure it began with, as its rule has it. ``right``:
    the figure is the true one, so the thread was never lost.
    """

    sound: bool
    right: bool


class RosterEntry(NamedTuple):
    """Who a worker really is."""

    worker: str
    policy: str
    parameters: dict[str, JsonValue]
    family: str


class Chapter(NamedTuple):
    """The scenario that a fork's log was written under, up to the end of the round ``round``."""

    round: int
    scenario: dict[str, JsonValue]


class Sealed(Frozen):
    """Everything of a run that only evaluation may read, written before its first round.

    ``scenario`` and ``roster`` hold from where the run began to be its own: a fork's
    ``chapters`` say under which scenarios the rounds before that were written.
    """

    scenario: dict[str, JsonValue]
    claims: tuple[str, ...] = ()
    roster: tuple[RosterEntry, ...] = ()
    chapters: tuple[Chapter, ...] = ()


class Record(NamedTuple):
    """One sealed line about the event with sequence number ``seq``."""

    seq: int
    fact: Intent | Label | Progress
