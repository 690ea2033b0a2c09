"""The ledger: whole numbers, both sides, all legs or none, once."""

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.envelope import Event
from memory.errors import LedgerError
from memory.events import (
    Fate,
    Leg,
    Need,
    Pending,
    Purpose,
    ResourceTerms,
    Settled,
    ToolResult,
    Transfer,
)
from scenarios.ledger import LARGEST, Account, Entries, Ledger, recompute, written

USD = ResourceTerms(name="money", unit="usd", decimals=2)
OWNERS = ("treasury", "project", "w01", "w02", "vendor")


def leg(debit: str, credit: str, amount: int, resource: str = "money") -> Leg:
    return Leg(resource=resource, debit=debit, credit=credit, amount=amount)


def transfer(*legs: Leg, key: str = "op", round: int = 1, purpose: Purpose = "pay") -> Transfer:
    return Transfer(seq=1, round=round, key=key, purpose=purpose, legs=legs)


def pending(
    *legs: Leg, key: str = "op", round: int = 1, timeout: int = 3, purpose: Purpose = "pay"
) -> Pending:
    return Pending(seq=1, round=round, key=key, purpose=purpose, timeout=timeout, legs=legs)


def settled(
    outcome: Fate, *legs: Leg, key: str = "op", round: int = 2, purpose: Purpose = "pay"
) -> Settled:
    return Settled(seq=1, round=round, key=key, purpose=purpose, outcome=outcome, legs=legs)


def refused(key: str = "op", round: int = 1) -> ToolResult:
    return ToolResult(seq=1, round=round, key=key, tool="pay", error="no money")


def funded(amount: int = 100) -> Ledger:
    ledger = Ledger(["treasury"], [USD])
    ledger.fold(transfer(leg("treasury", "project", amount), key="mint", round=0, purpose="mint"))
    return ledger


def test_a_leg_takes_from_one_account_and_gives_to_the_other() -> None:
    ledger = funded(100)
    ledger.fold(transfer(leg("project", "vendor", 30)))
    assert ledger.balance("project", "money") == 70
    assert ledger.balance("vendor", "money") == 30
    assert ledger.balance("treasury", "money") == -100
    assert ledger.balance("nobody", "money") == 0


def test_the_books_tell_debits_from_credits_and_cannot_be_changed_from_outside() -> None:
    ledger = funded(100)
    ledger.fold(transfer(leg("project", "vendor", 30)))
    books = ledger.accounts()
    assert books[Account("project", "money")] == Entries(debits=30, credits=100)
    books[Account("project", "money")].credits = 10_000
    assert ledger.balance("project", "money") == 70


def test_resources_are_kept_apart() -> None:
    ledger = Ledger(["treasury"])
    ledger.fold(transfer(leg("treasury", "w01", 5, "compute")))
    assert ledger.balance("w01", "money") == 0
    assert ledger.check("next", [leg("w01", "w02", 5)]) == "w01 has 0 money; this takes 5 money"


def test_an_account_never_goes_below_zero_unless_it_lies_outside() -> None:
    ledger = funded(1_200)
    overdraft = [leg("project", "vendor", 11_900)]
    assert ledger.check("op", overdraft) == "project has 12.00 usd; this takes 119.00 usd"
    with pytest.raises(LedgerError, match=r"op: project has 12\.00 usd; this takes 119\.00 usd"):
        ledger.fold(transfer(*overdraft))
    assert ledger.check("op", [leg("treasury", "vendor", 11_900)]) is None


def test_all_legs_happen_or_none() -> None:
    ledger = funded(100)
    before = ledger.accounts()
    with pytest.raises(LedgerError, match="w01 has"):
        ledger.fold(transfer(leg("project", "vendor", 30), leg("w01", "w02", 1)))
    assert ledger.accounts() == before


def test_a_later_leg_may_spend_what_an_earlier_one_brought_and_not_the_other_way_round() -> None:
    ledger = funded(100)
    there, onward = leg("project", "w01", 30), leg("w01", "w02", 30)
    assert ledger.check("op", [there, onward]) is None
    assert ledger.check("op", [onward, there]) == "w01 has 0.00 usd; this takes 0.30 usd"


