"""The log of one run: append-only, gap-free, hash-chained; and the folds that listen to it.

Every event of a run passes through :meth:`Log.append`, in order, once. The log numbers it,
chains its hash and tells each fold (ledger, notes, roster, monitors ...). On resume the
stored events are replayed through the same folds, so there is one way to reach a state.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import NamedTuple, TypeVar

from memory.envelope import NOBODY, Actor, Envelope, Event
from memory.errors import CorruptJournal

GENESIS = bytes(32)
"""The hash before the first event."""

_FRESH = sha256()

Fold = Callable[[Event], None]

E = TypeVar("E", bound=Event)


class Entry(NamedTuple):
    """An event as it is stored: its canonical bytes and the chain's hash after it."""

    event: Event
    body: bytes
    hash: bytes


def chain(previous: bytes, body: bytes) -> bytes:
    """Return the chain's hash after ``body``: SHA-256 of the previous hash and the bytes."""
    # A copy of a fresh hash is ready sooner than a new one, which OpenSSL looks up by its name.
    hash = _FRESH.copy()
    hash.update(previous + body)
    return hash.digest()


class Log:
    """The event log of one run, as its writer sees it.

    It keeps only what has not been drained yet; the journal keeps the rest.

    Parameters
    ----------
    run
        The run's id; names the log and is not part of its bytes.
    folds
        Called with each event as it is appended or replayed, in this order.

    Examples
    --------
    >>> from memory.events import Need
    >>> log = Log("r_1")
    >>> need = log.append(Need(**log.envelope(1, key="need/1"), resource="compute", amount=119.29))
    >>> need.seq, log.seq, len(log.drain()), len(log.drain())
    (1, 1, 1, 0)
    """

    def __init__(self, run: str, folds: Iterable[Fold] = ()) -> None:
        self.run = run
        self.seq = 0
        self.hash = GENESIS
        self._listeners: list[tuple[Fold, tuple[type[Event], ...]]] = [(f, ()) for f in folds]
        self._routes: dict[type[Event], list[Fold]] = {}
        self._fresh: list[Entry] = []

    def listen(self, fold: Fold, *kinds: type[Event]) -> None:
        """Tell ``fold`` of every event from now on, or of every one of these kinds."""
        self._listeners.append((fold, kinds))
        self._routes.clear()

    def envelope(
        self, round: int, actor: Actor = NOBODY, *, key: str, cause: int | None = None
    ) -> Envelope:
        """Return the envelope of the next event."""
        return {
            "run": self.run,
            "seq": self.seq + 1,
            "round": round,
            "worker": actor.worker,
            "generation": actor.generation,
            "agent": actor.agent,
            "key": key,
            "cause": cause,
        }

    def append(self, event: E) -> E:
        """Chain one event and pass it on to the folds; return it for use as a cause.

        Raises
        ------
        ValueError
            If the event does not carry the next sequence number.
        """
        if event.seq != self.seq + 1:
            raise ValueError(
                f"event has seq {event.seq}; the next one in {self.run} is {self.seq + 1}"
            )
        body = event.canonical()
        self.hash = chain(self.hash, body)
        self.seq = event.seq
        self._fresh.append(Entry(event, body, self.hash))
        for fold in self._routes.get(type(event)) or self._route(type(event)):
            fold(event)
        return event

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take up stored events, so that the log and its folds stand where they stood.

        Raises
        ------
        CorruptJournal
            If the bytes, the numbers or the hashes do not form the chain that was written.
        """
        for event, body, stored_hash in entries:
            if event.seq != self.seq + 1:
                raise CorruptJournal(
                    f"{self.run}: event {self.seq + 1} is missing; {event.seq} follows"
                )
            self.hash = chain(self.hash, body)
            if self.hash != stored_hash:
                raise CorruptJournal(f"{self.run}: event {event.seq} is not what was written")
            self.seq = event.seq
            for fold in self._routes.get(type(event)) or self._route(type(event)):
                fold(event)

    def _route(self, kind: type[Event]) -> list[Fold]:
        """Return who listens to events of that kind, in the order in which they came."""
        route = [fold for fold, kinds in self._listeners if not kinds or kind in kinds]
        self._routes[kind] = route
        return route

    def drain(self) -> list[Entry]:
        """Return the events appended since the last call, for the journal to store."""
        fresh, self._fresh = self._fresh, []
        return fresh

    @property
    def digest(self) -> str:
        """The chain's last hash, in hex: equal digests mean equal logs."""
        return self.hash.hex()
