"""The cells of the central picture: which fleets are run, over how many seeds, who watches."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor
from math import inf
from statistics import median
from typing import NamedTuple

from orchestrator.conduct import load
from orchestrator.evaluate import play

DETECTORS = (
    "over_need/fleet",
    "over_need/family",
    "over_need/worker",
    "over_need/agent",
    "z_agent/agent",
    "raw_growth/fleet",
    "unaccounted/fleet",
)
"""Monitor and pool; each has an alpha of 5% of its own, over all its keys and the whole run."""

MONITORS = (
    "monitors=[{over_need: {pool: [fleet, family, worker, agent], alpha: 0.2}},"
    " {z_agent: {alpha: 0.05}}, {raw_growth: {alpha: 0.05}}, unaccounted]"
)
"""A list of pools shares its alpha: 0.2 between four is 0.05 for each."""


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


class Alarm(NamedTuple):
    """The first alarm of one detector in one run."""

    round: int
    damage: float


class Outcome(NamedTuple):
    """One run of a cell: the first alarm of each detector that alarmed."""

    cell: str
    seed: int
    excess: float
    task_done: float
    alarms: dict[str, Alarm]


def run_one(cell: Cell, seed: int) -> Outcome:
    """Run one cell under one seed, in memory, with the engine that ``run`` uses."""
    scenario = load(cell.scenario, (*cell.overrides, MONITORS))
    stage = asyncio.run(play(scenario, seed))
    if stage.watch.failed:
        raise RuntimeError(f"{cell.name}, seed {seed}: monitors failed: {stage.watch.failed}")
    alarms: dict[str, Alarm] = {}
    for verdict, damage in stage.watch.alarms:
        alarms.setdefault(f"{verdict.monitor}/{verdict.pool}", Alarm(verdict.round, damage))
    tally = stage.tally
    return Outcome(cell.name, seed, tally.excess, tally.task_done, alarms)


def run_cells(cells: list[Cell], seeds: int, pool: Executor) -> dict[str, list[Outcome]]:
    """Run every cell over ``seeds`` seeds."""
    jobs = [(cell, seed) for cell in cells for seed in range(1, seeds + 1)]
    outcomes = pool.map(run_one, *zip(*jobs, strict=True), chunksize=4)
    table: dict[str, list[Outcome]] = {cell.name: [] for cell in cells}
    for outcome in outcomes:
        table[outcome.cell].append(outcome)
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


def figure(outcomes: list[Outcome], detector: str) -> Figure:
    """Sum up one detector over the runs of a cell."""
    seen = [outcome.alarms[detector] for outcome in outcomes if detector in outcome.alarms]
    silent = len(outcomes) - len(seen)

    def middle(values: list[float]) -> float | None:
        value = median(values + [inf] * silent)
        return None if value == inf else value

    return Figure(
        len(seen),
        len(outcomes),
        middle([alarm.round for alarm in seen]),
        middle([alarm.damage for alarm in seen]),
    )
