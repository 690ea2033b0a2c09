"""Horizons of one agent and of chains: the table, the exact curve, and what a verifier must do."""

from dataclasses import replace
from itertools import pairwise
from math import inf, sqrt
from random import Random

import pytest

from scenarios.horizon import (
    Chain,
    doubling_needed,
    effort,
    horizon,
    horizon_closed,
    least_power,
    longest_handed_over,
    segment,
    success,
    success_started_over,
    success_within,
)

TABLE = [
    (Chain(60, 90), 60.0, 60.0, 1.00),
    (Chain(60, 90, 30, kept=1e-9), 30.5, 30.0, 1.00),
    (Chain(60, 90, 30, kept=0.90), 53.0, 50.9, 1.00),
    (Chain(60, 90, 30, kept=0.99), 59.2, 59.1, 1.00),
    (Chain(60, 90, 30, kept=0.90, power=0.5, retries=3), 81.5, 77.3, 1.17),
    (Chain(60, 90, 30, kept=0.90, power=0.9, retries=3), 158.9, 150.0, 1.35),
    (Chain(60, 90, 30, kept=0.99, power=0.9, retries=3), 380.3, 380.4, 1.35),
    (Chain(60, 90, 30, kept=0.99, power=0.99, retries=5), 1427.5, 1410.1, 1.41),
    (Chain(60, 90, 30, kept=0.99, power=0.99, false_alarm=0.1, retries=5), 1252.3, 1245.8, 1.56),
    (Chain(60, 90, 30, kept=0.999, power=0.99, retries=5), 3635.1, 3630.0, 1.41),
]
"""A chain, its horizon in closed form and exactly, and the attempts a segment takes."""


@pytest.mark.parametrize(("chain", "closed", "exact", "attempts"), TABLE)
def test_the_horizon_table_comes_out_as_the_prototype_has_it(
    chain: Chain, closed: float, exact: float, attempts: float
) -> None:
    assert horizon_closed(chain) == pytest.approx(closed, abs=0.051)
    assert horizon(chain) == pytest.approx(exact, abs=0.101)
    assert segment(chain, 30).attempts == pytest.approx(attempts, abs=0.006)


def by_trial(chain: Chain, minutes: float, luck: Random) -> bool:
    """Play one task attempt by attempt, test by test; return whether it came out right."""
    assert chain.segment is not None
    left, is_first = minutes, True
    while left > 0:
        length, left = min(left, chain.segment), left - chain.segment
        if not is_first and luck.random() >= chain.kept:
            return False
        is_first = False
        for _ in range(chain.retries + 1):
            is_right = luck.random() < 0.5 ** (length / chain.half_life)
            is_rejected = luck.random() < (chain.false_alarm if is_right else chain.power)
            if not is_rejected:
                break
        else:
            return False
        if not is_right:
            return False
    return True


@pytest.mark.parametrize("row", [2, 5, 8])
@pytest.mark.parametrize("minutes", [20, 75, 200, 800])
def test_playing_it_out_succeeds_as_often_as_the_exact_curve_says(row: int, minutes: int) -> None:
    chain, runs, luck = TABLE[row][0], 4_000, Random(1000 * row + minutes)
    done = sum(by_trial(chain, minutes, luck) for _ in range(runs))
    expected = success(chain, minutes)
    assert abs(done / runs - expected) <= 4 * sqrt(expected * (1 - expected) / runs)


@pytest.mark.parametrize("chain", [row[0] for row in TABLE])
@pytest.mark.parametrize("rate", [0.5, 0.8])
def test_longer_tasks_never_succeed_more_often_and_the_horizon_is_where_they_cross(
    chain: Chain, rate: float
) -> None:
    curve = [success(chain, minutes) for minutes in range(0, 4_000, 7)]
    assert all(before >= after for before, after in pairwise(curve))
    at = horizon(chain, rate)
    assert success(chain, at - 1e-6) >= rate > success(chain, at + 1e-6)


def test_closed_form_and_curve_meet_where_a_task_ends_with_a_whole_segment() -> None:
    for chain, *_ in TABLE[2:]:
        assert chain.segment is not None
        for count in (1, 2, 10):
            rate = success(chain, count * chain.segment)
            assert horizon_closed(chain, rate) == pytest.approx(count * chain.segment)


