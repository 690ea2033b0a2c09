"""What a bettor remembers of its bets: the last ones each, everything before as one state."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from memory.envelope import NOBODY, Actor


class Mark(NamedTuple):
    """Where a bettor stood before some bet: its wealth by stake, and what it had been paid."""

    wealth: list[float]
    paid_in: float


class Bet(NamedTuple):
    """One bet: its surplus x/mu - 1, what it was about, and the fresh money that went into it."""

    surplus: float
    source: int = 0
    round: int = 0
    who: Actor = NOBODY
    fresh: float = 0.0


class Record:
    """The last ``page`` to ``2 * page`` bets, and where the bettor stood before them.

    Played again from there, they give the bettor's wealth to the last bit. 40 bytes a bet.

    Parameters
    ----------
    page
        Number of bets that are remembered at least, from 1.

    Attributes
    ----------
    start : Mark
        Where the bettor stood before the first remembered bet.
    room : int
        Bets that fit on the page; at 0, the next one takes :meth:`turn_page` first.

    Examples
    --------
    >>> record = Record(page=2)
    >>> for number in range(5):
    ...     if not record.room:
    ...         record.turn_page(Mark([float(number)], paid_in=1.0))
    ...     record.note(Bet(0.0, source=number), fresh=0.0)
    >>> record.start.wealth, [bet.source for bet in record]
    ([2.0], [2, 3, 4])
    """

    __slots__ = (
        "_fresh",
        "_middle",
        "_page",
        "_round",
        "_source",
        "_surplus",
        "_who",
        "room",
        "start",
    )

    def __init__(self, page: int) -> None:
        self.start = self._middle = Mark([], 0.0)
        self.room = 0
        self._page = page
        self._surplus = array("d")
        self._fresh = array("d")
        self._source = array("q")
        self._round = array("q")
        self._who: list[Actor] = []

    def note(self, bet: Bet, fresh: float) -> None:
        """Remember one bet, and the fresh money in it."""
        self.room -= 1
        surplus, source, round, who, _ = bet
        self._surplus.append(surplus)
        self._source.append(source)
        self._round.append(round)
        self._who.append(who)
        self._fresh.append(fresh)

    def turn_page(self, now: Mark) -> None:
        """Begin a new page at ``now``; of those before, only the last is kept."""
        if not self._who:
            self.start = now
        elif len(self._who) == 2 * self._page:
            for column in (self._surplus, self._fresh, self._source, self._round, self._who):
                del column[: self._page]
            self.start = self._middle
        self._middle = now
        self.room = self._page

    def __iter__(self) -> Iterator[Bet]:
        """Go through the remembered bets, oldest first."""
        return map(Bet, self._surplus, self._source, self._round, self._who, self._fresh)
