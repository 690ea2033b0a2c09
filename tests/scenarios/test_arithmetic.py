"""Arithmetic for agents is exact, reads no code, and cannot be made to run away."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.arithmetic import DEEPEST, LONGEST, calculate, written


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -2", Fraction(1, 4)),
        ("7 // 2 + 7 % 2", 4),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1_000 / 3 * 3", 1000),
        ("- - 5", 5),
        ("0 ** 0", 1),
        ("1 ^ 99999", 1),
    ],
)
def test_an_expression_has_its_exact_value(expression: str, value: Fraction | int) -> None:
    assert calculate(expression) == value


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "a number is missing at the end"),
        ("2 +", "a number is missing at the end"),
        ("2 + * 3", "a number is missing before '*'"),
        ("(2", "a '\\)' is missing"),
        ("2)", "'\\)' makes no sense"),
        ("2 3", "'3' makes no sense"),
        ("1 / 0", "divides by zero"),
        ("1 % (2 - 2)", "divides by zero"),
        ("0 ** -1", "divides by zero"),
        ("2 ** 0.5", "exponent 1/2 is not whole"),
        ("9 ** 9 ** 9", "a power is too large"),
        ("3 ** 1500 * 3 ** 1500", "a number is too large"),
        ("abs(3)", "'a' is no number"),
        ("__import__('os')", "'_' is no number"),
        ("\u0661 + 1", "is no number"),
        ("1" * (LONGEST + 1), f"at most {LONGEST}"),
        ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), f"more than {DEEPEST} deep"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_reason(expression: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        calculate(expression)


@given(st.text(alphabet="0123456789.+-*/%^() _a", max_size=60))
def test_any_text_has_a_value_or_a_reason(text: str) -> None:
    try:
        assert isinstance(calculate(text), Fraction)
    except ValueError as error:
        assert str(error)


@given(st.fractions(max_denominator=10**6))
def test_a_value_that_ends_is_written_out_and_read_back(value: Fraction) -> None:
    text = written(value)
    if "about" not in text:
        assert Fraction(text) == value
    else:
        fraction, _, rounded = text.partition(" (about ")
        assert Fraction(fraction) == value
        assert abs(Fraction(rounded.rstrip(")")) - value) <= Fraction(1, 10**12)
