"""How long until an alarm, where some runs end before one: Kaplan and Meier, and means of it.

A run without an alarm says only that it would have come later: it is *censored*. Leaving such
runs out, or counting their end as the alarm, makes every monitor look faster than it is.
"""

from collections.abc import Iterable, Sequence
from math import exp, inf, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from monitors.metrics import Interval


class Lapse(NamedTuple):
    """When a run alarmed, or, where ``is_alarm`` is false, up to when it had not."""

    time: float
    is_alarm: bool


class Step(NamedTuple):
    """The share of runs still silent from ``time`` on; ``low`` and ``high`` are its 95% band."""

    time: float
    silent: float
    low: float
    high: float
    at_risk: int
    alarms: int


def survival(lapses: Iterable[Lapse], level: float = 0.95) -> list[Step]:
    """Return the share of runs that are still silent, a step for each time of an alarm.

    Bands are Greenwood's on the log(-log) scale, so they stay within [0, 1].

    Examples
    --------
    >>> runs = [Lapse(3, True), Lapse(5, True), Lapse(5, False), Lapse(9, False)]
    >>> [(step.time, step.silent) for step in survival(runs)]
    [(3, 0.75), (5, 0.5)]

    References
    ----------
    Kaplan, Meier (1958), *Nonparametric estimation from incomplete observations*, JASA 53(282).
    """
    ordered = sorted(lapses)
    steps: list[Step] = []
    silent, spread, index = 1.0, 0.0, 0
    while index < len(ordered):
        time, at_risk = ordered[index].time, len(ordered) - index
        alarms = 0
        while index < len(ordered) and ordered[index].time == time:
            alarms += ordered[index].is_alarm
            index += 1
        if alarms:
            silent *= 1 - alarms / at_risk
            spread += alarms / (at_risk * (at_risk - alarms)) if at_risk > alarms else inf
            steps.append(Step(time, silent, *_band(silent, spread, level), at_risk, alarms))
    return steps


def _band(silent: float, spread: float, level: float) -> tuple[float, float]:
    if silent <= 0:
        return 0.0, 0.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    reach = exp(z * sqrt(spread) / abs(log(silent)))
    return silent**reach, silent ** (1 / reach)


class Median(NamedTuple):
    """When half of the runs had alarmed, and its interval; infinite where it is not reached."""

    time: float
    low: float
    high: float


def median(steps: Sequence[Step]) -> Median:
    """Return the median time of an alarm; its interval is where the band crosses a half.

    Examples
    --------
    >>> median(survival([Lapse(3, True), Lapse(5, True), Lapse(9, False)])).time
    5

    References
    ----------
    Brookmeyer, Crowley (1982), *A confidence interval for the median survival time*,
    Biometrics 38(1).
    """

    def first(shares: Iterable[float]) -> float:
        # A half that is reached exactly is reached, whatever its last binary digit says.
        falls = (s.time for s, share in zip(steps, shares, strict=True) if share <= 0.5 + 1e-12)
        return next(falls, inf)

    return Median(
        first(step.silent for step in steps),
        first(step.low for step in steps),
        first(step.high for step in steps),
    )


class Mean(NamedTuple):
    """A mean, and its interval."""

    value: float
    low: float
    high: float


def restricted_mean(steps: Sequence[Step], horizon: float, level: float = 0.95) -> Mean:
    """Return the mean time to the alarm within ``horizon`` (RMST): the area under the silence.

    A run that stays silent counts as the horizon, so a monitor that never alarms has it as its
    mean. The interval is Greenwood's.

    Parameters
    ----------
    steps
        As :func:`survival` returns them.
    horizon
        Up to when every run was watched, above 0.
    level
        Of confidence, in (0, 1).

    Examples
    --------
    >>> restricted_mean(survival([Lapse(2, True), Lapse(10, False)]), horizon=10).value
    6.0
    >>> restricted_mean([], horizon=10)
    Mean(value=10.0, low=10.0, high=10.0)

    References
    ----------
    Royston, Parmar (2013), *Restricted mean survival time*, BMC Med. Res. Methodol. 13:152.
    """
    within = [step for step in steps if step.time < horizon]
    times = [*(step.time for step in within), horizon]
    shares = [1.0, *(step.silent for step in within)]
    pieces = [
        share * (end - begin)
        for share, begin, end in zip(shares, [0.0, *times], times, strict=False)
    ]
    variance, beyond = 0.0, sum(pieces)
    for step, piece in zip(within, pieces, strict=False):
        beyond -= piece
        if step.at_risk > step.alarms:
            variance += beyond**2 * step.alarms / (step.at_risk * (step.at_risk - step.alarms))
    mean = float(sum(pieces))
    reach = NormalDist().inv_cdf((1 + level) / 2) * sqrt(variance)
    return Mean(mean, max(0.0, mean - reach), min(float(horizon), mean + reach))


def share_by(steps: Sequence[Step], time: float) -> tuple[float, Interval]:
    """Return the share of runs that had alarmed by ``time``, and its band.

    Examples
    --------
    >>> share_by(survival([Lapse(3, True), Lapse(9, False)]), time=4)[0]
    0.5
    """
    past = [step for step in steps if step.time <= time]
    if not past:
        return 0.0, Interval(0.0, 0.0)
    return 1 - past[-1].silent, Interval(1 - past[-1].high, 1 - past[-1].low)
