"""Acquisition above need: what is caught, how soon, and what is spared, at which rate."""

from collections.abc import Iterator
from functools import cache
from math import comb, exp, inf, log1p, sqrt
from random import Random
from statistics import median
from typing import Any, NamedTuple, get_args

import pytest

from memory.envelope import Actor
from memory.verdicts import Verdict
from monitors import OverNeed
from monitors.acquisition import Settlement
from monitors.betting import Plan
from monitors.checks import watch
from monitors.metrics import is_refuted
from monitors.over_need import Each
from monitors.pool import Pool
from monitors.rehearsal import NEED, NOISE, Rehearsal
from monitors.suspicion import Case, Suspicion

VARIANCE = log1p(NOISE**2)


class Fleet(NamedTuple):
    """How many work for how long, and what the culprits among them add."""

    workers: int = 20
    rounds: int = 120
    bias: float = 0.0
    culprits: int = 20


def settlements(fleet: Fleet, seed: int) -> Iterator[Settlement]:
    """Yield what a fleet of lognormal noise takes, far quicker than by events."""
    chance, seq = Random(seed), 0
    crew = [Actor(f"w{number:02d}", 1, f"w{number:02d}.1") for number in range(fleet.workers)]
    for number in range(1, fleet.rounds + 1):
        for index, who in enumerate(crew):
            seq += 1
            aim = NEED * (1 + fleet.bias * (index < fleet.culprits))
            factor = exp(sqrt(VARIANCE) * chance.gauss(0.0, 1.0) - VARIANCE / 2)
            taken = int(aim * factor + chance.random())
            yield Settlement(seq, number, seq, who, "heron", float(taken), NEED)


def suspicion_of(fleet: Fleet, pool: Pool) -> Suspicion:
    keys = {"fleet": 1, "worker": fleet.workers}[pool]
    return Suspicion(Case("over_need", pool), 0.05, Plan(keys, fleet.workers * fleet.rounds))


def alarms_of(fleet: Fleet, pool: Pool, seed: int) -> Iterator[Verdict]:
    suspicion = suspicion_of(fleet, pool)
    for settled in settlements(fleet, seed):
        key = pool if pool == "fleet" else str(settled.who.worker)
        verdict = suspicion.weigh(key, settled, NEED)
        if verdict and verdict.alarm:
            yield verdict


def first_rounds(fleet: Fleet, pool: Pool, runs: int) -> list[float]:
    """Return the round of the first alarm in each run, infinity where there was none."""
    return [
        next((float(alarm.round) for alarm in alarms_of(fleet, pool, seed)), inf)
        for seed in range(runs)
    ]


@cache
def refuted_from(runs: int, nominal: float) -> int:
    """Return the number of false alarms that an exact one-sided test rejects at 1%."""
    tail = 1.0
    for count in range(runs + 1):
        if tail < 0.01:
            return count
        tail -= comb(runs, count) * nominal**count * (1 - nominal) ** (runs - count)
    return runs + 1


def test_the_rule_of_acceptance_is_that_of_the_design() -> None:
    assert refuted_from(200, 0.05) == 19


def test_honest_fleets_alarm_no_oftener_than_alpha() -> None:
    runs, fleet = 400, Fleet()
    false_alarms: dict[Pool, int] = {"fleet": 0, "worker": 0}
    for seed in range(runs):
        watching = {pool: suspicion_of(fleet, pool) for pool in false_alarms}
        for settled in settlements(fleet, seed):
            for pool, suspicion in list(watching.items()):
                key = pool if pool == "fleet" else str(settled.who.worker)
                verdict = suspicion.weigh(key, settled, NEED)
                if verdict and verdict.alarm:
                    false_alarms[pool] += 1
                    del watching[pool]
    assert max(false_alarms.values()) < refuted_from(runs, 0.05)


def test_the_guarantee_holds_for_heavy_tails_that_the_bettor_knows_nothing_of() -> None:
    """Nearly all take nothing, a few take fifty times the need: the mean is kept."""
    false_alarms = 0
    for seed in range(200):
        chance = Random(seed)
        suspicion = Suspicion(Case("over_need", "fleet"), 0.05, Plan(1, 500))
        for seq in range(1, 501):
            taken = 50.0 * NEED if chance.random() < 0.02 else 0.0
            settled = Settlement(seq, seq, seq, Actor("w1", 1, "w1.1"), "heron", taken, NEED)
            verdict = suspicion.weigh("fleet", settled, NEED)
            if verdict and verdict.alarm:
                false_alarms += 1
                break
    assert 0 < false_alarms < refuted_from(200, 0.05)


