"""The books kept a second time: each broken entry is found, and nothing else is."""

from typing import Any

import pytest

from memory.envelope import NOBODY, Actor
from memory.events import Leg, Pending, Settled
from monitors import Unaccounted
from monitors.checks import watch
from monitors.rehearsal import Rehearsal


@pytest.fixture
def scribe(scribe: Any) -> Any:
    """Begin a run with two workers at work in its first round, and money in the project."""
    scribe.show_to(Unaccounted()).begin()
    scribe.move(NOBODY, "mint", ("treasury", "project", 10_000, "money"), key="mint/money")
    scribe.need(100.0)
    for worker in ("w01", "w02"):
        scribe.decide(scribe.born(worker))
    return scribe


W01 = Actor("w01", 1, "w01.1")
W02 = Actor("w02", 1, "w02.1")


def only(scribe: Any) -> tuple[str, str, str]:
    assert len(scribe.verdicts) == 1, scribe.verdicts
    verdict = scribe.verdicts[0]
    assert verdict.alarm and verdict.score == 1
    return verdict.pool, verdict.key, verdict.sentence


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_run_has_no_alarm(seed: int) -> None:
    assert list(watch(Unaccounted(), Rehearsal(rounds=60, bias=0.2, seed=seed))) == []


def test_an_ordinary_round_adds_up(scribe: Any) -> None:
    scribe.move(W01, "reserve", ("project", "vendor", 500, "money"), ("pool", "w01", 50, "compute"))
    scribe.move(W01, "approve", ("owner", "w01", 900, "approval"))
    scribe.move(W01, "pay", ("w01", "owner", 900, "approval"))
    scribe.move(W01, "pay", ("project", "payee/lab", 900, "money"))
    scribe.demand("w01", used=30, held=20)
    scribe.move(Actor("w01"), "use", ("w01", "used", 30, "compute"))
    scribe.demand("w02")
    scribe.need(100.0)
    scribe.decide(W01, turn=2)
    scribe.move(W01, "release", ("w01", "pool", 20, "compute"), ("vendor", "project", 9, "money"))
    scribe.demand("w01")
    assert scribe.verdicts == []


def test_the_meter_may_speak_after_the_transfer(scribe: Any) -> None:
    scribe.reserve(W01, 50)
    scribe.move(Actor("w01"), "use", ("w01", "used", 30, "compute"))
    scribe.demand("w01", used=30, held=20)
    assert scribe.verdicts == []


def test_holdings_that_the_meter_does_not_read_are_found(scribe: Any) -> None:
    scribe.reserve(W01, 50)
    scribe.demand("w01", held=45)
    assert only(scribe) == (
        "worker",
        "w01",
        "w01 holds 50 compute by its transfers and 45 by the meter",
    )


def test_use_that_differs_from_the_meter_is_found(scribe: Any) -> None:
    scribe.reserve(W01, 50)
    scribe.demand("w01", used=30, held=20)
    scribe.move(Actor("w01"), "use", ("w01", "used", 25, "compute"))
    assert only(scribe)[2] == "w01 used 30 compute by the meter and 25 by its transfers"


def test_use_that_the_meter_reads_differently_later_is_found(scribe: Any) -> None:
    scribe.reserve(W01, 50)
    scribe.move(Actor("w01"), "use", ("w01", "used", 25, "compute"))
    scribe.demand("w01", used=30, held=25)
    assert only(scribe)[2] == "w01 used 30 compute by the meter and 25 by its transfers"


def test_metered_use_that_never_left_the_account_is_found(scribe: Any) -> None:
    scribe.reserve(W01, 50)
    scribe.demand("w01", used=30, held=20)
    scribe.need(100.0)
    scribe.demand("w01", held=20)
    assert only(scribe)[2] == "w01 used 30 compute by the meter, and none by its transfers"


