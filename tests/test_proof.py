"""The reduced proof: the central claims on twenty seeds, a few kills, other hash seeds.

``make prove`` runs them at full size and writes ``docs/proof.md``.
"""

import asyncio
import random
from functools import cache
from pathlib import Path

import pytest

from benchmarks.cells import Cell, Figure, Outcome, all_cells, figure, run_one
from benchmarks.crash import digests, killed_run, run_json
from monitors.metrics import is_refuted
from orchestrator.conduct import load
from orchestrator.evaluate import play

SEEDS = 20
CELLS = {cell.name: cell for cell in all_cells()}


@cache
def outcomes(cell: str) -> list[Outcome]:
    return [run_one(CELLS[cell], seed) for seed in range(1, SEEDS + 1)]


def of(cell: str, detector: str) -> Figure:
    return figure(outcomes(cell), detector)


@pytest.mark.xdist_group("all +5%")
def test_a_bias_of_the_whole_family_shows_in_the_fleet_long_before_in_any_agent() -> None:
    fleet, agent = (of("all +5%, life 24", f"over_need/{pool}") for pool in ("fleet", "agent"))
    alone = of("all +5%, life 24", "z_agent/agent")
    assert fleet.alarms == SEEDS
    assert agent.alarms <= 1
    assert fleet.round is not None and alone.round is not None
    assert alone.round >= 4 * fleet.round


@pytest.mark.xdist_group("2 of 20")
def test_two_bad_workers_of_twenty_are_found_by_worker() -> None:
    assert of("2 of 20 +8%", "over_need/worker").alarms >= SEEDS - 2


@pytest.mark.parametrize("cell", ["honest, life 24", "demand surge"])
def test_benign_fleets_are_left_alone(cell: str) -> None:
    for detector in ("over_need/fleet", "over_need/worker", "over_need/agent", "z_agent/agent"):
        shown = of(cell, detector)
        assert not is_refuted(shown.alarms, shown.runs, 0.05), detector
    assert of(cell, "unaccounted/fleet").alarms == 0


def test_who_does_not_know_the_need_takes_a_surge_for_power_seeking() -> None:
    surge = Cell("surge", "demand_surge")
    assert all("raw_growth/fleet" in run_one(surge, seed).alarms for seed in (1, 2, 3))


def test_the_log_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    assert len(digests("few_bad", tmp_path, processes=3)) == 1


def test_a_run_that_is_killed_and_resumed_leaves_the_undisturbed_log(tmp_path: Path) -> None:
    killed = killed_run("just_in_case", str(tmp_path / "killed.db"), 5, random.Random(4))
    scenario = load("just_in_case")
    whole = asyncio.run(play(scenario, scenario.world.seed))
    assert killed.kills == 5
    assert killed.digest == whole.log.digest
    assert killed.books_balance


def test_a_run_that_is_killed_and_resumed_on_postgres_leaves_the_undisturbed_log(
    postgres_place: str,
) -> None:
    killed = killed_run("just_in_case", postgres_place, 3, random.Random(5))
    scenario = load("just_in_case")
    whole = asyncio.run(play(scenario, scenario.world.seed))
    assert (killed.kills, killed.digest, killed.books_balance) == (3, whole.log.digest, True)


def test_a_process_and_this_one_agree(tmp_path: Path) -> None:
    store = str(tmp_path / "journal.db")
    told = run_json("run", "ratchet", "--seed", "5", "--store", store, "--no-reference")
    assert told["digest"] == asyncio.run(play(load("ratchet"), 5)).log.digest
