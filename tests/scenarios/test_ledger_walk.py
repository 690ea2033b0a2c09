"""The ledger beside a model too plain to be wrong; and every way of ours to break it is caught."""

from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from benchmarks.ledger import OWNERS, RESOURCES, UNLIMITED, Naive, Operation, walk
from memory.envelope import Event
from memory.errors import LedgerError
from memory.events import Fate, Leg, Pending, Settled, ToolResult, Transfer
from scenarios.ledger import Ledger, recompute


def test_twenty_thousand_random_operations_leave_ledger_and_model_the_same() -> None:
    for seed in range(4):
        found = walk(Ledger(UNLIMITED), 5_000, seed)
        assert found.broken == ""
        assert found.taken > 1_000
        assert found.refused > 1_000


class MovesTwice(Ledger):
    """Applies everything two times."""

    def _move(self, legs: tuple[Leg, ...]) -> None:
        super()._move(legs)
        super()._move(legs)


class GivesNothing(Ledger):
    """Takes, and does not give."""

    def _move(self, legs: tuple[Leg, ...]) -> None:
        for leg in legs:
            super()._move((leg,))
            self._books[leg.credit, leg.resource].credits -= leg.amount


class MixesSides(Ledger):
    """Moves from credit to debit."""

    def _move(self, legs: tuple[Leg, ...]) -> None:
        turned = {"debit": "credit", "credit": "debit"}
        super()._move(
            tuple(
                leg.model_copy(update={new: getattr(leg, old) for old, new in turned.items()})
                for leg in legs
            )
        )


class MovesTheFirstLeg(Ledger):
    """Forgets the rest of a chain."""

    def _move(self, legs: tuple[Leg, ...]) -> None:
        super()._move(legs[:1])


class MovesByHalves(Ledger):
    """Lets legs happen one by one, until one fails."""

    def _enter(self, event: Transfer | Pending, timeout: int) -> None:
        if type(event) is Transfer and len(event.legs) > 1 and not self.knows(event.key):
            for number, leg in enumerate(event.legs):
                part = {"legs": (leg,), "key": f"{event.key}/{number}"}
                super()._enter(event.model_copy(update=part), timeout)
            self._operations[event.key] = event
        else:
            super()._enter(event, timeout)


class SkipsNonneg(Ledger):
    """Lets anyone spend what they do not have."""

    def _refusal(self, legs: tuple[Leg, ...], waits: bool) -> None:
        return None

    def _assert_sound(self, key: str, legs: tuple[Leg, ...]) -> None:
        return


class ForgetsToCheck(Ledger):
    """Has lost its check, and not its invariants."""

    def _refusal(self, legs: tuple[Leg, ...], waits: bool) -> None:
        return None


class IgnoresPending(Ledger):
    """Lets what is set aside be spent."""

    def free(self, owner: str, resource: str) -> int:
        return self.balance(owner, resource)

    def _assert_sound(self, key: str, legs: tuple[Leg, ...]) -> None:
        return


class SpendsWhatIsToCome(Ledger):
    """Lets a pending leg spend what another pending leg would bring."""

    def _refusal(self, legs: tuple[Leg, ...], waits: bool) -> str | None:
        return super()._refusal(legs, waits=False)

    def _assert_sound(self, key: str, legs: tuple[Leg, ...]) -> None:
        return


class SetsNothingAside(Ledger):
    """Only notes down what is pending."""

    def _set_aside(self, waiting: Pending) -> None:
        self._pending[waiting.key] = waiting

    def _give_back(self, waiting: Pending) -> None:
        del self._pending[waiting.key]


class MovesAtOnce(Ledger):
    """Does not let anything wait."""

    def _set_aside(self, waiting: Pending) -> None:
        super()._set_aside(waiting)
        self._move(waiting.legs)


class NeverGivesBack(Ledger):
    """Keeps set aside what has been settled."""

    def _give_back(self, waiting: Pending) -> None:
        del self._pending[waiting.key]


class GivesBackWhatIsPosted(Ledger):
    """Keeps the rest of a partial posting set aside."""

    def _settle(self, event: Settled) -> None:
        waiting = self._pending.get(event.key)
        super()._settle(event)
        if waiting is not None and event.key not in self._pending:
            for old, new in zip(waiting.legs, event.legs, strict=False):
                rest = old.amount - new.amount
                self._books[old.debit, old.resource].pending += rest


