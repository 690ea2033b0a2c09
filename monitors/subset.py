"""The subset mixture: a bet that a few of many instances misbehave, and nobody knows which.

Summed over the fleet a few bad instances drown; looked at one by one none of them has bets
enough. So the bettor supposes that each instance is bad with probability ``p``, and good
otherwise, each by itself. Good ones are bet on with nothing, bad ones with the stake ``b``:

    E_t  =  mean over (b, p) of   prod over instances i of  (1 - p + p E_t(i, b))

where ``E_t(i, b)`` is what staking ``b`` on instance ``i`` alone has made of 1. An event moves
one instance's factor only, and that factor is a fair bet, so the product is a nonnegative
supermartingale *whatever hangs on whatever between instances*, and reaches ``1/alpha`` with
probability at most ``alpha``. The factor of an instance that has finished stays in the product as
it is: so thousands of short lives add up, and only the living take memory.

``p = 1`` is the bet on the whole fleet. Stakes are four times apart, probabilities ten times;
both were chosen before anything was measured, as few as cost little a turn.

References
----------
Xie, Siegmund (2013), *Sequential multi-sensor change-point detection*, Annals of Statistics
41(2), which it makes valid at any time; see also arXiv 2506.22588.
"""

from heapq import heappush, heappushpop
from itertools import count
from math import fsum, log
from typing import NamedTuple

from monitors.record import Bet

BETS = (0.95, 0.95 / 4, 0.95 / 16)
"""What is staked on an instance that is thought to be bad."""

ODDS = (1.0, 0.1, 0.01, 0.001)
"""How probable it is that an instance is bad."""

CELLS = tuple((stake, odds) for stake in BETS for odds in ODDS)

FINISHED_KEPT = 64
"""So many finished instances are kept by name: those that added most."""

LONGEST = 256
"""So many bets of an instance are kept one by one; what came before them is its own sum."""


Grown = tuple[float, float, float]

UNGROWN: Grown = (1.0, 1.0, 1.0)


class Contribution(NamedTuple):
    """What one bet, or the sum of an instance's older ones, adds to ``log E``, in nats."""

    key: str
    bet: Bet | None
    nats: float


class Breakdown(NamedTuple):
    """Where ``log E`` comes from: named contributions, those of the rest, and the prior's price.

    ``nats_prior`` is never above 0; the sum of all three is ``log E``.
    """

    parts: list[Contribution]
    others: float
    nats_prior: float


class Instance:
    """One instance: what each stake has made of 1, and its latest bets."""

    __slots__ = ("before", "bets", "factors", "grown")

    def __init__(self) -> None:
        self.grown = self.before = UNGROWN
        self.factors = [1.0] * len(CELLS)
        self.bets: list[Bet] = []

    def note(self, bet: Bet) -> None:
        """Keep a bet; where there are too many, the older half becomes one sum."""
        if len(self.bets) == 2 * LONGEST:
            for old in self.bets[:LONGEST]:
                self.before = _grow(self.before, old.surplus)
            del self.bets[:LONGEST]
        self.bets.append(bet)


class Subset:
    """The mixture, event by event.

    Examples
    --------
    One instance in fifty takes half as much again as it may; each of them lives for ten turns:

    >>> subset = Subset()
    >>> for number in range(250):
    ...     for turn in range(10):
    ...         surplus = 0.5 if number % 50 == 7 else (-0.2, 0.2)[turn % 2]
    ...         subset.bet(f"a{number}", Bet(surplus))
    ...     subset.finish(f"a{number}")
    >>> round(subset.wealth), subset.live
    (11, 0)
    """

    def __init__(self) -> None:
        self._products = [1.0] * len(CELLS)
        self._instances: dict[str, Instance] = {}
        self._best: list[tuple[float, int, str, Instance]] = []
        self._order = count()

    @property
    def live(self) -> int:
        """How many instances have not finished."""
        return len(self._instances)

    @property
    def wealth(self) -> float:
        """The statistic ``E``."""
        return sum(self._products) / len(CELLS)

    def bet(self, key: str, bet: Bet) -> None:
        """Bet on one instance."""
        instance = self._instances.get(key)
        if instance is None:
            instance = self._instances[key] = Instance()
        instance.note(bet)
        before, after = instance.factors, _factors(_grow(instance.grown, bet.surplus))
        instance.grown = after[0], after[4], after[8]
        instance.factors = after
        self._products = [
            product * new / old if old else 0.0
            for product, new, old in zip(self._products, after, before, strict=True)
        ]

    def finish(self, key: str) -> None:
        """Let an instance end: its factor stays, and all but the largest are forgotten by name."""
        instance = self._instances.pop(key, None)
        if instance is None:
            return
        weight = fsum(map(log, filter(None, instance.factors)))
        entry = (weight, next(self._order), key, instance)
        if len(self._best) < FINISHED_KEPT:
            heappush(self._best, entry)
        else:
            heappushpop(self._best, entry)

    def breakdown(self) -> Breakdown:
        """Return exactly what each bet that is still known contributed to ``log E``."""
        total = fsum(self._products)
        shares = [product / total for product in self._products]
        logs = [log(product) if product else 0.0 for product in self._products]
        nats = fsum(share * value for share, value in zip(shares, logs, strict=True))
        named = [*self._instances.items(), *((key, each) for _, _, key, each in self._best)]
        parts = [part for key, instance in named for part in _parts(key, instance, shares)]
        others = nats - fsum(part.nats for part in parts)
        return Breakdown(parts, others, log(total / len(CELLS)) - nats)


def _grow(grown: Grown, surplus: float) -> Grown:
    a, b, c = grown
    gain = BETS[0] * surplus
    return a * (1.0 + gain), b * (1.0 + gain / 4), c * (1.0 + gain / 16)


def _factors(grown: Grown) -> list[float]:
    """Return an instance's factor in each cell. Every turn pays for this, so it is written out."""
    a, b, c = grown
    return [
        *(a, 0.9 + 0.1 * a, 0.99 + 0.01 * a, 0.999 + 0.001 * a),
        *(b, 0.9 + 0.1 * b, 0.99 + 0.01 * b, 0.999 + 0.001 * b),
        *(c, 0.9 + 0.1 * c, 0.99 + 0.01 * c, 0.999 + 0.001 * c),
    ]


def _parts(key: str, instance: Instance, shares: list[float]) -> list[Contribution]:
    """Return what each bet of an instance adds: its factor's growth, weighed by the cells."""
    grown, factors, parts = UNGROWN, _factors(UNGROWN), []
    if instance.before != grown:
        grown, before = instance.before, factors
        factors = _factors(grown)
        parts.append(Contribution(key, None, _added(before, factors, shares)))
    for bet in instance.bets:
        grown, before = _grow(grown, bet.surplus), factors
        factors = _factors(grown)
        parts.append(Contribution(key, bet, _added(before, factors, shares)))
    return parts


def _added(before: list[float], after: list[float], shares: list[float]) -> float:
    return fsum(
        share * log(new / old)
        for share, new, old in zip(shares, after, before, strict=True)
        if share and old and new
    )
