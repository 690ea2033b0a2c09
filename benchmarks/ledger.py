"""A million random transfers: the ledger beside a model of it that is too plain to be wrong.

``python -m benchmarks.ledger --attempts 1000000`` prints one JSON object; exit 1 at a break.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from memory.errors import LedgerError
from memory.events import Fate, Leg, Pending, Purpose, Settled, ToolResult, Transfer
from scenarios.ledger import Ledger

UNLIMITED = ("treasury", "pool")
OWNERS = (*UNLIMITED, "project", "w01", "w02", "w03")
RESOURCES = ("money", "compute")
FATES: tuple[Fate, ...] = ("posted", "posted", "voided", "expired")
REMEMBERED = 40
"""Of so many newest operations some are tried again, or settled."""

Operation = Transfer | Pending | Settled | ToolResult


class Naive:
    """The ledger's rules said plainly: what each holds, what is set aside, and every key."""

    def __init__(self) -> None:
        self.round = 0
        self.held: Counter[tuple[str, str]] = Counter()
        self.aside: Counter[tuple[str, str]] = Counter()
        self.waiting: dict[str, Pending] = {}
        self.begun: dict[str, tuple[int, Transfer | Pending | ToolResult]] = {}
        self.ended: dict[str, tuple[int, Settled]] = {}

    def takes(self, event: Operation) -> bool:
        """Take an operation up as the rules have it; return whether they do."""
        self.round = max(self.round, event.round)
        if isinstance(event, Settled):
            return self._ends(event)
        if isinstance(event, ToolResult):
            if self._known(event.key) is None:
                self.begun[event.key] = (self.round, event)
            return True
        known = self._known(event.key)
        if known is not None:
            return _content(known) == _content(event)
        return event.round == self.round and self._begins(event)

    def free(self, owner: str, resource: str) -> int:
        """Return what an owner may spend."""
        return self.held[owner, resource] - self.aside[owner, resource]

    def _known(self, key: str) -> Transfer | Pending | ToolResult | None:
        round, event = self.begun.get(key, (-9, None))
        return event if self.round - round <= 1 else self.waiting.get(key)

    def _begins(self, event: Transfer | Pending) -> bool:
        left = Counter({name: self.free(*name) for name in self.held})
        for leg in event.legs:
            if leg.debit == leg.credit:
                return False
            left[leg.debit, leg.resource] -= leg.amount
            if left[leg.debit, leg.resource] < 0 and leg.debit not in UNLIMITED:
                return False
            if isinstance(event, Transfer):
                left[leg.credit, leg.resource] += leg.amount
        self.begun[event.key] = (self.round, event)
        if isinstance(event, Pending):
            self.waiting[event.key] = event
            self._set_aside(event, 1)
        else:
            self._move(event.legs)
        return True

    def _ends(self, event: Settled) -> bool:
        round, before = self.ended.get(event.key, (-9, None))
        if before is not None and self.round - round <= 1:
            return _content(before) == _content(event)
        waited = self.waiting.get(event.key)
        if waited is None or event.round < self.round or not _fits(waited, event):
            return False
        self.ended[event.key] = (self.round, event)
        self._set_aside(self.waiting.pop(event.key), -1)
        self._move(event.legs)
        return True

    def _set_aside(self, event: Pending, times: int) -> None:
        for leg in event.legs:
            self.aside[leg.debit, leg.resource] += times * leg.amount

    def _move(self, legs: tuple[Leg, ...]) -> None:
        for leg in legs:
            self.held[leg.debit, leg.resource] -= leg.amount
            self.held[leg.credit, leg.resource] += leg.amount


def _content(event: Operation) -> object:
    return event.model_dump(exclude={"seq", "round"})


def _fits(waited: Pending, event: Settled) -> bool:
    age = event.round - waited.round
    if waited.purpose != event.purpose:
        return False
    if event.outcome == "expired":
        return age >= waited.timeout and not event.legs
    if event.outcome == "voided":
        return age <= waited.timeout and not event.legs
    sides = [
        [(leg.resource, leg.debit, leg.credit) for leg in legs]
        for legs in (waited.legs, event.legs)
    ]
    return (
        age <= waited.timeout
        and sides[0] == sides[1]
        and all(new.amount <= old.amount for old, new in zip(waited.legs, event.legs, strict=True))
    )


