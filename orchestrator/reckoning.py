"""What the ingredients of the line did: a fold that counts, and the report of it.

What was handed over is counted in lines: as they were written, and as a successor was shown them.
"""

from collections import Counter
from typing import ClassVar

from pydantic import Field

from memory.envelope import Event, Frozen
from memory.events import DocumentRead, NoteRead, NoteWritten, ReflexActed, Stuck
from orchestrator.parts import Parts
from scenarios.library import Library
from scenarios.notebook import LESSONS
from subagents.policy import is_handoff


class LineReport(Frozen):
    """What came of a line's ingredients.

    Attributes
    ----------
    fidelity
        The share of the lines handed over that reached a successor; None where none were.
    looked_up, misled
        How often a document was read; and how often it was one that is wrong.
    lessons
        How often a lesson was written down.
    reflexes
        How often each rule acted.
    stuck
        How often an agent made no progress for as long as the scenario says.
    authority
        Scopes of authority that the workers hold at the end.
    """

    fidelity: float | None = None
    looked_up: int = 0
    misled: int = 0
    lessons: int = 0
    reflexes: dict[str, int] = Field(default_factory=dict)
    stuck: int = 0
    authority: int = 0


class Reckoning:
    """Counts what the line's ingredients do.

    Examples
    --------
    >>> where = {"round": 1, "worker": "w01", "key": "k"}
    >>> reckoning = Reckoning()
    >>> for event in (
    ...     NoteWritten(seq=1, agent="w01.1", note="n_001", version=1, name="handoff",
    ...                 scope="worker", text="one two", lost=1, **where),
    ...     NoteRead(seq=2, agent="w01.2", note="n_001", version=1, **where),
    ... ):
    ...     reckoning.fold(event)
    >>> reckoning.fidelity
    0.5
    """

    folds: ClassVar[tuple[type[Event], ...]] = (
        *(NoteWritten, NoteRead),
        *(DocumentRead, ReflexActed, Stuck),
    )
    """The kinds of events that change it."""

    def __init__(self, library: Library | None = None) -> None:
        self._library = library
        self._left: dict[str, NoteWritten] = {}
        self._written = self._arrived = 0
        self.looked_up = self.misled = self.lessons = self.stuck = 0
        self.reflexes: Counter[str] = Counter()

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is NoteWritten:
            if is_handoff(event.name):
                self._left[event.note] = event
            elif event.name == LESSONS and event.scope == "worker":
                self.lessons += 1
        elif type(event) is NoteRead:
            self._read(event)
        elif type(event) is DocumentRead:
            self.looked_up += 1
            library = self._library
            self.misled += library is not None and library.misleads(event.term, event.round)
        elif type(event) is ReflexActed:
            self.reflexes[event.rule] += 1
        elif type(event) is Stuck:
            self.stuck += 1

    def _read(self, event: NoteRead) -> None:
        """Count a handoff when it is read for the first time by another than its author."""
        left = self._left.get(event.note)
        if left is None or left.agent == event.agent or left.version != event.version:
            return
        del self._left[event.note]
        shown = left.text[: event.shown] if event.shown else left.text
        self._written += len(left.text.splitlines()) + left.lost
        # A line that was cut in its midst has not arrived.
        whole = shown if len(shown) == len(left.text) else shown.rpartition("\n")[0]
        self._arrived += len(whole.splitlines())

    @property
    def fidelity(self) -> float | None:
        """The share of the lines handed over that reached a successor."""
        return self._arrived / self._written if self._written else None


def report_on_line(
    parts: Parts, reckoning: Reckoning, workers: tuple[str, ...]
) -> LineReport | None:
    """Return what came of a line's ingredients; nothing where none is switched on."""
    if not parts.are_on:
        return None
    harness, fidelity = parts.harness, reckoning.fidelity
    return LineReport(
        fidelity=None if fidelity is None else round(fidelity, 6),
        looked_up=reckoning.looked_up,
        misled=reckoning.misled,
        lessons=reckoning.lessons,
        reflexes=dict(sorted(reckoning.reflexes.items())),
        stuck=reckoning.stuck,
        authority=sum(map(harness.scopes, workers)) if harness else 0,
    )
