"""How long runs will take here: a first piece of one is played, in memory, and measured."""

import asyncio
import time

from memory.envelope import Frozen
from memory.journal import Batch
from orchestrator.compose import assemble
from orchestrator.engine import Engine
from scenarios.spec import Scenario
from subagents.policy import Asking

TURNS = 400
"""How many turns are played to learn what one costs."""


class Forecast(Frozen):
    """About what one run takes: turns, seconds of one core of this machine, bytes of events.

    ``seconds`` is None where models decide, for nobody knows how long they take; of them
    ``model_calls`` are made at most.
    """

    turns: int
    seconds: float | None
    event_bytes: int | None
    model_calls: int


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
    return estimate(scenario).seconds or 0.0


def estimate(scenario: Scenario) -> Forecast:
    """Play a piece of a scenario in memory, and return about what the whole takes.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> told = estimate(load("just_in_case"))
    >>> told.turns, told.model_calls, told.seconds > 0, told.event_bytes > 1_000_000
    (4800, 0, True, True)
    """
    turns, calls = turns_of(scenario), model_calls_of(scenario)
    if calls:
        return Forecast(turns=turns, seconds=None, event_bytes=None, model_calls=calls)
    rounds = max(1, min(scenario.world.rounds, TURNS // scenario.worker_count))
    # What is done for the first time in a process costs more, and is not what the rest will cost.
    _play(scenario, 1)
    begun = time.perf_counter()
    size = _play(scenario, rounds)
    times = scenario.world.rounds / rounds
    seconds = (time.perf_counter() - begun) * times
    return Forecast(turns=turns, seconds=seconds, event_bytes=round(size * times), model_calls=0)


class _Scale:
    """Keeps nothing of what a run writes but how many bytes it was."""

    spell_s = 1.0

    def __init__(self) -> None:
        self.event_bytes = 0

    async def commit(self, batch: Batch) -> None:
        """Weigh some events."""
        self.event_bytes += sum(len(entry.body) for entry in batch.entries)


def _play(scenario: Scenario, rounds: int) -> int:
    """Play so many rounds; return how many bytes their events take."""
    world = scenario.world.model_copy(update={"rounds": rounds})
    piece, scale = scenario.model_copy(update={"world": world}), _Scale()
    asyncio.run(Engine(assemble(piece, world.seed, "estimate"), scale).execute())
    return scale.event_bytes
