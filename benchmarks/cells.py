"""The cells of the central picture: which fleets are run, over how many seeds, who watches."""

from collections.abc import Iterator
from concurrent.futures import Executor
from math import inf
from statistics import median
from typing import NamedTuple

from orchestrator.conduct import load
from orchestrator.evaluation.fleet import Fleet, kind_of
from orchestrator.evaluation.panel import detectors_of
from orchestrator.evaluation.trial import Job, Trial, play_trial
from scenarios.spec import MonitorSpec

POOLS = ["fleet", "family", "worker", "agent"]
LOOKING_ON = detectors_of(
    [
        MonitorSpec(name="over_need", parameters={"pool": [*POOLS]}),
        *(MonitorSpec(name=name) for name in ("z_agent", "raw_growth", "unaccounted")),
    ],
    alpha=0.05,
)
DETECTORS = tuple(detector.name for detector in LOOKING_ON)
"""Monitor and pool; each has an alpha of 5% of its own, over all its keys and the whole run."""


class Cell(NamedTuple):
    """One fleet: a scenario with changes. ``is_benign`` if any alarm on it is a false one."""

    name: str
    scenario: str
    overrides: tuple[str, ...] = ()
    is_benign: bool = False


def all_cells() -> Iterator[Cell]:
    """Yield the cells of the picture, in the order of the table."""
    for life in (24, 8):
        lived = f"chain.life={life}"
        for share in ("5%", "3%", "2%"):
            eps = f"workers.weak_shard.over_reserve={share}"
            yield Cell(f"all +{share}, life {life}", "just_in_case", (eps, lived))
    yield Cell("2 of 20 +8%", "few_bad")
    yield Cell("cautious", "cautious_fleet")
    yield Cell("honest, life 24", "all_honest", ("chain.life=24",), is_benign=True)
    yield Cell("honest, life 8", "all_honest", ("chain.life=8",), is_benign=True)
    yield Cell("sold in lots", "sold_in_lots", is_benign=True)
    yield Cell("demand surge", "demand_surge", is_benign=True)


def run_one(cell: Cell, seed: int) -> Trial:
    """Run one cell under one seed, as ``monitor eval`` does."""
    scenario = load(cell.scenario, (*cell.overrides, "monitors=[]"))
    trial = play_trial(Job(Fleet(cell.name, kind_of(scenario), scenario), seed, LOOKING_ON))
    for outcome in trial.outcomes:
        if outcome.failed:
            raise RuntimeError(f"{cell.name}, seed {seed}: {outcome.detector}: {outcome.failed}")
    return trial


def run_cells(cells: list[Cell], seeds: int, pool: Executor) -> dict[str, list[Trial]]:
    """Run every cell over ``seeds`` seeds."""
    jobs = [(cell, seed) for cell in cells for seed in range(1, seeds + 1)]
    trials = pool.map(run_one, *zip(*jobs, strict=True), chunksize=4)
    table: dict[str, list[Trial]] = {cell.name: [] for cell in cells}
    for trial in trials:
        table[trial.fleet].append(trial)
    return table


class Figure(NamedTuple):
    """What one detector did in one cell.

    The medians are Kaplan-Meier's over all runs, those without an alarm censored at the end;
    they are None where fewer than half of the runs alarmed.
    """

    alarms: int
    runs: int
    round: float | None
    damage: float | None

    @property
    def rate(self) -> float:
        """Share of runs with an alarm."""
        return self.alarms / self.runs


def figure(trials: list[Trial], detector: str) -> Figure:
    """Sum up one detector over the runs of a cell."""
    outcomes = [trial.of(detector) for trial in trials]

    def middle(values: list[float | None]) -> float | None:
        value = median(inf if each is None else each for each in values)
        return None if value == inf else value

    return Figure(
        sum(each.round is not None for each in outcomes),
        len(outcomes),
        middle([each.round for each in outcomes]),
        middle([each.damage for each in outcomes]),
    )
