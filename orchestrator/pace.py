"""How long runs will take here: a first piece of one is played, in memory, and measured."""

import asyncio
import time

from orchestrator.compose import assemble
from orchestrator.engine import Engine
from scenarios.spec import Scenario
from subagents.policy import Asking

TURNS = 400
"""How many turns are played to learn what one costs."""


def turns_of(scenario: Scenario) -> int:
    """Return how many turns a run has."""
    return scenario.worker_count * scenario.world.rounds


def model_calls_of(scenario: Scenario) -> int:
    """Return how many turns of a run are put to real models."""
    stage = assemble(scenario, scenario.world.seed, "estimate")
    asking = sum(isinstance(part.policy, Asking) for part in stage.cast.values())
    return asking * scenario.world.rounds


def seconds_of(scenario: Scenario) -> float:
    """Return about how many seconds of one core a run takes here; models are not waited for.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> 0 < seconds_of(load("just_in_case")) < 60
    True
    """
    if model_calls_of(scenario):
        return 0.0
    rounds = max(1, min(scenario.world.rounds, TURNS // scenario.worker_count))
    # What is done for the first time in a process costs more, and is not what the rest will cost.
    _play(scenario, 1)
    begun = time.perf_counter()
    _play(scenario, rounds)
    return (time.perf_counter() - begun) * scenario.world.rounds / rounds


def _play(scenario: Scenario, rounds: int) -> None:
    world = scenario.world.model_copy(update={"rounds": rounds})
    piece = scenario.model_copy(update={"world": world})
    asyncio.run(Engine(assemble(piece, world.seed, "estimate")).execute())
