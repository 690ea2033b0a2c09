"""The double-entry ledger: where every unit lies, as a fold of what moves and what waits.

The rules are those of TigerBeetle's accounting model (tigerbeetle.com, *Data modeling* and
*Two-phase transfers*): whole numbers only, every movement has a debit and a credit account, an
operation happens with all its legs or not at all, it may first be pending and is then settled
exactly once, and the same operation can be applied twice without harm.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from memory.envelope import Event
from memory.errors import LedgerError
from memory.events import Leg, Pending, ResourceTerms, Settled, ToolResult, Transfer
from scenarios.books import Account, Entries, recompute, written
from scenarios.operation import difference, other_settlement, unfit

__all__ = ["LARGEST", "REFUSAL", "Account", "Entries", "Ledger", "recompute", "written"]

LARGEST = 2**63 - 1
"""The largest amount of one leg: what any database keeps in a whole-number column."""


REFUSAL = "this cannot be done now"
"""What an agent is told where no reason of its own making stands against a call."""


class Ledger:
    """The books of one run.

    A leg takes its amount from ``debit`` and puts it into ``credit``. An account exists from
    its first leg on, and what is free in it can never go below zero unless its owner is
    ``unlimited``. Legs take effect in order, so a later leg may spend what an earlier one
    brought. The legs of one operation are a linked chain: all of them happen, or none.

    A ``Pending`` operation sets its amounts aside: they still lie where they lay, and nobody
    can spend them. ``Settled`` ends it, exactly once: *posted* moves the same legs, each with
    at most its amount, and the rest is free again; *voided* and *expired* move nothing. It may
    be posted or voided through the round its timeout ends in, and expires from that round on.
    As what is set aside is counted from the start, settling can never break the books.

    Operations are remembered through the round after their own, those that were refused
    too; a transfer of a round before that is refused, so an operation that has been forgotten
    cannot be applied again, and the ledger's memory does not grow with the length of the run.

    Parameters
    ----------
    unlimited
        Owners outside the books, such as the source of minted money: their balance may go
        below zero.
    terms
        Units and decimals, for messages.

    Attributes
    ----------
    frozen
        Accounts that nothing may leave or enter by a call; what the world itself moves does.

    Examples
    --------
    >>> usd = ResourceTerms(name="money", unit="usd", decimals=2)
    >>> ledger = Ledger(["treasury"], [usd])
    >>> gift = Leg(resource="money", debit="treasury", credit="project", amount=1_200)
    >>> ledger.fold(Transfer(seq=1, round=0, key="mint/money", purpose="mint", legs=(gift,)))
    >>> bill = Leg(resource="money", debit="project", credit="payee/acme", amount=900)
    >>> ledger.fold(
    ...     Pending(seq=2, round=1, key="w01.1/1/0", purpose="pay", timeout=3, legs=(bill,))
    ... )
    >>> ledger.balance("project", "money"), ledger.free("project", "money")
    (1200, 300)
    >>> ledger.check("w02.1/1/0", [bill])
    'project has 3.00 usd; this takes 9.00 usd'
    >>> ledger.fold(Settled(seq=3, round=4, key="w01.1/1/0", purpose="pay", outcome="expired"))
    >>> ledger.free("project", "money")
    1200
    """

    def __init__(self, unlimited: Iterable[str] = (), terms: Iterable[ResourceTerms] = ()) -> None:
        self._unlimited = frozenset(unlimited)
        self._terms = {term.name: term for term in terms}
        self._books: defaultdict[tuple[str, str], Entries] = defaultdict(Entries)
        self._turnover: defaultdict[str, Entries] = defaultdict(Entries)
        self._round = 0
        self._operations: dict[str, Transfer | Pending | ToolResult] = {}
        self._operations_before: dict[str, Transfer | Pending | ToolResult] = {}
        self._settled: dict[str, Settled] = {}
        self._settled_before: dict[str, Settled] = {}
        self._pending: dict[str, Pending] = {}
        self._vetted: tuple[tuple[Leg, ...], bool] | None = None
        self.frozen: frozenset[str] = frozenset()

    @property
    def pending(self) -> Mapping[str, Pending]:
        """What waits to be settled, by key, the longest waiting first."""
        return MappingProxyType(self._pending)

    def balance(self, owner: str, resource: str) -> int:
        """Return what ``owner`` holds of ``resource``, in its smallest unit."""
        entries = self._books.get((owner, resource))
        return entries.credits - entries.debits if entries else 0

    def free(self, owner: str, resource: str) -> int:
        """Return what ``owner`` may spend of ``resource``: what it holds and is not set aside."""
        entries = self._books.get((owner, resource))
        return entries.credits - entries.debits - entries.pending if entries else 0

    def accounts(self) -> dict[Account, Entries]:
        """Return a copy of the books, in the order in which the accounts came to be."""
        return {
            Account(*name): Entries(entries.debits, entries.credits, entries.pending)
            for name, entries in self._books.items()
        }

    def check(self, key: str, legs: Iterable[Leg], timeout: int = 0) -> str | None:
        """Return why an operation would be refused, or None; nothing changes.

        None also stands for an operation that has happened already with the same content.

        Parameters
        ----------
        key
            The operation's identity.
        legs
            What would move, in order.
        timeout
            For how many rounds it would be pending; 0 for at once.
        """
        legs = tuple(legs)
        known = self._known(key)
        if known is not None:
            return difference(known, legs, timeout)
        refusal = self._refusal(legs, waits=timeout > 0)
        if self.frozen and any({leg.debit, leg.credit} & self.frozen for leg in legs):
            refusal = REFUSAL
        self._vetted = None if refusal else (legs, timeout > 0)
        return refusal

    def knows(self, key: str) -> bool:
        """Whether an operation of that key is remembered: one that happened, waits or failed."""
        return self._known(key) is not None

    def fold(self, event: Event) -> None:
        """Take up one event of the log: transfers, pending ones, and how those are settled.

        Of a tool's refusal it remembers the key: nothing else may happen under it.

        Raises
        ------
        LedgerError
            If the event would break the books, or if its key stands for another operation;
            then nothing is changed. And if the books do not add up afterwards.
        """
        if type(event) is Transfer:
            self._enter(event, 0)
        elif type(event) is Pending:
            self._enter(event, event.timeout)
        elif type(event) is Settled:
            self._settle(event)
        elif type(event) is ToolResult and event.error:
            self._turn_to(event.round)
            if not self.knows(event.key):
                self._operations[event.key] = event

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

    def _known(self, key: str) -> Transfer | Pending | ToolResult | None:
        return (
            self._operations.get(key) or self._operations_before.get(key) or self._pending.get(key)
        )

    def _turn_to(self, round: int) -> None:
        if round > self._round:
            is_next = round == self._round + 1
            self._operations_before = self._operations if is_next else {}
            self._settled_before = self._settled if is_next else {}
            self._operations, self._settled = {}, {}
            self._round = round

    def _enter(self, event: Transfer | Pending, timeout: int) -> None:
        """Let an operation happen, or wait; once."""
        self._turn_to(event.round)
        known = self._known(event.key)
        if known is not None:
            if not isinstance(known, ToolResult) and known.purpose != event.purpose:
                was, now = known.purpose, event.purpose
                raise LedgerError(f"{event.key} exists with another purpose: {was}, now {now}")
            if problem := difference(known, event.legs, timeout):
                raise LedgerError(problem)
            return
        self._refuse_late(event)
        vetted, self._vetted = self._vetted, None
        # What was vetted just now, with nothing in between, need not be vetted again.
        is_vetted = vetted and vetted[0] is event.legs and vetted[1] == (timeout > 0)
        if not is_vetted and (reason := self._refusal(event.legs, waits=timeout > 0)):
            raise LedgerError(f"{event.key}: {reason}")
        if type(event) is Pending:
            self._set_aside(event)
        else:
            self._move(event.legs)
        self._operations[event.key] = event
        self._assert_sound(event.key, event.legs)

    def _settle(self, event: Settled) -> None:
        """End what is pending; once."""
        self._turn_to(event.round)
        done = self._settled.get(event.key) or self._settled_before.get(event.key)
        if done is not None:
            if problem := other_settlement(done, event):
                raise LedgerError(problem)
            return
        waiting = self._pending.get(event.key)
        if waiting is None:
            raise LedgerError(f"{event.key} cannot be {event.outcome}: nothing of it is pending")
        self._refuse_late(event)
        self._vetted = None
        if problem := unfit(waiting, event):
            raise LedgerError(problem)
        self._give_back(waiting)
        self._move(event.legs)
        self._settled[event.key] = event
        self._assert_sound(event.key, waiting.legs)

    def _refuse_late(self, event: Event) -> None:
        if event.round < self._round:
            at = self._round
            raise LedgerError(f"{event.key} is of round {event.round}, and the books are at {at}")

    def _set_aside(self, waiting: Pending) -> None:
        self._pending[waiting.key] = waiting
        for leg in waiting.legs:
            self._books[leg.debit, leg.resource].pending += leg.amount

    def _give_back(self, waiting: Pending) -> None:
        del self._pending[waiting.key]
        for leg in waiting.legs:
            self._books[leg.debit, leg.resource].pending -= leg.amount

    def _move(self, legs: tuple[Leg, ...]) -> None:
        books = self._books
        for leg in legs:
            amount, resource = leg.amount, leg.resource
            books[leg.debit, resource].debits += amount
            books[leg.credit, resource].credits += amount
            turnover = self._turnover[resource]
            turnover.debits += amount
            turnover.credits += amount

    def _assert_sound(self, key: str, legs: tuple[Leg, ...]) -> None:
        for leg in legs:
            turnover = self._turnover[leg.resource]
            if turnover.debits != turnover.credits:
                raise LedgerError(f"after {key}, {leg.resource} does not add up")
            source = self._books[leg.debit, leg.resource]
            if source.pending < 0:
                raise LedgerError(f"after {key}, less than nothing of {leg.debit} is set aside")
            if source.debits + source.pending > source.credits and leg.debit not in self._unlimited:
                raise LedgerError(f"after {key}, {leg.debit} is below zero")

    def _refusal(self, legs: tuple[Leg, ...], waits: bool) -> str | None:
        change: dict[tuple[str, str], int] = {}
        for leg in legs:
            debit, credit, resource, amount = leg.debit, leg.credit, leg.resource, leg.amount
            if debit == credit:
                return f"{debit} cannot be on both sides"
            if not 0 < amount <= LARGEST:
                return f"an amount is {amount}; it must be from 1 to {LARGEST}"
            if debit not in self._unlimited:
                before = change.get((debit, resource), 0)
                has = self.free(debit, resource) + before
                if has < amount:
                    said, takes = self._say(resource, has), self._say(resource, amount)
                    return f"{debit} has {said}; this takes {takes}"
                change[debit, resource] = before - amount
            if not waits:
                change[credit, resource] = change.get((credit, resource), 0) + amount
        return None

    def _say(self, resource: str, amount: int) -> str:
        terms = self._terms.get(resource)
        return written(amount, terms) if terms else f"{amount} {resource}"