def test_two_legs_cannot_spend_the_same_money() -> None:
    half = leg("project", "vendor", 60)
    assert funded(100).check("op", [half, half]) == "project has 0.40 usd; this takes 0.60 usd"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (leg("project", "project", 1), "project cannot be on both sides"),
        (leg("treasury", "project", LARGEST + 1), "it must be from 1 to 9223372036854775807"),
        (Leg.model_construct(**leg("project", "w01", 1).model_dump() | {"amount": 0}), "is 0;"),
        (Leg.model_construct(**leg("project", "w01", 1).model_dump() | {"amount": -5}), "is -5;"),
    ],
)
def test_a_leg_has_two_sides_and_a_countable_amount(bad: Leg, reason: str) -> None:
    ledger = funded()
    before = ledger.accounts()
    assert reason in str(ledger.check("op", [bad]))
    with pytest.raises(LedgerError, match=reason):
        ledger.fold(Transfer.model_construct(**dict(transfer(leg("a", "b", 1))) | {"legs": (bad,)}))
    assert ledger.accounts() == before


def test_the_same_operation_again_changes_nothing() -> None:
    ledger = funded(100)
    once = transfer(leg("project", "vendor", 80))
    ledger.fold(once)
    before = ledger.accounts()
    assert ledger.check(once.key, once.legs) is None
    ledger.fold(once)
    assert ledger.accounts() == before


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ((leg("project", "vendor", 81),), "another amount in leg 1: 80, now 81"),
        ((leg("w01", "vendor", 80),), "another debit in leg 1: project, now w01"),
        ((leg("project", "w01", 80),), "another credit in leg 1: vendor, now w01"),
        ((leg("project", "vendor", 80, "compute"),), "another resource in leg 1: money, now"),
        ((leg("project", "vendor", 80), leg("vendor", "w01", 1)), "1 legs, now 2"),
    ],
)
def test_the_same_key_with_other_legs_is_loud_and_names_what_differs(
    other: tuple[Leg, ...], field: str
) -> None:
    ledger = funded(100)
    ledger.fold(transfer(leg("project", "vendor", 80)))
    before = ledger.accounts()
    assert field in str(ledger.check("op", other))
    with pytest.raises(LedgerError, match=f"op exists with {field}"):
        ledger.fold(transfer(*other))
    assert ledger.accounts() == before


def test_the_same_key_for_another_purpose_is_loud() -> None:
    ledger = funded(100)
    ledger.fold(transfer(leg("project", "vendor", 80)))
    with pytest.raises(LedgerError, match="op exists with another purpose: pay, now reserve"):
        ledger.fold(transfer(leg("project", "vendor", 80), purpose="reserve"))


def test_an_operation_is_remembered_through_the_next_round_and_then_refused() -> None:
    ledger = funded(100)
    once = transfer(leg("project", "vendor", 10), key="w01.1/1/0", round=1)
    ledger.fold(once)
    ledger.fold(transfer(leg("project", "vendor", 1), key="w01.1/2/0", round=2))
    ledger.fold(once)
    assert ledger.balance("project", "money") == 89
    ledger.fold(transfer(leg("project", "vendor", 1), key="w01.1/3/0", round=3))
    with pytest.raises(LedgerError, match=r"w01\.1/1/0 is of round 1, and the books are at 3"):
        ledger.fold(once)
    assert ledger.balance("project", "money") == 88


def test_rounds_without_a_transfer_let_what_came_before_be_forgotten() -> None:
    ledger = funded(100)
    once = transfer(leg("project", "vendor", 10), round=1)
    ledger.fold(once)
    ledger.fold(transfer(leg("project", "vendor", 1), key="later", round=5))
    with pytest.raises(LedgerError, match="the books are at 5"):
        ledger.fold(once)


