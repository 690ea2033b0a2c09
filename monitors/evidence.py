"""Exact attribution: which events, agents and workers a bettor's winnings came from.

The statistic is a mixture. Each component ``c`` is one stake of one key's bettor, begun at one
bet; it was given ``prior_c`` of the capital and made of it ``prior_c * value_c``. With its share
of the winnings ``p_c = prior_c value_c / statistic``,

    log statistic  =  sum_c p_c log value_c  -  sum_c p_c log (p_c / prior_c)

exactly. The first sum is made of bets, since ``log value_c`` is a sum over the bets that ``c``
took part in: a bet's contribution is ``log (1 + stake * surplus)`` averaged over the components
by their share of the winnings. The second is what it cost not to know the stake, the key and
the beginning (``nats_prior``, never above zero).

The share of components that had begun by a bet is found by going backwards: of what a stake
held when it made the bet, ``held / (held + fresh)`` had been there before. Nothing can
overflow on the way. Components that began before the record does are taken as one, whose
value is what they made of their money together; so are those of finished bettors.

The same shares say when it began: half of the winnings come from components that began at or
before the event ``since``.
"""

from collections import defaultdict
from math import fsum, log, log1p
from typing import NamedTuple

from memory.verdicts import Evidence, Share
from monitors.betting import STAKES, Bettor, Table
from monitors.record import Bet

TOP = 20
"""How many events, agents and workers are named; the rest is told as one number."""

OWN_LISTS = ("fleet", "worker", "agent", "family")
"""Pools whose keys are told by the other lists, or by the alarm itself."""

UNNAMED = ""
"""Where contributions go that no single event, agent or worker can be named for."""


class Part(NamedTuple):
    """A bet's contribution in nats, and the share of the winnings that began with it."""

    bet: Bet
    nats: float
    began: float


class Account(NamedTuple):
    """One bettor's part in the log of a statistic: bet by bet, and before its record begins."""

    parts: list[Part]
    nats_before: float
    began_before: float


def account(bettor: Bettor, statistic: float) -> Account:
    """Return what each remembered bet of ``bettor`` contributed to ``log statistic``.

    Examples
    --------
    >>> bettor = Bettor()
    >>> for surplus in (0.5, -0.5):
    ...     bettor.bet(Bet(surplus), fresh=1 / 2)
    >>> [(round(part.nats, 3), round(part.began, 3)) for part in account(bettor, 1.0).parts]
    [(0.06, 0.475), (-0.145, 0.422)]
    """
    bets = list(bettor.record)
    nats, began = [0.0] * len(bets), [0.0] * len(bets)
    nats_before = began_before = 0.0
    start = bettor.record.start
    for number, stake in enumerate(STAKES):
        held = start.wealth[number]
        kept = []
        for bet in bets:
            at_stake = held + bet.fresh / len(STAKES)
            kept.append(held / at_stake if at_stake else 0.0)
            held = at_stake * (1.0 + stake * bet.surplus)
        share = held / statistic
        for index in range(len(bets) - 1, -1, -1):
            nats[index] += share * log1p(stake * bets[index].surplus)
            began[index] += share * (1.0 - kept[index])
            share *= kept[index]
        if share:
            nats_before += share * log(start.wealth[number] * len(STAKES) / start.paid_in)
            began_before += share
    return Account(list(map(Part, bets, nats, began)), nats_before, began_before)


def evidence_of_key(pool: str, key: str, bettor: Bettor, first: int) -> Evidence:
    """Return what one bettor's own wealth rests on; ``first`` is the seq of its first bet."""
    return _Sheet(pool).add(key, bettor, bettor.total).evidence(bettor.total, first)


def evidence_of_pool(pool: str, table: Table, first: int) -> Evidence:
    """Return what the wealth of a whole pool rests on; ``first`` is the seq of its first bet."""
    statistic = table.wealth()
    sheet = _Sheet(pool)
    for key, bettor in table.bettors.items():
        sheet.add(key, bettor, statistic)
    if table.finished:
        value = table.finished / table.finished_paid_in
        sheet.add_finished(table.finished / statistic, log(value))
    return sheet.evidence(statistic, first)


class _Sheet:
    """Contributions, added up by event, by agent and by worker."""

    def __init__(self, pool: str) -> None:
        self._pool = pool
        self._events: defaultdict[str, float] = defaultdict(float)
        self._agents: defaultdict[str, float] = defaultdict(float)
        self._workers: defaultdict[str, float] = defaultdict(float)
        self._keys: defaultdict[str, float] = defaultdict(float)
        self._began: defaultdict[int, float] = defaultdict(float)

    def add(self, key: str, bettor: Bettor, statistic: float) -> "_Sheet":
        """Add one bettor's bets. What came before them still is its agent's or worker's."""
        parts, before, began_before = account(bettor, statistic)
        for bet, nats, began in parts:
            self._events[str(bet.source)] += nats
            self._agents[str(bet.who.agent)] += nats
            self._workers[str(bet.who.worker)] += nats
            self._began[bet.source] += began
            self._keys[key] += nats
        if began_before:
            is_worker, is_agent = self._pool == "worker", self._pool == "agent"
            worker = str(parts[-1].bet.who.worker) if is_worker or is_agent else UNNAMED
            self._events[UNNAMED] += before
            self._agents[key if is_agent else UNNAMED] += before
            self._workers[worker] += before
            self._keys[key] += before
            self._began[0] += began_before
        return self

    def add_finished(self, share: float, nats: float) -> None:
        """Add what bettors that have left the table hold: a share, each part at so many nats."""
        for parts in (self._events, self._agents, self._workers, self._keys):
            parts[UNNAMED] += share * nats
        self._began[0] += share

    def _since(self, first: int) -> int:
        """Return where half of the winnings had begun."""
        half, begun = fsum(self._began.values()) / 2, 0.0
        for source in sorted(self._began):
            begun += self._began[source]
            if begun >= half * (1 - 1e-12):
                return source or first
        return first

    def evidence(self, statistic: float, first: int) -> Evidence:
        """Return it all, the largest contributions by name."""
        nats = fsum(self._events.values())
        events, other_events = top(self._events)
        agents, other_agents = top(self._agents)
        workers, other_workers = top(self._workers)
        keys, other_keys = top({} if self._pool in OWN_LISTS else self._keys)
        return Evidence(
            since=self._since(first),
            nats_events=nats,
            nats_prior=log(statistic) - nats,
            events=events,
            other_events=other_events,
            agents=agents,
            other_agents=other_agents,
            workers=workers,
            other_workers=other_workers,
            keys=keys,
            other_keys=other_keys,
        )


def top(parts: dict[str, float]) -> tuple[tuple[Share, ...], float]:
    """Return the largest contributions by name, and the sum of all others."""
    names = sorted(parts.keys() - {UNNAMED}, key=lambda name: (-parts[name], name))
    top = tuple(Share(name=name, nats=parts[name]) for name in names[:TOP])
    return top, fsum(parts[name] for name in (*names[TOP:], UNNAMED) if name in parts)
