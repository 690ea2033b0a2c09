"""What a bet costs: the engine event by event, in plain Python, and over columns."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.claim import Claim
from benchmarks.streams import drawn
from memory.envelope import Actor
from monitors.acquisition import Settlement
from monitors.batch import IS_COMPILED, levels
from monitors.betting import Levels, Plan
from monitors.record import Bet
from monitors.subset import Subset
from monitors.suspicion import Case, Suspicion

WORKERS, LIFE = 20, 24


def _settlements(number: int, seed: int) -> list[Settlement]:
    taken = 100 * drawn(np.random.default_rng(seed), (number,))
    found = []
    for index, units in enumerate(taken):
        round, worker = divmod(index, WORKERS)
        who = Actor(f"w{worker}", round // LIFE, f"w{worker}.{round // LIFE}")
        found.append(Settlement(index + 1, round, index + 1, who, "heron", float(units), 100.0))
    return found


def _rate(do: Callable[[], object], number: int, repeats: int = 3) -> float:
    """Return how many of so many a second of CPU it does, the best of some repeats."""
    best = float("inf")
    for _ in range(repeats):
        started = time.process_time()
        do()
        best = min(best, time.process_time() - started)
    return number / best


def _hierarchy(seen: list[Settlement]) -> None:
    rounds = len(seen) // WORKERS
    agents = WORKERS * (rounds // LIFE + 1)
    plans = [Plan(keys, len(seen)) for keys in (1, WORKERS, agents)]
    case = Case("bench", "hierarchy")
    suspicion = Suspicion(case, 1e-12, Plan(agents, len(seen)), Levels(plans))
    for settled in seen:
        who = settled.who
        suspicion.weigh_all(("fleet", str(who.worker), str(who.agent)), settled, 100.0)


def _subset(seen: list[Settlement]) -> None:
    subset = Subset()
    for settled in seen:
        subset.bet(str(settled.who.agent), Bet(settled.taken / 100 - 1, settled.source))


def costs(number: int, seed: int) -> Iterator[Claim]:
    """Yield how many bets a second each way of pooling makes, on one core.

    Parameters
    ----------
    number
        How many bets are made.
    seed
        The source of all chance.
    """
    seen = _settlements(number, seed)
    rate = _rate(lambda: _hierarchy(seen), number)
    yield Claim(
        "fleet, workers and agents at once, event by event, with evidence",
        f"{rate:,.0f} a second",
        rate >= 100_000,
        "100,000",
    )
    rate = _rate(lambda: _subset(seen), number)
    yield Claim("subset mixture, event by event, with evidence", f"{rate:,.0f} a second", True)
    surpluses = [settled.taken / 100 - 1 for settled in seen]
    fleet = [0] * number
    levels(surpluses[:9], [fleet[:9]], [Plan(1, 9)])
    rate = _rate(lambda: levels(surpluses, [fleet], [Plan(1, number)], 1e-12), number)
    how = "compiled" if IS_COMPILED else "plain Python: numba is not installed"
    yield Claim("fleet, over columns", f"{rate:,.0f} a second ({how})", True)
