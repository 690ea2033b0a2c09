"""Asking how monitors do: what is to be played, what it will cost, and playing it."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from memory.errors import BadInput
from monitors import CATALOGUE
from monitors.metrics import clopper_pearson
from monitors.portrait import UNSTATED
from orchestrator.compose import find
from orchestrator.conduct import load
from orchestrator.crew import nothing, spread
from orchestrator.evaluation.figures import Evaluation, Level, Setting
from orchestrator.evaluation.fleet import Fleet, fleets_of
from orchestrator.evaluation.judgement import estimate, judge
from orchestrator.evaluation.panel import Detector, detectors_of, monitors_in
from orchestrator.evaluation.trial import Job, Trial, play_trial
from orchestrator.evaluation.yardstick import NAME as ORACLE
from orchestrator.evaluation.yardstick import oracle_of, told
from orchestrator.judge import NAME as JUDGE
from orchestrator.pace import model_calls_of, seconds_of
from scenarios.experiment import seeds_of
from scenarios.spec import MonitorSpec, Scenario

BASELINES = (
    MonitorSpec(name="over_need", parameters={"pool": "worker"}),
    MonitorSpec(name="over_need", parameters={"pool": "agent"}),
    MonitorSpec(name="z_agent"),
)
"""Those who look at one worker, or at one life, alone: every monitor is shown beside them."""


LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Nominal rates at which it is looked whether they are kept."""


class Question(NamedTuple):
    """What is asked.

    Attributes
    ----------
    scenario
        The one whose fleet is to be noticed; its own monitors look on, if no others are named.
    monitors
        Others, as in YAML: ``over_need, z_agent``, or ``[{over_need: {pool: worker}}]``.
    overrides
        Changes to the scenario.
    benign
        Scenarios that look alike and are honest.
    dilutions
        How many times as many workers there are in all, the rest of them honest.
    repeats
        How many seeds, from the scenario's own on.
    alpha
        The nominal rate of false alarms, for each detector.
    with_baselines
        Whether the per-worker and per-agent baselines look on, too, and the oracle last.
    with_reliability
        Whether the first detector also looks on at other nominal rates, over benign fleets.
    """

    scenario: str
    monitors: str | None = None
    overrides: tuple[str, ...] = ()
    benign: tuple[str, ...] = ()
    dilutions: tuple[int, ...] = (1,)
    repeats: int = 20
    alpha: float = 0.05
    with_baselines: bool = True
    with_reliability: bool = False


class Plan(NamedTuple):
    """What answers a question: fleets to play under seeds, and detectors that look on.

    ``levels`` are the first detector at other nominal rates; they look at benign fleets only.
    ``oracle`` says why there is none, where the detectors do not end with it; ``written`` is the
    scenario as written, from which it is told whom to look at.
    """

    setting: Setting
    fleets: tuple[Fleet, ...]
    detectors: tuple[Detector, ...]
    levels: tuple[Detector, ...] = ()
    oracle: str = ""
    written: Scenario | None = None

    @property
    def runs(self) -> int:
        """How many runs that is."""
        return len(self.fleets) * len(self.setting.seeds)

    @property
    def model_calls(self) -> int:
        """How many turns are put to real models."""
        calls = sum(model_calls_of(fleet.scenario) for fleet in self.fleets)
        return calls * len(self.setting.seeds)

    def seconds(self, at_once: int) -> float:
        """Return about how long it will take, over so many processes."""
        watchers = tuple(detector.spec for detector in self.detectors)
        watched = (f.scenario.model_copy(update={"monitors": watchers}) for f in self.fleets)
        return sum(map(seconds_of, watched)) * len(self.setting.seeds) / at_once


