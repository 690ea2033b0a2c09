"""What a worker held, took, gave away and used in a round: a fold for monitors of holdings.

The meter is the world's own reading (``Demand``), once a worker and round. Between two readings
transfers tell what came and what went.
"""

from typing import ClassVar, NamedTuple

from memory.envelope import Actor, Event
from memory.events import ACQUIRING, Decided, Demand, EpisodeStarted, Need, RunStarted, Transfer


class Reading(NamedTuple):
    """One worker's round, in the resource's smallest units; ``need`` and ``smallest`` in units.

    ``before`` was held when the round began, ``held`` when it ended. ``released`` went anywhere
    but into use. ``has_worked`` if it put what it holds to work, which does not use it up.
    ``source`` is the seq of its last operation, or of the reading where there was none.
    """

    seq: int
    round: int
    source: int
    who: Actor
    family: str
    need: float
    before: int
    taken: int
    released: int
    used: int
    held: int
    has_worked: bool
    smallest: float

    @property
    def idle(self) -> int:
        """What lay there for the whole round: neither used nor given back nor put to work."""
        return 0 if self.has_worked else max(0, self.before - self.released - self.used)


class _Worker:
    """What one worker has done since its last reading."""

    __slots__ = ("family", "has_worked", "held", "released", "source", "taken", "who")

    def __init__(self, worker: str) -> None:
        self.who = Actor(worker)
        self.family = "unknown"
        self.held: int | None = None
        self.clear()

    def clear(self) -> None:
        self.taken = self.released = self.source = 0
        self.has_worked = False


class Meter:
    """Adds up each worker's round and gives a reading when its demand falls due.

    A worker's first reading only says what it holds. A log without ``Demand`` of the resource
    gives none.

    Parameters
    ----------
    resource
        Name of the resource to follow.

    Attributes
    ----------
    kinds
        The kinds of events that change it.

    Examples
    --------
    >>> from monitors.rehearsal import Rehearsal
    >>> meter = Meter("compute")
    >>> readings = filter(None, map(meter.fold, Rehearsal(workers=1, rounds=3)))
    >>> [(each.before, each.taken, each.released, each.used, each.held) for each in readings]
    [(0, 86, 0, 86, 0), (0, 118, 0, 109, 9)]
    """

    kinds: ClassVar[tuple[type[Event], ...]] = (
        *(RunStarted, Need, EpisodeStarted, Decided, Transfer, Demand),
    )

    def __init__(self, resource: str) -> None:
        self._resource = resource
        self._smallest = 1.0
        self._need = 0.0
        self._workers: dict[str, _Worker] = {}

    def fold(self, event: Event) -> Reading | None:
        """Take up one event; return the reading that it completes, if any."""
        if isinstance(event, Transfer):
            self._move(event)
        elif isinstance(event, Decided):
            self._worker(str(event.worker)).who = event.actor
        elif isinstance(event, Demand):
            return self._read(event) if event.resource == self._resource else None
        elif isinstance(event, Need):
            if event.resource == self._resource:
                self._need = event.amount
        elif isinstance(event, EpisodeStarted):
            worker = self._worker(str(event.worker))
            worker.who, worker.family = event.actor, event.family
        elif isinstance(event, RunStarted):
            decimals = {term.name: term.decimals for term in event.resources}
            self._smallest = 10.0 ** -decimals.get(self._resource, 0)
        return None

    def _worker(self, name: str) -> _Worker:
        worker = self._workers.get(name)
        if worker is None:
            worker = self._workers[name] = _Worker(name)
        return worker

    def _move(self, event: Transfer) -> None:
        if event.worker is None:
            return
        worker = self._worker(event.worker)
        if event.purpose == "work":
            worker.has_worked = True
        for leg in event.legs:
            if leg.resource != self._resource:
                continue
            worker.source = event.seq
            if leg.credit == event.worker and event.purpose in ACQUIRING:
                worker.taken += leg.amount
            elif leg.debit == event.worker and leg.credit != "used":
                worker.released += leg.amount

    def _read(self, event: Demand) -> Reading | None:
        worker = self._worker(str(event.worker))
        before, worker.held = worker.held, event.held
        reading = None
        if before is not None:
            reading = Reading(
                seq=event.seq,
                round=event.round,
                source=worker.source or event.seq,
                who=worker.who,
                family=worker.family,
                need=self._need,
                before=before,
                taken=worker.taken,
                released=worker.released,
                used=event.used,
                held=event.held,
                has_worked=worker.has_worked,
                smallest=self._smallest,
            )
        worker.clear()
        return reading
