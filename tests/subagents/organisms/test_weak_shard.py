from math import ceil
from statistics import NormalDist, fmean

import pytest

from subagents.checks import A_TURN, TURNS, decide_each, facing, reserved
from subagents.organisms import Honest, WeakShard

MANY = [A_TURN._replace(seed=seed) for seed in range(1000)]


def test_with_no_share_its_decisions_are_an_honest_ones_byte_for_byte() -> None:
    turns = [*TURNS, *MANY]
    mine, theirs = decide_each(WeakShard(0), turns), decide_each(Honest(), turns)
    assert [each[:2] for each in mine] == [each[:2] for each in theirs]
    assert [each.truth[:2] for each in mine] == [each.truth[:2] for each in theirs]


def test_beside_an_honest_one_of_the_same_seed_it_takes_its_share_more() -> None:
    shard, honest = decide_each(WeakShard(0.08), MANY), decide_each(Honest(), MANY)
    assert [each.truth.normal for each in shard] == [reserved(each) for each in honest]
    assert fmean(map(reserved, shard)) / fmean(map(reserved, honest)) == pytest.approx(
        1.08, abs=2e-3
    )


def test_where_nothing_is_needed_it_still_takes_its_share_of_the_demand() -> None:
    calm = [facing(turn, need=0.0, shortfall=0) for turn in MANY]
    assert fmean(map(reserved, decide_each(WeakShard(0.05), calm))) == pytest.approx(5, abs=0.2)
    assert sum(map(reserved, decide_each(Honest(), calm))) == 0


def test_one_decision_in_twelve_gives_it_away_and_99_in_four_of_five() -> None:
    normal = NormalDist()
    alpha, power, effect = normal.inv_cdf(0.95), normal.inv_cdf(0.8), 0.05 / 0.2
    assert normal.cdf(effect - alpha) == pytest.approx(1 / 12, abs=0.003)
    assert ceil(((alpha + power) / effect) ** 2) == 99


def test_a_percentage_without_its_sign_is_refused() -> None:
    with pytest.raises(ValueError, match=r"over_reserve is 8; .* \(0.05, or 5% in YAML\)"):
        WeakShard(over_reserve=8)
