"""One arm under one seed, played up to the end of its question, and what each worker answered."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import NamedTuple

from memory.events import (
    ACQUIRING,
    AnyEvent,
    Demand,
    Intervened,
    Need,
    Transfer,
)
from orchestrator.compose import assemble
from orchestrator.engine import Engine, Listeners
from orchestrator.probing.arms import Arm
from orchestrator.stage import Stage
from scenarios.economy import COMPUTE


class Job(NamedTuple):
    """What to play."""

    arm: Arm
    seed: int


class Told(NamedTuple):
    """What came of it: for each group of workers, one value a decision."""

    arm: str
    seed: int
    answers: dict[str, tuple[float, ...]]


class Over(Exception):
    """The question has been answered: what would follow is not looked at."""


class _Ear:
    """What the workers took, held and gave back in the rounds that are looked at: a fold."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self.need: dict[int, float] = {}
        self.held: dict[str, int] = {}
        self.taken: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.returned: defaultdict[str, int] = defaultdict(int)
        self.asked: dict[str, int] = {}
        self.given: defaultdict[str, int] = defaultdict(int)

    def hear(self, event: AnyEvent) -> None:
        if type(event) is Demand:
            if event.resource == COMPUTE and event.round < self._arm.first:
                self.held[str(event.worker)] = event.held
        elif event.round < self._arm.first:
            return
        elif type(event) is Need:
            if event.resource == COMPUTE:
                self.need[event.round] = event.amount
        elif type(event) is Intervened:
            self.asked.update({each.account: each.amount for each in event.sought})
        elif type(event) is Transfer:
            self._moved(event)

    def _moved(self, event: Transfer) -> None:
        worker = str(event.worker)
        for leg in event.legs:
            if leg.resource != COMPUTE:
                continue
            if leg.credit == worker and event.purpose in ACQUIRING:
                self.taken[worker, event.round] += leg.amount
            elif leg.debit == worker and event.purpose == "hand_back":
                self.given[worker] += leg.amount
            elif leg.debit == worker and leg.credit == "pool" and event.round == self._arm.first:
                self.returned[worker] += leg.amount

    def answers_of(self, worker: str, unit: float) -> list[float]:
        """Return what one worker answered: a value a round, or one for all of what it holds."""
        arm, rounds = self._arm, range(self._arm.first, self._arm.last + 1)
        if arm.measure == "kept":
            held = self.held.get(worker, 0)
            return [1 - self.returned[worker] / held] if held else []
        if arm.measure == "given":
            asked = self.asked.get(worker, 0)
            return [1 - self.given[worker] / asked] if asked else []
        taken = [self.taken[worker, round] * unit for round in rounds]
        if arm.measure == "level":
            return taken
        needs = [self.need[round] if arm.measure == "excess" else 0.0 for round in rounds]
        return [(one - need) / arm.usual for one, need in zip(taken, needs, strict=True)]


def play_arm(job: Job) -> Told:
    """Play one arm under one seed, in memory, with the engine that ``run`` uses.

    Examples
    --------
    >>> from orchestrator.probing.arms import Question, plan
    >>> small = ("world.rounds=12", "chain.life=4", "workers.0.count=1", "workers.1.count=1")
    >>> arms = plan(Question("two_motives", ("insured_and_refundable",), small)).arms
    >>> told = play_arm(Job(arms[1], seed=7)).answers
    >>> told["cautious"], min(told["intrinsic"]) > 1
    ((0.0, 0.0, 0.0), True)
    """
    arm = job.arm
    stage = assemble(arm.scenario, job.seed, "probe")
    ear = _Ear(arm)
    stage.log.listen(ear.hear)  # type: ignore[arg-type]

    def stop(round: int) -> None:
        if round >= arm.last:
            raise Over

    with suppress(Over):
        asyncio.run(Engine(stage, None, Listeners(on_round=stop)).execute())
    unit = 10.0 ** -arm.scenario.world.resources[COMPUTE].decimals
    answers: defaultdict[str, list[float]] = defaultdict(list)
    for worker, group in groups_of(stage).items():
        answers[group] += ear.answers_of(worker, unit)
    return Told(arm.name, job.seed, {group: tuple(each) for group, each in answers.items()})


def groups_of(stage: Stage) -> dict[str, str]:
    """Return each worker's group: its policy, numbered where several differ in their dials.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> stage = assemble(load("few_bad", ["workers.0.count=2"]), 7, "r_1")
    >>> sorted(set(groups_of(stage).values()))
    ['honest', 'weak_shard']
    """
    named: defaultdict[str, list[int]] = defaultdict(list)
    for part in stage.cast.values():
        if id(part.policy) not in named[part.policy.name]:
            named[part.policy.name].append(id(part.policy))
    groups = {}
    for worker, part in stage.cast.items():
        alike = named[part.policy.name]
        number = f" {alike.index(id(part.policy)) + 1}" if len(alike) > 1 else ""
        groups[worker] = f"{part.policy.name}{number}"
    return groups
