"""Attribution: exactly what each event, agent and worker contributed."""

from collections import defaultdict
from math import exp, fsum, log

import pytest

from memory.envelope import Actor
from memory.verdicts import Evidence
from monitors.betting import STAKES, Plan, Table
from monitors.evidence import TOP, evidence_of_key, evidence_of_pool
from monitors.record import Bet

Bets = list[tuple[str, float]]
"""Who bets (a worker), and on which surplus."""


def table_of(bets: Bets, plan: Plan) -> Table:
    table = Table(plan)
    for number, (worker, surplus) in enumerate(bets, start=1):
        table.bet(worker, Bet(surplus, number, number, Actor(worker, 1, f"{worker}.1")))
    return table


def by_enumeration(bets: Bets, plan: Plan) -> tuple[dict[int, float], float]:
    """Return each bet's nats and the prior's, from all components one by one."""
    components: list[tuple[float, float, dict[int, float]]] = []
    seen: set[str] = set()
    for begin, (key, _) in enumerate(bets, start=1):
        prior = 1 / (plan.bets or 1) + (0 if key in seen else 1 / (plan.keys or 1))
        seen.add(key)
        for stake in STAKES:
            nats = {
                number: log(1 + stake * surplus)
                for number, (whose, surplus) in enumerate(bets, start=1)
                if whose == key and number >= begin
            }
            components.append((prior / 2 / len(STAKES), fsum(nats.values()), nats))
    rest = 1 - fsum(prior for prior, _, _ in components)
    components.append((max(rest, 0.0), 0.0, {}))
    wealth = fsum(prior * exp(value) for prior, value, _ in components)
    events: dict[int, float] = defaultdict(float)
    divergence = 0.0
    for prior, value, nats in components:
        share = prior * exp(value) / wealth
        divergence += share * log(share / prior) if share else 0.0
        for number, part in nats.items():
            events[number] += share * part
    return events, -divergence


def parts(evidence: Evidence) -> dict[str, float]:
    return {share.name: share.nats for share in evidence.events}


def assert_adds_up(evidence: Evidence, statistic: float) -> None:
    for shares, other in (
        (evidence.events, evidence.other_events),
        (evidence.agents, evidence.other_agents),
        (evidence.workers, evidence.other_workers),
    ):
        assert fsum(share.nats for share in shares) + other == pytest.approx(
            evidence.nats_events, abs=1e-9
        )
    assert evidence.nats_events + evidence.nats_prior == pytest.approx(log(statistic), abs=1e-9)


BETS: Bets = [(f"w{number % 3}", ((number * 7) % 11 - 3) / 10) for number in range(18)]


@pytest.mark.parametrize("plan", [Plan(3, 18), Plan(5, 40)])
def test_attribution_is_that_of_all_components_one_by_one(plan: Plan) -> None:
    table = table_of(BETS, plan)
    evidence = evidence_of_pool("worker", table, first=1)
    events, prior = by_enumeration(BETS, plan)
    assert parts(evidence) == pytest.approx({str(number): nats for number, nats in events.items()})
    assert evidence.nats_prior == pytest.approx(prior)
    assert evidence.other_events == 0
    assert_adds_up(evidence, table.wealth())


def test_the_prior_only_ever_costs() -> None:
    evidence = evidence_of_pool("worker", table_of(BETS, Plan(3, 18)), first=1)
    assert evidence.nats_prior < 0


def test_a_keys_own_evidence_is_of_its_bets_alone() -> None:
    table = table_of(BETS, Plan(3, 18))
    bettor = table.bettors["w1"]
    evidence = evidence_of_key("worker", "w1", bettor, first=2)
    assert {share.name for share in evidence.workers} == {"w1"}
    assert [int(share.name) % 3 for share in evidence.events] == [2] * 6
    assert_adds_up(evidence, bettor.total)


def test_evidence_sums_when_agents_have_finished() -> None:
    table = table_of(BETS, Plan(3, 18))
    whole = evidence_of_pool("agent", table, first=1)
    table.retire("w2")
    evidence = evidence_of_pool("agent", table, first=1)
    assert_adds_up(evidence, table.wealth())
    assert "w2" not in {share.name for share in evidence.workers}
    assert evidence.other_workers == evidence.other_agents == evidence.other_events != 0
    kept = {name: nats for name, nats in parts(whole).items() if int(name) % 3}
    assert parts(evidence) == pytest.approx(kept)


@pytest.mark.parametrize("pool", ["fleet", "worker", "agent"])
def test_evidence_sums_when_bets_lie_further_back_than_the_record(pool: str) -> None:
    keys = 1 if pool == "fleet" else 2
    table = Table(Plan(keys, 20_000))
    for number in range(1, 20_001):
        who = Actor(f"w{number % 2}", 1, f"w{number % 2}.1")
        surplus = ((number * 7919) % 200 - 100) / 500 + 0.002
        key = "fleet" if keys == 1 else str(who.worker)
        table.bet(key, Bet(surplus, number, number, who))
    evidence = evidence_of_pool(pool, table, first=1)
    assert_adds_up(evidence, table.wealth())
    assert evidence.other_events != 0
    assert (evidence.other_workers != 0) == (pool == "fleet")


def test_the_largest_are_named_and_the_rest_is_one_number() -> None:
    bets = [("fleet", number / 100) for number in range(50)]
    evidence = evidence_of_pool("fleet", table_of(bets, Plan(1, 50)), first=1)
    nats = [share.nats for share in evidence.events]
    assert len(nats) == TOP and nats == sorted(nats, reverse=True)
    assert {int(share.name) for share in evidence.events} == set(range(31, 51))
    assert evidence.other_events > 0


def test_two_bets_on_one_event_are_one_share() -> None:
    table = Table(Plan(1, 2))
    for _ in range(2):
        table.bet("fleet", Bet(0.5, 7, 1, Actor("w1", 1, "w1.1")))
    assert [share.name for share in evidence_of_pool("fleet", table, first=7).events] == ["7"]


def test_half_of_the_winnings_began_by_the_event_since() -> None:
    quiet, loud = [("fleet", 0.0)] * 100, [("fleet", 0.5)] * 20
    late = evidence_of_pool("fleet", table_of(quiet + loud, Plan(1, 10_000)), first=1)
    assert late.since == 1, "as long as the first stake has lost nothing it has won as well"
    losses = [("fleet", -0.1)] * 100
    late = evidence_of_pool("fleet", table_of(losses + loud, Plan(1, 200)), first=1)
    assert 95 <= late.since <= 105
    early = evidence_of_pool("fleet", table_of(loud, Plan(1, 200)), first=1)
    assert early.since == 1
