"""The engine: a bettor who cannot win against honest workers, however long the bets go on.

An honest worker keeps a contract: of what it takes, ``x``, the mean is at most ``mu``, given
all that happened before. Against it a bettor stakes the share ``b`` of what it holds, and
what it holds is multiplied by ``1 + b (x/mu - 1)``. Since ``x`` is never negative it cannot go
broke; since the contract makes each bet unfavourable or fair, its wealth is a nonnegative
supermartingale. Starting with 1 it reaches ``1/alpha`` *at any time* with probability at most
``alpha`` (Ville 1939): whatever the noise, its tails, its variance, or how it hangs on the past.

"All that happened before" includes the workers settled earlier *in the same round*. Agents whose
errors are independent within a round, such as the organisms', keep the contract. Copies of one
model that err together, round by round, may keep it on average and break it here: then the bets
of a round are in truth one bet, made as often as there are workers, and ``alpha`` does not hold.

How much to stake and when to begin are not known. So the capital of 1 is divided beforehand:

* evenly over six stakes, each half the one before, from 0.95 down. With noise of variance
  ``v`` a bias ``d`` is best met by staking ``d/v``; the nearest of these stakes is off by at
  most a factor of the square root of 2, which costs at most 17% of the growth;
* half of it is bet from the first bet on (an *e-process*, for a bias in the weights), and half
  in equal parts at each of the ``T`` planned bets (for one that sets in late). The second half
  is the Shiryaev-Roberts statistic: with ``M_t = (M_{t-1} + 1) e_t``, what was bet and what
  still waits come to ``(M_t + T - t)/T``, and ``M_t - t`` is a supermartingale.

So the whole statistic, ``(E_t + (M_t + T - t)/T) / 2`` averaged over the stakes, is *one*
wealth, bet by one recursion: ``held = (held + fresh) * e``. After the ``T``-th bet nothing fresh
comes in; wealth goes on being bet, and the bound ``alpha`` holds for ever.

Keys (workers, agents, families) get a bettor each: the first half is divided over the planned
keys, the second is paid out by the clock of *all* bets, to whoever's turn it is. Still one
capital of 1, so still one ``alpha``, for any number of keys.

Differences from the e-detectors of Shin, Ramdas and Rinaldo (2024, arXiv 2203.03532): they
bound the mean time between false alarms; here the horizon is known, so Shiryaev-Roberts is
spent as a mixture over onsets and bounds the probability of any false alarm.
"""

from collections.abc import Collection, Sequence
from math import fsum
from typing import NamedTuple

from monitors.record import Bet, Mark, Record

LARGEST_STAKE = 0.95

STAKES = tuple(LARGEST_STAKE / 2**halvings for halvings in range(6))
"""The shares that are staked on each bet, as a fixed mixture."""

PAGE = 1024
"""How many bets a pool remembers one by one, for evidence; what came before is one sum."""

SHORTEST_PAGE = 64
"""How many bets each bettor remembers one by one, however many bettors there are."""


class Plan(NamedTuple):
    """How many keys and bets there will be, at least 1 each; None where nobody knows.

    ``page`` is how many bets are remembered one by one, all keys together.
    """

    keys: int | None = 1
    bets: int | None = None
    page: int = PAGE