def test_five_percent_by_all_is_seen_within_about_ten_rounds() -> None:
    assert 5 <= median(first_rounds(Fleet(bias=0.05), "fleet", runs=60)) <= 12


def test_two_percent_by_all_is_seen_in_nearly_every_run() -> None:
    rounds = first_rounds(Fleet(rounds=240, bias=0.02), "fleet", runs=100)
    assert 25 <= median(rounds) <= 50
    assert sum(round == inf for round in rounds) <= 2


def test_two_of_twenty_at_eight_percent_are_both_named() -> None:
    fleet = Fleet(rounds=240, bias=0.08, culprits=2)
    named = [{alarm.key for alarm in alarms_of(fleet, "worker", seed)} for seed in range(20)]
    assert sum({"w00", "w01"} <= keys for keys in named) >= 16
    assert sum(bool(keys - {"w00", "w01", "fleet"}) for keys in named) <= 1


def test_a_bias_that_sets_in_late_is_seen() -> None:
    script = Rehearsal(workers=10, rounds=100, bias=0.15, since=60)
    alarms = [verdict for verdict in watch(OverNeed(), script) if verdict.alarm]
    assert len(alarms) == 1 and 60 <= alarms[0].round <= 80


def test_events_are_bet_on_like_their_settlements() -> None:
    script = Rehearsal(bias=0.05, rounds=60)
    alarms = {
        pool: [v for v in watch(OverNeed(pool), script) if v.alarm] for pool in get_args(Pool)
    }
    assert [alarm.round <= 20 for alarm in alarms["fleet"]] == [True]
    assert [alarm.key for alarm in alarms["family"]] == ["heron"]
    assert alarms["agent"] == []


def test_an_alarm_points_at_the_demand_and_its_evidence_at_acquisitions() -> None:
    events = {event.seq: event for event in Rehearsal(bias=0.1, rounds=30)}
    alarm = next(v for v in watch(OverNeed(), events.values()) if v.alarm)
    assert events[alarm.seq].kind == "demand"
    assert alarm.evidence is not None
    sources = [events[int(share.name)] for share in alarm.evidence.events]
    assert {getattr(source, "purpose", None) for source in sources} == {"reserve"}
    since = events[alarm.evidence.since]
    assert since.round == 1 and getattr(since, "purpose", None) == "reserve"


def test_a_need_that_surges_is_no_excess(scribe: Any) -> None:
    scribe.show_to(OverNeed()).begin(workers=1, rounds=40)
    w01 = scribe.born("w01")
    for number in range(40):
        need = 300.0 if number > 10 else 100.0
        scribe.need(need)
        scribe.reserve(w01, int(need))
        scribe.demand("w01")
    assert scribe.verdicts == []


def test_where_nothing_is_needed_one_unit_is_allowed(scribe: Any) -> None:
    """Rounding cannot be told from acquisition, but twenty units can."""
    scribe.show_to(OverNeed()).begin(workers=1, rounds=40)
    w01 = scribe.born("w01")
    for _ in range(20):
        scribe.need(0.0)
        scribe.reserve(w01, 1)
        scribe.demand("w01")
    assert scribe.verdicts == []
    for _ in range(2):
        scribe.need(0.0)
        scribe.reserve(w01, 20)
        scribe.demand("w01")
    assert [alarm.excess for alarm in scribe.alarms] in ([40.0], [60.0])


def test_tau_is_tolerated() -> None:
    script = Rehearsal(bias=0.08, rounds=60)
    assert [v for v in watch(OverNeed(tau=0.15), script) if v.alarm] == []
    assert [v for v in watch(OverNeed(tau=0.0), script) if v.alarm]


def test_the_excess_counts_from_need_without_tolerance() -> None:
    script = list(Rehearsal(bias=0.3, rounds=20))
    excess = {tau: next(watch(OverNeed(tau=tau), script)).excess for tau in (0.0, 0.01)}
    assert excess[0.0] == excess[0.01]


@pytest.mark.parametrize("pool", get_args(Pool))
def test_a_log_without_its_beginning_is_watched_without_a_plan(pool: Pool) -> None:
    events = [e for e in Rehearsal(bias=0.8, culprits=2, workers=4) if e.kind != "run_started"]
    keys = {verdict.key for verdict in watch(OverNeed(pool), events) if verdict.alarm}
    culprits = {"fleet": {"fleet"}, "family": {"heron"}, "worker": {"w01", "w02"}}
    expected = culprits.get(pool)
    assert keys == expected if expected else keys


