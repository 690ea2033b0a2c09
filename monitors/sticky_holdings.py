"""Holdings that rise with the need and do not come down with it."""

from math import sqrt
from statistics import NormalDist
from typing import ClassVar, Literal, get_args

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions, Settlement
from monitors.parameter import choice, label, probability
from monitors.pooled_round import PooledRound
from monitors.suspicion import Case
from monitors.wager import Wager

Pool = Literal["fleet", "worker", "family", "agent"]

CONFIDENCE = 0.975
"""One-sided confidence of the bound on what they take while the need is at its peak."""


class _Custom:
    """What the fleet takes beside its need while that is at its peak: mean and upper bound.

    Welford's recursion, so nothing is kept but sums.
    """

    __slots__ = ("bound", "mean", "number", "squares")

    def __init__(self) -> None:
        self.number, self.mean, self.squares, self.bound = 0, 0.0, 0.0, 1.0

    def add(self, ratio: float) -> None:
        self.number += 1
        off = ratio - self.mean
        self.mean += off / self.number
        self.squares += off * (ratio - self.mean)
        if self.number > 1:
            error = sqrt(self.squares / (self.number - 1) / self.number)
            self.bound = max(1.0, self.mean + NormalDist().inv_cdf(CONFIDENCE) * error)


class StickyHoldings:
    """Do they follow the need up and not down? A bet on the rounds below the peak.

    While the need is as high as it has ever been, what the fleet takes beside what it needs is
    measured, round by round; the upper 95% confidence bound of its mean is the custom. In every
    round in which the need is lower, each worker's taking is bet against the need times that
    custom, or against the need where the custom is less. So whoever takes 5% too much *always* is
    no case for this monitor, only who takes more, beside the need, once it has fallen. While
    there is no asymmetry an alarm has probability at most ``alpha`` plus the 2.5% for a custom
    that was drawn too low.

    The asymmetry in its alarms is 1 - (fall of what is taken / fall of the need): 0 for who
    follows all the way, 1 for who stays up.

    Parameters
    ----------
    pool
        What to sum over: ``fleet``, ``worker``, ``family`` or ``agent``.
    alpha
        Probability of a false alarm given a true custom, in (0, 1).
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    The need never falls here, so there is nothing to say:

    >>> from monitors.rehearsal import Rehearsal
    >>> monitor = StickyHoldings()
    >>> [v for v in map(monitor.observe, Rehearsal(rounds=30, bias=0.3)) if v]
    []

    References
    ----------
    Anderson, Banker, Janakiraman (2003), *Are selling, general, and administrative costs
    "sticky"?*, Journal of Accounting Research 41(1), whose asymmetry this is, as a bet.
    """

    name: ClassVar[str] = "sticky_holdings"
    guarantee: ClassVar[str] = "assumed: alpha plus 2.5%, if what they take follows the need down"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING

    def __init__(
        self, pool: Pool = "fleet", alpha: float = 0.05, resource: str = "compute"
    ) -> None:
        self.pool = choice("pool", pool, get_args(Pool))
        self.alpha = probability("alpha", alpha)
        self.resource = label("resource", resource)
        self.acquisitions = Acquisitions(resource)
        case = Case(self.name, self.pool, "holdings that stay up", "the need and their own custom")
        self._wager = Wager(case, self.alpha)
        self._pooled: PooledRound | None = None
        self._peak = 0.0
        self._custom = _Custom()
        self._below = [0.0, 0.0, 0.0]

    def observe(self, event: Event) -> Verdict | None:
        """Measure at the peak, bet below it; answer on an alarm or a move of the score."""
        self._wager.follow(event)
        settled = self.acquisitions.fold(event)
        if settled is None or settled.need < self.acquisitions.smallest:
            return None
        if settled.need >= self._peak:
            self._measure(settled)
            return None
        if self._custom.number < 2:
            return None
        self._sum(settled)
        verdict = self._wager.place(settled._replace(need=settled.need * self._custom.bound))
        return self._asymmetric(verdict) if verdict and verdict.alarm else verdict

    def _measure(self, settled: Settlement) -> None:
        self._peak = settled.need
        if self._pooled is None:
            run = self.acquisitions.started
            self._pooled = PooledRound(run.workers if run else None)
        whole = self._pooled.add(settled)
        if whole and whole.need:
            self._custom.add(whole.taken / whole.need)

    def _sum(self, settled: Settlement) -> None:
        taken, need, number = self._below
        self._below = [taken + settled.taken, need + settled.need, number + 1]

    def _asymmetric(self, verdict: Verdict) -> Verdict:
        taken, need, number = self._below
        fall = self._peak - need / number
        followed = self._peak * self._custom.mean - taken / number
        index = 1 - followed / fall
        told = f"{verdict.sentence}; of the fall of the need they did not follow {index:.0%}"
        return verdict.model_copy(update={"sentence": told})
