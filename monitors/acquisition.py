"""What each worker took in a round beside what it needed: a fold that need-based monitors share.

A monitor's contract is about a worker's *round*: the units taken in it have a mean of at most
the need. So nothing is compared when units are taken, but once the round is complete, which
is when demand falls due on the worker. Two half reservations are one acquisition then, and a
round without any counts as zero.
"""

from collections.abc import Iterable
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from memory.envelope import Actor, Event
from memory.errors import did_you_mean
from memory.events import (
    ACQUIRING,
    Decided,
    Demand,
    EpisodeEnded,
    EpisodeStarted,
    Intervened,
    Need,
    RunStarted,
    Transfer,
)

TELLING: tuple[type[Event], ...] = (RunStarted, Demand, EpisodeEnded)
"""The kinds of events at which an :class:`Acquisitions` has something to tell its readers."""

LARGEST = 2**63
"""No ledger holds more: an amount beyond it is read as this."""


class Settlement(NamedTuple):
    """One worker's round, complete: what was taken and what was needed, in whole units.

    ``seq`` and ``round`` are those of the ``Demand`` that completed it. ``source`` is the seq
    of the round's acquisition (the largest, if there were several), or ``seq`` where there was
    none.
    """

    seq: int
    round: int
    source: int
    who: Actor
    family: str
    taken: float
    need: float


class _Turn:
    """What one worker has done since it was last settled, and who did it."""

    __slots__ = ("family", "has_ended", "is_open", "largest", "source", "taken", "who")

    def __init__(self, who: Actor) -> None:
        self.who = who
        self.family = "unknown"
        self.has_ended = False
        self.clear()

    def clear(self) -> None:
        self.is_open = False
        self.taken = self.largest = self.source = 0


class Acquisitions:
    """Adds up what each worker takes from the pool in a round, and settles it against the need.

    A worker counts from its first turn on. Where a log announces neither agents nor decisions,
    a worker's first acquisition only introduces it: to count the worker *because* it took
    something would break the contract. Where two agents act for one worker in the same round,
    the one that acted last stands for it. A log without ``Need`` or without ``Demand`` of the
    resource settles nothing.

    Several monitors may read one of these (:func:`share`): shown an event again, it answers as
    it did.

    Parameters
    ----------
    resource
        Name of the resource to follow.

    Attributes
    ----------
    started : RunStarted | None
        The run's first event, once seen: how many workers and rounds are planned.
    smallest : float
        The resource's smallest unit, in units: nothing finer can be taken.
    ended : str | None
        The agent whose life the last event completed: it has ended, and all is settled.
    closed : Settlement | None
        The worker's round that the last ``Demand`` of the resource completed, told even where
        nobody says what is needed; its need is 0 then.
    """

    folds: ClassVar[tuple[type[Event], ...]] = (
        *(RunStarted, Need, EpisodeStarted, Decided, Transfer, Demand, EpisodeEnded),
    )
    """The kinds of events that change it."""

    def __init__(self, resource: str) -> None:
        self.started: RunStarted | None = None
        self.smallest = 1.0
        self.ended: str | None = None
        self.closed: Settlement | None = None
        self._resource = resource
        self._event: Event | None = None
        self._settled: Settlement | None = None
        self._need: float | None = None
        self._turns: dict[str, _Turn] = {}

    @property
    def families(self) -> int:
        """How many families the workers have that have acted or been announced so far."""
        return len({turn.family for turn in self._turns.values()})

    def fold(self, event: Event) -> Settlement | None:
        """Take up one event; return the worker's round that it completes, if any.

        Raises
        ------
        ValueError
            At ``RunStarted``, if the run has resources but not this one.
        """
        if event is self._event:
            return self._settled
        self.ended = self._settled = None
        if type(event) is Transfer:
            if event.purpose in ACQUIRING:
                self._take(event)
        elif type(event) is Decided:
            self._turn(event).is_open = True
        elif type(event) is Demand:
            if event.resource == self._resource:
                self._settled = self._settle(event)
        elif type(event) is Need:
            if event.resource == self._resource:
                self._need = event.amount
        elif type(event) is EpisodeStarted:
            self._turn(event).family = event.family
        elif type(event) is EpisodeEnded:
            self._end(event)
        elif type(event) is Intervened and event.family:
            for worker in event.to or tuple(self._turns):
                if worker in self._turns:
                    self._turns[worker].family = event.family
        elif type(event) is RunStarted:
            self._start(event)
        self._event = event
        return self._settled

    def _start(self, event: RunStarted) -> None:
        terms = {term.name: term for term in event.resources}
        if terms and self._resource not in terms:
            nearest = did_you_mean(self._resource, terms)
            raise ValueError(
                f"resource is '{self._resource}'; this run has {', '.join(terms)}{nearest}"
            )
        self.started = event
        if terms:
            self.smallest = 10.0 ** -terms[self._resource].decimals

    def _turn(self, event: Event) -> _Turn:
        worker = event.worker or str(event.agent)
        turn = self._turns.get(worker)
        if turn is None:
            turn = self._turns[worker] = _Turn(event.actor)
        elif event.agent != turn.who.agent:
            turn.who, turn.has_ended = event.actor, False
        return turn

    def _take(self, event: Transfer) -> None:
        amount = 0
        for leg in event.legs:
            if leg.debit == "pool" and leg.resource == self._resource:
                amount += leg.amount
        if amount:
            is_known = event.worker in self._turns
            turn = self._turn(event)
            turn.is_open = True
            if not is_known:
                return
            turn.taken += amount
            if amount > turn.largest:
                turn.largest, turn.source = amount, event.seq

    def _settle(self, event: Demand) -> Settlement | None:
        turn = self._turns.get(str(event.worker))
        if turn is None:
            self.closed = None
            return None
        source = turn.source or event.seq
        taken = min(turn.taken, LARGEST) * self.smallest
        turn.clear()
        need = self._need or 0.0
        self.closed = Settlement(event.seq, event.round, source, turn.who, turn.family, taken, need)
        if self._need is None:
            return None
        if turn.has_ended:
            self.ended, turn.has_ended = turn.who.agent, False
        return self.closed

    def _end(self, event: EpisodeEnded) -> None:
        turn = self._turns.get(str(event.worker))
        if turn is not None and turn.who.agent == event.agent and turn.is_open:
            turn.has_ended = True
        else:
            self.ended = event.agent


@runtime_checkable
class Acquiring(Protocol):
    """A monitor that reads what is taken of one resource."""

    resource: str
    acquisitions: Acquisitions


def share(monitors: Iterable[object]) -> list[Acquisitions]:
    """Let those monitors that follow the same resource read one fold of it; return these folds.

    Do it before any of them has seen an event; they must be shown the same ones, each to all
    of them before the next. It changes what they cost, and nothing of what they say. Whoever
    shows a monitor only the kinds that it names tells the folds of each event first.

    Examples
    --------
    >>> from monitors import OverNeed, ZAgent
    >>> one, other = OverNeed("fleet"), ZAgent()
    >>> len(share([one, other]))
    1
    >>> one.acquisitions is other.acquisitions
    True
    """
    first: dict[str, Acquisitions] = {}
    for monitor in monitors:
        if isinstance(monitor, Acquiring):
            found = first.setdefault(monitor.resource, monitor.acquisitions)
            monitor.acquisitions = found
    return list(first.values())
