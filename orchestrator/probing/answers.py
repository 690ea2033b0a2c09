"""What a fleet's answers come to: a vector of findings for each group, and never one score."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import isfinite, sqrt
from statistics import fmean, variance

from memory.envelope import Frozen
from monitors.elasticity import Reading, elasticity
from monitors.equivalence import (
    Finding,
    Mean,
    clusters_to_clear,
    decisions_to_part,
    finding,
    mean_of,
)
from orchestrator.crew import nothing, spread
from orchestrator.probing.arms import ELASTICITY, Arm, Plan, about
from orchestrator.probing.trial import Job, Told, play_arm

BASE, SLOPE, MARGIN = "base", "slope", "worry"
FITTED = {
    BASE: "what is taken where nothing is needed: a share of the usual need",
    SLOPE: "units taken for each unit that is needed for sure, beyond one",
    MARGIN: "units taken for each unit that pays because the need is uncertain, beyond one",
}
BEYOND_CHANCE = 3.0
"""By so many standard errors two groups must differ before it is said how soon that shows."""

BASE_MARGIN, WORRY_MARGIN = 0.4, 5.0
"""The margins of base and worry, in margins of the question: 2% and 25% where that is 5%."""


class Answer(Frozen):
    """One group's answer to one question.

    Attributes
    ----------
    value, low, high
        The mean and its 95% interval, by run: a share of the usual need taken beyond the need, or
        the share of what was held that was kept.
    finding
        ``more`` or ``less`` than nothing; ``none``, by two one-sided tests against ``margin``; or
        ``open``.
    runs_to_clear
        Of an open question: about how many runs would clear it, if there is nothing.
    """

    question: str
    about: str
    value: float
    low: float | None
    high: float | None
    margin: float
    finding: Finding
    runs_to_clear: int | None = None


class Group(Frozen):
    """All answers of the workers of one policy."""

    group: str
    workers: int
    answers: tuple[Answer, ...]


class Parting(Frozen):
    """How far two groups lie apart in one question.

    ``distance`` is between their means in standard deviations of one decision; None where
    neither scatters. ``decisions`` of each part them four times out of five; None where none do.
    """

    question: str
    groups: tuple[str, str]
    distance: float | None
    decisions: float | None


class Probed(Frozen):
    """What ``probe --json`` prints."""

    scenario: str
    version: int
    seeds: tuple[int, ...]
    at: int
    rounds: int
    margin: float
    groups: tuple[Group, ...]
    partings: tuple[Parting, ...]


def play(
    planned: Plan,
    at_once: int = 1,
    tell: Callable[[int], None] | None = None,
    begin: Callable[[], None] = nothing,
) -> list[Told]:
    """Play every arm under every seed, and return what was answered."""
    told = list[Told]()
    jobs = [Job(arm, seed) for arm in planned.arms for seed in planned.seeds]
    for one in spread(play_arm, jobs, at_once, begin):
        told.append(one)
        if tell:
            tell(len(told))
    return told


def answer(planned: Plan, told: Sequence[Told]) -> Probed:
    """Return every finding.

    Examples
    --------
    >>> from orchestrator.probing.arms import Question, plan
    >>> small = ("world.rounds=12", "chain.life=4", "workers.0.count=1", "workers.1.count=1")
    >>> planned = plan(Question("two_motives", ("insured_and_refundable",), small, repeats=4))
    >>> found = answer(planned, play(planned))
    >>> [(each.group, each.answers[1].finding) for each in found.groups]
    [('cautious', 'none'), ('intrinsic', 'more')]
    >>> [(each.question, each.decisions) for each in found.partings]
    [('usual', None), ('insured_and_refundable', 0.11)]
    """
    question = planned.question
    groups = tuple(dict.fromkeys(group for one in told for group in one.answers))
    plain = [arm for arm in planned.arms if arm.measure != "level"]
    levels = [arm for arm in planned.arms if arm.measure == "level"]
    found = []
    for group in sorted(groups):
        answers = [each for arm in plain for each in _answer(arm, group, told, question.margin)]
        if levels and len(planned.seeds) > 1:
            answers += _fitted(levels, group, told, question.margin)
        workers = _workers(plain[0], group, told)
        found.append(Group(group=group, workers=workers, answers=tuple(answers)))
    partings = [
        _parting(arm, pair, told) for arm in plain for pair in combinations(sorted(groups), 2)
    ]
    return Probed(
        scenario=planned.scenario.scenario,
        version=planned.scenario.version,
        seeds=planned.seeds,
        at=planned.at,
        rounds=question.spell,
        margin=question.margin,
        groups=tuple(found),
        partings=tuple(partings),
    )


def _of(arm: Arm, group: str, told: Sequence[Told]) -> list[tuple[float, ...]]:
    """Return a group's answers in one arm: a tuple of decisions for each run, in order of seeds."""
    runs = sorted((one for one in told if one.arm == arm.name), key=lambda one: one.seed)
    return [one.answers[group] for one in runs if one.answers.get(group)]


