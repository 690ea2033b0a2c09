"""Shared memory: append-only note versions with provenance, as a fold over the log.

A note is named within its scope: ``fleet`` notes are one for all, ``worker`` notes one per
chain, ``agent`` notes one per life. Writing the same name again adds a version. Reads are
events too, so a monitor sees who may have been influenced by what.
"""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from operator import attrgetter
from typing import ClassVar, NamedTuple

from memory.chance import uniform
from memory.envelope import NOBODY, Actor, Event
from memory.errors import did_you_mean
from memory.events import (
    Claim,
    EpisodeEnded,
    Intervened,
    NoteOffered,
    NoteOrigin,
    NoteRead,
    NoteSearched,
    NoteVersion,
    NoteWritten,
    Place,
    Scope,
)
from memory.index import Index
from memory.log import Log

VERSIONS_KEPT = 8
"""Of each note the notebook holds so many versions, the newest; the log holds them all."""

NAMES_TOLD = 50
"""A name that nobody wrote is compared with so many others, the last written."""


class Note(NamedTuple):
    """One version of a note: what it says, who wrote it in which event, and what it builds on."""

    note: str
    version: int
    name: str
    scope: Scope
    claim: Claim
    text: str
    author: Actor
    seq: int
    parents: tuple[NoteVersion, ...] = ()
    restored: int | None = None
    origin: NoteOrigin | None = None

    @classmethod
    def of(cls, event: NoteWritten) -> "Note":
        """Return the version that an event wrote; one of another run has an author there."""
        return cls(
            event.note,
            event.version,
            event.name,
            event.scope,
            event.claim,
            event.text,
            event.actor if event.origin is None else elsewhere(event.origin),
            event.seq,
            event.parents,
            event.restored,
            event.origin,
        )

    @property
    def itself(self) -> NoteVersion:
        """The version by its note's id and its number, as an event names it."""
        return NoteVersion(note=self.note, version=self.version)

    @property
    def searched(self) -> str:
        """What a search looks at."""
        return f"{self.name} {self.text}"


def elsewhere(origin: NoteOrigin) -> Actor:
    """Return the author of a note of another run, whom nobody here can be taken for.

    Examples
    --------
    >>> elsewhere(NoteOrigin(run="r_2", worker="w01", generation=3, agent="w01.3", seq=7)).agent
    'r_2/w01.3'
    """
    return Actor(f"{origin.run}/{origin.worker}", origin.generation, f"{origin.run}/{origin.agent}")


def owner_of(scope: Scope, actor: Actor) -> str:
    """Return whose drawer of the notebook ``actor`` opens at ``scope``."""
    if scope in ("fleet", "commons"):
        return scope
    return (actor.worker if scope == "worker" else actor.agent) or "world"


class Draft(NamedTuple):
    """A note as its author hands it in, before it has an id and a version.

    ``expected`` is the version its author believes to be the newest, 0 where there should be no
    such note yet; None writes whatever stands there.
    """

    name: str
    text: str
    scope: Scope
    claim: Claim = "observation"
    lost: int = 0
    parents: tuple[NoteVersion, ...] = ()
    expected: int | None = None
    restored: int | None = None


class Arrived(NamedTuple):
    """A version that another run published, as it was found in the commons."""

    name: str
    version: int
    claim: Claim
    text: str
    parents: tuple[NoteVersion, ...]
    restored: int | None
    place: Place
    origin: NoteOrigin


class Search(NamedTuple):
    """What was asked of a notebook, and what it found, the best first."""

    query: str
    found: tuple[Note, ...]


class _Drawer:
    """The notes that some agents share: the newest version of each, in the order of writing."""

    def __init__(self) -> None:
        self.by_seq: dict[int, Note] = {}
        self.names: dict[str, int] = {}
        self.index = Index(lambda seq: self.by_seq[seq].searched)

    def put(self, note: Note) -> Note | None:
        """Take up a version, and return the one it follows."""
        before = self.names.get(note.name)
        if before is not None:
            self.index.drop(before)
        self.names[note.name] = note.seq
        self.by_seq[note.seq] = note
        self.index.add(note.seq)
        return None if before is None else self.by_seq.pop(before)

    def drop(self, note: Note) -> None:
        """Let go of a note."""
        self.index.drop(note.seq)
        del self.by_seq[note.seq]
        del self.names[note.name]