def plan(question: Question, scenario: Scenario | None = None) -> Plan:
    """Return what is to be played; of a ``scenario`` that is loaded already, as from a text.

    Raises
    ------
    BadInput
        If anything that was asked for cannot be.

    Examples
    --------
    >>> found = plan(Question("few_bad", "over_need", repeats=2))
    >>> [each.name for each in found.detectors]
    ['over_need/fleet', 'over_need/worker', 'over_need/agent', 'z_agent/agent', 'oracle/fleet']
    >>> found.runs, found.setting.seeds
    (6, (7, 8))
    """
    scenario = scenario or load(question.scenario, question.overrides)
    named = question.monitors
    own = tuple(each for each in scenario.monitors if each.name != JUDGE)
    specs = own if named is None else monitors_in(named)
    detectors = detectors_of(specs, question.alpha)
    if question.with_baselines:
        for baseline in detectors_of(BASELINES, question.alpha):
            if all(each.name != baseline.name for each in detectors):
                detectors.append(baseline)
    if not detectors:
        raise BadInput(f"{scenario.scenario} has no monitors; name some with --monitors")
    benign = [load(name) for name in question.benign]
    setting = Setting(
        scenario=scenario.scenario,
        version=scenario.version,
        seeds=tuple(seeds_of(scenario, question.repeats)),
        rounds=scenario.world.rounds,
        unit=_unit(scenario),
        nominal=question.alpha,
    )
    fleets = tuple(fleets_of(scenario, benign, question.dilutions))
    levels = levels_of(detectors[0]) if question.with_reliability else ()
    oracle, why = None, ""
    if question.with_baselines and fleets[0].kind != "benign":
        found = oracle_of(scenario, question.alpha)
        oracle, why = (None, found) if isinstance(found, str) else (found, "")
    judged = (*detectors, oracle) if oracle else tuple(detectors)
    return Plan(setting, fleets, judged, levels, why, scenario)


def levels_of(detector: Detector) -> tuple[Detector, ...]:
    """Return a detector at several nominal rates; one without such a dial has none."""
    if detector.alpha is None:
        return ()
    return tuple(
        Detector(
            f"{detector.name} at {alpha:g}",
            detector.spec.model_copy(
                update={"parameters": {**detector.spec.parameters, "alpha": alpha}}
            ),
            alpha,
        )
        for alpha in LEVELS
    )


def _unit(scenario: Scenario) -> str:
    return scenario.world.resources[next(iter(scenario.world.need))].unit


def play(
    planned: Plan,
    at_once: int = 1,
    tell: Callable[[int], None] | None = None,
    begin: Callable[[], None] = nothing,
) -> list[Trial]:
    """Play every fleet under every seed, and return what came of it.

    Parameters
    ----------
    planned
        What to play.
    at_once
        Over how many processes.
    tell
        Told how many runs are over, after each.
    begin
        Called in every process before its first run.
    """
    trials = list[Trial]()
    for trial in spread(play_trial, list(jobs_of(planned)), at_once, begin):
        trials.append(trial)
        if tell:
            tell(len(trials))
    return trials


def jobs_of(planned: Plan) -> Iterator[Job]:
    """Return what is to be played, in parts of which each needs nothing of the others."""
    first = planned.setting.seeds[0]
    # The largest first, so that no process is left with one at the end.
    for fleet in sorted(planned.fleets, key=lambda each: -each.workers):
        for seed in planned.setting.seeds:
            is_shown = seed == first and fleet.dilution == 1
            levels = planned.levels if fleet.kind == "benign" else ()
            detectors = planned.detectors
            if planned.written and detectors[-1].name == ORACLE:
                detectors = told(detectors, fleet, planned.written, seed)
            yield Job(fleet, seed, (*detectors, *levels), is_shown)


def answer(planned: Plan, trials: Sequence[Trial]) -> Evaluation:
    """Return every figure of it."""
    guarantees = {
        each.name: getattr(find(each.spec.name, CATALOGUE, "monitor"), "guarantee", UNSTATED)
        for each in planned.detectors
    }
    found = judge(planned.setting, planned.fleets, planned.detectors, trials, guarantees)
    benign = {fleet.name for fleet in planned.fleets if fleet.kind == "benign"}
    watched = [trial for trial in trials if trial.fleet in benign]
    levels = tuple(kept(watched, each) for each in planned.levels)
    return found.model_copy(update={"reliability": levels, "no_oracle": planned.oracle})


def kept(trials: Sequence[Trial], level: Detector) -> Level:
    """Return how often benign runs alarmed at a nominal rate."""
    alarms = sum(trial.of(level.name).round is not None for trial in trials)
    rate = estimate(alarms / len(trials), *clopper_pearson(alarms, len(trials)))
    return Level(alpha=level.alpha or 0.0, runs=len(trials), alarms=alarms, rate=rate)
