"""Everybody takes 5% too much: how long each detector takes, at equal false alarms.

All thresholds are set by simulation: the value that 5% of honest streams reach within 100,000
events. So the detectors differ by nothing but how they pool.
"""

from collections.abc import Iterator
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from benchmarks.likeness import Comparison
from benchmarks.streams import (
    NOISE,
    Array,
    FirstTimes,
    Times,
    bets_of,
    cusum,
    drawn,
    mixed,
    shiryaev_roberts,
    summed,
)
from monitors.betting import STAKES

HORIZON = 100_000
BIAS = 0.05
GROUPS = 10
"""The middle level of the hierarchy: so many groups of instances."""

DETECTORS = (
    "oracle CUSUM",
    "per-instance CUSUM",
    "per-instance e-BH",
    "Mei sum",
    "Xie-Siegmund",
    "fleet SR",
    "hierarchical SR",
    "fleet e-process",
)
PROTOTYPE = {
    "oracle CUSUM": (625, 625, 625, 625),
    "per-instance CUSUM": (625, 3_342, 20_302, 66_007),
    "per-instance e-BH": (258, 1_408, 6_952, 31_600),
    "Mei sum": (625, 1_314, 5_046, 24_204),
    "Xie-Siegmund": (625, 1_416, 6_310, 29_703),
    "fleet SR": (760, 760, 760, 760),
    "hierarchical SR": (760, 837, 813, 801),
    "fleet e-process": (274, 274, 274, 274),
}
UNTESTED = "per-instance e-BH"
"""Its peaks in honest streams are so heavy-tailed that a threshold from a few hundred of them moves
its delay by a factor: it is printed, and not compared."""

INSTANCES = (1, 10, 100, 1_000)
PROTOTYPE_NULL, PROTOTYPE_RUNS = 240, 100


class _Levels:
    """The state of every detector that is pooled from per-instance ones, over many streams."""

    def __init__(self, instances: int, streams: int) -> None:
        self.instances = instances
        self.groups = min(GROUPS, instances)
        self.odds = 1 / sqrt(instances)
        self.oracle = np.zeros((1, streams))
        self.cusum = np.zeros((instances, streams))
        self.fleet = np.zeros((len(STAKES), 1, streams))
        self.group = np.zeros((len(STAKES), self.groups, streams))
        self.each = np.zeros((len(STAKES), instances, streams))
        self.wealth = np.zeros((len(STAKES), streams))
        self.own = np.zeros((len(STAKES), instances, streams))

    def advance(self, taken: Array) -> Iterator[tuple[str, Array]]:
        """Yield each detector's path over a block of events, as logs where it is a wealth."""
        delta = log(1 + BIAS)
        steps = delta / NOISE**2 * (np.log(taken) + NOISE**2 / 2 - delta / 2)
        path = cusum(self.oracle, steps)
        self.oracle = path[-1:]
        yield "oracle CUSUM", path
        yield from self._by_instance(steps)
        yield from self._by_bets(taken)

    def _by_instance(self, steps: Array) -> Iterator[tuple[str, Array]]:
        streams = steps.shape[-1]
        path = cusum(self.cusum, steps.reshape(-1, self.instances, streams))
        yield "per-instance CUSUM", path.reshape(-1, streams)
        yield "Mei sum", summed(self.cusum, path)
        yield "Xie-Siegmund", summed(self._thinned(self.cusum), self._thinned(path))
        self.cusum = path[-1]

    def _thinned(self, path: Array) -> Array:
        return np.asarray(np.log1p(self.odds * np.expm1(np.minimum(path, 600))))

    def _by_bets(self, taken: Array) -> Iterator[tuple[str, Array]]:
        streams, size = taken.shape[-1], len(STAKES)
        fleet, hierarchy = np.zeros_like(taken), np.zeros_like(taken)
        wealth, own = [], []
        for number, bets in enumerate(bets_of(taken)):
            by_instance = bets.reshape(-1, self.instances, streams)
            path = shiryaev_roberts(self.fleet[number], bets)
            self.fleet[number] = path[-1:]
            group = shiryaev_roberts(self.group[number], bets.reshape(-1, self.groups, streams))
            each = shiryaev_roberts(self.each[number], by_instance)
            levels = path + summed(self.group[number], group) + summed(self.each[number], each)
            self.group[number], self.each[number] = group[-1], each[-1]
            fleet += path / size
            hierarchy += levels / 3 / size
            wealth.append(np.cumsum(np.log(bets), axis=0) + self.wealth[number])
            self.wealth[number] = wealth[-1][-1]
            own.append(np.cumsum(np.log(by_instance), axis=0) + self.own[number])
            self.own[number] = own[-1][-1]
        yield "fleet SR", np.log(fleet)
        yield "hierarchical SR", np.log(hierarchy)
        yield "fleet e-process", mixed(wealth)
        yield "per-instance e-BH", self._e_bh(mixed(own))

    def _e_bh(self, own: Array) -> Array:
        """Return e-BH's statistic after each sweep: the largest k * E_(k) / N, as a log."""
        ranked = -np.sort(-own, axis=1)
        weights = np.log(np.arange(1, self.instances + 1) / self.instances)
        return np.asarray((ranked + weights[None, :, None]).max(axis=1))


