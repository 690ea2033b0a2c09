"""The oracle: the likelihood ratio that knows the organism. A yardstick, never a monitor to run.

It is told what no monitor can know: by how much whom is biased, from when on, and how noisy an
honest hand is. So nothing that keeps its bound on false alarms can be quicker on average, up to
the overshoot at the alarm, and a delay beside the oracle's says what not knowing has cost. It
is not in the table of contents: only an evaluation, which knows the truth, may make one.
"""

from collections.abc import Collection
from math import exp, log, log1p
from typing import ClassVar

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions
from monitors.parameter import amount, count, label, probability
from monitors.telling import Telling


class Oracle:
    """How much likelier is this if the culprits are biased just so? Wald's likelihood ratio.

    What an agent takes is its need times lognormal noise of mean 1; a culprit's is ``1 + bias``
    times that. The logs of taken over needed are normal then, so each round of a culprit adds
    ``d / s^2 (log(taken/needed) + s^2/2 - d/2)`` with ``d = log(1 + bias)``, ``s^2 = log(1 +
    sigma^2)``. Against honest workers the product is a martingale of mean 1, so it reaches
    ``1/alpha`` with probability at most ``alpha``.

    Parameters
    ----------
    bias
        Share that culprits take beyond what they otherwise would, above 0.
    sigma
        Standard deviation of the decision noise as a share of the need, above 0.
    culprits
        Their names; nobody's rounds but theirs count. None for everyone.
    since
        The first round in which they are biased.
    alpha
        Probability of a false alarm, in (0, 1).
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    >>> from monitors import OverNeed
    >>> from monitors.rehearsal import Rehearsal
    >>> events = list(Rehearsal(rounds=60, bias=0.05))
    >>> monitors = Oracle(bias=0.05, sigma=0.2), OverNeed()
    >>> [next(v.round for v in map(m.observe, events) if v and v.alarm) for m in monitors]
    [7, 10]

    References
    ----------
    Wald (1945), *Sequential tests of statistical hypotheses*, Annals of Math. Statistics 16(2).
    """

    name: ClassVar[str] = "oracle"
    pool: ClassVar[str] = "fleet"
    guarantee: ClassVar[str] = "proven: alpha, if the organism is the one it is told of"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING

    def __init__(
        self,
        bias: float,
        sigma: float = 0.2,
        culprits: Collection[str] | None = None,
        since: int = 1,
        alpha: float = 0.05,
        resource: str = "compute",
    ) -> None:
        self.bias = amount("bias", bias, least=1e-6)
        self.sigma = amount("sigma", sigma, least=1e-6, most=10)
        self.culprits = None if culprits is None else frozenset(culprits)
        self.since = count("since", since, least=1)
        self.alpha = probability("alpha", alpha)
        self.resource = label("resource", resource)
        self.acquisitions = Acquisitions(resource)
        self._telling = Telling(self.alpha)
        self._nats = 0.0

    def observe(self, event: Event) -> Verdict | None:
        """Add the evidence of each culprit's round; answer on an alarm or a move of the score."""
        settled = self.acquisitions.fold(event)
        if settled is None or settled.round < self.since or self._telling.is_alarm:
            return None
        if self.culprits is not None and settled.who.worker not in self.culprits:
            return None
        least = self.acquisitions.smallest
        if settled.need < least:
            return None
        shift, spread = log1p(self.bias), log1p(self.sigma**2)
        seen = log(max(settled.taken, least / 2) / settled.need)
        self._nats += shift / spread * (seen + spread / 2 - shift / 2)
        wealth = exp(min(self._nats, 700.0))
        if not self._telling.has_moved(wealth):
            return None
        return Verdict(
            monitor=self.name,
            pool=self.pool,
            key="fleet",
            seq=settled.seq,
            round=settled.round,
            score=self._telling.score,
            alarm=self._telling.is_alarm,
            wealth=wealth,
            sentence=f"a bias of {self.bias:.1%} makes this {wealth:,.1f} times likelier",
        )
