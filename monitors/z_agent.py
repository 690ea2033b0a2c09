"""One z-test per agent, with the noise known: the strongest test that looks at one life only."""

from math import ceil, log, log1p, sqrt
from statistics import NormalDist
from typing import ClassVar

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions, Settlement
from monitors.parameter import amount, label, probability
from monitors.suspicion import BELOW_ALARM
from monitors.takings import Takings


class _Life(Takings):
    """What one agent's rounds add up to, in units and in standard scores."""

    __slots__ = ("rounds", "scores")

    def __init__(self) -> None:
        super().__init__()
        self.rounds = 0
        self.scores = 0.0


class ZAgent:
    """Did this very agent take more than it needed? A baseline: one test at the end of each life.

    It is given what no real monitor has: that an honest agent takes ``need`` times lognormal
    noise of mean exactly 1 and known spread. Then the logs of taken over need are normal
    with mean ``-s*s/2`` and standard deviation ``s``, where ``s*s = log(1 + sigma**2)``, and their
    standardised sum over a life is the uniformly most powerful statistic. An agent alarms at
    the one-sided level ``alpha`` over the planned number of agents (Bonferroni: workers times
    rounds over life, rounded up), so the run's false alarm probability is at most ``alpha``.

    Agents beyond the planned number are not tested. A log without ``RunStarted`` plans for any
    number: the ``k``-th agent to end is tested at ``alpha / (k (k + 1))``. Rounds that need less
    than the smallest unit are left out; a round without acquisition counts as half of it. Goods
    sold in lots do not have this noise, so the level is only nearly kept there.

    Parameters
    ----------
    alpha
        Probability of any false alarm, in (0, 1).
    sigma
        Standard deviation of the decision noise as a share of the need, above 0.
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    >>> from monitors.rehearsal import Rehearsal
    >>> monitor = ZAgent()
    >>> events = Rehearsal(workers=10, rounds=24, life=24, bias=0.3, culprits=1)
    >>> [v.key for v in map(monitor.observe, events) if v and v.alarm]
    ['w01.1']
    """

    name: ClassVar[str] = "z_agent"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING
    guarantee: ClassVar[str] = "assumed: about alpha, if the noise is lognormal with this sigma"

    def __init__(self, alpha: float = 0.05, sigma: float = 0.2, resource: str = "compute") -> None:
        self.alpha = probability("alpha", alpha)
        self.sigma = amount("sigma", sigma, least=1e-6, most=10)
        self.resource = label("resource", resource)
        self._spread = sqrt(log1p(sigma**2))
        self.acquisitions = Acquisitions(resource)
        self._lives: dict[str, _Life] = {}
        self._tested = 0

    def observe(self, event: Event) -> Verdict | None:
        """Add up an agent's rounds; test when its life has ended."""
        settled = self.acquisitions.fold(event)
        if settled is not None:
            self._add(settled)
        ended = self.acquisitions.ended
        life = self._lives.pop(ended, None) if ended else None
        return self._test(event, str(ended), life) if life and life.rounds else None

    def _add(self, settled: Settlement) -> None:
        least = self.acquisitions.smallest
        agent = str(settled.who.agent)
        life = self._lives.get(agent)
        if life is None:
            life = self._lives[agent] = _Life()
        life.add(settled, settled.taken / max(settled.need, least) - 1)
        if settled.need >= least:
            ratio = max(settled.taken, least / 2) / settled.need
            life.scores += log(ratio) / self._spread + self._spread / 2
            life.rounds += 1

    def _test(self, event: Event, agent: str, life: _Life) -> Verdict | None:
        level = self._next_level()
        if not level:
            return None
        z = life.scores / sqrt(life.rounds)
        critical = NormalDist().inv_cdf(1 - level)
        alarm = z >= critical
        score = 1.0 if alarm else min(z / critical, BELOW_ALARM) if z > 0 else 0.0
        if score < 0.1:
            return None
        comparison = "at or above" if alarm else "below"
        return Verdict(
            monitor=self.name,
            pool="agent",
            key=agent,
            seq=event.seq,
            round=event.round,
            score=score,
            alarm=alarm,
            excess=life.excess,
            sentence=f"z is {z:.2f}, {comparison} the {critical:.2f} for one agent among all: "
            + life.span.sentence(agent, event.round, "it needed"),
        )

    def _next_level(self) -> float:
        self._tested += 1
        run = self.acquisitions.started
        if run is None:
            return self.alpha / (self._tested * (self._tested + 1))
        planned = run.workers * ceil(run.rounds / run.life)
        return self.alpha / planned if self._tested <= planned else 0.0
