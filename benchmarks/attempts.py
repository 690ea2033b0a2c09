"""Real runs of tasks, and how far what came of them lies from an exact curve of success."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import ceil, log, log2, sqrt
from random import Random
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

from memory.chance import seed_for
from monitors.horizon import Attempt, Model, Unfit, fit
from orchestrator.compose import assemble
from orchestrator.conduct import load
from orchestrator.engine import Engine, Listeners
from scenarios.spec import Scenario

Curve = Callable[[float], float]
"""From the length of a task to the probability that it is done, exactly."""

WORKERS = 8
FAMILIES = 16
STEP = 30
"""Minutes of a step."""

DRAWS = 200
"""Samples drawn from an exact curve, to know how an estimate of it scatters."""


class Over(Exception):
    """Every task is closed: what would follow are idle turns."""


class Sample(NamedTuple):
    """What came of some runs: the attempts at each task, and what they took.

    ``begun`` counts steps, ``tries`` what was handed in for them; ``minutes`` are those worked,
    ``earned`` those of the tasks that are done.
    """

    attempts: tuple[Attempt, ...] = ()
    begun: int = 0
    tries: int = 0
    minutes: int = 0
    earned: int = 0

    def plus(self, other: "Sample") -> "Sample":
        """Return both together."""
        return Sample(
            self.attempts + other.attempts,
            self.begun + other.begun,
            self.tries + other.tries,
            self.minutes + other.minutes,
            self.earned + other.earned,
        )

    @property
    def cost(self) -> float:
        """Minutes of work for each minute of tasks that got done."""
        return self.minutes / self.earned if self.earned else float("inf")


def lengths_around(middle: float, tasks: int, halvings: int = 4, doublings: int = 1) -> list[int]:
    """Return lengths of tasks, evenly on a scale of doublings around one that matters.

    Examples
    --------
    >>> lengths_around(64, 5)
    [6, 11, 23, 45, 91]
    """
    span = halvings + doublings
    places = ((number + 0.5) / tasks * span - halvings for number in range(tasks))
    return [max(1, round(middle * 2.0**place)) for place in places]


def scenario_of(changes: Sequence[str], lengths: Sequence[int]) -> Scenario:
    """Return ``assembly_line`` with these changes and these tasks, and with time for all."""
    minutes = ", ".join(map(str, lengths))
    scenario = load(
        "assembly_line",
        (
            f"world.tasks={{step: {STEP}, count: {len(lengths)}, minutes: [{minutes}]}}",
            "chain.life=null",
            "monitors=[]",
            *changes,
        ),
    )
    tests = scenario.assembly_line.tests
    turns = (tests.retries if tests else 0) + 3
    passes = turns if tests and tests.redo == "task" else 1
    steps = [ceil(length / STEP) * turns * passes for length in lengths]
    rounds = max(steps) + ceil(sum(steps) / WORKERS) + 10
    world = scenario.world.model_copy(update={"rounds": rounds})
    return scenario.model_copy(update={"world": world})


def run(changes: Sequence[str], lengths: Sequence[int], seed: int) -> Sample:
    """Run these tasks once, in memory, until each of them is closed."""
    stage = assemble(scenario_of(changes, lengths), seed, "in memory")
    shop = stage.world.shop
    assert shop is not None, "assembly_line is a world of tasks"

    def stop(_: int) -> None:
        if shop.is_over:
            raise Over

    try:
        asyncio.run(Engine(stage, None, Listeners(on_round=stop)).execute())
    except Over:
        pass
    else:
        raise RuntimeError("there was not time enough for all tasks; what is left would count")
    threads = list(shop.threads.values())
    result = shop.result
    return Sample(
        tuple(
            Attempt(f"f{number % FAMILIES}", each.task.name, each.task.minutes, each.is_right)
            for number, each in enumerate(threads)
        ),
        result.steps,
        result.attempts,
        result.minutes,
        sum(each.task.minutes for each in threads if each.is_right),
    )


def sample(changes: Sequence[str], lengths: Sequence[int], runs: int, seed: int) -> Sample:
    """Run these tasks some times, each time with other luck."""
    found = Sample()
    for number in range(runs):
        found = found.plus(run(changes, lengths, seed_for("horizons", seed, number) >> 1))
    return found


def z_of_successes(attempts: Iterable[Attempt], curve: Curve) -> float:
    """Return by how many standard errors more was done than an exact curve says.

    Examples
    --------
    >>> done = [Attempt("f", "t", 60, number % 2 == 0) for number in range(100)]
    >>> z_of_successes(done, lambda _: 0.5), z_of_successes(done, lambda _: 0.4)
    (0.0, 2.041241452319315)
    """
    beyond = variance = 0.0
    for attempt in attempts:
        expected = curve(attempt.minutes)
        beyond += attempt.is_done - expected
        variance += expected * (1 - expected)
    return beyond / sqrt(variance) if variance else 0.0 if not beyond else float("inf")


def z_of_horizon(attempts: Sequence[Attempt], curve: Curve, model: Model, seed: int) -> float:
    """Return how far a fitted horizon lies from those fitted to samples of an exact curve.

    Two samples: these attempts, and attempts at the very same tasks that are drawn from the
    curve, so many times that their scatter is known. A fit that is biased is so in both.
    """
    luck = Random(seed)
    drawn = list(_horizons(attempts, curve, model, luck))
    if len(drawn) < DRAWS / 2:
        raise Unfit(f"only {len(drawn)} of {DRAWS} samples of the curve could be fitted")
    return (log(fit(attempts, model).horizon()) - fmean(drawn)) / (
        stdev(drawn) * sqrt(1 + 1 / len(drawn))
    )


def _horizons(
    attempts: Sequence[Attempt], curve: Curve, model: Model, luck: Random
) -> Iterator[float]:
    for _ in range(DRAWS):
        again = [each._replace(is_done=luck.random() < curve(each.minutes)) for each in attempts]
        try:
            yield log(fit(again, model).horizon())
        except Unfit:
            continue


def p_value(z: float) -> float:
    """Return the probability of a standard normal at least so far from 0."""
    return 2 * (1 - NormalDist().cdf(abs(z)))


def refuted(values: Sequence[float], level: float = 0.01) -> list[bool]:
    """Return which of some p-values refute, all together at this level: Holm's procedure.

    Examples
    --------
    >>> refuted([0.5, 0.001, 0.004, 0.02], level=0.01)
    [False, True, False, False]

    References
    ----------
    Holm (1979), *A simple sequentially rejective multiple test procedure*.
    """
    order = sorted(range(len(values)), key=lambda number: values[number])
    found = [False] * len(values)
    for rank, number in enumerate(order):
        if values[number] > level / (len(values) - rank):
            break
        found[number] = True
    return found


def by_doubling(attempts: Iterable[Attempt], middle: float) -> dict[int, tuple[int, int]]:
    """Return trials and successes by length, in doublings above or below one that matters.

    Examples
    --------
    >>> tries = [Attempt("f", "t", minutes, minutes < 60) for minutes in (20, 40, 70, 90)]
    >>> by_doubling(tries, middle=60)
    {-2: (1, 1), -1: (1, 1), 0: (2, 0)}
    """
    found: dict[int, tuple[int, int]] = {}
    for each in attempts:
        place = int(log2(each.minutes / middle) // 1)
        trials, done = found.get(place, (0, 0))
        found[place] = (trials + 1, done + each.is_done)
    return dict(sorted(found.items()))
