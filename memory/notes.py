"""Shared memory: append-only note versions with provenance, as a fold over the log.

A note is named within its scope: ``fleet`` notes are one for all, ``worker`` notes one per
chain, ``agent`` notes one per life. Writing the same name again adds a version. Reads are
events too, so a monitor sees who may have been influenced by what.
"""

from itertools import islice
from typing import NamedTuple

from memory.events import Actor, Claim, EpisodeEnded, Event, NoteRead, NoteWritten, Scope
from memory.log import Log


class Note(NamedTuple):
    """One version of a note, and who wrote it in which event."""

    note: str
    version: int
    name: str
    scope: Scope
    claim: Claim
    text: str
    author: Actor
    seq: int


def owner_of(scope: Scope, actor: Actor) -> str:
    """Return whose drawer of the notebook ``actor`` opens at ``scope``."""
    if scope == "fleet":
        return "fleet"
    return (actor.worker if scope == "worker" else actor.agent) or "world"


class Draft(NamedTuple):
    """A note as its author hands it in, before it has an id and a version."""

    name: str
    text: str
    scope: Scope
    claim: Claim = "observation"
    lost: int = 0


class Notes:
    """The notebook of one run: a fold of ``NoteWritten``, and the way to write and read one.

    It holds the newest version of each note, and lets go of an agent's own when its life ends;
    the log keeps them all.

    Parameters
    ----------
    log
        Where reads and writes are told. The caller lets the log tell :meth:`fold` back.

    Examples
    --------
    >>> log = Log("r_1")
    >>> notes = Notes(log)
    >>> log.listen(notes.fold)
    >>> ada = Actor("w01", 1, "w01.1")
    >>> first = notes.write(1, ada, Draft("margin", "keep a margin", "fleet"), key="w01.1/1/0")
    >>> note = notes.latest("margin", "fleet", Actor("w02", 1, "w02.1"))
    >>> (note.note, note.version, note.text, note.author.worker)
    ('n_001', 1, 'keep a margin', 'w01')
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._ids: dict[tuple[Scope, str, str], str] = {}
        self._latest: dict[str, Note] = {}
        self._by_owner: dict[tuple[Scope, str], dict[str, None]] = {}
        self._count = 0

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if isinstance(event, NoteWritten):
            self._keep(event)
        elif isinstance(event, EpisodeEnded) and event.agent:
            for note in self._by_owner.pop(("agent", event.agent), {}):
                del self._ids["agent", event.agent, self._latest.pop(note).name]

    def _keep(self, event: NoteWritten) -> None:
        owner = owner_of(event.scope, event.actor)
        self._count += event.version == 1
        self._ids[event.scope, owner, event.name] = event.note
        self._latest[event.note] = Note(
            event.note,
            event.version,
            event.name,
            event.scope,
            event.claim,
            event.text,
            event.actor,
            event.seq,
        )
        drawer = self._by_owner.setdefault((event.scope, owner), {})
        drawer.pop(event.note, None)
        drawer[event.note] = None

    def write(
        self, round: int, actor: Actor, draft: Draft, *, key: str, cause: int | None = None
    ) -> NoteWritten:
        """Write a note, or the next version of the one with that name."""
        note = self._ids.get((draft.scope, owner_of(draft.scope, actor), draft.name))
        version = self._latest[note].version + 1 if note else 1
        return self._log.append(
            NoteWritten(
                **self._log.envelope(round, actor, key=key, cause=cause),
                note=note or f"n_{self._count + 1:03d}",
                version=version,
                name=draft.name,
                scope=draft.scope,
                claim=draft.claim,
                text=draft.text,
                lost=draft.lost,
            )
        )

    def read(
        self, round: int, actor: Actor, note: Note, *, key: str, cause: int | None = None
    ) -> NoteRead:
        """Log that ``actor`` read this version of ``note``."""
        return self._log.append(
            NoteRead(
                **self._log.envelope(round, actor, key=key, cause=cause),
                note=note.note,
                version=note.version,
            )
        )

    def __getitem__(self, note: str) -> Note:
        """Return the newest version of the note with that id."""
        return self._latest[note]

    def latest(self, name: str, scope: Scope, actor: Actor) -> Note | None:
        """Return the newest version of the note of that name that ``actor`` sees at ``scope``."""
        note = self._ids.get((scope, owner_of(scope, actor), name))
        return self._latest[note] if note else None

    def recent(self, scope: Scope, actor: Actor, limit: int) -> list[Note]:
        """Return the newest notes that ``actor`` sees at ``scope``, last written first."""
        drawer = self._by_owner.get((scope, owner_of(scope, actor)), {})
        return [self._latest[note] for note in islice(reversed(drawer), limit)]
