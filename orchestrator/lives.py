"""Who lives now in each worker's chain, and what each agent has seen of its life: a fold."""

from dataclasses import dataclass, field
from typing import ClassVar

from memory.envelope import Actor, Event
from memory.events import (
    Decided,
    EpisodeEnded,
    EpisodeStarted,
    NoteRead,
    NoteWritten,
    Stuck,
    ToolResult,
)
from memory.notes import Note, Notes
from subagents.policy import Memo, Outcome

MEMOS_KEPT = 32
"""An agent's context is bounded: of the notes it has seen, it keeps this many newest."""


def memo_of(note: Note) -> Memo:
    """Return a note as an agent reads it."""
    return Memo(note.name, note.version, note.text, note.author.agent or "", note.claim)


@dataclass(slots=True)
class Life:
    """One agent, from brief to handoff: the part of its context that the log can rebuild."""

    actor: Actor
    life: int
    turn: int = 0
    is_over: bool = False
    has_finished: bool = False
    memos: dict[str, Memo] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()

    def remember(self, note: str, memo: Memo) -> None:
        """Put a note on top of what the agent has seen."""
        self.memos.pop(note, None)
        self.memos[note] = memo
        if len(self.memos) > MEMOS_KEPT:
            del self.memos[next(iter(self.memos))]


class Lives:
    """Each worker's newest generation, folded from the log; so a resumed run finds it again.

    ``births`` is how many agents have lived, ``turns`` how many turns they took in all.
    """

    folds: ClassVar[tuple[type[Event], ...]] = (
        EpisodeStarted,
        Decided,
        ToolResult,
        NoteRead,
        NoteWritten,
        Stuck,
        EpisodeEnded,
    )
    """The kinds of events that change it."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._lives: dict[str | None, Life] = {}
        self._generations: dict[str, list[Life]] = {}
        self.births = self.turns = 0

    def of(self, agent: str | None) -> Life | None:
        """Return the life of an agent of its worker's newest generation; it may be over."""
        return self._lives.get(agent)

    def newest(self, worker: str) -> Life | None:
        """Return the worker's newest life, which may be over; of several, the last one born."""
        lives = self._generations.get(worker)
        return lives[-1] if lives else None

    def living(self) -> list[Life]:
        """Return every life that is not over, in the order of its worker's first birth."""
        return [life for lives in self._generations.values() for life in lives if not life.is_over]

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is EpisodeStarted:
            self._begin(event)
            return
        life = self._lives.get(event.agent)
        if life is None:
            return
        if type(event) is ToolResult:
            life.outcomes += (Outcome(event.tool, event.message, event.error),)
            if event.tool == "finish" and not event.error:
                life.has_finished = True
        elif type(event) is Decided:
            self.turns += 1
            life.turn = event.turn
            life.outcomes = ()
        elif type(event) is NoteRead or type(event) is NoteWritten:
            # The version it read, though another may have been written since it was shown.
            read = self._notes.version(event.note, event.version) or self._notes[event.note]
            shown = event.shown if type(event) is NoteRead else 0
            life.remember(
                event.note, memo_of(read._replace(text=read.text[:shown]) if shown else read)
            )
        elif type(event) is Stuck:
            life.outcomes += (Outcome("progress", "", told(event)),)
        elif type(event) is EpisodeEnded:
            life.is_over = True

    def _begin(self, birth: EpisodeStarted) -> None:
        self.births += 1
        life = self._lives[birth.agent] = Life(birth.actor, birth.life)
        lives = self._generations.setdefault(str(birth.worker), [])
        if lives and lives[0].actor.generation != birth.generation:
            for before in lives:
                del self._lives[before.actor.agent]
            lives.clear()
        lives.append(life)


def told(stuck: Stuck) -> str:
    """Return what an agent is told that makes no progress."""
    return f"there is none since {stuck.turns} turns ({stuck.sign}): make another plan"
