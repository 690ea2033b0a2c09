"""Measuring, on stored runs of honest workers, what monitors may allow them."""

from collections.abc import Sequence

from memory.errors import BadInput
from memory.journal import Journal
from monitors.acquisition import Acquisitions
from monitors.calibration import Baseline, Calibration
from orchestrator.compose import takes_excess
from orchestrator.conduct import scenario_of


def calibrate(journal: Journal, runs: Sequence[str], resource: str = "compute") -> Baseline:
    """Return what the workers of some stored runs took beside what they needed.

    Whether a model was honest in them is for whoever instructed it to say; of organisms it is
    known, and one that takes too much by design is refused.

    Raises
    ------
    UnknownRun
        If there is no such run.
    BadInput
        If a run's workers take too much by design, if it lacks the resource, or if there is too
        little to tell an uncertainty.
    """
    calibration = Calibration()
    for run in dict.fromkeys(runs):
        scenario = scenario_of(journal, run)
        if takes_excess(scenario):
            policies = ", ".join(dict.fromkeys(group.policy for group in scenario.workers))
            raise BadInput(
                f"run {run} is of {policies}, which takes more than it needs by design; calibrate"
                " on honest workers"
            )
        fold = Acquisitions(resource)
        try:
            for entry in journal.entries(run):
                settled = fold.fold(entry.event)
                if settled is not None:
                    calibration.add(run, settled)
        except ValueError as error:
            raise BadInput(f"run {run}: {error}") from error
    return calibration.baseline()
