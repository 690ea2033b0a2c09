"""How long a task a worker can do: one agent, or a chain of agents that hand over and verify.

A task takes so many minutes, measured by what a person needs for it. An agent fails at a steady
rate, so a task of its *half-life* succeeds half the time, and nothing beyond its context does.
A chain cuts the task into segments. Each handoff loses the thread with probability ``1 - kept``.
A test after each segment finds a failure with probability ``power``, and objects to good work
with probability ``false_alarm``; what it rejects is tried again, up to ``retries`` times, and a
segment whose last attempt is rejected is lost.

Assumed throughout is that segments fail independently, and tests too. Errors that come together,
as those of one family of models do, make a weaker verifier than its power says.

References
----------
Kwa, West et al. (2025), *Measuring AI ability to complete long tasks*, for the horizon;
Ord (2025), *Is there a half-life for the success rates of AI agents?*, for the steady rate.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, exp2, inf, log
from typing import NamedTuple


@dataclass(frozen=True)
class Chain:
    """A worker's ingredients; the defaults are those of a single agent that is never tested.

    Parameters
    ----------
    half_life
        Minutes of work that one agent gets right half the time.
    context
        Minutes of work that fit into one agent's life at most.
    segment
        Minutes after which it hands over; None for one agent alone.
    kept
        The probability that a handoff keeps the thread, in [0, 1].
    power
        The probability that a test finds a failed segment, in [0, 1].
    false_alarm
        The probability that a test rejects a good segment, in [0, 1].
    retries
        How often a rejected segment is tried again, from 0.

    Raises
    ------
    ValueError
        If a part is outside its range.

    Examples
    --------
    >>> Chain(context=90, segment=120)
    Traceback (most recent call last):
    ...
    ValueError: segment is 120; it is in minutes, above 0, and must fit into a context of 90
    """

    half_life: float = 60.0
    context: float = inf
    segment: float | None = None
    kept: float = 1.0
    power: float = 0.0
    false_alarm: float = 0.0
    retries: int = 0

    def __post_init__(self) -> None:
        for name in ("half_life", "context"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it is in minutes, above 0")
        for name in ("kept", "power", "false_alarm"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it is a probability, 0 to 1")
        if self.segment is not None and not 0 < self.segment <= self.context:
            raise ValueError(
                f"segment is {self.segment:g}; it is in minutes, above 0, and must fit into a "
                f"context of {self.context:g}"
            )
        if self.retries < 0:
            raise ValueError(f"retries is {self.retries}; it is a count, from 0")


class Segment(NamedTuple):
    """What comes of one segment: the probability that it is right, and the attempts it takes."""

    success: float
    attempts: float


def segment(chain: Chain, minutes: float) -> Segment:
    """Return what comes of a segment of so many minutes, tests and retries included.

    Examples
    --------
    >>> tested = Chain(segment=30, kept=0.9, power=0.9, retries=3)
    >>> right, attempts = segment(tested, 30)
    >>> round(right, 4), round(attempts, 2)
    (0.9556, 1.35)
    """
    alone = exp2(-minutes / chain.half_life)
    rejected = alone * chain.false_alarm + (1 - alone) * chain.power
    attempts = sum(rejected**number for number in range(chain.retries + 1))
    return Segment(min(1.0, alone * (1 - chain.false_alarm) * attempts), attempts)


def success(chain: Chain, minutes: float) -> float:
    """Return the exact probability that a task of so many minutes succeeds.

    It falls steadily, and at each handoff at once.

    Examples
    --------
    >>> [success(Chain(half_life=60, context=90), minutes) for minutes in (60, 90.1)]
    [0.5, 0.0]
    >>> round(success(Chain(segment=30, kept=0.9), 30), 4)
    0.7071
    >>> round(success(Chain(segment=30, kept=0.9), 30.001), 4)
    0.6364
    """
    if minutes <= 0:
        return 1.0
    if chain.segment is None:
        return exp2(-minutes / chain.half_life) if minutes <= chain.context else 0.0
    number = ceil(minutes / chain.segment)
    last = minutes - (number - 1) * chain.segment
    before: float = (chain.kept * segment(chain, chain.segment).success) ** float(number - 1)
    return before * segment(chain, last).success


def success_within(chain: Chain, minutes: float) -> float:
    """Return the same for one agent whose every ``segment`` is tested, and who never hands over.

    So there is nothing that a handoff could lose; but the whole task must fit into its context.

    Examples
    --------
    >>> tested = Chain(context=90, segment=30, kept=0.9, power=0.9, retries=3)
    >>> [round(success_within(tested, minutes), 4) for minutes in (30, 60, 90, 91)]
    [0.9556, 0.9132, 0.8726, 0.0]
    """
    return success(replace(chain, kept=1.0), minutes) if minutes <= chain.context else 0.0


def success_started_over(chain: Chain, minutes: float) -> float:
    """Return the same where a rejected segment starts the whole task again, ``retries`` times.

    So it is without version control: what was done before cannot be gone back to.

    Examples
    --------
    >>> tested = Chain(segment=30, power=0.9, retries=3)
    >>> [round(success_started_over(tested, minutes), 3) for minutes in (30, 300)]
    [0.956, 0.116]
    >>> round(success(tested, 300), 3)
    0.635
    """
    if minutes <= 0 or chain.segment is None:
        return success(chain, minutes)
    number = ceil(minutes / chain.segment)
    lengths = [chain.segment] * (number - 1) + [minutes - (number - 1) * chain.segment]
    right = unobjected = 1.0
    for length in lengths:
        good = exp2(-length / chain.half_life) * (1 - chain.false_alarm)
        missed = (1 - exp2(-length / chain.half_life)) * (1 - chain.power)
        right, unobjected = right * good, unobjected * (good + missed)
    tries = sum((1 - unobjected) ** each for each in range(chain.retries + 1))
    return min(1.0, right * chain.kept ** (number - 1) * tries)


def several_looks(one: float, looks: int, correlation: float) -> float:
    """Return the probability that any of some looks objects, if each does so with ``one``.

    In a share ``correlation`` of all cases they see the same, as looks of one family may.

    Examples
    --------
    >>> [several_looks(0.5, looks=3, correlation=share) for share in (0.0, 0.5, 1.0)]
    [0.875, 0.6875, 0.5]
    """
    return correlation * one + (1 - correlation) * (1 - (1 - one) ** looks)


class Effort(NamedTuple):
    """What a task takes: the segments of it that are begun, and the attempts at them."""

    begun: float
    attempts: float


def effort(chain: Chain, minutes: float) -> Effort:
    """Return how many segments of a task are begun on average, and how many attempts they take.

    A task ends early where the last attempt at a segment is rejected; that a thread is lost, or a
    wrong segment accepted, nobody knows.

    Examples
    --------
    >>> begun, attempts = effort(Chain(segment=30, power=0.9, retries=3), 300)
    >>> round(begun, 2), round(attempts / begun, 3)
    (9.79, 1.351)
    """
    step = chain.segment or minutes
    begun = attempts = 0.0
    alive = 1.0
    for number in range(ceil(minutes / step)):
        length = min(step, minutes - number * step)
        alone = exp2(-length / chain.half_life)
        rejected = alone * chain.false_alarm + (1 - alone) * chain.power
        begun += alive
        attempts += alive * segment(chain, length).attempts
        alive *= 1 - rejected ** (chain.retries + 1)
    return Effort(begun, attempts)


def horizon(chain: Chain, rate: float = 0.5) -> float:
    """Return the longest task that succeeds at this rate, exactly, in minutes.

    Examples
    --------
    >>> round(horizon(Chain(segment=30, kept=0.9)), 1)
    50.9
    >>> horizon(Chain(segment=30, kept=0.0)), horizon(Chain(half_life=60, context=90))
    (30.0, 60.0)
    """
    return longest(partial(success, chain), rate, chain.context if chain.segment is None else inf)


def longest(curve: Callable[[float], float], rate: float = 0.5, most: float = inf) -> float:
    """Return the longest task that succeeds at this rate on a falling curve, in minutes.

    Examples
    --------
    >>> longest(lambda minutes: 2 ** (-minutes / 60)), longest(lambda _: 1.0, most=90)
    (60.0, 90)
    """
    _check_rate(rate)
    low, high = 0.0, 1.0
    while curve(high) >= rate:
        low, high = high, 2 * high
        if low >= most or high > 1e15:
            return min(low, most)
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if curve(middle) >= rate else (low, middle)
    return round(low, 9)


def horizon_closed(chain: Chain, rate: float = 0.5) -> float:
    """Return the same in closed form: as if handoffs wore the thread down evenly.

    With a segment's success ``p`` it is ``segment * (-ln rate - ln kept) / (-ln p - ln kept)``,
    which meets :func:`horizon` where a task ends with a whole segment.

    Examples
    --------
    >>> best = Chain(segment=30, kept=0.999, power=0.99, retries=5)
    >>> round(horizon_closed(best), 1)
    3635.1
    """
    _check_rate(rate)
    if chain.segment is None:
        return min(chain.context, chain.half_life * log(1 / rate, 2))
    lost = -log(chain.kept) if chain.kept else inf
    if lost == inf:
        return chain.segment
    right = segment(chain, chain.segment).success
    worn = lost - log(right) if right else inf
    return chain.segment * (log(1 / rate) + lost) / worn if worn else inf


def longest_handed_over(segment_minutes: float, kept: float, rate: float = 0.5) -> float:
    """Return the horizon that no verifier can lift a chain above: handoffs alone set it.

    Examples
    --------
    >>> [round(longest_handed_over(30, kept)) for kept in (0.9, 0.99, 0.999)]
    [227, 2099, 20814]
    """
    _check_rate(rate)
    return segment_minutes * (1 + log(1 / rate) / -log(kept)) if kept < 1 else inf


def least_power(chain: Chain) -> float:
    """Return the verifier's power at which a chain loses no more a minute than one agent.

    With as many retries as it takes, and no false alarms, it is
    ``(1 - kept) / (1 - a)`` for an attempt that succeeds with probability ``a``. Below it, to
    cut up a task does harm; above 1, no verifier makes up for the handoffs.

    Examples
    --------
    >>> [round(least_power(Chain(segment=30, kept=k)), 3) for k in (0.999, 0.99, 0.95, 0.9, 0.8)]
    [0.003, 0.034, 0.171, 0.341, 0.683]
    """
    if chain.segment is None:
        return 0.0
    return (1 - chain.kept) / (1 - exp2(-chain.segment / chain.half_life))


def doubling_needed(minutes: float) -> float:
    """Return the growth an hour from which on a worker of this half-life would gather.

    Its half-life must exceed the doubling time (:mod:`scenarios.payback`), so what is gathered
    must grow by more than ``2^(60 / half-life) - 1`` an hour.

    Examples
    --------
    >>> round(doubling_needed(60), 3), round(doubling_needed(3635.1), 4)
    (1.0, 0.0115)
    """
    return float(2 ** (60 / minutes) - 1)


def _check_rate(rate: float) -> None:
    if not 0 < rate < 1:
        raise ValueError(f"rate is {rate}; it is a probability, between 0 and 1")