class Ends(Ledger):
    """Settles in some other way than it is told."""

    instead: ClassVar[dict[Fate, Fate]] = {}

    def _settle(self, event: Settled) -> None:
        waiting = self._pending.get(event.key)
        outcome = self.instead.get(event.outcome, event.outcome)
        super()._settle(event)
        if waiting is not None and event.key not in self._pending and outcome == "posted":
            self._move(waiting.legs)


class ExpirePosts(Ends):
    """Pays what has expired."""

    instead: ClassVar[dict[Fate, Fate]] = {"expired": "posted", "posted": "voided"}


class VoidPosts(Ends):
    """Pays what has been voided."""

    instead: ClassVar[dict[Fate, Fate]] = {"voided": "posted", "posted": "voided"}


class PostsAllThatWaited(Ledger):
    """Posts whole amounts where less was posted."""

    def _settle(self, event: Settled) -> None:
        waiting = self._pending.get(event.key)
        if waiting is not None and event.outcome == "posted":
            fits = len(waiting.legs) == len(event.legs)
            event = event.model_copy(update={"legs": waiting.legs if fits else event.legs})
        super()._settle(event)


class SettlesTwice(Ledger):
    """Forgets that it has settled."""

    def _settle(self, event: Settled) -> None:
        waiting = self._pending.get(event.key)
        self._settled.pop(event.key, None)
        super()._settle(event)
        if waiting is not None:
            self._pending[event.key] = waiting


class ForgetsSettlements(Ledger):
    """Knows no settlement again."""

    def _settle(self, event: Settled) -> None:
        super()._settle(event)
        self._settled.clear()


class AsksNotWhatWaited(Ledger):
    """Settles as it is told, whatever waited, and whenever."""

    def _settle(self, event: Settled) -> None:
        waiting = self._pending.get(event.key)
        if waiting is None or event.key in self._settled:
            super()._settle(event)
            return
        self._turn_to(event.round)
        self._give_back(waiting)
        self._move(event.legs)
        self._settled[event.key] = event


class HasNoClock(Ledger):
    """Lets things expire before their time, and be posted after it."""

    def _settle(self, event: Settled) -> None:
        waiting = self._pending.get(event.key)
        if waiting is not None:
            ends = waiting.round + waiting.timeout
            early = waiting.model_copy(update={"timeout": max(1, event.round - waiting.round)})
            if event.round != ends and early.timeout == event.round - waiting.round:
                self._pending[event.key] = early
        super()._settle(event)


class ForgetsKeys(Ledger):
    """Applies again what comes again."""

    def _known(self, key: str) -> None:
        return None


class ForgetsTooEarly(Ledger):
    """Remembers this round only."""

    def _turn_to(self, round: int) -> None:
        super()._turn_to(round)
        self._operations_before = {}


class ForgetsSettlementsTooEarly(Ledger):
    """Remembers this round's settlements only."""

    def _turn_to(self, round: int) -> None:
        super()._turn_to(round)
        self._settled_before = {}


class TakesAnyContent(Ledger):
    """Takes a key for the operation, whatever is said under it."""

    def _enter(self, event: Transfer | Pending, timeout: int) -> None:
        self._turn_to(event.round)
        if not self.knows(event.key):
            super()._enter(event, timeout)


class TakesWhatIsLate(Ledger):
    """Takes up operations of rounds that are over."""

    def _refuse_late(self, event: Event) -> None:
        return


class ForgetsRefusals(Ledger):
    """Lets what was refused be tried with another meaning."""

    def fold(self, event: Event) -> None:
        if type(event) is not ToolResult:
            super().fold(event)


