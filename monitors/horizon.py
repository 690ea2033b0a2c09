"""How long a task a worker can do, estimated from what it did: two fits and their uncertainty.

Both say how failure grows with a task's length. METR's logistic fit has a straight line in
log2(minutes) for the log odds; a steady hazard is not such a line, and where it is the truth the
fit reads the 50% horizon too low, by about a sixth. Weibull's has one for the log of the
cumulative hazard, of which a steady hazard is the case ``shape`` = 1. So tell both, and the
success by length beside them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import exp, expm1, log, log2, sqrt
from random import Random
from typing import Literal, NamedTuple

Model = Literal["logistic", "weibull"]

MOST_STEPS = 100
STEEPEST = 60.0
"""A slope beyond this in log2(minutes) is no estimate: short tasks all succeed, long ones fail."""


class Attempt(NamedTuple):
    """One run at one task: how long the task is, what it belongs to, whether it was done."""

    family: str
    task: str
    minutes: float
    is_done: bool


class Fit(NamedTuple):
    """A fitted curve of failure: ``intercept + slope * log2(minutes)``, through its link.

    ``variance`` holds those of intercept and slope, and their covariance.
    """

    model: Model
    intercept: float
    slope: float
    variance: tuple[float, float, float]

    def horizon(self, rate: float = 0.5) -> float:
        """Return the length of the tasks of which this share is done, in minutes."""
        return float(2 ** self._log2_horizon(rate))

    def error(self, rate: float = 0.5) -> float:
        """Return the standard error of the horizon's natural logarithm, by the delta method."""
        at = self._log2_horizon(rate)
        intercept, slope, both = self.variance
        return sqrt(max(0.0, intercept + at * at * slope + 2 * at * both)) / self.slope * log(2)

    @property
    def shape(self) -> float:
        """Weibull's shape: 1 for a steady hazard, above 1 where later work is riskier."""
        return self.slope / log(2)

    def _log2_horizon(self, rate: float) -> float:
        if not 0 < rate < 1:
            raise ValueError(f"rate is {rate}; it is a probability, between 0 and 1")
        level = log((1 - rate) / rate) if self.model == "logistic" else log(-log(rate))
        return (level - self.intercept) / self.slope


class Unfit(ValueError):
    """Attempts that no curve fits: all done, none done, or parted at one length."""


def _logistic(level: float) -> tuple[float, float]:
    failing = 1 / (1 + exp(-level)) if level > -700 else 0.0
    return failing, failing * (1 - failing)


def _weibull(level: float) -> tuple[float, float]:
    hazard = exp(min(level, 700.0))
    return -expm1(-hazard), hazard * exp(-hazard)


_LINKS: dict[Model, Callable[[float], tuple[float, float]]] = {
    "logistic": _logistic,
    "weibull": _weibull,
}
"""From the level of a curve to the probability of failing there, and how that changes."""


class _Row(NamedTuple):
    """Attempts of one length: log2 of their minutes, how many, and how many of them failed."""

    at: float
    trials: int
    failed: int


def fit(attempts: Iterable[Attempt], model: Model = "weibull") -> Fit:
    """Fit one curve by maximum likelihood: Fisher scoring, a dozen steps.

    Raises
    ------
    Unfit
        If no curve fits: more attempts around the horizon are needed.
    ValueError
        If a task has no length.

    Examples
    --------
    Where each agent has a half-life of an hour, of 2,000 attempts:

    >>> lengths = [2.0**power for power in range(1, 11) for _ in range(200)]
    >>> luck = Random(7)
    >>> done = [luck.random() < 0.5 ** (minutes / 60) for minutes in lengths]
    >>> attempts = [Attempt("f", f"{m:g}", m, d) for m, d in zip(lengths, done)]
    >>> weibull, logistic = fit(attempts), fit(attempts, "logistic")
    >>> round(weibull.horizon()), round(weibull.shape, 1), round(logistic.horizon())
    (61, 1.0, 50)
    """
    rows = _rows(attempts)
    failed, trials = sum(row.failed for row in rows), sum(row.trials for row in rows)
    if not 0 < failed < trials:
        raise Unfit(f"{failed} of {trials} attempts failed; a horizon lies between such lengths")
    centre = sum(row.at * row.trials for row in rows) / trials
    intercept, slope = 0.0, 0.5
    for _ in range(MOST_STEPS):
        push, spread = _scores(rows, _LINKS[model], (intercept, slope), centre)
        size = spread[0] * spread[1] - spread[2] ** 2
        if size <= 1e-12 * spread[0] ** 2 or abs(slope) > STEEPEST:
            break
        by = (
            (spread[1] * push[0] - spread[2] * push[1]) / size,
            (spread[0] * push[1] - spread[2] * push[0]) / size,
        )
        damped = min(1.0, 2.0 / max(abs(by[0]), abs(by[1]), 1e-300))
        intercept, slope = intercept + damped * by[0], slope + damped * by[1]
        if max(map(abs, by)) < 1e-10:
            if slope <= 0:
                break
            variance = (spread[1] / size, spread[0] / size, -spread[2] / size)
            return _from_centre(model, intercept, slope, variance, centre)
    raise Unfit(
        f"no curve fits: failures do not grow with length, or all begin at one ({trials} attempts)"
    )


