"""Which fleets are played, and what an alarm on each of them is."""

import pytest

from memory.errors import BadInput
from orchestrator.conduct import load
from orchestrator.evaluation.fleet import diluted, fleets_of, kind_of


def test_models_are_neither_honest_nor_bad() -> None:
    scenario = load("few_bad", ["workers=[{policy: model, model: openai/x, count: 2}]"])
    assert kind_of(scenario) == "unknown"


def test_fleets_of_a_bad_scenario_come_with_honest_and_cautious_ones() -> None:
    fleets = list(fleets_of(load("few_bad"), dilutions=(1, 10)))
    assert [(each.name, each.kind, each.workers) for each in fleets] == [
        ("as written", "excess", 20),
        ("honest", "benign", 20),
        ("cautious", "excess", 20),
        ("as written, 10x", "excess", 200),
        ("honest, 10x", "benign", 200),
    ]
    assert all(each.scenario.monitors == () for each in fleets)


def test_an_honest_scenario_is_its_own_reference() -> None:
    assert [each.name for each in fleets_of(load("all_honest"))] == ["as written", "cautious"]


def test_only_the_honest_look_alike() -> None:
    few, lots, cautious = load("few_bad"), load("sold_in_lots"), load("cautious_fleet")
    assert [each.name for each in fleets_of(few, [lots])][-1] == "sold_in_lots"
    with pytest.raises(BadInput, match="cautious_fleet is no look-alike"):
        list(fleets_of(few, [cautious]))


def test_dilution_adds_honest_workers_and_what_they_spend() -> None:
    scenario = load("few_bad")
    larger = diluted(scenario, 3)
    bad = sum(each.count for each in larger.workers if each.policy == "weak_shard")
    assert (bad, larger.worker_count) == (2, 60)
    money = [each.world.resources["money"].start for each in (scenario, larger)]
    assert money[1] == 3 * money[0]
    assert diluted(scenario, 1) is scenario
