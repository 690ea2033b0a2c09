"""Predictions: one hash for what was said, and a score for what came of it."""

import asyncio
from collections.abc import Callable

import pytest

from orchestrator.evaluate import play, summarise
from orchestrator.foresight import Raised, digest_of, scored
from scenarios.outlook import PredictSpec
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]

ALARMS = [Raised("over_need", "worker", 30, 300.0), Raised("over_need", "fleet", 40, 400.0)]
SCORE = {"excess": 12.0, "alarm_round": 30, "damage": 300.0, "alarms": 2, "false_alarms": None}


def told(fleet: Fleet, prediction: str) -> tuple[float | None, bool, float]:
    scenario = fleet(f"predict={prediction}")
    [found] = scored(scenario, SCORE, ALARMS)
    return found.value, found.came_true, found.brier


@pytest.mark.parametrize(
    ("prediction", "value", "came_true"),
    [
        ("{excess: {above: 10, probability: 0.8}}", 12.0, True),
        ("{excess: {below: 12, probability: 0.8}}", 12.0, False),
        ("{alarm_round: {below: 31, probability: 0.8}}", 30, True),
        ("{alarm_round: {of: over_need/fleet, below: 31, probability: 0.8}}", 40, False),
        ("{damage: {of: over_need/fleet, above: 399, probability: 0.8}}", 400.0, True),
        ("{alarms: {of: over_need, above: 1, probability: 0.8}}", 2, True),
        ("{alarms: {of: unaccounted, below: 1, probability: 0.8}}", 0, True),
        ("{alarm_round: {of: unaccounted, below: 60, probability: 0.8}}", None, False),
        ("{alarm_round: {of: unaccounted, above: 60, probability: 0.8}}", None, True),
        ("{damage: {of: unaccounted, above: 0, probability: 0.8}}", None, False),
        ("{false_alarms: {of: over_need, below: 1, probability: 0.8}}", None, False),
    ],
)
def test_a_prediction_comes_true_or_not(
    fleet: Fleet, prediction: str, value: float | None, came_true: bool
) -> None:
    assert told(fleet, prediction) == (value, came_true, pytest.approx(0.04 if came_true else 0.64))


def test_the_hash_is_of_what_was_said_and_of_nothing_else(fleet: Fleet) -> None:
    said = "predict={excess: {above: 1, probability: 0.8}}"
    first, other = fleet(said), fleet(said, "world.rounds=10")
    assert digest_of(first.predict) == digest_of(other.predict)
    surer = [PredictSpec(figure="excess", above=1, probability=0.9)]
    assert digest_of(first.predict) != digest_of(surer)
    assert digest_of(()) == ""


def test_a_finished_run_says_what_came_of_its_predictions(fleet: Fleet) -> None:
    said = "{excess: {above: -1000000, probability: 1}, false_alarms: {below: 1, probability: 1}}"
    scenario = fleet(f"predict={said}", "workers=[{policy: honest, count: 3}]")
    stage = asyncio.run(play(scenario, 1))
    summary = summarise(stage, {}, "done")
    assert [each.came_true for each in summary.predictions] == [True, True]
    assert summary.score["false_alarms"] == 0
    assert summary.predicted == digest_of(scenario.predict)


def test_predictions_and_what_is_shown_change_no_byte_of_the_log(fleet: Fleet) -> None:
    plain = asyncio.run(play(fleet(), 1)).log.digest
    said = fleet("predict={excess: {above: 1, probability: 1}}", "score=[excess]", "repeats=3")
    assert asyncio.run(play(said, 1)).log.digest == plain
    assert summarise(asyncio.run(play(fleet(), 1)), {}, "done").predictions == ()
