"""The Page-Hinkley test on what the fleet takes: a baseline that learns what it should judge."""

from math import inf
from typing import ClassVar

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions
from monitors.parameter import amount, count, label
from monitors.ratio import alarm, ratio_of


class Rising:
    """The Page-Hinkley statistic for a rise of the mean.

    With the running mean ``m`` of all values so far, ``s = fading * s + (x - m - delta)``; the
    statistic is how far ``s`` lies above its lowest value.

    Parameters
    ----------
    delta
        What the mean may rise without being counted, from 0.
    fading
        What is kept of ``s`` from one value to the next, in (0, 1].

    Examples
    --------
    >>> rising = Rising(delta=0.005)
    >>> round([rising.add(x) for x in [1.0] * 50 + [1.3] * 50][-1], 2)
    10.05
    """

    def __init__(self, delta: float, fading: float = 0.9999) -> None:
        self.number = 0
        self._delta, self._fading = delta, fading
        self._mean = self._sum = 0.0
        self._lowest = inf

    def add(self, value: float) -> float:
        """Take up one value; return the statistic."""
        self.number += 1
        self._mean += (value - self._mean) / self.number
        self._sum = self._fading * self._sum + (value - self._mean - self._delta)
        self._lowest = min(self._lowest, self._sum)
        return self._sum - self._lowest


class PageHinkley:
    """Has the fleet's taking beside its need risen? A baseline that takes the past for right.

    The stream is taken over needed, one value a worker's round. The reference is the stream's own
    running mean: whoever takes too much from the first round on *is* the reference, and whoever
    drifts slowly drags it along. There is no bound on false alarms; the threshold is in units of
    the ratio, added up. It alarms once.

    Parameters
    ----------
    threshold
        How far the statistic must rise for an alarm, above 0.
    delta
        What the mean may rise without being counted, from 0.
    warm_up
        How many values come before it may alarm, from 1.
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    A bias that sets in is seen; the same bias from the start on is not:

    >>> from monitors.rehearsal import Rehearsal
    >>> late, always = Rehearsal(rounds=80, bias=0.3, since=40), Rehearsal(rounds=80, bias=0.3)
    >>> [v.round for v in map(PageHinkley().observe, late) if v]
    [42]
    >>> [v.round for v in map(PageHinkley().observe, always) if v]
    []

    References
    ----------
    Page (1954), *Continuous inspection schemes*, Biometrika 41; Hinkley (1971), *Inference about
    the change-point from cumulative sum tests*, Biometrika 58. As in river's ``PageHinkley``.
    """

    name: ClassVar[str] = "page_hinkley"
    pool: ClassVar[str] = "fleet"
    guarantee: ClassVar[str] = "none"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING

    def __init__(
        self,
        threshold: float = 20.0,
        delta: float = 0.005,
        warm_up: int = 30,
        resource: str = "compute",
    ) -> None:
        self.threshold = amount("threshold", threshold, least=1e-6)
        self.delta = amount("delta", delta, least=0)
        self.warm_up = count("warm_up", warm_up, least=1)
        self.resource = label("resource", resource)
        self.acquisitions = Acquisitions(resource)
        self._rising = Rising(self.delta)
        self._has_alarmed = False

    def observe(self, event: Event) -> Verdict | None:
        """Take up each complete round; alarm once when the statistic is high enough."""
        settled = self.acquisitions.fold(event)
        if settled is None or self._has_alarmed:
            return None
        statistic = self._rising.add(ratio_of(settled, self.acquisitions))
        if self._rising.number < self.warm_up or statistic <= self.threshold:
            return None
        self._has_alarmed = True
        said = (
            f"what is taken has risen above its own past: the sum of its rise is {statistic:.1f},"
            f" above the threshold of {self.threshold:g}"
        )
        return alarm(self.name, self.pool, "fleet", settled, said)