@pytest.mark.parametrize(
    ("leg", "pool", "key"),
    [
        (("w01", "w02", 5, "compute"), "worker", "w01"),
        (("project", "payee/lab", 10_001, "money"), "fleet", "project"),
    ],
)
def test_an_account_below_zero_is_found(scribe: Any, leg: Any, pool: str, key: str) -> None:
    scribe.move(W01, "pay", leg)
    found = only(scribe)
    assert found[:2] == (pool, key) and f"{key} holds -" in found[2]


@pytest.mark.parametrize("source", ["treasury", "vendor", "used", "payee/lab"])
def test_units_from_nowhere_are_found(scribe: Any, source: str) -> None:
    scribe.move(W01, "reserve", (source, "w01", 5, "compute"))
    assert only(scribe) == (
        "worker",
        "w01",
        f"w01 gets 5 compute from {source}, which gives it nothing",
    )


def test_used_units_cannot_come_back_to_the_project(scribe: Any) -> None:
    scribe.move(W01, "release", ("used", "project", 5, "compute"))
    assert only(scribe)[:2] == ("fleet", "project")


def test_an_operation_with_other_content_is_found(scribe: Any) -> None:
    first = scribe.reserve(W01, 5, key="w01.1/1/0")
    scribe.reserve(W01, 6, key="w01.1/1/0")
    assert only(scribe) == (
        "agent",
        "w01.1",
        f"operation w01.1/1/0 of event {first.seq} comes again, with other content",
    )


def test_the_same_operation_again_counts_once(scribe: Any) -> None:
    for _ in range(2):
        scribe.reserve(W01, 5, key="w01.1/1/0")
    scribe.demand("w01", held=5)
    assert scribe.verdicts == []


def test_an_operation_is_remembered_through_the_next_round(scribe: Any) -> None:
    scribe.move(Actor("w01"), "pay", ("project", "vendor", 5, "money"), key="bill/1")
    scribe.need(100.0)
    scribe.move(Actor("w01"), "pay", ("project", "vendor", 6, "money"), key="bill/1")
    assert only(scribe)[:2] == ("worker", "w01")


def test_an_operation_of_an_earlier_turn_is_found_however_late(scribe: Any) -> None:
    scribe.move(W01, "pay", ("project", "payee/lab", 5, "money"), key="w01.1/1/0")
    for turn in (2, 3, 4):
        scribe.need(100.0)
        scribe.decide(W01, turn)
    scribe.move(W01, "pay", ("project", "payee/lab", 5, "money"), key="w01.1/1/0")
    assert only(scribe) == (
        "agent",
        "w01.1",
        "operation w01.1/1/0 happens in another turn, w01.1/4",
    )


def test_a_copy_that_nobody_announced_is_found_by_its_decision(scribe: Any) -> None:
    scribe.decide(Actor("w02", 1, "w02.1b"))
    assert only(scribe) == ("agent", "w02.1b", "w02.1b decides, and no living agent has that name")


def test_a_copy_that_nobody_announced_is_found_by_its_transfer(scribe: Any) -> None:
    scribe.reserve(Actor("w02", 1, "w02.1b"), 5)
    assert only(scribe)[:2] == ("agent", "w02.1b")


def test_an_agent_that_acts_after_its_end_is_found(scribe: Any) -> None:
    scribe.died(W02)
    scribe.decide(W02, turn=2)
    assert only(scribe)[1] == "w02.1"


def test_an_agent_announced_twice_is_found(scribe: Any) -> None:
    scribe.born("w02")
    assert only(scribe) == ("agent", "w02.1", "w02.1 begins a life while it has one")


def test_each_is_named_once(scribe: Any) -> None:
    for worker in ("w01", "w02"):
        for _ in range(3):
            scribe.demand(worker, held=5)
    assert [verdict.key for verdict in scribe.verdicts] == ["w01", "w02"]


def test_a_log_that_starts_elsewhere_is_not_judged() -> None:
    events = [event for event in Rehearsal(rounds=20) if event.round > 5]
    assert list(watch(Unaccounted(), events)) == []


BILL = ("project", "payee/lab", 6_000, "money")


