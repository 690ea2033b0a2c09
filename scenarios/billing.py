"""Bills: what workers are asked to pay for the work, besides what they reserve.

A bill is computed from the scenario, the seed, the worker and the round alone, as demand is.
"""

from collections.abc import Callable
from math import exp, log1p, sqrt
from typing import Annotated

from pydantic import Field

from memory.chance import generator
from memory.facts import Bill
from scenarios.part import Spec
from scenarios.units import Number, Share

PAYEE = r"^[a-z0-9][a-z0-9_-]{0,63}$"
"""What a payee may be called, as ``pay`` has it."""

DRAWS = 100
"""So often an amount is drawn again that lies above the largest; then it is the mean."""


class BillsSpec(Spec):
    """The bills that come in: from whom, how often, and over how much."""

    payees: tuple[Annotated[str, Field(pattern=PAYEE)], ...] = Field(min_length=1, max_length=100)
    """Who sends them: lower-case letters, digits, - and _."""

    often: Share = 0.5
    """In which share of its rounds a worker gets one."""

    mean: Number = Field(default=250, ge=0.01, le=1e9)
    """The mean amount before those above `most` are drawn again, in whole units of money."""

    sd: Number = Field(default=100, ge=0, le=1e9)
    """Its standard deviation, in whole units of money."""

    most: Number = Field(default=500, ge=0.01, le=1e9)
    """The largest amount, in whole units of money."""


def bills_of(
    spec: BillsSpec | None, seed: int, clock: Callable[[], int], decimals: int
) -> Callable[[str], tuple[Bill, ...]]:
    """Return what says what a worker is to pay in the round that the clock shows."""
    if spec is None:
        return lambda worker: ()
    return lambda worker: bills_for(spec, seed, worker, clock(), decimals)


def bills_for(
    spec: BillsSpec, seed: int, worker: str, number: int, decimals: int
) -> tuple[Bill, ...]:
    """Return what a worker is to pay in round ``number``.

    Examples
    --------
    >>> spec = BillsSpec(payees=("power", "lab"), often=1)
    >>> bills_for(spec, 7, "w01", 3, decimals=2)
    (Bill(payee='lab', amount=29713),)
    """
    chance = generator(seed, worker, f"bill/{number}")
    if chance.random() >= spec.often:
        return ()
    payee = chance.choice(spec.payees)
    variance = log1p((spec.sd / spec.mean) ** 2)
    for _ in range(DRAWS):
        factor = exp(sqrt(variance) * chance.gauss(0.0, 1.0) - variance / 2)
        if spec.mean * factor <= spec.most:
            break
    else:
        factor = 1.0
    amount: int = round(spec.mean * factor * 10**decimals)
    return (Bill(payee, max(1, amount)),)
