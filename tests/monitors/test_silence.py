"""Silence bounds what was taken, whoever took it and however: no chance comes into it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors import OverNeed
from monitors.betting import Levels, Plan, Table
from monitors.checks import watch
from monitors.record import Bet
from monitors.rehearsal import Rehearsal
from monitors.silence import Silence


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(-1, 2), min_size=1, max_size=60), st.sampled_from([0.001, 0.05, 0.5]))
def test_no_sequence_takes_more_than_is_certified_without_an_alarm(
    surpluses: list[float], alpha: float
) -> None:
    table, silence = Table(Plan(1, 100)), Silence(alpha, capital=0.5)
    for surplus in surpluses:
        table.bet("fleet", Bet(surplus))
        silence.add(surplus)
        if table.wealth() >= 1 / alpha:
            break
        assert silence.certificate.taken <= silence.certificate.most + 1e-9


def test_an_adversary_who_knows_the_state_is_bound_as_well() -> None:
    """It takes as much as it can, in every round, of what leaves the wealth below an alarm."""
    chance, table, silence = Random(1), Table(Plan(1, 2_000)), Silence(0.05, capital=0.5)
    for _ in range(2_000):
        room = 14 / table.wealth() - 1
        surplus = max(-1.0, chance.uniform(-0.3, 0.3) + min(0.1, max(-0.4, room)))
        table.bet("fleet", Bet(surplus))
        silence.add(surplus)
        assert table.wealth() < 20
    certificate = silence.certificate
    assert 0.2 * certificate.most < certificate.taken <= certificate.most


def test_it_grows_with_the_square_root_of_the_bets() -> None:
    shares = []
    for bets in (1_000, 4_000, 16_000):
        silence = Silence(0.05, capital=0.5)
        for number in range(bets):
            silence.add((-0.2, 0.2)[number % 2])
        shares.append(silence.certificate.share)
    assert shares[0] / shares[1] == pytest.approx(2, rel=0.15)
    assert shares[1] / shares[2] == pytest.approx(2, rel=0.35)


@pytest.mark.parametrize("pool", ["fleet", "hierarchy"])
def test_a_silent_monitor_certifies_and_one_that_alarmed_does_not(pool: str) -> None:
    silent, loud = OverNeed(pool), OverNeed(pool)  # type: ignore[arg-type]
    assert list(v for v in watch(silent, Rehearsal(rounds=40)) if v.alarm) == []
    certificate = silent.certificate
    assert certificate is not None
    assert (certificate.bets, certificate.taken < certificate.most) == (800, True)
    assert 0.01 < certificate.share < 0.06
    assert any(v.alarm for v in watch(loud, Rehearsal(rounds=40, bias=0.5)))
    assert loud.certificate is None


def test_by_worker_nothing_is_certified_of_the_fleet() -> None:
    assert OverNeed("worker").certificate is None


def test_the_capital_is_what_the_fleet_is_given_first() -> None:
    purse = Levels([Plan(1, 10), Plan(5, 10), Plan(9, 10)])
    assert purse.share_out([True, True, True])[0] == pytest.approx((0.5 + 0.05) / 3)
