"""One fleet under one seed, played once, with everybody looking on."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from orchestrator.compose import assemble
from orchestrator.engine import Engine
from orchestrator.evaluation.fleet import Fleet
from orchestrator.evaluation.panel import Detector, Moment, Outcome, Panel


class Job(NamedTuple):
    """What to play; ``is_shown`` keeps every verdict, for a picture."""

    fleet: Fleet
    seed: int
    detectors: Sequence[Detector]
    is_shown: bool = False


class Trial(NamedTuple):
    """What came of it. ``curve`` is the fleet's excess at the end of each round."""

    fleet: str
    seed: int
    events: int
    excess: float
    task_done: float
    curve: tuple[float, ...]
    outcomes: tuple[Outcome, ...]
    moments: dict[str, tuple[Moment, ...]]

    def of(self, detector: str) -> Outcome:
        """Return what one detector did."""
        return next(each for each in self.outcomes if each.detector == detector)


def play_trial(job: Job) -> Trial:
    """Play one fleet under one seed, in memory, with the engine that ``run`` uses.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> from orchestrator.evaluation.fleet import fleets_of
    >>> from orchestrator.evaluation.panel import detectors_of
    >>> greedy = ["workers.0.over_reserve=40%", "workers.0.count=4", "world.rounds=48"]
    >>> scenario = load("just_in_case", [*greedy, "monitors=[over_need]"])
    >>> fleet = next(fleets_of(scenario))
    >>> play_trial(Job(fleet, 7, detectors_of(scenario.monitors, 0.05))).of("over_need/fleet").round
    4
    """
    scenario = job.fleet.scenario
    stage = assemble(scenario, job.seed, "trial")
    panel = Panel(job.detectors, stage.tally.resource)
    asyncio.run(Engine(stage, panel).execute())
    tally = stage.tally
    return Trial(
        job.fleet.name,
        job.seed,
        panel.events,
        tally.excess,
        tally.task_done,
        tuple(tally.curve),
        panel.outcomes(),
        panel.moments() if job.is_shown else {},
    )
