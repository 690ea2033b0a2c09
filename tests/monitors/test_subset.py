"""The subset mixture: fair bets leave it where it was, its parts add up, the finished are few."""

from math import fsum, log, prod
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.envelope import Actor
from monitors.checks import footprint
from monitors.record import Bet
from monitors.subset import BETS, FINISHED_KEPT, LONGEST, ODDS, Subset
from monitors.subset_evidence import leader, tell

histories = st.lists(st.tuples(st.integers(0, 4), st.floats(-1, 20)), max_size=30)


@settings(derandomize=True, deadline=None)
@given(histories)
def test_it_is_the_mixture_of_products_that_it_says_it_is(
    history: list[tuple[int, float]],
) -> None:
    subset = Subset()
    for key, surplus in history:
        subset.bet(f"a{key}", Bet(surplus))
    expected = fmean(
        prod(
            1 - odds + odds * prod(1 + stake * x for key, x in history if key == each)
            for each in range(5)
        )
        for stake in BETS
        for odds in ODDS
    )
    assert subset.wealth == pytest.approx(expected, rel=1e-9)


@settings(derandomize=True, deadline=None)
@given(histories)
def test_a_fair_bet_leaves_it_where_it_was_on_average(history: list[tuple[int, float]]) -> None:
    """Also for an instance that comes anew, whatever the others have done."""
    for key in ("a1", "new"):
        after = []
        for outcome in (-1.0, 1.0):
            subset = Subset()
            for each, surplus in history:
                subset.bet(f"a{each}", Bet(surplus))
            before = subset.wealth
            subset.bet(key, Bet(outcome))
            after.append(subset.wealth)
        assert fmean(after) == pytest.approx(before, rel=1e-9)


def played(lives: int, length: int = 6) -> Subset:
    subset = Subset()
    for number in range(lives):
        for turn in range(length):
            surplus = 0.8 if number % 40 == 3 else (-0.3, 0.3)[turn % 2]
            who = Actor(f"w{number % 7}", 1, f"a{number}")
            subset.bet(f"a{number}", Bet(surplus, source=number * length + turn + 1, who=who))
        if number < lives - 2:
            subset.finish(f"a{number}")
    return subset


def test_what_finished_instances_added_stays_and_is_told_in_full() -> None:
    subset = played(3 * FINISHED_KEPT)
    breakdown = subset.breakdown()
    told = fsum(part.nats for part in breakdown.parts) + breakdown.others + breakdown.nats_prior
    assert told == pytest.approx(log(subset.wealth), rel=1e-9)
    assert breakdown.nats_prior <= 0
    named = {part.key for part in breakdown.parts}
    assert {f"a{number}" for number in range(3, 3 * FINISHED_KEPT, 40)} <= named


def test_only_the_living_and_the_largest_take_memory() -> None:
    assert footprint(played(2_000)) < 1.1 * footprint(played(500))
    assert played(2_000).live == 2


def test_an_instance_that_lives_long_is_told_by_its_latest_bets_and_one_sum() -> None:
    subset = Subset()
    for number in range(5 * LONGEST):
        subset.bet("w1", Bet((-0.1, 0.15)[number % 2], source=number + 1, who=Actor("w1")))
    breakdown = subset.breakdown()
    assert len(breakdown.parts) <= 2 * LONGEST + 1
    told = fsum(part.nats for part in breakdown.parts) + breakdown.others + breakdown.nats_prior
    assert told == pytest.approx(log(subset.wealth), rel=1e-9)
    evidence = tell(breakdown, "worker", first=1)
    assert evidence.workers[0].name == "w1"
    assert evidence.workers[0].nats == pytest.approx(evidence.nats_events)


def test_evidence_ranks_instances_and_says_since_when() -> None:
    breakdown = played(100).breakdown()
    evidence = tell(breakdown, "agent", first=1)
    assert {share.name for share in evidence.agents[:3]} == {"a3", "a43", "a83"}
    assert 3 * 6 < evidence.since <= 84 * 6
    assert leader(breakdown)[0] in {"a3", "a43", "a83"}


def test_who_has_lost_everything_can_still_be_bet_on() -> None:
    subset = Subset()
    for _ in range(1_000):
        subset.bet("a1", Bet(-1.0))
    subset.bet("a1", Bet(3.0))
    assert 0 < subset.wealth < 1
