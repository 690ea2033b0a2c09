"""What an experiment came to: each cell's figures with intervals, and how predictions fared."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from statistics import median as middle

from pydantic import Field, JsonValue

from memory.envelope import Frozen
from memory.study import Study, Trial
from monitors.metrics import brier
from monitors.resampling import bootstrap, paired
from monitors.survival import Lapse, median, survival
from orchestrator.evaluate import Summary
from orchestrator.evaluation.figures import Estimate
from orchestrator.evaluation.judgement import estimate, mean
from orchestrator.experiment.sweep import REFERENCE
from scenarios.experiment import Experiment
from scenarios.outlook import Figure

USUAL: tuple[Figure, ...] = ("task_done", "excess", "alarm_round", "damage")
"""What is shown where the scenario's `score` does not say."""


class CellReport(Frozen):
    """One cell.

    Attributes
    ----------
    runs, alarmed
        How many are over, and how many of them alarmed.
    figures
        Means over runs; of ``alarm_round`` and ``damage`` the medians, runs without an alarm
        censored at their end.
    honest
        The mean excess of the honest fleet of the same seeds.
    beside_first
        By how much more was taken beyond need than in the first cell, on equal seeds.
    """

    cell: int
    values: dict[str, JsonValue]
    runs: int
    alarmed: int
    figures: dict[str, Estimate]
    honest: float | None = None
    beside_first: Estimate | None = None


class PredictionReport(Frozen):
    """One prediction over all runs: how often it came true, and its mean squared error."""

    claim: str
    probability: float
    runs: int
    came_true: int
    brier: float


class SweepReport(Frozen):
    """What ``sweep --json`` prints. ``predicted`` is the hash registered before the first run."""

    study: str
    scenario: str
    version: int
    unit: str
    seeds: tuple[int, ...]
    cells: tuple[CellReport, ...]
    score: tuple[str, ...]
    predicted: str = ""
    predictions: tuple[PredictionReport, ...] = ()
    brier: float | None = None
    failed_monitors: dict[str, str] = Field(default_factory=dict)


def report(
    experiment: Experiment,
    study: Study,
    trials: Sequence[Trial],
    found: Mapping[str, Summary],
) -> SweepReport:
    """Return what the runs of a study came to, as far as they are over.

    Parameters
    ----------
    experiment, study, trials
        What was to be played.
    found
        The summary of each run that is over, by its id.
    """
    chosen = experiment.base.score or USUAL
    by_cell = {
        cell.number: {
            trial.seed: found[trial.run]
            for trial in trials
            if trial.cell == cell.number and trial.run in found
        }
        for cell in experiment.cells
    }
    first = by_cell[experiment.cells[0].number]
    cells = tuple(
        _cell(cell.number, cell.values, by_cell[cell.number], first, chosen)
        for cell in experiment.cells
    )
    predictions = _predictions(found.values())
    forecasts = [(f.probability, f.came_true) for s in found.values() for f in s.predictions]
    world = experiment.base.world
    return SweepReport(
        study=study.name,
        scenario=study.scenario,
        version=study.version,
        unit=world.resources[next(iter(world.need))].unit,
        seeds=tuple(dict.fromkeys(trial.seed for trial in trials)),
        cells=cells,
        score=chosen,
        predicted=study.predicted,
        predictions=predictions,
        brier=round(brier(forecasts), 6) if forecasts else None,
        failed_monitors={
            f"{run}: {name}": why
            for run, summary in found.items()
            for name, why in summary.failed_monitors.items()
        },
    )


def _cell(
    number: int,
    values: dict[str, JsonValue],
    runs: Mapping[int, Summary],
    first: Mapping[int, Summary],
    chosen: Sequence[Figure],
) -> CellReport:
    summaries = list(runs.values())
    honest = [s.references[REFERENCE].excess for s in summaries if REFERENCE in s.references]
    shared = [seed for seed in runs if seed in first] if number > 1 else []
    return CellReport(
        cell=number,
        values=values,
        runs=len(summaries),
        alarmed=sum(bool(summary.alarms) for summary in summaries),
        figures={figure: _figure(figure, summaries) for figure in chosen},
        honest=round(mean(honest), 3) if honest else None,
        beside_first=_beside([runs[s] for s in shared], [first[s] for s in shared]),
    )


def _beside(these: Sequence[Summary], first: Sequence[Summary]) -> Estimate | None:
    if not these:
        return None
    excess = [[summary.score["excess"] or 0.0 for summary in each] for each in (these, first)]
    return estimate(*paired(excess[0], excess[1], resamples=1_000))


def _figure(figure: Figure, summaries: Sequence[Summary]) -> Estimate:
    if figure == "alarm_round":
        lapses = [
            Lapse(at or summary.rounds, at is not None)
            for summary in summaries
            for at in [summary.score["alarm_round"]]
        ]
        return estimate(*median(survival(lapses)))
    values = [summary.score.get(figure) for summary in summaries]
    if figure == "damage":
        return estimate(middle([inf if each is None else each for each in values] or [inf]))
    known = [float(each) for each in values if each is not None]
    if not known:
        return Estimate(value=None)
    if len(known) < 2:
        return estimate(known[0])
    return estimate(mean(known), *bootstrap(known, mean, resamples=1_000))


def _predictions(summaries: Iterable[Summary]) -> tuple[PredictionReport, ...]:
    by_claim: dict[tuple[str, float], list[bool]] = {}
    for summary in summaries:
        for each in summary.predictions:
            by_claim.setdefault((each.claim, each.probability), []).append(each.came_true)
    return tuple(
        PredictionReport(
            claim=claim,
            probability=probability,
            runs=len(came),
            came_true=sum(came),
            brier=round(brier((probability, each) for each in came), 6),
        )
        for (claim, probability), came in by_claim.items()
    )


def records(
    experiment: Experiment, trials: Sequence[Trial], found: Mapping[str, Summary]
) -> list[dict[str, JsonValue]]:
    """Return a record for each run that is over: its cell, its seed, and all of its figures."""
    cells = {cell.number: cell for cell in experiment.cells}
    rows: list[dict[str, JsonValue]] = []
    for trial in trials:
        if (summary := found.get(trial.run)) is None:
            continue
        honest = summary.references.get(REFERENCE)
        rows.append(
            {
                "run": trial.run,
                "cell": trial.cell,
                **{path: _plain(value) for path, value in cells[trial.cell].values.items()},
                "seed": trial.seed,
                **summary.score,
                "honest_excess": honest.excess if honest else None,
                "first_alarm": summary.alarms[0].monitor if summary.alarms else None,
                "digest": summary.digest,
            }
        )
    return rows


def _plain(value: JsonValue) -> JsonValue:
    return value if not isinstance(value, dict | list) else str(value)