class Purse:
    """A capital of 1, and to whom and when it is paid out.

    One half is paid to keys at their first bet, the other bet by bet: in equal parts, as
    many as planned. Keys or bets beyond the plan are paid nothing, so they add no risk. Where
    nobody knows how many there will be, the ``n``-th is paid ``1/(n (n + 1))`` of its half,
    which lasts for any number.

    Attributes
    ----------
    left : float
        What has not been paid out: it is kept, neither won nor lost.

    Examples
    --------
    >>> purse = Purse(Plan(keys=1, bets=4))
    >>> [purse.pay(is_new) for is_new in (True, False, False, False, False)]
    [0.625, 0.125, 0.125, 0.125, 0.0]
    >>> purse.left
    0.0
    """

    def __init__(self, plan: Plan) -> None:
        self._keys, self._bets = plan.keys, plan.bets
        self._paid_keys = 0
        self._paid_bets = 0
        self._left_for_keys = 1.0
        self.left = 1.0

    def pay(self, is_new: bool) -> float:
        """Return what the next bet may add to its bettor's wealth."""
        self._paid_bets = number = self._paid_bets + 1
        planned = self._bets
        if planned is not None and number < planned:
            # As the two functions say; nearly every bet comes here, and asking them costs as much.
            paid, rest = 1 / planned, 1 - number / planned
        else:
            paid, rest = _portion(number, planned), _rest(number, planned)
        if is_new:
            self._paid_keys += 1
            paid += _portion(self._paid_keys, self._keys)
            self._left_for_keys = _rest(self._paid_keys, self._keys)
        self.left = (self._left_for_keys + rest) / 2
        return paid / 2

    def share_out(self, are_new: Sequence[bool]) -> list[float]:
        """Return what the next bet may add to each of several bettors who make it together.

        A key at its first bet gets a key's part; the bet's own part is shared evenly. Whoever
        takes part must be known before the bet is decided.

        Examples
        --------
        >>> Purse(Plan(keys=2, bets=4)).share_out([True, False])
        [0.3125, 0.0625]
        """
        even = self.pay(is_new=False) / len(are_new)
        return [even + self._pay_key() if is_new else even for is_new in are_new]

    def _pay_key(self) -> float:
        before = self._left_for_keys
        self._paid_keys += 1
        self._left_for_keys = _rest(self._paid_keys, self._keys)
        self.left -= (before - self._left_for_keys) / 2
        return _portion(self._paid_keys, self._keys) / 2


class Levels:
    """A purse for a hierarchy: every bet is made on each level, and each level has its purse.

    A bet is made by one key of each level: by the fleet, by a worker, by an agent. The capital of
    1 is divided evenly over the levels, so one ``alpha`` covers all of them.

    Parameters
    ----------
    plans
        How many keys and bets there will be, level by level; at least one.

    Examples
    --------
    >>> purse = Levels([Plan(keys=1, bets=4), Plan(keys=2, bets=4)])
    >>> purse.share_out([True, True]), purse.left
    ([0.3125, 0.1875], 0.5)
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._purses = [Purse(plan) for plan in plans]
        self.left = 1.0

    def pay(self, is_new: bool) -> float:
        """Return what a bet adds on all levels together."""
        return sum(self.share_out([is_new] * len(self._purses)))

    def share_out(self, are_new: Sequence[bool]) -> list[float]:
        """Return what the next bet may add on each level."""
        number = len(self._purses)
        paid = [
            purse.pay(is_new) / number for purse, is_new in zip(self._purses, are_new, strict=True)
        ]
        self.left = sum(purse.left for purse in self._purses) / number
        return paid


def _portion(number: int, planned: int | None) -> float:
    if planned is None:
        return 1 / (number * (number + 1))
    return 1 / planned if number <= planned else 0.0


def _rest(paid: int, planned: int | None) -> float:
    if planned is None:
        return 1 / (paid + 1)
    return 1 - paid / planned if paid < planned else 0.0


class Bettor:
    """One key's wealth: what each of the six stakes has made of what was paid in.

    Its wealth needs no rescaling, however long it bets: while fresh money comes in it cannot
    vanish, when none does it may (nothing is lost by that but wealth it could hardly win back),
    and whoever watches stops it when it has won.

    Examples
    --------
    >>> bettor = Bettor()
    >>> bettor.bet(Bet(0.25), fresh=1.0)
    >>> for _ in range(9):
    ...     bettor.bet(Bet(0.25))
    >>> round(bettor.total, 2), round(bettor.paid_in, 2)
    (2.81, 1.0)
    """

    __slots__ = ("paid_in", "record", "total", "wealth")

    def __init__(self, page: int = SHORTEST_PAGE) -> None:
        self.wealth = [0.0] * len(STAKES)
        self.total = 0.0
        self.paid_in = 0.0
        self.record = Record(page)

    def bet(self, bet: Bet, fresh: float = 0.0) -> None:
        """Add ``fresh`` money, then stake on the bet's surplus; remember it for evidence."""
        if not self.record.room:
            self.record.turn_page(Mark(self.wealth, self.paid_in))
        self.record.note(bet, fresh)
        a, b, c, d, e, f = self.wealth
        part = fresh / 6
        gain = LARGEST_STAKE * bet.surplus
        # Every turn of a run pays for this: written out, it takes a third of a loop's time.
        self.wealth = wealth = [
            (a + part) * (1.0 + gain),
            (b + part) * (1.0 + gain / 2),
            (c + part) * (1.0 + gain / 4),
            (d + part) * (1.0 + gain / 8),
            (e + part) * (1.0 + gain / 16),
            (f + part) * (1.0 + gain / 32),
        ]
        self.total = sum(wealth)
        self.paid_in += fresh