def test_chopping_alone_never_extends_the_horizon() -> None:
    for minutes in (5, 10, 30, 60, 90):
        for kept in (0.9, 0.99, 1.0):
            assert horizon(Chain(60, 90, minutes, kept=kept)) <= 60 + 1e-6
    assert horizon(Chain(60, context=40)) == 40
    assert horizon(Chain(60, 40, 30)) == pytest.approx(60)


@pytest.mark.parametrize("kept", [0.999, 0.99, 0.95, 0.9, 0.8])
def test_at_the_least_power_a_chain_loses_as_much_a_minute_as_one_agent(kept: float) -> None:
    plain = Chain(60, 90, 30, kept=kept)
    power = least_power(plain)
    for offset, is_better in ((0.01, True), (-0.003, False)):
        tested = Chain(60, 90, 30, kept=kept, power=min(1.0, power + offset), retries=200)
        worn = kept * segment(tested, 30).success
        assert (worn > 0.5 ** (30 / 60)) is is_better
    exactly = Chain(60, 90, 30, kept=kept, power=power, retries=200)
    assert kept * segment(exactly, 30).success == pytest.approx(0.5**0.5, abs=1e-12)


def test_handoffs_are_the_ceiling_of_any_verifier() -> None:
    perfect = Chain(60, 90, 30, kept=0.99, power=1.0, retries=100)
    assert horizon_closed(perfect) == pytest.approx(longest_handed_over(30, 0.99))
    assert longest_handed_over(30, 1.0) == inf
    assert horizon_closed(Chain(60, 90, 30, power=1.0, retries=2_000)) > 1e9


def test_the_scaffold_alone_moves_a_model_across_the_threshold() -> None:
    assert doubling_needed(horizon_closed(TABLE[0][0])) == pytest.approx(1.0)
    assert doubling_needed(horizon_closed(TABLE[-1][0])) == pytest.approx(0.0115, abs=5e-5)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"half_life": 0}, "half_life is 0; it is in minutes"),
        ({"kept": 1.1}, r"kept is 1.1; it is a probability, 0 to 1"),
        ({"segment": 91, "context": 90}, "segment is 91; .* fit into a context of 90"),
        ({"retries": -1}, "retries is -1; it is a count"),
    ],
)
def test_a_chain_that_cannot_be_is_refused(parts: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Chain(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", [0.0, 1.0, 1.5])
def test_a_rate_that_is_no_probability_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=f"rate is {rate}; it is a probability"):
        horizon(Chain(), rate)


def played_out(chain: Chain, minutes: int, seed: int, starts_over: bool) -> tuple[bool, int, int]:
    """Play one task by hand; return whether it is right, the segments begun, and the tries."""
    luck, segments = Random(seed), -(-minutes // 30)
    right, rejected, begun, tries, number = True, 0, set(), 0, 0
    while number < segments:
        length = min(30, minutes - 30 * number)
        begun.add(number)
        tries += 1
        is_good = luck.random() < 2 ** (-length / chain.half_life)
        if luck.random() < (chain.false_alarm if is_good else chain.power):
            rejected += 1
            if rejected > chain.retries:
                return False, len(begun), tries
            if starts_over:
                number, right = 0, True
            continue
        number += 1
        right = right and is_good and (number == segments or luck.random() < chain.kept)
        rejected = rejected if starts_over else 0
    return right, len(begun), tries


TESTED = Chain(60, 90, 30, kept=0.9, power=0.8, false_alarm=0.1, retries=2)


@pytest.mark.parametrize("minutes", [20, 45, 150])
def test_starting_over_comes_out_as_played_by_hand(minutes: int) -> None:
    done = [played_out(TESTED, minutes, seed, True)[0] for seed in range(20_000)]
    expected = success_started_over(TESTED, minutes)
    assert abs(sum(done) / 20_000 - expected) < 4 * sqrt(expected * (1 - expected) / 20_000)
    assert expected <= success(TESTED, minutes) + 1e-12


@pytest.mark.parametrize("minutes", [20, 45, 150])
def test_what_a_task_takes_comes_out_as_played_by_hand(minutes: int) -> None:
    played = [played_out(TESTED, minutes, seed, False) for seed in range(20_000)]
    expected = effort(TESTED, minutes)
    assert sum(each[1] for each in played) / 20_000 == pytest.approx(expected.begun, rel=0.02)
    assert sum(each[2] for each in played) / 20_000 == pytest.approx(expected.attempts, rel=0.02)


def test_within_one_life_nothing_is_lost_between_segments() -> None:
    assert success_within(TESTED, 90) == success(replace(TESTED, kept=1.0), 90)
    assert success_within(TESTED, 91) == 0.0