def test_an_operation_new_to_the_ledger_cannot_be_of_a_round_that_is_over() -> None:
    ledger = funded(100)
    ledger.fold(transfer(leg("project", "vendor", 1), key="now", round=2))
    with pytest.raises(LedgerError, match="late is of round 1, and the books are at 2"):
        ledger.fold(transfer(leg("project", "vendor", 1), key="late", round=1))


def test_other_events_move_nothing() -> None:
    ledger = funded(100)
    before = ledger.accounts()
    ledger.fold(Need(seq=2, round=7, key="need/7/compute", resource="compute", amount=119.3))
    assert ledger.accounts() == before


def test_an_audit_finds_the_account_that_its_transfers_do_not_explain() -> None:
    mint = transfer(leg("treasury", "project", 100), key="mint", round=0, purpose="mint")
    gift = transfer(leg("treasury", "w01", 1))
    ledger = Ledger(["treasury"])
    ledger.fold(mint)
    ledger.audit([mint, mint])
    ledger.fold(gift)
    with pytest.raises(LedgerError, match=r"treasury/money: the books say Entries\(debits=101"):
        ledger.audit([mint])
    ledger.audit([mint, gift])


BILL = leg("project", "vendor", 80)


def waiting(*legs: Leg, timeout: int = 3) -> Ledger:
    """Return books of 100 with 80 of them pending since round 1."""
    ledger = funded(100)
    ledger.fold(pending(*(legs or (BILL,)), timeout=timeout))
    return ledger


def refusal(ledger: Ledger, event: Event) -> str:
    """Return why an event is refused; nothing has changed then."""
    before, open_before = ledger.accounts(), dict(ledger.pending)
    with pytest.raises(LedgerError) as raised:
        ledger.fold(event)
    assert (ledger.accounts(), dict(ledger.pending)) == (before, open_before)
    return str(raised.value)


def test_what_is_pending_has_not_moved_and_cannot_be_spent() -> None:
    ledger = waiting()
    assert (ledger.balance("project", "money"), ledger.free("project", "money")) == (100, 20)
    assert (ledger.balance("vendor", "money"), ledger.free("vendor", "money")) == (0, 0)
    assert ledger.check("next", [BILL]) == "project has 0.20 usd; this takes 0.80 usd"
    assert ledger.check("next", [BILL], timeout=3) == "project has 0.20 usd; this takes 0.80 usd"
    assert ledger.accounts()[Account("project", "money")] == Entries(0, 100, pending=80)
    assert list(ledger.pending) == ["op"]


@pytest.mark.parametrize(("amount", "left"), [(80, 20), (30, 70), (1, 99)])
def test_posting_moves_at_most_what_waited_and_frees_the_rest(amount: int, left: int) -> None:
    ledger = waiting()
    ledger.fold(settled("posted", leg("project", "vendor", amount)))
    assert ledger.balance("project", "money") == ledger.free("project", "money") == left
    assert ledger.balance("vendor", "money") == amount
    assert dict(ledger.pending) == {}


@pytest.mark.parametrize(("outcome", "round"), [("voided", 2), ("expired", 4), ("expired", 9)])
def test_what_is_voided_or_expired_is_free_again(outcome: Fate, round: int) -> None:
    ledger = waiting()
    ledger.fold(settled(outcome, round=round))
    assert ledger.free("project", "money") == 100
    assert ledger.balance("vendor", "money") == 0


def test_a_pending_operation_is_posted_in_the_round_it_ends_in_and_not_after() -> None:
    ledger = waiting()
    assert refusal(ledger, settled("expired", round=3)) == (
        "op is pending until round 4; it cannot expire in round 3"
    )
    late = "op expired with round 4; it cannot be posted any more"
    assert refusal(ledger, settled("posted", BILL, round=5)) == late
    ledger = waiting()
    ledger.fold(settled("posted", BILL, round=4))
    assert ledger.balance("vendor", "money") == 80


