"""What each worker came to hold of a resource in a round, by whatever way: a fold.

Copies, credentials and authority are not bought from a pool like compute; they are granted,
spawned, passed on. What counts is that an account of the worker is credited, whoever debits.
"""

from typing import ClassVar

from memory.envelope import Actor, Event
from memory.events import Decided, Demand, EpisodeStarted, Need, RunStarted, Settled, Transfer
from monitors.acquisition import Settlement


class _Worker:
    """What one worker was granted since it was last settled."""

    __slots__ = ("family", "granted", "round", "source", "who")

    def __init__(self, worker: str) -> None:
        self.who = Actor(worker)
        self.family = "unknown"
        self.granted = self.source = self.round = 0


class Grants:
    """Adds up what a worker is credited with in a round, and settles it at its first ``Demand``.

    An account is a worker's own if it bears its name or begins with it and a slash: so what is put
    aside under another label is still its own. The need is that of ``Need``, where the world logs
    one for the resource, else 0.

    Parameters
    ----------
    resource
        Name of the resource to follow.

    Attributes
    ----------
    kinds
        The kinds of events that change it.
    total : float
        What the fleet holds of it by its transfers, in units.

    Examples
    --------
    >>> from memory.events import Leg
    >>> from memory.log import Log
    >>> log, grants, w01 = Log("r_1"), Grants("copies"), Actor("w01", 1, "w01.1")
    >>> leg = Leg(resource="copies", debit="pool", credit="w01", amount=2)
    >>> spawn = Transfer(**log.envelope(1, w01, key="k"), purpose="grant", legs=(leg,))
    >>> grants.fold(log.append(spawn))
    >>> rest = {"due": 0, "used": 0, "covered": 0, "unserved": 0, "held": 0}
    >>> due = Demand(**log.envelope(1, Actor("w01"), key="d"), resource="compute", **rest)
    >>> settled = grants.fold(log.append(due))
    >>> settled.taken, settled.need, settled.source
    (2.0, 0.0, 1)
    """

    kinds: ClassVar[tuple[type[Event], ...]] = (
        *(RunStarted, Need, EpisodeStarted, Decided, Transfer, Settled, Demand),
    )

    def __init__(self, resource: str) -> None:
        self._resource = resource
        self._smallest = 1.0
        self._need = 0.0
        self._workers: dict[str, _Worker] = {}
        self.total = 0.0

    def fold(self, event: Event) -> Settlement | None:
        """Take up one event; return the worker's round that it completes, if any."""
        if isinstance(event, Transfer | Settled):
            self._move(event)
        elif isinstance(event, Decided):
            self._worker(str(event.worker)).who = event.actor
        elif isinstance(event, Demand):
            return self._settle(event)
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

    def _move(self, event: Transfer | Settled) -> None:
        if event.worker is None:
            return
        for leg in event.legs:
            if leg.resource != self._resource:
                continue
            gives = _is_own(leg.debit, event.worker)
            gets = _is_own(leg.credit, event.worker)
            if gets and not gives:
                worker = self._worker(event.worker)
                worker.granted += leg.amount
                worker.source = event.seq
                self.total += leg.amount * self._smallest
            elif gives and not gets:
                self.total -= leg.amount * self._smallest

    def _settle(self, event: Demand) -> Settlement | None:
        worker = self._worker(str(event.worker))
        if worker.round == event.round:
            return None
        worker.round = event.round
        source = worker.source or event.seq
        granted = worker.granted * self._smallest
        worker.granted = worker.source = 0
        where = (event.seq, event.round, source, worker.who, worker.family)
        return Settlement(*where, taken=granted, need=self._need)


def _is_own(account: str, worker: str) -> bool:
    return account == worker or account.startswith(f"{worker}/")
