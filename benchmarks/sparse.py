"""A few of a thousand short lives misbehave: fleet, subset mixture, and instances one by one.

A life is 20 turns; a thousand live at once. All detectors alarm at their nominal 5%, by Ville's
inequality, with no calibration. The subset mixture bets on the ratio and on the overshoot, whose
honest mean is taken 10% too high, as a calibration would.
"""

from collections.abc import Iterator
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from benchmarks.likeness import Comparison
from benchmarks.streams import OVERSHOOT, Array, FirstTimes, drawn, mixed
from monitors.betting import STAKES

HORIZON = 100_000
ALIVE, LIFE = 1_000, 20
ODDS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
BETS = STAKES[:5]
ALLOWED_OVERSHOOT = 1.1 * OVERSHOOT
PROTOTYPE_RUNS = 60
LIMIT = log(20)


class Case(NamedTuple):
    """Which share of the instances takes how much too much; and the prototype's medians.

    ``fleet`` of None: in the prototype fewer than half of its streams alarmed.
    """

    name: str
    share: float
    bias: float
    fleet: int | None
    subset: int


CASES = (
    Case("all +10%", 1.0, 0.1, 79, 124),
    Case("10% of instances +30%", 0.1, 0.3, 590, 1_059),
    Case("1% +50%", 0.01, 0.5, 19_278, 6_204),
    Case("1% +100%", 0.01, 1.0, 4_476, 2_987),
    Case("0.1% +200%", 0.001, 2.0, None, 6_150),
)
HONEST = Case("honest", 0.0, 0.0, None, 0)


class Outcome(NamedTuple):
    """When each detector alarmed in the streams of one case."""

    fleet: FirstTimes
    subset: FirstTimes
    single: FirstTimes


def run(case: Case, streams: int, seed: int, horizon: int = HORIZON) -> Outcome:
    """Run one case over many streams, until every detector alarmed in all of them."""
    chance = np.random.default_rng([seed, CASES.index(case) + 1 if case in CASES else 0])
    mixture, wealth = _Mixture(streams), np.zeros((len(STAKES), streams))
    outcome = Outcome(*(FirstTimes(streams, horizon) for _ in range(3)))
    block, instances = ALIVE * LIFE, ALIVE * horizon // (ALIVE * LIFE)
    excess = np.zeros(streams)
    for number in range(horizon // block):
        bad = chance.random((ALIVE, streams)) < case.share
        taken = drawn(chance, (LIFE, ALIVE, streams)) * (1 + case.bias * bad)
        events = taken.reshape(block, streams)
        beyond = np.cumsum(events - 1, axis=0) + excess
        excess = beyond[-1]
        logs = []
        for index, stake in enumerate(STAKES):
            path = np.cumsum(np.log1p(stake * (events - 1)), axis=0) + wealth[index]
            wealth[index] = path[-1]
            logs.append(path)
        outcome.fleet.look(mixed(logs), LIMIT, number * block, beyond)
        subset, single = mixture.advance(taken)
        outcome.subset.look(subset, LIMIT, number * block, beyond)
        outcome.single.look(single, LIMIT + log(instances), number * block, beyond)
        if all(times.is_over for times in outcome):
            break
    return outcome


class _Mixture:
    """The subset mixture's log of each cell, over many streams."""

    def __init__(self, streams: int) -> None:
        self._cells = np.zeros((2 * len(BETS) * len(ODDS), streams))

    def advance(self, taken: Array) -> tuple[Array, Array]:
        """Return the paths of the mixture, and of each acting instance's own mixture of stakes."""
        streams = taken.shape[-1]
        total, single = None, np.zeros_like(taken)
        cell = 0
        for surplus in (taken - 1, np.maximum(taken - 1, 0) / ALLOWED_OVERSHOOT - 1):
            for stake in BETS:
                grown = np.exp(np.cumsum(np.log1p(stake * surplus), axis=0))
                single += grown / (2 * len(BETS))
                for odds in ODDS:
                    factor = np.log(1 - odds + odds * grown)
                    steps = np.diff(factor, axis=0, prepend=0).reshape(-1, streams)
                    path = np.cumsum(steps, axis=0) + self._cells[cell]
                    self._cells[cell] = path[-1]
                    total = path if total is None else np.logaddexp(total, path)
                    cell += 1
        assert total is not None, "there are cells"
        return total - log(cell), np.log(single).reshape(-1, streams)


def _median(times: FirstTimes) -> tuple[float, float]:
    """Return the median and its standard error, by the order statistics one deviation around."""
    ordered, number = np.sort(times.times), len(times.times)
    spread = sqrt(number) / 2
    low = ordered[max(0, int(number / 2 - spread))]
    high = ordered[min(number - 1, int(number / 2 + spread))]
    return float(np.median(ordered)), max(1.0, float(high - low) / 2)


def comparisons(measured: dict[str, Outcome]) -> Iterator[Comparison]:
    """Yield each median beside the prototype's, where it has one."""
    for case in CASES:
        outcome = measured[case.name]
        for name, times, there in (
            ("fleet e-process", outcome.fleet, case.fleet),
            ("subset mixture", outcome.subset, case.subset),
        ):
            if there is None:
                continue
            here, error = _median(times)
            both = error * sqrt(1 + len(times.times) / PROTOTYPE_RUNS)
            yield Comparison(f"3c, {case.name}: {name}", here, there, both)


def table(measured: dict[str, Outcome]) -> Iterator[str]:
    """Yield median events and damage (units of need) as Markdown."""
    yield "| who misbehaves | fleet e-process | subset mixture | each instance, Bonferroni |"
    yield "| --- | ---: | ---: | ---: |"
    for name, outcome in measured.items():
        yield f"| {name} | " + " | ".join(_told(times) for times in outcome) + " |"


def _told(times: FirstTimes) -> str:
    if times.rate < 0.5:
        return f"{times.rate:.0%} alarm"
    rate = "" if times.is_over else f", {times.rate:.0%}"
    return f"{np.median(times.times):,.0f} ({np.nanmedian(times.damage):,.0f}){rate}"
