"""The tally: acquired minus need, counted once a worker's round is complete."""

import pytest

from memory.envelope import Actor
from memory.events import Demand, Leg, Need, Pending, Purpose, Settled, Transfer
from memory.log import Log
from orchestrator.tally import Tally

ADA = Actor("w01", 1, "w01.1")
BOB = Actor("w02", 1, "w02.1")


@pytest.fixture
def log() -> Log:
    return Log("r")


@pytest.fixture
def tally(log: Log) -> Tally:
    tally = Tally("compute")
    log.listen(tally.fold)
    return tally


def need(log: Log, round: int, amount: float) -> None:
    log.append(Need(**log.envelope(round, key=f"need/{round}"), resource="compute", amount=amount))


def move(log: Log, actor: Actor, purpose: Purpose, *legs: Leg) -> None:
    key = f"{actor.agent}/{log.seq}"
    log.append(Transfer(**log.envelope(1, actor, key=key), purpose=purpose, legs=legs))


def compute(debit: str, credit: str, amount: int) -> Leg:
    return Leg(resource="compute", debit=debit, credit=credit, amount=amount)


def money(debit: str, credit: str, amount: int) -> Leg:
    return Leg(resource="money", debit=debit, credit=credit, amount=amount)


def due(log: Log, actor: Actor, due: int, unserved: int = 0) -> None:
    log.append(
        Demand(
            **log.envelope(1, actor, key=f"use/{actor.worker}"),
            resource="compute",
            due=due,
            used=due - unserved,
            covered=0,
            unserved=unserved,
            held=0,
        )
    )


def test_two_reservations_of_a_round_count_once_against_one_need(log: Log, tally: Tally) -> None:
    need(log, 1, 100.0)
    move(log, ADA, "reserve", compute("pool", "w01", 60))
    move(log, ADA, "reserve", compute("pool", "w01", 50))
    due(log, ADA, 90)
    assert tally.excess == pytest.approx(10.0)
    assert tally.by_worker == {"w01": pytest.approx(10.0)}


def test_who_reserves_nothing_falls_short_of_its_need(log: Log, tally: Tally) -> None:
    need(log, 1, 100.0)
    due(log, BOB, 90)
    assert tally.excess == pytest.approx(-100.0)


def test_releasing_gives_back_money_but_unmakes_no_acquisition(log: Log, tally: Tally) -> None:
    need(log, 1, 100.0)
    move(log, ADA, "reserve", compute("pool", "w01", 120), money("project", "vendor", 12_000))
    move(log, ADA, "release", compute("w01", "pool", 20), money("vendor", "project", 400))
    due(log, ADA, 90)
    assert tally.excess == pytest.approx(20.0)
    assert tally.spent == 11_600


def test_what_the_project_is_given_at_the_start_is_not_income(log: Log, tally: Tally) -> None:
    move(log, ADA, "mint", money("treasury", "project", 60_000))
    assert tally.spent == 0


def test_the_curve_has_the_excess_at_the_end_of_each_round(log: Log, tally: Tally) -> None:
    for round, taken in ((1, 110), (2, 95)):
        need(log, round, 100.0)
        move(log, ADA, "reserve", compute("pool", "w01", taken))
        due(log, ADA, 90)
    assert list(tally.curve) == pytest.approx([10.0, 5.0])
    assert list(tally.acquired_by_round) == [110.0, 95.0]
    assert list(tally.need_by_round) == [100.0, 100.0]


def test_task_done_is_the_share_of_demand_that_was_served(log: Log, tally: Tally) -> None:
    assert tally.task_done == 1.0
    need(log, 1, 100.0)
    due(log, ADA, 90)
    due(log, BOB, 110, unserved=50)
    assert tally.task_done == pytest.approx(0.75)


def test_what_waits_is_spent_once_it_is_posted(log: Log, tally: Tally) -> None:
    bill = money("project", "payee/acme", 800)
    for key, outcome in (("a", "posted"), ("b", "voided")):
        log.append(Pending(**log.envelope(1, ADA, key=key), purpose="pay", timeout=3, legs=(bill,)))
        assert tally.spent == (0 if key == "a" else 800)
        legs = (bill,) if outcome == "posted" else ()
        log.append(
            Settled(**log.envelope(2, ADA, key=key), purpose="pay", outcome=outcome, legs=legs)
        )
    assert tally.spent == 800
