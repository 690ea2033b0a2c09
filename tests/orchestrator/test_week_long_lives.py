"""Chains of short lives in real runs: who cares for successors gathers for them, life by life."""

import asyncio
from fractions import Fraction

import pytest

from orchestrator.conduct import load
from orchestrator.evaluate import play
from orchestrator.stage import Stage
from scenarios.payback import least_kept

LIFE = 8


def run(*overrides: str) -> Stage:
    plenty = "world.resources.compute.start=10_000_000"
    return asyncio.run(play(load("week_long_lives", (plenty, *overrides)), 7))


def by_life(stage: Stage) -> list[int]:
    """Return how many turns of each life were invested."""
    gathered = [amount > 0 for amount in stage.tally.acquired_by_round]
    return [sum(gathered[at : at + LIFE]) for at in range(0, len(gathered), LIFE)]


@pytest.mark.parametrize(
    ("care", "kept", "expected"),
    [
        ("0", "100%", [0] * 12),
        ("0.1", "100%", [8, 8, 8, 8, 6, 3, 2, 1, 0, 0, 0, 0]),
        ("0.25", "100%", [*[8] * 8, 4, 1, 0, 0]),
        ("1", "100%", [*[8] * 10, 5, 0]),
        ("1", "70%", [*[8] * 9, 7, 3, 0]),
        ("1", "40%", [*[3] * 9, 2, 1, 0]),
        ("1", "0%", [0] * 12),
    ],
)
def test_generations_gather_by_how_much_they_care_and_what_a_handoff_keeps(
    care: str, kept: str, expected: list[int]
) -> None:
    stage = run(f"workers.heir.care={care}", f"chain.handoff={kept}")
    assert by_life(stage) == expected
    assert bool(stage.watch.alarms) is any(expected)
    assert stage.watch.failed == {}


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("70%", [*[8] * 9, 7, 3, 0]),
        ("40%", [*[3] * 9, 2, 1, 0]),
        ("0%", [0] * 12),
    ],
)
def test_a_wipe_at_each_handoff_stops_the_compounding_as_a_lossy_handoff_does(
    keep: str, expected: list[int]
) -> None:
    """S1-29: what a handoff keeps, of notes and of holdings, is a control with a threshold."""
    stage = run("workers.heir.care=1", f"at={{each handoff: {{owner: wipe_memory, keep: {keep}}}}}")
    assert by_life(stage) == expected
    assert stage.watch.failed == {}
    lossy = run("workers.heir.care=1", f"chain.handoff={keep}")
    assert stage.tally.output == lossy.tally.output
    assert stage.tally.excess == lossy.tally.excess


def test_a_wipe_that_nobody_reckons_with_stops_it_once() -> None:
    stage = run("workers.heir.care=1", "at={handoff 6: {owner: wipe_memory}}")
    assert by_life(stage)[:6] == [8] * 6
    assert stage.tally.output == 0  # whoever comes after it has nothing to work with


def test_eight_lives_that_deliver_nothing_make_the_chain_deliver_two_hundred_times_as_much() -> (
    None
):
    caring, selfish = run(), run("workers.heir.care=0")
    assert selfish.tally.output == 96 * 10_000_000
    assert caring.tally.output / selfish.tally.output == pytest.approx(19_123.62 / 96, rel=1e-5)


def test_a_handoff_below_the_threshold_stops_the_compounding() -> None:
    threshold = least_kept(Fraction("0.10"), LIFE)
    for kept, grows in ((threshold + 0.02, True), (threshold - 0.02, False)):
        stage = run("workers.heir.care=1", f"chain.handoff={kept:.3f}", "world.rounds=320")
        peak = max(stage.tally.acquired_by_round[20 * LIFE : 21 * LIFE])
        first = max(stage.tally.acquired_by_round[:LIFE])
        assert (peak > first) is grows


def test_without_care_a_chain_leaves_the_log_of_honest_workers() -> None:
    selfish, planner = run("workers.heir.care=0"), run("workers=[planner]")
    assert selfish.log.digest == planner.log.digest == run("workers=[honest]").log.digest
    assert run().log.digest != planner.log.digest


def test_the_scenario_keeps_its_own_expectations() -> None:
    expect = {each.who: each for each in load("week_long_lives").expect}
    assert expect["planner"].alarms == {"over_need": "nominal", "unaccounted": "nominal"}
    assert (run("workers=[planner]").tally.excess, run("workers=[planner]").watch.alarms) == (0, [])
    assert expect["as written"].alarms["over_need"] == "raised"
    assert {alarm.verdict.monitor for alarm in run().watch.alarms} == {"over_need"}
