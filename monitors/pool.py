"""What is summed over: the fleet, a worker, a family, an agent; and how many of each there will be.

A monitor's bets are planned from the run's first event, so that one capital lasts for all keys
and all rounds.
"""

from math import ceil
from typing import Literal, NamedTuple

from memory.events import RunStarted
from monitors.acquisition import Settlement
from monitors.betting import Plan

Pool = Literal["fleet", "worker", "family", "agent", "hierarchy"]

LEVELS: tuple[Pool, ...] = ("fleet", "worker", "agent")
"""What ``hierarchy`` sums over, all at once."""


def key_of(settled: Settlement, pool: str) -> str:
    """Return the key of a pool that a settlement belongs to.

    Examples
    --------
    >>> from memory.envelope import Actor
    >>> settled = Settlement(9, 1, 7, Actor("w01", 2, "w01.2"), "heron", 106.0, 100.0)
    >>> [key_of(settled, pool) for pool in ("fleet", "worker", "family", "agent")]
    ['fleet', 'w01', 'heron', 'w01.2']
    """
    if pool == "worker":
        return str(settled.who.worker)
    if pool == "agent":
        return str(settled.who.agent)
    return settled.family if pool == "family" else "fleet"


class Size(NamedTuple):
    """What is known of a run before its first bet; nothing, where its log does not begin."""

    started: RunStarted | None
    families: int = 1

    def plan(self, pool: str, bets_per_round: int | None = None) -> Plan:
        """Return how many keys and bets a pool will have.

        Parameters
        ----------
        pool
            What is summed over.
        bets_per_round
            How many bets are made in a round; one a worker, if nothing is said.

        Examples
        --------
        >>> Size(None).plan("fleet")[:2], Size(None).plan("worker")[:2]
        ((1, None), (None, None))
        """
        run = self.started
        if run is None:
            return Plan(keys=1 if pool == "fleet" else None)
        keys = {
            "fleet": 1,
            "worker": run.workers,
            "agent": run.workers * ceil(run.rounds / run.life),
            "family": self.families,
        }
        times = run.workers if bets_per_round is None else bets_per_round
        return Plan(keys.get(pool), times * run.rounds)
