"""A run as an outside auditor reads it: every event, what it moved, and what each account holds.

The lines say enough to recompute every balance without a line of our code: what is posted or
pending adds up to the accounts, and each effect belongs to one operation.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import JsonValue

from memory.envelope import Event
from memory.errors import CorruptJournal, LedgerError, SuperorganismError
from memory.events import Leg, Pending, Settled, Transfer
from memory.journal import Journal
from memory.log import GENESIS, chain
from scenarios.ledger import Ledger
from scenarios.world import OUTSIDE

Fields = dict[str, JsonValue]


class Integrity(NamedTuple):
    """Whether a run's chain and books hold, up to event number ``seq``; else what does not."""

    seq: int
    problem: str = ""


def integrity(journal: Journal, run: str) -> Integrity:
    """Recompute a run's hash chain and fold its books, keeping no more than the accounts.

    Raises
    ------
    UnknownRun
        If there is no such run.
    """
    ledger, seq = Ledger(OUTSIDE), journal.run(run).seq
    try:
        seq = journal.verify(run).seq
        for entry in journal.entries(run, limit=seq):
            ledger.fold(entry.event)
    except SuperorganismError as error:
        return Integrity(seq, str(error))
    return Integrity(seq)


def audit(journal: Journal, run: str, found: Integrity) -> Iterator[Fields]:
    """Yield a run's lines: ``meta``, events with their transfers, what is pending, accounts.

    Where the run is not sound, it goes as far as the first event that does not fit.
    """
    yield {"kind": "meta", "integrity": found.problem or "ok"}
    ledger = Ledger(OUTSIDE)
    try:
        yield from _events(journal, run, found.seq, ledger)
    except (CorruptJournal, LedgerError):
        # The meta line has said so, and nothing behind the fault can be relied on.
        if not found.problem:
            raise
    for waiting in ledger.pending.values():
        yield from _transfers(waiting.key, waiting.legs, "pending")
    yield from _accounts(ledger)


def _events(journal: Journal, run: str, seq: int, ledger: Ledger) -> Iterator[Fields]:
    hash = GENESIS
    for event, body, stored in journal.entries(run, limit=seq):
        is_sound = chain(hash, body) == stored
        hash = stored
        yield {
            "kind": "event",
            "seq": event.seq,
            "key": event.key,
            "chain_ok": is_sound,
            "effect": _effect(event, ledger),
        }
        if not is_sound:
            return
        moved = list(_moved(event, ledger))
        ledger.fold(event)
        yield from moved


def _effect(event: Event, ledger: Ledger) -> str | None:
    """Return the operation that begins with this event; how it is settled is told by its state."""
    is_one = isinstance(event, Transfer | Pending)
    return event.key if is_one and not ledger.knows(event.key) else None


def _moved(event: Event, ledger: Ledger) -> Iterator[Fields]:
    """Yield the transfers whose last word this event is."""
    if isinstance(event, Transfer):
        if not ledger.knows(event.key):
            yield from _transfers(event.key, event.legs, "posted")
    elif isinstance(event, Settled) and event.key in ledger.pending:
        legs = event.legs or ledger.pending[event.key].legs
        yield from _transfers(event.key, legs, event.outcome)


def _transfers(operation: str, legs: tuple[Leg, ...], state: str) -> Iterator[Fields]:
    for number, leg in enumerate(legs, start=1):
        yield {
            "kind": "transfer",
            "id": f"{operation}#{number}",
            "op": operation,
            "debit": f"{leg.debit}/{leg.resource}",
            "credit": f"{leg.credit}/{leg.resource}",
            "amount": leg.amount,
            "state": state,
            "resource": leg.resource,
        }


def _accounts(ledger: Ledger) -> Iterator[Fields]:
    for account, entries in ledger.accounts().items():
        yield {
            "kind": "account",
            "id": "/".join(account),
            "resource": account.resource,
            "debits": entries.debits,
            "credits": entries.credits,
            "pending": entries.pending,
            "nonneg": account.owner not in OUTSIDE,
        }