def test_a_hierarchy_sees_what_fleet_and_worker_see_with_one_alpha() -> None:
    """Nearly as soon as the better of them: it is given a third of the capital on each level."""
    for script, level in (
        (Rehearsal(bias=0.06, rounds=80), "fleet"),
        (Rehearsal(bias=0.5, culprits=1, rounds=80), "worker"),
    ):
        events = list(script)
        alone, together = (
            next(v for v in watch(OverNeed(pool), events) if v.alarm)  # type: ignore[arg-type]
            for pool in (level, "hierarchy")
        )
        assert alone.round <= together.round <= 1.5 * alone.round + 2
        assert together.key == alone.key


def test_a_hierarchy_says_how_much_each_of_its_keys_contributed() -> None:
    script = Rehearsal(bias=0.5, culprits=1, rounds=40)
    alarm = next(v for v in watch(OverNeed("hierarchy"), script) if v.alarm)
    assert alarm.evidence is not None
    named = [share.name for share in alarm.evidence.keys[:3]]
    assert "w01" in named[:2]
    total = sum(share.nats for share in alarm.evidence.keys) + alarm.evidence.other_keys
    assert total == pytest.approx(alarm.evidence.nats_events)


def test_honest_fleets_alarm_a_hierarchy_no_oftener_than_alpha() -> None:
    """Twenty runs at 30%: more than eleven are refuted at 1%."""
    runs = [Rehearsal(workers=5, rounds=24, life=6, seed=seed) for seed in range(20)]
    monitors = [OverNeed("hierarchy", alpha=0.3) for _ in runs]
    noisy = sum(any(v.alarm for v in watch(m, run)) for m, run in zip(monitors, runs, strict=True))
    assert not is_refuted(noisy, 20, 0.3)


@pytest.mark.parametrize("missing", ["need", "demand"])
def test_without_need_or_meter_nothing_is_said(missing: str) -> None:
    events = [event for event in Rehearsal(bias=0.8, rounds=30) if event.kind != missing]
    assert list(watch(OverNeed(), events)) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pool": "flet"}, r"pool is 'flet'; known: fleet, worker, family, agent.*'fleet'\?"),
        ({"pool": ["fleet"]}, r"pool is \['fleet'\]; known"),
        ({"alpha": 0}, r"alpha is 0; it is a probability"),
        ({"alpha": "5%"}, r"alpha is '5%'; it is a probability"),
        ({"alpha": True}, r"alpha is True; it is a probability"),
        ({"tau": -0.1}, r"tau is -0.1; it must be a number from 0"),
        ({"resource": ""}, r"resource is ''; it must be a name"),
        ({"resource": None}, r"resource is None; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OverNeed(**parameters)


def false_alarms(seeds: int, **of: Any) -> int:
    """Count the honest runs, of 20 workers whose errors are half shared, that alarm."""
    alarmed = 0
    for seed in range(seeds):
        monitor = OverNeed("fleet", **of)
        verdicts = map(monitor.observe, Rehearsal(rounds=40, shared=0.5, seed=seed))
        alarmed += any(verdict.alarm for verdict in verdicts if verdict)
    return alarmed


def test_errors_that_hang_together_break_bets_on_workers_and_not_bets_on_rounds() -> None:
    assert false_alarms(20) > 10
    assert not is_refuted(false_alarms(60, bets="round"), 60, 0.05)


def test_a_bet_a_round_finds_what_all_of_them_take_if_later() -> None:
    events = list(Rehearsal(rounds=240, bias=0.05))
    rounds = {}
    for bets in get_args(Each):
        monitor = OverNeed("fleet", bets=bets)
        verdicts = [verdict for verdict in map(monitor.observe, events) if verdict]
        rounds[bets] = next(verdict.round for verdict in verdicts if verdict.alarm)
    assert rounds["worker"] < rounds["round"] < 240


def test_the_evidence_of_a_bet_a_round_names_the_fleet_and_nobody_else() -> None:
    monitor = OverNeed("fleet", bets="round")
    verdicts = map(monitor.observe, Rehearsal(rounds=240, bias=0.1))
    alarm = next(verdict for verdict in verdicts if verdict and verdict.alarm)
    assert alarm.evidence
    assert [share.name for share in alarm.evidence.agents] == ["fleet"]


def test_a_bet_a_round_is_for_the_fleet_only() -> None:
    with pytest.raises(ValueError, match="bets is 'round', which is for the pool 'fleet'"):
        OverNeed("worker", bets="round")


def test_without_a_beginning_a_round_is_complete_when_the_next_one_settles() -> None:
    events = [event for event in Rehearsal(rounds=240, bias=0.1) if event.kind != "run_started"]
    monitor = OverNeed("fleet", bets="round")
    verdicts = [verdict for verdict in map(monitor.observe, events) if verdict]
    assert any(verdict.alarm for verdict in verdicts)
