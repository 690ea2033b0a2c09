"""How far what was taken lies beyond what was allowed: running sums, and in words."""

from collections.abc import Collection
from math import fsum
from typing import NamedTuple

from monitors.acquisition import Settlement
from monitors.record import Bet


class Span(NamedTuple):
    """A spell of rounds, and the mean surplus in it: taken over allowed, minus 1."""

    surplus: float
    first_round: int

    @classmethod
    def of(cls, bets: Collection[Bet]) -> "Span":
        """Return the span of some bets, at least one."""
        surplus = fsum(bet.surplus for bet in bets) / len(bets)
        return cls(surplus, min(bet.round for bet in bets))

    def sentence(self, who: str, round: int, than: str, did: str = "took") -> str:
        """Return in words how much more or less than allowed ``who`` took, until ``round``.

        Examples
        --------
        >>> Span(0.061, first_round=12).sentence("the fleet", 20, "it needed")
        'the fleet took on average 6.1% more than it needed over 9 rounds'
        """
        more = "more" if self.surplus >= 0 else "less"
        rounds = round - self.first_round + 1
        spell = f"{rounds:,} round{'' if rounds == 1 else 's'}"
        return f"{who} {did} on average {abs(self.surplus):,.1%} {more} than {than} over {spell}"


class Takings:
    """The running sums of one key.

    Attributes
    ----------
    first, first_round : int
        Where they begin: seq of the first settlement's source, and its round; 0 before it.

    Examples
    --------
    >>> from memory.envelope import Actor
    >>> takings = Takings()
    >>> takings.add(Settlement(9, 1, 7, Actor("w01"), "heron", 106.0, 100.0), surplus=0.06)
    >>> takings.excess, takings.first, takings.span
    (6.0, 7, Span(surplus=0.06, first_round=1))
    """

    __slots__ = ("_excess", "_number", "_surplus", "first", "first_round")

    def __init__(self) -> None:
        self._excess = self._surplus = 0.0
        self._number = self.first = self.first_round = 0

    def add(self, settled: Settlement, surplus: float) -> None:
        """Take up one settlement, and its surplus over the allowed mean."""
        if not self._number:
            self.first, self.first_round = settled.source, settled.round
        self._number += 1
        self._excess += settled.taken - settled.need
        self._surplus += surplus

    def include(self, other: "Takings") -> None:
        """Take up the sums of another key."""
        if other.first and (not self.first or other.first < self.first):
            self.first, self.first_round = other.first, other.first_round
        self._number += other._number
        self._excess += other._excess
        self._surplus += other._surplus

    @property
    def excess(self) -> float:
        """Units taken minus units needed, signed."""
        return round(self._excess, 6)

    @property
    def span(self) -> Span:
        """All of it as one spell."""
        return Span(self._surplus / self._number, self.first_round)
