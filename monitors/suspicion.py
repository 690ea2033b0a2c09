"""From wealth to verdicts: when a pool's bettors have won too much for luck, and who is named.

Why naming costs nothing of ``alpha``: a key's wealth is one part of its pool's, so whenever a
key alarms the pool has reached ``1/alpha``, and in an honest fleet that happens with probability
at most ``alpha``, for all keys together. Where *others* misbehave, an honest key is still named
for its own wealth with probability at most ``alpha`` (the bettors of the honest keys alone are a
supermartingale too), and as the holder of half of the pool's with at most ``2 * alpha``.
"""

from collections.abc import Sequence
from math import inf, log
from typing import NamedTuple

from memory.verdicts import Evidence, Verdict
from monitors.acquisition import Settlement
from monitors.betting import Bettor, Levels, Plan, Purse, Table
from monitors.evidence import evidence_of_key, evidence_of_pool
from monitors.record import Bet
from monitors.takings import Span, Takings

STEP = 0.1
"""How far the score moves before it is told again."""

BELOW_ALARM = 0.999
"""The largest score short of an alarm."""

FLEET = "fleet"


class Case(NamedTuple):
    """What is watched, in the words of its verdicts.

    ``suspected`` follows "staked on", ``than`` follows "took 5% more than", where ``did`` may say
    something else than "took".
    """

    monitor: str
    pool: str
    suspected: str = "over-acquisition"
    than: str = "it needed"
    did: str = "took"


