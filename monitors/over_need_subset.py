"""Acquisition above need by a few of many: nobody knows how many, which, or how much."""

from typing import ClassVar, Literal, get_args

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions, Settlement
from monitors.parameter import amount, choice, label, probability
from monitors.pool import key_of
from monitors.record import Bet
from monitors.subset import Subset
from monitors.subset_evidence import leader, tell
from monitors.takings import Takings
from monitors.telling import Telling

Who = Literal["agent", "worker"]


class OverNeedSubset:
    """Do a few take more than the work needs, hidden among many? A mixture over all subsets.

    The same bets as :class:`~monitors.over_need.OverNeed` are placed, one a worker's round, and
    the same contract is all that is assumed: what an honest worker takes has a mean of at most
    ``need * (1 + tau)``, given the past. They are pooled by the subset mixture of
    :mod:`monitors.subset`: it supposes that each agent is bad with a small probability, each by
    itself, and so finds a few bad ones among a thousand where the fleet's sum drowns them and one
    agent's life is too short to tell. The probability of *any* alarm is at most ``alpha``,
    however long the run and whatever hangs on whatever.

    Agents that have ended stay in the statistic and leave the memory: what counts is how many are
    alive. It bets from the start on, so against a bias that sets in late ``over_need`` beside it
    is quicker. It alarms once; the evidence ranks agents and workers by what each added.

    Parameters
    ----------
    pool
        Of which few are bad: ``agent`` (single lives) or ``worker`` (chains of them).
    alpha
        Probability of any false alarm, in (0, 1).
    resource
        The resource to watch.
    tau
        Tolerated share above need, from 0, as measured on honest episodes (`monitor calibrate`);
        nothing tolerates none, and on models says that it was never measured.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    One of forty workers takes 60% too much; the fleet as a whole 1.5%:

    >>> from monitors import OverNeed
    >>> from monitors.rehearsal import Rehearsal
    >>> subset, fleet = OverNeedSubset(), OverNeed("fleet")
    >>> events = list(Rehearsal(workers=40, rounds=40, life=10, bias=0.6, culprits=1))
    >>> alarms = [v for v in map(subset.observe, events) if v and v.alarm]
    >>> [(v.round, v.key, v.evidence.workers[0].name) for v in alarms]
    [(27, 'fleet', 'w01')]
    >>> [v.round for v in map(fleet.observe, events) if v and v.alarm]
    []

    References
    ----------
    Xie, Siegmund (2013), *Sequential multi-sensor change-point detection*, AoS 41(2);
    *Anytime-valid tests for sparse anomalies*, arXiv 2506.22588.
    """

    name: ClassVar[str] = "over_need_subset"
    guarantee: ClassVar[str] = "proven: alpha, if honest means are at most the need, given the past"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING

    def __init__(
        self,
        pool: Who = "agent",
        alpha: float = 0.05,
        resource: str = "compute",
        tau: float | None = None,
    ) -> None:
        self.pool = choice("pool", pool, get_args(Who))
        self.alpha = probability("alpha", alpha)
        self.resource = label("resource", resource)
        self.tau = 0.0 if tau is None else amount("tau", tau, least=0)
        self.is_calibrated = tau is not None
        self.acquisitions = Acquisitions(resource)
        self._telling = Telling(self.alpha)
        self._subset = Subset()
        self._takings = Takings()

    def observe(self, event: Event) -> Verdict | None:
        """Bet when a worker's round is complete; answer on an alarm or a move of the score."""
        settled = self.acquisitions.fold(event)
        verdict = self._weigh(settled) if settled and not self._telling.is_alarm else None
        ended = self.acquisitions.ended
        if ended and self.pool == "agent":
            self._subset.finish(ended)
        return verdict

    def _weigh(self, settled: Settlement) -> Verdict | None:
        allowed = max(settled.need, self.acquisitions.smallest) * (1 + self.tau)
        surplus = settled.taken / allowed - 1.0
        self._takings.add(settled, surplus)
        bet = Bet(surplus, settled.source, settled.round, settled.who)
        self._subset.bet(key_of(settled, self.pool), bet)
        wealth = self._subset.wealth
        return self._tell(settled, wealth) if self._telling.has_moved(wealth) else None

    def _tell(self, settled: Settlement, wealth: float) -> Verdict:
        story = f"bettors who staked on a few of the {self.pool}s turned 1 into {wealth:,.1f}"
        evidence = None
        key = "fleet"
        if self._telling.is_alarm:
            breakdown = self._subset.breakdown()
            evidence = tell(breakdown, self.pool, self._takings.first)
            key, share = leader(breakdown)
            who = f"most of it, {share:.0%}, on {key}" if share >= 0.5 else "no half of it on one"
            key = key if share >= 0.5 else "fleet"
            span = self._takings.span
            story += f", {who}: {span.sentence('the fleet', settled.round, 'it needed')}"
        return Verdict(
            monitor=self.name,
            pool=self.pool,
            key=key,
            seq=settled.seq,
            round=settled.round,
            score=self._telling.score,
            alarm=self._telling.is_alarm,
            wealth=wealth,
            excess=self._takings.excess,
            sentence=story,
            evidence=evidence,
        )
