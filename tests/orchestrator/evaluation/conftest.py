"""Evaluations for tests: made-up runs, whose figures are known, and a small real one."""

from collections.abc import Callable

import pytest

from orchestrator.conduct import load
from orchestrator.evaluation.figures import Evaluation, Setting
from orchestrator.evaluation.fleet import Fleet
from orchestrator.evaluation.judgement import judge
from orchestrator.evaluation.panel import Detector, Outcome
from orchestrator.evaluation.question import Plan, Question, plan, play
from orchestrator.evaluation.trial import Trial
from scenarios.spec import MonitorSpec

ROUNDS = 100
SMALL = (
    "world.rounds=36",
    "chain.life=12",
    "workers.0.count=3",
    "workers.1.count=1",
    "workers.weak_shard.over_reserve=60%",
)

Judged = Callable[..., Evaluation]


def trial(fleet: str, seed: int, alarms: dict[str, int | None], peak: float = 0.3) -> Trial:
    """Return a run that takes 10 units a round beyond need, or honestly none."""
    step = 0.0 if fleet.startswith("honest") else 10.0
    outcomes = tuple(
        Outcome(
            name,
            at,
            None if at is None else at * step,
            int(at is not None),
            1.0 if at else peak,
            1e-6,
        )
        for name, at in alarms.items()
    )
    curve = tuple(step * (round + 1) for round in range(ROUNDS))
    return Trial(fleet, seed, 1_000, curve[-1], 1.0, curve, outcomes, {})


@pytest.fixture
def judged() -> Judged:
    """Return what judges made-up alarms: by fleet, a round or None for each seed."""

    def make(alpha: float | None = 0.05, **alarms: dict[str, list[int | None]]) -> Evaluation:
        scenario = load("few_bad", ["monitors=[]"])
        kinds = {"as_written": "excess", "honest": "benign", "lots": "benign"}
        names = {fleet: fleet.replace("_", " ") for fleet in alarms}
        fleets = [Fleet(names[each], kinds[each], scenario) for each in alarms]  # type: ignore[arg-type]
        detectors = {name for by_name in alarms.values() for name in by_name}
        trials = [
            trial(names[fleet], seed, {name: by_name[name][seed] for name in sorted(by_name)})
            for fleet, by_name in alarms.items()
            for seed in range(len(next(iter(by_name.values()))))
        ]
        seeds = tuple(range(len(trials) // len(fleets)))
        setting = Setting(
            scenario="few_bad", version=1, seeds=seeds, rounds=ROUNDS, unit="gpu_h", nominal=0.05
        )
        listed = [
            Detector(name, MonitorSpec(name="over_need"), alpha) for name in sorted(detectors)
        ]
        return judge(setting, fleets, listed, trials, dict.fromkeys(detectors, "proven"))

    return make


@pytest.fixture(scope="session")
def planned() -> Plan:
    """Return a small real question: one of four workers takes much too much."""
    return plan(Question("few_bad", "over_need", SMALL, repeats=2, with_baselines=False))


@pytest.fixture(scope="session")
def trials(planned: Plan) -> list[Trial]:
    """Return what came of it."""
    return play(planned)
