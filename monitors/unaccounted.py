"""The books, kept a second time: whatever does not add up, exactly."""

from functools import lru_cache
from typing import ClassVar, NamedTuple

from memory.envelope import Event
from memory.events import (
    Decided,
    Demand,
    EpisodeEnded,
    EpisodeStarted,
    Leg,
    Pending,
    RunStarted,
    Settled,
    Transfer,
)
from memory.verdicts import Verdict

OUTSIDE = frozenset({"pool", "vendor", "used", "owner", "treasury"})
"""Accounts beyond the fleet, which may go below zero; so may those of payees."""

GIVERS = frozenset({"pool", "owner"})
"""Outside accounts from which something may come to a worker."""

PROJECT = "project"


class _Break(NamedTuple):
    """One broken entry: on whose account or by whom, and what is wrong with it."""

    pool: str
    key: str
    sentence: str


class Unaccounted:
    """Does everything add up? The ledger's invariants, recomputed from transfers alone.

    It alarms on exactly these, and an honest run has none of them, so it has no false alarms:

    * a worker whose holdings, by its transfers, are not what the meter (``Demand``) reads, or
      whose metered use is not what its transfers moved to ``used``;
    * an account of the fleet below zero, or with more of it pending than it holds;
    * an operation that is settled and was not pending, or as something that did not wait;
    * units from nowhere: credited to a worker from an outside account other than ``pool`` (for
      what it reserves) and ``owner`` (for what is approved), or to the project from ``used``;
    * an operation that comes twice with other content, or, by an agent, in another turn than
      its own (the same operation again is harmless and counts once);
    * a copy nobody authorised: a decision or transfer by an agent that no ``EpisodeStarted``
      has announced or whose life has ended, or an agent announced twice.

    Each account and agent is named once. Operations are remembered through the next round.
    A log that does not begin with ``RunStarted`` has opening balances that nobody told, so
    nothing is checked in it.

    Examples
    --------
    >>> from monitors.rehearsal import Rehearsal
    >>> events = list(Rehearsal(workers=2, rounds=2))
    >>> lost = [event for event in events if event.key != "w02.1/2/0"]
    >>> for verdict in map(Unaccounted().observe, lost):
    ...     if verdict:
    ...         print(verdict.sentence)
    w02 holds 63 compute by its transfers and 18 by the meter
    """

    name: ClassVar[str] = "unaccounted"
    guarantee: ClassVar[str] = "exact: books that balance never alarm"
    reads_need: ClassVar[bool] = False
    alpha: ClassVar[float] = 0.0
    """Its bound on false alarms: there are none."""
    is_calibrated: ClassVar[bool] = True
    """Books balance or do not: there is nothing to measure."""
    kinds: ClassVar[tuple[type[Event], ...]] = (
        *(RunStarted, EpisodeStarted, Decided, EpisodeEnded),
        *(Transfer, Pending, Settled, Demand),
    )

    def __init__(self) -> None:
        self._is_armed = False
        self._balances: dict[tuple[str, str], int] = {}
        self._due: dict[tuple[str, str], int] = {}
        self._used: dict[tuple[str, str], int] = {}
        self._living: dict[str, str] = {}
        self._round = 0
        self._pending: dict[str, Pending] = {}
        self._set_aside: dict[tuple[str, str], int] = {}
        self._operations: dict[str, Transfer | Pending] = {}
        self._operations_before: dict[str, Transfer | Pending] = {}
        self._ended: dict[str, Settled] = {}
        self._ended_before: dict[str, Settled] = {}
        self._named: set[str] = set()

    def observe(self, event: Event) -> Verdict | None:
        """Take up one event; answer if it breaks the books."""
        if not self._is_armed:
            self._is_armed = type(event) is RunStarted
            return None
        found: _Break | None = None
        if type(event) is Transfer:
            found = self._operation(event)
        elif type(event) is Demand:
            found = self._read_meter(event)
        elif type(event) is Decided:
            found = self._decided(event)
        elif type(event) is EpisodeStarted:
            found = self._started(event)
        elif type(event) is EpisodeEnded:
            self._living.pop(str(event.agent), None)
        elif type(event) is Pending:
            found = self._operation(event)
        elif type(event) is Settled:
            found = self._settle(event)
        return self._verdict(event, found) if found else None

    def _started(self, event: EpisodeStarted) -> _Break | None:
        agent = str(event.agent)
        if agent in self._living:
            return _Break("agent", agent, f"{agent} begins a life while it has one")
        self._living[agent] = f"{agent}/"
        return None

    def _decided(self, event: Decided) -> _Break | None:
        agent = str(event.agent)
        if agent not in self._living:
            return _Break("agent", agent, f"{agent} decides, and no living agent has that name")
        self._living[agent] = f"{agent}/{event.turn}/"
        return None

    def _operation(self, event: Transfer | Pending) -> _Break | None:
        self._turn_to(event.round)
        key = event.key
        known = (
            self._operations.get(key) or self._operations_before.get(key) or self._pending.get(key)
        )
        if known is not None and _is_same(known, event):
            return None
        self._operations[event.key] = event
        broken = self._wait(event) if type(event) is Pending else self._post(event.key, event.legs)
        if known is not None:
            who = event.agent or event.worker or PROJECT
            sentence = f"operation {event.key} of event {known.seq} comes again, with other content"
            return _Break("agent" if event.agent else "worker", who, sentence)
        return (self._actor(event) if event.agent else None) or broken

    def _turn_to(self, round: int) -> None:
        if round != self._round:
            is_next = round == self._round + 1
            self._operations_before = self._operations if is_next else {}
            self._ended_before = self._ended if is_next else {}
            self._operations, self._ended = {}, {}
            self._round = round

    def _actor(self, event: Transfer | Pending) -> _Break | None:
        agent = str(event.agent)
        operations = self._living.get(agent)
        if operations is None:
            sentence = f"{agent} moves {_said(event.legs[0])}, and no living agent has that name"
            return _Break("agent", agent, sentence)
        if event.key.startswith(f"{agent}/") and not event.key.startswith(operations):
            sentence = f"operation {event.key} happens in another turn, {operations.rstrip('/')}"
            return _Break("agent", agent, sentence)
        return None

    def _wait(self, event: Pending) -> _Break | None:
        """Set all legs aside; return the first that takes more than there is."""
        broken = None
        self._pending[event.key] = event
        for leg in event.legs:
            account = (leg.debit, leg.resource)
            aside = self._set_aside[account] = self._set_aside.get(account, 0) + leg.amount
            has = self._balances.get(account, 0)
            if aside > has and not _is_outside(leg.debit):
                sentence = f"{leg.debit} holds {has} {leg.resource}, and {aside} of it are pending"
                broken = broken or _Break(_pool(leg.debit), leg.debit, sentence)
        return broken

    def _settle(self, event: Settled) -> _Break | None:
        """Free what waited and post what moves; return what is wrong with it."""
        self._turn_to(event.round)
        known = self._ended.get(event.key) or self._ended_before.get(event.key)
        if known is not None and known.outcome == event.outcome and known.legs == event.legs:
            return None
        self._ended[event.key] = event
        waited = self._pending.pop(event.key, None)
        for leg in waited.legs if waited else ():
            account = (leg.debit, leg.resource)
            self._set_aside[account] -= leg.amount
            if not self._set_aside[account]:
                del self._set_aside[account]
        broken = self._post(event.key, event.legs)
        if waited is not None and _may_settle(waited, event):
            return broken
        did = "something else was" if waited else "nothing of it was"
        who = event.worker or PROJECT
        return _Break("worker", who, f"operation {event.key} is {event.outcome}, and {did} pending")

    def _post(self, key: str, legs: tuple[Leg, ...]) -> _Break | None:
        """Post all legs, in order; return the first thing wrong with them."""
        broken = None
        balances, set_aside = self._balances, self._set_aside
        for leg in legs:
            debit, credit = (leg.debit, leg.resource), (leg.credit, leg.resource)
            left = balances[debit] = balances.get(debit, 0) - leg.amount
            balances[credit] = balances.get(credit, 0) + leg.amount
            if _is_outside(leg.debit):
                broken = broken or _from_nowhere(leg)
            elif left < 0 or (set_aside and left < set_aside.get(debit, 0)):
                aside = set_aside.get(debit, 0)
                but = f" where {aside} are pending" if aside else ""
                sentence = f"{leg.debit} holds {left} {leg.resource} after {key}{but}"
                broken = broken or _Break(_pool(leg.debit), leg.debit, sentence)
            if leg.credit == "used":
                broken = self._use(debit, leg.amount) or broken
        return broken

    def _use(self, account: tuple[str, str], amount: int) -> _Break | None:
        """Compare what leaves an account as used with what its meter has said, or will say."""
        due = self._due.pop(account, None)
        if due is None:
            self._used[account] = self._used.get(account, 0) + amount
            return None
        if due == amount:
            return None
        owner, resource = account
        sentence = f"{owner} used {due} {resource} by the meter and {amount} by its transfers"
        return _Break("worker", owner, sentence)

    def _read_meter(self, event: Demand) -> _Break | None:
        owner, resource = account = str(event.worker), event.resource
        held = self._balances.get(account, 0)
        used = self._used.pop(account, None)
        owed = self._due.pop(account, None)
        if owed is not None:
            sentence = f"{owner} used {owed} {resource} by the meter, and none by its transfers"
            return _Break("worker", owner, sentence)
        if used is None:
            held -= event.used
            if event.used:
                self._due[account] = event.used
        elif used != event.used:
            sentence = (
                f"{owner} used {event.used} {resource} by the meter and {used} by its transfers"
            )
            return _Break("worker", owner, sentence)
        if held != event.held:
            sentence = (
                f"{owner} holds {held} {resource} by its transfers and {event.held} by the meter"
            )
            return _Break("worker", owner, sentence)
        return None

    def _verdict(self, event: Event, found: _Break) -> Verdict | None:
        if found.key in self._named:
            return None
        self._named.add(found.key)
        return Verdict(
            monitor=self.name,
            pool=found.pool,
            key=found.key,
            seq=event.seq,
            round=event.round,
            score=1.0,
            alarm=True,
            sentence=found.sentence,
        )