def _blocks(instances: int, streams: int, bias: float, seed: int) -> Iterator[dict[str, Array]]:
    chance = np.random.default_rng([seed, instances])
    levels, size = _Levels(instances, streams), max(1_000, instances)
    for _ in range(HORIZON // size):
        taken = drawn(chance, (size, streams)) * (1 + bias)
        with np.errstate(over="ignore", invalid="ignore"):
            yield dict(levels.advance(taken))


def peaks(instances: int, streams: int, seed: int) -> dict[str, Array]:
    """Return the highest value of each detector in each honest stream."""
    highest = {name: np.full(streams, -np.inf) for name in DETECTORS}
    for paths in _blocks(instances, streams, 0.0, seed):
        for name, path in paths.items():
            highest[name] = np.maximum(highest[name], path.max(axis=0))
    return highest


class Delay(NamedTuple):
    """A detector's mean delay in events, and its standard errors: of runs, and of the threshold.

    The second is how far the delay moves when the threshold does by one standard error of its
    quantile.
    """

    mean: float
    deviation: float
    by_threshold: float
    runs: int
    null: int

    def error_beside(self, runs: int, null: int) -> float:
        """Return the standard error of a difference to a mean of other runs, of the same kind."""
        own = self.deviation**2 * (1 / self.runs + 1 / runs)
        return sqrt(own + self.by_threshold**2 * (1 + self.null / null))


def delays(instances: int, null: int, runs: int, seed: int) -> dict[str, Delay]:
    """Return how long each detector takes against the bias, at equal false alarms."""
    spread = sqrt(0.05 * 0.95 / null)
    quantiles = [0.95, max(0.5, 0.95 - spread), min(0.95 + spread, 1 - 0.5 / null)]
    levels = {
        name: [float(np.quantile(highest, each)) for each in quantiles]
        for name, highest in peaks(instances, null, seed).items()
    }
    first = {
        name: [FirstTimes(runs, HORIZON // _step(name, instances)) for _ in quantiles]
        for name in DETECTORS
    }
    for number, paths in enumerate(_blocks(instances, runs, BIAS, seed + 1)):
        for name, path in paths.items():
            for level, times in zip(levels[name], first[name], strict=True):
                times.look(path, level, number * len(path), path)
        if all(times.is_over for each in first.values() for times in each):
            break
    return {
        name: _delay([times.times * _step(name, instances) for times in first[name]], null)
        for name in DETECTORS
    }


def _step(name: str, instances: int) -> int:
    return instances if name == "per-instance e-BH" else 1


def _delay(times: list[Times], null: int) -> Delay:
    middle, low, high = times
    by_threshold = abs(float(high.mean()) - float(low.mean())) / 2
    return Delay(float(middle.mean()), float(middle.std(ddof=1)), by_threshold, len(middle), null)


def comparisons(measured: dict[int, dict[str, Delay]]) -> Iterator[Comparison]:
    """Yield each delay beside the prototype's."""
    for column, instances in enumerate(INSTANCES):
        for name in DETECTORS:
            if name == UNTESTED:
                continue
            delay = measured[instances][name]
            error = delay.error_beside(PROTOTYPE_RUNS, PROTOTYPE_NULL)
            there = PROTOTYPE[name][column]
            yield Comparison(f"3a, N={instances:,}: {name}", delay.mean, there, error)


def table(measured: dict[int, dict[str, Delay]]) -> Iterator[str]:
    """Yield mean delays in events as Markdown, each with its ratio to the oracle's."""
    yield "| detector | " + " | ".join(f"N = {each:,}" for each in INSTANCES) + " |"
    yield "| --- |" + " ---: |" * len(INSTANCES)
    for name in DETECTORS:
        cells = []
        for instances in INSTANCES:
            mean = measured[instances][name].mean
            cells.append(f"{mean:,.0f} ({mean / measured[instances]['oracle CUSUM'].mean:.2f})")
        yield f"| {name} | " + " | ".join(cells) + " |"