MUTANTS = (
    *(MovesTwice, GivesNothing, MixesSides, MovesTheFirstLeg, MovesByHalves, SkipsNonneg),
    *(ForgetsToCheck, IgnoresPending, SpendsWhatIsToCome, SetsNothingAside, MovesAtOnce),
    *(NeverGivesBack, GivesBackWhatIsPosted, ExpirePosts, VoidPosts, PostsAllThatWaited),
    *(SettlesTwice, ForgetsSettlements, AsksNotWhatWaited, HasNoClock, ForgetsKeys),
    *(ForgetsTooEarly, ForgetsSettlementsTooEarly, TakesAnyContent, TakesWhatIsLate),
    ForgetsRefusals,
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_ledger_that_is_broken_is_caught(mutant: type[Ledger]) -> None:
    assert walk(mutant(UNLIMITED), 5_000).broken


LEGS = st.builds(
    Leg,
    resource=st.sampled_from(RESOURCES),
    debit=st.sampled_from(OWNERS),
    credit=st.sampled_from(OWNERS),
    amount=st.integers(1, 60),
)
CHAINS = st.lists(LEGS, min_size=1, max_size=3).map(tuple)
KEYS = st.integers(0, 30).map("k{}".format)


class Bookkeeping(RuleBasedStateMachine):
    """Transfers, what waits and how it ends, again and again, in ledger and model."""

    begun = Bundle("begun")

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.model = Ledger(UNLIMITED), Naive()
        self.round = 1

    def tell(self, event: Operation) -> None:
        """Both take it, or neither."""
        before = self.ledger.accounts()
        is_taken = self.model.takes(event)
        try:
            self.ledger.fold(event)
        except LedgerError:
            assert not is_taken
            assert self.ledger.accounts() == before
        else:
            assert is_taken

    @initialize()
    def mint(self) -> None:
        """Give everyone something."""
        for resource in RESOURCES:
            legs = tuple(
                Leg(resource=resource, debit="treasury", credit=owner, amount=100)
                for owner in OWNERS[1:]
            )
            self.tell(Transfer(seq=1, round=1, key=f"mint/{resource}", purpose="mint", legs=legs))

    @rule(target=begun, key=KEYS, legs=CHAINS)
    def transfer(self, key: str, legs: tuple[Leg, ...]) -> Operation:
        """Move at once."""
        event = Transfer(seq=1, round=self.round, key=key, purpose="pay", legs=legs)
        self.tell(event)
        return event

    @rule(target=begun, key=KEYS, legs=CHAINS, timeout=st.integers(1, 3))
    def pend(self, key: str, legs: tuple[Leg, ...], timeout: int) -> Operation:
        """Let something wait."""
        event = Pending(seq=1, round=self.round, key=key, purpose="pay", timeout=timeout, legs=legs)
        self.tell(event)
        return event

    @rule(
        target=begun,
        event=begun,
        outcome=st.sampled_from(("posted", "voided", "expired")),
        share=st.floats(0, 1),
    )
    def settle(self, event: Operation, outcome: Fate, share: float) -> Operation:
        """End something, or what never waited."""
        legs = event.legs if outcome == "posted" and not isinstance(event, ToolResult) else ()
        parts = tuple(
            leg.model_copy(update={"amount": max(1, int(share * leg.amount))}) for leg in legs
        )
        settled = Settled(
            seq=1, round=self.round, key=event.key, purpose="pay", outcome=outcome, legs=parts
        )
        self.tell(settled)
        return settled

    @rule(target=begun, event=consumes(begun))
    def again(self, event: Operation) -> Operation:
        """Tell the same again, however late."""
        self.tell(event)
        return event

    @rule(target=begun, key=KEYS)
    def fail(self, key: str) -> Operation:
        """Refuse something, and with it the key."""
        event = ToolResult(seq=1, round=self.round, key=key, tool="pay", error="no money")
        self.tell(event)
        return event

    @rule(target=begun, rounds=st.integers(1, 3))
    def wait(self, rounds: int) -> object:
        """Let the clock go on."""
        self.round += rounds
        return multiple()

    @invariant()
    def adds_up(self) -> None:
        """No account is below zero, debits are credits, and all can be recomputed."""
        accounts = self.ledger.accounts()
        for account, entries in accounts.items():
            assert entries.free == self.model.free(*account)
            assert entries.free >= 0 or account.owner in UNLIMITED
        for resource in RESOURCES:
            mine = [each for name, each in accounts.items() if name.resource == resource]
            assert sum(each.debits for each in mine) == sum(each.credits for each in mine)
        assert dict(self.ledger.pending) == self.model.waiting


TestBookkeeping = Bookkeeping.TestCase
TestBookkeeping.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_what_is_begun_and_settled_once_can_be_recomputed() -> None:
    legs = (Leg(resource="money", debit="treasury", credit="project", amount=50),)
    mint = Transfer(seq=1, round=0, key="mint", purpose="mint", legs=legs)
    bill = Leg(resource="money", debit="project", credit="w01", amount=30)
    waits = [
        Pending(seq=1, round=1, key=key, purpose="pay", timeout=2, legs=(bill,))
        for key in ("a", "b")
    ]
    part = (bill.model_copy(update={"amount": 12}),)
    ends = Settled(seq=1, round=2, key="a", purpose="pay", outcome="posted", legs=part)
    ledger, events = Ledger(UNLIMITED), [mint, waits[0], ends, ends]
    for event in events:
        ledger.fold(event)
    ledger.audit([*events, waits[0], mint])
    assert recompute(events) == ledger.accounts()
    with pytest.raises(LedgerError, match="project/money: the books say"):
        ledger.audit([*events, waits[1]])
