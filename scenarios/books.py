"""What the ledger keeps of each account; the books recomputed the slow way; amounts in words."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from memory.envelope import Event
from memory.events import Leg, Pending, ResourceTerms, Settled, Transfer

K = TypeVar("K", bound=Hashable)


class Account(NamedTuple):
    """Whose holdings of which resource."""

    owner: str
    resource: str


@dataclass(slots=True)
class Entries:
    """What was ever taken from an account and put into it, and what is set aside of it."""

    debits: int = 0
    credits: int = 0
    pending: int = 0

    @property
    def balance(self) -> int:
        """What the account holds; below zero only where that is allowed."""
        return self.credits - self.debits

    @property
    def free(self) -> int:
        """What of it is not set aside by what is pending."""
        return self.credits - self.debits - self.pending


def recompute(events: Iterable[Event]) -> dict[Account, Entries]:
    """Return the books that a run's events amount to, counting each operation once.

    This is the slow and obvious way, for tests and audits: it keeps every key.
    """
    books: dict[Account, Entries] = {}
    waiting: dict[str, Pending] = {}
    begun: set[str] = set()
    for event in events:
        if type(event) is Settled:
            waited = waiting.pop(event.key, None)
            if waited is not None:
                _set_aside(books, waited, -1)
                _move(books, event.legs)
        elif (type(event) is Transfer or type(event) is Pending) and event.key not in begun:
            begun.add(event.key)
            if type(event) is Pending:
                waiting[event.key] = event
                _set_aside(books, event, 1)
            else:
                _move(books, event.legs)
    return books


def written(amount: int, terms: ResourceTerms) -> str:
    """Return an amount as a person writes it.

    Examples
    --------
    >>> written(11_900, ResourceTerms(name="money", unit="usd", decimals=2))
    '119.00 usd'
    """
    if not terms.decimals:
        return f"{amount} {terms.unit}"
    whole, part = divmod(abs(amount), 10**terms.decimals)
    return f"{'-' * (amount < 0)}{whole}.{part:0{terms.decimals}d} {terms.unit}"


def entries_of(books: dict[K, Entries], name: K) -> Entries:
    """Return an account's entries, which it has from now on."""
    entries = books.get(name)
    if entries is None:
        entries = books[name] = Entries()
    return entries


def _set_aside(books: dict[Account, Entries], waiting: Pending, times: int) -> None:
    for leg in waiting.legs:
        entries_of(books, Account(leg.debit, leg.resource)).pending += times * leg.amount


def _move(books: dict[Account, Entries], legs: Iterable[Leg]) -> None:
    for leg in legs:
        entries_of(books, Account(leg.debit, leg.resource)).debits += leg.amount
        entries_of(books, Account(leg.credit, leg.resource)).credits += leg.amount
