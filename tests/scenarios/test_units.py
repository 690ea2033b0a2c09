"""People write 8% and 24 turns; the scenario holds exact numbers."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from scenarios.units import Amount, Factor, Number, RoundNumber, Rounds, Share, Turns, Whole


def read(kind: Any, written: object) -> object:
    return TypeAdapter(kind).validate_python(written)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (Share, "8%", 0.08),
        (Share, "2.3 %", 0.023),
        (Share, 0.95, 0.95),
        (Share, 1, 1.0),
        (Factor, 1.3, 1.3),
        (Factor, "130%", 1.3),
        (Number, 100, 100.0),
        (Whole, 7, 7),
        (Turns, "24 turns", 24),
        (Turns, "1 turn", 1),
        (Turns, 24, 24),
        (Rounds, "1_000 rounds", 1000),
        (RoundNumber, "round 100", 100),
        (RoundNumber, 100, 100),
        (Amount, 600_000, Decimal(600_000)),
        (Amount, 0.1, Decimal("0.1")),
        (Amount, "12.50", Decimal("12.5")),
    ],
)
def test_a_unit_reads_what_people_write(kind: Any, written: object, value: object) -> None:
    assert read(kind, written) == value


@pytest.mark.parametrize(
    ("kind", "written", "message"),
    [
        (Share, "eight", "a number or a percentage, such as 0.08 or 8%"),
        (Share, "108%", "less than or equal to 1"),
        (Share, "-1%", "greater than or equal to 0"),
        (Share, True, "a number or a percentage"),
        (Factor, "0%", "greater than 0"),
        (Number, "100", "it must be a number"),
        (Number, True, "it must be a number"),
        (Whole, 1.0, "it must be a whole number"),
        (Whole, True, "it must be a whole number"),
        (Whole, "7", "it must be a whole number"),
        (Turns, "24 rounds", "such as 24 or '24 turns'"),
        (Turns, "24turns", "such as 24 or '24 turns'"),
        (Turns, "0 turns", "greater than or equal to 1"),
        (Turns, "9" * 5000 + " turns", "such as 24 or '24 turns'"),
        (Rounds, "24 turns", "such as 24 or '24 rounds'"),
        (RoundNumber, "100 rounds", "such as 24 or 'round 24'"),
        (Amount, "six", "an amount in whole units, such as 600_000 or 1.50"),
        (Amount, "1e9", "an amount in whole units"),
        (Amount, True, "an amount in whole units"),
        (Amount, -1, "greater than or equal to 0"),
        (Amount, 1e300, "amounts go up to 1_000_000_000_000_000"),
        (Amount, 1e-10, "amounts have at most 9 decimals"),
    ],
)
def test_what_is_no_such_unit_is_refused_with_an_example(
    kind: Any, written: object, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        read(kind, written)


@pytest.mark.parametrize("written", [1, 1.0, "1.00", Decimal("1.000"), "1"])
def test_equal_amounts_are_written_alike(written: object) -> None:
    assert str(read(Amount, written)) == "1"


def test_a_large_round_amount_is_written_out() -> None:
    assert str(read(Amount, 1e6)) == "1000000"
    assert str(read(Amount, "-0")) == "0"