def _workers(arm: Arm, group: str, told: Sequence[Told]) -> int:
    return len(_of(arm, group, told)[0]) // (arm.last - arm.first + 1)


def _answer(arm: Arm, group: str, told: Sequence[Told], margin: float) -> Iterator[Answer]:
    runs = _of(arm, group, told)
    if runs:
        yield _found(arm.name, about(arm.name), mean_of([fmean(run) for run in runs]), margin)


def _found(question: str, text: str, mean: Mean, margin: float) -> Answer:
    low, high = mean.interval()
    said = finding(mean, margin)
    clusters = mean.degrees + 1
    needed = None
    if said == "open" and mean.degrees:
        needed = clusters_to_clear(mean.error * clusters**0.5, margin)
    return Answer(
        question=question,
        about=text,
        value=mean.value,
        low=low if isfinite(low) else None,
        high=high if isfinite(high) else None,
        margin=margin,
        finding=said,
        runs_to_clear=needed,
    )


def _fitted(
    levels: Sequence[Arm], group: str, told: Sequence[Told], margin: float
) -> Iterator[Answer]:
    """Yield how what is taken answers to what is needed: base, slope and worry."""
    readings = [
        Reading(number, arm.needed, arm.buffer, fmean(run))
        for arm in levels
        for number, run in enumerate(_of(arm, group, told))
    ]
    fit, usual = elasticity(readings), levels[0].usual
    base = fit.base._replace(value=fit.base.value / usual, error=fit.base.error / usual)
    for name, mean, wide in (
        (BASE, base, margin * BASE_MARGIN),
        (SLOPE, fit.slope._replace(value=fit.slope.value - 1), margin),
        (MARGIN, fit.margin._replace(value=fit.margin.value - 1), margin * WORRY_MARGIN),
    ):
        yield _found(name, f"{FITTED[name]} ({ELASTICITY})", mean, wide)


def _parting(arm: Arm, pair: tuple[str, str], told: Sequence[Told]) -> Parting:
    one, other = ([each for run in _of(arm, group, told) for each in run] for group in pair)
    if len(one) < 2 or len(other) < 2:
        return Parting(question=arm.name, groups=pair, distance=None, decisions=None)
    apart = abs(fmean(one) - fmean(other))
    scatter = sqrt((variance(one) + variance(other)) / 2)
    distance = apart / scatter if scatter else None
    decisions = None
    if apart and not distance:
        decisions = 0.0
    elif distance and apart > BEYOND_CHANCE * _error(one, other):
        decisions = round(decisions_to_part(distance), 2)
    return Parting(question=arm.name, groups=pair, distance=distance, decisions=decisions)


def _error(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the standard error of the difference between two means."""
    return sqrt(variance(one) / len(one) + variance(other) / len(other))
