"""The ledger: whole numbers, both sides, all legs or none, once."""

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.errors import LedgerError
from memory.events import Event, Leg, Need, Purpose, ResourceTerms, Transfer
from scenarios.ledger import LARGEST, Account, Entries, Ledger, recompute, written

USD = ResourceTerms(name="money", unit="usd", decimals=2)
OWNERS = ("treasury", "project", "w01", "w02", "vendor")


def leg(debit: str, credit: str, amount: int, resource: str = "money") -> Leg:
    return Leg(resource=resource, debit=debit, credit=credit, amount=amount)


def transfer(*legs: Leg, key: str = "op", round: int = 1, purpose: Purpose = "pay") -> Transfer:
    return Transfer(seq=1, round=round, key=key, purpose=purpose, legs=legs)


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


class Careless(Ledger):
    """A ledger whose check has been lost."""

    def _refusal(self, legs: Iterable[Leg]) -> None:
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
