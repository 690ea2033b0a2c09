"""Verdicts on wealth: when they come, whom they name, what they say."""

from itertools import pairwise
from math import log

import pytest

from memory.envelope import Actor
from memory.verdicts import Verdict
from monitors.acquisition import Settlement
from monitors.betting import Plan
from monitors.suspicion import Case, Suspicion


def settled(seq: int, worker: str, taken: float) -> Settlement:
    return Settlement(seq, seq, seq, Actor(worker, 1, f"{worker}.1"), "heron", taken, 100.0)


def weigh(suspicion: Suspicion, bets: list[tuple[str, float]]) -> list[Verdict]:
    """Return the verdicts on what each worker took where 100 was needed."""
    verdicts = [
        suspicion.weigh(worker, settled(seq, worker, taken), 100.0)
        for seq, (worker, taken) in enumerate(bets, start=1)
    ]
    return [verdict for verdict in verdicts if verdict]


def by_worker(keys: int = 4) -> Suspicion:
    return Suspicion(Case("over_need", "worker"), 0.05, Plan(keys, 400))


def test_the_score_is_told_whenever_it_has_moved_a_tenth() -> None:
    suspicion = Suspicion(Case("over_need", "fleet"), 0.05, Plan(1, 400))
    verdicts = weigh(suspicion, [("fleet", 112.0)] * 30 + [("fleet", 70.0)] * 30)
    told = [0.0, *(verdict.score for verdict in verdicts)]
    assert all(abs(b - a) >= 0.1 - 1e-9 for a, b in pairwise(told))
    assert max(told) < 1 and told[-1] < max(told)
    for verdict in verdicts:
        assert verdict.wealth is not None
        assert verdict.score == pytest.approx(max(0.0, log(verdict.wealth) / log(20)))


def test_a_pool_alarms_once_and_says_why() -> None:
    suspicion = Suspicion(Case("over_need", "fleet"), 0.05, Plan(1, 400))
    alarms = [v for v in weigh(suspicion, [("fleet", 150.0)] * 40) if v.alarm]
    assert len(alarms) == 1
    alarm = alarms[0]
    assert alarm.score == 1 and alarm.wealth is not None and alarm.wealth >= 20
    assert alarm.excess == alarm.round * 50
    assert alarm.evidence is not None and alarm.evidence.since == 1
    assert alarm.sentence == (
        f"a bettor who staked on over-acquisition turned 1 into {alarm.wealth:.1f}: "
        f"the fleet took on average 50.0% more than it needed over {alarm.round} rounds"
    )


def test_the_one_that_holds_half_of_the_wealth_is_named() -> None:
    bets = [(f"w{n % 4}", 180.0 if n % 4 == 1 else 100.0) for n in range(80)]
    alarms = [v for v in weigh(by_worker(), bets) if v.alarm]
    assert [v.key for v in alarms] == ["w1"]
    assert alarms[0].excess == pytest.approx(80 * (alarms[0].round + 2) // 4, abs=80)
    assert "% of it on w1: w1 took on average 80.0% more" in alarms[0].sentence


def test_where_none_holds_half_the_fleet_is_named_then_each_for_its_own_wealth() -> None:
    bets = [(f"w{n % 4}", 140.0) for n in range(160)]
    alarms = [v for v in weigh(by_worker(), bets) if v.alarm]
    assert alarms[0].key == "fleet" and "none holding half of it" in alarms[0].sentence
    assert sorted(v.key for v in alarms[1:]) == ["w0", "w1", "w2", "w3"]
    for alarm in alarms[1:]:
        assert alarm.wealth is not None and alarm.wealth >= 20
        assert alarm.evidence is not None
        assert [share.name for share in alarm.evidence.workers] == [alarm.key]
        assert f"on {alarm.key} alone: {alarm.key} took on average 40.0% more" in alarm.sentence


def test_a_named_key_is_bet_on_no_more() -> None:
    suspicion = by_worker()
    bets = [("w1", 180.0)] * 40
    before = [v for v in weigh(suspicion, bets) if v.alarm]
    assert len(before) == 1
    assert weigh(suspicion, bets) == []


def test_finished_keys_count_for_the_pool() -> None:
    """No single life says much; together they do."""
    suspicion = Suspicion(Case("over_need", "agent"), 0.05, Plan(10, 100))
    alarms = []
    for life in range(10):
        alarms += [v for v in weigh(suspicion, [(f"w1.{life}", 200.0)] * 8) if v.alarm]
        suspicion.close(f"w1.{life}")
    assert [v.key for v in alarms] == ["fleet"]
    evidence = alarms[0].evidence
    assert evidence is not None and evidence.other_agents > 0
    assert alarms[0].excess is not None and alarms[0].excess > 8 * 100


def test_more_keys_than_planned_add_no_risk_and_are_still_watched() -> None:
    suspicion = by_worker(keys=1)
    assert weigh(suspicion, [("w0", 100.0)]) == []
    alarms = [v for v in weigh(suspicion, [("w9", 180.0)] * 40) if v.alarm]
    assert [v.key for v in alarms] == ["w9"]


def test_the_sentence_is_about_the_rounds_in_which_it_happened() -> None:
    suspicion = Suspicion(Case("over_need", "fleet"), 0.05, Plan(1, 400))
    bets = [("fleet", 80.0)] * 100 + [("fleet", 160.0)] * 40
    alarm = next(v for v in weigh(suspicion, bets) if v.alarm)
    assert alarm.evidence is not None and 95 <= alarm.evidence.since <= 110
    spell = alarm.round - alarm.evidence.since + 1
    assert f"more than it needed over {spell} rounds" in alarm.sentence
    assert alarm.excess is not None and alarm.excess < 0
