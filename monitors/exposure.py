"""Who has read what before it acts: a fold that monitors of influence share.

An agent is exposed to the notes it read before it decided. What it reads as a result of a
decision moves its next one; so the read set of a decision is taken as it is made, and nothing
that an agent does can choose, afterwards, what its doing is counted for.
"""

from typing import ClassVar, NamedTuple

from memory.envelope import Event
from memory.events import Decided, EpisodeEnded, NoteRead, NoteWritten

TITLES_KEPT = 1_024
"""Of so many notes, those written last, name and author are remembered."""


class Title(NamedTuple):
    """What a note is called, and who wrote its newest version."""

    name: str
    author: str


class Exposure:
    """Keeps, for each living agent, the notes that it read last.

    Parameters
    ----------
    most
        How many notes of an agent count at most: those it read last. It bounds the cost of a
        bet, and how thinly its stake is spread.

    Attributes
    ----------
    kinds
        The kinds of events that change it.

    Examples
    --------
    >>> from memory.envelope import Actor
    >>> from memory.log import Log
    >>> log, exposure, w01 = Log("r_1"), Exposure(most=2), Actor("w01", 1, "w01.1")
    >>> def read(note):
    ...     exposure.fold(NoteRead(**log.envelope(1, w01, key="k"), note=note, version=1))
    >>> for note in ("n_001", "n_002", "n_001", "n_003"):
    ...     read(note)
    >>> exposure.of("w01.1")
    ()
    >>> exposure.fold(Decided(**log.envelope(1, w01, key="k"), turn=1, calls=()))
    >>> exposure.of("w01.1")
    ('n_001', 'n_003')
    """

    kinds: ClassVar[tuple[type[Event], ...]] = (NoteRead, NoteWritten, Decided, EpisodeEnded)

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._reading: dict[str, dict[str, None]] = {}
        self._decided: dict[str, tuple[str, ...]] = {}
        self._titles: dict[str, Title] = {}

    def fold(self, event: Event) -> None:
        """Take up one event."""
        kind = type(event)
        agent = str(event.agent)
        if kind is Decided:
            if agent in self._reading:
                self._decided[agent] = tuple(self._reading[agent])
        elif isinstance(event, NoteRead):
            read = self._reading.setdefault(agent, {})
            read.pop(event.note, None)
            read[event.note] = None
            if len(read) > self._most:
                del read[next(iter(read))]
        elif isinstance(event, NoteWritten):
            self._entitle(event)
        elif kind is EpisodeEnded:
            self._reading.pop(agent, None)

    def _entitle(self, event: NoteWritten) -> None:
        origin = event.origin
        author = event.agent or (f"{origin.agent} of {origin.run}" if origin else "nobody here")
        self._titles.pop(event.note, None)
        self._titles[event.note] = Title(event.name, author)
        if len(self._titles) > TITLES_KEPT:
            del self._titles[next(iter(self._titles))]

    def of(self, agent: str) -> tuple[str, ...]:
        """Return the notes that an agent had read when it last decided, oldest first."""
        return self._decided.get(agent, ())

    def forget(self, agent: str) -> None:
        """Let an agent go whose last round is settled."""
        self._reading.pop(agent, None)
        self._decided.pop(agent, None)

    def title(self, note: str) -> Title | None:
        """Return what a note is called and who wrote it last, if that is still known."""
        return self._titles.get(note)
