"""The figures of an evaluation, as ``monitor eval --json`` prints them."""

from typing import Literal

from pydantic import Field

from memory.envelope import Frozen

Acceptance = Literal["kept", "refuted", "untested", "no bound"]


class Estimate(Frozen):
    """A figure and its 95% interval; None is a value that was not reached, or not bounded."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Reached(Frozen):
    """The share of runs that had alarmed by the end of a round, and its 95% band."""

    round: float
    share: float
    low: float
    high: float


class OnFleet(Frozen):
    """What one detector did on one fleet.

    Attributes
    ----------
    runs, alarms, rate
        How many runs alarmed, and the exact interval of their share.
    round, damage
        The medians: of the round of the first alarm, and of what had been taken beyond need by
        then. None where fewer than half of the runs alarmed.
    delay, loss
        The means over *all* runs: rounds until the alarm, and what was taken beyond need by
        then; a run without an alarm counts with its last round, and with all that it took.
    honest
        The mean excess of the honest fleet of the same seed by the same rounds.
    curve
        The share of runs that had alarmed, a step for each round in which one did
        (Kaplan-Meier).
    """

    runs: int
    alarms: int
    rate: Estimate
    round: Estimate
    delay: Estimate
    damage: float | None
    loss: Estimate
    honest: float | None = None
    curve: tuple[Reached, ...] = ()


class FalseAlarms(Frozen):
    """How a detector kept its nominal rate, over all benign fleets.

    ``length`` is the average run length between false alarms, in events. ``accepted`` is the
    answer of an exact test at 1%, shared by the benign fleets: a rate is refuted, or kept; or
    there were too few runs for any number of alarms to refute it.
    """

    runs: int
    alarms: int
    rate: Estimate
    length: Estimate
    accepted: Acceptance


class Operating(Frozen):
    """What is caught where ``rate`` of the honest runs may alarm; ``actual`` is how many did."""

    rate: float
    actual: float
    caught: Estimate


class Comparison(Frozen):
    """A detector beside the first of the table, on equal seeds.

    ``later`` is by how many rounds the other alarms later on average. ``p`` is McNemar's for
    equally many runs with an alarm, adjusted by Holm for all the comparisons of the table.
    """

    beside: str
    only_this: int
    only_other: int
    p: float
    later: Estimate


class Row(Frozen):
    """Everything about one detector. ``failed`` are runs in which it raised and was stopped.

    ``beside_oracle`` is its mean delay as a multiple of the oracle's, on equal seeds.
    """

    detector: str
    alpha: float | None
    guarantee: str
    fleets: dict[str, OnFleet]
    false_alarms: FalseAlarms | None
    us_per_event: float
    caught: tuple[Operating, ...] = ()
    auroc: Estimate | None = None
    precision: dict[str, Estimate] = Field(default_factory=dict)
    comparison: Comparison | None = None
    beside_oracle: Estimate | None = None
    withheld: tuple[str, ...] = ()
    failed: dict[str, int] = Field(default_factory=dict)


class Level(Frozen):
    """How often honest fleets alarmed where the first detector was set to a nominal ``alpha``."""

    alpha: float
    runs: int
    alarms: int
    rate: Estimate


class FleetReport(Frozen):
    """One fleet that was played: how often, what it is, what it came to on average."""

    kind: str
    workers: int
    dilution: int
    runs: int
    events: int
    excess: float
    task_done: float


class Evaluation(Frozen):
    """What ``monitor eval --json`` prints. ``no_oracle`` says why no row is the oracle's."""

    scenario: str
    version: int
    seeds: tuple[int, ...]
    rounds: int
    unit: str
    nominal: float
    fleets: dict[str, FleetReport]
    detectors: tuple[Row, ...]
    reliability: tuple[Level, ...] = ()
    no_oracle: str = ""


class Setting(Frozen):
    """What was asked: of which scenario, under which seeds, at which nominal rate."""

    scenario: str
    version: int
    seeds: tuple[int, ...]
    rounds: int
    unit: str
    nominal: float