class Table:
    """All bettors of one pool, who share one purse.

    Parameters
    ----------
    plan
        How many keys and bets there will be. With many keys each bettor's record is shorter.
    purse
        Whose money it is; one for this plan, if none is given.

    Attributes
    ----------
    bettors : dict[str, Bettor]
        By key; a finished key's bettor has left the table.
    finished, finished_paid_in : float
        What finished bettors left behind, and what they had been paid. It is bet no more and
        counts for ever.

    Examples
    --------
    >>> table = Table(Plan(keys=2, bets=20))
    >>> for _ in range(10):
    ...     _ = table.bet("w01", Bet(0.0))
    ...     _ = table.bet("w02", Bet(0.5))
    >>> table.leader, round(table.wealth(), 1)
    ('w02', 4.2)
    """

    def __init__(self, plan: Plan, purse: Purse | Levels | None = None) -> None:
        self.bettors: dict[str, Bettor] = {}
        self.finished = 0.0
        self.finished_paid_in = 0.0
        self._purse = purse or Purse(plan)
        self._page = max(SHORTEST_PAGE, plan.page // (plan.keys or plan.page))
        self._at_stake = 0.0

    def bet(self, key: str, bet: Bet) -> Bettor:
        """Let one key's bettor make a bet, with what the purse pays for it."""
        bettor = self.bettors.get(key)
        is_new = bettor is None
        if bettor is None:
            bettor = self.bettors[key] = Bettor(self._page)
        before = bettor.total
        bettor.bet(bet, self._purse.pay(is_new))
        self._at_stake += bettor.total - before
        return bettor

    def spread(self, keys: Sequence[str], bet: Bet, named: Collection[str] = ()) -> list[Bettor]:
        """Let the bettors of several keys, at least one, make the same bet together.

        Those ``named`` already sit it out; what they would be paid is nobody's.
        """
        bettors, found = self.bettors, []
        paid = self._purse.share_out([key not in bettors for key in keys])
        for key, fresh in zip(keys, paid, strict=True):
            if key in named:
                continue
            bettor = bettors.get(key)
            if bettor is None:
                bettor = bettors[key] = Bettor(self._page)
            before = bettor.total
            bettor.bet(bet, fresh)
            self._at_stake += bettor.total - before
            found.append(bettor)
        return found

    def retire(self, key: str) -> None:
        """Take a finished key from the table; what its bettor holds counts on, unbet."""
        bettor = self.bettors.pop(key, None)
        if bettor is not None:
            self._at_stake -= bettor.total
            self.finished += bettor.total
            self.finished_paid_in += bettor.paid_in

    @property
    def estimate(self) -> float:
        """The pool's wealth by running sum: right to nine digits, and cheap with many keys."""
        return self._at_stake + self.finished + self._purse.left

    def wealth(self) -> float:
        """Return the pool's wealth, added up anew."""
        totals = [bettor.total for bettor in self.bettors.values()]
        self._at_stake = fsum(totals)
        return fsum([*totals, self.finished, self._purse.left])

    @property
    def leader(self) -> str:
        """The key whose bettor holds most."""
        return max(self.bettors, key=lambda key: self.bettors[key].total)
