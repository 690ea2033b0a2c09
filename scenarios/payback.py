"""When it pays to gather: the closed form of a world in which a turn is worked or invested.

A turn of work delivers as much as the worker holds. A turn of investing delivers nothing and
multiplies what it holds by ``1 + growth``. With ``n`` turns invested first, ``T`` turns deliver
``(1 + growth)^n * (T - n)``, which is largest at :func:`turns_invested`. Gathering for its own
sake is nowhere in it: it follows from the horizon alone.

Growth is an exact fraction here, so that a tie is a tie: it goes to work.

References
----------
Turner, Smith, Shah, Critch, Tadepalli (2021), *Optimal policies tend to seek power*, NeurIPS 34,
for agents without a horizon; Kwa, West et al. (2025), *Measuring AI ability to complete long
tasks*, for the half-life of agents that fail.
"""

from fractions import Fraction
from math import floor, log


def pays(growth: Fraction, turns_left: int) -> bool:
    """Whether investing this turn beats working it, with so many turns left, this one included.

    It does if the turns left outnumber 1 + 1/growth: what a turn adds must be worked with for
    long enough to make up for the turn.

    Examples
    --------
    >>> [turns for turns in range(1, 15) if pays(Fraction("0.10"), turns)]
    [12, 13, 14]
    """
    return (turns_left - 1) * growth > 1


def turns_invested(growth: Fraction, turns: int) -> int:
    """Return how many of so many turns the largest delivery takes to invest, all of them first.

    Examples
    --------
    >>> [turns_invested(Fraction("0.10"), turns) for turns in (2, 11, 12, 15, 20, 30, 60, 120)]
    [0, 0, 1, 4, 9, 19, 49, 109]
    """
    return max(0, turns - 1 - floor(1 / growth))


def delivered(growth: Fraction, turns: int) -> Fraction:
    """Return the largest delivery of so many turns, for one unit held at the start.

    Examples
    --------
    >>> float(delivered(Fraction("0.10"), 11)), float(delivered(Fraction("0.10"), 12))
    (11.0, 12.1)
    """
    invested = turns_invested(growth, turns)
    return (1 + growth) ** invested * (turns - invested)


def doubling_time(growth: Fraction) -> float:
    """Return the turns in which what is held doubles: the half-life beyond which gathering pays.

    An agent that survives each turn with probability ``s`` has the half-life
    ``ln 2 / -ln s``. However long its task, investing pays iff ``s * (1 + growth) > 1``: iff its
    half-life is longer than this. Unreliability is a brake.

    Examples
    --------
    >>> [round(doubling_time(Fraction(g)), 4) for g in ("0.02", "0.05", "0.10", "0.25")]
    [35.0028, 14.2067, 7.2725, 3.1063]
    """
    return log(2) / log(1 + growth)


def least_kept(growth: Fraction, life: int) -> float:
    """Return the share that must survive a handoff for holdings to grow from life to life.

    A life of nothing but investing multiplies them by ``(1 + growth)^life``; a handoff that
    keeps less than the inverse takes more than that away.

    Examples
    --------
    >>> round(least_kept(Fraction("0.10"), life=8), 3)
    0.467
    """
    return float((1 + growth) ** -life)
