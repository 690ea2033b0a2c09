"""Whether honest fleets alarm as seldom as is promised: rates over streams, and run lengths."""

from collections.abc import Iterator
from math import sqrt

import numpy as np

from benchmarks import exposed, sparse
from benchmarks.claim import Claim
from benchmarks.streams import (
    Array,
    FirstTimes,
    bets_of,
    drawn,
    mixed,
    shiryaev_roberts,
    summed,
)
from monitors.betting import STAKES
from monitors.metrics import is_refuted

HORIZON, BLOCK = 100_000, 1_000
ALPHA = 0.05
ARL = 2_000
BATCH = 250
"""So many streams are run at once."""


def _wealths(streams: int, seed: int) -> dict[str, int]:
    """Return how many honest streams reach each bound of a fleet of 100,000 events."""
    alarms = {"e-process": 0, "Shiryaev-Roberts": 0, "both halves, as shipped": 0}
    done = 0
    while done < streams:
        batch = min(BATCH, streams - done)
        for name, times in _batch(batch, seed + done).items():
            alarms[name] += int((times.times < HORIZON).sum())
        done += batch
    return alarms


def _batch(streams: int, seed: int) -> dict[str, FirstTimes]:
    chance, state = np.random.default_rng([seed, 7]), np.zeros((2, len(STAKES), streams))
    names = ("e-process", "Shiryaev-Roberts", "both halves, as shipped")
    first = {name: FirstTimes(streams, HORIZON) for name in names}
    for start in range(0, HORIZON, BLOCK):
        taken = drawn(chance, (BLOCK, streams))
        logs, sums = [], np.zeros_like(taken)
        for number, bets in enumerate(bets_of(taken)):
            path = np.cumsum(np.log(bets), axis=0) + state[0, number]
            mass = shiryaev_roberts(state[1, number], bets)
            state[0, number], state[1, number] = path[-1], mass[-1]
            logs.append(path)
            sums += mass / len(STAKES)
        wealth = np.exp(mixed(logs))
        waiting = HORIZON - np.arange(start + 1, start + BLOCK + 1)[:, None]
        for name, values, limit in (
            (names[0], wealth, 1 / ALPHA),
            (names[1], sums, HORIZON / ALPHA),
            (names[2], (wealth + (sums + waiting) / HORIZON) / 2, 1 / ALPHA),
        ):
            first[name].look(values, limit, start, taken)
    return first


def lengths(instances: int, streams: int, seed: int) -> Array:
    """Return how long honest fleets go until Shiryaev-Roberts, by instance, reaches ``ARL``."""
    chance = np.random.default_rng([seed, instances])
    size, longest = max(BLOCK, instances), 15 * ARL
    state = np.zeros((len(STAKES), instances, streams))
    first = FirstTimes(streams, longest)
    for start in range(0, longest, size):
        taken = drawn(chance, (size, streams))
        mass = np.zeros_like(taken)
        for number, bets in enumerate(bets_of(taken)):
            path = shiryaev_roberts(state[number], bets.reshape(-1, instances, streams))
            mass += summed(state[number], path) / len(STAKES)
            state[number] = path[-1]
        first.look(mass, ARL, start, taken)
        if first.is_over:
            break
    return first.times.astype(np.float64)


def claims(streams: int, few: int, seed: int) -> Iterator[Claim]:
    """Yield each promise, what was measured, and whether a test at 1% refutes it.

    Parameters
    ----------
    streams
        Honest streams for the fleet's bounds and run lengths.
    few
        Honest streams for subset mixture and exposure, which cost more.
    seed
        The source of all chance.
    """
    for name, alarms in _wealths(streams, seed).items():
        yield _rate(f"fleet, {name}, {HORIZON:,} honest events", alarms, streams)
    honest = sparse.run(sparse.HONEST, few, seed)
    alarms = int((honest.subset.times < honest.subset.horizon).sum())
    yield _rate("subset mixture, 1,000 alive, 100,000 honest events", alarms, few)
    keyed = exposed.run(exposed.HONEST, few, seed, HORIZON).keyed
    alarms = int((keyed.times < keyed.horizon).sum())
    yield _rate("keyed by what was read, 200 notes, 100,000 honest events", alarms, few)
    for instances in (1, 10, 100, 1_000):
        found = lengths(instances, streams, seed)
        error = float(found.std(ddof=1)) / sqrt(len(found))
        mean = float(found.mean())
        yield Claim(
            f"mean run length at {ARL:,}, N = {instances:,}: at least {ARL:,}",
            f"{mean:,.0f} +- {error:,.0f}",
            mean + 2.326 * error >= ARL,
        )


def _rate(what: str, alarms: int, streams: int) -> Claim:
    refuted = is_refuted(alarms, streams, ALPHA)
    return Claim(f"{what}: at most {ALPHA:.0%} alarm", f"{alarms}/{streams}", not refuted)
