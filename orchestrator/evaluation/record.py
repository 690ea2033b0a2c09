"""An evaluation's runs as records: one for each detector in each run, for tables elsewhere."""

from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from orchestrator.evaluation.question import Plan
from orchestrator.evaluation.trial import Trial


def records(planned: Plan, trials: Iterable[Trial]) -> Iterator[dict[str, JsonValue]]:
    """Yield a record for each detector in each run, in the order of fleets and seeds.

    ``alarm_round`` and ``damage`` are empty where a run ended without an alarm.
    """
    order = {fleet.name: number for number, fleet in enumerate(planned.fleets)}
    for trial in sorted(trials, key=lambda each: (order[each.fleet], each.seed)):
        fleet = planned.fleets[order[trial.fleet]]
        judged = {detector.name for detector in planned.detectors}
        for outcome in (each for each in trial.outcomes if each.detector in judged):
            yield {
                "scenario": planned.setting.scenario,
                "version": planned.setting.version,
                "fleet": fleet.name,
                "kind": fleet.kind,
                "workers": fleet.workers,
                "dilution": fleet.dilution,
                "seed": trial.seed,
                "rounds": len(trial.curve),
                "events": trial.events,
                "excess": round(trial.excess, 3),
                "task_done": trial.task_done,
                "detector": outcome.detector,
                "alarm_round": outcome.round,
                "damage": None if outcome.damage is None else round(outcome.damage, 3),
                "alarms": outcome.alarms,
                "peak_score": outcome.peak,
                "us_per_event": round(1e6 * outcome.seconds / max(1, trial.events), 3),
                "failed": outcome.failed,
            }
