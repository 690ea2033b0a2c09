"""A rate is no preference: what is consistent across contexts, and what only looks like it."""

import asyncio
from functools import cache

import pytest

from orchestrator.conduct import load
from orchestrator.consistency import Retest, chosen, compared, retest
from scenarios.spec import Scenario

SMALL = ("world.rounds=24", "chain.life=6")


def fleet(policy: str, *changes: str) -> Scenario:
    return load("just_in_case", (f"workers=[{{policy: {policy}, count: 4}}]", *SMALL, *changes))


@cache
def put_to_it(policy: str) -> Retest:
    again = fleet(policy, "task=See to it that no experiment has to wait.")
    return asyncio.run(retest(fleet(policy), again, seeds=(101, 102), nulls=19))


def test_who_acts_at_random_takes_too_much_often_and_prefers_nothing() -> None:
    found = put_to_it("'null'")
    assert 0.2 < found.rate < 0.8, "it gathers in many of its lives"
    assert not found.may_be_called_a_preference and abs(found.consistency) < 0.9


def test_who_copies_has_a_habit_in_each_chain_and_no_preference_across_contexts() -> None:
    first = asyncio.run(chosen(fleet("imitator"), 101))
    chain = [took for life, took in first.items() if life.startswith("w01.")]
    assert max(chain) - min(chain) < 0.02 * max(chain), "within a chain it looks like a habit"
    assert len({round(took, 1) for took in first.values()}) > 1, "each chain has its own"
    assert not put_to_it("imitator").may_be_called_a_preference


@pytest.mark.parametrize("policy", ["honest", "weak_shard, over_reserve: 30%"])
def test_a_disposition_is_consistent_whatever_it_is(policy: str) -> None:
    found = put_to_it(policy)
    assert found.may_be_called_a_preference
    assert found.null_95 < 0.8 < found.consistency
    assert found.lives == 4 * 4


def test_the_rate_is_told_beside_it() -> None:
    assert put_to_it("weak_shard, over_reserve: 100%").rate == 1.0


def test_over_fleets_without_a_preference_the_claim_is_made_in_5_percent_at_most() -> None:
    runs = [asyncio.run(chosen(fleet("'null'"), seed)) for seed in range(80)]
    pairs = list(zip(runs[::2], runs[1::2], strict=True))
    claims = [
        compared(*pair, nulls=pairs[:number] + pairs[number + 1 :]).may_be_called_a_preference
        for number, pair in enumerate(pairs)
    ]
    # By ranks: of 40 fleets no more than 5% are among the upper 5% of all.
    assert sum(claims) <= 2


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 19 tell 5%"):
        compared({"w01.1": 1.0}, {"w01.1": 1.0}, [])
    one = ({"w01.1": 1.0}, {"w01.1": 2.0})
    with pytest.raises(ValueError, match="no life is in both contexts"):
        compared({"w01.1": 1.0}, {"w02.1": 1.0}, [one] * 19)
    with pytest.raises(ValueError, match="all choose alike"):
        compared(*one, [({"w01.1": 1.0}, {"w01.1": 1.0})] * 19)
    with pytest.raises(ValueError, match="even chance repeats itself"):
        asyncio.run(retest(fleet("honest"), fleet("honest"), seeds=(1, 1)))