def pend(scribe: Any, *legs: Any, key: str = "w01.1/1/0", actor: Actor = W01) -> Any:
    said = {"purpose": "pay", "timeout": 3, "legs": made(*legs)}
    return scribe.write(Pending, actor, key=key, **said)


def settle(scribe: Any, outcome: str, *legs: Any, key: str = "w01.1/1/0", **said: Any) -> Any:
    said = {"purpose": "pay", "outcome": outcome, "legs": made(*legs)} | said
    return scribe.write(Settled, Actor("w01"), key=key, **said)


def made(*legs: Any) -> tuple[Leg, ...]:
    return tuple(Leg(debit=d, credit=c, amount=n, resource=r) for d, c, n, r in legs)


def test_what_waits_and_is_settled_adds_up(scribe: Any) -> None:
    for number, outcome in enumerate(("posted", "voided", "expired")):
        key = f"w01.1/1/{number}"
        pend(scribe, BILL, key=key)
        pend(scribe, BILL, key=key)
        legs = [("project", "payee/lab", 4_000, "money")] if outcome == "posted" else []
        settle(scribe, outcome, *legs, key=key)
        settle(scribe, outcome, *legs, key=key)
    scribe.move(W01, "pay", ("project", "payee/lab", 6_000, "money"))
    assert scribe.verdicts == []


def test_a_pending_operation_that_comes_again_for_longer_is_found(scribe: Any) -> None:
    said = {"purpose": "pay", "legs": made(BILL), "key": "w01.1/1/0"}
    scribe.write(Pending, W01, timeout=3, **said)
    scribe.write(Pending, W01, timeout=4, **said)
    assert "comes again, with other content" in only(scribe)[2]


def test_more_pending_than_there_is_is_found(scribe: Any) -> None:
    pend(scribe, BILL)
    pend(scribe, BILL, key="w01.1/1/1")
    assert only(scribe) == (
        "fleet",
        "project",
        "project holds 10000 money, and 12000 of it are pending",
    )


def test_spending_what_is_pending_is_found(scribe: Any) -> None:
    pend(scribe, BILL)
    scribe.move(W01, "pay", ("project", "payee/lab", 5_000, "money"))
    found = only(scribe)
    assert found[:2] == ("fleet", "project")
    assert found[2].startswith("project holds 5000 money after") and "6000 are pending" in found[2]


@pytest.mark.parametrize(
    ("outcome", "legs", "said"),
    [
        ("posted", [("project", "payee/lab", 6_001, "money")], {}),
        ("posted", [("project", "payee/me", 6_000, "money")], {}),
        ("posted", [], {}),
        ("voided", [BILL], {}),
        ("voided", [], {"purpose": "use"}),
    ],
)
def test_what_is_settled_as_something_else_is_found(
    scribe: Any, outcome: str, legs: Any, said: Any
) -> None:
    pend(scribe, BILL)
    settle(scribe, outcome, *legs, **said)
    sentence = f"operation w01.1/1/0 is {outcome}, and something else was pending"
    assert only(scribe) == ("worker", "w01", sentence)


def test_settling_twice_or_what_never_waited_is_found(scribe: Any) -> None:
    pend(scribe, BILL)
    settle(scribe, "posted", BILL)
    assert scribe.verdicts == []
    settle(scribe, "posted", ("project", "payee/lab", 1, "money"))
    assert only(scribe)[2] == "operation w01.1/1/0 is posted, and nothing of it was pending"


def test_a_pending_operation_with_other_content_or_by_a_dead_agent_is_found(scribe: Any) -> None:
    first = pend(scribe, BILL)
    pend(scribe, ("project", "payee/me", 1, "money"))
    assert only(scribe)[2].startswith(f"operation w01.1/1/0 of event {first.seq} comes again")
    scribe.verdicts.clear()
    pend(scribe, ("project", "payee/me", 1, "money"), key="x", actor=Actor("w09", 1, "w09.1"))
    assert only(scribe)[2] == "w09.1 moves 1 money, and no living agent has that name"
