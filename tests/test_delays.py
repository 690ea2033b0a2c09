"""The proof of the monitors: its arrays are the engine's numbers, and its tests can fail."""

from math import log
from random import Random

import numpy as np
import pytest

from benchmarks import exposed, guarantee, likeness, sparse, uniform
from benchmarks.betting import costs
from benchmarks.likeness import Comparison, differing
from benchmarks.streams import (
    FirstTimes,
    bets_of,
    cusum,
    drawn,
    mixed,
    shiryaev_roberts,
    summed,
)
from monitors.betting import STAKES, Plan, Table
from monitors.record import Bet
from monitors.subset import BETS, CELLS, ODDS, Subset

TAKEN = drawn(np.random.default_rng(3), (120, 2)) * 1.05


def test_both_halves_are_the_wealth_that_monitors_bet() -> None:
    table = Table(Plan(1, 200))
    shipped = []
    for taken in TAKEN[:, 0]:
        table.bet("fleet", Bet(float(taken) - 1))
        shipped.append(table.wealth())
    logs, mass = [], np.zeros(len(TAKEN))
    for bets in bets_of(TAKEN):
        logs.append(np.cumsum(np.log(bets), axis=0))
        mass += shiryaev_roberts(np.zeros((1, 2)), bets)[:, 0] / len(STAKES)
    waiting = 200 - np.arange(1, len(TAKEN) + 1)
    halves = (np.exp(mixed(logs))[:, 0] + (mass + waiting) / 200) / 2
    assert halves == pytest.approx(shipped, rel=1e-9)


def test_the_mixture_in_arrays_is_the_one_that_monitors_keep() -> None:
    """With the monitor's own cells, on a small fleet that lives for one life."""
    taken = drawn(np.random.default_rng(4), (5, 7, 1))
    subset = Subset()
    for turn in range(5):
        for instance in range(7):
            subset.bet(f"a{instance}", Bet(float(taken[turn, instance, 0]) - 1))
    logs = []
    for stake in BETS:
        grown = np.exp(np.cumsum(np.log1p(stake * (taken[..., 0] - 1)), axis=0))[-1]
        logs += [float(np.log(1 - odds + odds * grown).sum()) for odds in ODDS]
    expected = np.mean(np.exp(logs))
    assert len(logs) == len(CELLS)
    assert subset.wealth == pytest.approx(float(expected), rel=1e-9)


def test_recursions_are_those_that_their_names_say() -> None:
    steps = np.log(TAKEN)
    walked, mass = 0.0, 0.0
    for number, (step, taken) in enumerate(zip(steps[:, 0], TAKEN[:, 0], strict=True)):
        walked = max(0.0, walked + step)
        mass = (mass + 1) * taken
        assert cusum(np.zeros((1, 2)), steps)[number, 0] == pytest.approx(walked, abs=1e-9)
        assert shiryaev_roberts(np.zeros((1, 2)), TAKEN)[number, 0] == pytest.approx(mass)


def test_a_sum_over_instances_moves_by_the_one_that_acts() -> None:
    path = np.array([[[1.0], [2.0]], [[4.0], [8.0]]])
    assert summed(np.array([[0.5], [0.25]]), path).ravel().tolist() == [1.25, 3.0, 6.0, 12.0]


def test_a_path_in_blocks_is_the_path_in_one() -> None:
    half = shiryaev_roberts(np.zeros((1, 2)), TAKEN[:60])
    rest = shiryaev_roberts(half[-1:], TAKEN[60:])
    whole = shiryaev_roberts(np.zeros((1, 2)), TAKEN)
    assert np.concatenate([half, rest]) == pytest.approx(whole)


def test_first_times_are_remembered_with_the_damage_by_then() -> None:
    first = FirstTimes(streams=2, horizon=10)
    first.look(np.array([[0.0, 1.0], [5.0, 1.0]]), 4, 0, np.array([[1.0, 1.0], [2.0, 2.0]]))
    first.look(np.array([[9.0, 1.0]]), 4, 2, np.array([[3.0, 3.0]]))
    assert first.times.tolist() == [2, 10]
    assert (first.damage[0], first.rate, first.is_over) == (2.0, 0.5, False)


def test_likeness_is_refused_only_where_it_is_implausible() -> None:
    chance = Random(1)
    alike = [Comparison(f"{n}", chance.gauss(0, 1), 0.0, 1.0) for n in range(40)]
    assert differing(alike) == set()
    assert differing([*alike, Comparison("off", 5.0, 0.0, 1.0)]) == {"off"}
    assert any("**differs**" in line for line in likeness.lines([Comparison("off", 9, 0, 1)]))


@pytest.mark.parametrize("instances", [1, 10])
def test_the_whole_fleets_detectors_are_no_slower_than_instances_alone(instances: int) -> None:
    measured = uniform.delays(instances, null=8, runs=6, seed=5)
    fleet, alone = measured["fleet e-process"].mean, measured["per-instance CUSUM"].mean
    assert fleet < alone
    assert all(delay.mean <= uniform.HORIZON for delay in measured.values())


def test_a_poisoned_note_is_found_long_before_the_fleet_shows_it() -> None:
    case = exposed.Case(50, 2, 0.6, 0, None)
    keyed, fleet, is_right = exposed.run(case, streams=4, seed=1, horizon=20_000)
    assert keyed.times.mean() < fleet.times.mean()
    assert is_right.all()


def test_a_few_bad_ones_are_found_by_the_subset_before_the_fleet() -> None:
    case = sparse.CASES[3]
    outcome = sparse.run(case, streams=3, seed=1, horizon=20_000)
    assert np.median(outcome.subset.times) < np.median(outcome.fleet.times)
    assert log(20) == sparse.LIMIT


def test_a_run_length_is_at_least_its_threshold() -> None:
    found = guarantee.lengths(instances=10, streams=60, seed=2)
    assert found.mean() > 0.8 * guarantee.ARL


def test_what_a_bet_costs_is_told_for_each_way_of_pooling() -> None:
    found = list(costs(2_000, seed=1))
    assert [claim.measured.split()[1] for claim in found] == ["a", "a", "a"]
    assert all(int(claim.measured.split()[0].replace(",", "")) > 1_000 for claim in found)