class Suspicion:
    """What one monitor thinks of one pool: a table of bettors, and verdicts on their wealth.

    The first alarm is the pool's: its wealth has reached ``1/alpha``. It names the key whose
    bettor holds at least half of that, or ``fleet`` where none does. From then on a key alarms
    when its own bettor's wealth has reached ``1/alpha`` by itself. Each alarms once, and is
    bet on no more.

    Parameters
    ----------
    case
        What is watched.
    alpha
        Probability of any false alarm, in (0, 1).
    plan
        How many keys and bets there will be.
    purse
        Whose money is bet; one for this plan, if none is given.
    """

    def __init__(
        self, case: Case, alpha: float, plan: Plan, purse: Purse | Levels | None = None
    ) -> None:
        self._case = case
        self._limit = 1 / alpha
        self._table = Table(plan, purse)
        self._finished = Takings()
        self._total: Takings | None = None
        self._takings: dict[str, Takings] = {}
        self._named: set[str] = set()
        self._is_alarmed = False
        self._told = 0.0
        self._quiet = (-inf, self._limit**STEP)

    @property
    def has_alarmed(self) -> bool:
        """Whether the pool has."""
        return self._is_alarmed

    def weigh(self, key: str, settled: Settlement, mu: float) -> Verdict | None:
        """Bet on one settlement against the allowed mean ``mu`` (in units, above 0)."""
        if key in self._named:
            return None
        takings = self._takings.get(key)
        if takings is None:
            takings = self._takings[key] = Takings()
        surplus = settled.taken / mu - 1.0
        takings.add(settled, surplus)
        bet = Bet(surplus, settled.source, settled.round, settled.who)
        bettor = self._table.bet(key, bet)
        if self._is_alarmed:
            return self._accuse(key, bettor, settled) if bettor.total >= self._limit else None
        low, high = self._quiet
        return None if low < self._table.estimate < high else self._judge(settled)

    def weigh_all(self, keys: Sequence[str], settled: Settlement, mu: float) -> Verdict | None:
        """Bet on one settlement for several keys together, at least one."""
        surplus = settled.taken / mu - 1.0
        self._total = self._total or Takings()
        self._total.add(settled, surplus)
        open_keys = [key for key in keys if key not in self._named]
        for key in open_keys:
            takings = self._takings.get(key)
            if takings is None:
                takings = self._takings[key] = Takings()
            takings.add(settled, surplus)
        bet = Bet(surplus, settled.source, settled.round, settled.who)
        bettors = self._table.spread(keys, bet, self._named)
        if self._is_alarmed:
            for key, bettor in zip(open_keys, bettors, strict=True):
                if bettor.total >= self._limit:
                    return self._accuse(key, bettor, settled)
            return None
        low, high = self._quiet
        return None if low < self._table.estimate < high else self._judge(settled)

    def close(self, key: str) -> None:
        """Let a key end: its bettor's wealth counts on, everything else is forgotten."""
        self._named.discard(key)
        self.set_aside(key)

    def set_aside(self, key: str) -> None:
        """Stop betting on a key that may come again; what was named stays named."""
        self._table.retire(key)
        if takings := self._takings.pop(key, None):
            self._finished.include(takings)

    def _judge(self, settled: Settlement) -> Verdict | None:
        """Look at the pool's wealth to the last digit, and tell of it if the score has moved."""
        wealth = self._table.wealth()
        if wealth >= self._limit:
            return self._alarm(settled, wealth)
        score = min(max(log(wealth) / log(self._limit), 0.0), BELOW_ALARM)
        if abs(score - self._told) < STEP - 1e-9:
            return None
        self._told = score
        low = self._limit ** (score - STEP) if score >= STEP else -inf
        self._quiet = (low, self._limit ** min(score + STEP, 1.0))
        return self._verdict(settled, FLEET, wealth, f"{self._bettors} turned 1 into {wealth:.1f}")

    def _alarm(self, settled: Settlement, wealth: float) -> Verdict:
        self._is_alarmed = True
        leader = self._table.leader
        share = self._table.bettors[leader].total / wealth
        key = leader if share >= 0.5 else FLEET
        self._named.add(key)
        story = f"{self._bettors} turned 1 into {wealth:,.1f}"
        if self._case.pool != FLEET:
            whose = "none holding half of it" if key == FLEET else f"{share:.0%} of it on {key}"
            story += f", {whose}"
        evidence = evidence_of_pool(self._case.pool, self._table, self._sums(FLEET).first)
        return self._verdict(settled, key, wealth, story, evidence)

    def _accuse(self, key: str, bettor: Bettor, settled: Settlement) -> Verdict:
        self._named.add(key)
        story = f"{self._bettors} with 1 between them, have {bettor.total:,.1f} on {key} alone"
        evidence = evidence_of_key(self._case.pool, key, bettor, self._sums(key).first)
        return self._verdict(settled, key, bettor.total, story, evidence)

    @property
    def _bettors(self) -> str:
        suspected, pool = self._case.suspected, self._case.pool
        if pool == FLEET:
            return f"a bettor who staked on {suspected}"
        return f"bettors who staked on {suspected}, one per {pool},"

    def _sums(self, key: str) -> Takings:
        """Return the takings of one key, or of all there have been."""
        if key in self._takings:
            return self._takings[key]
        if self._total is not None:
            return self._total
        every = Takings()
        for takings in (self._finished, *self._takings.values()):
            every.include(takings)
        return every

    def _span(self, key: str, since: int) -> Span:
        """Return how a key, or all, took since the event in which half of the winnings began."""
        sums, bettors = self._sums(key), self._table.bettors
        if since <= sums.first:
            return sums.span
        named = [bettors[key]] if key in bettors else list(bettors.values())
        bets = [bet for one in named for bet in one.record if bet.source >= since]
        if self._total is not None and key not in bettors:
            bets = list({bet.source: bet for bet in bets}.values())
        return Span.of(bets)

    def _verdict(
        self,
        settled: Settlement,
        key: str,
        wealth: float,
        story: str,
        evidence: Evidence | None = None,
    ) -> Verdict:
        if evidence:
            who = "the fleet" if key == FLEET else key
            span = self._span(key, evidence.since)
            story += f": {span.sentence(who, settled.round, self._case.than, self._case.did)}"
        return Verdict(
            monitor=self._case.monitor,
            pool=self._case.pool,
            key=key,
            seq=settled.seq,
            round=settled.round,
            score=1.0 if evidence else self._told,
            alarm=evidence is not None,
            wealth=wealth,
            excess=self._sums(key).excess,
            sentence=story,
            evidence=evidence,
        )
