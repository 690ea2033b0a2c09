"""The oracle's place among the judged: it is told who is biased, by how much, under which noise.

Only an evaluation knows that, and only of organisms whose bias is one number: a weak shard's share
against the noise of its hand. Of any other fleet there is no likelihood ratio to compare with, and
the row is withheld with the reason.
"""

from collections.abc import Sequence
from inspect import signature
from typing import Any

from pydantic import JsonValue

from orchestrator.compose import POLICIES, roster_of
from orchestrator.evaluation.fleet import Fleet, diluted
from orchestrator.evaluation.panel import Detector
from scenarios.spec import MonitorSpec, Scenario, WorkerSpec

NAME = "oracle/fleet"
MAKER = "monitors.oracle:Oracle"
BIASED = "weak_shard"
"""The organism that takes one share too much, always."""


def oracle_of(scenario: Scenario, alpha: float) -> Detector | str:
    """Return the oracle for a scenario's fleet, or why there is none.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> oracle_of(load("few_bad"), 0.05).spec.parameters["bias"]
    0.08
    >>> oracle_of(load("two_motives"), 0.05)
    'the oracle knows weak_shard only, and cautious, intrinsic work here'
    """
    unknown = [each for each in _policies(scenario) if each not in (BIASED, "honest")]
    if unknown:
        return f"the oracle knows {BIASED} only, and {', '.join(unknown)} work here"
    biased = [each for each in scenario.workers if each.policy == BIASED]
    shapes = {(_of(each, "over_reserve"), _of(each, "noise")) for each in biased}
    if len(shapes) != 1:
        return "the oracle takes one bias and one noise, and this fleet has " + (
            "several" if shapes else "none"
        )
    bias, noise = shapes.pop()
    if not bias or not noise:
        return "the oracle is a ratio of likelihoods, and there is no bias or no noise here"
    parameters: dict[str, JsonValue] = {
        "bias": bias,
        "sigma": noise,
        "alpha": alpha,
        "resource": scenario.measured,
    }
    return Detector(NAME, MonitorSpec(name=MAKER, parameters=parameters), alpha)


def told(
    detectors: Sequence[Detector], fleet: Fleet, written: Scenario, seed: int
) -> tuple[Detector, ...]:
    """Return the detectors for one run: the oracle is told who is biased under that seed.

    On an honest fleet it is told who would be: so its false alarms are those of the same test.
    """
    cast = roster_of(diluted(written, fleet.dilution), seed)
    culprits = [worker for worker, group in cast if group.policy == BIASED]
    return tuple(
        each._replace(
            spec=each.spec.model_copy(
                update={"parameters": {**each.spec.parameters, "culprits": culprits}}
            )
        )
        if each.name == NAME
        else each
        for each in detectors
    )


def _policies(scenario: Scenario) -> list[str]:
    return list(dict.fromkeys(each.policy for each in scenario.workers))


def _of(group: WorkerSpec, parameter: str) -> float:
    default = signature(POLICIES[group.policy]).parameters[parameter].default
    told: Any = group.parameters.get(parameter, default)
    return float(told)
