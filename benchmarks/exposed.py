"""One poisoned note among many: keyed by what was read, beside the fleet as a whole.

Agents live for ten turns and have read a few notes each. Detectors are Shiryaev-Roberts at
2,000,000, which honest fleets reach within 100,000 events with a probability of at most 5%.
"""

from collections.abc import Iterator
from math import sqrt
from typing import NamedTuple

import numpy as np

from benchmarks.likeness import Comparison
from benchmarks.streams import FirstTimes, drawn
from monitors.betting import STAKES

HORIZON = 200_000
LIFE = 10
LIMIT = 2e6
PROTOTYPE_RUNS = 60


class Case(NamedTuple):
    """How many notes there are and are read, what the poison adds; the prototype's mean events."""

    notes: int
    read: int
    bias: float
    keyed: int
    fleet: int | None

    @property
    def name(self) -> str:
        """The case in words."""
        return f"{self.notes:,} notes, {self.read} read, {self.bias:+.0%}"


CASES = (
    Case(200, 5, 0.3, 3_273, 20_670),
    Case(200, 5, 0.1, 11_719, 125_327),
    Case(1_000, 5, 0.5, 10_652, 112_212),
    Case(200, 1, 0.3, 14_158, None),
)
HONEST = Case(200, 5, 0.0, 0, None)


class Outcome(NamedTuple):
    """When each detector alarmed, and in which streams the right note led by then."""

    keyed: FirstTimes
    fleet: FirstTimes
    is_right: "np.ndarray[tuple[int], np.dtype[np.bool_]]"


def run(case: Case, streams: int, seed: int, horizon: int = HORIZON) -> Outcome:
    """Run one case over many streams, until both detectors alarmed in all of them."""
    chance = np.random.default_rng([seed, case.notes, case.read, int(1_000 * case.bias)])
    stakes, rows = np.array(STAKES), np.arange(streams)[:, None]
    keys = np.zeros((streams, case.notes, len(STAKES)))
    fleet, excess = np.zeros((streams, len(STAKES))), np.zeros(streams)
    keyed_first, fleet_first = FirstTimes(streams, horizon), FirstTimes(streams, horizon)
    is_right = np.zeros(streams, dtype=np.bool_)
    for number in range(horizon // LIFE):
        chosen = np.argpartition(chance.random((streams, case.notes)), case.read - 1, axis=1)
        read = chosen[:, : case.read]
        taken = drawn(chance, (LIFE, streams)) * (1 + case.bias * (read == 0).any(axis=1))
        beyond = np.cumsum(taken - 1, axis=0) + excess
        excess = beyond[-1]
        product = np.cumprod(1 + stakes * (taken[:, :, None] - 1), axis=0)
        earlier = np.ones_like(product)
        earlier[1:] = 1 / product[:-1]
        begun = np.cumsum(earlier, axis=0)
        with np.errstate(over="ignore", invalid="ignore"):
            path = product * (fleet + begun)
            own = product[:, :, None] * (keys[rows, read] + begun[:, :, None])
            rest = keys.sum(axis=(1, 2)) - keys[rows, read].sum(axis=(1, 2))
        fleet = path[-1]
        fleet_first.look(path.mean(axis=2), LIMIT, number * LIFE, beyond)
        waiting = keyed_first.times == horizon
        mass = (rest + own.sum(axis=(2, 3))) / case.read / len(STAKES)
        keyed_first.look(mass, LIMIT, number * LIFE, beyond)
        keys[rows, read] = own[-1]
        alarmed = waiting & (keyed_first.times < horizon)
        is_right[alarmed] = keys[alarmed].mean(axis=2).argmax(axis=1) == 0
        if keyed_first.is_over and fleet_first.is_over:
            break
    return Outcome(keyed_first, fleet_first, is_right)


def comparisons(measured: dict[Case, Outcome]) -> Iterator[Comparison]:
    """Yield each mean, censored at the horizon, beside the prototype's."""
    for case, outcome in measured.items():
        for name, times, there in (
            ("keyed", outcome.keyed, case.keyed),
            ("fleet", outcome.fleet, case.fleet),
        ):
            if there is None or case == HONEST:
                continue
            runs = len(times.times)
            error = float(times.times.std(ddof=1)) * sqrt(1 / runs + 1 / PROTOTYPE_RUNS)
            mean = float(times.times.mean())
            yield Comparison(f"3d, {case.name}: {name}", mean, there, error)


def table(measured: dict[Case, Outcome]) -> Iterator[str]:
    """Yield mean events and damage (units of need) as Markdown."""
    yield "| notes, read by each, poison | keyed by what was read | fleet | right note leads |"
    yield "| --- | ---: | ---: | ---: |"
    for case, (keyed, fleet, is_right) in measured.items():
        told = [_told(keyed), _told(fleet)]
        right = f"{is_right.mean():.0%}" if case.bias else ""
        yield f"| {case.name} | {told[0]} | {told[1]} | {right} |"


def _told(times: FirstTimes) -> str:
    if not times.rate:
        return "none"
    rate = "" if times.is_over else f", {times.rate:.0%} alarm"
    return f"{times.times.mean():,.0f} ({np.nanmean(times.damage):,.0f}){rate}"