class Attempts:
    """Random operations without end: fresh ones, repeats, forgeries, and what settles them."""

    def __init__(self, seed: int) -> None:
        self._luck = random.Random(seed)
        self._round = 1
        self._number = 0
        self._recent: list[Operation] = []
        self._waiting: list[Pending] = []

    def __iter__(self) -> Iterator[Operation]:
        """Make them."""
        kinds = (self._fresh, self._pending, self._settled, self._again, self._forged, self._failed)
        while True:
            [make] = self._luck.choices(kinds, (45, 18, 22, 6, 6, 3))
            event = make()
            self._recent = [*self._recent[-REMEMBERED:], event]
            yield event
            if self._luck.random() < 0.04:
                self._round += self._luck.choice((1, 1, 1, 2))

    def _fresh(self) -> Transfer:
        return Transfer(
            seq=1, round=self._when(), key=self._key(), purpose="pay", legs=self._legs()
        )

    def _pending(self) -> Pending:
        event = Pending(
            seq=1,
            round=self._when(),
            key=self._key(),
            purpose="pay",
            timeout=self._luck.randint(1, 4),
            legs=self._legs(),
        )
        self._waiting = [*self._waiting[-REMEMBERED:], event]
        return event

    def _settled(self) -> Operation:
        if not self._waiting:
            return self._pending()
        waited = self._luck.choice(self._waiting)
        outcome: Fate = self._luck.choice(FATES)
        legs = waited.legs if outcome == "posted" else ()
        if outcome == "posted" and self._luck.random() < 0.5:
            legs = tuple(
                leg.model_copy(update={"amount": self._luck.randint(1, leg.amount)}) for leg in legs
            )
        if self._luck.random() < 0.05:
            legs = self._legs()
        purpose: Purpose = "use" if self._luck.random() < 0.02 else waited.purpose
        return Settled(
            seq=1, round=self._when(), key=waited.key, purpose=purpose, outcome=outcome, legs=legs
        )

    def _again(self) -> Operation:
        return self._luck.choice(self._recent) if self._recent else self._fresh()

    def _forged(self) -> Operation:
        """Say something else under a key that has been used."""
        old = self._again()
        if isinstance(old, ToolResult) or self._luck.random() < 0.3:
            return self._fresh().model_copy(update={"key": old.key})
        if isinstance(old, Settled):
            return old.model_copy(update={"outcome": "voided", "legs": ()})
        legs = (*old.legs[:-1], old.legs[-1].model_copy(update={"amount": 61}))
        return old.model_copy(update={"legs": legs})

    def _failed(self) -> ToolResult:
        return ToolResult(seq=1, round=self._round, key=self._key(), tool="pay", error="no money")

    def _when(self) -> int:
        return max(0, self._round - (self._luck.random() < 0.02))

    def _key(self) -> str:
        self._number += 1
        return f"k{self._number}"

    def _legs(self) -> tuple[Leg, ...]:
        luck = self._luck
        count = luck.choice((1, 1, 1, 2, 3))
        legs = []
        for _ in range(count):
            debit, credit = luck.choices(OWNERS, k=2) if luck.random() < 0.1 else self._sides()
            resource, amount = luck.choice(RESOURCES), luck.randint(1, 60)
            legs.append(Leg(resource=resource, debit=debit, credit=credit, amount=amount))
        return tuple(legs)

    def _sides(self) -> list[str]:
        return self._luck.sample(OWNERS, 2)


class Walk(NamedTuple):
    """What came of a walk; ``broken`` says how the ledger first differed from the model."""

    attempts: int
    taken: int
    refused: int
    broken: str = ""


def walk(ledger: Ledger, attempts: int, seed: int = 0) -> Walk:
    """Put random operations to a ledger and to the model, up to the first difference.

    After each, the accounts it names hold the same in both, and every thousand all do, and
    debits equal credits.
    """
    model, taken, number = Naive(), 0, 0
    for number, event in zip(range(1, attempts + 1), Attempts(seed), strict=False):
        is_taken = model.takes(event)
        taken += is_taken
        if broken := _differs(ledger, model, event, is_taken):
            return Walk(number, taken, number - taken, f"attempt {number}, {event!r}: {broken}")
        if number % 1000 == 0 and (broken := _out_of_balance(ledger, model)):
            return Walk(number, taken, number - taken, f"after attempt {number}: {broken}")
    return Walk(number, taken, number - taken, _out_of_balance(ledger, model))


def _differs(ledger: Ledger, model: Naive, event: Operation, is_taken: bool) -> str:
    refusal = ""
    try:
        ledger.fold(event)
    except LedgerError as error:
        refusal = str(error) or "refused"
    if is_taken == bool(refusal):
        return refusal or "taken, and should be refused"
    legs = () if isinstance(event, ToolResult) else event.legs
    waited = () if event.key not in model.waiting else model.waiting[event.key].legs
    for leg in (*legs, *waited):
        for owner in (leg.debit, leg.credit):
            if ledger.free(owner, leg.resource) != model.free(owner, leg.resource):
                return f"{owner} has {ledger.free(owner, leg.resource)} {leg.resource} free"
    return ""


def _out_of_balance(ledger: Ledger, model: Naive) -> str:
    totals: Counter[str] = Counter()
    for account, entries in ledger.accounts().items():
        totals[account.resource] += entries.debits - entries.credits
        if (entries.balance, entries.pending) != (model.held[account], model.aside[account]):
            return f"{'/'.join(account)} is {entries}, and should hold {model.held[account]}"
        if entries.free < 0 and account.owner not in UNLIMITED:
            return f"{'/'.join(account)} is {entries}, below zero"
    if dict(ledger.pending) != model.waiting:
        return f"{len(ledger.pending)} operations are pending, and should be {len(model.waiting)}"
    return "debits are not credits" if any(totals.values()) else ""


def main() -> int:
    """Parse the command line, walk, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    started = time.perf_counter()
    found = walk(Ledger(UNLIMITED), asked.attempts, asked.seed)
    print(json.dumps({**found._asdict(), "seconds": round(time.perf_counter() - started, 1)}))
    return 1 if found.broken else 0


if __name__ == "__main__":
    sys.exit(main())