class Notes:
    """The notebook of one run: a fold of ``NoteWritten``, and the way to write and read one.

    It holds the newest :data:`VERSIONS_KEPT` versions of each note and an index of the newest
    one's words, and lets go of an agent's own notes when its life ends; the log keeps them all
    (:mod:`memory.provenance`). Finding a note costs the same however many there are.

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
    >>> notes.check(ada, Draft("margin", "keep none", "fleet", expected=0))
    "note 'margin' is at version 1 and you expected 0: read it, then say what it should be now"
    """

    folds: ClassVar[tuple[type[Event], ...]] = (NoteWritten, EpisodeEnded, Intervened)
    """The kinds of events that change it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._drawers: dict[tuple[Scope, str], _Drawer] = {}
        self._latest: dict[str, Note] = {}
        self._older: dict[str, deque[Note]] = {}
        self._count = 0

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is NoteWritten:
            self._keep(Note.of(event))
        elif type(event) is EpisodeEnded and event.agent:
            drawer = self._drawers.pop(("agent", event.agent), None)
            for note in drawer.by_seq.values() if drawer else ():
                self._forget(note)
        elif type(event) is Intervened and event.act == "wipe_memory":
            self._wipe(event)

    def _forget(self, note: Note) -> None:
        del self._latest[note.note]
        self._older.pop(note.note, None)

    def quarantine(self, notes: Iterable[str]) -> None:
        """Let some notes be gone for whoever reads from now on; the log keeps them."""
        for drawer in self._drawers.values():
            for note in [each for each in drawer.by_seq.values() if each.note in notes]:
                drawer.drop(note)
                self._forget(note)

    def _wipe(self, event: Intervened) -> None:
        """Let a scope's notes be gone for whoever reads from now on, but for the share kept."""
        for (scope, _), drawer in self._drawers.items():
            if scope != event.scope:
                continue
            for note in list(drawer.by_seq.values()):
                is_theirs = scope == "fleet" or event.concerns(note.author.worker or "")
                if is_theirs and uniform(event.lot, note.note) >= event.keep:
                    drawer.drop(note)
                    self._forget(note)

    def _keep(self, note: Note) -> None:
        self._count += note.note not in self._latest
        key = (note.scope, owner_of(note.scope, note.author))
        drawer = self._drawers.get(key)
        if drawer is None:
            drawer = self._drawers[key] = _Drawer()
        newest = self._latest.get(note.note)
        if newest is not None and newest.version > note.version:
            # Of the commons: another run was first, and is heard of after the answer to ours.
            held = [*self._older.get(note.note, ()), note]
            held.sort(key=attrgetter("version"))
            self._older[note.note] = deque(held, maxlen=VERSIONS_KEPT - 1)
            return
        before = drawer.put(note)
        self._latest[note.note] = note
        if before is not None:
            older = self._older.setdefault(note.note, deque(maxlen=VERSIONS_KEPT - 1))
            older.append(before)

    def check(self, actor: Actor, draft: Draft) -> str:
        """Return why a draft cannot be written now, addressed to its author; or nothing."""
        newest = self.latest(draft.name, draft.scope, actor)
        at = newest.version if newest else 0
        if draft.expected is None or draft.expected == at:
            return ""
        stands = f"is at version {at}" if at else "is not there yet (version 0)"
        return (
            f"note '{draft.name}' {stands} and you expected {draft.expected}: "
            "read it, then say what it should be now"
        )

    def write(
        self, round: int, actor: Actor, draft: Draft, *, key: str, cause: int | None = None
    ) -> NoteWritten:
        """Write a note, or the next version of the one with that name.

        Raises
        ------
        ValueError
            If another version stands than the draft expects; see :meth:`check`.
        """
        if reason := self.check(actor, draft):
            raise ValueError(reason)
        before = self.latest(draft.name, draft.scope, actor)
        return self._log.append(
            NoteWritten(
                **self._log.envelope(round, actor, key=key, cause=cause),
                note=before.note if before else self._next_id(),
                version=before.version + 1 if before else 1,
                name=draft.name,
                scope=draft.scope,
                claim=draft.claim,
                text=draft.text,
                lost=draft.lost,
                parents=draft.parents,
                restored=draft.restored,
            )
        )

    def offer(
        self, round: int, actor: Actor, draft: Draft, *, key: str, cause: int | None = None
    ) -> NoteOffered:
        """Hand in a note for the commons; what comes of it is known before the next round."""
        return self._log.append(
            NoteOffered(
                **self._log.envelope(round, actor, key=key, cause=cause),
                name=draft.name,
                claim=draft.claim,
                text=draft.text,
                parents=draft.parents,
                restored=draft.restored,
                expected=draft.expected,
            )
        )

    def stand(self, round: int, offer: NoteOffered, version: int, place: Place) -> NoteWritten:
        """Write a note of ours that stands in the commons now."""
        before = self.latest(offer.name, "commons", offer.actor)
        return self._log.append(
            NoteWritten(
                **self._log.envelope(round, offer.actor, key=offer.key, cause=offer.seq),
                note=before.note if before else self._next_id(),
                version=version,
                name=offer.name,
                scope="commons",
                claim=offer.claim,
                text=offer.text,
                parents=offer.parents,
                restored=offer.restored,
                place=place,
            )
        )

    def arrive(self, round: int, arrived: Arrived) -> NoteWritten:
        """Write a note of another run that was found in the commons."""
        before = self.latest(arrived.name, "commons", NOBODY)
        place = arrived.place
        return self._log.append(
            NoteWritten(
                **self._log.envelope(round, key=f"commons/{place.epoch}/{place.number}"),
                note=before.note if before else self._next_id(),
                scope="commons",
                **arrived._asdict(),
            )
        )

    def all(self, scope: Scope, actor: Actor) -> list[Note]:
        """Return every version that is still held of the notes that ``actor`` sees at ``scope``."""
        drawer = self._drawer(scope, actor)
        newest = drawer.by_seq.values() if drawer else ()
        held = [version for note in newest for version in (*self._older.get(note.note, ()), note)]
        return sorted(held, key=lambda note: note.seq)

    def _next_id(self) -> str:
        return f"n_{self._count + 1:03d}"

    def read(
        self,
        round: int,
        actor: Actor,
        note: Note,
        *,
        key: str,
        cause: int | None = None,
        shown: int = 0,
    ) -> NoteRead:
        """Log that ``actor`` read this version of ``note``, or its first ``shown`` characters."""
        return self._log.append(
            NoteRead(
                **self._log.envelope(round, actor, key=key, cause=cause),
                note=note.note,
                version=note.version,
                shown=shown,
            )
        )

    def tell(
        self, round: int, actor: Actor, search: Search, *, key: str, cause: int | None = None
    ) -> NoteSearched:
        """Log what was asked for and found; who shows it logs each read besides."""
        return self._log.append(
            NoteSearched(
                **self._log.envelope(round, actor, key=key, cause=cause),
                query=search.query,
                found=tuple(note.itself for note in search.found),
            )
        )

    def __contains__(self, note: object) -> bool:
        """Whether there is a note of that id, and it is not gone."""
        return note in self._latest

    def __getitem__(self, note: str) -> Note:
        """Return the newest version of the note with that id."""
        return self._latest[note]

    def version(self, note: str, version: int) -> Note | None:
        """Return one version of the note with that id, if it is still held."""
        newest = self._latest.get(note)
        held = (*self._older.get(note, ()), newest) if newest else ()
        return next((each for each in held if each.version == version), None)

    def latest(self, name: str, scope: Scope, actor: Actor) -> Note | None:
        """Return the newest version of the note of that name that ``actor`` sees at ``scope``."""
        drawer = self._drawer(scope, actor)
        seq = drawer.names.get(name) if drawer else None
        return drawer.by_seq[seq] if drawer and seq else None

    def recent(self, scope: Scope, actor: Actor, limit: int) -> list[Note]:
        """Return the newest notes that ``actor`` sees at ``scope``, last written first."""
        drawer = self._drawer(scope, actor)
        return list(islice(reversed(drawer.by_seq.values()), limit)) if drawer else []

    def search(self, query: str, scope: Scope, actor: Actor, limit: int) -> Search:
        """Return the notes that ``actor`` sees at ``scope`` whose newest version fits a query."""
        drawer = self._drawer(scope, actor)
        seqs = drawer.index.search(query, limit) if drawer else ()
        return Search(query, tuple(drawer.by_seq[seq] for seq in seqs) if drawer else ())

    def meant(self, name: str, scope: Scope, actor: Actor) -> str:
        """Return ``"; did you mean 'x'?"`` for a name that no recent note has, or nothing."""
        return did_you_mean(name, [each.name for each in self.recent(scope, actor, NAMES_TOLD)])

    def _drawer(self, scope: Scope, actor: Actor) -> _Drawer | None:
        return self._drawers.get((scope, owner_of(scope, actor)))
