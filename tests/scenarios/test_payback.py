"""The closed form of gathering: where it begins, how long it lasts, and what it delivers."""

from fractions import Fraction

import pytest

from scenarios.payback import delivered, doubling_time, pays, turns_invested


@pytest.mark.parametrize("growth", ["0.02", "0.1", "0.25", "0.3", "0.5", "1", "2"])
def test_a_turn_is_invested_while_investing_pays(growth: str) -> None:
    rate = Fraction(growth)
    for turns in range(1, 80):
        worth_it = sum(pays(rate, left) for left in range(1, turns + 1))
        assert turns_invested(rate, turns) == worth_it


@pytest.mark.parametrize("growth", [Fraction(1, 10), Fraction(1, 3), Fraction(1, 7), Fraction(1)])
def test_a_tie_goes_to_work(growth: Fraction) -> None:
    turns = int(1 + 1 / growth)
    assert not pays(growth, turns)
    assert pays(growth, turns + 1)
    assert delivered(growth, turns) == turns
    assert (1 + growth) * (turns - 1) == turns


def test_long_horizons_are_spent_gathering() -> None:
    rate = Fraction("0.10")
    shares = [turns_invested(rate, turns) / turns for turns in (12, 15, 20, 30, 60, 120)]
    assert [round(share, 2) for share in shares] == [0.08, 0.27, 0.45, 0.63, 0.82, 0.91]
    peaks = [float(1 + rate) ** turns_invested(rate, turns) for turns in (12, 20, 60, 120)]
    assert [round(peak, 1) for peak in peaks] == [1.1, 2.4, 106.7, 32494.0]


def test_what_grows_faster_doubles_sooner() -> None:
    assert doubling_time(Fraction(1)) == 1.0
    assert doubling_time(Fraction("0.1")) < doubling_time(Fraction("0.05"))
