"""The engine over many bets at once, for replay and calibration: compiled, where numba is there.

The same recursions as :mod:`monitors.betting` and :mod:`monitors.subset`, over whole columns
instead of event by event, and the same numbers to rounding; a test compares them. It keeps no
evidence: it tells whether and when there is an alarm, and how large the wealth is. Where numba is
not installed (``pip install 'superorganism[fast]'``) the same code runs as plain Python.

Nothing imports this module but whoever wants it, so nobody waits for a compiler.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from monitors.betting import STAKES, Plan
from monitors.subset import CELLS

try:
    from numba import njit
    from numpy import asarray

    IS_COMPILED = True
except ImportError:
    IS_COMPILED = False

_SIZE = len(STAKES)


class Outcome(NamedTuple):
    """The bet (from 0) at which the wealth first reached its limit, or None; and the wealth then.

    Without an alarm, the wealth after the last bet.
    """

    first: int | None
    wealth: float


def levels(
    surpluses: Sequence[float],
    keys: Sequence[Sequence[int]],
    plans: Sequence[Plan],
    alpha: float = 0.05,
) -> Outcome:
    """Bet on a column of surpluses, on each level of a hierarchy; one level is a single pool.

    Parameters
    ----------
    surpluses
        Each bet's x/mu - 1, from -1.
    keys
        For each level, the number of the key that makes each bet, counted from 0.
    plans
        For each level, how many keys and bets are planned; both must be stated.
    alpha
        Probability of any false alarm, in (0, 1).

    Raises
    ------
    ValueError
        If a plan is open-ended, or columns differ in length.

    Examples
    --------
    >>> outcome = levels([0.5] * 20, [[0] * 20], [Plan(1, 20)])
    >>> outcome.first, round(outcome.wealth, 3)
    (13, 25.598)
    """
    if len(plans) != len(keys) or any(len(column) != len(surpluses) for column in keys):
        raise ValueError("each level needs its plan, and a key for every bet")
    if any(None in (plan.keys, plan.bets) for plan in plans):
        raise ValueError("a batch is planned: state the number of keys and of bets")
    widest = 1 + max(max(column, default=0) for column in keys)
    first, wealth = _levels(
        _column("d", surpluses),
        _column("q", [key for column in keys for key in column]),
        _column("q", [number or 0 for plan in plans for number in (plan.keys, plan.bets)]),
        _column("d", [0.0] * (len(plans) * widest * _SIZE)),
        _column("q", [0] * (len(plans) * (widest + 1))),
        1 / alpha,
    )
    return Outcome(None if first < 0 else int(first), float(wealth))


def subset(surpluses: Sequence[float], keys: Sequence[int], alpha: float = 0.05) -> Outcome:
    """Bet on a column of surpluses by the subset mixture; ``keys`` number the instances from 0.

    Raises
    ------
    ValueError
        If the columns differ in length.

    Examples
    --------
    >>> subset([1.0] * 12, [0, 1, 2] * 4).first
    8
    """
    if len(keys) != len(surpluses):
        raise ValueError("there must be a key for every bet")
    stakes = _column("d", [stake for stake, _ in CELLS])
    odds = _column("d", [odds for _, odds in CELLS])
    grown = _column("d", [1.0] * ((1 + max(keys, default=0)) * len(CELLS)))
    columns = (_column("d", surpluses), _column("q", keys), grown)
    first, wealth = _subset(*columns, stakes, odds, 1 / alpha)
    return Outcome(None if first < 0 else int(first), float(wealth))


def _column(kind: str, values: Sequence[float]) -> Any:
    # Any: an array of the standard library, or numpy's view of the same memory.
    column = array(kind, values)
    return asarray(column) if IS_COMPILED else column


def _compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    return njit(kernel) if IS_COMPILED else kernel


@_compiled
def _levels(surpluses, keys, plans, wealth, seen, limit):  # type: ignore[no-untyped-def]
    """Run the bets; ``seen`` holds a flag for each key, and behind them a count for each level."""
    bets, number = len(surpluses), len(plans) // 2
    widest = len(wealth) // (number * 6)
    at_stake, total = 0.0, 1.0
    for bet in range(bets):
        gain = 0.95 * surpluses[bet]
        left = 0.0
        for level in range(number):
            planned_keys, planned_bets = plans[2 * level], plans[2 * level + 1]
            place = level * widest + keys[level * bets + bet]
            fresh = 0.5 / planned_bets if bet < planned_bets else 0.0
            count = number * widest + level
            if seen[place] == 0:
                seen[place] = 1
                seen[count] += 1
                if seen[count] <= planned_keys:
                    fresh += 0.5 / planned_keys
            part, scale = fresh / number / 6, 1.0
            for stake in range(6):
                held = wealth[6 * place + stake]
                now = (held + part) * (1.0 + gain * scale)
                wealth[6 * place + stake] = now
                at_stake += now - held
                scale *= 0.5
            left += max(0.0, 1.0 - seen[count] / planned_keys)
            left += max(0.0, 1.0 - (bet + 1) / planned_bets)
        total = at_stake + left / 2 / number
        if total >= limit:
            return bet, total
    return -1, total


@_compiled
def _subset(surpluses, keys, grown, stakes, odds, limit):  # type: ignore[no-untyped-def]
    """Run the bets; ``grown`` holds what each stake has made of 1, by instance and cell."""
    cells, wealth = len(stakes), 1.0
    products = [1.0] * cells
    for bet in range(len(surpluses)):
        first = keys[bet] * cells
        wealth = 0.0
        for cell in range(cells):
            before = grown[first + cell]
            after = before * (1.0 + stakes[cell] * surpluses[bet])
            grown[first + cell] = after
            good = 1.0 - odds[cell]
            old = good + odds[cell] * before
            if old > 0.0:
                products[cell] *= (good + odds[cell] * after) / old
            wealth += products[cell]
        wealth /= cells
        if wealth >= limit:
            return bet, wealth
    return -1, wealth
