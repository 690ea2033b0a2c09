"""Growth of raw acquisition over its own beginning: a baseline that knows nothing of need."""

from math import sqrt
from statistics import NormalDist
from typing import ClassVar

from memory.envelope import Event
from memory.events import Demand
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions, Settlement
from monitors.betting import Plan
from monitors.parameter import count, label, probability
from monitors.suspicion import FLEET, Case, Suspicion

CONFIDENCE = 0.975
"""One-sided confidence of the baseline's upper bound: the upper end of a 95% interval."""


class RawGrowth:
    """Does the fleet take more than it used to? A baseline, to show what need is good for.

    The mean of what a worker takes in a round is measured over the first rounds; its upper
    95% confidence bound (mean + 1.96 standard errors) is then what may be taken on average,
    and the same bets as in :class:`~monitors.over_need.OverNeed` are placed against it. Every
    legitimate surge of demand is an alarm here, and whoever takes too much from the first
    round on *is* the baseline.

    While the mean stays what it was, an alarm has probability at most ``alpha`` plus the
    2.5% for a bound that was drawn too low. ``excess`` in its verdicts is over that bound.

    Parameters
    ----------
    alpha
        Probability of a false alarm given a true bound, in (0, 1).
    baseline_rounds
        How many of the first rounds are measured, at least 1. Nothing is bet before.
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    A fleet that takes 8% too much, always:

    >>> from monitors.rehearsal import Rehearsal
    >>> monitor = RawGrowth()
    >>> verdicts = map(monitor.observe, Rehearsal(workers=10, rounds=60, bias=0.08))
    >>> any(verdict.alarm for verdict in verdicts if verdict)
    False
    """

    name: ClassVar[str] = "raw_growth"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING
    guarantee: ClassVar[str] = "assumed: alpha plus 2.5%, if demand stays as it began"
    reads_need: ClassVar[bool] = False

    def __init__(
        self, alpha: float = 0.05, baseline_rounds: int = 24, resource: str = "compute"
    ) -> None:
        self.alpha = probability("alpha", alpha)
        self.baseline_rounds = count("baseline_rounds", baseline_rounds, least=1)
        self.resource = label("resource", resource)
        self.acquisitions = Acquisitions(resource)
        self._number, self._sum, self._squares = 0, 0.0, 0.0
        self._first_round = 0
        self._bound = 0.0
        self._suspicion: Suspicion | None = None

    def observe(self, event: Event) -> Verdict | None:
        """Measure the baseline, then bet against it; answer on an alarm or a move of the score."""
        self.acquisitions.fold(event)
        if type(event) is not Demand or event.resource != self.resource:
            return None
        settled = self.acquisitions.closed
        if settled is None:
            return None
        if self._suspicion is None:
            if self._is_baseline(settled):
                self._measure(settled)
                return None
            self._suspicion = self._begin()
        return self._suspicion.weigh(FLEET, settled._replace(need=self._bound), self._bound)

    def _is_baseline(self, settled: Settlement) -> bool:
        self._first_round = self._first_round or settled.round
        return settled.round < self._first_round + self.baseline_rounds or self._number < 2

    def _measure(self, settled: Settlement) -> None:
        self._number += 1
        self._sum += settled.taken
        self._squares += settled.taken**2

    def _begin(self) -> Suspicion:
        mean = self._sum / self._number
        spread = max(0.0, self._squares - self._number * mean**2) / (self._number - 1)
        bound = mean + NormalDist().inv_cdf(CONFIDENCE) * sqrt(spread / self._number)
        self._bound = max(bound, self.acquisitions.smallest)
        run = self.acquisitions.started
        bets = max(1, run.workers * (run.rounds - self.baseline_rounds)) if run else None
        than = f"the upper bound of its first {self.baseline_rounds} rounds"
        return Suspicion(Case(self.name, FLEET, "growth", than), self.alpha, Plan(1, bets))