def test_settling_again_changes_nothing_and_otherwise_is_loud() -> None:
    ledger = waiting()
    once = settled("posted", BILL)
    ledger.fold(once)
    before = ledger.accounts()
    ledger.fold(once)
    ledger.fold(settled("posted", BILL, round=3))
    assert ledger.accounts() == before
    for again, field in (
        (settled("voided"), "op was settled with another outcome: posted, now voided"),
        (settled("posted", BILL, purpose="use"), "with another purpose: pay, now use"),
        (settled("posted", leg("project", "vendor", 79)), "another amount in leg 1: 80, now 79"),
    ):
        assert field in refusal(ledger, again)
    ledger.fold(transfer(leg("project", "vendor", 1), key="later", round=4))
    assert refusal(ledger, once) == "op cannot be posted: nothing of it is pending"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            settled("posted", leg("project", "vendor", 81)),
            "posts an amount of 81 in leg 1; 1 to 80",
        ),
        (settled("posted", leg("project", "w01", 80)), "another credit in leg 1: vendor, now w01"),
        (settled("posted", leg("w01", "vendor", 80)), "another debit in leg 1: project, now w01"),
        (settled("posted", leg("project", "vendor", 80, "gold")), "another resource in leg 1"),
        (settled("posted"), "op is pending with 1 legs, now 0"),
        (settled("posted", BILL, BILL), "op is pending with 1 legs, now 2"),
        (settled("voided", BILL), "op is voided, and yet has legs"),
        (settled("expired", BILL, round=4), "op is expired, and yet has legs"),
        (
            settled("posted", BILL, purpose="use"),
            "op is pending with another purpose: pay, now use",
        ),
        (settled("voided", key="po"), "po cannot be voided: nothing of it is pending"),
        (settled("voided", round=0), "op is of round 0, and the books are at 1"),
    ],
)
def test_what_does_not_fit_what_waits_settles_nothing(wrong: Settled, reason: str) -> None:
    assert reason in refusal(waiting(), wrong)


def test_a_pending_operation_is_known_as_long_as_it_waits() -> None:
    ledger = waiting(timeout=9)
    ledger.fold(transfer(leg("project", "vendor", 1), key="later", round=7))
    before = ledger.accounts()
    ledger.fold(pending(BILL, timeout=9))
    assert ledger.accounts() == before
    assert ledger.knows("op")
    assert ledger.check("op", [BILL], timeout=9) is None
    for other, field in (
        (pending(BILL, timeout=8), "op exists with another timeout: 9, now 8"),
        (transfer(BILL), "op exists with another timeout: 9, now 0"),
        (pending(leg("project", "vendor", 8), timeout=9), "another amount in leg 1: 80, now 8"),
        (pending(BILL, timeout=9, purpose="use"), "another purpose: pay, now use"),
    ):
        assert field in refusal(ledger, other)


def test_a_chain_waits_and_is_settled_as_a_whole() -> None:
    ledger = funded(100)
    there, onward = leg("project", "w01", 30), leg("w01", "w02", 30)
    chain = pending(there, onward)
    assert refusal(ledger, chain) == "op: w01 has 0.00 usd; this takes 0.30 usd"
    ledger.fold(transfer(leg("project", "w01", 30), key="first"))
    ledger.fold(chain)
    assert refusal(ledger, settled("posted", there)) == "op is pending with 2 legs, now 1"
    ledger.fold(settled("posted", there, onward))
    assert [ledger.balance(owner, "money") for owner in ("project", "w01", "w02")] == [40, 30, 30]


def test_what_was_refused_cannot_be_tried_with_another_meaning() -> None:
    ledger = funded(100)
    ledger.fold(refused())
    reason = "op was refused (no money); it cannot be tried again"
    assert ledger.check("op", [BILL]) == reason
    assert refusal(ledger, transfer(BILL)) == reason
    assert refusal(ledger, pending(BILL, round=2)) == reason
    assert ledger.check("other", [BILL]) is None


def test_a_refusal_takes_nothing_from_what_has_happened() -> None:
    ledger = waiting()
    ledger.fold(refused())
    ledger.fold(ToolResult(seq=1, round=1, key="new", tool="pay", message="paid"))
    assert not ledger.knows("new")
    ledger.fold(settled("posted", BILL))
    assert ledger.balance("vendor", "money") == 80


