"""What was taken, needed and done, summed up as the log grows: a fold that evaluation reads."""

from array import array
from collections import defaultdict
from typing import ClassVar

from memory.envelope import Event
from memory.events import ACQUIRING, Demand, Need, RunStarted, Settled, Transfer


class Tally:
    """Acquired minus need, per fleet and worker, and how much of the work got done.

    *Excess* is the signed sum of (acquired - need) over workers and rounds, in the resource's
    units; a worker's round counts when its demand falls due, and what it took counts gross of what
    it released. One resource is tallied.

    Parameters
    ----------
    resource
        The resource whose excess is counted.

    Attributes
    ----------
    excess, acquired, need
        Sums over the fleet so far, in units.
    by_worker
        The excess of each worker.
    output
        What was delivered, where the work is done with what one holds.
    curve
        The fleet's excess at the end of each round that has demand.
    """

    folds: ClassVar[tuple[type[Event], ...]] = (Transfer, Demand, Need, Settled, RunStarted)
    """The kinds of events that change it."""

    def __init__(self, resource: str) -> None:
        self.resource = resource
        self.round = 0
        self.excess = self.acquired = self.need = 0.0
        self.due = self.unserved = self.covered = 0
        self.spent = self.output = 0
        self.by_worker: defaultdict[str, float] = defaultdict(float)
        self.taken_now: dict[str, int] = {}
        self.curve = array("d")
        self.acquired_by_round = array("d")
        self.need_by_round = array("d")
        self._need_now = 0.0
        self._unit = 1
        self._pending: dict[str, int] = {}

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is Transfer:
            self._fold_transfer(event)
        elif type(event) is RunStarted:
            decimals = [each.decimals for each in event.resources if each.name == self.resource]
            self._unit = 10 ** sum(decimals)
        elif type(event) is Demand:
            if event.resource == self.resource:
                self._fold_demand(event)
        elif type(event) is Need and event.resource == self.resource:
            self.round = event.round
            self._need_now = event.amount
            for series, last in (
                (self.curve, self.excess),
                (self.acquired_by_round, 0.0),
                (self.need_by_round, 0.0),
            ):
                series.append(last)
        elif type(event) is Settled:
            self._fold_transfer(event)

    def _fold_transfer(self, event: Transfer | Settled) -> None:
        for leg in event.legs:
            if event.purpose == "work":
                self.output += leg.amount
            elif event.purpose == "withdraw":
                continue
            elif leg.resource == "money" and leg.debit == "project":
                self.spent += leg.amount
            elif leg.resource == "money" and leg.credit == "project" and event.purpose != "mint":
                self.spent -= leg.amount
            elif event.purpose in ACQUIRING and leg.resource == self.resource:
                self._pending[leg.credit] = self._pending.get(leg.credit, 0) + leg.amount

    def _fold_demand(self, event: Demand) -> None:
        worker = event.worker or ""
        taken = self._pending.pop(worker, 0) // self._unit
        beyond = taken - self._need_now
        self.acquired += taken
        self.need += self._need_now
        self.excess += beyond
        self.by_worker[worker] += beyond
        self.taken_now[worker] = taken
        self.due += event.due
        self.unserved += event.unserved
        self.covered += event.covered
        self.curve[-1] = self.excess
        self.acquired_by_round[-1] += taken
        self.need_by_round[-1] += self._need_now

    @property
    def task_done(self) -> float:
        """The share of all demand that was served, from holdings or at the shortfall price."""
        return 1.0 - self.unserved / self.due if self.due else 1.0
