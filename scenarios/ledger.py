"""The double-entry ledger: where every unit lies, as a fold of transfers.

The rules are those of TigerBeetle's accounting model (tigerbeetle.com, *Data modeling*):
whole numbers only, every movement has a debit and a credit account, an operation happens with
all its legs or not at all, and the same operation can be applied twice without harm.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from memory.errors import LedgerError
from memory.events import Event, Leg, ResourceTerms, Transfer

LARGEST = 2**63 - 1
"""The largest amount of one leg: what any database keeps in a whole-number column."""

K = TypeVar("K", bound=Hashable)


class Account(NamedTuple):
    """Whose holdings of which resource."""

    owner: str
    resource: str


@dataclass(slots=True)
class Entries:
    """What was ever taken from an account (debits) and put into it (credits)."""

    debits: int = 0
    credits: int = 0

    @property
    def balance(self) -> int:
        """What the account holds; below zero only where that is allowed."""
        return self.credits - self.debits


class Ledger:
    """The books of one run.

    A leg takes its amount from ``debit`` and puts it into ``credit``. An account exists from
    its first leg on, and can never go below zero unless its owner is ``unlimited``. Legs take
    effect in order, so a later leg may spend what an earlier one brought.

    Operations are remembered through the round after their own. A transfer of a round before
    that is refused, so an operation that has been forgotten cannot be applied again, and the
    ledger's memory does not grow with the length of the run.

    Parameters
    ----------
    unlimited
        Owners outside the books, such as the source of minted money: their balance may go
        below zero.
    terms
        Units and decimals, for messages.

    Examples
    --------
    >>> usd = ResourceTerms(name="money", unit="usd", decimals=2)
    >>> ledger = Ledger(["treasury"], [usd])
    >>> gift = Leg(resource="money", debit="treasury", credit="project", amount=1_200)
    >>> ledger.fold(Transfer(seq=1, round=0, key="mint/money", purpose="mint", legs=(gift,)))
    >>> ledger.balance("project", "money"), ledger.balance("treasury", "money")
    (1200, -1200)
    >>> ledger.check("w01.1/1/0", [Leg(resource="money", debit="project", credit="vendor",
    ...                                amount=11_900)])
    'project has 12.00 usd; this takes 119.00 usd'
    """

    def __init__(self, unlimited: Iterable[str] = (), terms: Iterable[ResourceTerms] = ()) -> None:
        self._unlimited = frozenset(unlimited)
        self._terms = {term.name: term for term in terms}
        self._books: dict[tuple[str, str], Entries] = {}
        self._turnover: dict[str, Entries] = {}
        self._round = 0
        self._operations: dict[str, Transfer] = {}
        self._operations_before: dict[str, Transfer] = {}

    def balance(self, owner: str, resource: str) -> int:
        """Return what ``owner`` holds of ``resource``, in its smallest unit."""
        entries = self._books.get((owner, resource))
        return entries.credits - entries.debits if entries else 0

    def accounts(self) -> dict[Account, Entries]:
        """Return a copy of the books, in the order in which the accounts came to be."""
        return {
            Account(*name): Entries(entries.debits, entries.credits)
            for name, entries in self._books.items()
        }

    def check(self, key: str, legs: Iterable[Leg]) -> str | None:
        """Return why an operation would be refused, or None; nothing changes.

        None also stands for an operation that has happened already with the same legs.
        """
        legs = tuple(legs)
        known = self._known(key)
        if known is not None:
            return _difference(key, known.legs, legs)
        return self._refusal(legs)

    def fold(self, event: Event) -> None:
        """Take up one event of the log; only transfers move anything.

        Raises
        ------
        LedgerError
            If the transfer would break the books, or if its key stands for another operation;
            then nothing is changed. And if the books do not add up afterwards.
        """
        if type(event) is Transfer:
            self._turn_to(event.round)
            known = self._known(event.key)
            if known is None:
                self._post(event)
            elif known.purpose != event.purpose:
                raise LedgerError(
                    f"{event.key} exists with another purpose: {known.purpose}, now {event.purpose}"
                )
            elif problem := _difference(event.key, known.legs, event.legs):
                raise LedgerError(problem)

    def audit(self, events: Iterable[Event]) -> None:
        """Recompute the books from all of a run's events and compare.

        Raises
        ------
        LedgerError
            Naming the first account that does not hold what its transfers say.
        """
        recomputed = recompute(events)
        for name in recomputed | self.accounts():
            kept = self._books.get(name, Entries())
            true = recomputed.get(name, Entries())
            if kept != true:
                raise LedgerError(f"{'/'.join(name)}: the books say {kept}, its transfers {true}")

    def _known(self, key: str) -> Transfer | None:
        return self._operations.get(key) or self._operations_before.get(key)

    def _turn_to(self, round: int) -> None:
        if round > self._round:
            is_next = round == self._round + 1
            self._operations_before = self._operations if is_next else {}
            self._operations = {}
            self._round = round

    def _post(self, transfer: Transfer) -> None:
        if transfer.round < self._round:
            raise LedgerError(
                f"{transfer.key} is of round {transfer.round}, and the books are at {self._round}"
            )
        if reason := self._refusal(transfer.legs):
            raise LedgerError(f"{transfer.key}: {reason}")
        for leg in transfer.legs:
            source = _entries(self._books, (leg.debit, leg.resource))
            target = _entries(self._books, (leg.credit, leg.resource))
            turnover = _entries(self._turnover, leg.resource)
            source.debits += leg.amount
            target.credits += leg.amount
            turnover.debits += leg.amount
            turnover.credits += leg.amount
        self._operations[transfer.key] = transfer
        self._assert_sound(transfer)

    def _assert_sound(self, transfer: Transfer) -> None:
        for leg in transfer.legs:
            turnover = self._turnover[leg.resource]
            if turnover.debits != turnover.credits:
                raise LedgerError(f"after {transfer.key}, {leg.resource} does not add up")
            source = self._books[leg.debit, leg.resource]
            if source.debits > source.credits and leg.debit not in self._unlimited:
                raise LedgerError(f"after {transfer.key}, {leg.debit} is below zero")

    def _refusal(self, legs: tuple[Leg, ...]) -> str | None:
        left: dict[tuple[str, str], int] = {}
        for leg in legs:
            if leg.debit == leg.credit:
                return f"{leg.debit} cannot be on both sides"
            if not 0 < leg.amount <= LARGEST:
                return f"an amount is {leg.amount}; it must be from 1 to {LARGEST}"
            source, target = (leg.debit, leg.resource), (leg.credit, leg.resource)
            has = left[source] if source in left else self.balance(*source)
            if has < leg.amount and leg.debit not in self._unlimited:
                said = self._say(leg.resource, has)
                return f"{leg.debit} has {said}; this takes {self._say(leg.resource, leg.amount)}"
            left[source] = has - leg.amount
            left[target] = (left[target] if target in left else self.balance(*target)) + leg.amount
        return None

    def _say(self, resource: str, amount: int) -> str:
        terms = self._terms.get(resource)
        return written(amount, terms) if terms else f"{amount} {resource}"


def recompute(events: Iterable[Event]) -> dict[Account, Entries]:
    """Return the books that a run's transfers amount to, counting each operation once.

    This is the slow and obvious way, for tests and audits: it keeps every key.
    """
    books: dict[Account, Entries] = {}
    seen: set[str] = set()
    for event in events:
        if type(event) is Transfer and event.key not in seen:
            seen.add(event.key)
            for leg in event.legs:
                _entries(books, Account(leg.debit, leg.resource)).debits += leg.amount
                _entries(books, Account(leg.credit, leg.resource)).credits += leg.amount
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


def _entries(books: dict[K, Entries], name: K) -> Entries:
    entries = books.get(name)
    if entries is None:
        entries = books[name] = Entries()
    return entries


def _difference(key: str, known: tuple[Leg, ...], legs: tuple[Leg, ...]) -> str | None:
    if len(known) != len(legs):
        return f"{key} exists with {len(known)} legs, now {len(legs)}"
    for number, (old, new) in enumerate(zip(known, legs, strict=True), start=1):
        for field in Leg.model_fields:
            was, now = getattr(old, field), getattr(new, field)
            if was != now:
                return f"{key} exists with another {field} in leg {number}: {was}, now {now}"
    return None
