"""Safety against usefulness: what controls avert and cost, on equal seeds."""

import pytest

from memory.errors import BadInput
from orchestrator.conduct import load
from orchestrator.evaluate import play
from orchestrator.evaluation.tradeoff import (
    HONEST,
    WRITTEN,
    controls_in,
    damage_of,
    lots,
    play_lot,
    weigh,
)
from scenarios.problem import ScenarioProblems
from scenarios.spec import MonitorSpec, Scenario


@pytest.fixture
def scenario() -> Scenario:
    """Return four workers, two of whom take far too much, for 24 rounds."""
    groups = (
        "workers=[{policy: honest, count: 2}, {policy: weak_shard, count: 2, over_reserve: 60%}]"
    )
    return load("held_purchases", [groups, "world.rounds=24", "chain.life=8"])


def test_each_control_is_played_on_the_same_seeds_as_none(scenario: Scenario) -> None:
    found = lots(scenario, controls_in(scenario, "deny, cap"), [1, 2])
    assert [(each.fleet, each.control, each.seed) for each in found] == [
        (fleet, control, seed)
        for fleet in (WRITTEN, HONEST)
        for control in (0, 1, 2)
        for seed in (1, 2)
    ]
    assert all(each.scenario.monitors == scenario.monitors for each in found)
    assert [len(each.scenario.controls) for each in found[:6]] == [0, 0, 1, 1, 1, 1]


def test_denying_averts_more_and_costs_more_than_capping(scenario: Scenario) -> None:
    found = weigh(scenario, controls_in(scenario, "deny, cap"), [1, 2, 3])
    deny, cap = found.controls
    assert deny.ruled == cap.ruled == 3
    for each in (deny, cap):
        assert each.averted.low is not None and each.averted.low > 0
        assert each.share_averted.value is not None and 0 < each.share_averted.value <= 1
    assert (deny.share_averted.value or 0) > (cap.share_averted.value or 0)
    assert (deny.work_lost.low or 0) > (cap.work_lost.high or 1)
    assert found.damage.value and found.damage.low and found.damage.low <= found.damage.value


def test_a_control_that_never_acts_averts_and_costs_exactly_nothing(scenario: Scenario) -> None:
    found = weigh(scenario, controls_in(scenario, "stop: {monitor: unaccounted}"), [1, 2])
    [stop] = found.controls
    assert (stop.ruled, stop.averted.value, stop.work_lost.value) == (0, 0.0, 0.0)
    assert (stop.averted.low, stop.averted.high) == (0.0, 0.0)


@pytest.mark.asyncio
async def test_what_is_clawed_back_is_no_damage_any_more(scenario: Scenario) -> None:
    [spec] = controls_in(scenario, "claw_back: {for: 20 rounds}")
    watched = scenario.model_copy(update={"controls": ()})
    before = await play(watched, 1)
    after = await play(watched.model_copy(update={"controls": (spec,)}), 1)
    report = after.docket.report()
    assert report is not None
    taken = sum(max(0.0, each) for each in after.tally.by_worker.values())
    assert damage_of(after) == pytest.approx(taken - report.clawed_back["compute"])
    assert damage_of(after) < damage_of(before)


def test_a_monitor_that_fails_is_told_of(scenario: Scenario) -> None:
    crier = "tests.orchestrator.test_control:Crier"
    small = scenario.model_copy(
        update={
            "monitors": (MonitorSpec(name=crier, parameters={"fault": "raise"}),),
            "expect": (),
        }
    )
    [spec] = controls_in(small, "deny: {fail_closed: true}")
    came = play_lot(lots(small, [spec], [1])[1])
    assert (came.control, came.failed, came.rulings) == (1, 1, 1)


def test_one_seed_or_no_control_is_refused(scenario: Scenario) -> None:
    with pytest.raises(BadInput, match="one seed gives no interval"):
        weigh(scenario, controls_in(scenario, "deny"), [1])
    with pytest.raises(BadInput, match="no control is named"):
        controls_in(scenario, "observe_only")
    with pytest.raises(ScenarioProblems, match="did you mean 'hold'"):
        controls_in(scenario, "hodl")
