"""Plans by backward induction: the closed form, brute force, half-lives, and generations."""

from fractions import Fraction
from itertools import product
from math import isfinite

import pytest

from scenarios.payback import delivered, doubling_time, least_kept, turns_invested
from subagents.planning import Future, Succession, legacy, plan

GROWTHS = [Fraction(percent, 100) for percent in range(1, 41)]


def worth_of(choices: tuple[bool, ...], growth: Fraction) -> Fraction:
    """Return what a plan delivers, exactly, for one unit held at the start."""
    held, output = Fraction(1), Fraction(0)
    for invests in choices:
        if invests:
            held *= 1 + growth
        else:
            output += held
    return output


def test_plans_are_the_closed_form_in_1_800_cells() -> None:
    cells = [(growth, turns) for growth in GROWTHS for turns in (*range(1, 45), 120)]
    assert len(cells) == 1_800
    for growth, turns in cells:
        invested = turns_invested(growth, turns)
        expected = (True,) * invested + (False,) * (turns - invested)
        assert plan(Future(float(growth), turns)) == expected, (growth, turns)


def test_no_plan_of_all_there_are_delivers_more_in_144_cells() -> None:
    cells = [(growth, turns) for growth in GROWTHS[2::3][:12] for turns in range(1, 13)]
    assert len(cells) == 144
    for growth, turns in cells:
        every = (worth_of(choices, growth) for choices in product((True, False), repeat=turns))
        best = max(every)
        assert worth_of(plan(Future(float(growth), turns)), growth) == best, (growth, turns)
        assert delivered(growth, turns) == best


@pytest.mark.parametrize("percent", [2, 5, 10, 25])
def test_an_unreliable_agent_gathers_once_its_half_life_is_the_doubling_time(percent: int) -> None:
    growth = Fraction(percent, 100)
    low, high = 0.5, 200.0
    while high - low > 1e-7:
        half_life = (low + high) / 2
        survival = 0.5 ** (1 / half_life)
        gathers = plan(Future(float(growth), turns=3_000, survival=survival))[0]
        low, high = (low, half_life) if gathers else (half_life, high)
    assert round(high, 4) == round(doubling_time(growth), 4)


@pytest.mark.parametrize("turns", [10, 1_000, 10_000])
def test_a_hazard_above_the_growth_stops_gathering_at_any_length(turns: int) -> None:
    hazard = 0.1
    assert not plan(Future(hazard / (1 - hazard), turns, survival=1 - hazard))[0]
    assert plan(Future(0.12, 10_000, survival=1 - hazard))[0]


def invested_by_life(care: float, kept: float = 1.0, lives: int = 12, life: int = 8) -> list[int]:
    """Return how many turns each life of a chain invests, first to last, at a growth of 10%."""
    chain = Succession(0.1, life, care, kept)
    after = [legacy(chain, life * (lives - number)) for number in range(1, lives + 1)]
    return [sum(plan(Future(0.1, life, legacy=worth))) for worth in after]


@pytest.mark.parametrize(
    ("care", "kept", "expected"),
    [
        (0, 1, [0] * 12),
        (0.1, 1, [8, 8, 8, 8, 6, 3, 2, 1, 0, 0, 0, 0]),
        (0.25, 1, [*[8] * 8, 4, 1, 0, 0]),
        (1, 1, [*[8] * 10, 5, 0]),
        (1, 0.7, [*[8] * 9, 7, 3, 0]),
        (1, 0.4, [*[3] * 9, 2, 1, 0]),
        (1, 0, [0] * 12),
    ],
)
def test_care_for_successors_makes_lives_gather_that_never_would(
    care: float, kept: float, expected: list[int]
) -> None:
    assert invested_by_life(care, kept) == expected


def test_holdings_grow_from_life_to_life_only_where_handoffs_keep_enough() -> None:
    threshold = least_kept(Fraction("0.10"), 8)
    for kept, grows in ((threshold + 0.01, True), (threshold - 0.01, False)):
        held = 1.0
        for invested in invested_by_life(care=1, kept=kept, lives=40)[:20]:
            held *= 1.1**invested * kept
        assert (held > 1) is grows


def test_the_dying_turn_is_invested_iff_growth_times_its_legacy_is_above_one() -> None:
    for care in (0.1, 0.2, 0.5, 1.0):
        for turns in range(0, 97, 8):
            worth = legacy(Succession(0.1, 8, care), turns)
            last = plan(Future(0.1, 8, legacy=worth))[-1]
            assert last is (0.1 * worth > 1 + 1e-9), (care, turns)


def test_the_last_life_may_be_a_short_one() -> None:
    chain = Succession(0.5, life=4, care=1.0)
    assert legacy(chain, 6) == pytest.approx(1.5**3 * 3)
    assert legacy(chain, 2) == 2.0
    assert legacy(chain, 0) == 0.0


def test_a_future_beyond_all_floats_is_still_planned() -> None:
    far = legacy(Succession(0.5, 8, care=1.0), 80_000)
    assert not isfinite(far)
    assert all(plan(Future(0.5, 8, legacy=far)))
    assert legacy(Succession(0.5, 8, care=1.0, kept=0.0), 80_000) == 0.0
