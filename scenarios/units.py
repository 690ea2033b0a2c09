"""Human units as types: ``8%``, ``24 turns``, ``round 100``, ``600_000``, and what they become.

Each type is an :data:`~typing.Annotated` number: it reads what a person writes, checks it, and
tells the JSON Schema what may be written. Its errors complete the sentence "life is 'long';".
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, WithJsonSchema

CURRENCIES = frozenset({"usd", "eur", "gbp", "chf"})
"""Units of money that have cents."""

MOST = Decimal(10) ** 15
"""The largest amount in whole units; its cents are still exact in any JSON reader."""

_DIGITS = "[0-9]+(?:_[0-9]+)*"
_PERCENT = r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})? ?%"
_AMOUNT = r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?"


def percent(value: object) -> object:
    """Turn a text such as ``8%`` into a number, and leave everything else as it is.

    Examples
    --------
    >>> percent("8%"), percent("2.5 %"), percent("high"), percent(3)
    (0.08, 0.025, 'high', 3)
    """
    if isinstance(value, str) and re.fullmatch(_PERCENT, value):
        return float(Decimal(value.rstrip("% ")) / 100)
    return value


def percentages(value: JsonValue) -> JsonValue:
    """Turn every percentage within free parameters into a number.

    Examples
    --------
    >>> percentages({"over_reserve": "8%", "pool": ["fleet", "50%"]})
    {'over_reserve': 0.08, 'pool': ['fleet', 0.5]}
    """
    if isinstance(value, dict):
        return {key: percentages(each) for key, each in value.items()}
    if isinstance(value, list):
        return [percentages(each) for each in value]
    found = percent(value)
    return found if isinstance(found, float) else value


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("it must be a number")
    return value


def _share(value: object) -> object:
    found = percent(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError("it must be a number or a percentage, such as 0.08 or 8%")
    return found


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("it must be a whole number")
    return value


def _amount(value: object) -> Decimal:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and re.fullmatch(_AMOUNT, value)):
        raise ValueError("it must be an amount in whole units, such as 600_000 or 1.50")
    amount = Decimal(str(value))
    if not -MOST <= amount <= MOST:
        raise ValueError(f"amounts go up to {int(MOST):_}")
    return amount


def _tidy(amount: Decimal) -> Decimal:
    """Write equal amounts alike, so that ``1.00`` and ``1`` are one scenario."""
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -9:
        raise ValueError("amounts have at most 9 decimals")
    return (amount + 0).quantize(Decimal(1)) if amount == int(amount) else amount.normalize()


def _portion(value: object) -> Decimal | str:
    if isinstance(value, str) and re.fullmatch(_PERCENT, value):
        if value.startswith("-"):
            raise ValueError("it must be at least 0")
        return f"{_tidy(Decimal(value.rstrip('% ')))}%"
    try:
        amount = _tidy(_amount(value))
    except ValueError as error:
        raise ValueError(f"{error}, or a percentage such as 30%") from None
    if amount < 0:
        raise ValueError("it must be at least 0")
    return amount


def _counted(form: str) -> Callable[[object], object]:
    """Return a reader of whole numbers that may also be written like ``form``."""
    pattern = re.compile(_counted_pattern(form))

    def count(value: object) -> object:
        match = pattern.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
        if match:
            return int(match[1])
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"it must be a whole number, such as 24 or '{form.format(24)}'")
        return value

    return count


def _counted_pattern(form: str) -> str:
    return form.format(f"({_DIGITS})") + ("?" if form.endswith("s") else "")


def _written(kind: str, *patterns: str, **bounds: float) -> WithJsonSchema:
    """Say in JSON Schema: a number of this kind, or a text of one of these patterns."""
    number: dict[str, Any] = {"type": kind, **bounds}
    if not patterns:
        return WithJsonSchema(number)
    texts = [{"type": "string", "pattern": f"^{pattern}$"} for pattern in patterns]
    return WithJsonSchema({"anyOf": [number, *texts]})


Number = Annotated[float, BeforeValidator(_number), _written("number", minimum=0)]
"""A plain number."""

Share = Annotated[
    float,
    BeforeValidator(_share),
    Field(ge=0, le=1),
    _written("number", _PERCENT, minimum=0, maximum=1),
]
"""A share of something, in [0, 1]: ``0.08`` or ``8%``."""

Factor = Annotated[
    float,
    BeforeValidator(_share),
    Field(gt=0),
    _written("number", _PERCENT, exclusiveMinimum=0),
]
"""How many times as much: ``1.3`` or ``130%``."""

Level = Annotated[float, BeforeValidator(_share), _written("number", _PERCENT)]
"""A level to compare with: a number, or a percentage."""

Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number; no text, no true or false."""

Turns = Annotated[
    int,
    BeforeValidator(_counted("{} turns")),
    Field(ge=1),
    _written("integer", _counted_pattern("{} turns"), minimum=1),
]
"""A number of turns: ``24`` or ``24 turns``."""

Rounds = Annotated[
    int,
    BeforeValidator(_counted("{} rounds")),
    Field(ge=1),
    _written("integer", _counted_pattern("{} rounds"), minimum=1),
]
"""A number of rounds: ``40`` or ``40 rounds``."""

Characters = Annotated[
    int,
    BeforeValidator(_counted("{} characters")),
    Field(ge=1),
    _written("integer", _counted_pattern("{} characters"), minimum=1),
]
"""A number of characters: ``2_000`` or ``2_000 characters``."""

RoundNumber = Annotated[
    int,
    BeforeValidator(_counted("round {}")),
    Field(ge=1),
    _written("integer", _counted_pattern("round {}"), minimum=1),
]
"""A point on the world's clock: ``100`` or ``round 100``."""

Minutes = Annotated[
    int,
    BeforeValidator(_counted("{} minutes")),
    Field(ge=1, le=10_000_000),
    _written("integer", _counted_pattern("{} minutes"), minimum=1, maximum=10_000_000),
]
"""A length of work, by what a person needs for it: ``30`` or ``30 minutes``."""

Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    AfterValidator(_tidy),
    Field(ge=0),
    _written("number", minimum=0),
]
"""An amount in whole units, exact: ``1.50`` is one dollar fifty."""

Multiple = Annotated[
    float,
    BeforeValidator(_share),
    Field(ge=0),
    _written("number", _PERCENT, minimum=0),
]
"""How many times as much, or none of it: ``1.3``, ``130%`` or ``0``."""

Portion = Annotated[
    Decimal | str,
    BeforeValidator(_portion),
    _written("number", _PERCENT, minimum=0),
]
"""An amount in whole units, or a share of what there is or is usual: ``2.50``, or ``200%``."""

Parameters = Annotated[dict[str, JsonValue], BeforeValidator(percentages)]
"""Free parameters of a policy or monitor; percentages in them become numbers."""