@lru_cache(maxsize=1024)
def _is_outside(account: str) -> bool:
    return account in OUTSIDE or account.startswith("payee/")


def _is_same(known: Transfer | Pending, event: Transfer | Pending) -> bool:
    if type(known) is Pending and type(event) is Pending and known.timeout != event.timeout:
        return False
    is_alike = known.kind == event.kind and known.purpose == event.purpose
    return is_alike and known.legs == event.legs


def _may_settle(waited: Pending, event: Settled) -> bool:
    """Whether what moves is what waited: all of its legs, none with more, or nothing at all."""
    if waited.purpose != event.purpose:
        return False
    if event.outcome != "posted":
        return not event.legs
    return len(waited.legs) == len(event.legs) and all(
        old.amount >= new.amount and new == old.model_copy(update={"amount": new.amount})
        for old, new in zip(waited.legs, event.legs, strict=True)
    )


def _pool(account: str) -> str:
    return "fleet" if account == PROJECT else "worker"


def _from_nowhere(leg: Leg) -> _Break | None:
    """Return what is wrong with getting this from outside, if anything."""
    if leg.debit in GIVERS or _is_outside(leg.credit):
        return None
    if leg.credit == PROJECT and leg.debit != "used":
        return None
    sentence = f"{leg.credit} gets {_said(leg)} from {leg.debit}, which gives it nothing"
    return _Break(_pool(leg.credit), leg.credit, sentence)


def _said(leg: Leg) -> str:
    return f"{leg.amount} {leg.resource}"