def _rows(attempts: Iterable[Attempt]) -> list[_Row]:
    trials: Counter[float] = Counter()
    failed: Counter[float] = Counter()
    for attempt in attempts:
        if not attempt.minutes > 0:
            raise ValueError(f"{attempt.task} takes {attempt.minutes} minutes; it must be above 0")
        trials[attempt.minutes] += 1
        failed[attempt.minutes] += not attempt.is_done
    return [_Row(log2(minutes), trials[minutes], failed[minutes]) for minutes in sorted(trials)]


def _scores(
    rows: list[_Row],
    link: Callable[[float], tuple[float, float]],
    line: tuple[float, float],
    centre: float,
) -> tuple[tuple[float, float], tuple[float, float, float]]:
    """Return the likelihood's slope in both parameters, and the information about them."""
    push0 = push1 = spread0 = spread1 = both = 0.0
    for at, trials, failed in rows:
        x = at - centre
        failing, change = link(line[0] + line[1] * x)
        spread = max(failing * (1 - failing), 1e-12)
        push = (failed - trials * failing) * change / spread
        weight = trials * change * change / spread
        push0, push1 = push0 + push, push1 + push * x
        spread0, spread1, both = spread0 + weight, spread1 + weight * x * x, both + weight * x
    return (push0, push1), (spread0, spread1, both)


def _from_centre(
    model: Model,
    intercept: float,
    slope: float,
    variance: tuple[float, float, float],
    centre: float,
) -> Fit:
    """Return a fit around ``centre`` as one around one minute."""
    first, second, both = variance
    moved = (first + centre**2 * second - 2 * centre * both, second, both - centre * second)
    return Fit(model, intercept - slope * centre, slope, moved)


class Interval(NamedTuple):
    """A bootstrap's 95% interval; ``unfit`` counts the resamples that no curve fitted."""

    low: float
    high: float
    unfit: int


def bootstrap(
    attempts: Sequence[Attempt], model: Model, rate: float, seed: int, resamples: int = 300
) -> Interval:
    """Return a 95% interval of a horizon: families drawn again, their tasks, and their runs.

    Tasks of one family succeed and fail together, so counting runs would make it too narrow.

    Raises
    ------
    Unfit
        If fewer than half of the resamples could be fitted.

    References
    ----------
    Kwa, West et al. (2025), *Measuring AI ability to complete long tasks*: the same hierarchy.
    """
    luck = Random(seed)
    families: defaultdict[str, defaultdict[str, list[Attempt]]]
    families = defaultdict(lambda: defaultdict(list))
    for attempt in attempts:
        families[attempt.family][attempt.task].append(attempt)
    drawn: list[float] = []
    for _ in range(resamples):
        try:
            drawn.append(fit(_redrawn(families, luck), model).horizon(rate))
        except Unfit:
            continue
    if len(drawn) < resamples / 2:
        raise Unfit(f"only {len(drawn)} of {resamples} resamples could be fitted")
    drawn.sort()
    low, high = drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn))]
    return Interval(low, high, resamples - len(drawn))


def _redrawn(families: dict[str, defaultdict[str, list[Attempt]]], luck: Random) -> list[Attempt]:
    again: list[Attempt] = []
    names = list(families)
    for name in luck.choices(names, k=len(names)):
        tasks = list(families[name])
        for task in luck.choices(tasks, k=len(tasks)):
            runs = families[name][task]
            again += luck.choices(runs, k=len(runs))
    return again


class Bucket(NamedTuple):
    """Attempts at tasks of ``low`` minutes and more, but fewer than twice as many."""

    low: float
    attempts: int
    done: int


def by_length(attempts: Iterable[Attempt]) -> list[Bucket]:
    """Return the plain success by length, each bucket twice as long as the one before.

    Examples
    --------
    >>> tries = [("a", 3, True), ("b", 9, True), ("b", 9, False)]
    >>> by_length(Attempt("f", *each) for each in tries)
    [Bucket(low=2.0, attempts=1, done=1), Bucket(low=8.0, attempts=2, done=1)]
    """
    found: defaultdict[float, list[bool]] = defaultdict(list)
    for attempt in attempts:
        found[2.0 ** (log2(attempt.minutes) // 1)].append(attempt.is_done)
    return [Bucket(low, len(done), sum(done)) for low, done in sorted(found.items())]
