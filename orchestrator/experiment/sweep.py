"""A sweep: every cell under every seed, in the journal, going on where it was left.

The study's id is made of what is played, so the same command finds its own runs again: those
that are finished count, those that were killed go on, those that are missing begin.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from pydantic import JsonValue

from memory.journal import Journal, RunRecord
from memory.study import Study, Trial
from orchestrator import conduct
from orchestrator.answers import Budget
from orchestrator.compose import everyone, located, problems
from orchestrator.crew import nothing, spread
from orchestrator.evaluate import Summary, play
from orchestrator.foresight import digest_of
from orchestrator.pace import model_calls_of, seconds_of
from orchestrator.stage import Stage
from scenarios.experiment import Experiment, load_experiment, seeds_of
from scenarios.spec import Scenario
from scenarios.view import dump

REFERENCE = "honest"


class Sweep(NamedTuple):
    """What is to be played, and which of it is over."""

    experiment: Experiment
    study: Study
    trials: tuple[Trial, ...]
    done: frozenset[str]
    with_reference: bool = True

    @property
    def model_calls(self) -> int:
        """How many turns are still to be put to real models, at most."""
        calls = {cell.number: model_calls_of(cell.scenario) for cell in self.experiment.cells}
        return sum(calls[trial.cell] for trial in self.trials if trial.run not in self.done)

    def seconds(self, at_once: int) -> float:
        """Return about how long what is left will take, over so many processes."""
        left = [trial.cell for trial in self.trials if trial.run not in self.done]
        counts = {number: left.count(number) for number in set(left)}
        # Cells of one experiment differ little in what a turn costs; a few stand for all.
        shown = [self.experiment.cells[number - 1] for number in sorted(counts)[:4]]
        if not shown:
            return 0.0
        a_run = sum(seconds_of(cell.scenario) for cell in shown) / len(shown)
        return a_run * len(left) * (1.6 if self.with_reference else 1.0) / at_once


def load_sweep(
    source: str | Experiment, overrides: tuple[str, ...] = (), repeats: int | None = None
) -> tuple[Experiment, Study, tuple[Trial, ...]]:
    """Return an experiment, the study that it is, and the runs that make it.

    One that is loaded already, as from a text, has its overrides laid on it.

    Raises
    ------
    BadInput
        If the scenario, or any of its cells, cannot be used.

    Examples
    --------
    >>> experiment, study, trials = load_sweep("few_bad", ("vary={chain.life: [8, 24]}",), 2)
    >>> [trial.run.removeprefix(study.name) for trial in trials]
    ['.1.7', '.1.8', '.2.7', '.2.8']
    """
    experiment = (
        source
        if isinstance(source, Experiment)
        else load_experiment(located(source), overrides, [problems])
    )
    experiment = experiment._replace(repeats=repeats or experiment.repeats)
    base = experiment.base
    study = Study(
        name=_name_of(experiment),
        scenario=base.scenario,
        version=base.version,
        cells=tuple(cell.values for cell in experiment.cells),
        predicted=digest_of(base.predict),
    )
    seeds = seeds_of(base, experiment.repeats)
    trials = (
        Trial(f"{study.name}.{cell.number}.{seed}", cell.number, seed)
        for cell in experiment.cells
        for seed in seeds
    )
    return experiment, study, tuple(trials)


def _name_of(experiment: Experiment) -> str:
    """Return an id that depends on every cell, and on nothing else: not on how many repeats."""
    said: list[JsonValue] = [dump(cell.scenario) for cell in experiment.cells]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"s_{sha256(text.encode()).hexdigest()[:10]}"


def open_sweep(
    journal: Journal,
    source: str | Experiment,
    overrides: tuple[str, ...] = (),
    repeats: int | None = None,
    *,
    with_reference: bool = True,
) -> Sweep:
    """Register a study, predictions and all, before any of its runs begins.

    Raises
    ------
    BadInput
        If the scenario, or any of its cells, cannot be used.
    """
    experiment, study, trials = load_sweep(source, overrides, repeats)
    journal.studies.register(study, trials)
    return Sweep(experiment, study, trials, finished(journal, trials), with_reference)


def finished(journal: Journal, trials: Sequence[Trial]) -> frozenset[str]:
    """Return which of the runs are over."""
    meant = {trial.run for trial in trials}
    return frozenset(r.run for r in journal.runs() if r.run in meant and r.is_finished)


class Job(NamedTuple):
    """Some cells under one seed, which share one honest reference."""

    place: str
    cells: tuple[tuple[str, Scenario], ...]
    seed: int
    reference: Scenario | None
    budget: Budget = Budget()


def run_sweep(
    sweep: Sweep,
    place: str,
    at_once: int = 1,
    tell: Callable[[int], None] | None = None,
    begin: Callable[[], None] = nothing,
    budget: Budget = Budget(),  # noqa: B008 - a frozen value
) -> None:
    """Play what is left of a sweep.

    Parameters
    ----------
    sweep
        What to play.
    place
        Where the journal lies.
    at_once
        Over how many processes.
    tell
        Told how many runs are over, after each group of them.
    begin
        Called in every process before its first run.
    budget
        What the models of each run may cost.
    """
    done = len(sweep.done)
    for count in spread(play_job, list(jobs_of(sweep, place, budget)), at_once, begin):
        done += count
        if tell:
            tell(done)


def jobs_of(sweep: Sweep, place: str, budget: Budget) -> Iterator[Job]:
    """Return what is left to play, in parts of which each needs nothing of the others."""
    groups: dict[str, list[Trial]] = {}
    references: dict[str, Scenario] = {}
    cells = {cell.number: cell.scenario for cell in sweep.experiment.cells}
    for trial in sweep.trials:
        if trial.run in sweep.done:
            continue
        honest = everyone(cells[trial.cell], REFERENCE)
        shared = sha256(honest.model_dump_json().encode()).hexdigest()
        key = f"{trial.seed}/{shared if sweep.with_reference else trial.cell}"
        references[key] = honest
        groups.setdefault(key, []).append(trial)
    for key, trials in groups.items():
        runs = tuple((trial.run, cells[trial.cell]) for trial in trials)
        reference = references[key] if sweep.with_reference else None
        yield Job(place, runs, trials[0].seed, reference, budget)


def play_job(job: Job) -> int:
    """Play some cells under one seed; return how many."""
    with Journal.open(job.place) as journal:
        return asyncio.run(_play(journal, job))


async def _play(journal: Journal, job: Job) -> int:
    honest: Stage | None = None
    if job.reference is not None:
        honest = await play(job.reference, job.seed)
    for run, scenario in job.cells:
        performance = conduct.begin(journal, conduct.Order(scenario, job.seed, run))
        if honest is not None:
            performance.beside = {REFERENCE: honest}
        await performance.play(with_references=False, budget=job.budget)
    return len(job.cells)


def summaries(journal: Journal, trials: Sequence[Trial]) -> dict[str, Summary]:
    """Return what came of each run that is over, by its id."""
    records: dict[str, RunRecord] = {record.run: record for record in journal.runs()}
    return {
        trial.run: conduct.stored_summary(journal, records[trial.run])
        for trial in trials
        if trial.run in records and records[trial.run].is_whole
    }
