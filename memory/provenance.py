"""Where every note came from, and where it went: all versions of a run's notes, and who read them.

The notebook of a running fleet forgets (:mod:`memory.notes`); the log does not. This fold keeps
everything, for a person who looks at a stored run.
"""

from bisect import insort
from collections.abc import Iterable
from difflib import unified_diff
from operator import attrgetter
from typing import NamedTuple

from memory.envelope import Actor, Event
from memory.errors import BadInput, did_you_mean
from memory.events import NoteRead, NoteWritten
from memory.index import Index
from memory.notes import Note


class Reading(NamedTuple):
    """One reading of one version of a note: by whom, when, in which event."""

    reader: Actor
    version: int
    round: int
    seq: int


class Provenance:
    r"""Every version of every note that was written, with its readers; a fold of the log.

    It stands where its last event stood: to look at the notebook as it was, fold no further.

    Examples
    --------
    >>> from memory.log import Log
    >>> from memory.notes import Draft, Notes
    >>> log, provenance = Log("r_1"), Provenance()
    >>> notes = Notes(log)
    >>> for fold in (notes.fold, provenance.fold):
    ...     log.listen(fold)
    >>> ada, bob = Actor("w01", 1, "w01.1"), Actor("w02", 1, "w02.1")
    >>> for text in ("hold 100", "hold 120"):
    ...     written = notes.write(1, ada, Draft("plan", text, "fleet"), key="w01.1/1/0")
    >>> read = notes.read(2, bob, notes["n_001"], key="w02.1/2/0")
    >>> [version.text for version in provenance.history("plan")]
    ['hold 100', 'hold 120']
    >>> provenance.readings("plan", 2)[0].reader.agent
    'w02.1'
    >>> print("\n".join(provenance.diff("plan", 1, 2)[2:]))
    @@ -1 +1 @@
    -hold 100
    +hold 120
    """

    def __init__(self) -> None:
        self._versions: dict[str, list[Note]] = {}
        self._readings: dict[str, list[Reading]] = {}
        self._named: dict[str, dict[str, None]] = {}

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if isinstance(event, NoteWritten):
            versions = self._versions.setdefault(event.note, [])
            # Another run's may be heard of after a newer one of ours.
            insort(versions, Note.of(event), key=attrgetter("version"))
            self._named.setdefault(event.name, {})[event.note] = None
        elif isinstance(event, NoteRead):
            reading = Reading(event.actor, event.version, event.round, event.seq)
            self._readings.setdefault(event.note, []).append(reading)

    def newest(self) -> list[Note]:
        """Return the newest version of each note, last written first."""
        newest = (versions[-1] for versions in self._versions.values())
        return sorted(newest, key=lambda note: -note.seq)

    def search(self, query: str, limit: int) -> list[Note]:
        """Return the notes of all drawers whose newest version fits a query, the best first."""
        by_seq = {note.seq: note for note in reversed(self.newest())}
        index = Index(lambda seq: by_seq[seq].searched)
        for seq in by_seq:
            index.add(seq)
        return [by_seq[seq] for seq in index.search(query, limit)]

    def history(self, note: str) -> list[Note]:
        """Return all versions of a note, by its id or its name, the oldest first.

        Raises
        ------
        BadInput
            If there is no such note, or several of that name.
        """
        return self._versions[self._id(note)]

    def version(self, note: str, version: int | None = None) -> Note:
        """Return one version of a note, the newest by default.

        Raises
        ------
        BadInput
            If there is no such note, or no such version of it.
        """
        versions = self.history(note)
        number = versions[-1].version if version is None else version
        for each in versions:
            if each.version == number:
                return each
        raise BadInput(f"note {note} has versions 1 to {versions[-1].version}; not {number}")

    def readings(self, note: str, version: int | None = None) -> list[Reading]:
        """Return who read a note, or one version of it, in the order of reading."""
        readings = self._readings.get(self._id(note), [])
        return [each for each in readings if version in (None, each.version)]

    def diff(self, note: str, before: int, after: int) -> list[str]:
        """Return what changed between two versions of a note, as a unified diff."""
        old, new = self.version(note, before), self.version(note, after)
        return list(
            unified_diff(
                old.text.splitlines(),
                new.text.splitlines(),
                f"{old.note} version {old.version}",
                f"{new.note} version {new.version}",
                lineterm="",
            )
        )

    def _id(self, note: str) -> str:
        if note in self._versions:
            return note
        ids = list(self._named.get(note, ()))
        if len(ids) == 1:
            return ids[0]
        if ids:
            some = ", ".join(self._say(id) for id in ids[:8])
            raise BadInput(f"there are {len(ids)} notes '{note}': {some}; name one by its id")
        nearest = did_you_mean(note, [*self._versions, *self._named])
        raise BadInput(f"there is no note '{note}' up to here{nearest}")

    def _say(self, id: str) -> str:
        last = self._versions[id][-1]
        return f"{id} of {last.author.worker or 'the world'}"


def provenance_of(events: Iterable[Event]) -> Provenance:
    """Return the provenance of all notes in these events."""
    provenance = Provenance()
    for event in events:
        provenance.fold(event)
    return provenance