def test_an_audit_finds_what_is_pending_and_should_not_be() -> None:
    ledger, mint = waiting(), transfer(leg("treasury", "project", 100), key="mint", round=0)
    with pytest.raises(LedgerError, match=r"project/money: the books say .*pending=80"):
        ledger.audit([mint])
    ledger.audit([mint, pending(BILL)])


def test_the_invariants_notice_less_than_nothing_set_aside() -> None:
    ledger = waiting()
    ledger._books["project", "money"].pending = 10
    with pytest.raises(LedgerError, match="after op, less than nothing of project is set aside"):
        ledger.fold(settled("voided"))


class Careless(Ledger):
    """A ledger whose check has been lost."""

    def _refusal(self, legs: tuple[Leg, ...], waits: bool) -> None:
        return None


def test_the_invariants_stop_a_ledger_that_forgets_to_check() -> None:
    ledger = Careless(["treasury"])
    with pytest.raises(LedgerError, match="after op, w01 is below zero"):
        ledger.fold(transfer(leg("w01", "w02", 1)))


def test_the_invariants_notice_books_that_do_not_add_up() -> None:
    ledger = funded(100)
    ledger._turnover["money"].credits += 1
    with pytest.raises(LedgerError, match="after op, money does not add up"):
        ledger.fold(transfer(leg("project", "vendor", 1)))


def legs() -> st.SearchStrategy[Leg]:
    owners = st.sampled_from(OWNERS)
    return st.builds(leg, owners, owners, st.integers(1, 60), st.sampled_from(("money", "compute")))


def transfers() -> st.SearchStrategy[list[Transfer]]:
    """Transfers of rounds that do not run backwards, some under keys that were used before."""
    drafts = st.tuples(
        st.lists(legs(), min_size=1, max_size=4).map(tuple), st.integers(0, 9), st.integers(0, 1)
    )

    def number(drafts: Iterable[tuple[tuple[Leg, ...], int, int]]) -> Iterator[Transfer]:
        round = 0
        for legs, key, step in drafts:
            round += step
            yield transfer(*legs, key=f"k{key}", round=round)

    return st.lists(drafts, max_size=40).map(lambda drafts: list(number(drafts)))


@settings(max_examples=150, deadline=None)
@given(transfers())
def test_no_sequence_of_transfers_breaks_the_books(attempts: list[Transfer]) -> None:
    ledger = Ledger(["treasury", "vendor"])
    done: dict[str, Transfer] = {}
    for attempt in attempts:
        before = ledger.accounts()
        try:
            ledger.fold(attempt)
        except LedgerError:
            assert ledger.accounts() == before
            continue
        if ledger.accounts() != before:
            # A key may come back only once its first operation is forgotten.
            first = done.get(attempt.key)
            assert first is None or first.round < attempt.round - 1
            done[attempt.key] = attempt
    for resource in ("money", "compute"):
        assert sum(ledger.balance(owner, resource) for owner in OWNERS) == 0
        assert all(ledger.balance(owner, resource) >= 0 for owner in ("project", "w01", "w02"))


@settings(max_examples=100, deadline=None)
@given(transfers())
def test_check_foretells_fold_and_the_books_can_be_recomputed(attempts: list[Transfer]) -> None:
    ledger = Ledger(["treasury", "vendor"])
    told: list[Event] = []
    for number, attempt in enumerate(attempts):
        fresh = attempt.model_copy(update={"key": f"op/{number}"})
        if ledger.check(fresh.key, fresh.legs) is None:
            ledger.fold(fresh)
            told.append(fresh)
        else:
            with pytest.raises(LedgerError):
                ledger.fold(fresh)
    ledger.audit(told)
    assert recompute(told) == ledger.accounts()


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [(5, 0, "5 usd"), (5, 2, "0.05 usd"), (-1_250, 2, "-12.50 usd"), (-7, 0, "-7 usd")],
)
def test_amounts_are_written_as_people_write_them(amount: int, decimals: int, text: str) -> None:
    assert written(amount, ResourceTerms(name="money", unit="usd", decimals=decimals)) == text
